"""A row of exclusive choices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_CONTROL, ICON, MEDIUM, R1, R2
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.tips import describe


class Segment(QAbstractButton):
    """One choice of a segmented control."""

    def __init__(self, text: str, icon: str, padding: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self._icon, self._padding = icon, padding
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        ringed(self, R1)
        describe(self, text)
        self.setToolTip("")

    def sizeHint(self) -> QSize:
        width = 0.0
        if self.text():
            width += text_width(theme_of(self).font("body", MEDIUM), self.text())
        if self._icon:
            width += ICON + (6 if self.text() else 0)
        return QSize(round(width + 2 * self._padding + 2), H_CONTROL - 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        colour = t.text_secondary
        if self.isChecked():
            rounded(painter, rect, R1, t.raised, t.edge)
            colour = t.text
        elif self.underMouse() and self.isEnabled():
            rounded(painter, rect, R1, t.pressed)
            colour = t.text
        if not self.isEnabled():
            colour = t.text_disabled
        font = theme_of(self).font("body", MEDIUM)
        content = self.sizeHint().width() - 2 * self._padding - 2
        x = rect.left() + max(2.0, (rect.width() - content) / 2)
        if self._icon:
            square = centred(QRectF(x, 0, ICON, rect.height()), ICON)
            icons.paint(painter, self._icon, square, colour)
            x += ICON + 6
        spot = QRectF(x, rect.top(), rect.right() - x - 1, rect.height())
        draw_text(painter, spot, self.text(), font, colour)


class SegmentedControl(QWidget):
    """Exclusive choices side by side; arrow keys, Home and End move.

    Items are (key, text) or (key, text, icon), or plain texts that are their own keys.

    Signals:
        changed(object): the person chose the item with this key.
    """

    changed = Signal(object)

    def __init__(
        self,
        items: Sequence[str | tuple[object, str] | tuple[object, str, str]] = (),
        current: object = None,
        name: str = "",
        fill: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fill = fill
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[object, Segment] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2, 2, 2, 2)
        self._row.setSpacing(2)
        self.setFixedHeight(H_CONTROL)
        horizontal = QSizePolicy.Policy.Preferred if fill else QSizePolicy.Policy.Fixed
        self.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
        if name:
            self.setAccessibleName(name)
        self._group.buttonClicked.connect(self._clicked)
        self.set_items(items, current)

    def set_items(
        self,
        items: Sequence[str | tuple[object, str] | tuple[object, str, str]],
        current: object = None,
    ) -> None:
        """Replace the choices; `current` (default: the first) is on, without a signal."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        for item in items:
            parts = (item, item) if isinstance(item, str) else item
            icon = parts[2] if len(parts) > 2 else ""
            segment = Segment(str(parts[1]), icon, 4 if self._fill else 10, self)
            self._group.addButton(segment)
            self._row.addWidget(segment, 1 if self._fill else 0)
            self._buttons[parts[0]] = segment
        if self._buttons:
            self.set_current(next(iter(self._buttons)) if current is None else current)

    def set_current(self, key: object) -> None:
        """Switch one choice on, without a signal; an unknown key switches all off."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)
            return
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def current(self) -> object:
        """The key of the choice that is on; None where none is."""
        return next((k for k, b in self._buttons.items() if b.isChecked()), None)

    def button(self, key: object) -> Segment:
        """The button of a choice, for its tooltip or enabled state."""
        return self._buttons[key]

    def _clicked(self, button: QAbstractButton) -> None:
        for key, known in self._buttons.items():
            if known is button:
                self.changed.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = list(self._buttons)
        target = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}.get(Qt.Key(event.key()))
        if target is None or not keys:
            super().keyPressEvent(event)
            return
        button = self._buttons[keys[target]]
        button.setFocus(Qt.FocusReason.TabFocusReason)
        button.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        rounded(QPainter(self), QRectF(self.rect()), R2, look(self).well)
