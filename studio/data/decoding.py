"""Any picture file as upright 8-bit RGB.

Colour profiles are not applied: the numbers in the file are what the network learns from, as in
the common training pipelines. Alpha is laid on white.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from studio.core.errors import PictureError
from studio.data.bands import FIRST_BANDS, grey_to_rgb, shown_bands
from studio.data.heif import is_heif, open_heif
from studio.data.members import is_member, member_bands
from studio.data.opencv import cv2
from studio.data.tiff import has_band_pages, is_tiff, read_tiff

Pixels = NDArray[np.uint8]
Source = Path | str | bytes

MAX_PIXELS = 300_000_000
"""Larger pictures are refused before memory is taken: at 3 bytes a pixel this is 0.9 GB."""

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

_ALPHA_MODES = ("RGBA", "RGBa", "LA", "La", "PA")

# The size is checked here, after the header is read; Pillow's own check stays as a second net
# for pictures inside pictures (icons), hence "error".
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Pillow tells of every odd tag of a TIFF file; the person gets one sentence instead.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.ERROR)


def decode(source: Source, shown: tuple[int, int, int] = FIRST_BANDS) -> Pixels:
    """Read one picture, first frame, upright by its EXIF orientation.

    Args:
        source: a path, also one that :mod:`studio.data.members` resolves, or the bytes of a file.
        shown: for pictures of more than three bands, the ones taken for red, green and blue.

    Returns:
        ``(height, width, 3) uint8 RGB``.

    Raises:
        PictureError: with ``kind`` ``unreadable``, ``truncated``, ``empty`` or ``missing-file``.
    """
    if not isinstance(source, bytes) and is_member(source):
        return shown_bands(member_bands(source), shown)
    if shown != FIRST_BANDS and _band_count(source) > 3:
        return shown_bands(decode_bands(source), shown)
    with opened(source) as file:
        try:
            with identified(file, source) as image:
                refuse_band_pages(image, file)
                image.load()
                check_size(*image.size)
                return upright(to_rgb(image), orientation(image))
        except PictureError as error:
            return _second_try(file, error)


def refuse_band_pages(image: Image.Image, file: IO[bytes]) -> None:
    """Raise PictureError where the pages of a TIFF are bands, which tifffile reads together."""
    if image.format != "TIFF" or image.mode in ("RGB", "RGBA", "CMYK", "1", "P"):
        return
    place = file.tell()
    is_stack = has_band_pages(file, check_size)
    file.seek(place)
    if is_stack:
        raise PictureError("The pages of the file are the bands of one picture.")


def _band_count(source: Source) -> int:
    from studio.data.shown import band_count  # which itself opens files here

    return band_count(source)


def decode_bands(source: Source) -> Pixels:
    """Read one picture with all its bands: alpha, near infrared or whatever they are.

    Returns:
        ``(height, width, bands) uint8``, one band for grey.

    Raises:
        PictureError: as :func:`decode`.
    """
    if not isinstance(source, bytes) and is_member(source):
        return member_bands(source)
    with opened(source) as file:
        if is_tiff(file):  # Pillow would drop the fourth band without a word
            found = read_tiff(file, check_size)
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


def _second_try(file: IO[bytes], first: PictureError) -> Pixels:
    """A TIFF that Pillow refused, read by tifffile; raises ``first`` where that fails too."""
    if first.kind != "unreadable" or not is_tiff(file):
        raise first
    found = read_tiff(file, check_size)
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
        raise _file_error(error) from error
    try:
        yield file
    finally:
        file.close()


def _file_error(error: OSError | ValueError) -> PictureError:
    details = f"{type(error).__name__}: {error}"
    code = getattr(error, "errno", None)
    if code in (errno.ENOENT, errno.ENOTDIR):
        return PictureError(
            "The file is no longer there.", "Put it back, or open the folder again.", details,
            "missing-file",
        )  # fmt: skip
    if code in (errno.EACCES, errno.EPERM):
        return PictureError("The file may not be read.", "Allow reading it.", details)
    if code == errno.ELOOP:
        return PictureError("The file is a link that leads to itself.", "", details)
    return PictureError("The file could not be read from the disk.", "", details)


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
        raise _decoder_error(file, error) from error


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


def _check_content(file: IO[bytes], width: int, height: int) -> None:
    """Raise PictureError where a few bytes claim to be a large picture: a bomb, or damage."""
    here = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(here)
    if width * height > max(MOST_OF_ANY, size * MOST_A_BYTE):
        raise PictureError(
            f"The picture says it is {width:,} × {height:,} px, but its file holds only "
            f"{size:,} bytes: it is damaged, or made to fill the memory.",
            "Save it again from its source.",
        )


_CUT_WORDS = ("truncat", "unexpected end", "too early", "not enough", "reached eof", "premature")


def _decoder_error(file: IO[bytes], error: Exception) -> PictureError:
    details = f"{type(error).__name__}: {error}"
    text = details.lower()
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return PictureError(
            "The picture says it is larger than the studio reads "
            f"({MAX_PIXELS // 1_000_000} million pixels).", "Save it smaller.", details,
        )  # fmt: skip
    if isinstance(error, MemoryError):
        return PictureError("The picture does not fit into memory.", "Save it smaller.", details)
    if isinstance(error, UnidentifiedImageError):
        return PictureError(*_foreign_words(file), details)
    if isinstance(error, EOFError) or any(word in text for word in _CUT_WORDS):
        return PictureError(
            "The file is cut off: the end of the picture is missing.",
            "Copy it again from its source.", details, "truncated",
        )  # fmt: skip
    return PictureError("The picture is damaged and cannot be decoded.", "Save it again.", details)


def _foreign_words(file: IO[bytes]) -> tuple[str, str]:
    """Why no decoder knows the file, by its first bytes: a sentence and a hint."""
    try:
        file.seek(0)
        head = file.read(32)
    except (OSError, ValueError):
        head = b""
    again = "Save it as PNG, JPEG or TIFF."
    if is_heif(head):
        return "The file is a HEIC picture of a kind that the studio cannot read.", again
    if head[:10] in (b"#?RADIANCE", b"#?RGBE\n") or head[:4] == b"\x76\x2f\x31\x01":
        return "The file is a picture of high dynamic range, which the studio cannot read.", again
    if is_tiff(file):
        return "The file is a TIFF of a kind that the studio cannot read.", again
    if head[:5] == b"%PDF-":
        return "The file is a PDF document, no picture.", "Save its pages as PNG."
    if head[:4] == b"PK\x03\x04":
        return "The file is an archive, no picture.", "Unpack it first."
    if head.lstrip()[:5].lower() in (b"<svg ", b"<?xml"):
        return "The file is a drawing (SVG or XML), no picture of pixels.", "Save it as PNG."
    if head.lstrip()[:9].lower() in (b"<!doctype", b"<html"):
        return "The file is a web page, no picture: a download went wrong.", "Download it again."
    if head and not head.strip(b"\0"):
        return "The file holds only zeros: a copy or download went wrong.", "Copy it again."
    return "The file is no picture that the studio knows.", again


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


def upright(pixels: Pixels, turn: int) -> Pixels:
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
