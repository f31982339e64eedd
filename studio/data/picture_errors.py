"""What a picture file that cannot be read is told to be: a sentence, a hint, a kind."""

from __future__ import annotations

import errno
from typing import IO

from PIL import Image, UnidentifiedImageError

from studio.core.errors import PictureError
from studio.data.heif import is_heif
from studio.data.tiff import is_tiff

MAX_PIXELS = 300_000_000
"""Larger pictures are refused before memory is taken: at 3 bytes a pixel this is 0.9 GB."""

_CUT_WORDS = ("truncat", "unexpected end", "too early", "not enough", "reached eof", "premature")


def file_error(error: OSError | ValueError) -> PictureError:
    """What the file system answered."""
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


def decoder_error(file: IO[bytes], error: Exception) -> PictureError:
    """What a decoder answered; it may have raised anything."""
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
