"""``classifier-studio inspect``: what is in a data set, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.app import AsJson, Columns, Format, Options
from studio.cli.output import print_json, print_table
from studio.cli.progress import bar


def inspect(
    dataset: Annotated[Path, typer.Argument(help="A folder of pictures, or a table.")],
    as_json: AsJson = False,
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
) -> None:
    """Show format, problem, classes, counts, splits and problems of a data set."""
    from studio.data.index import choose
    from studio.engine import commands

    with bar("Reading") as progress:
        choice = choose(dataset, format, columns or (), options or ())
        found = commands.inspect(dataset, progress, format=choice.kind, options=choice.options)
    found["reason"] = choice.reason
    if as_json:
        print_json(found)
        return
    print(f"{found['pictures']:,} pictures, {found['format']}, {found['problem']}")
    if choice.reason:
        print(choice.reason)
    for output, classes in found["counts"].items():
        splits = list(next(iter(classes.values()), {}))
        print_table(
            [output, *splits], [[c, *(f"{n[s]:,}" for s in splits)] for c, n in classes.items()]
        )
    _print_split(found)
    if found["problems"]:
        rows = [[p["kind"], p["path"], p["message"]] for p in found["problems"]]
        print_table(["problem", "path", "what it means"], rows)
    else:
        print("No problems were found.")


def _print_split(found: dict[str, Any]) -> None:
    """What straddles the split that came with the data set, and what a new one could keep."""
    if not found["leaks"]:
        print("The data set brings no split; train draws one.")
    for leak in found["leaks"]:
        print(leak["message"])
    if found["group_columns"]:
        names = ", ".join(found["group_columns"])
        print(f"A split can keep pictures together by: {names} (--set split.together=column).")
