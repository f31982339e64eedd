"""``classifier-studio predict``."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import AsJson, Columns, Format, Options, how_to_open
from studio.cli.output import complain, print_json
from studio.cli.progress import bar, quiet_libraries
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.core.results import Prediction


def predict(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A trained run.")],
    paths: Annotated[list[str], typer.Argument(help="Pictures, folders and other data sets.")],
    as_json: AsJson = False,
    table: Annotated[
        str, typer.Option("--csv", metavar="FILE", help="Write a table; - is stdout.")
    ] = "",
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
) -> int:
    """Classify pictures with a trained run."""
    from studio.engine import commands

    if as_json and table:
        raise StudioError("--json and --csv cannot be given together.", "Choose one of them.")
    with quiet_libraries(), bar("Classifying") as progress:
        how = how_to_open(Path(paths[0]), format, columns, options)
        predictions = list(commands.predict(run_folder, paths, progress, **how))
    if as_json:
        print_json([commands.prediction_json(p) for p in predictions])
    elif table:
        _write_csv(predictions, table)
    else:
        _print_predictions(predictions)
    failed = sum(1 for p in predictions if p.error)
    if failed:
        complain(f"Pictures that could not be classified: {failed} of {len(predictions)}.")
    return 1 if failed == len(predictions) else 0


def _print_predictions(predictions: list[Prediction]) -> None:
    from studio.core.paths import display_name

    for prediction in predictions:
        if prediction.error:
            print(f"{display_name(prediction.path)}\t{prediction.error}", file=sys.stderr)
            continue
        best = [
            _holding(ranked) if name in prediction.multi_label
            else f"{display_name(ranked[0][0])}\t{ranked[0][1] * 100:.1f} %"
            for name, ranked in prediction.outputs.items()
        ]  # fmt: skip
        print("\t".join([display_name(prediction.path), *best]))


def _holding(ranked: Sequence[tuple[str, float]]) -> str:
    """The classes that hold of an output where several may, with their probabilities."""
    from studio.core.paths import display_name

    held = [f"{display_name(c)} {p * 100:.1f} %" for c, p in ranked if p >= 0.5]
    return ", ".join(held) or "none"


def _write_csv(predictions: list[Prediction], file: str) -> None:
    """One row a picture: path, for each output its class and probability, error.

    An output where several classes may hold has a column of probabilities for each class.
    """
    from studio.core.files import write_atomic
    from studio.core.paths import clean_text

    names = list(dict.fromkeys(n for p in predictions for n in p.outputs))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    several = {n: sorted(c for c, _ in p.outputs[n]) for p in predictions for n in p.multi_label
               if n in p.outputs}  # fmt: skip
    columns: list[str] = []
    for name in names:
        each = [f"{name}: {clean_text(class_name)}" for class_name in several.get(name, ())]
        columns += each or [name, f"{name} probability"]
    writer.writerow(["path", *columns, "error"])
    for prediction in predictions:
        cells: list[str] = []
        for name in names:
            if name in several:
                found = dict(prediction.outputs.get(name, ()))
                cells += [f"{found[k]:.6f}" if k in found else "" for k in several[name]]
                continue
            best = prediction.best(name) if prediction.outputs else None
            cells += [best[0], f"{best[1]:.6f}"] if best else ["", ""]
        writer.writerow([clean_text(prediction.path), *cells, prediction.error])
    if file == "-":
        print(out.getvalue(), end="")
    else:
        write_atomic(Path(file), out.getvalue(), "saving the table")
