"""The answers as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from studio.core.files import write_atomic
from studio.core.paths import clean_text
from studio.ui.panes.classify.batch import Item


def table_text(items: list[Item]) -> str:
    """All items as CSV: name, path, then for each output class, probability and every class.

    Columns of an output are called after it where there are several outputs. Of a multi-label
    output the class column lists all that hold, with ``;`` between them.
    """
    outputs = _classes(items)
    several = len(outputs) > 1
    head = ["name", "path"]
    for output, classes in outputs.items():
        prefix = f"{output}: " if several else ""
        head += [f"{prefix}class", f"{prefix}probability", *(f"{prefix}{c}" for c in classes)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*head, "error"])
    for item in items:
        writer.writerow(_row(item, outputs))
    return stream.getvalue()


def write_table(path: Path, items: list[Item]) -> None:
    """Write the table, with a mark by which spreadsheets know UTF-8. Raises StorageError."""
    write_atomic(path, "\ufeff" + table_text(items), "saving the table")


def _classes(items: list[Item]) -> dict[str, list[str]]:
    for item in items:
        if item.prediction is not None and item.prediction.outputs:
            return {
                output: sorted(name for name, _ in ranked)
                for output, ranked in item.prediction.outputs.items()
            }
    return {}


def _row(item: Item, outputs: dict[str, list[str]]) -> list[str]:
    cells = [clean_text(item.name), clean_text(item.path)]
    answers = item.prediction.outputs if item.prediction is not None else {}
    for output, classes in outputs.items():
        ranked = dict(answers.get(output, ()))
        if not ranked:
            cells += [""] * (len(classes) + 2)
            continue
        held = item.prediction.held_of(output) if item.prediction is not None else ()
        cells.append(";".join(clean_text(name) for name, _ in held))
        cells.append(f"{max(ranked.values()):.6f}")
        cells += [f"{ranked.get(name, 0.0):.6f}" for name in classes]
    return [*cells, clean_text(item.error)]
