"""MATLAB files of version 5 to 7.3 with pictures and labels.

Names: DeepSat SAT-4 and SAT-6 (Basu and others, 2015: ``train_x`` 28 × 28 × 4 × n, ``train_y``
classes × n with one 1 in each column, ``annotations``), SVHN (Netzer and others, 2011: ``X``
32 × 32 × 3 × n, ``y`` from 1 to 10).
"""

from __future__ import annotations

from pathlib import Path

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.containers.hdf5 import Hdf5
from studio.data.containers.mat import Mat5
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.store import container_kind, open_container
from studio.data.formats.array_files import ArrayFilesFormat
from studio.data.formats.hdf5 import check_links
from studio.data.formats.registry import FORMATS


@FORMATS.register("mat")
class MatFormat(ArrayFilesFormat):
    """One ``.mat`` with ``train_x``, ``train_y`` and so on; pictures on the last axis."""

    kind = "mat"
    title = "MATLAB file"
    help = "A .mat file with arrays such as train_x and train_y, pictures on the last axis."
    rank = 50
    one = "a MATLAB file"
    many = "MATLAB files"

    def is_wanted(self, path: Path) -> bool:
        return path.suffix.lower() == ".mat" and container_kind(path) in (Hdf5, Mat5)

    def check(self, file: Path) -> None:
        check_links(file)
        _check_objects(file)

    def missing(self, path: Path) -> DatasetError:
        return DatasetError(
            f"“{display_name(path.name)}” holds no MATLAB file of version 5 or later.",
            "Save it again in MATLAB with save(…, '-v7.3').",
        )

    def files(self, path: Path) -> list[Path]:
        found = super().files(path)
        return found or ([path] if path.is_file() and self.is_wanted(path) else [])


def _check_objects(file: Path) -> None:
    with as_dataset_error():
        content = open_container(file)
    objects = content.objects if isinstance(content, (Hdf5, Mat5)) else []
    if objects:
        raise DatasetError(
            f"“{display_name(file.name)}” was not opened: “{display_name(objects[0])}” is a MATLAB "
            "object or function, and only numbers, text and cells are read.",
            "Save only the arrays: save(name, 'train_x', 'train_y').",
        )
