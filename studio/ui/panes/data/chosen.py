"""What is known of the chosen pictures without reading them: plain functions, no widgets."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.data.dataset import SPLITS, Dataset
from studio.ui.panes.data.inspector import ManyFacts
from studio.ui.panes.data.order import class_of, first_output
from studio.ui.widgets.numbers import file_size


def name_of(dataset: Dataset, row: int) -> str:
    """The file name of a picture, for the screen."""
    return display_name(PurePosixPath(dataset.paths[row]).name)


def known_facts(
    dataset: Dataset, assignment: NDArray[np.int8] | None, row: int
) -> list[tuple[str, str]]:
    """Class (of every output), split (where it is known) and folder of one picture."""
    facts = [("Class", display_name(class_of(dataset, row)))]
    for output in list(dataset.outputs)[1:]:
        label = int(dataset.labels[output][row])
        name = dataset.outputs[output][label] if label >= 0 else "none"
        facts.append((display_name(output), display_name(name)))
    if assignment is not None:
        split = int(assignment[row])
        facts.append(("Split", SPLITS[split].label if split >= 0 else "None: left out"))
    folder = str(PurePosixPath(dataset.paths[row]).parent)
    facts.append(("Folder", display_name(folder) if folder != "." else dataset.name))
    return facts


def many_facts(
    dataset: Dataset, assignment: NDArray[np.int8] | None, rows: NDArray[np.int64]
) -> ManyFacts:
    """Classes of several pictures; bytes and splits too, where the split is known."""
    output = first_output(dataset)
    kinds = set(dataset.labels[output][rows].tolist()) if output else {-1}
    classes = f"{len(kinds)} different" if len(kinds) > 1 else class_of(dataset, int(rows[0]))
    if assignment is None:
        return ManyFacts(len(rows), (("Class", display_name(classes)),))
    splits = assignment[rows]
    parts = [
        f"{int(np.count_nonzero(splits == split)):,} {split.label.lower()}"
        for split in SPLITS
        if np.any(splits == split)
    ]
    facts = (
        ("Class", display_name(classes)),
        ("On disk", file_size(int(dataset.sizes[rows].sum()))),
        ("Split now", ", ".join(parts) or "left out"),
    )
    return ManyFacts(len(rows), facts)
