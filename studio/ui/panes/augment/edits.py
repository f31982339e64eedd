"""Changes of a policy's list of steps, as pure functions."""

from __future__ import annotations

from studio.augment.policy import Policy
from studio.augment.step import Step


def inserted(policy: Policy, index: int, step: Step) -> Policy:
    """With ``step`` at a place. Raises SpecError where there are too many steps."""
    steps = list(policy.steps)
    steps.insert(index, step)
    return Policy(steps=tuple(steps))


def removed(policy: Policy, index: int) -> Policy:
    """Without one step."""
    return Policy(steps=policy.steps[:index] + policy.steps[index + 1 :])


def replaced(policy: Policy, index: int, step: Step) -> Policy:
    """With one step exchanged."""
    return Policy(steps=(*policy.steps[:index], step, *policy.steps[index + 1 :]))


def moved(policy: Policy, source: int, target: int) -> Policy:
    """With one step at another place, counted after it was taken out."""
    steps = list(policy.steps)
    steps.insert(target, steps.pop(source))
    return Policy(steps=tuple(steps))
