"""Checkpoints: everything that a resumed training needs to end where the whole one would.

One file, ``checkpoint/last.npz``: every variable of the network (weights, normalisation, seed
states), of the optimiser and of the tallies, and the position. NumPy's format without pickle
holds plain numbers only, and each array has a checksum.
"""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import RunError
from studio.core.files import replace_with, storage_errors
from studio.core.runs import RunFolder

CHECKPOINT_SCHEMA = 1
_META = "meta"
_MOST_META_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Position:
    """Where a training stands.

    Attributes:
        epoch: epochs that are done and validated.
        batch: batches done of the epoch after those.
        step: batches done in all.
        best_epoch: the epoch whose weights are kept, 0 for none.
        best_value: what it was chosen by; smaller is better.
        seconds: time spent in the unfinished epoch.
        order: fingerprint of pictures, batch size and seed; another one cannot go on mid-epoch.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    best_epoch: int = 0
    best_value: float | None = None
    seconds: float = 0.0
    order: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A copy of all variables at one moment, so that it can be written while training goes on."""

    position: Position
    names: list[str]
    arrays: list[NDArray[Any]]


def checkpoint_file(run: RunFolder) -> Path:
    """Where the checkpoint of a run is kept."""
    return run.checkpoint_folder / "last.npz"


def has_checkpoint(run: RunFolder) -> bool:
    """Whether there is something to go on from."""
    return checkpoint_file(run).is_file()


def take_snapshot(position: Position, variables: Iterable[Any]) -> Snapshot:
    """Copy the values of Keras variables."""
    names, arrays = [], []
    for variable in variables:
        names.append(str(variable.path))
        arrays.append(np.array(variable.numpy(), copy=True))
    return Snapshot(position, names, arrays)


def write_checkpoint(run: RunFolder, snapshot: Snapshot) -> None:
    """Write a checkpoint beside the last one and move it into place. Raises StorageError."""
    meta = {
        "schema_version": CHECKPOINT_SCHEMA,
        "position": asdict(snapshot.position),
        "names": snapshot.names,
        "dtypes": [str(a.dtype) for a in snapshot.arrays],
    }
    content: dict[str, NDArray[Any]] = {
        _META: np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    }
    for number, array in enumerate(snapshot.arrays):
        content[f"v{number}"] = _plain(array)

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez(file, **content)  # type: ignore[arg-type]

    with storage_errors("saving a checkpoint"):
        run.checkpoint_folder.mkdir(parents=True, exist_ok=True)
    replace_with(checkpoint_file(run), write, "saving a checkpoint")


def read_position(run: RunFolder) -> Position | None:
    """Where the checkpoint stands; None where there is none. Raises RunError when damaged."""
    if not has_checkpoint(run):
        return None
    try:
        with np.load(checkpoint_file(run), allow_pickle=False) as content:
            return _position(_meta(content))
    except _DAMAGE as error:
        raise _damaged(run, error) from error


def restore_checkpoint(run: RunFolder, variables: Iterable[Any]) -> Position:
    """Put the checkpoint's values into variables made in the same order.

    Raises:
        RunError: the file is damaged, or belongs to another network. No variable has changed.
    """
    targets = list(variables)
    try:
        with np.load(checkpoint_file(run), allow_pickle=False) as content:
            meta = _meta(content)
            position = _position(meta)
            dtypes = list(meta["dtypes"])
            if len(dtypes) != len(targets):
                raise ValueError(f"{len(dtypes)} arrays for {len(targets)} variables")
            _check_headers(checkpoint_file(run), targets, dtypes)
            values = [content[f"v{number}"] for number in range(len(targets))]
    except _DAMAGE as error:
        raise _damaged(run, error) from error
    for variable, value, dtype in zip(targets, values, dtypes, strict=True):
        variable.assign(_typed(value, dtype))
    return position


class CheckpointWriter:
    """Writes checkpoints in a thread, one after the other; the loop goes on meanwhile."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    def save(self, snapshot: Snapshot) -> None:
        """Write in the background. Raises StorageError where the one before failed."""
        self.flush()
        self._thread = threading.Thread(
            target=self._write, args=(snapshot,), name="checkpoint", daemon=False
        )
        self._thread.start()

    def flush(self) -> None:
        """Wait until everything is on the disk. Raises StorageError where it failed."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _write(self, snapshot: Snapshot) -> None:
        try:
            write_checkpoint(self._run, snapshot)
        except Exception as error:  # handed to the training's own thread by flush()
            self._error = error


_DAMAGE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, RecursionError,
    MemoryError, NotImplementedError, zipfile.BadZipFile,
)  # fmt: skip


def _damaged(run: RunFolder, error: BaseException) -> RunError:
    return RunError(
        f"The checkpoint of “{run.title}” is damaged or belongs to another network.",
        "Train again from the beginning; the best epoch so far can still be used.",
        details=f"{type(error).__name__}: {error}",
    )


def _meta(content: Any) -> dict[str, Any]:
    if content.zip.getinfo(f"{_META}.npy").file_size > _MOST_META_BYTES:
        raise ValueError("the description is too long")
    meta = json.loads(bytes(content[_META]))
    if not isinstance(meta, dict) or meta.get("schema_version") != CHECKPOINT_SCHEMA:
        raise ValueError("foreign or newer checkpoint")
    return meta


def _position(meta: dict[str, Any]) -> Position:
    raw = meta["position"]
    position = Position(**{f.name: raw[f.name] for f in fields(Position)})
    counts = (position.epoch, position.batch, position.step, position.best_epoch)
    if not all(type(c) is int and c >= 0 for c in counts):
        raise ValueError(f"impossible position {raw}")
    return position


def _check_headers(file: Path, targets: list[Any], dtypes: list[str]) -> None:
    """Compare shapes and types before anything large is read into memory."""
    with zipfile.ZipFile(file) as archive:
        for number, (variable, dtype) in enumerate(zip(targets, dtypes, strict=True)):
            with archive.open(f"v{number}.npy") as member:
                version = np.lib.format.read_magic(member)
                if version != (1, 0):
                    raise ValueError(f"array format {version}")
                shape, _, _ = np.lib.format.read_array_header_1_0(member)
            if tuple(shape) != tuple(variable.shape) or dtype != str(variable.dtype):
                raise ValueError(
                    f"{variable.path}: expected {tuple(variable.shape)} {variable.dtype}, "
                    f"received {tuple(shape)} {dtype}"
                )


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """bfloat16 is unknown to NumPy's format: its bits travel as uint16."""
    return array.view(np.uint16) if str(array.dtype) == "bfloat16" else array


def _typed(array: NDArray[Any], dtype: str) -> NDArray[Any]:
    if dtype != "bfloat16":
        return array
    import ml_dtypes

    return array.view(ml_dtypes.bfloat16)
