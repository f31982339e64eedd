"""A folder of pictures that nothing says anything about: to be labelled in the studio."""

from __future__ import annotations

import os
from pathlib import Path

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.data.formats.collection import CollectionFormat
from studio.data.formats.registry import FORMATS
from studio.data.names import is_hidden, is_picture_name
from studio.data.walk import is_folder


@FORMATS.register("unlabelled")
class UnlabelledFormat(CollectionFormat):
    """``root/<picture>``: no class yet; folders beside them are classes."""

    kind = "unlabelled"
    title = "Pictures to be labelled"
    help = "Pictures in one folder, without classes as yet; you say what they show."
    rank = -10

    def recognise(self, path: Path) -> str:
        pictures = False
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if is_hidden(entry.name):
                        continue
                    if is_folder(entry):
                        return ""
                    pictures = pictures or is_picture_name(entry.name)
        except OSError:
            return ""
        return "Its pictures have no class yet." if pictures else ""

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        dataset = super().read(path, progress, control)
        if not len(dataset):
            raise DatasetError(
                f"No picture in “{display_name(path.name or str(path))}” can be used.",
                "Choose a folder with pictures that can be read.",
                "\n".join(f"{display_name(p.path)}: {p.message}" for p in dataset.problems[:100]),
            )
        return dataset
