"""What a person said in the dialog, apart from what was guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.tables.options import NO_COLUMN, joined, names_in

if TYPE_CHECKING:
    from studio.data.preview import DatasetPreview

_CUTS = ("separator", "header", "encoding", "table")
"""Options of a table after which its columns are other ones."""

_COLUMNS = {"file_column": "", "label_columns": "", "split_column": "", "group_column": ""}
_ALONE = ("file", "split", "group")


class Choices:
    """The format, the options that were set by hand, and the roles of a table's columns."""

    def __init__(self, kind: str | None, options: Spec | None) -> None:
        self.kind, self.options = kind, options
        self.roles: list[str] = []
        self._known: type[Spec] | None = None if options is None else type(options)

    @property
    def said_something(self) -> bool:
        """Whether anything is not as the studio guessed."""
        return self.options is not None and self.options != type(self.options)()

    def take_format(self, kind: str) -> None:
        """Another format, about which nothing was said yet."""
        self.kind, self.options, self._known = kind, None, None

    def forget(self) -> None:
        """Back to what the studio recognises."""
        self.kind, self.options, self._known = None, None, None

    def follow(self, found: DatasetPreview) -> None:
        """Take over what was guessed where nothing was said."""
        self.kind, self.roles = found.kind, list(found.roles)
        self._known = None if found.options is None else type(found.options)

    def take_values(self, values: Mapping[str, Any]) -> None:
        """Options that were changed in the form. Raises SpecError."""
        if self._known is None:
            return
        columns = _COLUMNS if "file_column" in self._known.model_fields else {}
        reset = columns if set(values) & set(_CUTS) else {}
        before = self.options if self.options is not None else self._known()
        self.options = before.changed(**{**reset, **values})

    def take_role(self, found: DatasetPreview, column: int, role: str) -> str:
        """Give a column another role; what is still missing, in words, empty where nothing is."""
        if role in _ALONE:
            self.roles = ["" if r == role else r for r in self.roles]
        self.roles[column] = role
        missing = _missing(self.roles, found.columns)
        if not missing:
            self.take_values(self._columns(found))
        return missing

    def _columns(self, found: DatasetPreview) -> dict[str, Any]:
        def named(role: str) -> list[str]:
            columns = found.columns
            return [_name(i, columns) for i, r in enumerate(self.roles) if r == role]

        values: dict[str, Any] = {
            "file_column": named("file")[0],
            "label_columns": joined(named("label")),
            "split_column": next(iter(named("split")), NO_COLUMN),
            "group_column": next(iter(named("group")), ""),
        }
        # Of several tables those beside it may have other columns; one that is named is believed.
        if len(names_in(found.table)) == 1:
            values["table"] = found.table
        return values


def _missing(roles: Sequence[str], columns: Sequence[str]) -> str:
    if "file" not in roles:
        return "Choose “File” above the column that names the pictures."
    if "label" not in roles:
        name = display_name(columns[roles.index("file")])
        return f"Choose “Label” above the column with the classes; “{name}” names the pictures."
    return ""


def _name(column: int, columns: Sequence[str]) -> str:
    """A heading that leads back to its column, else the column's number, from 1."""
    name = columns[column]
    simple = name == name.strip() and not set(name) & set('\r\n"') and name
    return name if simple and columns.index(name) == column else str(column + 1)
