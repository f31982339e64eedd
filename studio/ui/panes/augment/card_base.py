"""How a card is used: clicked, dragged, moved by keys, chosen with others; and its frame."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication

from studio.ui.panes.augment.as_high import AsHigh
from studio.ui.panes.augment.card_head import HEIGHT
from studio.ui.tokens import R2
from studio.ui.widgets.base import look, ringed, rounded

_MOVES = {
    Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down", Qt.Key.Key_Left: "out", Qt.Key.Key_Right: "in",
}  # fmt: skip


class CardBase(AsHigh):
    """The frame of a card. A click on the head opens and closes it, a drag moves it.

    Signals:
        opened(bool): the person wants it open or closed.
        copied, deleted: the person wants a copy of it, or it gone.
        key_asked(str): by key: ``up``, ``down``, ``in``, ``out``, ``group`` or ``ungroup``.
        mark_asked(object): a click with Ctrl or Shift, which chooses several cards.
        menu_requested(QPoint): at a global position.
        drag_started, drag_moved(QPoint), drag_ended(bool): a drag of the head, in global
            positions; False where it was given up.
    """

    opened = Signal(bool)
    copied = Signal()
    deleted = Signal()
    key_asked = Signal(str)
    mark_asked = Signal(object)
    menu_requested = Signal(QPoint)
    drag_started = Signal()
    drag_moved = Signal(QPoint)
    drag_ended = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._open = self._lifted = self._marked = self._dragging = False
        self._press: QPoint | None = None
        self.grip = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, R2)

    @property
    def is_open(self) -> bool:
        """Whether the form is to be seen."""
        return self._open

    @property
    def is_lifted(self) -> bool:
        """Whether only the outline is shown, since the card is being dragged."""
        return self._lifted

    @property
    def is_marked(self) -> bool:
        """Whether it is one of several that were chosen."""
        return self._marked

    def set_marked(self, on: bool) -> None:
        """Show whether it is one of several that were chosen."""
        self._marked = on
        self.update()

    def _is_switch_under_mouse(self) -> bool:
        return False

    def _is_around_open(self) -> bool:
        """Whether a card inside of it is the open one."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape and self._dragging:
            self.give_up_drag()
        elif alt and key in _MOVES:
            self.key_asked.emit(_MOVES[key])
        elif control and key == Qt.Key.Key_G:
            self.key_asked.emit("ungroup" if shift else "group")
        elif control and key == Qt.Key.Key_D:
            self.copied.emit()
        elif key == Qt.Key.Key_Delete:
            self.deleted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(not self._open)
        else:
            super().keyPressEvent(event)

    # Mouse: a click opens, with Ctrl or Shift it chooses, a drag moves

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        in_head = event.position().y() <= HEIGHT
        if event.button() is Qt.MouseButton.LeftButton and in_head:
            self._press = event.globalPosition().toPoint()
            self.grip = int(event.position().y())
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        now = event.globalPosition().toPoint()
        far = (now - self._press).manhattanLength() >= QApplication.startDragDistance()
        if not self._dragging and far:
            self._dragging = True
            self.drag_started.emit()
        if self._dragging:
            self.drag_moved.emit(now)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        held = event.modifiers()
        several = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if self._dragging:
            self._end_drag(True)
        elif held & several:
            self._press = None
            self.mark_asked.emit(held)
        else:
            self._press = None
            self.opened.emit(not self._open)

    def give_up_drag(self) -> None:
        """End a drag; everything stays where it was."""
        if self._dragging:
            self._end_drag(False)

    def _end_drag(self, keep: bool) -> None:
        self._press, self._dragging = None, False
        self.drag_ended.emit(keep)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter, rect = QPainter(self), QRectF(self.rect())
        if self._lifted:
            rounded(painter, rect, R2, t.selection, t.accent, 1, Qt.PenStyle.DashLine)
        elif self._open and not self._is_around_open():
            rounded(painter, rect, R2, t.raised, t.accent, 2)
        elif self._open:
            rounded(painter, rect, R2, t.raised, t.edge)
        elif self._marked:
            rounded(painter, rect, R2, t.selection, t.accent)
        else:
            hover = self.underMouse() and not self._is_switch_under_mouse()
            rounded(painter, rect, R2, t.hover if hover else t.raised, t.edge)
