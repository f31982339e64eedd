"""``classifier-studio ready``: published data sets, listed or downloaded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.app import AsJson
from studio.cli.output import print_json, print_table
from studio.cli.progress import byte_bar


def ready(
    name: Annotated[str, typer.Argument(help="A key of the list; all are listed without.")] = "",
    to: Annotated[Path | None, typer.Option(help="The folder for its files.")] = None,
    as_json: AsJson = False,
) -> None:
    """List published data sets, or download one (continued where it stopped)."""
    if not name:
        _list(as_json)
        return
    from studio.data.ready.catalogue import ready_set
    from studio.data.ready.keeping import fetch, folder_of, status_of

    entry = ready_set(name)
    status = status_of(entry, to)
    if status.state != "here":
        about = "" if entry.is_exact else "about "
        print(
            f"{entry.title}: {about}{entry.size / 1e6:,.1f} MB, licence {entry.licence.name} "
            f"({entry.licence.address})",
            file=sys.stderr,
        )
    with byte_bar(f"Downloading {entry.title}") as progress:
        place = fetch(entry, progress, folder=to)
    if as_json:
        print_json({**_facts(entry, to), "folder": str(to or folder_of(entry)), "open": str(place)})
    else:
        print(place)
    print(f"Cite: {entry.citation}", file=sys.stderr)


def _list(as_json: bool) -> None:
    from studio.data.ready.catalogue import CATALOGUE

    found = [_facts(entry, None) for entry in CATALOGUE]
    if as_json:
        print_json(found)
        return
    print_table(
        ["name", "title", "pictures", "classes", "download", "licence", "state"],
        [
            [
                f["name"], f["title"], f"{f['pictures']:,}", str(f["classes"]),
                f"{f['bytes'] / 1e6:,.1f} MB", f["licence"], f["state"],
            ]
            for f in found
        ],
    )  # fmt: skip


def _facts(entry: Any, folder: Path | None) -> dict[str, Any]:
    from studio.data.ready.keeping import status_of

    status = status_of(entry, folder)
    return {
        "name": entry.key, "title": entry.title, "about": entry.about,
        "pictures": entry.pictures, "classes": entry.classes, "shape": entry.shape,
        "bytes": entry.size, "bytes_exact": entry.is_exact,
        "licence": entry.licence.name, "licence_address": entry.licence.address,
        "citation": entry.citation, "homepage": entry.homepage, "format": entry.format,
        "state": status.state, "bytes_here": status.done,
        "files": [
            {"name": file.name, "addresses": list(file.addresses), "bytes": file.size,
             "checksums": list(file.checksums)}
            for file in entry.files
        ],
    }  # fmt: skip
