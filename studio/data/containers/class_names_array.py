"""Names of the classes that stand in the file of arrays itself."""

from __future__ import annotations

import numpy as np

from studio.core.errors import PictureError
from studio.data.containers.finding import Named
from studio.data.containers.naming import is_class_names

_MOST_MAPPED = 65_536


def names_in_file(others: list[Named]) -> tuple[str, ...]:
    """Names of the classes, where an array or a cell of MATLAB lists them."""
    for named in others:
        if is_class_names(named.stored.name) and named.stored.dtype.kind in "OSU":
            try:
                values = np.asarray(named.container.labels(named.stored.name)).ravel()
            except PictureError:
                continue
            return tuple(
                v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values
            )
    for container in {id(n.container): n.container for n in others}.values():
        for name in filter(is_class_names, container.cells()):
            if rows := container.cell(name):
                return names_of_cell(rows)
    for named in others:
        if named.stored.name.rpartition("/")[2].lower() == "mapping":
            return _mapped_names(named)
    return ()


def _mapped_names(named: Named) -> tuple[str, ...]:
    """EMNIST's ``mapping``: a row for each class, its number and the codes of its characters."""
    shape = named.stored.shape
    if len(shape) != 2 or not 2 <= min(shape) <= 4 or max(shape) > _MOST_MAPPED:
        return ()
    try:
        rows = np.asarray(named.container.labels(named.stored.name), np.int64)
    except (PictureError, ValueError):
        return ()
    rows = rows if named.stored.shape[1] <= 4 else rows.T
    if not ((rows[:, 1:] >= 0) & (rows[:, 1:] < 0x110000)).all():
        return ()
    return tuple("/".join(chr(code) for code in dict.fromkeys(row[1:])) for row in rows.tolist())


def names_of_cell(rows: list[list[str]]) -> tuple[str, ...]:
    """Names from a cell array: one text a row; DeepSat has a one-hot code beside each.

    Rows with a code are put where its 1 stands.
    """
    if len(rows) == 1 and len(rows[0]) > 1:
        rows = [[text] for text in rows[0]]
    named: list[tuple[int, str]] = []
    for index, row in enumerate(rows):
        place = index
        texts = []
        for text in row:
            digits = [c for c in text if c.isalnum()]
            if digits and set(digits) <= {"0", "1"} and digits.count("1") == 1 and len(digits) > 1:
                place = digits.index("1")
            elif text.strip():
                texts.append(text.strip())
        named.append((place, texts[0] if texts else str(place)))
    return tuple(name for _, name in sorted(named, key=lambda pair: pair[0]))
