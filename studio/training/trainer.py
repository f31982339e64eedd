"""The training of one run, from its folder to its best epoch.

The loop is the studio's own: it stops and pauses between two batches, keeps everything that a
resumed run needs, and reads numbers only when they are told.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from studio.augment.policy import Transform, parse_policy
from studio.core.control import Cancelled, Control
from studio.core.errors import StorageError, StudioError
from studio.core.events import (
    BatchEnded,
    EpochEnded,
    Preparing,
    ProblemFound,
    TrainingEnded,
    TrainingStarted,
)
from studio.core.files import write_atomic
from studio.core.paths import display_name
from studio.core.runs import RunFolder, RunRecord
from studio.core.spec import parse_spec
from studio.data.batches import Batches
from studio.data.dataset import Problem
from studio.models.registry import output_keys
from studio.training.checkpoint import (
    CheckpointWriter,
    Position,
    Snapshot,
    has_checkpoint,
    restore_checkpoint,
    take_snapshot,
)
from studio.training.evaluation import AnyAnswers, Score, measure, of_outputs, report, score
from studio.training.failures import explain, not_a_number
from studio.training.feed import TEST, TRAIN, VALIDATION, keep_problems, prepare_feed
from studio.training.forward import Forward
from studio.training.journal import Emit, Journal
from studio.training.model_io import build_model, load_best_weights, save_best_weights
from studio.training.provenance import computer, default_cache, versions
from studio.training.recipe import Recipe, rate_at
from studio.training.steps import Numbers, Stepper, compile_model

SECONDS_BETWEEN_CHECKPOINTS = 120.0
"""Inside a long epoch; there is one at the end of each epoch anyway."""


def train(
    run: RunFolder,
    emit: Emit,
    control: Control | None = None,
    resume: bool = False,
    *,
    device: str = "",
    cache_folder: Path | None = None,
) -> RunRecord:
    """Train a run and leave everything in its folder.

    Stopping by ``control`` is an outcome: the record's state is then ``stopped``, and
    ``resume=True`` goes on at the same batch and ends where the uninterrupted training would.

    Args:
        emit: is told every :data:`~studio.core.events.TrainingEvent`, in this thread.
        resume: go on from the checkpoint; without one, start at the beginning.
        device: what computes, in words for the person.
        cache_folder: where decoded pictures are kept; by default that of the run's project, or
            one inside the run.

    Returns:
        The run's last record.

    Raises:
        TrainingError: training cannot start or go on; :class:`OutOfMemory` says with which batch.
        StudioError: settings, weights, checkpoint or disk. The record says ``failed`` and why.
    """
    session = _Session(run, emit, control or Control(), cache_folder or default_cache(run))
    try:
        return session.run_all(resume, device)
    except Cancelled:
        try:
            return session.stop()
        except Exception as error:
            raise session.fail(error) from error
    except Exception as error:
        raise session.fail(error) from error
    finally:
        session.close()


class _Session:
    """One call of :func:`train`."""

    def __init__(self, run: RunFolder, emit: Emit, control: Control, cache: Path) -> None:
        self.run = run
        self.control = control
        self.cache = cache
        self.journal = Journal(run, emit)
        self.writer = CheckpointWriter(run)
        self.position = Position()
        self.recipe = Recipe()
        self.model: keras.Model | None = None
        self._epoch_began = self._saved_at = time.monotonic()
        self._told_faults = 0

    # -- the course of a training ------------------------------------------------------------

    def run_all(self, resume: bool, device: str) -> RunRecord:
        self.recipe = parse_spec(Recipe, self.run.record.recipe)
        policy = parse_policy(self.run.record.policy)
        resume = resume and has_checkpoint(self.run)
        self.run.update(
            state="running", reason="", versions=versions(), device=device or computer()
        )
        self.feed = prepare_feed(self.run, self.cache, self.journal.emit, self.control, resume)
        self.transform = Transform(policy, self.recipe.seed) if policy.active else None
        self._build(resume)
        with self._batches() as batches:
            self._start(batches)
            for epoch in range(self.position.epoch, self.recipe.epochs):
                self._train_epoch(batches, epoch)
                self._end_epoch(epoch)
        return self._finish()

    def _build(self, resume: bool) -> None:
        self.journal.emit(Preparing("Building the network", 0, None))
        self.control.checkpoint()
        keras.utils.set_random_seed(self.recipe.seed)
        self.keys = output_keys(self.run.record.outputs)
        model = build_model(self.run.record, load_weights=not resume)
        self.per_epoch = -(-len(self.feed.rows[TRAIN]) // self.recipe.batch_size)
        several = self.run.record.multi_label
        multi_label = [key for name, key in self.keys.items() if name in several]
        tallies = compile_model(model, self.recipe, self.per_epoch, multi_label)
        self.stepper = Stepper(model, tallies)
        self.forward = Forward(model)
        self.variables = _variables(model, self.stepper)
        self.model = model
        order = self.feed.order_fingerprint(self.recipe)
        if resume:
            self.position = restore_checkpoint(self.run, self.variables)
            if self.position.order != order:
                # Other pictures or another batch size: this epoch's order is gone.
                self.position = replace(self.position, batch=0, seconds=0.0)
        self.position = replace(self.position, order=order)

    def _batches(self) -> Batches:
        labels = {self.keys[name]: labels for name, labels in self.feed.labels.items()}
        return Batches(
            self.feed.pictures,
            labels,
            self.feed.rows[TRAIN],
            self.recipe.batch_size,
            seed=self.recipe.seed,
            transform=self.transform,
        )

    def _start(self, batches: Batches) -> None:
        assert self.model is not None
        self.journal.open(self.position.step, self.position.epoch)
        parameters = int(self.model.count_params())
        self.run.update(
            parameters=parameters,
            epochs_done=self.position.epoch,
            best_epoch=self.position.best_epoch,
        )
        self.journal.emit(
            TrainingStarted(
                run_id=self.run.record.id,
                epochs=self.recipe.epochs,
                batches_per_epoch=len(batches),
                pictures=len(self.feed.rows[TRAIN]),
                validation_pictures=len(self.feed.rows[VALIDATION]),
                parameters=parameters,
                first_step=self.position.step,
                device=self.run.record.device,
            )
        )

    def _train_epoch(self, batches: Batches, epoch: int) -> None:
        if self.position.batch == 0:
            self.stepper.clear()
        self._epoch_began = time.monotonic() - self.position.seconds
        self.journal.restart_clock()
        self._attend()
        for batch in batches.epoch(epoch + 1, first_batch=self.position.batch):
            self.stepper.step(batch.x, batch.y)
            self.position = replace(
                self.position, batch=self.position.batch + 1, step=self.position.step + 1
            )
            self.journal.count(len(batch.x))
            if self.journal.is_due:
                self._tell_batch()
            self._attend()
            if time.monotonic() - self._saved_at > SECONDS_BETWEEN_CHECKPOINTS:
                self._save()

    def _tell_batch(self) -> None:
        numbers = self._read()
        self.journal.add(
            BatchEnded(
                step=self.position.step,
                epoch=self.position.epoch + 1,
                batch=self.position.batch,
                loss=numbers.batch_loss,
                accuracy=numbers.batch_accuracy,
                learning_rate=self._rate(),
                pictures_per_second=self.journal.speed(),
            )
        )

    def _end_epoch(self, epoch: int) -> None:
        numbers = self._read()
        validation = self._validate()
        value = self._worth(numbers, validation)
        best_so_far = self.position.best_value
        is_best = best_so_far is None or value < best_so_far
        if is_best:
            assert self.model is not None
            save_best_weights(self.run, self.model)
            self.position = replace(self.position, best_epoch=epoch + 1, best_value=value)
        self.journal.add(
            EpochEnded(
                epoch=epoch + 1,
                step=self.position.step,
                loss=numbers.loss,
                accuracy=numbers.accuracy,
                validation_loss=validation.loss if validation else None,
                validation_accuracy=validation.accuracy if validation else None,
                seconds=time.monotonic() - self._epoch_began,
                learning_rate=self._rate(),
                is_best=is_best,
                accuracies=validation.accuracies if validation else {},
            )
        )
        self._tell_faults()
        self.position = replace(self.position, epoch=epoch + 1, batch=0, seconds=0.0)
        self._save()
        values: dict[str, Any] = {"epochs_done": epoch + 1, "best_epoch": self.position.best_epoch}
        if is_best:
            values["metrics"] = _metrics(numbers, validation)
        self.run.update(**values)

    def _finish(self) -> RunRecord:
        assert self.model is not None
        self.writer.flush()
        if self.run.best_weights.is_file():
            load_best_weights(self.run, self.model)
        metrics = dict(self.run.record.metrics)
        evaluation = {}
        for split, word in ((VALIDATION, "validation"), (TEST, "test")):
            if not len(self.feed.rows[split]):
                continue
            self.journal.emit(Preparing(f"Evaluating on the {word} pictures", 0, None))
            found = report(self._measure(split), self.run.record.outputs)
            evaluation[word] = {**found, "unlabelled": 0, "left_out": []}
            metrics[f"{word}_accuracy"] = float(found["accuracy"])
            metrics[f"{word}_loss"] = float(found["loss"])
            metrics |= of_outputs(word, found["outputs"])
        text = json.dumps(evaluation, allow_nan=False) + "\n"
        write_atomic(self.run.evaluation_file, text, "saving the evaluation")
        return self._end("finished", metrics)

    # -- leaving early -----------------------------------------------------------------------

    def stop(self) -> RunRecord:
        """Keep everything after a request to stop."""
        if self.model is not None:
            if self.position.epoch < self.recipe.epochs:
                self._save()
            self.writer.flush()
            if not self.run.best_weights.is_file():
                # Nothing was completed, yet the person may want to look at what there is.
                save_best_weights(self.run, self.model)
        return self._end("stopped", dict(self.run.record.metrics))

    def fail(self, error: Exception) -> StudioError:
        """Keep what can be kept, and turn any error into one of the studio's."""
        explained = explain(error, self.recipe.batch_size)
        with suppress(StorageError):
            self.run.update(state="failed", reason=str(explained))
        return explained

    def close(self) -> None:
        """Let go of files and threads; errors here have been told already."""
        with suppress(StudioError):
            self.writer.flush()
        with suppress(StudioError):
            self.journal.close()

    def _end(self, outcome: str, metrics: dict[str, float]) -> RunRecord:
        self.journal.close()
        self.run.update(state=outcome, metrics=metrics)
        record = self.run.record
        self.journal.emit(TrainingEnded(outcome, record.epochs_done, record.best_epoch, metrics))
        return record

    # -- between two batches -----------------------------------------------------------------

    def _attend(self) -> None:
        """Do as the person asks: stop, or wait. Raises Cancelled."""
        self.control.checkpoint()
        if not self.control.paused:
            return
        began = time.monotonic()
        self._save()
        self.writer.flush()
        self.run.update(state="paused")
        self.control.wait_while_paused()
        self.control.checkpoint()
        self.run.update(state="running")
        self._epoch_began += time.monotonic() - began
        self.journal.restart_clock()

    def _save(self) -> None:
        """Take a checkpoint; it is written while the training goes on. Raises TrainingError."""
        seconds = 0.0
        if self.position.batch:
            seconds = time.monotonic() - self._epoch_began
        snapshot = take_snapshot(replace(self.position, seconds=seconds), self.variables)
        self._check_finite(snapshot)
        self.writer.save(snapshot)
        self._saved_at = time.monotonic()

    def _check_finite(self, snapshot: Snapshot) -> None:
        """The last good checkpoint is not replaced by one that is not a number."""
        for array in snapshot.arrays:
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise not_a_number(
                    self.position.epoch + 1, self.position.batch, self.recipe.learning_rate
                )

    def _read(self) -> Numbers:
        numbers = self.stepper.read()
        if not np.isfinite([numbers.batch_loss, numbers.loss]).all():
            raise not_a_number(
                self.position.epoch + 1, self.position.batch, self.recipe.learning_rate
            )
        return numbers

    def _rate(self) -> float:
        return rate_at(self.recipe, max(0, self.position.step - 1), self.per_epoch)

    def _validate(self) -> Score | None:
        if not len(self.feed.rows[VALIDATION]):
            return None
        return score(self._measure(VALIDATION))

    def _measure(self, split: int) -> dict[str, AnyAnswers]:
        return measure(
            self.forward,
            self.feed.pictures,
            self.feed.labels,
            self.feed.rows[split],
            self.keys,
            control=self.control,
        )

    def _worth(self, numbers: Numbers, validation: Score | None) -> float:
        """What decides about the best epoch; smaller is better."""
        by_accuracy = self.recipe.keep_best_by == "validation accuracy"
        judged = validation or numbers
        return -judged.accuracy if by_accuracy else judged.loss

    def _tell_faults(self) -> None:
        """Tell of steps that failed on a picture, and keep it; at the end, how many are untold."""
        if self.transform is None:
            return
        problems = [
            Problem(
                "augmentation", self.feed.paths[at.index],
                f"“{at.fault.step}” failed and was left out in epoch {at.epoch}: "
                f"{at.fault.message}",
            )
            for at in self.transform.faults[self._told_faults :]
        ]  # fmt: skip
        self._told_faults += len(problems)
        untold = self.transform.fault_count - self._told_faults
        if untold and self.position.epoch + 1 == self.recipe.epochs:
            words = f"{untold:,} more steps of the augmentation failed on pictures."
            problems.append(Problem("augmentation", "", words))
        for problem in problems:
            self.journal.emit(ProblemFound(problem.kind, display_name(problem.path),
                                           problem.message))  # fmt: skip
        keep_problems(self.run, problems)


def _variables(model: keras.Model, stepper: Stepper) -> list[Any]:
    """Everything that changes during training, each once, always in the same order."""
    every = [
        *model.variables,
        *model.optimizer.variables,
        *(tally.state for tally in stepper.tallies.values()),
    ]
    return list({id(variable): variable for variable in every}.values())


def _metrics(numbers: Numbers, validation: Score | None) -> dict[str, float]:
    if validation is None:
        return {"training_accuracy": numbers.accuracy, "training_loss": numbers.loss}
    return {
        "validation_accuracy": validation.accuracy,
        "validation_loss": validation.loss,
        **(
            {f"validation_accuracy of {k}": v for k, v in validation.accuracies.items()}
            if len(validation.accuracies) > 1
            else {}
        ),
    }
