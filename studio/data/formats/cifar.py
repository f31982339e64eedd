"""CIFAR-10 and CIFAR-100, the Python and the binary version.

Names: "CIFAR-10 and CIFAR-100 datasets" (Krizhevsky): ``data_batch_1`` … ``data_batch_5``,
``test_batch``, ``batches.meta``; ``train``, ``test``, ``meta``; for the binary version with the
ending ``.bin``, and the names of the classes in text files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, PictureError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.containers.base import Container
from studio.data.containers.cifar_binary import CifarBinary
from studio.data.containers.cifar_python import CifarPython, read_dictionary
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.options import TwofoldOptions, check_bands
from studio.data.containers.parts import Part, assemble_parts, picture_bytes
from studio.data.containers.places import find_files
from studio.data.containers.store import container_kind, open_container
from studio.data.dataset import OUTPUT, Dataset, Problem, Split
from studio.data.formats.registry import FORMATS, DatasetFormat

_TEXT = 1 << 16  # bytes of a list of names
_LABELS = {"labels": OUTPUT, "fine_labels": "fine", "coarse_labels": "coarse"}
_NAMES = {"label_names": OUTPUT, "fine_label_names": "fine", "coarse_label_names": "coarse"}


@FORMATS.register("cifar")
class CifarFormat(DatasetFormat):
    """``data_batch_1`` … ``test_batch`` with ``batches.meta``, or ``train``, ``test``, ``meta``."""

    kind = "cifar"
    title = "CIFAR batches"
    help = "The files data_batch_1 to test_batch, or train and test, plain or .bin."
    rank = 60
    options: ClassVar[type[Spec] | None] = TwofoldOptions

    def recognise(self, path: Path) -> str:
        _, files = find_files(path, _is_batch)
        if not files:
            return ""
        return f"It holds batches of CIFAR: {display_name(files[0].name)}."

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        folder, files = find_files(path, _is_batch)
        if not files:
            raise DatasetError(
                f"“{display_name(path.name)}” holds no batches of CIFAR.",
                "Choose the folder with data_batch_1, or with train and test.",
            )
        assert isinstance(self.chosen, TwofoldOptions)
        said = self.chosen
        check_bands(said.chosen_bands, 3)
        parts: list[Part] = []
        problems: list[Problem] = []
        with as_dataset_error():
            for number, file in enumerate(sorted(files, key=_order)):
                progress(number, len(files), "Reading the labels")
                if control is not None:
                    control.checkpoint()
                try:
                    parts.append(_part(open_container(file), file.name, said))
                except PictureError as error:
                    if len(files) == 1:
                        raise
                    problems.append(Problem(error.kind, file.name, str(error)))
            if not parts:
                raise DatasetError(
                    "None of the batches can be read.", problems[0].message if problems else ""
                )
            names = _names(folder)
            if said.names:
                names[next(iter(parts[0].labels), OUTPUT)] = said.names
        return assemble_parts(folder, self.kind, parts, names, problems, control)


def _is_batch(path: Path) -> bool:
    """Whether a file has the name and the first bytes of a batch."""
    name = path.name
    stem = name.removesuffix(".bin")
    if not stem.startswith(("data_batch", "test_batch")) and stem not in ("train", "test"):
        return path.suffix == ".bin" and container_kind(path) is CifarBinary
    return container_kind(path) in (CifarPython, CifarBinary)


def _order(path: Path) -> tuple[int, str]:
    return int(_split(path.name)), path.name


def _split(name: str) -> int:
    return int(Split.TEST if name.startswith("test") else Split.TRAIN)


def _part(content: Container, name: str, said: TwofoldOptions) -> Part:
    if "" not in content.arrays:
        raise PictureError(f"“{display_name(name)}” holds no pictures.")
    labels: dict[str, Any] = {}
    if isinstance(content, CifarBinary):
        columns = ("coarse", "fine") if content.label_bytes == 2 else (OUTPUT,)
        labels = {output: content.column(i) for i, output in enumerate(columns)}
    elif isinstance(content, CifarPython):
        found = {output: content.numbers(key) for key, output in _LABELS.items()}
        labels = {output: column for output, column in found.items() if column is not None}
    stored = content.arrays[""]
    count, there = stored.shape[0], content.rows_there("", stored.order)
    if there < count:  # half a record at the end: its label may be cut off too
        labels = {o: _padded(c, count) for o, c in labels.items()}
    ordered = {o: labels[o] for o in (OUTPUT, "fine", "coarse") if o in labels}
    if said.labels in ordered:
        ordered = {said.labels: ordered[said.labels]}
    for output, column in ordered.items():
        if len(column) != count:
            raise PictureError(
                f"“{display_name(name)}” holds {count:,} pictures but {len(column):,} labels "
                f"of “{output}”."
            )
    return Part(
        name, ("",), "", count, there, picture_bytes(stored, stored.order), _split(name), ordered,
        said.chosen_bands,
    )  # fmt: skip


def _padded(column: Any, count: int) -> Any:
    return np.concatenate([column, np.full(count - len(column), -1, column.dtype)])


def _names(folder: Path) -> dict[str, tuple[str, ...]]:
    """The names of the classes, from a pickled dictionary or from text files."""
    found: dict[str, tuple[str, ...]] = {}
    for meta in ("batches.meta", "meta"):
        if (folder / meta).is_file():
            content = read_dictionary(folder / meta)
            for key, output in _NAMES.items():
                if isinstance(content.get(key), list):
                    found[output] = tuple(map(_text, content[key]))
    for name, output in (
        ("batches.meta.txt", OUTPUT), ("fine_label_names.txt", "fine"),
        ("coarse_label_names.txt", "coarse"),
    ):  # fmt: skip
        try:
            with (folder / name).open(encoding="utf-8", errors="replace") as opened:
                lines = [line.strip() for line in opened.read(_TEXT).splitlines()]
        except OSError:
            continue
        found.setdefault(output, tuple(line for line in lines if line))
    return found


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
