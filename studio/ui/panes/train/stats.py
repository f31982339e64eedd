"""The four numbers above the charts."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.panes.train.series import RunSeries, wilson
from studio.ui.tokens import MEDIUM, REGULAR, S2, S3, S4
from studio.ui.widgets.numbers import duration, loss, percent, speed
from studio.ui.widgets.text import Text

_NOTHING = "–"
_VALIDATED = "Validation accuracy, best epoch"
"""The epoch whose weights are kept; by the loss, so that another may have more right."""


class Stat(QWidget):
    """A caption, a large number, a small note beside it."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.caption = Text(caption, "small", "secondary")
        self.value = Text(_NOTHING, "heading")
        self.note = Text("", "small", "secondary", REGULAR)
        row = QHBoxLayout()
        row.setSpacing(S2 - 2)
        row.addWidget(self.value)
        row.addWidget(self.note)
        row.addStretch(1)
        column.addWidget(self.caption)
        column.addLayout(row)

    def show_value(self, value: str, note: str = "", tone: str = "secondary") -> None:
        """Change the number and its note."""
        self.value.setText(value)
        self.note.setText(note)
        self.note.set_tone(tone)
        self.note.set_style("small", MEDIUM if tone != "secondary" else REGULAR)
        self.setAccessibleName(f"{self.caption.text()}: {value} {note}".strip())


class Stats(QWidget):
    """Validation accuracy of the best epoch, validation loss, time of an epoch, speed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, S3, S4, S2)
        self.accuracy = Stat(_VALIDATED)
        self.loss = Stat("Validation loss")
        self.epoch = Stat("An epoch takes")
        self.speed = Stat("Speed")
        for number, stat in enumerate((self.accuracy, self.loss, self.epoch, self.speed)):
            if number:
                row.addStretch(1)
            row.addWidget(stat)

    def show_series(self, series: RunSeries | None) -> None:
        """Take the numbers of the run in view."""
        if series is None or series.is_empty:
            for stat in (self.accuracy, self.loss, self.epoch, self.speed):
                stat.show_value(_NOTHING)
            return
        self._show_accuracy(series)
        self._show_loss(series)
        self._show_speed(series)

    def _show_accuracy(self, series: RunSeries) -> None:
        best = series.best_epoch
        validated = series.at_epoch("validation_accuracy", best)
        self.accuracy.caption.setText(
            _VALIDATED if validated is not None or not best
            else "Training accuracy"
        )  # fmt: skip
        if validated is not None:
            note = f"epoch {best}"
            if series.validation_pictures:
                low, high = wilson(validated, series.validation_pictures)
                note = f"{low * 100:.1f} to {high * 100:.1f}"
            self.accuracy.show_value(percent(validated), note)
            self.accuracy.setToolTip(
                f"Of the epoch with the best weights, {best}. The true accuracy lies in this "
                "range with 95 % probability (Wilson interval)."
            )
            return
        trained = series.at_epoch("accuracy", best)
        self.accuracy.show_value(percent(trained) if trained is not None else _NOTHING)

    def _show_loss(self, series: RunSeries) -> None:
        newest = series.at_epoch("validation_loss", series.last_epoch)
        best = series.at_epoch("validation_loss", series.best_epoch)
        if newest is None:
            self.loss.show_value(_NOTHING)
        elif best is None or newest <= best:
            self.loss.show_value(loss(newest), "the best so far" if series.last_epoch > 1 else "")
        else:
            self.loss.show_value(loss(newest), f"best {loss(best)}",
                                 "warning" if newest > 1.05 * best else "secondary")  # fmt: skip

    def _show_speed(self, series: RunSeries) -> None:
        seconds = series.epochs["seconds"]
        if len(seconds):
            self.epoch.show_value(duration(float(seconds[-1])), "with validation")
        else:
            self.epoch.show_value(_NOTHING)
        rates = series.batches["pictures_per_second"]
        if len(rates):
            value, _, unit = speed(float(rates[-20:].mean())).partition(" ")
            self.speed.show_value(value, unit)
        else:
            self.speed.show_value(_NOTHING)
