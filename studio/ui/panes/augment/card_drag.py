"""Dragging a card: its picture follows the mouse, a line shows where it would go."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from studio.augment.groups import Group
from studio.ui.panes.augment.card_column import CardColumn
from studio.ui.panes.augment.card_head import HEIGHT
from studio.ui.panes.augment.edits import Place
from studio.ui.panes.augment.step_card import StepCard
from studio.ui.widgets.base import look

_EDGE = 28
_SCROLL = 8
_LINE = 2


class DropLine(QWidget):
    """The line between two cards."""

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(look(self).accent))


class CardDrag(QObject):
    """Finds out where a card, or a step of the catalogue, would go.

    Signals:
        dropped(object, object): the card, and the gap before which it goes, as places are
            called while it is still where it was.
    """

    dropped = Signal(object, object)

    def __init__(self, area: QScrollArea, root: CardColumn) -> None:
        super().__init__(area)
        inner = area.widget()
        assert inner is not None
        self._area, self._root = area, root
        self._float: QLabel | None = None
        self._card: StepCard | None = None
        self._gap: Place | None = None
        self._pointer = QPoint()
        self._inner = inner
        self.line = DropLine(inner)
        self.line.hide()
        self._scroller = QTimer(self)
        self._scroller.setInterval(16)
        self._scroller.timeout.connect(self._scroll_on)

    @property
    def is_on(self) -> bool:
        """Whether a card is being dragged."""
        return self._card is not None

    def start(self, card: StepCard) -> None:
        """The person has begun to drag a card."""
        viewport = self._area.viewport()
        self._card = card
        self._float = QLabel(viewport)
        self._float.setPixmap(card.grab(QRect(0, 0, card.width(), HEIGHT)))
        self._float.setFixedSize(card.width(), HEIGHT)
        self._float.move(card.mapTo(viewport, QPoint(0, 0)))
        self._float.show()
        card.set_lifted(True)

    def move(self, pointer: QPoint) -> None:
        """The mouse is there now, in global coordinates."""
        card, label = self._card, self._float
        if card is None or label is None:
            return
        viewport = self._area.viewport()
        y = viewport.mapFromGlobal(pointer).y()
        label.move(card.mapTo(viewport, QPoint(0, 0)).x(), y - card.grip)
        self.hover(pointer, card)

    def hover(self, pointer: QPoint, card: StepCard | None = None) -> Place | None:
        """Show where something would go; near an edge the list scrolls on."""
        self._pointer = pointer
        height = self._area.viewport().height()
        y = self._area.viewport().mapFromGlobal(pointer).y()
        if not (y < _EDGE or y > height - _EDGE):
            self._scroller.stop()
        elif not self._scroller.isActive():
            self._scroller.start()
        self._gap = self._gap_in(self._root, (), pointer.y(), card)
        self._show_line()
        return self._gap

    def end(self, keep: bool) -> None:
        """The mouse was let go, or the drag given up."""
        card, gap = self._card, self._gap
        self.stop()
        if keep and card is not None and gap is not None:
            self.dropped.emit(card, gap)

    def give_up(self) -> None:
        """End a drag from outside; everything stays where it was."""
        if self._card is not None:
            self._card.give_up_drag()

    def stop(self) -> None:
        """Nothing is dragged any more."""
        self._scroller.stop()
        self.line.hide()
        if self._float is not None:
            self._float.deleteLater()
            self._float = None
        if self._card is not None:
            self._card.set_lifted(False)
            self._card = None
        self._gap = None

    def _gap_in(self, column: CardColumn, above: Place, y: int, dragged: StepCard | None) -> Place:
        """The gap of a column, or of one inside, that a height on the screen means."""
        for index, card in enumerate(column.cards):
            top = card.mapToGlobal(QPoint(0, 0)).y()
            place = (*above, index)
            if y < top:
                return place
            inside = y < top + card.height()
            if card is dragged:
                if inside:
                    return place
                continue
            is_group = isinstance(card.step, Group)
            if inside and is_group and card.is_open and card.column is not None:
                if y < top + HEIGHT // 2:
                    return place
                if y < top + card.height() - _LINE * 4:
                    return self._gap_in(card.column, place, y, dragged)
                return (*above, index + 1)
            third = HEIGHT // 3
            if is_group and not card.is_open and top + third <= y < top + HEIGHT - third:
                assert isinstance(card.step, Group)
                return (*place, len(card.step.steps))
            if y < top + (HEIGHT // 2 if inside else card.height()):
                return place
        return (*above, len(column.cards))

    def _show_line(self) -> None:
        if self._gap is None:
            self.line.hide()
            return
        column = self._root
        for index in self._gap[:-1]:
            card = column.cards[index]
            if card.column is None or not card.is_open:  # into a closed group: under its head
                self._lay_line(card, card.height() - _LINE)
                return
            column = card.column
        index = self._gap[-1]
        if index < len(column.cards):
            self._lay_line(column.cards[index], -5)
        elif column.cards:
            self._lay_line(column.cards[-1], column.cards[-1].height() + 3)
        else:
            self._lay_line(column if column.isVisible() else self._inner, 0)

    def _lay_line(self, beside: QWidget, y: int) -> None:
        corner = beside.mapTo(self._inner, QPoint(0, y))
        self.line.setGeometry(corner.x(), max(0, corner.y()), beside.width(), _LINE)
        self.line.raise_()
        self.line.show()

    def _scroll_on(self) -> None:
        y = self._area.viewport().mapFromGlobal(self._pointer).y()
        bar = self._area.verticalScrollBar()
        before = bar.value()
        down = y > self._area.viewport().height() // 2
        bar.setValue(before + (_SCROLL if down else -_SCROLL))
        if bar.value() != before:
            self.hover(self._pointer, self._card)
