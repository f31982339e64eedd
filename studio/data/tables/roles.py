"""What each column of a table is for: the picture, the classes, the split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from studio.core.paths import display_name
from studio.data.names import is_picture_name
from studio.data.tables import encode, words
from studio.data.tables.cells import BOXES, LIST, list_separator, splitter
from studio.data.tables.columns import MOST_ASKED, Columns, cells_of, kind_of, label_columns
from studio.data.tables.groups import group_columns, is_group_word
from studio.data.tables.options import NO_COLUMN, TableOptions, find_column, names_in

Matches = Callable[[str], bool]

_SEEN = 3_000


@dataclass(frozen=True)
class Roles:
    """The columns that matter, as indices.

    Attributes:
        file: the column of the picture; −1 where none was found.
        labels: the columns of the classes.
        kind: ``single``, ``list``, ``rows`` or ``one-hot``; ``""`` without labels.
        list_separators: for each label column the sign inside its cells, or ``""``.
        split: the column of the split, or −1; ``split_codes`` says what its cells mean.
        groups: columns whose equal cells mean pictures that belong together, a chosen one first.
        certainty: the column that says how sure a row is (0 means: it has not), or −1.
        ordered: whether the classes are whole numbers from 0 on, which often are grades.
        note: more on one-hot columns, in words.
        sure: whether the file column is one beyond doubt, and not numbers that happen to be names.
        matched: share of the looked at rows whose picture is there.
    """

    file: int = -1
    labels: tuple[int, ...] = ()
    kind: str = ""
    list_separators: tuple[str, ...] = ()
    split: int = -1
    groups: tuple[int, ...] = ()
    certainty: int = -1
    ordered: bool = False
    note: str = ""
    sure: bool = False
    matched: float = 0.0

    @property
    def works(self) -> bool:
        """Whether pictures and classes are known."""
        return self.file >= 0 and bool(self.labels)


def guess_roles(
    columns: Sequence[str], rows: Sequence[list[str]], matches: Matches, options: TableOptions
) -> Roles:
    """Decide what the columns are from their headings and first rows.

    Args:
        rows: the first rows, maybe ragged.
        matches: whether a cell names a picture that is there.
        options: what a person has said; it wins over every guess.

    Raises:
        SpecError: an option names a column that is not there.
    """
    width = len(columns)
    rows = rows[: max(100, min(_SEEN, 2_000_000 // max(1, width)))]
    table = Columns(columns, [cells_of(rows, i) for i in range(width)])
    file, matched = _file_column(table, matches, options)
    split = _chosen_split(table, file, options)
    taken = {file, split} - {-1}
    certainty = next((i for i in range(width) if i not in taken
                      and words.plain(columns[i]) in words.CERTAINTY_WORDS), -1)  # fmt: skip
    # A column of patients is one of classes only where there is no other.
    apart = {i for i in range(min(width, MOST_ASKED)) if is_group_word(columns[i])} - taken
    if options.group_column:
        apart.add(find_column(options.group_column, columns))
    labels, kind, separators = _labels(table, file, taken | apart, certainty, options)
    if not labels and apart:
        labels, kind, separators = _labels(table, file, taken, certainty, options)
    others = taken | set(labels) | {certainty}
    return Roles(
        file, tuple(labels), kind, tuple(separators), split,
        group_columns(table, others, options.group_column),
        certainty if kind == "rows" else -1,
        kind == "single" and len(labels) == 1 and _is_ordered(table.cells[labels[0]]),
        _one_hot_note(table, labels) if kind == "one-hot" else "",
        file >= 0 and _is_sure(table, file, matched), matched,
    )  # fmt: skip


def _labels(
    table: Columns, file: int, taken: set[int], certainty: int, options: TableOptions
) -> tuple[list[int], str, list[str]]:
    """The label columns, how they hold the classes, and the sign inside their cells."""
    if options.label_columns:
        labels = [find_column(name, table.names) for name in names_in(options.label_columns)]
        kind = kind_of(table, labels, file, options)
    else:
        labels, kind = label_columns(table, file, taken | ({certainty} - {-1}), options)
    separators = [_separator(table, i, kind, options) for i in labels]
    if kind == "single" and set(separators) - {"", BOXES}:
        kind = "list"
    elif kind == "single" and BOXES in separators:
        kind = "list" if _has_several_boxes(table, labels, separators) else "single"
    return labels, kind, separators


def _file_column(table: Columns, matches: Matches, options: TableOptions) -> tuple[int, float]:
    def share(i: int) -> float:
        cells = Counter(table.cells[i])
        return sum(n for c, n in cells.items() if matches(c)) / max(1, cells.total())

    if options.file_column:
        chosen = find_column(options.file_column, table.names)
        return chosen, share(chosen)
    best, best_score, best_share = -1, 0.0, 0.0
    for i in range(min(len(table.names), MOST_ASKED)):
        cells = [c for c in table.cells[i] if c]
        if not cells:
            continue
        found, distinct = share(i), len(set(cells)) / len(cells)
        is_named = table.word(i) in words.FILE_WORDS
        looks = sum(map(is_picture_name, cells)) / len(cells)
        if not (found or looks > 0.5 or is_named):
            continue
        score = found * (0.3 + 0.7 * distinct) + 0.5 * looks + 0.2 * is_named * distinct
        if score > best_score:
            best, best_score, best_share = i, score, found
    return best, best_share


def _is_sure(table: Columns, file: int, matched: float) -> bool:
    cells = [c for c in table.cells[file] if c]
    looks = sum(map(is_picture_name, cells)) > len(cells) / 2
    return looks or table.word(file) in words.FILE_WORDS or (matched > 0.5 and len(cells) > 2)


def _chosen_split(table: Columns, file: int, options: TableOptions) -> int:
    if not options.split_column:
        return _split_column(table, file)
    if options.split_column == NO_COLUMN and NO_COLUMN not in table.names:
        return -1
    return find_column(options.split_column, table.names)


def _split_column(table: Columns, file: int) -> int:
    found = []
    for i in range(min(len(table.names), MOST_ASKED)):
        if i == file or not words.split_codes(table.names[i], frozenset(table.cells[i])):
            continue
        is_named = table.word(i) in words.SPLIT_WORDS | words.TRAIN_FLAGS
        if is_named or len(set(table.cells[i])) > 1:
            found.append((not is_named, i))
    return min(found)[1] if found else -1


def _separator(table: Columns, column: int, kind: str, options: TableOptions) -> str:
    if kind in ("one-hot", "rows"):
        return ""
    if kind == "single" and options.label_kind == "single":
        found = list_separator(table.names[column], table.cells[column])
        return found if found == BOXES else ""
    if options.list_separator != "auto":
        return options.list_separator
    found = list_separator(table.names[column], table.cells[column])
    return found or (LIST if kind == "list" else "")


def _has_several_boxes(table: Columns, labels: list[int], separators: Sequence[str]) -> bool:
    cut = splitter(BOXES)
    boxes = [i for i, s in zip(labels, separators, strict=True) if s == BOXES]
    return any(len(cut(cell)) > 1 for i in boxes for cell in table.cells[i])


def _one_hot_note(table: Columns, labels: list[int]) -> str:
    """What the first rows say of several classes at a time."""
    code = [[words.BINARY.get(cell, -1) for cell in table.cells[i]] for i in labels]
    style = encode.one_hot_style(np.array(code, np.int8).T.reshape(-1, len(labels)))
    if style == "multi":
        return ", several at a time"
    if style == "single":
        return ", one at a time"
    name = encode.extra_name(len(labels), [table.names[i] for i in labels])
    return f", one at a time, and a row without any 1 is of the class “{name}”"


def _is_ordered(cells: list[str]) -> bool:
    values = {c for c in cells if c}
    return (
        2 < len(values) <= 12
        and all(v.isdecimal() for v in values)
        and {int(v) for v in values} == set(range(len(values)))
    )


def describe(table: str, columns: Sequence[str], roles: Roles) -> str:
    """The guess as a sentence."""

    def quoted(i: int) -> str:
        return f"“{display_name(columns[i])}”"

    if roles.kind == "one-hot":
        some = ", ".join(quoted(i) for i in roles.labels[:3])
        more = f" and {len(roles.labels) - 3} more" if len(roles.labels) > 3 else ""
        labels = f"the columns {some}{more} say with 0 and 1 which classes it has"
    elif len(roles.labels) > 1:
        labels = f"{', '.join(quoted(i) for i in roles.labels)} are {len(roles.labels)} outputs"
    elif roles.kind == "list":
        labels = f"{quoted(roles.labels[0])} its classes, several in a cell"
    elif roles.kind == "rows":
        labels = f"{quoted(roles.labels[0])} a class of it, one in each of its rows"
    else:
        labels = f"{quoted(roles.labels[0])} the class"
    sentence = f"{display_name(table)} names a picture in each row: column {quoted(roles.file)} "
    sentence += f"is the file, {labels}{roles.note}"
    if roles.split >= 0:
        sentence += f", {quoted(roles.split)} the split"
    if roles.ordered:
        sentence += " (whole numbers from 0 on: grades, perhaps)"
    return sentence + "."
