"""Columns that say which pictures belong together: one patient, one place, one sequence."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from studio.data.tables import words
from studio.data.tables.columns import MOST_ASKED, Columns
from studio.data.tables.options import find_column

_WORDS = frozenset(
    [
        "patient",
        "subject",
        "case",
        "person",
        "participant",
        "donor",
        "specimen",
        "lesion",
        "individual",
        "animal",
        "site",
        "location",
        "place",
        "station",
        "camera",
        "trap",
        "sequence",
        "seq",
        "burst",
        "scene",
        "session",
        "video",
        "clip",
        "slide",
        "plate",
        "field",
        "plot",
        "group",
        "series",
        "study",
    ]
)
_ENDINGS = ("identifier", "number", "name", "code", "id", "no", "nr")
MOST_OFFERED = 8
"""Columns that are kept where nobody chose one."""


def is_group_word(heading: str) -> bool:
    """Whether a heading names what several pictures may have in common: ``Patient ID``."""
    word = words.plain(heading)
    stems = [word, *(word.removesuffix(ending) for ending in _ENDINGS)]
    return any(stem in _WORDS for stem in stems)


def group_columns(table: Columns, taken: set[int], chosen: str) -> tuple[int, ...]:
    """The columns whose equal cells mean pictures that belong together.

    Args:
        taken: columns that are something else.
        chosen: the column that a person named; it comes first.

    Raises:
        SpecError: there is no such column.
    """
    first = [find_column(chosen, table.names)] if chosen else []
    found = [i for i in range(min(len(table.names), MOST_ASKED))
             if i not in taken and i not in first and _looks_like_groups(table, i)]  # fmt: skip
    return tuple([*first, *found][:MOST_OFFERED])


def _looks_like_groups(table: Columns, i: int) -> bool:
    if not is_group_word(table.names[i]):
        return False
    cells = [cell for cell in table.cells[i] if cell.lower() not in words.MISSING_WORDS]
    return 1 < len(set(cells)) < len(cells)


@dataclass
class GroupCells:
    """The cells of one group column, as numbers in the order in which they first came."""

    codes: array[int] = field(default_factory=lambda: array("q"))
    names: dict[str, int] = field(default_factory=dict)

    def take(self, cell: str) -> None:
        """Add the cell of one row; an empty one belongs to no group."""
        cell = cell.strip()
        if cell.lower() in words.MISSING_WORDS:
            self.codes.append(-1)
        else:
            self.codes.append(self.names.setdefault(cell, len(self.names)))


Groups = dict[str, GroupCells]


def group_taker(
    groups: Groups, columns: Sequence[str], wanted: Sequence[int]
) -> Callable[[list[str]], None]:
    """What keeps the group cells of one row of a table.

    Args:
        groups: heading → what was read so far, of all tables.
        columns: the headings of this table.
        wanted: its group columns.
    """
    place = {columns[i]: i for i in wanted}
    pairs = [(cells, place.get(heading, -1)) for heading, cells in groups.items()]

    def take(row: list[str]) -> None:
        for cells, i in pairs:
            cells.take(row[i] if 0 <= i < len(row) else "")

    return take


def merged_groups(
    groups: Groups, picture: NDArray[np.int64], pictures: int
) -> tuple[dict[str, NDArray[np.int64]], dict[str, tuple[str, ...]]]:
    """Groups of rows → groups of pictures; of several rows of a picture the first holds.

    Columns that join no pictures are left out.

    Args:
        picture: ``(rows,)`` the picture of each row.

    Returns:
        Heading → ``(pictures,) int64`` with −1 for none; heading → the cell of each number.
    """
    found: dict[str, NDArray[np.int64]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for heading, cells in groups.items():
        codes = np.asarray(cells.codes, np.int64)
        known = np.flatnonzero(codes >= 0)[::-1]  # the first is written last and stays
        column = np.full(pictures, -1, np.int64)
        column[picture[known]] = codes[known]
        if np.bincount(column[column >= 0], minlength=1).max() > 1:
            found[heading], names[heading] = column, tuple(cells.names)
    return found, names


def heading_of(names: Mapping[str, object], wanted: str) -> str | None:
    """The group column that a name means, in any letter case; the first for ``""``."""
    if not wanted:
        return next(iter(names), None)
    if wanted in names:
        return wanted
    folded = wanted.casefold().strip()
    return next((name for name in names if name.casefold().strip() == folded), None)
