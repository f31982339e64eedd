"""The right panel of the page: what a kind of problem means, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from studio.ui.panes.data.problems.choices import Choice
from studio.ui.tokens import S2, S6
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.choices import RadioButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.panel import Panel, Section
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

WIDTH = 284
ALL, ONE = "all", "one"


class ChoiceRow(QWidget):
    """A radio button, its consequence below, and a list to choose from where there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.radio = RadioButton("")
        self.words = Text("", "small", "secondary", wrap=True)
        self.options = Combo(name="Class")
        inner = QVBoxLayout()
        inner.setContentsMargins(S6, 0, 0, 0)
        inner.setSpacing(6)
        inner.addWidget(self.words)
        inner.addWidget(self.options)
        column.addWidget(self.radio)
        column.addLayout(inner)

    def show_choice(self, choice: Choice, is_on: bool) -> None:
        """Show another choice; the chosen option stays where it is still there."""
        self.radio.setText(choice.title)
        self.radio.setAccessibleDescription(choice.consequence)
        describe(self.radio, choice.title, sentence=choice.consequence)
        self.words.setText(choice.consequence)
        chosen = self.options.current()
        if [self.options.itemData(i) for i in range(self.options.count())] != [
            key for key, _ in choice.options
        ]:
            self.options.set_items(list(choice.options), chosen)
            if self.options.currentIndex() < 0 and choice.options:
                self.options.set_current(choice.options[0][0])
        self.options.setVisible(bool(choice.options) and is_on)
        self.radio.updateGeometry()


class Advice(Panel):
    """Meaning, choices and the one button.

    Signals:
        chosen: the person picked another choice or another scope.
        acted(object, str): the button was pressed; the Choice and its option.
    """

    chosen = Signal()
    acted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("right", "What to do", WIDTH, scroll=True, parent=parent)
        self._kind = ""
        self._choices: list[Choice] = []
        self._rows: list[ChoiceRow] = []
        self._group = QButtonGroup(self)
        first = self.add_section()
        self.meaning = Text("", wrap=True)
        first.add(self.meaning)
        self.second = Section(spacing=12)
        self.scope = SegmentedControl([(ALL, "All"), (ONE, "This one")], ALL, "Which", fill=True)
        self.scope.changed.connect(lambda _key: self.chosen.emit())
        self.second.add(self.scope)
        self._column = QVBoxLayout()
        self._column.setSpacing(12)
        self.second.add(self._column)
        self.add(self.second)
        self.add_stretch()
        foot = Section(line="top", spacing=S2)
        foot.add(Text("Ctrl+Z takes it back. No file is touched.", "small", "secondary"))
        self.button = Button("", kind="primary", size="big")
        self.button.clicked.connect(self._act)
        foot.add(self.button)
        self.set_foot(foot)
        self.foot_section = foot
        self._group.idClicked.connect(self._picked)

    def show_nothing(self) -> None:
        """There is nothing to do."""
        self.meaning.setText("Nothing was found that needs a decision.")
        self.second.hide()
        self.foot_section.hide()
        self._choices = []

    def show_choices(self, kind: str, meaning: str, choices: Sequence[Choice], count: int) -> None:
        """Show other choices; for the same kind, the picked one stays where it is among them."""
        current = self.choice() if kind == self._kind else None
        key = current.key if current is not None else ""
        self._kind = kind
        keys = [c.key for c in choices]
        place = keys.index(key) if key in keys else 0
        self.meaning.setText(meaning)
        self.second.setVisible(bool(choices))
        self.foot_section.setVisible(bool(choices))
        self.scope.setVisible(count > 1)
        self.scope.button(ALL).setText(f"All {count:,}")
        self._choices = list(choices)
        while len(self._rows) < len(choices):
            row = ChoiceRow()
            self._group.addButton(row.radio, len(self._rows))
            self._column.addWidget(row)
            self._rows.append(row)
        for i, row in enumerate(self._rows):
            row.setVisible(i < len(choices))
            if i < len(choices):
                row.show_choice(choices[i], i == place)
        if choices:
            self._rows[place].radio.setChecked(True)
        self._name_button()

    def kind(self) -> str:
        """The kind of problem that the choices are about."""
        return self._kind

    def choice(self) -> Choice | None:
        """The choice that is picked."""
        place = self._group.checkedId()
        return self._choices[place] if 0 <= place < len(self._choices) else None

    def pick(self, key: str) -> None:
        """Pick a choice by its key, as a click does."""
        for i, choice in enumerate(self._choices):
            if choice.key == key:
                self._rows[i].radio.click()

    def row(self, key: str) -> ChoiceRow:
        """The row of a choice."""
        return self._rows[[c.key for c in self._choices].index(key)]

    def _picked(self, place: int) -> None:
        for i, row in enumerate(self._rows[: len(self._choices)]):
            row.options.setVisible(bool(self._choices[i].options) and i == place)
        self._name_button()
        self.chosen.emit()

    def _name_button(self) -> None:
        choice = self.choice()
        if choice is not None:
            self.button.setText(choice.button)
            describe(self.button, choice.button, sentence=choice.consequence)

    def _act(self) -> None:
        choice = self.choice()
        if choice is not None:
            option = self._rows[self._group.checkedId()].options.current()
            self.acted.emit(choice, str(option) if choice.options else "")
