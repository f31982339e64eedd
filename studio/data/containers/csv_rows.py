"""The rows of a table of pixels, read a few megabytes at a time.

What is no number, no whole row or out of range costs that row and no other: it stays as a black
picture that is named among the faults.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import cache_folder, display_name
from studio.data.containers.csv_layout import LONGEST_LINE, TableShape, cells
from studio.data.containers.spool import ArrayFile

_AT_ONCE = 1 << 22  # bytes of text
_MOST_ROWS = 50_000_000
_MOST_VALUES = 65_536  # different ones of a column; more are names, not classes
_LONGEST_VALUE = 200
_MOST_FAULTS = 100_000
_FEW = 0.01

Numbers = NDArray[np.float64]


@dataclass
class Parsed:
    """``pixels (rows, numbers)`` with the other columns as codes of their values."""

    pixels: Any
    faults: dict[int, str]
    values: list[list[str] | None]
    codes: NDArray[np.int32]
    held: int = 0

    def column(self, index: int) -> NDArray[Any] | None:
        """One of the other columns as text, ``(rows,) object``; None where it was too varied."""
        values = self.values[index]
        if values is None:
            return None
        return np.array([*values, ""], dtype=object)[self.codes[index]]


@dataclass
class _Columns:
    """The cells beside the pixels, as codes."""

    count: int
    known: list[dict[str, int] | None] = field(init=False)
    codes: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.known = [{} for _ in range(self.count)]
        self.codes = [[] for _ in range(self.count)]

    def add(self, row: list[str] | None) -> None:
        for index, known in enumerate(self.known):
            if known is None:
                continue
            text = row[index].strip()[:_LONGEST_VALUE] if row is not None else ""
            code = -1 if not text else known.setdefault(text, len(known))
            if len(known) > _MOST_VALUES:
                self.known[index], self.codes[index] = None, []
                continue
            self.codes[index].append(code)

    def arrays(self, rows: int) -> NDArray[np.int32]:
        codes = np.full((self.count, rows), -1, np.int32)
        for index, column in enumerate(self.codes):
            if self.known[index] is not None:
                codes[index] = column
        return codes


def parse_rows(file: Path, shape: TableShape, key: str) -> Parsed:
    """Read the whole table, or what the cache remembers of it.

    Args:
        key: names the file as it is now: its path, size and time of change.

    Raises:
        PictureError: it holds no row that is a picture, or there is no room.
    """
    stem = hashlib.sha256(f"csv {shape} {key}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    target = cache_folder() / "containers" / f"{stem}.npy"
    known = _remembered(target)
    if known is not None:
        return known
    is_narrow = _is_eight_bit(file, shape)
    found = _read(file, shape, target, is_narrow)
    # A table that only begins like one of 8 bits is read again as it is.
    if is_narrow and found.wide > max(10, _FEW * len(found.parsed.pixels)):
        found = _read(file, shape, target, False)
    parsed = found.parsed
    if len(parsed.faults) >= len(parsed.pixels):
        reason = next(iter(parsed.faults.values()), "It holds no rows.")
        raise PictureError(
            f"“{display_name(file.name)}” holds no picture that can be read.", reason
        )
    _remember(target, parsed)
    return parsed


@dataclass
class _Found:
    parsed: Parsed
    wide: int  # rows that were refused for numbers beyond 8 bits


def _read(file: Path, shape: TableShape, target: Path, is_narrow: bool) -> _Found:
    dtype = np.dtype(np.uint8 if is_narrow else np.float32)
    columns = _Columns(len(shape.headings))
    faults: dict[int, str] = {}
    wide = 0
    total = 0
    with ArrayFile(target, shape.numbers, dtype, file) as out:
        for batch in _batches(file, shape):
            numbers, others, wrong = _numbers(batch, shape)
            bad, beyond = _out_of_range(numbers, wrong, is_narrow)
            wide += beyond
            for index, words in sorted(bad.items()):
                numbers[index] = 0
                if len(faults) < _MOST_FAULTS:
                    faults[total + index] = f"Line {batch[index][0]:,} {words}"
            for index in range(len(batch)):
                columns.add(others[index])
            total += len(batch)
            if total > _MOST_ROWS:
                raise PictureError(f"“{display_name(file.name)}” has too many rows.")
            out.append(numbers.astype(dtype))
        pixels = out.done()
    values = [None if k is None else list(k) for k in columns.known]
    return _Found(Parsed(pixels, faults, values, columns.arrays(total), out.held), wide)


def _is_eight_bit(file: Path, shape: TableShape) -> bool:
    """Whether nearly all of the first rows hold whole numbers from 0 to 255, and not 0 and 1."""
    for batch in _batches(file, shape):
        numbers, _, wrong = _numbers(batch, shape)
        good = np.ones(len(numbers), bool)
        good[list(wrong)] = False
        rows = numbers[good]
        if not len(rows):
            return True
        fits = ((rows >= 0) & (rows <= 255) & (rows == np.floor(rows))).all(axis=1)
        return bool(fits.mean() >= 0.9 and rows[fits].max() > 1)
    return True


def _batches(file: Path, shape: TableShape) -> Iterator[list[tuple[int, str]]]:
    """Line numbers, from 1, and lines; empty lines are left out."""
    batch: list[tuple[int, str]] = []
    size = number = 0
    with open(file, "rb") as opened:
        while line := opened.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE:
                raise PictureError(f"Line {number:,} of “{display_name(file.name)}” is too long.")
            if (number == 1 and shape.has_header) or not line.strip():
                continue
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            batch.append((number, text.lstrip("\ufeff") if number == 1 else text))
            size += len(line)
            if size >= _AT_ONCE:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _numbers(
    batch: list[tuple[int, str]], shape: TableShape
) -> tuple[Numbers, list[list[str] | None], dict[int, str]]:
    """``(rows, numbers)``, the other cells of each row, and why a row is none."""
    wrong: dict[int, str] = {}
    others: list[list[str] | None] = []
    texts: list[str] = []
    for index, (_, line) in enumerate(batch):
        try:
            pixels, rest = _cut(line, shape)
        except PictureError as error:
            wrong[index] = f"cannot be read: {error.message}"
            texts.append("")
            others.append(None)
            continue
        others.append(rest)
        texts.append(pixels)
        count = len(pixels.split()) if shape.in_cell else pixels.count(shape.separator) + 1
        if count != shape.numbers or rest is None:
            some = "one number" if count == 1 else f"{count:,} numbers"
            wrong[index] = f"has {some}, where the first row has {shape.numbers:,}."
    numbers = np.zeros((len(batch), shape.numbers), np.float64)
    good = [i for i in range(len(batch)) if i not in wrong]
    try:
        if good:
            numbers[good] = _parsed([texts[i] for i in good], shape)
    except (ValueError, OverflowError):
        for index in good:  # one of them is wrong: which?
            try:
                numbers[index] = _parsed([texts[index]], shape)[0]
            except (ValueError, OverflowError):
                wrong[index] = "holds something that is no number."
    return numbers, others, wrong


def _parsed(texts: list[str], shape: TableShape) -> Numbers:
    between = None if shape.in_cell else shape.separator
    found = np.loadtxt(texts, np.float64, comments=None, delimiter=between, ndmin=2)
    return found.reshape(len(texts), shape.numbers)


def _cut(line: str, shape: TableShape) -> tuple[str, list[str] | None]:
    """The pixels as one text, and the other cells; None for those where there are too few."""
    separator = shape.separator
    if shape.in_cell or '"' in line:
        row = cells(line, separator)
        end = len(row) - shape.after
        if len(row) < shape.before + shape.after + 1:
            return "", None
        inner = row[shape.before : end]
        return separator.join(inner), row[: shape.before] + row[end:]
    head = line.split(separator, shape.before)
    tail = head[-1].rsplit(separator, shape.after) if shape.after else [head[-1]]
    if len(head) <= shape.before or len(tail) <= shape.after:
        return "", None
    return tail[0], head[:-1] + tail[1:]


def _out_of_range(
    numbers: Numbers, wrong: dict[int, str], is_narrow: bool
) -> tuple[dict[int, str], int]:
    """Every row that cannot be used with the reason, and how many are so for 8 bits alone."""
    bad = dict(wrong)
    finite = np.isfinite(numbers).all(axis=1) & (np.abs(numbers) < 1e30).all(axis=1)
    for index in np.flatnonzero(~finite).tolist():
        bad.setdefault(index, "holds a number that is none, or is too large.")
    beyond = 0
    if is_narrow:
        fits = ((numbers >= 0) & (numbers <= 255) & (numbers == np.floor(numbers))).all(axis=1)
        for index in np.flatnonzero(finite & ~fits).tolist():
            if index not in bad:
                beyond += 1
                bad[index] = "holds a number that is not a whole one from 0 to 255, as the others."
    return bad, beyond


def _remember(target: Path, parsed: Parsed) -> None:
    """Keep the other columns beside the pixels; a disk that refuses costs time alone."""
    if parsed.held:
        return
    words = json.dumps({"values": parsed.values, "faults": parsed.faults}).encode()
    with suppress(OSError):
        temporary = target.with_suffix(".new.npz")
        np.savez(temporary, codes=parsed.codes, words=np.frombuffer(words, np.uint8))
        temporary.replace(target.with_suffix(".npz"))
        for old in target.parent.glob("*.npz"):
            if not old.with_suffix(".npy").exists():
                old.unlink()


def _remembered(target: Path) -> Parsed | None:
    try:
        pixels = np.load(target, mmap_mode="r", allow_pickle=False)
        with np.load(target.with_suffix(".npz"), allow_pickle=False) as kept:
            codes = np.asarray(kept["codes"], np.int32)
            words = json.loads(kept["words"].tobytes())
        faults = {int(row): str(text) for row, text in words["faults"].items()}
        values = [None if v is None else [str(t) for t in v] for v in words["values"]]
    except Exception:  # whatever is wrong with the cache, the table itself is there
        return None
    if pixels.ndim != 2 or codes.shape != (len(values), len(pixels)):
        return None
    if any(v is not None and c.size and c.max() >= len(v) for v, c in zip(values, codes)):  # noqa: B905
        return None
    return Parsed(pixels, faults, values, codes)
