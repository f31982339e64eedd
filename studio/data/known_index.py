"""The index of a folder, kept on the disk: opening it again only looks whether it still holds.

One ``.npz`` of plain arrays for a folder and the way it is read. It is believed only where every
folder has the same entries with the same sizes and times of change; anything else is read anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from studio import __version__
from studio.core.control import Control, Progress
from studio.core.errors import StorageError
from studio.core.files import replace_with
from studio.core.paths import cache_folder
from studio.data.dataset import Dataset, Problem
from studio.data.witness import Witness, is_unchanged

log = logging.getLogger(__name__)

LEAST = 1000
"""Pictures below which reading a folder is as quick as remembering it."""

_MOST_FILES = 12
_VERSION = f"{__version__}.1"
_WORDS = "Looking for changes"


def known_index(
    root: Path,
    format: str,
    options: Mapping[str, str],
    progress: Progress,
    control: Control | None,
) -> Dataset | None:
    """The data set as it was read before, where nothing has changed since.

    Args:
        format: the kind that was asked for; empty where it was recognised.
        options: those of the format, as text.

    Raises:
        Cancelled: asked for.
    """
    file = _file(root, format, options)
    try:
        if not file.is_file():
            return None
        with np.load(file, allow_pickle=False) as content:
            found = _read(root, content)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.info("index of %s is read anew: %s", root, error)
        return None
    if found is None:
        return None
    dataset, folders = found
    return dataset if is_unchanged(os.fspath(root), folders, _ticks(progress, control)) else None


def remember_index(
    dataset: Dataset, witness: Witness, format: str, options: Mapping[str, str]
) -> None:
    """Keep a data set that was just read; a disk that refuses costs time at the next opening."""
    if not witness.is_whole or len(dataset) < LEAST:
        return
    file = _file(dataset.root, format, options)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        columns = _columns(dataset, witness)
        replace_with(file, lambda path: _write(path, columns), "remembering the index")
        _tidy(file.parent)
    except (OSError, StorageError) as error:
        log.info("the index of %s is not remembered: %s", dataset.root, error)


def _write(path: Path, columns: dict[str, Any]) -> None:
    with path.open("wb") as file:
        np.savez(file, **columns)


def _columns(dataset: Dataset, witness: Witness) -> dict[str, Any]:
    names = list(dataset.outputs)
    header = {
        "version": _VERSION, "kind": dataset.format, "folders": witness.folders,
        "outputs": [[name, list(dataset.outputs[name])] for name in names],
        "problems": [asdict(p) for p in dataset.problems],
    }  # fmt: skip
    text = "\0".join(dataset.paths).encode("utf-8", "surrogateescape")
    return {
        "header": np.frombuffer(json.dumps(header).encode("ascii"), np.uint8),
        "paths": np.frombuffer(text, np.uint8), "sizes": dataset.sizes,
        "found_split": dataset.found_split,
        **{f"labels_{i}": dataset.labels[name] for i, name in enumerate(names)},
    }  # fmt: skip


def _read(root: Path, content: Any) -> tuple[Dataset, dict[str, str]] | None:
    """What a file holds; None for one of another version. Raises ValueError for a broken one."""
    header = json.loads(content["header"].tobytes())
    if header["version"] != _VERSION:
        return None
    paths = content["paths"].tobytes().decode("utf-8", "surrogateescape").split("\0")
    outputs = {str(name): tuple(map(str, classes)) for name, classes in header["outputs"]}
    labels = {name: content[f"labels_{i}"] for i, name in enumerate(outputs)}
    sizes, found_split = content["sizes"], content["found_split"]
    for name, column in labels.items():
        if column.dtype != np.int32 or column.max() >= len(outputs[name]) or column.min() < -1:
            raise ValueError("labels that name no class")
    if {c.shape for c in (sizes, found_split, *labels.values())} != {(len(paths),)}:
        raise ValueError("columns of different lengths")
    dataset = Dataset(
        root=root, format=str(header["kind"]), paths=paths, outputs=outputs, labels=labels,
        found_split=found_split.astype(np.int8, copy=False),
        sizes=sizes.astype(np.int64, copy=False),
        problems=[Problem(**p) for p in header["problems"]],
    )  # fmt: skip
    return dataset, dict(header["folders"])


def _ticks(progress: Progress, control: Control | None) -> Iterator[None]:
    done, reported = 0, 0.0
    while True:
        done += 1
        if control is not None:
            control.checkpoint()
        if (now := time.monotonic()) - reported > 0.05:
            reported = now
            progress(done, None, _WORDS)
        yield


def _file(root: Path, format: str, options: Mapping[str, str]) -> Path:
    key = [os.fsencode(root).hex(), format, *(f"{k}={options[k]}" for k in sorted(options))]
    name = hashlib.sha256("\0".join(key).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return cache_folder() / "index" / f"{name}.npz"


def _tidy(folder: Path) -> None:
    """Keep the few that were made last."""
    made = sorted((entry.stat().st_mtime, entry.path) for entry in os.scandir(folder))
    for _, path in made[:-_MOST_FILES]:
        with suppress(OSError):
            os.unlink(path)
