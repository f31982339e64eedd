"""Reading a data set only to look at it: bounded in time and bytes, and never an exception."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from studio.core.control import Cancelled, Control, Progress
from studio.core.errors import StudioError
from studio.data.dataset import Dataset
from studio.data.formats.registry import DatasetFormat
from studio.data.tables.preview import Preview, preview

MOST_SECONDS = 3.0
"""So long a data set is indexed just to look at it."""

MOST_BYTES = 64_000_000
"""Text of more bytes is not read as a whole just to look at it."""

_TEXTS = (".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson")


class _Bounded(Control):
    """A control that also stops when the time for a look is over."""

    def __init__(self, outer: Control, seconds: float) -> None:
        super().__init__()
        self._outer, self._end = outer, time.monotonic() + seconds

    @property
    def cancelled(self) -> bool:
        return self._outer.cancelled or time.monotonic() > self._end

    def checkpoint(self) -> None:
        if self.cancelled:
            raise Cancelled


def read_within(
    root: Path,
    files: Sequence[Path],
    reader: DatasetFormat,
    progress: Progress,
    control: Control,
    seconds: float = MOST_SECONDS,
) -> tuple[Dataset | None, str]:
    """The data set, or why it cannot be opened; neither where that would take too long.

    Args:
        files: what would be read as a whole.

    Raises:
        Cancelled: asked for.
    """
    control.checkpoint()
    try:
        if sum(f.stat().st_size for f in files if f.suffix.lower() in _TEXTS) > MOST_BYTES:
            return None, ""
        return reader.read(root, progress, _Bounded(control, seconds)), ""
    except Cancelled:
        control.checkpoint()
        return None, ""
    except (StudioError, OSError, ValueError) as error:
        return None, words_of(error)


def table_by_hand(root: Path) -> Preview | None:
    """The rows of a table of at least two columns, whatever they mean; None where none is."""
    try:
        found = preview(root)
    except (StudioError, OSError, ValueError):
        return None
    return found if len(found.columns) > 1 and len(found.rows) > 1 else None


def words_of(error: Exception) -> str:
    """An error as a sentence with a hint."""
    return str(error) if isinstance(error, StudioError) else "It could not be read."
