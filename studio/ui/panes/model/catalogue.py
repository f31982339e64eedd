"""What the cards show and in which order; no Qt, so that tests can ask it alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from studio.core.errors import SpecError
from studio.core.input import Fit, InputSpec
from studio.models.facts import ModelFacts, facts_of
from studio.models.registry import ARCHITECTURES, ArchitectureSpec
from studio.models.weights import find_weights

Order = Literal["advised", "name", "year", "parameters", "work"]

ORDERS: dict[str, str] = {
    "advised": "Advised",
    "name": "Name",
    "year": "Newest",
    "parameters": "Parameters",
    "work": "Multiply-adds",
}

FEW_PICTURES = 2_000
SOME_PICTURES = 20_000
"""Up to that many pictures a small network is the better start (a rule of thumb)."""


@dataclass(frozen=True)
class Card:
    """One network in the gallery.

    ``weights`` is "here", "missing" or "none" (it needs none); ``badge`` is "in-use",
    "advised", "here", "download" or "".
    """

    kind: str
    family: str
    title: str
    year: int
    authors: str
    sentence: str
    side: int
    facts: ModelFacts
    weights: str
    badge: str = ""


def cards(pictures: int | None, in_use: str) -> list[Card]:
    """All cards, unsorted.

    Args:
        pictures: how many there are to learn from, None without a data set.
        in_use: kind of the network that the next run will train.
    """
    found = []
    for kind, entry in ARCHITECTURES.items():
        try:
            facts = facts_of(kind)
        except SpecError:
            continue
        side = min(entry.default_input.width, entry.default_input.height)
        state = find_weights(kind, 1.0, side).state if entry.family == "pretrained" else "none"
        weights = "here" if state == "here" else "missing" if state != "none" else "none"
        found.append(
            Card(
                kind, entry.family, entry.title, entry.year, entry.authors, entry.sentence, side,
                facts, weights, _badge(kind, entry.family, weights, pictures, in_use),
            )
        )  # fmt: skip
    return found


def _badge(kind: str, family: str, weights: str, pictures: int | None, in_use: str) -> str:
    if kind == in_use:
        return "in-use"
    if kind == advised(family, pictures):
        return "advised"
    return {"here": "here", "missing": "download"}.get(weights, "")


def advised(family: str, pictures: int | None) -> str:
    """The kind to try first in a family; empty without a data set."""
    if pictures is None:
        return ""
    if family == "scratch":
        return "small_cnn" if pictures <= SOME_PICTURES else "resnet20"
    return "mobilenetv2" if pictures <= SOME_PICTURES else "efficientnetb0"


def advice(family: str, pictures: int | None) -> tuple[str, str]:
    """What fits so many pictures: a number in words, and the rest of the sentence."""
    if pictures is None:
        return "", ""
    number = f"{pictures:,} pictures" if pictures != 1 else "1 picture"
    if family == "scratch":
        if pictures <= SOME_PICTURES:
            return number, "start with a small network, which learns these in minutes."
        return number, "enough for a residual network; a small one is still the quick first try."
    if pictures <= FEW_PICTURES:
        return number, "keep the features of a small backbone fixed and train the outputs only."
    if pictures <= SOME_PICTURES:
        return number, "start with the fixed features of a small backbone, then train its blocks."
    return number, "enough to train a whole backbone, from its weights on."


def listed(all_cards: Iterable[Card], family: str, text: str, order: str) -> list[Card]:
    """The cards of a family that match every word of ``text``, in an order of :data:`ORDERS`."""
    words = text.lower().split()
    chosen = [
        card
        for card in all_cards
        if card.family == family
        and all(w in f"{card.title} {card.year} {card.authors} {card.kind}".lower() for w in words)
    ]
    ranks = {"in-use": 1, "advised": 0, "here": 2}
    keys = {
        "name": lambda c: c.title.lower(),
        "year": lambda c: (-c.year, c.title.lower()),
        "parameters": lambda c: c.facts.parameters,
        "work": lambda c: c.facts.multiply_adds,
        "advised": lambda c: (ranks.get(c.badge, 3), c.facts.multiply_adds),
    }
    return sorted(chosen, key=keys[order])


def first_draft(kind: str, fit: Fit) -> tuple[ArchitectureSpec, InputSpec]:
    """A network with its own settings, and the input that suits it, fitted as now."""
    entry = ARCHITECTURES.get(kind)
    return entry(kind=kind), entry.default_input.changed(fit=fit)


def amount(value: float) -> str:
    """A large number short: ``4.1 M``, ``243 k``, ``0.39 G``."""
    if value >= 1e8 * 10:
        return f"{value / 1e9:.2f} G" if value < 1e10 else f"{value / 1e9:.1f} G"
    if value >= 1e6:
        return f"{value / 1e6:.1f} M" if value < 1e8 else f"{value / 1e6:.0f} M"
    return f"{value / 1e3:.0f} k" if value >= 1e4 else f"{value:,.0f}"


def megabytes(value: float) -> str:
    """A size: ``0.2 MB``, ``98 MB``, ``1.4 GB``."""
    if value >= 1000:
        return f"{value / 1000:.1f} GB"
    return f"{value:.0f} MB" if value >= 9.95 else f"{value:.1f} MB"
