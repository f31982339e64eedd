"""The Classify pane as it looks: list left, picture and answer in the middle; no decisions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.core.results import Prediction
from studio.ui.panes.classify.rows import BatchList
from studio.ui.panes.common import chain
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.tokens import H_ROW, MEDIUM, SEMIBOLD
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.drop import Describe, DropZone
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.image_view import ImageView
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Bar, Panel, WorkArea
from studio.ui.widgets.probability import ProbabilityBars
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

LEFT = 348
_PICTURE, _NOTHING = range(2)


class OutputBars(QWidget):
    """The bars of one output; its name stands above where there are several."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(2)
        self.name = Text(name, "small", "secondary", MEDIUM)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.bars = ProbabilityBars()
        column.addWidget(self.name)
        column.addWidget(self.bars)
        column.addStretch(1)

    @staticmethod
    def height_for(classes: int, named: bool) -> int:
        """The height that an answer with this many classes needs."""
        return min(classes, 5) * H_ROW + 8 + (18 if named else 0)


class ClassifyView(QWidget):
    """Lays out the pane; the pane connects and fills it."""

    def __init__(
        self, loader: ThumbnailLoader, describe_drop: Describe, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._outputs: dict[str, OutputBars] = {}
        self.frame = PaneFrame(
            self._work(), self._left(loader, describe_drop), None, "Show the list of pictures"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        chain(
            self.paste_button, self.clear_button, self.choose_button, self.banner, self.list,
            self.stop_button, self.table_button,
        )  # fmt: skip

    def _left(self, loader: ThumbnailLoader, describe_drop: Describe) -> Panel:
        panel = Panel("left", "", LEFT)
        self.paste_button = IconButton(
            "paste", "Paste", "", "A picture or files from the clipboard (Ctrl+V).", "small"
        )
        self.clear_button = IconButton(
            "trash", "Clear the list", "", "Files stay where they are.", "small"
        )
        panel.bar.add(self.paste_button)
        panel.bar.add(self.clear_button)
        self.zone = DropZone(describe_drop, minimum_height=64)
        self.zone.setAccessibleName("Drop pictures or a folder")
        row = QHBoxLayout()
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(Text("Drop pictures or a folder", weight=MEDIUM))
        words.addWidget(Text("or paste with Ctrl+V", "small", "secondary"))
        words.addStretch(1)
        self.choose_button = Button("Choose…")
        describe(self.choose_button, "Choose pictures", sentence="One or many, of any format.")
        row.addWidget(IconLabel("image", "text_secondary"))
        row.addLayout(words, 1)
        row.addWidget(self.choose_button)
        self.zone.body.addLayout(row)
        hold = QVBoxLayout()
        hold.setContentsMargins(16, 12, 16, 12)
        hold.setSpacing(8)
        hold.addWidget(self.zone)
        self.banner = Banner("bad", "", "Try again", dismissible=True)
        self.banner.hide()
        hold.addWidget(self.banner)
        panel.body.addLayout(hold)
        self.list = BatchList(loader)
        panel.add(self.list, 1)
        panel.set_foot(self._left_foot())
        self.panel = panel
        return panel

    def _left_foot(self) -> Bar:
        foot = Bar(foot=True)
        foot.row.setContentsMargins(16, 0, 8, 0)
        self.summary = ElidedLabel("", "small", "secondary")
        self.track = Track(0.0, 72, name="Progress")
        self.stop_button = Button("Stop", "stop", "quiet", "small")
        describe(self.stop_button, "Stop", sentence="Pictures that are answered stay in the list.")
        self.table_button = Button("Table…", "export", "quiet", "small")
        describe(
            self.table_button, "Table", sentence="Saves all answers as a CSV file for spreadsheets."
        )
        foot.add(self.summary, 1)
        for control in (self.track, self.stop_button, self.table_button):
            foot.add(control)
        return foot

    def _work(self) -> WorkArea:
        work = WorkArea()
        self.name = ElidedLabel("", weight=SEMIBOLD)
        self.place = Text("", "small", "secondary")
        work.bar.add(self.name)
        work.bar.add(self.place)
        work.bar.add_stretch()
        self.pages = QStackedWidget()
        self.pages.addWidget(self._picture_page())
        self.pages.addWidget(self._nothing_page())
        work.add(self.pages, 1)
        foot = work.add_foot()
        self.foot_left = ElidedLabel("", "small", "secondary")
        self.foot_right = ElidedLabel("", "small", "secondary")
        foot.add(self.foot_left)
        foot.add_stretch()
        foot.add(self.foot_right)
        return work

    def _picture_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(0)
        self.stage = ImageView("Picture", minimum=140)
        column.addWidget(self.stage, 1)
        column.addSpacing(16)
        self.answer = ElidedLabel("", "display")
        self.sentence = Text("", tone="secondary", wrap=True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.answer)
        column.addSpacing(2)
        column.addWidget(self.sentence)
        column.addSpacing(12)
        self._bars = QVBoxLayout()
        self._bars.setSpacing(0)
        column.addLayout(self._bars)
        return page

    def _nothing_page(self) -> QWidget:
        page = EmptyState("Drop a picture to see what it is", "", "Choose pictures…",
                          icon="classify", action_icon="image")  # fmt: skip
        self.nothing = page.sentence
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        page.action.connect(lambda: self.choose_button.click())
        return page

    # --- what is shown --------------------------------------------------------------------------

    def show_picture(self, shown: bool) -> None:
        """The chosen picture, or the words that say what to do."""
        self.pages.setCurrentIndex(_PICTURE if shown else _NOTHING)

    def set_outputs(self, outputs: dict[str, tuple[str, ...]]) -> None:
        """Make room for the bars of every output, so that nothing jumps when answers come."""
        if list(outputs) == list(self._outputs):
            return
        for old in self._outputs.values():
            self._bars.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._outputs = {}
        for name, classes in outputs.items():
            bars = OutputBars(name)
            bars.name.setVisible(len(outputs) > 1)
            bars.setFixedHeight(bars.height_for(len(classes), len(outputs) > 1))
            self._outputs[name] = bars
            self._bars.addWidget(bars)

    def show_answer(self, prediction: Prediction | None) -> None:
        """The bars of every output; empty where there is no answer."""
        answers = prediction.outputs if prediction is not None else {}
        for name, bars in self._outputs.items():
            several = prediction is not None and name in prediction.multi_label
            bars.bars.set_probabilities(answers.get(name, ()), independent=several)

    def bars(self) -> list[ProbabilityBars]:
        """The bars shown, one for each output."""
        return [bars.bars for bars in self._outputs.values()]
