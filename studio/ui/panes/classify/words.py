"""What the Classify pane says of an answer: plain functions, no widgets."""

from __future__ import annotations

from studio.core.paths import display_name
from studio.ui.panes.classify.batch import Item
from studio.ui.widgets.numbers import duration, percent


def spent_words(seconds: float) -> str:
    """``31 ms`` below a second, else ``42 s``."""
    return f"{max(1, round(seconds * 1000))} ms" if seconds < 1 else duration(seconds)


def answer_words(item: Item, title: str) -> str:
    """How sure the run with this title is, and what it thought of besides; "" before it answers."""
    if item.best is None or item.prediction is None:
        return ""
    answer = item.prediction
    if len(answer.outputs) > 1 or answer.multi_label:
        held = [f"{display_name(name)} {percent(p)}" for name, p in answer.held()]
        if held:
            return f"{title} says {listed(held)}."
        name, p = item.best
        return f"{title} finds {display_name(name)} the likeliest, at only {percent(p)}."
    words = f"{title} gives it {percent(item.best[1])}"
    ranked = next(iter(answer.outputs.values()))
    if len(ranked) < 2:
        return f"{words}."
    name, second = ranked[1]
    return f"{words}, and {percent(second)} to {display_name(name)}."


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last
