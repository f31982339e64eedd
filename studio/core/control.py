"""Progress, pause and cancel as parameters of plain functions, with or without a window."""

from __future__ import annotations

import threading
from collections.abc import Callable

Progress = Callable[[int, "int | None", str], None]
"""Called as ``progress(done, total, words)``; ``total`` is None while it is unknown."""


def no_progress(done: int, total: int | None, words: str) -> None:
    """Report nothing: the default where nobody watches."""


class Cancelled(Exception):
    """The person asked to stop. An outcome, raised to leave a long function early."""


class Control:
    """The handle by which another thread pauses or cancels a long function."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether a pause is in force."""
        return not self._running.is_set()

    def cancel(self) -> None:
        """Ask to stop; also ends a pause, so that the function can leave."""
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        """Ask to wait at the next checkpoint."""
        self._running.clear()

    def resume(self) -> None:
        """End a pause."""
        self._running.set()

    def checkpoint(self) -> None:
        """Leave with :class:`Cancelled` if a stop was asked for."""
        if self._cancelled.is_set():
            raise Cancelled

    def wait_while_paused(self, timeout: float | None = None) -> bool:
        """Block while paused, at most ``timeout`` seconds; True when running again."""
        return self._running.wait(timeout)
