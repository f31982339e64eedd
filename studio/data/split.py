"""Which pictures are trained on, which validate, which test: stratified, with a seed.

A picture's place depends on the seed, its path, its classes and its group, not on the order of
the files.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from studio.core.errors import SpecError
from studio.core.spec import Spec, parameter
from studio.data.dataset import NO_SPLIT, Dataset, Split
from studio.data.stratify import stratify

Shares = dict[Split, float]


class SplitSpec(Spec):
    """How a data set is split. Shares are of each class, so every class is in every part."""

    mode: Literal["folders", "ratio", "folds"] = parameter(
        "folders", title="Split",
        help="Keep the split that folders or a table give and add what they lack, draw a new one, "
        "or validate on one of several folds.",
        choices={
            "folders": "As the data set says", "ratio": "By shares", "folds": "By folds",
        },
    )  # fmt: skip
    validation: float = parameter(
        0.15, title="Validation",
        help="Share of each class that is held out to check the network after every epoch.",
        minimum=0, maximum=0.9, step=0.05, safe=(0.1, 0.3),
    )  # fmt: skip
    test: float = parameter(
        0.15, title="Test",
        help="Share of each class that is never seen until the final evaluation.",
        minimum=0, maximum=0.9, step=0.05, safe=(0.0, 0.3),
    )  # fmt: skip
    seed: int = parameter(
        7, title="Seed", help="The same seed gives the same split.", minimum=0, maximum=2**31 - 1
    )
    folds: int = parameter(
        5, title="Folds", minimum=2, maximum=100, step=1, safe=(3, 10), advanced=True,
        help="By folds: so many equal parts, without the test pictures; each validates once.",
    )  # fmt: skip
    fold: int = parameter(
        1, title="Fold", minimum=1, maximum=100, step=1, advanced=True,
        help="By folds: the part that validates in this run; all others are trained on.",
    )  # fmt: skip
    stratified: bool = parameter(
        True,
        title="Every class alike",
        advanced=True,
        help="Share out each class by itself; off, the pictures are drawn whatever they show.",
    )
    together: Literal["none", "twins", "column"] = parameter(
        "none", title="Keep together", advanced=True,
        help="What must not lie in two parts, because the test would know the answers: near twins "
        "(copies and nearly the same pictures), or pictures that a column of the table joins, such "
        "as those of one patient.",
        choices={"none": "Nothing", "twins": "Near twins", "column": "By a column"},
    )  # fmt: skip
    column: str = parameter(
        "", title="Column", advanced=True,
        help="By a column: its heading in the table; the first one that joins pictures, where "
        "empty.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _fold_exists(self) -> SplitSpec:
        if self.fold > self.folds:
            raise SpecError(f"Fold: there are {self.folds} folds, so none is number {self.fold}.")
        return self


def assign(
    dataset: Dataset,
    spec: SplitSpec,
    excluded: NDArray[np.bool_] | None = None,
    groups: NDArray[np.int64] | None = None,
    keys: NDArray[np.uint64] | None = None,
) -> NDArray[np.int8]:
    """Give every picture that has a label a split.

    In each class every part with a share gets at least one picture as far as they reach: the
    first goes to training, the second to validation, the third to test. Several outputs, and
    outputs with several classes a picture, are shared out by iterative stratification, see
    :func:`studio.data.stratify.stratify`.

    By folds, the test pictures are those of the data set, or drawn, the same for every fold; the
    others are in exactly one fold each. A class with a single picture is then not trained on
    while its fold validates.

    Args:
        excluded: ``(n,) bool`` rows that belong to no split.
        groups: ``(n,) int64``: pictures of the same number are never in two of the parts that
            are drawn; −1 belongs to no group. See :func:`studio.data.together.groups_of`. A
            split that the folders give is left as it is: see
            :func:`studio.data.leaks.find_leaks`.
        keys: ``(n,) uint64`` the :func:`shuffle_keys` of the same paths and seed, where they are
            known already: of many pictures they take most of the time.

    Returns:
        ``(n,) int8`` of :class:`Split`, −1 where excluded or without a label of any output.
    """
    split = np.full(len(dataset), NO_SPLIT, np.int8)
    usable = labelled(dataset) if excluded is None else labelled(dataset) & ~excluded
    split[usable] = Split.TRAIN
    shares: Shares = {Split.VALIDATION: spec.validation, Split.TEST: spec.test}
    if spec.mode == "folders" and dataset.has_split:
        given = usable & (dataset.found_split != NO_SPLIT)
        split[given] = dataset.found_split[given]
        found = set(np.unique(dataset.found_split).tolist())
        shares = {part: share for part, share in shares.items() if int(part) not in found}
    elif spec.mode == "folds":
        tests = usable & (dataset.found_split == Split.TEST)
        split[tests] = Split.TEST
        shares = {} if tests.any() else {Split.TEST: spec.test}
    if any(shares.values()):
        rows = np.flatnonzero(split == Split.TRAIN)
        _Drawing(dataset, rows, spec, groups, keys).by_shares(shares, split)
    if spec.mode == "folds":
        rows = np.flatnonzero(split == Split.TRAIN)
        folds = _Drawing(dataset, rows, spec, groups, keys).in_folds(spec.folds)
        split[rows[folds == spec.fold - 1]] = Split.VALIDATION
    return split


def labelled(dataset: Dataset) -> NDArray[np.bool_]:
    """``(n,) bool`` pictures with a label of any output: the others can teach and test nothing."""
    known = np.zeros(len(dataset), bool)
    for output in dataset.outputs:
        known |= dataset.has_label(output)
    return known


class _Drawing:
    """Some rows of a data set in an order that the seed shuffles, ready to be shared out."""

    def __init__(
        self,
        dataset: Dataset,
        rows: NDArray[np.int64],
        spec: SplitSpec,
        groups: NDArray[np.int64] | None,
        keys: NDArray[np.uint64] | None = None,
    ) -> None:
        self._dataset = dataset
        self._rows = rows
        self._groups = None if groups is None else np.asarray(groups, np.int64)[rows]
        self._outputs = list(dataset.outputs) if spec.stratified else []
        if keys is None:
            self._keys = shuffle_keys([dataset.paths[i] for i in rows.tolist()], spec.seed)
        else:
            self._keys = keys[rows]

    @property
    def _is_simple(self) -> bool:
        """Whether every picture stands for itself and has one class at most."""
        names = self._outputs
        several = len(names) > 1 or any(map(self._dataset.is_multi_label, names))
        return self._groups is None and not several

    def by_shares(self, shares: Shares, split: NDArray[np.int8]) -> None:
        """Move rows out of training into the parts that have a share."""
        if not len(self._rows):
            return
        if not self._is_simple:
            self._iteratively(shares, split)
            return
        order, labels = self._by_class()
        counts = np.unique(labels, return_counts=True)[1]
        start = 0
        for count in counts.tolist():
            own = self._rows[order[start : start + count]]
            start += count
            taken = 0
            for part, number in _numbers(count, shares).items():
                split[own[taken : taken + number]] = part
                taken += number

    def in_folds(self, folds: int) -> NDArray[np.int64]:
        """``(rows,) int64`` the fold of each row, from 0."""
        if self._is_simple:
            order, _ = self._by_class()
            fold = np.empty(len(order), np.int64)
            fold[order] = np.arange(len(order)) % folds
            return fold
        marked, marks, counts = self._marks()
        of_unit, order, sizes = self._units()
        wishes = np.repeat(counts[:, None] / folds, folds, axis=1)
        totals = np.full(folds, len(self._rows) / folds)
        parts = stratify(order[of_unit[marked]], marks, sizes, wishes, totals, every_part=False)
        return np.asarray(parts[order[of_unit]])

    def _by_class(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The places of the rows, class by class and shuffled in each; and their classes."""
        labels = np.zeros(len(self._rows), np.int32)
        if self._outputs:
            labels = self._dataset.labels[self._outputs[0]][self._rows]
        return np.lexsort((self._keys, labels)), labels

    def _iteratively(self, shares: Shares, split: NDArray[np.int8]) -> None:
        marked, marks, counts = self._marks()
        of_unit, order, sizes = self._units()
        wishes = np.array([_wish(int(count), shares) for count in counts], np.float64)
        totals = np.array(_wish(len(self._rows), shares), np.float64)
        parts = stratify(order[of_unit[marked]], marks, sizes, wishes.reshape(-1, 3), totals)
        split[self._rows] = parts[order[of_unit]]

    def _marks(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Places of rows and the classes that they have, of all outputs; pictures of each class."""
        places, marks, first = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
        for output in self._outputs:
            labels = self._dataset.labels[output][self._rows]
            if labels.ndim == 2:
                place, label = np.nonzero(labels == 1)
            else:
                place = np.flatnonzero(labels >= 0)
                label = labels[place].astype(np.int64)
            places.append(place)
            marks.append(label + first)
            first += len(self._dataset.outputs[output])
        every = np.concatenate(marks)
        return np.concatenate(places), every, np.bincount(every, minlength=first)

    def _units(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """What stays together.

        Returns:
            ``(rows,)`` the unit of each row; ``(units,)`` the turn of each unit; and the sizes
            of the units by turn. Units that would fill a part come first, while there is room;
            the others are shuffled.
        """
        count = len(self._rows)
        alone = np.arange(count) if self._groups is None else np.where(
            self._groups >= 0, self._groups, -1 - np.arange(count)
        )  # fmt: skip
        _, of_unit = np.unique(alone, return_inverse=True)
        sizes = np.bincount(of_unit)
        keys = np.full(len(sizes), np.iinfo(np.uint64).max, np.uint64)
        np.minimum.at(keys, of_unit, self._keys)
        large = np.where(sizes > max(1, count // 50), -sizes, 0)
        by_turn = np.lexsort((keys, large))
        turn = np.empty(len(sizes), np.int64)
        turn[by_turn] = np.arange(len(sizes))
        return of_unit, turn, sizes[by_turn]


def _wish(count: int, shares: Shares) -> list[int]:
    """Pictures of ``count`` for training, validation and test."""
    numbers = _numbers(count, shares) if count else {}
    taken = [numbers.get(part, 0) for part in (Split.VALIDATION, Split.TEST)]
    return [count - sum(taken), *taken]


def _numbers(count: int, shares: Shares) -> dict[Split, int]:
    """How many of ``count`` pictures each part gets; at least one stays for training."""
    left = count - 1
    numbers = {}
    wanted = [part for part, share in shares.items() if share > 0]
    for i, part in enumerate(wanted):
        others = len(wanted) - i - 1
        number = max(1, int(count * shares[part] + 0.5))
        numbers[part] = max(0, min(number, left - others if left > others else left))
        left -= numbers[part]
    return numbers


def shuffle_keys(paths: list[str], seed: int) -> NDArray[np.uint64]:
    """``(n,) uint64`` by which pictures are put in a random order: the same for path and seed."""
    salt = seed.to_bytes(16, "little", signed=True)
    keys = bytearray()
    for path in paths:
        text = path.encode("utf-8", "surrogateescape")
        keys += hashlib.blake2b(text, digest_size=8, salt=salt).digest()
    return np.frombuffer(bytes(keys), dtype="<u8")
