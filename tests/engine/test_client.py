"""The handle of a worker process, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from studio.engine.protocol.augment_messages import PreviewPolicy
from studio.engine.protocol.client import WorkerClient, last_lines, words_for_exit
from studio.engine.protocol.messages import (
    Cancel,
    JobFailed,
    JobFinished,
    JobStarted,
    Predict,
    WorkerDied,
    WorkerReady,
)


@pytest.fixture
def client() -> Iterator[WorkerClient]:
    made = WorkerClient("tester")
    yield made
    made.close()


def until(client: WorkerClient, kind: type, seconds: float = 30.0) -> object:
    """The next answer of a kind."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = client.receive(0.2)
        if isinstance(answer, kind):
            return answer
        assert not isinstance(answer, WorkerDied), answer
    raise AssertionError(f"no {kind.__name__} within {seconds} s")


def test_it_says_that_it_is_ready_and_leaves_when_asked(client: WorkerClient) -> None:
    client.start()
    ready = until(client, WorkerReady)
    assert ready.pid == client.pid
    assert client.is_alive
    process = psutil.Process(client.pid)
    client.close(grace=5)
    assert not process.is_running()
    assert not client.is_alive


def test_what_is_sent_before_the_start_is_answered(client: WorkerClient) -> None:
    client.send(Predict(1, "/nowhere/run-0001", ()))
    client.start()
    failed = until(client, JobFailed, 60)
    assert failed.job == 1
    assert "no run" in failed.message
    assert "Traceback" in failed.details
    assert "Traceback" not in failed.message


def test_a_job_cancelled_in_the_queue_never_starts(client: WorkerClient) -> None:
    client.send(PreviewPolicy(1, (), {}, {"width": 4}, ()))
    for number in (2, 3):
        client.send(PreviewPolicy(number, (), {}, {}, ()))
        client.send(Cancel(number))
    client.start()
    seen = []
    while len([a for a in seen if isinstance(a, JobFinished | JobFailed)]) < 3:
        answer = client.receive(20)
        assert answer is not None
        seen.append(answer)
    assert [a.job for a in seen if isinstance(a, JobFailed)] == [1]
    ends = [(a.job, a.outcome) for a in seen if isinstance(a, JobFinished)]
    assert ends[-1] == (3, "cancelled")
    assert JobStarted(3) not in seen


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_is_reported_within_two_seconds(client: WorkerClient) -> None:
    client.start()
    until(client, WorkerReady)
    begin = time.monotonic()
    os.kill(client.pid, signal.SIGKILL)
    died = client.receive(5)
    assert isinstance(died, WorkerDied)
    assert time.monotonic() - begin < 2
    assert died.exit_code == -9
    assert "signal 9" in died.reason and "memory" in died.reason
    assert client.receive(5) == died
    client.send(Cancel(1))  # nobody is there: dropped, not raised


def test_a_worker_can_be_followed_by_another_of_the_same_name(client: WorkerClient) -> None:
    client.start()
    until(client, WorkerReady)
    client.kill()
    assert isinstance(client.receive(5), WorkerDied)
    second = WorkerClient("tester")
    second.start()
    try:
        assert until(second, WorkerReady).pid != client.pid
    finally:
        second.close()


def test_output_goes_to_the_log_in_the_home(client: WorkerClient, isolated_home: Path) -> None:
    client.send(Predict(1, "/nowhere/run-0001", ()))
    client.start()
    until(client, JobFailed, 60)
    assert client.log_file.is_relative_to(isolated_home)
    assert "Predict failed" in last_lines(client.log_file)


_ORPHANER = """
import os, sys, time
from studio.engine.protocol.client import WorkerClient
from studio.engine.protocol.messages import WorkerReady
if __name__ == "__main__":
    client = WorkerClient("orphan")
    client.start()
    while not isinstance(client.receive(10), WorkerReady):
        pass
    print(client.pid, flush=True)
    if sys.argv[1] == "die":
        os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("how", ["die", "leave"])
def test_a_worker_does_not_outlive_the_program(tmp_path: Path, how: str) -> None:
    script = tmp_path / "orphaner.py"
    script.write_text(_ORPHANER)
    root = Path(__file__).resolve().parents[2]
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(script), how], capture_output=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert time.monotonic() - begin < 30
    pid = int(done.stdout)
    deadline = time.monotonic() + 8
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.1)
    gone = not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert gone


@pytest.mark.parametrize(
    ("code", "word"),
    [(-9, "memory"), (-11, "crashed"), (-15, "outside"), (3, "exit code 3"), (0, "left"),
     (None, "left"), (-99, "signal 99")],
)  # fmt: skip
def test_each_way_to_end_has_a_sentence(code: int | None, word: str) -> None:
    sentence, hint = words_for_exit(code)
    assert word in sentence
    assert sentence.endswith(".") and hint


_LIGHT = """
import sys
import studio.engine.protocol.client, studio.engine.protocol.messages, studio.ui.engines
import studio.ui.jobs
heavy = {"keras", "tensorflow", "imgaug", "cv2", "pyqtgraph"} & set(sys.modules)
heavy |= {m for m in sys.modules if m.startswith("studio.engine.worker")}
assert not heavy, heavy
"""


def test_the_window_side_of_the_engine_is_light() -> None:
    subprocess.run([sys.executable, "-c", _LIGHT], check=True, timeout=60,
                   cwd=Path(__file__).resolve().parents[2])  # fmt: skip
