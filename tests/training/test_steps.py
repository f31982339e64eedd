"""The compiled step: its numbers, and that it compiles once."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from studio.core.input import InputSpec
from studio.models.registry import output_keys, parse_architecture
from studio.training.recipe import Recipe
from studio.training.steps import MaskedCrossEntropy, Stepper, Tally, compile_model

OUTPUTS = {"thing": 3, "colour": 4}


def network(outputs: dict[str, int], **model: Any) -> keras.Model:
    keras.utils.set_random_seed(1)
    spec = {"kind": "small_cnn", "blocks": 2, "filters": 8, "dropout": 0.0, **model}
    return parse_architecture(spec).build(InputSpec(width=16, height=16), outputs)


def batch(n: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    random = np.random.default_rng(n)
    pictures = random.integers(0, 256, (n, 16, 16, 3), dtype=np.uint8)
    keys = output_keys(OUTPUTS)
    return pictures, {
        keys[name]: random.integers(0, count, n).astype(np.int32) for name, count in OUTPUTS.items()
    }


def test_masked_loss_is_keras_own_without_missing_labels() -> None:
    random = np.random.default_rng(0)
    said = random.dirichlet(np.ones(5), 7).astype(np.float32)
    labels = random.integers(0, 5, 7).astype(np.int32)
    own = float(MaskedCrossEntropy()(labels, said))
    assert own == float(keras.losses.SparseCategoricalCrossentropy()(labels, said))


def test_masked_loss_averages_over_those_with_a_label() -> None:
    said = np.array([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]], np.float32)
    loss = float(MaskedCrossEntropy()(np.array([0, -1, 1], np.int32), said))
    assert loss == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2, rel=1e-5)


def test_masked_loss_of_nothing_is_zero() -> None:
    said = np.full((2, 2), 0.5, np.float32)
    assert float(MaskedCrossEntropy()(np.array([-1, -1], np.int32), said)) == 0.0


def test_tally_keeps_the_batch_and_the_epoch() -> None:
    tally = Tally("t")
    said = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]], np.float32)
    tally.update_state(np.array([0, 0, -1], np.int32), said)
    tally.update_state(np.array([1], np.int32), said[:1])
    losses = -np.log([0.9, 0.4, 0.1])
    expected = [losses.sum(), 1, 3, losses[2], 0]
    np.testing.assert_allclose(np.asarray(tally.state), expected, rtol=1e-5)
    tally.reset_state()
    assert np.asarray(tally.state)[2] == 3, "Keras resets between two steps"
    tally.clear()
    assert not np.asarray(tally.state).any()


@pytest.mark.parametrize("optimiser", ["adamw", "adam", "sgd", "rmsprop"])
def test_every_optimiser_learns_one_batch(optimiser: str) -> None:
    model = network(OUTPUTS)
    recipe = Recipe(optimiser=optimiser, learning_rate=0.01, clip_norm=1.0)
    stepper = Stepper(model, compile_model(model, recipe, 10))
    pictures, targets = batch(8)
    losses = []
    for _ in range(12):
        stepper.step(pictures, targets)
        losses.append(stepper.read().batch_loss)
    assert losses[-1] < losses[0] * 0.9


def test_numbers_are_of_the_batch_and_of_the_epoch() -> None:
    model = network(OUTPUTS)
    stepper = Stepper(model, compile_model(model, Recipe(learning_rate=1e-7), 10))
    losses, sizes = [], (8, 8, 3)
    for size in sizes:
        stepper.step(*batch(size))
        losses.append(stepper.read().batch_loss)
    assert stepper.read().loss == pytest.approx(np.average(losses, weights=sizes), rel=1e-4)
    stepper.clear()
    stepper.step(*batch(3))
    assert stepper.read().loss == pytest.approx(stepper.read().batch_loss, rel=1e-6)


def test_an_odd_last_batch_compiles_once_and_not_in_every_epoch() -> None:
    model = network(OUTPUTS)
    tallies = compile_model(model, Recipe(), 3)
    traces = []
    tally = next(iter(tallies.values()))
    update = tally.update_state
    tally.update_state = lambda *a, **k: (traces.append(1), update(*a, **k))[1]  # type: ignore[method-assign]
    stepper = Stepper(model, tallies)
    for size in (8, 8, 3):
        stepper.step(*batch(size))
    after_one = len(traces)
    assert 0 < after_one <= 4
    for size in (8, 8, 3, 8, 8, 3):
        stepper.step(*batch(size))
    assert len(traces) == after_one


def test_fixed_features_train_the_head_alone_and_keep_the_statistics() -> None:
    inputs = keras.Input((16, 16, 3))
    body = keras.layers.Conv2D(4, 3, name="conv")(inputs)
    normalised = keras.layers.BatchNormalization(name="bn")(body)
    pooled = keras.layers.GlobalAveragePooling2D()(normalised)
    head = keras.layers.Dense(3, activation="softmax", name="output_0_thing")(pooled)
    model = keras.Model(inputs, {"output_0_thing": head})
    for name in ("conv", "bn"):
        model.get_layer(name).trainable = False
    before = {w.path: np.array(w) for w in model.weights}
    stepper = Stepper(model, compile_model(model, Recipe(learning_rate=0.1), 1))
    pictures, targets = batch(8)
    stepper.step(pictures, {"output_0_thing": targets["output_0_thing"]})
    changed = {w.path.split("/")[0] for w in model.weights if (np.array(w) != before[w.path]).any()}
    assert changed == {"output_0_thing"}
