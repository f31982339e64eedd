"""The page "Statistics": a sentence, then the plots. No decisions."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.panes.data.statistics.card import PlotCard
from studio.ui.panes.data.statistics.figures import AS_LISTED, LARGEST_FIRST
from studio.ui.tokens import S3, S4
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.panel import ScrollColumn
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

CLASSES, SIZES, ASPECT, BYTES, CHANNELS, MEANS = (
    "classes", "sizes", "aspect", "bytes", "channels", "means",
)  # fmt: skip
_TITLES = {
    CLASSES: "Pictures per class", SIZES: "Widths and heights", ASPECT: "Aspect ratio",
    BYTES: "Size of a picture on the disk", CHANNELS: "Brightness by channel",
    MEANS: "Mean picture of each class",
}  # fmt: skip
_WIDE = frozenset({CLASSES, MEANS})
TWO_COLUMNS_FROM = 560


class StatisticsPage(QWidget):
    """Lays out the sentence, the state of the counting, and one card for each plot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = ScrollColumn()
        self.column.body.setContentsMargins(S4, S3, S4, S4)
        self.column.body.setSpacing(S3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.column)
        self._head()
        self.cards = {key: PlotCard(title) for key, title in _TITLES.items()}
        self.order = Combo(
            [(LARGEST_FIRST, "Largest first"), (AS_LISTED, "As listed")], LARGEST_FIRST,
            "Order of the classes", "sort", bare=True,
        )  # fmt: skip
        describe(
            self.order, "Order of the classes", sentence="How the bars are sorted from the top."
        )
        head = self.cards[CLASSES].head
        head.insertWidget(head.count() - 1, self.order)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(S3)
        self._columns = 0
        self._arrange(2)
        self.column.body.addLayout(self._grid)
        self.column.body.addStretch(1)

    def _head(self) -> None:
        self.sentence = Text("", "title", wrap=True)
        self.output = Combo(name="Output")
        describe(
            self.output, "Output",
            sentence="The question whose classes are shown; this data set answers several.",
        )  # fmt: skip
        row = QHBoxLayout()
        row.setSpacing(S3)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.output)
        self.column.body.addLayout(row)
        self.state = QWidget()
        state = QHBoxLayout(self.state)
        state.setContentsMargins(0, 0, 0, 0)
        state.setSpacing(S3)
        self.words = Text("", tone="secondary", wrap=True)
        self.track = Track(0.0, 120, name="Counting pixels")
        self.button = Button("Stop", size="small")
        state.addWidget(self.words, 1)
        state.addWidget(self.track)
        state.addWidget(self.button)
        self.column.body.addWidget(self.state)

    def show_state(self, words: str, fraction: float | None = None, button: str = "") -> None:
        """How far the counting is.

        Args:
            fraction: done, 0 to 1; None hides the track.
            button: what can be done about it; empty for nothing.
        """
        self.words.setText(words)
        self.track.setVisible(fraction is not None)
        self.track.set_fraction(fraction or 0.0)
        self.button.setVisible(bool(button))
        self.button.setText(button)
        self.state.setVisible(bool(words))

    def _arrange(self, columns: int) -> None:
        """Plots beside each other where there is room."""
        if columns == self._columns:
            return
        self._columns = columns
        row = column = 0
        for key, card in self.cards.items():
            is_wide = key in _WIDE or columns == 1
            if is_wide and column:
                row, column = row + 1, 0
            self._grid.addWidget(card, row, column, 1, columns if is_wide else 1)
            column = 0 if is_wide or column + 1 == columns else column + 1
            row += column == 0
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(2 if self.width() - 2 * S4 >= TWO_COLUMNS_FROM else 1)
