"""The first page: drop a folder, try the sample, go on with something recent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.paths import display_name, from_text
from studio.core.settings import Recent
from studio.data.names import is_data_name
from studio.data.things import COLOURS, THINGS
from studio.ui.latest import Latest
from studio.ui.opening import SAMPLE_COUNT
from studio.ui.panes.ready.start_column import ReadyColumn
from studio.ui.panes.start_recent import RecentRow, when
from studio.ui.panes.start_sample import SAMPLES, Drawn, Fan, draw_samples
from studio.ui.session import Session
from studio.ui.tokens import R1
from studio.ui.widgets.buttons import Button, LinkButton
from studio.ui.widgets.drop import DropZone
from studio.ui.widgets.image_view import ImageView
from studio.ui.widgets.panel import ScrollColumn, Surface
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

__all__ = ["StartPage", "describe_drop", "when"]

WIDTH = 880
_RECENT = 6
_DRAW_AFTER_MS = 150


def describe_drop(paths: list[str]) -> tuple[bool, str]:
    """What a drop on the Data pane does."""
    if len(paths) > 1:
        return False, "Drop one folder, table or archive: the one that holds all pictures"
    path = Path(paths[0])
    name = display_name(path.name)
    if path.is_dir() or path.name == "project.json" or is_data_name(path.name):
        return True, f"Open “{name}”"
    return False, f"“{name}” is no data set. Drop the folder that holds the pictures"


class StartPage(Surface):
    """What there is before any data set: everything on it leads to one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        column = ScrollColumn()
        outer.addWidget(column)
        hold = QWidget()
        hold.setMaximumWidth(WIDTH)
        body = QVBoxLayout(hold)
        body.setContentsMargins(0, 24, 0, 24)
        body.setSpacing(32)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(hold, 100)
        row.addStretch(1)
        column.body.addStretch(2)
        column.body.addLayout(row)
        column.body.addStretch(5)
        body.addWidget(self._drop_zone())
        columns = QHBoxLayout()
        columns.setSpacing(32)
        self.ready = ReadyColumn(session)
        columns.addLayout(self._sample_column(), 1)
        columns.addWidget(self.ready, 1)
        columns.addLayout(self._recent_column(), 1)
        body.addLayout(columns)
        self._rows: list[RecentRow] = []
        self._drawing = Latest(self)
        self._drawing.answered.connect(self._show_drawn)
        self._was_shown = False
        self._looking = Latest(self)
        self._looking.answered.connect(self._mark_missing)
        self.refresh()
        session.project_changed.connect(self.refresh)

    def _drop_zone(self) -> DropZone:
        self.zone = DropZone(describe_drop, minimum_height=264)
        self.zone.setAccessibleName("Drop a folder of pictures here")
        self.zone.dropped.connect(lambda paths: self._session.open_requested.emit(Path(paths[0])))
        body = self.zone.body
        body.setSpacing(0)
        self.fan = Fan()
        centre = Qt.AlignmentFlag.AlignHCenter
        body.addStretch(1)
        body.addWidget(self.fan, 0, centre)
        body.addSpacing(12)
        body.addWidget(Text("Drop a folder of pictures here", "heading"), 0, centre)
        body.addSpacing(6)
        words = Text(
            "One sub-folder for each class is enough. Tables (CSV, JSON), IDX, CIFAR, HDF5, MAT "
            "files and archives work too.\nYour files are read where they are and never changed.",
            tone="secondary",
            wrap=True,
        )
        words.setAlignment(centre | Qt.AlignmentFlag.AlignTop)
        body.addWidget(words)
        body.addSpacing(20)
        body.addLayout(self._ways())
        body.addStretch(1)
        return self.zone

    def _ways(self) -> QHBoxLayout:
        self.folder_button = Button("Open a folder…", "folder", "primary", "big")
        describe(
            self.folder_button, "Open a folder", "Ctrl+O", "Choose the folder of your pictures."
        )
        self.folder_button.clicked.connect(lambda: self._session.folder_dialog_requested.emit())
        self.file_button = Button("Open a file…", size="big")
        describe(
            self.file_button, "Open a file",
            sentence="A table of pictures and labels, an archive, a file of arrays.",
        )  # fmt: skip
        self.file_button.clicked.connect(lambda: self._session.file_dialog_requested.emit())
        self.new_button = Button("New data set…", "plus", size="big")
        describe(
            self.new_button, "New data set", "Ctrl+Shift+N",
            "Name classes, then drop, paste or take pictures.",
        )  # fmt: skip
        self.new_button.clicked.connect(lambda: self._session.build_requested.emit())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.folder_button)
        row.addWidget(self.file_button)
        row.addWidget(self.new_button)
        row.addStretch(1)
        return row

    def _sample_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(Text("Try the sample", "title"))
        column.addWidget(
            Text(
                f"{SAMPLE_COUNT:,} drawn pictures: {len(THINGS)} things, {len(COLOURS)} colours.\n"
                "Train on them in five minutes.",
                tone="secondary", wrap=True,
            )
        )  # fmt: skip
        grid = QGridLayout()
        grid.setSpacing(4)
        self.samples = [ImageView("", R1 - 1, minimum=24) for _ in range(SAMPLES)]
        for i, view in enumerate(self.samples):
            view.setFixedSize(42, 42)
            grid.addWidget(view, i // 6, i % 6)
        grid.setColumnStretch(6, 1)
        column.addSpacing(8)
        column.addLayout(grid)
        column.addSpacing(8)
        self.sample_button = Button("Open the sample")
        describe(
            self.sample_button, "Open the sample",
            sentence="Draws the pictures on this computer; nothing is downloaded.",
        )  # fmt: skip
        self.sample_button.clicked.connect(lambda: self._session.sample_requested.emit())
        column.addWidget(self.sample_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return column

    def _recent_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(Text("Recent", "title"))
        self.recent_words = Text("", tone="secondary", wrap=True)
        column.addWidget(self.recent_words)
        column.addSpacing(4)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        column.addLayout(self._recent)
        column.addSpacing(4)
        self.project_button = LinkButton("Open a project…")
        describe(
            self.project_button, "Open a project", sentence="Go on with one that you saved before."
        )
        self.project_button.clicked.connect(lambda: self._session.project_dialog_requested.emit())
        column.addWidget(self.project_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return column

    # --- what is shown --------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the sample's pictures once the window is on the screen."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(_DRAW_AFTER_MS, self, lambda: self._drawing.ask(draw_samples))

    def refresh(self) -> None:
        """Read the recent list again; what is missing is marked a moment later."""
        for row in self._rows:
            self._recent.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for recent in self._session.settings.current.recent[:_RECENT]:
            row = RecentRow(recent)
            row.clicked.connect(lambda _checked=False, r=recent: self._open(r))
            row.forget_asked.connect(lambda r=recent: self._forget(r))
            self._recent.addWidget(row)
            self._rows.append(row)
        self.recent_words.setText(
            "Projects on this computer." if self._rows else "What you open is listed here."
        )
        paths = [row.recent.path for row in self._rows]
        self._looking.ask(lambda: {path: from_text(path).exists() for path in paths})

    def rows(self) -> list[RecentRow]:
        """The recent list as shown."""
        return list(self._rows)

    def _open(self, recent: Recent) -> None:
        self._session.open_requested.emit(from_text(recent.path))

    def _forget(self, recent: Recent) -> None:
        self._session.settings.forget(recent.path)
        self.refresh()

    def _mark_missing(self, there: dict[str, bool]) -> None:
        for row in self._rows:
            row.set_missing(not there.get(row.recent.path, True))

    def _show_drawn(self, drawn: Drawn) -> None:
        self.fan.set_images(drawn.fan)
        for view, image in zip(self.samples, drawn.strip, strict=False):
            view.set_picture(image)
