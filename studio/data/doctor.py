"""Checking a data set: really decodes every picture, and looks at the sizes of the classes."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from contextlib import suppress
from pathlib import Path

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError, StorageError
from studio.core.files import write_json
from studio.core.paths import to_text
from studio.data.balance import class_problems
from studio.data.dataset import CLASS_PROBLEMS, Dataset, Problem, unusable
from studio.data.decoding import decode, identified, opened
from studio.data.parallel import for_each
from studio.data.pixels import PIXELS_VERSION

__all__ = ["check_pictures", "class_problems", "unusable"]

log = logging.getLogger(__name__)

_ENDINGS = {
    "JPEG": ".jpg .jpeg .jpe .jfif .mpo", "MPO": ".jpg .jpeg .jpe .jfif .mpo",
    "PNG": ".png .apng", "GIF": ".gif", "BMP": ".bmp .dib", "DIB": ".bmp .dib", "WEBP": ".webp",
    "TIFF": ".tif .tiff", "AVIF": ".avif .avifs .heic .heif", "PSD": ".psd", "ICO": ".ico .cur",
    "JPEG2000": ".jp2 .j2k .jpx .jpf .j2c",
}  # fmt: skip
_WORDS = {"JPEG2000": "JPEG 2000", "MPO": "JPEG", "WEBP": "WebP", "DIB": "BMP"}

# size, mtime in ns, kind ("" where nothing is wrong), message
_Result = tuple[int, int, str, str]


def check_pictures(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    cache_folder: Path | None = None,
) -> list[Problem]:
    """Decode every picture and return everything that is wrong with the data set.

    The list replaces ``dataset.problems``: it repeats what opening found about files and
    folders, adds what decoding found, and judges the classes by the pictures that can be read.

    Args:
        workers: threads; one a core, where left out.
        cache_folder: remembers results by path, size and time of change, so that a second
            check only decodes what is new.

    Raises:
        Cancelled: asked for; what was checked so far is remembered.
    """
    file = None if cache_folder is None else _cache_file(cache_folder, dataset.root)
    known = {} if file is None else _read(file)
    results: list[_Result | None] = [None] * len(dataset)

    def check(i: int) -> None:
        results[i] = _check_one(dataset.absolute(i), known.get(_key(dataset.paths[i])))

    try:
        for_each(len(dataset), check, "Checking the pictures", progress, control, workers)
    finally:
        if file is not None:
            _write(file, known, dataset.paths, results)
    found = [
        Problem(result[2], path, result[3])
        for path, result in zip(dataset.paths, results, strict=True)
        if result is not None and result[2]
    ]
    files = [p for p in dataset.problems if p.kind not in CLASS_PROBLEMS]
    # Asking the same data set again must not list a picture twice.
    found += [p for p in files if p not in set(found)]
    usable = ~unusable(dataset, found)
    return found + class_problems(dataset, usable)


def _check_one(path: Path, known: _Result | None) -> _Result:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return (-1, 0, "missing-file", "The file is no longer there.")
    size, changed = found.st_size, found.st_mtime_ns
    if known is not None and known[:2] == (size, changed):
        return known
    try:
        decode(path)
    except PictureError as error:
        return (size, changed, error.kind, str(error))
    return (size, changed, *_wrong_ending(path))


def _wrong_ending(path: Path) -> tuple[str, str]:
    with suppress(PictureError), opened(path) as file, identified(file, path) as image:
        kind = image.format or ""
        ending = os.path.splitext(path.name)[1].lower()
        if kind in _ENDINGS and ending not in _ENDINGS[kind].split():
            name = _WORDS.get(kind, kind)
            said = f"ends with “{ending}”" if ending else "has no ending"
            return (
                "wrong-extension",
                f"The name {said}, but the file is a {name} picture. It is used all the same.",
            )
    return ("", "")


def _cache_file(folder: Path, root: Path) -> Path:
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return folder / f"checked-{name}.json"


def _key(path: str) -> str:
    return to_text(path)


def _read(file: Path) -> dict[str, _Result]:
    """Remembered results; empty where there are none or they are damaged."""
    try:
        value = json.loads(file.read_bytes())
        if value["version"] != PIXELS_VERSION:
            return {}
        return {
            str(path): (int(size), int(changed), str(kind), str(message))
            for path, (size, changed, kind, message) in value["pictures"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _write(
    file: Path, known: dict[str, _Result], paths: list[str], results: list[_Result | None]
) -> None:
    new = {
        _key(path): result
        for path, result in zip(paths, results, strict=True)
        if result is not None and result[0] >= 0
    }
    if all(known.get(path) == result for path, result in new.items()):
        return
    try:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, {"version": PIXELS_VERSION, "pictures": {**known, **new}})
    except StorageError as error:  # only costs time at the next check
        log.warning("%s", error)
