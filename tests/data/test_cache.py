"""The cache of decoded pictures: the same bits, nothing dropped, nothing left behind."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from studio.core.control import Cancelled, Control
from studio.core.input import InputSpec
from studio.core.keeping import Budget
from studio.data import cache as cache_module
from studio.data.cache import cache_pictures
from studio.data.dataset import Dataset
from studio.data.index import open_dataset
from studio.data.pixels import load
from studio.data.store import PictureStore

SPEC = InputSpec(width=24, height=16)


@pytest.fixture
def dataset(tiny_dataset: Path) -> Dataset:
    return open_dataset(tiny_dataset)


ONE = 16 * 24 * 3  # bytes of a picture
NONE = Budget(memory=0, disk=0)


def all_of(store: PictureStore) -> np.ndarray:
    return store.read(np.arange(len(store)))[0]


def files(folder: Path, ending: str = "*") -> list[Path]:
    return sorted(folder.glob(ending))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("memory", "disk"), [(0, 0), (0, 99), (99, 0), (5, 7), (99, 99)])
def test_holds_what_load_gives(
    dataset: Dataset, tmp_path: Path, memory: int, disk: int, channels: int
) -> None:
    spec = SPEC.changed(channels=channels)
    one, count = ONE // 3 * channels, len(dataset)
    budget = Budget(memory * one, disk * one)
    store = cache_pictures(dataset, spec, tmp_path / "c", budget)
    assert store.shape == (count, *spec.shape)
    assert store.ok.all()
    assert not store.problems
    assert not store.from_disk
    kept = store.kept
    assert (kept.pictures, kept.picture_bytes, kept.note) == (count, one, "")
    assert (kept.in_memory, kept.on_disk) == (min(count, memory), min(count, disk))
    assert kept.decoded == max(0, count - memory - disk)
    for i in range(count):
        np.testing.assert_array_equal(all_of(store)[i], load(dataset.absolute(i), spec))
    again = cache_pictures(dataset, spec, tmp_path / "c", budget)
    assert again.from_disk == (disk == 99 or memory == 0), "only memory has to be filled again"
    assert again.kept == kept
    np.testing.assert_array_equal(all_of(again), all_of(store))


def test_a_changed_picture_or_size_makes_a_new_one(dataset: Dataset, tmp_path: Path) -> None:
    cache_pictures(dataset, SPEC, tmp_path / "c")
    assert not cache_pictures(dataset, SPEC.changed(fit="stretch"), tmp_path / "c").from_disk
    os.utime(dataset.absolute(0), ns=(1, 1))
    assert not cache_pictures(dataset, SPEC, tmp_path / "c").from_disk
    assert cache_pictures(dataset, SPEC, tmp_path / "c").from_disk


@pytest.mark.parametrize("budget", [Budget(), Budget(0, 4 * ONE), NONE])
def test_unreadable_pictures_are_listed_and_remembered(
    dataset: Dataset, tmp_path: Path, budget: Budget
) -> None:
    dataset.absolute(2).write_bytes(b"broken")
    dataset.absolute(5).unlink()
    for turn in range(2):
        cache = cache_pictures(dataset, SPEC, tmp_path / "c", budget)
        assert cache.from_disk == (turn == 1)
        assert np.flatnonzero(~cache.ok).tolist() == [2, 5]
        assert [(p.kind, p.path) for p in cache.problems] == [
            ("unreadable", dataset.paths[2]), ("missing-file", dataset.paths[5]),
        ]  # fmt: skip
        pictures, ok = cache.read(np.arange(len(dataset)))
        assert not pictures[[2, 5]].any() and pictures[[1, 3, 4]].any()
        np.testing.assert_array_equal(ok, cache.ok)


def test_a_folder_that_vanishes_meanwhile_is_told(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, gone = cache_module.load, dataset.root.with_name("elsewhere")

    def vanish(path: Path, spec: InputSpec) -> np.ndarray:
        if dataset.root.exists() and path == dataset.absolute(7):
            dataset.root.rename(gone)
        return real(path, spec)

    monkeypatch.setattr(cache_module, "load", vanish)
    cache = cache_pictures(dataset, SPEC, tmp_path / "c", workers=1)
    assert {p.kind for p in cache.problems} == {"missing-file"}
    assert len(cache.problems) == len(dataset) - 7
    gone.rename(dataset.root)
    monkeypatch.setattr(cache_module, "load", real)
    whole = cache_pictures(dataset, SPEC, tmp_path / "c")
    assert whole.ok.all()


def test_cancel_leaves_nothing_behind(dataset: Dataset, tmp_path: Path) -> None:
    control = Control()
    with pytest.raises(Cancelled):
        cache_pictures(
            dataset, SPEC, tmp_path / "c", progress=lambda *_: control.cancel(), control=control
        )
    assert list((tmp_path / "c").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="another way on this system")
def test_a_full_disk(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    for memory in (0, 1 << 20):
        store = cache_pictures(dataset, SPEC, tmp_path / "c", Budget(memory, 1 << 20))
        assert store.ok.all()
        assert "disk is full" in store.kept.note
        assert (store.kept.on_disk, store.kept.decoded) == (0, 0 if memory else len(dataset))
        np.testing.assert_array_equal(all_of(store)[3], load(dataset.absolute(3), SPEC))
    assert not files(tmp_path / "c", "*.npy") and not files(tmp_path / "c", ".new-*")


def test_a_disk_that_is_nearly_full_is_not_filled(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10**9 + 5 * ONE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    store = cache_pictures(dataset, SPEC, tmp_path / "c", Budget(0, 1 << 30))
    assert store.kept.on_disk == 5
    assert store.kept.note == "The disk has only 1.0 GB left."


def test_memory_that_others_use_is_not_taken(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "available_memory", lambda: 8 * ONE)
    store = cache_pictures(dataset, SPEC, tmp_path / "c", Budget(1 << 30, 0))
    assert store.kept.in_memory == 4
    assert "of the memory are free" in store.kept.note


def test_a_folder_that_cannot_be_made(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("a file where the folder should be")
    store = cache_pictures(dataset, SPEC, tmp_path / "c")
    assert store.kept.note
    np.testing.assert_array_equal(all_of(store)[3], load(dataset.absolute(3), SPEC))


def test_another_budget_takes_over_what_there_is(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, decoded = cache_module.load, []

    def counting(path: Path, spec: InputSpec) -> np.ndarray:
        decoded.append(path)
        return real(path, spec)

    monkeypatch.setattr(cache_module, "load", counting)
    wanted = all_of(cache_pictures(dataset, SPEC, tmp_path / "c", Budget(0, 10 * ONE)))
    for rows, new in ((20, 10), (20, 0), (6, 0), (0, 0), (8, 8)):
        decoded.clear()
        store = cache_pictures(dataset, SPEC, tmp_path / "c", Budget(0, rows * ONE))
        assert (store.kept.on_disk, len(decoded)) == (rows, new)
        np.testing.assert_array_equal(all_of(store), wanted)
        size = sum(f.stat().st_size for f in files(tmp_path / "c", "*.npy"))
        assert rows * ONE <= size <= rows * ONE + 200


@pytest.mark.parametrize("harm", [
    "cut", "gone", "text", "pickle", "{", "[" * 100_000, "[]", "{}", "null",
    '{"kept": 1000000000, "failed": {}}', '{"kept": -1, "failed": {}}',
    '{"kept": 24, "failed": {"-1": ["unreadable", "no"]}}',
    '{"kept": 24, "failed": {"24": ["unreadable", "no"]}}', '{"kept": 23, "failed": {}}',
])  # fmt: skip
def test_a_damaged_cache_is_made_again(dataset: Dataset, tmp_path: Path, harm: str) -> None:
    wanted = all_of(cache_pictures(dataset, SPEC, tmp_path / "c"))
    file = next((tmp_path / "c").glob("*.npy"))
    if harm == "cut":
        content = file.read_bytes()[:2000]
        file.unlink()
        file.write_bytes(content)
    elif harm == "gone":
        file.unlink()
    elif harm == "text":
        file.unlink()
        file.write_text("foreign")
    elif harm == "pickle":
        file.unlink()
        np.save(file, np.array([{}] * len(dataset), object), allow_pickle=True)
    else:
        file.with_suffix(".json").write_text(harm)
    second = cache_pictures(dataset, SPEC, tmp_path / "c")
    assert not second.from_disk
    assert second.ok.all()
    np.testing.assert_array_equal(all_of(second), wanted)


def test_only_the_last_ones_are_kept(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / ".new-killed.npy").write_bytes(b"half")
    os.utime(tmp_path / "c" / ".new-killed.npy", (1, 1))
    for width in (16, 17, 18, 19, 20):
        cache_pictures(dataset, SPEC.changed(width=width), tmp_path / "c")
    assert len(list((tmp_path / "c").glob("*.npy"))) == 3
    assert len(list((tmp_path / "c").iterdir())) == 6


def test_other_sizes_make_room_within_the_budget(dataset: Dataset, tmp_path: Path) -> None:
    budget = Budget(0, 2 * len(dataset) * ONE + 600)
    for height in (16, 15, 14):
        cache_pictures(dataset, SPEC.changed(height=height), tmp_path / "c", budget)
    assert len(files(tmp_path / "c", "*.npy")) == 2
    assert not cache_pictures(dataset, SPEC, tmp_path / "c", budget).from_disk
