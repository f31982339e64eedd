"""What the cards tell of what was measured, with the links that act on it. Plain functions."""

from __future__ import annotations

from collections.abc import Mapping

from studio.augment.step import Step
from studio.core.errors import StudioError
from studio.core.strengths import Strengths
from studio.ui.panes.augment import safety_words as say
from studio.ui.panes.augment.advice import Advice
from studio.ui.panes.augment.belief_judge import Judge
from studio.ui.panes.augment.safety_queue import SafetyQueue, Target
from studio.ui.widgets.numbers import percent

CURVES = "curves"
"""Key of the advice whose link shows the curves."""
SAFEST = "safest "
"""Start of the keys of advice whose link sets the setting named after it."""


def warnings(step: Step, found: Mapping[str, Strengths], judge: Judge) -> list[Advice]:
    """What a closed card tells: settings beyond their marks."""
    over = [name for name, each in found.items() if say.is_exceeded(step, name, each)]
    named = len(say.strengths_of(step)) > 1
    return [_limit(step, name, found[name], judge, named) for name in over]


def advice(step: Step, found: Mapping[str, Strengths], judge: Judge) -> list[Advice]:
    """What an open card tells of what was measured."""
    named = len(say.strengths_of(step)) > 1
    limited = [n for n, each in found.items() if any(each.limits)]
    said = [_limit(step, setting, found[setting], judge, named) for setting in limited]
    free = [n for n in found if n not in limited]
    if free and named:
        said.append(Advice("free", "good", say.whole_range_words(step, free)))
    elif free:
        words = say.limit_words(step, free[0], found[free[0]], judge.name, False)
        said.append(Advice("free", "good", words))
    curves = [n for n in found if n != say.WHOLE]
    if curves:
        one = limited[0] if len(limited) == 1 else curves[0] if len(curves) == 1 else ""
        words = f"{say.sides_words(found[one])}." if one else "Accuracy at every strength."
        said.append(Advice(CURVES, "info", words, "Show the curves"))
    return said


def _limit(step: Step, setting: str, found: Strengths, judge: Judge, named: bool) -> Advice:
    is_over = say.is_exceeded(step, setting, found)
    words = say.limit_words(step, setting, found, judge.name, named, is_over or not named)
    try:
        changes = setting != say.WHOLE and say.made_safest(step, setting, found) != step
    except StudioError:
        changes = False  # other settings forbid it
    action = "Set to safe maximum" if changes else ""
    return Advice(SAFEST + setting, "warning" if is_over else "info", words, action)


def state(
    targets: Mapping[str, Target], queue: SafetyQueue, judge: Judge, is_learning: bool
) -> list[Advice]:
    """What is going on: learning, measuring, or why something cannot be measured."""
    measured = sum(queue.is_known(t) for t in targets.values())
    if queue.current in targets.values():
        share = (measured + queue.fraction) / len(targets)
        words = "Measuring how far labels survive… " + percent(share, 0).replace(" ", "\u00a0")
        return [Advice("measuring", "info", words)]
    if is_learning and judge.is_quick and measured < len(targets):
        name = judge.name[:1].upper() + judge.name[1:]
        return [Advice("measuring", "info", f"{name} is learning the classes…")]
    errors = {e.message: e for t in targets.values() if (e := queue.error(t)) is not None}
    return [
        Advice("error", "info", f"Safety was not measured. {e.message} {e.hint}".strip())
        for e in errors.values()
    ][:1]
