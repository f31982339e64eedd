"""Calls into the window's thread from any other, safe against a caller that is being deleted.

A signal of the object that waits for an answer would do, were it not that the object may be
deleted, in the window's thread, just while a worker emits: Qt guards receivers against that, not
senders. So all workers share one sender, which lives as long as the application.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid


class _Bell(QObject):
    rung = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.rung.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @Slot(object, object)
    def _call(self, method: weakref.WeakMethod[Callable[..., None]], arguments: Any) -> None:
        found = method()
        if found is not None and isValid(getattr(found, "__self__", None)):
            found(*arguments)


_bell: _Bell | None = None


def bell(method: Callable[..., None]) -> Callable[..., None]:
    """A function for any thread that has ``method`` called soon in the window's thread.

    Nothing is called once the method's object is gone. Call this in the window's thread.

    Args:
        method: a bound method of a ``QObject``.
    """
    global _bell
    if _bell is None or not isValid(_bell):
        _bell = _Bell()
    rung = _bell.rung
    target = weakref.WeakMethod(method)

    def ring(*arguments: Any) -> None:
        # At the end of the program the bell may be gone before the last worker has its answer.
        with suppress(RuntimeError):
            rung.emit(target, arguments)

    return ring
