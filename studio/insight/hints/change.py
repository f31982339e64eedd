"""Which steps give pictures another colour or another light."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studio.augment.step import Step
from studio.core.control import Control
from studio.insight.hints.motion import moves
from studio.insight.hints.nature import Pixels, applied, plain, ranges, usable

Values = NDArray[np.float64]

_PATCH = 8
_ACROSS = 4


def tinters(channels: int, control: Control) -> Iterator[type[Step]]:
    """The kinds of steps that give surfaces another colour, and leave them where they are.

    Raises Cancelled.
    """
    return _those(tints, channels, control)


def lighters(channels: int, control: Control) -> Iterator[type[Step]]:
    """The kinds of steps that make surfaces lighter or darker, and leave them where they are.

    Raises Cancelled.
    """
    return _those(lightens, channels, control)


def _those(
    does: Callable[[type[Step], int], bool], channels: int, control: Control
) -> Iterator[type[Step]]:
    for step in usable(channels):
        control.checkpoint()
        if does(step, channels) and not moves(step):
            yield step


@lru_cache(maxsize=4096)
def tints(step: type[Step], channels: int) -> bool:
    """Whether a kind of step gives surfaces another colour."""
    return _changes(step, channels, lambda before, after: _tone(before, after) > 0.12)


@lru_cache(maxsize=4096)
def lightens(step: type[Step], channels: int) -> bool:
    """Whether a kind of step makes surfaces lighter or darker."""
    return _changes(step, channels, lambda before, after: _level(before, after) > 10.0)


def _changes(step: type[Step], channels: int, differs: Callable[[Values, Values], bool]) -> bool:
    chart = _chart(channels)
    # What only mixes neighbours, as a blur does, leaves one colour as it is.
    places = range(_PATCH // 2, len(chart), _PATCH)
    flats = [np.array(np.broadcast_to(chart[y, y], (16, 16, channels))) for y in places]
    for strong in plain(step):
        for seed in range(1 if ranges(step) else 4):
            after = [_typical(applied(strong, flat, seed)) for flat in flats]
            changed = any(map(differs, map(_typical, flats), after))
            if changed and _keeps_places(chart, applied(strong, chart, seed)):
                return True
    return False


def _typical(picture: Pixels) -> Values:
    """The median colour: ``(1, channels)``."""
    return np.median(picture.reshape(1, -1, picture.shape[2]), axis=1)


def _chart(channels: int) -> Pixels:
    """Sixteen even patches, of which no two are alike."""
    draw = np.random.default_rng(4)
    patches = draw.integers(30, 226, (_ACROSS, _ACROSS, channels)).astype(np.uint8)
    return np.ascontiguousarray(patches.repeat(_PATCH, axis=0).repeat(_PATCH, axis=1))


def _keeps_places(chart: Pixels, result: Pixels) -> bool:
    """Whether each patch is still even, and light ones still differ from dark ones."""
    before, after = _patches(chart), _patches(result)
    then, now = before.mean(axis=(1, 2)), after.mean(axis=(1, 2))
    if float(np.median(after.std(axis=1))) > 8.0 or float(now.std()) < 2.0:
        return False
    return abs(float(np.corrcoef(then, now)[0, 1])) > 0.3


def _patches(chart: Pixels) -> Values:
    """The pixels of each patch but those at its edge: ``(16, k, channels)``."""
    shape = (_ACROSS, _PATCH, _ACROSS, _PATCH, chart.shape[2])
    each = chart.reshape(shape).transpose(0, 2, 1, 3, 4)[:, :, 2:-2, 2:-2]
    return each.reshape(_ACROSS**2, -1, chart.shape[2]).astype(np.float64)


def _tone(before: Values, after: Values) -> float:
    """How far colours moved, whatever the light."""

    def tones(colours: Values) -> Values:
        grey = colours.mean(axis=1, keepdims=True)
        return np.asarray((colours - grey) / (grey + 24.0))

    return float(np.abs(tones(after) - tones(before)).max())


def _level(before: Values, after: Values) -> float:
    return float(np.abs(after.mean() - before.mean()))
