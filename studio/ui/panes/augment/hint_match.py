"""Which steps of a policy a hint is about, and what its link makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from studio.augment.groups import Group
from studio.augment.policy import Policy
from studio.augment.registry import AUGMENTERS
from studio.augment.step import Step
from studio.augment.words import span
from studio.core.spec import Parameter, parameters, parse_spec
from studio.core.strengths import Hint, Mild
from studio.ui.panes.augment.edits import Place
from studio.ui.widgets.numbers import decimals


def active_steps(policy: Policy) -> Iterator[tuple[Place, Step]]:
    """Every step that can change a picture, members of groups among them, with its place."""

    def walk(steps: tuple[Step, ...], above: Place) -> Iterator[tuple[Place, Step]]:
        for index, step in enumerate(steps):
            if step.enabled and step.probability > 0:
                yield (*above, index), step
                if isinstance(step, Group):
                    yield from walk(step.steps, (*above, index))

    yield from walk(policy.steps, ())


def is_about(hint: Hint, step: Step, others: set[str]) -> bool:
    """Whether a hint is about a step with these settings.

    Args:
        others: the kinds of all active steps.
    """
    if step.kind not in hint.kinds or (hint.along and not others & set(hint.along)):
        return False
    if any(getattr(step, name, None) not in values for name, values in hint.only.items()):
        return False
    limits = _limits(hint, step)
    return not limits or not all(_is_within(step, mild) for mild in limits)


def is_harmful(hint: Hint, kind: str) -> bool:
    """Whether every setting of such a step does harm, so that one is better warned before."""
    alone = not hint.along and not hint.only and not any(m.kind == kind for m in hint.mild)
    return hint.kind == "warning" and kind in hint.kinds and alone


def mended(hint: Hint, step: Step) -> Step | None:
    """The step as the hint's link leaves it; None where it takes the step out."""
    if hint.change:
        return step.changed(**hint.change)
    limits = _limits(hint, step)
    if not limits:
        return None
    changes = {}
    for mild in limits:
        low, high = getattr(step, mild.parameter)
        changes[mild.parameter] = (
            min(max(low, mild.low), mild.high), min(max(high, mild.low), mild.high)
        )  # fmt: skip
    return step.changed(**changes)


def link_of(hint: Hint, step: Step) -> str:
    """The words of the link on the card of a step; "" for none."""
    limits = [m for m in _limits(hint, step) if not _is_within(step, m)]
    if hint.suggest is not None or not hint.action:
        return ""
    if hint.change or not limits:
        return hint.action
    if len(limits) > 1:
        return "Keep within what is safe here"
    return f"Keep within {_range_words(step, limits[0])}"


def suggested(hint: Hint) -> Step | None:
    """The step that a hint's link adds; None where it adds none that is known."""
    if hint.suggest is None or hint.suggest.get("kind") not in AUGMENTERS.kinds():
        return None
    return parse_spec(AUGMENTERS.get(str(hint.suggest["kind"])), hint.suggest)


def _limits(hint: Hint, step: Step) -> list[Mild]:
    return [m for m in hint.mild if m.kind == step.kind and hasattr(step, m.parameter)]


def _is_within(step: Step, mild: Mild) -> bool:
    low, high = getattr(step, mild.parameter)
    return bool(mild.low <= low and high <= mild.high)


def _range_words(step: Step, mild: Mild) -> str:
    spec = _spec(step, mild.parameter)
    digits = decimals(spec.step) if spec.step is not None else 2
    return span((mild.low, mild.high), spec.unit, digits)


def _spec(step: Step, name: str) -> Parameter:
    return next(p for p in parameters(type(step)) if p.name == name)
