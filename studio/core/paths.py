"""Where things are kept, and names of files as text.

A file name is bytes on Linux and may not be valid UTF-8. Inside the program such a name is a
``str`` with surrogate escapes, as Python gives it; in JSON and on the screen it is spelt out.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import platformdirs

HOME_VARIABLE = "CLASSIFIER_STUDIO_HOME"
_APP = "classifier-studio"


def _base(kind: str) -> Path:
    override = os.environ.get(HOME_VARIABLE)
    if override:
        return Path(override) / kind
    folder = {
        "config": platformdirs.user_config_path,
        "data": platformdirs.user_data_path,
        "cache": platformdirs.user_cache_path,
        "log": platformdirs.user_log_path,
    }[kind]
    return folder(_APP, appauthor=False)


def config_folder() -> Path:
    """The folder of the settings. Not created."""
    return _base("config")


def data_folder() -> Path:
    """The folder of the sample, weights and unnamed projects. Not created."""
    return _base("data")


def cache_folder() -> Path:
    """The folder of what can be rebuilt at any time. Not created."""
    return _base("cache")


def log_folder() -> Path:
    """The folder of the log files. Not created."""
    return _base("log")


def resources_folder() -> Path:
    """The folder of what ships with the studio (icons, manifests), in a checkout or installed."""
    inside = Path(__file__).resolve().parents[1] / "resources"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "resources"


def display_name(name: str) -> str:
    """A name as one printable line: control characters and foreign bytes are spelt out.

    ``"a\\nb"`` becomes ``a⏎b``; the byte 0xff becomes ``\\xff``.
    """
    if name.isprintable():  # nearly every name, and there may be 100,000
        return name
    out = []
    for character in name:
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif character in "\r\n\u2028\u2029":
            out.append("⏎")
        elif unicodedata.category(character) in ("Cc", "Cs"):
            out.append(f"\\x{code:02x}")
        else:
            out.append(character)
    return "".join(out)


def to_text(path: str | Path) -> str:
    """A path as clean text for JSON documents: foreign bytes are percent-encoded, ``%`` doubled.

    :func:`from_text` gives the same path back.
    """
    text = str(path).replace("%", "%%")
    return "".join(f"%{ord(c) - 0xDC00:02x}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)


def from_text(text: str) -> Path:
    """The path of :func:`to_text`."""
    return Path(plain_name(text))


def plain_name(text: str) -> str:
    """The name of :func:`to_text` to the letter, also where a path would be tidied (``a//b``)."""
    if "%" not in text:
        return text
    out, i = [], 0
    while i < len(text):
        if text[i] != "%":
            out.append(text[i])
            i += 1
        elif text[i + 1 : i + 2] == "%":
            out.append("%")
            i += 2
        else:
            try:
                out.append(chr(0xDC00 + int(text[i + 1 : i + 3], 16)))
            except ValueError:
                out.append(text[i : i + 3])
            i += 3
    return "".join(out)


def clean_text(name: str) -> str:
    """A name that any JSON or UTF-8 writer accepts; foreign bytes are spelt as ``\\xff``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
