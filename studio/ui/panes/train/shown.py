"""A run as the charts show it, and the ranges that the axes need for some of them. No widgets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.training.recipe import Recipe, rate_at
from studio.ui.panes.train.series import Column, RunSeries

_PLAN_POINTS = 400
_FIRST_EPOCHS = 40


@dataclass(frozen=True)
class Shown:
    """A run in the charts. The first of a list is the one in view and has all its curves."""

    title: str
    colour: int
    series: RunSeries
    recipe: Recipe
    epochs: int
    in_view: bool = False

    @property
    def role(self) -> str:
        """The colour role of the series."""
        return f"series-{self.colour + 1}"


def plan(run: Shown, start: float) -> tuple[Column, Column]:
    """The learning rate still planned, from ``start`` epochs to the end."""
    per_epoch = max(1, run.series.per_epoch)
    x = np.linspace(min(start, run.epochs), run.epochs, _PLAN_POINTS)
    rates = [rate_at(run.recipe, int(e * per_epoch), per_epoch) for e in x]
    return x, np.asarray(rates)


def level(values: Column, log: bool) -> Column:
    """Loss as it is drawn: its logarithm where the axis is logarithmic."""
    if not log:
        return values
    with np.errstate(invalid="ignore", divide="ignore"):
        made: Column = np.log10(np.maximum(values, 1e-12))
    return made


def end_of(runs: Sequence[Shown]) -> float:
    """All planned epochs; of a long plan first a part, doubled as often as it is half full."""
    done = max([0.0, *(run.series.end() for run in runs)])
    shown = float(_FIRST_EPOCHS)
    while shown < 2 * done:
        shown *= 2
    planned = max([1.0, *(float(run.epochs) for run in runs)])
    return max(done, min(planned, shown))


def loss_range(runs: Sequence[Shown], low: float, high: float, log: bool) -> tuple[float, float]:
    """Bottom and top of the loss between two epochs, in drawn values, with a margin."""
    values = [np.empty(0)]
    for run in runs:
        series = run.series
        inside = _between(series.epochs["epoch"], low, high)
        values += [series.epochs["loss"][inside], series.epochs["validation_loss"][inside]]
        if run.in_view:
            batches = series.batches["loss"][_between(series.batch_x, low, high)]
            if len(batches) > 50:  # a few outliers must not flatten everything
                batches = np.quantile(batches, [0.002, 0.998])
            values.append(batches)
    every = np.concatenate(values)
    every = every[np.isfinite(every)]
    if not len(every):
        return (-2.0, 0.5) if log else (0.0, 1.0)
    levels = level(every, log)
    bottom, top = float(levels.min()), float(levels.max())
    margin = max((top - bottom) * 0.06, 0.05 if log else 0.02 * max(1e-6, abs(top)))
    return (bottom - margin if log else max(0.0, bottom - margin)), top + margin


def accuracy_floor(runs: Sequence[Shown], low: float, high: float) -> float:
    """The tenth below the lowest accuracy between two epochs, at most 0.9."""
    lowest = 1.0
    for run in runs:
        series = run.series
        name = "validation_accuracy" if series.has_validation else "accuracy"
        values = series.epochs[name][_between(series.epochs["epoch"], low, high)]
        values = values[np.isfinite(values)]
        if len(values):
            lowest = min(lowest, float(values.min()))
    return max(0.0, min(0.9, math.floor(lowest * 10 - 0.3) / 10))


def _between(x: Column, low: float, high: float) -> NDArray[np.bool_]:
    return (x >= low - 1e-9) & (x <= high + 1e-9)
