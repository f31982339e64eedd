"""The numbers of a run as arrays, ready to be drawn. No Qt here."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.history import History
from studio.core.keeping import Kept, kept_of
from studio.core.runs import RunFolder

Column = NDArray[np.float64]

_BATCH = ("step", "loss", "accuracy", "learning_rate", "pictures_per_second")
_EPOCH = (
    "epoch", "step", "loss", "accuracy", "validation_loss", "validation_accuracy", "seconds",
    "learning_rate", "is_best", "waited_share",
)  # fmt: skip


class Growing:
    """Columns of floats that rows are appended to without copying all of them each time."""

    def __init__(self, names: Iterable[str]) -> None:
        self._columns = {name: np.empty(64) for name in names}
        self.count = 0

    def sync(self, columns: dict[str, list[Any]]) -> None:
        """Take over what a history has more than this; start anew where it has less."""
        total = len(next(iter(columns.values())))
        if total < self.count:
            self.count = 0
        if total == self.count:
            return
        for name, old in self._columns.items():
            if total > len(old):
                bigger = np.empty(max(total, 2 * len(old)))
                bigger[: self.count] = old[: self.count]
                self._columns[name] = bigger
            new = columns[name][self.count : total]
            self._columns[name][self.count : total] = [_number(v) for v in new]
        self.count = total

    def __getitem__(self, name: str) -> Column:
        return self._columns[name][: self.count]


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


@dataclass
class RunSeries:
    """One run's curves. ``per_epoch`` batches make an epoch; x counts completed epochs.

    ``kept`` is where the pictures were; None in runs that did not note it.
    """

    per_epoch: int = 1
    pictures: int = 0
    validation_pictures: int = 0
    kept: Kept | None = None
    batches: Growing = field(default_factory=lambda: Growing(_BATCH))
    epochs: Growing = field(default_factory=lambda: Growing(_EPOCH))

    def sync(self, history: History) -> None:
        """Take over new rows."""
        self.batches.sync(history.batches)
        self.epochs.sync(history.epochs)

    @property
    def batch_x(self) -> Column:
        """Where each batch stands, in epochs."""
        return self.batches["step"] / max(1, self.per_epoch)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.batches.count == 0 and self.epochs.count == 0

    @property
    def has_validation(self) -> bool:
        """Whether any epoch was validated."""
        return bool(np.isfinite(self.epochs["validation_loss"]).any())

    @property
    def last_epoch(self) -> int:
        """The newest completed epoch, 0 before the first."""
        return int(self.epochs["epoch"][-1]) if self.epochs.count else 0

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights are kept, 0 where there is none."""
        marked = np.flatnonzero(self.epochs["is_best"] > 0)
        return int(self.epochs["epoch"][marked[-1]]) if len(marked) else 0

    def at_epoch(self, name: str, epoch: int) -> float | None:
        """A column's value in an epoch; None where there is none."""
        rows = np.flatnonzero(self.epochs["epoch"] == epoch)
        if not len(rows):
            return None
        value = float(self.epochs[name][rows[-1]])
        return value if math.isfinite(value) else None

    def waited_share(self) -> float | None:
        """The share of time waited for pictures in the newest epochs, 0 to 1; None if unknown.

        Without the first epoch, in which what prepares the pictures is being started.
        """
        known = self.epochs["waited_share"]
        known = known[1:] if len(known) > 1 else known
        known = known[-3:][np.isfinite(known[-3:])]
        return float(np.clip(known.mean(), 0.0, 1.0)) if len(known) else None

    def end(self) -> float:
        """Where the curves end, in epochs."""
        last = float(self.batch_x[-1]) if self.batches.count else 0.0
        return max(last, float(self.last_epoch))


def read_series(run: RunFolder) -> RunSeries:
    """Read a run's numbers from its folder; may take a second for a long one."""
    series = RunSeries()
    series.sync(run.history())
    try:
        split = run.samples().split
    except Exception:  # a damaged list costs the counts, not the curves
        split = []
    series.pictures = split.count(0)
    series.validation_pictures = split.count(1)
    series.per_epoch = steps_per_epoch(series, run)
    series.kept = kept_of(run.record.kept)
    return series


def steps_per_epoch(series: RunSeries, run: RunFolder) -> int:
    """Batches in an epoch: as it was, or as the recipe makes it."""
    if series.epochs.count:
        return max(1, round(series.epochs["step"][-1] / max(1, series.last_epoch)))
    batch = int(run.record.recipe.get("batch_size", 1))
    return max(1, -(-series.pictures // max(1, batch)))


def smooth(values: Column, amount: float) -> Column:
    """A centred moving average; ``amount`` 0 to 1 is how wide it is, up to a fifth of all."""
    half = round(amount * len(values) / 10)
    if half < 1 or len(values) < 3:
        return values
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    low = np.maximum(places - half, 0)
    high = np.minimum(places + half + 1, len(values))
    averaged: Column = (sums[high] - sums[low]) / (high - low)
    return averaged


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share of ``count`` cases (Wilson, 1927)."""
    if count <= 0:
        return 0.0, 1.0
    square = z * z / count
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def to_csv(runs: Sequence[tuple[str, RunSeries]]) -> str:
    """All epochs of several runs as a table, one row an epoch of a run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [n for n in _EPOCH if n != "is_best"]
    writer.writerow(["run", *names])
    for title, series in runs:
        for row in range(series.epochs.count):
            values = [float(series.epochs[name][row]) for name in names]
            writer.writerow([title, *("" if math.isnan(v) else f"{v:.10g}" for v in values)])
    return out.getvalue()
