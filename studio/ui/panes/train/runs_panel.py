"""Right of the Train pane: the runs, and what differs between those in the charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from studio.core.runs import RunFolder
from studio.ui.panes.train.run_list import ROW, RunList, RunModel
from studio.ui.panes.train.words import differences
from studio.ui.tokens import H_TABLE, MEDIUM, S1, S2
from studio.ui.widgets.base import look
from studio.ui.widgets.panel import Panel, Section
from studio.ui.widgets.text import ElidedLabel, Text

WIDTH = 284
MOST_COMPARED = 2
"""Columns that fit into the panel."""


class RunsPanel(Panel):
    """The list and the comparison."""

    def __init__(self, colour: Callable[[RunFolder], int], parent: QWidget | None = None) -> None:
        super().__init__("right", "Runs", WIDTH, scroll=True, parent=parent)
        self.model = RunModel(colour, self)
        self.list = RunList(self.model)
        self.list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.holder = holder = Section(line="none")
        holder.body.setContentsMargins(S2, S1, S2, S1)
        holder.add(self.list)
        self.nothing = Text(
            "Every training becomes a run. Their curves and settings are compared here.",
            tone="secondary", wrap=True,
        )  # fmt: skip
        self.empty = empty = Section(line="none")
        empty.add(self.nothing)
        self.add(holder)
        self.add(empty)
        self.compare = Section("What differs", line="top")
        self.table = DifferenceTable()
        self.compare.add(self.table)
        self.add(self.compare)
        self.add_stretch()
        self.compare.hide()

    def show_runs(
        self, runs: list[RunFolder], training: RunFolder | None, in_view: RunFolder | None
    ) -> None:
        """Bring the list up to date."""
        self.model.set_runs(runs, training)
        self.list.set_current_run(in_view)
        self.list.setFixedHeight(max(ROW, min(len(runs), 8) * ROW))
        self.list.setVisible(bool(runs))
        self.empty.setVisible(not runs)
        self.holder.setVisible(bool(runs))
        self.show_differences(in_view)

    def show_differences(self, in_view: RunFolder | None) -> None:
        """Compare the run in view with the newest other one in the charts."""
        shown = self.model.shown()
        first = [r for r in shown if in_view is not None and r.record.id == in_view.record.id]
        others = [r for r in shown if r not in first]
        compared = [*first, *others][:MOST_COMPARED]
        self.compare.setVisible(len(compared) > 1)
        if len(compared) > 1:
            self.table.show_runs(compared)


class DifferenceTable(QWidget):
    """A row for each setting that differs, a column for each run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(S2)
        self._grid.setVerticalSpacing(0)
        self._shown: tuple[object, ...] = ()
        self._rows = 0

    def show_runs(self, runs: Sequence[RunFolder]) -> None:
        """Compare these runs."""
        rows = differences([r.record for r in runs])
        titles = tuple(r.title for r in runs)
        if (titles, tuple(rows)) == self._shown:
            return
        self._shown = (titles, tuple(rows))
        self._clear()
        self._rows = len(rows) + 1
        self._add(0, ["", *titles], head=True)
        for number, (name, values) in enumerate(rows, start=1):
            self._add(number, [name, *values])
        if not rows:
            note = Text("Nothing: the same settings, the same pictures.", "small", "secondary",
                        wrap=True)  # fmt: skip
            self._grid.addWidget(note, 1, 0, 1, len(titles) + 1)
        self.update()

    def cells(self) -> list[list[str]]:
        """What is shown, row by row."""
        out = []
        for row in range(self._grid.rowCount()):
            items = [self._grid.itemAtPosition(row, c) for c in range(self._grid.columnCount())]
            labels = [item.widget() for item in items if item is not None]
            out.append([w.whole() for w in labels if isinstance(w, ElidedLabel)])
        return [row for row in out if row]

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line below each row but the last."""
        painter = QPainter(self)
        for row in range(self._rows - 1):
            bottom = self._grid.cellRect(row, 0).bottom()
            painter.fillRect(0, bottom, self.width(), 1, look(self).line)

    def _add(self, row: int, texts: Sequence[str], head: bool = False) -> None:
        for column, text in enumerate(texts):
            tone = "secondary" if head or column == 0 else "text"
            weight = MEDIUM if column and not head else None
            label = ElidedLabel(text, "small", tone, weight)
            label.setFixedHeight(H_TABLE)
            if column:
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(label, row, column)
            self._grid.setColumnStretch(column, 3 if column else 4)

    def _clear(self) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
