"""What the Data pane says of a data set: plain functions, no widgets."""

from __future__ import annotations

from pathlib import Path

from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.panes.data.order import class_names
from studio.ui.widgets.numbers import count

EMPTY = "Drop pictures on a class, paste them, or use the camera."
"""What to do with a data set that was just made."""


def waiting_words(folder: Path, is_there: bool) -> tuple[str, str]:
    """Heading and sentence while the pictures of a project are not shown."""
    name = display_name(folder.name)
    if is_there:
        return (
            f"Opening “{name}”",
            "The pictures of this project are being listed. "
            "If they moved, show where the folder is now.",
        )
    return (
        "Where are the pictures of this project?",
        f"“{name}” is no longer at {display_name(str(folder.parent))}. "
        "Connect the drive, or show where the folder is now. Runs and settings are kept.",
    )


def nothing_words(dataset: Dataset, is_known: bool, search: str) -> str:
    """Why no picture is listed. ``is_known``: the data set is open, not only looked into."""
    if not is_known:
        return "The folder is still being opened."
    if not len(dataset):
        if dataset.format == "collection":
            return EMPTY
        return "There is no picture in this folder."
    if text := search.strip():
        return f"No picture is called “{text}”."
    return "This class has no picture."


def summary_words(dataset: Dataset, is_known: bool, shown: int, excluded: int = 0) -> str:
    """How many pictures and classes there are, and how many of them are listed."""
    if not is_known:
        return f"Opening {dataset.name}…"
    total, classes = len(dataset), len(class_names(dataset))
    words = f"{count(total, 'picture')}, {count(classes, 'class', 'classes')}"
    if excluded:
        words += f", {excluded:,} excluded"
    return f"{shown:,} of {words}" if shown != total else words
