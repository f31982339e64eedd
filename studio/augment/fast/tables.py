"""Steps that look at one level at a time, as tables: several of them become one look-up.

A table is ``(256,) uint8``, or ``(256, channels) uint8`` where channels differ. Levels are rounded
to the nearest, where imgaug cuts them off: what multiplies or bends levels differs from it by at
most 1 level; offset, negative, solarise and posterise do not differ at all. Tables
are joined level by level, so several steps in one look-up give what they give one by one.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

_LEVELS = np.arange(256, dtype=np.float64)


def brightness(step: Any, values: dict[str, Any]) -> np.ndarray:
    """All levels times a factor."""
    return _rounded(_LEVELS * (1.0 + values["change"] / 100.0))


def draw_channels(name: str, whole: bool) -> Any:
    """Draws a setting once for each channel."""

    def draw(step: Any, draws: Any, shape: tuple[int, ...]) -> dict[str, Any]:
        one = draws.whole if whole else draws.between
        return {name: [one(getattr(step, name)) for _ in range(shape[2])]}

    return draw


def channel_light(step: Any, values: dict[str, Any]) -> np.ndarray:
    """All levels of a channel times its factor."""
    factors = 1.0 + np.array(values["change"]) / 100.0
    return _rounded(_LEVELS[:, None] * factors)


def add(step: Any, values: dict[str, Any]) -> np.ndarray:
    """All levels up or down."""
    return _rounded(_LEVELS + values["levels"])


def channel_offset(step: Any, values: dict[str, Any]) -> np.ndarray:
    """All levels of a channel up or down."""
    return _rounded(_LEVELS[:, None] + np.array(values["levels"]))


def contrast(step: Any, values: dict[str, Any]) -> np.ndarray:
    """The distance from middle grey times a factor."""
    return _rounded(127.0 + (_LEVELS - 127.0) * (1.0 + values["change"] / 100.0))


def gamma(step: Any, values: dict[str, Any]) -> np.ndarray:
    """Levels as a share of white, to the power of gamma."""
    return _rounded(255.0 * (_LEVELS / 255.0) ** values["gamma"])


def sigmoid_contrast(step: Any, values: dict[str, Any]) -> np.ndarray:
    """An S-curve around a share of white."""
    shares = values["middle"] / 100.0 - _LEVELS / 255.0
    return _rounded(255.0 / (1.0 + np.exp(values["gain"] * shares)))


def log_contrast(step: Any, values: dict[str, Any]) -> np.ndarray:
    """The logarithm of the levels, lighter in the shadows."""
    return _rounded(255.0 * values["gain"] * np.log2(1.0 + _LEVELS / 255.0))


def invert(step: Any, values: dict[str, Any]) -> np.ndarray:
    """The negative."""
    return _rounded(255.0 - _LEVELS)


def solarize(step: Any, values: dict[str, Any]) -> np.ndarray:
    """The negative from a threshold on."""
    return _rounded(np.where(values["threshold"] <= _LEVELS, 255.0 - _LEVELS, _LEVELS))


def posterize(step: Any, values: dict[str, Any]) -> np.ndarray:
    """The highest bits of each level, the others zero."""
    unit = 256 >> values["bits"]
    return _rounded(_LEVELS // unit * unit)


def look_up(picture: np.ndarray, tables: list[np.ndarray]) -> np.ndarray:
    """Apply tables in order, the picture read once."""
    channels = picture.shape[2]
    if any(table.ndim == 2 for table in tables):
        tables = [t if t.ndim == 2 else np.repeat(t[:, None], channels, axis=1) for t in tables]
    joined = tables[0]
    for table in tables[1:]:
        joined = table[joined] if table.ndim == 1 else np.take_along_axis(table, joined, axis=0)
    if joined.ndim == 2:
        joined = joined.reshape(1, 256, channels)
    result: np.ndarray = cv2.LUT(picture, joined).reshape(picture.shape)
    return result


def _rounded(levels: np.ndarray) -> np.ndarray:
    table: np.ndarray = np.rint(np.clip(levels, 0.0, 255.0)).astype(np.uint8)
    return table
