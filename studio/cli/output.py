"""What commands print: JSON, tables, and errors on the error output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

INTERRUPTED = 130


def complain(sentence: str, code: int = 1, details: str = "") -> int:
    """Say what went wrong on the error output; returns the exit code."""
    with suppress(OSError, ValueError):
        print(" ".join(sentence.split()), file=sys.stderr)
        if details and os.environ.get("CLASSIFIER_STUDIO_DEBUG"):
            print(details, file=sys.stderr)
    return code


def print_json(value: Any) -> None:
    """Print one value as JSON that any terminal can show."""
    print(json.dumps(value, indent=1, ensure_ascii=True, allow_nan=False))


def print_line(value: Any) -> None:
    """Print one value as one line of JSON, at once."""
    print(json.dumps(value, ensure_ascii=True), flush=True)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; tab-separated lines for another program."""
    if not sys.stdout.isatty():
        for row in [head, *rows]:
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        table.add_column(name)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
