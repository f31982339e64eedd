"""Small drawing helpers that the painted controls share."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import Tokens

RING_PROPERTY = "ringRadius"


def look(widget: QWidget) -> Tokens:
    """The tokens in use."""
    return theme_of(widget).current


def ringed(widget: QWidget, radius: int) -> None:
    """Let the focus ring be drawn around this widget, with this inner radius in pixels."""
    widget.setProperty(RING_PROPERTY, radius)


def rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: str | QColor | None = None,
    border: str | QColor | None = None,
    width: float = 1.0,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> None:
    """Draw a rounded rectangle whose border lies inside `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QBrush(QColor(fill)) if fill is not None else Qt.BrushStyle.NoBrush)
    if border is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        pen = QPen(QColor(border), width)
        if style is Qt.PenStyle.DashLine:
            pen.setDashPattern([3.0, 3.0] if width < 1.5 else [2.5, 2.0])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        half = width / 2
        rect = rect.adjusted(half, half, -half, -half)
        radius = max(0.0, radius - half)
    painter.drawRoundedRect(rect, radius, radius)


@lru_cache(maxsize=8192)
def _known_width(_font_key: str, text: str, font: _Font) -> float:
    return float(QFontMetricsF(font.font).horizontalAdvance(text))


class _Font:
    """A font that is equal to every other: only its key, beside it, tells fonts apart."""

    __slots__ = ("font",)

    def __init__(self, font: QFont) -> None:
        self.font = font

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Font)

    def __hash__(self) -> int:
        return 0


def text_width(font: QFont, text: str) -> float:
    """The advance of a text in a font, in pixels; measured once."""
    return _known_width(font.key(), text, _Font(font))


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    colour: str | QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
) -> None:
    """Draw one line of text, vertically centred, elided where it does not fit."""
    text = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
    width = rect.width()
    if text_width(font, text) > width + 0.5:
        text = QFontMetricsF(font).elidedText(text, elide, width)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, text)


def on_window(widget: QWidget) -> bool:
    """Whether the widget stands on a panel, bar or strip rather than on the work area."""
    parent = widget.parentWidget()
    while parent is not None:
        name = type(parent).__name__
        if name in ("WorkArea", "Surface", "Card"):
            return False
        if name in ("Panel", "Strip", "TopBar", "Rail"):
            return True
        parent = parent.parentWidget()
    return True


def track_colour(widget: QWidget) -> str:
    """The colour of an empty track where the widget stands."""
    t = look(widget)
    return t.pressed if on_window(widget) else t.well


def centred(outer: QRect | QRectF, size: QSize | float) -> QRectF:
    """A rectangle of this size in the middle of another."""
    w, h = (size, size) if isinstance(size, (int, float)) else (size.width(), size.height())
    middle = QRectF(outer).center()
    return QRectF(middle.x() - w / 2, middle.y() - h / 2, w, h)


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at a widget's dynamic properties again."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
