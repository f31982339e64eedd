"""NumPy archives (``.npz``), and arrays of their own (``.npy``) that lie side by side.

Names: Keras's own copies of MNIST and CIFAR (``x_train``, ``y_train``, ``x_test``, ``y_test``),
MedMNIST (``train_images``, ``train_labels``, ``val_images`` …), Kuzushiji-MNIST
(``kmnist-train-imgs.npz`` with ``arr_0``), or just ``images`` and ``labels``.
"""

from __future__ import annotations

from pathlib import Path

from studio.data.containers.store import container_kind
from studio.data.formats.array_files import ArrayFilesFormat
from studio.data.formats.registry import FORMATS

_ENDINGS = (".npz", ".npy")


@FORMATS.register("npz")
class NpzFormat(ArrayFilesFormat):
    """One ``.npz`` with pictures and labels, or ``x_train.npy``, ``y_train.npy`` and so on."""

    kind = "npz"
    title = "NumPy arrays"
    help = "A .npz file with arrays such as x_train and y_train, or .npy files named so."
    rank = 50
    one = "a file of NumPy arrays"
    many = "files of NumPy arrays"

    def is_wanted(self, path: Path) -> bool:
        return path.suffix.lower() in _ENDINGS and container_kind(path) is not None
