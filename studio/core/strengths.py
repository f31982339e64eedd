"""What is found out about how strong an augmentation may be: plain data for window and report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class StepRan:
    """A step that ran on one picture.

    Attributes:
        kind: its name in JSON.
        title: what a person calls it.
        words: the drawn values, such as ``12.3°``; empty where nothing is drawn.
        fault: why it failed on this picture and was left out; empty where it ran.
    """

    kind: str
    title: str
    words: str
    fault: str = ""


@dataclass(frozen=True)
class Confusion:
    """Pictures of one class that are taken for another. ``count`` of ``total`` of the class.

    ``taken_for`` is empty where nothing takes the place of a class, since several may hold.
    """

    true: str
    taken_for: str
    count: int
    total: int


@dataclass(frozen=True)
class Strengths:
    """How many labels survive at each strength of one setting.

    Attributes:
        kind: of the step, such as ``rotate``.
        parameter: the setting's name; ``probability`` for the step as it is set, with 100 % as
            its only value and (0, 0) or (0, 100) as its safe part.
        values: ``(n,) float64`` strengths in the setting's unit, rising.
        accuracy: ``(n,) float64`` share of all pictures that are answered right, 0 … 1.
        survival: ``(n,) float64`` share of the pictures answered right without the step, and not
            by a hair, that are still answered right, 0 … 1.
        worst: ``(n,) float64`` the same of the class for which it is lowest.
        neutral: the strength that changes the pictures least.
        safe: the strengths around ``neutral`` at which labels survive.
        limits: whether labels stop surviving below ``safe`` and above it; False where the
            setting ends before.
        clean: share answered right without the step.
        pictures: how many were asked.
        below, above: what goes wrong first beyond each end of ``safe``; None where nothing does.
    """

    kind: str
    parameter: str
    values: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    survival: NDArray[np.float64]
    worst: NDArray[np.float64]
    neutral: float
    safe: tuple[float, float]
    limits: tuple[bool, bool]
    clean: float
    pictures: int
    below: Confusion | None = None
    above: Confusion | None = None


@dataclass(frozen=True)
class Sides:
    """Accuracy inside the safe part and beyond it, each the mean over a drawn strength.

    None where a side does not exist, or labels survive to the end of the setting.
    """

    inside: float
    below: float | None
    above: float | None


def sides(strengths: Strengths) -> Sides:
    """Accuracy on both sides of each mark, 0 … 1: means over strengths drawn evenly."""
    x, y = strengths.values, strengths.accuracy
    low, high = strengths.safe
    if len(x) == 1:  # a step as it is set: it is on one side, the untouched pictures on the other
        beyond = float(y[0]) if strengths.limits[1] else None
        return Sides(strengths.clean if beyond is not None else float(y[0]), None, beyond)
    inside = _mean(x, y, (x >= low) & (x <= high))
    below = _mean(x, y, x < low) if strengths.limits[0] else None
    above = _mean(x, y, x > high) if strengths.limits[1] else None
    return Sides(inside, below, above)


def _mean(x: NDArray[np.float64], y: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    x, y = x[chosen], y[chosen]
    return float(np.trapezoid(y, x) / (x[-1] - x[0])) if len(x) > 1 else float(y[0])


@dataclass(frozen=True)
class RobustnessCurve:
    """Accuracy under one corruption. ``severities`` and ``accuracy``: ``(n,) float64``.

    ``levels`` says what each severity means, such as ``±10°``; empty where it is the severity of
    the published test.
    """

    kind: str
    title: str
    severities: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Robustness:
    """Accuracy of a run against corruptions; ``clean`` without any, of ``pictures`` pictures."""

    curves: tuple[RobustnessCurve, ...]
    clean: float
    pictures: int


@dataclass(frozen=True)
class QuickJudge:
    """A network that can be asked before the first training.

    Attributes:
        run: its name, for ``Believe``, ``MeasureSafety`` and ``MeasureRobustness``.
        title: what a person calls it.
        accuracy: share of the sample answered right, 0 … 1.
        pictures: how many are in the sample.
        learned_from: pictures that its head was learned from.
    """

    run: str
    title: str
    accuracy: float
    pictures: int
    learned_from: int


@dataclass(frozen=True)
class Mild:
    """Settings of a step that are too weak for a hint: ``parameter`` within ``low`` … ``high``."""

    kind: str
    parameter: str
    low: float
    high: float


@dataclass(frozen=True)
class Hint:
    """What the pictures say about steps.

    Attributes:
        key: which finding it is, such as ``mirror-confuses``.
        kinds: the kinds of steps that it is about.
        kind: ``warning`` (such a step does harm), ``info`` or ``good`` (it suits these pictures).
        words: a sentence with what was found.
        action: the words of a link that follows it, such as ``Leave it out``; may be empty.
        suggest: the JSON of a step that the action adds; None where it changes or takes out
            the steps that are meant.
        mild: a step of one of ``kinds`` is not meant while all its settings named here are within
            the ranges given.
        along: only together with a step of one of these kinds; empty where it does it alone.
        only: setting → values: only steps that have one of these values are meant.
        change: settings that the action gives to the step; empty where it takes the step out.
    """

    key: str
    kinds: tuple[str, ...]
    kind: Literal["warning", "info", "good"]
    words: str
    action: str = ""
    suggest: dict[str, object] | None = None
    mild: tuple[Mild, ...] = ()
    along: tuple[str, ...] = ()
    only: dict[str, tuple[object, ...]] = field(default_factory=dict)
    change: dict[str, object] = field(default_factory=dict)
