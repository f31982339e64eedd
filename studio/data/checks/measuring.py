"""What every check wants to know of a picture, taken while its pixels are at hand: once.

A picture becomes one row of about 1.2 kB: its size, a hash of its pixels, brightness, contrast,
sharpness, and two small pictures, one grey and one of colour alone, that duplicates are found by.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.data.decoding import Pixels
from studio.data.opencv import cv2

MEASURES_VERSION = 1
"""Raised whenever the same pixels give other measures, so that no old ones are used."""

SIDE = 32
"""Side of the small grey picture. At 24 the details that tell two drawings apart are gone; more
costs memory and time at a hundred thousand pictures and finds nothing more."""

COLOUR_SIDE = 4
"""Side of the small picture of colour."""

SHARPNESS_SIDE = 256
"""Sharpness is measured with the longer side at most this: as large as networks look at it."""

MEASURES = np.dtype(
    [
        ("known", "?"),  # False where the picture could not be read
        ("height", "<i4"),
        ("width", "<i4"),
        ("pixels", "V16"),  # hash of shape and pixels
        ("mean", "<f4"),  # grey, 0 to 255
        ("low", "<f4"),  # grey that 2 % of the pixels are darker than
        ("high", "<f4"),  # grey that 2 % of the pixels are brighter than
        ("contrast", "<f4"),  # standard deviation of the small picture, of the strongest channel
        ("spread", "<f4"),  # largest minus smallest of the small picture, strongest channel
        ("sharpness", "<f4"),  # log, see :func:`sharpness`
        ("colour", "i1", (COLOUR_SIDE, COLOUR_SIDE, 2)),  # blue and red less grey, halved
        ("small", "u1", (SIDE, SIDE)),  # grey, stretched to its full range
    ]
)

Measures = NDArray[np.void]


def no_measures(count: int) -> Measures:
    """A table of ``count`` rows of which nothing is known."""
    return np.zeros(count, MEASURES)


def measure(pixels: Pixels) -> Any:
    """The row of one picture.

    Args:
        pixels: ``(height, width, 3) uint8 RGB``.

    Returns:
        A scalar of dtype :data:`MEASURES`.
    """
    pixels = np.ascontiguousarray(pixels)
    row = no_measures(1)
    row["known"] = True
    row["height"], row["width"] = pixels.shape[:2]
    row["pixels"] = np.void(pixel_hash(pixels))
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    row["mean"], row["low"], row["high"] = _brightness(grey)
    tiny = _shrunk(pixels, SIDE)
    row["contrast"] = tiny.reshape(-1, 3).std(axis=0).max()
    row["spread"] = np.ptp(tiny.reshape(-1, 3), axis=0).max()
    row["small"] = _stretched(_shrunk(grey, SIDE))
    row["colour"] = _colour(tiny)
    row["sharpness"] = sharpness(grey)
    return row[0]


def pixel_hash(pixels: Pixels) -> bytes:
    """16 bytes of BLAKE2b over shape and pixels: equal for equal pictures, whatever the file."""
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16)
    digest.update(pixels.reshape(-1).data)
    return digest.digest()


def sharpness(grey: NDArray[np.uint8]) -> float:
    """How much of the fine detail that a picture of its size can hold is there, as a logarithm.

    The variance of the Laplacian (Pech-Pacheco et al., 2000) grows with contrast and falls with
    size. Here it is taken at one size, after the least smoothing that keeps noise and JPEG blocks
    out, and divided by the same at a coarser scale. Both scale alike with contrast and with how
    much there is to see, so a few sharp lines on an even ground count as sharp.
    """
    height, width = grey.shape
    scale = SHARPNESS_SIDE / max(height, width)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    fine = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8)
    coarse = cv2.GaussianBlur(fine, (0, 0), 2.0)
    # What rounding to 8 bits leaves in an even picture (0.03) must not pass for fine detail.
    parts = [float(np.var(cv2.Laplacian(part, cv2.CV_32F))) + 0.1 for part in (fine, coarse)]
    return float(np.log(parts[0] / parts[1]))


def _brightness(grey: NDArray[np.uint8]) -> tuple[float, float, float]:
    counts = np.bincount(grey.ravel(), minlength=256)
    shares = np.cumsum(counts) / grey.size
    mean = float(counts @ np.arange(256) / grey.size)
    return mean, float(np.searchsorted(shares, 0.02)), float(np.searchsorted(shares, 0.98))


def _shrunk(pixels: NDArray[Any], side: int) -> NDArray[np.float32]:
    """Averages of areas, ``(side, side[, 3]) float32``; a smaller picture is enlarged."""
    height, width = pixels.shape[:2]
    if height > 8 * side and width > 8 * side:  # exact averages in bytes first: ten times faster
        pixels = cv2.resize(pixels, (4 * side, 4 * side), interpolation=cv2.INTER_AREA)
    kind = cv2.INTER_AREA if min(height, width) >= side else cv2.INTER_LINEAR
    small = cv2.resize(pixels.astype(np.float32), (side, side), interpolation=kind)
    return np.asarray(small, np.float32)


def _stretched(small: NDArray[np.float32]) -> NDArray[np.uint8]:
    """From its darkest to its brightest place as 0 to 255, so that 8 bits lose nothing."""
    low = float(small.min())
    return np.round((small - low) * (255 / max(float(small.max()) - low, 1.0))).astype(np.uint8)


def _colour(tiny: NDArray[np.float32]) -> NDArray[np.int8]:
    cells = tiny.reshape(COLOUR_SIDE, SIDE // COLOUR_SIDE, COLOUR_SIDE, -1, 3).mean(axis=(1, 3))
    grey = cells @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.round((cells[..., [2, 0]] - grey[..., None]) / 2).astype(np.int8)
