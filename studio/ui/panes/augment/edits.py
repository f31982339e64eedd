"""Changes of a policy as pure functions. A step is named by its place in the tree of groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.augment.groups import Group
from studio.augment.policy import Policy
from studio.augment.registry import kind_of
from studio.augment.step import Step

Place = tuple[int, ...]
"""``(2,)`` is the third step; ``(2, 0)`` the first one of the group that stands there."""

Steps = tuple[Step, ...]


def steps_in(policy: Policy, group: Place) -> Steps:
    """The members of a group; of ``()`` the steps of the policy."""
    steps: Steps = policy.steps
    for index in group:
        held = steps[index]
        assert isinstance(held, Group)
        steps = held.steps
    return steps


def step_at(policy: Policy, place: Place) -> Step:
    """The step at a place. Raises IndexError where there is none."""
    return steps_in(policy, place[:-1])[place[-1]]


def inserted(policy: Policy, place: Place, step: Step) -> Policy:
    """With ``step`` at a place. Raises SpecError where there are too many steps or levels."""
    return _changed(policy, place, lambda steps, i: (*steps[:i], step, *steps[i:]))


def removed(policy: Policy, place: Place) -> Policy:
    """Without one step."""
    return _changed(policy, place, lambda steps, i: steps[:i] + steps[i + 1 :])


def replaced(policy: Policy, place: Place, step: Step) -> Policy:
    """With one step exchanged."""
    return _changed(policy, place, lambda steps, i: (*steps[:i], step, *steps[i + 1 :]))


def moved(policy: Policy, source: Place, target: Place) -> Policy:
    """With one step at another place, counted after it was taken out.

    Raises SpecError where groups would be nested too deeply.
    """
    step = step_at(policy, source)
    return inserted(removed(policy, source), target, step)


def grouped(policy: Policy, places: Sequence[Place], kind: type[Group]) -> tuple[Policy, Place]:
    """With the steps at these places in a new group, in order, where the first of them was.

    A place inside a group that is itself named moves with it.

    Returns:
        The policy, and where the group is.
    """
    chosen = outermost(places)
    held = tuple(step_at(policy, place) for place in chosen)
    target = chosen[0]
    for place in reversed(chosen):
        policy = removed(policy, place)
    # Only places behind the first one were taken out of lists before it, so it stays where it is.
    return inserted(policy, target, kind(kind=kind_of(kind), steps=held)), target


def ungrouped(policy: Policy, place: Place) -> Policy:
    """With the members of a group in its place."""
    group = step_at(policy, place)
    assert isinstance(group, Group)
    return _changed(policy, place, lambda steps, i: steps[:i] + group.steps + steps[i + 1 :])


def outermost(places: Sequence[Place]) -> list[Place]:
    """The places in order, without those that are inside of another one."""
    found: list[Place] = []
    for place in sorted(set(places)):
        if not any(place[: len(other)] == other for other in found):
            found.append(place)
    return found


def after_removal(gap: Place, source: Place) -> Place:
    """A place before a step was taken out of ``source``, as it is called afterwards."""
    level = len(source) - 1
    if len(gap) > level and gap[:level] == source[:level] and gap[level] > source[level]:
        return (*gap[:level], gap[level] - 1, *gap[level + 1 :])
    return gap


def is_inside(place: Place, group: Place) -> bool:
    """Whether a place is that of the group, or within it."""
    return place[: len(group)] == group


def _changed(policy: Policy, place: Place, change: Callable[[Steps, int], Steps]) -> Policy:
    def within(steps: Steps, rest: Place) -> Steps:
        index = rest[0]
        if len(rest) == 1:
            return change(steps, index)
        group = steps[index]
        assert isinstance(group, Group)
        new = group.model_copy(update={"steps": within(group.steps, rest[1:])})
        return (*steps[:index], new, *steps[index + 1 :])

    # A new policy counts its steps and levels again.
    return Policy(steps=within(policy.steps, place))
