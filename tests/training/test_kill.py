"""A training that is killed outright loses at most what came after its last checkpoint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from studio.core.runs import RunFolder
from studio.training.checkpoint import read_position
from studio.training.trainer import train
from tests.training.helpers import Listener, make_run, samples_of, weights_of, write_pictures

PROGRAM = """
import sys, time
from pathlib import Path
from studio.core.runs import RunFolder
from studio.core.events import EpochEnded
from studio.training.trainer import train
def slow(event):
    if isinstance(event, EpochEnded):
        print("epoch", event.epoch, flush=True)
    elif type(event).__name__ == "BatchEnded":
        time.sleep(0.2)
train(RunFolder.open(Path(sys.argv[1])), slow, cache_folder=Path(sys.argv[2]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is a signal of POSIX systems")
def test_killed_and_resumed_ends_as_the_whole_one(tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pictures")
    samples = samples_of(pictures)
    whole = make_run(tmp_path / "whole", samples, epochs=5, batch_size=4)
    killed = make_run(tmp_path / "killed", samples, epochs=5, batch_size=4)
    cache = tmp_path / "cache"
    train(whole, Listener(), cache_folder=cache)

    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(killed.path), str(cache)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "epoch 2":
            break
    time.sleep(0.3)  # into the next epoch
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()

    run = RunFolder.open(killed.path)
    assert run.record.state == "running", "nobody was left to write anything else"
    position = read_position(run)
    assert position is not None and position.epoch in (1, 2, 3)
    assert run.best_weights.is_file()
    listener = Listener()
    assert train(run, listener, resume=True, cache_folder=cache).state == "finished"
    assert [e.epoch for e in listener.epochs] == list(range(position.epoch + 1, 6))
    for left, right in zip(weights_of(whole), weights_of(run), strict=True):
        np.testing.assert_array_equal(left, right)
    assert run.history().epochs["loss"] == whole.history().epochs["loss"]
    assert run.history().epochs["is_best"] == whole.history().epochs["is_best"]
