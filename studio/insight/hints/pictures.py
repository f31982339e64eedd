"""The pictures that are studied: a few hundred, balanced over the classes, small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError
from studio.core.input import InputSpec
from studio.data.opencv import cv2
from studio.data.pixels import fit, load, resize, thumbnail

MOST = 600
"""More pictures would tell little more and take longer."""

SIDE = 64
LEAST_OF_A_CLASS = 4
_QUICK = 128


@dataclass(frozen=True)
class Sample:
    """Pictures to study.

    Attributes:
        pixels: ``(n, 64, 64, channels) uint8``: what the network gets, made small and square.
        labels: ``(n,) int64`` class of each, counted in ``classes``.
        classes: names of the classes that are left; each has at least four pictures.
        side: longer side of what the network gets, px; the pictures hold no finer detail.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    side: int

    def __len__(self) -> int:
        return len(self.labels)


def choose(labels: Sequence[int], most: int = MOST) -> list[int]:
    """Rows of at most ``most`` pictures, as many of each class as can be; the same each time.

    Rows whose label is negative are left out.
    """
    given = np.asarray(labels, np.int64)
    draw = np.random.default_rng(7)
    queues = [draw.permutation(np.flatnonzero(given == c)) for c in np.unique(given[given >= 0])]
    chosen: list[int] = []
    depth = 0
    while len(chosen) < most and any(depth < len(q) for q in queues):
        chosen += [int(q[depth]) for q in queues if depth < len(q)]
        depth += 1
    return sorted(chosen[:most])


def read(
    paths: Sequence[str],
    labels: Sequence[int],
    classes: Sequence[str],
    spec: InputSpec,
    control: Control | None = None,
    progress: Progress = no_progress,
) -> Sample:
    """Read a balanced choice; what cannot be read and classes with too few are left out.

    Raises:
        Cancelled: a stop was asked for.
    """
    chosen = choose(labels)
    longer = max(spec.width, spec.height)
    scale = min(1.0, SIDE / longer)
    small = spec.changed(
        width=max(8, round(spec.width * scale)), height=max(8, round(spec.height * scale))
    )
    pixels: list[NDArray[np.uint8]] = []
    kept: list[int] = []
    for done, row in enumerate(chosen):
        if control is not None:
            control.checkpoint()
        progress(done, len(chosen), "Studying the pictures")
        try:
            pixels.append(_square(_small(paths[row], small)))
        except (PictureError, OSError, ValueError, MemoryError):
            continue  # the doctor lists it; here the others say enough
        kept.append(int(labels[row]))
    empty = np.empty((0, SIDE, SIDE, spec.channels), np.uint8)
    return _with_enough(
        np.stack(pixels) if pixels else empty, np.asarray(kept, np.int64), classes,
        min(SIDE, longer),
    )  # fmt: skip


def _small(path: str, spec: InputSpec) -> NDArray[np.uint8]:
    if spec.takes_bands or spec.pages != "auto":
        return load(Path(path), spec)
    return fit(thumbnail(Path(path), _QUICK), spec)


def _square(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """64 × 64 px, so that a quarter turn is one as the network sees it."""
    height, width = picture.shape[:2]
    if (height, width) == (SIDE, SIDE):
        return picture
    square = resize(picture, SIDE, SIDE) if max(height, width) > SIDE else _enlarged(picture)
    return np.asarray(square, np.uint8).reshape(SIDE, SIDE, -1)


def _enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # Not bicubic, which would put seams of light around what was sharp.
    bands = [
        cv2.resize(np.ascontiguousarray(picture[..., i]), (SIDE, SIDE)) for i in
        range(picture.shape[2])
    ]  # fmt: skip
    return np.stack(bands, axis=-1).astype(np.uint8)


def _with_enough(
    pixels: NDArray[np.uint8], labels: NDArray[np.int64], classes: Sequence[str], side: int
) -> Sample:
    known = [
        c for c in range(len(classes)) if np.count_nonzero(labels == c) >= LEAST_OF_A_CLASS
    ]  # fmt: skip
    keep = np.isin(labels, known)
    place = {c: i for i, c in enumerate(known)}
    renamed = np.asarray([place[int(c)] for c in labels[keep]], np.int64)
    return Sample(pixels[keep], renamed, tuple(classes[c] for c in known), side)
