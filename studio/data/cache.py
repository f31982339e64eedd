"""Pictures decoded and fitted once, and kept in memory and on the disk as far as they may be."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError, StorageError
from studio.core.files import storage_errors, write_json
from studio.core.input import InputSpec
from studio.core.keeping import GB, Budget, available_memory
from studio.data.cache_files import (
    DOING,
    Found,
    HasPictures,
    Stat,
    all_stats,
    key_of,
    open_found,
    prune,
    remove,
    reserve,
    sidecar,
    stat,
)
from studio.data.dataset import Problem
from studio.data.decoding import Pixels
from studio.data.parallel import for_each
from studio.data.pixels import PIXELS_VERSION, load
from studio.data.shared_pixels import SharedPixels
from studio.data.store import PictureStore

log = logging.getLogger(__name__)

_SPARED = GB  # bytes of the disk that are left to others
_WORTH = 0.9  # a file that holds so much of what it might hold is not made anew
_PIECE = 32_000_000  # bytes that are copied between two looks at the cancel button


@dataclass
class _Build:
    """What is filled: a new file with the first rows, memory with the rows from ``first`` on."""

    stats: list[Stat]
    failed: dict[int, PictureError] = field(default_factory=dict)
    file: Path | None = None
    disk: Pixels | None = None
    memory: SharedPixels | None = None
    first: int = 0
    note: str = ""

    @property
    def end(self) -> int:
        return self.first + (0 if self.memory is None else len(self.memory.array))

    def put(self, start: int, pictures: Pixels) -> None:
        """Keep the pictures of the rows from ``start`` on wherever they belong."""
        end = start + len(pictures)
        if self.disk is not None and start < len(self.disk):
            self.disk[start:end] = pictures[: len(self.disk) - start]
        low, high = max(start, self.first), min(end, self.end)
        if self.memory is not None and low < high:
            self.memory.array[low - self.first : high - self.first] = pictures[
                low - start : high - start
            ]

    def discard(self) -> None:
        """Leave nothing behind."""
        self.disk = None  # lets go of the file, as Windows wants
        if self.file is not None:
            remove(self.file)


def cache_pictures(
    source: HasPictures,
    spec: InputSpec,
    folder: Path,
    budget: Budget | None = None,
    workers: int | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> PictureStore:
    """All pictures at the network's size, kept as far as the budget allows.

    What is on the disk is known by paths, sizes, times of change and ``spec``; a picture that
    changed makes a new file. The first rows go to the disk, those after them into memory, and
    memory that is left over takes rows of the disk as well. A picture that cannot be read is
    never dropped: it is a problem, and ``ok`` is False for it.

    Also the pictures beyond the budget are decoded here once. That costs no more than decoding
    them in one epoch does, and the folder remembers it; in return every problem is told before
    the training begins, a class of which nothing can be read stops it in time, and the batches
    of a resumed run hold the same pictures.

    Args:
        folder: where caches are kept; made where it is missing. A disk that is full or refuses
            costs speed alone.
        budget: the defaults of :class:`Budget`, where left out.
        workers: threads; one a core, where left out.

    Raises:
        Cancelled: asked for; nothing is left behind.
    """
    budget = budget or Budget()
    shape = (len(source.paths), *spec.shape)
    build = _Build(all_stats(source, control))
    file = folder / f"pictures-{key_of(source.paths, build.stats, spec)}.npy"
    found = open_found(file, shape)
    try:
        rows = _take_disk(build, folder, file, found, shape, budget)
        _take_memory(build, rows, shape, budget)
        if found is not None:
            build.failed = dict(found.failed)
            _copy(build, found, progress, control)
        todo = _todo(build, found, shape[0])
        _decode(source, spec, build, todo, workers, progress, control)
        kept: Path | None = file
        if found is None or build.file is not None or rows == 0 < found.rows:
            found = None  # lets go of the file, as Windows wants
            kept = _put_in_place(source, spec, build, file, budget)
    except BaseException:
        build.discard()
        raise
    return _store(source, spec, kept, build, budget, from_disk=not todo)


# -- what goes where -------------------------------------------------------------------------------


def _take_disk(
    build: _Build,
    folder: Path,
    file: Path,
    found: Found | None,
    shape: tuple[int, ...],
    budget: Budget,
) -> int:
    """Reserve a new file, unless there is one that will do; returns the rows on the disk."""
    held, one = 0 if found is None else found.rows, _bytes_each(shape)
    fitting = min(shape[0], budget.disk // one)
    try:
        with storage_errors(DOING):
            folder.mkdir(parents=True, exist_ok=True)
            prune(folder, file, budget.disk - fitting * one)
            free = shutil.disk_usage(folder).free
        rows = min(fitting, max(held, (free - _SPARED) // one))
        if rows < fitting:
            build.note = f"The disk has only {free / GB:.1f} GB left."
        if rows >= held >= _WORTH * rows:
            return held
        if rows > 0:
            build.file = reserve(folder, (rows, *shape[1:]))
            build.disk = np.load(build.file, mmap_mode="r+")
        return rows
    except StorageError as error:
        log.warning("Pictures are not kept on the disk: %s", error)
        build.note = str(error)
        return held


def _take_memory(build: _Build, on_disk: int, shape: tuple[int, ...], budget: Budget) -> None:
    """Take memory for rows that are not on the disk, and for others as far as there is room."""
    one, spare = _bytes_each(shape), available_memory() // 2
    rows = min(shape[0], budget.memory // one)
    if rows * one > spare:
        rows = spare // one
        build.note = build.note or f"Only {2 * spare / GB:.1f} GB of the memory are free."
    if rows == 0:
        return
    try:
        build.memory = SharedPixels((rows, *shape[1:]))
    except StorageError as error:
        log.warning("Pictures are not kept in memory: %s", error)
        build.note = str(error)
        return
    build.first = min(shape[0], on_disk + rows) - rows


def _bytes_each(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape[1:], dtype=np.int64))


# -- filling ---------------------------------------------------------------------------------------


def _copy(build: _Build, found: Found, progress: Progress, control: Control | None) -> None:
    """Take over what is on the disk, where it belongs in memory or in a new file."""
    start = 0 if build.disk is not None else build.first
    end = max(build.end, 0 if build.disk is None else len(build.disk))
    end = min(found.rows, end)
    if found.pictures is None or start >= end:
        return
    step = max(1, _PIECE // _bytes_each(found.pictures.shape))
    for low in range(start, end, step):
        if control is not None:
            control.checkpoint()
        build.put(low, found.pictures[low : min(low + step, end)])
        progress(min(low + step, end) - start, end - start, "Loading the kept pictures")


def _todo(build: _Build, found: Found | None, count: int) -> list[int]:
    """The rows that have to be decoded: all of them, where their problems are not known yet."""
    if found is None:
        return list(range(count))
    new = 0 if build.disk is None else len(build.disk)
    wanted = {*range(found.rows, new), *range(max(found.rows, build.first), build.end)}
    return sorted(wanted - set(found.failed))


def _decode(
    source: HasPictures,
    spec: InputSpec,
    build: _Build,
    todo: list[int],
    workers: int | None,
    progress: Progress,
    control: Control | None,
) -> None:
    def work(i: int) -> None:
        row = todo[i]
        path = source.root / source.paths[row]
        build.stats[row] = stat(path)
        try:
            build.put(row, load(path, spec)[None])
        except PictureError as error:
            build.failed[row] = error
            if error.kind == "missing-file":
                build.stats[row] = (-1, 0)

    if todo:
        for_each(len(todo), work, "Reading the pictures", progress, control, workers)


def _put_in_place(
    source: HasPictures, spec: InputSpec, build: _Build, file: Path, budget: Budget
) -> Path | None:
    """Give the new file its name, and keep what could not be read.

    Returns:
        Where it lies; None where the disk refused, so that nothing there is to be trusted.
    """
    if isinstance(build.disk, np.memmap):
        build.disk.flush()
    rows = 0 if build.disk is None else len(build.disk)
    build.disk = None  # lets go of the file, as Windows wants
    # Named by what was really read, should files have changed in the meantime.
    file = file.with_name(f"pictures-{key_of(source.paths, build.stats, spec)}.npy")
    bad = {str(i): [e.kind, str(e)] for i, e in sorted(build.failed.items())}
    try:
        with storage_errors(DOING):
            if build.file is not None:
                os.replace(build.file, file)
            else:
                remove(file)
        build.file = None
        write_json(sidecar(file), {"version": PIXELS_VERSION, "kept": rows, "failed": bad}, DOING)
        prune(file.parent, file, budget.disk - rows * int(np.prod(spec.shape)))
    except StorageError as error:
        log.warning("Pictures are not kept on the disk: %s", error)
        build.note = str(error)
        build.discard()
        return None
    return file


def _store(
    source: HasPictures,
    spec: InputSpec,
    file: Path | None,
    build: _Build,
    budget: Budget,
    from_disk: bool,
) -> PictureStore:
    ok = np.ones(len(source.paths), bool)
    ok[list(build.failed)] = False
    problems = [
        Problem(build.failed[i].kind, source.paths[i], str(build.failed[i]))
        for i in sorted(build.failed)
    ]
    return PictureStore(
        source.root, source.paths, spec, ok, problems, budget,
        file=file, memory=build.memory, first_in_memory=build.first, from_disk=from_disk,
        note=build.note,
    )  # fmt: skip
