"""Training with cached pictures and no augmentation against bare ``model.fit`` on NumPy arrays.

Both train the same network with the same batch size and optimiser on the same pictures, in turns
within one process, so that the machine's mood falls on both alike. The first epoch of each turn
(tracing, warming up) does not count.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.report import Figure

PICTURES, SIDE, BATCH, EPOCHS, ROUNDS = 1536, 64, 32, 4, 3


def measure() -> list[Figure]:
    """Median seconds an epoch of ``fit`` ÷ median seconds an epoch of our trainer."""
    from studio.data.cache import cache_pictures
    from studio.data.index import open_dataset
    from studio.data.sample import write_sample

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_sample(root / "sample", count=PICTURES, size=SIDE)
        dataset = open_dataset(root / "sample")
        ours: list[float] = []
        bare: list[float] = []
        cached = cache_pictures(dataset, _record(dataset, "x").input, root / "cache")
        for turn in range(ROUNDS):
            ours += _train(dataset, root / f"run-{turn}", root / "cache")
            bare += _fit(dataset, cached.read(np.arange(len(cached)))[0])
    o, b = statistics.median(ours), statistics.median(bare)
    turns = zip(_turns(ours), _turns(bare), strict=True)
    note = f"{PICTURES / o:.0f} against {PICTURES / b:.0f} pictures/s; by turn " + ", ".join(
        f"{theirs / mine:.2f}" for mine, theirs in turns
    )
    return [
        Figure("training ÷ bare model.fit (speed)", b / o, limit=0.95, at_least=True, note=note)
    ]


def _turns(seconds: list[float]) -> list[float]:
    """The median epoch of each turn."""
    each = EPOCHS - 1
    return [statistics.median(seconds[i : i + each]) for i in range(0, len(seconds), each)]


def _record(dataset, identity):  # type: ignore[no-untyped-def]
    from studio.core.input import InputSpec
    from studio.core.runs import RunRecord
    from studio.models.registry import ARCHITECTURES
    from studio.training.recipe import Recipe

    model = ARCHITECTURES.get("small_cnn")()
    recipe = Recipe(epochs=EPOCHS, batch_size=BATCH, optimiser="adam")
    return RunRecord(
        id=identity,
        outputs=dataset.outputs,
        input=InputSpec(width=SIDE, height=SIDE),
        model=model.model_dump(mode="json"),
        recipe=recipe.model_dump(mode="json"),
    )


def _train(dataset, folder: Path, cache: Path) -> list[float]:  # type: ignore[no-untyped-def]
    """Seconds of each epoch but the first; there is no validation split."""
    from studio.core.control import Control
    from studio.core.events import EpochEnded
    from studio.core.runs import RunFolder
    from studio.training.trainer import train

    everything = np.zeros(len(dataset.paths), np.int8)
    run = RunFolder.create(folder, _record(dataset, folder.name), dataset.samples(everything))
    seconds: list[float] = []

    def listen(event: object) -> None:
        if isinstance(event, EpochEnded):
            seconds.append(event.seconds)

    train(run, listen, Control(), cache_folder=cache)
    return seconds[1:]


def _fit(dataset, pictures) -> list[float]:  # type: ignore[no-untyped-def]
    import keras

    from studio.training.model_io import build_model

    model = build_model(_record(dataset, "fit"))
    names = model.output_names
    labels = dict.fromkeys(names, next(iter(dataset.labels.values())))
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=dict.fromkeys(names, "sparse_categorical_crossentropy"),
        metrics={name: ["accuracy"] for name in names},
    )
    clock = _Clock(keras)
    model.fit(
        pictures, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[clock.callback]
    )
    return clock.seconds[1:]


class _Clock:
    """Measures each epoch of ``fit``."""

    def __init__(self, keras) -> None:  # type: ignore[no-untyped-def]
        self.seconds: list[float] = []
        self._start = 0.0
        self.callback = keras.callbacks.LambdaCallback(
            on_epoch_begin=self._begin, on_epoch_end=self._end
        )

    def _begin(self, epoch: int, logs: object = None) -> None:
        self._start = time.perf_counter()

    def _end(self, epoch: int, logs: object = None) -> None:
        self.seconds.append(time.perf_counter() - self._start)
