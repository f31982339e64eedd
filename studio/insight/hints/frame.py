"""Pictures whose edge is one even colour: how far things may be moved, and what fills the gap."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from studio.augment.step import Step
from studio.core.control import Control
from studio.core.strengths import Hint
from studio.data.pixels import resize
from studio.insight.hints.motion import movers
from studio.insight.hints.nature import (
    Doer,
    doer,
    each_applied,
    holds_of,
    kinds_of,
    mild_of,
    watched,
)
from studio.insight.hints.pictures import Sample
from studio.insight.hints.words import percent

Pixels = NDArray[np.uint8]

_SIDE = 48
_FEW = 12
_EVEN = 8.0
_MOST_OFF = 24
"""Levels by which an even edge may differ in single places."""

_FILL, _KEEP = "edge", "edge"


def edges_of(pixels: Pixels, width: int = 2) -> NDArray[np.int16]:
    """The outermost pixels of each picture: ``(n, k, channels)``."""
    n, channels = len(pixels), pixels.shape[3]
    inside = np.zeros(pixels.shape[1:3], bool)
    inside[width:-width, width:-width] = True
    return pixels[:, ~inside].reshape(n, -1, channels).astype(np.int16)


def has_even_edge(pixels: Pixels) -> NDArray[np.bool_]:
    """Whether the edge of each picture is one colour: ``(n,)``."""
    edges = edges_of(pixels)
    middle = np.median(edges, axis=1, keepdims=True)
    off = np.abs(edges - middle).max(axis=2)
    return np.asarray((edges.std(axis=1).max(axis=1) < _EVEN) & (off.max(axis=1) < _MOST_OFF))


def frame_hints(sample: Sample, control: Control) -> Iterator[Hint]:
    """What follows for steps that move things, where practically all edges are even."""
    even = has_even_edge(sample.pixels)
    share = float(even.mean())
    if share < 0.8:
        return
    chosen = sample.pixels[even][:: max(1, int(even.sum()) // _FEW)][:_FEW]
    # A picture that is even all over has nothing that could be cut off.
    chosen = chosen[chosen.std(axis=(1, 2)).max(axis=1) > _EVEN]
    if len(chosen) < 4:
        return
    channels = sample.pixels.shape[3]
    pictures = np.stack([resize(p, _SIDE, _SIDE).reshape(_SIDE, _SIDE, -1) for p in chosen])
    ground = np.median(edges_of(pictures), axis=1, keepdims=True)
    cutting, doubling = [], []
    for step in movers(channels, control):
        cutting += _found(doer(step, watched(partial(_cuts, pictures, ground), control)))
        if _FILL in step.model_fields:
            doubling += _found(doer(step, watched(partial(_doubles, pictures), control)))
    yield from _hints(share, cutting, doubling)


def _found(one: Doer | None) -> list[Doer]:
    # What does it at its weakest would be said of every setting, and tells nothing.
    return [one] if one is not None and one.mild else []


def _filled(step: Step) -> Step:
    return step.changed(**{_FILL: _KEEP}) if _FILL in type(step).model_fields else step


def _cuts(pictures: Pixels, ground: NDArray[np.float64], step: Step) -> bool:
    """Whether in half of the pictures things lie across the edge."""

    def across(moved: Pixels, own: NDArray[np.float64]) -> bool:
        off = np.abs(edges_of(moved[None], 1)[0] - own).max(axis=1)
        return bool((off > 64).mean() > 0.03)

    answers = map(across, each_applied(_filled(step), pictures), ground)
    return holds_of(0.5, answers, len(pictures))


def _doubles(pictures: Pixels, step: Step) -> bool:
    """Whether in a third of the pictures something of the thing is seen a second time."""

    def differ(continued: Pixels, mirrored: Pixels) -> bool:
        off = np.abs(continued.astype(int) - mirrored).max(axis=2)
        return bool((off > 2 * _MOST_OFF).mean() > 0.01)

    both = each_applied(_filled(step), pictures), each_applied(step, pictures)
    return holds_of(0.34, map(differ, *both), len(pictures))


def _hints(share: float, cutting: list[Doer], doubling: list[Doer]) -> Iterator[Hint]:
    if cutting:
        yield Hint(
            "cuts-off", kinds_of(cutting), "warning",
            f"{percent(share)} of these pictures show a thing on an even ground, and so far it is "
            "pushed across the edge: parts of it are cut off.",
            "Leave it out", mild=mild_of(cutting),
        )  # fmt: skip
    if doubling:
        yield Hint(
            "shown-twice", kinds_of(doubling), "info",
            f"{percent(share)} of these pictures show a thing on an even ground: where the gap is "
            "filled with its mirror image, parts of it are seen twice.",
            "Fill with edge pixels", mild=mild_of(doubling),
            only={_FILL: ("symmetric", "wrap")}, change={_FILL: _KEEP},
        )  # fmt: skip
