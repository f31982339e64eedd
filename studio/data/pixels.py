"""The one preprocessing: training, preview and prediction all call :func:`load`.

A picture is decoded to upright 8-bit RGB (:mod:`studio.data.decoding`), fitted to the network's
input size, and made grey where the network wants one channel. Everything is integer or
single-threaded arithmetic on one picture, so the result is the same to the bit in every thread
and process. Scaling is not done here: it is the first layer of the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from studio.core.errors import PictureError
from studio.core.input import InputSpec
from studio.data import quick_jpeg
from studio.data.bands import FIRST_BANDS
from studio.data.decoding import (
    Pixels,
    Source,
    check_size,
    decode,
    decode_bands,
    identified,
    opened,
    refuse_band_pages,
)
from studio.data.members import is_member, member_shape, stat_of
from studio.data.opencv import cv2
from studio.data.shown import band_count
from studio.data.stacks import chosen_pages
from studio.data.tiff import describe_tiff, is_tiff
from studio.data.upright import orientation, to_rgb, upright

__all__ = [
    "PIXELS_VERSION", "PictureInfo", "Pixels", "Source", "decode", "decode_bands", "fit", "info",
    "load", "lost_area", "thumbnail",
]  # fmt: skip

PIXELS_VERSION = 2
"""Raised whenever the same file gives other pixels, so that no old cache is used."""

PADDING = 128
"""The grey that letterbox pads with."""


def load(source: Source, spec: InputSpec) -> Pixels:
    """Decode and fit one picture: what the network gets.

    Returns:
        ``spec.shape`` ``(height, width, channels) uint8``.

    Raises:
        PictureError: the file cannot be read.
    """
    if spec.takes_bands:
        return fit(decode_bands(source, spec.pages), spec)
    return fit(decode(source, pages=spec.pages), spec)


def fit(pixels: Pixels, spec: InputSpec) -> Pixels:
    """Bring a decoded picture to the network's size.

    ``crop`` takes the largest centred part of the input's shape, ``letterbox`` keeps all of the
    picture and pads with grey, ``stretch`` distorts it. Shrinking averages areas, enlarging is
    bicubic. Grey is ``0.299 R + 0.587 G + 0.114 B`` (ITU-R BT.601) in OpenCV's fixed point.

    Args:
        pixels: ``(h, w, 3) uint8 RGB``, or all bands where the network takes other than 1 or 3.

    Returns:
        ``spec.shape`` ``uint8``, contiguous.

    Raises:
        PictureError: it has another number of bands than the network takes.
    """
    if spec.takes_bands and pixels.shape[2] != spec.channels:
        raise PictureError(
            f"The picture has {pixels.shape[2]} band{'s' * (pixels.shape[2] > 1)}, and the network "
            f"takes {spec.channels}.",
            "Use pictures of the same kind, or set the input to colour or grey.",
        )
    if spec.channels == 1:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = pixels.shape[:2]
    if spec.fit == "crop":
        x, y, w, h = crop_box(width, height, spec)
        pixels = resize(pixels[y : y + h, x : x + w], spec.width, spec.height)
    elif spec.fit == "letterbox":
        pixels = _letterbox(pixels, spec)
    else:
        pixels = resize(pixels, spec.width, spec.height)
    return np.ascontiguousarray(pixels.reshape(spec.shape))


def crop_box(width: int, height: int, spec: InputSpec) -> tuple[int, int, int, int]:
    """The part of a picture that ``crop`` keeps: ``x, y, width, height`` in pixels."""
    if width * spec.height > height * spec.width:
        kept = max(1, (2 * height * spec.width + spec.height) // (2 * spec.height))
        kept = min(kept, width)
        return (width - kept) // 2, 0, kept, height
    kept = max(1, (2 * width * spec.height + spec.width) // (2 * spec.width))
    kept = min(kept, height)
    return 0, (height - kept) // 2, width, kept


def lost_area(width: int, height: int, spec: InputSpec) -> float:
    """The share of a picture that ``crop`` cuts away, 0 to 1; 0 for the other fits."""
    if spec.fit != "crop" or width < 1 or height < 1:
        return 0.0
    _, _, w, h = crop_box(width, height, spec)
    return 1.0 - w * h / (width * height)


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """Resize by area averages where an axis shrinks and bicubic where it grows."""
    h, w = pixels.shape[:2]
    if (w, h) == (width, height):
        return pixels
    if pixels.ndim == 3 and pixels.shape[2] > 4:  # OpenCV's fast ways end there
        parts = [pixels[..., i : i + 3] for i in range(0, pixels.shape[2], 3)]
        return np.dstack([resize(part, width, height) for part in parts])
    pixels = np.ascontiguousarray(pixels)
    if width < w or height < h:
        size = (min(width, w), min(height, h))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    if pixels.shape[1] != width or pixels.shape[0] != height:
        pixels = np.asarray(
            cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8
        )
    return pixels


def _letterbox(pixels: Pixels, spec: InputSpec) -> Pixels:
    height, width = pixels.shape[:2]
    if width * spec.height > height * spec.width:
        w = spec.width
        h = max(1, (2 * height * w + width) // (2 * width))
    else:
        h = spec.height
        w = max(1, (2 * width * h + height) // (2 * height))
    inner = resize(pixels, min(w, spec.width), min(h, spec.height))
    h, w = inner.shape[:2]
    framed = np.full((spec.height, spec.width, *inner.shape[2:]), PADDING, np.uint8)
    y, x = (spec.height - h) // 2, (spec.width - w) // 2
    framed[y : y + h, x : x + w] = inner
    return framed


def thumbnail(source: Source, side: int, shown: tuple[int, int, int] = FIRST_BANDS) -> Pixels:
    """A small upright picture for the window, quickly; never for a network.

    Args:
        shown: as for :func:`decode`.

    Returns:
        ``(height, width, 3) uint8 RGB``, the longer side at most ``side`` pixels.

    Raises:
        PictureError: the file cannot be read.
    """
    is_plain = isinstance(source, bytes) or not is_member(source)
    try:
        if not is_plain or (shown != FIRST_BANDS and band_count(source) > 3):
            raise PictureError("read with all its bands")
        with opened(source) as file:
            if (quick := _quick(file, side)) is not None:
                return quick
            file.seek(0)
            with identified(file, source) as image:
                if image.format in ("JPEG", "MPO"):
                    image.draft(None, (side, side))  # the decoder skips what is not shown
                image.load()
                pixels = upright(to_rgb(image), orientation(image))
    except PictureError:
        pixels = decode(source, shown)  # what only the slow way reads; else raises again
    return _shrunk(pixels, side)


def _quick(file: IO[bytes], side: int) -> Pixels | None:
    """The thumbnail of an ordinary JPEG; None for any other file."""
    if file.read(len(quick_jpeg.START)) != quick_jpeg.START:
        return None
    data = quick_jpeg.START + file.read(quick_jpeg.MOST_BYTES)
    header = quick_jpeg.header_of(data)
    if header is None:
        return None
    check_size(header.width, header.height)
    pixels = quick_jpeg.reduced(data, header, side)
    if pixels is None:
        return None
    small = _shrunk(pixels, side)  # the rest has less to do then
    return upright(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8), header.turn)


def _shrunk(pixels: Pixels, side: int) -> Pixels:
    """At most ``side`` pixels long, quickly: whole factors by area, the rest between neighbours.

    Area averages of broken factors would be finer by a hair and take ten times as long.
    """
    height, width = pixels.shape[:2]
    longer = max(height, width)
    if longer <= side:
        return pixels
    target = max(1, width * side // longer), max(1, height * side // longer)
    factor = longer // side
    if factor > 1 and min(width, height) >= factor:
        whole = pixels[: height - height % factor, : width - width % factor]
        size = width // factor, height // factor
        pixels = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
    small = cv2.resize(pixels, target, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(small, np.uint8)


@dataclass(frozen=True)
class PictureInfo:
    """What the inspector shows. ``width`` and ``height`` in pixels, upright; ``bytes`` on disk."""

    width: int
    height: int
    format: str
    mode: str
    bytes: int


_MODES = {
    "1": "black and white, 1 bit", "L": "grey, 8 bit", "LA": "grey with alpha, 8 bit",
    "P": "palette, 8 bit", "PA": "palette with alpha, 8 bit", "RGB": "RGB, 8 bit",
    "RGBA": "RGB with alpha, 8 bit", "RGBX": "RGB, 8 bit", "CMYK": "CMYK, 8 bit",
    "YCbCr": "YCbCr, 8 bit", "LAB": "Lab, 8 bit", "HSV": "HSV, 8 bit", "F": "grey, 32-bit float",
    "I": "grey, 32 bit",
}  # fmt: skip
_NAMES = {"JPEG2000": "JPEG 2000", "MPO": "JPEG", "WEBP": "WebP", "HEIF": "HEIC"}


def info(source: Source) -> PictureInfo:
    """Size, format and depth from the header, without decoding where the format allows.

    Raises:
        PictureError: the file cannot be read.
    """
    size = len(source) if isinstance(source, bytes) else _size_of(source)
    source, pages = chosen_pages(source)
    if not isinstance(source, bytes) and is_member(source):
        height, width, bands, kind, numbers = member_shape(source)
        words = {1: "grey", 3: "RGB"}.get(bands, f"{bands} bands")
        return PictureInfo(width, height, kind, f"{words}, {numbers}", size)
    with opened(source) as file:
        try:
            with identified(file, source) as image:
                refuse_band_pages(image, file, pages)
                width, height = image.size
                if orientation(image) >= 5:
                    width, height = height, width
                mode = "grey, 16 bit" if image.mode.startswith("I;16") else image.mode
                kind = image.format or "picture"
                if kind == "TIFF" and mode == "RGB":  # Pillow is silent about a fourth band
                    deep = describe_tiff(file, check_size, pages)
                    mode = deep[2] if deep is not None else mode
                name = _NAMES.get(kind, kind)
                return PictureInfo(width, height, name, _MODES.get(mode, mode), size)
        except PictureError:
            found = describe_tiff(file, check_size, pages) if is_tiff(file) else None
            if found is None:
                raise
            return PictureInfo(found[0], found[1], "TIFF", found[2], size)


def _size_of(source: Path | str) -> int:
    try:
        return stat_of(source)[0]
    except (OSError, ValueError):
        return 0
