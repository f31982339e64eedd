"""Which pictures a split keeps on one side: near twins, or those that a column joins."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.data.leaks import TWINS, LeakReport, find_leaks
from studio.data.split import SplitSpec
from studio.data.tables.groups import heading_of


def groups_of(
    dataset: Dataset, spec: SplitSpec, twins: NDArray[np.int64] | None = None
) -> NDArray[np.int64] | None:
    """``(n,) int64`` the groups that a split keeps together, −1 for none.

    Args:
        twins: ``(n,) int64`` near twins, once they are known; see
            :attr:`studio.data.doctor.Checked.twins`.

    Returns:
        None where the spec keeps nothing together, or what it keeps is not known.
    """
    if spec.together == "twins":
        return twins
    if spec.together == "column":
        heading = heading_of(dataset.groups, spec.column)
        return None if heading is None else dataset.groups[heading]
    return None


def need_column(dataset: Dataset, spec: SplitSpec) -> None:
    """Raise DatasetError where a spec keeps together by a column that is not there."""
    if spec.together != "column" or heading_of(dataset.groups, spec.column) is not None:
        return
    known = ", ".join(map(display_name, dataset.groups))
    if not known:
        raise DatasetError(
            "No column of this data set says which pictures belong together.",
            "Name one of its table: --column group=NAME.",
        )
    raise DatasetError(
        f"“{display_name(spec.column)}” is no column by which pictures belong together.",
        f"There are: {known}. Name another one of the table with --column group=NAME.",
    )


def columns_to_report(dataset: Dataset, spec: SplitSpec) -> list[str]:
    """The group columns that a leak report is about.

    Where a split is drawn, that is the column to keep together by; which of the others matter,
    nobody has said. A split that came with the pictures was meant by somebody: all of them.
    """
    if spec.together == "column":
        heading = heading_of(dataset.groups, spec.column)
        return [] if heading is None else [heading]
    return list(dataset.groups) if spec.mode == "folders" and dataset.has_split else []


def leak_reports(
    dataset: Dataset,
    split: NDArray[np.int8],
    twins: NDArray[np.int64] | None = None,
    columns: Iterable[str] | None = None,
) -> list[LeakReport]:
    """What straddles a split: near twins where they are known, then the groups of each column.

    Args:
        split: ``(n,) int8`` of :class:`Split`, −1 for none.
        columns: headings of group columns; all, where left out.
    """
    found = [] if twins is None else [find_leaks(split, twins, TWINS)]
    wanted = dataset.groups if columns is None else columns
    return [*found, *(find_leaks(split, dataset.groups[name], name) for name in wanted)]
