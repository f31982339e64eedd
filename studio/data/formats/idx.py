"""IDX pairs: MNIST, Fashion-MNIST, Kuzushiji-MNIST, QMNIST, EMNIST; plain or gzipped.

Names: "THE MNIST DATABASE" (LeCun, Cortes, Burges), ``train-images-idx3-ubyte.gz`` and so on;
EMNIST (Cohen and others, 2017) puts the name of the set in front, keeps its pictures turned over
the diagonal and names its classes in ``<set>-mapping.txt``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, PictureError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.containers.base import check_pictures
from studio.data.containers.idx import Idx
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.naming import meaning
from studio.data.containers.options import GreyOptions, check_bands
from studio.data.containers.parts import Part, assemble_parts, picture_bytes
from studio.data.containers.places import find_files
from studio.data.containers.store import container_kind, open_container
from studio.data.dataset import OUTPUT, Dataset, Problem
from studio.data.formats.registry import FORMATS, DatasetFormat

_NAME = re.compile(r"(?P<base>.+?)[-._](idx\d?[-._]?)?(u?byte|short|int|float|double|idx\d?)"
                   r"(\.gz)?\Z", re.IGNORECASE)  # fmt: skip
_MAPPING = 1 << 16  # bytes of a mapping file


@dataclass(frozen=True)
class _File:
    path: Path
    content: Idx
    group: tuple[str, ...]
    split: int

    @property
    def holds_pictures(self) -> bool:
        return len(self.content.arrays[""].shape) >= 3


@FORMATS.register("idx")
class IdxFormat(DatasetFormat):
    """``train-images-idx3-ubyte[.gz]`` with ``train-labels-idx1-ubyte[.gz]``, and ``t10k``."""

    kind = "idx"
    title = "MNIST files (IDX)"
    help = "Pairs of files train-images-idx3-ubyte and train-labels-idx1-ubyte, plain or .gz."
    rank = 60
    options: ClassVar[type[Spec] | None] = GreyOptions

    def recognise(self, path: Path) -> str:
        _, files = find_files(path, _is_named_so)
        if path.is_file():
            return "It is an IDX file, as of MNIST." if _is_idx(path) else ""
        found = [f for f in files if _is_idx(f)]
        if not found:
            return ""
        return f"It holds IDX files, as of MNIST: {display_name(found[0].name)}."

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        folder, named = find_files(path, _is_named_so)
        if path.is_file():
            folder, named = path.parent, named or [path]
        broken: list[Problem] = []
        with as_dataset_error():
            files = _open_all(named, path, broken)
            chosen = _one_group(files, path)
        assert isinstance(self.chosen, GreyOptions)
        said = self.chosen
        parts: list[Part] = []
        problems = broken
        for split in sorted({f.split for f in chosen}, key=lambda s: s % 127):
            progress(len(parts), None, "Reading the labels")
            mine = [f for f in chosen if f.split == split]
            part, found = _part(mine, folder, said)
            parts += part
            problems += found
        if not parts:
            raise DatasetError(
                f"“{display_name(path.name)}” has labels but no file of pictures beside them.",
                "Put the file whose name contains “images” into the same folder.",
            )
        names = said.names or _class_names(folder, chosen[0].group)
        outputs = {OUTPUT: names} if names else None
        return assemble_parts(folder, self.kind, parts, outputs, problems, control)


def _is_named_so(path: Path) -> bool:
    name = path.name.lower()
    return ("idx" in name or "ubyte" in name) and _NAME.match(path.name) is not None


def _is_idx(path: Path) -> bool:
    return container_kind(path) is Idx


def _open_all(named: list[Path], dropped: Path, broken: list[Problem]) -> list[_File]:
    """Every IDX file; one that cannot be read is a problem, unless it is the one dropped."""
    best: dict[str, _File] = {}
    for path in named:
        try:
            content = open_container(path)
        except PictureError as error:
            if path == dropped or len(named) == 1:
                raise
            broken.append(Problem(error.kind, path.name, str(error)))
            continue
        if not isinstance(content, Idx):
            continue
        match = _NAME.match(path.name)
        base = match["base"] if match else path.stem
        says = meaning(base)
        file = _File(path, content, says.rest, says.split)
        other = best.get(base)
        # The same plain and gzipped: the plain one is quicker, unless it is cut off.
        if other is None or _is_better(file, other):
            best[base] = file
    return list(best.values())


def _is_better(file: _File, other: _File) -> bool:
    def worth(f: _File) -> tuple[int, bool]:
        return f.content.rows_there(), not f.content.is_packed

    return worth(file) > worth(other)


def _one_group(files: list[_File], path: Path) -> list[_File]:
    """The files of one data set: EMNIST puts six of them into one folder."""
    groups: dict[tuple[str, ...], list[_File]] = defaultdict(list)
    for file in files:
        groups[file.group].append(file)
    if len(groups) == 1:
        return files
    match = _NAME.match(path.name)
    mine = groups.get(meaning(match["base"] if match else path.stem).rest)
    if path.is_file() and mine:
        return mine
    known = ", ".join(sorted(display_name(" ".join(g) or "without a name") for g in groups))
    raise DatasetError(
        f"“{display_name(path.name)}” holds several data sets: {known}.",
        "Drop one of the files of the one that you want.",
    )


def _part(files: list[_File], folder: Path, said: GreyOptions) -> tuple[list[Part], list[Problem]]:
    pictures = [f for f in files if f.holds_pictures]
    labels = [f for f in files if not f.holds_pictures]
    if len(pictures) > 1 or len(labels) > 1:
        raise DatasetError(
            f"It is not clear which belongs to which: {', '.join(f.path.name for f in files)}.",
            "Keep one file of pictures and one of labels of each split in the folder.",
        )
    if not pictures:
        return [], [_without_pictures(f) for f in labels]
    file = pictures[0]
    is_turned = file.group[:1] == ("emnist",)
    axes = "nwh" if is_turned and len(file.content.arrays[""].shape) == 3 else ""
    if said.axes != "auto":
        axes = said.axes
    with as_dataset_error():
        stored = file.content.arrays[""]
        size = picture_bytes(stored, axes or stored.order)
        bands = check_pictures(stored.shape, axes or stored.order, stored.dtype)[2]
        check_bands(said.chosen_bands, bands)
        count = stored.shape[0]
        columns = {OUTPUT: _labels(labels[0], count)} if labels else {}
        there = file.content.rows_there()
    part = Part(
        file.path.relative_to(folder).as_posix(), ("",), axes, count, there,
        size, file.split, columns, said.chosen_bands,
    )  # fmt: skip
    return [part], []


def _labels(file: _File, count: int) -> np.ndarray:
    """One label each; QMNIST has eight columns, of which the first is the class."""
    stored = file.content.arrays[""]
    found = file.content.labels("")
    if stored.shape[0] != count:
        raise DatasetError(
            f"There are {count:,} pictures but {stored.shape[0]:,} labels in "
            f"“{display_name(file.path.name)}”, so it is not known which belongs to which.",
            "Check that both files come from the same data set.",
        )
    if len(found) < count:
        raise DatasetError(
            f"“{display_name(file.path.name)}” is cut off: it has {len(found):,} of {count:,} "
            "labels.",
            "Copy or download it again.",
        )
    return found[:, 0] if found.ndim == 2 and found.shape[1] > 1 else found


def _without_pictures(file: _File) -> Problem:
    count = file.content.arrays[""].shape[0]
    return Problem(
        "missing-file", file.path.name,
        f"It has {count:,} labels, but the file of pictures that belongs to them is not there. "
        "Put it into the same folder.",
    )  # fmt: skip


def _class_names(folder: Path, group: tuple[str, ...]) -> tuple[str, ...]:
    """EMNIST's mapping: a line for each class, its number and the codes of its characters."""
    file = folder / f"{'-'.join(group)}-mapping.txt"
    try:
        with file.open(encoding="ascii") as opened:
            rows = [line.split() for line in opened.read(_MAPPING).splitlines()]
        return tuple("/".join(chr(int(code)) for code in row[1:]) for row in rows if row)
    except (OSError, ValueError, OverflowError):
        return ()
