"""One working process, seen from the one that gives it work."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections import deque
from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.data.supply.process import Fill, run
from studio.data.supply.tasks import Task

_JOIN_SECONDS = 5.0
_swap = threading.Lock()


class Hand:
    """A process with its pipe, the slots it may fill, and the tasks that it has.

    Attributes:
        given: slot and task, the one that it works on first.
    """

    def __init__(self, slots: list[int]) -> None:
        context = multiprocessing.get_context("spawn")
        self.slots = slots
        self.free = list(slots)
        self.given: deque[tuple[int, Task]] = deque()
        self.is_ready = False
        self._at: tuple[Task, int] | None = None
        self._since = 0.0
        self.conn, theirs = context.Pipe(duplex=True)
        self.process = context.Process(target=run, args=(theirs,), name="studio pictures")
        # Where the end of this process must not wait for it: the pipe tells it to leave.
        self.process.daemon = True
        try:
            _start(self.process)
        except BaseException:
            self.conn.close()
            raise
        finally:
            # Were our copy of its end left open, its death would never close the pipe.
            theirs.close()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self.process.pid or 0

    def give(self, task: Task, skip: tuple[int, ...]) -> None:
        """Hand it a task. One that is dead does not hear it."""
        slot = self.free.pop()
        self.given.append((slot, task))
        with suppress(OSError, ValueError):
            self.conn.send(Fill(slot, task.epoch, task.indices.tobytes(), skip))

    def take(self, slot: int) -> Task:
        """The task that it has finished."""
        found = next(item for item in self.given if item[0] == slot)
        self.given.remove(found)
        return found[1]

    def seconds_at(self, marks: NDArray[np.int64], now: float) -> float:
        """How long it has been seen at the picture that it works on; 0 without a task.

        Args:
            marks: ``(slots,)``, the place in its task that each slot is at.
            now: of ``time.monotonic()``.
        """
        at = None
        if self.given:
            slot, task = self.given[0]
            at = task, int(marks[slot])
        if at is None or self._at is None or at[0] is not self._at[0] or at[1] != self._at[1]:
            self._at, self._since = at, now
        return now - self._since

    def stop(self) -> None:
        """End the process at once, without waiting; its pipe then tells that it is gone."""
        with suppress(OSError, ValueError, AttributeError):
            self.process.kill()

    def end(self) -> int | None:
        """End the process at once and wait until it is gone; its exit code."""
        self.stop()
        self.process.join(_JOIN_SECONDS)
        code = self.process.exitcode
        self.conn.close()
        with suppress(ValueError):
            self.process.close()
        return code


def _start(process: Any) -> None:
    """Start a process that does not run the program of this one first.

    A spawned process imports what is ``__main__`` here. That may be a script that trains and would
    train once more, something that brings Keras, or no file at all; and it is never needed.
    """
    with _swap:
        before = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = before
