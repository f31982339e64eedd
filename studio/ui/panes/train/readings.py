"""What stands in the legends of the charts: the values at the crosshair, else the newest."""

from __future__ import annotations

from collections.abc import Sequence

from studio.ui.panes.train.legend import Key
from studio.ui.panes.train.shown import Shown
from studio.ui.widgets.numbers import loss as loss_words
from studio.ui.widgets.numbers import percent, significant

_ALMOST_NOTHING = 1e-3
_NOTHING = "–"


def loss_keys(runs: Sequence[Shown], at: int | None) -> list[Key]:
    """Validation loss of every run, and training loss of the one in view, at an epoch."""
    keys = []
    for run in runs:
        epoch = at or run.series.last_epoch
        value = run.series.at_epoch("validation_loss", epoch)
        words = loss_words(value) if value is not None else _NOTHING
        name = f"{run.title}, validation" if run.in_view else run.title
        if run.series.has_validation or not run.in_view:
            keys.append(Key(name, words, run.role))
        if run.in_view:
            value = run.series.at_epoch("loss", epoch)
            words = loss_words(value) if value is not None else _NOTHING
            name = "training" if run.series.has_validation else f"{run.title}, training"
            keys.append(Key(name, words, run.role, dotted=True))
    return keys


def accuracy_keys(runs: Sequence[Shown], at: int | None) -> list[Key]:
    """Accuracy of every run at an epoch: on validation pictures where it has some."""
    keys = []
    for run in runs:
        name = "validation_accuracy" if run.series.has_validation else "accuracy"
        value = run.series.at_epoch(name, at or run.series.last_epoch)
        keys.append(Key(run.title, percent(value) if value is not None else _NOTHING, run.role))
    return keys


def rate_keys(view: Shown | None, at: int | None) -> list[Key]:
    """The learning rate of the run in view at an epoch."""
    if view is None:
        return []
    if at is not None:
        value = view.series.at_epoch("learning_rate", at)
        return [Key("then", significant(value), "")] if value is not None else []
    rates = view.series.batches["learning_rate"]
    value = float(rates[-1]) if len(rates) else view.recipe.learning_rate
    # What a cosine leaves after its last step is no number that helps anybody.
    tiny = value < view.recipe.learning_rate * _ALMOST_NOTHING
    name = "last" if len(rates) and view.series.end() >= view.epochs else "now"
    return [Key(name, "almost 0" if tiny else significant(value), "")]
