"""Whether a file on this computer is the published one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from studio.core.control import Control, Progress, no_progress
from studio.core.files import storage_errors
from studio.core.remote import RemoteFile

_BLOCK = 1 << 20


def difference(
    path: Path, file: RemoteFile, progress: Progress = no_progress, control: Control | None = None
) -> str:
    """How a local file differs from the published one, as a sentence; empty where it is the same.

    Raises:
        StorageError: it cannot be read.
        Cancelled: asked for.
    """
    with storage_errors(f"reading “{path.name}”"):
        size = path.stat().st_size
        if file.exact and size != file.size:
            more = "more" if size > file.size else "fewer"
            return f"It has {abs(size - file.size):,} bytes {more} than the published file."
        if wrong := wrong_checksum(path, file, progress, control):
            return f"Its content is another one: {wrong}."
    return ""


def wrong_checksum(
    path: Path, file: RemoteFile, progress: Progress, control: Control | None
) -> str:
    """The first checksum that does not fit, in words; empty where all do.

    Raises:
        OSError: the file cannot be read.
        Cancelled: asked for.
    """
    hashes = {text: hashlib.new(text.partition(":")[0]) for text in file.checksums}
    done = 0
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            if control is not None:
                control.checkpoint()
            for one in hashes.values():
                one.update(block)
            done += len(block)
            progress(done, file.size if file.exact else None, f"Checking {file.name}")
    for text, one in hashes.items():
        kind, _, wanted = text.partition(":")
        if one.hexdigest() != wanted.lower():
            return f"{kind.upper()} {one.hexdigest()} instead of {wanted}"
    return ""
