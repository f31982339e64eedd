"""Augmented pictures as files: the same pixels that a training of this seed would see."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.augment.policy import Augmentation, Fault, Policy, seed_for
from studio.core.control import Control, Progress, no_progress
from studio.core.errors import InputError, PictureError, SpecError
from studio.core.files import storage_errors
from studio.core.input import InputSpec
from studio.core.paths import clean_text, display_name
from studio.data.convert import TABLE, check_place, folder_names, table_names, table_of
from studio.data.dataset import Dataset, Problem, Split
from studio.data.encoding import encoded
from studio.data.file_names import FreeNames, safe_file_name
from studio.data.parallel import for_each
from studio.data.pixels import decode, load

MOST = 1000
"""Variants of one picture; more than that are not meant."""

_DOING = "writing the augmented pictures"


@dataclass
class Varied:
    """What was written.

    Attributes:
        path: the new folder.
        pictures: how many pictures were varied.
        written: how many files that made, tables apart.
        not_trained: pictures of validation and test, which are never augmented.
        left_out: pictures that could not be used, each with its reason.
        faults: how often a step had to be left out of a variant, and why.
    """

    path: Path
    pictures: int = 0
    written: int = 0
    not_trained: int = 0
    left_out: list[Problem] = field(default_factory=list)
    faults: Counter[Fault] = field(default_factory=Counter)


@dataclass
class _Task:
    """Pictures with the places of their variants, without number and ending."""

    sources: list[Path]
    stems: list[str]
    places: list[int]
    dataset: Dataset | None = None


def vary_dataset(
    dataset: Dataset,
    out: Path,
    policy: Policy,
    count: int,
    seed: int,
    input_spec: InputSpec | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Varied:
    """Write variants of the training pictures of a data set to a new folder.

    Folders say the classes where they can, else a table beside the pictures. Where the data set
    brings splits, its pictures of validation and test are left out.

    Args:
        out: a new or empty folder, which is there wholly or not at all.
        count: variants of each picture: those of the epochs 1 to ``count``.
        seed: of the run.
        input_spec: what a network gets; the pictures keep their own size where left out.

    Raises:
        InputError: ``out`` is in use, or lies in the data set; nothing can be written.
        SpecError: the policy changes nothing, or ``count`` makes no sense.
        StorageError: the disk is full or refuses; nothing is left behind.
        Cancelled: asked for; nothing is left behind.
    """
    _check(policy, count)
    out = Path(os.path.abspath(out))
    check_place(out, "folder", dataset)
    by_table = bool(dataset.multi_label) or len(dataset.outputs) > 1
    names = table_names(dataset) if by_table else folder_names(dataset)
    split = dataset.found_split
    trained = (split < 0) | (split == int(Split.TRAIN))
    result = Varied(out, not_trained=int(np.count_nonzero(~trained)))
    rows = [row for row in np.flatnonzero(trained).tolist() if names[row]]
    unnamed = [row for row in np.flatnonzero(trained).tolist() if not names[row]]
    result.left_out = [Problem("no-class", dataset.paths[r], "It has no class.") for r in unnamed]
    task = _Task([dataset.absolute(r) for r in rows], _stems([names[r] for r in rows]), rows)
    task.dataset = dataset if by_table else None
    return _write(task, result, Augmentation(policy), count, seed, input_spec, progress, control)


def vary_pictures(
    pictures: Sequence[Path],
    out: Path,
    policy: Policy,
    count: int,
    seed: int,
    input_spec: InputSpec | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Varied:
    """Write variants of some pictures to a new folder, see :func:`vary_dataset`."""
    _check(policy, count)
    out = Path(os.path.abspath(out))
    if os.path.lexists(out) and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(
            f"“{display_name(out.name)}” is there already, and nothing is overwritten.",
            "Name a new or empty folder.",
        )
    if not pictures:
        raise InputError("There are no pictures in what was named.", "Name pictures or folders.")
    task = _Task(list(pictures), _stems([safe_file_name(p.name) for p in pictures]),
                 list(range(len(pictures))))  # fmt: skip
    return _write(task, Varied(out), Augmentation(policy), count, seed, input_spec, progress,
                  control)  # fmt: skip


def _check(policy: Policy, count: int) -> None:
    if not policy.active:
        raise SpecError(
            "This policy changes nothing.", "Choose one with a step that is on, such as medium."
        )
    if not 1 <= count <= MOST:
        raise SpecError(f"{count} variants of a picture make no sense.", f"From 1 to {MOST:,}.")


def _stems(names: Sequence[str]) -> list[str]:
    """Names without their ending, each once below its folder."""
    free: dict[str, FreeNames] = {}
    found = []
    for name in names:
        place, _, last = name.rpartition("/")
        stem = free.setdefault(place, FreeNames()).take(os.path.splitext(last)[0])
        found.append(f"{place}/{stem}" if place else stem)
    return found


def _write(
    task: _Task,
    result: Varied,
    augmentation: Augmentation,
    count: int,
    seed: int,
    input_spec: InputSpec | None,
    progress: Progress,
    control: Control | None,
) -> Varied:
    """Write beside ``result.path`` and move into place."""
    out = result.path
    with storage_errors(_DOING):
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".augmenting-", dir=out.parent))
    written: list[list[str]] = [[] for _ in task.sources]
    problems: list[Problem | None] = [None] * len(task.sources)

    def vary(i: int) -> None:
        source, place = task.sources[i], task.places[i]
        try:
            picture = decode(source) if input_spec is None else load(source, input_spec)
        except PictureError as error:
            problems[i] = Problem(error.kind, clean_text(str(source)), str(error))
            return
        for epoch in range(1, count + 1):
            varied = augmentation.apply(picture, seed_for(seed, epoch, place), faults.append)
            content, ending = encoded(varied)
            name = f"{task.stems[i]} {epoch}{ending}"
            (temporary / name).write_bytes(content)
            written[i].append(name)

    faults: list[Fault] = []
    try:
        with storage_errors(_DOING):
            temporary.chmod(0o755)
            for folder in sorted({stem.rpartition("/")[0] for stem in task.stems} - {""}):
                (temporary / folder).mkdir(parents=True)
            for_each(len(task.sources), vary, "Augmenting the pictures", progress, control)
            result.left_out += [p for p in problems if p is not None]
            if not any(written):
                raise _nothing(result)
            if task.dataset is not None:
                (temporary / TABLE).write_text(_table(task, written, count), "utf-8", newline="")
            if out.is_dir():
                out.rmdir()
            os.rename(temporary, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    result.faults = Counter(faults)
    result.pictures = sum(map(bool, written))
    result.written = sum(map(len, written))
    return result


def _nothing(result: Varied) -> InputError:
    first = result.left_out[0].message if result.left_out else "There is no training picture."
    return InputError("No picture could be augmented.", f"The first was left out: {first}")


def _table(task: _Task, written: Sequence[Sequence[str]], count: int) -> str:
    """The data set's own table, with a line for each variant."""
    assert task.dataset is not None
    text = ""
    for number in range(count):
        names = [""] * len(task.dataset)
        for row, files in zip(task.places, written, strict=True):
            if files:
                names[row] = files[number]
        part = table_of(task.dataset, names)
        text += part if not text else part.partition("\n")[2]
    return text
