"""Doing what a command line says: exit codes, and errors as one sentence."""

from __future__ import annotations

import io
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

from studio.cli.app import app, command_names
from studio.cli.augment import augment
from studio.cli.convert import convert
from studio.cli.evaluate import evaluate
from studio.cli.inspect import inspect
from studio.cli.kinds import list_kinds
from studio.cli.output import INTERRUPTED, complain
from studio.cli.predict import predict
from studio.cli.ready import ready
from studio.cli.robustness import robustness
from studio.cli.safety import safety
from studio.cli.sample import sample
from studio.cli.train import train
from studio.cli.window import open_window
from studio.core.control import Cancelled
from studio.core.errors import StudioError

BROKEN_PIPE = 141

app.command("open", hidden=True)(open_window)
for command in (  # the order in the help
    sample, inspect, convert, train, evaluate, predict, safety, robustness, ready,
):  # fmt: skip
    app.command()(command)
app.add_typer(augment, name="augment")
app.command("list")(list_kinds)


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit code; errors are one sentence."""
    _keep_output_writable()
    words = list(arguments)
    first = words[0] if words else ""
    if first not in command_names() and first not in ("--help", "-h"):
        words.insert(0, "open")
    if words[0] != "open":
        # What a library logs is no word for a person: without a handler it would be printed.
        logging.getLogger().addHandler(logging.NullHandler())
    try:
        code = app(words, prog_name="classifier-studio", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except StudioError as error:
        return complain(str(error), details=error.details)
    except (KeyboardInterrupt, Cancelled):
        return complain("Stopped.", INTERRUPTED)
    except (BrokenPipeError, SystemExit) as error:
        # The command line's library turns a broken pipe into its own exit.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            return error.code if isinstance(error.code, int) else 1
        # Whoever read our output has left; a second complaint at exit would help nobody.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return BROKEN_PIPE
    except Exception as error:
        return _other(error)


def _other(error: Exception) -> int:
    """The command line's own errors, and those that nobody foresaw."""
    if type(error).__name__ == "Abort":
        return complain("Stopped.", INTERRUPTED)
    message = getattr(error, "format_message", None)
    if message is not None:
        hint = ""
        if type(error).__name__ == "NoSuchOption":
            hint = " Before a path that starts with “-” write “--”."
        text = str(message()).rstrip(".")
        return complain(f"{text}.{hint} See classifier-studio --help.", 2)
    return complain(
        f"Something went wrong inside the studio ({type(error).__name__}: {error}).",
        details=traceback.format_exc(),
    )


def _keep_output_writable() -> None:
    """A name that is no UTF-8, or a terminal that is not, must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
