"""Pictures of any number of bands, as the three that a person sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError

Pixels = NDArray[np.uint8]

FIRST_BANDS = (0, 1, 2)
"""The bands that are shown as red, green and blue where nobody chose others."""


def grey_to_rgb(grey: Pixels) -> Pixels:
    """``(h, w) uint8`` to ``(h, w, 3)``."""
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))


def shown_bands(pixels: Pixels, shown: tuple[int, int, int] = FIRST_BANDS) -> Pixels:
    """Three bands of ``(h, w, bands)`` as RGB; of two, the third is their mean; one is grey."""
    count = pixels.shape[2]
    if count == 1:
        return grey_to_rgb(pixels[:, :, 0])
    if count == 2:
        mean = (pixels.sum(axis=2, dtype=np.uint16) + 1) // 2
        return np.dstack([pixels, mean.astype(np.uint8)])
    if max(shown) >= count:
        raise PictureError(f"The picture has {count} bands, so band {max(shown) + 1} is not there.")
    return np.ascontiguousarray(pixels[:, :, list(shown)])
