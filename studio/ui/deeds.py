"""Writing and working out large changes of the overlay, one after another, in a thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from studio.core.errors import StudioError
from studio.ui.bell import bell

if TYPE_CHECKING:
    from studio.data.dataset import Dataset
    from studio.data.overlay.actions import Action
    from studio.data.overlay.apply import OverlayResult
    from studio.data.overlay.store import Overlay

log = logging.getLogger(__name__)


@dataclass
class Deed:
    """One step of undo: whether the overlay has it, and whether it ever will."""

    is_done: bool = False
    is_void: bool = False


@dataclass(frozen=True, eq=False)
class Worked:
    """What came of the changes so far. ``words`` of those that were done, ``errors`` of others."""

    overlay: Overlay
    original: Dataset | None
    result: OverlayResult | None
    words: tuple[str, ...] = ()
    errors: tuple[StudioError, ...] = ()


@dataclass
class _Desk:
    """What is to be done, shared with the thread; ``is_busy`` while there is one.

    ``end`` is what the newest request is about, with its number.
    """

    lock: threading.Condition = field(default_factory=threading.Condition)
    waiting: deque[Callable[[], None]] = field(default_factory=deque)
    is_busy: bool = False
    end: tuple[int, Overlay, Dataset | None] | None = None
    words: list[str] = field(default_factory=list)
    errors: list[StudioError] = field(default_factory=list)


class Deeds(QObject):
    """The queue. A change that fails is void: what would undo it does nothing.

    Signals:
        worked(object): a :class:`Worked`, whenever the queue has become empty.
    """

    worked = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = _Desk()
        self._tell = bell(self._deliver)
        self._number = 0
        self._is_pending = False

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be done, or to be told."""
        return self._is_pending

    def perform(
        self, overlay: Overlay, original: Dataset | None, actions: Sequence[Action],
        deeds: Sequence[Deed], words: str,
    ) -> None:  # fmt: skip
        """Do some actions, each a deed, in one transaction."""
        desk = self._desk

        def act() -> None:
            try:
                overlay.perform_all(actions)
            except StudioError:
                for deed in deeds:
                    deed.is_void = True
                raise
            for deed in deeds:
                deed.is_done = True
            desk.words.append(words)

        self._add(overlay, original, act)

    def move(self, overlay: Overlay, original: Dataset | None, deed: Deed, back: bool) -> None:
        """Take a deed back, or do it again; nothing where that is so, or it is void."""

        def act() -> None:
            if deed.is_done == back and not deed.is_void:
                (overlay.undo if back else overlay.redo)()
                deed.is_done = not back

        self._add(overlay, original, act)

    def finish(self) -> None:
        """Wait until all is done, and tell nothing: the caller works out the result itself."""
        self._is_pending = False
        with self._desk.lock:
            self._desk.lock.wait_for(lambda: not self._desk.is_busy)
            self._number += 1

    def take_errors(self) -> list[StudioError]:
        """What failed and was not told yet."""
        with self._desk.lock:
            errors, self._desk.errors = self._desk.errors, []
            self._desk.words = []
            return errors

    # --- inside ---------------------------------------------------------------------------------

    def _add(self, overlay: Overlay, original: Dataset | None, act: Callable[[], None]) -> None:
        self._number += 1
        self._is_pending = True
        with self._desk.lock:
            self._desk.waiting.append(act)
            start, self._desk.is_busy = not self._desk.is_busy, True
            self._desk.end = (self._number, overlay, original)
        if start:
            QThreadPool.globalInstance().start(_Working(self._desk, self._tell))

    def _deliver(self, number: int, worked: Worked) -> None:
        if number == self._number:  # else more was asked for, and is told with that
            self._is_pending = False
            errors = self.take_errors()
            self.worked.emit(
                Worked(worked.overlay, worked.original, worked.result, worked.words, tuple(errors))
            )


class _Working(QRunnable):
    def __init__(self, desk: _Desk, tell: Callable[..., None]) -> None:
        super().__init__()
        self._desk, self._tell = desk, tell

    def run(self) -> None:
        desk = self._desk
        while True:
            with desk.lock:
                act = desk.waiting.popleft() if desk.waiting else None
                assert desk.end is not None
                number, overlay, original = desk.end
            if act is not None:
                self._do(act)
                continue
            result = self._result(overlay, original)
            with desk.lock:
                if desk.waiting:
                    continue
                words = tuple(desk.words)
                desk.is_busy = False
                desk.lock.notify_all()
            self._tell(number, Worked(overlay, original, result, words))
            return

    def _do(self, act: Callable[[], None]) -> None:
        try:
            act()
        except StudioError as error:
            with self._desk.lock:
                self._desk.errors.append(error)
        except Exception as error:
            log.exception("changing the overlay")
            with self._desk.lock:
                self._desk.errors.append(
                    StudioError("This change could not be done.", details=repr(error))
                )

    def _result(self, overlay: Overlay, original: Dataset | None) -> OverlayResult | None:
        try:
            return None if original is None else overlay.result(original)
        except StudioError as error:
            with self._desk.lock:
                self._desk.errors.append(error)
            return None
