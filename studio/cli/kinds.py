"""``classifier-studio list``."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.app import AsJson
from studio.cli.output import print_json, print_table
from studio.core.errors import StudioError


def list_kinds(
    what: Annotated[
        str, typer.Argument(help="architectures, augmenters, formats, visualizers or exporters.")
    ],
    as_json: AsJson = False,
) -> None:
    """List what is built in."""
    from studio.engine import commands

    if what not in commands.LISTS:
        raise StudioError(f"There is no list of “{what}”.", f"Known: {', '.join(commands.LISTS)}.")
    found = commands.catalogue(what)
    if as_json:
        print_json(found)
    elif not found:
        print(f"This version has no {what} yet.")
    else:
        print_table(
            ["kind", "name", "what it is"], [[f["kind"], f["title"], f["help"]] for f in found]
        )
