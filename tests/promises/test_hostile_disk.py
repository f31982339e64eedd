"""Full, read-only and vanished places, and ended processes: each says so, and nothing is lost.

The disk is a real file system of a few MB that is filled to its last byte.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import StorageError, TrainingError
from studio.core.events import (
    BatchEnded,
    EpochEnded,
    Preparing,
    TrainingEvent,
)
from studio.core.files import write_json
from studio.core.runs import RunFolder
from studio.engine.planning import plan_run
from studio.training.checkpoint import has_checkpoint, read_position
from studio.training.model_io import load_model
from studio.training.trainer import train
from tests.promises.helpers import (
    SMALL,
    Disk,
    begin,
    call,
    finish,
    is_epoch,
    kill_worker,
    limit_files,
    until,
    write_classes,
)

pytestmark = pytest.mark.timeout(300)  # several starts of TensorFlow

NAMES = ("blue", "red", "green")
SETTINGS = SMALL[1::2]
EPOCHS = 16


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("pictures"), NAMES, 12)


def weights_of(run: RunFolder) -> list[np.ndarray]:
    """Everything that a checkpoint holds: weights, optimiser, seeds, tallies."""
    with np.load(run.checkpoint_folder / "last.npz") as content:
        return [content[name] for name in content.files if name != "meta"]


def same_end(one: RunFolder, other: RunFolder) -> None:
    """Both trainings ended alike, to the bit."""
    for left, right in zip(weights_of(one), weights_of(other), strict=True):
        np.testing.assert_array_equal(left, right)
    assert one.history().epochs["loss"] == other.history().epochs["loss"]
    assert one.history().epochs["is_best"] == other.history().epochs["is_best"]


# --- a training inside this process: a disk that fills up at a chosen moment ----------------------


@pytest.fixture(scope="module")
def whole(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The training that nothing disturbed."""
    run = plan(pictures, tmp_path_factory.mktemp("whole") / "run")
    train(run, lambda event: None)
    return run


def plan(pictures: Path, out: Path) -> RunFolder:
    recipe = {"epochs": 3, "batch_size": 4, "seed": 5}
    return plan_run(pictures, out, recipe=recipe, settings=SETTINGS)


MOMENTS: dict[str, Callable[[TrainingEvent], bool]] = {
    "before the pictures are read": lambda e: isinstance(e, Preparing),
    "before the best weights": lambda e: isinstance(e, BatchEnded) and e.epoch == 2,
    "before the checkpoint": lambda e: isinstance(e, EpochEnded) and e.epoch == 2,
    "before the evaluation": lambda e: isinstance(e, EpochEnded) and e.epoch == 3,
}


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_a_disk_that_fills_up_is_told_and_the_last_good_state_stays(
    moment: str, pictures: Path, whole: RunFolder, disk: Disk, tmp_path: Path
) -> None:
    run = plan(pictures, disk.path / "run")
    filled: list[TrainingEvent] = []

    def listen(event: TrainingEvent) -> None:
        if not filled and MOMENTS[moment](event):
            filled.append(event)
            disk.fill()

    with pytest.raises(StorageError, match="The disk is full: stopped while saving") as caught:
        train(run, listen, cache_folder=tmp_path / "cache")
    assert "what was saved before is still there" in caught.value.hint
    left = RunFolder.open(run.path)
    if has_checkpoint(left):
        position = read_position(left)
        assert position is not None and position.epoch == filled[0].epoch - 1 + (  # type: ignore[union-attr]
            moment == "before the evaluation" and position.epoch == 3
        )
        load_model(left)
    disk.free()
    assert train(left, lambda event: None, resume=True, cache_folder=tmp_path / "cache").state == (
        "finished"
    )
    assert not list(run.path.rglob(".new-*")), "no half file stays"
    same_end(left, whole)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a running process are Linux's")
def test_a_file_that_this_place_does_not_allow(pictures: Path, tmp_path: Path) -> None:
    """For those who may not mount a disk: the system refuses files beyond a size."""
    import resource

    run = plan(pictures, tmp_path / "run")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def listen(event: TrainingEvent) -> None:
        if isinstance(event, BatchEnded) and event.epoch == 2:
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))

    try:
        with pytest.raises(StorageError, match="larger than this place allows"):
            train(run, listen, cache_folder=tmp_path / "cache")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    left = RunFolder.open(run.path)
    position = read_position(left)
    assert position is not None and position.epoch == 1
    load_model(left)
    assert train(left, lambda e: None, resume=True).state == "finished"


def test_a_folder_that_vanishes_while_it_is_read(pictures: Path, tmp_path: Path) -> None:
    """Half of the pictures are never taken for all of them."""
    from PIL import Image

    data = tmp_path / "large"
    (data / "a").mkdir(parents=True)
    noise = np.random.default_rng(1).integers(0, 255, (900, 900, 3), np.uint8)
    Image.fromarray(noise).save(data / "a" / "0.png")
    for number in range(1, 240):
        folder = data / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        os.link(data / "a" / "0.png", folder / f"{number}.png")
    run = plan(data, tmp_path / "run")
    gone = tmp_path / "unplugged"

    def listen(event: TrainingEvent) -> None:
        if isinstance(event, Preparing) and event.done and data.exists():
            assert event.total is not None and event.done < event.total
            data.rename(gone)

    with pytest.raises(TrainingError, match="“large” with the pictures is no longer there"):
        train(run, listen)
    assert gone.exists(), "it was read while it vanished"
    assert RunFolder.open(run.path).record.state == "failed"
    kept = [json.loads(line) for line in run.problems_file.read_text().splitlines()]
    assert {row["kind"] for row in kept} == {"missing-file"} and 0 < len(kept) < 240


# --- the command: everything in one training ------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="signals and limits of a process are Linux's")
def test_a_training_to_which_everything_happens_ends_as_if_nothing_had(
    pictures: Path, tmp_path: Path, disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pictures vanish, the worker is killed, the disk is full: each time a sentence and a
    way on, and at the end the very weights of a training that nothing disturbed."""
    data, out, away = tmp_path / "pictures", disk.path / "run", tmp_path / "away"
    shutil.copytree(pictures, data)
    recipe = ("--epochs", EPOCHS, "--batch-size", 1, "--seed", 5)
    order = ("train", data, "--out", out, *recipe, *SMALL)

    process = begin(*order, "--json")
    until(process, is_epoch(1))
    data.rename(away)
    until(process, is_epoch(3))  # trained on, from the cache
    assert kill_worker(process) < 2
    ended = finish(process)
    assert ended.code == 1
    assert "ended by the system (signal 9)" in ended.sentence
    run = RunFolder.open(out)
    assert run.record.state == "failed" and "signal 9" in run.record.reason
    position = read_position(run)
    assert position is not None and 2 <= position.epoch < EPOCHS
    checkpoint = (out / "checkpoint" / "last.npz").read_bytes()

    with pytest.raises(TrainingError, match="“pictures” with the pictures is no longer there"):
        train(run, lambda event: None, resume=True)
    assert (out / "checkpoint" / "last.npz").read_bytes() == checkpoint
    away.rename(data)

    process = begin(*order, "--resume", "--json")
    until(process, is_epoch(position.epoch + 2))
    disk.fill() if disk.is_mounted else limit_files(process)
    ended = finish(process)
    assert ended.code == 1
    reason = "disk is full" if disk.is_mounted else "file is larger than this place allows"
    assert ended.sentence.startswith(f"The {reason}: stopped while saving")
    now = read_position(RunFolder.open(out))
    assert now is not None and position.epoch < now.epoch < EPOCHS
    answered = call(capsys, "predict", out, data / "red", "--json")
    assert answered.code == 0 and len(json.loads(answered.out)) == 12
    if disk.is_mounted:
        disk.free()

    run = RunFolder.open(out)
    assert train(run, lambda event: None, resume=True).state == "finished"
    assert run.history().epochs["epoch"] == list(range(1, EPOCHS + 1))
    undisturbed = plan_run(
        data, tmp_path / "whole", recipe={"epochs": EPOCHS, "batch_size": 1, "seed": 5},
        settings=SETTINGS,
    )  # fmt: skip
    train(undisturbed, lambda event: None)
    same_end(run, undisturbed)


def test_a_damaged_or_newer_run_is_a_sentence(
    pictures: Path, whole: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole.path, run)
    record = (run / "run.json").read_bytes()
    weights = run / "best.weights.h5"
    picture = pictures / "red" / "0.png"

    (run / "run.json").write_bytes(record[: len(record) // 2])
    ended = call(capsys, "predict", run, picture)
    assert ended.code == 1 and "is damaged: run.json is cut or broken" in ended.sentence
    write_json(run / "run.json", {**json.loads(record), "schema_version": 99})
    ended = call(capsys, "evaluate", run, pictures)
    assert ended.code == 1 and "newer version of the studio" in ended.sentence
    (run / "run.json").write_bytes(record)
    weights.write_bytes(weights.read_bytes()[:1000])
    ended = call(capsys, "predict", run, picture)
    assert ended.code == 1 and "The weights of “run” cannot be used" in ended.sentence
    assert (run / "run.json").read_bytes() == record


def test_a_run_in_a_place_that_cannot_be_written(
    pictures: Path, disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    with disk.read_only():
        ended = call(capsys, "train", pictures, "--out", disk.path / "run", *SMALL)
        assert not list(disk.path.iterdir())
    assert ended.code == 1 and "This place cannot be written to" in ended.sentence
    if not disk.is_mounted:
        return
    disk.fill()
    ended = call(capsys, "train", pictures, "--out", disk.path / "run", *SMALL)
    assert ended.code == 1 and "The disk is full" in ended.sentence
    disk.free()
    assert plan_run(pictures, disk.path / "run").path.is_dir(), "the same name can be used again"
