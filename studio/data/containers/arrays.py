"""Data sets of named arrays: which are pictures, which are their labels, which split they are."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from studio.core.control import Control
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.containers.base import check_pictures
from studio.data.containers.class_names_array import names_in_file
from studio.data.containers.finding import LabelFinder, Named, called
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.naming import is_class_names, meaning
from studio.data.containers.options import NOTHING, ArrayOptions, check_bands
from studio.data.containers.parts import Part, assemble_parts, picture_bytes
from studio.data.containers.store import open_container
from studio.data.dataset import OUTPUT, Dataset, Problem


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
        names = said.names or names_in_file(others)
        finder = LabelFinder(pictures, others, said)
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
        return called(arrays, said.pictures, "Array of pictures")
    possible = [
        a for a in arrays if a.stored.dtype.kind in "biuf" and _may_be_pictures(a, said)
        and a.says.role != "labels"
    ]  # fmt: skip
    if said.labels and said.labels != NOTHING:
        labels = {id(a) for a in called(arrays, said.labels, "Array of labels")}
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


def _order(named: Named) -> tuple[int, str]:
    return named.says.split % 127, named.stored.name  # those without a split last


def _part(named: Named, finder: LabelFinder, root: Path, said: ArrayOptions) -> Part:
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
