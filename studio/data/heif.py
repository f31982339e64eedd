"""HEIC pictures, as telephones write them, by way of libheif.

Layout: ISO/IEC 23008-12, "Image File Format"; the brands in the file's first box tell it from
AVIF, which Pillow reads itself. libheif turns and crops the picture as its own boxes say, and the
EXIF orientation, which repeats that, is reset: so it is turned once.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import IO

from PIL import Image

_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1",
     b"mif2", b"1pic", b"MiHE")
)  # fmt: skip
_MOST_BOXES = 1000
_THREADS = 1  # of one picture; several pictures are read at a time anyhow


def is_heif(head: bytes) -> bool:
    """Whether a file begins as a HEIF picture does; ``head`` are its first 12 bytes or more."""
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS


def open_heif(file: IO[bytes]) -> Image.Image | None:
    """The main picture, its size known and nothing decoded yet; None where it is no HEIF
    or of a kind that libheif refuses.

    Deeper pictures become 8 bit when they are loaded. A picture that is no main one (burst,
    thumbnail, depth) is left alone.

    Raises:
        EOFError: it is cut off.
        OSError: no reader of HEIF is installed.
    """
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if not is_heif(head):
        return None
    _check_whole(file)
    file.seek(0)
    try:
        return _reader()(file)
    except SyntaxError as error:  # what Pillow's plug-ins raise
        if "end of file" in str(error).lower():
            raise EOFError(str(error)) from error
        return None


@cache
def _reader() -> Callable[[IO[bytes]], Image.Image]:
    try:
        import pi_heif.options as options  # type: ignore[import-untyped]
        from pi_heif.as_plugin import HeifImageFile  # type: ignore[import-untyped]
    except ImportError as error:
        raise OSError(f"HEIC pictures need the package pi-heif: {error}") from error
    options.DECODE_THREADS = _THREADS
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    found: Callable[[IO[bytes]], Image.Image] = HeifImageFile
    return found


def _check_whole(file: IO[bytes]) -> None:
    """Raise EOFError where a box ends behind the file: libheif would leave the rest grey."""
    end = file.seek(0, io.SEEK_END)
    place = 0
    for _ in range(_MOST_BOXES):
        if place >= end:
            return
        file.seek(place)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size == 0:  # up to the end of the file
            return
        if size < 8 or not head[4:8].isascii():
            return  # no box: something was appended, as some telephones do
        if place + size > end:
            raise EOFError("a box of the file ends behind the file")
        place += size
