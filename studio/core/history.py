"""The numbers of one run: a column for each quantity, by batch and by epoch."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from studio.core.events import BatchEnded, EpochEnded

_BATCH = tuple(f.name for f in fields(BatchEnded))
_EPOCH = tuple(f.name for f in fields(EpochEnded))


class History:
    """Columns of numbers, filled by events.

    ``batches["loss"]`` and ``epochs["validation_loss"]`` are lists of equal length within their
    group; names are the fields of :class:`BatchEnded` and :class:`EpochEnded`.
    """

    def __init__(self) -> None:
        self.batches: dict[str, list[Any]] = {name: [] for name in _BATCH}
        self.epochs: dict[str, list[Any]] = {name: [] for name in _EPOCH}

    def append(self, event: BatchEnded | EpochEnded) -> None:
        """Add one row."""
        columns = self.batches if isinstance(event, BatchEnded) else self.epochs
        for name, column in columns.items():
            column.append(getattr(event, name))

    @property
    def best_epoch(self) -> int:
        """The number of the last epoch that was marked best, 0 where there is none."""
        rows = zip(self.epochs["epoch"], self.epochs["is_best"], strict=True)
        return max((int(epoch) for epoch, is_best in rows if is_best), default=0)

    def truncate(self, step: int) -> None:
        """Forget every row after ``step``, as a run resumed at that step must."""
        for columns in (self.batches, self.epochs):
            keep = sum(1 for s in columns["step"] if s <= step)
            for column in columns.values():
                del column[keep:]

    def save(self, path: Path) -> None:
        """Write all rows as JSON lines, atomically. Raises StorageError."""
        from studio.core.files import write_atomic

        rows = [to_line(e) for e in self.events()]
        write_atomic(path, "".join(rows), "saving the history")

    def events(self) -> list[BatchEnded | EpochEnded]:
        """All rows as events, in the order of their steps."""
        batches = [BatchEnded(*row) for row in zip(*self.batches.values(), strict=True)]
        epochs = [EpochEnded(*row) for row in zip(*self.epochs.values(), strict=True)]
        every: list[BatchEnded | EpochEnded] = [*batches, *epochs]
        return sorted(every, key=lambda e: (e.step, isinstance(e, EpochEnded)))


def to_line(event: BatchEnded | EpochEnded) -> str:
    """One event as one line of JSON, newline included."""
    kind = "batch" if isinstance(event, BatchEnded) else "epoch"
    return json.dumps({"kind": kind, **asdict(event)}) + "\n"


def load_history(path: Path) -> History:
    """Read JSON lines. A cut or foreign line (a kill in the middle of a write) is left out."""
    history = History()
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return history
    for line in text.splitlines():
        try:
            row = json.loads(line)
            event = _event(row)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
        history.append(event)
    return history


def _event(row: dict[str, Any]) -> BatchEnded | EpochEnded:
    kind = row.pop("kind")
    return BatchEnded(**row) if kind == "batch" else EpochEnded(**row)
