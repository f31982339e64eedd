"""A data set as columns: which pictures there are, what they show, and what is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.core.runs import SampleList

OUTPUT = "class"
"""The one question of a data set whose folders are the classes."""

_ROWS_AT_ONCE = 4096

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
    "label-conflict": "Labels that disagree",
    "split-leak": "In two splits",
    "exact-duplicate": "Kept twice",
    "near-duplicate": "Nearly the same",
    "blank": "Blank",
    "blurred": "Blurred",
    "dark": "Very dark",
    "bright": "Very bright",
    "tiny": "Tiny",
    "odd-size": "Unusual size or shape",
    "no-class": "Without a class",
    "no-label": "Without a label",
    "odd-label": "Odd labels",
    "duplicate-row": "Rows that repeat",
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

REPORTED_AS: dict[str, str] = {
    "no-access": "unreadable",
    "link-loop": "unreadable",
    "no-class": "no-label",
    "ignored-folder": "no-label",
    "empty-class": "too-few",
}
"""Kinds that only the window tells apart → the kind that other programs are told."""

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
        other: the picture that this one is a copy of; of an odd label the class that was meant,
            ``""`` where none is known.
        alike: how alike the two pictures are, 0 to 1; None where there is one, or a third
            picture lies between them.
        how: what makes this picture different from the other one, in a few words.
        output: the question whose classes it is about.
        label: the class that it is about.
    """

    kind: str
    path: str
    message: str
    other: str = ""
    alike: float | None = None
    how: str = ""
    output: str = ""
    label: str = ""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures with labels. Columns have one entry for each picture, in the order of ``paths``.

    Attributes:
        root: the folder that relative paths start from.
        format: the kind in the registry of formats.
        paths: relative POSIX paths, foreign bytes as surrogate escapes.
        outputs: output name → its class names (clean text) in the order of the labels.
        labels: output name → ``(n,) int32`` class index, −1 where there is no label. For an
            output of which several classes may hold at a time (multi-label) it is
            ``(n, classes) int8``: 1 has it, 0 has not, −1 not known.
        found_split: ``(n,) int8`` split that the folders or a table gave, −1 none.
        sizes: ``(n,) int64`` bytes on the disk.
        problems: what was found while opening, see :class:`Problem`.
        source: what was opened, where that is not ``root``: a table, an archive.
        options: names and values, as text, by which its format was corrected.
        reason: why it is of its format, in words; empty where nobody said.
        chosen: whether a person chose the format, rather than the studio.
        groups: heading of a table's column → ``(n,) int64``: pictures of the same number belong
            together, such as those of one patient; −1 belongs to no group.
        group_names: the same headings → what stands in the table for each number.
    """

    root: Path
    format: str
    paths: list[str]
    outputs: dict[str, tuple[str, ...]]
    labels: dict[str, NDArray[Any]]
    found_split: NDArray[np.int8]
    sizes: NDArray[np.int64]
    problems: list[Problem] = field(default_factory=list)
    source: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    chosen: bool = False
    groups: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    group_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def name(self) -> str:
        """The name for the screen: that of the folder or file that was opened."""
        return display_name(self.place.name or str(self.place))

    @property
    def place(self) -> Path:
        """What to open to get it again, with ``format`` and ``options``."""
        return self.source or self.root

    @property
    def problem(self) -> str:
        """``binary``, ``multi-class``, ``multi-label`` or ``multi-output``."""
        if len(self.outputs) > 1:
            return "multi-output"
        if self.multi_label:
            return "multi-label"
        return "binary" if any(len(c) == 2 for c in self.outputs.values()) else "multi-class"

    @property
    def has_split(self) -> bool:
        """Whether the folders or a table already say what is used for what."""
        return bool((self.found_split >= 0).any())

    def absolute(self, index: int) -> Path:
        """Where a picture lies."""
        return self.root / self.paths[index]

    @property
    def multi_label(self) -> tuple[str, ...]:
        """The outputs of which several classes may hold for one picture."""
        return tuple(filter(self.is_multi_label, self.outputs))

    def is_multi_label(self, output: str) -> bool:
        """Whether several classes of this output may hold for one picture."""
        return self.labels[output].ndim == 2

    def has_label(self, output: str) -> NDArray[np.bool_]:
        """``(n,) bool`` whether something is known of each picture."""
        known: NDArray[np.bool_] = self.labels[output] >= 0
        return np.asarray(known.any(axis=1)) if known.ndim == 2 else known

    def classes_of(self, row: int, output: str) -> tuple[str, ...]:
        """The classes of one picture: none, one, or several of a multi-label output."""
        names, label = self.outputs[output], self.labels[output][row]
        if self.is_multi_label(output):
            return tuple(names[i] for i in np.flatnonzero(label == 1).tolist())
        return (names[int(label)],) if label >= 0 else ()

    def first_class(self, output: str = OUTPUT) -> NDArray[np.int32]:
        """``(n,) int32`` the class of each picture, the first where several hold; −1 for none."""
        labels = self.labels[output]
        if labels.ndim == 1:
            return np.asarray(labels, np.int32)
        if not labels.shape[1]:
            return np.full(len(labels), -1, np.int32)
        has = labels == 1
        return np.where(has.any(axis=1), has.argmax(axis=1), -1).astype(np.int32)

    def class_counts(self, output: str = OUTPUT) -> NDArray[np.int64]:
        """``(classes,) int64`` pictures of each class."""
        return count_classes(self.labels[output], len(self.outputs[output]))

    def rows_of(self, class_index: int, output: str = OUTPUT) -> NDArray[np.int64]:
        """Rows of all pictures of one class."""
        labels = self.labels[output]
        return np.flatnonzero(
            labels[:, class_index] == 1 if labels.ndim == 2 else labels == class_index
        )

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
            columns = [count_classes(labels[split == s], len(classes)).tolist() for s in words]
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
        names = np.empty(len(self), object)
        names[:] = self.paths
        order = np.argsort(names, kind="stable")
        digest = hashlib.sha256()
        # A part at a time: of a million rows all texts at once would take a gigabyte.
        for start in range(0, len(order), _ROWS_AT_ONCE):
            columns = self._texts(order[start : start + _ROWS_AT_ONCE])
            text = "".join("\0".join(row) + "\0\0" for row in zip(*columns, strict=True))
            digest.update(text.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _texts(self, rows: NDArray[np.int64]) -> list[Iterable[str]]:
        """Columns of the fingerprint for some rows: paths, sizes, labels."""
        columns: list[Iterable[str]] = [
            [self.paths[row] for row in rows.tolist()],
            map(str, self.sizes[rows].tolist()),
        ]
        for output in sorted(self.outputs):
            names, labels = (*self.outputs[output], ""), self.labels[output][rows]
            if self.is_multi_label(output):
                columns.append([label.tobytes().hex() for label in labels])
                columns.append(["\1".join(names)] * len(rows))
            else:
                columns.append([names[i] for i in labels.tolist()])
        return columns

    def subset(self, rows: NDArray[np.integer] | Sequence[int]) -> Dataset:
        """The same data set with only some pictures; classes and problems stay."""
        chosen = np.asarray(rows, dtype=np.int64)
        return replace(
            self,
            paths=[self.paths[i] for i in chosen.tolist()],
            labels={name: column[chosen] for name, column in self.labels.items()},
            found_split=self.found_split[chosen],
            sizes=self.sizes[chosen],
            groups={name: column[chosen] for name, column in self.groups.items()},
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


def count_classes(labels: NDArray[Any], classes: int) -> NDArray[np.int64]:
    """Pictures of each class: of ``(n,)`` class indices, or ``(n, classes)`` of 1, 0 and −1."""
    if labels.ndim == 2:
        return (labels == 1).sum(axis=0, dtype=np.int64)
    return np.bincount(labels[labels >= 0], minlength=classes).astype(np.int64)
