"""Pictures as training would see them. Computed in a worker: it imports imgaug."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.augment.policy import Augmentation, OnFault, Policy, parse_policy, seed_for
from studio.core.control import Control

_LONG = 0.005
"""Seconds from which a step is timed a second time."""


def preview(
    pictures: Sequence[np.ndarray],
    policy: Policy | dict[str, Any] | list[Any],
    count: int,
    seed: int,
    indices: Sequence[int] | None = None,
    control: Control | None = None,
    on_fault: OnFault | None = None,
) -> np.ndarray:
    """What training would see of some pictures in the epochs 1 to ``count`` of a run.

    Args:
        pictures: arrays of one shape, ``(height, width, channels) uint8``.
        policy: the policy or its JSON.
        count: variants of each picture.
        seed: the seed of the run.
        indices: positions of the pictures in the data set; 0, 1, 2 … where left out.
        control: lets a newer request cancel this one, between two pictures.
        on_fault: is told of each step that could not be applied.

    Returns:
        ``(len(pictures), count, height, width, channels) uint8``.

    Raises:
        SpecError: the JSON is no policy.
        Cancelled: a stop was asked for.
    """
    augmentation = Augmentation(parse_policy(policy))
    places = range(len(pictures)) if indices is None else indices
    shape = pictures[0].shape if len(pictures) else (0, 0, 0)
    grid = np.empty((len(pictures), count, *shape), np.uint8)
    for row, (picture, index) in enumerate(zip(pictures, places, strict=True)):
        for column in range(count):
            if control is not None:
                control.checkpoint()
            number = seed_for(seed, column + 1, index)
            grid[row, column] = augmentation.apply(picture, number, on_fault)
    return grid


def preview_steps(
    picture: np.ndarray, steps: Sequence[dict[str, Any]], seed: int, control: Control | None = None
) -> np.ndarray:
    """One picture after each of several single steps, see :func:`timed_steps`."""
    return timed_steps(picture, steps, seed, control)[0]


def timed_steps(
    picture: np.ndarray, steps: Sequence[dict[str, Any]], seed: int, control: Control | None = None
) -> tuple[np.ndarray, tuple[float, ...]]:
    """One picture after each of several single steps: the thumbnails of the catalogue.

    Args:
        picture: ``(height, width, channels) uint8``.
        steps: the JSON of each step; each is applied for certain.
        seed: of the draw.
        control: lets a newer request cancel this one.

    Returns:
        ``(len(steps), height, width, channels) uint8``, and the seconds that each step took; one
        that took long is timed twice, since its first picture may bring libraries with it.
    """
    grid = np.empty((len(steps), *picture.shape), np.uint8)
    seconds = []
    for row, step in enumerate(steps):
        if control is not None:
            control.checkpoint()
        alone = parse_policy([{**step, "enabled": True, "probability": 100.0}])
        augmentation, number = Augmentation(alone), seed_for(seed, 1, 0)
        took = float("inf")
        for _ in range(2):
            start = time.perf_counter()
            grid[row] = augmentation.apply(picture, number)
            took = min(took, time.perf_counter() - start)
            if took < _LONG:
                break
        seconds.append(took)
    return grid, tuple(seconds)
