"""What the curves say, in one sentence, and only where the numbers carry it. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.ui.panes.train.series import RunSeries
from studio.ui.widgets.numbers import count, percent

PATIENCE = 3
"""Epochs after the best one before a rise counts."""
MUCH = 0.2
"""Above this share of its time the network waits for pictures more than it should."""
LONG_EPOCH = 3.0
"""Seconds of an epoch from which waiting is worth a word."""
RISE = 1.05
"""How much above its best the validation loss must lie."""


@dataclass(frozen=True)
class Diagnosis:
    """A finding: ``kind`` of banner, the finding itself, advice; ``since`` marks the curves."""

    kind: str
    finding: str
    advice: str
    since: int = 0


def diagnose(series: RunSeries, is_running: bool) -> Diagnosis | None:
    """The most important finding; None where there is nothing to say.

    Overfitting is told where validation loss has had its best at least three epochs ago and lies
    5 % above it, in the mean of the last two epochs, while training loss went on falling.
    """
    return (
        _overfitting(series, is_running)
        or _not_learning(series, is_running)
        or _waiting(series, is_running)
        or _unvalidated(series)
    )


def _overfitting(series: RunSeries, is_running: bool) -> Diagnosis | None:
    loss = series.epochs["validation_loss"]
    training = series.epochs["loss"]
    if len(loss) < PATIENCE + 1 or not np.isfinite(loss).all():
        return None
    best = int(np.argmin(loss))
    recent = float(np.mean(loss[-2:]))
    if len(loss) - 1 - best < PATIENCE or recent < RISE * loss[best]:
        return None
    if training[-1] >= training[best]:
        return None
    epoch = int(series.epochs["epoch"][best])
    if is_running:
        return Diagnosis(
            "warning", f"Validation loss has risen since epoch {epoch}: overfitting.",
            "Try more augmentation or stop here.", epoch,
        )  # fmt: skip
    kept = f" The weights of epoch {series.best_epoch} are kept." if series.best_epoch else ""
    return Diagnosis(
        "warning", f"Validation loss rose from epoch {epoch} on: overfitting.",
        f"Try more augmentation, or fewer epochs.{kept}", epoch,
    )  # fmt: skip


def _not_learning(series: RunSeries, is_running: bool) -> Diagnosis | None:
    training = series.epochs["loss"]
    if len(training) < PATIENCE or not np.isfinite(training).all():
        return None
    if training[-1] < 0.97 * training[0]:
        return None
    verb = "hardly falls" if is_running else "hardly fell"
    return Diagnosis(
        "warning", f"The training loss {verb} in {len(training)} epochs.",
        "Try a learning rate ten times smaller, or ten times larger.",
    )  # fmt: skip


def _waiting(series: RunSeries, is_running: bool) -> Diagnosis | None:
    """Told where it costs more than a moment: the first epoch is slower than the others."""
    share = series.waited_share()
    if series.epochs.count < 2 or share is None or share <= MUCH:
        return None
    if float(series.epochs["seconds"][-1]) < LONG_EPOCH:
        return None
    kept = series.kept
    if kept is not None and kept.decoded:
        words = f"{count(kept.decoded, 'picture')} had no room and are decoded in each epoch. "
        advice = (
            words + "Give the decoded pictures more room in Settings, or make the input smaller."
        )
    else:
        advice = ("Take slow steps out of the augmentation, or close other programs that use the "
                  "processor.")  # fmt: skip
    verb = "waits" if is_running else "waited"
    finding = f"The network {verb} for pictures {percent(share, 0)} of the time."
    return Diagnosis("info", finding, advice)


def _unvalidated(series: RunSeries) -> Diagnosis | None:
    if not series.epochs.count or series.has_validation:
        return None
    return Diagnosis(
        "info", "There are no validation pictures.",
        "Accuracy on the training pictures does not tell how it does on new ones. "
        "Give some to validation in Data.",
    )  # fmt: skip
