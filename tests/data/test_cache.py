"""The cache of decoded pictures: the same bits, nothing dropped, nothing left behind."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from studio.core.control import Cancelled, Control
from studio.core.errors import StorageError
from studio.core.input import InputSpec
from studio.core.runs import SampleList
from studio.data import cache as cache_module
from studio.data.cache import cache_pictures
from studio.data.dataset import Dataset
from studio.data.index import open_dataset
from studio.data.pixels import load

SPEC = InputSpec(width=24, height=16)


@pytest.fixture
def dataset(tiny_dataset: Path) -> Dataset:
    return open_dataset(tiny_dataset)


@pytest.mark.parametrize("budget", [0, 1 << 30])
@pytest.mark.parametrize("channels", [1, 3])
def test_holds_what_load_gives(
    dataset: Dataset, tmp_path: Path, budget: int, channels: int
) -> None:
    spec = SPEC.changed(channels=channels)
    cache = cache_pictures(dataset, spec, tmp_path / "c", budget)
    assert cache.pictures.shape == (len(dataset), *spec.shape)
    assert cache.in_memory == (budget > 0)
    assert isinstance(cache.pictures, np.memmap) == (budget == 0)
    assert cache.ok.all()
    assert not cache.problems
    assert not cache.from_disk
    for i in range(len(dataset)):
        np.testing.assert_array_equal(cache.pictures[i], load(dataset.absolute(i), spec))
    again = cache_pictures(dataset, spec, tmp_path / "c", budget)
    assert again.from_disk
    np.testing.assert_array_equal(again.pictures, cache.pictures)


def test_a_changed_picture_or_size_makes_a_new_one(dataset: Dataset, tmp_path: Path) -> None:
    cache_pictures(dataset, SPEC, tmp_path / "c")
    assert not cache_pictures(dataset, SPEC.changed(fit="stretch"), tmp_path / "c").from_disk
    os.utime(dataset.absolute(0), ns=(1, 1))
    assert not cache_pictures(dataset, SPEC, tmp_path / "c").from_disk
    assert cache_pictures(dataset, SPEC, tmp_path / "c").from_disk


def test_unreadable_pictures_are_listed_and_remembered(dataset: Dataset, tmp_path: Path) -> None:
    dataset.absolute(2).write_bytes(b"broken")
    dataset.absolute(5).unlink()
    for turn in range(2):
        cache = cache_pictures(dataset, SPEC, tmp_path / "c")
        assert cache.from_disk == (turn == 1)
        assert np.flatnonzero(~cache.ok).tolist() == [2, 5]
        assert [(p.kind, p.path) for p in cache.problems] == [
            ("unreadable", dataset.paths[2]), ("missing-file", dataset.paths[5]),
        ]  # fmt: skip
        assert not cache.pictures[2].any()


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
    with pytest.raises(StorageError, match="disk is full"):
        cache_pictures(dataset, SPEC, tmp_path / "c", memory_budget=0)
    assert list((tmp_path / "c").iterdir()) == []
    cache = cache_pictures(dataset, SPEC, tmp_path / "c")  # fits into memory, so it goes on
    assert cache.ok.all()
    assert cache.in_memory


def test_too_large_for_the_disk_says_the_numbers(tmp_path: Path) -> None:
    rows = shutil.disk_usage(tmp_path).free // (2048 * 2048 * 3) + 100
    samples = SampleList(tmp_path, ["a.png"] * rows, {}, [0] * rows)
    with pytest.raises(StorageError, match="GB"):
        cache_pictures(samples, InputSpec(width=2048, height=2048), tmp_path / "c")


@pytest.mark.parametrize("harm", ["cut", "sidecar", "text"])
def test_a_damaged_cache_is_made_again(dataset: Dataset, tmp_path: Path, harm: str) -> None:
    first = cache_pictures(dataset, SPEC, tmp_path / "c")
    file = next((tmp_path / "c").glob("*.npy"))
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:2000])
    elif harm == "sidecar":
        file.with_suffix(".json").write_text("{")
    else:
        file.write_text("foreign")
    second = cache_pictures(dataset, SPEC, tmp_path / "c")
    assert not second.from_disk
    np.testing.assert_array_equal(first.pictures, second.pictures)


def test_only_the_last_ones_are_kept(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / ".new-killed.npy").write_bytes(b"half")
    os.utime(tmp_path / "c" / ".new-killed.npy", (1, 1))
    for width in (16, 17, 18, 19, 20):
        cache_pictures(dataset, SPEC.changed(width=width), tmp_path / "c")
    assert len(list((tmp_path / "c").glob("*.npy"))) == 3
    assert len(list((tmp_path / "c").iterdir())) == 6
