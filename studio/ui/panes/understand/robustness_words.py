"""What the robustness of a run says: the order of its curves and its sentences. No Qt here."""

from __future__ import annotations

import numpy as np

from studio.core.strengths import Robustness, RobustnessCurve
from studio.ui.widgets.numbers import count, number, percent

COLOURED = 6
"""Curves with a colour of their own: the worst ones."""


def whole_percent(share: float) -> str:
    """A share without digits after the point: samples are too small for more."""
    return percent(share, 0)


def loss_of(curve: RobustnessCurve, clean: float) -> float:
    """What a corruption costs: accuracy lost, the mean over its severities."""
    return float(clean - curve.accuracy.mean())


def ordered(found: Robustness) -> tuple[RobustnessCurve, ...]:
    """The curves, the one that costs most first."""
    return tuple(sorted(found.curves, key=lambda c: (-loss_of(c, found.clean), c.title)))


def mean_accuracy(found: Robustness) -> float:
    """The mean over all curves and severities, 0 … 1."""
    return _mean_of(found, _kinds(found))


def sentence(found: Robustness) -> str:
    """Which corruption costs most."""
    if not found.curves:
        return "Nothing was measured."
    worst = ordered(found)[0]
    middle = len(worst.severities) // 2
    after = float(worst.accuracy[middle])
    if loss_of(worst, found.clean) < 0.5 / max(1, found.pictures):
        return f"No corruption costs anything: {whole_percent(found.clean)} stay right throughout."
    level = f" ({worst.levels[middle]})" if worst.levels else ""
    return (
        f"{worst.title} costs most: {whole_percent(found.clean)} → {whole_percent(after)} "
        f"at severity {number(worst.severities[middle])}{level}"
    )


def details(found: Robustness) -> str:
    """The mean, and of how much it tells."""
    if not found.curves:
        return ""
    return (
        f"{whole_percent(mean_accuracy(found))} right on average over "
        f"{count(len(found.curves), 'corruption')} and all severities, "
        f"{whole_percent(found.clean)} without; {count(found.pictures, 'picture')} asked"
    )


def comparison(found: Robustness, name: str, other: Robustness, other_name: str) -> str:
    """Which of two runs holds better, by the corruptions that were measured of both."""
    both = _kinds(found) & _kinds(other)
    if not both:
        return f"No corruption was measured of both {name} and {other_name}."
    means = [_mean_of(each, both) for each in (found, other)]
    apart = round((means[0] - means[1]) * 100)
    if not apart:
        return f"{name} and {other_name} hold equally well, {whole_percent(means[0])} on average."
    better, worse = (name, other_name) if apart > 0 else (other_name, name)
    high, low = max(means), min(means)
    return (
        f"{better} holds better: {whole_percent(high)} right on average, "
        f"{worse} {whole_percent(low)}."
    )


def point_words(curve: RobustnessCurve, index: int, run: str = "") -> str:
    """One point in words: ``Fog, severity 3: 41 % right``."""
    level = f", {curve.levels[index]}" if curve.levels else ""
    who = f" ({run})" if run else ""
    return (
        f"{curve.title}{who}, severity {number(curve.severities[index])}{level}: "
        f"{whole_percent(float(curve.accuracy[index]))} right"
    )


def _kinds(found: Robustness) -> set[str]:
    return {curve.kind for curve in found.curves}


def _mean_of(found: Robustness, kinds: set[str]) -> float:
    return float(np.mean([c.accuracy.mean() for c in found.curves if c.kind in kinds]))
