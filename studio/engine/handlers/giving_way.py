"""Long work that lets short questions go first, in the process that answers both."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from studio.core.control import Control
from studio.engine.handlers.context import Context


class GivingWay(Control):
    """The control of a job that lets others go first at each checkpoint.

    Only the thread that made it works them off: helping threads just look whether to stop.
    """

    def __init__(self, inner: Control, let_others: Callable[[], None]) -> None:
        super().__init__()
        self._inner, self._let_others = inner, let_others
        self._thread = threading.get_ident()

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._inner.cancelled

    def checkpoint(self) -> None:
        """Work off what was asked meanwhile; leave with Cancelled if a stop was asked for."""
        self._inner.checkpoint()
        if threading.get_ident() == self._thread:
            self._let_others()
            self._inner.checkpoint()


def giving_way(context: Context) -> Context:
    """The same context for work of seconds, such as measuring, that must not hold up others."""
    return replace(context, control=GivingWay(context.control, context.let_others))
