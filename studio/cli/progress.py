"""While a command works: a bar on a terminal, and libraries that keep quiet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def bar(words: str, quiet: bool = False) -> Iterator[Callable[[int, int | None, str], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    columns = Progress.get_default_columns()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=None)

        def report(done: int, total: int | None, what: str) -> None:
            progress.update(task, completed=done, total=total, description=escape(what or words))

        yield report


@contextmanager
def byte_bar(words: str) -> Iterator[Callable[[int, int | None, str], None]]:
    """A bar that counts megabytes, with speed and time left, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich import progress as parts
    from rich.console import Console

    columns = (
        parts.TextColumn("{task.description}"), parts.BarColumn(), parts.DownloadColumn(),
        parts.TransferSpeedColumn(), parts.TimeRemainingColumn(),
    )  # fmt: skip
    with parts.Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, total, what: progress.update(task, completed=done, total=total)


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Send what libraries write to the error output by themselves to a log.

    TensorFlow greets from C++ before anything can be asked of it; a person who reads errors
    should read ours.
    """
    from studio.core.paths import log_folder

    file = log_folder() / "commands.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    before = sys.stderr
    try:
        kept = os.dup(2)
    except OSError:  # there is no error output at all
        os.close(log)
        yield
        return
    if _writes_to(before, 2):
        sys.stderr = os.fdopen(kept, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.dup2(log, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        sys.stderr = before
        os.close(kept)
        os.close(log)


def _writes_to(stream: Any, number: int) -> bool:
    try:
        return bool(stream.fileno() == number)
    except (OSError, ValueError, AttributeError):
        return False
