"""Downloading one weights file into the studio's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.core import download as files
from studio.core.control import Control, Progress, no_progress
from studio.core.remote import RemoteFile

if TYPE_CHECKING:
    from studio.models.weights import WeightsEntry

_WORDS = files.Words(
    "downloading weights",
    "Without a network, download {address} on another computer and choose it with “Local file…”.",
)


def download(
    entry: WeightsEntry,
    progress: Progress = no_progress,
    control: Control | None = None,
    folder: Path | None = None,
) -> Path:
    """Fetch a published weights file into the studio's folder.

    A part that an earlier call left behind is continued. The checksum is compared where one is
    published. ``progress`` counts bytes.

    Returns:
        The finished file.

    Raises:
        NetworkError: no network, no such file, a broken or a wrong answer; says what to do.
        StorageError: the disk is full or read-only.
        Cancelled: a stop was asked for; what came so far is kept for the next time.
    """
    from studio.models.weights import weights_folder

    file = RemoteFile(
        name=entry.file,
        addresses=(entry.address,),
        size=entry.about_bytes,
        checksums=(entry.checksum,) if entry.checksum else (),
        exact=False,
        looks_right=_is_hdf5,
        kind="an HDF5 file",
    )
    return files.download(file, folder or weights_folder(), progress, control, _WORDS)


def _is_hdf5(begin: bytes) -> bool:
    return begin.startswith(b"\x89HDF\r\n\x1a\n")
