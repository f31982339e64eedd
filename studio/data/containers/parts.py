"""From arrays of pictures and of labels to a data set whose pictures are members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.balance import class_problems
from studio.data.containers.base import Stored, check_pictures, size_of
from studio.data.containers.class_names_file import names_beside
from studio.data.containers.labelling import label_columns
from studio.data.containers.selectors import selector_prefix
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset, Problem

MAX_PICTURES = 50_000_000
"""A header that says more is not believed: the list of names alone would fill the memory."""


@dataclass(frozen=True)
class Part:
    """One array of pictures with its labels.

    Attributes:
        file: its file, relative to the data set, POSIX.
        names: of the arrays whose channels are joined; ``("",)`` where the file is one array.
        axes: the layout where the file does not tell it by itself.
        count: pictures that the file says it has.
        there: pictures that it really has.
        size: bytes of one picture.
        split: see :class:`~studio.data.dataset.Split`; −1 none.
        labels: output → labels as they are stored.
        bands: those that are used, in this order, counted from 0; empty for all.
    """

    file: str
    names: tuple[str, ...]
    axes: str
    count: int
    there: int
    size: int
    split: int = NO_SPLIT
    labels: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    bands: tuple[int, ...] = ()

    @property
    def prefix(self) -> str:
        """What stands before the row in the paths of its pictures."""
        return f"{self.file}/@{selector_prefix(self.names, self.axes, self.bands)}"


def picture_bytes(stored: Stored, axes: str) -> int:
    """Bytes of one picture as it is stored. Raises PictureError where the layout does not fit."""
    return size_of(check_pictures(stored.shape, axes, stored.dtype), stored.dtype)


def assemble_parts(
    root: Path,
    kind: str,
    parts: Sequence[Part],
    class_names: Mapping[str, Sequence[str]] | None = None,
    problems: Sequence[Problem] = (),
    control: Control | None = None,
) -> Dataset:
    """Build the data set; parts in the order given, rows in theirs.

    Raises:
        DatasetError: it has no picture, too many, or labels that are none.
        Cancelled: asked for.
    """
    parts = [part for part in parts if part.count]
    total = sum(part.count for part in parts)
    if not total:
        raise DatasetError("The file holds no pictures.", "Choose another one.")
    if total > MAX_PICTURES:
        raise DatasetError(f"The file says it holds {total:,} pictures, which is not believed.")
    paths: list[str] = []
    for part in parts:
        if control is not None:
            control.checkpoint()
        prefix = part.prefix
        paths += [f"{prefix}{row}" for row in range(part.count)]
    counts = [part.count for part in parts]
    outputs: dict[str, tuple[str, ...]] = {}
    labels: dict[str, NDArray[Any]] = {}
    for name in dict.fromkeys(name for part in parts for name in part.labels) or [OUTPUT]:
        raw = [part.labels.get(name) for part in parts]
        known = (class_names or {}).get(name, ()) or (names_beside(root) if name == OUTPUT else ())
        outputs[name], columns = label_columns(name, raw, counts, known)
        labels[name] = np.concatenate(columns)
    dataset = Dataset(
        root=root,
        format=kind,
        paths=paths,
        outputs=outputs,
        labels=labels,
        found_split=np.repeat(np.array([p.split for p in parts], np.int8), counts),
        sizes=np.repeat(np.array([p.size for p in parts], np.int64), counts),
        problems=[*problems, *_cut_off(parts)],
    )
    dataset.problems.extend(_unlabelled(dataset, parts))
    dataset.problems.extend(class_problems(dataset))
    return dataset


def _cut_off(parts: Sequence[Part]) -> list[Problem]:
    """Each picture that a file promises and does not have."""
    words = "The file is cut off: it ends before this picture. Copy or download it again."
    return [
        Problem("truncated", f"{part.prefix}{row}", words)
        for part in parts
        for row in range(part.there, part.count)
    ]


def _unlabelled(dataset: Dataset, parts: Sequence[Part]) -> list[Problem]:
    """One problem for each array with pictures of which nothing is known."""
    problems = []
    start = 0
    known = np.any([dataset.has_label(o) for o in dataset.outputs], axis=0)
    for part in parts:
        missing = int((~known[start : start + part.count]).sum())
        start += part.count
        if missing:
            some = "a picture" if missing == 1 else f"{missing:,} pictures"
            problems.append(
                Problem(
                    "no-label", part.prefix.rstrip("/@"),
                    f"{some[0].upper()}{some[1:]} of “{display_name(part.file)}” "
                    f"{'has' if missing == 1 else 'have'} no label, so nothing is learned from "
                    f"{'it' if missing == 1 else 'them'}.",
                )
            )  # fmt: skip
    return problems
