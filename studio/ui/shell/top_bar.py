"""The bar above: project, run in view, undo, device."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QWidget

from studio.ui.tokens import H_TOP, S2, S3, SEMIBOLD
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.numbers import shorten
from studio.ui.widgets.panel import Rule
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

_NAME_CHARACTERS = 36


class TopBar(QFrame):
    """Shows what it is told; fill `project_menu` and `run_menu` from outside.

    Signals:
        undo_requested, redo_requested: the arrows or Ctrl+Z, Ctrl+Shift+Z.
        device_requested: the chip was pressed.
        help_requested: the question mark or F1.
    """

    undo_requested = Signal()
    redo_requested = Signal()
    device_requested = Signal()
    help_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(H_TOP)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.project_menu = Menu("Project", self)
        self.run_menu = Menu("Run", self)
        self._make_left()
        self._make_right()
        row = QHBoxLayout(self)
        row.setContentsMargins(S2, 1, S3, 0)
        row.setSpacing(S2)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.addWidget(self.project_button)
        row.addWidget(self.saved)
        row.addSpacing(4)
        row.addWidget(Rule(vertical=True))
        row.addSpacing(4)
        row.addWidget(self.run_button)
        row.addStretch(1)
        row.addWidget(self.undo_button)
        row.addWidget(self.redo_button)
        row.addSpacing(4)
        row.addWidget(Rule(vertical=True))
        row.addSpacing(4)
        row.addWidget(self.device_button)
        row.addWidget(self.help_button)
        self._saved_words, self._device_words = "", ""
        self.set_project("New project")
        self.set_run("", None)
        self.set_saved("")
        self.set_undo(None)
        self.set_redo(None)
        self.set_device("", "Looking for the device…")

    def _make_left(self) -> None:
        self.project_button = Button("", kind="quiet")
        self.project_button.set_weight(SEMIBOLD)
        self.project_button.setMenu(self.project_menu)
        self.saved = Text("", "small", "secondary")
        self.run_button = Button("", kind="quiet")
        self.run_button.setMenu(self.run_menu)

    def _make_right(self) -> None:
        self.undo_button = IconButton("undo", "Undo", "Ctrl+Z")
        self.redo_button = IconButton("redo", "Redo", "Ctrl+Shift+Z")
        self.device_button = Button("", icon="chip", checkable=True)
        self.device_button.set_icon("chip", "text_secondary")
        self.help_button = IconButton(
            "help", "Help", "F1", "What the panes do, and where things are."
        )
        self.undo_button.clicked.connect(lambda: self.undo_requested.emit())
        self.redo_button.clicked.connect(lambda: self.redo_requested.emit())
        self.device_button.clicked.connect(lambda: self.device_requested.emit())
        self.help_button.clicked.connect(lambda: self.help_requested.emit())

    # What it shows

    def set_project(self, name: str) -> None:
        """The project's name."""
        self.project_button.setText(shorten(name, _NAME_CHARACTERS))
        describe(self.project_button, f"Project {name}", "", "Open, save or start a project.")
        self._fit()

    def set_saved(self, words: str) -> None:
        """When it was saved, as "Saved 2 min ago"; "" shows nothing."""
        self._saved_words = words
        self.saved.setText(words)
        self._fit()

    def set_run(self, words: str, series: int | None) -> None:
        """The run in view and the index of its series colour; "" where there is none yet."""
        self.run_button.setEnabled(bool(words))
        self.run_button.setText(shorten(words, _NAME_CHARACTERS) if words else "No run yet")
        swatch = f"series-{series % 6 + 1}" if words and series is not None else ""
        self.run_button.set_swatch(swatch)
        sentence = "The training whose model Understand and Classify use."
        describe(self.run_button, words or "No run yet", "", sentence)
        self._fit()

    def set_device(self, words: str, sentence: str = "") -> None:
        """The device chip: "CPU · 8 cores"."""
        self._device_words = words
        self.device_button.setText(words)
        describe(self.device_button, words or "Device", "", sentence)
        self._fit()

    def set_device_open(self, on: bool) -> None:
        """Whether the device page is open."""
        self.device_button.setChecked(on)

    def set_undo(self, what: str | None) -> None:
        """What Ctrl+Z would take back; None where there is nothing."""
        self.undo_button.setEnabled(what is not None)
        describe(self.undo_button, f"Undo {what}" if what else "Undo", "Ctrl+Z")

    def set_redo(self, what: str | None) -> None:
        """What Ctrl+Shift+Z would do again; None where there is nothing."""
        self.redo_button.setEnabled(what is not None)
        describe(self.redo_button, f"Redo {what}" if what else "Redo", "Ctrl+Shift+Z")

    # Room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Drop "Saved" first, then the chip's text."""
        fixed = 3 * 28 + 2 * 9 + 12 * S2 + 20
        room = self.width() - fixed
        room -= self.project_button.sizeHint().width() + self.run_button.sizeHint().width()
        chip = self.device_button
        if chip.text() != self._device_words:
            chip.setText(self._device_words)
        whole_chip = chip.sizeHint().width()
        saved = self.saved.sizeHint().width()
        self.saved.setVisible(bool(self._saved_words) and room >= whole_chip + saved)
        if room < whole_chip and self._device_words:
            chip.setText("")
            chip.setAccessibleName(self._device_words)
