"""Which files of a folder may be tables, and a first look at the pictures beside them."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.names import is_hidden, is_picture_name
from studio.data.tables.match import leads_outside
from studio.data.tables.options import TableOptions, names_in
from studio.data.tables.sources import JSON_ENDINGS, TEXT_ENDINGS
from studio.data.walk import Pictures, is_folder

_FOLDERS = frozenset(
    ["annotations", "annotation", "labels", "label", "csv", "csvs", "meta", "metadata", "tables"]
)
"""Sub-folders in which tables are looked for, where none lies at the top."""
_MOST_TABLES = 50
_MOST_NAMES = 50_000
_MOST_FOLDERS = 200
_NO_LABELS = ("submission", "readme", "license", "licence", "requirements", "classes", "synset",
              "class-descriptions", "class_descriptions", "words")  # fmt: skip


def table_files(path: Path, options: TableOptions) -> tuple[Path, list[Path]]:
    """The folder of a data set and the files in it that may be tables.

    Raises:
        DatasetError: an option names a table that is not there, or one outside.
    """
    if os.path.isfile(path):
        return path.parent, [path] if _may_be_table(path.name) or options.table else []
    if options.table:
        return path, [_named(path, name) for name in names_in(options.table)]
    found = _tables_in(path)
    if not found:
        for folder in _sub_folders(path):
            if folder.name.lower() in _FOLDERS:
                found += _tables_in(folder)
    return path, found[:_MOST_TABLES]


def _named(root: Path, name: str) -> Path:
    if leads_outside(name):
        raise DatasetError(
            f"The table “{display_name(name)}” would lie outside the data set.",
            "Name a file inside the folder.",
        )
    if not os.path.isfile(root / name):
        raise DatasetError(
            f"There is no table “{display_name(name)}” in “{display_name(root.name)}”.",
            "Check its name.",
        )
    return root / name


def _may_be_table(name: str) -> bool:
    ending = os.path.splitext(name)[1].lower()
    return ending in TEXT_ENDINGS | JSON_ENDINGS and not is_hidden(name)


def _tables_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if _may_be_table(e.name) and _is_file(e)]
    except OSError:
        return []
    names = [n for n in names if not any(w in n.lower() for w in _NO_LABELS)]
    return [folder / n for n in sorted(names)]


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def _sub_folders(path: Path) -> list[Path]:
    try:
        with os.scandir(path) as entries:
            return [Path(e.path) for e in entries if is_folder(e) and not is_hidden(e.name)]
    except OSError:
        return []


def glance(root: Path) -> Pictures:
    """Names of pictures in two levels of folders, up to a bound; sizes are not asked for."""
    found = Pictures()
    waiting = [("", 0)]
    while waiting and len(found.paths) < _MOST_NAMES:
        relative, depth = waiting.pop(0)
        try:
            with os.scandir(root / relative) as entries:
                for entry in islice(entries, _MOST_NAMES):
                    name = f"{relative}/{entry.name}" if relative else entry.name
                    if is_hidden(entry.name):
                        continue
                    if is_picture_name(entry.name):
                        found.paths.append(name)
                    elif depth < 2 and len(waiting) < _MOST_FOLDERS and is_folder(entry):
                        waiting.append((name, depth + 1))
        except OSError:
            continue
    found.sizes = [0] * len(found.paths)
    return found
