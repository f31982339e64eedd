"""Memory that several processes see, and that is gone with the last of them however they end."""

from __future__ import annotations

import mmap
import os
import secrets
import sys
import tempfile
from multiprocessing import reduction
from multiprocessing.connection import Connection

_PIECE = bytes(1 << 20)


class Block:
    """Some bytes of shared memory, all of them really taken.

    On POSIX it is a file without a name, handed on as a descriptor, so nothing can be left behind
    in a folder, and a small ``/dev/shm`` does not matter; on Windows a mapping by name, which the
    system drops with its last user.

    Args:
        size: bytes, at least 1.

    Raises:
        OSError: neither memory nor the disk has so much room.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        if sys.platform == "win32":
            self._name = f"classifier-studio-{os.getpid()}-{secrets.token_hex(8)}"
            self.memory = mmap.mmap(-1, size, tagname=self._name)
        else:
            handle = _taken(size)
            self._file = os.fdopen(handle, "r+b", buffering=0)
            self.memory = mmap.mmap(handle, size)

    def give(self, conn: Connection, pid: int) -> None:
        """Hand it to the process at the other end. Raises OSError, RuntimeError: it is gone."""
        if sys.platform == "win32":
            conn.send(self._name)
        else:
            reduction.send_handle(conn, self._file.fileno(), pid)


def receive(conn: Connection, size: int) -> mmap.mmap:
    """The memory that the other end gives. Raises OSError, EOFError, RuntimeError."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=conn.recv())
    handle = reduction.recv_handle(conn)
    try:
        return mmap.mmap(handle, size)
    finally:
        os.close(handle)


def _taken(size: int) -> int:
    """A file of this size without a name: in memory where the system can, or on the disk."""
    try:
        return _reserved(_in_memory(), size)
    except OSError:
        return _reserved(_on_disk(), size)


def _in_memory() -> int:
    if sys.platform == "linux":
        return os.memfd_create("classifier-studio")
    raise OSError("files in memory are a matter of Linux")


def _on_disk() -> int:
    handle, name = tempfile.mkstemp(prefix="classifier-studio-")
    os.unlink(name)
    return handle


def _reserved(handle: int, size: int) -> int:
    """The same file with its space taken: writing to a mapped hole that the system cannot fill
    would end the process (SIGBUS)."""
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, size)
        else:
            left = size
            while left > 0:
                left -= os.write(handle, _PIECE[:left])
    except BaseException:
        os.close(handle)
        raise
    return handle
