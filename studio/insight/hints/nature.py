"""What the steps of the catalogue do, found out by applying them.

So a new step needs no second entry anywhere: whether it mirrors or changes colour is measured on a
drawn picture, and from which setting on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.augment.policy import Augmentation, Policy
from studio.augment.registry import AUGMENTERS, kind_of
from studio.augment.step import Step, demonstration
from studio.core.control import Control
from studio.core.spec import Parameter, parameters
from studio.core.strengths import Mild

Pixels = NDArray[np.uint8]
Test = Callable[[Step], bool]

_GRID = 6
HALVINGS = 6


@dataclass(frozen=True)
class Doer:
    """A kind of step that does something.

    Attributes:
        step: its class.
        mild: for each setting that decides it, the range in which the step does not do it;
            empty where it always does.
    """

    step: type[Step]
    mild: dict[str, tuple[float, float]]

    @property
    def kind(self) -> str:
        """Its name in JSON."""
        return kind_of(self.step)


def kinds_of(doers: Iterable[Doer]) -> tuple[str, ...]:
    """Their names in JSON."""
    return tuple(d.kind for d in doers)


def mild_of(doers: Iterable[Doer]) -> tuple[Mild, ...]:
    """The settings at which they do not do it."""
    return tuple(Mild(d.kind, name, *ends) for d in doers for name, ends in d.mild.items())


def ranges(step: type[Step]) -> list[Parameter]:
    """The settings of a step that are ranges of strengths."""
    return [p for p in parameters(step) if p.kind == "interval"]


def usual(step: type[Step], parameter: Parameter) -> float:
    """The middle of a setting's default range, which changes a picture little."""
    low, high = step.model_fields[parameter.name].default
    middle = float(low + high) / 2.0
    return float(round(middle)) if parameter.step == 1.0 else middle


def weakest(step: type[Step]) -> Step:
    """The step with every range at its middle, applied for certain."""
    values: dict[str, object] = {p.name: (usual(step, p),) * 2 for p in ranges(step)}
    return step.model_validate(values | {"probability": 100.0})


def set_to(step: type[Step], name: str, value: float) -> Step:
    """The step with one range at one value and the others at their middle."""
    return weakest(step).changed(**{name: (value, value)})


def applied(step: Step, picture: Pixels, seed: int = 1) -> Pixels:
    """One picture after the step; a step that fails on it leaves it as it is."""
    return next(each_applied(step, [picture], seed))


def each_applied(step: Step, pictures: Iterable[Pixels], seed: int = 1) -> Iterator[Pixels]:
    """One picture after the other, with the same draws."""
    augmentation = Augmentation(Policy(steps=(step,)))
    for picture in pictures:
        yield augmentation.apply(picture, seed)


def holds_of(share: float, answers: Iterable[bool], total: int) -> bool:
    """Whether at least a share of ``total`` answers is yes; asks no more than decides it."""
    needed = math.ceil(share * total - 1e-9)
    yes = no = 0
    for answer in answers:
        yes, no = (yes + 1, no) if answer else (yes, no + 1)
        if yes >= needed or no > total - needed:
            break
    return yes >= needed


def watched(does: Test, control: Control) -> Test:
    """The same test, before which a stop can come and others may go first."""

    def test(step: Step) -> bool:
        control.checkpoint()
        return does(step)

    return test


def usable(channels: int) -> list[type[Step]]:
    """The kinds of steps that work on so many channels."""
    return [step for step in AUGMENTERS if channels in step.channels]


def plain(step: type[Step]) -> list[Step]:
    """The step as strong as is safe, to both sides: enough to see what it does."""
    ends = [
        set_to(step, p.name, p.safe[0] if p.safe is not None else p.minimum)
        for p in ranges(step)
        if p.minimum is not None
    ]
    return [demonstration(step), *ends]


def doer(step: type[Step], does: Test, halvings: int = HALVINGS) -> Doer | None:
    """Whether a kind of step does something, and from which setting on; None where never.

    The setting is found between two of six by as many halvings of what lies between.
    """
    if does(weakest(step)):
        return Doer(step, {})
    mild: dict[str, tuple[float, float]] = {}
    for p in ranges(step):
        if p.minimum is None or p.maximum is None:
            continue
        ends = [
            _reach(step, p, end, does, halvings) if any_does(step, p, end, does) else end
            for end in (p.minimum, p.maximum)
        ]
        if ends != [p.minimum, p.maximum]:
            mild[p.name] = (ends[0], ends[1])
    return Doer(step, mild) if mild else None


def any_does(step: type[Step], p: Parameter, end: float, does: Test) -> bool:
    """Whether the step does it at one end of a range or half way there (a hue comes round)."""
    half = (usual(step, p) + end) / 2.0
    return does(set_to(step, p.name, end)) or does(set_to(step, p.name, half))


def _reach(step: type[Step], p: Parameter, end: float, does: Test, halvings: int) -> float:
    """The last value on the way to an end, where the step does it, at which it does not yet."""
    last, first = usual(step, p), end
    for value in np.linspace(last, end, _GRID)[1:-1].tolist():
        if does(set_to(step, p.name, value)):
            first = value
            break
        last = value
    for _ in range(halvings):
        between = (last + first) / 2.0
        if does(set_to(step, p.name, between)):
            first = between
        else:
            last = between
    return last if not p.step else round(last / p.step) * p.step
