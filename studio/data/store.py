"""The pictures of a training at the network's size, wherever they are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.input import InputSpec
from studio.core.keeping import Budget, Kept
from studio.data.dataset import Problem
from studio.data.decoding import Pixels
from studio.data.parallel import cores
from studio.data.pixels import load
from studio.data.shared_pixels import SharedPixels

_FEW = 9  # pictures that one thread decodes before others would have begun


class PictureStore:
    """Decoded and fitted pictures, in the order of the paths; only read, by any number of threads.

    The first rows lie in a file, some in memory, and what lies in neither is decoded at each
    read; :meth:`read` gives the same pixels from everywhere. Pickling carries names and places
    alone: another process maps the same file and the same memory, and decodes where it cannot.

    Attributes:
        shape: ``(n, height, width, channels)``.
        ok: ``(n,) bool`` whether the picture could be read while the store was made.
        problems: one for each picture that could not.
        from_disk: whether nothing had to be decoded to make it.
        kept: where the pictures are, in numbers.

    Args:
        file: the ``.npy`` of the first rows, if there is one.
        memory: the rows from ``first_in_memory`` on; None where nothing is in memory.
    """

    def __init__(
        self,
        root: Path,
        paths: list[str],
        spec: InputSpec,
        ok: NDArray[np.bool_],
        problems: list[Problem],
        budget: Budget,
        file: Path | None = None,
        memory: SharedPixels | None = None,
        first_in_memory: int = 0,
        from_disk: bool = False,
        note: str = "",
    ) -> None:
        self.shape: tuple[int, int, int, int] = (len(paths), *spec.shape)
        self.ok = ok
        self.problems = problems
        self.from_disk = from_disk
        self._root = root
        self._paths = paths
        self._spec = spec
        self._file = file
        self._first = first_in_memory
        self._memory = memory
        self._disk = _mapped(file, self.shape)
        self._threads = cores()
        self.kept = self._counted(budget, note)

    def __len__(self) -> int:
        return self.shape[0]

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "_disk": None, "_memory": None, "problems": []}
        if self._memory is not None:
            state["_memory"] = self._memory.__reduce__()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._disk = _mapped(self._file, self.shape)
        self._threads = 1  # there are as many processes as cores already
        if (told := state["_memory"]) is not None:
            self._memory = None
            with suppress(OSError, ValueError):  # gone: these are decoded then
                self._memory = told[0](*told[1])

    def read(self, rows: NDArray[np.int64]) -> tuple[Pixels, NDArray[np.bool_]]:
        """Some pictures, from wherever they are.

        Args:
            rows: ``(k,)`` positions, in any order, also several times the same.

        Returns:
            ``(k, height, width, channels) uint8``, all zero where a picture cannot be read, and
            ``(k,) bool`` whether it could.

        Raises:
            IndexError: there is no such row.
        """
        rows = np.asarray(rows, np.int64).reshape(-1)
        if len(rows) and (rows.min() < 0 or rows.max() >= self.shape[0]):
            raise IndexError(f"Rows are 0 to {self.shape[0] - 1}, not {rows.min()}, {rows.max()}.")
        ok = self.ok[rows]
        here = self._in_memory(rows)
        if self._memory is not None and here.all():
            return self._memory.array[rows - self._first], ok
        pictures = np.zeros((len(rows), *self.shape[1:]), np.uint8)
        if self._memory is not None:
            pictures[here] = self._memory.array[rows[here] - self._first]
        there = ~here & (rows < (0 if self._disk is None else len(self._disk)))
        if self._disk is not None and there.any():
            pictures[there] = self._disk[rows[there]]
        self._decode(rows, np.flatnonzero(ok & ~here & ~there), pictures, ok)
        return pictures, ok

    def is_kept(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """``(k,) bool`` whether a picture is read without decoding it."""
        return self._in_memory(rows) | (rows < (0 if self._disk is None else len(self._disk)))

    def _counted(self, budget: Budget, note: str) -> Kept:
        one = int(np.prod(self.shape[1:], dtype=np.int64))
        on_disk = 0 if self._disk is None else len(self._disk)
        in_memory = 0 if self._memory is None else len(self._memory.array)
        rows = np.flatnonzero(self.ok)
        return Kept(
            pictures=self.shape[0], picture_bytes=one,
            in_memory=in_memory, memory_bytes=in_memory * one, memory_budget=budget.memory,
            on_disk=on_disk, disk_bytes=on_disk * one, disk_budget=budget.disk,
            decoded=int((~self.is_kept(rows)).sum()), note=note,
        )  # fmt: skip

    def problem(self, row: int) -> Problem | None:
        """Why a picture cannot be read now; None where it can."""
        try:
            load(self._root / self._paths[row], self._spec)
        except PictureError as error:
            return Problem(error.kind, self._paths[row], str(error))
        return None

    def _in_memory(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        if self._memory is None:
            return np.zeros(rows.shape, bool)
        return (rows >= self._first) & (rows < self._first + len(self._memory.array))

    def _decode(
        self,
        rows: NDArray[np.int64],
        places: NDArray[np.int64],
        pictures: Pixels,
        ok: NDArray[np.bool_],
    ) -> None:
        def work(place: int) -> None:
            try:
                pictures[place] = load(self._root / self._paths[rows[place]], self._spec)
            except PictureError:
                ok[place] = False

        if self._threads == 1 or len(places) < _FEW:
            for place in places.tolist():
                work(place)
            return
        with ThreadPoolExecutor(self._threads, thread_name_prefix="pictures") as pool:
            for _ in pool.map(work, places.tolist()):
                pass


def _mapped(file: Path | None, shape: tuple[int, ...]) -> Pixels | None:
    """The file of the first rows; None where there is none, or it is not what it was."""
    if file is None:
        return None
    try:
        found: Pixels = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if found.dtype != np.uint8 or found.shape[1:] != shape[1:] or len(found) > shape[0]:
        return None
    return found
