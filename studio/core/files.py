"""Files that are either the old one or the new one, never half of each."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from studio.core.errors import storage_error


def write_atomic(path: Path, content: bytes | memoryview | str, doing: str = "saving") -> None:
    """Write a whole file beside ``path`` and move it into place.

    Raises:
        StorageError: the disk is full, read-only or gone; the old file is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    replace_with(path, lambda temporary: temporary.write_bytes(data), doing)


def write_json(path: Path, value: Any, doing: str = "saving") -> None:
    """Write ``value`` as indented JSON, atomically. ASCII only, so that odd file names survive."""
    write_atomic(path, json.dumps(value, indent=1, ensure_ascii=True) + "\n", doing)


def replace_with(path: Path, write: Callable[[Path], object], doing: str = "saving") -> None:
    """Let ``write(temporary)`` make a file, flush it to the disk, then move it to ``path``.

    The temporary keeps the suffixes of ``path``, since some writers choose the format by them.

    Raises:
        StorageError: the disk is full, read-only or gone; the old file is untouched.
    """
    temporary: Path | None = None
    try:
        suffix = "".join(path.suffixes[-2:])
        handle, name = tempfile.mkstemp(prefix=".new-", suffix=suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise storage_error(error, doing) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


@contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Turn ``OSError`` inside the block into a :class:`~studio.core.errors.StorageError`."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, doing) from error
