"""Where a training stands, and its checkpoints."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from studio.core.errors import StudioError
from studio.core.runs import RunFolder
from studio.training.checkpoint import (
    CheckpointWriter,
    Position,
    restore_checkpoint,
    take_snapshot,
)
from studio.training.clock import EpochClock
from studio.training.failures import not_a_number
from studio.training.steps import Stepper

SECONDS_BETWEEN_CHECKPOINTS = 120.0
"""Inside a long epoch; there is one at the end of each epoch anyway."""


class Keeper:
    """The position of a training, and everything that a resumed one needs.

    Attributes:
        position: where it stands; batches that are done count.
    """

    def __init__(self, run: RunFolder, clock: EpochClock) -> None:
        self.position = Position()
        self._run, self._clock = run, clock
        self._writer = CheckpointWriter(run)
        self._variables: list[Any] = []
        self._learning_rate = 0.0
        self._saved_at = time.monotonic()

    def begin(
        self, model: keras.Model, stepper: Stepper, learning_rate: float, order: str, resume: bool
    ) -> None:
        """Keep this network from now on, and restore it where it is resumed. Raises TrainingError.

        Args:
            order: what the batches of the epochs depend on.
        """
        self._variables = _variables(model, stepper)
        self._learning_rate = learning_rate
        if resume:
            self.position = restore_checkpoint(self._run, self._variables)
            if self.position.order != order:
                # Other pictures or another batch size: this epoch's order is gone.
                self.position = replace(self.position, batch=0, seconds=0.0)
        self.position = replace(self.position, order=order)

    def step_done(self) -> None:
        """One more batch was trained."""
        now = self.position
        self.position = replace(now, batch=now.batch + 1, step=now.step + 1)

    def epoch_done(self) -> None:
        """The epoch is complete. Raises TrainingError."""
        self.position = replace(self.position, epoch=self.position.epoch + 1, batch=0, seconds=0.0)
        self.save()

    def is_best(self, value: float) -> bool:
        """Whether the epoch that ends is the best one so far; smaller values are better."""
        before = self.position.best_value
        if before is not None and not value < before:
            return False
        number = self.position.epoch + 1
        self.position = replace(self.position, best_epoch=number, best_value=value)
        return True

    def save_sometimes(self) -> None:
        """Take a checkpoint if the last one was long ago. Raises TrainingError."""
        if time.monotonic() - self._saved_at > SECONDS_BETWEEN_CHECKPOINTS:
            self.save()

    def save(self) -> None:
        """Take a checkpoint; it is written while the training goes on. Raises TrainingError."""
        seconds = self._clock.seconds if self.position.batch else 0.0
        snapshot = take_snapshot(replace(self.position, seconds=seconds), self._variables)
        # The last good checkpoint is not replaced by one that is not a number.
        for array in snapshot.arrays:
            if array.dtype.kind == "f":
                self.check_finite(array)
        self._writer.save(snapshot)
        self._saved_at = time.monotonic()

    def check_finite(self, numbers: Any) -> None:
        """Raise TrainingError where one of them is infinite or not a number."""
        if not np.isfinite(numbers).all():
            at = self.position
            raise not_a_number(at.epoch + 1, at.batch, self._learning_rate)

    def flush(self) -> None:
        """Wait until the last checkpoint is on the disk. Raises StorageError."""
        self._writer.flush()

    def close(self) -> None:
        """Let go of the thread that writes; an error has been told already."""
        with suppress(StudioError):
            self._writer.flush()


def _variables(model: keras.Model, stepper: Stepper) -> list[Any]:
    """Everything that changes during training, each once, always in the same order."""
    every = [
        *model.variables,
        *model.optimizer.variables,
        *(tally.state for tally in stepper.tallies.values()),
    ]
    return list({id(variable): variable for variable in every}.values())
