"""TIFF files that Pillow refuses, by way of tifffile: deep colours, floats, separate planes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError

_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_BANDS = 64
"""TIFF files with more bands are refused."""

_MAX_BYTES = 2_400_000_000  # as much as the largest picture in 8-byte floats, one band

logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def is_tiff(file: IO[bytes]) -> bool:
    """Whether the file begins as a TIFF or BigTIFF does."""
    try:
        file.seek(0)
        return file.read(4) in _SIGNATURES
    except (OSError, ValueError):
        return False


def read_tiff(
    file: IO[bytes], check_size: Callable[[int, int], None]
) -> tuple[NDArray[Any], int, bool] | None:
    """The first page: ``(h, w)`` or ``(h, w, bands)`` of any type, its orientation 1 to 8, and
    whether its fourth band is alpha.

    None where it cannot be read.

    Raises:
        PictureError: it has too many bands or pixels.
    """
    return _first_page(file, check_size, _pixels)


def describe_tiff(
    file: IO[bytes], check_size: Callable[[int, int], None]
) -> tuple[int, int, str] | None:
    """Upright width and height in pixels, and the mode in words; None and raises as above."""
    return _first_page(file, check_size, _words)


def _first_page(
    file: IO[bytes], check_size: Callable[[int, int], None], use: Callable[[Any], Any]
) -> Any:
    import tifffile  # 50 ms, for files that few people have

    try:
        file.seek(0)
        with tifffile.TiffFile(file) as tiff:
            page = tiff.pages.first
            check_size(page.imagewidth, page.imagelength)
            if page.samplesperpixel > MAX_BANDS:
                raise PictureError(
                    f"The picture has {page.samplesperpixel} bands; the studio reads up to "
                    f"{MAX_BANDS}.",
                    "Save fewer of its bands.",
                )
            if page.imagedepth != 1 or page.nbytes > _MAX_BYTES:
                return None
            return use(page)
    except PictureError:
        raise
    except Exception:  # hostile files raise nearly anything; Pillow's reason is the clearer one
        return None


def _pixels(page: Any) -> tuple[NDArray[Any], int, bool] | None:
    values = np.asarray(page.asarray())
    if page.planarconfig == 2 and page.samplesperpixel > 1:
        values = np.moveaxis(values, 0, -1)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    if values.ndim not in (2, 3):
        return None
    return values, _turn(page), page.samplesperpixel == 4 and _has_alpha(page)


def _words(page: Any) -> tuple[int, int, str]:
    width, height = page.imagewidth, page.imagelength
    if _turn(page) >= 5:
        width, height = height, width
    bands = page.samplesperpixel
    colours = {1: "grey", 3: "RGB"}.get(bands, f"{bands} bands")
    if bands == 4 and _has_alpha(page):
        colours = "RGB with alpha"
    kind = "-bit float" if page.dtype is not None and page.dtype.kind == "f" else " bit"
    return width, height, f"{colours}, {page.bitspersample}{kind}"


def _has_alpha(page: Any) -> bool:
    """Whether the fourth band says that it is alpha (TIFF 6.0, tag 338), or says nothing."""
    extra = tuple(int(e) for e in page.extrasamples or ())
    return int(page.photometric) == 2 and extra != (0,)


def _turn(page: Any) -> int:
    value = page.tags.valueof(274, 1)
    return int(value) if isinstance(value, int) and 1 <= value <= 8 else 1
