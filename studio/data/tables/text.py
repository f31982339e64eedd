"""Reading delimited text of any encoding, tolerant of what people's tables hold, in bounded memory.

The syntax is RFC 4180 with any separator; broken quoting costs no rows: lines that an unclosed
quote would swallow are read again one by one, without quoting.
"""

from __future__ import annotations

import codecs
import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.tables.options import SEPARATORS

LONGEST_LINE = 8_000_000
"""Characters; no table of labels has such lines, a file of one endless line does."""
MOST_COLUMNS = 20_000
HEAD = 1 << 18
"""Bytes that are looked at to guess encoding and separator."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_PLAIN_CONTROL = frozenset(map(ord, "\t\n\r\f\x0b\x1a"))


def guess_encoding(head: bytes) -> str:
    """The encoding of a text from its first bytes; ``""`` where it is no text at all."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros > len(head) * 0.2:
        odd, even = head[1::2].count(0), head[::2].count(0)
        if odd > 9 * even:
            return "utf-16-le"
        return "utf-16-be" if even > 9 * odd else ""
    control = sum(n for c, n in Counter(head).items() if c < 32 and c not in _PLAIN_CONTROL)
    if control > len(head) * 0.02 + 8:
        return ""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def open_text(path: Path, encoding: str) -> TextIO:
    """Open for reading; what the encoding does not know is kept as escapes or replaced."""
    wide = encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32"))
    errors = "replace" if wide else "surrogateescape"
    return open(path, encoding=encoding, errors=errors, newline="")


def read_head(path: Path) -> bytes:
    """The first bytes of a file; empty where it cannot be read."""
    try:
        if not os.path.isfile(path):
            return b""
        with open(path, "rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def guess_separator(lines: list[str]) -> str:
    """The word of ``SEPARATORS`` whose sign cuts most lines into the same number of cells.

    A space is taken only where no other sign works: it stands inside names, too.
    """
    best, best_share = "comma", 0.0
    for word, sign in SEPARATORS.items():
        widths = [len(row) for row in csv.reader(map(_stripped, lines), delimiter=sign,
                                                 skipinitialspace=sign == " ") if row]  # fmt: skip
        several = Counter(w for w in widths if w > 1)
        if not several:
            continue
        share = several.most_common(1)[0][1] / len(widths)
        if word == "space" and (best_share >= 0.5 or share < 0.5):
            continue
        # Of two that cut alike the one that comes first in the lines stands between cells, the
        # other inside them: “a;1,5” and “a,x;y”.
        is_earlier = share > best_share - 0.1 and _comes_first(sign, SEPARATORS[best], lines)
        if share > best_share + 0.1 or is_earlier:
            best, best_share = word, share
    return best


def _comes_first(sign: str, other: str, lines: list[str]) -> bool:
    before = sum(0 <= line.find(sign) < line.find(other) for line in lines)
    return 2 * before > len(lines)


def _stripped(line: str) -> str:
    return line.strip(" \r\n")


@dataclass
class Trouble:
    """A line that could not be read as it stands."""

    line: int
    message: str


@dataclass
class DelimitedText:
    """Rows of one text file.

    Attributes:
        path: the file.
        encoding: as Python names it.
        separator: a word of ``SEPARATORS``.
        skip: lines before the first row.
        trouble: lines with broken quoting or cells that are too long, filled while reading.
    """

    path: Path
    encoding: str
    separator: str
    skip: int = 0
    trouble: list[Trouble] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Number of the line, from 1, and the cells; empty lines are left out.

        Raises:
            DatasetError: a line is endless, or the file cannot be read.
        """
        try:
            with open_text(self.path, self.encoding) as file:
                yield from self._rows(_Lines(file, self.path, self.separator == "space"))
        except (OSError, UnicodeError) as error:
            raise unreadable(self.path, error) from error

    def _reader(self, lines: Iterator[str], quoting: bool = True) -> Iterator[list[str]]:
        sign = SEPARATORS[self.separator]
        return csv.reader(
            lines, delimiter=sign, skipinitialspace=sign == " ",
            quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE,
        )  # fmt: skip

    def _rows(self, lines: _Lines) -> Iterator[tuple[int, list[str]]]:
        for _ in range(self.skip):
            next(lines, None)
        pending, reader, width = lines.pending, self._reader(lines), 0
        while True:
            pending.clear()
            first = lines.number + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield from self._one_by_one(first, list(pending))
                continue
            if len(pending) > 1 and len(row) != width:
                yield from self._one_by_one(first, list(pending))
            elif row and (len(row) > 1 or row[0].strip()):
                width = width or len(row)
                yield first, row

    def _one_by_one(self, first: int, lines: list[str]) -> Iterator[tuple[int, list[str]]]:
        words = "a quotation mark is not closed" if len(lines) > 1 else "a cell is too long"
        self.trouble.append(Trouble(first, f"Line {first:,}: {words}; it was read without quotes."))
        for number, line in enumerate(lines, first):
            try:
                row = next(self._reader(iter([line]), quoting=False), [])
            except csv.Error:
                self.trouble[-1] = Trouble(
                    number, f"Line {number:,} holds a cell of more than "
                    f"{csv.field_size_limit():,} characters and is left out.",
                )  # fmt: skip
                continue
            if row and (len(row) > 1 or row[0].strip()):
                yield number, [cell.strip().removeprefix('"').removesuffix('"') for cell in row]


class _Lines:
    """Lines of a file, never longer than what memory allows; remembers the current record's."""

    def __init__(self, file: TextIO, path: Path, strip: bool) -> None:
        self._file, self._path, self._strip = file, path, strip
        self.number = 0
        self.pending: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE:
            raise DatasetError(
                f"Line {self.number + 1:,} of “{display_name(self._path.name)}” is longer than "
                f"{LONGEST_LINE:,} characters, so this is no table of labels.",
                "Choose a file with one line for each picture.",
            )
        self.number += 1
        if self._strip:
            line = line.strip(" \r\n") + "\n"
        self.pending.append(line)
        return line


def unreadable(path: Path, error: Exception) -> DatasetError:
    """Why a table cannot be read, as a sentence."""
    return DatasetError(
        f"The table “{display_name(path.name)}” could not be read.",
        "Check that the file is there and may be read, and its encoding.",
        f"{type(error).__name__}: {error}",
    )
