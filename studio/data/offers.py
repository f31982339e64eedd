"""Values that make sense for a format's options, found in the data set, to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.options import NOTHING
from studio.data.containers.store import open_container
from studio.data.formats.array_files import ArrayFilesFormat
from studio.data.formats.registry import DatasetFormat
from studio.data.tables.options import joined
from studio.data.tables.preview import Preview

Offers = Mapping[str, tuple[tuple[str, str], ...]]
"""Name of an option → values with the words for them."""

_MOST = 60
_GUESS = ("", "Guess it")


def array_offers(reader: DatasetFormat, root: Path) -> Offers:
    """The arrays of the files; nothing for other formats, or where they cannot be read."""
    if not isinstance(reader, ArrayFilesFormat):
        return {}
    found: dict[str, str] = {}
    try:
        with as_dataset_error():
            for file in reader.files(root):
                reader.check(file)
                for name, stored in open_container(file).arrays.items():
                    shape = " × ".join(f"{side:,}" for side in stored.shape)
                    key = joined([name or file.name])
                    found.setdefault(key, f"{display_name(name or file.name)} ({shape})")
    except (StudioError, OSError, ValueError):
        return {}
    arrays = tuple(found.items())[:_MOST]
    return {"pictures": (_GUESS, *arrays), "labels": (_GUESS, *arrays, (NOTHING, "No labels"))}


def table_offers(table: Preview) -> Offers:
    """The files that may be the table, where there are several."""
    if len(table.tables) < 2:
        return {}
    items = [(joined([name]), display_name(name)) for name in table.tables]
    chosen = table.options.table or table.place
    if chosen and chosen not in dict(items):
        items.insert(0, (chosen, chosen.replace(",", ", ")))
    return {"table": tuple(items)}
