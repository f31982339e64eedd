"""The policy's steps as cards that are opened one at a time and dragged into order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QTimer, Signal
from PySide6.QtWidgets import QLabel, QWidget

from studio.augment.step import Step
from studio.ui.panes.augment.step_card import StepCard
from studio.ui.tokens import S2, S3, S4
from studio.ui.widgets.panel import ScrollColumn
from studio.ui.widgets.text import Text

_EDGE = 28
_SCROLL = 8


class StepList(ScrollColumn):
    """Cards in a column that scrolls.

    Signals:
        step_changed(int, object): the step of a card has other settings.
        open_changed(int): the card that is open now, −1 for none.
        copy_requested(int), delete_requested(int): of the step at that place.
        moved(int, int): from a place to another, counted after it was taken out.
    """

    step_changed = Signal(int, object)
    open_changed = Signal(int)
    copy_requested = Signal(int)
    delete_requested = Signal(int)
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.cards: list[StepCard] = []
        self._open = -1
        self._float: QLabel | None = None
        self._from = -1
        self.body.setContentsMargins(S4, S3, S4, S3)
        self.body.setSpacing(S2)
        self.empty = Text(
            "No steps: pictures are trained on as they are. Choose a preset above, or add a step.",
            tone="secondary", wrap=True,
        )  # fmt: skip
        self.body.addWidget(self.empty)
        self.note = Text(
            "Validation and test pictures are never augmented.", "small", "secondary", wrap=True
        )
        self.note.setContentsMargins(4, 0, 4, 0)
        self.body.addWidget(self.note)
        self.body.addStretch(1)
        self._scroller = QTimer(self)
        self._scroller.setInterval(16)
        self._scroller.timeout.connect(self._scroll_on)
        self._pointer = QPoint()

    # What it shows

    @property
    def open_index(self) -> int:
        """The place of the open card, −1 for none."""
        return self._open

    def set_steps(self, steps: Sequence[Step]) -> None:
        """Show these steps; cards that are still right are kept, with their form and focus."""
        if [type(card.step) for card in self.cards] != [type(step) for step in steps]:
            self._exchange(steps)
        for card, step in zip(self.cards, steps, strict=True):
            card.set_step(step)
        self.empty.setVisible(not steps)

    def set_open(self, index: int, focus: bool = False) -> None:
        """Open one card and close the others; −1 closes all."""
        self._open = index if 0 <= index < len(self.cards) else -1
        for i, card in enumerate(self.cards):
            card.set_open(i == self._open)
        if self._open >= 0:
            card = self.cards[self._open]
            if focus:
                card.setFocus()
            # The layout must have placed it before it can be scrolled to.
            QTimer.singleShot(0, card, lambda: self.ensureWidgetVisible(card, 0, S3))

    def focused_index(self) -> int:
        """The place of the card that has the focus, −1 for none."""
        return next((i for i, card in enumerate(self.cards) if card.hasFocus()), -1)

    def _exchange(self, steps: Sequence[Step]) -> None:
        """Replace the cards between those at both ends whose kinds are the same as before."""
        self._drop_float()
        focused = self.focused_index()
        old, new = [type(c.step) for c in self.cards], [type(s) for s in steps]
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        for card in self.cards[head : len(old) - tail]:
            self.body.removeWidget(card)
            card.hide()
            card.deleteLater()
        made = [self._make(head + i, step) for i, step in enumerate(steps[head : len(new) - tail])]
        self.cards = self.cards[:head] + made + self.cards[len(old) - tail :]
        self.set_open(self._open)
        if focused >= 0 and self.cards:
            self.cards[min(focused, len(self.cards) - 1)].setFocus()

    def _make(self, index: int, step: Step) -> StepCard:
        card = StepCard(step)
        card.step_changed.connect(lambda new: self.step_changed.emit(self._place(card), new))
        card.opened.connect(lambda on: self._opened(card, on))
        card.copied.connect(lambda: self.copy_requested.emit(self._place(card)))
        card.deleted.connect(lambda: self.delete_requested.emit(self._place(card)))
        card.move_requested.connect(partial(self._move_by, card))
        card.drag_started.connect(partial(self._start_drag, card))
        card.drag_moved.connect(partial(self._drag, card))
        card.drag_ended.connect(partial(self._end_drag, card))
        self.body.insertWidget(index, card)
        card.show()  # a hidden one cannot take the focus yet
        return card

    def _place(self, card: StepCard) -> int:
        return self.cards.index(card)

    def _opened(self, card: StepCard, on: bool) -> None:
        self.set_open(self._place(card) if on else -1)
        self.open_changed.emit(self._open)

    def _move_by(self, card: StepCard, places: int) -> None:
        source = self._place(card)
        target = source + places
        if 0 <= target < len(self.cards):
            self._keep_open_through(source, target)
            self._reorder(source, target)
            self.moved.emit(source, target)

    def _reorder(self, source: int, target: int) -> None:
        card = self.cards.pop(source)
        self.cards.insert(target, card)
        self.body.removeWidget(card)
        self.body.insertWidget(target, card)

    def _keep_open_through(self, source: int, target: int) -> None:
        """The open card stays the same one when a card moves."""
        if self._open == source:
            self._open = target
        elif source < self._open <= target:
            self._open -= 1
        elif target <= self._open < source:
            self._open += 1

    # Dragging: the card's picture follows the mouse, its outline shows where it would go

    def _start_drag(self, card: StepCard) -> None:
        self._from = self._place(card)
        self._float = QLabel(self.viewport())
        self._float.setPixmap(card.grab())
        self._float.setFixedSize(card.size())
        self._float.move(card.mapTo(self.viewport(), QPoint(0, 0)))
        self._float.show()
        card.set_lifted(True)

    def _drag(self, card: StepCard, pointer: QPoint) -> None:
        if self._float is None:
            return
        self._pointer = pointer
        y = self.viewport().mapFromGlobal(pointer).y()
        left = card.mapTo(self.viewport(), QPoint(0, 0)).x()
        self._float.move(left, y - card.grip)
        near = y < _EDGE or y > self.viewport().height() - _EDGE
        if near and not self._scroller.isActive():
            self._scroller.start()
        elif not near:
            self._scroller.stop()
        source, target = self._place(card), self._target(card, y)
        if target != source:
            self._keep_open_through(source, target)
            self._reorder(source, target)
            self.body.activate()

    def _target(self, card: StepCard, y: int) -> int:
        """The place where the pointer is: past the middle of a card counts as behind it."""
        others = [c for c in self.cards if c is not card]
        tops = [c.mapTo(self.viewport(), QPoint(0, 0)).y() for c in others]
        source = self._place(card)
        target = source
        for i, (other, top) in enumerate(zip(others, tops, strict=True)):
            middle = top + min(other.height(), 38) / 2
            if i < source and y < middle:
                return i
            if i >= source and y > top + other.height() - min(other.height(), 38) / 2:
                target = i + 1
        return target

    def _scroll_on(self) -> None:
        y = self.viewport().mapFromGlobal(self._pointer).y()
        bar = self.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + (_SCROLL if y > self.viewport().height() // 2 else -_SCROLL))
        lifted = next((c for c in self.cards if c.is_lifted), None)
        if bar.value() != before and lifted is not None:
            self._drag(lifted, self._pointer)

    def _end_drag(self, card: StepCard, keep: bool) -> None:
        self._drop_float()
        card.set_lifted(False)
        card.set_open(card.is_open)
        source, target = self._from, self._place(card)
        self._from = -1
        if source == target:
            return
        if keep:
            self.moved.emit(source, target)
        else:
            self._keep_open_through(target, source)
            self._reorder(target, source)

    def _drop_float(self) -> None:
        self._scroller.stop()
        if self._float is not None:
            self._float.deleteLater()
            self._float = None

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowDeactivate and self._float is not None:
            lifted = next((c for c in self.cards if c.is_lifted), None)
            if lifted is not None:
                lifted.give_up_drag()
        return bool(super().event(event))


def _common(one: list[type[Step]], two: list[type[Step]]) -> int:
    """How many items are equal at the beginning."""
    count = 0
    while count < min(len(one), len(two)) and one[count] is two[count]:
        count += 1
    return count
