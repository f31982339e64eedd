"""NumPy archives (``.npz``), and arrays of their own (``.npy``) that lie side by side.

Names: Keras's own copies of MNIST and CIFAR (``x_train``, ``y_train``, ``x_test``, ``y_test``),
MedMNIST (``train_images``, ``train_labels``, ``val_images`` …), Kuzushiji-MNIST
(``kmnist-train-imgs.npz`` with ``arr_0``), or just ``images`` and ``labels``.
"""

from __future__ import annotations

from pathlib import Path

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.containers.arrays import read_arrays
from studio.data.containers.naming import meaning
from studio.data.containers.places import find_files
from studio.data.containers.store import container_kind
from studio.data.dataset import Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat

_ENDINGS = (".npz", ".npy")
_MOST = 40  # files that may belong to one data set


@FORMATS.register("npz")
class NpzFormat(DatasetFormat):
    """One ``.npz`` with pictures and labels, or ``x_train.npy``, ``y_train.npy`` and so on."""

    kind = "npz"
    title = "NumPy arrays"
    help = "A .npz file with arrays such as x_train and y_train, or .npy files named so."
    rank = 50

    def recognise(self, path: Path) -> str:
        files = files_to_read(path, _is_array)
        if not files:
            return ""
        if len(files) == 1:
            return f"“{display_name(files[0].name)}” is a file of NumPy arrays."
        return f"It holds {len(files)} files of NumPy arrays."

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        files = files_to_read(path, _is_array)
        if not files:
            raise DatasetError(f"“{display_name(path.name)}” holds no NumPy arrays.")
        progress(0, None, "Reading the labels")
        return read_arrays(files[0].parent, self.kind, files, control)


def _is_array(path: Path) -> bool:
    return path.suffix.lower() in _ENDINGS and container_kind(path) is not None


def files_to_read(path: Path, is_wanted: object) -> list[Path]:
    """One file that has all, or the files that share a data set by their names.

    Args:
        path: a file or a folder.
        is_wanted: tells of a path whether it is of the format.
    """
    assert callable(is_wanted)
    _, files = find_files(path, is_wanted)
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
