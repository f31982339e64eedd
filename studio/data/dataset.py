"""A data set as columns: which pictures there are, what they show, and what is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.core.runs import SampleList

OUTPUT = "class"
"""The one question of a data set whose folders are the classes."""

NO_SPLIT = -1
"""The split of a picture that belongs to none."""


class Split(IntEnum):
    """The part of a data set that a picture is used for; the number stands in the columns."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2

    @property
    def word(self) -> str:
        """The key in JSON and on the command line: ``train``, ``validation``, ``test``."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """The word on the screen."""
        return self.name.capitalize()


SPLITS = (Split.TRAIN, Split.VALIDATION, Split.TEST)

PROBLEM_TITLES: dict[str, str] = {
    "unreadable": "Could not be read",
    "truncated": "Cut off",
    "empty": "Empty files",
    "missing-file": "No longer there",
    "no-access": "May not be read",
    "no-class": "Without a class",
    "empty-class": "Folders without pictures",
    "ignored-folder": "Folders left out",
    "link-loop": "Links in a loop",
    "wrong-extension": "Wrong file ending",
    "too-few": "Classes with too few",
    "imbalance": "Uneven classes",
}
"""Every kind of problem with its heading, those that change the result most first."""

UNUSABLE = frozenset({"unreadable", "truncated", "empty", "missing-file"})
"""Kinds of problems that take a picture out of training."""

CLASS_PROBLEMS = frozenset({"too-few", "imbalance"})
"""Kinds of problems that concern classes; their ``path`` is the class name, ``""`` for all."""


@dataclass(frozen=True)
class Problem:
    """Something that a person should know about a data set.

    Attributes:
        kind: a key of ``PROBLEM_TITLES``.
        path: the picture relative to the data set (surrogate escapes kept; show it with
            ``display_name``), a folder, the name of a class, or ``""`` for the whole data set.
        message: what happened and what it means, one or two sentences.
    """

    kind: str
    path: str
    message: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures with labels. Columns have one entry for each picture, in the order of ``paths``.

    Attributes:
        root: the folder that relative paths start from.
        format: the kind in the registry of formats.
        paths: relative POSIX paths, foreign bytes as surrogate escapes.
        outputs: output name → its class names (clean text) in the order of the labels.
        labels: output name → ``(n,) int32`` class index, −1 where there is no label.
        found_split: ``(n,) int8`` split that the folders or a table gave, −1 none.
        sizes: ``(n,) int64`` bytes on the disk.
        problems: what was found while opening, see :class:`Problem`.
    """

    root: Path
    format: str
    paths: list[str]
    outputs: dict[str, tuple[str, ...]]
    labels: dict[str, NDArray[np.int32]]
    found_split: NDArray[np.int8]
    sizes: NDArray[np.int64]
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def name(self) -> str:
        """The name for the screen: that of the folder."""
        return display_name(self.root.name or str(self.root))

    @property
    def problem(self) -> str:
        """``binary``, ``multi-class`` or ``multi-output``."""
        if len(self.outputs) > 1:
            return "multi-output"
        return "binary" if any(len(c) == 2 for c in self.outputs.values()) else "multi-class"

    @property
    def has_split(self) -> bool:
        """Whether the folders or a table already say what is used for what."""
        return bool((self.found_split >= 0).any())

    def absolute(self, index: int) -> Path:
        """Where a picture lies."""
        return self.root / self.paths[index]

    def class_counts(self, output: str = OUTPUT) -> NDArray[np.int64]:
        """``(classes,) int64`` pictures of each class."""
        return _bincount(self.labels[output], len(self.outputs[output]))

    def rows_of(self, class_index: int, output: str = OUTPUT) -> NDArray[np.int64]:
        """Rows of all pictures of one class."""
        return np.flatnonzero(self.labels[output] == class_index)

    def counts(self, split: NDArray[np.int8] | None = None) -> dict[str, dict[str, dict[str, int]]]:
        """Pictures by output, class and split word; ``none`` where some belong to no split.

        Args:
            split: ``(n,) int8``; the one that was found, where left out.
        """
        split = self.found_split if split is None else split
        words = {int(s): s.word for s in SPLITS}
        if (split == NO_SPLIT).any():
            words[NO_SPLIT] = "none"
        result = {}
        for output, classes in self.outputs.items():
            labels = self.labels[output]
            columns = [_bincount(labels[split == s], len(classes)).tolist() for s in words]
            result[output] = {
                name: dict(zip(words.values(), row, strict=True))
                for name, row in zip(classes, zip(*columns, strict=True), strict=True)
            }
        return result

    def fingerprint(self) -> str:
        """A hash of relative paths, sizes and labels; the order of the rows has no influence."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        columns: list[Sequence[object]] = [self.paths, self.sizes.tolist()]
        for output in sorted(self.outputs):
            names = (*self.outputs[output], "")
            columns.append([names[i] for i in self.labels[output].tolist()])
        digest = hashlib.sha256()
        for row in sorted(zip(*columns, strict=True), key=lambda r: str(r[0])):
            text = "\0".join(map(str, row)) + "\0\0"
            digest.update(text.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def subset(self, rows: NDArray[np.integer] | Sequence[int]) -> Dataset:
        """The same data set with only some pictures; classes and problems stay."""
        chosen = np.asarray(rows, dtype=np.int64)
        return replace(
            self,
            paths=[self.paths[i] for i in chosen.tolist()],
            labels={name: column[chosen] for name, column in self.labels.items()},
            found_split=self.found_split[chosen],
            sizes=self.sizes[chosen],
        )

    def samples(self, split: NDArray[np.int8]) -> SampleList:
        """What a run needs to know; pictures that belong to no split are left out."""
        used = self.subset(np.flatnonzero(split >= 0))
        return SampleList(
            root=self.root,
            paths=used.paths,
            labels={name: column.tolist() for name, column in used.labels.items()},
            split=split[split >= 0].tolist(),
        )


def unusable(dataset: Dataset, problems: Iterable[Problem]) -> NDArray[np.bool_]:
    """``(n,) bool`` rows that training must leave out because of these problems."""
    bad = {p.path for p in problems if p.kind in UNUSABLE}
    if not bad:
        return np.zeros(len(dataset), bool)
    return np.fromiter((p in bad for p in dataset.paths), bool, len(dataset))


def _bincount(labels: NDArray[np.int32], classes: int) -> NDArray[np.int64]:
    return np.bincount(labels[labels >= 0], minlength=classes).astype(np.int64)
