"""The data set's columns, counts and fingerprint, also with very many rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.data.dataset import NO_SPLIT, OUTPUT, SPLITS, Dataset, Problem, Split
from studio.data.index import open_dataset


def synthetic(rows: int, classes: int) -> Dataset:
    labels = (np.arange(rows) % classes).astype(np.int32)
    return Dataset(
        root=Path("/nowhere"),
        format="folder",
        paths=[f"c{i % classes}/{i}.png" for i in range(rows)],
        outputs={OUTPUT: tuple(f"c{i}" for i in range(classes))},
        labels={OUTPUT: labels},
        found_split=np.full(rows, NO_SPLIT, np.int8),
        sizes=np.arange(rows, dtype=np.int64) + 1,
    )


def test_split_words() -> None:
    assert [s.word for s in SPLITS] == ["train", "validation", "test"]
    assert Split.VALIDATION.label == "Validation"
    assert [int(s) for s in SPLITS] == [0, 1, 2]


def test_counts_by_split() -> None:
    dataset = synthetic(6, 2)
    assert not dataset.has_split
    assert dataset.counts()[OUTPUT]["c0"] == {"train": 0, "validation": 0, "test": 0, "none": 3}
    split = np.array([0, 0, 1, 2, 0, 0], np.int8)
    assert dataset.counts(split)[OUTPUT] == {
        "c0": {"train": 2, "validation": 1, "test": 0},
        "c1": {"train": 2, "validation": 0, "test": 1},
    }
    assert dataset.class_counts().tolist() == [3, 3]
    assert dataset.rows_of(1).tolist() == [1, 3, 5]
    assert dataset.problem == "binary"


def test_fifty_thousand_pictures_and_ten_thousand_classes_are_fine() -> None:
    for rows, classes in ((50_000, 10), (100_000, 10_000)):
        dataset = synthetic(rows, classes)
        counts = dataset.counts()[OUTPUT]
        assert sum(c["none"] for c in counts.values()) == rows
        assert len(dataset.fingerprint()) == 64
        assert len(dataset.subset(np.arange(0, rows, 2))) == rows // 2
        assert len(dataset.samples(np.zeros(rows, np.int8)).paths) == rows


def test_fingerprint_knows_what_matters(tiny_dataset: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    first = dataset.fingerprint()
    assert first == open_dataset(tiny_dataset).fingerprint()
    assert first == dataset.subset(np.arange(len(dataset))[::-1]).fingerprint()
    assert first != dataset.subset(np.arange(len(dataset) - 1)).fingerprint()
    relabelled = dataset.subset(np.arange(len(dataset)))
    relabelled.labels[OUTPUT][0] = 2
    assert first != relabelled.fingerprint()
    file = tiny_dataset / dataset.paths[0]
    file.write_bytes(file.read_bytes() + b"more")
    assert first != open_dataset(tiny_dataset).fingerprint()


def test_samples_leave_out_what_has_no_split(tiny_dataset: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    split = np.zeros(len(dataset), np.int8)
    split[3], split[5] = NO_SPLIT, Split.TEST
    samples = dataset.samples(split)
    assert len(samples.paths) == len(dataset) - 1
    assert dataset.paths[3] not in samples.paths
    assert samples.indices(2) == [4]
    assert samples.absolute(0) == dataset.absolute(0)
    assert all(isinstance(v, int) for v in [*samples.split, *samples.labels[OUTPUT]])


def test_problems_are_values() -> None:
    assert Problem("empty", "a", "b") == Problem("empty", "a", "b")
    with pytest.raises(AttributeError):
        Problem("empty", "a", "b").kind = "other"  # type: ignore[misc]
