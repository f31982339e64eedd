"""The page “Robustness” as it looks: sentence, chart, corruptions; no decisions."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.ui.panes.common import chain
from studio.ui.panes.data.statistics.card import Canvas
from studio.ui.panes.data.statistics.drawing import Drawing
from studio.ui.panes.understand.robustness_chart import RobustnessPlot
from studio.ui.panes.understand.robustness_rows import CurveRows
from studio.ui.tokens import S2, S3, S4
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.buttons import Button, IconButton, LinkButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Panel, ScrollColumn, WorkArea
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.text import ElidedLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

LAYERS, ROBUSTNESS = "layers", "robustness"
NO_OTHER = ""


def view_switch(current: str) -> SegmentedControl:
    """What the Understand pane shows; one stands in the bar of each of its views."""
    return SegmentedControl([(LAYERS, "Layers"), (ROBUSTNESS, "Robustness")], current, "View")


class ChartCanvas(Canvas):
    """A plot that fills the room that it gets.

    Signals:
        lit(str): the corruption under the pointer, or that the keys moved to; empty for none.
    """

    lit = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    def _fit(self) -> None:
        """Its height is the layout's affair."""

    def _light(self, part: int) -> None:
        if part != self.part:
            super()._light(part)
            drawing = self.drawing
            self.lit.emit(drawing.kind_of(part) if isinstance(drawing, RobustnessPlot) else "")

    def redraw(self, drawing: Drawing) -> None:
        """Show the same plot in another state; the pointer stays where it is."""
        part = self.part
        self.set_drawing(drawing)
        self.part = part if part < drawing.parts() else -1


class RobustnessView(QWidget):
    """Lays out the page; the controller connects and fills it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.frame = PaneFrame(self._work(), None, self._right(), "", "Show the corruptions")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        chain(self.switch, self.compare, self.measure_button, self.save_button, self.banner,
              self.stop_button, self.canvas, self.all_link, self.rows)  # fmt: skip

    def _work(self) -> WorkArea:
        work = WorkArea()
        self.switch = view_switch(ROBUSTNESS)
        self.compare_words = Text("Compare with", tone="secondary")
        self.compare = Combo([(NO_OTHER, "no other run")], NO_OTHER, "Compare with")
        describe(self.compare, "Compare with", sentence="Another run, drawn dashed over this one.")
        self.compare.setMaximumWidth(200)
        self.measure_button = Button("Measure", "play")
        self.save_button = IconButton(
            "download", "Save the chart", "", "As a picture (PNG, SVG) or a table (CSV)."
        )
        work.bar.add(self.switch)
        work.bar.add_stretch()
        for widget in (self.compare_words, self.compare, self.measure_button, self.save_button):
            work.bar.add(widget)
        self.pages = QStackedWidget()
        self.empty = EmptyState("", "", "Measure robustness", "", "understand", "play")
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self._content())
        work.add(self._progress())
        work.add(self.pages, 1)
        return work

    def _progress(self) -> QWidget:
        self.progress = QWidget()
        row = QHBoxLayout(self.progress)
        row.setContentsMargins(S4, S2, S4, 0)
        row.setSpacing(S3)
        self.progress_words = ElidedLabel("", tone="secondary")
        self.progress_left = Text("", "small", "secondary")
        self.track = Track(0.0, 160, name="Measuring robustness")
        self.stop_button = Button("Stop", "stop", size="small")
        describe(self.stop_button, "Stop measuring", sentence="What was measured so far is kept.")
        row.addWidget(self.progress_words, 1)
        row.addWidget(self.progress_left)
        row.addWidget(self.track)
        row.addWidget(self.stop_button)
        self.progress.hide()
        return self.progress

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(S4, S3, S4, S3)
        column.setSpacing(4)
        self.sentence = Text("", "title", wrap=True)
        self.details = Text("", tone="secondary", wrap=True)
        self.banner = Banner("info", "", "")
        self.banner.hide()
        self.canvas = ChartCanvas()
        for text in (self.sentence, self.details, self.empty.heading, self.empty.sentence):
            text.setTextFormat(Qt.TextFormat.PlainText)  # they hold names of runs
        column.addWidget(self.sentence)
        column.addWidget(self.details)
        column.addSpacing(S2)
        column.addWidget(self.banner)
        column.addSpacing(4)
        column.addWidget(self.canvas, 1)
        return content

    def _right(self) -> Panel:
        panel = Panel("right", "Corruptions", 268)
        self.all_link = LinkButton("Show all")
        panel.bar.row.setContentsMargins(16, 1, 16, 0)
        panel.bar.add(self.all_link)
        self.heads = QWidget()
        head = QHBoxLayout(self.heads)
        head.setContentsMargins(16, 8, 16, 0)
        head.addWidget(Text("costs most first", "small", "secondary"))
        head.addStretch(1)
        head.addWidget(Text("right on average", "small", "secondary"))
        panel.add(self.heads)
        self.nothing = Text(
            "What was measured is listed here. Each can be left out of the chart.",
            tone="secondary", wrap=True,
        )  # fmt: skip
        self.nothing.setContentsMargins(16, 12, 16, 0)
        panel.add(self.nothing)
        self.rows = CurveRows()
        scroll = ScrollColumn(over=True)
        scroll.add(self.rows)
        scroll.body.addStretch(1)
        panel.add(scroll, 1)
        self.right = panel
        return panel

    def drawing(self) -> Drawing | None:
        """The plot shown."""
        return self.canvas.drawing

    def show_progress(self, words: str, fraction: float | None, left: str) -> None:
        """How far the measuring is; None where nobody knows."""
        self.progress.show()
        self.progress_words.setText(words)
        self.progress_left.setText(left)
        self.track.set_fraction(fraction)

    def show_chart(self, on: bool) -> None:
        """The chart, or what is said where there is none."""
        self.pages.setCurrentIndex(1 if on else 0)
        self.save_button.setVisible(on)
        self.compare.setVisible(on)
        self.compare_words.setVisible(on)
        self.rows.setVisible(on)
        self.heads.setVisible(on)
        self.nothing.setVisible(not on)
        self.all_link.setVisible(on)
