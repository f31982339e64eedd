"""What a training tells while it runs. Small, frozen, picklable; text, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.core.keeping import Kept


@dataclass(frozen=True)
class TrainingStarted:
    """The network is built and the first batch is about to run.

    ``first_step`` is not 0 where a run is resumed; ``kept`` is where the pictures are.
    """

    run_id: str
    epochs: int
    batches_per_epoch: int
    pictures: int
    validation_pictures: int
    parameters: int
    first_step: int
    device: str
    kept: Kept | None = None


@dataclass(frozen=True)
class Preparing:
    """Work before the first batch, such as reading the pictures."""

    words: str
    done: int
    total: int | None


@dataclass(frozen=True)
class BatchEnded:
    """One training batch is done. ``epoch`` and ``batch`` count from 1, ``step`` over the run.

    ``loss`` and ``accuracy`` are this batch's own; ``learning_rate`` is the one it used.
    """

    step: int
    epoch: int
    batch: int
    loss: float
    accuracy: float
    learning_rate: float
    pictures_per_second: float


@dataclass(frozen=True)
class EpochEnded:
    """One epoch is done and validated; validation values are None without a validation split.

    ``accuracies`` has one validation accuracy for each output with labels; ``accuracy`` is
    their mean. ``waited_share`` is the share 0 … 1 of the training's time, without validation and
    pauses, that the network waited for pictures; None in runs that did not measure it.
    """

    epoch: int
    step: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    learning_rate: float
    is_best: bool
    accuracies: dict[str, float] = field(default_factory=dict)
    waited_share: float | None = None


@dataclass(frozen=True)
class ProblemFound:
    """A picture was left out, with the reason. ``kind`` is a problem kind of the data room."""

    kind: str
    path: str
    message: str


@dataclass(frozen=True)
class TrainingEnded:
    """The training ended by itself or was stopped.

    ``outcome`` is ``finished`` or ``stopped``; ``best_epoch`` is 0 where none was completed.
    """

    outcome: str
    epochs_done: int
    best_epoch: int
    metrics: dict[str, float]


TrainingEvent = TrainingStarted | Preparing | BatchEnded | EpochEnded | ProblemFound | TrainingEnded
