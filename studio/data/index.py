"""Opening a data set: which format it is, which pictures it has. Decodes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError, SpecError
from studio.core.paths import display_name
from studio.data.archives import is_archive, unpacked
from studio.data.dataset import Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat, make_format
from studio.data.known_index import known_index, remember_index
from studio.data.names import is_data_name, is_picture_name
from studio.data.tables.options import column_options
from studio.data.walk import Pictures, Walker, folder_error

__all__ = ["Choice", "choose", "find_pictures", "is_picture_name", "open_dataset", "recognise"]


def open_dataset(
    path: Path | str,
    format: str | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
    options: Mapping[str, str] | None = None,
) -> Dataset:
    """Index a data set by file names, sizes and tables alone.

    Args:
        path: the folder, or a file for formats that are one file.
        format: a kind of ``FORMATS``; recognised by itself where left out.
        options: names and values, as text, of the format's own options.

    Raises:
        DatasetError: nothing usable is there; the message says why and what to do.
        SpecError: there is no such format, or an option is unknown or refused.
        Cancelled: asked for; takes effect within 50 ms.
    """
    if control is not None:
        control.checkpoint()
    root = _content(path, progress, control)
    given = dict(options or {})
    dataset = known_index(root, format or "", given, progress, control)
    if dataset is None:
        dataset = _read(root, format or "", given, progress, control)
    place = Path(os.path.abspath(path))
    return replace(dataset, source=place if place != dataset.root else None, options=given)


def _read(
    root: Path,
    format: str,
    options: Mapping[str, str],
    progress: Progress,
    control: Control | None,
) -> Dataset:
    reader = make_format(format or recognise(root)[0], options)
    _can_be_read(root)
    dataset = reader.read(root, progress, control)
    if reader.witness is not None:
        remember_index(dataset, reader.witness, format, options)
    return dataset


@dataclass(frozen=True)
class Choice:
    """How a data set is to be opened, and why.

    Attributes:
        kind: the format.
        reason: in words; empty where a person chose the format and nothing speaks for it.
        options: names and values, as text, for ``open_dataset``.
    """

    kind: str
    reason: str
    options: dict[str, str]


def choose(
    path: Path | str,
    format: str | None = None,
    columns: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Choice:
    """What the words of the command line mean.

    Args:
        columns: ``role=name``, such as ``label=breed``; they speak of a table.
        options: ``name=value`` of the format's own options.

    Raises:
        SpecError: a word is not understood.
        DatasetError: no format was named and none fits.
    """
    root = _content(path)
    given = {**column_options(columns), **_pairs(options)}
    kind, reason = format or "", ""
    if not kind and columns:
        kind = "table"
    if not kind:
        kind, reason = recognise(root)
    reader = make_format(kind, given)
    if given or not reason:
        _can_be_read(root)
        reason = reader.recognise(root)
    return Choice(kind, reason, given)


def _pairs(options: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in options:
        name, equals, text = word.partition("=")
        if not equals or not name.strip():
            raise SpecError(
                f"“{display_name(word)}” sets no option.", "Write it as --option separator=tab"
            )
        found[name.strip()] = text
    return found


def recognise(path: Path | str) -> tuple[str, str]:
    """The kind of a data set and the reason, in words.

    Raises:
        DatasetError: no format fits; the message says what to change.
    """
    root = _content(path)
    by_rank: list[type[DatasetFormat]] = sorted(FORMATS, key=lambda f: -f.rank)
    for choice in by_rank:
        if reason := choice().recognise(root):
            return choice.kind, reason
    _can_be_read(root)
    if os.path.isdir(root):
        # The plain folder's reader knows best what is missing; it raises for one without any.
        FORMATS.get("folder")().read(root, no_progress, None)
        raise DatasetError(f"“{display_name(root.name)}” is no data set that the studio knows.")
    raise _unknown_file(root)


def _content(
    path: Path | str, progress: Progress = no_progress, control: Control | None = None
) -> Path:
    """The data set itself; that of an archive is unpacked into the cache at first."""
    root = Path(os.path.abspath(path))
    return unpacked(root, progress, control) if is_archive(root) else root


def _can_be_read(root: Path) -> None:
    try:
        if os.path.isdir(root):
            os.scandir(root).close()
        else:
            os.stat(root)
    except OSError as error:
        raise folder_error(root, error) from error


def _unknown_file(root: Path) -> DatasetError:
    name = display_name(root.name)
    if is_picture_name(root.name):
        return DatasetError(
            f"“{name}” is one picture, not a data set.",
            "Choose the folder that holds one sub-folder for each class.",
        )
    return DatasetError(
        f"“{name}” is a file that is no data set the studio knows.",
        "Choose the folder of the pictures, a table that names them and their classes, or name "
        "the format with --format.",
    )


def find_pictures(
    paths: Iterable[Path | str],
    control: Control | None = None,
    format: str = "",
    options: Mapping[str, str] | None = None,
) -> list[Path]:
    """The pictures themselves, and all those of folders, tables, archives and files of arrays.

    What is no picture inside a folder is left out without a word: a person who drops a folder
    means its pictures. A file named by itself is always kept, so that its error is shown.

    Args:
        format, options: how to open every path as a data set, as for :func:`open_dataset`;
            where both are left out, each is taken for what it is.

    Raises:
        DatasetError, SpecError: a path is no data set of that format.
        Cancelled: asked for.
    """
    found: list[Path] = []
    for path in paths:
        if format or options:
            dataset = open_dataset(path, format or None, control=control, options=options)
            found += [dataset.root / p for p in dataset.paths]
        elif os.path.isdir(path):
            found += _in_folder(Path(path), control) or _in_dataset(Path(path), control)
        elif is_picture_name(os.path.basename(path)):
            found.append(Path(path))
        else:
            found += _in_dataset(Path(path), control) or [Path(path)]
    return found


def _in_folder(path: Path, control: Control | None) -> list[Path]:
    """Every picture in a folder and those below."""
    walker, pictures = Walker(path, control=control, strict=False), Pictures()
    walker.collect("", pictures)
    walker.follow_links()
    pictures.sort()
    return [path / p for p in pictures.paths]


def _in_dataset(path: Path, control: Control | None) -> list[Path]:
    """Every picture that a table names, or that lies inside an archive or a file of arrays."""
    if not os.path.isdir(path) and not is_data_name(path.name):
        return []
    try:
        dataset = open_dataset(path, control=control)
    except DatasetError:
        return []  # the file itself is kept, and its error is shown
    # A file of arrays may belong to others, with pictures that were not asked for.
    inside = [p for p in dataset.paths if p.startswith(f"{path.name}/@")]
    return [dataset.root / p for p in inside or dataset.paths]
