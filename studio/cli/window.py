"""``classifier-studio [PATH]``: the window."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from studio.cli.app import command_names
from studio.core.errors import StudioError


def open_window(
    path: Annotated[Path | None, typer.Argument(help="A data set, project or picture.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Open the built-in sample.")] = False,
    quit_after_paint: Annotated[bool, typer.Option("--quit-after-paint", hidden=True)] = False,
    rehearse: Annotated[bool, typer.Option("--rehearse", hidden=True)] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> int:
    """Open the window."""
    if version:
        from studio import __version__

        print(f"Classifier Studio {__version__}")
        return 0
    if path is not None and not os.path.lexists(path):
        from studio.core.errors import InputError

        known = ", ".join(command_names())
        raise InputError(f"There is no file or folder “{path}”.", f"Commands are: {known}.")
    if problem := display_problem():
        raise StudioError(*problem)
    # While everything is being made there is no garbage, and looking for it takes a tenth of the
    # start. The window turns it on again with its first paint.
    gc.disable()
    from studio.app import run as run_window

    return run_window(path, sample, quit_after_paint, rehearse)


def display_problem() -> tuple[str, str] | None:
    """Why no window can be shown here, and what works; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    if any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return None
    words = ", ".join(command_names())
    return (
        "There is no display to show the window on;",
        f"these commands work without one: {words}.",
    )
