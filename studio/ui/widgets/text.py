"""Texts: labels in the type styles, elided names, badges, key hints and icons that stand alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import ICON, LINE_HEIGHT, MEDIUM, REGULAR, SEMIBOLD
from studio.ui.widgets.base import centred, draw_text, look, restyle, rounded, text_width

_WEIGHTS = {"title": SEMIBOLD, "heading": SEMIBOLD, "display": SEMIBOLD}


class Text(QLabel):
    """A label in a type style ("small", "body", "title", "heading", "display") and a tone.

    Tones: "text", "secondary", "disabled", "accent", "good", "warning", "bad".
    """

    def __init__(
        self,
        text: str = "",
        size: str = "body",
        tone: str = "text",
        weight: int | None = None,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self.setProperty("tone", tone)
        self.set_style(size, _WEIGHTS.get(size, REGULAR) if weight is None else weight)
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
            self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    def set_style(self, size: str, weight: int = REGULAR) -> None:
        """Change the type style and weight."""
        self.setFont(theme_of(self).font(size, weight))
        self.setMinimumHeight(LINE_HEIGHT[size])

    def set_tone(self, tone: str) -> None:
        """Change the colour role."""
        if tone != self._tone:
            self._tone = tone
            self.setProperty("tone", tone)
            restyle(self)


def closed_up(words: str) -> str:
    """Ranges without the spaces in them: ``−18…22 %``."""
    return words.replace(" … ", "…")


class ElidedLabel(Text):
    """One line that elides in the middle; the tooltip has the whole where it was cut.

    With ``tells=False`` the tooltip is left to whoever uses the label.
    """

    def __init__(
        self,
        text: str = "",
        size: str = "body",
        tone: str = "text",
        weight: int | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        tells: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", size, tone, weight, parent=parent)
        self._whole = ""
        self._tells = tells
        self._mode = mode
        self._own_tip = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text."""
        self._whole = text.replace("\n", " ")
        self.setAccessibleName(text)
        self.updateGeometry()
        self._elide()

    def whole(self) -> str:
        """The text before it was cut."""
        return self._whole

    def sizeHint(self) -> QSize:
        """As wide as the whole text."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._whole) + 2, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """Narrow, so that a layout may cut the text."""
        return QSize(min(24, self.sizeHint().width()), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def shorter(self) -> tuple[str, ...]:
        """Other ways of saying it, to be taken before it is cut; the longest first."""
        return (closed_up(self._whole),)

    def _elide(self) -> None:
        metrics = QFontMetrics(self.font())
        fitting = (
            words for words in (self._whole, *self.shorter())
            if words and metrics.horizontalAdvance(words) <= self.width()
        )  # fmt: skip
        shown = next(fitting, None) or metrics.elidedText(self._whole, self._mode, self.width())
        super().setText(shown)
        cut = shown not in (self._whole, closed_up(self._whole))
        if not self._tells:
            return
        if cut:
            self.setToolTip(self._whole)
        elif self._own_tip:
            self.setToolTip("")
        self._own_tip = cut


class KeyHint(QWidget):
    """A key in a small frame: "R", "Ctrl+Z"."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Key {key}")

    def key(self) -> str:
        """The key shown."""
        return self._key

    def sizeHint(self) -> QSize:
        width = text_width(theme_of(self).font("small", MEDIUM), self._key) + 12
        return QSize(max(18, round(width)), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_key(painter, QRectF(self.rect()), self._key, self)


def paint_key(painter: QPainter, rect: QRectF, key: str, widget: QWidget) -> None:
    """Draw a key hint into a rectangle."""
    t = look(widget)
    rounded(painter, rect, 3, t.surface, t.edge)
    font = theme_of(widget).font("small", MEDIUM)
    draw_text(painter, rect, key, font, t.text_secondary, Qt.AlignmentFlag.AlignHCenter)


class IconLabel(QWidget):
    """An icon that stands alone, in a colour role; it follows the theme."""

    def __init__(
        self, name: str, role: str = "text", size: int = ICON, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._role = name, role
        self.setFixedSize(size, size)

    def set_icon(self, name: str, role: str | None = None) -> None:
        """Show another icon or colour role."""
        self._name, self._role = name, role or self._role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.paint(painter, self._name, QRectF(self.rect()), look(self).role(self._role))


class Badge(QWidget):
    """A short word on a quiet ground: kind "", "good", "warning", "bad" or "accent"."""

    def __init__(
        self, text: str, kind: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._kind, self._icon = text, kind, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_badge(self, text: str, kind: str = "", icon: str = "") -> None:
        """Show another word, kind and icon."""
        self._text, self._kind, self._icon = text, kind, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The word shown."""
        return self._text

    def sizeHint(self) -> QSize:
        width = text_width(theme_of(self).font("small", MEDIUM), self._text)
        return QSize(round(width) + 12 + (16 if self._icon else 0), 18)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        fill, colour = {
            "good": (t.good_quiet, t.good),
            "warning": (t.warning_quiet, t.warning),
            "bad": (t.bad_quiet, t.bad),
            "accent": (t.selection, t.accent),
        }.get(self._kind, (t.well, t.text_secondary))
        painter = QPainter(self)
        rect = QRectF(self.rect())
        rounded(painter, rect, 4, fill)
        inner = rect.adjusted(6, 0, -6, 0)
        if self._icon:
            square = centred(QRectF(inner.left(), rect.top(), 12, rect.height()), 12)
            icons.paint(painter, self._icon, square, colour)
            inner.setLeft(inner.left() + 16)
        draw_text(painter, inner, self._text, theme_of(self).font("small", MEDIUM), colour)
