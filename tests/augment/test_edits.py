"""Changes of a policy's tree: no step is ever lost, and every change can be taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.augment.groups import GROUPS, Group, OneOf, Sometimes
from studio.augment.policy import Policy, parse_policy
from studio.augment.step import Step
from studio.core.errors import SpecError
from studio.ui.panes.augment.edits import (
    Place,
    after_removal,
    grouped,
    inserted,
    is_inside,
    moved,
    outermost,
    removed,
    replaced,
    step_at,
    steps_in,
    ungrouped,
)

LEAVES = st.sampled_from(["mirror", "rotate", "zoom", "shift", "brightness"])


def json_of(depth: int) -> st.SearchStrategy[dict]:
    leaf = st.builds(lambda kind, p: {"kind": kind, "probability": p}, LEAVES, st.integers(0, 100))
    if depth == 0:
        return leaf
    group = st.builds(
        lambda kind, steps: {"kind": kind, "steps": steps},
        st.sampled_from(sorted(GROUPS)), st.lists(json_of(depth - 1), max_size=3),
    )  # fmt: skip
    return st.one_of(leaf, group)


POLICIES = st.lists(json_of(2), min_size=1, max_size=4).map(parse_policy)


def places(policy: Policy, above: Place = ()) -> Iterator[Place]:
    for index, step in enumerate(steps_in(policy, above)):
        yield (*above, index)
        if isinstance(step, Group):
            yield from places(policy, (*above, index))


def gaps(policy: Policy, above: Place = ()) -> Iterator[Place]:
    """Every place where a step could be put."""
    steps = steps_in(policy, above)
    yield from ((*above, index) for index in range(len(steps) + 1))
    for index, step in enumerate(steps):
        if isinstance(step, Group):
            yield from gaps(policy, (*above, index))


def leaves(policy: Policy) -> Counter[str]:
    found = (step_at(policy, place) for place in places(policy))
    return Counter(step.model_dump_json() for step in found if not isinstance(step, Group))


@settings(max_examples=60, deadline=None)
@given(POLICIES, st.data())
def test_moving_loses_nothing_and_can_be_taken_back(policy: Policy, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(list(places(policy))))
    target = data.draw(st.sampled_from(list(gaps(removed(policy, source)))))
    there = moved(policy, source, target)
    assert leaves(there) == leaves(policy)
    assert step_at(there, target) == step_at(policy, source)
    assert moved(there, target, source) == policy


@settings(max_examples=60, deadline=None)
@given(POLICIES, st.data())
def test_a_gap_is_found_again_after_the_step_was_taken_out(
    policy: Policy, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(list(places(policy))))
    gap = data.draw(st.sampled_from([g for g in gaps(policy) if not is_inside(g[:-1], source)]))
    before = list(steps_in(policy, gap[:-1]))[gap[-1] : gap[-1] + 1]
    there = moved(policy, source, after_removal(gap, source))
    assert leaves(there) == leaves(policy)
    if before and gap != source:  # what stood there stands behind it now
        after = after_removal(gap, source)
        behind = step_at(there, (*after[:-1], after[-1] + 1))
        assert _shape(behind) == _shape(before[0]) or is_inside(source, gap)


def _shape(step: Step) -> str:
    return step.kind


@settings(max_examples=60, deadline=None)
@given(POLICIES, st.data())
def test_grouping_and_ungrouping(policy: Policy, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(list(places(policy))), min_size=1, max_size=3))
    there, place = grouped(policy, chosen, OneOf)
    assert leaves(there) == leaves(policy)
    assert len(steps_in(there, place)) == len(outermost(chosen))
    assert leaves(ungrouped(there, place)) == leaves(policy)
    if len(outermost(chosen)) == 1:
        assert ungrouped(there, place) == policy


@settings(max_examples=40, deadline=None)
@given(POLICIES, st.data())
def test_insert_remove_replace(policy: Policy, data: st.DataObject) -> None:
    step = parse_policy([{"kind": "hue"}]).steps[0]
    gap = data.draw(st.sampled_from(list(gaps(policy))))
    there = inserted(policy, gap, step)
    assert step_at(there, gap) == step
    assert removed(there, gap) == policy
    place = data.draw(st.sampled_from(list(places(policy))))
    changed = replaced(policy, place, step)
    assert step_at(changed, place) == step
    assert replaced(changed, place, step_at(policy, place)) == policy


def test_too_many_steps_and_levels_are_refused() -> None:
    many = parse_policy([{"kind": "mirror"}] * 100)
    with pytest.raises(SpecError, match="at most 100"):
        inserted(many, (0,), many.steps[0])
    with pytest.raises(SpecError, match="at most 100"):
        grouped(many, [(0,), (1,)], Sometimes)
    deep: dict = {"kind": "mirror"}
    for _ in range(8):
        deep = {"kind": "sometimes", "steps": [deep]}
    policy = parse_policy([deep])
    with pytest.raises(SpecError, match="8 levels"):
        grouped(policy, [(0,)], OneOf)


def test_no_place_raises() -> None:
    with pytest.raises(IndexError):
        step_at(parse_policy([{"kind": "mirror"}]), (1,))
