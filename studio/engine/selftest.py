"""The self-test of the device: does what training relies on work here, and how fast?"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.engine.backend import BACKENDS, choose_backend
from studio.engine.protocol.messages import SelfTestStep

SIDE, CHANNELS, BATCH = 56, 32, 8
AGREEMENT = 1e-3
"""Largest difference of two processors' answers that rounding explains (TF32 included)."""


def steps() -> list[Callable[[], SelfTestStep]]:
    """The tests, to be called in this order."""
    return [_start, _same_answer, _convolutions, _learns, _repeats]


def _timed(name: str, test: Callable[[], tuple[str, str]]) -> SelfTestStep:
    begin = time.perf_counter()
    try:
        state, words = test()
    except Exception as error:
        first = str(error).strip().splitlines()[:1]
        state, words = "bad", f"{type(error).__name__}: {first[0][:200] if first else ''}"
    return SelfTestStep(name, state, words, time.perf_counter() - begin)


def _start() -> SelfTestStep:
    title = BACKENDS[choose_backend()]

    def test() -> tuple[str, str]:
        import keras

        total = float(keras.ops.sum(keras.ops.ones((4, 4))))
        return ("good", "Ready") if total == 16.0 else ("bad", f"16 ones add up to {total:g}")

    return _timed(f"Start {title}", test)


def _same_answer() -> SelfTestStep:
    def test() -> tuple[str, str]:
        import keras

        picture, kernel = _arrays()
        answer = np.asarray(
            keras.ops.convert_to_numpy(keras.ops.conv(picture, kernel, padding="same"))
        )
        difference = float(np.abs(answer - _plain_convolution(picture, kernel)).max())
        words = f"Largest difference {difference:.6f}"
        return ("good", words) if difference < AGREEMENT else ("bad", words)

    return _timed("Same answer as plain arithmetic", test)


def _convolutions() -> SelfTestStep:
    def test() -> tuple[str, str]:
        import keras

        here = _seconds_per_convolution()
        with _OnCpu(keras) as is_other:
            there = _seconds_per_convolution() if is_other else here
        per_second = 2 * BATCH * SIDE * SIDE * 9 * CHANNELS * CHANNELS / here / 1e9
        speed = f"{per_second:.3g} billion operations a second"
        if not is_other:
            return "good", speed
        ratio = there / here
        words = f"{ratio:.1f} × the speed of the CPU, {speed}"
        return ("good", words) if ratio >= 1 else ("info", words)

    return _timed("Convolutions", test)


def _learns() -> SelfTestStep:
    def test() -> tuple[str, str]:
        first, last, _ = _train(12)
        words = f"Loss from {first:.3f} to {last:.3f} in 12 steps"
        return ("good", words) if last < first else ("bad", words)

    return _timed("Learn a little", test)


def _repeats() -> SelfTestStep:
    def test() -> tuple[str, str]:
        _, _, one = _train(3)
        _, _, two = _train(3)
        difference = max(float(np.abs(a - b).max()) for a, b in zip(one, two, strict=True))
        if difference == 0:
            return "good", "The same to the bit"
        return "info", f"Equal up to {difference:.1e}: two runs differ in the last digits"

    return _timed("Repeat a step", test)


def _arrays() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    random = np.random.default_rng(1)
    picture = random.normal(size=(1, 12, 12, 3)).astype(np.float32)
    return picture, random.normal(size=(3, 3, 3, 4)).astype(np.float32)


def _plain_convolution(
    picture: NDArray[np.float32], kernel: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The definition, in NumPy and double precision: ``(1, h, w, c)`` by ``(3, 3, c, d)``."""
    padded = np.pad(picture.astype(np.float64), ((0, 0), (1, 1), (1, 1), (0, 0)))
    height, width = picture.shape[1:3]
    out = np.zeros((1, height, width, kernel.shape[3]))
    for row in range(3):
        for column in range(3):
            part = padded[:, row : row + height, column : column + width]
            out += part @ kernel[row, column].astype(np.float64)
    return out


def _seconds_per_convolution(repeats: int = 5) -> float:
    import keras

    random = np.random.default_rng(2)
    layer = keras.layers.Conv2D(CHANNELS, 3, padding="same")
    pictures = random.normal(size=(BATCH, SIDE, SIDE, CHANNELS)).astype(np.float32)
    model = keras.Sequential([keras.Input((SIDE, SIDE, CHANNELS)), layer])
    keras.ops.convert_to_numpy(model(pictures))
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        keras.ops.convert_to_numpy(model(pictures))
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


class _OnCpu(AbstractContextManager["bool"]):
    """Compute on the CPU inside; gives False where that is no other device."""

    def __init__(self, keras: Any) -> None:
        self._keras = keras
        self._scope: Any = None

    def __enter__(self) -> bool:
        distribution = self._keras.distribution
        if not distribution.list_devices("gpu"):
            return False
        self._scope = self._keras.device("cpu:0")
        self._scope.__enter__()
        return True

    def __exit__(self, *error: Any) -> None:
        if self._scope is not None:
            self._scope.__exit__(*error)


def _train(count: int) -> tuple[float, float, list[NDArray[Any]]]:
    """First loss, last loss and weights of a few equal training steps."""
    import keras

    keras.utils.set_random_seed(3)
    random = np.random.default_rng(3)
    x = random.normal(size=(BATCH, 16, 16, 3)).astype(np.float32)
    y = np.arange(BATCH) % 2
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    losses = []
    for _ in range(count):
        model.reset_metrics()
        losses.append(float(np.asarray(model.train_on_batch(x, y)).ravel()[0]))
    return losses[0], losses[-1], [np.asarray(w) for w in model.get_weights()]
