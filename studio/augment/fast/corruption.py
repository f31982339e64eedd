"""Corruptions of the robustness test that imgaug computes in HSV or by splines, and slowly.

The strengths are those of Hendrycks and Dietterich (2019). Light and saturation are worked out
without a colour circle, from the largest and smallest level of a pixel, and rounded to the
nearest, where imgaug cuts off: they differ from it by at most 1 level. The zoom blur looks up
places to 1/32 pixel, and so by at most 2 levels.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np

_LIGHTER = (0.1, 0.2, 0.3, 0.4, 0.5)
_SATURATION = ((0.3, 0.0), (0.1, 0.0), (2.0, 0.0), (5.0, 0.1), (20.0, 0.2))
_ZOOMS = ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03))


def overexposed(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """More light (HSV value) while hue and saturation stay."""
    table = _lighter(values["severity"])
    if picture.shape[2] == 1:
        grey: np.ndarray = cv2.LUT(picture, table.diagonal().copy()).reshape(picture.shape)
        return grey
    places = _largest(picture)[..., None].astype(np.uint16) * 256 + picture
    changed: np.ndarray = table.reshape(-1)[places]
    return changed


def _largest(picture: np.ndarray) -> np.ndarray:
    """``(height, width) uint8``: the largest level of each pixel; far quicker than ``max``."""
    red, green, blue = cv2.split(picture)
    return cv2.max(cv2.max(red, green), blue)


def _smallest(picture: np.ndarray) -> np.ndarray:
    red, green, blue = cv2.split(picture)
    return cv2.min(cv2.min(red, green), blue)


@cache
def _lighter(severity: int) -> np.ndarray:
    """``(256, 256) uint8``: for a pixel's largest level, what becomes of each of its levels."""
    largest = np.arange(256)[:, None] / 255.0
    brighter = np.minimum(largest + _LIGHTER[severity - 1], 1.0)
    factor = brighter / np.maximum(largest, 1.0 / 255.0)
    levels = np.arange(256) * factor
    levels[0] = brighter[0] * 255.0  # black has no hue and becomes grey
    return np.rint(np.clip(levels, 0, 255)).astype(np.uint8)


def odd_colours(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """More or less saturation (of HSV) while hue and value stay."""
    if picture.shape[2] == 1:
        return picture
    largest, smallest = _largest(picture), _smallest(picture)
    places = largest.astype(np.uint16) * 256 + smallest
    factor = _stretch(values["severity"])[places][..., None]
    below = (largest[..., None] - picture).astype(np.float32)
    changed = largest[..., None] - below * factor
    more = _SATURATION[values["severity"] - 1][1]
    if more:  # what has no hue counts as red
        grey = largest == smallest
        changed[grey, 1:] = largest[grey][:, None] * (1.0 - more)
    result: np.ndarray = np.rint(changed).astype(np.uint8)
    return result


@cache
def _stretch(severity: int) -> np.ndarray:
    """``(65536,) float32``: by largest and smallest level, how levels move off the largest."""
    times, more = _SATURATION[severity - 1]
    largest, smallest = np.arange(256.0)[:, None], np.arange(256.0)[None, :]
    range_ = np.maximum(largest - smallest, 1.0)
    saturation = range_ / np.maximum(largest, 1.0)
    changed = np.clip(saturation * times + more, 0.0, 1.0)
    return (largest * changed / range_).astype(np.float32).reshape(-1)


def zoom_blur(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """The mean of the picture and of enlargements of its middle."""
    height, width = picture.shape[:2]
    end, pace = _ZOOMS[values["severity"] - 1]
    zooms = np.arange(1.0, end, pace)
    total = picture.astype(np.float32)
    for zoom in zooms:
        (top, down), (left, across) = _inside(height, zoom), _inside(width, zoom)
        matrix = np.array([[across, 0.0, left], [0.0, down, top]])
        layer = cv2.warpAffine(
            picture, matrix, (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        cv2.accumulate(layer.reshape(picture.shape), total)
    result: np.ndarray = np.rint(total / (len(zooms) + 1)).astype(np.uint8)
    return result


def _inside(length: int, zoom: float) -> tuple[int, float]:
    """Where the enlarged middle begins, and how many of its pixels make one of the result."""
    cut = int(np.ceil(length / zoom))
    enlarged = round(cut * zoom)
    return (length - cut) // 2, (cut - 1) / (enlarged - 1) if enlarged > 1 else 0.0
