"""From a folder or a file to the tables that label its pictures, and the reason in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from studio.core.errors import DatasetError, SpecError
from studio.core.paths import display_name
from studio.data.dataset import Split
from studio.data.tables import words
from studio.data.tables.channels import Channels, group_channels
from studio.data.tables.find import table_files
from studio.data.tables.match import PictureIndex, leads_outside
from studio.data.tables.options import TableOptions
from studio.data.tables.roles import Roles, describe, guess_roles
from studio.data.tables.sources import JSON_ENDINGS, Source, open_source
from studio.data.walk import Pictures

_SMALL_JSON = 8 << 20
"""Bytes of a JSON that is read as a whole just to see what it is."""


@dataclass
class Table:
    """One table of a data set.

    Attributes:
        source: its columns and rows.
        roles: what the columns are for; without labels its pictures are unlabelled.
        split: the split that its name tells, where other tables tell other ones.
    """

    source: Source
    roles: Roles
    split: Split | None = None


@dataclass
class Plan:
    """How a data set with tables is to be read.

    Attributes:
        root: the folder of the data set.
        tables: those that are used, all with the same label columns.
        unused: names of tables that hold labels, too, but are left out.
        index: its pictures, as the tables name them.
        channels: how files of one channel were put together; without names where they are not.
    """

    root: Path
    index: PictureIndex
    tables: list[Table] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    channels: Channels = field(default_factory=Channels)

    @property
    def reason(self) -> str:
        """Why, in words; empty without tables."""
        labelled = [t for t in self.tables if t.roles.works]
        if not labelled:
            return ""
        names = " and ".join(", ".join(display_name(t.source.path.name) for t in labelled)
                             .rsplit(", ", 1))  # fmt: skip
        first = labelled[0]
        found = describe(names, first.source.columns, first.roles)
        if len(labelled) > 1:
            found = found.replace(" names a picture", " name a picture", 1)
        if self.channels.names:
            found += f" Each picture is {len(self.channels.names)} files, one for each channel."
        if self.unused:
            found += f" Not used: {', '.join(map(display_name, self.unused))}."
        return found


def make_plan(path: Path, pictures: Pictures, options: TableOptions, strict: bool) -> Plan:
    """Choose the tables and their columns.

    Args:
        path: the folder, or one table.
        pictures: those that were found below the folder.
        strict: raise for a table that cannot be used rather than leave it out.

    Raises:
        DatasetError: with ``strict``, no table can be used; the message says why.
        SpecError: with ``strict``, an option names a column that is not there.
    """
    root, files = table_files(path, options)
    plans = [Plan(root, _index(root, files, pictures.paths, None, options))]
    channels = group_channels(pictures)
    if channels.names:
        index = _index(root, files, channels.pictures.paths, channels.stems, options)
        plans.append(Plan(root, index, channels=channels))
    errors: list[Exception] = []
    for plan in plans:
        for file in files:
            try:
                plan.tables.append(_open(file, plan.index, options))
            except (DatasetError, SpecError) as error:
                errors.append(error)
    # Pictures of several files are taken only where the tables mean them.
    plan = max(plans, key=lambda p: sum(t.roles.matched for t in p.tables))
    _choose_tables(plan, is_chosen=bool(options.table) or os.path.isfile(path))
    if strict and not plan.reason:
        raise _unusable(root, files, plan, errors)
    return plan


def _index(
    root: Path, files: Sequence[Path], paths: Sequence[str], stems: Sequence[str] | None,
    options: TableOptions,
) -> PictureIndex:  # fmt: skip
    if options.folder and leads_outside(options.folder):
        raise SpecError("The folder of pictures must lie inside the data set.")
    beside = {os.path.relpath(f.parent, root).replace(os.sep, "/") for f in files} - {"."}
    return PictureIndex(paths, stems, [options.folder, *sorted(beside)])


def _open(file: Path, index: PictureIndex, options: TableOptions) -> Table:
    if file.suffix.lower() in JSON_ENDINGS and _is_other_json(file):
        raise DatasetError(f"“{display_name(file.name)}” is no list of records.")
    source = open_source(file, options, index.knows)
    if source.encoding not in ("", "utf-8", "utf-8-sig"):
        index.encoding = source.encoding
    sample = [row for _, row in islice(source.rows(), 3_000)]
    roles = guess_roles(source.columns, sample, index.knows, options)
    if not roles.matched:
        roles = guess_roles(source.columns, sample, lambda cell: index.find(cell) >= 0, options)
    return Table(source, roles)


def _is_other_json(file: Path) -> bool:
    """Whether a large JSON's beginning names no picture: arrays of numbers, say."""
    try:
        if os.path.getsize(file) <= _SMALL_JSON:
            return False
        with open(file, "rb") as opened:
            head = opened.read(1 << 14).decode("utf-8", "replace").lower()
    except OSError:
        return True
    return not any(f".{e}" in head for e in ("jpg", "jpeg", "png", "tif", "bmp", "webp", "gif"))


def _choose_tables(plan: Plan, is_chosen: bool) -> None:
    """Keep the tables that go together, and what splits their names tell."""
    for table in plan.tables:
        table.split = words.split_in_name(table.source.path.stem)
    usable = [t for t in plan.tables if t.roles.works and (is_chosen or _is_labels(t))]
    if not usable:
        plan.tables = []
        return
    if is_chosen:
        plan.tables = usable
    else:
        # train.csv, val.csv and test.csv go together; whole.csv or train_subset.csv do not.
        shortest: dict[Split | None, Table] = {}
        for table in sorted(usable, key=lambda t: (t.roles.matched <= 0, len(t.source.path.name))):
            shortest.setdefault(table.split, table)
        by_split = [t for s, t in shortest.items() if s is not None]
        first = max(shortest.values(), key=lambda t: (t.roles.matched > 0, t.split is None))
        chosen = by_split if len(by_split) > 1 or first.split is not None else [first]
        like = chosen[0].source.columns
        chosen = [t for t in chosen if _labels(t) == _labels(chosen[0])] if like else chosen
        rest = [t for t in plan.tables if t not in chosen]
        silent = [t for t in rest if t.roles.file >= 0 and not t.roles.labels and t.split]
        plan.unused = [t.source.path.name for t in rest if t.roles.works and _is_labels(t)]
        chosen.sort(key=lambda t: -1 if t.split is None else int(t.split))
        plan.tables = [*chosen, *silent]
    splits = {t.split for t in plan.tables if t.roles.works}
    if len(splits) == 1:
        for table in plan.tables:
            table.split = None


def repeats_folders(plan: Plan) -> bool:
    """Whether every table has a column that only says in which folder each picture lies."""
    labelled = [table for table in plan.tables if table.roles.works]
    return bool(labelled) and all(_repeats_folders(table) for table in labelled)


def _repeats_folders(table: Table) -> bool:
    columns = set(range(len(table.source.columns))) - {table.roles.file}
    same, count = dict.fromkeys(columns, 0), 0
    for _, row in islice(table.source.rows(), 200):
        if table.roles.file < 0 or table.roles.file >= len(row):
            continue
        count += 1
        folder = os.path.basename(os.path.dirname(row[table.roles.file].replace("\\", "/")))
        for column in same:
            same[column] += bool(folder) and column < len(row) and row[column].strip() == folder
    return count > 0 and max(same.values(), default=0) >= 0.9 * count


def _labels(table: Table) -> list[str]:
    return [table.source.columns[i] for i in table.roles.labels]


def _is_labels(table: Table) -> bool:
    """Whether a table that nobody named is one of labels: some of its pictures are there."""
    columns = [c.lower() for c in table.source.columns]
    if "error" in columns and any(c.endswith(" probability") for c in columns):
        return False  # answers that the studio itself wrote
    return table.roles.matched > 0 and table.roles.sure


def _unusable(
    root: Path, files: Sequence[Path], plan: Plan, errors: Sequence[Exception]
) -> DatasetError | SpecError:
    if errors and isinstance(errors[0], (DatasetError, SpecError)):
        return errors[0]
    if not files:
        return DatasetError(
            f"There is no table of labels in “{display_name(root.name)}”.",
            "Put a CSV file with one row for each picture there.",
        )
    names = ", ".join(display_name(f.name) for f in files[:5])
    if not len(plan.index):
        return DatasetError(
            f"There are no pictures beside {names}.",
            "Put the pictures into the same folder as the table, or open the folder above both.",
        )
    return DatasetError(
        f"No column of {names} could be told to be the picture and its class.",
        "Say it: --column file=NAME --column label=NAME.",
    )
