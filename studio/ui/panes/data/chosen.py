"""What is known of the chosen pictures without reading them: plain functions, no widgets."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.data.dataset import SPLITS, Dataset
from studio.ui.panes.data.inspector import ManyFacts
from studio.ui.panes.data.order import class_of, first_output
from studio.ui.widgets.numbers import file_size

if TYPE_CHECKING:
    from studio.ui.changes import Changes


def name_of(dataset: Dataset, row: int) -> str:
    """The file name of a picture, for the screen."""
    return display_name(PurePosixPath(dataset.paths[row]).name)


def known_facts(
    dataset: Dataset,
    assignment: NDArray[np.int8] | None,
    row: int,
    changes: Changes | None = None,
) -> list[tuple[str, str]]:
    """Class (of every output), split (where it is known) and folder of one picture.

    Args:
        changes: what a person changed, of an open data set. It is told instead of classes and
            split, which then stand in controls.
    """
    facts = []
    if changes is None:
        facts.append(("Class", display_name(class_of(dataset, row))))
        for output in list(dataset.outputs)[1:]:
            names = ", ".join(dataset.classes_of(row, output)) or "none"
            facts.append((display_name(output), display_name(names)))
        if assignment is not None:
            split = int(assignment[row])
            facts.append(("Split", SPLITS[split].label if split >= 0 else "None: left out"))
    else:
        facts += _changed_facts(dataset, changes, row)
    folder = str(PurePosixPath(dataset.paths[row]).parent)
    facts.append(("Folder", display_name(folder) if folder != "." else dataset.name))
    return facts


def _changed_facts(dataset: Dataset, changes: Changes, row: int) -> list[tuple[str, str]]:
    facts = []
    for output, before in changes.old_classes(row).items():
        of = "" if len(dataset.outputs) == 1 else f"{display_name(output)}: "
        facts.append(("By you", f"{of}Moved from {display_name(before)}"))
    if changes.excluded()[row]:
        facts.append(("By you", "Excluded"))
    return facts


def many_facts(
    dataset: Dataset,
    assignment: NDArray[np.int8] | None,
    rows: NDArray[np.int64],
    excluded: NDArray[np.bool_] | None = None,
) -> ManyFacts:
    """Classes of several pictures; bytes and splits too, where the split is known."""
    output = first_output(dataset)
    kinds = len(np.unique(dataset.labels[output][rows], axis=0)) if output else 1
    classes = f"{kinds:,} different" if kinds > 1 else class_of(dataset, int(rows[0]))
    if assignment is None:
        return ManyFacts(len(rows), (("Class", display_name(classes)),))
    splits = assignment[rows]
    parts = [
        f"{int(np.count_nonzero(splits == split)):,} {split.label.lower()}"
        for split in SPLITS
        if np.any(splits == split)
    ]
    facts: tuple[tuple[str, str], ...] = (
        *((("Class", display_name(classes)),) if excluded is None else ()),
        ("On disk", file_size(int(dataset.sizes[rows].sum()))),
        ("Split now", ", ".join(parts) or "left out"),
    )
    if excluded is not None and (number := int(np.count_nonzero(excluded[rows]))):
        facts += (("Excluded", f"{number:,} of {len(rows):,}"),)
    return ManyFacts(len(rows), facts)
