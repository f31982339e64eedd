"""What a data set looks like in numbers: sizes, mean pictures, channels, of all or of a sample.

Plain arrays only, so that a plot, a report and the command line draw the same figures.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError
from studio.data.dataset import Dataset
from studio.data.decoding import Pixels, decode, decode_bands
from studio.data.parallel import for_each
from studio.data.pixels import resize
from studio.data.shown import FIRST_BANDS, band_count, shown_bands

MEAN_SIDE = 64
"""Side of the mean pictures: enough to see what all pictures of a class share."""

MOST_CLASSES = 1000
"""Classes of one output that get a mean picture: more would fill the memory and no screen."""

MOST_PICTURES = 2000
"""Pictures that are decoded where nobody asks for more: small ones of all take 25 MB."""

LEVELS = 256
COLOURS = ("Red", "Green", "Blue")


@dataclass(frozen=True, eq=False)
class Statistics:
    """Figures of the pictures of one data set, or of a sample of them.

    Attributes:
        total: pictures of the data set.
        rows: ``(s,) int64`` rows that were decoded, sorted.
        width: ``(s,) int32`` pixels; 0 where the picture could not be read.
        height: the same.
        small: ``(s, MEAN_SIDE, MEAN_SIDE, 3) uint8 RGB`` each picture stretched to a square; black
            where it could not be read.
        channels: the names of the channels: colours, or the numbers of bands where any picture
            has more than three.
        histograms: ``(channels, 256) float64`` share of each level as 8 bits. Each picture that
            has the channel counts alike, however large it is.
        in_channel: ``(channels,) int64`` pictures that have each channel.
        channel_mean: ``(channels,) float64`` 0 to 255, over pictures that count alike.
        channel_deviation: ``(channels,) float64`` of all pixels, weighted in the same way.
    """

    total: int
    rows: NDArray[np.int64]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    small: Pixels
    channels: tuple[str, ...]
    histograms: NDArray[np.float64]
    in_channel: NDArray[np.int64]
    channel_mean: NDArray[np.float64]
    channel_deviation: NDArray[np.float64]

    @property
    def read(self) -> int:
        """Pictures that could be read; only they count in means and histograms."""
        return int((self.width > 0).sum())

    @property
    def left_out(self) -> int:
        """Pictures that could not be read."""
        return len(self.rows) - self.read

    @property
    def is_sample(self) -> bool:
        """Whether not all pictures of the data set were decoded."""
        return len(self.rows) < self.total

    @property
    def is_grey(self) -> bool:
        """Whether every picture is grey: all colours have the same levels."""
        same = len(self.channels) == 3 and self.read > 0
        return same and bool(np.allclose(self.histograms, self.histograms[:1], atol=1e-12))

    @property
    def aspect(self) -> NDArray[np.float64]:
        """``(read,) float64`` width divided by height of the pictures that could be read."""
        known = self.width > 0
        return self.width[known] / self.height[known]

    def mean_pictures(self, labels: NDArray[Any], classes: int) -> tuple[Pixels, NDArray[np.int64]]:
        """The mean picture of each class, by the labels as they are now.

        Args:
            labels: of one output, a column of :class:`Dataset`.
            classes: how many the output has; more than ``MOST_CLASSES`` are cut off.

        Returns:
            ``(classes, MEAN_SIDE, MEAN_SIDE, 3) uint8 RGB``, mid-grey for a class without
            pictures; and ``(classes,) int64`` how many pictures went into each.
        """
        classes = min(classes, MOST_CLASSES)
        means = np.full((classes, *self.small.shape[1:]), 128, np.uint8)
        counts = np.zeros(classes, np.int64)
        own, can_be_read = labels[self.rows], self.width > 0
        for c in range(classes):
            has = (own[:, c] == 1 if own.ndim == 2 else own == c) & can_be_read
            counts[c] = np.count_nonzero(has)
            if counts[c]:
                means[c] = np.round(self.small[has].mean(axis=0, dtype=np.float32))
        return means, counts


@dataclass
class _Counted:
    """What the threads add to, one picture at a time."""

    small: Pixels
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    lock: threading.Lock = field(default_factory=threading.Lock)
    histograms: NDArray[np.float64] = field(default_factory=lambda: np.zeros((3, LEVELS)))
    in_channel: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, np.int64))

    def add(self, place: int, bands: Pixels) -> None:
        """Count one decoded picture with all its bands."""
        height, width, count = bands.shape
        shares = np.stack(
            [np.bincount(bands[..., c].ravel(), minlength=LEVELS) for c in range(count)]
        )
        # The three that a mean picture shows are the first, whichever a person looks at now.
        self.small[place] = resize(shown_bands(bands, FIRST_BANDS), MEAN_SIDE, MEAN_SIDE)
        with self.lock:
            self.width[place], self.height[place] = width, height
            if count > len(self.histograms):
                more = count - len(self.histograms)
                self.histograms = np.vstack([self.histograms, np.zeros((more, LEVELS))])
                self.in_channel = np.concatenate([self.in_channel, np.zeros(more, np.int64)])
            self.histograms[:count] += shares / (height * width)
            self.in_channel[:count] += 1


def sampled_rows(dataset: Dataset, most: int | None, seed: int = 0) -> NDArray[np.int64]:
    """Rows of a sample that has each class of the first output in its share, sorted.

    Args:
        most: so many at most; None takes all.
    """
    count = len(dataset)
    if most is None or count <= most:
        return np.arange(count, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(count)
    if dataset.outputs:
        classes = dataset.first_class(next(iter(dataset.outputs)))
        order = order[np.argsort(classes[order], kind="stable")]
    places = (np.arange(most) + 0.5) * (count / most)
    return np.sort(order[places.astype(np.int64)]).astype(np.int64)


def statistics(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    most: int | None = MOST_PICTURES,
    seed: int = 0,
) -> Statistics:
    """Decode pictures once and count. Those that cannot be read are left out and counted as such.

    Args:
        most: decodes a sample of so many where there are more pictures; None decodes all.
        seed: of the sample.

    Raises:
        Cancelled: asked for.
    """
    rows = sampled_rows(dataset, most, seed)
    number = len(rows)
    counted = _Counted(
        np.zeros((number, MEAN_SIDE, MEAN_SIDE, 3), np.uint8),
        np.zeros(number, np.int32),
        np.zeros(number, np.int32),
    )

    def work(place: int) -> None:
        try:
            bands = _all_bands(dataset.absolute(int(rows[place])))
        except PictureError:
            return
        counted.add(place, bands)

    for_each(number, work, "Counting pixels", progress, control, workers)
    return _finished(len(dataset), rows, counted)


def _all_bands(path: Path) -> Pixels:
    """``(h, w, 3) uint8 RGB``, or more bands where the picture has them."""
    return decode_bands(path) if band_count(path) > 3 else decode(path)


def _finished(total: int, rows: NDArray[np.int64], counted: _Counted) -> Statistics:
    shares = counted.histograms / np.maximum(counted.in_channel, 1)[:, None]
    levels = np.arange(LEVELS)
    mean = shares @ levels
    deviation = np.sqrt(np.maximum(shares @ (levels**2) - mean**2, 0))
    bands = len(shares)
    names = COLOURS if bands == 3 else tuple(f"Band {i + 1}" for i in range(bands))
    return Statistics(
        total, rows, counted.width, counted.height, counted.small, names, shares,
        counted.in_channel, mean, deviation,
    )  # fmt: skip
