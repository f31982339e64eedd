"""The grid of previews: originals at the left, what training sees of them beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1, S4
from studio.ui.widgets.base import draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.image_view import draw_rounded
from studio.ui.widgets.tips import describe, tip

_GAP = 10
_HEAD = 34
_CAPTION = 20
_ROW_GAP = 8
_SMALLEST, _LOWEST = 40, 72.0
_JUDGED, _FILLED = 120.0, 0.75
"""Pictures less high than this, that fill less than this share of the width, let rows scroll."""

_MARK = 18


@dataclass
class Line:
    """One picture with its previews."""

    caption: str
    name: str
    original: QPixmap | None = None
    previews: list[QPixmap] = field(default_factory=list)


class PreviewGrid(QAbstractScrollArea):
    """Draws rows of an original and its previews.

    Signals:
        another_requested(int): the person wants another picture of the class in this row.
        tile_changed: tiles have another size: scale the pictures anew.
    """

    another_requested = Signal(int)
    tile_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._columns = 4
        self._aspect = 1.0
        self._comparing = False
        self._chosen = 0
        self._hover = -1
        self._told = QSize()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        ringed(self, 0)
        describe(self, "Previews", "", "Up and Down choose a picture, Enter takes another one.")
        self.setToolTip("")
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(60)
        self._settle.timeout.connect(self._tell_size)

    # What it shows

    def set_lines(self, lines: Sequence[tuple[str, str]], columns: int, aspect: float) -> None:
        """Other pictures: (class, file name) of each, previews in a row, width ÷ height."""
        kept = {(line.caption, line.name): line for line in self._lines}
        same = columns == self._columns and aspect == self._aspect
        self._lines = [kept.get(line, Line(*line)) if same else Line(*line) for line in lines]
        self._columns, self._aspect = columns, aspect
        self._chosen = min(self._chosen, max(0, len(lines) - 1))
        self._arrange()

    def replace_line(self, row: int, caption: str, name: str) -> None:
        """Show another picture in one row; the others stay."""
        self._lines[row] = Line(caption, name)
        self.viewport().update()

    def set_originals(self, images: Sequence[QImage]) -> None:
        """The pictures as the network gets them."""
        for line, image in zip(self._lines, images, strict=False):
            line.original = self._pixmap(image)
        self.viewport().update()

    def set_previews(self, images: Sequence[Sequence[QImage]]) -> None:
        """The previews, row by row."""
        for line, row in zip(self._lines, images, strict=False):
            line.previews = [self._pixmap(image) for image in row]
        self.viewport().update()

    def set_comparing(self, on: bool) -> None:
        """Show the originals in place of the previews."""
        if on != self._comparing:
            self._comparing = on
            self.viewport().update()

    def is_comparing(self) -> bool:
        """Whether originals stand in place of the previews."""
        return self._comparing

    def lines(self) -> list[Line]:
        """What is shown."""
        return self._lines

    def tile_pixels(self) -> QSize:
        """The size of one picture in device pixels."""
        size, ratio = self._tile(), self.devicePixelRatioF()
        return QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))

    def _pixmap(self, image: QImage) -> QPixmap:
        made = QPixmap.fromImage(image)
        made.setDevicePixelRatio(self.devicePixelRatioF())
        return made

    # Geometry

    def _tile(self) -> QSize:
        room = self.viewport().size()
        tiles = self._columns + 1
        width = (room.width() - 2 * S4 - 1 - _GAP * tiles) / tiles
        rows = max(1, len(self._lines))
        high = self._height_of(rows)
        # Rather scroll than show pictures too small to judge beside a region left empty.
        while rows > 1 and high < _JUDGED and high * self._aspect < _FILLED * width:
            rows -= 1
            high = self._height_of(rows)
        width = max(float(_SMALLEST), min(width, max(high, _LOWEST) * self._aspect))
        return QSize(int(width), max(8, int(width / self._aspect)))

    def _height_of(self, rows: int) -> float:
        """How high pictures may be when so many rows are to be seen at once."""
        return (self.viewport().height() - _HEAD) / rows - _CAPTION - _ROW_GAP

    def _pitch(self) -> int:
        return self._tile().height() + _CAPTION + _ROW_GAP

    def _rule_x(self) -> float:
        return S4 + self._tile().width() + _GAP

    def tile_rect(self, row: int, column: int) -> QRectF:
        """Where a picture stands in the viewport; column −1 is the original."""
        size = self._tile()
        top = _HEAD + row * self._pitch() - self.verticalScrollBar().value()
        if column < 0:
            return QRectF(S4, top, size.width(), size.height())
        left = self._rule_x() + 1 + _GAP + column * (size.width() + _GAP)
        return QRectF(left, top, size.width(), size.height())

    def mark_rect(self, row: int) -> QRectF:
        """The small button on an original that takes another picture."""
        tile = self.tile_rect(row, -1)
        return QRectF(tile.left() + 4, tile.top() + 4, _MARK, _MARK)

    def _row_at(self, point: QPoint) -> int:
        row = int((point.y() + self.verticalScrollBar().value() - _HEAD) // max(1, self._pitch()))
        return row if 0 <= row < len(self._lines) else -1

    def _arrange(self) -> None:
        total = _HEAD + len(self._lines) * self._pitch()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, total - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._pitch() // 3)
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

    # Mouse and keys

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        if event.type() is QEvent.Type.Leave:
            self._set_hover(-1)
        return bool(super().viewportEvent(event))

    def _show_tip(self, event: QHelpEvent) -> None:
        row = self._row_at(event.pos())
        if row < 0:
            QToolTip.hideText()
            return
        line = self._lines[row]
        if self.mark_rect(row).contains(QPointF(event.pos())):
            words = tip("Another picture", "", f"Takes the next training picture of {line.caption}")
        else:
            words = tip(line.caption, "", line.name)
        QToolTip.showText(event.globalPos(), words, self.viewport())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        row = self._row_at(point.toPoint())
        on_mark = row >= 0 and self.mark_rect(row).contains(point)
        self._set_hover(row if on_mark else -1)

    def _set_hover(self, row: int) -> None:
        if row != self._hover:
            self._hover = row
            if row >= 0:
                self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
            else:
                self.viewport().unsetCursor()
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if row >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self._chosen = row
            if self.mark_rect(row).contains(event.position()):
                self.another_requested.emit(row)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self._lines:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            move = 1 if key == Qt.Key.Key_Down else -1
            self._chosen = min(max(0, self._chosen + move), len(self._lines) - 1)
            self._reveal()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.another_requested.emit(self._chosen)
        else:
            super().keyPressEvent(event)

    def _reveal(self) -> None:
        bar, tile = self.verticalScrollBar(), self.tile_rect(self._chosen, -1)
        if tile.top() < _HEAD:
            bar.setValue(bar.value() + int(tile.top()) - _HEAD)
        elif tile.bottom() + _CAPTION > self.viewport().height():
            bar.setValue(bar.value() + int(tile.bottom()) + _CAPTION - self.viewport().height())
        self.viewport().update()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in range(len(self._lines)):
            tile = self.tile_rect(row, -1)
            if tile.bottom() + _CAPTION > 0 and tile.top() < self.viewport().height():
                self._draw_line(painter, row)
        self._draw_head(painter)

    def _draw_head(self, painter: QPainter) -> None:
        t, theme = look(self), theme_of(self)
        painter.fillRect(QRectF(0, 0, self.viewport().width(), _HEAD - 4), QColor(t.surface))
        small, bold = theme.font("small"), theme.font("small", MEDIUM)
        top, height = 11.0, 17.0
        first = self.tile_rect(0, -1)
        left = QRectF(first.left(), top, first.width(), height)
        draw_text(painter, left, "Original", bold, t.text)
        x = self.tile_rect(0, 0).left()
        words = "Original" if self._comparing else "As trained"
        rest = (
            "release C to see the previews again"
            if self._comparing
            else "drawn anew for every picture and epoch"
        )
        width = text_width(bold, words) + 5
        draw_text(painter, QRectF(x, top, width, height), words, bold, t.text)
        right = QRectF(x + width, top, self.viewport().width() - x - width - S4, height)
        elide = Qt.TextElideMode.ElideRight
        draw_text(painter, right, rest, small, t.text_secondary, elide=elide)

    def _draw_line(self, painter: QPainter, row: int) -> None:
        t, theme, line = look(self), theme_of(self), self._lines[row]
        body, strong = theme.font("small"), theme.font("small", MEDIUM)
        first = self.tile_rect(row, -1)
        self._draw_picture(painter, first, line.original)
        self._draw_mark(painter, row)
        draw_text(painter, self._caption_rect(first), line.caption, strong, t.text)
        painter.fillRect(
            QRectF(self._rule_x(), first.top(), 1, first.height() + _CAPTION), QColor(t.line)
        )
        for column in range(self._columns):
            tile = self.tile_rect(row, column)
            known = column < len(line.previews)
            picture = line.previews[column] if known else None
            self._draw_picture(painter, tile, line.original if self._comparing else picture)
            caption = self._caption_rect(tile)
            words = f"epoch {column + 1}" if tile.width() >= 48 else str(column + 1)
            room = text_width(body, words)
            draw_text(painter, caption, words, body, t.text_secondary, Qt.AlignmentFlag.AlignRight)
            caption.setRight(caption.right() - room - 6)
            if caption.width() > 30:
                draw_text(painter, caption, line.caption, body, t.text_secondary)
        if self.hasFocus() and self.property("keyboardFocus") and row == self._chosen:
            rounded(painter, first.adjusted(-4, -4, 4, 4), R1 + 4, None, t.accent, 2)

    def _caption_rect(self, tile: QRectF) -> QRectF:
        return QRectF(tile.left(), tile.bottom(), tile.width(), _CAPTION)

    def _draw_picture(self, painter: QPainter, tile: QRectF, picture: QPixmap | None) -> None:
        if picture is None:
            rounded(painter, tile, R1, look(self).well)
        else:
            draw_rounded(painter, tile, picture, R1)

    def _draw_mark(self, painter: QPainter, row: int) -> None:
        t, rect = look(self), self.mark_rect(row)
        hover = row == self._hover
        rounded(painter, rect, R1, t.hover if hover else t.raised)
        inner = rect.adjusted(2, 2, -2, -2)
        icons.paint(painter, "swap", inner, t.accent if hover else t.text, stroke=1.25)
