"""What formats of array files (``.npz``, HDF5, MATLAB) have in common."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.containers.arrays import read_arrays
from studio.data.containers.naming import meaning
from studio.data.containers.options import ArrayOptions
from studio.data.containers.places import find_files
from studio.data.dataset import Dataset
from studio.data.formats.registry import DatasetFormat

_MOST = 40  # files that may belong to one data set


class ArrayFilesFormat(DatasetFormat):
    """One file with pictures and labels, or several that share a data set by their names.

    Attributes:
        one: what a file is, as in “digits.npz” is …
        many: what several are, as in It holds 2 …
    """

    options: ClassVar[type[Spec] | None] = ArrayOptions
    one: ClassVar[str]
    many: ClassVar[str]

    @abstractmethod
    def is_wanted(self, path: Path) -> bool:
        """Whether a file is of this format, by its name and content."""

    def check(self, file: Path) -> None:
        """Raise DatasetError where a file must not be read; looked at before any array is."""

    def missing(self, path: Path) -> DatasetError:
        """The error for a place that holds no such file."""
        return DatasetError(f"“{display_name(path.name)}” holds no {self.many}.")

    def recognise(self, path: Path) -> str:
        files = self.files(path)
        if not files:
            return ""
        if len(files) == 1:
            return f"“{display_name(files[0].name)}” is {self.one}."
        return f"It holds {len(files)} {self.many}."

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        files = self.files(path)
        if not files:
            raise self.missing(path)
        progress(0, None, "Reading the labels")
        for file in files:
            self.check(file)
        assert isinstance(self.chosen, ArrayOptions)
        return read_arrays(files[0].parent, self.kind, files, control, self.chosen)

    def files(self, path: Path) -> list[Path]:
        """One file that has all, or the files that share a data set by their names."""
        _, files = find_files(path, self.is_wanted)
        if len(files) <= 1 or len(files) > _MOST:
            return files if len(files) == 1 else []
        if path.is_file():
            own = meaning(path.stem)
            if not _says_something(path):  # it stands for itself
                return [path]
            alike = [f for f in files if _says_something(f) and meaning(f.stem).rest == own.rest]
            return alike or [path]
        groups = {meaning(f.stem).rest for f in files}
        return files if len(groups) == 1 and all(map(_says_something, files)) else []


def _says_something(path: Path) -> bool:
    """Whether a file's name tells what it holds, or which split: ``train_32x32.mat``."""
    says = meaning(path.stem)
    return bool(says.role) or says.split >= 0
