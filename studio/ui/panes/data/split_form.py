"""The form of the split: how it is drawn, and what stays together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from studio.core.paths import display_name
from studio.data.dataset import Split
from studio.data.split import SplitSpec
from studio.ui.forms import SpecForm
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.panel import labelled
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

_FIELDS = ("mode", "validation", "test", "folds", "fold", "stratified", "together", "seed")
_LARGEST_ROLLED = 999
"""Seeds are told and compared by people: three digits are enough to tell splits apart."""


@dataclass(frozen=True)
class SplitFacts:
    """What the data set allows.

    Attributes:
        found: the parts that the folders or a table gave.
        columns: headings by which pictures can be kept together.
        waits: whether near twins are to be kept together and are not known yet.
    """

    found: frozenset[Split] = frozenset()
    columns: tuple[str, ...] = ()
    waits: bool = False


class SplitForm(QWidget):
    """The controls; those that mean nothing for this data set are not there.

    Signals:
        changed(object): another SplitSpec.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = SplitFacts()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.fields = SpecForm(SplitSpec(), names=_FIELDS)
        self.fields.changed.connect(self._take)
        column.addWidget(self.fields)
        column.addStretch(1)
        self.column = Combo(name="Column")
        describe(self.column, "Column", sentence="Pictures with the same cell stay together.")
        self.column.chosen.connect(self._choose_column)
        self._column_row = QWidget()
        row = labelled("Column", self.column, self.fields.field("together").width())
        row.setContentsMargins(0, 0, 0, 0)
        self._column_row.setLayout(row)
        rows = self.fields.layout()
        assert isinstance(rows, QVBoxLayout)
        rows.insertWidget(rows.indexOf(self.fields.row("seed")), self._column_row)
        self.waiting = Text(
            "Which pictures are twins is known once all are checked; then they are kept together.",
            "small", "secondary", wrap=True,
        )  # fmt: skip
        rows.insertWidget(rows.indexOf(self.fields.row("seed")), self.waiting)
        self._add_dice()

    def spec(self) -> SplitSpec:
        """The last valid spec."""
        spec = self.fields.spec()
        assert isinstance(spec, SplitSpec)
        return spec

    def field(self, name: str) -> QWidget:
        """The control of a field of the spec."""
        return self.column if name == "column" else self.fields.field(name)

    def row(self, name: str) -> QWidget:
        """The row of a field of the spec."""
        return self._column_row if name == "column" else self.fields.row(name)

    def stops(self) -> list[QWidget]:
        """The controls in the order of the Tab key."""
        before = [self.fields.field(name) for name in _FIELDS[:-1]]
        return [*before, self.column, self.dice, self.fields.field("seed")]

    def show_spec(self, spec: SplitSpec, facts: SplitFacts) -> None:
        """Show a spec and what the data set allows, without a signal."""
        self._facts = facts
        self._offer(facts)
        self.fields.set_spec(spec)
        self._arrange()

    def _offer(self, facts: SplitFacts) -> None:
        mode, together = self.fields.field("mode"), self.fields.field("together")
        assert isinstance(mode, Combo) and isinstance(together, Combo)
        ways = [("ratio", "By shares"), ("folds", "By folds")]
        fill(mode, [("folders", "As the data set says"), *ways] if facts.found else ways)
        kept = [("none", "Nothing"), ("twins", "Near twins"), ("column", "By a column")]
        fill(together, kept if facts.columns else kept[:2])
        fill(self.column, [(name, display_name(name)) for name in facts.columns])

    def _arrange(self) -> None:
        """Show what matters for this spec alone."""
        spec, found = self.spec(), self._facts.found
        by_folders = spec.mode == "folders" and bool(found)
        mode, together = self.fields.field("mode"), self.fields.field("together")
        assert isinstance(mode, Combo) and isinstance(together, Combo)
        if spec.mode == "folders" and not found:
            mode.set_current("ratio")  # which then comes to the same
        lacks = {part for part in (Split.VALIDATION, Split.TEST) if part not in found}
        is_folds = spec.mode == "folds"
        shown = {
            "validation": not is_folds and (not by_folders or Split.VALIDATION in lacks),
            "test": Split.TEST in lacks or not (by_folders or is_folds),
            "folds": is_folds, "fold": is_folds,
        }  # fmt: skip
        draws = not by_folders or bool(lacks)
        shown |= dict.fromkeys(("stratified", "together", "seed"), draws)
        for name, is_shown in shown.items():
            self.fields.row(name).setVisible(is_shown)
        by_column = draws and spec.together == "column" and bool(self._facts.columns)
        self._column_row.setVisible(by_column)
        names = self._facts.columns
        self.column.set_current(spec.column if spec.column in names else (*names, "")[0])
        self.waiting.setVisible(draws and self._facts.waits)

    def _take(self, spec: SplitSpec) -> None:
        self._arrange()
        self.changed.emit(spec)

    def _choose_column(self, name: str) -> None:
        self.change(column=name)

    def _roll(self) -> None:
        seed = int(np.random.default_rng().integers(1, _LARGEST_ROLLED + 1))
        self.change(seed=seed if seed != self.spec().seed else seed % _LARGEST_ROLLED + 1)

    def change(self, **values: object) -> None:
        """Set some fields as if the person had."""
        spec = self.spec().changed(**values)
        self.fields.set_spec(spec)
        self._take(spec)

    def _add_dice(self) -> None:
        self.dice = IconButton(
            "dice", "Draw again", sentence="Takes another seed at random, so that other pictures "
            "are held out.", size="small",
        )  # fmt: skip
        self.dice.clicked.connect(self._roll)
        rows = self.fields.row("seed").layout()
        first = rows.itemAt(0) if rows is not None else None
        head = first.layout() if first is not None else None
        assert isinstance(head, QBoxLayout)
        head.insertWidget(head.count() - 1, self.dice)


def fill(combo: Combo, items: Sequence[tuple[str, str]]) -> None:
    """Offer these, where others are offered now; the choice stays where it can."""
    if [combo.itemData(i) for i in range(combo.count())] != [key for key, _ in items]:
        chosen = combo.current()
        combo.set_items(items)
        if chosen in [key for key, _ in items]:
            combo.set_current(chosen)
