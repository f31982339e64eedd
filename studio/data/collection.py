"""A data set that the studio makes: a folder with one sub-folder a class, filled by copying.

::

    <root>/
      .classifier-studio/collection.json   says that the studio made it
      .classifier-studio/removed/<n>/…     what was taken back; it may come again
      fern/…  moss/…                       the classes; an empty folder is a class, too
      a.jpg                                directly here: no class yet

Files are copied, never moved, and never replace others. Taking back what was added moves the
copies aside inside the data set, so that it can be done again; the person's own files are not
touched by either.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError, InputError, PictureError, StorageError
from studio.core.files import storage_errors, write_json
from studio.core.paths import display_name
from studio.data.copying import Added, Copier, expanded
from studio.data.file_names import FreeNames, folded, safe_name
from studio.data.names import is_hidden

__all__ = [
    "Added", "add_array", "add_class", "add_files", "class_folder", "create", "is_collection",
    "put_back", "take_out",
]  # fmt: skip

OWN_FOLDER = ".classifier-studio"
MARKER = f"{OWN_FOLDER}/collection.json"
_REMOVED = f"{OWN_FOLDER}/removed"


def create(root: Path, classes: Iterable[str] = ()) -> None:
    """Make an empty data set with these classes.

    Raises:
        DatasetError: the folder holds something already.
        StorageError: it cannot be made.
    """
    with storage_errors("making the data set"):
        root.mkdir(parents=True, exist_ok=True)
        if any(not entry.name.startswith(".") for entry in os.scandir(root)):
            raise DatasetError(
                f"“{display_name(root.name)}” is not empty.",
                "Choose another folder, or open this one as it is.",
            )
        (root / OWN_FOLDER).mkdir(exist_ok=True)
    write_json(root / MARKER, {"made_by": "Classifier Studio", "version": 1}, "making the data set")
    for name in classes:
        add_class(root, name)


def is_collection(root: Path) -> bool:
    """Whether the studio made this data set."""
    return os.path.isfile(root / MARKER)  # False, too, where the folder may not be read


def add_class(root: Path, name: str) -> str:
    """Make the folder of a class where it is not there yet; returns its relative path.

    Raises:
        InputError: the name has no letter.
        StorageError: the folder cannot be made.
    """
    if not name.strip():
        raise InputError("A class needs a name.", "Write one with at least one letter.")
    return _made(root, class_folder(root, name))


def class_folder(root: Path, name: str, inside: str = "") -> str:
    """Relative path of the folder for a class: the one that is there, else a safe, free name.

    Args:
        inside: the folder that holds the classes, such as ``train``; the root where empty.
    """
    wanted = safe_name(name)
    taken = []
    with suppress(OSError), os.scandir(root / inside) as entries:
        for entry in entries:
            if folded(entry.name) == folded(wanted) and entry.is_dir():
                return f"{inside}/{entry.name}" if inside else entry.name
            taken.append(entry.name)
    free = FreeNames(taken).take(wanted)
    return f"{inside}/{free}" if inside else free


def add_files(
    root: Path,
    folder: str,
    sources: Sequence[str | Path],
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Added:
    """Copy pictures, and those inside folders, into one folder of a data set.

    A picture whose bytes are in the folder already is only counted. What is no picture is
    refused with its reason. A stop or a full disk keeps what is complete until then.

    Args:
        folder: relative POSIX path below the root, made where it is missing; empty for the root.

    Raises:
        DatasetError: the folder is a link, hidden, or not inside the root.
        StorageError: the folder cannot be made or listed.
    """
    copier = Copier(root, _made(root, folder))
    files, refused = expanded(sources, control)
    for number, source in enumerate(files):
        progress(number, len(files), f"{number:,} of {len(files):,} pictures")
        if control is not None:
            control.wait_while_paused()
            if control.cancelled:
                return replace(copier.added(refused), stopped=True)
        try:
            copier.take_file(source)
        except PictureError as error:
            refused.append((source.name, error.message))
        except StorageError as error:
            return replace(copier.added(refused), error=error)
    progress(len(files), len(files), f"{len(files):,} pictures")
    return copier.added(refused)


def add_array(
    root: Path, folder: str, pixels: NDArray[Any], when: datetime | None = None, ending: str = "png"
) -> Added:
    """Write one picture of a camera or the clipboard; its name is the time.

    Args:
        pixels: ``(height, width, 3) uint8`` RGB.
        ending: ``png``, which keeps every value, or ``jpg`` (quality 95).

    Raises:
        StorageError: it cannot be encoded or written.
        DatasetError: as of :func:`add_files`.
    """
    from studio.data.opencv import cv2

    options = [cv2.IMWRITE_JPEG_QUALITY, 95] if ending == "jpg" else []
    done, content = cv2.imencode(f".{ending}", np.ascontiguousarray(pixels[..., ::-1]), options)
    if not done:
        raise StorageError("A picture could not be encoded.", "Try again.")
    stamp = (when or datetime.now()).strftime("%Y-%m-%d %H.%M.%S.%f")[:-3]
    copier = Copier(root, _made(root, folder))
    copier.take_bytes(content.tobytes(), f"{stamp}.{ending}")
    return copier.added([])


def take_out(root: Path, paths: Sequence[str]) -> str:
    """Move pictures that were added aside; returns the name under which they wait.

    Those that are gone are passed over. Raises StorageError; what moved until then waits.
    """
    name = uuid.uuid4().hex[:12]
    _move_all(root, [(p, f"{_REMOVED}/{name}/{p}") for p in paths])
    return name


def put_back(root: Path, name: str, paths: Sequence[str]) -> None:
    """Bring back what :func:`take_out` moved aside. Raises StorageError."""
    _move_all(root, [(f"{_REMOVED}/{name}/{p}", p) for p in paths])
    for place, _, _ in os.walk(root / _REMOVED / name, topdown=False):
        with suppress(OSError):
            os.rmdir(place)


def _move_all(root: Path, moves: list[tuple[str, str]]) -> None:
    with storage_errors("moving pictures aside"):
        for old, new in moves:
            source, target = root / old, root / new
            if not source.is_file():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():  # somebody took the name in between
                names = FreeNames(entry.name for entry in os.scandir(target.parent))
                target = target.with_name(names.take(target.name))
            os.rename(source, target)


def _made(root: Path, folder: str) -> str:
    """Make a folder below the root, part by part; links and ways out are refused."""
    here = root
    for part in PurePosixPath(folder).parts:
        if part in ("..", "/") or is_hidden(part) or "\0" in part:
            raise DatasetError(
                f"“{display_name(folder)}” is no folder of this data set.", "Choose a class of it."
            )
        here = here / part
        if os.path.islink(here):
            raise DatasetError(
                f"“{display_name(part)}” is a link to another place, so nothing is copied into it.",
                "Copy the pictures there yourself, or choose another class.",
            )
        with storage_errors(f"making the folder “{display_name(part)}”"):
            here.mkdir(exist_ok=True)
    return folder
