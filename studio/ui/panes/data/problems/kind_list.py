"""The list of kinds at the left: grouped, with icons and counts; what was not found comes last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.ui import icons
from studio.ui.panes.data.problems.kinds import GROUPS, KINDS, NOTHING, Kind, kind_of
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, MEDIUM, R1, REGULAR
from studio.ui.widgets.base import centred, draw_text, rounded, text_width
from studio.ui.widgets.numbers import number

Index = QModelIndex | QPersistentModelIndex
_H_HEADING = 28


@dataclass(frozen=True)
class Line:
    """One line: a heading, or a kind with what stands at its right."""

    text: str
    kind: Kind | None = None
    count: int = 0
    note: str = ""


class KindModel(QAbstractListModel):
    """Headings and kinds; headings and what was not found cannot be chosen."""

    LineRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []

    def set_counts(self, counts: Mapping[str, int], notes: Mapping[str, str]) -> None:
        """List the kinds with these counts; ``notes`` stand in place of the count."""
        unknown = [kind_of(key) for key in counts if key not in KINDS]
        kinds = [*KINDS.values(), *unknown]
        lines = []
        for group in GROUPS:
            mine = [k for k in kinds if k.group == group and counts.get(k.key)]
            if mine:
                lines.append(Line(group))
            for k in mine:
                n = counts[k.key]
                lines.append(Line(k.title, k, n, notes.get(k.key) or number(n)))
        absent = [k for k in KINDS.values() if not counts.get(k.key)]
        if absent:
            lines.append(Line(NOTHING))
            lines += [Line(k.title, k) for k in absent]
        if lines != self._lines:
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()

    def place_of(self, key: str) -> int:
        """Where a kind that was found stands; −1 where it is not."""
        places = (i for i, x in enumerate(self._lines) if x.kind and x.count and x.kind.key == key)
        return next(places, -1)

    def line(self, place: int) -> Line:
        """What stands at a place."""
        return self._lines[place]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_there = 0 <= index.row() < len(self._lines) and self._lines[index.row()].count > 0
        return super().flags(index) if is_there else Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text
        if role == self.LineRole:
            return line
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            if line.kind is None:
                return line.text
            return line.kind.sentence(line.count) if line.count else f"{line.text}: nothing found"
        return None


class KindDelegate(QStyledItemDelegate):
    """Icon, title and count on one line of 28 px; headings are small."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, H_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        line: Line = index.data(KindModel.LineRole)
        theme, rect = theme_of(view), QRectF(option.rect)
        t = theme.current
        inner = rect.adjusted(8, 0, -8, 0)
        painter.save()
        if line.kind is None:
            inner.setTop(rect.top() + 8)
            draw_text(painter, inner, line.text, theme.font("small", MEDIUM), t.text_secondary)
            painter.restore()
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            rounded(painter, rect, R1, t.selection)
        elif line.count and option.state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        icon, role = (line.kind.icon, line.kind.role) if line.count else ("good", "good")
        square = QRectF(inner.left(), rect.top(), 16, rect.height())
        icons.paint(painter, icon, centred(square, 16), t.role(role.replace("_", "-")))
        font = theme.font("body", MEDIUM if selected else REGULAR)
        end = inner.right()
        if line.count:
            width = text_width(font, line.note) + 1
            right = QRectF(end - width, rect.top(), width, rect.height())
            colour = t.text if selected else t.text_secondary
            draw_text(painter, right, line.note, font, colour, Qt.AlignmentFlag.AlignRight)
            end = right.left() - 8
        name = QRectF(inner.left() + 24, rect.top(), end - inner.left() - 24, rect.height())
        colour = t.text if line.count else t.text_secondary
        draw_text(painter, name, line.text, font, colour, elide=Qt.TextElideMode.ElideRight)
        painter.restore()


class KindList(QListView):
    """The kinds of problems; one that was found is chosen.

    Signals:
        kind_chosen(str): the person chose another kind.
    """

    kind_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = KindModel(self)
        self.setModel(self.kinds)
        self.setItemDelegate(KindDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setViewportMargins(8, 4, 8, 4)
        self.setAccessibleName("Kinds of problems")
        self._chosen = ""
        self.selectionModel().currentChanged.connect(self._current_changed)

    def chosen(self) -> str:
        """The chosen kind; empty where nothing was found."""
        return self._chosen

    def show_counts(self, counts: Mapping[str, int], notes: Mapping[str, str]) -> None:
        """List other counts; the chosen kind stays, or the next one takes its place. Silent."""
        before = self.kinds.place_of(self._chosen)
        blocked = self.selectionModel().blockSignals(True)
        self.kinds.set_counts(counts, notes)
        place = self.kinds.place_of(self._chosen)
        if place < 0:
            found = [i for i in range(self.kinds.rowCount()) if self.kinds.line(i).count]
            place = next((i for i in found if i >= before), found[-1] if found else -1)
        line = self.kinds.line(place) if place >= 0 else None
        self._chosen = line.kind.key if line is not None and line.kind is not None else ""
        if place >= 0:
            self.setCurrentIndex(self.kinds.index(place))
        self.selectionModel().blockSignals(blocked)
        self.viewport().update()

    def choose(self, key: str) -> None:
        """Choose a kind; told by the signal where it is another one."""
        place = self.kinds.place_of(key)
        if place >= 0:
            self.setCurrentIndex(self.kinds.index(place))

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        line = current.data(KindModel.LineRole)
        if line is not None and line.kind is not None and line.kind.key != self._chosen:
            self._chosen = line.kind.key
            self.kind_chosen.emit(self._chosen)
