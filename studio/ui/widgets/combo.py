"""A choice from a list that opens below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QSizePolicy, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_CONTROL, ICON, R2
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.tips import describe


class Combo(QComboBox):
    """A combo box; items are (key, text) or plain texts that are their own keys.

    `bare=True` draws no frame (in a foot), `icon` stands before the text.

    Signals:
        chosen(object): the person chose the item with this key.
    """

    chosen = Signal(object)

    def __init__(
        self,
        items: Sequence[str | tuple[object, str]] = (),
        current: object = None,
        name: str = "",
        icon: str = "",
        bare: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._bare = icon, bare
        self.setView(QListView(self))
        self._round_popup()
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(16)
        ringed(self, R2)
        if name:
            describe(self, name)
        self.set_items(items, current)
        self.activated.connect(lambda _index: self.chosen.emit(self.currentData()))

    def _round_popup(self) -> None:
        """The list is a window of its own: without a ground, so that its corners are round."""
        popup = self.view().window()
        popup.setWindowFlags(
            popup.windowFlags()
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint
        )
        popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def set_items(self, items: Sequence[str | tuple[object, str]], current: object = None) -> None:
        """Replace the items; `current` (default: the first) is shown, without `chosen`."""
        blocked = self.blockSignals(True)
        self.clear()
        for item in items:
            key, text = (item, item) if isinstance(item, str) else item
            self.addItem(text, key)
        self.blockSignals(blocked)
        if current is not None:
            self.set_current(current)
        self.updateGeometry()
        self.update()

    def set_current(self, key: object) -> None:
        """Show the item with this key, without `chosen`; nothing where it is unknown."""
        index = next((i for i in range(self.count()) if self.itemData(i) == key), -1)
        blocked = self.blockSignals(True)
        self.setCurrentIndex(index)
        self.blockSignals(blocked)
        self.update()

    def current(self) -> object:
        """The key of the item shown."""
        return self.currentData()

    def _text_font(self) -> QFont:
        return theme_of(self).font("small" if self._bare else "body")

    def sizeHint(self) -> QSize:
        font = self._text_font()
        widths = [text_width(font, self.itemText(i)) for i in range(min(self.count(), 200))]
        width = max(widths, default=60.0) + 10 + 6 + 6 + ICON + 2
        return QSize(round(width + (ICON + 6 if self._icon else 0) + 0.5), H_CONTROL)

    def minimumSizeHint(self) -> QSize:
        return QSize(56, H_CONTROL)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling a panel must not change what it holds

    def showPopup(self) -> None:
        super().showPopup()
        popup = self.view().window()
        widest = self.view().sizeHintForColumn(0) + 32
        if popup is not self.window() and popup.width() < widest:
            popup.resize(min(widest, 480), popup.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        enabled = self.isEnabled()
        hover = enabled and self.underMouse()
        if self._bare:
            rounded(painter, rect, R2, t.hover if hover else None)
        else:
            fill = t.hover if hover else t.raised
            rounded(painter, rect, R2, fill, t.edge if enabled else t.line)
        dim = t.text_secondary if enabled else t.text_disabled
        x = rect.left() + 10
        if self._icon:
            icons.paint(painter, self._icon, centred(QRectF(x, 0, ICON, rect.height()), ICON), dim)
            x += ICON + 6
        arrow = QRectF(rect.right() - 6 - ICON, 0, ICON, rect.height())
        icons.paint(painter, "down", centred(arrow, ICON), dim)
        spot = QRectF(x, 0, arrow.left() - x - 2, rect.height())
        colour = t.text if enabled else t.text_disabled
        text = self.currentText() if self.currentIndex() >= 0 else self.placeholderText()
        if self.currentIndex() < 0 or self._bare:
            colour = dim
        draw_text(painter, spot, text, self._text_font(), colour)
