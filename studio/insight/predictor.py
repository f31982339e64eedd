"""Answers of a trained network for pictures it has never seen."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError
from studio.core.results import Prediction
from studio.core.runs import RunFolder
from studio.data import pixels
from studio.models.registry import output_keys
from studio.training.forward import Forward
from studio.training.model_io import load_model

_CHUNK = 16  # pictures decoded together

Picture = Path | str | NDArray[np.uint8]
"""A file, or a decoded picture ``(height, width, 3) uint8 RGB``, or an array of input shape."""


@dataclass(frozen=True)
class Answer:
    """The raw answer for one picture.

    ``probabilities`` maps each output to ``(classes,) float32`` in the order of its classes;
    ``error`` says why there are none.
    """

    index: int
    probabilities: dict[str, NDArray[np.float32]]
    error: PictureError | None = None


class Predictor:
    """A run's network, loaded once.

    Pictures go through the preprocessing of training (:func:`studio.data.pixels.load`), and
    probabilities are the same to the bit for one picture and for many.

    Raises:
        RunError: the run has no weights yet, or they are damaged.
    """

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.input = run.record.input
        self.outputs = run.record.outputs
        self.multi_label = run.record.multi_label
        self.title = run.title
        self.model = load_model(run)
        self._keys = output_keys(self.outputs)
        self._single = Forward(self.model, batch=1)
        self._many: Forward | None = None

    def warm_up(self) -> None:
        """Compile, so that the first picture is as quick as the others."""
        self._single(np.zeros((1, *self.input.shape), np.uint8))

    def load(self, picture: Picture) -> NDArray[np.uint8]:
        """What the network sees of a picture: ``input.shape uint8``. Raises PictureError."""
        if not isinstance(picture, np.ndarray):
            return np.asarray(pixels.load(picture, self.input))
        if picture.dtype != np.uint8:
            raise PictureError(f"A picture holds numbers from 0 to 255, not {picture.dtype}.")
        if picture.shape == self.input.shape:
            return picture
        if picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
            raise PictureError(f"A picture has height, width and 3 colours, not {picture.shape}.")
        return np.asarray(pixels.fit(np.ascontiguousarray(picture), self.input))

    def predict(
        self,
        pictures: Sequence[Picture],
        progress: Progress = no_progress,
        control: Control | None = None,
        most_classes: int | None = None,
    ) -> list[Prediction]:
        """Answers in the order of ``pictures``; see :meth:`iterate`."""
        return list(self.iterate(pictures, progress, control, most_classes))

    def predict_one(self, picture: Picture) -> Prediction:
        """The answer for one picture."""
        return self.predict([picture])[0]

    def iterate(
        self,
        pictures: Sequence[Picture],
        progress: Progress = no_progress,
        control: Control | None = None,
        most_classes: int | None = None,
    ) -> Iterator[Prediction]:
        """Answers as they come, in the order of ``pictures``.

        A picture that cannot be read gives a prediction with an ``error``. Each class of a
        multi-label output has a probability of its own.

        Args:
            most_classes: keep only so many of the likeliest classes.

        Raises:
            Cancelled: asked to stop.
        """
        for answer in self.answers(pictures, progress, control):
            picture = pictures[answer.index]
            path = "" if isinstance(picture, np.ndarray) else str(picture)
            if answer.error is not None:
                yield Prediction(path, error=str(answer.error))
                continue
            yield Prediction(
                path,
                {
                    name: ranked(probabilities, self.outputs[name], most_classes)
                    for name, probabilities in answer.probabilities.items()
                },
                multi_label=self.run.record.multi_label,
            )

    def answers(
        self,
        pictures: Sequence[Picture],
        progress: Progress = no_progress,
        control: Control | None = None,
        is_exact: bool = True,
    ) -> Iterator[Answer]:
        """Raw answers as they come, in the order of ``pictures``. Raises Cancelled.

        Args:
            is_exact: False asks for several pictures at a time, as validation does: quicker,
                but the last bits depend on what else is asked.
        """
        done = 0
        forward = self._single if is_exact else self._batched()
        for indices, loaded in self._loaded(pictures, control, max(_CHUNK, forward.batch)):
            for answer in self._answer(forward, indices, loaded):
                if control is not None:
                    control.checkpoint()
                yield answer
                done += 1
                progress(done, len(pictures), "Classifying")

    def probabilities(
        self, pictures: NDArray[np.uint8], control: Control | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """Output → ``(n, classes) float32`` of pictures of input shape, several at a time.

        Raises:
            Cancelled: asked to stop.
        """
        forward = self._batched()
        parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in self._keys}
        for start in range(0, len(pictures), forward.batch):
            if control is not None:
                control.checkpoint()
            answer = forward(pictures[start : start + forward.batch])
            for name, key in self._keys.items():
                parts[name].append(answer[key])
        return {
            name: np.concatenate(found)
            if found
            else np.zeros((0, len(self.outputs[name])), np.float32)
            for name, found in parts.items()
        }

    def _batched(self) -> Forward:
        if self._many is None:
            self._many = Forward(self.model)
        return self._many

    def _answer(
        self, forward: Forward, indices: range, loaded: list[NDArray[np.uint8] | PictureError]
    ) -> Iterator[Answer]:
        good = [picture for picture in loaded if isinstance(picture, np.ndarray)]
        rows = (
            {key: values[row] for key, values in part.items()}
            for start in range(0, len(good), forward.batch)
            for part in [forward(np.stack(good[start : start + forward.batch]))]
            for row in range(len(good[start : start + forward.batch]))
        )
        for index, picture in zip(indices, loaded, strict=True):
            if isinstance(picture, PictureError):
                yield Answer(index, {}, picture)
                continue
            probabilities = next(rows)
            yield Answer(index, {name: probabilities[k] for name, k in self._keys.items()})

    def _loaded(
        self, pictures: Sequence[Picture], control: Control | None, size: int
    ) -> Iterator[tuple[range, list[NDArray[np.uint8] | PictureError]]]:
        """Chunks of decoded pictures; the next chunk is decoded while one is answered."""
        chunks = [
            range(start, min(start + size, len(pictures)))
            for start in range(0, len(pictures), size)
        ]
        if len(pictures) == 1:
            yield chunks[0], [self._try(pictures[0])]
            return
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1), "decode") as pool:

            def begin(chunk: range) -> list[Future[NDArray[np.uint8] | PictureError]]:
                return [pool.submit(self._try, pictures[i]) for i in chunk]

            waiting = deque(begin(chunk) for chunk in chunks[:2])
            try:
                for number, chunk in enumerate(chunks):
                    if control is not None:
                        control.checkpoint()
                    loaded = [future.result() for future in waiting.popleft()]
                    if number + 2 < len(chunks):
                        waiting.append(begin(chunks[number + 2]))
                    yield chunk, loaded
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _try(self, picture: Picture) -> NDArray[np.uint8] | PictureError:
        try:
            return self.load(picture)
        except PictureError as error:
            return error


def ranked(
    probabilities: NDArray[np.float32], classes: Sequence[str], most: int | None = None
) -> tuple[tuple[str, float], ...]:
    """Classes with their probabilities, likeliest first; equal ones in the order of classes."""
    order = np.argsort(-probabilities, kind="stable")[:most]
    return tuple((classes[i], float(probabilities[i])) for i in order)
