"""Where a key sends a step, and where a place is after a move, as pure functions."""

from __future__ import annotations

from studio.augment.groups import Group
from studio.augment.policy import Policy
from studio.ui.panes.augment.edits import Place, after_removal, is_inside, step_at, steps_in


def target_of(policy: Policy, place: Place, way: str, opened: Place | None) -> Place | None:
    """Where a step goes, counted after it was taken out; None where it cannot go further.

    ``up`` and ``down`` go through the open groups as one sees them; ``out`` puts it behind its
    group, ``in`` at the end of the group before it.
    """
    above, index = place[:-1], place[-1]
    last = len(steps_in(policy, above)) - 1
    if way == "out":
        return (*above[:-1], above[-1] + 1) if above else None
    if way == "in":
        return _into(policy, (*above, index - 1)) if index else None
    if way == "up":
        if not index:
            return above or None
        before = (*above, index - 1)
        inside = _into(policy, before) if _is_open(before, opened) else None
        return inside or before
    if index == last:
        return (*above[:-1], above[-1] + 1) if above else None
    behind = (*above, index + 1)
    if _is_open(behind, opened) and isinstance(step_at(policy, behind), Group):
        return (*place, 0)  # the group moves up to where the step was
    return behind


def _is_open(place: Place, opened: Place | None) -> bool:
    return opened is not None and is_inside(opened, place)


def _into(policy: Policy, group: Place) -> Place | None:
    """The end of a group; None where there is none."""
    step = step_at(policy, group)
    if not isinstance(step, Group):
        return None
    return (*group, len(step.steps))


def followed(place: Place, source: Place, target: Place) -> Place:
    """Where a step is after another one, or itself, was moved.

    Args:
        target: counted after the moved step was taken out.
    """
    if is_inside(place, source):
        return target + place[len(source) :]
    now = after_removal(place, source)
    level = len(target) - 1
    if len(now) > level and now[:level] == target[:level] and now[level] >= target[level]:
        return (*now[:level], now[level] + 1, *now[level + 1 :])
    return now


def without(place: Place | None, gone: Place) -> Place | None:
    """Where a step is after another one was taken out; None where it went with it."""
    if place is None or is_inside(place, gone):
        return None
    return after_removal(place, gone)
