"""The grid of previews: originals at the left, what training sees of them beside."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.ui.panes.augment.grid_model import CAPTION, HEAD, NONE, ORIGINAL, Cell
from studio.ui.panes.augment.preview_view import PreviewView
from studio.ui.widgets.base import ringed
from studio.ui.widgets.tips import describe, tip

_MOVES = {
    Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
}  # fmt: skip
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class PreviewGrid(PreviewView):
    """Lets a person choose, pin and exchange pictures by mouse and keys.

    Signals:
        another_requested(int): the person wants another picture of the class in this row.
        pin_requested(int): the picture in this row is to be pinned, or no longer.
        menu_requested(int, QPoint): the menu of the picture in this row, at a global position.
    """

    another_requested = Signal(int)
    pin_requested = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        ringed(self, 0)
        describe(
            self, "Previews", "",
            "Arrow keys go from picture to picture. Enter on a preview shows which steps made it; "
            "on an original it takes another picture, P pins it.",
        )  # fmt: skip
        self.setToolTip("")

    # --- mouse and keys -------------------------------------------------------------------------

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        if event.type() is QEvent.Type.Leave:
            self._point_at(NONE, "")
        return bool(super().viewportEvent(event))

    def _show_tip(self, event: QHelpEvent) -> None:
        point = QPointF(event.pos())
        row, column = self._cell_at(point)
        if row < 0:
            QToolTip.hideText()
            return
        line, mark = self._state.lines[row], self._mark_at((row, column), point)
        if mark == "swap":
            words = tip("Another picture", "", f"Takes the next training picture of {line.caption}")
        elif mark == "pin":
            sentence = "A pinned picture stays here when others are chosen."
            words = tip("Unpin" if line.pinned else "Pin", "P", sentence)
        elif column > ORIGINAL:
            words = tip(
                line.caption, "", f"{line.name}, epoch {column + 1}. Click to see its steps."
            )
        else:
            words = tip(line.caption, "", line.name)
        QToolTip.showText(event.globalPos(), words, self.viewport())

    def _mark_at(self, cell: Cell, point: QPointF) -> str:
        row, column = cell
        if row < 0 or column != ORIGINAL:
            return ""
        if self.pin_rect(row).contains(point):
            return "pin"
        swap = not self._state.lines[row].pinned and self.mark_rect(row).contains(point)
        return "swap" if swap else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        self._point_at(cell, self._mark_at(cell, event.position()))

    def _point_at(self, cell: Cell, mark: str) -> None:
        state = self._state
        if (cell, mark) == (state.hover, state.mark):
            return
        old, state.hover, state.mark = state.hover, cell, mark
        if mark or cell[1] > ORIGINAL:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()
        for row, column in (old, cell):
            if column == ORIGINAL:
                self._update_cell((row, column))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell[0] < 0:
            return
        self._go_to(cell)
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        mark = self._mark_at(cell, event.position())
        if mark == "swap":
            self.another_requested.emit(cell[0])
        elif mark == "pin":
            self.pin_requested.emit(cell[0])
        elif cell[1] > ORIGINAL:
            self.choose(NONE if cell == self._state.chosen else cell)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of a picture, by mouse or key."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            cell, where = self._cell_at(QPointF(event.pos())), event.globalPos()
        else:
            cell = self._state.current
            where = self.viewport().mapToGlobal(self.tile_rect(*cell).center().toPoint())
        if 0 <= cell[0] < len(self._state.lines):
            self.menu_requested.emit(cell[0], where)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (row, column) = Qt.Key(event.key()), self._state.current
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not self._state.lines or not plain:
            super().keyPressEvent(event)
        elif key in _MOVES:
            down, right = _MOVES[key]
            rows, columns = len(self._state.lines), self._state.columns
            row = min(max(0, row + down), rows - 1)
            self._go_to((row, min(max(ORIGINAL, column + right), columns - 1)))
            self._reveal(row)
        elif key in _ENTER and column == ORIGINAL:
            self.another_requested.emit(row)
        elif key in _ENTER:
            self.choose(NONE if (row, column) == self._state.chosen else (row, column))
        elif key == Qt.Key.Key_Escape and self._state.chosen != NONE:
            self.choose(NONE)
        elif key == Qt.Key.Key_P:
            self.pin_requested.emit(row)
        else:
            super().keyPressEvent(event)

    def _go_to(self, cell: Cell) -> None:
        old, self._state.current = self._state.current, cell
        for each in (old, cell):
            self._update_cell(each)

    def _reveal(self, row: int) -> None:
        bar, picture = self.verticalScrollBar(), self.tile_rect(row, ORIGINAL)
        over = int(picture.bottom()) + CAPTION - self.viewport().height()
        if picture.top() < HEAD:
            bar.setValue(bar.value() + int(picture.top()) - HEAD)
        elif over > 0:
            bar.setValue(bar.value() + over)
