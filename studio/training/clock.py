"""How long an epoch takes, and which share of it the network waits for pictures."""

from __future__ import annotations

import time


class EpochClock:
    """Seconds of one epoch, without pauses."""

    def __init__(self) -> None:
        self._began = self._trained_since = time.monotonic()
        self._waited = 0.0

    def start(self, seconds: float, waited: float) -> None:
        """Begin, or go on with, an epoch.

        Args:
            seconds: that it has taken already, before the training was resumed.
            waited: seconds waited for pictures so far, in the whole training.
        """
        self._trained_since = time.monotonic()
        self._began = self._trained_since - seconds
        self._waited = waited

    def leave_out(self, seconds: float) -> None:
        """Some seconds were a pause."""
        self._began += seconds
        self._trained_since += seconds

    @property
    def seconds(self) -> float:
        """Seconds since the epoch began."""
        return time.monotonic() - self._began

    def waited_share(self, waited: float) -> float:
        """Share 0 … 1 of the time since :meth:`start` that was waiting for pictures."""
        trained = time.monotonic() - self._trained_since
        return min(1.0, max(0.0, waited - self._waited) / max(trained, 1e-9))
