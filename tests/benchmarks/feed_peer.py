"""One way of feeding photographs, in a process of its own: ours, or Keras's.

Started by :mod:`tests.benchmarks.feed` as ``python -m tests.benchmarks.feed_peer NAME FOLDER``.
For every line that it reads it feeds one epoch and answers with pictures a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.augmentation import STEPS

SIDE, BATCH = 224, 32

Epoch = Callable[[], int]


@contextmanager
def ours(folder: Path) -> Iterator[Epoch]:
    """As a training is fed whose pictures are too many to be kept: each is decoded each time."""
    from studio.augment.policy import transform_for
    from studio.core.input import InputSpec
    from studio.core.keeping import Budget
    from studio.data.batches import Batches
    from studio.data.store import PictureStore

    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.jpg"))
    ok, nothing = np.ones(len(paths), bool), Budget(0, 0)
    store = PictureStore(folder, paths, InputSpec(width=SIDE, height=SIDE), ok, [], nothing)
    labels = {"class": np.zeros(len(paths), np.int32)}
    numbers = iter(range(1, 1_000_000))
    with Batches(
        store, labels, range(len(paths)), BATCH, seed=1, processes=True,
        transform=transform_for(list(STEPS.values()), 1),
    ) as batches:  # fmt: skip
        yield lambda: sum(len(batch.x) for batch in batches.epoch(next(numbers)))


@contextmanager
def keras_layers(folder: Path, whole_affine: bool = True) -> Iterator[Epoch]:
    """As Keras's guides feed: its data set, its layers mapped beside each other, prefetched."""
    import keras
    import tensorflow as tf

    data = keras.utils.image_dataset_from_directory(
        folder, image_size=(SIDE, SIDE), batch_size=BATCH, crop_to_aspect_ratio=True,
        seed=1, verbose=False,
    )  # fmt: skip
    layers = keras.Sequential(_layers(whole_affine))
    varied = data.map(
        lambda pictures, labels: (layers(pictures, training=True), labels),
        num_parallel_calls=tf.data.AUTOTUNE,
    ).prefetch(2)
    yield lambda: sum(len(pictures) for pictures, _ in varied)


def _layers(whole_affine: bool) -> list[Any]:
    from keras import layers

    turn = [layers.RandomRotation(15 / 360, fill_mode="reflect")]
    rest = [
        layers.RandomTranslation(0.06, 0.06, fill_mode="reflect"),
        layers.RandomZoom(0.1, fill_mode="reflect"),
        layers.RandomShear(0.1, 0.1, fill_mode="reflect"),
    ]
    return [
        layers.RandomFlip("horizontal"),
        *turn, *(rest if whole_affine else []),
        layers.RandomCrop(190, 190), layers.Resizing(SIDE, SIDE),
        layers.RandomBrightness(0.2, value_range=(0, 255)),
        layers.RandomContrast(0.2, value_range=(0, 255)),
        layers.RandomGaussianBlur(kernel_size=3, sigma=(0.1, 1.0), value_range=(0, 255)),
        # Its noise is in shares of the range.
        layers.Rescaling(1 / 255), layers.GaussianNoise(6 / 255), layers.Rescaling(255.0),
        layers.RandomErasing(scale=(0.0, 0.08), value_range=(0, 255)),
    ]  # fmt: skip


PEERS: dict[str, Callable[[Path], Any]] = {
    "ours": ours,
    "keras": keras_layers,
    "keras, only rotated": lambda folder: keras_layers(folder, whole_affine=False),
}


def main() -> None:
    """Feed an epoch for every line."""
    name, folder = sys.argv[1:]
    with PEERS[name](Path(folder)) as epoch:
        for _ in sys.stdin:
            begun = time.perf_counter()
            pictures = epoch()
            print(f"rate {pictures / (time.perf_counter() - begun)}", flush=True)


if __name__ == "__main__":
    main()
