"""A step that refuses some pictures; the catalogue knows it only while a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from typing import Any, Literal

import numpy as np

from studio.augment.fast.kinds import FAST, Fast
from studio.augment.registry import AUGMENTERS
from studio.augment.step import Step

KIND = "refusing"


class Refusing(Step):
    """Leaves pictures as they are, and fails on those with a dark first pixel."""

    title = "Refusing"
    group = "Tests"

    kind: Literal["refusing"] = "refusing"

    def build(self) -> Any:
        raise AssertionError("it has an implementation of its own")

    def summary(self) -> str:
        return ""


def refuse(step: Any, values: Any, picture: np.ndarray, draws: Any) -> np.ndarray:
    if picture[0, 0].max() < 190:
        raise ValueError(f"too dark: {picture[0, 0].max()}")
    return picture.copy()


@contextmanager
def known() -> Iterator[None]:
    """The step is in the catalogue."""
    kinds = AUGMENTERS.kinds()  # every module is imported before it is added
    assert KIND not in kinds
    AUGMENTERS.register(KIND)(Refusing)
    FAST[KIND] = Fast("pixels", refuse)
    try:
        yield
    finally:
        del AUGMENTERS._entries[KIND], FAST[KIND]


if parent_process() is not None:  # a process that prepares pictures for a training
    FAST[KIND] = Fast("pixels", refuse)
