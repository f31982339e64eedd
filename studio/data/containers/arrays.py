"""Data sets of named arrays: which are pictures, which are their labels, which split they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.core.errors import DatasetError, PictureError, SpecError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, check_pictures
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.naming import Meaning, is_class_names, meaning
from studio.data.containers.options import NOTHING, ArrayOptions, check_bands
from studio.data.containers.parts import Part, assemble_parts, picture_bytes
from studio.data.containers.store import open_container
from studio.data.dataset import OUTPUT, Dataset, Problem
from studio.data.tables.options import names_in

_MOST_MAPPED = 65_536


@dataclass(frozen=True)
class Named:
    """An array of one of the files, with what its name says."""

    file: Path
    container: Container
    stored: Stored
    says: Meaning

    @property
    def title(self) -> str:
        """How a message names it."""
        return display_name(self.stored.name or self.file.name)


def read_arrays(
    root: Path,
    kind: str,
    files: Sequence[Path],
    control: Control | None = None,
    options: ArrayOptions | None = None,
) -> Dataset:
    """The data set in the arrays of one file, or of several that belong together.

    Raises:
        DatasetError: no array holds pictures, or the labels do not fit.
        SpecError: a chosen array is not there.
    """
    said = options or ArrayOptions()
    with as_dataset_error():
        arrays = [named for file in files for named in _arrays(file, len(files) > 1)]
        pictures = _pictures(arrays, said)
        if not pictures:
            raise _no_pictures(files, arrays)
        chosen = {id(p) for p in pictures}
        others = [a for a in arrays if id(a) not in chosen]
        names = said.names or _class_names(others)
        finder = _Labels(pictures, others, said)
        parts = [_part(p, finder, root, said) for p in pictures]
        problems = [_unused(a, root) for a in others if _is_lost(a, finder.used)]
        if said.labels == NOTHING:
            problems = []
        outputs = dict.fromkeys(o for part in parts for o in part.labels)
        class_names = dict.fromkeys(outputs or [OUTPUT], names) if names else None
        return assemble_parts(root, kind, parts, class_names, problems, control)


def _arrays(file: Path, is_one_of_many: bool) -> list[Named]:
    container = open_container(file)
    found = []
    for name, stored in container.arrays.items():
        # “x_train.npy” holds one array without a name; “train_x.h5” one that is called “x”.
        says = meaning(f"{file.stem} {name}" if is_one_of_many or not name else name)
        found.append(Named(file, container, stored, says))
    return found


def _pictures(arrays: list[Named], said: ArrayOptions) -> list[Named]:
    """Arrays named like pictures; where none is, the largest that has their shape."""
    if said.pictures:
        return _called(arrays, said.pictures, "Array of pictures")
    possible = [
        a for a in arrays if a.stored.dtype.kind in "biuf" and _may_be_pictures(a, said)
        and a.says.role != "labels"
    ]  # fmt: skip
    if said.labels and said.labels != NOTHING:
        labels = {id(a) for a in _called(arrays, said.labels, "Array of labels")}
        possible = [a for a in possible if id(a) not in labels]
    named = [a for a in possible if a.says.role == "pictures"]
    if named:
        deep = [a for a in named if len(a.stored.shape) > 2]
        return sorted(deep or named, key=_order)
    deep = [a for a in possible if len(a.stored.shape) > 2]
    with_split = [a for a in deep if a.says.split >= 0]
    if with_split:
        return sorted(with_split, key=_order)
    return [max(deep or possible, key=lambda a: prod(a.stored.shape))] if possible else []


def _may_be_pictures(named: Named, said: ArrayOptions) -> bool:
    if said.axes != "auto":
        return len(named.stored.shape) == len(said.axes)
    return len(named.stored.shape) > 1 and bool(named.container.layout_of(named.stored))


def _called(arrays: list[Named], names: str, what: str) -> list[Named]:
    """The arrays that a person named, in that order; of several files one of each."""
    found = []
    for name in names_in(names):
        fitting = [a for a in arrays if name in (a.stored.name, a.file.name, a.file.stem)]
        if not fitting:
            known = ", ".join(a.title for a in arrays[:12]) or "none"
            raise SpecError(f"{what}: there is no “{display_name(name)}”.", f"There is: {known}.")
        found += fitting
    return found


def _order(named: Named) -> tuple[int, str]:
    return named.says.split % 127, named.stored.name  # those without a split last


def _part(named: Named, finder: _Labels, root: Path, said: ArrayOptions) -> Part:
    stored_axes = named.container.layout_of(named.stored)
    axes, found = finder.layout_and_labels(named)
    count = named.stored.shape[axes.index("n")]
    labels: dict[str, NDArray[Any]] = {}
    for label in found:
        finder.used.add(id(label))
        labels[_output(label, found)] = _values(label, named, count)
    size = picture_bytes(named.stored, axes)
    check_bands(said.chosen_bands, check_pictures(named.stored.shape, axes, named.stored.dtype)[2])
    there = named.container.rows_there(named.stored.name, axes)
    file = named.file.relative_to(root).as_posix()
    return Part(
        file, (named.stored.name,), "" if axes == stored_axes else axes, count, there, size,
        named.says.split, labels, said.chosen_bands,
    )  # fmt: skip


class _Labels:
    """Finds the labels of each array of pictures, and with them which axis counts the pictures.

    ``used`` holds the identities of the arrays that were taken.
    """

    def __init__(self, pictures: list[Named], others: list[Named], said: ArrayOptions) -> None:
        self.used: set[int] = set()
        self._pictures, self._others, self._said = pictures, others, said
        self._chosen: list[Named] | None = None
        if said.labels == NOTHING:
            self._chosen = []
        elif said.labels:
            self._chosen = _called(others, said.labels, "Array of labels")

    def layout_and_labels(self, named: Named) -> tuple[str, list[Named]]:
        """The layout of an array of pictures, and the arrays that are its labels."""
        shape = named.stored.shape
        fixed = self._said.axes if self._said.axes != "auto" else ""
        if fixed and len(fixed) != len(shape):
            raise DatasetError(
                f"“{named.title}” has {len(shape)} axes ({' × '.join(map(str, shape))}), and the "
                f"order that was chosen has {len(fixed)}.",
                "Choose another order of the axes.",
            )
        axes = fixed or named.container.layout_of(named.stored)
        if not axes:
            raise DatasetError(
                f"It is not clear how “{named.title}” ({' × '.join(map(str, shape))}) holds "
                "pictures.",
                "Choose the order of the axes.",
            )
        count = shape[axes.index("n")]
        found = self._of(named, count)
        for turned in () if fixed else {shape[0], shape[-1]} - {count}:
            other = "" if found else named.container.layout_of(named.stored, turned)
            if other and (found := self._of(named, turned)):
                return other, found  # the other end counts the pictures
        if not found:
            self._check_lengths(named, count)
        return axes, found

    def _of(self, named: Named, count: int) -> list[Named]:
        """The arrays that hold this one's labels: named so, or of the right length and no more."""
        if self._chosen is not None:
            return [a for a in self._paired(named) if count in a.stored.shape]
        same = [
            a for a in self._others
            if a.says.split == named.says.split and not is_class_names_of(a, count)
            and a.stored.shape
        ]  # fmt: skip
        called = [a for a in same if a.says.role == "labels"]
        if called:
            alike = [a for a in called if set(named.says.rest) <= set(a.says.rest)] or called
            return [a for a in alike if count in a.stored.shape]
        if named.says.role == "pictures" and len(self._pictures) > 1:
            return []
        fitting = [
            a for a in same
            if not a.says.role and count in (a.stored.shape[0], a.stored.shape[-1])
            and len(a.stored.shape) <= 2
        ]  # fmt: skip
        return fitting if len(fitting) == 1 else []

    def _paired(self, named: Named) -> list[Named]:
        """Those of the chosen labels that belong to an array of pictures."""
        chosen = self._chosen or []
        if len(self._pictures) == 1:
            return chosen
        same = [a for a in chosen if a.says.split == named.says.split]
        splits = {p.says.split for p in self._pictures}
        if same and len(splits) == len(self._pictures):
            return same
        if len(chosen) == len(self._pictures):
            return [chosen[next(i for i, p in enumerate(self._pictures) if p is named)]]
        return [a for a in chosen if a.file == named.file]

    def _check_lengths(self, named: Named, count: int) -> None:
        """Raise DatasetError where there are labels for these pictures, but not as many."""
        if self._chosen is not None:
            wrong = self._paired(named)
        else:
            wrong = [
                a for a in self._others
                if a.says.role == "labels" and a.says.split == named.says.split
                and not is_class_names(a.stored.name)
            ]  # fmt: skip
        for label in wrong:
            raise DatasetError(
                f"“{named.title}” holds {count:,} pictures, but “{label.title}” has the shape "
                f"{label.stored.shape}, so it is not known which label belongs to which.",
                "Check that pictures and labels come from the same data set.",
            )


def is_class_names_of(named: Named, count: int) -> bool:
    """Whether an array lists names of classes rather than one label for each picture."""
    return is_class_names(named.stored.name) and count not in named.stored.shape


def _values(label: Named, named: Named, count: int) -> NDArray[Any]:
    values = label.container.labels(label.stored.name)
    if values.ndim == 2 and values.shape[0] != count and values.shape[1] == count:
        return values.T
    return values


def _output(label: Named, found: list[Named]) -> str:
    """``class``, or where a picture has several labels the words that tell them apart."""
    if len(found) == 1:
        return OUTPUT
    shared = set.intersection(*(set(f.says.rest) for f in found))
    words = [word for word in label.says.rest if word not in shared]
    return " ".join(words) or label.stored.name or OUTPUT


def _class_names(others: list[Named]) -> tuple[str, ...]:
    """Names of the classes, where an array or a cell of MATLAB lists them."""
    for named in others:
        if is_class_names(named.stored.name) and named.stored.dtype.kind in "OSU":
            try:
                values = np.asarray(named.container.labels(named.stored.name)).ravel()
            except PictureError:
                continue
            return tuple(
                v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values
            )
    for container in {id(n.container): n.container for n in others}.values():
        for name in filter(is_class_names, container.cells()):
            if rows := container.cell(name):
                return names_of_cell(rows)
    for named in others:
        if named.stored.name.rpartition("/")[2].lower() == "mapping":
            return _mapped_names(named)
    return ()


def _mapped_names(named: Named) -> tuple[str, ...]:
    """EMNIST's ``mapping``: a row for each class, its number and the codes of its characters."""
    shape = named.stored.shape
    if len(shape) != 2 or not 2 <= min(shape) <= 4 or max(shape) > _MOST_MAPPED:
        return ()
    try:
        rows = np.asarray(named.container.labels(named.stored.name), np.int64)
    except (PictureError, ValueError):
        return ()
    rows = rows if named.stored.shape[1] <= 4 else rows.T
    if not ((rows[:, 1:] >= 0) & (rows[:, 1:] < 0x110000)).all():
        return ()
    return tuple("/".join(chr(code) for code in dict.fromkeys(row[1:])) for row in rows.tolist())


def names_of_cell(rows: list[list[str]]) -> tuple[str, ...]:
    """Names from a cell array: one text a row; DeepSat has a one-hot code beside each.

    Rows with a code are put where its 1 stands.
    """
    if len(rows) == 1 and len(rows[0]) > 1:
        rows = [[text] for text in rows[0]]
    named: list[tuple[int, str]] = []
    for index, row in enumerate(rows):
        place = index
        texts = []
        for text in row:
            digits = [c for c in text if c.isalnum()]
            if digits and set(digits) <= {"0", "1"} and digits.count("1") == 1 and len(digits) > 1:
                place = digits.index("1")
            elif text.strip():
                texts.append(text.strip())
        named.append((place, texts[0] if texts else str(place)))
    return tuple(name for _, name in sorted(named, key=lambda pair: pair[0]))


def _is_lost(named: Named, used: set[int]) -> bool:
    """Whether an array looks like labels and was not used."""
    return (
        id(named) not in used
        and named.says.role == "labels"
        and not is_class_names(named.stored.name)
    )


def _unused(named: Named, root: Path) -> Problem:
    shape = " × ".join(map(str, named.stored.shape))
    return Problem(
        "missing-file",
        named.file.relative_to(root).as_posix(),
        f"“{named.title}” ({shape}) looks like labels, but there are no pictures for them, so it "
        "is left out.",
    )


def _no_pictures(files: Sequence[Path], arrays: list[Named]) -> DatasetError:
    name = display_name(files[0].name)
    if not arrays:
        return DatasetError(f"“{name}” holds no arrays that the studio can read.")
    found = ", ".join(
        f"{a.title} ({' × '.join(map(str, a.stored.shape)) or 'one value'})" for a in arrays[:6]
    )
    return DatasetError(
        f"“{name}” holds no array of pictures.",
        f"It holds {found}. Pictures are an array of pictures × height × width, with or without "
        "channels.",
    )
