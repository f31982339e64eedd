"""Draws the grid of previews: only what an area to be drawn touches."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QWidget

from studio.ui import icons
from studio.ui.panes.augment.grid_model import (
    CAPTION,
    HEAD,
    ORIGINAL,
    Cell,
    GridGeometry,
    GridState,
    Line,
)
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1, S4
from studio.ui.widgets.base import draw_text, look, rounded, text_width
from studio.ui.widgets.image_view import draw_rounded
from studio.ui.widgets.numbers import percent, picture_size

_FIT_WORDS = {
    "crop": "crop: the network gets what is bright at the left",
    "letterbox": "letterbox: the network gets the whole picture with bars",
    "stretch": "stretch: the network gets the whole picture, distorted",
}

_PADDING = QColor(128, 128, 128)
_AWAY = QColor(0, 0, 0, 150)


class GridPaint:
    """One drawing of the grid.

    Args:
        painter: whose coordinates are those of the content.
        top: how far the content is scrolled.
        keys: whether the cell that the keys are at is to be seen.
    """

    def __init__(
        self,
        painter: QPainter,
        widget: QWidget,
        geometry: GridGeometry,
        state: GridState,
        top: int,
        keys: bool,
    ) -> None:
        self._painter, self._geometry, self._state = painter, geometry, state
        self._top, self._keys = top, keys
        self._look = look(widget)
        theme = theme_of(widget)
        self._small, self._strong = theme.font("small"), theme.font("small", MEDIUM)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def draw(self, area: QRectF) -> None:
        """Draw what touches an area of the content."""
        for row, column in self._geometry.cells_in(area):
            line = self._state.lines[row]
            if column == ORIGINAL:
                self._original(row, line)
            else:
                self._preview(row, column, line)
            self._rings((row, column))
        if area.top() - self._top < HEAD:
            self._head()

    # --- cells ----------------------------------------------------------------------------------

    def _original(self, row: int, line: Line) -> None:
        rect = self._geometry.picture(row, ORIGINAL)
        if self._state.fit and line.whole is not None:
            self._whole(rect, line.whole)
        else:
            self._picture(rect, line.original)
        self._marks(row, line)
        words = self._geometry.caption(row, ORIGINAL)
        if self._state.fit:
            lost = self._lost_words(line.whole)
            self._two(words, line.shown_caption, lost, self._look.text, True)
        else:
            self._own(words, line)
        rule = QRectF(self._geometry.rule_x, rect.top(), 1, rect.height() + CAPTION)
        self._painter.fillRect(rule, QColor(self._look.line))

    def _own(self, rect: QRectF, line: Line) -> None:
        """The class of the original, and what a network says of it."""
        rest = QRectF(rect)
        name, right, share = line.own or ("", True, None)
        if share is not None and line.standing is None:
            words, tone = percent(share, 0), self._look.text_secondary
            font = self._small
            if not right:
                words, tone, font = name, self._look.warning, self._strong
            wide = min(text_width(font, words) + 1, rect.width() / 2)
            place = QRectF(rect.right() - wide, rect.top(), wide, rect.height())
            draw_text(self._painter, place, words, font, tone, Qt.AlignmentFlag.AlignRight)
            rest.setRight(place.left() - 6)
        draw_text(self._painter, rest, line.shown_caption, self._strong, self._look.text)

    def _preview(self, row: int, column: int, line: Line) -> None:
        known = line.previews[column] if column < len(line.previews) else None
        rect = self._geometry.picture(row, column)
        self._picture(rect, line.original if self._state.comparing else known)
        chosen = self._state.chosen == (row, column)
        caption = self._geometry.caption(row, column)
        if column < len(line.beliefs) and not self._state.comparing:
            self._belief(caption, line, column, chosen)
            return
        tone = self._look.text if chosen else self._look.text_secondary
        words = f"epoch {column + 1}" if rect.width() >= 48 else str(column + 1)
        self._two(caption, line.shown_caption, words, tone, chosen)

    def _belief(self, caption: QRectF, line: Line, column: int, chosen: bool) -> None:
        name, right, share = line.beliefs[column]
        tone = self._look.text if chosen else self._look.text_secondary
        if not right:
            tone = self._look.warning
        words = "" if share is None else percent(share, 0)
        self._two(caption, name, words, tone, chosen or not right)

    def _two(self, rect: QRectF, left: str, right: str, tone: str, strong: bool) -> None:
        """Words at both ends; the right ones are always whole."""
        font = self._strong if strong else self._small
        draw_text(self._painter, rect, right, font, tone, Qt.AlignmentFlag.AlignRight)
        rest = QRectF(rect)
        rest.setRight(rest.right() - text_width(font, right) - 6)
        if rest.width() > 30:
            draw_text(self._painter, rest, left, font, tone)

    def _picture(self, rect: QRectF, picture: QPixmap | None) -> None:
        if picture is None:
            rounded(self._painter, rect, R1, self._look.well)
        else:
            draw_rounded(self._painter, rect, picture, R1)

    def _rings(self, cell: Cell) -> None:
        around = self._geometry.picture(*cell).adjusted(-4, -4, 4, 4)
        if cell == self._state.chosen:
            rounded(self._painter, around, R1 + 4, None, self._look.accent, 2)
        elif self._keys and cell == self._state.current:
            dashed = Qt.PenStyle.DashLine
            rounded(self._painter, around, R1 + 4, None, self._look.accent, 2, dashed)

    def _marks(self, row: int, line: Line) -> None:
        state = self._state
        here = state.hover == (row, ORIGINAL)
        here = here or (self._keys and state.current == (row, ORIGINAL))
        if line.pinned or here:
            self._mark("pin", self._geometry.pin(row), here and state.mark == "pin", line.pinned)
        if here and not line.pinned:
            self._mark("swap", self._geometry.swap(row), state.mark == "swap", True)

    def _mark(self, icon: str, rect: QRectF, hover: bool, on: bool) -> None:
        t = self._look
        rounded(self._painter, rect, R1, t.hover if hover else t.raised)
        colour = t.accent if hover else (t.text if on else t.text_secondary)
        icons.paint(self._painter, icon, rect.adjusted(2, 2, -2, -2), colour, stroke=1.25)

    # --- what the network sees of a picture -----------------------------------------------------

    def _whole(self, rect: QRectF, picture: QPixmap) -> None:
        """The whole picture, with the frame of what becomes the network's input."""
        size = QSizeF(picture.deviceIndependentSize())
        if size.isEmpty():
            self._picture(rect, None)
            return
        inside = _within(rect, size)
        frame = self._frame(rect, inside)
        painter = self._painter
        painter.save()
        path = QPainterPath()
        path.addRoundedRect(rect, R1, R1)
        painter.setClipPath(path)
        painter.fillRect(rect, QColor(self._look.well))
        if self._state.fit == "letterbox":
            painter.fillRect(rect, _PADDING)
            painter.fillRect(rect, QBrush(QColor(0, 0, 0, 70), Qt.BrushStyle.BDiagPattern))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(inside, picture, QRectF(picture.rect()))
        if self._state.fit == "crop":
            away, kept = QPainterPath(), QPainterPath()
            away.addRect(inside)
            kept.addRect(frame)
            painter.fillPath(away.subtracted(kept), _AWAY)
        painter.restore()
        rounded(painter, frame, 2, None, QColor(0, 0, 0, 110), 3)
        rounded(
            painter, frame.adjusted(0.5, 0.5, -0.5, -0.5), 2, None, QColor(Qt.GlobalColor.white), 2
        )

    def _lost_words(self, picture: QPixmap | None) -> str:
        """How much of the picture the network does not get, or of its input is no picture."""
        width, height = self._state.size
        if picture is None or picture.isNull() or not height or self._state.fit == "stretch":
            return ""
        ratio = picture.width() / picture.height() / (width / height)
        lost = 1 - min(ratio, 1 / ratio)
        if lost < 0.01:
            return ""
        return f"{percent(lost, 0)} {'cut' if self._state.fit == 'crop' else 'bars'}"

    def _frame(self, rect: QRectF, inside: QRectF) -> QRectF:
        """The part of a cell that the network gets, for a picture that stands ``inside`` of it."""
        if self._state.fit == "letterbox":
            return rect
        if self._state.fit == "stretch":
            return inside
        return _within(inside, QSizeF(*self._state.size))

    # --- the head -------------------------------------------------------------------------------

    def _head(self) -> None:
        painter, t, state = self._painter, self._look, self._state
        painter.save()
        painter.translate(0, self._top)
        wide = self._geometry.room.width()
        painter.fillRect(QRectF(0, 0, wide, HEAD - 6), QColor(t.surface))
        top, height = 11.0, 17.0
        first, x = self._geometry.picture(0, ORIGINAL), self._geometry.picture(0, 0).left()
        left = QRectF(first.left(), top, first.width(), height)
        draw_text(painter, left, "On the disk" if state.fit else "Original", self._strong, t.text)
        words = "Original" if state.comparing else "As trained"
        width = text_width(self._strong, words) + 5
        draw_text(painter, QRectF(x, top, width, height), words, self._strong, t.text)
        right = QRectF(x + width, top, wide - x - width - S4, height)
        elide = Qt.TextElideMode.ElideRight
        draw_text(painter, right, self._head_words(), self._small, t.text_secondary, elide=elide)
        painter.restore()

    def _head_words(self) -> str:
        if self._state.comparing:
            return "let go of C to see the previews again"
        if not all(self._state.size):
            return "drawn anew for every picture and epoch"
        size = picture_size(*self._state.size)
        if self._state.fit:
            return f"{size}, {_FIT_WORDS[self._state.fit]}"
        return f"{size}, drawn anew for every picture and epoch"


def _within(outer: QRectF, shape: QSizeF) -> QRectF:
    """The largest rectangle of that shape in the middle of another."""
    size = shape.scaled(outer.size(), Qt.AspectRatioMode.KeepAspectRatio)
    inner = QRectF(outer.topLeft(), size)
    inner.moveCenter(outer.center())
    return inner
