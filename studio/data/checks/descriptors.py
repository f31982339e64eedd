"""Pictures as short vectors whose angle tells how alike they are, in each of the 8 symmetries.

First the small grey picture is evened out: less its surroundings' mean, divided by their
contrast, so that one bold shape does not outweigh everything else. Its vector holds the slow
waves (a discrete cosine transform, as in perceptual hashes). A crop of 5 % moves slow waves by a
small part of their length, so the vectors of twins keep a small angle. Mirroring only changes
signs, turning over a diagonal only swaps rows and columns: the eight vectors of the eight
symmetries (flips and quarter turns) are one vector rearranged.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.measuring import SIDE

Floats = NDArray[np.float32]

WAVES = 8
"""Waves kept along each axis and round the corner between them: 55 numbers."""

SYMMETRIES = 8

_TALL, _WIDE = 16, 256  # of one product: below some 2^18 multiplications it is not shared out

SURROUNDINGS = 4.0
"""How far surroundings reach, in cells: an eighth of the side."""


def turned(pictures: NDArray[Any], symmetry: int) -> NDArray[Any]:
    """``(n, side, side)`` pictures in one of the 8 symmetries: 1 mirrors left and right, 2 turns
    upside down, 4 swaps rows and columns; the swap comes first."""
    if symmetry & 4:
        pictures = pictures.swapaxes(1, 2)
    if symmetry & 1:
        pictures = pictures[:, :, ::-1]
    if symmetry & 2:
        pictures = pictures[:, ::-1]
    return pictures


def describe(pictures: Floats) -> Floats:
    """``(n, SIDE, SIDE)`` to ``(n, numbers) float32`` of length 1."""
    waves, kept = _waves(), _kept()
    found = (waves @ evened(pictures) @ waves.T)[:, *kept]
    return np.asarray(found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-6), np.float32)


def evened(pictures: Floats) -> Floats:
    """Pictures less their surroundings' mean, divided by their surroundings' contrast."""
    rest = pictures - blurred(pictures, SURROUNDINGS)
    contrast = np.sqrt(blurred(rest * rest, SURROUNDINGS))
    # Where nothing is to be seen, noise must not be made as loud as the picture.
    floor = 0.2 * rest.std(axis=(1, 2), keepdims=True) + 1
    return np.asarray(rest / (contrast + floor), np.float32)


def rearranged(vectors: Floats, symmetry: int) -> Floats:
    """The vectors of the same pictures in another symmetry; see :func:`turned`."""
    order, signs = _rearrangement(symmetry)
    return vectors[:, order] * signs


def multiplied(rows: Floats, others: Floats) -> Floats:
    """``rows @ others.T`` in pieces so small that the library works on each in this very thread.

    Its own threads wait for each other, which takes long where the cores have other work (ten
    times as long was seen); here several threads do one such product each.
    """
    across = np.ascontiguousarray(others.T)
    count, width = len(rows), across.shape[1]
    tall = -(-count // _TALL)
    padded = np.zeros((tall * _TALL, rows.shape[1]), np.float32)
    padded[:count] = rows
    pieces = padded.reshape(tall, _TALL, rows.shape[1])
    result = np.empty((tall, _TALL, width), np.float32)
    for left in range(0, width, _WIDE):
        np.matmul(pieces, across[:, left : left + _WIDE], out=result[:, :, left : left + _WIDE])
    return result.reshape(-1, width)[:count]


@cache
def _waves() -> Floats:
    """``(WAVES, SIDE)`` rows of the orthonormal DCT-II."""
    frequency, place = np.arange(WAVES)[:, None], np.arange(SIDE)[None]
    rows = np.cos(np.pi / SIDE * (place + 0.5) * frequency) * np.sqrt(2 / SIDE)
    rows[0] /= np.sqrt(2)
    return rows.astype(np.float32)


@cache
def _kept() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the waves that count: those within a quarter circle."""
    v, u = np.mgrid[:WAVES, :WAVES]
    rows, columns = np.nonzero((u * u + v * v < WAVES * WAVES) & (u + v > 0))
    return rows, columns


@cache
def _rearrangement(symmetry: int) -> tuple[NDArray[np.int64], Floats]:
    v, u = _kept()
    place = {wave: i for i, wave in enumerate(zip(v.tolist(), u.tolist(), strict=True))}
    order = [place[(x, y) if symmetry & 4 else (y, x)] for y, x in place]
    signs = (-1.0) ** (u * (symmetry & 1) + v * (symmetry >> 1 & 1))
    return np.array(order), signs.astype(np.float32)


def blurred(pictures: Floats, width: float) -> Floats:
    """Pictures smoothed by a Gaussian whose weights add up to 1, so borders do not darken.

    Args:
        width: standard deviation in cells of the small picture.
    """
    blur = _gaussian(width)
    return np.asarray(blur @ pictures @ blur.T, np.float32)


@cache
def _gaussian(width: float) -> Floats:
    """``(SIDE, SIDE)`` weights along a line."""
    cells = np.arange(SIDE)
    weights = np.exp(-0.5 * ((cells[:, None] - cells[None]) / width) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
