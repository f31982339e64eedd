"""What a person changed about the open data set: the project's overlay, and undo for it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from studio.core.errors import StudioError
from studio.data.dataset import NO_SPLIT, Dataset
from studio.ui.undo import ChangeData

if TYPE_CHECKING:
    from studio.core.project import Project
    from studio.data.overlay.actions import Action
    from studio.data.overlay.apply import OverlayResult
    from studio.data.overlay.store import Overlay

log = logging.getLogger(__name__)

OVERLAY_FILE = "overlay.sqlite"
_UNTIL_CLOSED = "What you change about the pictures lasts until this project is closed."


class Changes(QObject):
    """The overlay of the open project over the open data set.

    Every action is on the disk before it shows, and one step of the window's undo. The steps of
    earlier sessions come onto the stack when the project is opened, so that there is one order.

    Signals:
        changed: an action was done, taken back or done again.
        done(str): the words of an action that was done just now.
        failed: a StudioError; nothing has changed.
    """

    changed = Signal()
    done = Signal(str)
    failed = Signal(object)

    def __init__(self, stack: QUndoStack, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._is_filling = False
        self._is_apart = False
        self._overlay: Overlay | None = None
        self.original: Dataset | None = None
        self.result: OverlayResult | None = None

    @property
    def overlay(self) -> Overlay:
        """The actions of the open project; of nothing yet, where none is open."""
        if self._overlay is None:
            # With it comes SQLite, which the first paint need not wait for.
            from studio.data.overlay.store import Overlay

            self._overlay = Overlay()
        return self._overlay

    # --- project --------------------------------------------------------------------------------

    def open(self, project: Project) -> list[str]:
        """Take over a project's overlay; its undo steps come with :meth:`fill_stack`.

        Returns sentences about a file that could not be read, or cannot be written.
        """
        self._overlay, message = self._opened(project.path)
        self.original = self.result = None
        return [message] if message else []

    def close(self) -> None:
        """Let go of the project's file."""
        self._overlay = None

    def fill_stack(self) -> None:
        """Put the steps of earlier sessions onto the empty undo stack."""
        done, taken_back = self.overlay.steps, self.overlay.taken_back
        if not done and not taken_back:
            return
        self._is_filling = True
        blocked = self._stack.blockSignals(True)
        for step in (*done, *taken_back):
            self._stack.push(ChangeData(self, step.words))
        for _ in taken_back:
            self._stack.undo()
        self._stack.blockSignals(blocked)
        self._is_filling = False
        self._stack.indexChanged.emit(self._stack.index())

    def plan_copy(self) -> Callable[[Path], None]:
        """What puts a consistent copy of the overlay into a copied project, in any thread."""
        overlay, is_apart = self.overlay, self._is_apart

        def copy(folder: Path) -> None:
            if not is_apart:
                overlay.copy_to(folder / OVERLAY_FILE)

        return copy

    def follow(self, project: Project) -> None:
        """Go on in a copied project, with what was changed while it was copied."""
        try:
            self.plan_copy()(project.path)
            if not self._is_apart:
                self._overlay = type(self.overlay).open(project.path / OVERLAY_FILE)
        except StudioError as error:
            self._overlay = self.overlay.in_memory()
            self.failed.emit(error)

    def _opened(self, folder: Path) -> tuple[Overlay, str]:
        from studio.data.overlay.store import Overlay

        file = folder / OVERLAY_FILE
        self._is_apart = False
        try:
            overlay, error = Overlay.open_or_put_aside(file)
        except StudioError as refused:
            log.warning("overlay: %s (%s)", refused.message, refused.details)
            # The file is newer, or may not be read: it stays, and is not written to.
            self._is_apart = True
            return Overlay(), f"{refused.message} {refused.hint} {_UNTIL_CLOSED}"
        if error is not None:
            return overlay, f"{error.message} {error.hint}"
        if not os.access(folder, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
            words = f"This project cannot be written to. {_UNTIL_CLOSED} “Save as” keeps it."
            return overlay.in_memory(), words
        return overlay, ""

    # --- the data set ---------------------------------------------------------------------------

    def take(self, dataset: Dataset | None) -> Dataset | None:
        """Take over an opened data set; returns it as the person wants it."""
        self.original = dataset
        self._apply()
        return None if self.result is None else self.result.dataset

    @property
    def are_there(self) -> bool:
        """Whether any action is in force."""
        return self._overlay is not None and self._overlay.can_undo

    def excluded(self) -> NDArray[np.bool_]:
        """``(n,) bool`` pictures that are left out of everything."""
        return np.zeros(0, bool) if self.result is None else self.result.excluded

    def placed(self, split: NDArray[np.int8], left_out: NDArray[np.bool_]) -> NDArray[np.int8]:
        """A split with the person's moves; pictures that are left out have none."""
        if self.result is None:
            return split
        placed = self.result.placed(split)
        placed[left_out] = NO_SPLIT
        return placed

    def relabelled(self) -> NDArray[np.bool_]:
        """``(n,) bool`` pictures that a person gave another label of the first output."""
        if self.result is None or self.original is None or not self.result.relabelled.any():
            return np.zeros(len(self.excluded()), bool)
        output = next(iter(self.original.outputs), "")
        old, new = self.original.labels[output], self.result.dataset.labels[output]
        names = self.result.dataset.outputs[output]
        place = {name: i for i, name in enumerate(names)}
        moves = np.array([place.get(n, -2) for n in self.original.outputs[output]] + [-1])
        if old.ndim == 1:
            differs = moves[old] != new
        else:
            kept = np.zeros(new.shape, bool)
            here = np.flatnonzero(moves[:-1] >= 0)
            kept[:, moves[here]] = old[:, here] == 1
            differs = (kept != (new == 1)).any(axis=1)
        return np.asarray(self.result.relabelled & differs)

    def is_moved(self, row: int) -> bool:
        """Whether a person said what one picture is used for."""
        return self.result is not None and self.result.is_moved(row)

    def old_classes(self, row: int) -> dict[str, str]:
        """Output → the class that one picture had before a person gave it another one."""
        original, result = self.original, self.result
        if original is None or result is None or not result.relabelled[row]:
            return {}
        found = {}
        for output in original.outputs:
            before = original.classes_of(row, output)
            if before != result.dataset.classes_of(row, output):
                found[output] = ", ".join(before) or "no class"
        return found

    # --- actions --------------------------------------------------------------------------------

    def perform(self, action: Action) -> bool:
        """Do an action at once; it can be undone. False where nothing was done."""
        if self.result is None or getattr(action, "paths", None) == ():
            return False
        if not self._try(lambda: self.overlay.perform(action)):
            return False
        words = self.overlay.undo_words
        self._stack.push(ChangeData(self, words))
        self.done.emit(words)
        return True

    def step_back(self) -> bool:
        """Called by the undo stack."""
        return self._is_filling or self._try(self.overlay.undo)

    def step_forward(self) -> bool:
        """Called by the undo stack."""
        return self._is_filling or self._try(self.overlay.redo)

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except StudioError as error:
            self.failed.emit(error)
            return False
        self._apply()
        self.changed.emit()
        return True

    def _apply(self) -> None:
        original = self.original
        self.result = None if original is None else self.overlay.result(original)
