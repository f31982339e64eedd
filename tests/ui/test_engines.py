"""Engines and jobs of the window, with real processes and threads."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, StudioError, WorkerError
from studio.core.input import InputSpec
from studio.engine.protocol.augment_messages import PreviewPolicy
from studio.engine.protocol.messages import DescribeDevice, Predict, WorkerDied
from studio.ui.engines import Engine, Engines
from studio.ui.jobs import Jobs
from tests.conftest import write_noise


@pytest.fixture
def engines(qtbot: QtBot) -> Iterator[Engines]:
    made = Engines()
    yield made
    made.shutdown()


class Ends:
    """Collects what a job says."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.failed: list[StudioError] = []
        self.cancelled = 0
        self.threads: set[int] = set()

    def take(self) -> dict[str, Any]:
        def note(store: list[Any]) -> Any:
            def call(value: Any) -> None:
                self.threads.add(threading.get_ident())
                store.append(value)

            return call

        def cancelled() -> None:
            self.cancelled += 1

        return {"done": note(self.done), "failed": note(self.failed), "cancelled": cancelled}

    @property
    def count(self) -> int:
        return len(self.done) + len(self.failed) + self.cancelled


def preview(engine: Engine, picture: Path, ends: Ends, seeds: int = 2, **more: Any) -> Any:
    input_json = InputSpec(width=16, height=12).model_dump()
    policy: dict[str, Any] = {}
    return engine.submit(
        lambda job: PreviewPolicy(job, (str(picture),), policy, input_json, (tuple(range(seeds)),)),
        **{**ends.take(), **more},
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a picture.png"
    write_noise(path, (200, 80, 60), 1)
    return path


def test_a_result_comes_in_the_windows_thread(
    qtbot: QtBot, engines: Engines, picture: Path
) -> None:
    ends = Ends()
    begin = time.monotonic()
    job = preview(engines.previewer, picture, ends)
    assert time.monotonic() - begin < 0.05, "submit blocked"
    assert job.is_running and engines.previewer.is_busy
    qtbot.waitUntil(lambda: ends.count == 1, timeout=30_000)
    assert not ends.failed, ends.failed
    assert ends.done[0].shape == (1, 2, 12, 16, 3)
    assert ends.threads == {threading.get_ident()}
    assert not job.is_running and not engines.previewer.is_busy


def test_a_failure_has_a_sentence(qtbot: QtBot, engines: Engines, tmp_path: Path) -> None:
    ends = Ends()
    engines.inspector.submit(lambda job: Predict(job, str(tmp_path / "no run"), ()), **ends.take())
    qtbot.waitUntil(lambda: ends.count == 1, timeout=60_000)
    assert "no run" in ends.failed[0].message
    assert ends.failed[0].hint


def test_a_later_job_of_the_same_key_silences_the_earlier(
    qtbot: QtBot, engines: Engines, picture: Path
) -> None:
    first, second = Ends(), Ends()
    preview(engines.previewer, picture, first, replaces="grid")
    preview(engines.previewer, picture, second, seeds=3, replaces="grid")
    qtbot.waitUntil(lambda: second.count == 1, timeout=30_000)
    assert second.done[0].shape[1] == 3
    assert first.count == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_worker_fails_its_jobs_within_two_seconds_and_the_next_start_works(
    qtbot: QtBot, engines: Engines, picture: Path
) -> None:
    engine = engines.previewer
    with qtbot.waitSignal(engine.ready, timeout=30_000):
        engine.warm_up()
    deaths: list[WorkerDied] = []
    engine.died.connect(deaths.append)
    ends = Ends()
    preview(engine, picture, ends, seeds=5000)
    begin = time.monotonic()
    os.kill(engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: ends.count == 1, timeout=5_000)
    assert time.monotonic() - begin < 2
    assert isinstance(ends.failed[0], WorkerError)
    assert "signal 9" in ends.failed[0].message
    assert deaths and not engine.is_busy
    again = Ends()
    preview(engine, picture, again)
    qtbot.waitUntil(lambda: again.count == 1, timeout=30_000)
    assert again.done


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGSTOP")
def test_a_job_that_does_not_stop_is_ended_and_those_behind_it_begin_again(
    qtbot: QtBot, engines: Engines, picture: Path
) -> None:
    engine = engines.previewer
    with qtbot.waitSignal(engine.ready, timeout=30_000):
        engine.warm_up()
    started: list[bool] = []
    stuck, behind = Ends(), Ends()
    job = preview(
        engine, picture, stuck, seeds=200_000, grace=0.5, started=lambda: started.append(True)
    )
    preview(engine, picture, behind)
    qtbot.waitUntil(lambda: bool(started), timeout=10_000)
    old = engine.pid
    os.kill(old, signal.SIGSTOP)
    job.cancel()
    qtbot.waitUntil(lambda: stuck.count == 1, timeout=10_000)
    assert stuck.cancelled == 1
    qtbot.waitUntil(lambda: behind.count == 1, timeout=30_000)
    assert behind.done and engine.pid != old


def test_a_cancelled_job_says_so_once(qtbot: QtBot, engines: Engines, picture: Path) -> None:
    ends = Ends()
    job = preview(engines.previewer, picture, ends, seeds=200_000)
    job.cancel()
    job.cancel()
    qtbot.waitUntil(lambda: ends.count >= 1, timeout=30_000)
    qtbot.wait(50)
    assert ends.cancelled == 1 and ends.count == 1


def test_an_owner_that_is_gone_is_not_called(qtbot: QtBot, engines: Engines, picture: Path) -> None:
    owner, ends, other = QObject(), Ends(), Ends()
    preview(engines.previewer, picture, ends, owner=owner)
    preview(engines.previewer, picture, other)
    import shiboken6

    shiboken6.delete(owner)
    qtbot.waitUntil(lambda: other.count == 1, timeout=30_000)
    assert ends.count == 0


def test_shutdown_is_quick_also_in_the_middle_of_work(qtbot: QtBot, picture: Path) -> None:
    engines, ends = Engines(), Ends()
    engines.warm_up()
    preview(engines.previewer, picture, ends, seeds=200_000)
    engines.inspector.submit(lambda job: DescribeDevice(job), **ends.take())
    qtbot.wait(600)
    begin = time.monotonic()
    engines.shutdown(0.5)
    assert time.monotonic() - begin < 3
    assert ends.count == 0
    with pytest.raises(WorkerError):
        engines.trainer.submit(lambda job: DescribeDevice(job))


# --- jobs of the window ---------------------------------------------------------------------------


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shutdown()


def test_a_job_runs_in_its_own_thread_and_ends_in_the_windows(qtbot: QtBot, jobs: Jobs) -> None:
    ends = Ends()

    def work(progress: Progress, control: Control) -> int:
        progress(1, 2, "half")
        return threading.get_ident()

    told: list[tuple[Any, ...]] = []
    jobs.start("Counting", work, progress=lambda *a: told.append(a), **ends.take())
    qtbot.waitUntil(lambda: ends.count == 1, timeout=5_000)
    assert ends.done[0] != threading.get_ident()
    assert ends.threads == {threading.get_ident()}
    assert told == [(1, 2, "half")]
    assert not jobs.running


def test_a_job_can_be_cancelled(qtbot: QtBot, jobs: Jobs) -> None:
    ends = Ends()

    def work(progress: Progress, control: Control) -> None:
        while True:
            control.checkpoint()
            time.sleep(0.005)

    shown: list[Any] = []
    jobs.job_shown.connect(shown.append)
    job = jobs.start("Waiting", work, **ends.take())
    qtbot.waitUntil(lambda: shown == [job], timeout=5_000)
    job.cancel()
    qtbot.waitUntil(lambda: ends.count == 1, timeout=5_000)
    assert ends.cancelled == 1


def test_a_jobs_errors_become_sentences(qtbot: QtBot, jobs: Jobs) -> None:
    ends = Ends()

    def broken(progress: Progress, control: Control) -> None:
        raise KeyError("x")

    def refused(progress: Progress, control: Control) -> None:
        raise DatasetError("There is nothing here.", "Choose another folder.")

    jobs.start("Breaking", broken, **ends.take())
    jobs.start("Opening", refused, **ends.take())
    qtbot.waitUntil(lambda: ends.count == 2, timeout=5_000)
    messages = {e.message for e in ends.failed}
    assert "There is nothing here." in messages
    assert any("KeyError" in m for m in messages)
    assert all("Traceback" not in m for m in messages)


def test_a_quick_job_is_never_shown(qtbot: QtBot, jobs: Jobs) -> None:
    shown: list[Any] = []
    jobs.job_shown.connect(shown.append)
    ends = Ends()
    jobs.start("Blinking", lambda progress, control: None, **ends.take())
    qtbot.wait(450)
    assert ends.done == [None] and not shown


def test_jobs_end_with_the_window(qtbot: QtBot) -> None:
    jobs, ends = Jobs(), Ends()

    def work(progress: Progress, control: Control) -> None:
        while True:
            control.checkpoint()
            time.sleep(0.005)

    for _ in range(3):
        jobs.start("Waiting", work, **ends.take())
    assert jobs.shutdown(2)
