"""Width and height of every picture, from the headers alone, and what a crop cuts away of each."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError, StorageError
from studio.core.files import replace_with
from studio.core.input import InputSpec
from studio.data.dataset import Dataset
from studio.data.parallel import for_each
from studio.data.pixels import info

log = logging.getLogger(__name__)

Sizes = NDArray[np.int32]
"""``(n, 2)`` width and height in pixels, upright; 0 where the picture could not be read."""

MUCH = 0.3
"""The share of its area that a picture may lose without being told of."""

_VERSION = b"1"


def picture_sizes(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    cache_folder: Path | None = None,
) -> Sizes:
    """Read the size of every picture; nothing is decoded where the format allows.

    Args:
        cache_folder: remembers the sizes as long as names and bytes of the pictures are the same.

    Raises:
        Cancelled: asked for; nothing is remembered.
    """
    file, mark = _remembered_as(dataset, cache_folder)
    if (known := _read(file, mark, len(dataset))) is not None:
        return known
    sizes = np.zeros((len(dataset), 2), np.int32)

    def work(row: int) -> None:
        with suppress(PictureError):
            found = info(dataset.absolute(row))
            sizes[row] = found.width, found.height

    for_each(len(dataset), work, "Reading the sizes", progress, control, workers)
    _write(file, mark, sizes)
    return sizes


def lost_areas(sizes: Sizes, spec: InputSpec) -> NDArray[np.float64]:
    """``(n,) float64`` share of each picture that ``crop`` cuts away, 0 to 1.

    The same as :func:`studio.data.pixels.lost_area` with that fit; 0 where no size is known.
    """
    width, height = sizes[:, 0].astype(np.int64), sizes[:, 1].astype(np.int64)
    is_wide = width * spec.height > height * spec.width
    w = (2 * height * spec.width + spec.height) // (2 * spec.height)
    h = (2 * width * spec.height + spec.width) // (2 * spec.width)
    w = np.where(is_wide, np.clip(w, 1, np.maximum(width, 1)), width)
    h = np.where(is_wide, height, np.clip(h, 1, np.maximum(height, 1)))
    area = width * height
    lost = 1.0 - (w * h) / np.maximum(area, 1)
    return np.where(area > 0, np.maximum(lost, 0.0), 0.0)


def _remembered_as(dataset: Dataset, folder: Path | None) -> tuple[Path | None, str]:
    """Where the sizes of a data set are kept, and what tells that they are those."""
    if folder is None:
        return None, ""
    digest = hashlib.sha256(_VERSION)
    digest.update(np.ascontiguousarray(dataset.sizes, np.int64).tobytes())
    digest.update("\0".join(dataset.paths).encode("utf-8", "surrogateescape"))
    name = hashlib.sha256(os.fsencode(dataset.root)).hexdigest()[:16]
    return folder / f"sizes-{name}.npz", digest.hexdigest()


def _read(file: Path | None, mark: str, count: int) -> Sizes | None:
    if file is None:
        return None
    try:
        with np.load(file, allow_pickle=False) as columns:
            if str(columns["mark"]) != mark:
                return None
            sizes = columns["sizes"]
    except (OSError, ValueError, TypeError, KeyError, EOFError, MemoryError, zipfile.BadZipFile):
        return None
    if sizes.shape != (count, 2) or sizes.dtype != np.int32 or (count and sizes.min() < 0):
        return None
    return np.asarray(sizes, np.int32)


def _write(file: Path | None, mark: str, sizes: Sizes) -> None:
    """Keep the sizes; a disk that refuses costs time, nothing else."""
    if file is None:
        return

    def save(temporary: Path) -> None:
        with temporary.open("wb") as opened:
            np.savez(opened, allow_pickle=False, mark=np.array(mark), sizes=sizes)

    try:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
        replace_with(file, save, "keeping the sizes of the pictures")
    except StorageError as error:
        log.warning("%s", error)
