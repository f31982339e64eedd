"""Undo for the settings of the next run, and for changes of the data set."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from studio.core.spec import Spec

if TYPE_CHECKING:
    from studio.ui.changes import Changes
    from studio.ui.deeds import Deed
    from studio.ui.session import Session

MERGE_SECONDS = 0.8
_IDS = {"split": 1, "input": 2, "policy": 3, "model": 4, "recipe": 5}


class ChangeSpec(QUndoCommand):
    """Replace one spec of the session.

    Steps of the same kind that follow each other within 0.8 s are one step, so that typing and
    keys are undone at once.

    Args:
        subject: what it is about; steps about different things never become one.
        is_held: it belongs to the change before, however long ago that was: a slider is dragged.
    """

    def __init__(
        self, session: Session, name: str, old: Spec, new: Spec, words: str,
        subject: object = None, is_held: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(words)
        self._session, self._name, self._old, self._new = session, name, old, new
        self._subject, self._is_held = subject, is_held
        self._time = time.monotonic()

    def id(self) -> int:
        """Commands of the same spec may merge."""
        return _IDS[self._name]

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Swallow a change that follows at once and says the same words."""
        if not isinstance(other, ChangeSpec) or other.text() != self.text():
            return False
        if other._subject != self._subject:
            return False
        if not other._is_held and other._time - self._time > MERGE_SECONDS:
            return False
        self._new, self._time = other._new, other._time
        return True

    def undo(self) -> None:
        """Put the old spec back."""
        self._session.apply_spec(self._name, self._old)

    def redo(self) -> None:
        """Set the new spec."""
        self._session.apply_spec(self._name, self._new)


class ChangeData(QUndoCommand):
    """One action of the overlay, which was done, or was asked for, before it came here.

    Undo and redo move the cursor of the overlay's own journal, so that both are also on the disk.
    Where the disk refuses, the action stays as it is, and the next redo does nothing.
    """

    def __init__(self, changes: Changes, words: str, deed: Deed) -> None:
        super().__init__(words)
        self._changes, self.deed = changes, deed
        self._is_new = True

    def undo(self) -> None:
        """Take the action back."""
        self._changes.step(self.deed, back=True)

    def redo(self) -> None:
        """Do the action again; nothing when it comes onto the stack."""
        if not self._is_new:
            self._changes.step(self.deed, back=False)
        self._is_new = False
