"""The page that lists every problem: kind, picture, reason."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio.core.paths import display_name
from studio.data.dataset import PROBLEM_TITLES, UNUSABLE, Problem
from studio.ui.tokens import H_ROW, SEMIBOLD
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.numbers import count
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

Index = QModelIndex | QPersistentModelIndex
_MOST_FITTED = 500
_NARROWEST, _WHY = 112, 240
"""Least widths of the first two columns, and what the last one keeps, in pixels."""

COLUMNS = ("What", "Where", "Why")


def title_of(kind: str) -> str:
    """The kind in words."""
    return PROBLEM_TITLES.get(kind, kind)


def sentence(problems: list[Problem]) -> str:
    """All problems in one sentence, rich text; empty where there are none."""
    unusable = len({p.path for p in problems if p.kind in UNUSABLE})
    others = sum(1 for p in problems if p.kind not in UNUSABLE)
    if unusable:
        verb = "was" if unusable == 1 else "were"
        head = f"<b>{count(unusable, 'picture')} could not be read</b> and {verb} left out."
        rest = f" {count(others, 'more remark', 'more remarks')}." if others else ""
        return head + rest
    if not others:
        return ""
    kinds = Counter(title_of(p.kind) for p in problems)
    most, number = kinds.most_common(1)[0]
    more = f", and {count(others - number, 'more remark', 'more remarks')}"
    return f"<b>{most}</b>: {number:,}{more if others > number else ''}."


class ProblemModel(QAbstractTableModel):
    """Problems as rows of kind, place and reason."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []

    def set_problems(self, problems: list[Problem]) -> None:
        """List other problems."""
        self.beginResetModel()
        self._problems = list(problems)
        self.endResetModel()

    def text(self) -> str:
        """All rows as text, columns divided by tabs."""
        rows = [COLUMNS, *(self._cells(p) for p in self._problems)]
        return "\n".join("\t".join(row) for row in rows) + "\n"

    @staticmethod
    def _cells(problem: Problem) -> tuple[str, str, str]:
        place = display_name(problem.path) or "the whole data set"
        return title_of(problem.kind), place, problem.message

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._problems):
            return None
        cells = self._cells(self._problems[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(cells)
        return None


class ProblemPage(QWidget):
    """All problems in a table; ``tools`` are its controls, for the bar above it.

    Signals:
        back_asked: show the pictures again.
    """

    back_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.back_button = IconButton(
            "left", "Back to the pictures", "Escape", "Every file stays where it is.", "small"
        )
        self.back_button.clicked.connect(lambda: self.back_asked.emit())
        self.kinds = Combo(name="Kinds of problems", bare=True, icon="filter")
        self.kinds.chosen.connect(lambda _kind: self._show())
        self.copy_button = Button("Copy list", "copy", "quiet", "small")
        describe(self.copy_button, "Copy list", sentence="Puts all rows on the clipboard as text.")
        self.copy_button.clicked.connect(self._copy)
        title = Text("Problems", weight=SEMIBOLD)
        self.tools: tuple[QWidget, ...] = (self.back_button, title, self.kinds, self.copy_button)
        self.model = ProblemModel(self)
        self.table = self._table()
        hold = QHBoxLayout()
        hold.setContentsMargins(8, 4, 4, 0)
        hold.addWidget(self.table)
        column.addLayout(hold, 1)

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setShowGrid(False)
        table.setWordWrap(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(H_ROW)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(_NARROWEST)
        table.setAccessibleName("Problems")
        return table

    def set_problems(self, problems: list[Problem]) -> None:
        """List other problems."""
        self._problems = list(problems)
        counts = Counter(p.kind for p in problems)
        items: list[str | tuple[object, str]] = [("", f"All, {len(problems):,}")]
        items += [(kind, f"{title_of(kind)}, {n:,}") for kind, n in counts.most_common()]
        chosen = self.kinds.current()
        self.kinds.set_items(items, chosen if chosen in counts else "")
        self._show()

    def _show(self) -> None:
        kind = self.kinds.current()
        self.model.set_problems([p for p in self._problems if not kind or p.kind == kind])
        self._fit()

    def _fit(self) -> None:
        """Columns as wide as their texts where there is room, rows as high as theirs."""
        if self.model.rowCount() > _MOST_FITTED:
            return
        header, room = self.table.horizontalHeader(), self.table.viewport().width()
        kind, place, why = (self.table.sizeHintForColumn(i) for i in range(len(COLUMNS)))
        kind = min(kind, room // 3)
        # Reasons are the longest: they keep the larger part, and are wrapped in it.
        place = min(place, room - kind - min(why, max(_WHY, (room - kind) * 11 // 20)))
        header.resizeSection(0, max(_NARROWEST, kind))
        header.resizeSection(1, max(_NARROWEST, place))
        self._fit_rows()

    def _fit_rows(self) -> None:
        self.table.resizeRowsToContents()
        header = self.table.verticalHeader()
        for row in range(self.model.rowCount()):
            header.resizeSection(row, max(H_ROW, header.sectionSize(row) + 10))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.model.text())
        self.copy_button.setText("Copied")
