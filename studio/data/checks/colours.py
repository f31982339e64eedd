"""Do two pictures have the same colours in the same places, whatever their brightness?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.descriptors import turned

ALLOWED, ALLOWED_SHARE = 2.0, 0.25
"""How far the colours of twins may lie apart: in halved grey levels, and as a share of their own
strength. Copies that were cropped, brightened and compressed stay below it (99 of 100)."""

_GAIN = (0.4, 2.5)  # brightening a copy strengthens its colours alike


def same_colours(
    first: NDArray[np.int8], second: NDArray[np.int8], symmetry: int = 0
) -> NDArray[np.bool_]:
    """``(pairs,) bool``; a grey picture goes with grey ones only: black trousers are no copy of
    blue ones.

    Args:
        first: ``(pairs, side, side, 2)`` colours of :mod:`~studio.data.checks.measuring`.
        second: the same.
        symmetry: how the first are turned before.
    """
    shape = (len(first), int(np.prod(first.shape[1:])))
    a = turned(first, symmetry).reshape(shape).astype(np.float32)
    b = second.reshape(shape).astype(np.float32)
    gain = np.clip((a * b).sum(axis=1) / ((a * a).sum(axis=1) + 1e-3), *_GAIN)
    miss = np.abs(gain[:, None] * a - b).mean(axis=1)
    strength = np.abs(b).mean(axis=1)
    return np.asarray(miss <= ALLOWED + ALLOWED_SHARE * strength, bool)
