"""What a data set looks like in numbers: counts, sizes, shapes, mean pictures, channels.

Plain arrays only, so that a plot, a report and the command line draw the same figures.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError
from studio.data.dataset import Dataset
from studio.data.decoding import Pixels, decode
from studio.data.parallel import for_each
from studio.data.pixels import resize

MEAN_SIDE = 64
"""Side of the mean pictures: enough to see what all pictures of a class share."""

MOST_CLASSES = 1000
"""Classes of one output that get a mean picture: more would fill the memory and no screen."""

CHANNELS = ("red", "green", "blue")
LEVELS = 256


@dataclass(frozen=True, eq=False)
class Statistics:
    """Figures of one data set.

    Attributes:
        counts: output → ``(classes,) int64`` pictures of each class.
        width: ``(n,) int32`` pixels; 0 where the picture could not be read.
        height: the same.
        bytes: ``(n,) int64`` on the disk.
        mean_pictures: output → ``(classes, MEAN_SIDE, MEAN_SIDE, 3) uint8 RGB``, each picture
            stretched to a square; mid-grey for a class without pictures.
        averaged: output → ``(classes,) int64`` pictures that went into each mean.
        histograms: ``(3, 256) float64`` share of each level in red, green and blue. Each picture
            counts alike, however large it is.
        channel_mean: ``(3,) float64`` 0 to 255, over pictures that count alike.
        channel_deviation: ``(3,) float64`` of all pixels, weighted in the same way.
    """

    counts: dict[str, NDArray[np.int64]]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    bytes: NDArray[np.int64]
    mean_pictures: dict[str, Pixels]
    averaged: dict[str, NDArray[np.int64]]
    histograms: NDArray[np.float64]
    channel_mean: NDArray[np.float64]
    channel_deviation: NDArray[np.float64]

    @property
    def read(self) -> int:
        """Pictures that could be read; only they count in sizes, means and histograms."""
        return int((self.width > 0).sum())

    @property
    def aspect(self) -> NDArray[np.float64]:
        """``(read,) float64`` width divided by height of the pictures that could be read."""
        known = self.width > 0
        return self.width[known] / self.height[known]


class _Sums:
    """What the threads add to, one picture at a time."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._lock = threading.Lock()
        shown = {name: min(len(c), MOST_CLASSES) for name, c in dataset.outputs.items()}
        side = (MEAN_SIDE, MEAN_SIDE, 3)
        self.pictures = {name: np.zeros((c, *side), np.float32) for name, c in shown.items()}
        self.averaged = {name: np.zeros(c, np.int64) for name, c in shown.items()}
        self.histograms = np.zeros((3, LEVELS), np.float64)
        self.width = np.zeros(len(dataset), np.int32)
        self.height = np.zeros(len(dataset), np.int32)

    def add(self, row: int, pixels: Pixels) -> None:
        """Count one decoded picture."""
        height, width = pixels.shape[:2]
        shares = np.stack([np.bincount(pixels[..., c].ravel(), minlength=LEVELS) for c in range(3)])
        small = resize(pixels, MEAN_SIDE, MEAN_SIDE).astype(np.float32)
        with self._lock:
            self.width[row], self.height[row] = width, height
            self.histograms += shares / (height * width)
            for name, labels in self._dataset.labels.items():
                own = labels[row]
                for c in np.flatnonzero(own == 1).tolist() if own.ndim else [int(own)]:
                    if 0 <= c < len(self.averaged[name]):
                        self.pictures[name][c] += small
                        self.averaged[name][c] += 1

    def means(self) -> dict[str, Pixels]:
        """The mean picture of each class."""
        found = {}
        for name, sums in self.pictures.items():
            counts = self.averaged[name][:, None, None, None]
            mean = np.where(counts > 0, sums / np.maximum(counts, 1), 128)
            found[name] = np.round(mean).astype(np.uint8)
        return found


def statistics(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
) -> Statistics:
    """Decode every picture once and count. Pictures that cannot be read are left out: the check
    of the data set (:mod:`studio.data.doctor`) lists them.

    Raises:
        Cancelled: asked for.
    """
    sums = _Sums(dataset)

    def work(row: int) -> None:
        try:
            pixels = decode(dataset.absolute(row))
        except PictureError:
            return
        sums.add(row, pixels)

    for_each(len(dataset), work, "Counting pixels", progress, control, workers)
    shares = sums.histograms / max(1, int((sums.width > 0).sum()))
    levels = np.arange(LEVELS)
    mean = shares @ levels
    deviation = np.sqrt(np.maximum(shares @ (levels**2) - mean**2, 0))
    return Statistics(
        counts={name: dataset.class_counts(name) for name in dataset.outputs},
        width=sums.width,
        height=sums.height,
        bytes=dataset.sizes,
        mean_pictures=sums.means(),
        averaged=sums.averaged,
        histograms=shares,
        channel_mean=mean,
        channel_deviation=deviation,
    )
