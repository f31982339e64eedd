"""The one preprocessing: training, preview and prediction all call :func:`load`.

A picture is decoded to upright 8-bit RGB (:mod:`studio.data.decoding`), fitted to the network's
input size (:mod:`studio.data.fitting`), and made grey where the network wants one channel. A JPEG
that is much larger than the input is decoded at reduced size (:mod:`studio.data.quick_jpeg`, where
the rounding is stated): every caller gets the same pixels of the same file. Everything is
integer or single-threaded arithmetic on one picture, so the result is the same to the bit in every
thread and process. Scaling is not done here: it is the first layer of the network.
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
    is_too_large,
    opened,
    refuse_band_pages,
)
from studio.data.fitting import PADDING, crop_box, filled, fit, lost_area, placed, resize
from studio.data.members import is_member, member_shape, stat_of
from studio.data.opencv import cv2
from studio.data.shown import band_count
from studio.data.stacks import chosen_pages
from studio.data.tiff import describe_tiff, is_tiff
from studio.data.upright import orientation, to_rgb, upright

__all__ = [
    "PADDING", "PIXELS_VERSION", "PictureInfo", "Pixels", "Source", "crop_box", "decode",
    "decode_bands", "fit", "info", "load", "lost_area", "resize", "thumbnail",
]  # fmt: skip

PIXELS_VERSION = 3
"""Raised whenever the same file gives other pixels, so that no old cache is used."""


def load(source: Source, spec: InputSpec) -> Pixels:
    """Decode and fit one picture: what the network gets.

    Returns:
        ``spec.shape`` ``(height, width, channels) uint8``.

    Raises:
        PictureError: the file cannot be read.
    """
    if spec.takes_bands:
        return fit(decode_bands(source, spec.pages), spec)
    quick = _quick(source, spec)
    return fit(decode(source, pages=spec.pages), spec) if quick is None else quick


def _quick(source: Source, spec: InputSpec) -> Pixels | None:
    """What the network gets of an ordinary JPEG; None for any other file.

    It is decoded by another library than the rest, which takes two thirds of the time and gives
    the same bits (tests/data/test_reduced.py).
    """
    if not isinstance(source, bytes) and is_member(source):
        return None
    with opened(source) as file:
        if file.read(len(quick_jpeg.START)) != quick_jpeg.START:
            return None
        data = quick_jpeg.START + file.read(quick_jpeg.MOST_BYTES)
    header = quick_jpeg.header_of(data)
    if (
        header is None
        or not quick_jpeg.is_plain(data, header)
        or is_too_large(header.width, header.height, len(data))
    ):
        return None  # the careful way says what is wrong
    width, height = header.width, header.height
    place = placed(*((height, width) if header.turn >= 5 else (width, height)), spec)
    factor = quick_jpeg.factor_for(place.width, place.height, place.inner_width,
                                   place.inner_height)  # fmt: skip
    found = quick_jpeg.decoded(data, factor)
    if found is None:
        return None
    if factor > 1:
        found = quick_jpeg.part_of(found, place.as_stored(width, height, header.turn), factor)
    rgb = upright(np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB), np.uint8), header.turn)
    return fit(rgb, spec) if factor == 1 else filled(rgb, place, spec)


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
            if (quick := _quick_thumbnail(file, side)) is not None:
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


def _quick_thumbnail(file: IO[bytes], side: int) -> Pixels | None:
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
