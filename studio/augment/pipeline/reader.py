"""Pipelines of plain imgaug, written as JSON in imgaug's own names.

A pipeline is a list of calls, which are applied in order, or one call. A call is an augmenter by
its name, alone or as the only key of an object that holds its arguments::

    ["Fliplr",
     {"Fliplr": 0.5},
     {"Affine": {"rotate": [-25, 25], "mode": "edge"}},
     {"Sometimes": {"p": 0.3, "then_list": {"GaussianBlur": [0, 1.5]}}},
     {"SomeOf": {"n": [1, 2], "children": ["Equalize", {"Add": {"value": [-20, 20]}}]}}]

Two numbers in a list are an interval, as the tuple ``(a, b)`` is in imgaug. Arguments that are
not given have imgaug's own default. Names may have ``iaa.`` or ``imgaug.augmenters.`` in front.
``seed``, ``name``, ``random_state`` and ``deterministic`` are ignored: a run has its own seed.
What no step here can do exactly so is refused, never replaced by something like it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from studio.augment.groups import MOST_LEVELS, MOST_STEPS, OneOf, RandomOrder, SomeOf, Sometimes
from studio.augment.pipeline.fitting import step_for
from studio.augment.pipeline.names import CONTAINERS, NOTHING, is_number, read_call, shown
from studio.augment.policy import Policy, parse_policy
from studio.augment.recorded import recorder
from studio.augment.step import Step
from studio.core.errors import SpecError
from studio.core.spec import parse_spec

_LOOKED_AT = 1000
_MOST_CALLS = 5 * MOST_STEPS  # a container and what it holds may become one step
_WHERE = "Step "


def is_pipeline(value: Any) -> bool:
    """Whether JSON looks like a pipeline of imgaug, and not like a policy of ours."""
    if isinstance(value, str):
        return True
    if isinstance(value, dict):
        return len(value) == 1 and "steps" not in value and "kind" not in value
    if not isinstance(value, list) or not value:
        return False
    first = value[:_LOOKED_AT]
    ours = any(isinstance(each, dict) and "kind" in each for each in first)
    return not ours and all(isinstance(each, str | dict) and each for each in first)


@dataclass(frozen=True)
class Reading:
    """The policy that does what a pipeline does, and the number of augmenters in the pipeline."""

    policy: Policy
    augmenters: int


def read_pipeline(value: Any) -> Reading:
    """The policy that does what a pipeline of imgaug does.

    Raises:
        SpecError: something is no call of imgaug, or no step here does exactly so. The message
            says which step of the pipeline it is.
    """
    calls = value if isinstance(value, list) else [value]
    reader = _Reader()
    with recorder():
        steps = tuple(reader.in_order(calls, ()))
    if len(calls) == 1 and len(steps) == 1:
        only = steps[0]
        if isinstance(only, Sometimes) and only.probability == 100.0:  # one Sequential
            steps = only.steps
    return Reading(parse_policy(steps), reader.augmenters)


@contextmanager
def _at(where: str) -> Iterator[None]:
    """Name the place of what is wrong, where it has no place yet."""
    try:
        yield
    except SpecError as error:
        if error.message.startswith(_WHERE):
            raise
        raise SpecError(f"{where}: {error.message}", error.hint, error.details) from error


@dataclass
class _Reader:
    """Reads calls, and counts them."""

    count: int = 0
    augmenters: int = 0

    def in_order(self, calls: list[Any], place: tuple[int, ...]) -> list[Step]:
        """The steps of calls that all are applied; what does nothing is left out."""
        return [step for step in self.each(calls, place) if not _does_nothing(step)]

    def each(self, calls: list[Any], place: tuple[int, ...]) -> list[Step]:
        """A step for each of the calls."""
        self.count += len(calls)
        if self.count > _MOST_CALLS:
            raise SpecError(
                f"This pipeline has {self.count:,} calls, and a policy at most {MOST_STEPS} steps.",
                "Take steps out of the file, or choose another one.",
            )
        if len(place) > MOST_LEVELS:
            raise SpecError(
                f"The pipeline is nested more than {MOST_LEVELS} levels deep.",
                "Take steps out of the inner containers.",
            )
        return [self.step(call, (*place, number)) for number, call in enumerate(calls, 1)]

    def step(self, call: Any, place: tuple[int, ...]) -> Step:
        """The step of one call."""
        where = f"{_WHERE}{'.'.join(map(str, place))}"
        with _at(where):
            name, args, options = read_call(call)
        with _at(f"{where}, {shown(name)[1:-1]}"):
            if name in CONTAINERS:
                given = _given(name, args, options)
                make = {"Sequential": self.sequential, "OneOf": self.one_of,
                        "SomeOf": self.some_of, "Sometimes": self.sometimes}[name]  # fmt: skip
                return make(given, place)
            self.augmenters += 1
            return _group(Sometimes) if name in NOTHING else step_for(name, args, options)

    def sequential(self, given: dict[str, Any], place: tuple[int, ...]) -> Step:
        """All of them, in order or in any order."""
        steps = self.in_order(_calls(given.get("children")), place)
        return _group(RandomOrder if _truth(given, "random_order") else Sometimes, steps)

    def one_of(self, given: dict[str, Any], place: tuple[int, ...]) -> Step:
        """One of them."""
        return _group(OneOf, self.each(_calls(given.get("children")), place))

    def some_of(self, given: dict[str, Any], place: tuple[int, ...]) -> Step:
        """A few of them."""
        steps = self.each(_calls(given.get("children")), place)
        count = _count(given.get("n"), len(steps))
        return _group(SomeOf, steps, count=count, shuffled=_truth(given, "random_order"))

    def sometimes(self, given: dict[str, Any], place: tuple[int, ...]) -> Step:
        """All of them or none; the chance of a single one becomes its own."""
        chance = given.get("p", 0.5)
        if not is_number(chance) or not 0.0 <= chance <= 1.0:
            raise SpecError(f"“p” cannot be {shown(chance)}.", "A chance is a number from 0 to 1.")
        if given.get("else_list") not in (None, []):
            raise SpecError(
                "“else_list” has no such setting here.",
                "Where both are as likely, OneOf of the two lists does the same.",
            )
        calls = _calls(given.get("then_list"))
        steps = self.in_order(calls, place)
        if len(calls) != 1 or not steps:
            return _group(Sometimes, steps, probability=_percent(chance))
        return steps[0].changed(probability=round(steps[0].probability * chance, 9))


def _given(name: str, args: list[Any], options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a container by name. Raises SpecError."""
    known = CONTAINERS[name]
    if not args:
        return options
    first = args[0]
    several = name in ("SomeOf", "Sometimes") and isinstance(first, list)
    if several and 2 <= len(first) <= len(known) and isinstance(first[1], str | dict | list):
        return dict(zip(known, first, strict=False))
    return {known[0]: first}


def _calls(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _truth(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise SpecError(f"“{name}” cannot be {shown(value)}.", "It is true or false.")
    return value


def _count(n: Any, among: int) -> tuple[float, float]:
    """How many are applied, as imgaug reads it. Raises SpecError."""
    low, high = n if isinstance(n, list) and len(n) == 2 else (n, n)
    low = among if n is None else low
    high = among if high is None else high
    if not all(
        is_number(end) and 0 <= end <= MOST_STEPS and end == int(end) for end in (low, high)
    ):
        raise SpecError(
            f"“n” cannot be {shown(n)}.",
            f"It is a whole number up to {MOST_STEPS}, or two of them: [1, 3].",
        )
    if low > high:
        raise SpecError("“n” begins above its end.", "Write the low end first.")
    if low < among < high:
        raise SpecError(
            f"“n” goes up to {shown(high)}, but there are only {among} to choose from.",
            f"imgaug then applies all of them more often. Write {json.dumps([low, among])}, if "
            "each number is to be as likely.",
        )
    return float(min(low, among)), float(min(high, among))


def _percent(share: float) -> float:
    return round(share * 100.0, 9)


def _group(kind: type[Step], steps: list[Step] | None = None, **settings: Any) -> Step:
    return parse_spec(kind, {"probability": 100.0, **settings, "steps": tuple(steps or ())})


def _does_nothing(step: Step) -> bool:
    return isinstance(step, Sometimes) and not step.steps
