"""The step for one call of imgaug, or the reason why there is none."""

from __future__ import annotations

import json
from typing import Any

from studio.augment.groups import OneOf
from studio.augment.pipeline.inverse import Fit, NoFit, find
from studio.augment.pipeline.matching import Node, meaning
from studio.augment.pipeline.names import bind, is_number, shown
from studio.augment.step import Step
from studio.core.errors import SpecError
from studio.core.spec import parse_spec

_MOST_PARTS = 5
_CHANNELS = "per_channel"


def step_for(name: str, args: list[Any], options: dict[str, Any]) -> Step:
    """The step that makes a call, always applied. While calls are recorded only.

    Raises:
        SpecError: imgaug knows no such call, or no step here makes it exactly so.
    """
    asked = meaning(bind(name, args, options))
    found = find(asked)
    if isinstance(found, NoFit) and found.template is None:
        # Some effects are steps only mixed with the picture: mixed in fully, it is the effect.
        mixed = meaning(bind("BlendAlpha", [1.0], {"foreground": [{name: options or _only(args)}]}))
        other = find(mixed)
        found = other if isinstance(other, Fit) else found
    if isinstance(found, NoFit):
        shared = _for_a_share(asked)
        if shared is not None:
            return shared
        raise _refusal(name, asked, found)
    return _step(found)


def _only(args: list[Any]) -> Any:
    return args[0] if args else None


def _step(fit: Fit) -> Step:
    percent = round(fit.chance * 100.0, 9)
    return parse_spec(fit.step, {**fit.settings, "probability": percent})


def _for_a_share(asked: Node) -> Step | None:
    """One of a step for each channel and one for all, where imgaug draws which of both.

    ``per_channel=0.5`` is one of two, 0.2 one of five; None for shares of other numbers.
    """
    share = asked.arguments.get(_CHANNELS)
    if not is_number(share) or not 0.0 < share < 1.0:
        return None
    parts = next(
        (n for n in range(2, _MOST_PARTS + 1) if abs(share * n - round(share * n)) < 1e-9), 0
    )
    if not parts:
        return None
    steps = []
    for own in (True, False):
        found = find(Node(asked.name, {**asked.arguments, _CHANNELS: own}, asked.written))
        if isinstance(found, NoFit):
            return None
        times = round(share * parts) if own else parts - round(share * parts)
        steps += [_step(found)] * times
    return parse_spec(OneOf, {"probability": 100.0, "steps": tuple(steps)})


def _refusal(name: str, asked: Node, found: NoFit) -> SpecError:
    """What no step here can do, and what to do about it."""
    if found.template is None:
        return SpecError(f"imgaug's {name} has no step here.", "Leave it out of the file.")
    # What was written says more than what was left out.
    argument = next((arg for arg in found.arguments if arg in asked.written), found.arguments[0])
    about = found.template.about(argument)
    step = f"“{found.template.kind.title}”"
    value = asked.written.get(argument, asked.arguments.get(argument))
    said = _said(argument, value, argument in asked.written)
    change = "Change it in the file, or leave the step out."
    if isinstance(value, list | dict) and not isinstance(about.fixed, list | dict):
        form = "a list to choose from" if isinstance(value, list) else "a form of its own"
        return SpecError(f"{said}, {form}; steps here draw evenly from one interval.", change)
    if about.range is None:
        if not _can_be_told(about.fixed):
            return SpecError(f"{said}, and no step here does that.", change)
        write = f"Write {_as_json(argument, about.fixed)}, if that will do, or leave the step out."
        has = "does without" if about.fixed is None else f"always has {shown(about.fixed)}"
        return SpecError(f"{said}; {step} here {has}.", write)
    low, high = about.range
    if about.one_number and not is_number(value):
        return SpecError(f"{said}; {step} here has one number of {shown((low, high))}.", change)
    if not is_number(value) and not isinstance(value, tuple):
        return SpecError(
            f"{said}; {step} here draws from one interval within {shown((low, high))}.", change
        )
    ends = value if isinstance(value, tuple) else (value, value)
    if low <= ends[0] and ends[1] <= high:
        return SpecError(f"{said}; together with the rest that is no setting of {step}.", change)
    return SpecError(f"{said}, outside of {shown((low, high))}, the range of {step} here.", change)


def _said(argument: str, value: Any, written: bool) -> str:
    """What was asked for."""
    if written:
        return f"“{argument}” is {shown(value)}"
    default = "" if value is None else f", which is {shown(value)} in imgaug"
    return f"“{argument}” is left out{default}"


def _as_json(argument: str, value: Any) -> str:
    return json.dumps({argument: value})[1:-1]


def _can_be_told(value: Any) -> bool:
    pair = isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value))
    return value is None or isinstance(value, bool | int | float | str) or pair
