"""What a person changed about the open data set: the project's overlay, and undo for it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from studio.core.errors import StudioError
from studio.data.dataset import NO_SPLIT, Dataset
from studio.ui.deeds import Deed, Deeds, Worked
from studio.ui.undo import ChangeData

if TYPE_CHECKING:
    from studio.core.project import Project
    from studio.data.overlay.actions import Action
    from studio.data.overlay.apply import OverlayResult
    from studio.data.overlay.store import Overlay

log = logging.getLogger(__name__)

OVERLAY_FILE = "overlay.sqlite"
APPLYING_FILE = "applying.json"
"""There while files are moved, see ``studio.data.folder_journal``."""

AT_ONCE = 20_000
AT_ONCE_NAMED = 1000
AT_ONCE_CLASSES = 2000
"""Changes of larger data sets, or naming more pictures, are worked out in the background."""

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
        self._held = ""
        self._deeds = Deeds(self)
        self._deeds.worked.connect(self._take_worked)
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
        self._deeds.finish()
        self._overlay, message = self._opened(project.path)
        self.original = self.result = None
        return [words for words in (message, self._settled(project.path)) if words]

    def close(self) -> None:
        """Let go of the project's file."""
        self._deeds.finish()
        self._overlay = None

    def fill_stack(self) -> None:
        """Put the steps of earlier sessions onto the empty undo stack."""
        done, taken_back = self.overlay.steps, self.overlay.taken_back
        if not done and not taken_back:
            return
        self._is_filling = True
        blocked = self._stack.blockSignals(True)
        for step in (*done, *taken_back):
            self._stack.push(ChangeData(self, step.words, Deed(is_done=True)))
        for _ in taken_back:
            self._stack.undo()
        self._stack.blockSignals(blocked)
        self._is_filling = False
        self._stack.indexChanged.emit(self._stack.index())

    def plan_copy(self) -> Callable[[Path], None]:
        """What puts a consistent copy of the overlay into a copied project, in any thread."""
        self.finish()
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

    def _settled(self, folder: Path) -> str:
        """Go on from where moving files was cut off; a sentence about it."""
        if self.overlay.file is None or not (folder / APPLYING_FILE).exists():
            return ""
        from studio.data.folder_journal import settle_unfinished

        try:
            return settle_unfinished(folder, self.overlay)
        except StudioError as error:
            return f"{error.message} {error.hint}"

    # --- the data set ---------------------------------------------------------------------------

    def take(self, dataset: Dataset | None) -> Dataset | None:
        """Take over an opened data set; returns it as the person wants it."""
        self._deeds.finish()
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

    def relabelled(self, output: str = "") -> NDArray[np.bool_]:
        """``(n,) bool`` pictures that a person gave another label of an output, else the first."""
        if self.result is None or self.original is None or not self.result.relabelled.any():
            return np.zeros(len(self.excluded()), bool)
        if output not in self.original.outputs:
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
        if self._takes_long(getattr(action, "paths", ())):
            return self._queue([action])
        if not self._try(lambda: self.overlay.perform(action)):
            return False
        words = self.overlay.undo_words
        self._stack.push(ChangeData(self, words, Deed(is_done=True)))
        self.done.emit(words)
        return True

    def perform_all(self, actions: Sequence[Action], words: str) -> bool:
        """Do several actions as one step, ``words``. False where nothing was done."""
        actions = [a for a in actions if getattr(a, "paths", None) != ()]
        if self.result is None or not actions:
            return False
        if self._takes_long([p for action in actions for p in getattr(action, "paths", ())]):
            return self._queue(actions, words)
        if not self._try(lambda: self.overlay.perform_all(actions)):
            return False
        self._stack.beginMacro(words)
        for step in self.overlay.steps[-len(actions) :]:
            self._stack.push(ChangeData(self, step.words, Deed(is_done=True)))
        self._stack.endMacro()
        self.done.emit(words)
        return True

    def accepted(self) -> frozenset[tuple[str, str]]:
        """Kind and path of the problems that a person does not want to see again."""
        return frozenset() if self._overlay is None else self._overlay.accepted()

    def hold(self, words: str) -> None:
        """Refuse every change, with these words, until :meth:`release`: files are being moved."""
        self._held = words

    def release(self) -> None:
        """Take changes again."""
        self._held = ""

    def step(self, deed: Deed, back: bool) -> None:
        """Called by the undo stack: take a deed back, or do it again.

        Where the disk refuses, the deed stays as it is, and the stack's next step does nothing.
        """
        if self._is_filling:
            deed.is_done = not back
        elif self._takes_long(()):
            if not self._is_held():
                self._deeds.move(self.overlay, self.original, deed, back)
        elif (
            deed.is_done == back
            and not deed.is_void
            and self._try(self.overlay.undo if back else self.overlay.redo)
        ):
            deed.is_done = not back

    def finish(self) -> None:
        """Wait until everything that was asked for is on the disk, and shown."""
        if not self._deeds.is_busy:
            return
        self._deeds.finish()
        errors = self._deeds.take_errors()
        self._apply()
        self._tell_worked(errors)

    def _takes_long(self, paths: Sequence[str]) -> bool:
        """Whether a change is worked out in the background, as the window would wait for it."""
        original = self.original
        many = original is not None and (
            len(original) > AT_ONCE or sum(map(len, original.outputs.values())) > AT_ONCE_CLASSES
        )
        return many or len(paths) > AT_ONCE_NAMED or self._deeds.is_busy

    def _queue(self, actions: Sequence[Action], words: str = "") -> bool:
        if self._is_held():
            return False
        deeds = [Deed() for _ in actions]
        each = [a.words(len(getattr(a, "paths", ()))) for a in actions]
        self._deeds.perform(self.overlay, self.original, actions, deeds, words or each[0])
        if words:
            self._stack.beginMacro(words)
        for told, deed in zip(each, deeds, strict=True):
            self._stack.push(ChangeData(self, told, deed))
        if words:
            self._stack.endMacro()
        return True

    def _take_worked(self, worked: Worked) -> None:
        """What was asked for is done: show it."""
        if worked.overlay is self._overlay and worked.original is self.original:
            if worked.result is not None:
                self.result = worked.result
            self._tell_worked(worked.errors)
            if worked.words:
                self.done.emit(worked.words[-1])

    def _tell_worked(self, errors: Sequence[StudioError]) -> None:
        for error in errors:
            self.failed.emit(error)
        self.changed.emit()
        # A step that never came about is no step: as far as it is the next to be undone, it goes.
        while (index := self._stack.index()) > 0:
            step = self._stack.command(index - 1)
            if not isinstance(step, ChangeData) or not step.deed.is_void:
                break
            step.setObsolete(True)
            self._stack.undo()

    def _is_held(self) -> bool:
        if self._held:
            self.failed.emit(StudioError(self._held, "Wait until that is done, then try again."))
        return bool(self._held)

    def _try(self, act: Callable[[], object]) -> bool:
        if self._is_held():
            return False
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
