"""MATLAB files of version 5 to 7.3 with pictures and labels.

Names: DeepSat SAT-4 and SAT-6 (Basu and others, 2015: ``train_x`` 28 × 28 × 4 × n, ``train_y``
classes × n with one 1 in each column, ``annotations``), SVHN (Netzer and others, 2011: ``X``
32 × 32 × 3 × n, ``y`` from 1 to 10, where 10 is the digit 0), EMNIST (Cohen and others, 2017:
``dataset.train.images`` n × 784 column by column, ``dataset.train.labels``, ``dataset.mapping``),
Caltech 101 Silhouettes (Marlin and others, 2010: ``X`` n × 784, ``Y``, ``classnames``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.balance import class_problems
from studio.data.containers.hdf5 import Hdf5
from studio.data.containers.mat import Mat5
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.options import ArrayOptions
from studio.data.containers.store import container_kind, open_container
from studio.data.dataset import CLASS_PROBLEMS, OUTPUT, Dataset
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

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        dataset = super().read(path, progress, control)
        return _with_nought(dataset) if not self._says_names() else dataset

    def _says_names(self) -> bool:
        return isinstance(self.chosen, ArrayOptions) and bool(self.chosen.names)

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


def _with_nought(dataset: Dataset) -> Dataset:
    """SVHN counts its digits from 1 and calls the digit 0 a 10."""
    names = dataset.outputs.get(OUTPUT, ())
    if names != tuple(map(str, range(1, 11))) or "/@X/" not in dataset.paths[0]:
        return dataset
    labels = dataset.labels[OUTPUT]
    if labels.ndim != 1:
        return dataset
    digits = np.where(labels < 0, -1, (labels + 1) % 10).astype(np.int32)
    found = replace(
        dataset,
        outputs={**dataset.outputs, OUTPUT: tuple(map(str, range(10)))},
        labels={**dataset.labels, OUTPUT: digits},
        problems=[p for p in dataset.problems if p.kind not in CLASS_PROBLEMS],
    )
    found.problems.extend(class_problems(found))
    return found
