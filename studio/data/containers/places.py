"""Where the files of a data set lie when a folder, or one of its files, was dropped."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from studio.data.names import is_hidden

_MOST_FILES = 2000  # a folder of containers has few; one of pictures is left quickly
_DEEPEST = 2  # MNIST/raw, or cifar-10-python/cifar-10-batches-py


def find_files(path: Path, is_wanted: Callable[[Path], bool]) -> tuple[Path, list[Path]]:
    """The folder and its wanted files, sorted by name; no files where there are none.

    A folder without any that has one sub-folder alone is entered, as unpacked downloads are.
    For a file, its folder is searched; the file itself must be wanted.
    """
    if not path.is_dir():
        return (path.parent, _listed(path.parent, is_wanted)) if is_wanted(path) else (path, [])
    folder = path
    for _ in range(_DEEPEST + 1):
        if found := _listed(folder, is_wanted):
            return folder, found
        inner = only_folder(folder)
        if inner is None:
            break
        folder = inner
    return path, []


def only_folder(folder: Path) -> Path | None:
    """The one sub-folder that is not hidden; None where there is none or several."""
    found: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number > _MOST_FILES:
                    return None
                if not is_hidden(entry.name) and entry.is_dir(follow_symlinks=False):
                    found.append(Path(entry.path))
    except OSError:
        return None
    return found[0] if len(found) == 1 else None


def _listed(folder: Path, is_wanted: Callable[[Path], bool]) -> list[Path]:
    found: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number > _MOST_FILES:
                    return []
                if not is_hidden(entry.name) and entry.is_file():
                    found.append(Path(entry.path))
    except OSError:
        return []
    return sorted(filter(is_wanted, found))
