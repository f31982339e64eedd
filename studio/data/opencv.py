"""The one place that imports OpenCV.

``opencv-python`` points Qt at its own plugins while it is imported, which keeps a PySide6 window
from starting; its environment variables are put back here. OpenCV's own threads are turned off:
the studio already works on one picture per core, and nested threads only fight over the cores.
"""

from __future__ import annotations

import os

_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
_before = {name: os.environ.get(name) for name in _VARIABLES}

import cv2  # noqa: E402 - the environment is noted before

for _name, _value in _before.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value
cv2.setNumThreads(1)

__all__ = ["cv2"]
