"""What an engine computes, shown as a job of the window: in the strip, with time left and Stop."""

from __future__ import annotations

import queue
from typing import Any

from studio.core.control import Control, Progress

_LOOK_SECONDS = 0.1


class Relay:
    """Stands in for work that is done elsewhere; whoever has it done tells what happens.

    Give :meth:`work` to ``Jobs.start``, and call :meth:`report`, then :meth:`finish` or
    :meth:`fail`. Where the job is cancelled its ``cancelled`` callback has to stop the work.
    """

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def report(self, done: int, total: int | None, words: str) -> None:
        """Tell how far the work is."""
        self._inbox.put(("progress", (done, total, words)))

    def finish(self, result: Any = None) -> None:
        """The work is done."""
        self._inbox.put(("finish", result))

    def fail(self, error: BaseException) -> None:
        """The work has failed."""
        self._inbox.put(("fail", error))

    def work(self, progress: Progress, control: Control) -> Any:
        """Wait in the job's thread until all is told. Raises Cancelled, and what it failed with."""
        while True:
            control.checkpoint()
            try:
                kind, what = self._inbox.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if kind == "finish":
                return what
            if kind == "fail":
                raise what
            progress(*what)
