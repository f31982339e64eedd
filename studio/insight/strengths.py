"""How strong one setting of a step may be before labels stop surviving: the safety meter.

Each strength is applied to the same pictures with the same draws, so that strengths differ in
nothing else. Around the strength that changes the pictures least, the safe part ends where labels
stop surviving (:mod:`studio.insight.survival`); a grid finds the place, halving makes it exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.augment.groups import Group, as_step
from studio.augment.policy import Augmentation, Policy
from studio.augment.step import Step, check_picture
from studio.core.control import Control, Progress, no_progress
from studio.core.errors import InputError, SpecError
from studio.core.spec import Parameter, parameters
from studio.core.strengths import Confusion, Strengths
from studio.insight.judge import Bench, Judge, bench, held_of, sure_of
from studio.insight.survival import Survival, accuracy_of, confusion, survival
from studio.insight.values import Scale, scale_of

LEAST_RIGHT = 8
"""Pictures that the network must answer right as they are, to say anything about the others."""
_EACH_CHANNEL = ("channel_light", "channel_offset")
"""Steps that draw a value for each channel: with one value for all they would do something else, so
theirs are drawn between the neutral value and the strength."""
_HALVINGS = 6
_LOOK = 8  # pictures by which the change of pixels is measured


def measure(
    judge: Judge,
    step: Step | dict[str, Any],
    parameter: str = "",
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Strengths:
    """How many labels survive at each strength of one setting.

    The setting is fixed at one value after the other and the step applied to every picture; its
    other settings are as they are. Without ``parameter``, and for one that is no number or is
    the chance, see :func:`survival_of`.

    Args:
        step: a step, a group of steps, or the JSON of one.

    Raises:
        SpecError: there is no such step or setting, or the step leaves such pictures alone.
        InputError: the network answers too few pictures right to tell anything.
        Cancelled: asked to stop.
    """
    step = _certain(judge, step)
    declared = _declared(step, parameter)
    if declared is None:
        return survival_of(judge, step, progress, control)
    scale = scale_of(declared)
    with bench(judge, control) as asked:
        meter = _Meter(asked, step, declared, progress, control)
        neutral = meter.neutral = scale.least_change(meter.change)
        meter.expect(grid := scale.grid(neutral))
        for value in grid:
            meter.at(value)
        low = _end(meter, scale, [v for v in reversed(grid) if v <= neutral])
        high = _end(meter, scale, [v for v in grid if v >= neutral])
        return meter.result(neutral, low, high)


def survival_of(
    judge: Judge,
    step: Step | dict[str, Any],
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Strengths:
    """How many labels survive a step as it is set, applied to every picture.

    Returns:
        Strengths of the chance in percent, with the only value 100: ``safe`` is (0, 100) where
        labels survive and (0, 0) where not; ``above`` says what goes wrong.

    Raises:
        As :func:`measure`.
    """
    step = _certain(judge, step)
    with bench(judge, control) as asked:
        meter = _Meter(asked, step, None, progress, control)
        meter.expect([100.0])
        found = meter.at(100.0)
        end = _End(100.0, None) if found.is_safe else _End(0.0, 100.0)
        return meter.result(0.0, _End(0.0, None), end)


@dataclass(frozen=True)
class _End:
    """One end of the safe part, and a strength clearly beyond it; None where there is none."""

    value: float
    beyond: float | None


class _Meter:
    """Asks about each strength once."""

    def __init__(
        self,
        asked: Bench,
        step: Step,
        declared: Parameter | None,
        progress: Progress,
        control: Control | None,
    ) -> None:
        self.asked = asked
        self.step = step
        self.declared = declared
        self._progress = progress
        self._points: dict[float, tuple[Survival, NDArray[np.bool_]]] = {}
        self._total = 0
        sample = asked.judge.sample
        self._truth = sample.truth
        self._several = sample.several
        self.neutral: float | None = None
        probabilities = asked.judge.probabilities(sample.pictures, control)
        self._before = held_of(probabilities, self._several)
        right = self._before & (self._truth == 1)
        self._sure = sure_of(probabilities, self._several)
        if (right & self._sure).any(axis=1).sum() < LEAST_RIGHT:
            self._sure[:] = True  # a network that is sure of nothing yet
        number = int((right & self._sure).any(axis=1).sum())
        if number < LEAST_RIGHT:
            raise InputError(
                f"The network answers {number} of {len(sample)} pictures right, too few to tell "
                "which labels survive.",
                "Train it longer, or choose another run.",
            )

    def expect(self, grid: list[float]) -> None:
        """Tell how much there is to do: the grid, and the most that halving needs."""
        self._total = len(grid) + (2 * _HALVINGS if len(grid) > 1 else 0)
        self._progress(0, self._total, "Asking the network")

    def at(self, value: float) -> Survival:
        """What becomes of the labels at one strength. Raises Cancelled."""
        if value not in self._points:
            held = self.asked.held([self._way(value)])
            found = survival(self._truth, self._before, held, self._several, self._sure)
            self._points[value] = found, held
            done = min(len(self._points), self._total - 1)
            self._progress(done, self._total, "Asking the network")
        return self._points[value][0]

    def change(self, value: float) -> float:
        """How far the pictures move at one strength."""
        return self.asked.change(self._way(value), _LOOK)

    def _way(self, value: float) -> Augmentation:
        step = self.step
        if self.declared is not None:
            step = step.changed(**{self.declared.name: self._setting(self.declared, value)})
        return Augmentation(Policy(steps=(step,)))

    def _setting(self, declared: Parameter, value: float) -> Any:
        if declared.kind != "interval":
            return int(value) if declared.kind == "int" else value
        if self.step.kind in _EACH_CHANNEL and self.neutral is not None:
            return min(self.neutral, value), max(self.neutral, value)
        return value, value

    def result(self, neutral: float, low: _End, high: _End) -> Strengths:
        values = sorted(self._points)
        found = [self._points[value][0] for value in values]
        sample = self.asked.judge.sample
        self._progress(self._total, self._total, "Asking the network")
        return Strengths(
            kind=self.step.kind,
            parameter=self.declared.name if self.declared else "probability",
            values=np.array(values),
            accuracy=np.array([each.accuracy for each in found]),
            survival=np.array([each.share for each in found]),
            worst=np.array([each.worst for each in found]),
            neutral=neutral,
            safe=(low.value, high.value),
            limits=(low.beyond is not None, high.beyond is not None),
            clean=accuracy_of(self._truth, self._before, self._several),
            pictures=len(sample),
            below=self._confusion(low),
            above=self._confusion(high),
        )

    def _confusion(self, end: _End) -> Confusion | None:
        if end.beyond is None:
            return None
        held = self._points[end.beyond][1]
        classes = self.asked.judge.sample.classes
        return confusion(self._truth, self._before, held, classes, self._sure)


def _end(meter: _Meter, scale: Scale, outwards: list[float]) -> _End:
    """Go out from the neutral strength to the last one at which labels survive."""
    safe = outwards[0]
    if not meter.at(safe).is_safe:
        return _End(safe, outwards[1] if len(outwards) > 1 else None)
    for value in outwards[1:]:
        if meter.at(value).is_safe:
            safe = value
            continue
        beyond, unsafe = value, value
        for _ in range(_HALVINGS):
            middle = scale.between(safe, unsafe)
            if middle is None:
                break
            if meter.at(middle).is_safe:
                safe = middle
            else:
                unsafe = middle
        return _End(safe, beyond)
    return _End(safe, None)


def _certain(judge: Judge, step: Step | dict[str, Any]) -> Step:
    """The step, switched on and applied to every picture. Raises SpecError."""
    step = as_step(step)
    if not isinstance(step, Group):
        check_picture(type(step), judge.sample.pictures[0])
    if step.enabled and step.probability == 100.0:
        return step
    return step.changed(enabled=True, probability=100.0)


def _declared(step: Step, name: str) -> Parameter | None:
    """The setting to vary; None for the whole step. Raises SpecError where there is none."""
    known = {p.name: p for p in parameters(type(step))}
    if name and name not in known:
        raise SpecError(f"{step.title} has no setting “{name}”.", f"It has: {', '.join(known)}.")
    found = known.get(name)
    return found if found is not None and is_strength(found) else None


def is_strength(setting: Parameter) -> bool:
    """Whether a setting is a number with bounds, other than the chance."""
    bounds = setting.minimum, setting.maximum
    has_bounds = all(b is not None and math.isfinite(b) for b in bounds)
    is_number = setting.kind in ("interval", "float", "int")
    return is_number and has_bounds and setting.name != "probability"


def strengths_of(step: type[Step]) -> list[str]:
    """The settings of a step that :func:`measure` can vary."""
    return [p.name for p in parameters(step) if is_strength(p)]
