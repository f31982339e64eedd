"""Splits: stratified, by seed, whatever the order of the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import SpecError
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset, Split
from studio.data.leaks import find_leaks
from studio.data.split import SplitSpec, assign, labelled


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


# --- several labels, several outputs, groups, folds -----------------------------------------------


def several(n: int, classes: int, seed: int = 0, labels: np.ndarray | None = None) -> Dataset:
    random = np.random.default_rng(seed)
    if labels is None:
        labels = (random.random((n, classes)) < random.beta(0.7, 6, classes)).astype(np.int8)
        labels[random.random(labels.shape) < 0.02] = -1
    return replace(
        made([n]),
        outputs={OUTPUT: tuple(f"c{i}" for i in range(labels.shape[1]))},
        labels={OUTPUT: labels},
    )


def test_several_labels_are_shared_out_alike() -> None:
    dataset = several(4000, 20)
    split = assign(dataset, SplitSpec(mode="ratio", validation=0.2, test=0.1))
    labels = dataset.labels[OUTPUT] == 1
    counts = labels.sum(axis=0)
    for part, share in ((0, 0.7), (1, 0.2), (2, 0.1)):
        assert (split == part).mean() == pytest.approx(share, abs=0.005)
        near = np.abs(labels[split == part].sum(axis=0) - share * counts)
        assert (near <= np.maximum(2, 0.02 * counts)).all()


def test_iterative_stratification_beats_chance() -> None:
    """As the paper measures it: the mean difference of a class's share from the whole's."""
    dataset = several(600, 30, seed=3)
    labels = dataset.labels[OUTPUT] == 1

    def distance(split: np.ndarray) -> float:
        return float(
            np.mean([np.abs(labels[split == s].mean(0) - labels.mean(0)) for s in range(3)])
        )

    drawn = SplitSpec(mode="ratio")
    assert distance(assign(dataset, drawn)) < 0.4 * distance(
        assign(dataset, drawn.changed(stratified=False))
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data(), validation=st.floats(0, 0.9), test=st.floats(0, 0.9))
def test_every_class_of_several_is_trained_on(
    data: st.DataObject, validation: float, test: float
) -> None:
    n, classes = data.draw(st.integers(1, 30)), data.draw(st.integers(0, 6))
    rows = st.lists(st.sampled_from([-1, 0, 1]), min_size=classes, max_size=classes)
    labels = np.array(data.draw(st.lists(rows, min_size=n, max_size=n)), np.int8)
    dataset = several(n, classes, labels=labels.reshape(n, classes))
    groups = np.array(data.draw(st.lists(st.integers(-1, 5), min_size=n, max_size=n)), np.int64)
    spec = SplitSpec(mode="ratio", validation=validation, test=test)
    for kept in (None, groups):
        split = assign(dataset, spec, groups=kept)
        assert ((split >= 0) == labelled(dataset)).all() and (split <= 2).all()
        has = labels.reshape(n, classes) == 1
        assert (has[split == Split.TRAIN].any(axis=0) == has.any(axis=0)).all()
        assert not (validation == 0 and (split == Split.VALIDATION).any())
        assert not (test == 0 and (split == Split.TEST).any())
        order = data.draw(st.permutations(range(n)))
        again = assign(dataset.subset(order), spec, groups=None if kept is None else kept[order])
        np.testing.assert_array_equal(again, split[order])
    assert not find_leaks(split, groups)


def test_two_outputs_are_both_shared_out() -> None:
    dataset = made([300, 300])
    colours = (np.arange(600) % 7).astype(np.int32)
    dataset = replace(
        dataset,
        outputs={**dataset.outputs, "colour": tuple("abcdefg")},
        labels={**dataset.labels, "colour": colours},
    )
    split = assign(dataset, SplitSpec(mode="ratio", validation=0.2, test=0.2))
    for labels, classes in ((dataset.labels[OUTPUT], 2), (colours, 7)):
        for part, share in ((0, 0.6), (1, 0.2), (2, 0.2)):
            counts = np.bincount(labels[split == part], minlength=classes)
            assert np.abs(counts - share * np.bincount(labels)).max() <= 2


def test_groups_never_straddle_and_shares_still_hold() -> None:
    dataset = made([900, 600, 300])
    groups = np.random.default_rng(1).integers(-1, 200, len(dataset))
    split = assign(dataset, SplitSpec(mode="ratio", validation=0.2, test=0.1), groups=groups)
    assert not find_leaks(split, groups)
    for index, count in enumerate((900, 600, 300)):
        for number, share in zip(numbers(dataset, split, index), (0.7, 0.2, 0.1), strict=True):
            assert number == pytest.approx(share * count, abs=0.05 * count)
    spec = SplitSpec(mode="folds", folds=4)
    for fold in range(1, 5):
        split = assign(dataset, spec.changed(fold=fold), groups=groups)
        assert not find_leaks(split, groups)


def test_a_huge_group_goes_to_training() -> None:
    dataset = made([100])
    groups = np.array([5] * 60 + list(range(10, 50)))
    split = assign(dataset, SplitSpec(mode="ratio", validation=0.2, test=0.2), groups=groups)
    assert np.bincount(split).tolist() == [60, 20, 20]
    assert (split[:60] == Split.TRAIN).all()


@pytest.mark.parametrize("kind", ["one class", "several classes"])
def test_each_picture_validates_in_one_fold(kind: str) -> None:
    dataset = made([50, 30, 7, 1]) if kind == "one class" else several(88, 6)
    spec = SplitSpec(mode="folds", folds=5, test=0.1)
    splits = np.array([assign(dataset, spec.changed(fold=fold)) for fold in range(1, 6)])
    tests = splits[0] == Split.TEST
    assert tests.sum() >= 8
    assert ((splits == Split.TEST) == tests).all()
    assert ((splits[:, ~tests] == Split.VALIDATION).sum(axis=0) == 1).all()
    sizes = (splits == Split.VALIDATION).sum(axis=1)
    assert np.ptp(sizes) <= (1 if kind == "one class" else 4)
    if kind == "one class":
        each = [numbers(dataset, split, 0)[Split.VALIDATION] for split in splits]
        assert np.ptp(each) <= 1


def test_folds_keep_the_test_pictures_of_the_data_set() -> None:
    found = [2] * 10 + [0] * 20 + [1] * 10
    dataset = made([40], found)
    split = assign(dataset, SplitSpec(mode="folds", folds=3, fold=3, test=0.5))
    assert (split == Split.TEST).tolist() == [part == 2 for part in found]
    assert (split == Split.VALIDATION).sum() == 10


def test_a_fold_that_does_not_exist() -> None:
    with pytest.raises(SpecError, match="3 folds"):
        SplitSpec(folds=3, fold=4)


def test_leaks_are_counted_by_pairs() -> None:
    split = np.array([0, 1, 0, 2, 1, 2, -1, 0, 0], np.int8)
    groups = np.array([7, 7, 8, 8, 9, 9, 9, -1, 3], np.int64)
    report = find_leaks(split, groups)
    assert report.groups.tolist() == [7, 8, 9]
    assert report.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert report.pairs == {
        (Split.TRAIN, Split.VALIDATION): 1,
        (Split.TRAIN, Split.TEST): 1,
        (Split.VALIDATION, Split.TEST): 1,
    }
    assert report and "3 groups" in report.sentence
    none = find_leaks(np.zeros(9, np.int8), groups)
    assert not none and none.sentence.startswith("No pictures")
    assert not find_leaks(np.zeros(0, np.int8), np.zeros(0, np.int64))


def test_nothing_to_share_out() -> None:
    empty = several(0, 3, labels=np.zeros((0, 3), np.int8))
    for mode in ("ratio", "folds", "folders"):
        assert len(assign(empty, SplitSpec(mode=mode), groups=np.zeros(0, np.int64))) == 0
    excluded = np.ones(5, bool)
    assert (assign(several(5, 2), SplitSpec(), excluded) == NO_SPLIT).all()
