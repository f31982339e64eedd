"""Arrays of labels as columns of a data set: numbers, text, one row of 0 and 1 a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from natsort import natsort_keygen, ns
from numpy.typing import NDArray

from studio.core.errors import DatasetError
from studio.core.paths import display_name

MAX_CLASSES = 65_536
"""More different labels are taken for numbers or names of pictures."""

_natural = natsort_keygen(alg=ns.IGNORECASE)

Column = NDArray[Any]


def label_columns(
    name: str, raw: Sequence[Column | None], counts: Sequence[int], class_names: Sequence[str] = ()
) -> tuple[tuple[str, ...], list[Column]]:
    """One output's classes, and its labels for each part of a data set.

    Args:
        name: of the array, for messages.
        raw: the labels of each part as they are stored, None where a part has none: ``(n,)`` or
            ``(n, 1)`` numbers or text, or ``(n, k)`` of 0 and 1.
        counts: pictures of each part.
        class_names: where they are known, in the order of the numbers.

    Returns:
        ``(n,) int32`` class index (−1 none) for each part; ``(n, k) int8`` where any row of
        ``(n, k)`` has other than exactly one 1.

    Raises:
        DatasetError: these are no labels of classes.
    """
    parts = [
        None if part is None else _oriented(name, np.asarray(part), count)
        for part, count in zip(raw, counts, strict=True)
    ]
    known = [part for part in parts if part is not None]
    if not known:
        return tuple(class_names), [np.full(count, -1, np.int32) for count in counts]
    if any(part.ndim == 2 for part in known):
        return _rows(name, parts, counts, class_names)
    if all(part.dtype.kind in "biuf" for part in known):
        return _numbers(name, parts, counts, class_names)
    return _texts(name, parts, counts)


def _oriented(name: str, part: Column, count: int) -> Column:
    """``(n,)`` or ``(n, k)``, whichever way round it is stored."""
    if part.dtype.kind in "SUO":
        part = _decoded(part)
    squeezed = part.reshape([side for side in part.shape if side != 1] or [1])
    if count == 1 and part.ndim == 2 and max(part.shape) > 1:
        squeezed = part.reshape(1, -1)
    if squeezed.ndim == 2 and squeezed.shape[0] != count and squeezed.shape[1] == count:
        squeezed = squeezed.T
    if squeezed.ndim not in (1, 2):
        raise DatasetError(
            f"“{display_name(name)}” has the shape {part.shape}, which is no list of labels."
        )
    if len(squeezed) != count:
        raise DatasetError(
            f"There are {count:,} pictures but {len(squeezed):,} labels in "
            f"“{display_name(name)}”, so it is not known which belongs to which.",
            "Check that pictures and labels come from the same data set.",
        )
    return squeezed


def _decoded(part: Column) -> Column:
    texts = [t.decode("utf-8", "replace") if isinstance(t, bytes) else str(t) for t in part.flat]
    return np.array(texts, dtype=object).reshape(part.shape)


def _rows(
    name: str, parts: list[Column | None], counts: Sequence[int], class_names: Sequence[str]
) -> tuple[tuple[str, ...], list[Column]]:
    known = [part for part in parts if part is not None]
    widths = {part.shape[1] if part.ndim == 2 else 1 for part in known}
    if len(widths) > 1:
        raise DatasetError(f"The parts of “{display_name(name)}” have rows of different length.")
    width = widths.pop()
    for rows in known:
        if rows.dtype.kind not in "biuf" or not np.isin(rows, (0, 1)).all():
            raise DatasetError(
                f"The rows of “{display_name(name)}” have {width} values, and not all are 0 or 1, "
                "so they name no classes.",
                "Labels are one number or name for each picture, or a row of 0 and 1.",
            )
    names = _names_for(width, class_names)
    is_single = all((part.astype(bool).sum(axis=1) == 1).all() for part in known)
    columns: list[Column] = []
    for part, count in zip(parts, counts, strict=True):
        if is_single:
            column = np.full(count, -1) if part is None else part.argmax(axis=1)
            columns.append(np.asarray(column, np.int32))
        else:
            given = np.full((count, width), -1) if part is None else part
            columns.append(np.asarray(given, np.int8))
    return names, columns


def _numbers(
    name: str, parts: list[Column | None], counts: Sequence[int], class_names: Sequence[str]
) -> tuple[tuple[str, ...], list[Column]]:
    whole = [None if part is None else _whole(name, part) for part in parts]
    values = np.unique(np.concatenate([p[m] for p, m in filter(None, whole)]))
    if values.tolist() != [-1, 1]:
        values = values[values >= 0]  # −1 is how “no label” is written
    if len(values) > MAX_CLASSES:
        raise _too_many(name, len(values))
    if class_names and len(values) and values[0] >= 0 and values[-1] < len(class_names):
        values = np.arange(len(class_names))
        names = _names_for(len(class_names), class_names)
    elif class_names and len(values) == len(class_names) == values[-1] and values[0] == 1:
        names = _names_for(len(class_names), class_names)  # MATLAB counts from 1
    else:
        names = tuple(str(v).replace("-", "−") for v in values.tolist())
    columns = []
    for part, count in zip(whole, counts, strict=True):
        column = np.full(count, -1, np.int32)
        if part is not None and len(values):
            numbers, has = part
            place = np.minimum(np.searchsorted(values, numbers), len(values) - 1)
            found = has & (values[place] == numbers)
            column[found] = place[found]
        columns.append(column)
    return names, columns


def _whole(name: str, part: Column) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Whole numbers, and where there are any."""
    if part.dtype.kind != "f":
        has = np.ones(len(part), bool)
        if part.dtype == np.uint64:
            has = part <= np.uint64(2**63 - 1)
        return np.where(has, part, 0).astype(np.int64), has
    has = np.isfinite(part) & (np.abs(part) < 2**53)
    numbers = np.where(has, part, 0)
    if (numbers != np.floor(numbers)).any():
        raise DatasetError(
            f"“{display_name(name)}” holds numbers with fractions: amounts, not classes.",
            "Round them to the classes that you mean, and open the file again.",
        )
    return numbers.astype(np.int64), has


def _texts(
    name: str, parts: list[Column | None], counts: Sequence[int]
) -> tuple[tuple[str, ...], list[Column]]:
    texts = [None if p is None else [_clean(t) for t in p.tolist()] for p in parts]
    found = {t for part in texts if part is not None for t in part if t}
    if len(found) > MAX_CLASSES:
        raise _too_many(name, len(found))
    names = tuple(sorted(sorted(found), key=_natural))
    index = {text: i for i, text in enumerate(names)} | {"": -1}
    return names, [
        np.full(count, -1, np.int32)
        if part is None
        else np.array([index[text] for text in part], np.int32)
        for part, count in zip(texts, counts, strict=True)
    ]


def _clean(text: Any) -> str:
    return str(text).encode("utf-8", "replace").decode("utf-8").strip("\0 \t\r\n")


def _names_for(count: int, class_names: Sequence[str]) -> tuple[str, ...]:
    """The given names where there are as many, made different where two are the same."""
    if len(class_names) != count:
        return tuple(str(i) for i in range(count))
    names: list[str] = []
    for i, name in enumerate(map(_clean, class_names)):
        name = name or str(i)
        names.append(name if name not in names else f"{name} ({i})")
    return tuple(names)


def _too_many(name: str, count: int) -> DatasetError:
    return DatasetError(
        f"“{display_name(name)}” holds {count:,} different values: too many to be classes.",
        "Name the array that holds the labels.",
    )
