"""From groups of found files to a data set: class names, labels, sorted columns."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from natsort import natsort_keygen, ns

from studio.core.control import Control
from studio.core.errors import DatasetError
from studio.core.paths import clean_text, display_name
from studio.core.spec import Spec
from studio.data.balance import class_problems
from studio.data.dataset import OUTPUT, Dataset, Problem
from studio.data.naming import FolderOptions, readable, split_folder_names
from studio.data.stacks import with_pages
from studio.data.tables.odd import odd_labels
from studio.data.walk import Pictures

_natural = natsort_keygen(alg=ns.IGNORECASE)


@dataclass
class Group:
    """Pictures of one class in one split; ``folder`` is the raw name of the class's folder."""

    folder: str
    split: int
    pictures: Pictures


def last_name(relative: str) -> str:
    """The last part of a relative POSIX path."""
    return relative.rpartition("/")[2]


def classless(pictures: Pictures, beside: str) -> list[Problem]:
    """A problem for each picture that lies where no folder names its class."""
    words = f"This picture lies beside {beside} and has no class, so it is left out."
    return [Problem("no-class", path, words) for path in sorted(pictures.paths)]


def assemble(
    root: Path,
    kind: str,
    groups: list[Group],
    problems: list[Problem],
    control: Control | None = None,
    options: Spec | None = None,
) -> Dataset:
    """Build the data set, classes in natural order, pictures by split, class and path.

    Args:
        options: a ``FolderOptions``: how the names of folders are read.

    Raises:
        DatasetError: no picture was found at all.
        Cancelled: asked for.
    """
    filled = [g for g in groups if g.pictures.paths]
    problems = [*problems, *_empty_classes(groups, filled)]
    if not filled:
        raise _no_pictures(root, problems)
    folders = sorted_naturally({g.folder for g in filled}, control)
    index = {folder: i for i, folder in enumerate(folders)}
    filled.sort(key=lambda g: (g.split, index[g.folder]))
    paths, sizes = _in_order(filled, control)
    lengths = [len(g.pictures.paths) for g in filled]
    folder = np.repeat(np.array([index[g.folder] for g in filled], np.int32), lengths)
    answers = split_folder_names(folders, options if isinstance(options, FolderOptions) else None)
    dataset = Dataset(
        root=root,
        format=kind,
        paths=paths,
        outputs={name: unique_names(readable(root, a.names)) for name, a in answers.items()},
        labels={name: a.codes[folder] for name, a in answers.items()},
        found_split=np.repeat(np.array([g.split for g in filled], np.int8), lengths),
        sizes=np.array(sizes, np.int64),
        problems=problems,
    )
    dataset.problems.extend(_unsaid(dataset))
    dataset.problems.extend(odd_labels(dataset))
    dataset.problems.extend(_hint_of_single_class(dataset) or class_problems(dataset))
    return with_pages(dataset, options)


def unique_names(folders: list[str]) -> tuple[str, ...]:
    """Clean text for each folder name; a second number where two would read the same."""
    names: list[str] = []
    taken: set[str] = set()
    for folder in folders:
        name = clean = clean_text(folder)
        number = 2
        while name in taken:
            name = f"{clean} ({number})"
            number += 1
        taken.add(name)
        names.append(name)
    return tuple(names)


def sorted_naturally(folders: set[str], control: Control | None = None) -> list[str]:
    """Names in the order a person expects: picture 2 before picture 10, case aside."""
    keyed = []
    for i, folder in enumerate(sorted(folders)):
        if control is not None and i % 256 == 0:
            control.checkpoint()
        keyed.append((_natural(folder), folder))
    return [folder for _, folder in sorted(keyed)]


def _empty_classes(groups: list[Group], filled: list[Group]) -> list[Problem]:
    known = {g.folder for g in filled}
    empty = sorted({g.folder for g in groups} - known)
    words = "This folder holds no picture that can be used, so it is no class."
    return [Problem("empty-class", folder, words) for folder in empty]


def _no_pictures(root: Path, problems: list[Problem]) -> DatasetError:
    files = [p for p in problems if p.kind != "empty-class"]
    name = display_name(root.name or str(root))
    if not files:
        return DatasetError(
            f"The folder “{name}” holds no pictures.",
            "Choose a folder that has one sub-folder for each class, with pictures inside.",
        )
    first = files[0]
    return DatasetError(
        f"No picture in “{name}” can be used.",
        f"{len(files):,} files or folders were left out. The first is "
        f"“{display_name(first.path)}”: {first.message}",
        details="\n".join(f"{display_name(p.path)}: {p.message}" for p in files[:100]),
    )


def _in_order(groups: list[Group], control: Control | None) -> tuple[list[str], list[int]]:
    """Paths and sizes of all groups, by path inside each."""
    paths: list[str] = []
    sizes: list[int] = []
    for group in groups:
        if control is not None:
            control.checkpoint()
        group.pictures.sort()
        paths += group.pictures.paths
        sizes += group.pictures.sizes
    return paths, sizes


def _unsaid(dataset: Dataset) -> list[Problem]:
    """Pictures whose folder's name has fewer parts than others, when names are split."""
    words = "The name of its folder cannot be split like the others, so it lacks a label."
    unknown = np.zeros(len(dataset), bool)
    for output in dataset.outputs:
        unknown |= ~dataset.has_label(output)
    return [Problem("no-label", dataset.paths[i], words) for i in np.flatnonzero(unknown).tolist()]


def _hint_of_single_class(dataset: Dataset) -> list[Problem]:
    """For one wrapped folder (``flowers/flowers/daisy``): say which folder to open instead."""
    if set(dataset.outputs) != {OUTPUT} or len(dataset.outputs[OUTPUT]) > 1:
        return []
    if dataset.has_split:
        return []
    parts = [os.path.dirname(p).split("/") for p in dataset.paths]
    if len({p[1] for p in parts if len(p) > 1}) < 2:
        return []
    folder = parts[0][0]
    return [
        Problem(
            "too-few", "",
            f"All pictures lie in one folder, “{display_name(folder)}”, so there is only one "
            "class. If its sub-folders are the classes, open that folder instead.",
        )
    ]  # fmt: skip
