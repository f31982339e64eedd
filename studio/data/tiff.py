"""TIFF files that Pillow refuses, by way of tifffile: deep colours, floats, separate planes, and
pages that are the bands of one picture.

Where nobody says it, pages are bands where ImageJ's or OME's description counts them as channels,
or where there are a few grey ones of one size and no description. Of any other stack the first page
is the picture.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import islice
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.input import Pages

_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_BANDS = 64
"""TIFF files with more bands are refused."""

FEW_PAGES = 16
"""So many grey pages of one size, of which nothing is said, are taken for bands."""

_MAX_BYTES = 2_400_000_000  # as much as the largest picture in 8-byte floats, one band

_COUNTED = 101  # pages

logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def is_tiff(file: IO[bytes]) -> bool:
    """Whether the file begins as a TIFF or BigTIFF does."""
    try:
        file.seek(0)
        return file.read(4) in _SIGNATURES
    except (OSError, ValueError):
        return False


def read_tiff(
    file: IO[bytes], check_size: Callable[[int, int], None], pages: Pages = "auto"
) -> tuple[NDArray[Any], int, bool] | None:
    """The first page: ``(h, w)`` or ``(h, w, bands)`` of any type, its orientation 1 to 8, and
    whether its fourth band is alpha.

    None where it cannot be read.

    Args:
        pages: whether all pages are its bands.

    Raises:
        PictureError: it has too many bands or pixels, or pages that cannot be bands.
    """
    return _first_page(file, check_size, _pixels, pages)


def describe_tiff(
    file: IO[bytes], check_size: Callable[[int, int], None], pages: Pages = "auto"
) -> tuple[int, int, str] | None:
    """Upright width and height in pixels, and the mode in words; None and raises as above."""
    return _first_page(file, check_size, _words, pages)


def count_bands(
    file: IO[bytes], check_size: Callable[[int, int], None], pages: Pages = "auto"
) -> int | None:
    """Bands without alpha; None and raises as above."""
    return _first_page(file, check_size, _bands, pages)


def _first_page(
    file: IO[bytes],
    check_size: Callable[[int, int], None],
    use: Callable[[Any], Any],
    said: Pages = "auto",
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
            pages = _chosen_pages(tiff, said)
            if pages and page.nbytes * len(pages) > _MAX_BYTES:
                raise PictureError(
                    f"The {len(pages)} bands of the picture are too large together.",
                    "Save fewer of its bands.",
                )
            return use(pages or [page])
    except PictureError:
        raise
    except Exception:  # hostile files raise nearly anything; Pillow's reason is the clearer one
        return None


def has_band_pages(
    file: IO[bytes], check_size: Callable[[int, int], None], pages: Pages = "auto"
) -> bool:
    """Whether several pages are the bands of one picture. Raises as above."""
    return bool(_first_page(file, check_size, lambda pages: len(pages) > 1, pages))


def pages_left_out(file: IO[bytes]) -> int:
    """How many pages of a stack are not read, as far as a look at the first hundred tells."""
    import tifffile

    try:
        file.seek(0)
        with tifffile.TiffFile(file) as tiff:
            if _band_pages(tiff):
                return 0
            first = tiff.pages.first
            pages = [p for p in islice(tiff.pages, 1, _COUNTED) if not getattr(p, "is_reduced", 0)]
            same = [p for p in pages if p.shape[:2] == first.shape[:2]]
            return len(same)  # smaller ones are previews
    except Exception:  # hostile files raise nearly anything
        return 0


def _chosen_pages(tiff: Any, said: Pages) -> list[Any]:
    """The pages that are the bands of one picture; none where there is only one.

    Raises:
        PictureError: they are said to be, and cannot.
    """
    if said != "bands":
        return _band_pages(tiff) if said == "auto" else []
    pages = [p for p in islice(tiff.pages, MAX_BANDS + 1) if not getattr(p, "is_reduced", False)]
    first = pages[0]
    if len(pages) * first.samplesperpixel > MAX_BANDS:
        raise PictureError(
            f"The picture has more than {MAX_BANDS} bands in its pages; the studio reads up to "
            f"{MAX_BANDS}.",
            "Save fewer of its pages.",
        )
    if any(p.shape != first.shape or p.dtype != first.dtype for p in pages):
        raise PictureError(
            "The pages of the file differ in size or kind, so they are not the bands of one "
            "picture.",
            "Use only the first page, or save pages of one size.",
        )
    return pages if len(pages) > 1 else []


def _band_pages(tiff: Any) -> list[Any]:
    """The pages that are the bands of one picture; none where they are not."""
    pages = list(islice(tiff.pages, MAX_BANDS + 1))
    first = pages[0]
    if not 1 < len(pages) <= MAX_BANDS or int(first.photometric) not in (0, 1):
        return []
    if any(
        p.samplesperpixel != 1 or p.shape != first.shape or p.dtype != first.dtype
        or getattr(p, "is_reduced", False)
        for p in pages
    ):  # fmt: skip
        return []
    if tiff.is_imagej:
        said = tiff.imagej_metadata or {}
        return pages if said.get("channels") == len(pages) else []
    if tiff.is_ome:
        series = tiff.series[0]
        sides = dict(zip(series.axes, series.shape, strict=False))
        return pages if sides.get("C") == len(pages) else []
    # Pages of 1 bit are those of a fax.
    return pages if len(pages) <= FEW_PAGES and first.bitspersample > 1 else []


def _pixels(pages: list[Any]) -> tuple[NDArray[Any], int, bool] | None:
    page = pages[0]
    if len(pages) > 1:
        each = [found[0] for found in (_pixels([p]) for p in pages) if found is not None]
        return (np.dstack(each), _turn(page), False) if len(each) == len(pages) else None
    values = np.asarray(page.asarray())
    if page.planarconfig == 2 and page.samplesperpixel > 1:
        values = np.moveaxis(values, 0, -1)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    if values.ndim not in (2, 3):
        return None
    return values, _turn(page), page.samplesperpixel == 4 and _has_alpha(page)


def _words(pages: list[Any]) -> tuple[int, int, str]:
    page = pages[0]
    width, height = page.imagewidth, page.imagelength
    if _turn(page) >= 5:
        width, height = height, width
    bands = page.samplesperpixel * len(pages)
    colours = {1: "grey", 3: "RGB"}.get(bands, f"{bands} bands")
    if page.samplesperpixel == 4 and _has_alpha(page):
        colours = "RGB with alpha"
    if len(pages) > 1:
        colours = f"{bands} bands in pages"
    kind = "-bit float" if page.dtype is not None and page.dtype.kind == "f" else " bit"
    return width, height, f"{colours}, {page.bitspersample}{kind}"


def _bands(pages: list[Any]) -> int:
    page = pages[0]
    if len(pages) > 1:
        return len(pages) * int(page.samplesperpixel)
    bands = int(page.samplesperpixel)
    is_ink = int(page.photometric) == 5  # CMYK, which becomes colours
    return 3 if is_ink or (bands == 4 and _has_alpha(page)) else bands


def _has_alpha(page: Any) -> bool:
    """Whether the fourth band says that it is alpha (TIFF 6.0, tag 338), or says nothing."""
    extra = tuple(int(e) for e in page.extrasamples or ())
    return int(page.photometric) == 2 and extra != (0,)


def _turn(page: Any) -> int:
    value = page.tags.valueof(274, 1)
    return int(value) if isinstance(value, int) and 1 <= value <= 8 else 1
