"""A run on the disk: everything that one training needs, made and left behind.

::

    <run>/
      run.json           RunRecord: name, state, the exact specs, classes, seeds, versions
      samples.json       SampleList: which pictures, labels and splits it trains on
      history.jsonl      one line a batch and an epoch
      best.weights.h5    weights of the best epoch
      checkpoint/        what a resumed run starts from
      evaluation.json    metrics of the best epoch on its splits
      problems.jsonl     pictures left out, each with its reason

The folder can be moved and copied; pictures stay where they are.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from studio.core.errors import RunError, SpecError
from studio.core.files import storage_errors, write_json
from studio.core.history import History, load_history
from studio.core.input import InputSpec
from studio.core.paths import display_name, from_text, to_text
from studio.core.spec import Spec, parse_spec

RUN_SCHEMA = 1
RunState = Literal["new", "running", "paused", "finished", "stopped", "failed"]
RUN_FILE = "run.json"


class RunRecord(Spec):
    """The exact description of one run; specs of other rooms are kept as their JSON.

    ``model``, ``policy`` and ``recipe`` are the JSON of an architecture, a policy and a recipe.
    ``outputs`` maps each output to its classes in the network's order; those named in
    ``multi_label`` may have several classes at a time. ``kept`` is where its pictures were at the
    last training, see :func:`studio.core.keeping.kept_of`.
    """

    schema_version: int = RUN_SCHEMA
    id: str
    number: int = 1
    name: str = ""
    created: str = ""
    state: RunState = "new"
    reason: str = ""
    epochs_done: int = 0
    best_epoch: int = 0
    outputs: dict[str, tuple[str, ...]]
    multi_label: tuple[str, ...] = ()
    input: InputSpec
    model: dict[str, Any]
    policy: dict[str, Any] = {}
    recipe: dict[str, Any] = {}
    split: dict[str, Any] = {}
    dataset_fingerprint: str = ""
    dataset_name: str = ""
    metrics: dict[str, float] = {}
    versions: dict[str, str] = {}
    device: str = ""
    parameters: int = 0
    kept: dict[str, Any] = {}


@dataclass(frozen=True)
class SampleList:
    """The pictures of a run.

    Attributes:
        root: the folder that relative paths start from.
        paths: relative POSIX paths (may hold surrogate escapes), or absolute ones.
        labels: output name → class index of each picture, −1 where it has no label; for a
            multi-label output a row of 1 (has), 0 (has not) and −1 (not known) for each picture.
        split: 0 train, 1 validation, 2 test for each picture.
    """

    root: Path
    paths: list[str]
    labels: dict[str, list[Any]]
    split: list[int]

    def absolute(self, index: int) -> Path:
        """Where the picture lies."""
        return self.root / self.paths[index]

    def indices(self, split: int) -> list[int]:
        """Positions of all pictures of one split."""
        return [i for i, s in enumerate(self.split) if s == split]


@dataclass
class RunFolder:
    """One run's folder. Use :meth:`create` or :meth:`open`."""

    path: Path
    record: RunRecord = field(repr=False)

    @classmethod
    def create(cls, path: Path, record: RunRecord, samples: SampleList) -> RunFolder:
        """Make the folder with its description. Raises StorageError or RunError (not empty)."""
        with storage_errors("creating the run"):
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise RunError(
                    f"The folder “{display_name(path.name)}” for the run is not empty.",
                    "Name a new folder, or empty this one.",
                )
        if not record.created:
            record = record.changed(created=datetime.now(UTC).isoformat(timespec="seconds"))
        run = cls(path, record)
        write_json(
            path / "samples.json",
            {
                "root": to_text(samples.root),
                "paths": samples.paths,
                "labels": samples.labels,
                "split": samples.split,
            },
            "saving the run",
        )
        run._write()
        return run

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Read a run's folder. Raises RunError where it is none, is damaged or too new."""
        name = display_name(path.name)
        value = _read_json(path / RUN_FILE, name)
        if not isinstance(value, dict):
            raise RunError(f"The run “{name}” is damaged: {RUN_FILE} holds no record.")
        version = value.get("schema_version", 0)
        if isinstance(version, int) and version > RUN_SCHEMA:
            raise RunError(
                f"The run “{name}” was made by a newer version of the studio.",
                "Update the studio to open it.",
            )
        try:
            return cls(path, parse_spec(RunRecord, value))
        except SpecError as error:
            raise RunError(
                f"The run “{name}” is damaged: {error.message}", error.hint, error.details
            ) from error

    def update(self, **values: Any) -> RunRecord:
        """Change fields of the record and save it. Raises StorageError."""
        self.record = self.record.changed(**values)
        self._write()
        return self.record

    def samples(self) -> SampleList:
        """The pictures of the run. Raises RunError where the list is damaged."""
        name = display_name(self.path.name)
        value = _read_json(self.path / "samples.json", name)
        try:
            paths = [str(p) for p in value["paths"]]
            labels: dict[str, list[Any]] = {
                str(k): [_label(i) for i in v] for k, v in value["labels"].items()
            }
            split = [int(s) for s in value["split"]]
            if any(len(v) != len(paths) for v in [split, *labels.values()]):
                raise ValueError("columns of different length")
            return SampleList(from_text(value["root"]), paths, labels, split)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RunError(
                f"The list of pictures of the run “{name}” is damaged.",
                "Train again from the project.",
                details=repr(error),
            ) from error

    def history(self) -> History:
        """The numbers so far; empty where there are none."""
        return load_history(self.history_file)

    @property
    def history_file(self) -> Path:
        """The JSON lines of batches and epochs."""
        return self.path / "history.jsonl"

    @property
    def best_weights(self) -> Path:
        """The weights of the best epoch."""
        return self.path / "best.weights.h5"

    @property
    def checkpoint_folder(self) -> Path:
        """What a resumed run starts from."""
        return self.path / "checkpoint"

    @property
    def problems_file(self) -> Path:
        """Pictures that were left out, as JSON lines ``{kind, path, message}``."""
        return self.path / "problems.jsonl"

    @property
    def evaluation_file(self) -> Path:
        """The metrics of the best epoch."""
        return self.path / "evaluation.json"

    @property
    def title(self) -> str:
        """The name for the person: ``Run 12 · ResNet-20``."""
        return self.record.name or f"Run {self.record.number}"

    def _write(self) -> None:
        write_json(self.path / RUN_FILE, self.record.model_dump(mode="json"), "saving the run")


def _label(value: Any) -> int | list[int]:
    """One picture's label: a class index, or what is known of each class."""
    return [int(i) for i in value] if isinstance(value, list) else int(value)


def _read_json(file: Path, name: str) -> Any:
    try:
        return json.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise RunError(
            f"There is no run in “{name}”: it has no {file.name}.", "Choose the folder of a run."
        ) from error
    except OSError as error:
        raise RunError(f"The run “{name}” cannot be read.", details=repr(error)) from error
    except (ValueError, RecursionError) as error:
        raise RunError(
            f"The run “{name}” is damaged: {file.name} is cut or broken.",
            "Restore it from a copy, or train again.",
            details=repr(error),
        ) from error


_RUN_ID = re.compile(r"run-(\d+)$")


def list_runs(folder: Path) -> tuple[list[RunFolder], list[RunError]]:
    """All runs below a project's ``runs`` folder, oldest first, and what could not be opened."""
    runs: list[RunFolder] = []
    errors: list[RunError] = []
    with suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            if not entry.is_dir() or entry.name.startswith("."):
                continue
            try:
                runs.append(RunFolder.open(Path(entry.path)))
            except RunError as error:
                errors.append(error)
    return sorted(runs, key=lambda r: (r.record.number, r.record.id)), errors


def next_run_number(folder: Path) -> int:
    """One more than the highest number in use, damaged runs included."""
    highest = 0
    with suppress(OSError):
        for entry in os.scandir(folder):
            if match := _RUN_ID.match(entry.name):
                highest = max(highest, int(match[1]))
    return highest + 1
