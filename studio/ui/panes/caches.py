"""How much lies in folders that can be rebuilt at any time, and emptying them. No Qt here."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from studio.core.control import Control


def folder_size(path: Path) -> int:
    """Bytes of all files below a folder; 0 where there is none."""
    total = 0
    for place, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def clear(paths: list[Path], control: Control) -> int:
    """Empty cache folders; returns the bytes that were freed."""
    freed = 0
    for path in paths:
        if not path.is_dir():
            continue
        for entry in list(path.iterdir()):
            control.checkpoint()
            size = folder_size(entry) if entry.is_dir() else entry.lstat().st_size
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
            freed += 0 if entry.exists() else size
    return freed
