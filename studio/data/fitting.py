"""Decoded pictures brought to the size of the network's input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.core.errors import PictureError
from studio.core.input import InputSpec
from studio.data.bands import Pixels
from studio.data.opencv import cv2

PADDING = 128
"""The grey that letterbox pads with."""


@dataclass(frozen=True)
class Placed:
    """Which part of an upright picture is seen, and how large it becomes; all in pixels.

    ``x, y, width, height`` is the part, ``inner_width × inner_height`` what it fills of the
    input.
    """

    x: int
    y: int
    width: int
    height: int
    inner_width: int
    inner_height: int

    def as_stored(self, width: int, height: int, turn: int) -> tuple[int, int, int, int]:
        """The part in the file's own pixels: ``x, y, width, height``.

        Args:
            width: of the file, as is ``height``, before it is turned.
            turn: its EXIF orientation, see :func:`studio.data.upright.upright`.
        """
        x, y, w, h = self.x, self.y, self.width, self.height
        across, down = (height, width) if turn >= 5 else (width, height)
        if turn in (2, 3, 6, 7):
            x = across - x - w
        if turn in (3, 4, 7, 8):
            y = down - y - h
        return (y, x, h, w) if turn >= 5 else (x, y, w, h)


def placed(width: int, height: int, spec: InputSpec) -> Placed:
    """Where a picture of that size goes."""
    if spec.fit == "crop":
        return Placed(*crop_box(width, height, spec), spec.width, spec.height)
    if spec.fit == "letterbox":
        return Placed(0, 0, width, height, *_inner(width, height, spec))
    return Placed(0, 0, width, height, spec.width, spec.height)


def fit(pixels: Pixels, spec: InputSpec) -> Pixels:
    """Bring a decoded picture to the network's size.

    ``crop`` takes the largest centred part of the input's shape, ``letterbox`` keeps all of the
    picture and pads with grey, ``stretch`` distorts it. Shrinking averages areas, enlarging is
    bicubic. Grey is ``0.299 R + 0.587 G + 0.114 B`` (ITU-R BT.601) in OpenCV's fixed point.

    Args:
        pixels: ``(h, w, 3) uint8 RGB``, or all bands where the network takes other than 1 or 3.

    Returns:
        ``spec.shape`` ``uint8``, contiguous.

    Raises:
        PictureError: it has another number of bands than the network takes.
    """
    if spec.takes_bands and pixels.shape[2] != spec.channels:
        raise PictureError(
            f"The picture has {pixels.shape[2]} band{'s' * (pixels.shape[2] > 1)}, and the network "
            f"takes {spec.channels}.",
            "Use pictures of the same kind, or set the input to colour or grey.",
        )
    place = placed(pixels.shape[1], pixels.shape[0], spec)
    x, y, w, h = place.x, place.y, place.width, place.height
    return filled(pixels[y : y + h, x : x + w], place, spec)


def filled(part: Pixels, place: Placed, spec: InputSpec) -> Pixels:
    """The input, filled with the part of a picture that is seen, at whatever size that has."""
    if spec.channels == 1:
        part = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    inner = resize(part, place.inner_width, place.inner_height)
    if spec.fit == "letterbox":
        inner = _framed(inner, spec)
    return np.ascontiguousarray(inner.reshape(spec.shape))


def crop_box(width: int, height: int, spec: InputSpec) -> tuple[int, int, int, int]:
    """The part of a picture that ``crop`` keeps: ``x, y, width, height`` in pixels."""
    if width * spec.height > height * spec.width:
        kept = max(1, (2 * height * spec.width + spec.height) // (2 * spec.height))
        kept = min(kept, width)
        return (width - kept) // 2, 0, kept, height
    kept = max(1, (2 * width * spec.height + spec.width) // (2 * spec.width))
    kept = min(kept, height)
    return 0, (height - kept) // 2, width, kept


def lost_area(width: int, height: int, spec: InputSpec) -> float:
    """The share of a picture that ``crop`` cuts away, 0 to 1; 0 for the other fits."""
    if spec.fit != "crop" or width < 1 or height < 1:
        return 0.0
    _, _, w, h = crop_box(width, height, spec)
    return 1.0 - w * h / (width * height)


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """Resize by area averages where an axis shrinks and bicubic where it grows."""
    h, w = pixels.shape[:2]
    if (w, h) == (width, height):
        return pixels
    if pixels.ndim == 3 and pixels.shape[2] > 4:  # OpenCV's fast ways end there
        parts = [pixels[..., i : i + 3] for i in range(0, pixels.shape[2], 3)]
        return np.dstack([resize(part, width, height) for part in parts])
    pixels = np.ascontiguousarray(pixels)
    if width < w or height < h:
        size = (min(width, w), min(height, h))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    if pixels.shape[1] != width or pixels.shape[0] != height:
        pixels = np.asarray(
            cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8
        )
    return pixels


def _inner(width: int, height: int, spec: InputSpec) -> tuple[int, int]:
    """Width and height of what letterbox leaves of a picture between its bars."""
    if width * spec.height > height * spec.width:
        w = spec.width
        h = max(1, (2 * height * w + width) // (2 * width))
    else:
        h = spec.height
        w = max(1, (2 * width * h + height) // (2 * height))
    return min(w, spec.width), min(h, spec.height)


def _framed(inner: Pixels, spec: InputSpec) -> Pixels:
    h, w = inner.shape[:2]
    framed = np.full((spec.height, spec.width, *inner.shape[2:]), PADDING, np.uint8)
    y, x = (spec.height - h) // 2, (spec.width - w) // 2
    framed[y : y + h, x : x + w] = inner
    return framed
