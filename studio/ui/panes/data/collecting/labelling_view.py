"""How labelling looks: the picture, the classes with their keys, and what is done."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.panes.data.collecting.key_list import KeyList
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.fields import SearchField
from studio.ui.widgets.image_view import ImageView
from studio.ui.widgets.panel import Panel, WorkArea
from studio.ui.widgets.text import ElidedLabel, KeyHint, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

_HINTS = (
    ("1 – 9", "choose a class"),
    ("A – Z", "find or make a class"),
    ("Enter", "skip"),
    ("Esc", "finish"),
)


class LabellingView(QWidget):
    """Lays out the picture, the classes and what is done; :class:`Labelling` decides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._work(), 1)
        row.addWidget(self._right())

    def _work(self) -> WorkArea:
        work = WorkArea()
        self.leave = IconButton("left", "Back to all pictures", "Esc")
        self.leave.setShortcut(QKeySequence())  # the page asks first whether a class is typed
        self.title = Text("Label pictures", "title")
        work.bar.add(self.leave)
        work.bar.add(self.title)
        work.bar.add_stretch()
        self.name = ElidedLabel("", tone="secondary")
        work.bar.add(self.name, 1)
        hold = QVBoxLayout()
        hold.setContentsMargins(16, 12, 16, 12)
        self.picture = ImageView("The picture to label")
        hold.addWidget(self.picture)
        work.add(hold, 1)
        foot = work.add_foot()
        for key, words in _HINTS:
            foot.add(KeyHint(key))
            foot.add(Text(words, "small", "secondary"))
            foot.add_space(8)
        foot.add_stretch()
        return work

    def _right(self) -> Panel:
        panel = Panel("right", "What does it show?", 280)
        hold = QVBoxLayout()
        hold.setContentsMargins(16, 12, 16, 0)
        self.filter = SearchField("Class, also a new one")
        describe(
            self.filter, "Class", "A – Z",
            "Type to find a class; Enter gives the picture the first one that is listed.",
        )  # fmt: skip
        hold.addWidget(self.filter)
        panel.body.addLayout(hold)
        self.classes = KeyList()
        panel.add(self.classes, 1)
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        self.progress = Text("", "small", "secondary", wrap=True)
        self.track = Track(0.0, name="Labelled")
        column.addWidget(self.progress)
        column.addWidget(self.track)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.back = Button("Back", "left")
        describe(self.back, "Back", "←", "Shows the picture before.")
        self.skip = Button("Skip", "right")
        describe(self.skip, "Skip", "Enter", "Leaves this picture without a label.")
        self.undo = Button("Undo", "undo")
        describe(self.undo, "Take back", "Backspace", "Takes the last label that you gave.")
        for button in (self.back, self.skip, self.undo):
            buttons.addWidget(button)
        column.addLayout(buttons)
        panel.set_foot(foot)
        return panel
