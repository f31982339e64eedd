"""Probabilities at a fixed number of pictures at a time.

A matrix product may round differently for another number of rows, and for another row. So a
network is compiled for one number of pictures, and a smaller batch is filled up. With one picture
at a time the answer is the same to the bit whatever else is asked; with more it is quicker.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.data.store import PictureStore
from studio.models.summary import multiply_adds

_MOST = 32
_WORK = 1e9  # multiply-adds that two cores do in well under a tenth of a second

Probabilities = dict[str, NDArray[np.float32]]
"""Key of an output → ``(n, classes) float32``."""


class Forward:
    """The compiled prediction of one network at its fixed number of pictures.

    Args:
        model: the network; later changes of its weights are seen.
        batch: pictures at a time; as many as suit the network, where left out.
    """

    def __init__(self, model: keras.Model, batch: int | None = None) -> None:
        # A network of the same layers with a compiled function of its own: one that has met
        # two batch sizes is compiled a third time, for any size, and may round differently.
        self.model = keras.Model(model.inputs, model.output)
        self.batch = batch or fixed_batch(model)
        self._shape = tuple(int(side) for side in model.inputs[0].shape[1:])

    def __call__(self, pictures: NDArray[np.uint8]) -> Probabilities:
        """Probabilities of ``(n, height, width, channels) uint8``, any ``n``."""
        parts = [self._fixed(pictures[i : i + self.batch])
                 for i in range(0, len(pictures), self.batch)]  # fmt: skip
        if not parts:
            return {str(k): np.zeros((0, int(v.shape[-1])), np.float32)
                    for k, v in _named(self.model, self.model.output).items()}  # fmt: skip
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def over(
        self,
        pictures: NDArray[np.uint8] | PictureStore,
        rows: NDArray[np.int64],
        control: Control | None = None,
    ) -> Iterator[tuple[NDArray[np.int64], Probabilities]]:
        """Probabilities of some rows, batch by batch; without those that cannot be read.

        The next batch is read while the network computes. Raises Cancelled.
        """
        starts = range(0, len(rows), self.batch)
        with ThreadPoolExecutor(1, thread_name_prefix="reading") as reader:
            coming = None
            for start in starts:
                if control is not None:
                    control.checkpoint()
                some = rows[start : start + self.batch]
                found, ok = coming.result() if coming else _read(pictures, some)
                after = rows[start + self.batch : start + 2 * self.batch]
                coming = reader.submit(_read, pictures, after) if len(after) else None
                yield some[ok], {k: v[ok] for k, v in self._fixed(found).items()}

    def _fixed(self, pictures: NDArray[np.uint8]) -> Probabilities:
        count = len(pictures)
        if count < self.batch:
            padded = np.zeros((self.batch, *self._shape), np.uint8)
            padded[:count] = pictures
            pictures = padded
        answer = _named(self.model, self.model.predict_on_batch(pictures))
        return {key: np.asarray(value, np.float32)[:count] for key, value in answer.items()}


def _read(
    pictures: NDArray[np.uint8] | PictureStore, rows: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    if isinstance(pictures, PictureStore):
        return pictures.read(rows)
    return np.asarray(pictures[rows]), np.ones(len(rows), bool)


def fixed_batch(model: keras.Model) -> int:
    """How many pictures a network answers for at once: a power of two from 1 to 32."""
    if any("gpu" in device for device in keras.distribution.list_devices()):
        return _MOST
    share = _WORK / max(1.0, multiply_adds(model))
    return 2 ** int(np.clip(np.floor(np.log2(max(share, 1.0))), 0, np.log2(_MOST)))


def _named(model: keras.Model, outputs: Any) -> dict[str, Any]:
    if isinstance(outputs, dict):
        return outputs
    many = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return dict(zip(model.output_names, many, strict=True))
