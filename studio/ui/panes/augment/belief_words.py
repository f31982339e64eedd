"""What a run's network says of previews, as the grid shows it. Plain functions; no Qt here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.core.paths import display_name
from studio.core.results import Prediction
from studio.data.dataset import Dataset
from studio.ui.panes.augment.choice import Shown

Belief = tuple[str, bool, float | None]
"""Class, whether it is the picture's, probability 0 … 1; None while nobody knows."""

_MOST_NAMED = 3


def question_for(outputs: Mapping[str, object], dataset: Dataset) -> str:
    """The output of a run that is asked: one that the data set has, else the first."""
    shared = [name for name in outputs if name in dataset.outputs]
    return next(iter(shared or outputs), "")


def true_classes(dataset: Dataset, shown: Shown, output: str) -> tuple[str, ...]:
    """The classes that the data set gives a picture; empty where it gives none."""
    known = output if output in dataset.outputs else next(iter(dataset.outputs), "")
    return tuple(dataset.classes_of(shown.row, known)) if known else ()


def belief_of(prediction: Prediction, output: str, truth: Sequence[str]) -> Belief:
    """What the network says in one line; without a true class nothing is wrong."""
    ranked = prediction.outputs.get(output, ())
    if prediction.error or not ranked:
        return "not asked", True, None
    held = prediction.held_of(output)
    names = {name for name, _ in held}
    if output in prediction.multi_label:
        words = ", ".join(display_name(name) for name, _ in held) or "no class"
        share = min(p for _, p in held) if held else 1 - ranked[0][1]
    else:
        words, share = display_name(held[0][0]), held[0][1]
    return words, not truth or names == set(truth), float(share)


def unknown_words(run: str, classes: Sequence[str], truths: Sequence[Sequence[str]]) -> str:
    """Which classes of the pictures in view the run was never taught; empty for none."""
    missing = list(dict.fromkeys(c for truth in truths for c in truth if c not in classes))
    if not missing:
        return ""
    named = ", ".join(display_name(name) for name in missing[:_MOST_NAMED])
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    return f"{run} was not taught {named}{more}: it can only name another class"
