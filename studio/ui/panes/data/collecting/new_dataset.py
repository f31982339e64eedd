"""A new data set: what its pictures show, and where they will be kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.ui.panes.common import chain
from studio.ui.session import Session
from studio.ui.widgets.buttons import Button, LinkButton
from studio.ui.widgets.fields import Field
from studio.ui.widgets.numbers import shorten
from studio.ui.widgets.panel import Surface
from studio.ui.widgets.text import Badge, ElidedLabel, Text
from studio.ui.widgets.tips import describe

WIDTH = 520
FOLDER = "pictures"
"""The folder of the pictures inside the project."""

MOST_SHOWN = 12


def names_in(text: str) -> list[str]:
    """The class names in a line, separated by commas; each once, upper and lower case alike."""
    found: dict[str, str] = {}
    for part in text.replace(";", ",").replace("\n", ",").split(","):
        if name := " ".join(part.split()):
            found.setdefault(name.casefold(), name)
    return list(found.values())


def project_name(names: list[str]) -> str:
    """What the project is called until it is saved under a name."""
    return shorten(", ".join(map(display_name, names)), 40) or "New data set"


class NewDatasetView(Surface):
    """One line for the classes, one for the place, one button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        hold = QWidget()
        hold.setFixedWidth(WIDTH)
        column = QVBoxLayout(hold)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        outer.addStretch(2)
        row = QHBoxLayout()  # an alignment instead would cut what is wrapped
        row.addStretch(1)
        row.addWidget(hold)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)
        self._fill(column)

    def _fill(self, column: QVBoxLayout) -> None:
        column.addWidget(Text("What will your pictures show?", "heading"))
        column.addSpacing(6)
        column.addWidget(
            Text(
                "Name the classes, separated by commas. You can add, rename and remove them at "
                "any time, or leave this empty and name them while you label.",
                tone="secondary", wrap=True,
            )
        )  # fmt: skip
        column.addSpacing(16)
        self.classes = Field("", "Names of the classes")
        self.classes.setPlaceholderText("fern, moss, lichen")
        self.classes.setMinimumHeight(32)
        describe(self.classes, "Classes", sentence="What there is to tell apart, with commas.")
        column.addWidget(self.classes)
        column.addSpacing(8)
        self.badges = QHBoxLayout()
        self.badges.setSpacing(6)
        strip = QWidget()
        strip.setFixedHeight(22)
        strip.setLayout(self.badges)
        self.badges.setContentsMargins(0, 0, 0, 0)
        column.addWidget(strip)
        column.addSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Text("Pictures are copied into", tone="secondary"))
        self.place = ElidedLabel("")
        row.addWidget(self.place, 1)
        self.change = LinkButton("Change…")
        describe(self.change, "Change the folder", sentence="Choose an empty folder.")
        row.addWidget(self.change)
        column.addLayout(row)
        column.addSpacing(20)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.make = Button("Make the data set", "plus", "primary", "big")
        describe(self.make, "Make the data set", "Enter", "A project of its own, with no pictures.")
        self.leave = Button("Cancel", size="big")
        describe(self.leave, "Cancel", "Esc", "Nothing is made.")
        buttons.addWidget(self.make)
        buttons.addWidget(self.leave)
        buttons.addStretch(1)
        column.addLayout(buttons)


class NewDataset(NewDatasetView):
    """Makes an empty data set in a project of its own, and has it opened.

    Signals:
        left: the person changed their mind.
    """

    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._folder: Path | None = None
        self.classes.textChanged.connect(self._show_names)
        self.classes.returnPressed.connect(self._make)
        self.make.clicked.connect(self._make)
        self.leave.clicked.connect(self.left)
        self.change.clicked.connect(self._ask_folder)
        chain(self.classes, self.change, self.make, self.leave)

    def start(self) -> None:
        """Begin with nothing."""
        self._folder = None
        self.classes.clear()
        self._show_names("")
        self._show_place()
        self.make.setEnabled(True)
        self.classes.setFocus()

    def set_folder(self, folder: Path | None) -> None:
        """Keep the pictures there; None for inside the project."""
        self._folder = folder
        self._show_place()

    def keyPressEvent(self, event: object) -> None:
        if event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            self.left.emit()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    def _show_names(self, text: str) -> None:
        while (item := self.badges.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        names = names_in(text)
        room = WIDTH
        for i, name in enumerate(names):
            badge = Badge(display_name(name[:40]))
            room -= badge.sizeHint().width() + 6
            if room < 60 or i >= MOST_SHOWN:
                self.badges.addWidget(Text(f"and {len(names) - i:,} more", "small", "secondary"))
                break
            self.badges.addWidget(badge)
        self.badges.addStretch(1)

    def _show_place(self) -> None:
        folder = self._folder
        self.place.setText("the project" if folder is None else display_name(str(folder)))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self, "An empty folder for the pictures", str(self._folder or Path.home())
        )
        if name:
            self.set_folder(Path(name))

    def _make(self) -> None:
        if not self.make.isEnabled():
            return
        self.make.setEnabled(False)
        session, folder, names = self._session, self._folder, names_in(self.classes.text())
        if folder is None:
            try:
                folder = session.new_project(name=project_name(names)).path / FOLDER
            except StudioError as error:
                self._failed(error)
                return
        place = folder

        def work(progress: Progress, control: Control) -> None:
            from studio.data.collection import create

            create(place, names)

        def done(_result: object) -> None:
            if self._folder is not None:
                try:
                    session.new_project(name=project_name(names))
                except StudioError as error:
                    self._failed(error)
                    return
            session.open_requested.emit(place)

        session.jobs.start("Making the data set", work, done=done, failed=self._failed, owner=self)

    def _failed(self, error: StudioError) -> None:
        self.make.setEnabled(True)
        self._session.failed.emit(error)
