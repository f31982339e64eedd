"""The Python version of CIFAR-10 and CIFAR-100: pickled dictionaries.

Layout: "CIFAR-10 and CIFAR-100 datasets" (Krizhevsky): ``data`` is ``(n, 3072) uint8``, each row
a picture of 32 × 32 px as a red, a green and a blue plane; ``labels``, or ``fine_labels`` and
``coarse_labels``, are lists of ``n`` numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values
from studio.data.restricted_pickle import MAX_BYTES, PickleRefused, load_pickle

SIDE = 32
"""Width and height of the pictures in pixels."""

_DATA = "data"


class CifarPython(Container):
    """One batch. Its selector is the row alone, ``@9999``."""

    kind: ClassVar[str] = "cifar-python"
    title: ClassVar[str] = "CIFAR batch"

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.content = read_dictionary(file)
        data = self.content.pop(_DATA, None)
        if not isinstance(data, np.ndarray):
            self._data = np.zeros((0, 3, SIDE, SIDE), np.uint8)
            return
        if data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != 3 * SIDE * SIDE:
            raise PictureError(
                f"“{display_name(file.name)}” is no batch of CIFAR: its data are {data.shape} of "
                f"{data.dtype}, not rows of 3,072 bytes."
            )
        self._data = data.reshape(-1, 3, SIDE, SIDE)
        self.held = self._data.nbytes
        self.arrays[""] = Stored("", self._data.shape, self._data.dtype, "nchw")

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        # Protocol 2 and later say so; protocol 0 begins with a mark or a dictionary.
        return (head[:1] == b"\x80" and head[1:2] in b"\2\3\4\5") or head.startswith(b"(dp")

    def _open(self, stored: Stored) -> Values:
        return Values(self._data, self._data.shape)

    def numbers(self, name: str) -> NDArray[np.int64] | None:
        """One of the lists of labels; None where the batch has no such list."""
        value = self.content.get(name)
        if not isinstance(value, (list, np.ndarray)):
            return None
        array = np.asarray(value)
        return array.astype(np.int64) if array.dtype.kind in "iub" and array.ndim == 1 else None


def read_dictionary(file: Path) -> dict[str, Any]:
    """The dictionary of a pickle, its keys as text. Raises PictureError."""
    name = display_name(file.name)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise PictureError(f"“{name}” is too large for a pickle of pictures.")
        value = load_pickle(file.read_bytes())
    except PickleRefused as error:
        raise PictureError(f"“{name}”: {error.message}", error.hint, error.details) from error
    if not isinstance(value, dict):
        raise PictureError(f"“{name}” is a Python pickle, but not one of CIFAR's.")
    return {k.decode("latin-1") if isinstance(k, bytes) else str(k): v for k, v in value.items()}
