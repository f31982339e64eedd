"""The runs of the project as a list: box in the run's colour, best accuracy, state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.core.runs import RunFolder
from studio.ui.panes.train.words import best_accuracy, run_subtitle
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1
from studio.ui.widgets.base import draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.choices import paint_box
from studio.ui.widgets.numbers import count, number, percent

ROW = 44
_Index = QModelIndex | QPersistentModelIndex


class RunModel(QAbstractListModel):
    """Newest run first. Check state: whether its curves are shown.

    Signals:
        shown_changed: other runs are checked.
    """

    shown_changed = Signal()

    def __init__(self, colour: Callable[[RunFolder], int], parent: QWidget) -> None:
        super().__init__(parent)
        self._colour = colour
        self._runs: list[RunFolder] = []
        self._words: dict[str, tuple[str, str, str]] = {}
        self._shown: set[str] = set()

    def set_runs(self, runs: list[RunFolder], training: RunFolder | None) -> None:
        """Show these runs (oldest first); ``training`` is the one that trains now."""
        newest_first = list(reversed(runs))
        if [r.path for r in newest_first] != [r.path for r in self._runs]:
            self.beginResetModel()
            self._runs = newest_first
            self.endResetModel()
        self._runs = newest_first
        self._words = {r.record.id: _row_words(r, r is training) for r in newest_first}
        self._shown &= set(self._words)
        if self._runs:
            self.dataChanged.emit(self.index(0), self.index(len(self._runs) - 1))

    def run_at(self, index: _Index) -> RunFolder:
        """The run of a row."""
        return self._runs[index.row()]

    def index_of(self, run: RunFolder | None) -> QModelIndex:
        """The row of a run; invalid where it is not there."""
        for row, other in enumerate(self._runs):
            if run is not None and other.record.id == run.record.id:
                return self.index(row)
        return QModelIndex()

    def shown(self) -> list[RunFolder]:
        """The checked runs, newest first."""
        return [r for r in self._runs if r.record.id in self._shown]

    def show(self, run: RunFolder) -> None:
        """Check a run."""
        if run.record.id not in self._shown:
            self.setData(self.index_of(run), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)

    def words(self, index: _Index) -> tuple[str, str, str]:
        """Second line, accuracy, state of a row."""
        return self._words[self.run_at(index).record.id]

    def series(self, index: _Index) -> str:
        """The colour role of a row."""
        return f"series-{self._colour(self.run_at(index)) + 1}"

    def rowCount(self, parent: _Index | None = None) -> int:
        """One row a run."""
        return 0 if parent is not None and parent.isValid() else len(self._runs)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, check state, and the whole as words for a screen reader."""
        if not index.isValid():
            return None
        run = self.run_at(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return run.title
        if role == Qt.ItemDataRole.CheckStateRole:
            checked = run.record.id in self._shown
            return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(w for w in (run.title, *self.words(index)) if w)
        if role == Qt.ItemDataRole.ToolTipRole:
            return run.record.reason or f"{run.title}, {self.words(index)[0]}"
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Check or uncheck."""
        if not index.isValid() or role != Qt.ItemDataRole.CheckStateRole:
            return False
        name = self.run_at(index).record.id
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._shown.add(name)
        else:
            self._shown.discard(name)
        self.dataChanged.emit(index, index)
        self.shown_changed.emit()
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Every row can be chosen and checked."""
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
        )


def _row_words(run: RunFolder, is_training: bool) -> tuple[str, str, str]:
    record = run.record
    accuracy = best_accuracy(record)
    done = record.epochs_done
    if is_training:
        state = "paused" if record.state == "paused" else f"epoch {number(done + 1)}"
    elif record.state == "finished":
        state = count(done, "epoch")
    else:
        state = {"stopped": "stopped", "failed": "failed", "new": "not started"}.get(
            record.state, "interrupted"
        )
    return run_subtitle(record), percent(accuracy) if accuracy is not None else "", state


class RunDelegate(QStyledItemDelegate):
    """Draws a row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines."""
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Box, name over network, accuracy over state."""
        view, model = option.widget, index.model()
        assert isinstance(model, RunModel) and isinstance(view, QWidget)
        t, theme = look(view), theme_of(view)
        rect = QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            rounded(painter, rect, R1, t.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        checked = model.data(index, Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        paint_box(painter, box_rect(rect), checked, view, t.role(model.series(index)))
        subtitle, accuracy, state = model.words(index)
        body, small = theme.font("body", MEDIUM), theme.font("small")
        right = max(text_width(body, accuracy), text_width(small, state)) + 2
        upper = QRectF(rect.left() + 34, rect.top() + 4, rect.width() - 42, 18)
        lower = QRectF(upper.left(), rect.top() + 23, upper.width(), 16)
        end = Qt.AlignmentFlag.AlignRight
        draw_text(painter, upper, accuracy, body, t.text, end)
        bad = state in ("failed", "interrupted")
        draw_text(painter, lower, state, small, t.bad if bad else t.text_secondary, end)
        for line in (upper, lower):
            line.setWidth(line.width() - right - 8)
        draw_text(painter, upper, str(model.data(index)), body, t.text)
        draw_text(painter, lower, subtitle, small, t.text_secondary)
        painter.restore()


def box_rect(row: QRectF) -> QRectF:
    """Where the box of a row lies."""
    return QRectF(row.left() + 8, row.center().y() - 8, 16, 16)


def toggle(model: QAbstractItemModel, index: _Index) -> None:
    """Check what is not checked, and the other way round."""
    checked = Qt.CheckState(model.data(index, Qt.ItemDataRole.CheckStateRole))
    other = Qt.CheckState.Unchecked if checked == Qt.CheckState.Checked else Qt.CheckState.Checked
    model.setData(index, other, Qt.ItemDataRole.CheckStateRole)


class RunList(QListView):
    """The list. Arrows choose, Space checks.

    Signals:
        run_chosen: the RunFolder that the person clicked or moved to.
    """

    run_chosen = Signal(object)

    def __init__(self, model: RunModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._runs = model
        self._quiet = False
        self.setItemDelegate(RunDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName("Runs")
        ringed(self, R1)
        self.selectionModel().currentChanged.connect(self._current_changed)

    def set_current_run(self, run: RunFolder | None) -> None:
        """Mark the run in view, without a signal."""
        self._quiet = True
        index = self._runs.index_of(run)
        self.setCurrentIndex(index)
        self._quiet = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the box checks; elsewhere it chooses the run."""
        index = self.indexAt(event.position().toPoint())
        room = box_rect(QRectF(self.visualRect(index))).adjusted(-8, -14, 8, 14)
        left = event.button() == Qt.MouseButton.LeftButton
        if index.isValid() and left and room.contains(event.position()):
            toggle(self._runs, index)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second of two quick clicks counts like the first."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space checks the row."""
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            toggle(self._runs, self.currentIndex())
            return
        super().keyPressEvent(event)

    def _current_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        if not self._quiet and current.isValid():
            self.run_chosen.emit(self._runs.run_at(current))
