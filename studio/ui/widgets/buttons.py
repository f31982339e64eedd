"""Push buttons: normal, primary, quiet and destructive, with icon, key hint, note or menu arrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import (
    H_CONTROL,
    H_PRIMARY,
    H_SMALL,
    ICON,
    MEDIUM,
    R1,
    R2,
    REGULAR,
    SEMIBOLD,
    Tokens,
)
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.text import paint_key
from studio.ui.widgets.tips import describe

_HEIGHTS = {"small": H_SMALL, "normal": H_CONTROL, "big": H_PRIMARY}
_PADDING = {"small": 8, "normal": 12, "big": 16}
_GAP = 6
_SWATCH = (14, 3)


class Button(QPushButton):
    """A button. Kinds: "normal", "primary", "quiet", "danger"; sizes "small", "normal", "big".

    `key` shows a key hint inside and is also the shortcut; `note` stands at the right in
    secondary colour; a menu or `arrow=True` shows the arrow. Checkable buttons take the
    selection colour when on. Signals are QPushButton's (`clicked`, `toggled`).
    """

    def __init__(
        self,
        text: str = "",
        icon: str = "",
        kind: str = "normal",
        size: str = "normal",
        key: str = "",
        note: str = "",
        arrow: bool = False,
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._kind, self._size = kind, size
        self._icon, self._icon_role = icon, ""
        self._key, self._note, self._arrow = key, note, arrow
        self._swatch = ""
        self._align_left = bool(note)
        self._weight = SEMIBOLD if kind == "primary" else MEDIUM
        self.setCheckable(checkable)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        ringed(self, R1 if size == "small" else R2)
        if key:
            self.setShortcut(key)
        if text:
            self.setAccessibleName(text.rstrip("…"))

    # What it shows

    def setText(self, text: str) -> None:
        """Show another text; also the accessible name."""
        super().setText(text)
        self.setAccessibleName(text.rstrip("…"))
        self.updateGeometry()

    def set_icon(self, name: str, role: str = "") -> None:
        """Show another icon; `role` is its colour (default: the text's)."""
        self._icon, self._icon_role = name, role
        self.updateGeometry()
        self.update()

    def icon_name(self) -> str:
        """The icon shown."""
        return self._icon

    def set_note(self, note: str) -> None:
        """Change the secondary text at the right."""
        self._note = note
        self.updateGeometry()
        self.update()

    def note(self) -> str:
        """The secondary text at the right."""
        return self._note

    def set_kind(self, kind: str) -> None:
        """Change between "normal", "primary", "quiet" and "danger"."""
        self._kind = kind
        self._weight = SEMIBOLD if kind == "primary" else MEDIUM
        self.updateGeometry()
        self.update()

    def kind(self) -> str:
        """The kind."""
        return self._kind

    def set_weight(self, weight: int) -> None:
        """Change the weight of the text."""
        self._weight = weight
        self.updateGeometry()
        self.update()

    def set_swatch(self, role: str) -> None:
        """Show a run's colour before the text: "series-1" …, or "" for none."""
        self._swatch = role
        self.updateGeometry()
        self.update()

    def setMenu(self, menu: QMenu) -> None:
        """Open a menu under the button; shows the arrow."""
        self._arrow = True
        super().setMenu(menu)
        self.updateGeometry()

    # Measures

    def _text_font(self) -> QFont:
        return theme_of(self).font("body", self._weight)

    def _note_font(self) -> QFont:
        return theme_of(self).font("body", REGULAR)

    def _key_width(self) -> float:
        return max(18.0, text_width(theme_of(self).font("small", MEDIUM), self._key) + 12)

    def _content_widths(self) -> list[float]:
        parts: list[float] = []
        if self._swatch:
            parts.append(_SWATCH[0])
        if self._icon:
            parts.append(ICON)
        if self.text():
            parts.append(text_width(self._text_font(), self.text()))
        if self._note:
            parts.append(text_width(self._note_font(), self._note) + 10)
        if self._key:
            parts.append(self._key_width() - 6)
        if self._arrow:
            parts.append(ICON)
        return parts

    def sizeHint(self) -> QSize:
        height = _HEIGHTS[self._size]
        parts = self._content_widths()
        if len(parts) == 1 and self._icon:
            return QSize(height, height)
        width = sum(parts) + _GAP * (len(parts) - 1) + 2 * _PADDING[self._size] + 2
        return QSize(round(width + 0.49), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    # Drawing

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange:
            self.update()

    def _colours(self, t: Tokens) -> tuple[str | None, str | None, str]:
        """Fill, border and text for the state of this moment."""
        menu = self.menu()
        down = self.isDown() or (menu is not None and menu.isVisible())
        hover = self.underMouse() and self.isEnabled()
        if not self.isEnabled():
            if self._kind == "primary":
                return t.well, t.well, t.text_disabled
            if self._kind == "quiet":
                return None, None, t.text_disabled
            return t.raised, t.line, t.text_disabled
        if self._kind == "primary":
            fill = t.accent_pressed if down else t.accent_hover if hover else t.accent
            return fill, fill, t.accent_text
        if self.isChecked():
            border = None if self._kind == "quiet" else t.edge
            return t.selection, border, t.accent
        quiet = self._kind == "quiet"
        rest = None if quiet else t.raised
        ground = t.pressed if down else t.hover if hover else rest
        return ground, None if quiet else t.edge, t.bad if self._kind == "danger" else t.text

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        fill, border, colour = self._colours(t)
        rect = QRectF(self.rect())
        rounded(painter, rect, R1 if self._size == "small" else R2, fill, border)
        self._draw_content(painter, rect, t, colour)

    def _draw_content(self, painter: QPainter, rect: QRectF, t: Tokens, colour: str) -> None:
        parts = self._content_widths()
        content = sum(parts) + _GAP * (len(parts) - 1)
        padding = _PADDING[self._size]
        if self._note or self._align_left:
            x = rect.left() + padding
        else:
            x = rect.left() + max(4.0, (rect.width() - content) / 2)
        right = rect.right() - padding
        dim = t.text_disabled if not self.isEnabled() else t.text_secondary
        if self._swatch:
            bar = QRectF(x, rect.center().y() - _SWATCH[1] / 2, *_SWATCH)
            rounded(painter, bar, 1.5, t.role(self._swatch))
            x += _SWATCH[0] + _GAP
        if self._icon:
            role = t.role(self._icon_role) if self._icon_role else colour
            icon_colour = role if self.isEnabled() and not self.isChecked() else colour
            square = centred(QRectF(x, rect.top(), ICON, rect.height()), ICON)
            icons.paint(painter, self._icon, square, icon_colour)
            x += ICON + _GAP
        if self._arrow:
            at = right - ICON + 4 if content > rect.width() else x + self._rest_after_text()
            square = centred(QRectF(at, rect.top(), ICON, rect.height()), ICON)
            icons.paint(painter, "down", square, colour)
            right = at - _GAP
        if self._key:
            width = self._key_width()
            key_rect = centred(QRectF(0, 0, width, rect.height()), QSize(round(width), 18))
            key_rect.moveRight(rect.right() - padding + 6)
            paint_key(painter, key_rect, self._key, self)
            right = key_rect.left() - _GAP
        if self._note:
            width = text_width(self._note_font(), self._note)
            spot = QRectF(right - width, rect.top(), width, rect.height())
            draw_text(painter, spot, self._note, self._note_font(), dim)
            right = spot.left() - 10
        if self.text():
            spot = QRectF(x, rect.top(), max(0.0, right - x + 1), rect.height())
            draw_text(painter, spot, self.text(), self._text_font(), colour)

    def _rest_after_text(self) -> float:
        return text_width(self._text_font(), self.text()) + _GAP if self.text() else 0.0


class IconButton(Button):
    """A square quiet button with an icon only; `name`, `key` and `sentence` make its tooltip."""

    def __init__(
        self,
        icon: str,
        name: str,
        key: str = "",
        sentence: str = "",
        size: str = "normal",
        kind: str = "quiet",
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", icon, kind, size, checkable=checkable, parent=parent)
        side = _HEIGHTS[size]
        self.setFixedSize(side, side)
        describe(self, name, key, sentence)
        if key:
            self.setShortcut(key)


class LinkButton(Button):
    """A word in the accent colour that acts like a link."""

    def __init__(self, text: str, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, kind="quiet", size="small", parent=parent)
        self._font_size = "small" if small else "body"
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def _text_font(self) -> QFont:
        font = theme_of(self).font(getattr(self, "_font_size", "body"), MEDIUM)
        font.setUnderline(self.underMouse())
        return font

    def sizeHint(self) -> QSize:
        return QSize(round(text_width(self._text_font(), self.text()) + 1.5), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        colour = t.accent if self.isEnabled() else t.text_disabled
        draw_text(painter, QRectF(self.rect()), self.text(), self._text_font(), colour)
