"""How far a training is: pure arithmetic over its events, for strip and pane."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from studio.core.events import BatchEnded, EpochEnded, Preparing, TrainingStarted
from studio.ui.shell.strip import StripState
from studio.ui.widgets.numbers import count, loss, number, speed, time_left

WINDOW_SECONDS = 60.0
"""How far back the speed looks when it estimates what is left."""

PREPARING_SECONDS = 2.0
"""How long the pictures must have been read before it is said how long that will take."""


@dataclass
class TrainingProgress:
    """Filled by the events of one training."""

    words: str = "Starting the computing process"
    fraction: float | None = None
    started: TrainingStarted | None = None
    batch: BatchEnded | None = None
    epochs_done: int = 0
    is_evaluating: bool = False

    def __post_init__(self) -> None:
        self._recent: deque[tuple[float, int]] = deque()
        self._prepared: tuple[float, int] | None = None
        self._preparing: tuple[float, int, int | None] | None = None

    def take(self, event: object, now: float | None = None) -> None:
        """Follow one event; ``now`` is seconds of ``time.monotonic``."""
        now = time.monotonic() if now is None else now
        if isinstance(event, Preparing):
            if event.words != self.words or not self._prepared:
                self._prepared = (now, event.done)
            self._preparing = (now, event.done, event.total)
            self.words = event.words
            self.fraction = event.done / event.total if event.total else None
            self.is_evaluating = self.started is not None
        elif isinstance(event, TrainingStarted):
            self.started, self.is_evaluating = event, False
            self.words = "First batch"
            self.epochs_done = event.first_step // max(1, event.batches_per_epoch)
        elif isinstance(event, BatchEnded):
            self.batch = event
            self._recent.append((now, event.step))
            while now - self._recent[0][0] > WINDOW_SECONDS and len(self._recent) > 20:
                self._recent.popleft()
        elif isinstance(event, EpochEnded):
            self.epochs_done = event.epoch

    def restart_clock(self) -> None:
        """Leave a pause out of the speed."""
        self._recent.clear()

    @property
    def total_steps(self) -> int:
        """Batches of the whole run; 0 before it is known."""
        return self.started.epochs * self.started.batches_per_epoch if self.started else 0

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None while that cannot be said."""
        if self.started is None:
            return self.fraction
        step = self.batch.step if self.batch else self.started.first_step
        return min(1.0, step / max(1, self.total_steps))

    def seconds_left(self) -> float | None:
        """Estimated from the newest minute, validation included; None while nobody can know."""
        if len(self._recent) < 2:
            return None
        (first_time, first_step), (last_time, last_step) = self._recent[0], self._recent[-1]
        if last_step <= first_step or last_time - first_time < 0.5:
            return None
        rate = (last_step - first_step) / (last_time - first_time)
        return max(0.0, (self.total_steps - last_step) / rate)

    def preparing_left(self) -> float | None:
        """Seconds until the pictures are read, by what is done; None while nobody can know."""
        if self._prepared is None or self._preparing is None or self.started is not None:
            return None
        (began, first), (now, done, total) = self._prepared, self._preparing
        if total is None or done <= first or now - began < PREPARING_SECONDS:
            return None
        return (total - done) * (now - began) / (done - first)

    def strip(self, name: str, paused: bool, stopping: bool) -> StripState:
        """What the strip says."""
        if stopping:
            return StripState(
                name, "Stopping after this batch", fraction=self.share, can_pause=False,
                can_stop=False,
            )  # fmt: skip
        if self.started is None or self.batch is None or self.is_evaluating:
            words = self.words
            if self.started is None and self.fraction is not None:
                words = f"{words}, {round(self.fraction * 100)} %"
            share = self.share if self.is_evaluating else self.fraction
            return StripState(
                name, words, fraction=share, can_pause=self.started is not None, paused=paused,
                time_left=time_left(self.preparing_left()),
            )  # fmt: skip
        batch, started = self.batch, self.started
        return StripState(
            name=name,
            epoch=f"Epoch {number(batch.epoch)} of {number(started.epochs)}",
            batch=f"batch {number(batch.batch)} of {number(started.batches_per_epoch)}",
            fraction=self.share,
            loss=loss(batch.loss),
            speed="" if paused else speed(batch.pictures_per_second),
            time_left=time_left(self.seconds_left()),
            paused=paused,
        )


def checkpoint_words(epochs_done: int) -> str:
    """Where a run would go on: ``Last checkpoint: epoch 7``."""
    if epochs_done <= 0:
        return "It had not completed an epoch."
    return f"Last checkpoint: epoch {number(epochs_done)}. What was learned is kept."


def epochs_words(done: int) -> str:
    """``1 epoch``, ``40 epochs``."""
    return count(done, "epoch")
