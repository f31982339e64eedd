"""The policy's steps as cards that are opened one at a time, grouped and dragged into order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from studio.augment.groups import Group, OneOf
from studio.augment.policy import Policy
from studio.augment.step import Step
from studio.core.spec import Interval
from studio.ui.panes.augment import edits
from studio.ui.panes.augment.advice import Advice
from studio.ui.panes.augment.card_column import CardColumn
from studio.ui.panes.augment.card_drag import CardDrag
from studio.ui.panes.augment.card_menu import CardMenu
from studio.ui.panes.augment.card_moves import followed, target_of, without
from studio.ui.panes.augment.card_sources import AdviceBoard, Marking
from studio.ui.panes.augment.edits import Place
from studio.ui.panes.augment.step_card import StepCard
from studio.ui.panes.augment.tile import STEP_MIME
from studio.ui.tokens import S2, S3, S4
from studio.ui.widgets.panel import ScrollColumn
from studio.ui.widgets.text import Text


class StepList(ScrollColumn):
    """Cards in a column that scrolls; the cards of groups hold those of their members.

    Signals:
        step_changed(object, object): the step at a place has other settings.
        open_changed(object): the place of the card that is open now, None for none.
        copy_requested(object), delete_requested(object): of the step at that place.
        add_requested(object): another step is wanted in the group at that place.
        moved(object, object): from a place to another, counted after it was taken out.
        group_requested(object, object): of the steps at these places, in a new group of a type.
        ungroup_requested(object): of the group at that place.
        step_dropped(str, object): a kind of the catalogue was dropped before that place.
        advice_acted(object, str): the link of an advice on the card at that place was pressed.
        released: a slider was let go.
    """

    step_changed = Signal(object, object)
    open_changed = Signal(object)
    copy_requested = Signal(object)
    delete_requested = Signal(object)
    add_requested = Signal(object)
    moved = Signal(object, object)
    group_requested = Signal(object, object)
    ungroup_requested = Signal(object)
    step_dropped = Signal(str, object)
    advice_acted = Signal(object, str)
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._open: Place | None = None
        self._board, self._marking = AdviceBoard(self.card_at), Marking()
        self._policy = Policy()
        self.root = CardColumn(self._make, None)
        self.body.setContentsMargins(S4, S3, S4, S3)
        self.body.setSpacing(S2)
        self.empty = Text(
            "No steps: pictures are trained on as they are. Choose a preset above, or add a step.",
            tone="secondary", wrap=True,
        )  # fmt: skip
        self.note = Text(
            "Validation and test pictures are never augmented.", "small", "secondary", wrap=True
        )
        for widget in (self.empty, self.root, self.note):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.dragging = CardDrag(self, self.root)
        self.dragging.dropped.connect(self._drop_card)
        self.setAcceptDrops(True)

    # What it shows

    @property
    def cards(self) -> list[StepCard]:
        """The cards of the policy's own steps; those of members are in their columns."""
        return self.root.cards

    @property
    def open_place(self) -> Place | None:
        """The place of the open card, the innermost one; None for none."""
        return self._open

    def card_at(self, place: Place) -> StepCard | None:
        """The card at a place; None where there is none, or its group was never opened."""
        return self.root.card_at(place)

    def place_of(self, card: StepCard) -> Place:
        """Where a card stands. Raises ValueError for one that is gone."""
        column = card.parentWidget()
        assert isinstance(column, CardColumn)
        above = self.place_of(column.owner) if column.owner is not None else ()
        return (*above, column.cards.index(card))

    def set_policy(self, policy: Policy) -> None:
        """Show these steps; cards that are still right are kept, with their form and focus."""
        self.dragging.stop()
        focused = self.focused_place()
        is_other = _shape(policy.steps) != _shape(self._policy.steps)
        self._policy = policy
        if is_other:  # places mean other steps now; whoever said something says it anew
            self._board.forget(self.findChildren(StepCard))
        self.root.set_steps(policy.steps)
        self.empty.setVisible(not policy.steps)
        if is_other:
            self.set_open(self._open)
            if focused is not None and self.focused_place() is None:
                self._focus_near(focused)

    def set_open(self, place: Place | None, focus: bool = False) -> None:
        """Open one card, with the groups it is in, and close all others; None closes all."""
        self.root.open(place or ())
        card = self.root.card_at(place) if place else None
        self._open = place if card is not None else None
        if place and card is None:
            self.root.open(())
        self._board.hand_out()
        if card is not None:
            if focus:
                card.setFocus()
            # The layout must have placed it before it can be scrolled to.
            QTimer.singleShot(0, card, lambda: self.ensureWidgetVisible(card, 0, S3))

    def focused_place(self) -> Place | None:
        """The place of the card that has the focus; None for none."""
        found = self.window().focusWidget()
        if not isinstance(found, StepCard) or not self.isAncestorOf(found):
            return None
        try:
            return self.place_of(found)
        except ValueError:  # it was taken out just now
            return None

    def set_advice(self, source: str, place: Place, advice: Sequence[Advice]) -> None:
        """What one source says of the step at a place, beside what others say."""
        self._board.put(source, place, advice)

    def set_marks(self, place: Place, marks: Mapping[str, Interval]) -> None:
        """Measured safe ends of the step at a place."""
        card = self.card_at(place)
        if card is not None:
            card.set_marks(marks)

    def marked(self) -> list[Place]:
        """The places of several cards that were chosen with Ctrl or Shift, in order."""
        return sorted(self.place_of(c) for c in self.findChildren(StepCard) if c.is_marked)

    def _focus_near(self, place: Place) -> None:
        """The focus goes to what stands there now, or to the nearest card of that list."""
        owner = self.card_at(place[:-1])
        column = owner.column if owner is not None else self.root
        if column is not None and column.cards:
            column.cards[min(place[-1], len(column.cards) - 1)].setFocus()
        elif owner is not None:
            owner.setFocus()
        elif self.cards:
            self.cards[min(place[0], len(self.cards) - 1)].setFocus()

    # What the cards ask for

    def _make(self, step: Step) -> StepCard:
        card = StepCard(step, self._make)
        card.built.connect(partial(self._connect, card))
        return card

    def _connect(self, card: StepCard) -> None:
        place = partial(self.place_of, card)
        card.step_changed.connect(lambda new: self.step_changed.emit(place(), new))
        card.opened.connect(lambda on: self._opened(card, on))
        card.copied.connect(lambda: self.copy_requested.emit(place()))
        card.deleted.connect(lambda: self.delete_requested.emit(place()))
        card.add_requested.connect(lambda: self._ask_to_add(place()))
        card.key_asked.connect(lambda way: self._by_key(card, way))
        card.mark_asked.connect(lambda held: self._marking.mark(card, held))
        card.menu_requested.connect(lambda point: self._show_menu(card, point))
        card.released.connect(self.released)
        card.advice_acted.connect(lambda key: self.advice_acted.emit(place(), key))
        card.drag_started.connect(lambda: self.dragging.start(card))
        card.drag_moved.connect(self.dragging.move)
        card.drag_ended.connect(self.dragging.end)

    def _opened(self, card: StepCard, on: bool) -> None:
        place = self.place_of(card)
        for other in self.findChildren(StepCard):
            other.set_marked(False)
        # A closed member leaves its group open.
        self.set_open(place if on else place[:-1] or None)
        self.open_changed.emit(self._open)

    def _ask_to_add(self, group: Place) -> None:
        self.set_open(group)
        self.add_requested.emit(group)

    def _chosen(self, card: StepCard) -> list[Place]:
        """The cards that were chosen where this is one of them, or this one alone."""
        return self.marked() if card.is_marked else [self.place_of(card)]

    def _by_key(self, card: StepCard, way: str) -> None:
        place = self.place_of(card)
        if way == "group":
            self.group_requested.emit(self._chosen(card), OneOf)
        elif way == "ungroup":
            self._ask_to_ungroup(card)
        else:
            target = target_of(self._policy, place, way, self._open)
            if target is not None and target != place:
                self._move(place, target)

    def _ask_to_ungroup(self, card: StepCard) -> None:
        if isinstance(card.step, Group):
            self.ungroup_requested.emit(self.place_of(card))

    def _move(self, source: Place, target: Place) -> None:
        card, had_focus = self.card_at(source), self.focused_place() == source
        before, policy = self._open, self._policy
        if before is not None:
            self._open = followed(before, source, target)
        if source[:-1] == target[:-1] and card is not None:
            column = card.parentWidget()
            if isinstance(column, CardColumn):
                column.shift(source[-1], target[-1])
        self.moved.emit(source, target)
        if self._policy is policy:  # it was refused
            self._open = before
            return
        there = self.card_at(target)
        if had_focus and there is not None:
            there.setFocus()

    def closed_by(self, gone: Place) -> Place | None:
        """The place of the open card after the step at ``gone`` was taken out."""
        return without(self._open, gone)

    def _show_menu(self, card: StepCard, point: QPoint) -> None:
        place, chosen = self.place_of(card), self._chosen(card)
        menu = CardMenu(len(chosen), isinstance(card.step, Group), self)
        menu.duplicate.triggered.connect(lambda: self.copy_requested.emit(place))
        menu.delete.triggered.connect(lambda: self.delete_requested.emit(place))
        menu.group_chosen.connect(lambda kind: self.group_requested.emit(chosen, kind))
        for way, action in menu.ways.items():
            can = way == "ungroup" or target_of(self._policy, place, way, self._open) is not None
            action.setEnabled(action.isEnabled() and can)
            action.triggered.connect(lambda _on=False, way=way: self._by_key(card, way))
        menu.popup(point)

    # Dragging

    def _drop_card(self, card: StepCard, gap: Place) -> None:
        source = self.place_of(card)
        if edits.is_inside(gap[:-1], source) or gap == source:
            return
        target = edits.after_removal(gap, source)
        if target != source:
            self._move(source, target)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(STEP_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(STEP_MIME):
            self.dragging.hover(self.viewport().mapToGlobal(event.position().toPoint()))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.dragging.stop()

    def dropEvent(self, event: QDropEvent) -> None:
        gap = self.dragging.hover(self.viewport().mapToGlobal(event.position().toPoint()))
        self.dragging.stop()
        if gap is not None and event.mimeData().hasFormat(STEP_MIME):
            event.acceptProposedAction()
            kind = bytes(event.mimeData().data(STEP_MIME).data()).decode("utf-8", "replace")
            self.step_dropped.emit(kind, gap)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowDeactivate:
            self.dragging.give_up()
        return bool(super().event(event))


def _shape(steps: Sequence[Step]) -> list[object]:
    """The kinds of steps, as a tree."""
    return [[s.kind, _shape(s.steps)] if isinstance(s, Group) else s.kind for s in steps]
