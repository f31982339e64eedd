"""The program, and the options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

_ABOUT = """From a folder of pictures to a trained image classifier.

classifier-studio [PATH] opens the window, on a data set, project or picture;
classifier-studio --sample opens it on the built-in sample.
The commands below do the same jobs without a window."""

app = typer.Typer(
    help=_ABOUT, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    subcommand_metavar="[PATH] | COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Format = Annotated[str, typer.Option("--format", help="Its format; see: list formats.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="ROLE=NAME",
                 help="A table's column: file=id, label=breed (repeat for more), split=set; "
                 "group=patient says which pictures belong together."),
]  # fmt: skip
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="An option of the format."),
]


def command_names() -> list[str]:
    """What works without a window."""
    names = [c.name or getattr(c.callback, "__name__", "") for c in app.registered_commands]
    names += [group.name for group in app.registered_groups if group.name]
    return [name for name in names if name != "open"]


def how_to_open(
    dataset: Path, format: str, columns: list[str] | None, options: list[str] | None
) -> dict[str, Any]:
    """Format and options of a data set where the command line says them; else nothing."""
    if not (format or columns or options):
        return {}
    from studio.data.index import choose

    choice = choose(dataset, format, columns or (), options or ())
    return {"format": choice.kind, "options": choice.options}
