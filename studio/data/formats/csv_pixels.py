"""Tables of pixels: each row is a picture, each column a number of it.

Names: "Digit Recognizer" (Kaggle), train.csv ``label,pixel0 … pixel783``, test.csv without label;
Fashion-MNIST (Zalando, on Kaggle), ``fashion-mnist_train.csv``; Sign Language MNIST (Kaggle),
``sign_mnist_train.csv``; FER-2013 (Goodfellow and others, 2013), ``fer2013.csv`` with
``emotion,pixels,Usage`` and the words Training, PublicTest and PrivateTest; DeepSat SAT-4 and
SAT-6 (Basu and others, 2015, on Kaggle), ``X_train_sat4.csv`` with 28 × 28 × 4 numbers row by row,
``y_train_sat4.csv`` with one 1 in each row, ``sat4annotations.csv``.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, SpecError
from studio.core.paths import display_name
from studio.core.spec import Spec, parameter
from studio.data.containers.base import size_of
from studio.data.containers.csv_layout import ENDINGS, Geometry, TableShape
from studio.data.containers.csv_pixels import CsvPixels
from studio.data.containers.mistakes import as_dataset_error
from studio.data.containers.naming import meaning
from studio.data.containers.options import NOTHING, BandOptions, check_bands
from studio.data.containers.parts import Part, assemble_parts
from studio.data.containers.store import container_kind, open_container
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset, Problem, Split
from studio.data.formats.array_files import ArrayFilesFormat
from studio.data.formats.registry import FORMATS
from studio.data.tables.labels_beside import labels_beside, names_of_table
from studio.data.tables.options import find_column, names_in

_SMOOTHER = 0.7  # how much smoother pictures of another depth must be to be those that are meant
_IDS = ("id", "image_id", "imageid", "index", "no", "name", "filename", "file", "")
_SPLITS = {
    "training": Split.TRAIN, "train": Split.TRAIN, "publictest": Split.VALIDATION,
    "validation": Split.VALIDATION, "valid": Split.VALIDATION, "val": Split.VALIDATION,
    "privatetest": Split.TEST, "test": Split.TEST, "testing": Split.TEST,
}  # fmt: skip
_SPLIT_NAMES = ("usage", "split", "set", "subset", "partition")


class PixelTableOptions(BandOptions):
    """How to read the rows. 0 and empty text mean: guess it."""

    height: int = parameter(
        0, title="Height", help="Height of a picture; 0 guesses a square.", unit="px", minimum=0,
        maximum=65_536,
    )  # fmt: skip
    width: int = parameter(
        0, title="Width", help="Width of a picture; 0 guesses a square.", unit="px", minimum=0,
        maximum=65_536,
    )  # fmt: skip
    channels: int = parameter(
        0, title="Channels", help="Numbers of each pixel, such as 3 for colours; 0 guesses them.",
        minimum=0, maximum=64,
    )  # fmt: skip
    order: Literal["pixels", "planes"] = parameter(
        "pixels",
        title="Order of the numbers",
        help="Whether the channels of a pixel stand together or each channel is a plane (HWC, "
        "CHW).",
        choices={"pixels": "Pixel by pixel", "planes": "Channel by channel"},
    )
    labels: str = parameter(
        "",
        title="Label columns",
        help="Columns with the classes, separated by commas; each is an output of its own. In a "
        "table without headings their numbers, from 1; “none” uses none.",
    )
    split: str = parameter(
        "",
        title="Split column",
        help="The column with the words Training, PublicTest and PrivateTest, or train and test; "
        "“none” uses none.",
    )


@FORMATS.register("csv-pixels")
class CsvPixelsFormat(ArrayFilesFormat):
    """``label,pixel0,pixel1,…``: one row is one picture."""

    kind = "csv-pixels"
    title = "Table of pixels"
    help = "A CSV file in which each row is a picture: label,pixel0,pixel1 and so on."
    rank = 52
    options: ClassVar[type[Spec] | None] = PixelTableOptions
    one = "a table of pixels"
    many = "tables of pixels"

    def is_wanted(self, path: Path) -> bool:
        return path.suffix.lower() in ENDINGS and container_kind(path) is CsvPixels

    def missing(self, path: Path) -> DatasetError:
        return DatasetError(
            f"“{display_name(path.name)}” holds no table whose rows are pictures.",
            "Each row has the numbers of all pixels, at least 64, after or before its label.",
        )

    def files(self, path: Path) -> list[Path]:
        found = super().files(path)
        return found or ([path] if path.is_file() and self.is_wanted(path) else [])

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        files = self.files(path)
        if not files:
            raise self.missing(path)
        assert isinstance(self.chosen, PixelTableOptions)
        parts: list[Part] = []
        splits: list[NDArray[np.int8]] = []
        problems: list[Problem] = []
        for number, file in enumerate(files):
            progress(number, len(files), f"Reading {display_name(file.name)}")
            if control is not None:
                control.checkpoint()
            with as_dataset_error():
                content = open_container(file)
                assert isinstance(content, CsvPixels)
                part, split = _part(file, content, self.chosen)
            parts.append(part)
            splits.append(split)
            problems += [
                Problem("unreadable", f"{part.prefix}{row}", words)
                for row, words in content.faults.items()
            ]
        order = sorted(range(len(parts)), key=lambda i: (parts[i].split % 127, parts[i].file))
        parts, splits = [parts[i] for i in order], [splits[i] for i in order]
        root = files[0].parent
        names = self.chosen.names or names_of_table(root)
        outputs = dict.fromkeys(o for part in parts for o in part.labels)
        known = dict.fromkeys(outputs, names) if names else None
        dataset = assemble_parts(root, self.kind, parts, known, problems, control)
        dataset.found_split[:] = np.concatenate(splits)
        return dataset


def _part(file: Path, content: CsvPixels, said: PixelTableOptions) -> tuple[Part, NDArray[np.int8]]:
    geometry = _geometry(file, content, said)
    check_bands(said.chosen_bands, geometry.channels)
    columns = {}
    for index in range(len(content.layout.headings)):
        columns[index] = content.column(index)
    split_at = _split_column(content.layout, columns, said)
    labels = _labels(file, content, columns, split_at, said)
    says = meaning(file.stem).split
    split = np.full(content.count, says, np.int8)
    if split_at is not None:
        words = columns[split_at]
        assert words is not None
        split = np.array([_split_of(word) for word in words], np.int8)
    pixels = content.arrays.get(geometry.name)
    dtype = pixels.dtype if pixels is not None else np.dtype(np.float32)
    size = size_of((geometry.height, geometry.width, geometry.channels), dtype)
    part = Part(
        file.name, (geometry.name,), "", content.count, content.count, size,
        says if split_at is None else NO_SPLIT, labels, said.chosen_bands,
    )  # fmt: skip
    return part, split


def _geometry(file: Path, content: CsvPixels, said: PixelTableOptions) -> Geometry:
    numbers = content.layout.numbers
    fitting = [
        g for g in content.layout.geometries()
        if said.height in (0, g.height) and said.width in (0, g.width)
        and said.channels in (0, g.channels)
    ]  # fmt: skip
    height, width, channels = said.height, said.width, said.channels
    if not fitting:
        channels = channels or 1
        if height and not width:
            width = numbers // (height * channels)
        elif width and not height:
            height = numbers // (width * channels)
        elif not height:
            height = width = int((numbers // channels) ** 0.5)
        fitting = [Geometry(height, width, channels)]
    best = fitting[0]
    for other in fitting[1:]:
        if content.roughness(other) < _SMOOTHER * content.roughness(best):
            best = other
    if best.height * best.width * best.channels != numbers or not numbers:
        raise DatasetError(
            f"A row of “{display_name(file.name)}” has {numbers:,} numbers, which make no picture "
            "of that shape." if said.height or said.width or said.channels else
            f"A row of “{display_name(file.name)}” has {numbers:,} numbers, which make no square "
            "picture of 1, 3 or 4 channels.",
            "Say height, width and channels of a picture.",
        )  # fmt: skip
    return Geometry(best.height, best.width, best.channels, said.order == "planes")


def _split_of(word: str) -> int:
    return int(_SPLITS.get("".join(c for c in word.lower() if c.isalpha()), NO_SPLIT))


def _split_column(
    layout: TableShape, columns: dict[int, NDArray[Any] | None], said: PixelTableOptions
) -> int | None:
    if said.split == NOTHING:
        return None
    if said.split:
        return _column(said.split, layout, "Split column")
    for index, heading in enumerate(layout.headings):
        words = columns[index]
        if heading.lower() not in _SPLIT_NAMES or words is None:
            continue
        if all(_split_of(word) >= 0 for word in set(words.tolist()) - {""}):
            return index
    return None


def _labels(
    file: Path, content: CsvPixels, columns: dict[int, NDArray[Any] | None], split_at: int | None,
    said: PixelTableOptions,
) -> dict[str, NDArray[Any]]:  # fmt: skip
    layout = content.layout
    if said.labels == NOTHING:
        return {}
    if said.labels:
        chosen = [_column(name, layout, "Label columns") for name in names_in(said.labels)]
    else:
        free = [i for i in columns if i != split_at and columns[i] is not None]
        named = [i for i in free if meaning(layout.headings[i]).role == "labels"]
        other = [i for i in free if layout.headings[i].lower() not in _IDS[:-1]]
        chosen = named[:1] or (other if len(other) == 1 else [])
    found: dict[str, NDArray[Any]] = {}
    for index in chosen:
        column = columns[index]
        if column is None:
            raise DatasetError(
                f"The column “{display_name(layout.headings[index])}” has too many different "
                "values to be classes.",
                "Choose another label column.",
            )
        found[OUTPUT if len(chosen) == 1 else layout.headings[index] or str(index + 1)] = (
            _numbers_or_text(column)
        )
    if not found:
        beside = labels_beside(file, content.count)
        return {} if beside is None else {OUTPUT: beside}
    return found


def _column(name: str, layout: TableShape, what: str) -> int:
    """The index among the columns that are not pixels, by heading or by number in the file."""
    headings = list(layout.headings)
    if not layout.has_header and name.isdecimal():
        place = int(name[:9]) - 1
        after = place - layout.numbers
        if place < layout.before:
            return max(0, place)
        if layout.before <= after < len(headings):
            return after
        raise SpecError(f"{what}: column {name} holds pixels, or is not there.")
    return find_column(name, headings)


def _numbers_or_text(column: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers where all values are, with −1 for an empty cell and “nan”; else the text."""
    known = {}
    for text in set(column.tolist()):
        try:
            value = float(text) if text and len(text) < 16 else None
        except ValueError:
            return column
        if value is not None and math.isnan(value):
            value = -1.0
        if text and (value is None or not value.is_integer()):
            return column
        known[text] = -1 if value is None else int(value)
    return np.array([known[text] for text in column.tolist()], np.int64)
