"""Reading the rows of all tables of a data set: which picture each means, and its cells."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.dataset import NO_SPLIT, Problem, Split
from studio.data.tables import words
from studio.data.tables.groups import GroupCells, Groups, group_taker
from studio.data.tables.match import AMBIGUOUS, OUTSIDE, PictureIndex
from studio.data.tables.plan import Plan, Table

MOST_ROWS = 20_000_000
MOST_CELLS = 1_000_000_000
"""One-hot cells that are kept, a byte each."""
_UNKNOWN = 3


@dataclass
class Rows:
    """Rows whose picture is there, over all tables.

    Attributes:
        columns: headings of the label columns.
        picture, line, table, split: one number for each row.
        cells: for each label column the cell of each row; empty for one-hot columns.
        bits: one-hot cells, row after row: 1, 0, −1 as 255, 2 for ``-1``, 3 for anything else.
        denied: rows that say their picture has NOT the class.
        groups: for each group column the cell of each row.
        problems: rows that were left out, and why.
    """

    columns: list[str]
    picture: array[int] = field(default_factory=lambda: array("q"))
    line: array[int] = field(default_factory=lambda: array("q"))
    table: array[int] = field(default_factory=lambda: array("h"))
    split: array[int] = field(default_factory=lambda: array("b"))
    cells: list[list[str]] = field(default_factory=list)
    bits: bytearray = field(default_factory=bytearray)
    denied: array[int] = field(default_factory=lambda: array("b"))
    groups: Groups = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def where(self, row: int) -> str:
        """The place of a row, for a person."""
        return f"{display_name(self.names[self.table[row]])}, line {self.line[row]:,}"

    def matrix(self) -> NDArray[np.int8]:
        """``(rows, columns) int8`` of :attr:`bits`; cells of any other text are −1."""
        found = np.frombuffer(bytes(self.bits), np.int8).reshape(-1, len(self.columns)).copy()
        found[found == _UNKNOWN] = -1
        return found


class RowReader:
    """Reads the tables of a plan one after the other."""

    def __init__(self, plan: Plan, progress: Progress, control: Control | None) -> None:
        self._plan = plan
        self._index: PictureIndex = plan.index
        self._progress, self._control = progress, control
        labelled = next(t for t in plan.tables if t.roles.works)
        self.kind = labelled.roles.kind
        self.roles = labelled.roles
        columns = [labelled.source.columns[i] for i in labelled.roles.labels]
        self.rows = Rows(columns, cells=[] if self.kind == "one-hot" else [[] for _ in columns])
        for table in plan.tables:
            for i in table.roles.groups:
                self.rows.groups.setdefault(table.source.columns[i], GroupCells())
        self._seen, self._reported = 0, 0.0
        self._known: dict[str, str] = {}
        self._absent: dict[str, tuple[str, int]] = {}

    def read(self) -> Rows:
        """All rows. Raises DatasetError where there are more than memory holds, or Cancelled."""
        for table in self._plan.tables:
            self.rows.names.append(table.source.path.name)
            self._read(table)
            for trouble in table.source.trouble:
                self._list("unreadable", self._path_of(table.source.path), trouble.message)
        return self.rows

    def _read(self, table: Table) -> None:
        roles, rows, columns = table.roles, self.rows, len(table.source.columns)
        number = len(rows.names) - 1
        take = self._taker(table)
        split_of = self._splitter(table)
        take_groups = group_taker(rows.groups, table.source.columns, roles.groups)
        hints = {int(s): _folder_hint(s) for s in Split}
        for line, row in table.source.rows():
            self._tick()
            cell = row[roles.file] if len(row) > roles.file else ""
            split = split_of(row)
            found = self._index.find(cell, hints.get(split))
            if found < 0 or not cell.strip():
                self._refuse(cell, found, table, line, split)
                continue
            if len(row) > columns:
                self._too_long(found, table, line, len(row))
            rows.picture.append(found)
            rows.line.append(line)
            rows.table.append(number)
            rows.split.append(split)
            take(row, found)
            take_groups(row)

    def _taker(self, table: Table) -> Callable[[list[str], int], None]:
        """What keeps the label cells of one row."""
        rows, labels, kind = self.rows, table.roles.labels, self.kind
        if not labels:
            empty = bytes([255]) * len(rows.columns)

            def nothing(row: list[str], picture: int) -> None:
                rows.bits.extend(empty)
                rows.denied.append(0)
                for column in rows.cells:
                    column.append("")

            return nothing
        return self._bits_taker(labels, table) if kind == "one-hot" else self._cells_taker(table)

    def _bits_taker(self, labels: Sequence[int], table: Table) -> Callable[[list[str], int], None]:
        code = {cell: bit & 255 for cell, bit in words.BINARY.items()} | {"-1": 2, "-1.0": 2}
        bits, width = self.rows.bits, max(labels) + 1
        paths, name = self._index.paths, display_name(table.source.path.name)

        def take(row: list[str], picture: int) -> None:
            if len(row) < width:
                row = [*row, *[""] * (width - len(row))]
            found = bytes([code.get(row[i].strip(), _UNKNOWN) for i in labels])
            bits.extend(found)
            self.rows.denied.append(0)
            if len(bits) > MOST_CELLS:
                raise DatasetError(
                    f"{name} has more than {MOST_CELLS:,} cells of classes.",
                    "Name fewer label columns with --column label=NAME.",
                )
            if _UNKNOWN in found:
                odd = display_name(row[labels[found.index(_UNKNOWN)]])
                words_ = f"A cell of {name} is “{odd[:60]}” where 0 or 1 should be; not known."
                self._list("odd-label", paths[picture], words_)

        return take

    def _cells_taker(self, table: Table) -> Callable[[list[str], int], None]:
        pairs = list(zip(table.roles.labels, self.rows.cells, strict=True))
        certainty, known = table.roles.certainty, self._known

        def take(row: list[str], picture: int) -> None:
            for i, column in pairs:
                cell = row[i].strip() if len(row) > i else ""
                column.append(known.setdefault(cell, cell))  # one string for each class
            denied = certainty >= 0 and len(row) > certainty and _is_zero(row[certainty])
            self.rows.denied.append(denied)

        return take

    def _splitter(self, table: Table) -> Callable[[list[str]], int]:
        default = NO_SPLIT if table.split is None else int(table.split)
        column = table.roles.split
        if column < 0:
            return lambda row: default
        heading = table.source.columns[column]
        sets: dict[str, int] = {}

        def split_of(row: list[str]) -> int:
            cell = row[column].strip() if len(row) > column else ""
            if cell not in sets and len(sets) < 10_000:
                sets[cell] = int(words.split_codes(heading, frozenset([cell])).get(cell, default))
            return sets.get(cell, default)

        return split_of

    # --- what is left out -------------------------------------------------------------------------

    def _refuse(self, cell: str, found: int, table: Table, line: int, split: int) -> None:
        path, name = self._path_of(table.source.path), display_name(table.source.path.name)
        text = display_name(cell.strip())[:200]
        where = f"{name}, line {line:,}"
        if not cell.strip():
            self._list("missing-file", path, f"{where} names no picture and is left out.")
        elif found == OUTSIDE:
            self._list(
                "missing-file", path,
                f"{where} names “{text}”, which lies outside the data set's folder. It was not "
                "opened, and the row is left out.",
            )  # fmt: skip
        elif found == AMBIGUOUS:
            self._list(
                "missing-file", _as_path(cell),
                f"{where} names “{text}”, and several pictures have that name in different "
                "folders, so the row is left out. Name the folder in the table.",
            )  # fmt: skip
        else:
            words_ = "names this picture, but it is not there; the row is left out."
            self._list("missing-file", _as_path(cell), f"{where} {words_}")
            self._absent_again(cell.strip(), where, split)

    def _absent_again(self, cell: str, where: str, split: int) -> None:
        """A picture that is not there may be named twice, too, or stand in two splits."""
        before, known = self._absent.setdefault(cell, (where, split))
        if before == where:
            return
        if known != split and min(known, split) >= 0:
            one, other = Split(known).word, Split(split).word
            words_ = f"This picture stands in {one} ({before}) and in {other} ({where})."
            self._list("split-leak", _as_path(cell), words_)
        else:
            words_ = f"{where} names this picture again, as {before} does."
            self._list("duplicate-row", _as_path(cell), words_)

    def _too_long(self, picture: int, table: Table, line: int, cells: int) -> None:
        columns = len(table.source.columns)
        self._list(
            "odd-label", self._index.paths[picture],
            f"{display_name(table.source.path.name)}, line {line:,} has {cells:,} cells for "
            f"{columns:,} columns: is a label cut at a separator?",
        )  # fmt: skip

    def _list(self, kind: str, path: str, message: str) -> None:
        self.rows.problems.append(Problem(kind, path, message))

    def _path_of(self, file: Path) -> str:
        return file.relative_to(self._plan.root).as_posix()

    def _tick(self) -> None:
        self._seen += 1
        if self._seen & 1023:
            return
        if self._seen > MOST_ROWS:
            raise DatasetError(
                f"The tables have more than {MOST_ROWS:,} rows.", "Split the data set."
            )
        if self._control is not None:
            self._control.checkpoint()
        if (now := time.monotonic()) - self._reported > 0.05:
            self._reported = now
            self._progress(self._seen, None, f"{self._seen:,} rows read")


def _as_path(cell: str) -> str:
    """A cell as the path of a problem; it is relative and has no ``..``."""
    return cell.strip().replace("\\", "/").replace("\0", "")[:500]


def _is_zero(cell: str) -> bool:
    try:
        return float(cell) == 0
    except ValueError:
        return False


def _folder_hint(split: Split) -> Callable[[str], bool]:
    cache: dict[str, bool] = {}

    def hint(folder: str) -> bool:
        if folder not in cache:
            cache[folder] = any(words.split_in_name(p) is split for p in folder.split("/") if p)
        return cache[folder]

    return hint
