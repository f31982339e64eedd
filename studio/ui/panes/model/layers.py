"""The layer table: blocks that open to their layers, with shapes and counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from studio.core.results import LayerNode, NetworkSummary
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_TABLE, MEDIUM, R1
from studio.ui.widgets.base import draw_text, ringed
from studio.ui.widgets.numbers import TIMES

Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("Block", "Output", "Parameters", "")
NAME, SHAPE, PARAMETERS, TRAINS = range(4)
_INDENT = 20


@dataclass(eq=False)
class _Row:
    node: LayerNode
    parent: _Row | None
    place: int
    children: list[_Row] = field(default_factory=list)


class LayerModel(QAbstractItemModel):
    """The table of a :class:`NetworkSummary`."""

    NodeRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._heads: dict[str, str] = {}

    def set_summary(self, summary: NetworkSummary | None, heads: dict[str, str]) -> None:
        """Show another network; ``heads`` gives the outputs' layers their own names."""
        self.beginResetModel()
        self._heads = heads
        layers = summary.layers if summary is not None else ()
        self._rows = [_row(node, None, i) for i, node in enumerate(layers)]
        self.endResetModel()

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        rows = self._children(parent)
        if not (0 <= row < len(rows) and 0 <= column < len(COLUMNS)):
            return QModelIndex()
        return self.createIndex(row, column, rows[row])

    def parent(self, index: Index | None = None) -> QModelIndex:  # type: ignore[override]
        row: _Row | None = index.internalPointer() if index is not None else None
        if row is None or row.parent is None:
            return QModelIndex()
        return self.createIndex(row.parent.place, 0, row.parent)

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._children(parent))

    def columnCount(self, parent: Index | None = None) -> int:
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == NAME else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row: _Row | None = index.internalPointer()
        if row is None:
            return None
        if role == self.NodeRole:
            return row.node
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row.node, index.column())
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == NAME:
            node = row.node
            return (
                f"{node.name}: {len(node.children)} layers"
                if node.children
                else (f"{node.name}: {node.kind}")
            )
        return None

    def _text(self, node: LayerNode, column: int) -> str:
        if column == NAME:
            return self._heads.get(node.name, node.name[:1].upper() + node.name[1:])
        if column == SHAPE:
            return f" {TIMES} ".join(f"{n:,}" for n in node.shape)
        if column == PARAMETERS:
            return f"{node.parameters:,}"
        if not node.parameters:
            return ""
        return "Trains" if node.trainable else "Fixed"

    def _children(self, parent: Index | None) -> list[_Row]:
        row: _Row | None = parent.internalPointer() if parent is not None else None
        return row.children if row is not None else self._rows


def _row(node: LayerNode, parent: _Row | None, place: int) -> _Row:
    made = _Row(node, parent, place)
    made.children = [_row(child, made, i) for i, child in enumerate(node.children)]
    return made


class _RowDelegate(QStyledItemDelegate):
    """Small figures, a line below each row, an arrow where a block opens."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(40, H_TABLE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tree = self.parent()
        assert isinstance(tree, LayerTable)
        theme = theme_of(tree)
        t = theme.current
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(t.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(t.hover))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(t.line))
        text = str(index.data() or "")
        font, colour = theme.font("small"), t.text
        if index.column() == NAME:
            depth = 1 if index.parent().isValid() else 0
            if index.model().rowCount(index) > 0:
                spot = QRectF(rect.left() - 1, rect.center().y() - 8, 16, 16)
                opened = tree.isExpanded(index)
                icons.paint(painter, "down" if opened else "right", spot, t.text_secondary)
            inner = rect.adjusted(_INDENT + 12 * depth, 0, -4, 0)
            draw_text(painter, inner, text, font, t.text_secondary if depth else colour)
        else:
            if index.column() == TRAINS:
                colour = t.accent if text == "Trains" else t.text_secondary
                font = theme.font("small", MEDIUM) if text == "Trains" else font
            draw_text(painter, rect.adjusted(2, 0, 0, 0), text, font, colour,
                      Qt.AlignmentFlag.AlignRight)  # fmt: skip
        painter.restore()


class LayerTable(QTreeView):
    """As high as its open rows, so that the panel around it scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = LayerModel(self)
        self.setModel(self.layers)
        self.setItemDelegate(_RowDelegate(self))
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Layers")
        ringed(self, R1)
        self.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        header = self.header()
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setStyleSheet(
            "QHeaderView::section { padding: 0; }"
            f"QHeaderView::section:first {{ padding-left: {_INDENT}px; }}"
        )
        self.clicked.connect(self._toggle)
        self.expanded.connect(lambda _index: self._fit())
        self.collapsed.connect(lambda _index: self._fit())
        self.layers.modelReset.connect(self._fit)
        self._fit()

    def set_summary(self, summary: NetworkSummary | None, heads: dict[str, str]) -> None:
        """Show another network; blocks that were open stay open."""
        opened = {
            self.layers.index(i, 0).data(LayerModel.NodeRole).name
            for i in range(self.layers.rowCount())
            if self.isExpanded(self.layers.index(i, 0))
        }
        self.layers.set_summary(summary, heads)
        for i in range(self.layers.rowCount()):
            index = self.layers.index(i, 0)
            if index.data(LayerModel.NodeRole).name in opened:
                self.expand(index)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the panel scrolls

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        shares = (0.34, 0.3, 0.22)
        for column, share in enumerate(shares):
            self.setColumnWidth(column, int(width * share))
        self.setColumnWidth(TRAINS, width - sum(int(width * s) for s in shares))

    def _toggle(self, index: QModelIndex) -> None:
        first = index.siblingAtColumn(0)
        if self.layers.rowCount(first):
            self.setExpanded(first, not self.isExpanded(first))

    def _fit(self) -> None:
        rows = 0
        for i in range(self.layers.rowCount()):
            index = self.layers.index(i, 0)
            rows += 1 + (self.layers.rowCount(index) if self.isExpanded(index) else 0)
        self.setFixedHeight(max(1, rows) * H_TABLE + self.header().sizeHint().height() + 2)
