"""Threads at first, processes when there is enough to do: whoever makes it, it is the same."""

from __future__ import annotations

import numpy as np

from studio.data.supply.crew import Crew
from studio.data.supply.source import Pictures
from studio.data.supply.tasks import Task, Threads, Transform

SECONDS_WORTH = 8.0
"""Processes are started where threads would be busy for longer than this."""

MOST_PROCESSES = 8
"""More are slower to start and take more memory than they bring: a GPU is fed by fewer."""

_OF_THREADS = 8  # pictures of a task: few, so that all cores work on one batch
_OF_PROCESSES = 16  # more, since each task costs two messages
_MOST_BYTES = 16 << 20  # of a task


class Supply:
    """Makes tasks: see :class:`~studio.data.batches.Batches` for the arguments.

    Attributes:
        most: pictures that a task may have.
    """

    def __init__(
        self,
        pictures: Pictures,
        transform: Transform | None,
        workers: int,
        processes: bool | None,
    ) -> None:
        one = max(1, int(np.prod(pictures.shape[1:], dtype=np.int64)))
        self.most = max(1, min(_OF_PROCESSES, _MOST_BYTES // one))
        self._pictures, self._transform = pictures, transform
        self._workers = workers
        self._processes = processes
        self._dead: set[int] = set()
        self._threads = Threads(pictures, transform, workers, self._dead)
        self._crew: Crew | None = None
        self._trouble = ""

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes at work."""
        return self._crew.pids if self._crew is not None else []

    @property
    def trouble(self) -> str:
        """Why processes were given up, as a sentence, also after the end; empty if all is well."""
        return self._crew.trouble if self._crew is not None else self._trouble

    @property
    def by_processes(self) -> bool:
        """Whether processes are at work."""
        return self._crew is not None and self._crew.is_working

    @property
    def chunk(self) -> int:
        """Pictures that a task should have now."""
        return self.most if self.by_processes else min(self.most, _OF_THREADS)

    def why_lost(self, row: int) -> str:
        """Why a picture could not be delivered: ``deadly`` or ``unreadable``."""
        return "deadly" if row in self._dead else "unreadable"

    def put(self, task: Task) -> None:
        """Have this task made by whoever works now."""
        if self._crew is None and self._processes:
            self._start(self._workers)
            assert self._crew is not None
            self._crew.ready.wait()
        if self._crew is not None and self._crew.is_working:
            self._crew.put(task)
        else:
            self._threads.put(task)

    def consider(self, left: int) -> None:
        """Start processes if ``left`` more pictures would take threads long enough."""
        if self._crew is not None or self._processes is not None:
            return
        if self._threads.seconds_each * left > SECONDS_WORTH * self._workers:
            self._start(min(self._workers, MOST_PROCESSES))

    def close(self) -> None:
        """End processes and threads."""
        if self._crew is not None:
            self._crew.close()
            self._trouble = self._crew.trouble
        self._threads.close()
        self._crew = None

    def _start(self, count: int) -> None:
        self._crew = Crew(
            self._pictures, self._transform, count, self.most, self._threads.put, self._dead
        )
