"""The cards of one list of steps: of the policy, or of a group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from studio.augment.step import Step
from studio.ui.panes.augment.as_high import AsHigh
from studio.ui.panes.augment.edits import Place
from studio.ui.tokens import S2

if TYPE_CHECKING:
    from studio.ui.panes.augment.step_card import StepCard

_AT_ONCE = 6
"""So many new cards are complete at once; the others follow when they are seen."""


class CardColumn(AsHigh):
    """Keeps a card for each step; cards that are still right are kept, with their form.

    Args:
        make_card: makes and connects a card.
        owner: the card of the group whose members these are; None for the policy's own steps.
    """

    def __init__(self, make_card: Callable[[Step], StepCard], owner: StepCard | None) -> None:
        super().__init__()
        self._make_card, self.owner = make_card, owner
        self.cards: list[StepCard] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(S2 if owner is None else 6)

    def set_steps(self, steps: Sequence[Step]) -> None:
        """Show these steps."""
        if [type(card.step) for card in self.cards] != [type(step) for step in steps]:
            self._exchange(steps)
        for card, step in zip(self.cards, steps, strict=True):
            card.set_step(step)
        self.setVisible(bool(steps))

    def open(self, path: Place) -> None:
        """Open the card at the head of the path, what is further along inside, and no other."""
        for index, card in enumerate(self.cards):
            is_open = bool(path) and path[0] == index
            if is_open or card.form is not None:
                card.set_open(is_open)
            if card.column is not None:
                card.column.open(path[1:] if is_open else ())
                card.update()  # its frame says whether something inside is open

    def card_at(self, place: Place) -> StepCard | None:
        """The card at a place counted from here; None where there is none yet."""
        if not place or not 0 <= place[0] < len(self.cards):
            return None
        card = self.cards[place[0]]
        if len(place) == 1:
            return card
        return card.column.card_at(place[1:]) if card.column is not None else None

    def shift(self, source: int, target: int) -> None:
        """Put a card at another place, counted after it was taken out."""
        card = self.cards.pop(source)
        self.cards.insert(target, card)
        self._rows.removeWidget(card)
        self._rows.insertWidget(target, card)

    def _exchange(self, steps: Sequence[Step]) -> None:
        """Replace the cards between those at both ends whose kinds are the same as before."""
        old, new = [type(c.step) for c in self.cards], [type(s) for s in steps]
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        for card in self.cards[head : len(old) - tail]:
            self._rows.removeWidget(card)
            card.hide()
            card.deleteLater()
        made = [self._make_card(step) for step in steps[head : len(new) - tail]]
        if len(made) > _AT_ONCE:  # many are laid out together, not one by one
            self.hide()
        for card in made[:_AT_ONCE]:
            card.build()
        for index, card in enumerate(made):
            self._rows.insertWidget(head + index, card)
            card.show()  # a hidden one cannot take the focus yet
        self.cards = self.cards[:head] + made + self.cards[len(old) - tail :]


def _common(one: list[type[Step]], two: list[type[Step]]) -> int:
    """How many items are equal at the beginning."""
    count = 0
    while count < min(len(one), len(two)) and one[count] is two[count]:
        count += 1
    return count
