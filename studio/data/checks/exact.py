"""Exact duplicates: pictures whose pixels are the same, whatever their files are."""

from __future__ import annotations

import filecmp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.measuring import Measures


def exact_groups(measures: Measures) -> NDArray[np.int64]:
    """``(n,)`` for each row the first row with the same pixels: itself, where there is none."""
    groups = np.arange(len(measures))
    known = np.flatnonzero(measures["known"])
    hashes = np.frombuffer(measures["pixels"][known].tobytes(), dtype="<u8").reshape(-1, 2)
    if not len(known):
        return groups
    _, first, group = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    groups[known] = known[first][group.ravel()]
    return groups


def same_bytes(first: Path, second: Path) -> bool:
    """Whether two files hold the same bytes; False where one cannot be read."""
    try:
        return filecmp.cmp(first, second, shallow=False)
    except (OSError, ValueError):
        return False
