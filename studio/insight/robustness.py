"""Accuracy of a network against the strength of corruptions.

The corruptions are those of :mod:`studio.augment.augmenters.corruptions` (Hendrycks and
Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations",
2019) in five severities, and steps of our own for what that test lacks (turning, moving, zooming)
and for pictures whose channels it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.augment.corrupting import kinds_for
from studio.augment.policy import Augmentation, parse_policy
from studio.augment.registry import AUGMENTERS
from studio.augment.words import number, with_unit
from studio.core.control import Control, Progress, no_progress
from studio.core.errors import SpecError
from studio.core.strengths import Robustness, RobustnessCurve
from studio.insight.judge import Bench, Judge, bench
from studio.insight.survival import accuracy_of

SEVERITIES = (1, 2, 3, 4, 5)
OnCurve = Callable[[Robustness], None]


@dataclass(frozen=True)
class _Plain:
    """A step of our own as a corruption of five severities.

    Attributes:
        settings: names of those that get the strength.
        values: strength of each severity, in the setting's unit.
        opposite: what the other half of the pictures gets: ``minus`` (turned the other way),
            ``inverse`` (shrunk instead of enlarged) or the same.
    """

    kind: str
    settings: tuple[str, ...]
    values: tuple[float, ...]
    unit: str
    opposite: str = ""
    decimals: int = 0

    def ways(self, severity: int) -> list[dict[str, Any]]:
        """The step for even and for odd pictures."""
        value = self.values[severity - 1]
        other = {"minus": -value, "inverse": 1 / value}.get(self.opposite, value)
        return [self._step(each) for each in dict.fromkeys((value, other))]

    def words(self, severity: int) -> str:
        """The strength of a severity, such as ``±10°``."""
        sign = {"minus": "±", "inverse": "× or ÷ "}.get(self.opposite, "")
        return sign + with_unit(number(self.values[severity - 1], self.decimals), self.unit)

    def _step(self, value: float) -> dict[str, Any]:
        settings = dict.fromkeys(self.settings, (value, value))
        return {"kind": self.kind, "probability": 100.0, **settings}


_OWN = (
    _Plain("rotate", ("angle",), (10, 20, 30, 45, 60), "°", "minus"),
    _Plain("shift", ("across", "down"), (5, 10, 15, 20, 30), "%", "minus"),
    _Plain("zoom", ("scale",), (1.1, 1.25, 1.5, 1.75, 2.0), "", "inverse", 2),
)
_INSTEAD = (  # where the corruptions do not know such channels
    _Plain("brightness", ("change",), (10, 20, 30, 45, 60), "%", "minus"),
    _Plain("contrast", ("change",), (-20, -35, -50, -65, -80), "%"),
    _Plain("gaussian_blur", ("sigma",), (0.5, 1, 1.5, 2, 3), "px", "", 1),
    _Plain("gaussian_noise", ("levels",), (8, 16, 24, 36, 48), "levels"),
)


def measure(
    judge: Judge,
    kinds: Sequence[str] = (),
    progress: Progress = no_progress,
    control: Control | None = None,
    on_curve: OnCurve | None = None,
) -> Robustness:
    """Accuracy of the judge's network on its sample at each severity of each corruption.

    Args:
        kinds: names of corruptions; all of :func:`studio.augment.corrupting.kinds_for` where left
            out.
        on_curve: is told what is known so far after each corruption.

    Raises:
        SpecError: there is no such corruption, or it leaves such pictures alone.
        Cancelled: asked to stop.
    """
    sample = judge.sample
    chosen = _chosen(kinds, sample.pictures.shape[3])
    clean = accuracy_of(sample.truth, judge.clean(control), sample.several)
    curves: list[RobustnessCurve] = []
    total = len(chosen) * len(SEVERITIES)
    with bench(judge, control) as asked:
        for kind in chosen:
            title = AUGMENTERS.get(kind).title
            accuracy: list[float] = []
            for severity in SEVERITIES:
                progress(len(curves) * len(SEVERITIES) + len(accuracy), total, title)
                accuracy.append(_accuracy(asked, kind, severity))
            plain = _plain(kind)
            levels = tuple(plain.words(s) for s in SEVERITIES) if plain else ()
            curves.append(RobustnessCurve(kind, title, np.array(SEVERITIES, np.float64),
                                          np.array(accuracy), levels))  # fmt: skip
            if on_curve is not None:
                on_curve(Robustness(tuple(curves), clean, len(sample)))
    progress(total, total, "Asking the network")
    return Robustness(tuple(curves), clean, len(sample))


def _chosen(kinds: Sequence[str], channels: int) -> list[str]:
    works = kinds_for(channels)
    can_be = {*works, *(plain.kind for plain in (*_OWN, *_INSTEAD))}
    for kind in kinds:
        if kind not in can_be:
            known = ", ".join(sorted(can_be))
            raise SpecError(
                f"“{kind}” is no corruption that works on {channels} "
                f"{'channel' if channels == 1 else 'channels'}.",
                f"Known: {known}.",
            )
    return list(dict.fromkeys(kinds)) or works


def _plain(kind: str) -> _Plain | None:
    return next((plain for plain in (*_OWN, *_INSTEAD) if plain.kind == kind), None)


def _accuracy(asked: Bench, kind: str, severity: int) -> float:
    plain = _plain(kind)
    steps = plain.ways(severity) if plain else [
        {"kind": kind, "probability": 100.0, "severity": (severity, severity)}
    ]  # fmt: skip
    held = asked.held([Augmentation(parse_policy([step])) for step in steps])
    sample = asked.judge.sample
    return accuracy_of(sample.truth, held, sample.several)
