"""``classifier-studio convert``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from studio.cli.app import AsJson, Columns, Format, Options, how_to_open
from studio.cli.output import print_json
from studio.cli.progress import bar


def convert(
    dataset: Annotated[Path, typer.Argument(help="A folder, table, array file or archive.")],
    out: Annotated[Path, typer.Argument(help="A new folder; for hdf5 a new file.")],
    to: Annotated[str, typer.Option("--to", help="folder, csv or hdf5.")],
    width: Annotated[int, typer.Option(help="Of the arrays in hdf5, px.")] = 64,
    height: Annotated[int, typer.Option(help="Of the arrays in hdf5, px.")] = 64,
    fit: Annotated[str, typer.Option(help="For hdf5: crop, letterbox or stretch.")] = "crop",
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
    as_json: AsJson = False,
) -> int:
    """Write a data set in another form; the old one stays as it is."""
    from studio.core.input import InputSpec
    from studio.core.paths import clean_text
    from studio.core.spec import parse_spec
    from studio.data.convert import convert as write
    from studio.data.index import open_dataset

    spec = parse_spec(InputSpec, {"width": width, "height": height, "fit": fit})
    with bar("Reading") as progress:
        how = how_to_open(dataset, format, columns, options)
        found = open_dataset(dataset, progress=progress, **how)
        done = write(found, out, to, spec, progress)
    left_out = [{"kind": p.kind, "path": clean_text(p.path), "message": p.message}
                for p in done.left_out]  # fmt: skip
    if as_json:
        print_json({"path": clean_text(str(out)), "pictures": done.written, "left_out": left_out})
    else:
        print(f"{done.written:,} pictures in {out}")
    for problem in left_out:
        print(f"Left out {problem['path']}: {problem['message']}", file=sys.stderr)
    return 0
