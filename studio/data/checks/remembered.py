"""What a check found out of each picture, kept on the disk for the next check.

One ``.npz`` of plain arrays for a data set: about 1.2 kB a picture, read in a fraction of a second.
Results are known by path, size and time of change.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StorageError
from studio.core.files import replace_with
from studio.data.checks.measuring import MEASURES, MEASURES_VERSION, Measures, no_measures
from studio.data.pixels import PIXELS_VERSION

log = logging.getLogger(__name__)

_VERSION = f"{PIXELS_VERSION}.{MEASURES_VERSION}.1"


@dataclass(frozen=True)
class Result:
    """What is known of one file.

    Attributes:
        size: bytes; −1 where the file is gone, which is never remembered.
        changed: time of the last change in nanoseconds.
        kind: of the problem, ``""`` where there is none.
        message: of the problem.
        measures: a row of :data:`MEASURES`.
    """

    size: int
    changed: int
    kind: str
    message: str
    measures: Any


class Remembered:
    """The results of earlier checks of one data set.

    Args:
        folder: where they are kept; None forgets everything.
        root: of the data set.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        self._file: Path | None = None
        if folder is not None:
            name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
            self._file = folder / f"checked-{name}.npz"
        self._known = {} if self._file is None else _read(self._file)

    def get(self, path: str) -> Result | None:
        """What is known of a picture, be it out of date."""
        return self._known.get(path)

    def keep(self, paths: list[str], results: list[Result | None]) -> None:
        """Add results and write them, where something is new; a disk that refuses costs time."""
        new = {
            path: result
            for path, result in zip(paths, results, strict=True)
            if result is not None and result.size >= 0
        }
        if self._file is None or all(self._known.get(p) is result for p, result in new.items()):
            return
        self._known |= new
        try:
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
            _write(self._file, self._known)
        except StorageError as error:
            log.warning("%s", error)


def _write(file: Path, known: dict[str, Result]) -> None:
    measures = no_measures(len(known))
    for row, result in enumerate(known.values()):
        measures[row] = result.measures
    columns = {
        "version": np.array(_VERSION),
        "paths": _packed(list(known)),
        "stats": np.array([(r.size, r.changed) for r in known.values()], np.int64).reshape(-1, 2),
        "said": _packed([r.kind + "\n" + r.message if r.kind else "" for r in known.values()]),
        "measures": measures,
    }

    def save(temporary: Path) -> None:
        with temporary.open("wb") as opened:
            np.savez(opened, allow_pickle=False, **columns)

    replace_with(file, save, "keeping what was checked")


def _read(file: Path) -> dict[str, Result]:
    """Remembered results; empty where there are none or they are damaged."""
    try:
        with np.load(file, allow_pickle=False) as columns:
            if str(columns["version"]) != _VERSION:
                return {}
            paths, said = _unpacked(columns["paths"]), _unpacked(columns["said"])
            stats, measures = columns["stats"].tolist(), columns["measures"]
        if measures.dtype != MEASURES or not len(paths) == len(said) == len(stats):
            return {}
        return {
            path: Result(size, changed, *_parted(words), row)
            for path, (size, changed), words, row in zip(paths, stats, said, measures, strict=True)
        }
    except (
        OSError, ValueError, TypeError, KeyError, AttributeError, EOFError, MemoryError,
        RecursionError, zipfile.BadZipFile, zlib.error,
    ):  # fmt: skip
        return {}


def _parted(words: str) -> tuple[str, str]:
    kind, _, message = words.partition("\n")
    return kind, message


def _packed(texts: list[str]) -> np.ndarray[Any, Any]:
    """Texts as bytes; JSON keeps foreign file names and odd characters."""
    return np.frombuffer(json.dumps(texts, ensure_ascii=True).encode(), np.uint8)


def _unpacked(packed: np.ndarray[Any, Any]) -> list[str]:
    texts = json.loads(packed.tobytes())
    if not isinstance(texts, list):
        raise ValueError("no list of texts")
    return [str(text) for text in texts]


def filled(results: Sequence[Result | None]) -> Measures:
    """``(n,)`` one table of all results; nothing is known where there is none."""
    measures = no_measures(len(results))
    for row, result in enumerate(results):
        if result is not None:
            measures[row] = result.measures
    return measures
