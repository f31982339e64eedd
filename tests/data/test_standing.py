"""Which problems still stand after a person has decided; and what other programs are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import InputError
from studio.data.checks.standing import Situation, rows_of_paths, standing
from studio.data.dataset import PROBLEM_TITLES, REPORTED_AS, Dataset, Problem
from studio.data.overlay.actions import Accept, Exclude, parse_action
from studio.data.overlay.store import Overlay

_WORDS = (
    "unreadable truncated empty wrong-extension exact-duplicate near-duplicate label-conflict "
    "split-leak blank dark bright blurred odd-size tiny imbalance too-few missing-file no-label "
    "duplicate-row odd-label"
)
ISSUE = set(_WORDS.split())
PATHS = [f"{name}.png" for name in "abcdef"]


def make_dataset(labels: list[int]) -> Dataset:
    return Dataset(
        Path("nowhere"), "folder", PATHS, {"class": ("x", "y", "N/A")},
        {"class": np.array(labels, np.int32)}, np.full(6, -1, np.int8), np.ones(6, np.int64),
    )  # fmt: skip


def situation(
    labels: list[int] | None = None, split: list[int] | None = None, **more: object
) -> Situation:
    dataset = make_dataset(labels or [0, 0, 0, 1, 1, 2])
    none = np.zeros(6, bool)
    now = Situation(
        dataset, dict(zip(PATHS, range(6), strict=True)), np.array(split or [0] * 6, np.int8),
        none, none,
    )  # fmt: skip
    return replace(now, **more)  # type: ignore[arg-type]


def pair(kind: str, one: str, other: str, alike: float = 0.98, how: str = "") -> Problem:
    return Problem(kind, f"{one}.png", "x", f"{other}.png", alike, how)


def found(problems: list[Problem], now: Situation) -> list[tuple[str, str, str]]:
    return [(p.kind, p.path[0], p.other[:1]) for p in standing(problems, now)]


def mask(*rows: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isin(np.arange(6), rows)


def test_kinds_for_other_programs_are_those_of_the_issue() -> None:
    assert {REPORTED_AS.get(kind, kind) for kind in PROBLEM_TITLES} == ISSUE


def test_two_pictures_are_one_problem() -> None:
    both = [pair("split-leak", "a", "b"), pair("split-leak", "b", "a", how="brighter by 25 %")]
    now = situation(split=[0, 2, 0, 0, 0, 0])
    assert found(both, now) == [("split-leak", "b", "a")]
    assert standing(both, now)[0] is both[1], "what is tested on is the copy"
    turned = standing(both[:1], now)[0]
    assert (turned.path, turned.other) == ("b.png", "a.png")


@pytest.mark.parametrize(
    ("how", "turned"),
    [
        ("brighter by 25 %", "darker by 20 %"), ("smaller by 50\u202f%", "larger by 100\u202f%"),
        ("mirrored", "mirrored"), ("", ""), ("smaller by 100 %", "larger by 9900 %"),
    ],
)  # fmt: skip
def test_how_they_differ_is_turned_round(how: str, turned: str) -> None:
    now = situation(split=[0, 2, 0, 0, 0, 0])
    assert standing([pair("near-duplicate", "a", "b", how=how)], now)[0].how == turned


def test_copies_change_with_split_and_labels() -> None:
    copy = [pair("near-duplicate", "b", "a")]
    assert found(copy, situation()) == [("near-duplicate", "b", "a")]
    assert found(copy, situation(split=[0, 1, 0, 0, 0, 0])) == [("split-leak", "b", "a")]
    assert found(copy, situation([0, 1, 0, 1, 1, 2])) == [("label-conflict", "b", "a")]
    assert found(copy, situation([0, 1, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0])) == [
        ("label-conflict", "b", "a"), ("split-leak", "a", "b"),
    ]  # fmt: skip
    assert found(copy, situation([-1, 1, 0, 0, 0, 0], [-1, 1, 0, 0, 0, 0])) == copy_of(copy)
    exact = [pair("split-leak", "b", "a", 1.0)]
    assert found(exact, situation()) == [("exact-duplicate", "b", "a")]
    for row in (0, 1):
        assert found(copy, situation(excluded=mask(row))) == []


def copy_of(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(p.kind, p.path[0], p.other[0]) for p in problems]


def test_a_pair_is_kept_only_where_both_are() -> None:
    copies = [pair("near-duplicate", "b", "a"), pair("near-duplicate", "c", "a")]
    kept = frozenset({("near-duplicate", "a.png"), ("near-duplicate", "b.png")})
    assert found(copies, situation(accepted=kept)) == [("near-duplicate", "c", "a")]
    leak = situation(split=[0, 2, 0, 0, 0, 0], accepted=kept)
    assert found(copies, leak)[0] == ("split-leak", "b", "a"), "another problem is asked again"


def test_single_pictures_are_settled() -> None:
    problems = [Problem("blurred", "a.png", "x"), Problem("unreadable", "gone.png", "x")]
    assert len(standing(problems, situation())) == 2
    assert standing(problems, situation(excluded=mask(0))) == problems[1:]
    kept = frozenset({("unreadable", "gone.png"), ("dark", "a.png")})
    assert standing(problems, situation(accepted=kept)) == problems[:1]
    missing = [Problem("no-label", "a.png", "x"), Problem("label-conflict", "b.png", "x")]
    assert standing(missing, situation()) == []
    assert standing(missing, situation([-1, -1, 0, 0, 0, 0])) == missing
    both = [Problem("split-leak", "a.png", "x")]
    assert standing(both, situation()) == both
    assert standing(both, situation(moved=mask(0))) == []


def test_an_odd_label_is_settled_by_any_other() -> None:
    odd = [Problem("odd-label", "f.png", "x", "", output="class", label="N/A")]
    empty = [Problem("odd-label", "yy", "x", "y", output="class", label="yy")]
    assert standing(odd, situation()) == odd
    assert standing(odd, situation([0] * 6)) == []
    assert standing(empty, situation()) == [], "there is no such class any longer"


def test_rows_of_what_problems_name() -> None:
    dataset = make_dataset([0] * 6).subset([0, 1, 2, 1])
    problems = [pair("near-duplicate", "b", "c"), Problem("too-few", "x", "x")]
    assert rows_of_paths(dataset, problems) == {"b.png": 1, "c.png": 2}
    assert rows_of_paths(dataset, []) == {}


# --- kept -----------------------------------------------------------------------------------------


def test_what_is_kept_is_an_action_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "overlay.sqlite"
    overlay = Overlay.open(file)
    names = ["a.png", "", "not there.png", "\udcff.png", "class ñ"]
    overlay.perform(Accept(problem="split-leak", paths=names))
    overlay.perform(Accept(problem="blurred", paths=["a.png"]))
    wanted = {("split-leak", n) for n in names} | {("blurred", "a.png")}
    again = Overlay.open(file)
    assert overlay.accepted() == again.accepted() == wanted
    result = again.result(make_dataset([0] * 6))
    assert result.unknown == 0 and not result.excluded.any()
    assert again.undo() == "Keep 1 as they are (blurred)"
    assert again.accepted() == {("split-leak", n) for n in names}
    again.undo()
    assert again.accepted() == frozenset()
    again.redo()
    assert len(Overlay.open(file).accepted()) == 5


def test_several_actions_are_one_transaction(tmp_path: Path) -> None:
    overlay = Overlay.open(tmp_path / "overlay.sqlite")
    overlay.perform_all([Exclude(paths=["a.png"]), Accept(problem="dark", paths=["b.png"])])
    assert [s.action.kind for s in Overlay.open(overlay.file or tmp_path).steps] == [
        "exclude", "accept",
    ]  # fmt: skip


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(InputError):
        Accept(problem="no such problem")
    with pytest.raises(ValueError):
        parse_action("accept", '{"problem": "no such problem"}')
