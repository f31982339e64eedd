"""What is found out about how strong an augmentation may be: plain data for window and report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class StepRan:
    """A step that ran on one picture.

    Attributes:
        kind: its name in JSON.
        title: what a person calls it.
        words: the drawn values, such as ``Angle 12.3°``; empty where nothing is drawn.
    """

    kind: str
    title: str
    words: str


@dataclass(frozen=True)
class Confusion:
    """Pictures of one class that are taken for another. ``count`` of ``total`` of the class."""

    true: str
    taken_for: str
    count: int
    total: int


@dataclass(frozen=True)
class Strengths:
    """How many labels survive at each strength of one setting.

    Attributes:
        kind: of the step, such as ``rotate``.
        parameter: the setting's name.
        values: ``(n,) float64`` strengths in the setting's unit, rising.
        accuracy: ``(n,) float64`` share of all pictures that are answered right, 0 … 1.
        survival: ``(n,) float64`` share of the pictures answered right without the step that are
            still answered right, 0 … 1.
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
class RobustnessCurve:
    """Accuracy under one corruption. ``severities`` and ``accuracy``: ``(n,) float64``."""

    kind: str
    title: str
    severities: NDArray[np.float64]
    accuracy: NDArray[np.float64]


@dataclass(frozen=True)
class Robustness:
    """Accuracy of a run against corruptions; ``clean`` without any, of ``pictures`` pictures."""

    curves: tuple[RobustnessCurve, ...]
    clean: float
    pictures: int


@dataclass(frozen=True)
class Hint:
    """What the pictures say about steps.

    Attributes:
        key: which finding it is, such as ``mirror-confuses``.
        kinds: the kinds of steps that it is about.
        kind: ``warning`` (such a step does harm), ``info`` or ``good`` (it suits these pictures).
        words: a sentence with what was found.
        action: the words of a link that follows it, such as ``Leave it out``; may be empty.
        suggest: the JSON of a step that the action adds; None where it takes the steps out.
    """

    key: str
    kinds: tuple[str, ...]
    kind: str
    words: str
    action: str = ""
    suggest: dict[str, object] | None = None
