"""What several sources say of the cards, and which of the cards are chosen together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt

from studio.ui.panes.augment.advice import Advice
from studio.ui.panes.augment.card_column import CardColumn
from studio.ui.panes.augment.edits import Place
from studio.ui.panes.augment.step_card import StepCard


class AdviceBoard:
    """Keeps advice by source and place, also for cards that are not there yet."""

    def __init__(self, card_at: Callable[[Place], StepCard | None]) -> None:
        self._card_at = card_at
        self._advice: dict[tuple[str, Place], tuple[Advice, ...]] = {}

    def put(self, source: str, place: Place, advice: Sequence[Advice]) -> None:
        """What one source says of the step at a place."""
        self._advice[source, place] = tuple(advice)
        card = self._card_at(place)
        if card is not None:
            card.set_advice(advice, source)

    def hand_out(self) -> None:
        """Show everything, also on cards that came since."""
        for (source, place), advice in self._advice.items():
            card = self._card_at(place)
            if card is not None:
                card.set_advice(advice, source)

    def forget(self, cards: Iterable[StepCard]) -> None:
        """Take everything back from these cards."""
        sources = {source for source, _place in self._advice}
        for card in cards:
            for source in sources:
                card.set_advice((), source)
            card.set_marks({})
            card.set_marked(False)
        self._advice.clear()


class Marking:
    """Chooses cards with Ctrl, and all from the last one on with Shift."""

    def __init__(self) -> None:
        self._anchor: StepCard | None = None

    def mark(self, card: StepCard, held: Qt.KeyboardModifier) -> None:
        """A card was clicked while keys were held."""
        anchor, column = self._anchor, card.parentWidget()
        is_range = bool(held & Qt.KeyboardModifier.ShiftModifier) and isinstance(column, CardColumn)
        if is_range and isinstance(column, CardColumn) and anchor in column.cards:
            ends = sorted((column.cards.index(anchor), column.cards.index(card)))
            for each in column.cards[ends[0] : ends[1] + 1]:
                each.set_marked(True)
            return
        self._anchor = card
        card.set_marked(not card.is_marked)
