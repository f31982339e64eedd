"""When a person should look at how a data set was understood, and what they then say."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import StudioError
from studio.core.spec import Spec
from studio.data.archives import is_archive, unpacked
from studio.data.dataset import Dataset
from studio.data.formats.array_files import ArrayFilesFormat
from studio.data.formats.registry import FORMATS, make_format
from studio.data.looking import table_by_hand

ENOUGH = 0.9
"""Where fewer of the pictures that a table names are there, a person should look."""

_TABLES = ("table", "coco")
_FOLDERS = ("folder", "unlabelled")


def doubt(dataset: Dataset) -> tuple[str, str]:
    """Why a person should look at how an opened data set was understood, and as which format.

    Both are empty where it is sure, as folders are and layouts that their publishers define. A
    table is not where many of its pictures are missing, nor are arrays without labels.
    """
    known = [dataset.has_label(output) for output in dataset.outputs]
    named = int(np.any(known, axis=0).sum()) if known else 0
    choice = FORMATS.get(dataset.format)
    if dataset.format in _TABLES:
        missing = sum(p.kind == "missing-file" for p in dataset.problems)
        if named < ENOUGH * (named + missing):
            words = f"{named:,} of the {named + missing:,} pictures in the table were found."
            return words, dataset.format
    if (dataset.format in _TABLES or issubclass(choice, ArrayFilesFormat)) and not named:
        return ("No labels were found.", dataset.format) if choice.options is not None else ("", "")
    are_alike = sum(map(len, dataset.outputs.values())) < 2
    if dataset.format in _FOLDERS and are_alike and _has_table(dataset.root):
        return "The folders tell no classes apart, and there is a table beside them.", "table"
    return "", ""


def may_be_corrected(
    path: Path, progress: Progress = no_progress, control: Control | None = None
) -> bool:
    """Whether there is a table or a file of arrays that a person could explain.

    Asked where no format fits. Raises Cancelled.
    """
    try:
        root = unpacked(path, progress, control) if is_archive(path) else path
    except StudioError:
        return False
    if not os.path.exists(root):
        return False
    arrays = (f for f in FORMATS if issubclass(f, ArrayFilesFormat) and f.options is not None)
    return _has_table(root) or any(f().recognise(root) for f in arrays)


def _has_table(root: Path) -> bool:
    """Whether something there may be a table of labels; any text could be cut into columns."""
    found = table_by_hand(root)
    return found is not None and (found.matched > 0 or not found.table.lower().endswith(".txt"))


def reason_of(dataset: Dataset) -> str:
    """Why an opened data set is of its format, in words; its file or folder is looked at again."""
    place = dataset.place
    inside = dataset.root if is_archive(place) else place
    return make_format(dataset.format, dataset.options).recognise(inside)


def options_text(options: Spec | None) -> dict[str, str]:
    """What a person said, by name, as the text that ``make_format`` reads; defaults left out."""
    if options is None:
        return {}
    default = type(options)()
    found = {}
    for name in type(options).model_fields:
        value = getattr(options, name)
        if value != getattr(default, name):
            found[name] = value if isinstance(value, str) else json.dumps(value)
    return found


def options_spec(kind: str, options: Mapping[str, str] | None) -> Spec | None:
    """The options of a format from their text; None where it has none.

    Raises:
        SpecError: there is no such format or option, or it refuses the value.
    """
    return make_format(kind, options).chosen
