"""Any picture file as upright 8-bit RGB.

Colour profiles are not applied: the numbers in the file are what the network learns from, as in
the common training pipelines. Alpha is laid on white.
"""

from __future__ import annotations

import io
import logging
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from studio.core.errors import PictureError
from studio.core.input import Pages
from studio.data.bands import FIRST_BANDS, Pixels, shown_bands
from studio.data.heif import open_heif
from studio.data.members import is_member, member_bands
from studio.data.picture_errors import MAX_PIXELS, decoder_error, file_error
from studio.data.stacks import chosen_pages
from studio.data.tiff import has_band_pages, is_tiff, read_tiff
from studio.data.upright import orientation, to_eight_bits, to_rgb, upright

Source = Path | str | bytes


MOST_OF_ANY, MOST_A_BYTE = 20_000_000, 10_000
"""Pixels that any file may claim, and above that those for each byte it holds. PNG of one bit
a pixel, the densest, comes to 8 × 1,032."""

# Only formats that Pillow decodes itself: EPS would start Ghostscript, WMF asks Windows.
COMMON_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM")  # loaded at once; the rest takes 0.2 s
OTHER_FORMATS = (
    "WEBP", "TIFF", "AVIF", "JPEG2000", "ICO", "PSD", "DIB", "DDS", "ICNS", "PCX", "QOI", "SGI",
    "SUN", "XBM", "XPM", "CUR", "DCX", "FLI", "MSP",
)  # fmt: skip
_TGA_ENDINGS = (".tga", ".icb", ".vda", ".vst")


# The size is checked here, after the header is read; Pillow's own check stays as a second net
# for pictures inside pictures (icons), hence "error".
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Pillow tells of every odd tag of a TIFF file; the person gets one sentence instead.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.ERROR)


def decode(
    source: Source, shown: tuple[int, int, int] = FIRST_BANDS, pages: Pages = "auto"
) -> Pixels:
    """Read one picture, first frame, upright by its EXIF orientation.

    Args:
        source: a path, also one that :mod:`studio.data.members` resolves, or the bytes of a file.
        shown: for pictures of more than three bands, the ones taken for red, green and blue.
        pages: what the pages of a TIFF are, where its name does not say it.

    Returns:
        ``(height, width, 3) uint8 RGB``.

    Raises:
        PictureError: with ``kind`` ``unreadable``, ``truncated``, ``empty`` or ``missing-file``.
    """
    source, pages = chosen_pages(source, pages)
    if not isinstance(source, bytes) and is_member(source):
        return shown_bands(member_bands(source), shown)
    if shown != FIRST_BANDS and _band_count(source, pages) > 3:
        return shown_bands(decode_bands(source, pages), shown)
    with opened(source) as file:
        try:
            with identified(file, source) as image:
                refuse_band_pages(image, file, pages)
                image.load()
                check_size(*image.size)
                return upright(to_rgb(image), orientation(image))
        except PictureError as error:
            return _second_try(file, error, pages)


def refuse_band_pages(image: Image.Image, file: IO[bytes], pages: Pages = "auto") -> None:
    """Raise PictureError where the pages of a TIFF are bands, which tifffile reads together."""
    is_odd = image.mode in ("RGB", "RGBA", "CMYK", "1", "P") and pages != "bands"
    if image.format != "TIFF" or is_odd:
        return
    place = file.tell()
    is_stack = has_band_pages(file, check_size, pages)
    file.seek(place)
    if is_stack:
        raise PictureError("The pages of the file are the bands of one picture.")


def _band_count(source: Source, pages: Pages) -> int:
    from studio.data.shown import band_count  # which itself opens files here

    return band_count(source, pages)


def decode_bands(source: Source, pages: Pages = "auto") -> Pixels:
    """Read one picture with all its bands: alpha, near infrared or whatever they are.

    Returns:
        ``(height, width, bands) uint8``, one band for grey.

    Raises:
        PictureError: as :func:`decode`.
    """
    source, pages = chosen_pages(source, pages)
    if not isinstance(source, bytes) and is_member(source):
        return member_bands(source)
    with opened(source) as file:
        if is_tiff(file):  # Pillow would drop the fourth band without a word
            found = read_tiff(file, check_size, pages)
            if found is not None:
                pixels = to_eight_bits(found[0])
                return upright(pixels.reshape(*pixels.shape[:2], -1), found[1])
        file.seek(0)
        with identified(file, source) as image:
            image.load()
            check_size(*image.size)
            if image.mode in ("RGBA", "LA", "CMYK"):
                return upright(np.asarray(image), orientation(image))
            pixels = to_rgb(image)
            is_grey = image.mode == "1" or (image.mode[0] in "LIF" and image.mode != "LAB")
            return upright(pixels[..., :1] if is_grey else pixels, orientation(image))


def stack_values(source: Source) -> NDArray[Any]:
    """The numbers of a stack whose name says what its pages are, as they are stored, upright.

    Returns:
        ``(h, w)`` or ``(h, w, bands)`` of the file's type; ``uint8`` where it is no TIFF.

    Raises:
        PictureError: as :func:`decode`.
    """
    file_source, pages = chosen_pages(source)
    with opened(file_source) as file:
        found = read_tiff(file, check_size, pages) if is_tiff(file) else None
    return upright(found[0], found[1]) if found is not None else decode_bands(source)


def _second_try(file: IO[bytes], first: PictureError, pages: Pages) -> Pixels:
    """A TIFF that Pillow refused, read by tifffile; raises ``first`` where that fails too."""
    if first.kind != "unreadable" or not is_tiff(file):
        raise first
    found = read_tiff(file, check_size, pages)
    if found is None:
        raise first
    values, turn, has_alpha = found
    pixels = to_eight_bits(values)
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    if has_alpha:
        alpha = pixels[..., 3:].astype(np.uint32)
        pixels = ((pixels[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    pixels = shown_bands(pixels)
    return upright(pixels, turn)


@contextmanager
def opened(source: Source) -> Iterator[IO[bytes]]:
    """The file of a picture, with everything that a file system can answer as PictureError."""
    if isinstance(source, bytes):
        if not source:
            raise PictureError("The picture has no content.", kind="empty")
        yield io.BytesIO(source)
        return
    try:
        found = os.stat(source)
        if not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for ever
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "not a file of the disk"
            raise PictureError(f"This is {what}, no picture.")
        if found.st_size == 0:
            raise PictureError(
                "The file is empty: it holds 0 bytes.", "Copy it again.", kind="empty"
            )
        file = open(source, "rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as error:
        raise file_error(error) from error
    try:
        yield file
    finally:
        file.close()


@contextmanager
def identified(file: IO[bytes], source: Source) -> Iterator[Image.Image]:
    """The opened picture; whatever the decoder raises inside the block becomes PictureError."""
    try:
        image = _identify(file, source)
        with image:
            check_size(*image.size)
            _check_content(file, *image.size)
            yield image
    except PictureError:
        raise
    except Exception as error:  # decoders of hostile files raise nearly anything
        raise decoder_error(file, error) from error


def _identify(file: IO[bytes], source: Source) -> Image.Image:
    try:
        return Image.open(file, formats=COMMON_FORMATS)
    except UnidentifiedImageError:
        file.seek(0)
    try:
        return Image.open(file, formats=_other_formats())
    except UnidentifiedImageError:
        if (image := open_heif(file)) is not None:
            return image
        # TGA has no signature, so it is tried only where the name says so.
        if isinstance(source, bytes) or not str(source).lower().endswith(_TGA_ENDINGS):
            raise
        file.seek(0)
        return Image.open(file, formats=("TGA",))


@cache
def _other_formats() -> tuple[str, ...]:
    Image.init()  # loads the plugins; a build of Pillow may lack some
    return tuple(name for name in OTHER_FORMATS if name in Image.OPEN)


def check_size(width: int, height: int) -> None:
    """Raise PictureError for a picture without area or with more than ``MAX_PIXELS``."""
    if width < 1 or height < 1:
        raise PictureError(f"The picture has no area: it says {width} × {height} px.")
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"The picture says it is {width:,} × {height:,} px, which is more than the studio "
            f"reads ({MAX_PIXELS // 1_000_000} million pixels).",
            "Save it smaller, or cut it into tiles.",
        )


def is_too_large(width: int, height: int, size: int) -> bool:
    """Whether a picture of ``size`` bytes is refused for the pixels that it claims to have."""
    return width * height > MAX_PIXELS or _claims_too_much(width, height, size)


def _claims_too_much(width: int, height: int, size: int) -> bool:
    return width * height > max(MOST_OF_ANY, size * MOST_A_BYTE)


def _check_content(file: IO[bytes], width: int, height: int) -> None:
    """Raise PictureError where a few bytes claim to be a large picture: a bomb, or damage."""
    here = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(here)
    if _claims_too_much(width, height, size):
        raise PictureError(
            f"The picture says it is {width:,} × {height:,} px, but its file holds only "
            f"{size:,} bytes: it is damaged, or made to fill the memory.",
            "Save it again from its source.",
        )
