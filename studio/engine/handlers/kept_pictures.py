"""Pictures at the size of a network's input, kept for the next request about them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.input import InputSpec


def load_kept(path: str, input_spec: InputSpec) -> NDArray[np.uint8]:
    """A picture of ``(height, width, channels)``; read anew once its file has changed.

    Raises:
        PictureError: it cannot be read.
    """
    from studio.data.members import stat_of

    try:
        changed = stat_of(path)[1]
    except (OSError, ValueError):
        changed = 0
    return _picture(path, changed, input_spec.model_dump_json())


@lru_cache(maxsize=64)
def _picture(path: str, changed: int, input_json: str) -> NDArray[np.uint8]:
    from studio.data.pixels import load

    return load(Path(path), InputSpec.model_validate_json(input_json))
