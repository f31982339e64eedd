"""Opening a data set: which format it is, which pictures it has. Decodes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.names import is_picture_name
from studio.data.walk import Pictures, Walker, folder_error

__all__ = ["find_pictures", "is_picture_name", "open_dataset", "recognise"]


def open_dataset(
    path: Path | str,
    format: str | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Dataset:
    """Index a data set by file names and sizes alone.

    Args:
        path: the folder, or a file for formats that are one file.
        format: a kind of ``FORMATS``; recognised by itself where left out.

    Raises:
        DatasetError: nothing usable is there; the message says why and what to do.
        SpecError: there is no such format.
        Cancelled: asked for; takes effect within 50 ms.
    """
    root = Path(os.path.abspath(path))
    if control is not None:
        control.checkpoint()
    kind = format or recognise(root)[0]
    reader = FORMATS.get(kind)()
    _listing_works(root)
    return reader.read(root, progress, control)


def recognise(path: Path | str) -> tuple[str, str]:
    """The kind of a data set and the reason, in words.

    Raises:
        DatasetError: no format fits; the message says what to change.
    """
    root = Path(os.path.abspath(path))
    by_rank: list[type[DatasetFormat]] = sorted(FORMATS, key=lambda f: -f.rank)
    for choice in by_rank:
        if reason := choice().recognise(root):
            return choice.kind, reason
    _listing_works(root)
    # The plain folder's reader knows best what is missing; it raises for a folder without any.
    FORMATS.get("folder")().read(root, no_progress, None)
    raise DatasetError(f"“{display_name(root.name)}” is no data set that the studio knows.")


def _listing_works(root: Path) -> None:
    try:
        os.scandir(root).close()
    except OSError as error:
        if not isinstance(error, NotADirectoryError):
            raise folder_error(root, error) from error
        if is_picture_name(root.name):
            raise DatasetError(
                f"“{display_name(root.name)}” is one picture, not a data set.",
                "Choose the folder that holds one sub-folder for each class.",
            ) from error
        raise folder_error(root, error) from error


def find_pictures(paths: Iterable[Path | str], control: Control | None = None) -> list[Path]:
    """The files themselves, and every picture below those that are folders, in order.

    What is no picture inside a folder is left out without a word: a person who drops a folder
    means its pictures. A file named by itself is always kept, so that its error is shown.

    Raises:
        Cancelled: asked for.
    """
    found: list[Path] = []
    for path in paths:
        if not os.path.isdir(path):
            found.append(Path(path))
            continue
        walker, pictures = Walker(Path(path), control=control, strict=False), Pictures()
        walker.collect("", pictures)
        walker.follow_links()
        pictures.sort()
        found += [Path(path) / p for p in pictures.paths]
    return found
