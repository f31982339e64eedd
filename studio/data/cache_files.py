"""The files of decoded pictures: their names, what is in them, and room for new ones."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from studio.core.control import Control
from studio.core.errors import PictureError
from studio.core.files import storage_errors
from studio.core.input import InputSpec
from studio.data.decoding import Pixels
from studio.data.members import stat_of
from studio.data.pixels import PIXELS_VERSION

DOING = "keeping the decoded pictures"
_KEPT = 3  # caches that stay in a folder: other sizes of the same pictures

Stat = tuple[int, int]
"""Bytes and time of change (ns) of a picture; −1 and 0 where it is missing."""


class HasPictures(Protocol):
    """A data set, or the list of pictures of a run."""

    @property
    def root(self) -> Path: ...

    @property
    def paths(self) -> list[str]: ...


@dataclass
class Found:
    """What an earlier training left: the first rows, and what could not be read of all."""

    pictures: Pixels | None
    failed: dict[int, PictureError]

    @property
    def rows(self) -> int:
        return 0 if self.pictures is None else len(self.pictures)


def open_found(file: Path, shape: tuple[int, ...]) -> Found | None:
    """A cache that is already there; None where there is none or it is damaged."""
    try:
        about = json.loads(sidecar(file).read_bytes())
        failed = {int(i): PictureError(m, kind=k) for i, (k, m) in about["failed"].items()}
        rows = about["kept"]
        if not all(0 <= i < shape[0] for i in failed) or not isinstance(rows, int):
            return None
        with suppress(OSError):
            os.utime(sidecar(file))  # the ones used last are kept
        if rows == 0:
            return Found(None, failed)
        pictures: Pixels = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, EOFError, RecursionError):
        return None
    is_right = pictures.dtype == np.uint8 and pictures.shape == (rows, *shape[1:])
    return Found(pictures, failed) if is_right and rows <= shape[0] else None


def all_stats(source: HasPictures, control: Control | None) -> list[Stat]:
    stats = []
    for i, path in enumerate(source.paths):
        if control is not None and i % 256 == 0:
            control.checkpoint()
        stats.append(stat(source.root / path))
    return stats


def stat(path: Path) -> Stat:
    try:
        return stat_of(path)
    except (OSError, ValueError):
        return (-1, 0)


def key_of(paths: list[str], stats: list[Stat], spec: InputSpec) -> str:
    digest = hashlib.sha256(f"{PIXELS_VERSION} {spec.model_dump_json()}".encode())
    for path, (size, changed) in zip(paths, stats, strict=True):
        digest.update(f"{path}\0{size} {changed}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def sidecar(file: Path) -> Path:
    return file.with_suffix(".json")


def reserve(folder: Path, shape: tuple[int, ...]) -> Path:
    """An array file whose space is really taken: writing to a mapped file on a full disk would
    end the whole process."""
    with storage_errors(DOING):
        handle, name = tempfile.mkstemp(prefix=".new-", suffix=".npy", dir=folder)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
                _fill(file, int(np.prod(shape, dtype=np.int64)))
        except BaseException:
            remove(temporary)
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


def prune(folder: Path, used: Path, room: int) -> None:
    """Remove caches that were not used for longest, and what a killed process left behind.

    Args:
        used: the file that is about to be made or was, which stays.
        room: bytes that all others may take.
    """
    with suppress(OSError):
        used_at: dict[Path, float] = {}
        for file in folder.glob("pictures-*"):
            whole = file.with_suffix(".npy")
            used_at[whole] = max(used_at.get(whole, 0.0), file.stat().st_mtime)
        used_at.pop(used, None)
        for place, file in enumerate(sorted(used_at, key=used_at.__getitem__, reverse=True)):
            room -= file.stat().st_size if file.exists() else 0
            if place >= _KEPT - 1 or room < 0:
                remove(file)
                remove(sidecar(file))
        day_ago = time.time() - 86_400
        for file in folder.glob(".new-*"):
            if file.stat().st_mtime < day_ago:
                remove(file)


def remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink()
