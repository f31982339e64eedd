"""What copies mean: kept twice, labelled in two ways, or on both sides of a split."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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


_SAVED_AGAIN = 0.995
"""Likeness from which only the compression differs."""


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


def not_labelled(dataset: Dataset, known: Iterable[Problem]) -> list[Problem]:
    """A ``no-label`` for each picture without any label that no problem says so of already.

    The window counts them in a banner of their own, with the way to label them.
    """
    has = np.zeros(len(dataset), bool)
    for output in dataset.outputs:
        has |= dataset.has_label(output)
    said = {p.path for p in known if p.kind == "no-label"}
    words = "This picture has no class yet, so it is not trained on."
    without = (dataset.paths[row] for row in np.flatnonzero(~has).tolist())
    return [Problem("no-label", path, words) for path in without if path not in said]


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
        return self._problem(
            "label-conflict", row, other,
            f"{self._alike(row, other)}, which is labelled {self._label(other)}; this one is "
            f"labelled {self._label(row)}. One of them is wrong, or both hold.",
        )  # fmt: skip

    def leak(self, row: int, other: int, split: NDArray[np.int8]) -> Problem:
        """One picture of two that lie in different parts."""
        here, there = Split(int(split[row])).label, Split(int(split[other])).label
        return self._problem(
            "split-leak", row, other,
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
            problems.append(self._problem(kind, row, other, self._alike(row, other) + "."))
        return problems

    def _problem(self, kind: str, row: int, other: int, words: str) -> Problem:
        paths, exact = self._dataset.paths, self._copies.exact
        alike: float | None = 1.0
        if exact[row] != exact[other]:
            found = self._twins.get(self._pair(row, other))
            alike = None if found is None else float(found[0])
        return Problem(kind, paths[row], words, paths[other], alike, self._how(row, other))

    def _pair(self, row: int, other: int) -> tuple[int, int]:
        exact = self._copies.exact
        a, b = sorted((int(exact[row]), int(exact[other])))
        return a, b

    def _how(self, row: int, other: int) -> str:
        """What the first picture has that the second has not, the plainest thing of all."""
        if self._copies.exact[row] == self._copies.exact[other]:
            return "the same file twice" if self._are_same_files(row, other) else "the same pixels"
        pair = self._pair(row, other)
        if pair not in self._twins:
            return "a copy of a copy"
        if turned := _TURNED[self._twins[pair][1]]:
            return turned.removeprefix(", ")
        one, two = self._measures[row], self._measures[other]
        size = float(np.sqrt(_area(one) / max(1.0, _area(two))))
        if not 0.98 < size < 1.02:
            word = "larger" if size > 1 else "smaller"
            return f"{word} by {abs(size - 1):.0%}".replace("%", "\u202f%")
        light = float(one["mean"]) / max(1.0, float(two["mean"]))
        if not 0.97 < light < 1.03:
            word = "brighter" if light > 1 else "darker"
            return f"{word} by {abs(light - 1):.0%}".replace("%", "\u202f%")
        # Two photographs of alike things may also pass for copies: nothing is claimed of those.
        return "saved again" if self._twins[pair][0] >= _SAVED_AGAIN else ""

    def _are_same_files(self, row: int, other: int) -> bool:
        here, there = self._dataset.absolute(row), self._dataset.absolute(other)
        sizes = self._dataset.sizes
        return bool(sizes[row] == sizes[other]) and same_bytes(here, there)

    def _alike(self, row: int, other: int) -> str:
        name = f"“{display_name(self._dataset.paths[other])}”"
        exact = self._copies.exact
        if exact[row] == exact[other]:
            if self._are_same_files(row, other):
                return f"The file is byte for byte the same as {name}"
            width, height = self._measures["width"][row], self._measures["height"][row]
            return f"All {int(width) * int(height):,} pixels are the same as in {name}"
        pair = self._pair(row, other)
        if pair in self._twins:
            alike, symmetry = self._twins[pair]
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


def _area(row: np.void) -> float:
    return float(row["width"]) * float(row["height"])
