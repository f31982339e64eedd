"""Opening things: folders, projects, the sample, pictures; always as a job, never blocking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, StudioError
from studio.core.paths import data_folder, display_name, from_text
from studio.core.project import Project, is_project
from studio.data.dataset import Dataset, unusable
from studio.data.names import is_picture_name
from studio.data.split import SplitSpec, assign
from studio.ui.jobs import Job
from studio.ui.session import Session

if TYPE_CHECKING:
    from studio.data.peek import Peek

SAMPLE_COUNT = 2400
SAMPLE_SIDE = 64

Tell = Callable[["Peek | None"], None]
"""What a job calls with the first pictures, before it indexes the rest."""


@dataclass(frozen=True)
class Opened:
    """A data set with its split, ``(n,) int8`` as of ``studio.data.split.assign``."""

    dataset: Dataset
    split: SplitSpec
    assignment: NDArray[np.int8]


@dataclass(frozen=True)
class _How:
    """The format that a project remembers, with what a person corrected; recognised where empty."""

    format: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


_AS_RECOGNISED = _How()


class Opener(QObject):
    """Turns requests to open something into jobs, and their results into the session's state.

    Signals:
        pictures_opened: paths of pictures that are to be classified.
        messages: sentences about what was reset while a project was opened.
    """

    pictures_opened = Signal(list)
    messages = Signal(list)
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
            return _read(folder, SplitSpec(), progress, control, tell)

        self._start("Drawing the sample", work, self._take_new)

    def open_folder(self, path: Path) -> None:
        """Open a data set, in a new project unless this one is still empty."""
        self._start(_words(path), _reader(path, SplitSpec()), self._take_new)

    def open_project(self, path: Path) -> None:
        """Open a project, then its pictures; asks nothing if they are where they were."""
        self._abandon()
        try:
            project = Project.open(path)
            self.messages.emit(self._session.open_project(project))
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._open_pictures_of(project)

    def relocate(self, path: Path) -> None:
        """Open this project's pictures from another place."""
        project = self._session.project
        known = project.document.dataset if project is not None else None
        how = (
            _How(known.format, known.options)
            if known is not None and known.options
            else _AS_RECOGNISED
        )
        self._start(_words(path), _reader(path, self._session.split, how), self._take)

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
        work: Callable[[Progress, Control, Tell], Opened],
        take: Callable[[Opened], None],
    ) -> None:
        if self._job is not None and self._job.is_running:
            self._job.cancel()  # what was asked for last is what the person wants
        self._number = number = self._number + 1

        def done(opened: Opened) -> None:
            if number == self._number:
                take(opened)
                self._session.set_peek(None)

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


def _reader(
    path: Path, split: SplitSpec, how: _How = _AS_RECOGNISED
) -> Callable[[Progress, Control, Tell], Opened]:
    def work(progress: Progress, control: Control, tell: Tell) -> Opened:
        return _read(path, split, progress, control, tell, how)

    return work


def _read(
    path: Path,
    split: SplitSpec,
    progress: Progress,
    control: Control,
    tell: Tell,
    how: _How = _AS_RECOGNISED,
) -> Opened:
    """Everything about a data set that takes long, so that the window need not wait for it."""
    # With them come all formats, which the first paint need not wait for.
    from studio.data.index import open_dataset
    from studio.data.peek import peek

    control.checkpoint()
    if how.format in ("", "folder", "split-folders") and path.is_dir():
        tell(peek(path))
    dataset = open_dataset(
        path, how.format or None, progress=progress, control=control, options=how.options
    )
    dataset.fingerprint()  # kept by the data set
    left_out = unusable(dataset, dataset.problems)
    return Opened(dataset, split, assign(dataset, split, excluded=left_out))
