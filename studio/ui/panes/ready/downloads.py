"""The ready data sets as the window knows them: what is here, what is on its way, what failed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.data.ready.catalogue import CATALOGUE
from studio.data.ready.entry import ReadySet
from studio.data.ready.keeping import (
    Local,
    Status,
    check_local,
    fetch,
    folder_of,
    place_of,
    remove,
    status_of,
    take,
)
from studio.ui.jobs import Job, Work
from studio.ui.latest import Latest
from studio.ui.session import Session

UNKNOWN = Status("away", 0)


class Downloads(QObject):
    """One for a session, see :func:`downloads_of`. Nothing is fetched but by :meth:`start`.

    Signals:
        changed(str): something about the data set of that key is new; "" for all of them.
        arrived(object): a ReadySet is on this computer now.
        compared(object, object): a ReadySet and the Local that a person's own file turned out
            to be, where it is another one.
        wanted_changed: another data set should come into sight.
    """

    changed = Signal(str)
    arrived = Signal(object)
    compared = Signal(object, object)
    wanted_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.catalogue: tuple[ReadySet, ...] = CATALOGUE
        self.wanted = ""
        self._session = session
        self._jobs: dict[str, Job] = {}
        self._problems: dict[str, str] = {}
        self._notes: dict[str, str] = {}
        self._statuses: dict[str, Status] = {}
        self._looking = Latest(self)
        self._looking.answered.connect(self._take_statuses)

    # --- what is known --------------------------------------------------------------------------

    def look(self) -> None:
        """Look for the files again, off the window's thread."""
        catalogue = self.catalogue
        self._looking.ask(lambda: {entry.key: status_of(entry) for entry in catalogue})

    def status(self, entry: ReadySet) -> Status:
        """What lies on this computer, as of the last look."""
        return self._statuses.get(entry.key, UNKNOWN)

    def job(self, entry: ReadySet) -> Job | None:
        """What is being done about it."""
        return self._jobs.get(entry.key)

    def problem(self, entry: ReadySet) -> str:
        """Why the last try failed; empty where none did."""
        return self._problems.get(entry.key, "")

    def note(self, entry: ReadySet) -> str:
        """What a person should know; empty where there is nothing."""
        return self._notes.get(entry.key, "")

    def is_open(self, entry: ReadySet) -> bool:
        """Whether it is the data set that is open now."""
        dataset = self._session.dataset
        return dataset is not None and dataset.place.is_relative_to(folder_of(entry))

    # --- what can be done -----------------------------------------------------------------------

    def show(self, entry: ReadySet | None) -> None:
        """Bring the page to the front, with this data set in sight."""
        self.wanted = entry.key if entry is not None else ""
        self._session.pane_requested.emit("ready")
        self.wanted_changed.emit()

    def start(self, entry: ReadySet) -> None:
        """Download it, or what is missing of it."""

        def work(progress: Progress, control: Control) -> Path:
            return fetch(entry, progress, control)

        self._run(entry, f"Downloading {entry.title}", work, in_bytes=True)

    def cancel(self, entry: ReadySet) -> None:
        """Stop what is being done about it; what came so far is kept."""
        if job := self.job(entry):
            job.cancel()
            self.changed.emit(entry.key)

    def open(self, entry: ReadySet) -> None:
        """Open it as a data set."""
        self._session.pane_requested.emit("data")
        self._session.open_requested.emit(place_of(entry))

    def open_local(self, local: Local) -> None:
        """Open a file that is not the published one, as an ordinary data set."""
        self._session.pane_requested.emit("data")
        self._session.open_requested.emit(local.path)

    def use(self, entry: ReadySet, path: Path) -> None:
        """Compare a person's own file, or folder, with the published one; take it if it is."""

        def work(progress: Progress, control: Control) -> Local:
            local = check_local(entry, path, progress, control)
            if local.is_published:
                take(entry, local, progress, control)
            return local

        self._run(entry, f"Checking {entry.title}", work, in_bytes=True)

    def remove(self, entry: ReadySet) -> None:
        """Delete it from this computer."""

        def work(_progress: Progress, _control: Control) -> int:
            return remove(entry)

        self._run(entry, f"Removing {entry.title}", work)

    # --- inside ---------------------------------------------------------------------------------

    def _run(self, entry: ReadySet, words: str, work: Work, in_bytes: bool = False) -> None:
        key = entry.key
        if key in self._jobs:
            return
        self._problems.pop(key, None)
        self._notes.pop(key, None)
        self._jobs[key] = self._session.jobs.start(
            words,
            work,
            done=lambda result: self._done(entry, result),
            failed=lambda error: self._failed(entry, error),
            cancelled=lambda: self._cancelled(entry),
            progress=lambda _done, _total, _words: self.changed.emit(key),
            owner=self,
            in_bytes=in_bytes,
        )
        self.changed.emit(key)

    def _done(self, entry: ReadySet, result: object) -> None:
        self._jobs.pop(entry.key, None)
        local = result if isinstance(result, Local) else None
        is_here = isinstance(result, Path) or (local is not None and local.is_published)
        if is_here:
            self._statuses[entry.key] = Status("here", entry.size)
        elif local is None:
            self._statuses[entry.key] = UNKNOWN
        if local is not None:
            self._notes[entry.key] = local.sentence
        self.changed.emit(entry.key)
        if is_here:
            self.arrived.emit(entry)
        elif local is not None:
            self.compared.emit(entry, local)

    def _failed(self, entry: ReadySet, error: StudioError) -> None:
        self._jobs.pop(entry.key, None)
        self._problems[entry.key] = f"{error.message} {error.hint}".strip()
        self.changed.emit(entry.key)
        self.look()

    def _cancelled(self, entry: ReadySet) -> None:
        self._jobs.pop(entry.key, None)
        self.changed.emit(entry.key)
        self.look()

    def _take_statuses(self, statuses: dict[str, Status]) -> None:
        self._statuses = statuses
        self.changed.emit("")


def downloads_of(session: Session) -> Downloads:
    """The downloads of a session; made when they are first asked for."""
    found = session.findChild(Downloads)
    return found if isinstance(found, Downloads) else Downloads(session)
