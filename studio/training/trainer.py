"""The training of one run, from its folder to its best epoch.

The loop is the studio's own: it stops and pauses between two batches, keeps everything that a
resumed run needs, and reads numbers only when they are told.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from studio.augment.policy import Transform, parse_policy
from studio.core.control import Cancelled, Control
from studio.core.errors import StorageError, StudioError
from studio.core.events import BatchEnded, EpochEnded, Preparing, TrainingEnded, TrainingStarted
from studio.core.runs import RunFolder, RunRecord
from studio.core.spec import parse_spec
from studio.data.batches import Batches
from studio.models.registry import output_keys
from studio.training.checkpoint import Position, has_checkpoint
from studio.training.clock import EpochClock
from studio.training.ending import evaluate_best, metrics_of
from studio.training.evaluation import AnyAnswers, Score, measure, score
from studio.training.failures import explain
from studio.training.feed import TRAIN, VALIDATION, prepare_feed
from studio.training.forward import Forward
from studio.training.journal import Emit, Journal
from studio.training.keeping import Keeper
from studio.training.model_io import build_model, load_best_weights, save_best_weights
from studio.training.provenance import computer, default_cache, versions
from studio.training.recipe import Recipe, rate_at
from studio.training.steps import Numbers, Stepper, compile_model
from studio.training.telling import Teller


def train(
    run: RunFolder,
    emit: Emit,
    control: Control | None = None,
    resume: bool = False,
    *,
    device: str = "",
    cache_folder: Path | None = None,
    processes: bool | None = None,
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
        processes: whether other processes prepare the pictures, see
            :class:`~studio.data.batches.Batches`; the weights do not depend on it.

    Returns:
        The run's last record.

    Raises:
        TrainingError: training cannot start or go on; :class:`OutOfMemory` says with which batch.
        StudioError: settings, weights, checkpoint or disk. The record says ``failed`` and why.
    """
    cache = cache_folder or default_cache(run)
    session = _Session(run, emit, control or Control(), cache, processes)
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

    def __init__(
        self, run: RunFolder, emit: Emit, control: Control, cache: Path, processes: bool | None
    ) -> None:
        self.run = run
        self.control = control
        self.cache = cache
        self.processes = processes
        self.journal = Journal(run, emit)
        self.recipe = Recipe()
        self.model: keras.Model | None = None
        self.teller: Teller | None = None
        self.clock = EpochClock()
        self.keeper = Keeper(run, self.clock)

    @property
    def position(self) -> Position:
        """Where the training stands."""
        return self.keeper.position

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
            self.teller = Teller(self.run, self.journal.emit, self.feed, batches, self.transform)
            self._start(batches)
            for epoch in range(self.position.epoch, self.recipe.epochs):
                share = self._train_epoch(batches, epoch)
                self._end_epoch(epoch, share)
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
        self.model = model
        order = self.feed.order_fingerprint(self.recipe)
        self.keeper.begin(model, self.stepper, self.recipe.learning_rate, order, resume)

    def _batches(self) -> Batches:
        labels = {self.keys[name]: labels for name, labels in self.feed.labels.items()}
        return Batches(
            self.feed.pictures,
            labels,
            self.feed.rows[TRAIN],
            self.recipe.batch_size,
            seed=self.recipe.seed,
            transform=self.transform,
            processes=self.processes,
            epochs=self.recipe.epochs,
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
                kept=self.feed.pictures.kept,
            )
        )

    def _train_epoch(self, batches: Batches, epoch: int) -> float:
        """One epoch; the share of its time that the network waited for pictures."""
        if self.position.batch == 0:
            self.stepper.clear()
        self.clock.start(self.position.seconds, batches.seconds_waited)
        self.journal.restart_clock()
        self._attend()
        for batch in batches.epoch(epoch + 1, first_batch=self.position.batch):
            self.stepper.step(batch.x, batch.y)
            self.keeper.step_done()
            self.journal.count(len(batch.x))
            if self.journal.is_due:
                self._tell_batch()
            self._attend()
            self.keeper.save_sometimes()
        return self.clock.waited_share(batches.seconds_waited)

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

    def _end_epoch(self, epoch: int, waited_share: float) -> None:
        numbers = self._read()
        validation = self._validate()
        is_best = self.keeper.is_best(self._worth(numbers, validation))
        if is_best:
            assert self.model is not None
            save_best_weights(self.run, self.model)
        self.journal.add(
            EpochEnded(
                epoch=epoch + 1,
                step=self.position.step,
                loss=numbers.loss,
                accuracy=numbers.accuracy,
                validation_loss=validation.loss if validation else None,
                validation_accuracy=validation.accuracy if validation else None,
                seconds=self.clock.seconds,
                learning_rate=self._rate(),
                is_best=is_best,
                accuracies=validation.accuracies if validation else {},
                waited_share=waited_share,
            )
        )
        assert self.teller is not None
        self.teller.tell(is_end=epoch + 1 == self.recipe.epochs)
        self.keeper.epoch_done()
        values: dict[str, Any] = {"epochs_done": epoch + 1, "best_epoch": self.position.best_epoch}
        if is_best:
            values["metrics"] = metrics_of(numbers, validation)
        self.run.update(**values)

    def _finish(self) -> RunRecord:
        assert self.model is not None
        self.keeper.flush()
        if self.run.best_weights.is_file():
            load_best_weights(self.run, self.model)
        metrics = evaluate_best(self.run, self.feed, self._measure, self.journal.emit)
        return self._end("finished", metrics)

    # -- leaving early -----------------------------------------------------------------------

    def stop(self) -> RunRecord:
        """Keep everything after a request to stop."""
        if self.model is not None:
            if self.position.epoch < self.recipe.epochs:
                self.keeper.save()
            self.keeper.flush()
            if self.teller is not None:
                self.teller.tell()
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
        self.keeper.close()
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
        self.keeper.save()
        self.keeper.flush()
        self.run.update(state="paused")
        self.control.wait_while_paused()
        self.control.checkpoint()
        self.run.update(state="running")
        self.clock.leave_out(time.monotonic() - began)
        self.journal.restart_clock()

    def _read(self) -> Numbers:
        numbers = self.stepper.read()
        self.keeper.check_finite([numbers.batch_loss, numbers.loss])
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
