"""Which steps move a picture, and which of them mirror it or turn it by quarters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studio.augment.step import Step, demonstration
from studio.core.control import Control
from studio.insight.hints.nature import (
    Doer,
    Pixels,
    applied,
    doer,
    ranges,
    usable,
)

VIEWS = ("mirror", "flip", "half", "quarter")

_SIDE = 48
_CONSTANT = 90
_FIRST, _LAST = 40, 215
_UNIT = (_LAST - _FIRST) / (_SIDE - 1)
_DRAWS = 12


def movers(channels: int, control: Control) -> list[type[Step]]:
    """The kinds of steps that move a picture as a whole. Raises Cancelled."""
    found = []
    for step in usable(3):
        control.checkpoint()
        if channels in step.channels and moves(step):
            found.append(step)
    return found


@lru_cache(maxsize=1024)
def moves(step: type[Step]) -> bool:
    """Whether a kind of step moves a picture as a whole."""
    return 3 in step.channels and any(_is_moved(r) for r in _results(demonstration(step)))


def _results(step: Step) -> Iterator[Pixels]:
    """What the step makes of the ramps: once where it draws nothing, else a few times."""
    for seed in range(1 if ranges(type(step)) else _DRAWS):
        yield applied(step, ramps(), seed)


def _is_moved(result: Pixels) -> bool:
    plane = _plane(result, 0.22)  # what was pushed in from outside is left out
    if plane is None or _is_swapped(plane):
        return False
    turn = float(np.abs(plane[:2] / _UNIT - np.eye(2)).max())
    return turn > 0.06 or _shift(plane) > 0.03


def _is_swapped(plane: NDArray[np.float64]) -> bool:
    """Whether rows have become columns: no step does that, but one that swaps the channels."""
    (xx, yx), (xy, yy) = plane[:2].tolist()
    return bool(xx * yy < xy * yx and abs(xx) + abs(yy) < abs(xy) + abs(yx))


def _shift(plane: NDArray[np.float64]) -> float:
    """How far the middle of the picture has gone, as a share of its side."""
    return float(np.abs(plane[2] - (_FIRST + _LAST) / 2).max()) / (_LAST - _FIRST)


def turners(channels: int, control: Control) -> dict[str, tuple[Doer, ...]]:
    """For each of :data:`VIEWS`, the kinds of steps that show a picture like that.

    Raises Cancelled.
    """
    found: dict[str, list[Doer]] = {view: [] for view in VIEWS}
    for step in movers(channels, control):
        for view, doers in found.items():
            control.checkpoint()
            made = _turner(step, view)
            if made is not None:
                doers.append(made)
    return {view: tuple(doers) for view, doers in found.items()}


@lru_cache(maxsize=1024)
def _turner(step: type[Step], view: str) -> Doer | None:
    return doer(step, lambda changed: view in _views_of(changed))


@lru_cache(maxsize=8192)
def _views_of(step: Step) -> frozenset[str]:
    """Which symmetries a step with these settings shows."""
    return frozenset(view_of(result) for result in _results(step)) - {""}


@lru_cache(maxsize=1)
def ramps() -> Pixels:
    """Each pixel says where it lies: its column in the first channel, its row in the second."""
    ramp = np.linspace(_FIRST, _LAST, _SIDE).round().astype(np.uint8)
    picture = np.full((_SIDE, _SIDE, 3), _CONSTANT, np.uint8)
    picture[..., 0], picture[..., 1] = ramp[None], ramp[:, None]
    picture.flags.writeable = False
    return picture


def view_of(result: Pixels) -> str:
    """Which symmetry of a square lies nearest to what was done to the ramps; "" for none."""
    plane = _plane(result, 0.42)
    if plane is None or _is_swapped(plane) or _shift(plane) > 0.15:
        return ""
    (xx, yx), (xy, yy) = (plane[:2] / _UNIT).tolist()
    turned = xx * yy - xy * yx
    if abs(turned) < 0.1:
        return ""
    if turned < 0:
        return "mirror" if xx < 0 else "flip"
    angle = abs(float(np.degrees(np.arctan2(yx - xy, xx + yy))))
    return "half" if angle > 135.0 else "quarter" if angle > 45.0 else ""


def _plane(result: Pixels, reach: float) -> NDArray[np.float64] | None:
    """From where the pixels came: ``(3, 2)`` levels by column, by row, and in the middle.

    None where no transform of the plane fits, or where the levels themselves were changed.
    """
    middle = (_SIDE - 1) / 2
    rows, columns = (index.ravel() - middle for index in np.indices((_SIDE, _SIDE)))
    inside = np.hypot(rows, columns) < reach * _SIDE  # a turn brings the corners from outside
    seen = result.reshape(-1, 3)[inside].astype(np.float64)
    still = np.abs(seen[:, 2] - _CONSTANT) <= 2.0
    if float(still.mean()) < 0.9:
        return None
    places = np.stack([columns, rows, np.ones_like(rows)], axis=1)[inside]
    plane, *_ = np.linalg.lstsq(places, seen[:, :2], rcond=None)
    misfit = float(np.median(np.abs(places @ plane - seen[:, :2])))
    return np.asarray(plane, np.float64) if misfit < 1.5 else None
