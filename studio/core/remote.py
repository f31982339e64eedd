"""What is known of a published file before anything is asked of its server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PART, MARK = ".part", ".part.etag"
"""Endings of an unfinished download, and of what its server called the file."""

_SLACK = 1 << 26


@dataclass(frozen=True)
class RemoteFile:
    """A file that is published somewhere.

    Attributes:
        name: its name on this computer.
        addresses: where it is published; the next is tried where one fails.
        size: bytes; only about, where ``exact`` is False.
        checksums: ``sha256:…``, ``md5:…`` as published; all of them have to fit.
        exact: whether ``size`` is known to the byte.
        looks_right: what its first bytes must say where no checksum is published.
        kind: what it is, for sentences: ``an HDF5 file``.
    """

    name: str
    addresses: tuple[str, ...]
    size: int
    checksums: tuple[str, ...] = ()
    exact: bool = True
    looks_right: Callable[[bytes], bool] | None = None
    kind: str = "the published file"

    @property
    def most(self) -> int:
        """More bytes than these are refused."""
        return self.size if self.exact else 3 * self.size + _SLACK


def is_there(file: RemoteFile, folder: Path) -> bool:
    """Whether a finished file lies in a folder. Only whole, checked files get their name."""
    with suppress(OSError):
        size = (folder / file.name).stat().st_size
        return size == file.size if file.exact else size > 0
    return False


def kept_bytes(file: RemoteFile, folder: Path) -> int:
    """Bytes of an unfinished download that the next one goes on from."""
    with suppress(OSError):
        if (folder / f"{file.name}{MARK}").is_file():
            return (folder / f"{file.name}{PART}").stat().st_size
    return 0
