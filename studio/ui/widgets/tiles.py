"""How one tile of a picture grid is drawn, and what its model tells of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from functools import lru_cache
from typing import Any

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPixmap,
    QStaticText,
    QTransform,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.ui import icons
from studio.ui.theme import Theme, theme_of
from studio.ui.tokens import MEDIUM, R1, REGULAR, SEMIBOLD, Tokens
from studio.ui.widgets.base import centred, draw_text, rounded, text_width
from studio.ui.widgets.image_view import draw_rounded

Index = QModelIndex | QPersistentModelIndex
Tell = Callable[[int], Any]


class TileRole(IntEnum):
    """What a model tells of a tile, besides DisplayRole (caption) and ToolTipRole.

    PIXMAP: QPixmap or QImage, None while it is not decoded yet. EXCLUDED, UNREADABLE: bool.
    MARK: icon name at the top left ("pin"). NOTE_MARK: icon name at the top right ("edit").
    CAPTION_RIGHT: text at the right of the caption ("97 %"). TONE: colour role of the caption.
    STRONG: bool, caption in weight 500 and text colour.
    """

    PIXMAP = Qt.ItemDataRole.UserRole + 1
    EXCLUDED = Qt.ItemDataRole.UserRole + 2
    UNREADABLE = Qt.ItemDataRole.UserRole + 3
    MARK = Qt.ItemDataRole.UserRole + 4
    NOTE_MARK = Qt.ItemDataRole.UserRole + 5
    CAPTION_RIGHT = Qt.ItemDataRole.UserRole + 6
    TONE = Qt.ItemDataRole.UserRole + 7
    STRONG = Qt.ItemDataRole.UserRole + 8


CAPTION_HEIGHT = 20
_REACH = 4  # the frame of a chosen tile lies 4 px outside the picture


class TileDelegate(QStyledItemDelegate):
    """Draws a tile: picture, frame by state, marks and caption.

    `checks` says when selected tiles carry a check mark: "many", "always" or "never".
    `crop` fills the square with the middle of the picture; else the whole picture shows.
    """

    def __init__(
        self,
        parent: QWidget,
        checks: str = "many",
        crop: bool = True,
        smooth: bool = True,
        caption: bool = True,
    ) -> None:
        super().__init__(parent)
        self.checks, self.crop, self.smooth, self.caption = checks, crop, smooth, caption
        self.gap = 10
        self.row_gap = 8
        self._scaled = _ScaledPictures()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(108, 126)

    def picture_rect(self, cell: QRectF) -> QRectF:
        """Where the picture lies in a cell."""
        side = cell.width() - self.gap
        height = cell.height() - self.row_gap - (CAPTION_HEIGHT if self.caption else 0)
        return QRectF(cell.left() + self.gap / 2, cell.top() + self.row_gap / 2, side, height)

    def scaled(self, picture: QPixmap | QImage, size: QSize, ratio: float, crop: bool) -> QPixmap:
        """The picture for a tile of this logical size, corners round; made once and kept."""
        return self._scaled.get(picture, size, ratio, crop, self.smooth)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QAbstractItemView)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hover = bool(option.state & QStyle.StateFlag.State_MouseOver)
        current = view.currentIndex() == index and view.hasFocus()
        self.draw(painter, QRectF(option.rect), index, view, selected, current, hover)

    def draw(
        self,
        painter: QPainter,
        cell: QRectF,
        index: Index,
        view: QAbstractItemView,
        selected: bool,
        current: bool,
        hover: bool,
    ) -> None:
        """Draw a tile into its cell."""
        # The model itself is asked, and only for what it ever answers: by way of the index each
        # answer goes through C++ and back, which at ten roles a tile is a third of a frame.
        model = index.model()
        answer = model.data
        answered = getattr(model, "tile_roles", None)

        def tell(role: int) -> Any:
            return answer(index, role) if answered is None or role in answered else None

        theme = theme_of(view)
        picture = self.picture_rect(cell)
        self._draw_picture(painter, picture, tell, theme.current, view.devicePixelRatioF())
        if selected or current or hover:
            self._draw_frame(painter, picture, theme.current, selected, current)
        self._draw_marks(painter, picture, tell, theme.current, selected and self._checked(view))
        if self.caption:
            self._draw_caption(painter, picture, tell, theme, selected)

    def _draw_picture(
        self, painter: QPainter, rect: QRectF, tell: Tell, t: Tokens, ratio: float
    ) -> None:
        content = tell(TileRole.PIXMAP)
        unreadable = bool(tell(TileRole.UNREADABLE))
        excluded = bool(tell(TileRole.EXCLUDED))
        if unreadable or content is None or content.isNull():
            spot = QPointF(round(rect.left()), round(rect.top()))
            painter.drawPixmap(spot, _plate(rect.size().toSize().toTuple(), ratio, R1, t.well))
            if unreadable:
                icons.paint(painter, "broken", centred(rect, 16), t.bad)
            return
        if excluded:
            painter.setOpacity(0.28)
        if not self.crop:
            rounded(painter, rect, R1, t.well)
        picture = self._scaled.get(content, rect.size().toSize(), ratio, self.crop, self.smooth)
        size = picture.deviceIndependentSize()
        spot = QPointF(
            round(rect.center().x() - size.width() / 2),
            round(rect.center().y() - size.height() / 2),
        )
        painter.drawPixmap(spot, picture)
        painter.setOpacity(1.0)

    def _draw_frame(
        self,
        painter: QPainter,
        rect: QRectF,
        t: Tokens,
        selected: bool,
        current: bool,
    ) -> None:
        frame = rect.adjusted(-_REACH, -_REACH, _REACH, _REACH)
        if selected:
            rounded(painter, frame, R1 + _REACH, None, t.accent, 2)
        elif current:
            rounded(painter, frame, R1 + _REACH, None, t.accent, 2, Qt.PenStyle.DashLine)
        else:
            rounded(painter, frame, R1 + _REACH, None, t.edge, 2)

    def _draw_marks(
        self, painter: QPainter, rect: QRectF, tell: Tell, t: Tokens, checked: bool
    ) -> None:
        left = QRectF(rect.left() + 4, rect.top() + 4, 18, 18)
        mark = tell(TileRole.MARK) or ("eyeoff" if tell(TileRole.EXCLUDED) else "")
        if checked:
            rounded(painter, left, R1, t.accent)
            icons.paint(painter, "check", centred(left, 14), t.accent_text)
        elif mark:
            rounded(painter, left, R1, t.surface)
            icons.paint(painter, str(mark), centred(left, 14), t.text)
        note = tell(TileRole.NOTE_MARK)
        if note:
            right = QRectF(rect.right() - 22, rect.top() + 4, 18, 18)
            rounded(painter, right, R1, t.surface)
            icons.paint(painter, str(note), centred(right, 14), t.text)

    def _checked(self, view: QAbstractItemView) -> bool:
        if self.checks == "always":
            return True
        model = view.selectionModel()
        return self.checks == "many" and model is not None and _more_than_one(model)

    def _draw_caption(
        self, painter: QPainter, rect: QRectF, tell: Tell, theme: Theme, selected: bool
    ) -> None:
        t = theme.current
        tone = tell(TileRole.TONE)
        strong = bool(tell(TileRole.STRONG))
        weight = SEMIBOLD if selected else MEDIUM if strong or tone else REGULAR
        colour = t.role(str(tone)) if tone else t.text if selected or strong else t.text_secondary
        font = theme.font("small", weight)
        line = QRectF(rect.left(), rect.bottom(), rect.width(), CAPTION_HEIGHT)
        right = tell(TileRole.CAPTION_RIGHT)
        if right:
            width = text_width(font, str(right)) + 1
            spot = QRectF(line.right() - width, line.top(), width, line.height())
            draw_text(painter, spot, str(right), font, colour, Qt.AlignmentFlag.AlignRight)
            line.setRight(spot.left() - 4)
        text = str(tell(Qt.ItemDataRole.DisplayRole) or "").replace("\n", " ")
        _draw_kept(painter, line, text, font, colour)


@lru_cache(maxsize=16)
def _plate(size: tuple[int, int], ratio: float, radius: float, colour: str) -> QPixmap:
    """A rounded rectangle of one colour; while one scrolls fast, most tiles are only that."""
    made = QPixmap(max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    rounded(painter, QRectF(0, 0, *size), radius, colour)
    painter.end()
    return made


def _draw_kept(painter: QPainter, rect: QRectF, text: str, font: QFont, colour: str) -> None:
    """As `draw_text`; the names of classes stand below thousands of tiles, so layouts are kept."""
    key = (text, round(rect.width(), 1), font.key())
    kept = _LINES.get(key)
    if kept is None:
        fitting = QFontMetricsF(font).elidedText(
            text, Qt.TextElideMode.ElideMiddle, rect.width() + 0.5
        )
        kept = QStaticText(fitting)
        kept.setTextFormat(Qt.TextFormat.PlainText)
        kept.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        kept.prepare(QTransform(), font)
        if len(_LINES) >= _MOST_LINES:
            _LINES.clear()
        _LINES[key] = kept
    painter.setFont(font)
    painter.setPen(QColor(colour))
    top = rect.top() + (rect.height() - kept.size().height()) / 2
    painter.drawStaticText(QPointF(rect.left(), top), kept)


_LINES: dict[tuple[str, float, str], QStaticText] = {}
_MOST_LINES = 2000


def _more_than_one(model: QItemSelectionModel) -> bool:
    if not model.hasSelection():
        return False
    ranges = model.selection()
    if ranges.count() > 1:
        return True
    first = ranges.at(0)
    return first.bottom() > first.top() or first.right() > first.left()


class _ScaledPictures:
    """Keeps pictures at the size they are drawn at, corners round, newest used first."""

    _BYTES = 64_000_000

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, int, float, bool], QPixmap] = OrderedDict()
        self._bytes = 0

    def get(
        self, picture: QPixmap | QImage, size: QSize, ratio: float, crop: bool, smooth: bool
    ) -> QPixmap:
        """The picture for a tile of this logical size; made once."""
        key = (picture.cacheKey(), size.width(), size.height(), ratio, crop)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        pixmap = picture if isinstance(picture, QPixmap) else QPixmap.fromImage(picture)
        made = _rounded_copy(pixmap, size, ratio, crop, smooth)
        self._kept[key] = made
        self._bytes += made.width() * made.height() * 4
        while self._bytes > self._BYTES and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._bytes -= old.width() * old.height() * 4
        return made


def _rounded_copy(pixmap: QPixmap, size: QSize, ratio: float, crop: bool, smooth: bool) -> QPixmap:
    """A copy that fills the tile (crop) or fits into it, at the device ratio."""
    width, height = size.width() * ratio, size.height() * ratio
    if crop:
        pixmap = _middle(pixmap, width / max(1.0, height))
    else:
        scale = min(width / pixmap.width(), height / pixmap.height())
        width, height = pixmap.width() * scale, pixmap.height() * scale
    made = QPixmap(max(1, round(width)), max(1, round(height)))
    made.fill(Qt.GlobalColor.transparent)
    source = QPixmap(pixmap)
    source.setDevicePixelRatio(1.0)
    painter = QPainter(made)
    draw_rounded(painter, QRectF(made.rect()), source, R1 * ratio if crop else ratio, smooth)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def _middle(pixmap: QPixmap, aspect: float) -> QPixmap:
    """The middle part of a picture with this ratio of width to height."""
    width, height = pixmap.width(), pixmap.height()
    if abs(width / max(1, height) - aspect) <= 0.01:
        return pixmap
    if width / height > aspect:
        keep = max(1, round(height * aspect))
        return pixmap.copy((width - keep) // 2, 0, keep, height)
    keep = max(1, round(width / aspect))
    return pixmap.copy(0, (height - keep) // 2, width, keep)
