"""One file for each channel of a picture, in folders that are the classes.

Names: Human Protein Atlas Image Classification (Kaggle, 2018): ``<id>_red.png``, ``_green``,
``_blue`` and ``_yellow`` for microtubules, protein, nucleus and endoplasmic reticulum.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.balance import class_problems
from studio.data.dataset import CLASS_PROBLEMS, Dataset
from studio.data.formats.folder import FolderFormat
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.formats.split_folders import SplitFoldersFormat
from studio.data.members import split_channels
from studio.data.names import is_hidden, is_picture_name
from studio.data.tables.channels import group_channels
from studio.data.walk import Pictures

_LOOKED_AT = 400  # names; enough to see how a folder is kept
_SURE = ("red", "green", "blue", "yellow", "cyan", "magenta", "nir", "dapi", "gfp", "rfp", "ch",
         "band", "w")  # fmt: skip


@FORMATS.register("channel-files")
class ChannelFilesFormat(DatasetFormat):
    """``root/[train|test/]<class>/<id>_<channel>.png``."""

    kind = "channel-files"
    title = "One file a channel"
    help = "Folders with classes; each picture is several files: id_red.png and id_green.png."
    rank = 20

    def recognise(self, path: Path) -> str:
        if not path.is_dir():
            return ""
        for names in _some_folders(path):
            found = group_channels(Pictures(names, [0] * len(names)))
            sets = [p for p in found.pictures.paths if "{" in p]
            # “rose_b1.jpg” and “rose_b2.jpg” may as well be two photographs of a rose.
            sure = all(n.lower().startswith(_SURE) for n in found.names)
            if sets and sure and 2 * len(sets) >= len(found.pictures.paths):
                return f"Its pictures have one file for each channel: {display_name(sets[0])}."
        return ""

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        plain = SplitFoldersFormat() if SplitFoldersFormat().recognise(path) else FolderFormat()
        files = plain.read(path, progress, control)
        found = group_channels(Pictures(files.paths, files.sizes.tolist()))
        if not found.names:
            raise DatasetError(
                f"“{display_name(path.name)}” has no pictures with one file for each channel.",
                "Their names end with _red, _green, _blue and so on.",
            )
        row_of = {name: row for row, name in enumerate(files.paths)}
        rows = [row_of[_first_file(name)] for name in found.pictures.paths]
        order = np.argsort(rows, kind="stable")  # as the folders were read: by split and class
        first = np.array(rows, np.int64)[order]
        dataset = Dataset(
            root=files.root,
            format=self.kind,
            paths=[found.pictures.paths[i] for i in order.tolist()],
            outputs=files.outputs,
            labels={name: column[first] for name, column in files.labels.items()},
            found_split=files.found_split[first],
            sizes=np.array(found.pictures.sizes, np.int64)[order],
            problems=[p for p in files.problems if p.kind not in CLASS_PROBLEMS] + found.problems,
        )
        dataset.problems.extend(class_problems(dataset))
        return dataset


def _first_file(name: str) -> str:
    """The first file of a picture, or the picture itself."""
    files = split_channels(name)
    return files[0].as_posix() if files else name


def _some_folders(path: Path) -> Iterator[list[str]]:
    """Names of pictures in the first folders that have any, two levels deep."""
    waiting = [(path, 0)]
    looked = 0
    while waiting and looked < 4:
        folder, depth = waiting.pop(0)
        names: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for number, entry in enumerate(entries):
                    if number >= 10 * _LOOKED_AT:
                        break
                    if is_hidden(entry.name):
                        continue
                    if is_picture_name(entry.name) and entry.is_file():
                        names.append(entry.name)
                    elif depth < 2 and len(waiting) < 8 and entry.is_dir(follow_symlinks=False):
                        waiting.append((Path(entry.path), depth + 1))
        except OSError:
            continue
        if names and depth:
            looked += 1
            yield sorted(names)[:_LOOKED_AT]
