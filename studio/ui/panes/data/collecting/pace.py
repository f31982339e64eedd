"""How quickly somebody labels: seconds a picture, and how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from studio.ui.widgets.numbers import duration

LAST = 20
"""So many pictures are looked back on."""

BREAK_SECONDS = 30.0
"""Who takes longer for one picture was away."""


class Pace:
    """The mean time of the last twenty labels."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=LAST)
        self._before: float | None = None

    def start(self) -> None:
        """The first picture is shown."""
        self._times.clear()
        self._before = self._clock()

    def labelled(self) -> None:
        """One more has a label."""
        now = self._clock()
        if self._before is not None and now - self._before < BREAK_SECONDS:
            self._times.append(now - self._before)
        self._before = now

    @property
    def seconds(self) -> float | None:
        """Seconds a picture; None until three are labelled."""
        return sum(self._times) / len(self._times) if len(self._times) >= 3 else None


def progress_words(done: int, total: int, seconds: float | None) -> str:
    """“124 of 900 labelled · 1.4 s a picture · 18 min left”."""
    words = f"{done:,} of {total:,} labelled"
    if seconds is not None:
        words += f" · {seconds:.1f} s a picture"
        if left := total - done:
            words += f" · {duration(left * seconds)} left"
    return words
