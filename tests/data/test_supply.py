"""Batches made by other processes: the same to the bit, whatever happens to these processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from studio.data.batches import Batch, Batches
from studio.data.supply import crew, memory, supply
from studio.data.supply.recycling import Recycler
from tests.data import feeding

N = 60
PICTURES = np.random.default_rng(0).integers(1, 255, (N, 6, 5, 3), np.uint8)
LABELS = {"class": np.arange(N) % 3, "marks": np.ones((N, 2), np.int8)}
ROOT = Path(__file__).parents[2]

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of POSIX systems")


def batches(
    transform: Any = feeding.darker, pictures: Any = PICTURES, workers: int = 2, **more: Any
) -> Batches:
    options = {"processes": True, "seed": 5, **more}
    return Batches(pictures, LABELS, range(N), 9, transform=transform, workers=workers, **options)


def expected(epoch: int, without: tuple[int, ...] = ()) -> list[Batch]:
    """What threads make of it."""
    shelf = feeding.Shelf(PICTURES, without)
    with batches(pictures=shelf, processes=False) as here:
        return list(here.epoch(epoch))


def check_same(ones: list[Batch], twos: list[Batch]) -> None:
    for one, two in zip(ones, twos, strict=True):
        np.testing.assert_array_equal(one.x, two.x)
        np.testing.assert_array_equal(one.indices, two.indices)
        for name in LABELS:
            np.testing.assert_array_equal(one.y[name], two.y[name])


@pytest.fixture(autouse=True)
def nothing_left(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """No process, no shared memory, no temporary file outlives a test."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    children = set(psutil.Process().children())
    yield
    assert not list(folder.iterdir())
    assert not list(Path("/dev/shm").glob("*studio*"))
    left = [p for p in psutil.Process().children() if p not in children]
    assert not [p for p in left if "resource_tracker" not in " ".join(p.cmdline())]


def as_array(folder: Path) -> Any:
    return PICTURES


def as_mapped_file(folder: Path) -> Any:
    np.save(folder / "pictures.npy", PICTURES)
    return np.load(folder / "pictures.npy", mmap_mode="r")


def as_part_of_a_mapped_file(folder: Path) -> Any:
    np.save(folder / "pictures.npy", np.concatenate([PICTURES[::-1], PICTURES]))
    return np.load(folder / "pictures.npy", mmap_mode="r")[N:]


def as_store(folder: Path) -> Any:
    return feeding.Shelf(PICTURES)


@pytest.mark.parametrize("kept", [as_array, as_mapped_file, as_part_of_a_mapped_file, as_store])
def test_processes_make_what_threads_make(kept: Callable[[Path], Any], tmp_path: Path) -> None:
    with batches(pictures=kept(tmp_path), workers=2) as here:
        first = list(here.epoch(3))
        assert len(here.pids) == 2 and os.getpid() not in here.pids
        check_same(first, expected(3))
        check_same(list(here.epoch(4, first_batch=4)), expected(4)[4:])
    assert not here.lost and not here.trouble


def test_a_mapped_file_that_was_replaced_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    pictures = as_mapped_file(tmp_path)
    np.save(tmp_path / "other.npy", 255 - PICTURES)
    os.replace(tmp_path / "other.npy", tmp_path / "pictures.npy")
    with batches(pictures=pictures) as here:
        check_same(list(here.epoch(1)), expected(1))
        assert here.pids == [], "threads have the old file still"


def test_the_policy_brings_neither_networks_nor_windows_nor_imgaug() -> None:
    with batches(feeding.Spy()) as here:
        for batch in here.epoch(1):
            assert (batch.x[:, 0, 0, 1] == 1).all(), "made in another process"
            assert not batch.x[:, 0, 0, 0].any(), feeding.HEAVY


PROGRAM = """
import sys, zlib
import numpy as np
print("begun", flush=True)
from studio.data.batches import Batches
from tests.data.feeding import chatty
P = np.arange(60 * 90, dtype=np.uint16).astype(np.uint8).reshape(60, 6, 5, 3)
with Batches(P, {"class": np.zeros(60)}, range(60), 9, seed=5, transform=chatty, workers=2,
             processes=True) as here:
    for batch in here.epoch(1):
        number = zlib.crc32(batch.x)
    print(number, len(here.pids), flush=True)
    for word in sys.argv[1:]:
        print(*here.pids, flush=True)
        sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["file", "command", "input"])
def test_any_program_without_a_guard_has_quiet_processes(how: str, tmp_path: Path) -> None:
    """Its own first lines run once, and nothing but its own words is printed."""
    file = tmp_path / "a program.py"
    file.write_text(PROGRAM)
    words = {"file": [str(file)], "command": ["-c", PROGRAM], "input": ["-"]}[how]
    done = subprocess.run(
        [sys.executable, *words], input=PROGRAM if how == "input" else None, cwd=tmp_path,
        capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stderr == ""
    begun, numbers = done.stdout.splitlines()
    assert begun == "begun" and numbers.endswith(" 2")


@needs_kill
def test_processes_leave_when_the_training_is_killed() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert program.stdout is not None and program.stdin is not None
    lines = [program.stdout.readline() for _ in range(3)]
    workers = [psutil.Process(int(pid)) for pid in lines[-1].split()]
    assert len(workers) == 2
    program.kill()
    program.wait(10)
    program.stdout.close()
    program.stdin.close()
    assert not psutil.wait_procs(workers, timeout=10)[1]


@needs_kill
def test_a_killed_process_is_replaced_and_its_pictures_made_again() -> None:
    with batches() as here:
        seen = []
        for number, batch in enumerate(here.epoch(1)):
            seen.append(batch)
            if number in (0, 2):
                os.kill(here.pids[0], signal.SIGKILL)
        check_same(seen, expected(1))
        check_same(list(here.epoch(2)), expected(2))
        assert len(here.pids) == 2
    assert not here.lost and not here.trouble


@needs_kill
def test_a_process_that_stands_still_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "STUCK_SECONDS", 1.0)
    monkeypatch.setattr(crew, "LOOK_SECONDS", 0.1)
    with batches() as here:
        seen = []
        for number, batch in enumerate(here.epoch(1)):
            seen.append(batch)
            if number == 0:
                os.kill(here.pids[0], signal.SIGSTOP)
        check_same(seen, expected(1))
        assert len(here.pids) == 2
    assert not here.lost and not here.trouble


@needs_kill
def test_a_picture_that_ends_one_process_is_made_by_the_next(tmp_path: Path) -> None:
    with batches(feeding.Deadly((17,), tmp_path, 1)) as here:
        check_same(list(here.epoch(1)), expected(1))
    assert len(list(tmp_path.iterdir())) == 1
    assert not here.lost


@needs_kill
def test_a_picture_that_ends_two_processes_is_left_out_and_named(tmp_path: Path) -> None:
    deadly = (17, 41)
    with batches(feeding.Deadly(deadly, tmp_path, 4)) as here:
        for epoch in (1, 2):
            seen = list(here.epoch(epoch))
            check_same(seen, expected(epoch, without=deadly))
    assert here.lost == {17: "deadly", 41: "deadly"}
    assert not here.trouble
    for batch in seen:
        out = np.isin(batch.indices, deadly)
        assert not batch.x[out].any() and (batch.y["class"][out] == -1).all()
        assert (batch.y["marks"][out] == -1).all() and (batch.y["marks"][~out] == 1).all()


@needs_kill
def test_processes_that_keep_ending_are_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("studio.data.supply.crew.MOST_DEADLY", 1)
    with batches(feeding.Deadly(tuple(range(N)))) as here:
        seen = list(here.epoch(1))
        assert "processes" in here.trouble and here.pids == []
        assert len(here.lost) == 2
        check_same(seen, expected(1, without=tuple(here.lost)))
        check_same(list(here.epoch(2)), expected(2, without=tuple(here.lost)))
    assert caplog.text.count("slower") == 1


@needs_kill
def test_processes_that_cannot_begin_are_given_up() -> None:
    with batches(feeding.StillBorn(), workers=1) as here:
        check_same(list(here.epoch(1)), expected(1))
        assert here.pids == [] and here.trouble


@pytest.mark.parametrize("processes", [True, False])
def test_an_exception_reaches_the_caller(processes: bool) -> None:
    with (
        batches(feeding.refuses_40, processes=processes) as here,
        pytest.raises(ArithmeticError, match="no"),
    ):
        list(here.epoch(1))


def test_an_exception_that_cannot_be_pickled_reaches_the_caller_in_words() -> None:
    with batches(feeding.raises_odd) as here, pytest.raises(RuntimeError, match="Odd: 1 2"):
        list(here.epoch(1))


def test_faults_come_in_the_order_of_the_pictures() -> None:
    kept = []
    for processes, workers in ((False, 1), (False, 3), (True, 1), (True, 3)):
        transform = feeding.Faulty()
        with batches(transform, processes=processes, workers=workers) as here:
            order = here.order(2).tolist()
            check_same(list(here.epoch(2)), expected(2))
        kept.append(transform.kept)
    assert kept[0] == [(row, 2) for row in order if row % 5 == 0]
    assert all(each == kept[0] for each in kept)


@pytest.mark.parametrize("processes", [True, False])
@pytest.mark.parametrize("transform", [feeding.darker, None])
def test_pictures_that_cannot_be_read_have_no_label(transform: Any, processes: bool) -> None:
    bad = (3, 4, 55)
    with batches(transform, feeding.Shelf(PICTURES, bad), processes=processes) as here:
        seen = list(here.epoch(1))
        order = here.order(1).tolist()
    assert here.lost == dict.fromkeys(sorted(bad, key=order.index), "unreadable")
    assert list(here.lost) == sorted(bad, key=order.index)
    for batch in seen:
        out = np.isin(batch.indices, bad)
        right = PICTURES[batch.indices]
        right = right if transform is None else feeding.darker(right, batch.indices, 1)
        np.testing.assert_array_equal(batch.x[~out], right[~out])
        assert not batch.x[out].any()
        for name, column in batch.y.items():
            assert (column[out] == -1).all()
            np.testing.assert_array_equal(column[~out], LABELS[name][batch.indices[~out]])


def test_processes_take_over_where_there_is_enough_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supply, "SECONDS_WORTH", 0.0)
    with batches(processes=None, epochs=100) as here:
        for epoch in range(1, 200):
            check_same(list(here.epoch(epoch)), expected(epoch))
            if here.pids and here.is_fed_by_processes:
                break
        check_same(list(here.epoch(epoch + 1)), expected(epoch + 1))
        assert len(here.pids) == 2


def test_short_trainings_start_no_process() -> None:
    with batches(processes=None, epochs=100) as here:
        for epoch in range(1, 6):
            list(here.epoch(epoch))
        assert here.pids == []


def test_without_room_threads_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(memory, "_in_memory", full)
    with batches() as here:  # a file without a name on the disk
        check_same(list(here.epoch(1)), expected(1))
        assert len(here.pids) == 2
    monkeypatch.setattr(memory, "_on_disk", full)
    with batches() as here:
        check_same(list(here.epoch(1)), expected(1))
        assert here.pids == []


def test_what_cannot_be_pickled_is_made_in_threads() -> None:
    with batches(lambda pictures, indices, epoch: feeding.darker(pictures, indices, epoch)) as here:
        check_same(list(here.epoch(1)), expected(1))
        assert here.pids == [] and not here.trouble


def test_a_process_that_may_have_no_children_uses_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    with batches() as here:
        check_same(list(here.epoch(1)), expected(1))
        assert here.pids == []


def test_leaving_in_the_middle_leaves_nothing() -> None:
    with batches() as here:
        epoch = here.epoch(1)
        next(epoch)
        pids = here.pids
        epoch.close()
        again = list(here.epoch(1))  # the same processes go on
        assert here.pids == pids
        check_same(again, expected(1))
        next(here.epoch(2))
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with pytest.raises(ZeroDivisionError), batches() as here:
        for _ in here.epoch(1):
            raise ZeroDivisionError


def test_batches_are_copies() -> None:
    with batches(workers=1) as here:
        whole = [(batch.x, batch.x.copy()) for batch in here.epoch(1)]
        for batch in here.epoch(2):
            batch.x[...] = 0
        for given, then in whole:
            np.testing.assert_array_equal(given, then)
            assert given.flags.writeable


def test_memory_is_used_again_when_no_part_of_a_batch_is_held() -> None:
    recycler = Recycler((4, 3, 2, 1), most=1)

    def place(array: np.ndarray[Any, Any]) -> int:
        return int(array.ctypes.data)

    whole = recycler.empty((4, 3, 2, 1))
    first, part = place(whole), whole[1:3, 0]
    del whole
    other = recycler.empty((4, 3, 2, 1))
    assert place(other) != first, "a part is held"
    del part
    again = recycler.empty((4, 3, 2, 1))
    assert place(again) == first and again.shape == (4, 3, 2, 1) and again.flags.writeable
    del again, other  # one of them is kept
    assert len(recycler._free) == 1
    assert recycler.empty((2, 3, 2, 1)).shape == (2, 3, 2, 1)
    assert Recycler((4, 0, 2, 1), most=1).empty((4, 0, 2, 1)).size == 0


def test_a_pause_uses_no_processor() -> None:
    with batches(prefetch=2) as here:
        epoch = here.epoch(1)
        next(epoch)
        workers = [psutil.Process(pid) for pid in here.pids]
        assert len(workers) == 2
        used = settled(workers)
        threading.Event().wait(0.5)
        assert seconds_of(workers) - used < 0.1, "two that turn in circles take a second"
        check_same(list(epoch), expected(1)[1:])


def seconds_of(workers: list[psutil.Process]) -> float:
    times = [worker.cpu_times() for worker in workers]
    return sum(each.user + each.system for each in times)


def settled(workers: list[psutil.Process]) -> float:
    """What the processes have used when all that was asked for is made."""
    before = -1.0
    while (now := seconds_of(workers)) > before:
        before = now
        threading.Event().wait(0.1)
    return now


@needs_kill
def test_why_processes_were_given_up_is_known_after_the_end() -> None:
    with batches(feeding.StillBorn(), workers=1) as here:
        list(here.epoch(1))
        trouble = here.trouble
    assert trouble and here.trouble == trouble
