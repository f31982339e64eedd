"""What a table looks like and what its columns were taken for, for a person to correct."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from studio.core.errors import DatasetError, SpecError, StudioError
from studio.core.paths import display_name
from studio.data.tables.find import glance, table_files
from studio.data.tables.options import TableOptions, joined
from studio.data.tables.plan import Plan, Table, make_plan
from studio.data.tables.sources import Source, open_source

ROWS = 10
_LONGEST = 200
"""Characters of a cell that are shown."""


@dataclass(frozen=True)
class Preview:
    """The first rows of a table with the guess.

    Attributes:
        table: the file's name.
        tables: all files that may be tables, relative to the data set.
        columns: headings.
        rows: up to ten rows, each with one cell for each column, as text to show.
        roles: for each column ``file``, ``label``, ``split``, ``certainty`` or ``""``.
        options: the options given, with every guess filled in.
        matched: share of the first rows whose picture is there, 0 to 1.
        reason: the guess as a sentence; empty where there is none, then see ``problem``.
        problem: what is in the way, a sentence with a hint; empty where nothing is.
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
    try:
        plan = make_plan(place, glance(root), given, strict=True)
    except StudioError as error:
        return _without_guess(files, names, given, error)
    table = next(t for t in plan.tables if t.roles.works)
    columns = table.source.columns
    return Preview(
        table.source.path.name, names, tuple(columns), _rows(table.source), _words(table),
        _filled(plan, table, given), table.roles.matched, plan.reason, "",
    )  # fmt: skip


def _without_guess(
    files: Sequence[Path], names: tuple[str, ...], given: TableOptions, error: StudioError
) -> Preview:
    """The rows alone; raises what went wrong where not even those can be read."""
    for file in files:
        try:
            source = open_source(file, given, lambda cell: False)
            rows = _rows(source)
        except (DatasetError, SpecError):
            continue
        columns = tuple(source.columns)
        return Preview(file.name, names, columns, rows, ("",) * len(columns), given, 0.0, "",
                       str(error))  # fmt: skip
    raise error


def _rows(source: Source) -> tuple[tuple[str, ...], ...]:
    width = len(source.columns)
    found = (row for _, row in islice(source.rows(), ROWS))
    return tuple(tuple(_shown(row[i]) if i < len(row) else "" for i in range(width))
                 for row in found)  # fmt: skip


def _shown(cell: str) -> str:
    text = display_name(cell)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _words(table: Table) -> tuple[str, ...]:
    roles = table.roles
    words = {roles.file: "file", roles.split: "split", roles.certainty: "certainty"}
    words.update(dict.fromkeys(roles.labels, "label"))
    return tuple(words.get(i, "") for i in range(len(table.source.columns)))


def _filled(plan: Plan, table: Table, given: TableOptions) -> TableOptions:
    """The options with which opening would do what was guessed."""
    columns, roles = table.source.columns, table.roles
    between = roles.list_separators[0] if roles.list_separators else ""
    known = ("comma", "semicolon", "tab", "bar", "space")
    labelled = [t.source.path for t in plan.tables]
    return given.changed(
        table=joined(os.path.relpath(p, plan.root).replace(os.sep, "/") for p in labelled),
        file_column=columns[roles.file],
        label_columns=joined(columns[i] for i in roles.labels),
        label_kind=roles.kind,
        list_separator=between if between in known else "auto",
        split_column=columns[roles.split] if roles.split >= 0 else "",
        separator=table.source.separator or "auto",
        header="yes" if table.source.has_header else "no",
        encoding=table.source.encoding or "auto",
    )
