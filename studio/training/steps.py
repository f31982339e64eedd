"""The compiled step: loss, metric and optimiser of a recipe, and the quick way to run them.

``model.fit`` spends a fifth of a small network's time on callbacks and iterators. Here the same
compiled train function is called directly, and numbers are read only when somebody looks.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from studio.training.recipe import Recipe, schedule_steps

THRESHOLD = 0.5
"""A class of a multi-label output holds where its probability is at least this."""

Targets = dict[str, NDArray[np.int32]]
"""Output name → class index of each picture ``(n,)``, −1 where it has no label; of a multi-label
output ``(n, classes)``: 1 has the class, 0 has not, −1 not known."""


class MaskedCrossEntropy(keras.losses.Loss):
    """Cross-entropy of what is known: averaged over the pictures that have a label.

    Args:
        multi_label: binary cross-entropy of each class by itself, averaged over the labels that
            are known.
    """

    def __init__(self, name: str = "cross_entropy", multi_label: bool = False) -> None:
        super().__init__(name=name, reduction="sum_over_batch_size")
        self._each = _each_binary if multi_label else _each_choice

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses, ``(n,)`` or ``(n, classes)``, scaled so that their mean is that of the known."""
        loss, known, _ = self._each(y_true, y_pred)
        size = ops.cast(ops.size(known), loss.dtype)
        return loss * (size / ops.maximum(ops.sum(known), 1.0))


class Tally(keras.metrics.Metric):
    """Loss and accuracy of one output: of the last batch, and summed over the epoch.

    ``state`` is ``[loss sum, right answers, labelled pictures, batch loss, batch accuracy]``. The
    accuracy of a multi-label output is the share of known labels that are right where a class
    holds from a probability of 0.5 on; a picture counts for as much as is known of it, so that
    the sums stay small enough for float32.
    """

    def __init__(self, name: str, multi_label: bool = False) -> None:
        super().__init__(name=name, dtype="float32")
        self.state = self.add_variable((5,), "zeros", dtype="float32", name="state")
        self._each = _each_binary if multi_label else _each_choice

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add one batch."""
        parts = self._each(y_true, y_pred)
        columns = parts[0].shape[1] if len(parts[0].shape) == 2 else 1
        total, count, right = (ops.sum(ops.cast(part, "float32")) / columns for part in parts)
        of_batch = ops.where(count > 0, count, 1.0)
        last = ops.stack([total / of_batch, right / of_batch])
        sums = self.state[:3] + ops.stack([total, right, count])
        self.state.assign(ops.concatenate([sums, last]))

    def result(self) -> Any:
        """The whole state."""
        return ops.convert_to_tensor(self.state)

    def reset_state(self) -> None:
        """Nothing: Keras resets metrics at its own times; the loop calls :meth:`clear`."""

    def clear(self) -> None:
        """Start a new epoch."""
        self.state.assign(np.zeros(5, "float32"))


def _each_choice(y_true: Any, y_pred: Any) -> tuple[Any, Any, Any]:
    """Loss, whether known and whether right, ``(n,)`` each, 0 where there is no label."""
    index = ops.cast(ops.reshape(y_true, (-1,)), "int32")
    known = ops.cast(ops.greater_equal(index, 0), y_pred.dtype)
    loss = ops.sparse_categorical_crossentropy(ops.maximum(index, 0), y_pred)
    answer = ops.cast(ops.argmax(y_pred, axis=-1), "int32")
    return loss * known, known, ops.equal(index, answer)


def _each_binary(y_true: Any, y_pred: Any) -> tuple[Any, Any, Any]:
    """As :func:`_each_choice` of every class by itself, ``(n, classes)`` each."""
    known = ops.cast(ops.greater_equal(y_true, 0), y_pred.dtype)
    has = ops.equal(y_true, 1)
    loss = ops.binary_crossentropy(ops.cast(has, y_pred.dtype), y_pred)
    right = ops.equal(has, ops.greater_equal(y_pred, THRESHOLD))
    return loss * known, known, ops.cast(right, y_pred.dtype) * known


@keras.saving.register_keras_serializable("studio")
class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """Warm-up and cosine inside the compiled step; equal to :func:`studio.training.recipe.rate_at`.

    Cosine: Loshchilov and Hutter, SGDR, 2017.
    """

    def __init__(self, rate: float, total: int, warmup: int, cosine: bool) -> None:
        self.rate, self.total, self.warmup, self.cosine = rate, total, warmup, cosine

    def __call__(self, step: Any) -> Any:
        """The rate of step ``step``, counted from 0."""
        step = ops.cast(step, "float32")
        rising = self.rate * (step + 1.0) / max(1, self.warmup)
        later = ops.ones_like(step) * self.rate
        if self.cosine:
            share = (step - self.warmup) / max(1, self.total - self.warmup)
            later = self.rate * 0.5 * (1.0 + ops.cos(math.pi * ops.clip(share, 0.0, 1.0)))
        return ops.where(step < self.warmup, rising, later)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            "rate": self.rate, "total": self.total, "warmup": self.warmup, "cosine": self.cosine,
        }  # fmt: skip


def make_optimizer(recipe: Recipe, batches_per_epoch: int) -> keras.optimizers.Optimizer:
    """The recipe's optimiser with its learning rate schedule."""
    total, warmup = schedule_steps(recipe, batches_per_epoch)
    rate: Any = recipe.learning_rate
    if warmup or recipe.schedule == "cosine":
        rate = Schedule(recipe.learning_rate, total, warmup, recipe.schedule == "cosine")
    common: dict[str, Any] = {"global_clipnorm": recipe.clip_norm or None}
    if recipe.optimiser == "sgd":
        return keras.optimizers.SGD(
            rate, momentum=recipe.momentum, nesterov=recipe.momentum > 0, **common
        )
    if recipe.optimiser == "rmsprop":
        return keras.optimizers.RMSprop(rate, **common)
    if recipe.optimiser == "adam":
        return keras.optimizers.Adam(rate, **common)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **common)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def compile_model(
    model: keras.Model, recipe: Recipe, batches_per_epoch: int, multi_label: Collection[str] = ()
) -> dict[str, Tally]:
    """Compile a network as every training of the studio does, and return its tallies by output.

    Args:
        multi_label: the model's own names of the outputs of which several classes may hold.
    """
    names = list(model.output_names)
    tallies = {
        name: Tally(f"tally_{position}", name in multi_label) for position, name in enumerate(names)
    }
    model.compile(
        optimizer=make_optimizer(recipe, batches_per_epoch),
        loss={name: MaskedCrossEntropy(multi_label=name in multi_label) for name in names},
        metrics={name: [tallies[name]] for name in names},
    )
    model.optimizer.build(model.trainable_variables)
    return tallies


@dataclass(frozen=True)
class Numbers:
    """Loss and accuracy, of the last batch and of the epoch so far.

    Losses are summed over the outputs, accuracies averaged.
    """

    batch_loss: float
    batch_accuracy: float
    loss: float
    accuracy: float


class Stepper:
    """Runs compiled training steps of one network."""

    def __init__(self, model: keras.Model, tallies: dict[str, Tally]) -> None:
        self._model = model
        self.tallies = tallies
        # TensorFlow's function takes a plain iterator and hands back tensors that nobody has to
        # wait for; JAX keeps its state outside the variables, which only train_on_batch syncs.
        self._direct = keras.backend.backend() == "tensorflow"
        if self._direct:
            model.make_train_function()

    def step(self, pictures: NDArray[np.uint8], targets: Targets) -> None:
        """Train on one batch: ``(n, height, width, channels) uint8``."""
        if self._direct:
            self._model.train_function(iter(((pictures, targets),)))
        else:
            self._model.train_on_batch(pictures, targets)

    def clear(self) -> None:
        """Start the sums of a new epoch."""
        for tally in self.tallies.values():
            tally.clear()

    def read(self) -> Numbers:
        """The numbers so far; waits for the last step."""
        states = [ops.convert_to_numpy(t.state) for t in self.tallies.values()]
        rows = np.array(states, dtype=np.float64)
        count = np.where(rows[:, 2] > 0, rows[:, 2], 1.0)
        return Numbers(
            float(rows[:, 3].sum()),
            float(rows[:, 4].mean()),
            float((rows[:, 0] / count).sum()),
            float((rows[:, 1] / count).mean()),
        )
