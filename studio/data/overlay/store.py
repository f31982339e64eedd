"""The overlay: an append-only journal of actions in one SQLite file, with undo and redo.

::

    picture  (id, path, crc)                        every path that an action named, once
    journal  (id, at, kind, parameters, pictures, crc)

``path`` is the text of :func:`studio.core.paths.to_text`; ``kind`` is that of an action, or
``undo``, ``redo``, ``settle``; ``pictures`` are the packed ids of :mod:`.packing`. Rows are only
ever added: undo and redo move a cursor over the actions, a new action drops what could be redone,
and ``settle`` starts anew after the files themselves were changed. Each row is one transaction,
flushed to the disk before the change shows (``synchronous=EXTRA``; see SQLite's “Atomic Commit In
SQLite”), so a kill costs at most the action that was under way.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import ProjectDamaged, StudioError
from studio.core.files import replace_with, storage_errors
from studio.data.overlay.actions import Accept, Action, PictureAction
from studio.data.overlay.apply import OverlayResult, apply_actions
from studio.data.overlay.binding import Binding
from studio.data.overlay.journal import (
    REDO,
    SETTLE,
    UNDO,
    Batch,
    Journal,
    Step,
    read_rows,
    with_paths,
)
from studio.data.overlay.packing import unpack
from studio.data.overlay.sqlite_file import (
    connect,
    create,
    looks_right,
    put_aside,
    sqlite_problem,
)

if TYPE_CHECKING:
    from studio.data.dataset import Dataset

__all__ = ["Overlay", "Step"]

_DOING = "saving a change of labels"
_READING_ERRORS = (sqlite3.Error, ValueError, OverflowError, RecursionError)


class Overlay:
    """What a person changed about a data set. Use :meth:`open`; may be used from any thread.

    Without a file it lives in memory alone, for a data set that is in no project.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._journal = Journal()
        self._lock = threading.RLock()
        self._binding: Binding | None = None

    @classmethod
    def open(cls, file: Path) -> Overlay:
        """Read the journal; a file that is not there yet is made by the first action.

        Raises:
            ProjectDamaged: the file is foreign, cut or broken. It was not changed.
            ProjectTooNew: a newer version wrote it. It was not changed.
            StorageError: it may not be read.
        """
        overlay = cls(file)
        if looks_right(file):
            overlay._load()
        return overlay

    @classmethod
    def open_or_put_aside(cls, file: Path) -> tuple[Overlay, StudioError | None]:
        """As :meth:`open`, but a damaged file is renamed and an empty overlay takes its place.

        Returns:
            the overlay, and what to tell the person where a file was put aside.

        Raises:
            ProjectTooNew: a newer version wrote it; it stays where it is.
            StorageError: it may not be read, or not be renamed.
        """
        try:
            return cls.open(file), None
        except ProjectDamaged as error:
            kept = put_aside(file)
            hint = f"It was kept as “{kept.name}”, and labels start from the files again."
            return cls(file), ProjectDamaged(error.message, hint, error.details)

    # --- what is there ----------------------------------------------------------------------------

    @property
    def steps(self) -> tuple[Step, ...]:
        """The actions in force, the oldest first."""
        with self._lock:
            return tuple(self._journal.steps[: self._journal.cursor])

    @property
    def taken_back(self) -> tuple[Step, ...]:
        """The actions that redo would do again, the next first."""
        with self._lock:
            return tuple(self._journal.steps[self._journal.cursor :])

    @property
    def undo_words(self) -> str:
        """What undo would take back; empty where there is nothing."""
        with self._lock:
            journal = self._journal
            return journal.steps[journal.cursor - 1].words if journal.cursor else ""

    @property
    def redo_words(self) -> str:
        """What redo would do again; empty where there is nothing."""
        with self._lock:
            journal = self._journal
            return journal.steps[journal.cursor].words if self.can_redo else ""

    @property
    def revision(self) -> int:
        """Another number after every change, undo and redo."""
        return self._journal.last_row

    @property
    def can_undo(self) -> bool:
        """Whether there is an action to take back."""
        return self._journal.cursor > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an action to do again."""
        return self._journal.cursor < len(self._journal.steps)

    def actions(self) -> list[Action]:
        """The actions in force with their pictures, the oldest first."""
        with self._lock:
            paths = self._journal.paths
            return [with_paths(step, paths) for step in self.steps]

    def apply(self, dataset: Dataset) -> Dataset:
        """The data set with the labels and classes as the person wants them; the old one stays."""
        return self.result(dataset).dataset

    def result(self, dataset: Dataset) -> OverlayResult:
        """As :meth:`apply`, with exclusions, tags and moves beside it. Pure; 100,000 pictures and
        1,000 actions take a fraction of a second."""
        with self._lock:
            steps, ids, binding = self.steps, self._journal.ids, self._binding
            known = len(self._journal.paths)
        if binding is None or not binding.fits(dataset, known):
            self._binding = binding = Binding(dataset, ids, known)
        named = np.zeros(known, bool)

        def bound() -> Iterable[tuple[Action, NDArray[np.int64]]]:
            for step in steps:
                if isinstance(step.action, Accept):  # about the list of problems, not the pictures
                    continue
                ids = unpack(step.pictures, known)
                named[ids] = True
                yield step.action, binding.rows(ids)

        found = apply_actions(dataset, bound())
        return replace(found, unknown=int(np.count_nonzero(named & ~binding.present)))

    def accepted(self) -> frozenset[tuple[str, str]]:
        """The problems that are not shown again, as kind and path."""
        with self._lock:
            paths, found = self._journal.paths, set[tuple[str, str]]()
            for step in self.steps:
                if isinstance(step.action, Accept):
                    ids = unpack(step.pictures, len(paths)).tolist()
                    found.update((step.action.problem, paths[i]) for i in ids)
            return frozenset(found)

    # --- changes ----------------------------------------------------------------------------------

    def perform(self, action: Action) -> None:
        """Do one action, on the disk before this returns. What could be redone is gone.

        Raises:
            StorageError: the disk is full, read-only or gone; nothing has changed.
        """
        if not isinstance(action, PictureAction) or action.paths:
            self._write(lambda batch: batch.act(action))

    def perform_all(self, actions: Sequence[Action]) -> None:
        """Do several actions in one transaction; each is a step of undo. Raises StorageError."""

        def write(batch: Batch) -> None:
            for action in actions:
                batch.act(action)

        self._write(write)

    def undo(self) -> str:
        """Take the last action back; its words, empty where there is none. Raises StorageError."""
        return self._step_by(UNDO)

    def redo(self) -> str:
        """Do again what was taken back; its words, or empty. Raises StorageError."""
        return self._step_by(REDO)

    def settle(self, actions: Sequence[Action] = ()) -> None:
        """Start anew with these actions alone, since the files now are as the person wants.

        Undo does not reach back behind this; the journal keeps the rows. Raises StorageError.
        """

        def write(batch: Batch) -> None:
            batch.move(SETTLE)
            for action in actions:
                batch.act(action)

        self._write(write)

    def copy_to(self, file: Path) -> None:
        """Write the same overlay, with what can be undone and redone, to another file.

        A file of that name is replaced; what is there now is never half of a change.

        Raises:
            StorageError: the disk is full, read-only or gone.
            ProjectDamaged: this one cannot be read any longer.
        """
        with self._lock:
            if self.file is None and not self._journal.steps:
                return
            if self.file is not None and not looks_right(self.file):
                return
            doing = "copying the changes of labels"
            # What SQLite kept beside a file of that name would be taken for a change of the new
            # one that was cut short.
            with storage_errors(doing):
                for rest in ("-journal", "-wal", "-shm"):
                    file.with_name(file.name + rest).unlink(missing_ok=True)
            try:
                replace_with(file, self._copy, doing)
            except _READING_ERRORS as error:
                raise sqlite_problem(error, self.file or file, doing) from error

    def in_memory(self) -> Overlay:
        """The same overlay without a file: for a place that cannot be written to."""
        copy = Overlay()
        with self._lock:
            copy._journal = deepcopy(self._journal)
        return copy

    def _copy(self, to: Path) -> None:
        if self.file is None:
            to.unlink()
            copy = self.in_memory()
            copy.file = to
            copy._write(lambda _batch: None)
            return
        source = connect(self.file)
        try:
            target = sqlite3.connect(to)
            try:
                source.backup(target)
            finally:
                target.close()
        finally:
            source.close()

    def _step_by(self, kind: str) -> str:
        words = ""

        def write(batch: Batch) -> None:
            nonlocal words
            journal = batch.journal
            position = journal.cursor - 1 if kind == UNDO else journal.cursor
            if 0 <= position < len(journal.steps):
                words = journal.steps[position].words
                batch.move(kind)

        self._write(write)
        return words

    def _write(self, work: Callable[[Batch], None]) -> None:
        """Let ``work`` add rows in one transaction; the memory follows the disk, never before."""
        with self._lock:
            mark = self._journal.mark()
            try:
                if self.file is None:
                    work(Batch(self._journal, None))
                else:
                    self._write_to(self.file, work)
            except BaseException as error:
                self._journal.back_to(mark)
                if self.file is not None and isinstance(error, _READING_ERRORS):
                    raise sqlite_problem(error, self.file, _DOING) from error
                raise

    def _write_to(self, file: Path, work: Callable[[Batch], None]) -> None:
        is_new = not looks_right(file)
        if is_new:
            create(file)
        # Opened for each change: no handle stays that would keep the project from being moved.
        connection = connect(file)
        try:
            connection.execute("BEGIN IMMEDIATE")
            batch = Batch(self._journal, connection)
            if is_new:  # also where the file went away under our hands: all of it comes back
                batch.write_again()
            read_rows(connection, self._journal)  # another window may have added some
            work(batch)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.close()

    def _load(self) -> None:
        assert self.file is not None
        try:
            connection = connect(self.file)
            try:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()
                if found != ("ok",):
                    raise ValueError(str(found))
                read_rows(connection, self._journal)
            finally:
                connection.close()
        except _READING_ERRORS as error:
            raise sqlite_problem(error, self.file, "reading the changes of labels") from error
