"""Names for pictures that are no file of their own.

A path may go on inside a file: ``train-images-idx3-ubyte.gz/@17``, ``digits.npz/@x_train/17``,
``train.json/@band_1+band_2/17``. It may say what the pages of a TIFF are: ``stack.tif/@pages``.
Or it stands for several files, one for each channel: ``abc_{red,green,blue,yellow}.png``.
Everybody else handles such a path like any other; only whoever reads pixels or asks the disk comes
here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.input import Pages
from studio.core.paths import display_name
from studio.data.containers.layout import MAX_CHANNELS
from studio.data.containers.mistakes import reading
from studio.data.containers.store import open_container

STACKS: dict[str, Pages] = {"pages": "bands", "first": "first"}
"""What stands behind the sign of a TIFF whose pages a person explained → what they are."""

_CHANNELS = re.compile(r"\{([^{}/\\]+(?:,[^{}/\\]+)+)\}")
_MAX_SET_BYTES = 1_200_000_000  # of all channels together as 8 bits


def split_member(path: Path | str) -> tuple[Path, str] | None:
    """The file and the selector of a member, ``(digits.npz, "x_train/17")``; None for others.

    A folder may be named ``@something``: what stands before the sign must be no folder.
    """
    text = os.fspath(path)
    if "@" not in text:
        return None
    if os.sep != "/":
        text = text.replace(os.sep, "/")
    place = text.find("/@")
    while place > 0:
        if not os.path.isdir(text[:place]):
            return Path(text[:place]), text[place + 2 :]
        place = text.find("/@", place + 1)
    return None


def split_channels(path: Path | str) -> list[Path] | None:
    """The files of a set of one-channel files, in its order; None for any other path."""
    text = os.fspath(path)
    if "{" not in text:
        return None
    head, name = os.path.split(text)
    found = _CHANNELS.search(name)
    if found is None or os.path.lexists(text):
        return None
    before, after = name[: found.start()], name[found.end() :]
    return [Path(head, f"{before}{channel}{after}") for channel in found[1].split(",")]


def is_member(path: Path | str) -> bool:
    """Whether a path names a picture inside a file, or a set of one-channel files."""
    return split_member(path) is not None or split_channels(path) is not None


def files_of(path: Path | str) -> list[Path]:
    """The real files that a picture comes from: usually the path itself."""
    if (member := split_member(path)) is not None:
        return [member[0]]
    return split_channels(path) or [Path(path)]


def stat_of(path: Path | str) -> tuple[int, int]:
    """Bytes and time of change (ns) of the file or files of a picture. Raises OSError."""
    files = files_of(path)
    found = [os.stat(file) for file in files]
    return sum(f.st_size for f in found), max(f.st_mtime_ns for f in found)


def read_member(path: Path | str) -> NDArray[Any]:
    """The numbers of such a picture as they are stored.

    Returns:
        ``(h, w)`` or ``(h, w, c)`` of the stored type; ``(h, w, c) uint8`` for a set of files.

    Raises:
        PictureError: it is missing, cut off, damaged or not safe to read.
    """
    if (member := split_member(path)) is not None:
        file, selector = member
        if selector in STACKS:
            from studio.data.decoding import stack_values

            return stack_values(path)
        return open_container(file).read(selector)
    return _joined_channels(path)


def member_bands(path: Path | str) -> NDArray[np.uint8]:
    """The picture as ``(h, w, c) uint8`` with all its bands. Raises PictureError."""
    if (member := split_member(path)) is not None:
        file, selector = member
        if selector in STACKS:
            from studio.data.decoding import decode_bands  # which itself reads members

            return decode_bands(path)
        return open_container(file).eight_bits(selector)
    return _joined_channels(path)


def member_shape(path: Path | str) -> tuple[int, int, int, str, str]:
    """Height and width in pixels, bands, the kind of file and the type of its numbers."""
    if (member := split_member(path)) is not None:
        file, selector = member
        container = open_container(file)
        picture = container.read(selector)
        bands = picture.shape[2] if picture.ndim == 3 else 1
        return picture.shape[0], picture.shape[1], bands, container.title, str(picture.dtype)
    picture = _joined_channels(path)
    return *picture.shape, "one file a channel", "uint8"


def _joined_channels(path: Path | str) -> NDArray[np.uint8]:
    """One band of each file. A file with colours counts by its brightest: only one is filled."""
    from studio.data.decoding import decode  # which itself reads members

    files = split_channels(path)
    if files is None:
        raise PictureError(f"“{display_name(os.fspath(path))}” names no set of files.")
    if len(files) > MAX_CHANNELS:
        raise PictureError(f"The picture has {len(files)} channels; {MAX_CHANNELS} can be read.")
    bands: list[NDArray[np.uint8]] = []
    for file in files:
        try:
            band = np.asarray(decode(file).max(axis=2), np.uint8)
        except PictureError as error:
            name = display_name(file.name)
            raise PictureError(
                f"“{name}”: {error.message}", error.hint, error.details, error.kind
            ) from error
        if bands and band.shape != bands[0].shape:
            raise PictureError("The files of this picture's channels have different sizes.")
        if band.nbytes * len(files) > _MAX_SET_BYTES:
            raise PictureError("The channels of this picture are too large together.")
        bands.append(band)
    with reading(Path(path)):
        return np.dstack(bands)
