"""Labelled pictures of a run to ask a network about: balanced, and the same every time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.augment.policy import seed_for
from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError, PictureError
from studio.core.input import InputSpec
from studio.core.runs import SampleList
from studio.training.feed import has_label

VALIDATION_FIRST = (1, 0, 2)
"""Splits in the order of preference: validation, training, test."""
MOST_BYTES = 256 << 20
"""What the decoded pictures of a sample may take."""
_SEED = 4


class Reader(Protocol):
    """What reads pictures as a network gets them."""

    @property
    def input(self) -> InputSpec: ...

    @property
    def outputs(self) -> dict[str, tuple[str, ...]]: ...

    def load(self, picture: Path | str) -> NDArray[np.uint8]: ...


@dataclass(frozen=True, eq=False)
class Sample:
    """Labelled pictures as the network gets them.

    Attributes:
        output: the question that their labels answer: the first one that has labels.
        classes: of that output.
        several: whether a picture may have several of them.
        pictures: ``(n, height, width, channels) uint8``.
        truth: ``(n, classes) int8``: 1 the picture has the class, 0 not, −1 not known.
        rows: ``(n,) int64`` positions in the list of the run's pictures.
        split: 0 train, 1 validation, 2 test.
        unreadable: pictures that were left out since they could not be read.
    """

    output: str
    classes: tuple[str, ...]
    several: bool
    pictures: NDArray[np.uint8]
    truth: NDArray[np.int8]
    rows: NDArray[np.int64]
    split: int
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def seeds(self) -> list[int]:
        """A fixed seed for each picture, so that draws repeat at every strength."""
        return [seed_for(_SEED, 1, int(row)) for row in self.rows]


def draw_sample(
    reader: Reader,
    samples: SampleList,
    columns: dict[str, NDArray[Any]],
    most: int,
    progress: Progress = no_progress,
    control: Control | None = None,
    splits: Sequence[int] = VALIDATION_FIRST,
) -> Sample:
    """Read a sample in which every class has as many pictures as another, as far as there are.

    The same pictures are drawn every time; one that cannot be read is replaced by the next.

    Args:
        columns: as of :func:`studio.training.feed.label_columns`.
        splits: the first of them that has labelled pictures is taken.

    Raises:
        DatasetError: there is no labelled picture, or none can be read.
        Cancelled: asked to stop.
    """
    output, split, rows = _where(samples, columns, splits)
    classes = reader.outputs[output]
    most = max(1, min(most, MOST_BYTES // max(1, int(np.prod(reader.input.shape)))))
    truth = _truth(columns[output], len(classes))
    order = balanced_order(truth, rows)
    pictures: list[NDArray[np.uint8]] = []
    kept: list[int] = []
    failed: list[PictureError] = []
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1), "decode") as pool:
        while order and len(kept) < most:
            if control is not None:
                control.checkpoint()
            part = order[: min(16, most - len(kept))]
            del order[: len(part)]
            paths = [samples.absolute(row) for row in part]
            for row, loaded in zip(part, pool.map(lambda p: _try(reader, p), paths), strict=True):
                if isinstance(loaded, PictureError):
                    failed.append(loaded)
                else:
                    kept.append(row)
                    pictures.append(loaded)
            progress(len(kept), min(most, len(rows)), "Reading pictures")
    if not kept:
        raise DatasetError(
            "None of the pictures to ask about could be read.",
            str(failed[0]) if failed else "Open the folder with the pictures again.",
        )
    several = columns[output].ndim == 2
    return Sample(output, classes, several, np.stack(pictures), truth[kept],
                  np.array(kept, np.int64), split, len(failed))  # fmt: skip


def _try(reader: Reader, path: Path) -> NDArray[np.uint8] | PictureError:
    try:
        return reader.load(path)
    except PictureError as error:
        return error


def _where(
    samples: SampleList, columns: dict[str, NDArray[Any]], wanted: Sequence[int]
) -> tuple[str, int, NDArray[np.int64]]:
    """The output, the split and the pictures to ask about. Raises DatasetError."""
    splits = np.array(samples.split, np.int64)
    for split in wanted:
        for name, column in columns.items():
            rows = np.flatnonzero(has_label(column) & (splits == split))
            if len(rows):
                return name, split, rows
    raise DatasetError(
        "There is no picture with a label to ask about.",
        "Open a data set with a folder for each class, and train on it.",
    )


def _truth(column: NDArray[Any], classes: int) -> NDArray[np.int8]:
    if column.ndim == 2:
        return column.astype(np.int8)
    truth = np.zeros((len(column), classes), np.int8)
    known = column >= 0
    truth[np.flatnonzero(known), column[known]] = 1
    truth[~known] = -1
    return truth


def balanced_order(truth: NDArray[np.int8], rows: NDArray[np.int64]) -> list[int]:
    """Rows such that the classes take turns, each in a fixed shuffled order.

    A picture of several classes stands at the turn of its rarest one; one without any class, at
    the turn of a class of its own.
    """
    shuffled = np.random.default_rng(_SEED).permutation(rows)
    has = truth[shuffled] == 1
    counts = has.sum(axis=0)
    rarity = np.where(has, counts, np.iinfo(np.int64).max)
    classes = np.where(has.any(axis=1), rarity.argmin(axis=1), truth.shape[1])
    turn = np.zeros(len(shuffled), np.int64)
    for each in np.unique(classes):
        mine = np.flatnonzero(classes == each)
        turn[mine] = np.arange(len(mine))
    return [int(shuffled[i]) for i in np.lexsort((classes, turn))]
