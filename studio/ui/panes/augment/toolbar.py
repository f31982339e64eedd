"""Controls above the previews: how many, compare, seed, re-roll."""

from __future__ import annotations

import random

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import S2
from studio.ui.widgets.base import draw_text, look
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fields import SpinField
from studio.ui.widgets.panel import Bar
from studio.ui.widgets.text import KeyHint, Text
from studio.ui.widgets.tips import describe

COUNTS: dict[int, tuple[int, int]] = {
    12: (3, 4),
    16: (4, 4),
    24: (4, 6),
    36: (6, 6),
    48: (6, 8),
}
"""Number of previews → pictures and previews of each."""

MOST_SEED = 2**31 - 1

_ROOMY = 640
"""Pixels below which not every word of the bar has room beside the beliefs."""
_USUAL = 150
"""Pixels of what switches the beliefs of a usual run on."""


class SeedField(SpinField):
    """A seed with its name inside, as the look has it."""

    def __init__(self, value: int) -> None:
        super().__init__(value, 0, MOST_SEED, 1, name="Seed")
        describe(
            self, "Seed", "",
            "The seed of the random draws: a run with the same seed trains on these very pictures.",
        )  # fmt: skip
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setTextMargins(34, 0, 0, 0)
        self.setFixedWidth(96)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        rect = QRectF(self.rect()).adjusted(9, 0, 0, 0)
        draw_text(painter, rect, "Seed", theme_of(self).font("body"), look(self).text_secondary)


class CompareHold(QWidget):
    """Shows the originals as long as it is pressed, or the key C is held.

    Signals:
        held(bool): pressed, let go.
    """

    held = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        self._words = Text("Compare", tone="secondary")
        row.addWidget(self._words)
        row.addWidget(KeyHint("C"))
        describe(self, "Compare", "C", "Shows the originals as long as it is held.")
        self._on = False
        self._shortcut = QShortcut(Qt.Key.Key_C, self)
        self._shortcut.setAutoRepeat(False)
        self._shortcut.activated.connect(self._press_key)

    def set_short(self, on: bool) -> None:
        """Show the key alone, where there is little room."""
        self._words.setVisible(not on)

    def _set(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            self._words.set_tone("accent" if on else "secondary")
            self.held.emit(on)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._set(True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._set(False)

    def _press_key(self) -> None:
        # The release goes to whatever has the focus: look at the application until it comes.
        application = QApplication.instance()
        if application is not None and not self._on:
            application.installEventFilter(self)
            self._set(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        released = (
            kind is QEvent.Type.KeyRelease
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_C
            and not event.isAutoRepeat()
        )
        if released or kind is QEvent.Type.ApplicationDeactivate:
            application = QApplication.instance()
            if application is not None:
                application.removeEventFilter(self)
            self._set(False)
        return False


class PreviewTools(QObject):
    """Fills a toolbar.

    Signals:
        count_changed: another number of previews is wanted.
        seed_changed: another seed.
        compare_held(bool): the originals are wanted, or no longer.
    """

    count_changed = Signal()
    seed_changed = Signal()
    compare_held = Signal(bool)

    def __init__(self, bar: Bar, seed: int, parent: QObject) -> None:
        super().__init__(parent)
        self.own_seed = False
        self.count = Combo([(n, f"{n} previews") for n in COUNTS], 16, "Number of previews")
        self.compare = CompareHold()
        self.seed = SeedField(seed)
        self.reroll = Button("Re-roll", "dice", key="R")
        describe(self.reroll, "Re-roll", "R", "Draws all previews anew, with another seed.")
        self.fit = IconButton(
            "fit", "What the network sees", "N",
            "Shows whole pictures with the frame of what the network gets of them: fit and size.",
            size="small", checkable=True,
        )  # fmt: skip
        self._beliefs = QWidget()
        self._belief_row = QHBoxLayout(self._beliefs)
        self._belief_row.setContentsMargins(4, 0, 0, 0)
        self._belief_row.setSpacing(S2)
        self._beliefs.hide()
        self._bar = bar
        bar.installEventFilter(self)
        bar.add(self.count)
        bar.add(self._beliefs)
        bar.add_stretch()
        bar.add(self.fit)
        bar.add(self.compare)
        bar.add_space(4)
        bar.add(self.seed)
        bar.add(self.reroll)
        self.count.chosen.connect(lambda _key: self.count_changed.emit())
        self.seed.value_changed.connect(lambda _value: self._changed_seed())
        self.reroll.clicked.connect(self._reroll)
        self.compare.held.connect(self.compare_held)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The bar is wider or narrower, or what stands in it has changed."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            direct = Qt.FindChildOption.FindDirectChildrenOnly
            inside = self._beliefs.findChildren(QWidget, options=direct)
            shown = any(not widget.isHidden() for widget in inside)
            longer = max(0, self._beliefs.sizeHint().width() - _USUAL)
            self.compare.set_short(shown and self._bar.width() < _ROOMY + longer)
        return False

    def layout_of(self) -> tuple[int, int]:
        """How many pictures, and how many previews of each."""
        return COUNTS[int(str(self.count.current()))]

    def set_visible(self, on: bool) -> None:
        """Show or hide all of them."""
        for control in (self.count, self.fit, self.compare, self.seed, self.reroll):
            control.setVisible(on)
        self._beliefs.setVisible(on and self._belief_row.count() > 0)

    def add_belief(self, widget: QWidget) -> None:
        """Put what switches the beliefs on beside the number of previews."""
        self._belief_row.addWidget(widget)
        self._beliefs.setVisible(not self.count.isHidden())

    def suggest_seed(self, seed: int) -> None:
        """Follow the seed of the recipe, as long as the person has chosen none here."""
        if not self.own_seed and seed != self.seed.value():
            self.seed.set_value(min(seed, MOST_SEED))
            self.seed_changed.emit()

    def _changed_seed(self) -> None:
        self.own_seed = True
        self.seed_changed.emit()

    def _reroll(self) -> None:
        old = self.seed.value()
        new = random.randrange(1, 10_000)
        self.seed.set_value(new if new != old else new + 1)
        self._changed_seed()
