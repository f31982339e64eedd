"""From rows of tables to a data set: one entry a picture, and what contradicts itself listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError
from studio.core.paths import clean_text, display_name
from studio.data.assemble import unique_names
from studio.data.balance import class_problems
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset, Problem, Split
from studio.data.tables import encode, words
from studio.data.tables.cells import BOXES, splitter
from studio.data.tables.collect import RowReader, Rows
from studio.data.tables.encode import Labels
from studio.data.tables.groups import merged_groups
from studio.data.tables.names import is_synset, readable_names
from studio.data.tables.odd import no_label, odd_labels
from studio.data.tables.plan import Plan, Table
from studio.data.walk import Pictures

_WITHOUT = "No row of a table names this picture, so it has no label."


def build(
    plan: Plan,
    pictures: Pictures,
    kind: str,
    problems: Sequence[Problem],
    progress: Progress,
    control: Control | None,
) -> Dataset:
    """Read the tables of a plan and label the pictures.

    Args:
        pictures: in the order of the plan's index.
        kind: the format's name.
        problems: what was found before.

    Raises:
        DatasetError: no row has a picture, or the labels do not fit into memory.
        Cancelled: asked for.
    """
    reader = RowReader(plan, progress, control)
    rows = reader.read()
    if not len(rows.picture):
        raise _nothing_matches(plan, rows)
    merger = Merger(plan, rows, reader.kind, [*problems, *rows.problems])
    outputs: dict[str, tuple[str, ...]] = {}
    labels: dict[str, NDArray[Any]] = {}
    for name, found in _outputs(reader, rows, control).items():
        names, labels[name] = merger.labels(found)
        outputs[name] = unique_names(_readable(names, plan))
    merger.repeated_rows()
    groups, group_names = merged_groups(
        rows.groups, np.asarray(rows.picture, np.int64), len(pictures.paths)
    )
    dataset = Dataset(
        plan.root, kind, list(pictures.paths), outputs, labels, merger.splits(),
        np.asarray(pictures.sizes, np.int64), merger.problems, groups=groups,
        group_names=group_names,
    )  # fmt: skip
    keep_real_split(dataset)
    dataset.problems.extend(_without_label(dataset, rows))
    dataset.problems.extend(odd_labels(dataset))
    dataset.problems.extend(class_problems(dataset))
    return dataset


def _outputs(reader: RowReader, rows: Rows, control: Control | None) -> dict[str, Labels]:
    """Label columns of rows, by the name of the output."""
    if reader.kind == "one-hot":
        return {OUTPUT: encode.from_columns(rows.columns, rows.matrix())}
    found: dict[str, Labels] = {}
    for heading, cells, separator in zip(
        rows.columns, rows.cells, reader.roles.list_separators, strict=True
    ):
        name = output_name(heading, len(rows.columns) == 1, found)
        if reader.kind in ("single", "rows"):
            if separator == BOXES:
                cells = [cell.split(" ", 1)[0] for cell in cells]
            found[name] = encode.one_each(cells, control)
        elif separator:
            found[name] = encode.several_each(cells, splitter(separator), control)
        else:
            found[name] = encode.one_each(cells, control)
    return found


def output_name(heading: str, is_alone: bool, taken: dict[str, Any] | None = None) -> str:
    """What an output is called: the heading, or “class” where it says no more than that."""
    name = " ".join(clean_text(display_name(heading)).replace("/", "-").split())[:60]
    generic = words.plain(heading) in words.LABEL_WORDS or heading.startswith("column ")
    if not name or (is_alone and generic):
        name = OUTPUT
    number, clean = 2, name
    while taken and name in taken:
        name, number = f"{clean} {number}", number + 1
    return name


class Merger:
    """Labels of rows → labels of pictures; what contradicts itself becomes a problem.

    Args:
        plan: the tables and the pictures.
        rows: what was read from them.
        kind: how labels stand in the table, see ``Roles.kind``.
        problems: what was found before; more is added.
    """

    def __init__(self, plan: Plan, rows: Rows, kind: str, problems: list[Problem]) -> None:
        self._paths, self._rows, self._kind = plan.index.paths, rows, kind
        self._is_plain = all(_used(t) == len(t.source.columns) for t in plan.tables)
        self.problems = problems
        self._picture = np.asarray(rows.picture, np.int64)
        order = np.argsort(self._picture, kind="stable")
        same = self._picture[order][1:] == self._picture[order][:-1]
        self._first_last = order[::-1]
        """Rows so that the first of each picture is written last and stays."""
        self._again = np.sort(order[1:][same])
        """Rows of which an earlier one names the same picture."""
        self._conflicting: set[int] = set()

    def labels(self, found: Labels) -> tuple[list[str], NDArray[Any]]:
        """The classes that have pictures, and the label of each picture."""
        if self._kind == "rows":
            return self._without_unused(found.names, self._union(found))
        codes = found.codes
        merged = np.full((len(self._paths), *codes.shape[1:]), -1, codes.dtype)
        merged[self._picture[self._first_last]] = codes[self._first_last]
        contradicted = set()
        for row in self._again.tolist():
            at, now = self._picture[row], codes[row]
            if np.array_equal(merged[at], now) or (np.asarray(now) < 0).all():
                continue
            if (np.asarray(merged[at]) < 0).all():
                merged[at] = now
                continue
            contradicted.add(int(at))
            self._conflicting.add(row)
            self._list("label-conflict", row, self._said(found, row))
        merged[list(contradicted)] = -1
        if self._kind == "one-hot":
            return found.names, merged
        return self._without_unused(found.names, merged)

    def _said(self, found: Labels, row: int) -> str:
        code = found.codes[row]
        chosen = [int(code)] if code.ndim == 0 else np.flatnonzero(code == 1).tolist()
        names = ", ".join(display_name(found.names[c]) for c in chosen[:5]) or "none of the classes"
        return (
            f"{self._rows.where(row)} calls this picture “{names}”, an earlier row calls it "
            "something else. It has no label until you choose one."
        )

    def _union(self, found: Labels) -> NDArray[np.int8]:
        encode.check_size(len(self._paths), len(found.names))
        merged = np.full((len(self._paths), len(found.names)), -1, np.int8)
        has = found.codes >= 0
        holds = has & ~np.asarray(self._rows.denied, bool)
        merged[self._picture[has]] = 0
        merged[self._picture[holds], found.codes[holds]] = 1
        return merged

    def _without_unused(
        self, names: list[str], merged: NDArray[Any]
    ) -> tuple[list[str], NDArray[Any]]:
        if merged.ndim == 2:
            used = (merged == 1).any(axis=0)
        else:
            used = np.bincount(merged[merged >= 0], minlength=len(names)) > 0
        words_ = "The table names this class, but none of its pictures is there, so it is no class."
        for i in np.flatnonzero(~used).tolist():
            self.problems.append(Problem("empty-class", clean_text(names[i]), words_))
        kept = [name for name, is_used in zip(names, used.tolist(), strict=True) if is_used]
        if merged.ndim == 2:
            return kept, np.ascontiguousarray(merged[:, used])
        place = np.append(np.cumsum(used) - 1, -1).astype(np.int32)  # the last is that of −1
        return kept, place[merged]

    def repeated_rows(self) -> None:
        """List rows that name a picture again, and pictures that stand in two splits."""
        split = np.asarray(self._rows.split)
        first: dict[int, int] = {}
        wanted = set(self._picture[self._again].tolist())
        for row, at in enumerate(self._picture.tolist()):
            if at in wanted:
                first.setdefault(at, row)
        for row in self._again.tolist():
            before = first[int(self._picture[row])]
            if split[row] != split[before] and min(split[row], split[before]) >= 0:
                one, other = Split(int(split[before])).word, Split(int(split[row])).word
                self._list(
                    "split-leak", row,
                    f"This picture stands in {one} ({self._rows.where(before)}) and in {other} "
                    f"({self._rows.where(row)}); it is used for the later of the two only.",
                )  # fmt: skip
            elif row not in self._conflicting and self._is_repeated(row, before):
                self._list(
                    "duplicate-row", row,
                    f"{self._rows.where(row)} names this picture again, as "
                    f"{self._rows.where(before)} does; it is used once.",
                )  # fmt: skip

    def _is_repeated(self, row: int, before: int) -> bool:
        """Whether a row says nothing new. Rows of boxes or votes differ in other columns."""
        if self._kind != "rows":
            return True
        return self._is_plain and all(c[row] == c[before] for c in self._rows.cells)

    def splits(self) -> NDArray[np.int8]:
        """``(pictures,) int8``; of two splits the later one holds: tests stay whole and unseen."""
        found = np.full(len(self._paths), NO_SPLIT, np.int8)
        np.maximum.at(found, self._picture, np.asarray(self._rows.split, np.int8))
        return found

    def _list(self, kind: str, row: int, message: str) -> None:
        self.problems.append(Problem(kind, self._paths[self._picture[row]], message))


def _used(table: Table) -> int:
    roles = table.roles
    return len({roles.file, roles.split, *roles.labels} - {-1})


def keep_real_split(dataset: Dataset) -> None:
    """Forget splits where all labelled pictures are of one; pictures without a label have none."""
    known = np.zeros(len(dataset), bool)
    for output in dataset.outputs:
        known |= dataset.has_label(output)
    dataset.found_split[~known] = NO_SPLIT
    if len(set(dataset.found_split[known].tolist()) - {NO_SPLIT}) < 2:
        dataset.found_split[:] = NO_SPLIT


def _without_label(dataset: Dataset, rows: Rows) -> list[Problem]:
    """Pictures without a row, and pictures whose rows have empty cells."""
    named = set(rows.picture)
    known = {p.path for p in dataset.problems if p.kind == "label-conflict"}
    first = {at: row for row, at in reversed(list(enumerate(rows.picture)))}
    found = []
    for problem, row in zip(*no_label(dataset, _WITHOUT), strict=True):
        if row not in named:
            found.append(problem)
        elif problem.path not in known:
            words_ = f"{rows.where(first[row])} names this picture but gives it no label."
            found.append(Problem("no-label", problem.path, words_))
    return found


def _readable(names: list[str], plan: Plan) -> list[str]:
    folders = [plan.root, *(t.source.path.parent for t in plan.tables)]
    if not names or not all(is_synset(n) or n.startswith(("/m/", "/g/", "/j/")) for n in names):
        return names
    known = readable_names(folders, names)
    return [known.get(name, name) for name in names]


def _nothing_matches(plan: Plan, rows: Rows) -> DatasetError:
    tables = ", ".join(display_name(t.source.path.name) for t in plan.tables)
    first = rows.problems[0].message if rows.problems else "It has no rows."
    return DatasetError(
        f"None of the pictures that {tables} names is there.",
        f"{first} Open the folder that holds both, or say which column names the picture: "
        "--column file=NAME.",
        details="\n".join(p.message for p in rows.problems[:100]),
    )
