"""Which files of a folder have the same bytes as another one."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from pathlib import Path


def digest_of(path: Path | str) -> bytes:
    """A hash of the bytes of a file. Raises OSError."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).digest()


class Twins:
    """The files of a folder by their bytes; only those of a wanted size are ever read."""

    def __init__(self, folder: Path, deep: bool = True) -> None:
        """List a folder, with those below it where ``deep``. Raises OSError."""
        self._unread: dict[int, list[str]] = defaultdict(list)
        self._known: dict[int, set[bytes]] = defaultdict(set)
        stack = [os.fspath(folder)]
        while stack:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        stack += [entry.path] if deep else []
                    elif entry.is_file():
                        self._unread[entry.stat().st_size].append(entry.path)

    def has(self, size: int, digest: bytes) -> bool:
        """Whether a file of that size in bytes and that hash is there."""
        for path in self._unread.pop(size, ()):
            try:
                self._known[size].add(digest_of(path))
            except OSError:  # it cannot be read, so nobody can tell
                continue
        return digest in self._known[size]

    def add(self, size: int, digest: bytes) -> None:
        """Remember one more."""
        self._known[size].add(digest)
