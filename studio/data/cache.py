"""Pictures decoded and fitted once, as one array on the disk or in memory."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError, StorageError
from studio.core.files import storage_errors, write_json
from studio.core.input import InputSpec
from studio.data.dataset import Problem
from studio.data.decoding import Pixels
from studio.data.members import stat_of
from studio.data.parallel import for_each
from studio.data.pixels import PIXELS_VERSION, load

log = logging.getLogger(__name__)

_KEPT = 3  # caches that stay in a folder: other sizes of the same pictures
_DOING = "keeping the decoded pictures"


class HasPictures(Protocol):
    """A data set, or the list of pictures of a run."""

    @property
    def root(self) -> Path: ...

    @property
    def paths(self) -> list[str]: ...


@dataclass(frozen=True, eq=False)
class PictureCache:
    """Decoded and fitted pictures, in the order of the paths.

    Attributes:
        pictures: ``(n, height, width, channels) uint8``, in memory or mapped from the disk
            (read-only); all zero where a picture could not be read.
        ok: ``(n,) bool`` whether the picture could be read.
        problems: one for each picture that could not.
        in_memory: whether the array lies in memory.
        from_disk: whether it was there already and nothing was decoded.
    """

    pictures: Pixels
    ok: NDArray[np.bool_]
    problems: list[Problem]
    in_memory: bool
    from_disk: bool = False


@dataclass
class _Build:
    """What the threads fill in."""

    pictures: Pixels
    stats: list[tuple[int, int]]
    failed: dict[int, PictureError] = field(default_factory=dict)


def cache_pictures(
    source: HasPictures,
    spec: InputSpec,
    folder: Path,
    memory_budget: int = 1 << 30,
    workers: int | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> PictureCache:
    """All pictures at the network's size, from the cache where they are there already.

    The cache is known by paths, sizes, times of change and ``spec``; a picture that changed
    makes a new one. A picture that cannot be read is never dropped: it is a problem and ``ok``
    is False for it.

    Args:
        folder: where caches are kept; made where it is missing.
        memory_budget: bytes up to which the array is held in memory.
        workers: threads; one a core, where left out.

    Raises:
        StorageError: the disk is full or refuses, and the array does not fit the budget.
        Cancelled: asked for; nothing is left behind.
    """
    shape = (len(source.paths), *spec.shape)
    in_memory = int(np.prod(shape, dtype=np.int64)) <= memory_budget
    stats = _all_stats(source, control)
    file = folder / f"pictures-{_key(source.paths, stats, spec)}.npy"
    ready = _open(file, source.paths, shape, in_memory)
    if ready is not None:
        return ready
    try:
        with storage_errors(_DOING):
            folder.mkdir(parents=True, exist_ok=True)
        _check_space(folder, shape)
        temporary = _reserve(folder, shape)
    except StorageError as error:
        if not in_memory:
            raise
        log.warning("Pictures are decoded into memory only: %s", error)
        temporary = None
    build = _Build(_array(temporary, shape), [(-1, 0)] * shape[0])
    try:
        _decode_all(source, spec, build, workers, progress, control)
        problems = _problems(source.paths, build.failed)
        if temporary is not None:
            # Named by what was really read, should files have changed in the meantime.
            file = folder / f"pictures-{_key(source.paths, build.stats, spec)}.npy"
            _put_in_place(build, temporary, file, in_memory)
    except BaseException:
        build.pictures = np.zeros(0, np.uint8)  # lets go of the file, as Windows wants
        if temporary is not None:
            _remove(temporary)
        raise
    ok = np.ones(shape[0], bool)
    ok[list(build.failed)] = False
    return PictureCache(build.pictures, ok, problems, in_memory)


def _array(temporary: Path | None, shape: tuple[int, ...]) -> Pixels:
    if temporary is None:
        return np.zeros(shape, np.uint8)
    mapped: Pixels = np.load(temporary, mmap_mode="r+")
    return mapped


def _decode_all(
    source: HasPictures,
    spec: InputSpec,
    build: _Build,
    workers: int | None,
    progress: Progress,
    control: Control | None,
) -> None:
    def work(i: int) -> None:
        path = source.root / source.paths[i]
        build.stats[i] = _stat(path)
        try:
            build.pictures[i] = load(path, spec)
        except PictureError as error:
            build.failed[i] = error
            if error.kind == "missing-file":
                build.stats[i] = (-1, 0)

    for_each(len(source.paths), work, "Reading the pictures", progress, control, workers)


def _put_in_place(build: _Build, temporary: Path, file: Path, in_memory: bool) -> None:
    if isinstance(build.pictures, np.memmap):
        build.pictures.flush()
    kept = np.array(build.pictures) if in_memory else None
    build.pictures = np.zeros(0, np.uint8)  # lets go of the file, as Windows wants
    with storage_errors(_DOING):
        os.replace(temporary, file)
    bad = {str(i): [e.kind, str(e)] for i, e in build.failed.items()}
    write_json(_sidecar(file), {"version": PIXELS_VERSION, "failed": bad}, _DOING)
    _prune(file.parent)
    build.pictures = np.load(file, mmap_mode="r") if kept is None else kept


def _open(
    file: Path, paths: list[str], shape: tuple[int, ...], in_memory: bool
) -> PictureCache | None:
    """A cache that is already there; None where there is none or it is damaged."""
    try:
        about = json.loads(_sidecar(file).read_bytes())
        failed = {int(i): PictureError(m, kind=k) for i, (k, m) in about["failed"].items()}
        pictures: Pixels = np.load(file, mmap_mode="r", allow_pickle=False)
        if pictures.shape != shape or pictures.dtype != np.uint8:
            return None
        if in_memory:
            pictures = np.array(pictures)
        ok = np.ones(shape[0], bool)
        ok[list(failed)] = False
        with suppress(OSError):
            os.utime(file)  # the ones used last are kept
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, EOFError):
        return None
    return PictureCache(pictures, ok, _problems(paths, failed), in_memory, from_disk=True)


def _problems(paths: list[str], failed: dict[int, PictureError]) -> list[Problem]:
    return [Problem(failed[i].kind, paths[i], str(failed[i])) for i in sorted(failed)]


def _all_stats(source: HasPictures, control: Control | None) -> list[tuple[int, int]]:
    stats = []
    for i, path in enumerate(source.paths):
        if control is not None and i % 256 == 0:
            control.checkpoint()
        stats.append(_stat(source.root / path))
    return stats


def _stat(path: Path) -> tuple[int, int]:
    try:
        return stat_of(path)
    except (OSError, ValueError):
        return (-1, 0)


def _key(paths: list[str], stats: list[tuple[int, int]], spec: InputSpec) -> str:
    digest = hashlib.sha256(f"{PIXELS_VERSION} {spec.model_dump_json()}".encode())
    for path, (size, changed) in zip(paths, stats, strict=True):
        digest.update(f"{path}\0{size} {changed}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _sidecar(file: Path) -> Path:
    return file.with_suffix(".json")


def _check_space(folder: Path, shape: tuple[int, ...]) -> None:
    needed = int(np.prod(shape, dtype=np.int64))
    with storage_errors(_DOING):
        free = shutil.disk_usage(folder).free
    if needed > free:
        raise StorageError(
            f"The disk is too full: the decoded pictures need {needed / 1e9:.1f} GB, "
            f"{free / 1e9:.1f} GB are free.",
            "Free some space, or choose a smaller input size.",
        )


def _reserve(folder: Path, shape: tuple[int, ...]) -> Path:
    """An array file whose space is really taken: writing to a mapped file on a full disk would
    end the whole process."""
    with storage_errors(_DOING):
        handle, name = tempfile.mkstemp(prefix=".new-", suffix=".npy", dir=folder)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
                _fill(file, int(np.prod(shape, dtype=np.int64)))
        except BaseException:
            _remove(temporary)
            raise
    return temporary


def _fill(file: IO[bytes], count: int) -> None:
    file.flush()
    if hasattr(os, "posix_fallocate"):
        if count:
            os.posix_fallocate(file.fileno(), file.tell(), count)
        return
    zeros = bytes(1 << 20)
    while count > 0:
        count -= file.write(zeros[: min(count, len(zeros))])


def _prune(folder: Path) -> None:
    """Remove caches that were not used for longest, and what a killed process left behind."""
    with suppress(OSError):
        files = sorted(folder.glob("pictures-*.npy"), key=lambda f: f.stat().st_mtime)
        for file in files[:-_KEPT]:
            _remove(file)
            _remove(_sidecar(file))
        day_ago = time.time() - 86_400
        for file in folder.glob(".new-*"):
            if file.stat().st_mtime < day_ago:
                _remove(file)


def _remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink()
