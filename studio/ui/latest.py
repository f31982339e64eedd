"""Small questions answered in the background, where only the newest one counts.

For what is quick but not quick enough for a slot (decode one picture, sort names). Work with
progress and cancel is a job: see ``jobs.py``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from studio.core.errors import StudioError
from studio.ui.bell import bell

log = logging.getLogger(__name__)

Question = Callable[[], Any]


@dataclass
class _Desk:
    """The next question, and whether somebody is answering; shared with the worker."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    next: Question | None = None
    number: int = 0
    busy: bool = False

    def take(self) -> tuple[int, Question] | None:
        with self.lock:
            question, self.next = self.next, None
            self.busy = question is not None
            return None if question is None else (self.number, question)


class _Answering(QRunnable):
    def __init__(self, desk: _Desk, tell: Callable[[int, object], None]) -> None:
        super().__init__()
        self._desk, self._tell = desk, tell

    def run(self) -> None:
        while (taken := self._desk.take()) is not None:
            number, question = taken
            self._tell(number, _answer(question))


def _answer(question: Question) -> object:
    try:
        return question()
    except StudioError as error:
        return error
    except Exception as error:
        log.exception("in the background")
        return StudioError("This could not be worked out.", details=repr(error))


class Latest(QObject):
    """Answers the newest question in the background; older ones are dropped unanswered.

    Signals:
        answered(object): what the newest question returned.
        failed(object): the StudioError that it raised.
    """

    answered = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = _Desk()
        self._tell = bell(self._deliver)
        desk = self._desk
        self.destroyed.connect(lambda: setattr(desk, "next", None))

    def ask(self, question: Question) -> None:
        """Answer this one next; an unanswered earlier one is forgotten."""
        with self._desk.lock:
            self._desk.next = question
            self._desk.number += 1
            start = not self._desk.busy
            self._desk.busy = True
        if start:
            QThreadPool.globalInstance().start(_Answering(self._desk, self._tell))

    def forget(self) -> None:
        """The answer to the current question is no longer wanted."""
        with self._desk.lock:
            self._desk.next = None
            self._desk.number += 1

    def _deliver(self, number: int, answer: object) -> None:
        if number != self._desk.number:
            return
        if isinstance(answer, StudioError):
            self.failed.emit(answer)
        else:
            self.answered.emit(answer)
