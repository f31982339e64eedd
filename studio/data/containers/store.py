"""The containers that are open: a few at a time, shared by all threads."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections import OrderedDict
from functools import cache
from pathlib import Path

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container
from studio.data.containers.mistakes import reading

MAX_OPEN = 24
"""Files that stay open; CIFAR-10 has six, MNIST four."""

MAX_HELD = 1 << 30
"""Bytes that open containers may hold in memory together; the one in use always stays."""

_HEAD = 600  # HDF5 of MATLAB begins at byte 512

_Key = tuple[str, int, int]


class _Store:
    def __init__(self) -> None:
        self._open: OrderedDict[_Key, Container] = OrderedDict()
        self._lock = threading.Lock()
        self._opening: dict[_Key, threading.Lock] = {}

    def get(self, file: Path) -> Container:
        key = _key(file)
        with self._lock:
            if (found := self._open.get(key)) is not None:
                self._open.move_to_end(key)
                return found
            opening = self._opening.setdefault(key, threading.Lock())
        with opening:  # so that two threads do not unpack the same file
            with self._lock:
                if (found := self._open.get(key)) is not None:
                    return found
            try:
                made = make(file)
            finally:
                with self._lock:
                    self._opening.pop(key, None)
            with self._lock:
                self._open[key] = made
                self._trim()
            return made

    def _trim(self) -> None:
        # What is let go of is closed when the last thread that reads from it is done.
        while len(self._open) > 1 and (
            len(self._open) > MAX_OPEN or sum(c.held for c in self._open.values()) > MAX_HELD
        ):
            self._open.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._open.clear()


_STORE = _Store()


def open_container(file: Path) -> Container:
    """The container in a file, opened once for all; a changed file is opened anew.

    Raises:
        PictureError: it is missing, damaged, of no known kind or not safe to read.
    """
    return _STORE.get(file)


def close_containers() -> None:
    """Let go of all files, so that they can be moved or deleted on Windows."""
    _STORE.clear()


def container_kind(file: Path) -> type[Container] | None:
    """The kind of a file by its name and first bytes; None where it is no container."""
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            return None
        with open(file, "rb") as opened:
            head = opened.read(_HEAD)
    except (OSError, ValueError):
        return None
    return next((kind for kind in _kinds() if kind.fits(file, head)), None)


def make(file: Path) -> Container:
    """Open a container that nobody else uses. Raises PictureError."""
    kind = container_kind(file)
    if kind is None:
        raise PictureError(
            f"“{display_name(file.name)}” is no file of pictures that the studio knows."
        )
    with reading(file):
        return kind(file)


def _key(file: Path) -> _Key:
    try:
        found = os.stat(file)
    except (OSError, ValueError) as error:
        is_gone = getattr(error, "errno", None) in (errno.ENOENT, errno.ENOTDIR)
        words = "is no longer there" if is_gone else "cannot be read"
        raise PictureError(
            f"The file “{display_name(file.name)}” {words}.",
            "Put it back, or open the data set again.", repr(error),
            "missing-file" if is_gone else "unreadable",
        ) from error  # fmt: skip
    if not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for ever
        raise PictureError(f"“{display_name(file.name)}” is not a file of the disk.")
    if found.st_size == 0:
        raise PictureError(
            f"The file “{display_name(file.name)}” is empty.", "Copy it again.", kind="empty"
        )
    return os.fspath(file), found.st_size, found.st_mtime_ns


@cache
def _kinds() -> tuple[type[Container], ...]:
    """All kinds, those with a signature of their own first."""
    from studio.data.containers.cifar_binary import CifarBinary
    from studio.data.containers.cifar_python import CifarPython
    from studio.data.containers.csv_pixels import CsvPixels
    from studio.data.containers.hdf5 import Hdf5
    from studio.data.containers.idx import Idx
    from studio.data.containers.json_bands import JsonBands
    from studio.data.containers.mat import Mat5
    from studio.data.containers.npz import Npy, Npz

    return (Hdf5, Mat5, Npz, Npy, Idx, CifarBinary, CifarPython, JsonBands, CsvPixels)
