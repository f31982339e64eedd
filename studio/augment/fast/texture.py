"""Steps that blur, sprinkle or cover.

Blur is imgaug's to the bit but for radii of at most 0.5 px, where a smaller kernel makes at most
1 level of difference. Noise, specks, holes and missing blocks put the same levels at drawn places
as imgaug would; the places come from one generator a picture.
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist
from typing import Any

import cv2
import numpy as np

_SETS = 64
_MIDDLE, _SPREAD = 127.5, 255.0 / 6.0  # of the noise in a hole, as imgaug has it
_FILLS = {"grey": 128, "black": 0, "white": 255}


def gaussian_blur(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """Gaussian blur with imgaug's size of kernel."""
    sigma = values["sigma"]
    if sigma < 1e-3:
        return picture
    if sigma <= 0.5:
        size = 3
    else:
        size = int(max((3.3 if sigma < 3 else 2.9 if sigma < 5 else 2.6) * sigma, 5)) | 1
    blurred: np.ndarray = cv2.GaussianBlur(
        picture, (size, size), sigmaX=sigma, sigmaY=sigma, borderType=cv2.BORDER_REFLECT_101
    )
    return blurred.reshape(picture.shape)


@cache
def _normal() -> np.ndarray:
    """``(64, 256)`` values of the normal distribution, equally likely each.

    One picture uses one row, so that a byte draws a value; the 64 rows lie between each other and
    hold 16,384 quantiles together, the outermost at 4 σ.
    """
    normal = NormalDist()
    total = _SETS * 256
    values = [normal.inv_cdf((k + 0.5) / total) for k in range(total)]
    return np.ascontiguousarray(np.array(values).reshape(256, _SETS).T)


def draw_noise(step: Any, draws: Any, shape: tuple[int, ...]) -> dict[str, Any]:
    """The standard deviation, and which row of the quantiles."""
    return {"levels": draws.between(step.levels), "set": draws.whole((0, _SETS - 1))}


def noise_field(
    step: Any, values: dict[str, Any], shape: tuple[int, ...], draws: Any
) -> np.ndarray:
    """``shape int16``: what is added to each level, rounded."""
    height, width, channels = shape
    drawn = channels if step.per_channel else 1
    raw = draws.bulk(height * width * drawn).reshape(height, width, drawn)
    table = np.rint(_normal()[values["set"]] * values["levels"]).astype(np.int16)
    field: np.ndarray = cv2.LUT(raw, table)
    if drawn < channels:
        field = cv2.merge([field] * channels)
    return field.reshape(shape)


def gaussian_noise(
    step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any
) -> np.ndarray:
    """Normal noise, added and clipped."""
    field = noise_field(step, values, picture.shape, draws)
    noisy: np.ndarray = cv2.add(picture, field, dtype=cv2.CV_8U)
    return noisy.reshape(picture.shape)


def median_blur(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """The median of a square around each pixel; its side is odd."""
    side = values["width"] | 1
    if side == 1:
        return picture
    parts = [cv2.medianBlur(np.ascontiguousarray(part), side) for part in _in_fours(picture)]
    shape = picture.shape[:2]
    whole: np.ndarray = np.concatenate([part.reshape(*shape, -1) for part in parts], axis=2)
    return whole


def _in_fours(picture: np.ndarray) -> list[np.ndarray]:
    """Parts of 1, 3 or 4 channels: OpenCV's median knows no others."""
    channels = picture.shape[2]
    if channels in (1, 3, 4):
        return [picture]
    if channels == 2:
        return [picture[..., :1], picture[..., 1:]]
    return [picture[..., :3], *_in_fours(picture[..., 3:])]


def average_blur(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """The mean of a square around each pixel."""
    side = values["width"]
    if side <= 1:
        return picture
    blurred: np.ndarray = cv2.blur(picture, (side, side), borderType=cv2.BORDER_REFLECT_101)
    return blurred.reshape(picture.shape)


def pixel_drop_out(
    step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any
) -> np.ndarray:
    """Single pixels go black, in all channels or in each by itself."""
    height, width, channels = picture.shape
    drawn = channels if step.per_channel else 1
    chances = draws.bulk(2 * height * width * drawn).view("<u2")
    places = np.flatnonzero(chances < round(values["share"] / 100.0 * 65536))
    result = picture.copy()
    result.reshape(height * width * drawn, -1)[places] = 0
    return result


@cache
def _specks() -> np.ndarray:
    """``(256,) uint8`` equally likely values of Beta(½, ½), mostly near black or white."""
    shares = np.sin(np.pi / 2 * (np.arange(256) + 0.5) / 256) ** 2
    return np.rint(shares * 255).astype(np.uint8)


def salt_pepper(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """Single pixels replaced in all channels."""
    height, width = picture.shape[:2]
    chances = draws.bulk(2 * height * width).view("<u2")
    places = np.flatnonzero(chances < round(values["share"] / 100.0 * 65536))
    result = picture.copy()
    specks = _specks()[draws.bulk(len(places))]
    result.reshape(height * width, -1)[places] = specks[:, None]
    return result


def drop_out(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """Blocks of a coarse grid go black."""
    height, width = picture.shape[:2]
    side = max(3, round(100.0 / step.block))
    chances = draws.bulk(2 * side * side).view("<u2").reshape(side, side)
    missing = np.argwhere(chances < round(values["share"] / 100.0 * 65536))
    result = picture.copy()
    for row, column in missing.tolist():
        # A block ends where nearest-neighbour enlarging of the grid would end it.
        top, bottom = -(-row * height // side), -(-(row + 1) * height // side)
        left, right = -(-column * width // side), -(-(column + 1) * width // side)
        result[top:bottom, left:right] = 0
    return result


def draw_holes(step: Any, draws: Any, shape: tuple[int, ...]) -> dict[str, Any]:
    """How many squares, and ``(left, top, right, bottom)`` of each in pixels."""
    height, width = shape[:2]
    places = []
    for _ in range(draws.whole(step.holes)):
        half = draws.between(step.size) / 200.0 * min(height, width)
        x, y = draws.between((0.0, width)), draws.between((0.0, height))
        sides = (x - half, width), (y - half, height), (x + half, width), (y + half, height)
        places.append(tuple(round(min(max(side, 0), most)) for side, most in sides))
    return {"holes": len(places), "places": places}


def cut_out(step: Any, values: dict[str, Any], picture: np.ndarray, draws: Any) -> np.ndarray:
    """Squares of one level, or of noise."""
    result = picture.copy()
    for left, top, right, bottom in values["places"]:
        hole = result[top:bottom, left:right]
        if step.fill != "noise":
            hole[...] = _FILLS[step.fill]
            continue
        levels = _normal()[draws.whole((0, _SETS - 1))] * _SPREAD + _MIDDLE
        table = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
        hole[...] = table[draws.bulk(hole.size)].reshape(hole.shape)
    return result
