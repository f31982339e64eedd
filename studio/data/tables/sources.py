"""Tables as columns and rows, whatever file they lie in."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.names import is_picture_name
from studio.data.tables import words
from studio.data.tables.options import TableOptions
from studio.data.tables.text import (
    MOST_COLUMNS,
    DelimitedText,
    Trouble,
    guess_encoding,
    guess_separator,
    open_text,
    read_head,
    unreadable,
)

TEXT_ENDINGS = frozenset({".csv", ".tsv", ".tab", ".txt"})
JSON_ENDINGS = frozenset({".json", ".jsonl", ".ndjson"})
LARGEST_JSON = 600_000_000
"""Bytes; JSON is read as a whole, and takes some six times as much memory as its text."""

Knows = Callable[[str], bool]
"""Whether a cell names a picture that is there."""


class Source(Protocol):
    """A table.

    Attributes:
        path: its file.
        columns: one heading for each column, all different.
        has_header: whether the headings are the table's own.
        encoding, separator: of a text; empty for others.
        trouble: lines that could not be read as they stand, filled by :meth:`rows`.
    """

    path: Path
    columns: list[str]
    has_header: bool
    encoding: str
    separator: str
    trouble: list[Trouble]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number, from 1, and cells of each row that is no heading; rows may be ragged."""
        ...


def open_source(path: Path, options: TableOptions, knows: Knows) -> Source:
    """Open a table; its first rows are read.

    Raises:
        DatasetError: it is no text, empty, too wide, or no JSON of records.
    """
    if path.suffix.lower() in JSON_ENDINGS:
        return JsonRecords(path, options)
    return TextTable(path, options, knows)


class TextTable:
    """Comma-, tab- or otherwise separated text."""

    def __init__(self, path: Path, options: TableOptions, knows: Knows) -> None:
        self.path = path
        head = read_head(path)
        name = display_name(path.name)
        self.encoding = guess_encoding(head) if options.encoding == "auto" else options.encoding
        if not self.encoding:
            raise DatasetError(
                f"“{name}” holds no text, so it is no table.",
                "Choose a CSV, TSV or TXT file; save a spreadsheet as CSV first.",
            )
        lines = self._first_lines()
        if not lines:
            raise DatasetError(
                f"The table “{name}” is empty.", "Choose the file that names the pictures."
            )
        count_line = _is_count(lines)
        chosen = options.separator
        self.separator = guess_separator(lines[count_line:]) if chosen == "auto" else chosen
        self._text = DelimitedText(path, self.encoding, self.separator, skip=int(count_line))
        self.trouble = self._text.trouble
        rows = []
        for _, row in islice(self._text.rows(), 200):
            rows.append(row)
            if len(row) > MOST_COLUMNS:
                break  # too wide already: two hundred such rows would fill the memory
        self._settle_columns(rows, options, knows)
        self.trouble.clear()

    def _first_lines(self) -> list[str]:
        try:
            with open_text(self.path, self.encoding) as file:
                text = file.read(1 << 17)
        except (OSError, UnicodeError) as error:
            raise unreadable(self.path, error) from error
        lines = text.splitlines(keepends=True)
        whole = lines[:-1] if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")) else lines
        return [line for line in whole[:400] if line.strip()]

    def _settle_columns(self, rows: list[list[str]], options: TableOptions, knows: Knows) -> None:
        width = max((len(r) for r in rows[1:]), default=len(rows[0]) if rows else 0)
        first = rows[0] if rows else []
        count = max(width, len(first))
        if self.separator == "space" and len(rows) > 1:
            count = Counter(map(len, rows[1:])).most_common(1)[0][0]
        if count > MOST_COLUMNS:
            raise DatasetError(
                f"The table “{display_name(self.path.name)}” has {count:,} "
                f"columns, more than the {MOST_COLUMNS:,} that labels can have.",
                "Choose a table with one column for the picture and some for its classes.",
            )
        self.has_header = (
            _is_header(rows, knows) if options.header == "auto" else options.header == "yes"
        )
        if not self.has_header:
            self.columns = [f"column {i + 1}" for i in range(count)]
            return
        head = [cell.strip().lstrip("#").strip() for cell in first]
        if len(rows) > 1 and all(len(r) == len(head) + 1 for r in rows[1:]):
            head = ["file", *head]  # the picture's own column has no heading, as in CelebA
        # A column without a heading at the end is what spreadsheets leave behind.
        self.columns = _different(head)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """See :class:`Source`."""
        self.trouble.clear()
        found = self._text.rows()
        if self.has_header:
            next(found, None)
        if self.separator != "space":
            yield from found
            return
        width = len(self.columns)
        for number, row in found:
            # The last column may hold spaces of its own: “a.jpg golden retriever”.
            yield number, row if len(row) <= width else [*row[: width - 1],
                                                         " ".join(row[width - 1 :])]  # fmt: skip


def _is_count(lines: list[str]) -> bool:
    """Whether the first line says how many follow, as in CelebA."""
    return len(lines) > 1 and lines[0].strip().isdecimal() and len(lines[1].split()) > 1


def _is_header(rows: list[list[str]], knows: Knows) -> bool:
    if not rows:
        return False
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    if any(is_picture_name(cell) or knows(cell) for cell in first if cell):
        return False
    if any(_is_number(cell) for cell in first):
        return False
    known = words.FILE_WORDS | words.LABEL_WORDS | words.CLASS_LIKE_WORDS | words.SPLIT_WORDS
    if any(words.plain(cell) in known for cell in first):
        return True
    for i, cell in enumerate(first[:500]):
        below = [row[i].strip() for row in rest if len(row) > i]
        if cell and cell in below:
            return False
        if cell and below and all(_is_number(b) for b in below if b):
            return True
    return bool(rest) and any(knows(row[i]) for row in rest for i in range(min(len(row), 20)))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.lower() not in ("nan", "inf", "infinity")


def _different(heads: list[str]) -> list[str]:
    """Headings that are all different and never empty."""
    taken: set[str] = set()
    out = []
    for number, head in enumerate(heads, 1):
        name = clean = head or f"column {number}"
        copy = 2
        while name in taken:
            name = f"{clean} ({copy})"
            copy += 1
        taken.add(name)
        out.append(name)
    return out


@dataclass
class JsonRecords:
    """A list of records, a record in each line, or an object from file names to labels."""

    path: Path
    options: TableOptions
    columns: list[str] = field(default_factory=list)
    has_header: bool = True
    encoding: str = ""
    separator: str = ""
    trouble: list[Trouble] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._records = _records(load_json(self.path, self.options.encoding))
        names: dict[str, None] = {}
        for record in self._records:
            names.update(dict.fromkeys(record if isinstance(record, dict) else ()))
            if len(names) > MOST_COLUMNS:
                raise DatasetError(
                    f"The records of “{display_name(self.path.name)}” have more than "
                    f"{MOST_COLUMNS:,} different fields, so they are no labels."
                )
        self.columns = list(names)
        if not self.columns:
            raise DatasetError(
                f"“{display_name(self.path.name)}” holds no records of pictures and classes.",
                'It should look like [{"file": "a.jpg", "label": "cat"}, …].',
            )

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """See :class:`Source`; the line is the number of the record."""
        self.trouble.clear()
        for number, record in enumerate(self._records, 1):
            if not isinstance(record, dict):
                words = f"Record {number:,} is no object with fields and is left out."
                self.trouble.append(Trouble(number, words))
                continue
            yield number, [_as_cell(record.get(name, "")) for name in self.columns]


def load_json(path: Path, encoding: str = "auto") -> Any:
    """The content of a JSON file, or the list of its lines' contents.

    Raises:
        DatasetError: it is too large, no JSON, or nested too deeply.
    """
    name = display_name(path.name)
    try:
        if (size := os.path.getsize(path)) > LARGEST_JSON:
            raise DatasetError(
                f"“{name}” has {size / 1e9:.1f} GB, more than JSON can be read with.",
                "Split it, or write the labels as a CSV file.",
            )
        head = read_head(path)
        chosen = (guess_encoding(head) or "utf-8") if encoding == "auto" else encoding
        with open_text(path, chosen) as file:
            text = file.read()
        try:
            return json.loads(text)
        except ValueError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2 or not lines[0].lstrip().startswith("{"):
                raise
            return [json.loads(line) for line in lines]
    except (ValueError, RecursionError) as error:
        details = f"{type(error).__name__}: {error}"
        raise DatasetError(
            f"“{name}” is no JSON that can be read.", "It may be cut off; get it again.", details
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def _records(value: Any) -> list[Any]:
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        if len(lists) == 1 and not all(is_picture_name(str(k)) for k in value):
            value = lists[0]
        else:
            return [
                {"file": str(k), **v} if isinstance(v, dict) else {"file": str(k), "label": v}
                for k, v in value.items()
            ]
    return value if isinstance(value, list) else []


def _as_cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return json.dumps([v if isinstance(v, str) else _as_cell(v) for v in value])
    return str(value)[:10_000]
