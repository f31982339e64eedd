"""Numbers as a picture file that holds exactly them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StorageError
from studio.data.opencv import cv2


def encoded(values: NDArray[Any]) -> tuple[bytes, str]:
    """Numbers as a picture file that holds exactly them, and its ending.

    Args:
        values: ``(h, w)`` or ``(h, w, channels)`` of any type.
    """
    values = values[..., 0] if values.ndim == 3 and values.shape[2] == 1 else values
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * np.uint8(255)
    if values.dtype in (np.uint8, np.uint16) and (values.ndim == 2 or values.shape[2] == 3):
        bgr = values if values.ndim == 2 else values[..., ::-1]
        done, content = cv2.imencode(".png", np.ascontiguousarray(bgr))
        if not done:
            raise StorageError("A picture could not be encoded as PNG.", "Try again.")
        return content.tobytes(), ".png"
    import tifffile

    out = io.BytesIO()
    planar: dict[str, Any] = {"planarconfig": "contig"} if values.ndim == 3 else {}
    tifffile.imwrite(out, np.ascontiguousarray(values), photometric="minisblack", **planar)
    return out.getvalue(), ".tif"
