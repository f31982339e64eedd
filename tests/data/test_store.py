"""Pictures in memory, on the disk or decoded at each read: the same in every process."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from studio.core.input import InputSpec
from studio.core.keeping import GB, Budget, Kept, available_memory, budget_of, kept_of, total_memory
from studio.core.settings import Settings
from studio.data import shared_pixels
from studio.data.cache import cache_pictures
from studio.data.dataset import Dataset
from studio.data.index import open_dataset
from studio.data.pixels import load
from studio.data.shared_pixels import SharedPixels
from studio.data.store import PictureStore

SPEC = InputSpec(width=12, height=16)
ONE = 16 * 12 * 3
READER = """
import pickle, sys, zlib
import numpy as np
store = pickle.load(sys.stdin.buffer)
pictures, ok = store.read(np.array([23, 0, 17, 8, 3, 17]))
print(zlib.crc32(pictures.tobytes()), ok.tolist(), store.is_kept(np.arange(24)).sum())
assert "keras" not in sys.modules and "PySide6" not in sys.modules
"""


@pytest.fixture
def dataset(tiny_dataset: Path) -> Dataset:
    return open_dataset(tiny_dataset)


def make(dataset: Dataset, folder: Path, memory: int = 8, disk: int = 8) -> PictureStore:
    return cache_pictures(dataset, SPEC, folder, Budget(memory * ONE, disk * ONE))


def in_another_process(store: PictureStore) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", READER], input=pickle.dumps(store), capture_output=True,
        check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.decode().split(maxsplit=1)


def expected(store: PictureStore) -> list[str]:
    import zlib

    pictures, ok = store.read(np.array([23, 0, 17, 8, 3, 17]))
    return [str(zlib.crc32(pictures.tobytes())), f"{ok.tolist()} {kept(store)}\n"]


def kept(store: PictureStore) -> int:
    return int(store.is_kept(np.arange(len(store))).sum())


@pytest.mark.parametrize("memfd", [True, False])
def test_another_process_reads_the_same(
    dataset: Dataset, tmp_path: Path, memfd: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if memfd and not shared_pixels.HAS_MEMFD:
        pytest.skip("this system shares memory by name")
    monkeypatch.setattr(shared_pixels, "HAS_MEMFD", memfd)
    dataset.absolute(3).write_bytes(b"broken")
    store = make(dataset, tmp_path / "c")
    assert kept(store) == 16
    assert in_another_process(store) == expected(store)
    again = pickle.loads(pickle.dumps(store))  # a worker that is replaced opens it again
    np.testing.assert_array_equal(again.read(np.arange(24))[0], store.read(np.arange(24))[0])


def test_rows_come_in_any_order_and_number(dataset: Dataset, tmp_path: Path) -> None:
    store = make(dataset, tmp_path / "c")
    rows = np.random.default_rng(1).integers(0, len(dataset), 50)
    pictures, ok = store.read(rows)
    assert ok.all() and pictures.shape == (50, 16, 12, 3) and pictures.flags.writeable
    for row, picture in zip(rows, pictures, strict=True):
        np.testing.assert_array_equal(picture, load(dataset.absolute(int(row)), SPEC))
    nothing, none = store.read(np.zeros(0, np.int64))
    assert nothing.shape == (0, 16, 12, 3) and none.shape == (0,)
    for wrong in (-1, 24):
        with pytest.raises(IndexError):
            store.read(np.array([0, wrong]))


def test_what_is_read_is_a_copy(dataset: Dataset, tmp_path: Path) -> None:
    for memory, disk in ((99, 0), (0, 99), (0, 0)):
        store = make(dataset, tmp_path / f"{memory} {disk}", memory, disk)
        before = store.read(np.arange(5))[0]
        store.read(np.arange(5))[0][:] = 7
        np.testing.assert_array_equal(store.read(np.arange(5))[0], before)


def test_many_threads_at_once(dataset: Dataset, tmp_path: Path) -> None:
    store = make(dataset, tmp_path / "c")
    wanted = store.read(np.arange(24))[0]

    def read(seed: int) -> bool:
        rows = np.random.default_rng(seed).permutation(24)
        return bool((store.read(rows)[0] == wanted[rows]).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(40)))


def test_a_picture_that_goes_after_it_was_checked_is_told(dataset: Dataset, tmp_path: Path) -> None:
    store = make(dataset, tmp_path / "c")
    assert store.problem(20) is None
    dataset.absolute(20).unlink()
    dataset.absolute(2).unlink()  # kept: nobody needs the file
    pictures, ok = store.read(np.array([2, 20, 21]))
    assert ok.tolist() == [True, False, True]
    assert not pictures[1].any() and pictures[0].any()
    problem = store.problem(20)
    assert problem is not None and problem.kind == "missing-file"
    assert problem.path == dataset.paths[20]


def test_a_cache_emptied_meanwhile_costs_speed_alone(dataset: Dataset, tmp_path: Path) -> None:
    store = make(dataset, tmp_path / "c")
    wanted = store.read(np.arange(24))[0]
    content = pickle.dumps(store)
    if os.name != "nt":  # Windows keeps files that are mapped
        for file in (tmp_path / "c").iterdir():
            file.unlink()
    np.testing.assert_array_equal(store.read(np.arange(24))[0], wanted)
    late = pickle.loads(content)
    np.testing.assert_array_equal(late.read(np.arange(24))[0], wanted)
    del store
    gc.collect()
    alone = pickle.loads(content)  # whoever held the memory is gone
    np.testing.assert_array_equal(alone.read(np.arange(24))[0], wanted)
    assert alone.read(np.arange(24))[1].all()


@pytest.mark.parametrize("content", [b"", b"foreign", b"\x93NUMPY\x01\x00v\x00{'descr': '|O'"])
def test_a_hostile_file_in_place_of_the_cache_is_not_used(
    dataset: Dataset, tmp_path: Path, content: bytes
) -> None:
    store = make(dataset, tmp_path / "c", memory=0)
    wanted = store.read(np.arange(24))[0]
    file = next((tmp_path / "c").glob("*.npy"))
    pickled = pickle.dumps(store)
    file.unlink()
    file.write_bytes(content)
    np.testing.assert_array_equal(pickle.loads(pickled).read(np.arange(24))[0], wanted)
    file.unlink()
    np.save(file, np.full((50, 16, 12, 3), 9, np.uint8))  # more rows than there are pictures
    np.testing.assert_array_equal(pickle.loads(pickled).read(np.arange(24))[0], wanted)


def test_memory_by_name_may_go_before_its_pictures(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setattr(shared_pixels, "HAS_MEMFD", False)
    shared = SharedPixels((4, 8, 8, 3))
    pictures = shared.array
    pictures[2] = 5
    told = pickle.dumps(shared)
    del shared
    gc.collect()
    assert (pictures[2] == 5).all()
    assert not [str(w.message) for w in recwarn if "nraisable" in type(w.message).__name__]
    if os.name != "nt":
        with pytest.raises(OSError):
            pickle.loads(told)


@pytest.mark.skipif(not shared_pixels.HAS_MEMFD, reason="another way on this system")
def test_memory_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    shared = SharedPixels((4, 8, 8, 3))
    shared.array[2] = 5
    other = pickle.loads(pickle.dumps(shared))
    assert (other.array == shared.array).all()
    with pytest.raises(ValueError):
        other.array[0] = 1
    told = pickle.dumps(shared)
    del shared
    assert (other.array[2] == 5).all(), "who has it keeps it"
    del other
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(OSError):
        pickle.loads(told)


def test_the_settings_say_how_much() -> None:
    budget = budget_of(Settings())
    assert budget.disk == 20 * GB
    assert budget.memory == total_memory() * 25 // 100
    assert 0 < available_memory() <= total_memory()
    assert budget_of(Settings(picture_memory_percent=0, picture_disk_gb=0)) == Budget(0, 0)


def test_what_a_record_says_is_checked() -> None:
    good = Kept(10, 3, 4, 12, 100, 6, 18, 50, 0, "The disk has only 1.0 GB left.")
    assert kept_of(asdict(good)) == good
    for bad in (
        None, {}, [], {"pictures": 3}, {**asdict(good), "on_disk": -1}, {**asdict(good), "more": 1},
        {**asdict(good), "pictures": "10"}, {**asdict(good), "note": 3},
        {**asdict(good), "decoded": True},
    ):  # fmt: skip
        assert kept_of(bad) is None
