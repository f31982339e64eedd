"""How many bands a picture has, so that a person can choose which three to look at."""

from __future__ import annotations

from studio.core.input import Pages
from studio.data.bands import FIRST_BANDS, Shown, ShownBands, shown_bands
from studio.data.decoding import Source, check_size, opened
from studio.data.members import is_member, member_shape
from studio.data.stacks import chosen_pages
from studio.data.tiff import count_bands, is_tiff

__all__ = ["FIRST_BANDS", "Shown", "ShownBands", "band_count", "shown_bands"]


def band_count(source: Source, pages: Pages = "auto") -> int:
    """How many bands a picture has, alpha not counted; at most 3 for anything but deep files.

    ``pages`` as for :func:`studio.data.decoding.decode`.

    Raises:
        PictureError: the file cannot be read.
    """
    source, pages = chosen_pages(source, pages)
    if not isinstance(source, bytes) and is_member(source):
        return member_shape(source)[2]
    with opened(source) as file:
        if not is_tiff(file):
            return 3
        return count_bands(file, check_size, pages) or 3
