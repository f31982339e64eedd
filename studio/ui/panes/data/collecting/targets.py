"""Where pictures of a class go in a data set, and which data sets take any."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from studio.core.errors import InputError, StudioError
from studio.core.paths import display_name
from studio.data.dataset import NO_SPLIT, Dataset
from studio.ui.panes.data.order import class_names, first_output

OWN = ("collection", "unlabelled")
"""Formats in which a picture may lie beside the classes and have none yet."""

_FOLDERS = ("folder", "split-folders", *OWN)


@dataclass(frozen=True)
class Target:
    """A class of a data set, or None for pictures without one.

    Attributes:
        known: the folder of its pictures; empty where it has none.
        inside: the folder that holds the classes, ``train``; empty for the root.
    """

    root: Path
    name: str | None
    known: str = ""
    inside: str = ""

    def folder(self) -> str:
        """Relative path of the folder, which is looked for where it is not known."""
        if self.name is None or self.known:
            return self.known
        from studio.data.collection import class_folder

        return class_folder(self.root, self.name, self.inside)

    @property
    def words(self) -> str:
        """“plants/fern”."""
        below = self.known or "/".join(filter(None, (self.inside, self.name or "")))
        return display_name(f"{self.root.name}/{below}" if below else self.root.name)


def target_of(dataset: Dataset, name: str | None) -> Target:
    """Where pictures of a class go: to those that it has, in the training split if there is one.

    Args:
        dataset: as it was opened, without the person's changes.
    """
    inside = ""
    if dataset.format == "split-folders" and len(dataset):
        train = dataset.found_split.clip(min=NO_SPLIT + 1).argmin()
        inside = PurePosixPath(dataset.paths[int(train)]).parts[0]
    names = class_names(dataset)
    if name is None or name not in names:
        return Target(dataset.root, name, "", inside)
    rows = dataset.rows_of(names.index(name), first_output(dataset))
    depth = 2 if inside else 1
    for row in rows.tolist():
        parts = PurePosixPath(dataset.paths[row]).parts
        if len(parts) > depth and (not inside or parts[0] == inside):
            return Target(dataset.root, name, "/".join(parts[:depth]), inside)
    return Target(dataset.root, name, "", inside)


def is_own(dataset: Dataset | None) -> bool:
    """Whether a data set takes pictures without a class."""
    return dataset is not None and dataset.format in OWN


def refusal(dataset: Dataset | None) -> StudioError | None:
    """Why no picture can be added to a data set; None where it can."""
    if dataset is None:
        return InputError("There is no data set to add pictures to.", "Make a new one.")
    hint = "Make a new data set, and add the pictures there."
    if dataset.format not in _FOLDERS:
        return InputError(
            f"A table or file says what the pictures of “{dataset.name}” show, so a picture more "
            "would not be known to it.",
            hint,
        )
    if dataset.source is not None:
        return InputError(
            f"“{dataset.name}” is one file, and no picture can be added to it here.", hint
        )
    if len(dataset.outputs) > 1:
        return InputError(
            f"Every picture of “{dataset.name}” answers several questions, so one class does not "
            "say where a new one belongs.",
            hint,
        )
    return None
