"""From what a decoder gives to upright pixels of 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.data.bands import Pixels, grey_to_rgb
from studio.data.opencv import cv2

_ALPHA_MODES = ("RGBA", "RGBa", "LA", "La", "PA")


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it is damaged.

    A TIFF is already turned by Pillow while it is loaded.
    """
    if image.format == "TIFF":
        return 1
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # a damaged EXIF block must not cost the picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(pixels: NDArray[Any], turn: int) -> NDArray[Any]:
    """Undo an EXIF orientation (CIPA DC-008, tag 274)."""
    if turn in (2, 3):
        pixels = pixels[:, ::-1]
    if turn in (3, 4):
        pixels = pixels[::-1]
    if turn >= 5:
        pixels = pixels.swapaxes(0, 1)
        if turn in (6, 7):
            pixels = pixels[:, ::-1]
        if turn in (7, 8):
            pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def to_rgb(image: Image.Image) -> Pixels:
    """The pixels of a loaded Pillow image as ``(height, width, 3) uint8 RGB``."""
    mode = image.mode
    if mode == "RGB" and "transparency" not in image.info:
        return np.asarray(image)
    if mode.startswith(("I", "F")):
        return grey_to_rgb(to_eight_bits(np.asarray(image)))
    if mode == "LAB":  # bands alone, since an array of all flips the signs of a and b
        lab = np.dstack([np.asarray(band) for band in image.split()])
        return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.uint8)
    if mode in _ALPHA_MODES or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        white.alpha_composite(image)
        return np.ascontiguousarray(np.asarray(white)[..., :3])
    if mode in ("1", "L"):
        return grey_to_rgb(np.asarray(image.convert("L")))
    return np.asarray(image.convert("RGB"))


def to_eight_bits(values: NDArray[np.generic]) -> Pixels:
    """Deeper pixels as 8 bits, absolutely where the type tells its range.

    uint8 stays; integers within 0..65535 are divided by 257 (65535 becomes 255); floats within
    0..1 are multiplied by 255, within 0..255 kept; anything else is stretched from its own range.
    Not-a-number counts as the darkest value.
    """
    if values.dtype == np.uint8:
        return values.astype(np.uint8)
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    if values.dtype == np.uint16:
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    numbers = values.astype(np.float64)
    finite = np.isfinite(numbers)
    if not finite.any():
        return np.zeros(values.shape, np.uint8)
    low, high = float(numbers[finite].min()), float(numbers[finite].max())
    numbers = np.nan_to_num(numbers, nan=low, posinf=high, neginf=low)
    integer = np.issubdtype(values.dtype, np.integer)
    if integer and low >= 0 and high <= 65535:
        scaled = numbers / 257
    elif not integer and low >= 0 and high <= 1:
        scaled = numbers * 255
    elif not integer and low >= 0 and high <= 255:
        scaled = numbers
    else:
        scaled = (numbers - low) * (255 / max(high - low, np.finfo(np.float64).tiny))
    return np.clip(np.floor(scaled + 0.5), 0, 255).astype(np.uint8)
