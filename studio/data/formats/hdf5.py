"""HDF5 files with arrays of pictures and labels.

Names: PatchCamelyon (Veeling and others, 2018: ``…_train_x.h5`` with ``x``, ``…_train_y.h5`` with
``y``), Coursera's ``train_set_x``, ``train_set_y`` and ``list_classes``, or those of NPZ files.
"""

from __future__ import annotations

from pathlib import Path

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.containers.hdf5 import Hdf5
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.store import container_kind, open_container
from studio.data.formats.array_files import ArrayFilesFormat
from studio.data.formats.registry import FORMATS

_ENDINGS = (".h5", ".hdf5", ".hdf", ".he5")


@FORMATS.register("hdf5")
class Hdf5Format(ArrayFilesFormat):
    """One file with pictures and labels, or one for each."""

    kind = "hdf5"
    title = "HDF5 arrays"
    help = "A .h5 or .hdf5 file with arrays such as x_train and y_train, or images and labels."
    rank = 50
    one = "an HDF5 file"
    many = "HDF5 files"

    def is_wanted(self, path: Path) -> bool:
        return path.suffix.lower() in _ENDINGS and container_kind(path) is Hdf5

    def check(self, file: Path) -> None:
        check_links(file)


def check_links(file: Path) -> None:
    """Raise DatasetError where a file leads out of itself."""
    with as_dataset_error():
        content = open_container(file)
    if isinstance(content, Hdf5) and content.refused:
        name, reason = next(iter(content.refused.items()))
        raise DatasetError(
            f"“{display_name(file.name)}” was not opened: of “{display_name(name)}”, {reason}.",
            "Copy everything into one file, for instance with h5repack or h5copy.",
        )
