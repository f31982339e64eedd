"""Rows of an original and its previews, drawn; what the mouse and keys do is in preview_grid."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from studio.ui.panes.augment.belief_words import Belief
from studio.ui.panes.augment.grid_model import (
    HEAD,
    NONE,
    ORIGINAL,
    Cell,
    GridGeometry,
    GridState,
    Line,
)
from studio.ui.panes.augment.grid_paint import GridPaint


class PreviewView(QAbstractScrollArea):
    """Shows originals with their previews, and which one is chosen.

    Signals:
        chosen_changed(int, int): row and column of the preview that is looked into; −1, −1 for
            none.
        tile_changed: tiles have another size: scale the pictures anew.
    """

    chosen_changed = Signal(int, int)
    tile_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = GridState()
        self._aspect = 1.0
        self._geometry = GridGeometry(QSize(1, 1), 0, 4, 1.0)
        self._told = QSize()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(60)
        self._settle.timeout.connect(self._tell_size)

    # --- what it shows --------------------------------------------------------------------------

    def set_lines(
        self,
        lines: Sequence[tuple[str, str]],
        columns: int,
        aspect: float,
        pinned: Sequence[bool] = (),
    ) -> None:
        """Other pictures: (class, file name) of each, previews in a row, width ÷ height.

        Where another picture stood before, its pixels stay until those of the new one come.
        """
        before = self._state.lines
        kept = {(line.caption, line.name): line for line in before}
        same = columns == self._state.columns and aspect == self._aspect
        if not same:
            for line in before:
                line.beliefs, line.own = [], None
        self._state.lines = []
        for row, (caption, name) in enumerate(lines):
            old = before[row] if row < len(before) else None
            line = kept.get((caption, name)) or _in_place_of(old, caption, name)
            line.pinned = row < len(pinned) and pinned[row]
            self._state.lines.append(line)
        self._state.columns, self._aspect = columns, aspect
        row, column = self._state.current
        self._state.current = (min(row, max(0, len(lines) - 1)), min(column, columns - 1))
        self._arrange()
        if self._state.chosen[0] >= len(lines) or self._state.chosen[1] >= columns:
            self.choose(NONE)

    def forget(self) -> None:
        """Show nothing: other pictures come that have nothing to do with these."""
        self._state.lines = []
        self._arrange()
        self.choose(NONE)

    def replace_line(self, row: int, caption: str, name: str) -> None:
        """Show another picture in one row; the others stay."""
        self._state.lines[row] = _in_place_of(self._state.lines[row], caption, name)
        self.viewport().update()

    def set_pinned(self, row: int, on: bool) -> None:
        """Show whether a picture is pinned."""
        self._state.lines[row].pinned = on
        self._update_cell((row, ORIGINAL))

    def set_originals(self, images: Sequence[QImage]) -> None:
        """The pictures as the network gets them."""
        for row, (line, image) in enumerate(zip(self._state.lines, images, strict=False)):
            line.original, line.standing = self._pixmap(image), None
            self._update_cell((row, ORIGINAL))
        if self._state.comparing:
            self.viewport().update()

    def set_whole(self, pictures: Sequence[QPixmap | None]) -> None:
        """The pictures as they lie on the disk, for :meth:`show_fit`."""
        for row, (line, picture) in enumerate(zip(self._state.lines, pictures, strict=False)):
            if picture is not None:
                line.whole = picture
                self._update_cell((row, ORIGINAL))

    def set_previews(self, images: Sequence[Sequence[QImage]]) -> None:
        """The previews, row by row."""
        for line, row in zip(self._state.lines, images, strict=False):
            line.previews = [self._pixmap(image) for image in row]
        self.viewport().update(self._previews_area())

    def set_beliefs(
        self, rows: Sequence[Sequence[Belief]], originals: Sequence[Belief] = ()
    ) -> None:
        """What a network says of each preview; empty rows show the epochs again.

        Args:
            originals: what it says of the pictures themselves; may be empty.
        """
        for index, line in enumerate(self._state.lines):
            line.beliefs = list(rows[index]) if index < len(rows) else []
            line.own = originals[index] if index < len(originals) else None
        self.viewport().update()

    def set_input(self, width: int, height: int) -> None:
        """Say the size of the network's input in pixels."""
        if (width, height) != self._state.size:
            self._state.size = width, height
            self.viewport().update()

    def show_fit(self, fit: str) -> None:
        """Show whole pictures with what the network gets of them (``crop``, ``letterbox``,
        ``stretch``); empty shows originals as the network gets them."""
        if fit != self._state.fit:
            self._state.fit = fit
            self.viewport().update()

    def set_comparing(self, on: bool) -> None:
        """Show the originals in place of the previews."""
        if on != self._state.comparing:
            self._state.comparing = on
            self.viewport().update()

    def is_comparing(self) -> bool:
        """Whether originals stand in place of the previews."""
        return self._state.comparing

    def lines(self) -> list[Line]:
        """What is shown."""
        return self._state.lines

    def state(self) -> GridState:
        """What is chosen, pointed at and compared."""
        return self._state

    def chosen(self) -> Cell:
        """The preview that is looked into, (−1, −1) for none."""
        return self._state.chosen

    def choose(self, cell: Cell) -> None:
        """Look into a preview; (−1, −1) for none."""
        if cell != self._state.chosen:
            old, self._state.chosen = self._state.chosen, cell
            for each in (old, cell):
                self._update_cell(each)
            self.chosen_changed.emit(*cell)

    def tile_pixels(self) -> QSize:
        """The size of one picture in device pixels."""
        size, ratio = self._geometry.tile, self.devicePixelRatioF()
        return QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))

    def _pixmap(self, image: QImage) -> QPixmap:
        made = QPixmap.fromImage(image)
        made.setDevicePixelRatio(self.devicePixelRatioF())
        return made

    # --- places ---------------------------------------------------------------------------------

    def tile_rect(self, row: int, column: int) -> QRectF:
        """Where a picture stands in the viewport; column −1 is the original."""
        return self._seen(self._geometry.picture(row, column))

    def mark_rect(self, row: int) -> QRectF:
        """The small button on an original that takes another picture."""
        return self._seen(self._geometry.swap(row))

    def pin_rect(self, row: int) -> QRectF:
        """The small button on an original that pins it."""
        return self._seen(self._geometry.pin(row))

    def _seen(self, rect: QRectF) -> QRectF:
        return rect.translated(0, -self.verticalScrollBar().value())

    def _content(self, point: QPointF) -> QPointF:
        return point + QPointF(0, self.verticalScrollBar().value())

    def _cell_at(self, point: QPointF) -> Cell:
        return NONE if point.y() < HEAD - 6 else self._geometry.at(self._content(point))

    def _previews_area(self) -> QRect:
        left = int(self._geometry.rule_x) + 1
        return QRect(left, 0, self.viewport().width() - left, self.viewport().height())

    def _update_cell(self, cell: Cell) -> None:
        if cell[0] >= 0:
            area = self._seen(self._geometry.cell(*cell)).adjusted(-1, -1, 1, 1)
            self.viewport().update(area.toAlignedRect())

    def _arrange(self) -> None:
        state = self._state
        self._geometry = GridGeometry(
            self.viewport().size(), len(state.lines), state.columns, self._aspect
        )
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._geometry.height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._geometry.pitch // 3)
        self.viewport().update()
        if self.tile_pixels() != self._told:
            self._settle.start()

    def _tell_size(self) -> None:
        if self.tile_pixels() != self._told:
            self._told = self.tile_pixels()
            self.tile_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # --- drawing --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, top = QPainter(self.viewport()), self.verticalScrollBar().value()
        painter.translate(0, -top)
        keys = self.hasFocus() and bool(self.property("keyboardFocus"))
        paint = GridPaint(painter, self, self._geometry, self._state, top, keys)
        paint.draw(QRectF(event.rect()).translated(0, top))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The head stays where it is, so that nothing can be moved: draw anew."""
        self.viewport().update()


def _in_place_of(old: Line | None, caption: str, name: str) -> Line:
    """A line that shows the pixels of another until its own come."""
    line = Line(caption, name)
    if old is not None and old.original is not None:
        line.original, line.whole, line.previews = old.original, old.whole, old.previews
        line.standing = old.shown_caption
    return line
