"""A data set as arrays of one size in an HDF5 file.

::

    x_train  (n, height, width, channels) uint8    fitted pictures, as a network gets them
    y_train  (n,) int32, −1 unknown                or (n, classes) int8 for several at a time
    class_names  (classes,) text

Without splits the names are ``x`` and ``y``. With several outputs each has its own labels and
names, ``y_train_colour`` and ``class_names_colour``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress
from studio.core.errors import PictureError
from studio.core.input import InputSpec
from studio.data.convert import Converted, nothing_written, split_of
from studio.data.dataset import Dataset, Problem
from studio.data.parallel import for_each
from studio.data.patient_file import PatientFile
from studio.data.pixels import load

BLOCK = 256
BLOCK_BYTES = 64 * 2**20
"""Pictures that are in memory at a time: so many, and no more than these bytes."""

_CHUNK_BYTES = 2**18


def write_arrays(
    dataset: Dataset,
    file: Path,
    spec: InputSpec,
    result: Converted,
    progress: Progress,
    control: Control | None,
) -> None:
    """Write the file and fill ``result``. Raises OSError, DatasetError or Cancelled."""
    import h5py

    splits = np.array([split_of(dataset, row) for row in range(len(dataset))], dtype=object)
    block = max(1, min(BLOCK, BLOCK_BYTES // int(np.prod(spec.shape))))
    with open(file, "w+b", buffering=0) as raw:
        storage = PatientFile(raw)
        with h5py.File(storage, "w") as content:
            _write_names(content, dataset)
            for split in dict.fromkeys(splits.tolist()):
                rows = np.flatnonzero(splits == split)
                writer = _Writer(content, dataset, spec, split, len(rows))
                for start in range(0, len(rows), block):
                    _write_block(writer, rows[start : start + block], result, control)
                    storage.check()
                    done = result.written + len(result.left_out)
                    progress(done, len(dataset), "Writing the arrays")
        storage.check()
    if not result.written:
        raise nothing_written(result)


def _write_names(content: Any, dataset: Dataset) -> None:
    import h5py

    for output, classes in dataset.outputs.items():
        name = "class_names" if len(dataset.outputs) == 1 else f"class_names_{_plain(output)}"
        content.create_dataset(name, data=list(classes), dtype=h5py.string_dtype())


def _write_block(
    writer: _Writer, rows: NDArray[np.int64], result: Converted, control: Control | None
) -> None:
    dataset = writer.dataset
    pixels = np.empty((len(rows), *writer.spec.shape), np.uint8)
    problems: list[Problem | None] = [None] * len(rows)

    def read(i: int) -> None:
        row = int(rows[i])
        try:
            pixels[i] = load(dataset.absolute(row), writer.spec)
        except PictureError as error:
            problems[i] = Problem(error.kind, dataset.paths[row], str(error))

    for_each(len(rows), read, "Fitting the pictures", control=control)
    good = np.array([p is None for p in problems])
    writer.append(pixels[good], rows[good])
    result.written += int(good.sum())
    result.left_out += [p for p in problems if p is not None]


class _Writer:
    """The arrays of one split, which grow block by block."""

    def __init__(
        self, content: Any, dataset: Dataset, spec: InputSpec, split: str, count: int
    ) -> None:
        self.dataset, self.spec = dataset, spec
        more = f"_{split}" if split else ""
        self._x = _growing(content, f"x{more}", spec.shape, np.uint8, count)
        self._y = {}
        for output, labels in dataset.labels.items():
            name = f"y{more}" if len(dataset.outputs) == 1 else f"y{more}_{_plain(output)}"
            kind = np.int8 if labels.ndim == 2 else np.int32
            self._y[output] = _growing(content, name, labels.shape[1:], kind, count)

    def append(self, pixels: NDArray[np.uint8], rows: NDArray[np.int64]) -> None:
        """Add pictures with the labels of their rows."""
        at = len(self._x)
        self._x.resize(at + len(rows), axis=0)
        self._x[at:] = pixels
        for output, array in self._y.items():
            array.resize(at + len(rows), axis=0)
            array[at:] = self.dataset.labels[output][rows]


def _growing(content: Any, name: str, shape: tuple[int, ...], kind: Any, count: int) -> Any:
    each = max(1, int(np.prod(shape)) * np.dtype(kind).itemsize)
    length = max(1, min(count, _CHUNK_BYTES // each))
    return content.create_dataset(
        name, (0, *shape), kind, maxshape=(max(1, count), *shape), chunks=(length, *shape)
    )


def _plain(output: str) -> str:
    """An output's name as a part of an array's: a slash would make a group."""
    return output.replace("/", "_").replace("\0", "_").strip() or "output"
