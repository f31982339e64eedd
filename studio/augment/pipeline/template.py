"""What a step calls, and how its settings go into the call: learned by moving each of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from studio.augment.pipeline.matching import Node, Pair, Path, node_of, pairs
from studio.augment.pipeline.names import is_number
from studio.augment.recorded import Call
from studio.augment.step import Step
from studio.core.errors import SpecError
from studio.core.spec import Parameter, parameters, parse_spec

Slot = tuple[str, int | None]
"""A setting, or one end of a setting that is an interval."""

_EXACT = 1e-12
_HALVINGS = 60
_MOST_DECIMALS = 9


@dataclass(frozen=True)
class Fit:
    """A step that makes the asked call, and the share of the pictures that get it, 0 … 1."""

    step: type[Step]
    settings: dict[str, Any]
    chance: float = 1.0


@dataclass(frozen=True)
class NoFit:
    """The nearest step, and which arguments it cannot have so.

    Attributes:
        template: None where no step makes such calls at all.
        distance: how far it is from the asked call; words weigh more than numbers.
    """

    template: Template | None = None
    arguments: tuple[str, ...] = ()
    distance: tuple[bool, int] = (True, 1_000_000)


@dataclass(frozen=True)
class About:
    """What a step can make of an argument.

    Attributes:
        fixed: its only value, where it has no setting.
        range: what its setting reaches; None where it has none.
        one_number: its setting is one number, not an interval.
    """

    fixed: Any = None
    range: tuple[float, float] | None = None
    one_number: bool = False


def recorded_call(kind: type[Step], settings: dict[str, Any]) -> Node | None:
    """What a step with these settings calls; None where it is no call of imgaug."""
    made = parse_spec(kind, {**settings, "probability": 100.0}).build()
    try:
        return node_of(made) if isinstance(made, Call) else None
    except SpecError:
        return None


class Template:
    """What a step with certain choices calls, and how its numbers go into the call."""

    def __init__(self, kind: type[Step], choices: dict[str, Any]) -> None:
        self.kind = kind
        numbers = {p.name: p for p in parameters(kind) if p.name != "probability"}
        self._numbers = {
            name: p for name, p in numbers.items()
            if p.kind in ("interval", "float", "int") and None not in (p.minimum, p.maximum)
        }  # fmt: skip
        self._base = {**choices, **{n: _middle(p) for n, p in self._numbers.items()}}
        self._tree = recorded_call(kind, self._base)
        self._leaves = {pair.path: pair.ours for pair in pairs(self._tree, self._tree)}

    def solve(self, asked: Node) -> Fit | NoFit:
        """The settings that make the asked call."""
        found = list(pairs(self._tree, asked))
        # What is no number follows from the choices alone: others are not looked at any further.
        wrong = [_argument(p) for p in found if not (p.fits and is_number(p.ours)) and not p.same]
        if wrong:
            return NoFit(self, tuple(dict.fromkeys(wrong)), (True, len(wrong)))
        chance, wrong = self._chance(found)
        values = {pair.path: pair.asked for pair in found}
        settings = dict(self._base)
        for slot, paths in self._fed.items():
            value = self._value(slot, paths[0], values[paths[0]])
            if value is None:
                wrong.append(str(paths[0][0]))
            else:
                settings[slot[0]] = self._put(settings, slot, value)
        wrong = wrong or self._check(asked, settings, chance)
        if wrong:
            return NoFit(self, tuple(dict.fromkeys(wrong)), (False, len(wrong)))
        return Fit(self.kind, settings, chance)

    def about(self, argument: str) -> About:
        """What the step can make of an argument. While calls are recorded only."""
        for slot, paths in self._fed.items():
            path = next((path for path in paths if _is_of(path, argument)), None)
            if path is not None:
                low, high = _bounds(self._numbers[slot[0]])
                ends = sorted((self._made(slot, low, path), self._made(slot, high, path)))
                one = not isinstance(path[-1], int)
                return About(range=(ends[0], ends[1]), one_number=one)
        return About(fixed=self._tree.arguments.get(argument) if self._tree else None)

    def _chance(self, found: list[Pair]) -> tuple[float, list[str]]:
        """The share of the pictures that get the step, and the numbers that it cannot change.

        An augmenter that our step always applies, by a ``p`` of 1, is left to the step's chance.
        """
        chance, wrong = 1.0, []
        for pair in found:
            if pair.path in self._feeds or pair.same:
                continue
            if pair.path == ("p",) and pair.ours == 1.0 and _is_chance(pair.asked):
                chance = float(pair.asked)
            else:
                wrong.append(_argument(pair))
        return chance, wrong

    def _check(self, asked: Node, settings: dict[str, Any], chance: float) -> list[str]:
        """The arguments that a step with these settings makes otherwise."""
        try:
            made = recorded_call(self.kind, settings)
        except SpecError:  # the low end came out above the high end
            made = None
        if made is None:
            return [str(path[0]) for path in self._feeds]
        left_to_chance = [("p",)] if chance < 1.0 else []
        return [
            _argument(pair) for pair in pairs(made, asked)
            if not pair.same and pair.path not in left_to_chance
        ]  # fmt: skip

    @cached_property
    def _fed(self) -> dict[Slot, list[Path]]:
        """What each setting feeds."""
        fed = {}
        for slot, end in self._slots():
            moved = self._with(slot, end)
            fed[slot] = [path for path, value in moved.items() if value != self._leaves.get(path)]
        return {slot: paths for slot, paths in fed.items() if paths}

    @cached_property
    def _feeds(self) -> set[Path]:
        return {path for paths in self._fed.values() for path in paths}

    def _slots(self) -> Iterator[tuple[Slot, float]]:
        """Every slot, and the bound to which it is moved to see what it feeds."""
        for name, p in self._numbers.items():
            low, high = _bounds(p)
            if p.kind == "interval":
                yield (name, 0), low
                yield (name, 1), high
            else:
                yield (name, None), high

    def _with(self, slot: Slot, value: float) -> dict[Path, Any]:
        """The values of the call with one slot at ``value``."""
        made = recorded_call(self.kind, {**self._base, slot[0]: self._put(self._base, slot, value)})
        # Compared with the call as it was: an interval without length may have become a number.
        return {pair.path: pair.asked for pair in pairs(self._tree, made)}

    def _put(self, settings: dict[str, Any], slot: Slot, value: float) -> Any:
        """The setting with one slot at ``value``; the other end gives way, if it has to."""
        name, end = slot
        if end is None:
            return round(value) if self._numbers[name].kind == "int" else value
        low, high = settings[name]
        return (value, max(high, value)) if end == 0 else (min(low, value), value)

    def _made(self, slot: Slot, value: float, path: Path) -> float:
        """The number that a slot at ``value`` makes; not a number where it makes none."""
        made = self._with(slot, value).get(path)
        return float(made) if is_number(made) else math.nan

    def _value(self, slot: Slot, path: Path, asked: Any) -> float | None:
        """The value of a slot that makes the asked number; None where none does."""
        if not is_number(asked):
            return None
        low, high = _bounds(self._numbers[slot[0]])
        start, far = self._made(slot, low, path), self._made(slot, high, path)
        if start == far:
            return None
        straight = low + (asked - start) * (high - low) / (far - start)
        slack = _EXACT * (high - low)
        if not low - 1e3 * slack <= straight <= high + 1e3 * slack:
            return None
        straight = min(max(straight, low), high)
        found = self._shortest(slot, path, asked, straight)
        if found is None:
            halved = self._halved(slot, path, asked)
            found = self._shortest(slot, path, asked, halved)
            found = halved if found is None else found
        return found

    def _shortest(self, slot: Slot, path: Path, asked: float, about: float) -> float | None:
        """The number of fewest decimals next to ``about`` that makes the asked one."""
        low, high = _bounds(self._numbers[slot[0]])
        for value in (*(round(about, n) for n in range(_MOST_DECIMALS + 1)), asked, about):
            if low <= value <= high:
                made = self._made(slot, value, path)
                if abs(made - asked) <= _EXACT * max(1.0, abs(asked)):
                    return float(value)
        return None

    def _halved(self, slot: Slot, path: Path, asked: float) -> float:
        """The value next to the asked one, found by halving: the relation is no straight line."""
        low, high = _bounds(self._numbers[slot[0]])
        rising = self._made(slot, high, path) > self._made(slot, low, path)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            made = self._made(slot, middle, path)
            if made == asked:
                return middle
            if (made < asked) == rising:
                low = middle
            else:
                high = middle
        return (low + high) / 2.0


def _bounds(p: Parameter) -> tuple[float, float]:
    assert p.minimum is not None and p.maximum is not None
    return p.minimum, p.maximum


def _middle(p: Parameter) -> Any:
    """A value inside of the bounds, none of its ends at one of them, on the setting's own steps."""
    low, high = _bounds(p)
    step = p.step or 0.0

    def at(share: float) -> float:
        value = low + share * (high - low)
        return round(value / step) * step if step else value

    if p.kind == "interval":
        return at(0.3), at(0.7)
    return round(at(0.3)) if p.kind == "int" else at(0.3)


def _argument(pair: Pair) -> str:
    return str(pair.path[0]) if pair.path else ""


def _is_of(path: Path, argument: str) -> bool:
    """Whether a value is one of an argument itself, and not of an augmenter within."""
    if path[0] != argument or len(path) == 1:
        return path[0] == argument
    return path[1] in ("x", "y", "both") or (len(path) == 2 and isinstance(path[1], int))


def _is_chance(value: Any) -> bool:
    return is_number(value) and 0.0 <= value < 1.0
