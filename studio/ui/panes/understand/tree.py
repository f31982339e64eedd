"""The layers of a network as a tree, each with the shape of what it gives out."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from studio.core.results import LayerNode
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1, REGULAR
from studio.ui.widgets.base import draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.numbers import TIMES, count

Index = QModelIndex | QPersistentModelIndex
ROW = 26
NodeRole = Qt.ItemDataRole.UserRole + 1


def shape_words(shape: tuple[int, ...]) -> str:
    """``112 × 112 × 64``; empty where it is not known."""
    return f" {TIMES} ".join(f"{size:,}" for size in shape)


def leaf_of(node: LayerNode) -> LayerNode:
    """The layer whose output a node stands for: itself, or the last of a block."""
    while node.kind == "Block" and node.children:
        node = node.children[-1]
    return node


def short_name(name: str) -> str:
    """The part of a nested layer's name that is its own."""
    return name.rpartition("/")[2] or name


def count_layers(nodes: tuple[LayerNode, ...]) -> int:
    """How many layers there are, blocks opened up."""
    return sum(count_layers(n.children) if n.children else 1 for n in nodes)


class LayerDelegate(QStyledItemDelegate):
    """Name left, shape right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, LayerTree)
        node: LayerNode = index.data(NodeRole)
        theme, t = theme_of(view), look(view)
        selected = view.currentIndex() == index
        rect = QRectF(option.rect)
        small = theme.font("small")
        shape = shape_words(node.shape)
        width = min(text_width(small, shape) + 1, rect.width() * 0.6)
        right = QRectF(rect.right() - 8 - width, rect.top(), width, rect.height())
        colour = t.text if selected else t.text_secondary
        draw_text(painter, right, shape, small, colour, Qt.AlignmentFlag.AlignRight)
        name = QRectF(rect.left() + 4, rect.top(), right.left() - rect.left() - 12, rect.height())
        font = theme.font("body", MEDIUM if selected else REGULAR)
        draw_text(painter, name, view.title_of(node), font, t.text)


class LayerTree(QTreeView):
    """The layers; one is current.

    Signals:
        layer_chosen(object): the LayerNode that is current now.
    """

    layer_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heads: dict[str, str] = {}
        self._model = QStandardItemModel(self)
        self.setModel(self._model)
        self.setItemDelegate(LayerDelegate(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName("Layers")
        ringed(self, R1)
        self.selectionModel().currentChanged.connect(self._current_changed)

    def set_heads(self, heads: dict[str, str]) -> None:
        """Names of the outputs' layers as the person knows them, by the layers' own names."""
        self._heads = heads

    def title_of(self, node: LayerNode) -> str:
        """What a layer is called here."""
        return self._heads.get(node.name, short_name(node.name))

    def set_layers(self, layers: tuple[LayerNode, ...]) -> None:
        """Show another network; the layer of the same name stays current, else the first filter."""
        before = self.current_layer()
        blocked = self.selectionModel().blockSignals(True)
        self._model.clear()
        for node in layers:
            self._model.appendRow(self._item(node))
        self.selectionModel().blockSignals(blocked)
        wanted = before.name if before is not None else ""
        if not self.choose(wanted):
            self._choose_first_convolution(layers)

    def current_layer(self) -> LayerNode | None:
        """The current layer or block."""
        index = self.currentIndex()
        return index.data(NodeRole) if index.isValid() else None

    def choose(self, name: str) -> bool:
        """Make the layer of that full name current; False where there is none."""
        found = self._find(name, self._model.invisibleRootItem()) if name else None
        if found is None:
            return False
        self.setCurrentIndex(found.index())
        return True

    def node(self, name: str) -> LayerNode | None:
        """The layer or block of that full name."""
        found = self._find(name, self._model.invisibleRootItem())
        return None if found is None else found.data(NodeRole)

    def names(self) -> list[str]:
        """Full names of all nodes, top down."""
        names: list[str] = []

        def walk(item: QStandardItem) -> None:
            for row in range(item.rowCount()):
                child = item.child(row)
                names.append(child.data(NodeRole).name)
                walk(child)

        walk(self._model.invisibleRootItem())
        return names

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The whole row at once: round ground, arrow, name and shape."""
        assert isinstance(index, QModelIndex)
        t = look(self)
        row = QRectF(option.rect)
        state = option.state
        painter.save()
        if self.currentIndex() == index:
            rounded(painter, row, R1, t.selection)
        elif state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, row, R1, t.hover)
        item = self.visualRect(index)
        if self.model().hasChildren(index):
            arrow = QRectF(item.left() - 16, row.top() + (row.height() - 14) / 2, 14, 14)
            name = "down" if self.isExpanded(index) else "right"
            icons.paint(painter, name, arrow, t.text_secondary)
        own = QStyleOptionViewItem(option)
        own.rect = item
        self.itemDelegate().paint(painter, own, index)
        painter.restore()

    def _item(self, node: LayerNode) -> QStandardItem:
        item = QStandardItem(self.title_of(node))
        item.setData(node, NodeRole)
        item.setToolTip(
            f"{node.name}\n{node.kind}, {shape_words(node.shape)}\n"
            f"{count(node.parameters, 'weight')}"
        )
        item.setData(
            f"{self.title_of(node)}, {node.kind}, {shape_words(node.shape)}",
            Qt.ItemDataRole.AccessibleTextRole,
        )
        for child in node.children:
            item.appendRow(self._item(child))
        return item

    def _find(self, name: str, item: QStandardItem) -> QStandardItem | None:
        for row in range(item.rowCount()):
            child = item.child(row)
            if child.data(NodeRole).name == name:
                return child
            if (deeper := self._find(name, child)) is not None:
                return deeper
        return None

    def _choose_first_convolution(self, layers: tuple[LayerNode, ...]) -> None:
        def first(nodes: tuple[LayerNode, ...]) -> LayerNode | None:
            for node in nodes:
                if node.children and (found := first(node.children)) is not None:
                    return found
                if "Conv" in node.kind and not node.children:
                    return node
            return None

        node = first(layers) or (layers[0] if layers else None)
        if node is not None:
            self.choose(node.name)

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.layer_chosen.emit(current.data(NodeRole))
