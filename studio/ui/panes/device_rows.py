"""The lines of the device page: a processor, a step of the self-test."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.engine.protocol.messages import DeviceFound, SelfTestStep
from studio.ui.tokens import MEDIUM
from studio.ui.widgets.numbers import duration, percent
from studio.ui.widgets.panel import Rule
from studio.ui.widgets.text import IconLabel, Text
from studio.ui.widgets.track import Track

_NAME, _RIGHT = 212, 128
_ICONS = {"good": ("good", "good"), "info": ("info", "text_secondary"), "bad": ("error", "bad")}


class Row(QWidget):
    """Icon, name with a second line, words, and something at the right; a line below."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.setMinimumHeight(height)
        grid = QGridLayout()
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(12)
        self.icon = IconLabel("info", "text_secondary")
        self.name = Text("", weight=MEDIUM, wrap=True)
        self.second = Text("", "small", "secondary", wrap=True)
        self.words = Text("", wrap=True)
        self.right = QVBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.name)
        names.addWidget(self.second)
        hold = QWidget()
        hold.setFixedWidth(_NAME)
        names.setContentsMargins(0, 0, 0, 0)
        hold.setLayout(names)
        side = QWidget()
        side.setFixedWidth(_RIGHT)
        self.right.setContentsMargins(0, 0, 0, 0)
        self.right.setSpacing(4)
        side.setLayout(self.right)
        for column, widget in enumerate((self.icon, hold, self.words, side)):
            grid.addWidget(widget, 0, column, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnMinimumWidth(0, 20)
        grid.setColumnStretch(2, 1)
        outer.addLayout(grid, 1)
        self.line = Rule()
        outer.addWidget(self.line)


class DeviceRow(Row):
    """One processor."""

    def __init__(self, found: DeviceFound, parent: QWidget | None = None) -> None:
        super().__init__(52, parent)
        self.found = found
        self.icon.set_icon(*_ICONS["good" if found.used or self.is_cpu else "info"])
        self.name.setText(escape(found.name))
        self.second.setText(escape(found.kind))
        self.words.setText(escape(found.reason))
        self.words.set_tone("text" if found.used or self.is_cpu else "secondary")
        self.busy: Track | None = None
        if self.is_cpu:
            head = QHBoxLayout()
            self.busy_words = Text("", "small", "secondary")
            head.addWidget(Text("busy", "small", "secondary"))
            head.addStretch(1)
            head.addWidget(self.busy_words)
            self.busy = Track(0.0, name="Processor busy")
            self.right.addLayout(head)
            self.right.addWidget(self.busy)
        elif not found.used:
            idle = Text("idle", "small", "secondary")
            idle.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.right.addWidget(idle)

    @property
    def is_cpu(self) -> bool:
        """Whether this is the processor itself, whose load can be shown."""
        return self.found.kind.startswith("CPU")

    def set_busy(self, share: float) -> None:
        """Show the load, 0 to 1."""
        if self.busy is not None:
            self.busy.set_fraction(share)
            self.busy_words.setText(percent(share, 0))


class TestRow(Row):
    """One step of the self-test, done or being tried."""

    __test__ = False  # not a test of pytest

    def __init__(self, step: SelfTestStep | None, parent: QWidget | None = None) -> None:
        super().__init__(32, parent)
        self.step = step
        self.second.hide()
        self.words.set_tone("secondary")
        if step is None:
            self.icon.set_icon("clock", "text_secondary")
            self.name.setText("Trying the next one")
            self.right.addWidget(Track(None, name="Trying"))
            return
        self.icon.set_icon(*_ICONS.get(step.state, _ICONS["info"]))
        self.name.setText(escape(step.name))
        self.words.setText(escape(step.words))
        self.words.set_tone("bad" if step.state == "bad" else "secondary")
        seconds = Text(duration(step.seconds), "small", "secondary")
        seconds.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.right.addWidget(seconds)
