"""Small words with a cross, in lines that wrap, and a place to write another one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QCompleter, QSizePolicy, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import R1
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.fields import Field
from studio.ui.widgets.tips import describe

_HEIGHT, _GAP, _CROSS, _WRITING = 20, 6, 14, 120


class Chip(QAbstractButton):
    """A word with a cross; a click on it, Delete or Space takes it off."""

    def __init__(self, text: str, note: str, sentence: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._note = note
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(_HEIGHT)
        ringed(self, R1)
        describe(self, f"{text} {note}".strip(), "Del", sentence)

    def sizeHint(self) -> QSize:
        font = theme_of(self).font("small")
        width = text_width(font, self._words()) + 8 + 4 + _CROSS + 4
        return QSize(round(width + 0.5), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, _HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        rounded(painter, rect, R1, t.pressed if self.underMouse() else t.well)
        spot = QRectF(8, 0, rect.width() - 8 - 4 - _CROSS - 4, rect.height())
        draw_text(painter, spot, self._words(), theme_of(self).font("small"), t.text)
        square = QRectF(rect.right() - 4 - _CROSS, 0, _CROSS, rect.height())
        colour = t.text if self.underMouse() else t.text_secondary
        icons.paint(painter, "close", centred(square, 12), colour)

    def _words(self) -> str:
        return f"{self.text()} {self._note}".strip()


class Chips(QWidget):
    """Chips in lines that wrap; “+” turns into a field, with known words to complete from.

    Signals:
        removed(str): the cross of a chip was pressed.
        added(str): a word was written, without blanks around it.
        left: writing ended without a word.
    """

    removed = Signal(str)
    added = Signal(str)
    left = Signal()

    def __init__(self, name: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[Chip] = []
        self._shown: list[tuple[str, str, str]] = []
        self.setAccessibleName(name)
        self.plus = IconButton("plus", f"Add: {name.lower()}", size="small")
        # Not as the button's own key, which would be taken from the whole window.
        describe(self.plus, f"Add: {name.lower()}", key, "Enter ends it, Escape leaves it.")
        self.plus.setParent(self)
        self.plus.clicked.connect(self.write)
        self.field = Field("", name, self)
        self.field.setFixedHeight(24)
        self.field.hide()
        self.field.installEventFilter(self)
        self._known = QStringListModel(self)
        completer = self._completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self.field.returnPressed.connect(self._finish)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_chips(self, chips: Sequence[tuple[str, str, str]], known: Sequence[str]) -> None:
        """Show (key, words, note) of each chip; ``known`` words are offered while writing."""
        self._known.setStringList(list(known))
        if list(chips) == self._shown:
            return
        self._shown = list(chips)
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for key, words, note in chips:
            chip = Chip(words, note, f"Takes “{words}” off.", self)
            chip.clicked.connect(lambda _checked=False, k=key: self.removed.emit(k))
            chip.show()
            self._chips.append(chip)
        self._place()

    def chips(self) -> list[str]:
        """The words shown, with their notes."""
        return [chip.accessibleName() for chip in self._chips]

    def chip(self, place: int) -> Chip:
        """One of the chips."""
        return self._chips[place]

    def write(self) -> None:
        """Let the person write a word, in the place of “+”."""
        self.plus.hide()
        self.field.clear()
        self.field.show()
        self._place()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def is_writing(self) -> bool:
        """Whether a word is being written."""
        return not self.field.isHidden()

    def sizeHint(self) -> QSize:
        width = self.width() or 160
        return QSize(width, self._places(width)[1])

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and self.is_writing():
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                if event.key() == Qt.Key.Key_Escape:
                    self._end()
                    self.left.emit()
                    return True
            elif event.type() == QEvent.Type.FocusOut:
                popup = self._completer.popup()
                if popup is None or not popup.isVisible():
                    self._end()
        return super().eventFilter(watched, event)

    def _finish(self) -> None:
        word = " ".join(self.field.text().split())
        self._end()
        if word:
            self.added.emit(word)
        else:
            self.left.emit()

    def _end(self) -> None:
        self.field.hide()
        self.plus.show()
        self._place()

    def _place(self) -> None:
        places, height = self._places(self.width())
        for part, rect in places:
            part.setGeometry(rect)
        self.setFixedHeight(height)

    def _places(self, width: int) -> tuple[list[tuple[QWidget, QRect]], int]:
        """Where everything stands in this width, and how high that is."""
        places: list[tuple[QWidget, QRect]] = []
        x, line = 0, 24
        y = 0
        last: QWidget = self.field if self.is_writing() else self.plus
        for part in (*self._chips, last):
            size = part.sizeHint() if part is not self.field else QSize(_WRITING, 24)
            wide = min(size.width(), width)
            if x and x + wide > width:
                x, y = 0, y + line + 4
            top = y + (line - size.height()) // 2
            places.append((part, QRect(QPoint(x, top), QSize(wide, size.height()))))
            x += wide + _GAP
        return places, y + line
