"""JSON lists of records with bands of numbers: the iceberg challenge.

Names: "Statoil/C-CORE Iceberg Classifier Challenge", data description: ``id``, ``band_1``,
``band_2``, ``inc_angle`` (a number or "na"), and ``is_iceberg`` in train.json alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, SpecError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.containers.json_bands import JsonBands
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.naming import meaning
from studio.data.containers.options import FieldOptions, check_bands
from studio.data.containers.parts import Part, assemble_parts
from studio.data.containers.places import find_files
from studio.data.containers.store import container_kind, open_container
from studio.data.dataset import Dataset, Problem, Split
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.tables.options import names_in

_NO_LABELS = ("id", "inc_angle")
_MOST_CLASSES = 1000


@FORMATS.register("json-bands")
class JsonBandsFormat(DatasetFormat):
    """A list of ``{id, band_1: […], band_2: […], …}``; the bands become the channels."""

    kind = "json-bands"
    title = "JSON with bands"
    help = "A .json file with a list of records, each with bands of numbers that make a square."
    rank = 55
    options: ClassVar[type[Spec] | None] = FieldOptions

    def recognise(self, path: Path) -> str:
        files = _files(path)
        return f"“{display_name(files[0].name)}” lists pictures as bands." if files else ""

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        files = _files(path)
        if not files:
            raise DatasetError(f"“{display_name(path.name)}” holds no JSON list with bands.")
        assert isinstance(self.chosen, FieldOptions)
        said = self.chosen
        parts: list[Part] = []
        problems: list[Problem] = []
        for number, file in enumerate(files):
            progress(number, len(files), f"Reading {display_name(file.name)}")
            if control is not None:
                control.checkpoint()
            with as_dataset_error():
                content = open_container(file)
                assert isinstance(content, JsonBands)
                part = _part(file, content, said)
                parts.append(part)
                problems += [
                    Problem("unreadable", f"{part.prefix}{row}", words)
                    for row, words in content.faults.items()
                ]
        if all(not part.labels for part in parts) and len(parts) == 1:
            problems += _no_label_field(files[0])
        outputs = dict.fromkeys(o for part in parts for o in part.labels)
        names = dict.fromkeys(outputs, said.names) if said.names else None
        return assemble_parts(files[0].parent, self.kind, parts, names, problems, control)


def _files(path: Path) -> list[Path]:
    """The file alone, or train.json and test.json of a folder."""
    if path.is_file():
        return [path] if container_kind(path) is JsonBands else []
    _, named = find_files(path, lambda f: f.suffix.lower() == ".json")
    files = named if len(named) <= 3 else []
    files = [f for f in files if container_kind(f) is JsonBands]
    return sorted(files, key=lambda f: (meaning(f.stem).split % 127, f.name))


def _part(file: Path, content: JsonBands, said: FieldOptions) -> Part:
    names = tuple(content.arrays)
    blocks = content.block(names)
    size = sum(int(np.prod(b.shape)) * b.dtype.itemsize for b in blocks)
    count = blocks[0].count
    check_bands(said.chosen_bands, len(names))
    fields = content.fields
    if said.labels:
        chosen = {n: _column(fields[n]) for n in names_in(said.labels) if n in fields}
        if not chosen and meaning(file.stem).split != Split.TEST:
            known = ", ".join(map(display_name, fields)) or "none"
            raise SpecError(
                f"No field is called “{display_name(said.labels)}”.", f"Fields: {known}."
            )
    else:
        labels = {name: _column(values) for name, values in fields.items() if _is_label(values)}
        chosen = {n: c for n, c in labels.items() if n not in _NO_LABELS}
    says = meaning(file.stem).split
    split = says if says != Split.TRAIN else -1  # train.json has all that is labelled
    return Part(file.name, names, "", count, count, size, split, chosen, said.chosen_bands)


def _is_label(values: list[Any]) -> bool:
    """Whether a field has few values, and the same ones again and again."""
    known = [v for v in values if v is not None and not isinstance(v, float)]
    different = set(known)
    return len(known) * 2 > len(values) and (
        1 < len(different) <= min(_MOST_CLASSES, max(2, len(known) // 2))
    )


def _column(values: list[Any]) -> np.ndarray:
    if all(v is None or isinstance(v, (int, bool)) for v in values):
        return np.array([-1 if v is None else int(v) for v in values], np.int64)
    return np.array(["" if v is None else str(v) for v in values], dtype=object)


def _no_label_field(file: Path) -> list[Problem]:
    return [
        Problem(
            "no-label", file.name,
            "No field of the records names classes, so the pictures can be looked at and "
            "classified, but nothing can be learned from them.",
        )
    ]  # fmt: skip
