"""Names that any system takes for a file or folder, and that never hide or replace another."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable

from studio.core.paths import clean_text
from studio.data.names import is_hidden

LONGEST = 200
"""Bytes of a name in UTF-8; systems take 255, and a number or an ending may follow."""

# “Naming Files, Paths, and Namespaces” of the Windows manual.
_FORBIDDEN = frozenset('<>:"/\\|?*')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{name}{i}" for name in ("com", "lpt") for i in range(1, 10)]
)


def safe_name(name: str, otherwise: str = "class") -> str:
    """A name as one part of a path on every system: “red/blue” becomes ``red_blue``.

    Args:
        otherwise: the name where nothing of the old one is left.
    """
    letters = [
        "_" if c in _FORBIDDEN or unicodedata.category(c).startswith("C") else c
        for c in unicodedata.normalize("NFC", clean_text(name))
    ]
    safe = "".join(letters).strip().rstrip(". ").lstrip(".")
    safe = safe.encode("utf-8", "replace")[:LONGEST].decode("utf-8", "ignore").rstrip(". ")
    if not safe or (not safe.strip("_. ") and safe != name):
        safe = otherwise
    if is_hidden(safe) or is_device_name(safe):
        safe = f"{otherwise} {safe.lstrip('.')}"
    return safe


def is_device_name(name: str) -> bool:
    """Whether Windows takes the name for a device, whatever its ending: ``con.png``."""
    return name.partition(".")[0].rstrip().lower() in _DEVICES


def safe_file_name(name: str) -> str:
    """As :func:`safe_name`, keeping the ending of a file also where the name is shortened."""
    stem, ending = os.path.splitext(name)
    if not ending or len(ending) > 12:
        return safe_name(name, "picture")
    safe = safe_name(stem, "picture")
    shorter = safe.encode("utf-8")[: LONGEST - 12].decode("utf-8", "ignore").rstrip()
    return f"{shorter}.{safe_name(ending[1:], 'x')}"


def folded(name: str) -> str:
    """A name as systems compare it that do not tell upper from lower case, nor composed from
    decomposed letters."""
    return unicodedata.normalize("NFC", name).casefold()


class FreeNames:
    """Gives each name once: the second ``a.png`` becomes ``a (2).png``, ``A.png`` too."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {folded(name) for name in taken}
        self._numbers: dict[str, int] = {}

    def take(self, name: str) -> str:
        """The name, or one with a number where it is in use, which now is in use."""
        free, key = name, folded(name)
        if key in self._taken:
            stem, ending = os.path.splitext(name)
            number = self._numbers.get(key, 1)
            while folded(free) in self._taken:
                number += 1
                free = f"{stem} ({number}){ending}"
            self._numbers[key] = number
        self._taken.add(folded(free))
        return free
