"""Numbers of any depth as 8 bits, by what the whole array holds and not by one picture.

The range of an array is widened to a step of a coarse ladder (1, 16, 255, 1023, 4095, …). So two
files from one source, training and test, are read alike although their extremes differ a little,
and a dark picture stays dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UNSIGNED = (1.0, 16.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)
_FACTOR = 4.0


@dataclass(frozen=True)
class Depth:
    """The numbers that become 0 and 255."""

    low: float
    high: float

    def eight_bits(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """``values`` as ``uint8`` of the same shape; what is not a number is the darkest."""
        if values.dtype == np.uint8 and (self.low, self.high) == (0.0, 255.0):
            return np.ascontiguousarray(values)
        numbers = values.astype(np.float64)
        scaled = (numbers - self.low) * (255.0 / (self.high - self.low))
        scaled = np.nan_to_num(scaled, nan=0.0, posinf=255.0, neginf=0.0)
        return np.clip(np.floor(scaled + 0.5), 0, 255).astype(np.uint8)


EIGHT_BITS = Depth(0.0, 255.0)
"""What 8-bit numbers have, whatever an array of them really holds."""


def depth_of(dtype: np.dtype[Any], low: float, high: float) -> Depth:
    """The depth of an array by its type and its lowest and highest number.

    Non-negative numbers begin at 0; where there are negative ones, 0 becomes the middle.
    """
    if dtype == np.uint8:
        return EIGHT_BITS
    if dtype == np.bool_:
        return Depth(0.0, 1.0)
    if low >= 0:
        for step in _UNSIGNED:
            if high <= step:
                return Depth(0.0, step)
        return Depth(0.0, _UNSIGNED[-1] * _steps(high / _UNSIGNED[-1]))
    bound = _steps(max(-low, high))
    return Depth(-bound, bound)


def _steps(highest: float) -> float:
    """The smallest power of ``_FACTOR`` that is not below ``highest``, 1 or more."""
    bound = 1.0
    while bound < highest and bound < 1e300:
        bound *= _FACTOR
    return bound
