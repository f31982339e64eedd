"""What came of a split: a table of counts, and a sentence about what straddles its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.paths import display_name
from studio.data.split import SplitSpec
from studio.ui.panes.data.split_counts import CountsTable
from studio.ui.panes.data.split_form import fill
from studio.ui.tokens import S2, S4
from studio.ui.widgets.buttons import LinkButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.panel import Rule
from studio.ui.widgets.text import IconLabel, Text
from studio.ui.widgets.tips import describe

if TYPE_CHECKING:
    from studio.data.leaks import LeakReport


@dataclass(frozen=True, eq=False)
class SplitReport:
    """What came of a split.

    Attributes:
        classes: output → its classes.
        tables: output → ``(classes, 4)`` as of ``studio.data.split_counts.class_table``.
        every: ``(4,)`` all pictures.
        leaks: what straddles the parts; empty where nothing is known of it.
        is_drawn: whether another way to split could mend that.
    """

    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    every: NDArray[np.int64] = field(default_factory=lambda: np.zeros(4, np.int64))
    leaks: Sequence[LeakReport] = ()
    is_drawn: bool = True


class SplitReportView(QWidget):
    """Counts of each class, and what straddles the parts.

    Signals:
        leaks_asked: show the pictures that lie in two parts.
        mend_asked: keep near twins together.
    """

    leaks_asked = Signal()
    mend_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = SplitReport()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        self.outputs = Combo(name="Output")
        describe(self.outputs, "Output", sentence="The question whose classes are counted.")
        self.outputs.chosen.connect(lambda _output: self._show_table())
        column.addWidget(self.outputs)
        self.table = CountsTable()
        column.addWidget(self.table, 1)
        column.addWidget(Rule())
        row = QHBoxLayout()
        row.setSpacing(S2)
        self.sign = IconLabel("info", "text_secondary")
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        self.words = Text("", "small", wrap=True)
        words.addWidget(self.words)
        links = QHBoxLayout()
        links.setSpacing(S4)
        self.show_button = LinkButton("Show them", small=True)
        describe(self.show_button, "Show them", sentence="Opens the problems of this kind.")
        self.show_button.clicked.connect(self.leaks_asked)
        self.mend_button = LinkButton("Keep twins together", small=True)
        describe(self.mend_button, "Keep twins together",
                 sentence="Draws the split again so that near twins are on one side.")  # fmt: skip
        self.mend_button.clicked.connect(self.mend_asked)
        for button in (self.show_button, self.mend_button):
            links.addWidget(button)
        links.addStretch(1)
        words.addLayout(links)
        row.addLayout(words, 1)
        column.addLayout(row)

    def stops(self) -> list[QWidget]:
        """The controls in the order of the Tab key."""
        return [self.outputs, self.table, self.show_button, self.mend_button]

    def show_report(self, report: SplitReport, spec: SplitSpec) -> None:
        """Show what came of a split."""
        self._report = report
        names = [(name, display_name(name)) for name in report.tables]
        fill(self.outputs, names)
        self.outputs.setVisible(len(names) > 1)
        self._show_table()
        leaking = [leak for leak in report.leaks if leak]
        twins = [leak for leak in leaking if leak.by == "twins"]
        if not report.leaks:
            self._say("info", "text_secondary", "Whether near twins lie in two parts is known once "
                      "all pictures are checked.")  # fmt: skip
        elif leaking:
            self._say("warning", "warning", " ".join(leak.sentence for leak in leaking))
        else:
            self._say("good", "good", " ".join(leak.sentence for leak in report.leaks))
        self.show_button.setVisible(bool(twins))
        self.mend_button.setVisible(bool(twins) and report.is_drawn and spec.together != "twins")

    def _say(self, icon: str, role: str, words: str) -> None:
        self.sign.set_icon(icon, role)
        self.words.setText(words)

    def _show_table(self) -> None:
        output = self.outputs.current()
        if isinstance(output, str) and output in self._report.tables:
            self.table.show_counts(
                self._report.classes[output], self._report.tables[output], self._report.every
            )
