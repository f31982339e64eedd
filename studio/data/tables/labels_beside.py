"""Labels in a table of their own, row by row beside a table of pixels, as DeepSat's CSV has them.

Names: DeepSat SAT-4 (Basu and others, 2015, on Kaggle): ``X_train_sat4.csv`` and
``y_train_sat4.csv``; ``sat4annotations.csv`` has the name of a class and its code in each row.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.containers.naming import meaning
from studio.data.containers.places import find_files

_MOST_BYTES = 1 << 30
_LONGEST = 1 << 16
_MOST_NAMES = 65_536


def labels_beside(pixels: Path, count: int) -> NDArray[Any] | None:
    """``(count,)`` or ``(count, k)`` labels of a table of pixels; None where no file has them.

    Raises:
        DatasetError: there is such a file, but it has other rows than the pictures.
    """
    says = meaning(pixels.stem)
    _, files = find_files(pixels.parent, lambda f: f.suffix.lower() in (".csv", ".tsv", ".txt"))
    for file in files:
        other = meaning(file.stem)
        if file == pixels or other.role != "labels":
            continue
        if (other.split, other.rest) == (says.split, says.rest):
            return _read(file, count)
    return None


def _read(file: Path, count: int) -> NDArray[Any]:
    name = display_name(file.name)
    if file.stat().st_size > _MOST_BYTES:
        raise DatasetError(f"“{name}” is too large to be a list of labels.")
    rows: list[list[str]] = []
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        while line := opened.readline(_LONGEST):
            if line.strip():
                rows.append([cell.strip() for cell in _cells(line)])
            if len(rows) > count + 1:
                break
    if len(rows) == count + 1:
        rows = rows[1:]  # headings
    if len(rows) != count:
        raise DatasetError(
            f"There are {count:,} pictures but “{name}” has "
            f"{'more' if len(rows) > count else f'{len(rows):,}'} rows of labels, so it is not "
            "known which belongs to which.",
            "Check that both tables come from the same data set.",
        )
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise DatasetError(f"The rows of “{name}” have different lengths.")
    if widths == {2}:  # an id, then the class
        rows = [row[1:] for row in rows]
    texts = np.array(rows, dtype=object)
    try:
        numbers = texts.astype(np.float64)
    except (ValueError, OverflowError):
        return texts[:, 0]
    return numbers[:, 0] if numbers.shape[1] == 1 else numbers


def _cells(line: str) -> list[str]:
    separator = next((s for s in (",", ";", "\t") if s in line), ",")
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return [line]


def names_of_table(folder: Path) -> tuple[str, ...]:
    """Names of the classes from a table whose name says annotations; nothing where there is none.

    A row has the name and a code with one 1, which is put where the 1 stands; or the name alone.
    """
    _, files = find_files(folder, lambda f: f.suffix.lower() == ".csv")
    for file in files:
        if "annotation" not in file.stem.lower() or file.stat().st_size > _LONGEST:
            continue
        from studio.data.containers.class_names_array import names_of_cell

        rows = []
        for line in file.read_text("utf-8-sig", errors="replace").splitlines()[:_MOST_NAMES]:
            cells = [cell.strip() for cell in _cells(line)]
            code = "".join(c for c in cells if c in ("0", "1"))
            words = [c for c in cells if c and c not in ("0", "1")]
            if len(words) == 1 and code.count("1") == 1:
                rows.append([words[0], code])
        if rows:
            return names_of_cell(rows)
    return ()
