"""How taking pictures looks: the live picture, its controls, and what was taken."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.panes.data.collecting.live_view import LiveView
from studio.ui.tokens import S4
from studio.ui.widgets.buttons import Button, IconButton, LinkButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fields import SpinField
from studio.ui.widgets.image_view import ImageView
from studio.ui.widgets.panel import Rule
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.toggle import Toggle

SHOTS = 6
"""The last pictures stay in sight."""

SHOT_SIDE = 64
_NAME_WIDTH = 76


class CameraView(QDialog):
    """Lays out the live picture and its controls; ``CameraDialog`` decides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Take pictures")
        self.setMinimumSize(720, 460)
        self.resize(920, 600)
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, S4, S4, S4)
        row.setSpacing(S4)
        left = QVBoxLayout()
        left.setSpacing(12)
        self.live = LiveView()
        left.addWidget(self.live, 1)
        left.addLayout(self._strip())
        row.addLayout(left, 1)
        right = QWidget()
        right.setFixedWidth(252)
        self._controls(right)
        row.addWidget(right)

    def _strip(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.shots = [
            ImageView(f"Picture taken, {i + 1} back", 4, minimum=24) for i in range(SHOTS)
        ]
        for view in self.shots:
            view.setFixedSize(SHOT_SIDE, SHOT_SIDE)
            row.addWidget(view)
        row.addStretch(1)
        return row

    def _controls(self, hold: QWidget) -> None:
        column = QVBoxLayout(hold)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.camera = Combo([], name="Camera")
        describe(self.camera, "Camera", sentence="Which camera the pictures come from.")
        self.again = IconButton("redo", "Look again", "", "Looks for cameras again.", "small")
        self.chosen = Combo([], name="Class of the pictures")
        describe(self.chosen, "Class", sentence="What the pictures that you take show.")
        self.number = SpinField(10, 2, 1000, 1, name="Pictures of a burst", integer=True)
        self.every = SpinField(0.5, 0.1, 60, 0.1, "s", name="From one picture to the next")
        self.countdown = Toggle("Count down first", False, "3, 2, 1: time to hold the thing still.")
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, _NAME_WIDTH)
        rows: list[tuple[str, list[QWidget]]] = [
            ("Camera", [self.camera, self.again]), ("Class", [self.chosen]),
            ("Countdown", [self.countdown]), ("Burst", [self.number, Text("pictures")]),
            ("Every", [self.every]),
        ]  # fmt: skip
        for i, (words, parts) in enumerate(rows):
            grid.addWidget(Text(words, tone="secondary"), i, 0)
            line = QHBoxLayout()
            line.setSpacing(6)
            for part in parts:
                stretch = 1 if isinstance(part, (Combo, SpinField)) else 0
                line.addWidget(part, stretch)
            if parts == [self.countdown]:
                line.addStretch(1)
            grid.addLayout(line, i, 1)
        column.addLayout(grid)
        self.trouble = Text("", "small", "warning", wrap=True)
        self.trouble.hide()
        column.addWidget(self.trouble)
        column.addSpacing(4)
        self.take = Button("Take a picture", "camera", "primary", "big", key="Space")
        describe(self.take, "Take a picture", "Space", "Held, it goes on taking pictures.")
        self.take.setShortcut(QKeySequence())  # a shortcut does not tell when a key is let go
        self.burst = Button("Take a burst", size="big", key="B")
        describe(self.burst, "Take a burst", "B", "Several pictures, one after the other.")
        column.addWidget(self.take)
        column.addWidget(self.burst)
        column.addWidget(Rule())
        self.taken = Text("No picture taken yet.", tone="secondary", wrap=True)
        self.undo = LinkButton("Take the last back")
        describe(self.undo, "Take the last back", "Ctrl+Z", "A burst goes as a whole.")
        column.addWidget(self.taken)
        column.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.finish = Button("Done", size="big", key="Esc")
        describe(self.finish, "Done", "Esc", "Lets go of the camera.")
        column.addWidget(self.finish)
