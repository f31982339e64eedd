"""The three charts above each other: loss, accuracy, learning rate, over the same epochs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.panes.train.charts import DOTS, Chart
from studio.ui.panes.train.legend import ChartHead
from studio.ui.panes.train.readings import accuracy_keys, loss_keys, rate_keys
from studio.ui.panes.train.series import Column, smooth
from studio.ui.panes.train.shown import (
    Shown,
    accuracy_floor,
    end_of,
    level,
    loss_range,
    plan,
)
from studio.ui.theme import theme_of
from studio.ui.tokens import SEMIBOLD
from studio.ui.widgets.numbers import loss as loss_words

BATCH_OPACITY = 0.28
_ROOM_FOR_POINT = 0.01
"""Share of an axis beyond its end, so that the last point is whole."""


class Curves(QWidget):
    """Draws runs; the crosshair snaps to epochs and its values stand in the legends.

    Signals:
        zoomed: whether less than everything is shown.
    """

    zoomed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        pg.setConfigOptions(antialias=True)
        self.loss = Chart("Loss over epochs")
        self.accuracy = Chart("Accuracy over epochs", "%")
        self.rate = Chart("Learning rate over epochs", has_epochs=True)
        self.heads = (
            ChartHead("Loss", ""),
            ChartHead("Accuracy", "validation"),
            ChartHead("Learning rate", "done and planned"),
        )
        self._runs: tuple[Shown, ...] = ()
        self._log = True
        self._smooth = 0.0
        self._since = 0
        self._epoch: int | None = None
        self._is_zoomed = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for head, chart, share in zip(self.heads, self.charts, (268, 146, 0), strict=True):
            column.addWidget(head)
            column.addWidget(chart, share)
        self.rate.setFixedHeight(80)
        self.loss.setMinimumHeight(120)
        self.accuracy.setMinimumHeight(80)
        self._connect()
        self._add_marks()
        self.restyle()

    @property
    def charts(self) -> tuple[Chart, Chart, Chart]:
        """From top to bottom."""
        return self.loss, self.accuracy, self.rate

    # --- what is shown --------------------------------------------------------------------------

    def set_runs(self, runs: Sequence[Shown], since: int = 0) -> None:
        """Draw these runs; epochs after ``since`` are shaded where it is not 0."""
        self._runs = tuple(sorted(runs, key=lambda r: not r.in_view))
        self._since = since
        self.redraw()

    def set_log(self, log: bool) -> None:
        """Draw the loss on a logarithmic axis."""
        if log != self._log:
            self._log = log
            self.redraw()

    def set_smooth(self, amount: float) -> None:
        """Smooth the batches' loss, 0 to 1."""
        self._smooth = amount
        self.redraw()

    def fit(self) -> None:
        """Show all epochs."""
        self._is_zoomed = False
        self.zoomed.emit(False)
        self.redraw()

    @contextmanager
    def drawn_for(self, ratio: float) -> Iterator[None]:
        """Lines as thick as a picture of that device ratio needs them, for a while."""
        for value in (ratio, 0.0):
            for chart in self.charts:
                chart.ratio = value
            self.restyle()
            if value:
                yield

    @property
    def is_zoomed(self) -> bool:
        """Whether the person has chosen a part."""
        return self._is_zoomed

    def restyle(self) -> None:
        """Take the theme's colours."""
        t = theme_of(self).current
        for chart in self.charts:
            chart.restyle()
        self._region.setBrush(QColor(t.warning_quiet))
        self._best_line.setPen(self.loss.pen(t.warning, 1, Qt.PenStyle.DotLine))
        font = theme_of(self).font("small", SEMIBOLD)
        self._best_text.setFont(font)
        self._best_text.fill = pg.mkBrush(QColor(t.surface))
        self.redraw()

    def redraw(self) -> None:
        """Bring curves, axes and legends up to date."""
        self.loss.set_log(self._log)
        keys = [set[str](), set[str](), set[str]()]
        for number_, run in enumerate(self._runs):
            self._draw_run(run, number_, keys)
        for chart, used in zip(self.charts, keys, strict=True):
            chart.keep_only(used)
        self._fit_axes()
        self._place_marks()
        self._tell()

    # --- drawing ----------------------------------------------------------------------------------

    def _draw_run(self, run: Shown, index: int, keys: list[set[str]]) -> None:
        series, colour = run.series, QColor(theme_of(self).colour(run.role))
        x = series.epochs["epoch"]
        name = f"{index}"
        if run.in_view:
            self._draw_batches(run, name, keys)
            dotted = self._pen(colour, 1.5, dotted=True)
            self._line(self.loss, f"{name} training", x, self._level(series.epochs["loss"]),
                       dotted, keys[0], 30)  # fmt: skip
            self._draw_rate(run, name, keys[2])
        width = 2.0 if run.in_view else 1.5
        validated = series.has_validation
        # Without validation pictures the training's own accuracy is what there is.
        accuracy = series.epochs["validation_accuracy" if validated else "accuracy"]
        points = self._points(colour) if run.in_view else {}
        z = 40 if run.in_view else 20 - index
        if validated:
            height = self._level(series.epochs["validation_loss"])
            self._line(self.loss, f"{name} validation", x, height, self._pen(colour, width),
                       keys[0], z, **points)  # fmt: skip
        elif not run.in_view:
            self._line(self.loss, f"{name} training", x, self._level(series.epochs["loss"]),
                       self._pen(colour, width, dotted=True), keys[0], z)  # fmt: skip
        pen = self._pen(colour, width, dotted=not validated)
        self._line(self.accuracy, f"{name} accuracy", x, accuracy, pen, keys[1], z, **points)

    def _draw_batches(self, run: Shown, name: str, keys: list[set[str]]) -> None:
        series, colour = run.series, QColor(theme_of(self).colour(run.role))
        x, y = series.batch_x, series.batches["loss"]
        faint = QColor(colour)
        faint.setAlphaF(BATCH_OPACITY)
        thin = self.loss.pen(faint, 1)
        self._line(self.loss, f"{name} batches", x, self._level(y), thin, keys[0], 10)
        if self._smooth > 0:
            soft = QColor(colour)
            soft.setAlphaF(0.7)
            height = smooth(self._level(y), self._smooth)
            self._line(self.loss, f"{name} smooth", x, height, self._pen(soft, 1.5), keys[0], 12)

    def _draw_rate(self, run: Shown, name: str, keys: set[str]) -> None:
        series, colour = run.series, QColor(theme_of(self).colour(run.role))
        done_x, done = series.batch_x, series.batches["learning_rate"]
        if len(done):
            self._line(self.rate, f"{name} done", done_x, done, self._pen(colour, 1.75), keys, 20)
        x, planned = plan(run, series.end())
        self._line(self.rate, f"{name} planned", x, planned, self._pen(colour, 1.5, True), keys, 10)

    def _line(
        self, chart: Chart, key: str, x: Column, y: Column, pen: QPen, keys: set[str], z: float,
        **points: object,
    ) -> None:  # fmt: skip
        chart.draw(key, x, y, pen, **points)
        chart.place(key, z)
        keys.add(key)

    def _pen(self, colour: QColor, width: float, dotted: bool = False) -> QPen:
        pen = self.loss.pen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if dotted:
            pen.setDashPattern(DOTS)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def _points(self, colour: QColor) -> dict[str, object]:
        ground = QColor(theme_of(self).current.surface)
        return {"symbol": "o", "symbolSize": 6, "symbolPen": self.loss.pen(colour, 1.5),
                "symbolBrush": ground}  # fmt: skip

    def _level(self, values: Column) -> Column:
        return level(values, self._log)

    # --- axes --------------------------------------------------------------------------------

    def _fit_axes(self) -> None:
        if not self._is_zoomed:
            self.rate.box.setXRange(0, end_of(self._runs) * (1 + _ROOM_FOR_POINT), padding=0)
        low, high = self.rate.box.viewRange()[0]
        self.loss.box.setYRange(*loss_range(self._runs, low, high, self._log), padding=0)
        floor = accuracy_floor(self._runs, low, high)
        self.accuracy.box.setYRange(floor, 1 + (1 - floor) * 3 * _ROOM_FOR_POINT, padding=0)
        rates = [run.recipe.learning_rate for run in self._runs if run.in_view]
        seen = [float(r.series.batches["learning_rate"].max()) for r in self._runs
                if r.in_view and r.series.batches.count]  # fmt: skip
        top = max([*rates, *seen], default=1e-3)
        self.rate.values.fixed = [0.0, top]
        self.rate.box.setYRange(0, top * 1.05, padding=0)

    # --- marks --------------------------------------------------------------------------------

    def _add_marks(self) -> None:
        self._region = pg.LinearRegionItem((0, 1), movable=False, pen=QPen(Qt.PenStyle.NoPen))
        self._region.setZValue(-500)
        self._best_line = pg.InfiniteLine(angle=90, movable=False)
        self._best_line.setZValue(5)
        self._best_point = pg.ScatterPlotItem(size=10)
        self._best_point.setZValue(60)
        self._best_text = pg.TextItem("", anchor=(1, 0))
        self._best_text.setZValue(55)  # its ground must not cover the point
        for item in (self._region, self._best_line, self._best_point, self._best_text):
            self.loss.addItem(item, ignoreBounds=True)

    def _place_marks(self) -> None:
        run = self._runs[0] if self._runs and self._runs[0].in_view else None
        epoch = run.series.best_epoch if run else 0
        value = run.series.at_epoch("validation_loss", epoch) if run else None
        marked = run is not None and value is not None
        for item in (self._best_line, self._best_point, self._best_text):
            item.setVisible(marked)
        self._region.setVisible(bool(run and self._since))
        if run is not None and self._since:
            self._region.setRegion((self._since, max(run.series.end(), self._since)))
        if run is None or value is None:
            return
        t, height = theme_of(self).current, float(level(np.array([value]), self._log)[0])
        colour = QColor(t.role(run.role))
        self._best_point.setData([epoch], [height], brush=colour, pen=self.loss.pen(t.surface, 1.5))
        self._best_line.setPos(epoch)
        self._best_text.setText(
            f"best, {loss_words(value)} at epoch {epoch}", QColor(t.warning if self._since
                                                                  else t.text_secondary)
        )  # fmt: skip
        low, high = self.loss.box.viewRange()[0]
        self._best_text.setAnchor((0, 0) if epoch - low < 0.3 * (high - low) else (1, 0))
        self._best_text.setPos(epoch, self.loss.box.viewRange()[1][1])

    # --- crosshair --------------------------------------------------------------------------------

    def _connect(self) -> None:
        for chart in self.charts:
            chart.pointed.connect(self._point)
            chart.key_pressed.connect(self._key)
            chart.box.fit_requested.connect(self.fit)
            chart.box.moved_by_hand.connect(self._moved)
        self.loss.box.setXLink(self.rate.box)
        self.accuracy.box.setXLink(self.rate.box)

    def _moved(self) -> None:
        self._is_zoomed = True
        self.zoomed.emit(True)
        self.redraw()

    def _point(self, x: float | None) -> None:
        epoch = None if x is None else max(1, min(round(x), self._last_epoch()))
        self.set_epoch(epoch if self._last_epoch() else None)

    def set_epoch(self, epoch: int | None) -> None:
        """Put the crosshair at an epoch, or take it away."""
        if epoch == self._epoch:
            return
        self._epoch = epoch
        for chart in self.charts:
            chart.show_cross(epoch)
        self._tell()

    def _key(self, event: QKeyEvent) -> None:
        last = self._last_epoch()
        now = self._epoch if self._epoch is not None else last
        moves = {
            Qt.Key.Key_Left: max(1, now - 1), Qt.Key.Key_Right: min(last, now + 1),
            Qt.Key.Key_Home: 1, Qt.Key.Key_End: last,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape and self._epoch is not None:
            self.set_epoch(None)
        elif key in moves and last:
            self.set_epoch(moves[key])
        else:
            event.ignore()
            return
        event.accept()

    def _last_epoch(self) -> int:
        return max([0, *(run.series.last_epoch for run in self._runs)])

    def _tell(self) -> None:
        """Legends: values at the crosshair, else the newest."""
        loss, accuracy, rate = self.heads
        at = self._epoch
        view = self._runs[0] if self._runs and self._runs[0].in_view else None
        newest = view.series.last_epoch if view else self._last_epoch()
        epoch = at if at is not None else newest
        loss.note.setText(f"at epoch {epoch}" if epoch else "")
        loss.legend.set_keys(loss_keys(self._runs, at))
        validated = all(r.series.has_validation for r in self._runs if r.series.epochs.count)
        accuracy.note.setText("validation" if validated else "training, where not validated")
        accuracy.legend.set_keys(accuracy_keys(self._runs, at))
        rate.legend.set_keys(rate_keys(view, at))
