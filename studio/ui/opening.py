"""Opening things: folders, projects, the sample, pictures; always as a job, never blocking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, StudioError
from studio.core.paths import data_folder, display_name, from_text
from studio.core.project import Project, is_project
from studio.data.names import is_picture_name
from studio.data.split import SplitSpec
from studio.ui.changes import APPLYING_FILE, OVERLAY_FILE
from studio.ui.jobs import Job
from studio.ui.reading import AS_RECOGNISED, Doubtful, How, Opened, Tell, read, reader
from studio.ui.session import Session

if TYPE_CHECKING:
    from studio.data.peek import Peek

SAMPLE_COUNT = 2400
SAMPLE_SIDE = 64


class Opener(QObject):
    """Turns requests to open something into jobs, and their results into the session's state.

    Signals:
        pictures_opened: paths of pictures that are to be classified.
        messages: sentences about what was reset while a project was opened.
        doubted: a Doubtful that a person should explain before it is opened.
    """

    pictures_opened = Signal(list)
    messages = Signal(list)
    doubted = Signal(object)
    _peeked = Signal(int, object)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._job: Job | None = None
        self._number = 0
        self._peeked.connect(self._take_peek, Qt.ConnectionType.QueuedConnection)
        session.open_requested.connect(self.open_any)
        session.sample_requested.connect(self.open_sample)
        session.folder_dialog_requested.connect(self.ask_folder)
        session.file_dialog_requested.connect(self.ask_file)
        session.project_dialog_requested.connect(self.ask_project)
        session.locate_requested.connect(self.ask_where)

    def open_any(self, path: Path) -> None:
        """Open what lies there: a project, a picture, or a folder of pictures."""
        if is_project(path):
            self.open_project(path)
        elif path.is_file() and is_picture_name(path.name):
            self.pictures_opened.emit([str(path)])
        else:
            self.open_folder(path)

    def open_sample(self) -> None:
        """Draw the sample if it is not there yet, then open it."""
        folder = data_folder() / "sample"

        def work(progress: Progress, control: Control, tell: Tell) -> Opened:
            # OpenCV comes with it, which is not needed before.
            from studio.data.sample import write_sample

            write_sample(
                folder, count=SAMPLE_COUNT, size=SAMPLE_SIDE, progress=progress, control=control
            )
            return read(folder, SplitSpec(), progress, control, tell)

        self._start("Drawing the sample", work, self._take_new)

    def open_folder(self, path: Path) -> None:
        """Open a data set, in a new project unless this one is still empty."""
        self._start(_words(path), reader(path, SplitSpec(), How(may_ask=True)), self._take_new)

    def open_as(self, path: Path, how: How) -> None:
        """Open a data set as a person says, in a new project unless this one is still empty."""
        self._start(_words(path), reader(path, SplitSpec(), how), self._take_new)

    def reopen(self, how: How) -> None:
        """Read this project's pictures in another way; what was done to them stays."""
        original = self._session.original
        if original is not None:
            place = original.place
            self._start(_words(place), reader(place, self._session.split, how), self._take)

    def open_project(self, path: Path) -> None:
        """Open a project, then its pictures; asks nothing if they are where they were."""
        self._abandon()
        try:
            project = Project.open(path)
        except StudioError as error:
            self._session.failed.emit(error)
            return
        if (project.path / APPLYING_FILE).exists():
            self._go_on_with(project)
        else:
            self._take_project(project, [])

    def relocate(self, path: Path) -> None:
        """Open this project's pictures from another place."""
        project = self._session.project
        known = project.document.dataset if project is not None else None
        how = (
            How(known.format, known.options, known.chosen)
            if known is not None and (known.options or known.chosen)
            else AS_RECOGNISED
        )
        self._start(_words(path), reader(path, self._session.split, how), self._take)

    def ask_folder(self) -> None:
        """Ask for a folder of pictures."""
        if path := self._ask("Open a folder of pictures"):
            self.open_any(path)

    def ask_file(self) -> None:
        """Ask for a file that is a data set: a table, an archive, a file of arrays."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a table, an archive or a file of arrays", self._start_folder()
        )
        if name:
            self.open_any(Path(name))

    def ask_project(self) -> None:
        """Ask for a project's folder."""
        if path := self._ask("Open a project"):
            self.open_project(path)

    def ask_where(self) -> None:
        """Ask where the pictures of this project are now."""
        if path := self._ask("Where are the pictures of this project?"):
            self.relocate(path)

    def _take_project(self, project: Project, words: list[str]) -> None:
        try:
            self.messages.emit([*words, *self._session.open_project(project)])
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._open_pictures_of(project)

    def _go_on_with(self, project: Project) -> None:
        """Moving its files was cut off: see how far it came, which may take a while."""
        self._number = number = self._number + 1

        def work(progress: Progress, control: Control) -> list[str]:
            from studio.data.folder_journal import settle_unfinished
            from studio.data.overlay.store import Overlay

            try:
                overlay = Overlay.open(project.path / OVERLAY_FILE)
                return list(filter(None, [settle_unfinished(project.path, overlay)]))
            except StudioError:
                return []  # opening the project meets it again, and tells

        def done(words: list[str]) -> None:
            if number == self._number:
                self._take_project(project, words)

        self._job = self._session.jobs.start(
            f"Opening {display_name(project.path.name)}", work,
            done=done, failed=self._session.failed.emit,
        )  # fmt: skip

    def _open_pictures_of(self, project: Project) -> None:
        reference = project.document.dataset
        if reference is None:
            return
        place = project.dataset_path()
        if place is None:
            name = display_name(from_text(reference.path).name)
            self._session.failed.emit(
                DatasetError(
                    f"The pictures of this project, “{name}”, are not where they were.",
                    "Connect the drive, or choose “Locate…” in Data and show the folder.",
                )
            )
            return
        self.relocate(place)

    def _take_new(self, opened: Opened) -> None:
        project = self._session.project
        if project is not None and project.document.dataset is not None:
            try:
                self._session.new_project()
            except StudioError as error:
                self._session.failed.emit(error)
                return
        self._take(opened)

    def _take(self, opened: Opened) -> None:
        is_same = opened.split == self._session.split
        self._session.set_dataset(opened.dataset, opened.assignment if is_same else None)

    def _start(
        self,
        words: str,
        work: Callable[[Progress, Control, Tell], Opened | Doubtful],
        take: Callable[[Opened], None],
    ) -> None:
        if self._job is not None and self._job.is_running:
            self._job.cancel()  # what was asked for last is what the person wants
        self._number = number = self._number + 1

        def done(opened: Opened | Doubtful) -> None:
            if number != self._number:
                return
            if isinstance(opened, Opened):
                take(opened)
            self._session.set_peek(None)
            if isinstance(opened, Doubtful):
                self.doubted.emit(opened)

        def failed(error: StudioError) -> None:
            if number == self._number:
                self._session.set_peek(None)
                self._session.failed.emit(error)

        def cancelled() -> None:
            if number == self._number:
                self._session.set_peek(None)

        self._job = self._session.jobs.start(
            words,
            lambda progress, control: work(
                progress, control, lambda found: self._peeked.emit(number, found)
            ),
            done=done, failed=failed, cancelled=cancelled,
        )  # fmt: skip

    def _abandon(self) -> None:
        """What is being opened is no longer wanted."""
        self._number += 1
        if self._job is not None:
            self._job.cancel()
        self._session.set_peek(None)

    def _take_peek(self, number: int, found: Peek | None) -> None:
        if number == self._number:
            self._session.set_peek(found)

    def _ask(self, title: str) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._window, title, self._start_folder())
        return Path(name) if name else None

    def _start_folder(self) -> str:
        recent = self._session.dataset
        return str(recent.place.parent if recent is not None else Path.home())


def _words(path: Path) -> str:
    return f"Opening {display_name(path.name)}"
