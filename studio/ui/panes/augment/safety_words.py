"""What the safety meter says of a step: which settings it measures, sentences, safe values.

Plain functions; no Qt here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from studio.augment.groups import Group
from studio.augment.step import Step
from studio.augment.words import with_unit
from studio.core.paths import display_name
from studio.core.spec import Parameter, parameters
from studio.core.strengths import Confusion, Strengths, sides
from studio.ui.widgets.numbers import decimals, number, percent, significant

WHOLE = ""
"""Stands for the step as it is set, where it has no setting that can be measured."""

_CHANCE = "probability"


def strengths_of(step: Step) -> list[str]:
    """The settings that can be measured: bounded numbers, not the chance.

    A step without any is measured as it is set (:data:`WHOLE`); a group of steps not at all.
    """
    if isinstance(step, Group):
        return []
    return [p.name for p in parameters(type(step)) if _is_strength(p)] or [WHOLE]


def _is_strength(p: Parameter) -> bool:
    bounds = p.minimum, p.maximum
    has_bounds = all(b is not None and math.isfinite(b) for b in bounds)
    return p.kind in ("interval", "float", "int") and has_bounds and p.name != _CHANCE


def question_of(step: Step, name: str) -> str:
    """What decides the answer about a setting: the step without that setting, chance and switch."""
    plain = step.model_dump(mode="json", exclude={name, _CHANCE, "enabled"})
    return json.dumps([name, plain], sort_keys=True)


def parameter_of(step: Step, name: str) -> Parameter | None:
    """The setting; None for the whole step."""
    return next((p for p in parameters(type(step)) if p.name == name), None)


def value_words(p: Parameter, value: float) -> str:
    """One strength with its unit: ``38°``, ``1.2 ×``."""
    if p.step is not None and not p.log:
        words = number(value, decimals(p.step))
    else:
        words = number(round(value)) if p.kind == "int" else significant(value)
    return with_unit(words, p.unit)


def is_exceeded(step: Step, name: str, found: Strengths) -> bool:
    """Whether the step is set to strengths at which labels stop surviving."""
    if not step.enabled or getattr(step, _CHANCE) == 0:
        return False
    if name == WHOLE:
        return found.limits[1]
    low, high = _ends(step, name)
    slack = 1e-9 * max(1.0, abs(found.safe[0]), abs(found.safe[1]))
    return (found.limits[0] and low < found.safe[0] - slack) or (
        found.limits[1] and high > found.safe[1] + slack
    )


def made_safest(step: Step, name: str, found: Strengths) -> Step:
    """The step with the setting as strong as is safe.

    Ends on either side of the strength that changes nothing go to the mark on their side, if
    there is one; an end that lies at that strength stays there, so that a step which works one
    way only goes on to do so. A single number goes to the mark on its side.
    """
    p = parameter_of(step, name)
    if p is None:
        return step
    low, high = _ends(step, name)
    if p.kind == "interval":
        if low < found.neutral and found.limits[0]:
            low = found.safe[0]
        if high > found.neutral and found.limits[1]:
            high = found.safe[1]
        low, high = (min(max(end, found.safe[0]), found.safe[1]) for end in (low, high))
        return step.changed(**{name: (low, high)})
    upwards = low > found.neutral or (low == found.neutral and found.limits[1])
    side = 1 if upwards else 0
    value = found.safe[side] if found.limits[side] else low
    value = min(max(value, found.safe[0]), found.safe[1])
    return step.changed(**{name: round(value) if p.kind == "int" else value})


def _ends(step: Step, name: str) -> tuple[float, float]:
    value = getattr(step, name)
    return (float(value[0]), float(value[1])) if isinstance(value, tuple) else (value, value)


def limit_words(
    step: Step, name: str, found: Strengths, run: str, named: bool, with_wrong: bool = True
) -> str:
    """Up to where labels survive, and what goes wrong beyond.

    Args:
        run: the run's name.
        named: whether to name the setting, since the step has several.
        with_wrong: whether to say what goes wrong beyond.
    """
    wrong = _wrong_words(found, run)
    if name == WHOLE:
        if not found.limits[1]:
            return f"Labels survive this step: {percent(_survival(found), 0)} of them stay right."
        return f"Labels do not survive this step: {wrong}." if wrong else (
            f"Labels do not survive this step: only {percent(_survival(found), 0)} stay right."
        )  # fmt: skip
    p = parameter_of(step, name)
    assert p is not None
    start = f"{p.title}: labels survive" if named else "Labels survive"
    low, high = (value_words(p, end) for end in found.safe)
    if found.limits == (False, False):
        return f"{start} over the whole range."
    if low == high:
        where, mark = f"at {low} only", "that"
    elif all(found.limits):
        symmetric = math.isclose(found.safe[0], -found.safe[1], abs_tol=p.step or 1e-6)
        where = f"up to ±{high}" if symmetric else f"from {low} to {high}"
        mark = "the marks"
    else:
        where = f"up to {high}" if found.limits[1] else f"down to {low}"
        mark = "the mark"
    return f"{start} {where}." + (f" Beyond {mark} {wrong}." if wrong and with_wrong else "")


def _survival(found: Strengths) -> float:
    return float(found.survival[-1])


def _wrong_words(found: Strengths, run: str) -> str:
    """``Run 11 takes Wheat for Silky-bent``; of two marks the worse one."""
    wrongs = [c for c in (found.below, found.above) if c is not None]
    if not wrongs:
        return ""
    worst = max(wrongs, key=_share)
    true = display_name(worst.true)
    if not worst.taken_for:
        return f"{run} no longer finds {true}"
    return f"{run} takes {true} for {display_name(worst.taken_for)}"


def _share(confusion: Confusion) -> float:
    return confusion.count / max(1, confusion.total)


def sides_words(found: Strengths) -> str:
    """Accuracy on both sides of the mark: ``Inside 94.6 %, beyond 71.2 % right``."""
    side = sides(found)
    beyond = [each for each in (side.below, side.above) if each is not None]
    if not beyond:
        return f"{percent(side.inside)} right over the whole range"
    return f"Inside {percent(side.inside)} right, beyond {percent(sum(beyond) / len(beyond))}"


def marks_of(found: Mapping[str, Strengths]) -> dict[str, tuple[float, float]]:
    """Setting → safe ends, for the sliders."""
    return {name: each.safe for name, each in found.items() if name != WHOLE}


def whole_range_words(step: Step, names: Sequence[str]) -> str:
    """One sentence for all settings that have no limit."""
    titles = [p.title for name in names if (p := parameter_of(step, name)) is not None]
    if len(titles) == 1:
        return f"{titles[0]}: labels survive over the whole range."
    return f"Labels survive over the whole range of {', '.join(titles[:-1])} and {titles[-1]}."


def told(step: Step) -> dict[str, Any]:
    """The step as it is asked about: its JSON."""
    return step.model_dump(mode="json")
