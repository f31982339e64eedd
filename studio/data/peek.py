"""The first pictures of a data set, within milliseconds, to show while the rest is indexed."""

from __future__ import annotations

import os
from pathlib import Path

from natsort import natsort_keygen, ns

from studio.data.formats.split_folders import SPLIT_FOLDERS, SplitFoldersFormat
from studio.data.names import is_hidden, is_picture_name

_natural = natsort_keygen(alg=ns.IGNORECASE)


def first_pictures(path: Path | str, count: int = 60) -> list[str]:
    """Relative paths of pictures with which the index of this folder will begin.

    Only names of the first class folders are read: no sizes, no content, no links. A few of
    the pictures may turn out to be unusable. Empty where the folder cannot be read.
    """
    root = os.path.abspath(path)
    folders = _folders(root, "")
    if SplitFoldersFormat().recognise(Path(root)):
        splits = [f for f in folders if SPLIT_FOLDERS.get(f.lower()) == 0]
        folders = [f"{split}/{name}" for split in splits for name in _folders(root, split)]
    found: list[str] = []
    for folder in folders:
        found += sorted(_pictures(root, folder))
        if len(found) >= count:
            break
    return found[:count]


def _folders(root: str, relative: str) -> list[str]:
    names = [e.name for e in _entries(root, relative) if e.is_dir(follow_symlinks=False)]
    return sorted(names, key=lambda name: (_natural(name), name))


def _pictures(root: str, relative: str) -> list[str]:
    found, stack = [], [relative]
    while stack:
        here = stack.pop()
        for entry in _entries(root, here):
            if entry.is_dir(follow_symlinks=False):
                stack.append(f"{here}/{entry.name}")
            elif is_picture_name(entry.name):
                found.append(f"{here}/{entry.name}")
    return found


def _entries(root: str, relative: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, relative)) as entries:
            return [e for e in entries if not is_hidden(e.name)]
    except OSError:
        return []
