"""The pictures and labels of a run, ready for training; what cannot be used is told."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.core.errors import RunError, TrainingError
from studio.core.events import Preparing, ProblemFound
from studio.core.files import write_atomic
from studio.core.keeping import Budget, budget_of
from studio.core.paths import clean_text, display_name
from studio.core.runs import RunFolder, RunRecord, SampleList
from studio.core.settings import SettingsStore
from studio.data.balance import nothing_to_learn
from studio.data.cache import cache_pictures
from studio.data.dataset import Problem, count_classes
from studio.data.store import PictureStore
from studio.training.recipe import Recipe

TRAIN, VALIDATION, TEST = 0, 1, 2


@dataclass(frozen=True)
class Feed:
    """Decoded pictures with their labels.

    Attributes:
        pictures: ``(n, height, width, channels) uint8``, in memory, on the disk, or decoded at
            each read.
        labels: output name → ``(n,) int32`` class index of each picture, −1 without a label; of
            a multi-label output ``(n, classes) int8``: 1 has, 0 has not, −1 not known.
        rows: split → positions of its usable pictures.
        paths: the pictures' relative paths.
    """

    pictures: PictureStore
    labels: dict[str, NDArray[Any]]
    rows: dict[int, NDArray[np.int64]]
    paths: list[str]

    def order_fingerprint(self, recipe: Recipe) -> str:
        """Changes with whatever changes the order or content of the batches."""
        digest = hashlib.sha256()
        digest.update(f"{recipe.batch_size} {recipe.seed} ".encode())
        digest.update(self.rows[TRAIN].tobytes())
        for labels in self.labels.values():
            digest.update(labels.tobytes())
        return digest.hexdigest()[:32]


def prepare_feed(
    run: RunFolder,
    cache_folder: Path,
    emit: Callable[[Any], None],
    control: Control,
    resume: bool = False,
    budget: Budget | None = None,
) -> Feed:
    """Read, or find in the cache, every labelled picture of a run.

    Args:
        resume: what the augmentation could not do before stays in the list of problems.
        budget: of the decoded pictures; what the settings say, where left out.

    Raises:
        TrainingError: no picture, only one class, or a whole class could not be read.
        RunError: labels and classes of the run do not fit together.
        StorageError: the list of problems cannot be written.
        Cancelled: asked to stop.
    """
    samples, labels, split = _labelled(run)
    _check_before(run, labels, split)
    tell = _Throttled(emit)
    budget = budget or budget_of(SettingsStore().current)
    store = cache_pictures(
        samples, run.record.input, cache_folder, budget, progress=tell, control=control
    )
    run.update(kept=asdict(store.kept))
    ok = np.asarray(store.ok, bool)
    for problem in store.problems:
        emit(ProblemFound(problem.kind, display_name(problem.path), problem.message))
    keep_problems(run, store.problems, [] if not resume else _faults_before(run))
    _check_after(run, samples, labels, split, ok)
    rows = {s: np.flatnonzero(ok & (split == s)) for s in (TRAIN, VALIDATION, TEST)}
    return Feed(store, labels, rows, samples.paths)


def _labelled(
    run: RunFolder,
) -> tuple[SampleList, dict[str, NDArray[Any]], NDArray[np.int8]]:
    """The samples that have a split and at least one label, as a list and as columns."""
    samples = run.samples()
    record = run.record
    if set(samples.labels) != set(record.outputs):
        raise RunError(
            f"The list of pictures of “{run.title}” answers other questions than its network.",
            "Train again from the project.",
        )
    columns = label_columns(record, samples)
    if columns is None:
        raise RunError(
            f"The list of pictures of “{run.title}” names classes that its network does not have.",
            "Train again from the project.",
        )
    split = np.array(samples.split, np.int64)
    known = np.any([has_label(column) for column in columns.values()], axis=0)
    keep = np.flatnonzero(known & (split >= 0) & (split <= 2))
    columns = {name: column[keep] for name, column in columns.items()}
    return (
        SampleList(
            samples.root,
            [samples.paths[i] for i in keep],
            {name: column.tolist() for name, column in columns.items()},
            split[keep].tolist(),
        ),
        columns,
        split[keep].astype(np.int8),
    )


def label_columns(record: RunRecord, samples: SampleList) -> dict[str, NDArray[Any]] | None:
    """The labels of a run's outputs as arrays, see :class:`Feed`; None where they do not fit.

    An output that the samples do not know has no label anywhere.
    """
    columns: dict[str, NDArray[Any]] = {}
    for name, classes in record.outputs.items():
        is_multi = name in record.multi_label
        shape = (len(samples.paths), len(classes)) if is_multi else (len(samples.paths),)
        if name not in samples.labels:
            columns[name] = np.full(shape, -1, np.int8 if is_multi else np.int32)
            continue
        try:
            values = np.array(samples.labels[name], np.int64).reshape(shape)
        except (ValueError, OverflowError, TypeError):  # rows of different length, or no rows
            return None
        if (values >= (2 if is_multi else len(classes))).any():
            return None
        columns[name] = np.maximum(values, -1).astype(np.int8 if is_multi else np.int32)
    return columns


def has_label(column: NDArray[Any]) -> NDArray[np.bool_]:
    """``(n,) bool`` whether something is known of each picture."""
    known: NDArray[np.bool_] = column >= 0
    return np.asarray(known.any(axis=1)) if known.ndim == 2 else known


def _check_before(run: RunFolder, labels: dict[str, NDArray[Any]], split: NDArray[np.int8]) -> None:
    problem, hint = nothing_to_learn(run.record.outputs, labels, split)
    if problem:
        raise TrainingError(problem, hint)


def _check_after(
    run: RunFolder,
    samples: SampleList,
    labels: dict[str, NDArray[Any]],
    split: NDArray[np.int8],
    ok: NDArray[np.bool_],
) -> None:
    train = split == TRAIN
    if not ok.all() and not samples.root.is_dir():
        # Half of the pictures would be trained on without the other half.
        where = display_name(samples.root.name or str(samples.root))
        raise TrainingError(
            f"The folder “{where}” with the pictures is no longer there.",
            "Connect the drive again, or open the folder where it is now.",
        )
    if not (ok & train).any():
        raise TrainingError(
            "None of the training pictures could be read.",
            "Look at the list of problems, or open another folder.",
        )
    for name, classes in run.record.outputs.items():
        wanted = count_classes(labels[name][train], len(classes))
        left = count_classes(labels[name][train & ok], len(classes))
        lost = np.flatnonzero((wanted > 0) & (left == 0))
        if len(lost):
            words = ", ".join(f"“{display_name(classes[int(i)])}”" for i in lost[:3])
            more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
            raise TrainingError(
                f"No training picture of {words}{more} could be read, so "
                f"{'these classes' if len(lost) > 1 else 'this class'} cannot be learned.",
                "Look at the list of problems, repair the files or leave the class out.",
            )


def keep_problems(run: RunFolder, problems: list[Problem], before: list[str] | None = None) -> None:
    """Add to the run's list of problems. Raises StorageError.

    Args:
        before: the lines that stay; all of them, where left out.
    """
    if not problems and before is None:
        return
    lines = _lines(run) if before is None else list(before)
    for problem in problems:
        row = {"kind": problem.kind, "path": problem.path, "message": problem.message}
        lines.append(json.dumps({key: clean_text(text) for key, text in row.items()}))
    text = "".join(line + "\n" for line in lines)
    write_atomic(run.problems_file, text, "saving the list of problems")


def _lines(run: RunFolder) -> list[str]:
    try:
        return run.problems_file.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _faults_before(run: RunFolder) -> list[str]:
    return [line for line in _lines(run) if '"kind": "augmentation"' in line]


class _Throttled:
    """Progress as :class:`Preparing`, at most ten times a second and once at the end."""

    def __init__(self, emit: Callable[[Any], None]) -> None:
        self._emit = emit
        self._next = 0.0

    def __call__(self, done: int, total: int | None, words: str) -> None:
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + 0.1
            self._emit(Preparing(words, done, total))
