"""Steps that move pixels, as matrices: several of them become one warp.

A matrix is ``(3, 3) float64`` and leads from a pixel's old place to its new one, ``(x, y)`` of
pixel centres. One step alone differs from imgaug by what rounding places to 1/32 pixel makes;
crop enlarges linearly, where imgaug enlarges by area and so repeats rows and columns. Several
steps are interpolated once instead of once each, so that the picture stays sharper, and what an
earlier step pushed over the edge is still there when a later one brings it back.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import cv2
import numpy as np

_BORDERS = {
    "symmetric": cv2.BORDER_REFLECT,
    "edge": cv2.BORDER_REPLICATE,
    "wrap": cv2.BORDER_WRAP,
    "constant": cv2.BORDER_CONSTANT,
}
_MOST_CHANNELS = 4  # of OpenCV's warp
_TINY = 1e-9


class Warp(NamedTuple):
    """Where pixels go, and by what name of ``_BORDERS`` gaps are filled; empty: any will do.

    ``cut``: rows and columns of which the new picture is an enlargement, where it is no more.
    """

    matrix: np.ndarray
    edge: str
    cut: tuple[slice, slice] | None = None


def mirror(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Left becomes right."""
    return Warp(_matrix(-1, 0, shape[1] - 1, 0, 1, 0), "")


def flip(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Top becomes bottom."""
    return Warp(_matrix(1, 0, 0, 0, -1, shape[0] - 1), "")


def quarter_turn(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Quarter turns clockwise, stretched back to the picture's size."""
    height, width = shape[:2]
    matrix = np.eye(3)
    for _ in range(values["turns"]):
        # Turned, the picture is as wide as it was high; resizing keeps the outer borders.
        across, down = width / height, height / width
        turn = _matrix(0, -1, height - 1, 1, 0, 0)
        matrix = _matrix(across, 0, across / 2 - 0.5, 0, down, down / 2 - 0.5) @ turn @ matrix
    return Warp(matrix, "" if height == width or not values["turns"] else "edge")


def rotate(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Clockwise around the middle."""
    angle = math.radians(values["angle"])
    sine, cosine = math.sin(angle), math.cos(angle)
    return Warp(_centred(_matrix(cosine, -sine, 0, sine, cosine, 0), shape), step.edge)


def zoom(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Larger or smaller around the middle."""
    scale = values["scale"]
    return Warp(_centred(_matrix(scale, 0, 0, 0, scale, 0), shape), step.edge)


def shift(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Sideways by a share of the width, down by a share of the height."""
    across, down = values["across"] * shape[1] / 100.0, values["down"] * shape[0] / 100.0
    return Warp(_matrix(1, 0, across, 0, 1, down), step.edge)


def shear(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Rows pushed sideways; imgaug takes the hyperbolic tangent of the angle, so we do."""
    slant = math.tanh(-math.radians(values["angle"]))
    return Warp(_centred(_matrix(1, slant, 0, 0, 1, 0), shape), step.edge)


def shear_down(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Columns pushed up and down."""
    slant = math.tanh(math.radians(values["angle"]))
    return Warp(_centred(_matrix(1, 0, 0, slant, 1, 0), shape), step.edge)


def stretch(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Wider and higher by factors of their own."""
    matrix = _matrix(values["across"], 0, 0, 0, values["down"], 0)
    return Warp(_centred(matrix, shape), step.edge)


def draw_affine(step: Any, draws: Any, shape: tuple[int, ...]) -> dict[str, Any]:
    """An angle, a scale, a slant and a shift in percent, each for both directions or for one."""
    values = {name: draws.between(getattr(step, name)) for name in ("angle", "scale", "shear")}
    values["across"] = draws.between(step.shift)
    values["down"] = values["across"] if step.shift_by == "same" else draws.between(step.shift)
    if step.scale_by == "each":
        values["scale_down"] = draws.between(step.scale)
    if step.shear_by != "rows":
        same = step.shear_by == "same"
        values["shear_down"] = values["shear"] if same else draws.between(step.shear)
    return values


def affine(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """Turned, scaled, slanted and shifted, in this order."""
    parts = (rotate, _scaled, _slanted, shift)
    matrix = np.eye(3)
    for part in parts:
        matrix = part(step, values, shape).matrix @ matrix
    return Warp(matrix, step.edge)


def _scaled(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    across = values["scale"]
    return stretch(step, {"across": across, "down": values.get("scale_down", across)}, shape)


def _slanted(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    across = math.tanh(-math.radians(values["shear"]))
    down = math.tanh(math.radians(values.get("shear_down", 0.0)))
    return Warp(_centred(_matrix(1, across, 0, down, 1, 0), shape), step.edge)


def draw_crop(step: Any, draws: Any, shape: tuple[int, ...]) -> dict[str, Any]:
    """Whole pixels to cut from each side; at least one row and column is left."""
    height, width = shape[:2]
    share = step.share[0] / 100.0, step.share[1] / 100.0
    top, right = (draws.between(share) for _ in range(2))
    bottom, left = (draws.between(share) for _ in range(2))
    sides = {
        "top": round(top * height), "right": round(right * width),
        "bottom": round(bottom * height), "left": round(left * width),
    }  # fmt: skip
    for first, second, length in (("top", "bottom", height), ("left", "right", width)):
        while sides[first] + sides[second] >= length:
            larger = first if sides[first] > sides[second] else second
            sides[larger] -= 1
    return sides


def crop(step: Any, values: dict[str, Any], shape: tuple[int, ...]) -> Warp:
    """What is left of a picture, enlarged to its size."""
    height, width = shape[:2]
    across = width / (width - values["left"] - values["right"])
    down = height / (height - values["top"] - values["bottom"])
    matrix = _matrix(
        across, 0, across * (0.5 - values["left"]) - 0.5,
        0, down, down * (0.5 - values["top"]) - 0.5,
    )  # fmt: skip
    rows = slice(values["top"], height - values["bottom"])
    return Warp(matrix, "", (rows, slice(values["left"], width - values["right"])))


def fits(first: str, second: str) -> bool:
    """Whether two steps with these edges can become one warp."""
    return not first or not second or first == second


def warp(picture: np.ndarray, warps: list[Warp]) -> np.ndarray:
    """Apply steps in order, the picture interpolated once (linear).

    Args:
        picture: ``(height, width, channels) uint8``.
        warps: any two of them :func:`fits`.
    """
    matrix = warps[0].matrix
    for each in warps[1:]:
        matrix = each.matrix @ matrix
    channels = picture.shape[2]
    turned = _turned(picture, matrix)
    if turned is not None:
        return turned
    if len(warps) == 1 and warps[0].cut is not None and channels <= _MOST_CHANNELS:
        # The same pixels, to a level or two, in half of the time.
        resized: np.ndarray = cv2.resize(picture[warps[0].cut], picture.shape[1::-1])
        return resized.reshape(picture.shape)
    border = _BORDERS[next((w.edge for w in warps if w.edge), "edge")]
    if channels <= _MOST_CHANNELS:
        return _warped(picture, matrix, border)
    result = np.empty_like(picture)
    for start in range(0, channels, _MOST_CHANNELS):
        part = np.ascontiguousarray(picture[..., start : start + _MOST_CHANNELS])
        result[..., start : start + _MOST_CHANNELS] = _warped(part, matrix, border)
    return result


def _warped(picture: np.ndarray, matrix: np.ndarray, border: int) -> np.ndarray:
    """One warp of at most 4 channels.

    Looking up each pixel beyond the edge is what OpenCV is slow at: with the edge drawn around
    the picture beforehand, the same pixels take two thirds of the time.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = _reach(matrix, width, height)
    if 0 < max(left, top, right, bottom) <= min(width, height) // 2:
        source = cv2.copyMakeBorder(picture, top, bottom, left, right, border)
        matrix = matrix @ _matrix(1, 0, -left, 0, 1, -top)
    else:
        source = picture
    drawn: np.ndarray = cv2.warpAffine(
        source, matrix[:2], (width, height), flags=cv2.INTER_LINEAR, borderMode=border
    )
    return drawn.reshape(picture.shape)


def _reach(matrix: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    """How many pixels beyond left, top, right and bottom edge a warp looks."""
    (a, b, x), (c, d, y), _ = matrix.tolist()
    size = a * d - b * c
    if abs(size) < _TINY:
        return 0, 0, 0, 0
    corners = [(u - x, v - y) for u in (0, width - 1) for v in (0, height - 1)]
    across = [(d * u - b * v) / size for u, v in corners]
    down = [(a * v - c * u) / size for u, v in corners]
    return (
        max(0, math.ceil(-min(across)) + 1), max(0, math.ceil(-min(down)) + 1),
        max(0, math.ceil(max(across)) + 2 - width), max(0, math.ceil(max(down)) + 2 - height),
    )  # fmt: skip


def _turned(picture: np.ndarray, matrix: np.ndarray) -> np.ndarray | None:
    """The picture itself or turned over, where the matrix does no more than that."""
    height, width = picture.shape[:2]
    (a, b, x), (c, d, y), _ = matrix.tolist()
    if max(abs(b), abs(c), abs(abs(a) - 1), abs(abs(d) - 1)) > _TINY:
        return None
    if abs(x - (width - 1 if a < 0 else 0)) > 1e-6 or abs(y - (height - 1 if d < 0 else 0)) > 1e-6:
        return None
    if a > 0 and d > 0:
        return picture
    turned: np.ndarray = cv2.flip(picture, 1 if d > 0 else 0 if a > 0 else -1)
    return turned.reshape(picture.shape)


def _centred(matrix: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    x, y = (shape[1] - 1) / 2.0, (shape[0] - 1) / 2.0
    there: np.ndarray = _matrix(1, 0, x, 0, 1, y) @ matrix @ _matrix(1, 0, -x, 0, 1, -y)
    return there


def _matrix(a: float, b: float, x: float, c: float, d: float, y: float) -> np.ndarray:
    return np.array([[a, b, x], [c, d, y], [0.0, 0.0, 1.0]])
