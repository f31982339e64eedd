"""Puts pictures into the open data set: one job after the other, with undo, then reads it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.jobs import Work
from studio.ui.panes.data.collecting.refresh import Refreshed, read_again
from studio.ui.panes.data.collecting.targets import Target, refusal, target_of
from studio.ui.panes.data.collecting.undo import AddPictures
from studio.ui.panes.data.order import class_names, first_output
from studio.ui.session import Session
from studio.ui.widgets.numbers import count

if TYPE_CHECKING:
    from studio.data.collection import Added

REFRESH_MS = 600
"""Pictures of a burst come one after the other: the data set is read again after the last."""


@dataclass(frozen=True)
class _Task:
    words: str
    work: Work
    done: Callable[[Any], None]


class Collector(QObject):
    """Copies into the data set that is open. What may take long is a job.

    Attributes:
        refreshed: while the session takes over the data set that was read again, how its rows
            follow from those before; else None.

    Signals:
        added(object, str): an ``Added`` with at least one picture, and the class.
        told(str): what was done, as a sentence.
    """

    added = Signal(object, str)
    told = Signal(str)

    def __init__(
        self, session: Session, first: Callable[[], NDArray[np.int64] | None], parent: QObject
    ) -> None:
        """``first``: rows with which the shuffled list begins."""
        super().__init__(parent)
        self._session, self._first = session, first
        self.refreshed: Refreshed | None = None
        self._queue: list[_Task] = []
        self._is_busy = False
        self._labels: list[tuple[str, tuple[str, ...]]] = []
        self._sentence = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._read_again)

    @property
    def root(self) -> Path | None:
        """The folder of the open data set."""
        return self._session.original.root if self._session.original is not None else None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is copied, read again, or waits for it."""
        return not (self._is_busy or self._queue or self._timer.isActive())

    def refusal(self) -> StudioError | None:
        """Why no picture can be added to the open data set; None where it can."""
        return refusal(self._session.original)

    def target(self, name: str | None) -> Target | None:
        """Where pictures of a class (None: of no class) go; None where nowhere."""
        original = self._session.original
        return None if original is None else target_of(original, name)

    def words(self, number: int, name: str) -> str:
        """“Add 12 pictures to “fern””, for undo."""
        to = f" to “{display_name(name)}”" if name else ""
        return f"Add {count(number, 'picture')}{to}"

    # --- adding ---------------------------------------------------------------------------------

    def add_files(self, paths: list[str], name: str | None) -> None:
        """Copy files, and what is in folders, into a class (None: no class yet)."""
        target = self.target(name)
        if target is None:
            return

        def work(progress: Progress, control: Control) -> Added:
            from studio.data.collection import add_files

            return add_files(target.root, target.folder(), paths, progress, control)

        self._put(f"Copying to {target.words}", work, partial(self._took, target, 0))

    def add_pixels(
        self, pixels: NDArray[Any], name: str | None, ending: str = "png", burst: int = 0
    ) -> None:
        """Write one picture, ``(h, w, 3) uint8`` RGB, into a class.

        Args:
            burst: pictures of the same number are one step of undo; 0 for a step of its own.
        """
        target = self.target(name)
        if target is None:
            return

        def work(progress: Progress, control: Control) -> Added:
            from studio.data.collection import add_array

            return add_array(target.root, target.folder(), pixels, ending=ending)

        self._put(f"Saving to {target.words}", work, partial(self._took, target, burst))

    def take_out(self, root: Path, paths: tuple[str, ...], waits_as: list[str]) -> None:
        """Undo: move pictures that were added aside; ``waits_as`` gets the name of the place."""

        def work(progress: Progress, control: Control) -> str:
            from studio.data.collection import take_out

            return take_out(root, paths)

        def done(name: str) -> None:
            waits_as[:] = [name]
            self._read_again(f"{count(len(paths), 'picture')} taken out again.")

        self._put("Taking pictures out again", work, done)

    def put_back(self, root: Path, paths: tuple[str, ...], waits_as: list[str]) -> None:
        """Redo: bring back what was moved aside."""

        def work(progress: Progress, control: Control) -> None:
            from studio.data.collection import put_back

            for name in waits_as:  # filled by the undo before, which was in the queue, too
                put_back(root, name, paths)

        def done(_result: object) -> None:
            self._read_again(f"{count(len(paths), 'picture')} added again.")

        self._put("Adding pictures again", work, done)

    def move_to(self, place: Path) -> None:
        """Go on with a copy of the open data set that lies elsewhere."""
        self._read_again(place=place)

    # --- inside ---------------------------------------------------------------------------------

    def _took(self, target: Target, burst: int, added: Added) -> None:
        name = target.name or ""
        if added.paths:
            words = self.words(len(added.paths), name)
            self._session.undo_stack.push(AddPictures(self, target.root, added.paths, words, burst))
            if name:
                self._labels.append((name, added.paths))
            self._sentence = added_words(added, "")
            self.added.emit(added, name)
            self._timer.start()
        else:
            self.told.emit(added_words(added, name))
        if added.error is not None:
            kept = f" {count(len(added.paths), 'picture')} had been added." if added.paths else ""
            error = added.error
            self._session.failed.emit(
                type(error)(error.message, f"{error.hint}{kept}", error.details)
            )
        elif added.refused:
            self._session.failed.emit(refused_error(added))

    def _put(self, words: str, work: Work, done: Callable[[Any], None]) -> None:
        self._queue.append(_Task(words, work, done))
        self._go_on()

    def _go_on(self) -> None:
        if self._is_busy or not self._queue:
            return
        task = self._queue.pop(0)
        self._is_busy = True

        def ended(act: Callable[..., None], *arguments: object) -> None:
            self._is_busy = False
            act(*arguments)
            self._go_on()

        self._session.jobs.start(
            task.words, task.work, done=partial(ended, task.done), owner=self,
            failed=partial(ended, self._session.failed.emit), cancelled=partial(ended, _nothing),
        )  # fmt: skip

    def _read_again(self, sentence: str = "", place: Path | None = None) -> None:
        """Read the data set once what waits has been copied."""
        self._timer.stop()
        self._sentence = sentence or self._sentence
        original = self._session.original
        if original is None:
            return
        first, split = self._first(), self._session.split
        self._put(
            f"Reading {original.name} again",
            lambda progress, control: read_again(original, first, split, progress, control, place),
            partial(self._take, original),
        )

    def _take(self, original: Dataset, found: Refreshed) -> None:
        session = self._session
        if session.original is not original or session.peek is not None:
            return  # another one is open, or being opened
        if self._queue or self._timer.isActive():
            self._timer.start()  # more has come in between: once is enough
            return
        is_same = found.split == session.split
        self.refreshed = found
        try:
            session.set_dataset(found.dataset, found.assignment if is_same else None)
        finally:
            self.refreshed = None
        self._correct()
        if self._sentence:
            self.told.emit(self._sentence)
            self._sentence = ""

    def _correct(self) -> None:
        """Say of which class the new pictures are, where their folder's name says another."""
        from studio.data.overlay.actions import Relabel

        dataset, wanted, self._labels = self._session.dataset, self._labels, []
        if dataset is None or not wanted:
            return
        output, names = first_output(dataset), class_names(dataset)
        rows = {path: row for row, path in enumerate(dataset.paths)}
        for name, paths in wanted:
            here = [p for p in paths if p in rows]
            found = dataset.first_class(output)[[rows[p] for p in here]].tolist()
            wrong = [p for p, i in zip(here, found, strict=True) if i < 0 or names[i] != name]
            if wrong:
                action = Relabel(output=output, classes=(name,), paths=wrong)
                self._session.changes.perform(action)


def _nothing() -> None:
    """A job was cancelled before it did anything."""


def added_words(added: Added, name: str) -> str:
    """What came of adding pictures, as a sentence."""
    to = f" to “{display_name(name)}”" if name else ""
    words = f"{count(len(added.paths), 'picture')} added{to}"
    if added.already:
        words += f", {added.already:,} there already"
    if added.refused:
        words += f", {len(added.refused):,} left out"
    return f"Stopped: {words}." if added.stopped else f"{words}."


def refused_error(added: Added) -> StudioError:
    """Which files were not taken, and why."""
    name, reason = added.refused[0]
    number = len(added.refused)
    first = "" if number == 1 else "The first is "
    return StudioError(
        f"{count(number, 'file')} {'was' if number == 1 else 'were'} left out.",
        f"{first}“{display_name(name)}”: {reason}",
        "\n".join(f"{display_name(n)}: {r}" for n, r in added.refused[:1000]),
    )
