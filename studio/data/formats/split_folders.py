"""Folders ``train``, ``validation`` and ``test``, each with one sub-folder for each class."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from studio.core.control import Control, Progress
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.assemble import Group, assemble, classless, last_name
from studio.data.dataset import Dataset, Problem, Split
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.names import is_hidden
from studio.data.naming import FolderOptions
from studio.data.walk import Pictures, Walker, has_folders, is_folder

SPLIT_FOLDERS = {
    "train": Split.TRAIN, "training": Split.TRAIN,
    "val": Split.VALIDATION, "valid": Split.VALIDATION, "validation": Split.VALIDATION,
    "dev": Split.VALIDATION,
    "test": Split.TEST, "testing": Split.TEST,
}  # fmt: skip


@FORMATS.register("split-folders")
class SplitFoldersFormat(DatasetFormat):
    """``root/<train|validation|test>/<class>/**/<picture>``."""

    kind = "split-folders"
    title = "Folders train, validation, test"
    help = "Folders named train, validation (or val) and test, each with the classes inside."
    rank = 10
    options: ClassVar[type[Spec] | None] = FolderOptions

    def recognise(self, path: Path) -> str:
        names = _split_folders(path)
        if Split.TRAIN not in {SPLIT_FOLDERS[n.lower()] for n in names}:
            return ""
        inside = [n for n in names if has_folders(os.path.join(path, n))]
        # “train” may also be a class of vehicles: then pictures lie in it, not folders.
        if not any(SPLIT_FOLDERS[n.lower()] is Split.TRAIN for n in inside):
            return ""
        return f"It has the folders {', '.join(sorted(inside))} with the classes inside."

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        walker = Walker(path, progress, control)
        self.witness = walker.witness
        top = walker.level()
        groups: list[Group] = []
        problems: list[Problem] = []
        for folder in [*top.folders, *top.links]:
            split = SPLIT_FOLDERS.get(folder.lower())
            if split is None:
                problems.append(_ignored(folder))
                continue
            level = walker.level(folder)
            problems += classless(level.pictures, f"the classes in “{display_name(folder)}”")
            for inner in level.folders:
                groups.append(Group(last_name(inner), split, Pictures()))
                walker.collect(inner, groups[-1].pictures)
            for link in level.links:
                groups.append(Group(last_name(link), split, Pictures()))
                walker.collect_linked(link, groups[-1].pictures)
        walker.follow_links()
        problems += classless(top.pictures, "the folders of the splits")
        problems = [*walker.problems, *problems]
        return assemble(path, self.kind, groups, problems, control, self.chosen)


def _split_folders(path: Path) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [
                e.name
                for e in entries
                if e.name.lower() in SPLIT_FOLDERS and is_folder(e) and not is_hidden(e.name)
            ]
    except OSError:
        return []


def _ignored(folder: str) -> Problem:
    return Problem(
        "ignored-folder",
        folder,
        "This folder lies beside the ones for training, validation and test, so its pictures "
        "are left out. Rename it to one of them to use it.",
    )
