"""What a walk saw of its folders: enough to tell later whether anything there has changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

CHUNK = 256
"""Entries that are looked at together; of more the facts leave the processor's caches."""


@dataclass
class Witness:
    """A digest of names, kinds, sizes and times of change of all entries of each folder.

    Attributes:
        folders: relative POSIX path of each folder that was read, with its digest.
        is_whole: False where something was met that the digests do not cover: a link, or a
            folder that could not be read.
    """

    folders: dict[str, str] = field(default_factory=dict)
    is_whole: bool = True
    _digests: dict[str, hashlib.blake2b] = field(default_factory=dict)

    def note(self, relative: str, chunk: Sequence[os.DirEntry[str]]) -> None:
        """Take down some more entries of a folder.

        An entry remembers what it was asked: after its use this is no second look at the disk.
        """
        digest = self._digests.setdefault(relative, hashlib.blake2b(digest_size=16))
        try:
            found = [entry.stat(follow_symlinks=False) for entry in chunk]
        except OSError:
            self.is_whole = False
            return
        facts = np.array([(s.st_mode, s.st_size, s.st_mtime_ns) for s in found], np.int64)
        facts[:, 0] &= 0o170000
        facts[facts[:, 0] == stat.S_IFDIR, 1:] = 0  # a folder inside has a digest of its own
        if (facts[:, 0] == stat.S_IFLNK).any():
            self.is_whole = False
        names = "\0".join([entry.name for entry in chunk])
        digest.update(names.encode("utf-8", "surrogateescape"))
        digest.update(facts.tobytes())

    def finish(self, relative: str) -> None:
        """A folder was read to its end."""
        digest = self._digests.pop(relative, hashlib.blake2b(digest_size=16))
        self.folders[relative] = digest.hexdigest()


def is_unchanged(root: str, folders: dict[str, str], tick: Iterator[None]) -> bool:
    """Whether all folders hold what they held when they were read.

    Args:
        folders: as in :class:`Witness`.
        tick: asked for its next value every few entries: it may raise to stop.
    """
    now = Witness()
    for relative, known in folders.items():
        try:
            with _entries(os.path.join(root, relative) if relative else root) as entries:
                while chunk := list(islice(entries, CHUNK)):
                    now.note(relative, chunk)
                    next(tick)
        except OSError:
            return False
        now.finish(relative)
        if not now.is_whole or now.folders[relative] != known:
            return False
    return True


@contextmanager
def _entries(folder: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """The entries of a folder. Their facts come quicker where the folder itself is held open."""
    if os.scandir not in os.supports_fd:
        with os.scandir(folder) as entries:
            yield entries
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with os.scandir(handle) as entries:
            yield entries
    finally:
        os.close(handle)
