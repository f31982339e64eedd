"""Where a worker process begins: light, so that the window can import it to spawn one."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

LOG_LIMIT = 2_000_000
"""Bytes after which a worker's log is started anew; the old one is kept beside it."""


def run_worker(conn: Connection, log_file: str) -> None:
    """Write everything that is printed to the log, then work until the other end is closed."""
    # Ctrl+C in a terminal reaches the whole group; the window decides what it means.
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    redirect_output(Path(log_file))
    worker = importlib.import_module("studio.engine.worker")
    worker.main(conn)


def redirect_output(file: Path) -> None:
    """Send stdout and stderr, of libraries in C too, to a file. A disk that refuses is no reason
    to stop: then nothing is written."""
    handle: int | None = None
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > LOG_LIMIT:
            os.replace(file, file.with_suffix(".old.log"))
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if handle is None:
        handle = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        with suppress(OSError):
            os.dup2(handle, number)
    os.close(handle)
    for number, name in ((1, "stdout"), (2, "stderr")):
        # Line by line, so that the last words of a process that was killed are there.
        stream = os.fdopen(number, "w", buffering=1, errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
