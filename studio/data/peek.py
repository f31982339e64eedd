"""The first pictures of a data set, within milliseconds, to show while the rest is indexed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from natsort import natsort_keygen, ns

from studio.core.errors import DatasetError
from studio.data.assemble import unique_names
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset
from studio.data.formats.split_folders import SPLIT_FOLDERS, SplitFoldersFormat
from studio.data.index import recognise
from studio.data.names import is_hidden, is_picture_name

_SEED = 20
_MOST_FOLDERS = 30
"""Each costs a third of a millisecond: the system reads a thousand names ahead."""
_MOST_ENTRIES = 400
_MOST_NAMED = 500
_FOLDERS = ("folder", "split-folders")

_natural = natsort_keygen(alg=ns.IGNORECASE)


@dataclass(frozen=True)
class Peek:
    """A few pictures of a folder, in an order that mixes the classes.

    Attributes:
        dataset: only these pictures, without a split; its classes are those of the whole
            folder where ``knows_classes``, else only those of the pictures.
        knows_classes: whether all classes are named.
    """

    dataset: Dataset
    knows_classes: bool

    @property
    def root(self) -> Path:
        """The folder."""
        return self.dataset.root


def peek(path: Path | str, count: int = 120) -> Peek | None:
    """Look at a few pictures of many classes, reading names and ``count`` sizes alone.

    Of a big folder only the first entries are read, so 50,000 files take a few milliseconds.
    What is found is in the index that ``open_dataset`` makes, too. Links are left to that.

    Returns:
        None where nothing is found, for whatever reason: opening it will tell.
    """
    root = os.path.abspath(path)
    folders = _class_folders(root)
    if not folders or _is_of_another_format(root):
        return None
    chooser = random.Random(_SEED)
    names = sorted(folders)
    if len(names) > _MOST_FOLDERS:
        names = sorted(chooser.sample(names, _MOST_FOLDERS))
    each = -(-count // len(names))
    columns = [_first(root, folders[name], each) for name in names]
    # The first of every class, then the second of every class, …
    lines = zip_longest(*columns)
    found = [(path, name) for line in lines for path, name in zip(line, names, strict=True) if path]
    if not found:
        return None
    del found[count:]
    chooser.shuffle(found)
    knows_classes = len(folders) <= _MOST_NAMED
    classes = sorted(
        folders if knows_classes else {name for _, name in found}, key=lambda n: (_natural(n), n)
    )
    return Peek(_dataset(Path(root), found, classes), knows_classes)


def _is_of_another_format(root: str) -> bool:
    """Whether the folders are not the classes: a table, or a file of arrays, says what they are."""
    try:
        return recognise(root)[0] not in _FOLDERS
    except DatasetError:
        return True


def _dataset(root: Path, found: list[tuple[str, str]], classes: list[str]) -> Dataset:
    index = {name: i for i, name in enumerate(classes)}
    return Dataset(
        root=root,
        format="folder",
        paths=[path for path, _ in found],
        outputs={OUTPUT: unique_names(classes)},
        labels={OUTPUT: np.array([index[name] for _, name in found], np.int32)},
        found_split=np.full(len(found), NO_SPLIT, np.int8),
        sizes=np.zeros(len(found), np.int64),
    )


def _class_folders(root: str) -> dict[str, str]:
    """Class name → one folder of it; of a class in several splits the one for training."""
    top = _folders(root, "")
    if not SplitFoldersFormat().recognise(Path(root)):
        return {name: name for name in top}
    splits = sorted((f for f in top if f.lower() in SPLIT_FOLDERS), key=_split_first)
    found: dict[str, str] = {}
    for split in splits:
        for name in _folders(root, split):
            found.setdefault(name, f"{split}/{name}")
    return found


def _split_first(folder: str) -> tuple[int, str]:
    return int(SPLIT_FOLDERS[folder.lower()]), folder


def _folders(root: str, relative: str) -> list[str]:
    return [e.name for e in _entries(root, relative) if e.is_dir(follow_symlinks=False)]


def _first(root: str, folder: str, count: int) -> list[str]:
    """The first pictures below a folder, as the file system lists them."""
    found: list[str] = []
    stack, looked = [folder], 0
    while stack:
        here = stack.pop()
        for entry in _entries(root, here):
            looked += 1
            if looked > _MOST_ENTRIES:
                return found
            if is_picture_name(entry.name) and _has_content(entry):
                found.append(f"{here}/{entry.name}")
                if len(found) >= count:
                    return found
            elif entry.is_dir(follow_symlinks=False):
                stack.append(f"{here}/{entry.name}")
    return found


def _has_content(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file() and entry.stat().st_size > 0
    except OSError:
        return False


def _entries(root: str, relative: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, relative)) as entries:
            yield from (entry for entry in entries if not is_hidden(entry.name))
    except OSError:
        return
