"""The binary version of CIFAR-10 and CIFAR-100: records of labels and 3,072 bytes.

Layout: "CIFAR-10 and CIFAR-100 datasets" (Krizhevsky), "Binary version": CIFAR-10 has one byte of
label before each picture, CIFAR-100 two, coarse and fine; a picture is a red, a green and a blue
plane of 32 × 32 bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values
from studio.data.containers.cifar_python import SIDE

_PIXELS = 3 * SIDE * SIDE
_HUNDRED = ("train.bin", "test.bin")


class CifarBinary(Container):
    """One file of records. Its selector is the row alone, ``@9999``."""

    kind: ClassVar[str] = "cifar-binary"
    title: ClassVar[str] = "CIFAR records"

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        size = file.stat().st_size
        self.label_bytes = label_bytes(file, size)
        record = _PIXELS + self.label_bytes
        self.is_cut = size % record != 0
        if size < record:
            raise PictureError(
                f"“{display_name(file.name)}” is cut off: it holds no whole picture.",
                "Copy or download it again.", kind="truncated",
            )  # fmt: skip
        self._records = np.memmap(file, np.uint8, "r", 0, (size // record, record))
        count = len(self._records) + self.is_cut
        self.arrays[""] = Stored("", (count, 3, SIDE, SIDE), np.dtype(np.uint8), "nchw")

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        if file.suffix.lower() != ".bin":
            return False
        size = file.stat().st_size
        by_size = size > 0 and 0 in (size % (_PIXELS + 1), size % (_PIXELS + 2))
        return (
            by_size or file.name in _HUNDRED or file.stem.startswith(("data_batch", "test_batch"))
        )

    def column(self, index: int) -> NDArray[np.int64]:
        """One of the labels of each whole record; for CIFAR-100, 0 is coarse and 1 fine."""
        return np.asarray(self._records[:, index], dtype=np.int64)

    def _open(self, stored: Stored) -> Values:
        pictures = self._records[:, self.label_bytes :].reshape(-1, 3, SIDE, SIDE)
        return Values(pictures, stored.shape)


def label_bytes(file: Path, size: int) -> int:
    """1 for CIFAR-10, 2 for CIFAR-100: by the name, else by the size of the file."""
    if file.name in _HUNDRED:
        return 2
    if file.stem.startswith(("data_batch", "test_batch")):
        return 1
    return 1 if size % (_PIXELS + 1) == 0 else 2
