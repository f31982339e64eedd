"""A quick look at many pairs: could the one be a crop of the other?

Moving and scaling a picture a little moves its vector along four directions, the tangents (Simard,
LeCun and Denker, 1993). Two vectors are compared after the best step along them, for a hundredth
of what laying the pictures over each other costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.aligning import REACH, moved_to
from studio.data.checks.descriptors import Floats, describe

_SMALL = 0.05  # the step by which the directions are found, in half sides
_RIDGE = 0.02


@dataclass(frozen=True)
class Tangents:
    """What is needed of some pictures: their vectors, the directions, and how to step.

    Attributes:
        vectors: ``(n, numbers)``.
        directions: ``(n, 4, numbers)``.
        steps: ``(n, 4, numbers)`` times a difference of vectors is the best step.
    """

    vectors: Floats
    directions: Floats
    steps: Floats


def tangents(pictures: Floats) -> Tangents:
    """Directions of ``(n, SIDE, SIDE)`` pictures."""
    sides = []
    for axis in range(4):
        place = np.zeros((len(pictures), 4), np.float32)
        place[:, axis] = _SMALL
        further, nearer = (describe(moved_to(pictures, sign * place)) for sign in (1, -1))
        sides.append((further - nearer) / (2 * _SMALL))
    directions = np.stack(sides, axis=1)
    matrix = directions @ directions.swapaxes(1, 2) + _RIDGE * np.eye(4, dtype=np.float32)
    return Tangents(describe(pictures), directions, np.linalg.solve(matrix, directions))


def nearness(found: Tangents, rows: NDArray[np.int64], others: Floats) -> Floats:
    """``(pairs,)`` cosine of pictures ``rows`` with ``others``, after the best small step.

    Args:
        others: ``(pairs, numbers)`` vectors in the symmetry that fits best.
    """
    vectors = found.vectors[rows]
    step = (found.steps[rows] @ (others - vectors)[:, :, None])[:, :, 0]
    np.clip(step, -REACH, REACH, out=step)
    vectors = vectors + (step[:, None] @ found.directions[rows])[:, 0]
    product = (vectors * others).sum(axis=1) / (np.linalg.norm(vectors, axis=1) + 1e-6)
    return np.asarray(product, np.float32)
