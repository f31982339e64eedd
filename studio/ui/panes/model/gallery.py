"""The cards: a list model, a delegate that paints them, and the view."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.models.facts import SKETCH_HEIGHT, SKETCH_WIDTH
from studio.ui import icons
from studio.ui.panes.model.catalogue import Card, amount, megabytes
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1, R3, S3, S4, SEMIBOLD
from studio.ui.widgets.base import centred, draw_text, ringed, rounded, text_width

Index = QModelIndex | QPersistentModelIndex

CARD_HEIGHT = 132
_NARROWEST = 232
_GAP = 12
_UNDER_BAR = 7
_LEFT_SHARE = 0.575

BADGES: dict[str, tuple[str, str, str]] = {
    "in-use": ("In use", "good", ""),
    "advised": ("Advised", "accent", ""),
    "here": ("Weights here", "", "check"),
    "download": ("", "", "download"),
}


class CardModel(QAbstractListModel):
    """The cards in view."""

    CardRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: list[Card] = []

    def set_cards(self, cards: list[Card]) -> None:
        """Show other cards; where only their badges changed, they are updated in place."""
        if [c.kind for c in cards] == [c.kind for c in self._cards]:
            self._cards = cards
            if cards:
                self.dataChanged.emit(self.index(0), self.index(len(cards) - 1))
            return
        self.beginResetModel()
        self._cards = cards
        self.endResetModel()

    def place_of(self, kind: str) -> int:
        """The row of a kind, −1 where it is not in view."""
        return next((i for i, card in enumerate(self._cards) if card.kind == kind), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._cards):
            return None
        card = self._cards[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role == self.CardRole:
            return card
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{card.title}, {card.year}, {amount(card.facts.parameters)} parameters"
        if role == Qt.ItemDataRole.ToolTipRole and card.badge == "download":
            return f"{card.title}: its weights are not on this computer yet."
        if role == Qt.ItemDataRole.ToolTipRole and card.weights == "here":
            return f"{card.title}: its weights are on this computer."
        return None


class CardDelegate(QStyledItemDelegate):
    """Paints one card: name, year, badge, sketch, four facts."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = self.parent()
        assert isinstance(view, Gallery)
        return view.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, Gallery)
        card: Card = index.data(CardModel.CardRole)
        theme = theme_of(view)
        t = theme.current
        state = option.state
        rect = view.card_rect(option.rect)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hover = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        border, width = (t.accent, 2.0) if chosen else (t.line_strong if hover else t.edge, 1.0)
        rounded(painter, rect, R3, t.raised, border, width)
        if chosen and view.property("keyboardFocus"):
            rounded(painter, rect.adjusted(4, 4, -4, -4), R3 - 2, None, t.accent, 1)
        inner = rect.adjusted(S3 + 1, S3, -S3 - 1, -10)
        self._head(painter, inner, card)
        colour = t.accent if chosen else t.line_strong
        paint_sketch(painter, QRectF(inner.left(), inner.top() + 26, inner.width(), 40),
                     card.facts.sketch, colour)  # fmt: skip
        self._facts(painter, inner, card)
        painter.restore()

    def _head(self, painter: QPainter, inner: QRectF, card: Card) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        theme = theme_of(view)
        t = theme.current
        line = QRectF(inner.left(), inner.top(), inner.width(), 18)
        name_font, year_font = theme.font("body", SEMIBOLD), theme.font("small")
        year_width = text_width(year_font, str(card.year)) + 2
        wanted = text_width(name_font, card.title) + 1
        room = line.width() - self._badge(painter, line, card, line.width() - wanted - year_width)
        name_width = min(wanted, room - year_width - 8)
        draw_text(painter, QRectF(line.left(), line.top(), name_width, 18), card.title,
                  name_font, t.text)  # fmt: skip
        spot = QRectF(line.left() + name_width + 8, line.top() + 1, year_width, 18)
        draw_text(painter, spot, str(card.year), year_font, t.text_secondary)

    def _badge(self, painter: QPainter, line: QRectF, card: Card, room: float) -> float:
        """Paint the badge at the right, its word only where it has room; returns its width."""
        if card.badge not in BADGES:
            return 0.0
        view = self.parent()
        assert isinstance(view, QWidget)
        theme = theme_of(view)
        t = theme.current
        text, kind, icon = BADGES[card.badge]
        font = theme.font("small", MEDIUM)
        if icon and text and text_width(font, text) + 26 > room - 16:
            text = ""
        width = (text_width(font, text) + 12 if text else 18) + (14 if icon and text else 0)
        spot = QRectF(line.right() - width, line.top(), width, 18)
        fill, colour = {"good": (t.good_quiet, t.good), "accent": (t.selection, t.accent)}.get(
            kind, (t.well, t.text_secondary)
        )
        rounded(painter, spot, R1, fill)
        inner = spot.adjusted(6, 0, -6, 0)
        if icon:
            square = QRectF(spot.left() + (3 if not text else 5), spot.top(), 12, 18)
            icons.paint(painter, icon, centred(square, 12), colour)
            inner.setLeft(inner.left() + 13)
        draw_text(painter, inner, text, font, colour)
        return width + 8

    def _facts(self, painter: QPainter, inner: QRectF, card: Card) -> None:
        gap = 12.0
        left = (inner.width() - gap) * _LEFT_SHARE
        numbers = card.facts
        facts = [
            ("Parameters", amount(numbers.parameters), "On disk", megabytes(numbers.megabytes)),
            ("Multiply-adds", amount(numbers.multiply_adds), "Input", f"{card.side} px"),
        ]
        for line, (name, value, other, other_value) in enumerate(facts):
            top = inner.bottom() - 35 + 18 * line
            self._fact(painter, QRectF(inner.left(), top, left, 16), name, value)
            right = QRectF(inner.left() + left + gap, top, inner.width() - left - gap, 16)
            self._fact(painter, right, other, other_value)

    def _fact(self, painter: QPainter, rect: QRectF, name: str, value: str) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        theme = theme_of(view)
        draw_text(painter, rect, name, theme.font("small"), theme.current.text_secondary)
        draw_text(painter, rect, value, theme.font("small", MEDIUM), theme.current.text,
                  Qt.AlignmentFlag.AlignRight)  # fmt: skip


def paint_sketch(
    painter: QPainter, rect: QRectF, bars: tuple[tuple[float, float], ...], colour: str
) -> None:
    """Feature maps as bars: height is resolution, width is channels."""
    scale = min(1.0, rect.width() / SKETCH_WIDTH)
    middle = rect.top() + SKETCH_HEIGHT / 2
    x = rect.left()
    for height, width in bars:
        rounded(painter, QRectF(x, middle - height / 2, width * scale, height), 1.5, colour)
        x += (width + 3) * scale


class Gallery(QListView):
    """The cards; arrows move, Return asks to use the chosen one.

    Signals:
        card_chosen(str): kind of the card that is current now.
        use_requested(str): Return or a double click on a card.
    """

    card_chosen = Signal(str)
    use_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = CardModel(self)
        self.setModel(self.cards)
        self.setItemDelegate(CardDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that cards keep their size; nothing is drawn where nothing scrolls.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.setStyleSheet("QScrollBar::handle:disabled { background: transparent; }")
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        # The gap right of the last card lies under the scroll bar, so that the cards end where the
        # banner above them ends.
        self.setViewportMargins(S4, 0, -_UNDER_BAR, 0)
        if (holder := bar.parentWidget()) is not None:
            holder.raise_()
        self.setAccessibleName("Networks")
        ringed(self, 0)
        self._silent = False
        self._columns = 1
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.doubleClicked.connect(self._ask_to_use)

    def chosen(self) -> str:
        """Kind of the current card; empty where there is none."""
        card = self.currentIndex().data(CardModel.CardRole)
        return card.kind if card is not None else ""

    def choose(self, kind: str) -> None:
        """Make a card current, without a signal; nothing where it is not in view."""
        place = self.cards.place_of(kind)
        self._silent = True
        if place < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self.cards.index(place))
        self._silent = False

    def card_rect(self, cell: QRect) -> QRectF:
        """Where the card of a cell stands: the cards of a row share it to the last pixel."""
        wide = max(1, self.gridSize().width())
        pitch = (self.width() - 2 * S4 + _GAP) / self._columns
        left = round(round(cell.left() / wide) * pitch)
        right = round((round(cell.left() / wide) + 1) * pitch) - _GAP
        return QRectF(left, cell.top(), right - left, CARD_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen():
            self.use_requested.emit(self.chosen())
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        room = self.viewport().width()
        columns = self._columns = max(1, room // (_NARROWEST + _GAP))
        # One pixel less: QListView wraps a row that fills its width to the last one.
        size = QSize((room - 1) // columns, CARD_HEIGHT + _GAP)
        if size != self.gridSize():
            self.setGridSize(size)

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        card = current.data(CardModel.CardRole)
        if card is not None and not self._silent:
            self.card_chosen.emit(card.kind)

    def _ask_to_use(self, index: QModelIndex) -> None:
        if self.chosen():
            self.use_requested.emit(self.chosen())
