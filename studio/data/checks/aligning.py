"""Laying one small picture over another: how alike are they at the best place and size?

A cropped copy is the original a little moved and enlarged. Its place is found as in Lucas and
Kanade (1981): a least-squares step on the picture's slopes, repeated, for shift and scale along
each axis. Brightness and contrast do not matter, since both pictures are normalised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.descriptors import Floats, blurred, evened
from studio.data.checks.measuring import SIDE

REACH = 0.14
"""How far a border may move, in half sides: 7 % of the side. A crop of 5 % and the roundings of
sizes stay below it; more would let pictures match that only look alike."""

_STEPS = (2.0, 1.2, 0.8)  # smoothing of each step in cells of the small picture
_DETAIL = 1.5  # smoothing below which a difference is detail
_WINDOW, _FAINT = 2.5, 0.1  # of the worst place: its width in cells, what is faint there
_LINE = np.linspace(-1 + 1 / SIDE, 1 - 1 / SIDE, SIDE, dtype=np.float32)


@dataclass(frozen=True)
class Likeness:
    """Correlations of pairs, ``(pairs,) float32`` each, −1 to 1.

    Attributes:
        whole: of the pictures.
        detail: of what is left of them after smoothing.
        evened: after evening out, so that faint backgrounds count like bold shapes.
        worst: the same where they are least alike, in a window of some 8 cells.
    """

    whole: Floats
    detail: Floats
    evened: Floats
    worst: Floats

    def reaches(self, least: tuple[float, float, float, float]) -> NDArray[np.bool_]:
        """``(pairs,)`` whether all four reach the least values given, in this order."""
        found = (self.whole, self.detail, self.evened, self.worst)
        return np.all([value >= low for value, low in zip(found, least, strict=True)], axis=0)


def likeness(first: Floats, second: Floats) -> Likeness:
    """How alike pairs of small pictures are once the first is laid over the second.

    Args:
        first: ``(pairs, SIDE, SIDE) float32``.
        second: the same.
    """
    place = np.zeros((len(first), 4), np.float32)  # shift and scale along x, along y
    for smoothing in _STEPS:
        moved = moved_to(blurred(first, smoothing), place)
        place += _step(_normal(moved), _normal(blurred(second, smoothing)))
        np.clip(place, -REACH, REACH, out=place)
    inside = _inside(place)
    moved = moved_to(first, place)
    details = (pictures - blurred(pictures, _DETAIL) for pictures in (moved, second))
    even = [_centred(evened(pictures), inside) for pictures in (moved, second)]
    return Likeness(
        _correlation(*(_centred(pictures, inside) for pictures in (moved, second))),
        _correlation(*(_centred(pictures, inside) for pictures in details)),
        _correlation(*even),
        _worst(*even),
    )


def _step(moved: Floats, target: Floats) -> Floats:
    """``(pairs, 4)`` the change of place that brings ``moved`` nearest to ``target``."""
    along_x, along_y = np.gradient(moved, 2 / SIDE, axis=2), np.gradient(moved, 2 / SIDE, axis=1)
    x, y = _LINE[None, None, :], _LINE[None, :, None]
    slopes = np.stack([along_x, along_x * x, along_y, along_y * y], axis=1)
    slopes = slopes.reshape(len(moved), 4, -1)
    matrix = slopes @ slopes.swapaxes(1, 2)
    # A direction without slopes stays where it is: the ridge takes the part of a missing one.
    ridge = 0.01 * np.trace(matrix, axis1=1, axis2=2)[:, None, None] + 1e-3
    matrix += ridge * np.eye(4, dtype=np.float32)
    miss = slopes @ (target - moved).reshape(len(moved), -1, 1)
    return np.asarray(np.linalg.solve(matrix, miss)[:, :, 0], np.float32)


def moved_to(pictures: Floats, place: Floats) -> Floats:
    """Each picture sampled at its place, linearly between cells; borders go on outside."""
    across = _samples(place[:, 0], place[:, 1])
    down = _samples(place[:, 2], place[:, 3])
    return np.asarray(down @ pictures @ across.swapaxes(1, 2), np.float32)


def _samples(shift: Floats, scale: Floats) -> Floats:
    """``(pairs, SIDE, SIDE)`` matrices that sample a line of cells."""
    at = _LINE[None] * (1 + scale[:, None]) + shift[:, None]
    cell = np.clip((at + 1) * (SIDE / 2) - 0.5, 0, SIDE - 1)
    distance = np.abs(cell[:, :, None] - np.arange(SIDE, dtype=np.float32))
    return np.asarray(np.maximum(0, 1 - distance), np.float32)


def _inside(place: Floats) -> Floats:
    """``(pairs, SIDE, SIDE)`` 1 where the first picture has something to show, else 0."""
    x, y = (
        np.abs(_LINE[None] * (1 + place[:, i + 1, None]) + place[:, i, None]) <= 1 for i in (0, 2)
    )
    return (y[:, :, None] & x[:, None, :]).astype(np.float32)


def _normal(pictures: Floats) -> Floats:
    centred = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    return np.asarray(centred / (centred.std(axis=(1, 2), keepdims=True) + 1e-3), np.float32)


def _centred(pictures: Floats, inside: Floats) -> Floats:
    """Less their mean inside, 0 outside."""
    area = np.maximum(inside.sum(axis=(1, 2)), 1)
    mean = (pictures * inside).sum(axis=(1, 2)) / area
    return np.asarray((pictures - mean[:, None, None]) * inside, np.float32)


def _correlation(first: Floats, second: Floats) -> Floats:
    """``(pairs,)`` of centred pictures."""
    power = (first**2).sum(axis=(1, 2)) * (second**2).sum(axis=(1, 2))
    return np.asarray((first * second).sum(axis=(1, 2)) / np.sqrt(power + 1e-3), np.float32)


def _worst(first: Floats, second: Floats) -> Floats:
    """``(pairs,)`` the least correlation of centred pictures in any window."""
    gain = (first * second).sum(axis=(1, 2)) / ((first**2).sum(axis=(1, 2)) + 1e-6)
    first = first * gain[:, None, None]
    # Where there is next to nothing to see, that must not count as unlike.
    floor = _FAINT * (second**2).mean(axis=(1, 2))[:, None, None] + 1e-6
    common = blurred(first * second, _WINDOW) + floor
    power = blurred(first**2, _WINDOW) * blurred(second**2, _WINDOW)
    return np.asarray((common / (np.sqrt(power) + floor)).min(axis=(1, 2)), np.float32)
