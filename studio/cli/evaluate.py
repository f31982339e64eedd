"""``classifier-studio evaluate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.app import AsJson, Columns, Format, Options, how_to_open
from studio.cli.output import print_json, print_table
from studio.cli.progress import bar, quiet_libraries


def evaluate(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A trained run.")],
    dataset: Annotated[Path, typer.Argument(help="A folder of pictures, or a table.")],
    as_json: AsJson = False,
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
) -> None:
    """Measure a run on a data set's test split, or on all of it where it has none."""
    from studio.engine import commands

    with quiet_libraries(), bar("Evaluating") as progress:
        how = how_to_open(dataset, format, columns, options)
        found = commands.evaluate(run_folder, dataset, progress, **how)
    if as_json:
        print_json(found)
        return
    part = "the test pictures" if found["split"] == "test" else "all pictures"
    print(f"{found['n']:,} pictures ({part}), loss {found['loss']:.3f}")
    for name, output in found["outputs"].items():
        _print_output(name, output)
    if found["unlabelled"]:
        print(f"Pictures without a label that the run knows: {found['unlabelled']:,}",
              file=sys.stderr)  # fmt: skip
    for problem in found["left_out"]:
        print(f"Left out {problem['path']}: {problem['message']}", file=sys.stderr)


def _print_output(name: str, output: dict[str, Any]) -> None:
    """One question: how often right, and the table of its classes."""
    low, high = output["interval"]
    several = output.get("multi_label", False)
    other = ("mAP", output["map"]) if several else (
        "balanced accuracy", output["balanced_accuracy"])  # fmt: skip
    print(f"{name}: accuracy {_share(output['accuracy'])} ({low * 100:.1f} to {high * 100:.1f}), "
          f"macro F1 {_share(output['macro_f1'])}, {other[0]} {_share(other[1])}")  # fmt: skip
    shares = ["precision", "recall", "f1", *(["average_precision"] if several else [])]
    columns = zip(*(output[share] for share in shares), strict=True)
    rows = [
        [class_name, f"{n:,}", *map(_share, row)]
        for class_name, n, row in zip(output["classes"], output["support"], columns, strict=True)
    ]
    titles = ["precision", "recall", "F1", *(["average precision"] if several else [])]
    print_table([name, "pictures", *titles], rows)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"
