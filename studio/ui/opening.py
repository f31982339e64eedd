"""Opening things: folders, projects, the sample, pictures; always as a job, never blocking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, StudioError
from studio.core.paths import data_folder, display_name, from_text
from studio.core.project import Project, is_project
from studio.data.dataset import Dataset
from studio.data.index import is_picture_name, open_dataset
from studio.ui.session import Session

SAMPLE_COUNT = 2400
SAMPLE_SIDE = 64


class Opener(QObject):
    """Turns requests to open something into jobs, and their results into the session's state.

    Signals:
        pictures_opened: paths of pictures that are to be classified.
        messages: sentences about what was reset while a project was opened.
    """

    pictures_opened = Signal(list)
    messages = Signal(list)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        session.open_requested.connect(self.open_any)
        session.sample_requested.connect(self.open_sample)
        session.folder_dialog_requested.connect(self.ask_folder)
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

        def work(progress: Progress, control: Control) -> Dataset:
            # OpenCV comes with it, which is not needed before.
            from studio.data.sample import write_sample

            write_sample(
                folder, count=SAMPLE_COUNT, size=SAMPLE_SIDE, progress=progress, control=control
            )
            return _read(folder, progress, control)

        self._start("Drawing the sample", work, self._take_new)

    def open_folder(self, path: Path) -> None:
        """Open a data set, in a new project unless this one is still empty."""
        self._start(f"Opening {display_name(path.name)}", _reader(path), self._take_new)

    def open_project(self, path: Path) -> None:
        """Open a project, then its pictures; asks nothing if they are where they were."""
        try:
            project = Project.open(path)
            self.messages.emit(self._session.open_project(project))
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._open_pictures_of(project)

    def relocate(self, path: Path) -> None:
        """Open this project's pictures from another place."""
        self._start(f"Opening {display_name(path.name)}", _reader(path), self._session.set_dataset)

    def ask_folder(self) -> None:
        """Ask for a folder of pictures."""
        if path := self._ask("Open a folder of pictures"):
            self.open_any(path)

    def ask_project(self) -> None:
        """Ask for a project's folder."""
        if path := self._ask("Open a project"):
            self.open_project(path)

    def ask_where(self) -> None:
        """Ask where the pictures of this project are now."""
        if path := self._ask("Where are the pictures of this project?"):
            self.relocate(path)

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

    def _take_new(self, dataset: Dataset) -> None:
        project = self._session.project
        if project is not None and project.document.dataset is not None:
            try:
                self._session.new_project()
            except StudioError as error:
                self._session.failed.emit(error)
                return
        self._session.set_dataset(dataset)

    def _start(
        self,
        words: str,
        work: Callable[[Progress, Control], Dataset],
        done: Callable[[Dataset], None],
    ) -> None:
        self._session.jobs.start(words, work, done=done, failed=self._session.failed.emit)

    def _ask(self, title: str) -> Path | None:
        recent = self._session.dataset
        start = str(recent.root.parent) if recent is not None else str(Path.home())
        name = QFileDialog.getExistingDirectory(self._window, title, start)
        return Path(name) if name else None


def _reader(path: Path) -> Callable[[Progress, Control], Dataset]:
    def work(progress: Progress, control: Control) -> Dataset:
        return _read(path, progress, control)

    return work


def _read(path: Path, progress: Progress, control: Control) -> Dataset:
    dataset = open_dataset(path, progress=progress, control=control)
    dataset.fingerprint()  # kept by the data set; the window must not wait for it later
    return dataset
