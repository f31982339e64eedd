"""Splits: stratified, by seed, whatever the order of the files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import SpecError
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset, Split
from studio.data.split import SplitSpec, assign


def made(counts: list[int], found: list[int] | None = None) -> Dataset:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    return Dataset(
        root=Path("/nowhere"),
        format="folder",
        paths=[f"c{c}/{i}.png" for i, c in enumerate(labels.tolist())],
        outputs={OUTPUT: tuple(f"c{i}" for i in range(len(counts)))},
        labels={OUTPUT: labels},
        found_split=np.array(found or [NO_SPLIT] * len(labels), np.int8),
        sizes=np.ones(len(labels), np.int64),
    )


def numbers(dataset: Dataset, split: np.ndarray, index: int) -> list[int]:
    return np.bincount(split[dataset.labels[OUTPUT] == index] + 1, minlength=4)[1:].tolist()


def test_shares_hold_in_every_class() -> None:
    dataset = made([1000, 100, 20])
    split = assign(dataset, SplitSpec(validation=0.2, test=0.1))
    assert numbers(dataset, split, 0) == [700, 200, 100]
    assert numbers(dataset, split, 1) == [70, 20, 10]
    assert numbers(dataset, split, 2) == [14, 4, 2]


@pytest.mark.parametrize(
    ("count", "expected"), [(1, [1, 0, 0]), (2, [1, 1, 0]), (3, [1, 1, 1]), (4, [2, 1, 1])]
)
def test_small_classes(count: int, expected: list[int]) -> None:
    dataset = made([count, 50])
    assert numbers(dataset, assign(dataset, SplitSpec()), 0) == expected


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=6),
    validation=st.floats(0, 0.9),
    test=st.floats(0, 0.9),
    seed=st.integers(0, 2**31 - 1),
)
def test_every_class_is_trained_on(
    counts: list[int], validation: float, test: float, seed: int
) -> None:
    dataset = made(counts)
    spec = SplitSpec(validation=validation, test=test, seed=seed)
    split = assign(dataset, spec)
    assert split.dtype == np.int8
    for index, count in enumerate(counts):
        train, validating, testing = numbers(dataset, split, index)
        assert train + validating + testing == count
        assert train >= min(1, count)
        if validation == 0:
            assert validating == 0
        if count >= 2 and validation > 0:
            assert validating >= 1
        if count >= 3 and test > 0:
            assert testing >= 1
    np.testing.assert_array_equal(split, assign(dataset, spec))


def test_order_of_files_has_no_influence_and_the_seed_has() -> None:
    dataset = made([40, 40])
    split = assign(dataset, SplitSpec())
    order = np.random.default_rng(1).permutation(len(dataset))
    np.testing.assert_array_equal(assign(dataset.subset(order), SplitSpec()), split[order])
    assert (assign(dataset, SplitSpec(seed=8)) != split).any()


def test_excluded_pictures_belong_to_no_split() -> None:
    dataset = made([10, 10])
    excluded = np.zeros(20, bool)
    excluded[[2, 15]] = True
    split = assign(dataset, SplitSpec(), excluded)
    assert (split[excluded] == NO_SPLIT).all()
    assert (split[~excluded] >= 0).all()


def test_folders_are_kept_and_what_they_lack_is_added() -> None:
    found = ([0] * 12 + [1] * 8) * 2
    dataset = made([20, 20], found)
    split = assign(dataset, SplitSpec(validation=0.2, test=0.25))
    was_validation = np.array(found) == Split.VALIDATION
    assert (split[was_validation] == Split.VALIDATION).all()
    assert numbers(dataset, split, 0) == [9, 8, 3]
    kept = assign(dataset, SplitSpec(test=0))
    np.testing.assert_array_equal(kept, np.array(found))
    drawn = assign(dataset, SplitSpec(mode="ratio", validation=0.2, test=0.25))
    assert numbers(dataset, drawn, 0) == [11, 4, 5]


def test_pictures_that_no_folder_places_are_trained_on() -> None:
    dataset = made([4], [0, 1, 2, NO_SPLIT])
    assert assign(dataset, SplitSpec()).tolist() == [0, 1, 2, 0]


def test_spec_bounds() -> None:
    with pytest.raises(SpecError):
        SplitSpec().changed(validation=0.95)
