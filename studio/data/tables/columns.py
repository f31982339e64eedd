"""Which columns of a table hold the classes, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from studio.data.tables import words
from studio.data.tables.cells import list_separator, splitter
from studio.data.tables.options import TableOptions

MOST_ASKED = 200
"""Columns that are asked for pictures and classes one by one."""


@dataclass(frozen=True)
class Columns:
    """Headings and the stripped cells of the first rows, column by column."""

    names: Sequence[str]
    cells: list[list[str]]

    def binary(self, i: int) -> bool:
        """Whether a column holds only 0 and 1, or −1 for no or not known, and not one value."""
        return set(self.cells[i]) <= set(words.BINARY) and any(self.cells[i])

    def word(self, i: int) -> str:
        return words.plain(self.names[i])


def cells_of(rows: Sequence[list[str]], i: int) -> list[str]:
    """The cells of one column, without spaces around; empty where a row is too short."""
    return [row[i].strip() if len(row) > i else "" for row in rows]


def label_columns(
    table: Columns, file: int, taken: set[int], options: TableOptions
) -> tuple[list[int], str]:
    """The columns of the classes, and how they hold them (see ``Roles.kind``).

    Args:
        taken: columns that are something else.
    """
    rest = [i for i in range(len(table.names)) if i not in taken]
    binary = [i for i in rest if table.binary(i)]
    binary = binary if len(binary) > 1 else []
    named = [i for i in rest if i not in binary and table.word(i) in words.LABEL_WORDS]
    if options.label_kind == "one-hot" and binary:
        return binary, "one-hot"
    if binary and (not named or _says_the_same(table, named[0], binary)):
        others = [i for i in rest if i not in binary and i not in named]
        like = [i for i in others if table.word(i) in words.CLASS_LIKE_WORDS]
        if len(binary) > 2 or not like or _says_the_same(table, like[0], binary):
            return binary, "one-hot"
    if not named:
        named = [i for i in rest if table.word(i) in words.CLASS_LIKE_WORDS]
    if not named:
        named = _unnamed(table, [i for i in rest if i not in binary])
    if not named:
        return (binary, "one-hot") if binary else ([], "")
    chosen = _without_copies(table, named[:MOST_ASKED])
    return chosen, kind_of(table, chosen, file, options)


def _unnamed(table: Columns, rest: list[int]) -> list[int]:
    """Columns whose values come back, as classes do; all of two, the first of more."""
    found = []
    for i in rest[:MOST_ASKED]:
        cells = [c for c in table.cells[i] if c]
        values = set(cells)
        if len(values) < 2 or table.word(i) in words.MEASURE_WORDS:
            continue
        if len(values) > max(2, len(cells) * 0.5) and not _listed(table, i):
            continue
        if all(_is_float(v) for v in values):
            continue
        found.append(i)
    return found if len(rest) <= 2 else found[:1]


def _listed(table: Columns, i: int) -> bool:
    return bool(list_separator(table.names[i], table.cells[i]))


def _is_float(text: str) -> bool:
    try:
        return not float(text).is_integer()
    except (ValueError, OverflowError):
        return False


def _without_copies(table: Columns, columns: list[int]) -> list[int]:
    """Without columns that only number or repeat another's classes: the readable one stays."""
    chosen: list[int] = []
    for i in columns:
        twin = next((c for c in chosen if _is_copy(table.cells[c], table.cells[i])), None)
        if twin is None:
            chosen.append(i)
        elif _letters(table.cells[i]) > _letters(table.cells[twin]):
            chosen[chosen.index(twin)] = i
    return chosen


def _is_copy(one: list[str], other: list[str]) -> bool:
    pairs = {(a, b) for a, b in zip(one, other, strict=True) if a and b}
    values = len({a for a, _ in pairs})
    return bool(pairs) and len(pairs) == values == len({b for _, b in pairs}) and values > 1


def _letters(cells: list[str]) -> int:
    return sum(any(ch.isalpha() for ch in cell) for cell in cells)


def _says_the_same(table: Columns, column: int, binary: list[int]) -> bool:
    """Whether a column's labels are the headings of the one-hot columns."""
    separator = list_separator(table.names[column], table.cells[column])
    cut = splitter(separator) if separator else lambda cell: [cell] if cell else []
    heads = {words.plain(table.names[i]) for i in binary}
    values = {words.plain(t) for cell in table.cells[column][:500] for t in cut(cell)}
    return bool(values) and len(values & heads) >= 0.8 * len(values)


def kind_of(table: Columns, labels: list[int], file: int, options: TableOptions) -> str:
    """How columns hold the classes, see ``Roles.kind``."""
    if options.label_kind != "auto":
        return options.label_kind
    if len(labels) > 1:
        return "one-hot" if all(table.binary(i) for i in labels) else "single"
    named = Counter(f for f in table.cells[file] if f) if file >= 0 else Counter[str]()
    if not named or len(labels) != 1:
        return "single"
    different = {
        (f, c) for f, c in zip(table.cells[file], table.cells[labels[0]], strict=True) if f
    }
    several = Counter(f for f, _ in different)
    is_long = any(words.plain(c) in words.CERTAINTY_WORDS for c in table.names)
    share = sum(n > 1 for n in several.values()) / len(several)
    return "rows" if share > 0.1 or (is_long and share > 0) else "single"
