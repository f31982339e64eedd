"""Reading a data set as the window opens it: with its split, its reason, and its doubts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.data.dataset import Dataset, unusable
from studio.data.split import SplitSpec, assign

if TYPE_CHECKING:
    from studio.data.peek import Peek

Tell = Callable[["Peek | None"], None]
"""What a job calls with the first pictures, before it indexes the rest."""


@dataclass(frozen=True)
class Opened:
    """A data set with its split, ``(n,) int8`` as of ``studio.data.split.assign``."""

    dataset: Dataset
    split: SplitSpec
    assignment: NDArray[np.int8]


@dataclass(frozen=True)
class Doubtful:
    """A data set that a person should look at first, why, and as which format; empty: a guess."""

    path: Path
    words: str
    format: str = ""


@dataclass(frozen=True)
class How:
    """The format with what a person corrected; recognised where empty.

    Where ``may_ask``, what cannot be read for sure is not taken but told.
    """

    format: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    chosen: bool = False
    may_ask: bool = False


AS_RECOGNISED = How()


def reader(
    path: Path, split: SplitSpec, how: How = AS_RECOGNISED
) -> Callable[[Progress, Control, Tell], Opened | Doubtful]:
    """What a job does to open a data set; raises DatasetError, SpecError or Cancelled."""

    def work(progress: Progress, control: Control, tell: Tell) -> Opened | Doubtful:
        if not how.may_ask:
            return read(path, split, progress, control, tell, how)
        from studio.data.correcting import doubt, may_be_corrected

        try:
            opened = read(path, split, progress, control, tell, how)
        except DatasetError as error:
            if may_be_corrected(path, progress, control):
                return Doubtful(path, str(error))
            raise
        words, format = doubt(opened.dataset)
        return Doubtful(path, words, format) if words else opened

    return work


def read(
    path: Path,
    split: SplitSpec,
    progress: Progress,
    control: Control,
    tell: Tell,
    how: How = AS_RECOGNISED,
) -> Opened:
    """Everything about a data set that takes long, so that the window need not wait for it."""
    # With them come all formats, which the first paint need not wait for.
    from studio.data.correcting import reason_of
    from studio.data.index import open_dataset
    from studio.data.peek import peek

    control.checkpoint()
    if how.format in ("", "folder", "split-folders") and path.is_dir():
        tell(peek(path))
    dataset = open_dataset(
        path, how.format or None, progress=progress, control=control, options=how.options
    )
    dataset = replace(dataset, reason=reason_of(dataset), chosen=how.chosen)
    dataset.fingerprint()  # kept by the data set
    left_out = unusable(dataset, dataset.problems)
    return Opened(dataset, split, assign(dataset, split, excluded=left_out))
