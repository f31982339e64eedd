"""Shares of counts, and how sure they can be."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-7
"""As Keras clips: the loss of a class that got no probability stays finite."""


def shares(part: NDArray[np.integer], whole: NDArray[np.integer]) -> list[float | None]:
    """``part / whole``; None where the whole is 0 and the share has no meaning."""
    return [float(p / w) if w else None for p, w in zip(part, whole, strict=True)]


def mean_known(values: Iterable[float | None]) -> float | None:
    """The mean of those values that have a meaning; None where none has."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def wilson(right: float, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927); 0 to 1 where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    share = right / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
