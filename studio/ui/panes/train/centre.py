"""The middle of the Train pane: toolbar, banner, numbers, charts, and saving them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint
from PySide6.QtGui import QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.files import write_atomic
from studio.ui.panes.train.curves import Curves
from studio.ui.panes.train.feeding import FeedLine
from studio.ui.panes.train.series import to_csv
from studio.ui.panes.train.shown import Shown
from studio.ui.panes.train.stats import Stats
from studio.ui.theme import theme_of
from studio.ui.tokens import S2, S3, S4, SEMIBOLD
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.dialogs import show_error
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.panel import WorkArea
from studio.ui.widgets.sliders import Slider
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe


class Centre:
    """Fills a work area's bar and makes its content. ``shown_runs`` gives what is drawn."""

    def __init__(self, work: WorkArea) -> None:
        self.work = work
        self.shown_runs: Callable[[], Sequence[Shown]] = tuple
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.banner = Banner()
        self._banner_place = QWidget()  # an empty layout would keep its margins
        holder = QHBoxLayout(self._banner_place)
        holder.setContentsMargins(S4, S3, S4, 0)
        holder.addWidget(self.banner)
        self._banner_place.hide()
        self.stats = Stats()
        self.feed_line = FeedLine()
        self.curves = Curves()
        column.addWidget(self._banner_place)
        column.addWidget(self.stats)
        column.addWidget(self.feed_line)
        column.addWidget(self.curves, 1)
        column.addSpacing(S2)
        self._fill_bar()

    def show_banner(self, words: tuple[str, ...]) -> None:
        """Kind, text, action and its icon; none hide the banner with its margins."""
        if words:
            self.banner.show_text(*words)
        self._banner_place.setVisible(bool(words))

    def set_tools_enabled(self, on: bool) -> None:
        """Without curves there is nothing to smooth, fit or save."""
        for tool in self._tools:
            tool.setVisible(on)

    def _fill_bar(self) -> None:
        bar = self.work.bar
        title = Text("Curves", weight=SEMIBOLD)
        words = Text("Smooth", tone="secondary")
        self.smooth = Slider(0, 100, 1, name="Smooth the curve of the batches")
        self.smooth.setFixedWidth(72)
        words.setBuddy(self.smooth)
        self.log = Button("Log", checkable=True)
        self.log.setChecked(True)
        describe(self.log, "Log", "", "Logarithmic axis for the loss: equal steps are equal "
                 "factors, so that small losses can be told apart.")  # fmt: skip
        self.fit = IconButton("fit", "Fit", "", "Show all epochs. A double click does the same.")
        self.save = IconButton("download", "Save", "", "Save the charts or their numbers.")
        menu = Menu(parent=self.save)
        menu.add("Save the charts as PNG…", self._ask_png, "image")
        menu.add("Save the numbers as CSV…", self._ask_csv, "list")
        self.save.clicked.connect(
            lambda: menu.popup(self.save.mapToGlobal(self.save.rect().bottomLeft()))
        )
        self.menu = menu
        bar.add(title)
        bar.add_stretch()
        for tool in (words, self.smooth, self.log, self.fit, self.save):
            bar.add(tool)
        self._tools: tuple[QWidget, ...] = (
            title, words, self.smooth, self.log, self.fit, self.save,
        )  # fmt: skip
        self.smooth.number_changed.connect(lambda value: self.curves.set_smooth(value / 100))
        self.log.toggled.connect(self.curves.set_log)
        self.fit.clicked.connect(self.curves.fit)
        self.curves.zoomed.connect(self.fit.setEnabled)
        self.fit.setEnabled(False)

    # --- saving -----------------------------------------------------------------------------------

    def png(self) -> bytes:
        """The charts with their headings as a picture, twice as fine as the screen."""
        widget = self.curves
        ratio = 2.0
        picture = QPixmap(widget.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme_of(widget).colour("surface"))
        with widget.drawn_for(ratio):
            painter = QPainter(picture)
            flags = QWidget.RenderFlag.DrawChildren  # no ground but the picture's
            widget.render(painter, QPoint(), QRegion(), flags)
            painter.end()
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")
        return bytes(data.data())

    def csv(self) -> str:
        """The numbers of every epoch of the runs that are drawn."""
        return to_csv([(run.title, run.series) for run in self.shown_runs()])

    def _ask_png(self) -> None:
        self._ask("Save the charts", "curves.png", "PNG picture (*.png)", self.png)

    def _ask_csv(self) -> None:
        self._ask("Save the numbers", "curves.csv", "CSV table (*.csv)", self.csv)

    def _ask(self, title: str, name: str, kinds: str, make: Callable[[], bytes | str]) -> None:
        start = str(Path.home() / name)
        chosen, _ = QFileDialog.getSaveFileName(self.work, title, start, kinds)
        if not chosen:
            return
        try:
            write_atomic(Path(chosen), make(), f"saving {name}")
        except StudioError as error:
            show_error(self.work.window(), error.message, error.hint, error.details)
