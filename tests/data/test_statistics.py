"""Figures of a data set: counted by hand and found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.control import Cancelled, Control
from studio.data.index import open_dataset
from studio.data.statistics import MEAN_SIDE, statistics


@pytest.fixture
def two(tmp_path: Path) -> Path:
    for name, size, colour in (
        ("red/1", (40, 20), (200, 0, 0)), ("red/2", (20, 20), (100, 0, 0)),
        ("blue/1", (10, 30), (0, 0, 60)),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", size, colour).save(tmp_path / f"{name}.png")
    (tmp_path / "blue" / "broken.png").write_bytes(b"no picture")
    return tmp_path


def test_counts_sizes_means_and_histograms(two: Path) -> None:
    dataset = open_dataset(two)
    found = statistics(dataset)
    rows = {path: row for row, path in enumerate(dataset.paths)}
    (output,) = dataset.outputs
    assert dataset.outputs[output] == ("blue", "red")
    assert found.read == 3 and found.averaged[output].tolist() == [1, 2]
    assert found.counts[output].tolist() == dataset.class_counts(output).tolist()
    assert found.width[rows["red/1.png"]] == 40 and found.height[rows["red/1.png"]] == 20
    assert found.width[rows["blue/broken.png"]] == 0
    assert sorted(found.aspect.tolist()) == pytest.approx([1 / 3, 1, 2])
    means = found.mean_pictures[output]
    assert means.shape == (2, MEAN_SIDE, MEAN_SIDE, 3) and means.dtype == np.uint8
    assert (means[1] == (150, 0, 0)).all() and (means[0] == (0, 0, 60)).all()
    assert found.histograms.shape == (3, 256)
    assert found.histograms.sum(axis=1) == pytest.approx([1, 1, 1])
    assert found.histograms[0, [0, 100, 200]] == pytest.approx([1 / 3] * 3)
    assert found.channel_mean == pytest.approx([100, 0, 20])
    assert found.channel_deviation[0] == pytest.approx(np.std([0, 100, 200]))


def test_several_labels_count_in_each_class(two: Path) -> None:
    dataset = open_dataset(two)
    (output,) = dataset.outputs
    many = np.array([[1, 1], [1, -1], [0, 1], [0, 0]], np.int8)
    dataset.labels[output] = many[: len(dataset)]
    found = statistics(dataset)
    readable = found.width > 0
    assert found.averaged[output].tolist() == (many[readable] == 1).sum(axis=0).tolist()


def test_nothing_to_count_and_cancelling(two: Path) -> None:
    dataset = open_dataset(two)
    empty = statistics(dataset.subset([]))
    assert empty.read == 0 and not empty.histograms.any() and len(empty.aspect) == 0
    assert (next(iter(empty.mean_pictures.values())) == 128).all()
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        statistics(dataset, control=control)
