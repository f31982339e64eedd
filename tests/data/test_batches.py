"""Batches: every picture once an epoch, repeatable from any point, augmented in threads."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from studio.data.batches import Batches

N = 50
PICTURES = np.random.default_rng(0).integers(0, 255, (N, 6, 5, 3), np.uint8)
LABELS = {"class": np.arange(N) % 3, "colour": np.arange(N) % 4}


def darker(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
    return pictures // 2 + (indices[:, None, None, None] % 7 + epoch).astype(np.uint8)


@pytest.mark.parametrize("transform", [None, darker])
def test_an_epoch_has_every_row_once(transform: object) -> None:
    rows = np.arange(3, 43)
    with Batches(PICTURES, LABELS, rows, 16, seed=5, transform=transform) as batches:
        assert len(batches) == 3
        seen = list(batches.epoch(1))
    assert [len(b.x) for b in seen] == [16, 16, 8]
    indices = np.concatenate([b.indices for b in seen])
    assert sorted(indices) == rows.tolist()
    assert indices.tolist() != rows.tolist()
    for batch in seen:
        expected = PICTURES[batch.indices]
        if transform:
            expected = darker(expected, batch.indices, 1)
        np.testing.assert_array_equal(batch.x, expected)
        assert batch.x.dtype == np.uint8
        for name, column in LABELS.items():
            assert batch.y[name].dtype == np.int32
            np.testing.assert_array_equal(batch.y[name], column[batch.indices])


@pytest.mark.parametrize("transform", [None, darker])
def test_resuming_in_the_middle_gives_the_same_batches(transform: object) -> None:
    with Batches(PICTURES, LABELS, range(N), 8, seed=3, transform=transform) as batches:
        whole = list(batches.epoch(4))
    with Batches(PICTURES, LABELS, range(N), 8, seed=3, transform=transform) as again:
        rest = list(again.epoch(4, first_batch=5))
        assert len(rest) == len(whole) - 5
        for a, b in zip(whole[5:], rest, strict=True):
            np.testing.assert_array_equal(a.x, b.x)
            np.testing.assert_array_equal(a.indices, b.indices)
        assert list(again.epoch(4, first_batch=7)) == []


def test_seed_and_epoch_change_the_order() -> None:
    one = Batches(PICTURES, LABELS, range(N), 8, seed=1)
    assert (one.order(1) != one.order(2)).any()
    assert (one.order(1) != Batches(PICTURES, LABELS, range(N), 8, seed=2).order(1)).any()
    fixed = Batches(PICTURES, LABELS, range(N), 8, shuffle=False)
    assert fixed.order(3).tolist() == list(range(N))


def test_an_error_of_the_augmentation_reaches_the_caller() -> None:
    def broken(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        if 40 in indices:
            raise ArithmeticError("no")
        return pictures

    with (
        Batches(PICTURES, LABELS, range(N), 8, transform=broken) as batches,
        pytest.raises(ArithmeticError),
    ):
        list(batches.epoch(1))


def test_leaving_early_ends_the_threads() -> None:
    def slow(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        time.sleep(0.02)
        return pictures

    before = set(threading.enumerate())
    many = np.zeros((4000, 2, 2, 3), np.uint8)
    labels = {"class": np.zeros(4000)}
    batches = Batches(many, labels, range(4000), 64, transform=slow, workers=3)
    epoch = batches.epoch(1)
    next(epoch)
    assert batches.seconds_waited > 0.01
    started = time.perf_counter()
    epoch.close()
    batches.close()
    assert time.perf_counter() - started < 3
    assert set(threading.enumerate()) == before


def test_transform_gets_small_pieces_in_several_threads() -> None:
    names, most = set(), []

    def note(pictures: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        names.add(threading.current_thread().name)
        most.append(len(pictures))
        time.sleep(0.005)
        return pictures

    with Batches(PICTURES, LABELS, range(N), 32, transform=note, workers=3) as batches:
        list(batches.epoch(1))
    assert max(most) <= 8
    assert len(names) > 1


def test_without_augmentation_no_thread_is_started() -> None:
    before = set(threading.enumerate())
    batches = Batches(PICTURES, LABELS, range(N), 8)
    for _ in batches.epoch(1):
        assert set(threading.enumerate()) == before


def test_no_rows_is_no_batch() -> None:
    batches = Batches(PICTURES, LABELS, [], 8)
    assert len(batches) == 0
    assert list(batches.epoch(0)) == []
    with pytest.raises(ValueError, match="batch_size"):
        Batches(PICTURES, LABELS, [], 0)
