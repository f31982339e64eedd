"""From the data set to the plots and their sentences: plain functions, no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.core.input import InputSpec
from studio.core.paths import display_name
from studio.data.dataset import SPLITS, Dataset, count_classes
from studio.ui.panes.data.statistics.bars import ClassBars
from studio.ui.panes.data.statistics.channels import ChannelPlot
from studio.ui.panes.data.statistics.histogram import Histogram
from studio.ui.panes.data.statistics.means import MeanPictures
from studio.ui.panes.data.statistics.sizes import SizesPlot
from studio.ui.widgets.numbers import count, file_size, number, picture_size, significant

if TYPE_CHECKING:
    from studio.data.statistics import Statistics

LARGEST_FIRST, AS_LISTED = "largest", "listed"
_SHAPES = (
    (1, 10), (1, 5), (1, 3), (1, 2), (2, 3), (3, 4), (1, 1), (4, 3), (3, 2), (2, 1), (3, 1),
    (5, 1), (10, 1),
)  # fmt: skip


def summary(dataset: Dataset, output: str) -> str:
    """How many pictures and classes there are, and how uneven they are."""
    names = dataset.outputs.get(output, ())
    words = count(len(dataset), "picture")
    if not len(dataset) or not names:
        return f"{words} without classes." if len(dataset) else "There are no pictures."
    counts = dataset.class_counts(output)
    words += f" in {count(len(names), 'class', 'classes')}"
    if len(names) == 1:
        return f"{words}."
    small, large = int(counts.argmin()), int(counts.argmax())
    if counts[small] == counts[large]:
        return f"{words}, {number(int(counts[small]))} in each."
    small_name, large_name = display_name(names[small]), display_name(names[large])
    return (
        f"{words}; the smallest ({small_name}) has {number(int(counts[small]))}, "
        f"the largest ({large_name}) {number(int(counts[large]))}."
    )


def class_bars(
    dataset: Dataset, assignment: NDArray[np.int8], output: str, order: str
) -> ClassBars | None:
    """Pictures of each class by split; None where there are no classes."""
    names = dataset.outputs.get(output, ())
    if not names:
        return None
    labels = dataset.labels[output]
    parts = [assignment == split for split in SPLITS]
    parts.append(assignment < 0)
    counts = np.stack([count_classes(labels[part], len(names)) for part in parts], axis=1)
    totals = counts.sum(axis=1)
    by_size = np.argsort(-totals, kind="stable")
    chosen = by_size if order == LARGEST_FIRST else np.arange(len(names))
    return ClassBars(names, counts, chosen, _balance_words(totals))


def _balance_words(totals: NDArray[np.int64]) -> str:
    small, large = int(totals.min()), int(totals.max())
    if len(totals) < 2 or small == large:
        return "All classes have equally many pictures."
    if not small:
        empty = int(np.count_nonzero(totals == 0))
        has = "has" if empty == 1 else "have"
        return f"{count(empty, 'class', 'classes')} {has} no picture."
    times = large / small
    if times < 1.5:
        return f"Well balanced: the largest has {times:.2g} times the pictures of the smallest."
    return (
        f"The largest class has {significant(times, 2)} times the pictures of the smallest: "
        "what is rare is learned less well."
    )


def sizes_plot(sizes: NDArray[np.int32], spec: InputSpec) -> SizesPlot | None:
    """Widths and heights of the pictures whose size is known; None where none is."""
    rows = np.flatnonzero((sizes > 0).all(axis=1))
    if not len(rows):
        return None
    known = sizes[rows]
    (w0, h0), (w1, h1) = known.min(axis=0).tolist(), known.max(axis=0).tolist()
    if (w0, h0) == (w1, h1):
        words = f"All pictures are {picture_size(w0, h0)}"
        is_small = w0 < spec.width or h0 < spec.height
        words += ", less than the input: they are enlarged." if is_small else "."
    else:
        words = f"From {number(w0)} to {number(w1)} px wide, {number(h0)} to {number(h1)} px high."
        small = int(np.count_nonzero((known[:, 0] < spec.width) | (known[:, 1] < spec.height)))
        if small:
            is_are = "is" if small == 1 else "are"
            words += f" {count(small, 'picture')} {is_are} smaller than the input and enlarged."
    return SizesPlot(known, rows, spec, words + _unknown(len(sizes) - len(rows)))


def aspect_plot(sizes: NDArray[np.int32], spec: InputSpec) -> Histogram | None:
    """Width divided by height of the pictures whose size is known; None where none is."""
    rows = np.flatnonzero((sizes > 0).all(axis=1))
    if not len(rows):
        return None
    values = sizes[rows, 0] / sizes[rows, 1]
    wanted = spec.width / spec.height
    other = int(np.count_nonzero(np.abs(np.log(values / wanted)) > np.log(1.1)))
    if other:
        is_are = "is" if other == 1 else "are"
        words = (
            f"{number(other)} of {count(len(values), 'picture')} {is_are} clearly wider or higher "
            "in shape than the input."
        )
    else:
        words = "All pictures have about the shape of the input."
    found = Histogram(
        "Aspect ratio", words + _unknown(len(sizes) - len(rows)), "width / height",
        values, rows, _shape, _shape_range,
    )  # fmt: skip
    low, high = found.edges[0], found.edges[-1]
    found._ticks = [w / h for w, h in _SHAPES if low <= w / h <= high] or None
    return found


def bytes_plot(dataset: Dataset) -> Histogram | None:
    """File sizes; None where they are not known."""
    rows = np.flatnonzero(dataset.sizes > 0)
    if not len(rows):
        return None
    values = dataset.sizes[rows].astype(np.float64)
    total, middle = int(dataset.sizes.sum()), int(np.median(values))
    words = f"{file_size(total)} together; "
    if values.min() == values.max():
        words += f"every picture takes {file_size(middle)}."
    else:
        words += f"half of the pictures take less than {file_size(middle)}."
    return Histogram(
        "Size of a picture on the disk", words, "bytes", values, rows,
        lambda v: file_size(round(v)), _bytes_range,
    )  # fmt: skip


def channel_plot(found: Statistics) -> ChannelPlot | None:
    """Levels by channel; None where no picture could be read."""
    if not found.read:
        return None
    some = slice(1) if found.is_grey else slice(None)
    names = ("Grey",) if found.is_grey else found.channels
    mean = float(found.channel_mean.mean())
    tone = "dark" if mean < 80 else "bright" if mean > 175 else "of medium brightness"
    words = f"On the whole the pictures are {tone}"
    words += ", and all are grey" if found.is_grey else ""
    words += ". Levels are those of 8 bits, 0 is black."
    if len(names) > 3 and (found.in_channel != found.read).any():
        words += " Each band counts the pictures that have it."
    return ChannelPlot(
        names, found.histograms[some], found.channel_mean[some], found.channel_deviation[some],
        words,
    )  # fmt: skip


def mean_pictures(found: Statistics, dataset: Dataset, output: str) -> MeanPictures | None:
    """The mean picture of each class by the labels as they are; None without classes."""
    names = dataset.outputs.get(output, ())
    if not names or not found.read:
        return None
    pictures, averaged = found.mean_pictures(dataset.labels[output], len(names))
    words = "What all pictures of a class share: place, ground and colour. A network may learn it."
    if len(averaged) < len(names):
        words += f" The first {len(averaged):,} classes are shown."
    return MeanPictures(names, pictures, averaged, words)


def source_words(found: Statistics) -> str:
    """Of which pictures channels and means tell, and how many could not be read."""
    words = f"Brightness and mean pictures are from {count(found.read, 'picture')}"
    if found.is_sample:
        words = (
            f"Brightness and mean pictures are from {len(found.rows):,} of {found.total:,} "
            "pictures, drawn by chance from every class"
        )
    if found.left_out:
        is_are = "is" if found.left_out == 1 else "are"
        words += f"; {number(found.left_out)} could not be read and {is_are} left out"
    return words + "."


def _unknown(number_of: int) -> str:
    if not number_of:
        return ""
    is_are = "is" if number_of == 1 else "are"
    return f" {count(number_of, 'picture')} could not be read and {is_are} left out."


def _shape(value: float) -> str:
    """“4 : 3” where it is such a shape, else “1.27”."""
    for width, height in _SHAPES:
        if abs(value * height / width - 1) < 0.005:
            return f"{width} : {height}"
    return significant(value)


def _shape_range(low: float, high: float) -> str:
    shapes = _shape(low), _shape(high)
    return f"Shape {shapes[0]}" if shapes[0] == shapes[1] else f"Shape {shapes[0]} to {shapes[1]}"


def _bytes_range(low: float, high: float) -> str:
    sizes = file_size(round(low)), file_size(round(high))
    return sizes[0] if sizes[0] == sizes[1] else f"{sizes[0]} to {sizes[1]}"
