"""Which problems still stand once a person has excluded, relabelled, moved or kept pictures.

A check looks at the data set once; what a person does afterwards settles problems, and may turn
them into others: copies whose labels are made to agree are plain copies, copies that a new split
divides are leaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from studio.data.dataset import Dataset, Problem, Split

COPIES = frozenset({"exact-duplicate", "near-duplicate", "label-conflict", "split-leak"})
"""Kinds of problems of two pictures."""

_TURNED_ROUND = {
    "brighter": "darker", "darker": "brighter", "larger": "smaller", "smaller": "larger",
}  # fmt: skip


Known = tuple[bool, int, bool, tuple[int | None, ...]]
"""Whether a picture is excluded, its split, whether that was said by hand, and its label of each
output; None where several may hold."""


@dataclass(frozen=True, eq=False)
class Situation:
    """The data set as the person wants it now.

    Attributes:
        rows: path → row, of all paths that problems name and the data set has.
        assignment: ``(n,) int8`` the split in use, −1 none.
        excluded: ``(n,) bool`` pictures that the person left out.
        moved: ``(n,) bool`` pictures of which the person said what they are used for.
        accepted: kind and path of problems that are not shown again.
    """

    dataset: Dataset
    rows: Mapping[str, int]
    assignment: NDArray[np.int8]
    excluded: NDArray[np.bool_]
    moved: NDArray[np.bool_]
    accepted: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def known(self) -> dict[str, Known]:
        """What is known of each path of ``rows``: plain values, which are quick to ask for."""
        rows = np.fromiter(self.rows.values(), np.int64, len(self.rows))
        labels = [
            column[rows].tolist() if column.ndim == 1 else [None] * len(rows)
            for column in self.dataset.labels.values()
        ]
        columns = (a[rows].tolist() for a in (self.excluded, self.assignment, self.moved))
        values = zip(*columns, zip(*labels, strict=True) if labels else [()] * len(rows),
                     strict=True)  # fmt: skip
        return dict(zip(self.rows, values, strict=True))

    def split_of(self, path: str) -> int:
        """The number of the split of a picture; −1 for none."""
        found = self.known.get(path)
        return -1 if found is None else found[1]

    def classes_of(self, path: str) -> tuple[str, ...]:
        """The classes of a picture, of all outputs."""
        row = self.rows.get(path)
        if row is None:
            return ()
        dataset = self.dataset
        return tuple(c for output in dataset.outputs for c in dataset.classes_of(row, output))


def rows_of_paths(dataset: Dataset, problems: Iterable[Problem]) -> dict[str, int]:
    """Path → row of the pictures that problems name; of twins in a table the first."""
    wanted = {path for p in problems for path in (p.path, p.other)}
    if not wanted:
        return {}
    found: dict[str, int] = {}
    for row, path in enumerate(dataset.paths):
        if path in wanted:
            found.setdefault(path, row)
    return found


def standing(problems: Iterable[Problem], now: Situation) -> list[Problem]:
    """The problems that are still there, in the order of the check; of two pictures once."""
    found: list[Problem] = []
    pairs: dict[tuple[str, frozenset[str]], int] = {}
    for problem in problems:
        if problem.kind in COPIES and problem.other in now.rows and problem.path in now.rows:
            for one in _between(problem, now):
                key = one.kind, frozenset((one.path, one.other))
                place = pairs.setdefault(key, len(found))
                if place == len(found):
                    found.append(one)
                elif one is problem:  # as the check said it, not turned round
                    found[place] = one
        elif _stands(problem, now):
            found.append(problem)
    return found


def _between(problem: Problem, now: Situation) -> list[Problem]:
    """What is wrong with two pictures that show the same; nothing where one is left out."""
    here, there = now.known[problem.path], now.known[problem.other]
    if here[0] or there[0]:
        return []
    kinds = []
    if _disagree(problem, now):
        kinds.append("label-conflict")
    if 0 <= here[1] != there[1] >= 0:
        kinds.append("split-leak")
    if not kinds:
        kinds.append("exact-duplicate" if problem.alike == 1.0 else "near-duplicate")
    return [
        _as_kind(problem, kind, now)
        for kind in kinds
        if not {(kind, problem.path), (kind, problem.other)} <= now.accepted
    ]


def _as_kind(problem: Problem, kind: str, now: Situation) -> Problem:
    if kind == "split-leak" and now.split_of(problem.path) < now.split_of(problem.other):
        # What is tested on is the copy; what is learned from stays.
        how = _turned_round(problem.how)
        problem = replace(problem, path=problem.other, other=problem.path, how=how, kind="")
    if kind == problem.kind:
        return problem
    if kind == "split-leak":
        here, there = (Split(now.split_of(p)).label for p in (problem.path, problem.other))
        words = f"The same picture is in {here} and in {there}: the result looks better than it is."
    elif kind == "label-conflict":
        words = "The same picture is labelled in two ways. One of them is wrong, or both hold."
    else:
        words = "The same picture is there twice, with the same label."
    return replace(problem, kind=kind, message=words)


def _turned_round(how: str) -> str:
    """How two pictures differ, seen from the other one: “brighter by 25 %”, “darker by 20 %”."""
    found = re.fullmatch(r"(brighter|darker|larger|smaller) by (\d+)(\s%)", how)
    if found is None:
        return how
    word, part = found[1], int(found[2]) / 100
    ratio = 1 + part if word in ("brighter", "larger") else max(0.01, 1 - part)
    return f"{_TURNED_ROUND[word]} by {abs(1 / ratio - 1) * 100:.0f}{found[3]}"


def _disagree(problem: Problem, now: Situation) -> bool:
    """Whether the labels of two pictures, where both are known, differ for some output."""
    labels = zip(now.known[problem.path][3], now.known[problem.other][3], strict=True)
    for output, (one, two) in zip(now.dataset.outputs, labels, strict=True):
        if one is not None and two is not None:
            if 0 <= one != two >= 0:
                return True
            continue
        column = now.dataset.labels[output]
        a, b = column[now.rows[problem.path]], column[now.rows[problem.other]]
        if bool(((a >= 0) & (b >= 0) & (a != b)).any()):
            return True
    return False


def _stands(problem: Problem, now: Situation) -> bool:
    if (problem.kind, problem.path) in now.accepted:
        return False
    row = now.rows.get(problem.path)
    if problem.kind == "odd-label" and problem.output:
        names = now.dataset.outputs.get(problem.output, ())
        if problem.label not in names:
            return False
        if row is not None and problem.label not in now.dataset.classes_of(row, problem.output):
            return False
    if row is None:
        return True
    known = now.known[problem.path]
    if known[0]:
        return False
    if problem.kind in ("no-label", "label-conflict") and not problem.other:
        return not all(bool((c[row] >= 0).any()) for c in now.dataset.labels.values())
    return not (problem.kind == "split-leak" and known[2])
