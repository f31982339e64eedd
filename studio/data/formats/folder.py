"""One sub-folder for each class, pictures inside, at any depth."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.assemble import Group, assemble, classless, last_name
from studio.data.dataset import NO_SPLIT, Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.naming import FolderOptions
from studio.data.walk import Pictures, Walker, has_folders


@FORMATS.register("folder")
class FolderFormat(DatasetFormat):
    """``root/<class>/**/<picture>``."""

    kind = "folder"
    title = "Folder with classes"
    help = "One sub-folder for each class, with its pictures inside."
    options: ClassVar[type[Spec] | None] = FolderOptions

    def recognise(self, path: Path) -> str:
        if path.is_dir() and has_folders(str(path)):
            return "Its sub-folders are the classes."
        return ""

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        walker = Walker(path, progress, control)
        self.witness = walker.witness
        top = walker.level()
        if not top.folders and not top.links:
            raise _no_classes(path, len(top.pictures.paths))
        groups = []
        for folder in top.folders:
            groups.append(Group(last_name(folder), NO_SPLIT, Pictures()))
            walker.collect(folder, groups[-1].pictures)
        for link in top.links:
            groups.append(Group(last_name(link), NO_SPLIT, Pictures()))
            walker.collect_linked(link, groups[-1].pictures)
        walker.follow_links()
        problems = [*walker.problems, *classless(top.pictures, "the folders of the classes")]
        return assemble(path, self.kind, groups, problems, control, self.chosen)


def _no_classes(path: Path, pictures: int) -> DatasetError:
    name = display_name(path.name or str(path))
    if pictures:
        noun = "a picture" if pictures == 1 else f"{pictures:,} pictures"
        return DatasetError(
            f"“{name}” holds {noun} but no sub-folders, so nothing says what they show.",
            "Make one sub-folder for each class and move its pictures there, "
            "then open this folder again.",
        )
    return DatasetError(
        f"The folder “{name}” holds no pictures.",
        "Choose a folder that has one sub-folder for each class, with pictures inside.",
    )
