"""The rail at the left: six panes in the order of the work, and the settings."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import ICON_RAIL, MEDIUM, R2, S1, S2, W_RAIL, W_RAIL_NARROW
from studio.ui.widgets.base import draw_text, look, ringed, rounded
from studio.ui.widgets.tips import describe

PANES: tuple[tuple[str, str, str], ...] = (
    ("data", "Data", "data"),
    ("augment", "Augment", "augment"),
    ("model", "Model", "model"),
    ("train", "Train", "train"),
    ("understand", "Understand", "understand"),
    ("classify", "Classify", "classify"),
)
_DOTS = {"warning": "warning", "run": "accent"}


class RailButton(QAbstractButton):
    """One pane's button: icon over word, a dot that says something waits there."""

    def __init__(self, key: str, words: str, icon: str, shortcut: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.key, self._icon, self._dot, self._words = key, icon, "", words
        self._shortcut = shortcut
        self.narrow = False
        self.setText(words)
        self.setCheckable(True)
        self.setFixedHeight(54)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, R2)
        describe(self, words, shortcut)

    def sizeHint(self) -> QSize:
        return QSize(40 if self.narrow else 71, 54)

    def set_dot(self, kind: str, words: str) -> None:
        """Show a dot ("warning", "run") or none (""), and what it means in the tooltip."""
        self._dot = kind
        describe(self, self._words, self._shortcut, words)
        self.update()

    def dot(self) -> str:
        """The kind of dot shown."""
        return self._dot

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        on = self.isChecked()
        ground = t.selection if on else t.hover if self.underMouse() else t.window
        if on or self.underMouse():
            rounded(painter, rect, R2, ground)
        colour = t.accent if on else t.text if self.underMouse() else t.text_secondary
        middle = rect.center().x()
        top = rect.center().y() - ICON_RAIL / 2 if self.narrow else 8.5
        icons.paint(painter, self._icon, QRectF(middle - 10, top, ICON_RAIL, ICON_RAIL), colour)
        if not self.narrow:
            line = QRectF(0, 31.5, rect.width(), 14)
            font = theme_of(self).font("small", MEDIUM)
            draw_text(painter, line, self.text(), font, colour, Qt.AlignmentFlag.AlignHCenter)
        if self._dot:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            dot = QRectF(middle + 8.5, top - 1.5, 8, 8)
            painter.setBrush(QColor(ground))
            painter.drawEllipse(dot)
            painter.setBrush(QColor(t.role(_DOTS[self._dot])))
            painter.drawEllipse(dot.adjusted(1.25, 1.25, -1.25, -1.25))


class Rail(QFrame):
    """The panes' buttons; Ctrl+1 … Ctrl+6 and Ctrl+, reach them from everywhere.

    Signals:
        pane_requested(str): the key of a pane was pressed.
        settings_requested(): Settings was pressed.
    """

    pane_requested = Signal(str)
    settings_requested = Signal()

    def __init__(
        self,
        panes: Sequence[tuple[str, str, str]] = PANES,
        settings: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._buttons: dict[str, RailButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(6, S2, 6, S2)
        column.setSpacing(S1)
        for number, (key, words, icon) in enumerate(panes, 1):
            button = self._add(key, words, icon, f"Ctrl+{number}")
            button.clicked.connect(lambda _on=False, k=key: self._request(k))
            column.addWidget(button)
        column.addStretch(1)
        if settings:
            button = self._add("settings", "Settings", "settings", "Ctrl+,")
            button.clicked.connect(self._request_settings)
            column.addWidget(button)
        self._current = ""
        self.set_narrow(False)

    def _add(self, key: str, words: str, icon: str, shortcut: str) -> RailButton:
        button = RailButton(key, words, icon, shortcut, self)
        self._buttons[key] = button
        keys = QShortcut(QKeySequence(shortcut), self)
        keys.setContext(Qt.ShortcutContext.WindowShortcut)
        keys.activated.connect(button.click)
        return button

    def button(self, key: str) -> RailButton:
        """The button of a pane (or "settings")."""
        return self._buttons[key]

    def current(self) -> str:
        """The key of the pane that is marked; "" for none."""
        return self._current

    def set_current(self, key: str) -> None:
        """Mark a pane as the one in view; an unknown key or "" marks none."""
        self._current = key if key in self._buttons else ""
        for name, button in self._buttons.items():
            button.setChecked(name == key)

    def set_dot(self, key: str, kind: str, words: str = "") -> None:
        """A dot on a pane: "warning", "run" or "" for none; `words` go into the tooltip."""
        self._buttons[key].set_dot(kind, words)

    def set_narrow(self, narrow: bool) -> None:
        """Icons only, 52 px wide."""
        self.setFixedWidth(W_RAIL_NARROW if narrow else W_RAIL)
        for button in self._buttons.values():
            button.narrow = narrow
            button.update()

    def _request(self, key: str) -> None:
        self.set_current(self._current)  # the window decides
        self.pane_requested.emit(key)

    def _request_settings(self) -> None:
        self.set_current(self._current)
        self.settings_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        order = list(self._buttons.values())
        focused = next((i for i, b in enumerate(order) if b.hasFocus()), None)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if focused is None or not step:
            super().keyPressEvent(event)
            return
        order[(focused + step) % len(order)].setFocus(Qt.FocusReason.TabFocusReason)
