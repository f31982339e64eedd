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
from PySide6.QtGui import QKeyEvent, QPainter
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

MOST_ABSENT = 6
"""More kinds that were not found are folded into one line, which opens them."""


@dataclass(frozen=True)
class Line:
    """One line: a heading, a kind with what stands at its right, or the line that opens others."""

    text: str
    kind: Kind | None = None
    count: int = 0
    note: str = ""
    is_fold: bool = False


class KindModel(QAbstractListModel):
    """Headings and kinds; headings and what was not found cannot be chosen."""

    LineRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._given: tuple[Mapping[str, int], Mapping[str, str]] = ({}, {})
        self.is_open = False

    def toggle(self) -> None:
        """List what was not found, or fold it again."""
        self.is_open = not self.is_open
        self.set_counts(*self._given)

    def set_counts(self, counts: Mapping[str, int], notes: Mapping[str, str]) -> None:
        """List the kinds with these counts; ``notes`` stand in place of the count."""
        self._given = (counts, notes)
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
        folds = len(absent) > MOST_ABSENT
        if folds:
            lines.append(Line(f"{NOTHING} in {len(absent)} checks", is_fold=True))
        elif absent:
            lines.append(Line(NOTHING))
        if self.is_open or not folds:
            lines += [Line(k.title, k) for k in absent]
        if lines != self._lines:
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()

    def place_of(self, key: str) -> int:
        """Where a kind that was found stands; −1 where it is not."""
        places = (i for i, x in enumerate(self._lines) if x.kind and x.count and x.kind.key == key)
        return next(places, -1)

    def place_of_fold(self) -> int:
        """Where the line stands that opens others; −1 where there is none."""
        return next((i for i, line in enumerate(self._lines) if line.is_fold), -1)

    def line(self, place: int) -> Line:
        """What stands at a place."""
        return self._lines[place]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        line = self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None
        can_be_chosen = line is not None and (line.count > 0 or line.is_fold)
        return super().flags(index) if can_be_chosen else Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text
        if role == self.LineRole:
            return line
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            if line.is_fold:
                return f"{line.text}. Press to {'hide' if self.is_open else 'list'} them."
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
        assert isinstance(view, KindList)
        line: Line = index.data(KindModel.LineRole)
        theme, rect = theme_of(view), QRectF(option.rect)
        t = theme.current
        inner = rect.adjusted(8, 0, -8, 0)
        painter.save()
        if line.is_fold:
            self._paint_fold(painter, option, line, view)
            painter.restore()
            return
        if line.kind is None:
            inner.setTop(rect.top() + 8)
            draw_text(painter, inner, line.text, theme.font("small", MEDIUM), t.text_secondary)
            painter.restore()
            return
        selected = line.count > 0 and line.kind.key == view.chosen()
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

    def _paint_fold(
        self, painter: QPainter, option: QStyleOptionViewItem, line: Line, view: KindList
    ) -> None:
        theme, rect = theme_of(view), QRectF(option.rect)
        t = theme.current
        has_focus = bool(option.state & QStyle.StateFlag.State_Selected) and view.hasFocus()
        if has_focus or option.state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        square = QRectF(rect.left() + 8, rect.top(), 16, rect.height())
        arrow = "down" if view.kinds.is_open else "right"
        icons.paint(painter, arrow, centred(square, 16), t.text_secondary)
        words = rect.adjusted(32, 0, -8, 0)
        draw_text(painter, words, line.text, theme.font("body"), t.text_secondary,
                  elide=Qt.TextElideMode.ElideRight)  # fmt: skip


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
        self.clicked.connect(self._toggle_at)

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self.currentIndex().row() == self.kinds.place_of_fold() >= 0:
            self.toggle()
        else:
            super().keyPressEvent(event)

    def toggle(self) -> None:
        """List what was not found, or fold it again."""
        blocked = self.selectionModel().blockSignals(True)
        self.kinds.toggle()
        self.setCurrentIndex(self.kinds.index(self.kinds.place_of_fold()))
        self.selectionModel().blockSignals(blocked)
        self.viewport().update()

    def _toggle_at(self, index: QModelIndex) -> None:
        if index.row() == self.kinds.place_of_fold() >= 0:
            self.toggle()

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        line = current.data(KindModel.LineRole)
        if line is not None and line.kind is not None and line.kind.key != self._chosen:
            self._chosen = line.kind.key
            self.kind_chosen.emit(self._chosen)
