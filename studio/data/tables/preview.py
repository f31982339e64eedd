"""What a table looks like and what its columns were taken for, for a person to correct."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from studio.core.errors import DatasetError, SpecError, StudioError
from studio.core.paths import display_name
from studio.data.tables.find import glance, table_files
from studio.data.tables.match import PictureIndex, leads_outside
from studio.data.tables.options import NO_COLUMN, TableOptions, joined
from studio.data.tables.plan import Plan, Table, make_plan
from studio.data.tables.roles import Roles, guess_roles
from studio.data.tables.sources import Source, open_source

ROWS = 10
_LONGEST = 200
"""Characters of a cell that are shown."""
_WITH_PICTURE = 7
_SEEN = 3_000
"""Rows that are looked at to tell what a column is for."""


@dataclass(frozen=True)
class Preview:
    """The first rows of a table with the guess.

    Attributes:
        table: the file's name.
        tables: all files that may be tables, relative to the data set.
        columns: headings.
        rows: up to ten rows, each with one cell for each column, as text to show.
        roles: for each column ``file``, ``label``, ``split``, ``group``,
            ``certainty`` or ``""``.
        options: the options given, with every guess filled in.
        matched: share of the first rows whose picture is there, 0 to 1.
        reason: the guess as a sentence; empty where there is none, then see ``problem``.
        problem: what is in the way, a sentence with a hint; empty where nothing is.
        place: the table, relative to the data set, as the option names it.
        pictures: for each row the picture that it names, relative to the data set; ``""`` where
            none is there.
    """

    table: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    roles: tuple[str, ...]
    options: TableOptions
    matched: float
    reason: str
    problem: str
    place: str = ""
    pictures: tuple[str, ...] = ()


def preview(path: Path | str, options: TableOptions | None = None) -> Preview:
    """Look at a table, or at the tables of a folder; reads no more than their beginning.

    Wrong options are no error: the rows are shown all the same and ``problem`` says what is wrong.

    Raises:
        DatasetError: there is no table that can be read at all.
    """
    given = options or TableOptions()
    place = Path(os.path.abspath(path))
    root, files = table_files(place, given)
    if not files:
        raise DatasetError(
            f"There is no table in “{display_name(root.name)}”.",
            "Choose a folder with a CSV, TSV, TXT or JSON file, or the file itself.",
        )
    names = tuple(os.path.relpath(f, root).replace(os.sep, "/") for f in files)
    pictures = glance(root)
    try:
        plan = make_plan(place, pictures, given, strict=True)
    except StudioError as error:
        index = _index(pictures.paths, given)
        return _without_guess(files, names, given, index, error)
    table = next(t for t in plan.tables if t.roles.works)
    columns, file = table.source.columns, table.roles.file
    rows = _rows(table.source, _finder(plan.index), file)
    return Preview(
        table.source.path.name, names, tuple(columns), _cut(rows),
        _words(columns, table.roles, given), _filled(plan, table, given), table.roles.matched,
        plan.reason, "", "",
        _pictures(rows, file, plan.index),
    )  # fmt: skip


def _index(paths: Sequence[str], given: TableOptions) -> PictureIndex:
    return PictureIndex(paths, bases=[] if leads_outside(given.folder) else [given.folder])


def _without_guess(
    files: Sequence[Path], names: tuple[str, ...], given: TableOptions, index: PictureIndex,
    error: StudioError,
) -> Preview:  # fmt: skip
    """The rows, and as many roles as are known; raises what went wrong where none can be read."""
    for file in sorted(files, key=lambda f: f.suffix.lower() == ".txt"):  # mostly notes
        try:
            source = open_source(file, given, index.knows)
            roles = _some_roles(source, given, index)
            rows = _rows(source, _finder(index), roles.file)
        except (DatasetError, SpecError):
            continue
        if isinstance(error, DatasetError):
            error = _in_the_way(file.name, source.columns, roles, index, error)
        return Preview(
            file.name, names, tuple(source.columns), _cut(rows),
            _words(source.columns, roles, given), given, roles.matched, "", str(error),
            joined([names[files.index(file)]]), _pictures(rows, roles.file, index),
        )  # fmt: skip
    raise error


def _finder(index: PictureIndex) -> Callable[[str], bool]:
    return lambda cell: index.find(cell) >= 0


def _some_roles(source: Source, given: TableOptions, index: PictureIndex) -> Roles:
    sample = [row for _, row in islice(source.rows(), _SEEN)]
    try:
        return guess_roles(source.columns, sample, _finder(index), given)
    except SpecError:
        return Roles()


def _in_the_way(
    table: str, columns: Sequence[str], roles: Roles, index: PictureIndex, error: DatasetError
) -> DatasetError:
    """What is missing, where a column could be chosen to put it right."""
    name = display_name(table)
    if not len(index):
        return error
    if roles.file < 0:
        return DatasetError(
            f"No column of “{name}” seems to name pictures.",
            "Choose the one with the names of the files.",
        )
    if not roles.matched:
        return DatasetError(
            f"None of the pictures that column “{display_name(columns[roles.file])}” names is "
            "there.",
            "Choose another column, or say in which folder the pictures lie.",
        )
    if not roles.labels:
        return DatasetError(
            f"No column of “{name}” seems to hold classes.", "Choose the one that does."
        )
    return error


def _pictures(rows: Sequence[list[str]], file: int, index: PictureIndex) -> tuple[str, ...]:
    if file < 0:
        return ("",) * len(rows)
    found = [index.find(row[file]) if file < len(row) else -1 for row in rows]
    return tuple(index.paths[i] if i >= 0 else "" for i in found)


def _rows(source: Source, knows: Callable[[str], bool], file: int = -1) -> list[list[str]]:
    """The first rows, each with one cell for each column.

    Where few of them have their picture, rows further down that have it take the places of some.
    """
    width = len(source.columns)
    rows = [row for _, row in islice(source.rows(), max(ROWS, min(_SEEN, 500_000 // width)))]
    here = [0 <= file < len(row) and knows(row[file]) for row in rows]
    chosen = list(range(min(ROWS, len(rows))))
    if sum(here[:ROWS]) < _WITH_PICTURE:
        with_one = [i for i, there in enumerate(here) if there][:_WITH_PICTURE]
        without = [i for i, there in enumerate(here) if not there]
        chosen = sorted(with_one + without[: ROWS - len(with_one)])
    return [[rows[i][c] if c < len(rows[i]) else "" for c in range(width)] for i in chosen]


def _cut(rows: Sequence[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(_shown, row)) for row in rows)


def _shown(cell: str) -> str:
    text = display_name(cell)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _words(columns: Sequence[str], roles: Roles, given: TableOptions) -> tuple[str, ...]:
    words = dict.fromkeys(roles.groups[:1] if given.group_column else (), "group")
    words |= {roles.file: "file", roles.split: "split", roles.certainty: "certainty"}
    words.update(dict.fromkeys(roles.labels, "label"))
    return tuple(words.get(i, "") for i in range(len(columns)))


def _filled(plan: Plan, table: Table, given: TableOptions) -> TableOptions:
    """The options with which opening would do what was guessed."""
    columns, roles = table.source.columns, table.roles
    between = roles.list_separators[0] if roles.list_separators else ""
    known = ("comma", "semicolon", "tab", "bar", "space")
    labelled = [t.source.path for t in plan.tables]
    no_split = NO_COLUMN if given.split_column == NO_COLUMN else ""
    return given.changed(
        table=joined(os.path.relpath(p, plan.root).replace(os.sep, "/") for p in labelled),
        file_column=columns[roles.file],
        label_columns=joined(columns[i] for i in roles.labels),
        label_kind=roles.kind,
        list_separator=between if between in known else "auto",
        split_column=columns[roles.split] if roles.split >= 0 else no_split,
        separator=table.source.separator or "auto",
        header="yes" if table.source.has_header else "no",
        encoding=table.source.encoding or "auto",
    )
