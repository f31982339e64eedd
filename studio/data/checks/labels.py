"""What copies mean: kept twice, labelled in two ways, or on both sides of a split."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.data.checks.exact import same_bytes
from studio.data.checks.groups import Copies
from studio.data.checks.measuring import Measures
from studio.data.dataset import Dataset, Problem, Split

_TURNED = (
    "", ", mirrored", ", upside down and mirrored", ", turned by 180°",
    ", mirrored and turned by 90°", ", turned by 90°", ", turned by 90°",
    ", mirrored and turned by 90°",
)  # fmt: skip


def copy_problems(
    dataset: Dataset,
    measures: Measures,
    copies: Copies,
    split: NDArray[np.int8] | None = None,
) -> list[Problem]:
    """Problems of copies, the gravest of each group.

    Of a group whose labels disagree every picture is a ``label-conflict``, of one that lies in
    several parts of a split a ``split-leak``; any picture may be the wrong one. Of the others
    the largest picture is the original, and the rest are ``exact-duplicate`` or
    ``near-duplicate``: without them nothing is lost.

    Args:
        split: ``(n,) int8`` the split to look for leaks in; the one found, where left out.
    """
    split = dataset.found_split if split is None else split
    relation = _Relation(dataset, measures, copies)
    problems: list[Problem] = []
    for rows in copies.members():
        conflicts = _partners(rows, lambda a, b: _disagree(dataset, a, b))
        leaks = _partners(rows, lambda a, b: 0 <= split[a] != split[b] >= 0)
        for row, other in conflicts.items():
            problems.append(relation.conflict(row, other))
        for row, other in leaks.items():
            problems.append(relation.leak(row, other, split))
        if not conflicts and not leaks:
            problems += relation.copies(rows)
    return problems


def _partners(rows: NDArray[np.int64], differ: Callable[[int, int], bool]) -> dict[int, int]:
    """For each row the first other one that it differs from; those that differ from none are
    left out. All rows with the same answer are compared with two others at most."""
    first = int(rows[0])
    second = next((r for r in rows[1:].tolist() if differ(first, r)), None)
    if second is None:
        # The first may say nothing (no label, no split): ask those that do.
        for at, row in enumerate(rows[1:].tolist(), 1):
            second = next((r for r in rows[at + 1 :].tolist() if differ(row, r)), None)
            if second is not None:
                first = row
                break
            if at >= _ASKED:
                break
    if second is None:
        return {}
    found = {}
    for row in rows.tolist():
        other = next((r for r in (first, second) if r != row and differ(row, r)), None)
        if other is not None:
            found[row] = other
    return found


_ASKED = 10  # members without an answer that are asked before a group counts as agreeing


def _disagree(dataset: Dataset, first: int, second: int) -> bool:
    """Whether the labels of two pictures, where both are known, differ for some output."""
    for labels in dataset.labels.values():
        a, b = labels[first], labels[second]
        if bool(((a >= 0) & (b >= 0) & (a != b)).any()):
            return True
    return False


class _Relation:
    """Sentences about two pictures of a group."""

    def __init__(self, dataset: Dataset, measures: Measures, copies: Copies) -> None:
        self._dataset, self._measures, self._copies = dataset, measures, copies
        twins = copies.twins
        self._twins = {
            pair: (alike, symmetry)
            for *pair_, alike, symmetry in zip(
                twins.first.tolist(), twins.second.tolist(), twins.alike.tolist(),
                twins.symmetry.tolist(), strict=True,
            )
            for pair in [(min(pair_), max(pair_))]
        }  # fmt: skip
        self._of: dict[int, int] = {}
        for a, b in sorted(self._twins, key=lambda pair: self._twins[pair][0]):
            self._of[a] = b
            self._of[b] = a  # the likest comes last and stays

    def conflict(self, row: int, other: int) -> Problem:
        """One picture of two that are labelled differently."""
        return Problem(
            "label-conflict", self._dataset.paths[row],
            f"{self._alike(row, other)}, which is labelled {self._label(other)}; this one is "
            f"labelled {self._label(row)}. One of them is wrong, or both hold.",
        )  # fmt: skip

    def leak(self, row: int, other: int, split: NDArray[np.int8]) -> Problem:
        """One picture of two that lie in different parts."""
        here, there = Split(int(split[row])).label, Split(int(split[other])).label
        return Problem(
            "split-leak", self._dataset.paths[row],
            f"{self._alike(row, other)}. That one is in {there}, this one in {here}: the result "
            "looks better than it is.",
        )  # fmt: skip

    def copies(self, rows: NDArray[np.int64]) -> list[Problem]:
        """Every picture of a group but the largest, as a copy."""
        exact, size = self._copies.exact, self._measures["width"][rows].astype(np.int64)
        size = size * self._measures["height"][rows]
        original = int(rows[size.argmax()])
        problems = []
        for row in rows.tolist():
            first = int(exact[row])
            if exact[original] == first:
                other = original
            else:
                other = first if first != row else self._of.get(row, original)
            paths = self._dataset.paths
            if row == original or paths[row] == paths[other]:  # two rows of one file are no copy
                continue
            kind = "exact-duplicate" if exact[row] == exact[other] else "near-duplicate"
            problems.append(Problem(kind, paths[row], self._alike(row, other) + "."))
        return problems

    def _alike(self, row: int, other: int) -> str:
        name = f"“{display_name(self._dataset.paths[other])}”"
        exact = self._copies.exact
        if exact[row] == exact[other]:
            here, there = self._dataset.absolute(row), self._dataset.absolute(other)
            if self._dataset.sizes[row] == self._dataset.sizes[other] and same_bytes(here, there):
                return f"The file is byte for byte the same as {name}"
            width, height = self._measures["width"][row], self._measures["height"][row]
            return f"All {int(width) * int(height):,} pixels are the same as in {name}"
        a, b = sorted((int(exact[row]), int(exact[other])))
        if (a, b) in self._twins:
            alike, symmetry = self._twins[a, b]
            return f"The picture is {alike:.0%} like {name}{_TURNED[symmetry]}".replace(
                "%", "\u202f%"
            )
        return f"The picture is a copy of a copy of {name}"

    def _label(self, row: int) -> str:
        names = [
            "“" + ", ".join(map(display_name, self._dataset.classes_of(row, output))) + "”"
            for output in self._dataset.outputs
        ]
        return " and ".join(names)
