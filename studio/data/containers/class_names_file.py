"""The names of classes beside a file of arrays that knows only their numbers."""

from __future__ import annotations

from pathlib import Path

CLASS_NAMES_FILE = "class_names.txt"
"""One name in each line, in the order of the numbers; UTF-8."""

_MOST = 1 << 18


def names_beside(folder: Path) -> tuple[str, ...]:
    """What ``class_names.txt`` in a folder says; nothing where there is none."""
    try:
        with (folder / CLASS_NAMES_FILE).open(encoding="utf-8", errors="replace") as opened:
            lines = [line.strip() for line in opened.read(_MOST).splitlines()]
    except OSError:
        return ()
    return tuple(line for line in lines if line)
