"""What is told apart by: form, colour, light and fine detail as a few numbers a picture.

Form is a histogram of gradient directions in places (after Dalal and Triggs, 2005) with a coarse
picture of levels; colour and light are statistics that know nothing of places.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.data.opencv import cv2

Pixels = NDArray[np.uint8]
Features = NDArray[np.float32]

CUES = ("form", "colour", "light", "detail")

_DIRECTIONS = 8
_CELLS = 4
_COARSE = 8
_HUES = 12
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def features(pixels: Pixels, cues: Sequence[str] = CUES) -> dict[str, Features]:
    """The numbers of each cue: ``(n, k) float32`` of ``(n, side, side, channels) uint8``."""
    known = {"form": form, "colour": colour, "light": light, "detail": detail}
    return {cue: known[cue](pixels) for cue in cues}


def joined(parts: dict[str, Features], cues: Sequence[str] = CUES) -> list[Features]:
    """The blocks of these cues, each of which counts the same."""
    return [parts[cue] for cue in cues if cue in parts]


def grey(pixels: Pixels) -> Features:
    """Mean level: ``(n, h, w) float32`` of any number of channels."""
    if pixels.shape[3] == 3:
        weights = np.array([0.299, 0.587, 0.114], np.float32)
        return np.asarray(pixels.astype(np.float32) @ weights, np.float32)
    return pixels.mean(axis=3, dtype=np.float32)


def form(pixels: Pixels) -> Features:
    """Where which edges are, whatever the light: ``(n, 192)``."""
    levels = grey(pixels)
    n = len(levels)
    small = np.stack([cv2.resize(p, (32, 32), interpolation=cv2.INTER_AREA) for p in levels])
    small -= small.mean(axis=(1, 2), keepdims=True)
    small /= small.std(axis=(1, 2), keepdims=True) + 4.0
    edges = np.stack([_directions(p) for p in small])
    edges /= np.linalg.norm(edges, axis=1, keepdims=True) + 1.0
    step = 32 // _COARSE
    coarse = small.reshape(n, _COARSE, step, _COARSE, step).mean(axis=(2, 4)).reshape(n, -1)
    return np.hstack([edges * 4.0, coarse]).astype(np.float32)


def turned(found: Features, view: str) -> Features:
    """The form of the same pictures mirrored, flipped or turned, without looking at them again.

    ``view`` is one of ``mirror``, ``flip``, ``half``, ``quarter`` (anticlockwise) and ``three``
    quarters. Colour, light and detail stay what they are.
    """
    n = len(found)
    places = _CELLS * _CELLS * _DIRECTIONS
    edges = found[:, :places].reshape(n, _CELLS, _CELLS, _DIRECTIONS)
    coarse = found[:, places:].reshape(n, _COARSE, _COARSE)
    bins = np.arange(_DIRECTIONS)
    quarter = _DIRECTIONS // 4
    sources = {
        "mirror": 2 * quarter - bins, "flip": -bins, "half": bins + 2 * quarter,
        "quarter": bins + quarter, "three": bins - quarter,
    }  # fmt: skip
    edges = seen_as(edges, view)[..., sources[view] % _DIRECTIONS]
    return np.hstack([edges.reshape(n, -1), seen_as(coarse, view).reshape(n, -1)])


def seen_as(pictures: NDArray[Any], view: str) -> NDArray[Any]:
    """Pictures ``(n, side, side, …)`` mirrored, flipped or turned."""
    if view == "mirror":
        return pictures[:, :, ::-1]
    if view == "flip":
        return pictures[:, ::-1]
    return np.rot90(pictures, {"quarter": 1, "half": 2, "three": 3}[view], (1, 2))


def _directions(picture: Features) -> Features:
    """Strength of edges by direction, in 4 × 4 places that overlap softly."""
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1, borderType=cv2.BORDER_REPLICATE)
    strength = np.hypot(across, down)
    place = np.arctan2(down, across) * (_DIRECTIONS / (2 * np.pi)) % _DIRECTIONS
    maps = np.zeros((32, 32, _DIRECTIONS), np.float32)
    lower = np.floor(place).astype(int) % _DIRECTIONS
    share = (place - np.floor(place)).astype(np.float32)
    rows, columns = np.indices((32, 32))
    maps[rows, columns, lower] = strength * (1 - share)
    maps[rows, columns, (lower + 1) % _DIRECTIONS] += strength * share
    soft = cv2.GaussianBlur(maps, (0, 0), 2.5, borderType=cv2.BORDER_CONSTANT)
    half, step = 32 // _CELLS // 2, 32 // _CELLS
    # Four points around each middle, so that the places lie alike for every turn.
    points = soft[half - 1 :: step, half - 1 :: step] + soft[half::step, half - 1 :: step]
    points = points + soft[half - 1 :: step, half::step] + soft[half::step, half::step]
    return np.asarray(np.sqrt(points), np.float32).ravel()


def chroma(pixels: Pixels) -> Features:
    """How far each channel lies from grey, whatever the light: ``(n, h, w, channels)``."""
    levels = grey(pixels)[..., None]
    return np.asarray((pixels - levels) / (levels + 24.0), np.float32)


def colour(pixels: Pixels) -> Features:
    """Statistics of colour over the picture and over its middle: ``(n, k)``; none of grey."""
    n, height, width, channels = pixels.shape
    if channels == 1:
        return np.zeros((n, 1), np.float32)
    colours = chroma(pixels)
    middle = colours[:, height // 4 : height - height // 4, width // 4 : width - width // 4]
    parts = [_statistics(part.reshape(n, -1, channels)) for part in (colours, middle)]
    if channels == 3:
        parts.append(_hues(pixels))
    return np.hstack(parts).astype(np.float32)


def _statistics(values: Features) -> Features:
    """Mean, spread and mean size of each channel of ``(n, pixels, channels)``."""
    planes = np.ascontiguousarray(values.transpose(0, 2, 1))  # which is summed far quicker
    count = planes.shape[2]
    mean = planes.sum(axis=2) / count
    spread = np.einsum("nck,nck->nc", planes, planes) / count - mean**2
    size = np.abs(planes).sum(axis=2) / count
    return np.hstack([mean, np.sqrt(np.maximum(spread, 0.0)), size]).astype(np.float32)


def _hues(pixels: Pixels) -> Features:
    """The share of each hue, weighed by how colourful it is: ``(n, 12)``."""
    n = len(pixels)
    flat = np.ascontiguousarray(pixels.reshape(1, -1, 3))
    hsv = cv2.cvtColor(flat, cv2.COLOR_RGB2HSV).reshape(n, -1, 3)
    bins = (hsv[..., 0].astype(int) * _HUES // 180).clip(0, _HUES - 1)
    weight = hsv[..., 1].astype(np.float32) * hsv[..., 2] / 65025.0
    places = bins + _HUES * np.arange(n)[:, None]
    sums = np.bincount(places.ravel(), weight.ravel(), n * _HUES).reshape(n, _HUES)
    return np.sqrt(sums / bins.shape[1]).astype(np.float32)


def light(pixels: Pixels) -> Features:
    """Quantiles of the level, in the picture and in its middle: ``(n, 12)``."""
    levels = grey(pixels) / 255.0
    n, height, width = levels.shape
    middle = levels[:, height // 4 : height - height // 4, width // 4 : width - width // 4]
    parts = []
    for part in (levels.reshape(n, -1), middle.reshape(n, -1)):
        parts += [np.quantile(part, _QUANTILES, axis=1).T, part.mean(axis=1, keepdims=True)]
    return np.hstack(parts).astype(np.float32)


def detail(pixels: Pixels) -> Features:
    """How much there is at each of four finenesses, for its own contrast: ``(n, 8)``."""
    found = []
    for picture in grey(pixels):
        scales = [picture]
        for sigma in (0.8, 1.6, 3.2, 6.4):
            scales.append(cv2.GaussianBlur(picture, (0, 0), sigma))
        bands = [finer - coarser for finer, coarser in pairwise(scales)]
        whole = float(picture.std()) + 2.0
        row = [np.log(float(b.std()) / whole + 0.02) for b in bands]
        row += [np.log(float(np.abs(b).mean()) / (float(b.std()) + 0.5) + 0.05) for b in bands]
        found.append(row)
    return np.asarray(found, np.float32).reshape(len(pixels), -1)
