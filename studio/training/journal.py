"""Tells of a training: events to whoever listens, numbers to the run's history."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import IO

from studio.core.events import BatchEnded, EpochEnded, TrainingEvent
from studio.core.files import storage_errors
from studio.core.history import History, to_line
from studio.core.runs import RunFolder

Emit = Callable[[TrainingEvent], None]
SECONDS_BETWEEN_BATCHES = 0.05
"""At most 20 batches a second are told and kept; epochs always are."""


class Journal:
    """Writes history lines and emits them; batches at most 20 times a second."""

    def __init__(self, run: RunFolder, emit: Emit) -> None:
        self._run = run
        self.emit = emit
        self.history = History()
        self._file: IO[str] | None = None
        self._last = 0.0
        self._pictures = 0
        self._since = time.monotonic()

    def open(self, step: int, epochs_done: int) -> None:
        """Start or go on: rows after the checkpoint's step and epoch are forgotten."""
        self.history = self._run.history() if step or epochs_done else History()
        self.history.truncate(step)
        for epoch in [e for e in self.history.epochs["epoch"] if e > epochs_done]:
            row = self.history.epochs["epoch"].index(epoch)
            for column in self.history.epochs.values():
                del column[row]
        self.history.save(self._run.history_file)
        with storage_errors("saving the history"):
            self._file = self._run.history_file.open("a", encoding="utf-8")
        self.restart_clock()

    def restart_clock(self) -> None:
        """Leave a pause or a validation out of the speed."""
        self._since = time.monotonic()
        self._pictures = 0

    def count(self, pictures: int) -> None:
        """Some pictures were trained with."""
        self._pictures += pictures

    @property
    def is_due(self) -> bool:
        """Whether the next batch may be told."""
        return time.monotonic() - self._last >= SECONDS_BETWEEN_BATCHES

    def speed(self) -> float:
        """Pictures per second since it was asked last."""
        now = time.monotonic()
        value = self._pictures / max(now - self._since, 1e-9)
        self._since, self._pictures = now, 0
        return value

    def add(self, event: BatchEnded | EpochEnded) -> None:
        """Keep and tell. Raises StorageError."""
        if isinstance(event, BatchEnded):
            self._last = time.monotonic()
        self.history.append(event)
        if self._file is not None:
            with storage_errors("saving the history"):
                self._file.write(to_line(event))
                if isinstance(event, EpochEnded) or len(self.history.batches["step"]) % 20 == 1:
                    self._file.flush()
        self.emit(event)

    def close(self) -> None:
        """Put everything on the disk. Raises StorageError."""
        if self._file is not None:
            file, self._file = self._file, None
            with storage_errors("saving the history"):
                file.close()
