"""A first look at any data set: its format and why, ten rows, and what is in the way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.archives import is_archive, unpacked
from studio.data.dataset import OUTPUT, SPLITS, Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.looking import read_within, table_by_hand, words_of
from studio.data.offers import Offers, array_offers, table_offers
from studio.data.tables.options import TableOptions
from studio.data.tables.preview import preview as preview_table

ROWS = 10
MOST_COLUMNS = 24
"""Columns of a table that are shown; those with a role are always among them."""

_LONGEST = 200


@dataclass(frozen=True)
class Candidate:
    """A format that may be meant; ``reason`` is empty where nothing speaks for it."""

    kind: str
    title: str
    reason: str = ""


@dataclass(frozen=True)
class DatasetPreview:
    """What a data set looks like in one format.

    Attributes:
        path: what was looked at.
        kind: the format in the registry, ``title`` its name for a person.
        reason: why it is of this format, in words; empty where nothing speaks for it.
        candidates: all formats, those that fit first.
        options: of the format, with every guess filled in; None where it has none.
        offers: name of an option → values found in the data set, with the words for them.
        table: the table that is used, or several separated by commas, as the option has it.
        columns: headings of all columns.
        roles: for each column ``file``, ``label``, ``split``, ``group``,
            ``certainty`` or ``""``.
        shown: indices of the columns that ``rows`` have.
        rows: up to ten rows with the text of each shown column.
        pictures: for each row its picture, None where there is none.
        summary: what would be opened, in words.
        matched: share of the pictures named in a table that are there; None for other formats.
        problem: what is in the way and what to do; empty where it can be opened.
    """

    path: Path
    kind: str
    title: str
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()
    options: Spec | None = None
    offers: Offers = field(default_factory=dict)
    table: str = ""
    columns: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    shown: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Path | None, ...] = ()
    summary: str = ""
    matched: float | None = None
    problem: str = ""

    @property
    def is_table(self) -> bool:
        """Whether the columns' roles can be chosen."""
        return isinstance(self.options, TableOptions)


def preview_dataset(
    path: Path | str,
    format: str | None = None,
    options: Spec | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> DatasetPreview:
    """Look at a data set; bounded in time and memory, and decodes nothing.

    An archive is unpacked into the cache, as for opening it. Whatever is wrong with the data set
    or the options is told by ``problem``.

    Args:
        format: a kind of ``FORMATS``; the likeliest where left out.
        options: of that format; guessed where left out.

    Raises:
        SpecError: there is no such format.
        Cancelled: asked for.
    """
    if format is not None:
        FORMATS.get(format)
    outer = control or Control()
    outer.checkpoint()
    place = Path(os.path.abspath(path))
    try:
        root = unpacked(place, progress, outer) if is_archive(place) else place
    except StudioError as error:
        kind = format or "folder"
        return DatasetPreview(place, kind, FORMATS.get(kind).title, problem=str(error))
    progress(0, None, "Looking at the files")
    candidates = _candidates(root, outer)
    kind = format or _likeliest(root, candidates)
    choice = FORMATS.get(kind)
    reader = choice(options) if options is not None else choice()
    found = DatasetPreview(
        place, kind, choice.title, _reason(reader, root, candidates, options), candidates,
        reader.chosen,
    )  # fmt: skip
    if kind == "table":
        return _look_at_table(found, root, reader, progress, outer)
    return _look(found, root, reader, progress, outer)


def _candidates(root: Path, control: Control) -> tuple[Candidate, ...]:
    """All formats: those that recognise the place by rank, then the others by title."""
    fitting: list[Candidate] = []
    others: list[Candidate] = []
    for choice in sorted(FORMATS, key=lambda f: (-f.rank, f.title)):
        control.checkpoint()
        reason = choice().recognise(root)
        (fitting if reason else others).append(Candidate(choice.kind, choice.title, reason))
    return tuple(fitting + sorted(others, key=lambda c: c.title))


def _likeliest(root: Path, candidates: Sequence[Candidate]) -> str:
    if candidates[0].reason:
        return candidates[0].kind
    guess = table_by_hand(root)
    return "table" if guess is not None else "folder"


def _reason(
    reader: DatasetFormat, root: Path, candidates: Sequence[Candidate], options: Spec | None
) -> str:
    if options is None or options == type(options)():
        return next(c.reason for c in candidates if c.kind == reader.kind)
    return reader.recognise(root)


# --- tables -------------------------------------------------------------------------------------


def _look_at_table(
    found: DatasetPreview, root: Path, reader: DatasetFormat, progress: Progress, control: Control
) -> DatasetPreview:
    assert isinstance(reader.chosen, TableOptions)
    try:
        table = preview_table(root, reader.chosen)
    except (StudioError, OSError, ValueError) as error:
        return replace(found, problem=words_of(error))
    base = root if root.is_dir() else root.parent
    shown = _shown_columns(table.roles)
    found = replace(
        found, reason=table.reason or found.reason, options=table.options,
        offers=table_offers(table), table=table.options.table or table.place,
        columns=table.columns, roles=table.roles, shown=shown, matched=table.matched,
        rows=tuple(tuple(row[i] for i in shown) for row in table.rows),
        pictures=tuple(base / p if p else None for p in table.pictures),
        problem=table.problem,
    )  # fmt: skip
    if table.problem:
        return found
    here = sum(p is not None for p in found.pictures)
    summary = f"{here} of {len(found.rows)} pictures found in the first rows."
    files = [base / name for name in table.tables]
    opened, problem = read_within(root, files, reader, progress, control)
    if opened is None:
        is_empty = not problem and not table.matched
        return replace(found, summary=summary, problem=problem or (_NONE_THERE if is_empty else ""))
    missing = sum(p.kind == "missing-file" for p in opened.problems)
    named = int(_has_any_label(opened).sum())
    if not named:
        return replace(found, problem=_NONE_THERE)
    summary = f"{named:,} of {named + missing:,} pictures found."
    matched = named / max(1, named + missing)
    labels = [c for c, role in zip(table.columns, table.roles, strict=True) if role == "label"]
    classes = _classes_in_columns(opened, labels)
    split = " A split was found." if opened.has_split else ""
    return replace(found, summary=f"{summary} {classes}{split}", matched=matched)


_NONE_THERE = "None of the pictures is there. Say in which folder they lie."


def _shown_columns(roles: Sequence[str]) -> tuple[int, ...]:
    some = [i for i, role in enumerate(roles) if role in ("file", "split", "group")]
    some += [i for i, role in enumerate(roles) if role == "label"]
    chosen = dict.fromkeys([*some[:MOST_COLUMNS], *range(len(roles))])
    return tuple(sorted(list(chosen)[:MOST_COLUMNS]))


def _classes_in_columns(dataset: Dataset, columns: Sequence[str]) -> str:
    if len(dataset.outputs) > 1:
        several = ", ".join(f"“{display_name(o)}” ({_classes(len(c))})"
                            for o, c in dataset.outputs.items())  # fmt: skip
        return f"{len(dataset.outputs)} outputs: {several}."
    number = _classes(len(next(iter(dataset.outputs.values()))))
    if len(columns) == 1:
        return f"{number} in column “{display_name(columns[0])}”."
    return f"{number} in {len(columns)} columns."


# --- everything else ----------------------------------------------------------------------------


def _look(
    found: DatasetPreview, root: Path, reader: DatasetFormat, progress: Progress, control: Control
) -> DatasetPreview:
    files = [root] if root.is_file() else []
    found = replace(found, offers=array_offers(reader, root))
    dataset, problem = read_within(root, files, reader, progress, control)
    if problem:
        return replace(found, problem=problem)
    if dataset is not None:
        return _with_rows(found, dataset, _summary(dataset))
    from studio.data.peek import peek  # it asks for the format, too, which is known here

    some = peek(root) if root.is_dir() else None
    words = "It is large, so its pictures are counted when it is opened."
    return replace(found, summary=words) if some is None else _with_rows(found, some.dataset, words)


def _with_rows(found: DatasetPreview, dataset: Dataset, summary: str) -> DatasetPreview:
    chosen = np.unique(np.linspace(0, max(0, len(dataset) - 1), min(ROWS, len(dataset)), dtype=int))
    outputs = list(dataset.outputs)
    columns = ["Picture", *("Class" if o == OUTPUT else display_name(o) for o in outputs)]
    roles = ["file", *["label"] * len(outputs)]
    if dataset.has_split:
        columns.append("Split")
        roles.append("split")
    labels = {int(s): s.label for s in SPLITS}

    def cells(row: int) -> tuple[str, ...]:
        texts = [display_name(dataset.paths[row])]
        texts += [", ".join(dataset.classes_of(row, o)) for o in outputs]
        if dataset.has_split:
            texts.append(labels.get(int(dataset.found_split[row]), ""))
        return tuple(t if len(t) <= _LONGEST else t[: _LONGEST - 1] + "…" for t in texts)

    shown = tuple(range(len(columns)))[:MOST_COLUMNS]
    return replace(
        found, columns=tuple(columns), roles=tuple(roles), shown=shown, summary=summary,
        rows=tuple(cells(row)[:MOST_COLUMNS] for row in chosen.tolist()),
        pictures=tuple(dataset.absolute(row) for row in chosen.tolist()),
    )  # fmt: skip


def _summary(dataset: Dataset) -> str:
    """``2,400 pictures, 12 classes, split found``."""
    number = len(dataset)
    parts = [f"{number:,} picture{'' if number == 1 else 's'}"]
    for output, names in dataset.outputs.items():
        if not names:
            continue
        name = f" in “{display_name(output)}”" if len(dataset.outputs) > 1 else ""
        parts.append(_classes(len(names)) + name)
    if dataset.has_split:
        parts.append("split found")
    if bare := int((~_has_any_label(dataset)).sum()):
        parts.append(f"{bare:,} without a label")
    return ", ".join(parts) + "."


def _classes(number: int) -> str:
    return f"{number:,} class{'' if number == 1 else 'es'}"


def _has_any_label(dataset: Dataset) -> np.ndarray:
    known = [dataset.has_label(output) for output in dataset.outputs]
    return np.any(known, axis=0) if known else np.zeros(len(dataset), bool)
