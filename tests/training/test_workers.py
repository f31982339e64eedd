"""A training whose pictures are prepared by other processes, and what happens to these."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np
import psutil
import pytest

from studio.core.control import Control
from studio.core.events import BatchEnded, TrainingEvent, TrainingStarted
from studio.core.history import load_history, to_line
from studio.core.runs import RunFolder
from studio.core.settings import SettingsStore
from studio.training.trainer import train
from tests.training.helpers import Listener, make_run, samples_of, weights_of, write_pictures
from tests.training.refusing import known

SMALL = {"kind": "small_cnn", "blocks": 2, "filters": 4}
POLICY = {"steps": [{"kind": "mirror"}, {"kind": "rotate"}, {"kind": "brightness"}]}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "pictures")


def workers() -> list[int]:
    """The processes of this one that prepare pictures, the first one first."""
    children = psutil.Process().children()
    return sorted(p.pid for p in children if "spawn_main" in " ".join(p.cmdline()))


def check_same(one: RunFolder, two: RunFolder) -> None:
    for left, right in zip(weights_of(one), weights_of(two), strict=True):
        np.testing.assert_array_equal(left, right)
    assert one.history().epochs["loss"] == two.history().epochs["loss"]
    assert one.record.metrics == two.record.metrics


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is a signal of POSIX systems")
def test_a_worker_killed_in_the_middle_changes_no_weight(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    model = {"kind": "small_cnn", "blocks": 2, "filters": 8, "dropout": 0.3}

    def new(name: str) -> RunFolder:
        return make_run(tmp_path / name, samples, model, POLICY, epochs=3, batch_size=4)

    cache, killed = tmp_path / "cache", []
    undisturbed, disturbed = new("undisturbed"), new("disturbed")
    train(undisturbed, Listener(), cache_folder=cache, processes=False)

    def kill_one(event: TrainingEvent) -> None:
        if isinstance(event, BatchEnded) and len(killed) < event.epoch < 3:
            killed.append(workers()[0])
            os.kill(killed[-1], signal.SIGKILL)

    listener = Listener(kill_one)
    assert train(disturbed, listener, cache_folder=cache, processes=True).state == "finished"
    assert len(set(killed)) == 2 and not workers()
    assert not listener.problems
    check_same(undisturbed, disturbed)
    check_shares(disturbed, listener)


def check_shares(run: RunFolder, listener: Listener) -> None:
    """The share of waiting is told and kept; older runs, which have none, can be read."""
    shares = [e.waited_share for e in listener.epochs]
    assert all(share is not None and 0.0 <= share <= 1.0 for share in shares)
    assert run.history().epochs["waited_share"] == shares
    old = [json.loads(to_line(event)) for event in listener.epochs]
    for row in old:
        del row["waited_share"]
    file = run.path / "old.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in old))
    assert load_history(file).epochs["waited_share"] == [None] * len(old)


def test_a_step_that_fails_on_a_picture_is_left_out_counted_and_named(
    pictures: Path, tmp_path: Path
) -> None:
    """By threads and by processes alike, in the same order."""
    samples, mirror, told = samples_of(pictures), {"kind": "mirror"}, {}

    def new(name: str, *steps: dict[str, str]) -> RunFolder:
        policy = {"steps": [*steps, mirror]}
        return make_run(tmp_path / name, samples, SMALL, policy, epochs=2, batch_size=8)

    plain = new("plain")
    train(plain, Listener(), cache_folder=tmp_path / "cache")
    with known():
        for processes in (False, True):
            run, listener = new(str(processes), {"kind": "refusing"}), Listener()
            train(run, listener, cache_folder=tmp_path / "cache", processes=processes)
            check_same(run, plain)
            told[processes] = [(p.kind, p.path, p.message) for p in listener.problems]
            kept = [json.loads(line) for line in run.problems_file.read_text().splitlines()]
            assert [(r["kind"], r["path"], r["message"]) for r in kept] == told[processes]
    assert told[True] and told[True] == told[False]
    epochs: dict[str, list[str]] = {"epoch 1": [], "epoch 2": []}
    for kind, path, message in told[True]:
        assert kind == "augmentation" and (pictures / path).is_file()
        assert "“Refusing” failed and was left out" in message and "too dark" in message
        epochs[next(epoch for epoch in epochs if epoch in message)].append(path)
    first, second = epochs.values()
    assert sorted(first) == sorted(second) and len(set(first)) == len(first)


def test_cancelled_training_leaves_no_process(pictures: Path, tmp_path: Path) -> None:
    control = Control()
    seen: list[int] = []

    def stop(event: TrainingEvent) -> None:
        if isinstance(event, BatchEnded):
            seen.extend(workers())
            control.cancel()

    run = make_run(tmp_path / "run", samples_of(pictures), SMALL, POLICY, epochs=50)
    listener = Listener(stop)
    assert train(run, listener, control, processes=True).state == "stopped"
    assert len(listener.batches) == 1 and seen
    assert not workers()


def test_a_picture_that_vanishes_is_told_and_has_no_label(pictures: Path, tmp_path: Path) -> None:
    """Nothing is kept, so each picture is read from its file in every epoch."""
    SettingsStore().change(picture_memory_percent=0, picture_disk_gb=0)
    gone = pictures / "red" / "3.png"

    def remove(event: TrainingEvent) -> None:
        if isinstance(event, TrainingStarted):
            gone.unlink()

    run = make_run(tmp_path / "run", samples_of(pictures, validation=0), SMALL, POLICY, epochs=2)
    listener = Listener(remove)
    assert train(run, listener, processes=True).state == "finished"
    assert [(p.kind, p.path) for p in listener.problems] == [("missing-file", "red/3.png")]
