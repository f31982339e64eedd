"""What every handler gets, and the table of handlers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from studio.core.control import Control
from studio.core.events import BatchEnded, Preparing, TrainingEvent
from studio.engine.protocol.messages import Answer, JobEvent, JobProgress

RATE = 0.045
"""Least seconds between two messages of the quick kinds: about 20 a second, what an eye can follow.
The trainer's own journal keeps 0.05 s; a little less here drops none of those."""


@dataclass
class Context:
    """What a handler gets beside the request: the way to answer and the way to be stopped."""

    job: int
    send: Callable[[Answer], None]
    control: Control
    let_others: Callable[[], None] = lambda: None
    """Works off what was asked meanwhile: for work of seconds that must not hold up previews."""
    _last: float = field(default=0.0, repr=False)

    def progress(self, done: int, total: int | None, words: str) -> None:
        """Tell how far it is, at most 20 times a second; the end is always told."""
        if self._is_time() or (total is not None and done >= total):
            self.send(JobProgress(self.job, done, total, words))

    def emit(self, event: TrainingEvent) -> None:
        """Tell what the training tells; batches at most 20 times a second."""
        if not isinstance(event, BatchEnded | Preparing) or self._is_time():
            self.send(JobEvent(self.job, event))

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._last < RATE:
            return False
        self._last = now
        return True


Handler = Callable[[Any, Context], Any]
HANDLERS: dict[type, Handler] = {}


def handles(kind: type) -> Callable[[Handler], Handler]:
    """Register the handler of one kind of request."""

    def decorate(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return decorate
