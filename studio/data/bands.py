"""Pictures of any number of bands, as the three that a person sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.core.input import MAX_CHANNELS
from studio.core.spec import Spec, parameter

Pixels = NDArray[np.uint8]

Shown = tuple[int, int, int]
"""The bands shown as red, green and blue, counted from 0; one and the same thrice is grey."""

FIRST_BANDS: Shown = (0, 1, 2)
"""The bands that are shown as red, green and blue where nobody chose others."""


def grey_to_rgb(grey: Pixels) -> Pixels:
    """``(h, w) uint8`` to ``(h, w, 3)``."""
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))


def shown_bands(pixels: Pixels, shown: Shown = FIRST_BANDS) -> Pixels:
    """Three bands of ``(h, w, bands)`` as RGB; of two, the third is their mean; one is grey.

    A picture of up to three bands has no choice, and one that lacks a chosen band shows its first
    three: a data set may hold pictures of several kinds.
    """
    count = pixels.shape[2]
    if count == 1:
        return grey_to_rgb(pixels[:, :, 0])
    if count == 2:
        mean = (pixels.sum(axis=2, dtype=np.uint16) + 1) // 2
        return np.dstack([pixels, mean.astype(np.uint8)])
    if count == 3 or max(shown) >= count:
        shown = FIRST_BANDS
    return np.ascontiguousarray(pixels[:, :, list(shown)])


class ShownBands(Spec):
    """The bands of deep pictures that a person looks at. Training uses all."""

    red: int = parameter(
        0, title="Red", help="The band shown as red.", minimum=0, maximum=MAX_CHANNELS - 1
    )
    green: int = parameter(
        1, title="Green", help="The band shown as green.", minimum=0, maximum=MAX_CHANNELS - 1
    )
    blue: int = parameter(
        2, title="Blue", help="The band shown as blue.", minimum=0, maximum=MAX_CHANNELS - 1
    )

    @property
    def bands(self) -> Shown:
        """As decoding takes them."""
        return self.red, self.green, self.blue

    @property
    def is_grey(self) -> bool:
        """Whether one band alone is shown."""
        return self.red == self.green == self.blue
