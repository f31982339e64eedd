"""From the cells of rows to label columns: classes in order, one entry for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.core.errors import DatasetError
from studio.data.assemble import sorted_naturally

LARGEST_LABELS = 2_000_000_000
"""Bytes of a multi-label column, pictures × classes."""
NEITHER, NONE = "neither", "none of these"
"""Classes of rows that have no 1 in any of two, or of more, one-hot columns."""
_EXTRA = 0.05
"""Share of such rows from which on they are a class rather than rows without a label."""


@dataclass
class Labels:
    """Labels of rows.

    Attributes:
        names: the classes as the table spells them, in order.
        codes: ``(rows,) int32`` class or −1; multi-label ``(rows, classes) int8``.
    """

    names: list[str]
    codes: NDArray[Any]


def one_each(cells: Sequence[str], control: Control | None = None) -> Labels:
    """One class a row; an empty cell is −1."""
    texts = _whole_numbers(set(cells))
    names = sorted_naturally({t for t in texts.values() if t}, control)
    code = {name: i for i, name in enumerate(names)} | {"": -1}
    table = {cell: code[text] for cell, text in texts.items()}
    return Labels(names, np.fromiter((table[c] for c in cells), np.int32, len(cells)))


def several_each(
    cells: Sequence[str], cut: Callable[[str], list[str]], control: Control | None = None
) -> Labels:
    """Several classes a row; nothing is known of a row with an empty cell.

    Raises:
        DatasetError: rows × classes would not fit into memory.
    """
    parts = {cell: cut(cell) for cell in set(cells)}
    texts = _whole_numbers({t for tokens in parts.values() for t in tokens})
    names = sorted_naturally(set(texts.values()), control)
    check_size(len(cells), len(names))
    place = {name: i for i, name in enumerate(names)}
    code = {text: place[t] for text, t in texts.items()}
    numbers = {cell: [code[t] for t in tokens] for cell, tokens in parts.items()}
    codes = np.zeros((len(cells), len(names)), np.int8)
    for row, cell in enumerate(cells):
        if found := numbers[cell]:
            codes[row, found] = 1
        else:
            codes[row] = -1
    return Labels(names, codes)


def from_columns(names: Sequence[str], raw: NDArray[np.int8]) -> Labels:
    """One-hot columns: multi-label, or single-label where no row has more than one 1.

    A row without any 1 is then a class of its own, “neither”, where there are many such rows.

    Args:
        raw: ``(rows, columns) int8`` 1, 0, −1 not known, 2 for a cell of ``-1``.
    """
    raw = np.where(raw == 2, -1 if (raw == 0).any() else 0, raw).astype(np.int8)
    style = one_hot_style(raw)
    if style == "multi":
        return Labels(list(names), raw)
    codes = np.where((raw == 1).any(axis=1), raw.argmax(axis=1), -1).astype(np.int32)
    if style == "single":
        return Labels(list(names), codes)
    codes[(raw == 0).all(axis=1)] = len(names)
    return Labels([*names, extra_name(len(names), names)], codes)


def one_hot_style(raw: NDArray[np.int8]) -> str:
    """``multi``, ``single`` or ``neither`` (single with a class for rows without any 1)."""
    ones = (raw == 1).sum(axis=1)
    if len(raw) == 0 or (ones > 1).any() or (raw == -1).any():
        return "multi"
    return "neither" if (ones == 0).mean() >= _EXTRA else "single"


def extra_name(columns: int, taken: Sequence[str]) -> str:
    """The name of the class of rows without any 1."""
    name = NEITHER if columns == 2 else NONE
    return name if name not in taken else f"{name} (no column)"


def check_size(rows: int, classes: int) -> None:
    """Raise DatasetError where a multi-label column would be too large for memory."""
    if rows * classes > LARGEST_LABELS:
        raise DatasetError(
            f"{rows:,} rows with {classes:,} classes that can hold together would take "
            f"{rows * classes / 1e9:.1f} GB of memory.",
            "Choose another column for the labels, or a table with fewer classes.",
        )


def _whole_numbers(texts: set[str]) -> dict[str, str]:
    """Text → text; ``1.0`` → ``1`` where all are such numbers, as spreadsheets write them."""
    full = {t for t in texts if t}
    if full and all(t.removesuffix(".0").lstrip("-").isdecimal() for t in full):
        return {t: t.removesuffix(".0") for t in texts}
    return {t: t for t in texts}
