"""What a person can say about a file of arrays when the guess errs."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import field_validator

from studio.core.errors import DatasetError
from studio.core.spec import Spec, parameter
from studio.data.containers.layout import MAX_CHANNELS
from studio.data.tables.options import names_in

NOTHING = "none"
"""As the array of labels: there are none, whatever the arrays are called."""

AXES = {
    "auto": "Guess it",
    "nhwc": "Pictures, height, width, channels (Keras)",
    "nchw": "Pictures, channels, height, width (PyTorch)",
    "hwcn": "Height, width, channels, pictures (MATLAB)",
    "chwn": "Channels, height, width, pictures",
    "cwhn": "Channels, width, height, pictures",
    "nwhc": "Pictures, width, height, channels",
    "ncwh": "Pictures, channels, width, height",
    "nhw": "Pictures, height, width",
    "nwh": "Pictures, width, height (turned over the diagonal)",
    "hwn": "Height, width, pictures",
    "np": "Pictures, all pixels of a square in one row",
    "nq": "Pictures, all pixels of a square column by column (MATLAB)",
    "pn": "All pixels of a square, pictures",
    "qn": "All pixels of a square column by column, pictures (MATLAB)",
}
"""Layouts of an array of pictures and what they are called."""


class BandOptions(Spec):
    """What can be said of any pictures that are arrays."""

    bands: str = parameter(
        "",
        title="Bands",
        help="The bands that are used and their order, counted from 1, such as 3,2,1; "
        "all of them where it is empty.",
    )
    class_names: str = parameter(
        "",
        title="Names of the classes",
        help="In the order of their numbers, separated by commas: cat,dog.",
    )

    @field_validator("bands")
    @classmethod
    def _numbers(cls, value: str) -> str:
        parse_bands(value)
        return value

    @property
    def chosen_bands(self) -> tuple[int, ...]:
        """The bands in their order, counted from 0; empty for all."""
        return parse_bands(self.bands)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes; empty where nobody said them."""
        return tuple(names_in(self.class_names))


class ArrayOptions(BandOptions):
    """How to read named arrays. Empty text and ``auto`` mean: guess it."""

    pictures: str = parameter(
        "",
        title="Array of pictures",
        help="The array with the pictures; several, such as one for each split, are separated by "
        "commas.",
    )
    labels: str = parameter(
        "",
        title="Array of labels",
        help="The array with the classes; of several, one for each array of pictures, or each an "
        "output of its own, separated by commas. “none” uses none.",
    )
    axes: str = parameter(
        "auto",
        title="Order of the axes",
        help="What the dimensions of the array of pictures mean (NHWC, NCHW, HWCN).",
        choices=AXES,
    )


class GreyOptions(BandOptions):
    """What can be said of pictures of one channel in files that name their axes."""

    axes: str = parameter(
        "auto",
        title="Order of the axes",
        help="Whether the pictures lie turned over the diagonal, as those of EMNIST do.",
        choices={"auto": "Guess it", "nhw": "Upright", "nwh": "Turned over the diagonal"},
    )


class FieldOptions(BandOptions):
    """What can be said of records with bands."""

    labels: str = parameter(
        "",
        title="Fields with classes",
        help="The fields of a record that name its class; each of several, separated by commas, "
        "is an output of its own.",
    )


class TwofoldOptions(BandOptions):
    """What can be said of CIFAR."""

    labels: str = parameter(
        "both",
        title="Classes",
        help="Of CIFAR-100, the 100 fine classes, the 20 coarse ones, or both as two outputs.",
        choices={"both": "All there are", "fine": "Fine", "coarse": "Coarse"},
    )


def parse_bands(text: str) -> tuple[int, ...]:
    """``3,2,1`` as bands counted from 0. Raises ValueError."""
    bands = []
    for word in text.replace(";", ",").split(",") if text.strip() else []:
        word = word.strip()
        if not (word.isascii() and word.isdigit()) or not 0 < int(word[:4]) <= MAX_CHANNELS:
            raise ValueError(f"“{word[:20]}” is no number of a band from 1 to {MAX_CHANNELS}")
        bands.append(int(word[:4]) - 1)
    if len(set(bands)) < len(bands):
        raise ValueError("a band is named twice")
    return tuple(bands)


def check_bands(bands: Sequence[int], there: int) -> None:
    """Raise DatasetError where a chosen band is not among those of the pictures."""
    if bands and max(bands) >= there:
        some = "one band" if there == 1 else f"{there} bands"
        raise DatasetError(
            f"The pictures have {some}, so band {max(bands) + 1} is not there.",
            "Choose the bands from those.",
        )
