"""What a person can say about a table when the guess errs."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Sequence

from pydantic import field_validator

from studio.core.errors import SpecError
from studio.core.paths import display_name
from studio.core.spec import parameter
from studio.data.stacks import PageOptions

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
"""Words for the signs between cells, and between labels in a cell."""

ROLES = {"file": "file_column", "label": "label_columns", "split": "split_column",
         "group": "group_column"}  # fmt: skip
"""Role on the command line (``--column role=name``) → the option it sets."""

NO_COLUMN = "none"
"""As ``split_column``: there is no split, whatever the columns look like."""

_SIGNS = {"auto": "Guess it", "comma": "Comma ,", "semicolon": "Semicolon ;", "tab": "Tab",
          "bar": "Bar |", "space": "Space"}  # fmt: skip


class TableOptions(PageOptions):
    """How to read a table. Empty text and ``auto`` mean: guess it.

    A column is named by its heading; in a table without one by its number, from 1.
    """

    table: str = parameter(
        "", title="Table", help="The file with the labels; several are separated by commas."
    )
    file_column: str = parameter(
        "", title="File column", help="The column that names the picture, with or without ending."
    )
    label_columns: str = parameter(
        "",
        title="Label columns",
        help="Columns with the classes, separated by commas; each is an output of its own, "
        "or together the classes of one where they hold 0 and 1 (one-hot).",
    )
    label_kind: str = parameter(
        "auto",
        title="Labels are",
        help="How classes stand in the table: multi-class, multi-label or one-hot columns.",
        choices={
            "auto": "Guess it", "single": "One class a picture", "list": "Several in a cell",
            "rows": "Several rows a picture", "one-hot": "Columns of 0 and 1",
        },
    )  # fmt: skip
    list_separator: str = parameter(
        "auto", title="Between labels", help="The sign between several in a cell.", choices=_SIGNS
    )
    split_column: str = parameter(
        "",
        title="Split column",
        help="The column with the words train, validation and test; “none” uses none.",
    )
    group_column: str = parameter(
        "",
        title="Group column",
        help="The column that tells which pictures belong together, such as one patient or place; "
        "a split can keep them on one side.",
    )
    folder: str = parameter(
        "", title="Folder of pictures", help="The folder inside the data set that names start from."
    )
    separator: str = parameter(
        "auto", title="Between columns", help="The delimiter of the table.", choices=_SIGNS
    )
    header: str = parameter(
        "auto",
        title="First line",
        help="Whether the first line holds headings.",
        choices={"auto": "Guess it", "yes": "Headings", "no": "A picture already"},
        advanced=True,
    )
    encoding: str = parameter(
        "auto", title="Encoding", help="The character encoding, such as utf-8.", advanced=True
    )

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != "auto":
            try:
                known = codecs.lookup(value)
                "".encode(known.name)
            except (LookupError, ValueError) as error:
                raise ValueError(f"there is no text encoding called “{value}”") from error
        return value


def names_in(text: str) -> list[str]:
    """The names of a comma-separated option; quotes keep a comma inside a name."""
    if not text.strip():
        return []
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True))]


def joined(names: Iterable[str]) -> str:
    """The text that :func:`names_in` takes apart again."""
    return ",".join('"' + n.replace('"', '""') + '"' if set(n) & set(',"') else n for n in names)


def column_options(columns: Sequence[str]) -> dict[str, str]:
    """Options from ``role=name`` words of the command line; ``label`` may come several times.

    Raises:
        SpecError: a word is no ``role=name``, the role is unknown, or comes twice.
    """
    found: dict[str, list[str]] = {}
    for word in columns:
        role, equals, name = word.partition("=")
        role = role.strip()
        if not equals or not name.strip():
            raise SpecError(
                f"“{display_name(word)}” names no column.", "Write it as --column label=breed"
            )
        if role not in ROLES:
            raise SpecError(
                f"A column cannot be “{display_name(role)}”.", f"Known: {', '.join(ROLES)}."
            )
        found.setdefault(role, []).append(name.strip())
    for role, names in found.items():
        if role != "label" and len(names) > 1:
            raise SpecError(f"--column {role} was given {len(names)} times; once is enough.")
    return {
        ROLES[role]: joined(names) if role == "label" else names[0] for role, names in found.items()
    }


def find_column(name: str, columns: Sequence[str]) -> int:
    """The index of a column by its heading (letter case does not matter), or by number from 1.

    Raises:
        SpecError: there is none; the message names those there are.
    """
    if name in columns:
        return columns.index(name)
    lower = [c.casefold().strip() for c in columns]
    if name.casefold().strip() in lower:
        return lower.index(name.casefold().strip())
    if name.isdecimal() and 1 <= int(name[:9]) <= len(columns):
        return int(name) - 1
    known = ", ".join(display_name(c) for c in columns[:12])
    more = f" and {len(columns) - 12} more" if len(columns) > 12 else ""
    raise SpecError(f"The table has no column “{display_name(name)}”.", f"It has: {known}{more}.")
