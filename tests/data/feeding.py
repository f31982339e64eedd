"""Transforms and a store that other processes can import."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from multiprocessing import parent_process
from pathlib import Path

import numpy as np

HEAVY = ("keras", "tensorflow", "torch", "jax", "PySide6", "pytest")


def darker(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
    return pictures // 2 + (indices[:, None, None, None] % 7 + epoch).astype(np.uint8)


def refuses_40(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
    if 40 in indices:
        raise ArithmeticError("no")
    return pictures


class Odd(Exception):
    """An exception that cannot be read back once it is pickled."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} {two}")


def raises_odd(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
    raise Odd(1, 2)


def chatty(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
    """Prints, in Python and below it."""
    print("a word")
    os.write(2, b"another word\n")
    return darker(pictures, indices, epoch)


class Spy:
    """Varies as training does, then says in the first pixel what this process has loaded."""

    def __init__(self) -> None:
        from studio.augment.policy import transform_for
        from studio.augment.presets import preset

        self._transform = transform_for(preset("medium"), 3)

    def __call__(self, pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        varied = self._transform(pictures, indices, epoch)
        loaded = [name in sys.modules for name in HEAVY] + ["imgaug" in sys.modules]
        varied[:, 0, 0, 0] = np.packbits(loaded)
        varied[:, 0, 0, 1] = parent_process() is not None
        return varied


@dataclass
class Deadly:
    """Ends its process, never this one, at some rows; at most as often as there are files."""

    rows: tuple[int, ...]
    lives: Path | None = None
    often: int = 0

    def __call__(self, pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        if parent_process() is not None and not set(self.rows).isdisjoint(indices.tolist()):
            self._die()
        return darker(pictures, indices, epoch)

    def _die(self) -> None:
        if self.lives is not None:
            taken = len(list(self.lives.iterdir()))
            if taken >= self.often:
                return
            (self.lives / str(taken)).touch()
        os.kill(os.getpid(), signal.SIGKILL)


class StillBorn:
    """Ends any process that unpickles it."""

    def __setstate__(self, state: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def __getstate__(self) -> dict[str, int]:
        return {"some": 1}

    def __call__(self, pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        return darker(pictures, indices, epoch)


@dataclass
class Faulty:
    """Tells a fault for each picture whose row is a multiple of five."""

    kept: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        raise AssertionError("there is something better")

    def vary(
        self, pictures: np.ndarray, indices: np.ndarray, epoch: int
    ) -> tuple[np.ndarray, list[tuple[int, int]]]:
        faults = [(int(row), epoch) for row in indices if row % 5 == 0]
        return darker(pictures, indices, epoch), faults

    def keep(self, faults: list[tuple[int, int]]) -> None:
        self.kept += faults


class Shelf:
    """A store; some of its pictures cannot be read."""

    def __init__(self, pictures: np.ndarray, bad: tuple[int, ...] = ()) -> None:
        self.shape = pictures.shape
        self._pictures, self._bad = pictures, bad

    def read(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        good = ~np.isin(rows, self._bad)
        return self._pictures[rows] * good[:, None, None, None].astype(np.uint8), good
