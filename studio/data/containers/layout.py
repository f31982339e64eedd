"""Which axis of an array counts the pictures, and which are height, width and channels.

A layout is a word with one letter for each axis: ``n`` pictures, ``h`` height, ``w`` width, ``c``
channels, ``p`` all pixels of a square picture, row by row, ``q`` the same column by column.
``nhwc`` is how Keras keeps pictures, ``nchw`` PyTorch and CIFAR, ``hwcn`` MATLAB, ``np``
scikit-learn's flat digits, ``nq`` MATLAB's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

MAX_CHANNELS = 64
"""Arrays with more channels are not taken for pictures."""

_SMALLEST = 2  # px; below that it is no picture


def is_layout(axes: str) -> bool:
    """Whether a word names every axis once and can be cut into pictures."""
    return sorted(axes) in (["n", "p"], ["n", "q"], sorted("nhw"), sorted("nhwc"))


def guess_layout(
    shape: Sequence[int],
    pictures: int | None = None,
    first: bool = True,
    by_columns: bool = False,
) -> str:
    """The likeliest layout of an array of pictures, empty where it can hold none.

    Args:
        pictures: how many there are, where the labels tell.
        first: whether this kind of file usually counts the pictures on the first axis; the last
            one where it does not, as in MATLAB.
        by_columns: whether flat pictures go down before they go right.
    """
    ends = ["first", "last"] if first else ["last", "first"]
    if pictures is not None:
        sizes = {"first": shape[0], "last": shape[-1]} if shape else {}
        ends = [end for end in ends if sizes.get(end) == pictures]
    for end in ends:
        rest = list(shape[1:] if end == "first" else shape[:-1])
        inner = _inner(rest, first)
        if inner == "p" and by_columns:
            inner = "q"
        if inner:
            return f"n{inner}" if end == "first" else f"{inner}n"
    return ""


def _inner(shape: list[int], first: bool) -> str:
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        return "p" if side * side == shape[0] and side >= 4 else ""
    if len(shape) == 2:
        return "hw" if min(shape) >= _SMALLEST else ""
    if len(shape) != 3:
        return ""
    head, middle, tail = shape
    if tail in (1, 3, 4) and middle >= _SMALLEST:
        return "hwc"
    if head in (1, 3, 4):
        return "chw"
    if tail <= MAX_CHANNELS and tail < min(head, middle):
        return "hwc"
    return "chw" if head <= MAX_CHANNELS and head < min(middle, tail) else ""


def picture_shape(shape: Sequence[int], axes: str) -> tuple[int, int, int]:
    """``(height, width, channels)`` of one picture; ``(0, 0, 0)`` for a flat one that is no square.

    Args:
        shape: of the whole array, as long as ``axes``.
    """
    if set(axes) & set("pq"):
        pixels = shape[1 - axes.index("n")]
        side = math.isqrt(pixels)
        return (side, side, 1) if side * side == pixels else (0, 0, 0)
    channels = shape[axes.index("c")] if "c" in axes else 1
    return shape[axes.index("h")], shape[axes.index("w")], channels
