"""A training from its folder to its best epoch, and everything that may get in its way."""

from __future__ import annotations

import json
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from studio.core.control import Control
from studio.core.errors import RunError, SpecError, TrainingError
from studio.core.events import BatchEnded, TrainingEnded, TrainingEvent, TrainingStarted
from studio.core.input import InputSpec
from studio.core.runs import RunFolder, SampleList
from studio.training import trainer
from studio.training.checkpoint import read_position
from studio.training.failures import OutOfMemory, explain
from studio.training.model_io import load_model
from studio.training.provenance import default_cache
from studio.training.trainer import train
from tests.training.helpers import (
    Listener,
    StopAt,
    make_run,
    samples_of,
    weights_of,
    write_pictures,
)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "pictures")


def test_a_whole_training_leaves_everything_in_its_folder(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures, test=4), epochs=3, learning_rate=0.01)
    listener = Listener()
    record = train(run, listener, device="a test")
    assert record.state == "finished"
    assert record == RunFolder.open(run.path).record
    assert (record.epochs_done, record.device) == (3, "a test")
    assert record.parameters == load_model(run).count_params()
    assert set(record.versions) >= {"keras", "python", "numpy"}
    started = next(e for e in listener.events if isinstance(e, TrainingStarted))
    assert (started.pictures, started.validation_pictures) == (18, 9)
    assert started.batches_per_epoch == 3
    best = min(listener.epochs, key=lambda e: e.validation_loss or 9)
    assert record.best_epoch == best.epoch
    assert record.metrics["validation_loss"] == best.validation_loss
    assert record.metrics["validation_accuracy"] == best.validation_accuracy
    assert isinstance(listener.events[-1], TrainingEnded)
    assert listener.events[-1].metrics == record.metrics
    evaluation = json.loads(run.evaluation_file.read_text())
    assert evaluation["validation"]["accuracy"] == best.validation_accuracy
    assert evaluation["test"]["n"] == 9
    assert record.metrics["test_accuracy"] == evaluation["test"]["accuracy"]
    history = run.history()
    assert history.epochs["validation_loss"] == [e.validation_loss for e in listener.epochs]
    assert history.batches["loss"] == [e.loss for e in listener.batches]
    assert history.best_epoch == record.best_epoch


def test_the_network_learns(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=8, learning_rate=0.02)
    assert train(run, Listener()).metrics["validation_accuracy"] == 1.0


def test_batches_are_told_at_most_twenty_times_a_second(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=12, batch_size=1)
    times: list[float] = []
    listener = Listener(
        lambda e: times.append(time.monotonic()) if isinstance(e, BatchEnded) else None
    )
    train(run, listener)
    assert min(np.diff(times), default=1.0) > 0.045
    assert all(b.pictures_per_second > 0 for b in listener.batches)


POLICY = {"steps": [{"kind": "brightness"}]}


@pytest.mark.parametrize(
    ("model", "policy", "stops"),
    [
        ({"kind": "small_cnn", "blocks": 2, "filters": 8, "dropout": 0.3}, {}, (3, 4, 5)),
        ({"kind": "small_cnn", "blocks": 2, "filters": 8}, POLICY, (8,)),
    ],
    ids=["small CNN with dropout", "augmented"],
)
def test_stopped_in_the_middle_and_resumed_ends_as_the_whole_one(
    model: dict[str, object],
    policy: dict[str, object],
    stops: tuple[int, ...],
    pictures: Path,
    tmp_path: Path,
) -> None:
    """Stopped within the first epoch, in a validation, within the second; or only there.

    ``stops`` counts looks at the control: at the beginning of an epoch, after each of its four
    batches, and in its validation.
    """
    samples = samples_of(pictures)
    spec = InputSpec(width=32, height=32)
    recipe = {"epochs": 2, "schedule": "cosine", "warmup_epochs": 0.5}

    def new(name: str) -> RunFolder:
        return make_run(tmp_path / name, samples, model, policy, input_spec=spec, **recipe)

    cache = tmp_path / "cache"
    whole, parts = new("whole"), new("parts")
    told = Listener()
    train(whole, told, cache_folder=cache)

    again = Listener()
    for looks in stops:
        control = StopAt(looks)
        record = train(parts, Listener(control.arm), control, resume=True, cache_folder=cache)
        assert record.state == "stopped"
        position = read_position(parts)
        assert position is not None and position.batch > 0
    train(parts, again, resume=True, cache_folder=cache)

    for left, right in zip(weights_of(whole), weights_of(parts), strict=True):
        np.testing.assert_array_equal(left, right)
    for left, right in zip(
        load_model(whole).get_weights(), load_model(parts).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(left, right)
    assert again.epochs
    for one, two in zip(whole.history().events(), parts.history().events(), strict=False):
        if type(one) is type(two) and not isinstance(one, BatchEnded):
            timed = {"seconds": 0.0, "waited_share": None}
            assert replace(one, **timed) == replace(two, **timed)  # type: ignore[type-var]
    steps = parts.history().batches["step"]
    assert steps == sorted(set(steps))
    assert parts.history().epochs["epoch"] == [1, 2]
    assert RunFolder.open(parts.path).record.metrics == RunFolder.open(whole.path).record.metrics


def test_stop_takes_effect_within_a_batch_and_keeps_usable_weights(
    pictures: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=50, batch_size=2)
    control = Control()
    listener = Listener(lambda e: control.cancel() if isinstance(e, BatchEnded) else None)
    record = train(run, listener, control)
    assert len(listener.batches) == 1
    assert (record.state, record.epochs_done) == ("stopped", 0)
    assert listener.events[-1] == TrainingEnded("stopped", 0, 0, {})
    position = read_position(run)
    assert position is not None and position.step == listener.batches[0].step
    load_model(run)


def test_stop_before_the_first_batch(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures))
    control = Control()
    control.cancel()
    assert train(run, Listener(), control).state == "stopped"
    assert train(run, Listener(), resume=True).state == "finished"


def test_pause_waits_between_batches_with_a_checkpoint(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=2)
    control = Control()
    listener = Listener(lambda e: control.pause() if isinstance(e, TrainingStarted) else None)
    thread = threading.Thread(target=train, args=(run, listener, control))
    thread.start()
    deadline = time.monotonic() + 30
    while RunFolder.open(run.path).record.state != "paused" and time.monotonic() < deadline:
        time.sleep(0.02)
    count = len(listener.events)
    time.sleep(0.2)
    assert RunFolder.open(run.path).record.state == "paused"
    assert len(listener.events) == count
    assert read_position(run) is not None
    control.resume()
    thread.join(30)
    assert RunFolder.open(run.path).record.state == "finished"


def test_a_stop_ends_a_pause(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures))
    control = Control()
    control.pause()
    threading.Timer(1.0, control.cancel).start()
    assert train(run, Listener(), control).state == "stopped"


def test_loss_that_is_no_number_ends_with_a_hint_and_keeps_the_checkpoint(
    pictures: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=2)
    train(run, Listener())
    run.update(recipe={**run.record.recipe, "epochs": 4})
    _poison(run)
    before = weights_of(run)
    with pytest.raises(TrainingError, match="no longer a number") as caught:
        train(run, Listener(), resume=True)
    assert "learning rate" in caught.value.hint
    record = RunFolder.open(run.path).record
    assert record.state == "failed"
    assert "no longer a number" in record.reason
    for left, right in zip(weights_of(run), before, strict=True):
        np.testing.assert_array_equal(left, right)
    load_model(run)


def _poison(run: RunFolder) -> None:
    """Weights so large that the next step overflows."""
    file = run.checkpoint_folder / "last.npz"
    with np.load(file) as content:
        arrays = {k: content[k] for k in content.files}
    for key, value in arrays.items():
        if key != "meta" and value.dtype == np.float32 and value.ndim == 2:
            arrays[key] = np.full_like(value, 3e38)
    np.savez(file, **arrays)


@pytest.mark.parametrize("validation", [0, 4])
def test_one_class_is_refused_with_a_sentence(validation: int, tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pictures", names=("blue",))
    run = make_run(tmp_path / "run", samples_of(pictures, validation))
    with pytest.raises(TrainingError, match=r"one class.*“blue”"):
        train(run, Listener())
    assert RunFolder.open(run.path).record.state == "failed"


def test_no_training_pictures(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    run = make_run(tmp_path / "run", replace(samples, split=[1] * len(samples.paths)))
    with pytest.raises(TrainingError, match="no training pictures"):
        train(run, Listener())


def test_without_validation_the_training_loss_decides(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures, validation=0), epochs=2)
    listener = Listener()
    record = train(run, listener)
    assert all(e.validation_loss is None for e in listener.epochs)
    assert record.best_epoch == min(listener.epochs, key=lambda e: e.loss).epoch
    assert set(record.metrics) == {"training_accuracy", "training_loss"}


def test_a_class_with_one_picture_and_a_batch_larger_than_the_data(tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pictures", each=4)
    for file in sorted((pictures / "red").iterdir())[1:]:
        file.unlink()
    run = make_run(tmp_path / "run", samples_of(pictures, validation=0), batch_size=512)
    listener = Listener()
    assert train(run, listener).state == "finished"
    assert listener.epochs[0].step == 1


def test_unreadable_pictures_are_told_and_the_rest_goes_on(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    (pictures / "red" / "3.png").write_bytes(b"no picture")
    (pictures / "blue" / "1.png").write_bytes(b"")
    (pictures / "blue" / "2.png").unlink()
    run = make_run(tmp_path / "run", samples, epochs=1)
    listener = Listener()
    assert train(run, listener).state == "finished"
    told = {(p.kind, p.path) for p in listener.problems}
    assert told == {
        ("unreadable", "red/3.png"),
        ("empty", "blue/1.png"),
        ("missing-file", "blue/2.png"),
    }
    kept = [json.loads(line) for line in run.problems_file.read_text().splitlines()]
    assert {(row["kind"], row["path"]) for row in kept} == told
    started = next(e for e in listener.events if isinstance(e, TrainingStarted))
    assert started.pictures + started.validation_pictures == 36 - 3


def test_a_class_that_is_lost_is_an_error(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    for file in (pictures / "green").iterdir():
        file.write_bytes(b"broken")
    with pytest.raises(TrainingError, match="“green”"):
        train(make_run(tmp_path / "run", samples), Listener())


def test_a_folder_that_is_gone(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures))
    shutil.rmtree(pictures)
    listener = Listener()
    with pytest.raises(TrainingError, match="no longer there"):
        train(run, listener)
    assert len(listener.problems) == 36


def test_a_folder_that_vanishes_during_training_costs_nothing(
    pictures: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures, test=4), epochs=3)

    def vanish(event: TrainingEvent) -> None:
        if isinstance(event, TrainingStarted):
            shutil.rmtree(pictures)

    record = train(run, Listener(vanish))
    assert record.state == "finished"
    assert "test_accuracy" in record.metrics


def test_several_outputs_with_missing_labels(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    parity = [i % 2 if i % 5 else -1 for i in range(len(samples.paths))]
    labels = {"what it is": samples.labels["class"], "parity/é": parity}
    labels["what it is"] = [-1 if i % 7 == 0 else v for i, v in enumerate(labels["what it is"])]
    outputs = {"what it is": ("blue", "green", "red"), "parity/é": ("even", "odd")}
    run = make_run(tmp_path / "run", replace(samples, labels=labels), outputs=outputs)
    listener = Listener()
    record = train(run, listener)
    started = next(e for e in listener.events if isinstance(e, TrainingStarted))
    assert started.pictures + started.validation_pictures == 36 - 2  # 0 and 35 have no label
    accuracies = listener.epochs[-1].accuracies
    assert set(accuracies) == set(outputs)
    assert listener.epochs[-1].validation_accuracy == pytest.approx(sum(accuracies.values()) / 2)
    assert record.state == "finished"


def test_pictures_without_a_label_or_split_are_left_out(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    labels = list(samples.labels["class"])
    labels[1] = -1
    split = list(samples.split)
    split[2] = -1
    run = make_run(
        tmp_path / "run", replace(samples, labels={"class": labels}, split=split), epochs=1
    )
    listener = Listener()
    train(run, listener)
    started = next(e for e in listener.events if isinstance(e, TrainingStarted))
    assert started.pictures == 27 - 2


def test_labels_beyond_the_classes_are_refused(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    labels = {"class": [9, *samples.labels["class"][1:]]}
    with pytest.raises(RunError, match="classes"):
        train(make_run(tmp_path / "run", replace(samples, labels=labels)), Listener())


def test_a_bad_recipe_fails_with_its_sentence(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=0)
    with pytest.raises(SpecError):
        train(run, Listener())
    assert RunFolder.open(run.path).record.state == "failed"


def test_ten_thousand_classes(tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pictures", each=4)
    samples = samples_of(pictures)
    names = tuple(f"class {i}" for i in range(10_000))
    labels = {"class": [i * 800 for i in range(len(samples.paths))]}
    run = make_run(
        tmp_path / "run", replace(samples, labels=labels), outputs={"class": names}, epochs=1
    )
    assert train(run, Listener()).state == "finished"
    confusion = json.loads(run.evaluation_file.read_text())["validation"]["outputs"]["class"]
    assert sum(confusion["confusion"]["counts"]) == confusion["n"] == 3


def test_a_finished_run_can_train_longer(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=1)
    train(run, Listener())
    run.update(recipe={**run.record.recipe, "epochs": 3})
    listener = Listener()
    assert train(run, listener, resume=True).epochs_done == 3
    assert [e.epoch for e in listener.epochs] == [2, 3]


def test_resuming_with_half_the_batch(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=2)
    control = StopAt(3)
    train(run, Listener(control.arm), control)
    run.update(recipe={**run.record.recipe, "batch_size": 4})
    listener = Listener()
    assert train(run, listener, resume=True).state == "finished"
    assert [e.epoch for e in listener.epochs] == [1, 2]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        type("ResourceExhaustedError", (Exception,), {})("OOM when allocating tensor"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        type("XlaRuntimeError", (RuntimeError,), {})("RESOURCE_EXHAUSTED: failed to allocate"),
    ],
)
def test_out_of_memory_names_the_batch_and_the_way_on(error: Exception) -> None:
    told = explain(error, 64)
    assert isinstance(told, OutOfMemory)
    assert "64" in told.message
    assert told.half == 32
    assert "Go on with half" in told.hint and "32" in told.hint
    assert "half" not in explain(error, 1).hint  # type: ignore[attr-defined]


def test_memory_that_runs_out_in_a_step(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real error of the backend: a batch of pictures far larger than this machine."""
    run = make_run(tmp_path / "run", samples_of(pictures))

    class Hungry(trainer.Stepper):
        def step(self, *_: object) -> None:
            keras.ops.convert_to_numpy(keras.ops.zeros((2**20, 2**22), "float32"))

    monkeypatch.setattr(trainer, "Stepper", Hungry)
    with pytest.raises(OutOfMemory, match="batch of 8 pictures"):
        train(run, Listener())
    assert "batch of 8" in RunFolder.open(run.path).record.reason


def test_a_full_disk_is_told_and_the_last_checkpoint_stays(pictures: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples_of(pictures), epochs=3)

    def block(event: TrainingEvent) -> None:
        if isinstance(event, BatchEnded) and event.epoch == 2:
            shutil.move(run.checkpoint_folder, tmp_path / "kept")
            run.checkpoint_folder.write_text("in the way")

    from studio.core.errors import StorageError

    with pytest.raises(StorageError):
        train(run, Listener(block))
    assert RunFolder.open(run.path).record.state == "failed"
    assert (tmp_path / "kept" / "last.npz").is_file()


def test_a_run_in_a_project_uses_its_cache(pictures: Path, tmp_path: Path) -> None:
    from studio.core.project import Project

    project = Project.create(tmp_path / "project")
    run = make_run(project.runs_folder / "run-1", samples_of(pictures))
    assert default_cache(run) == project.cache_folder
    alone = make_run(tmp_path / "alone", samples_of(pictures))
    assert default_cache(alone) == alone.path / "cache"


def test_odd_names_survive(tmp_path: Path) -> None:
    names = ("a b", "emoji 🌻", "line\nbreak")
    pictures = write_pictures(tmp_path / "pictures", each=3, names=names)
    odd = pictures / "a b" / "0.png"
    odd.rename(odd.with_name(b"caf\xe9.png".decode("utf-8", "surrogateescape")))
    run = make_run(tmp_path / "run", samples_of(pictures, validation=0), epochs=1)
    listener = Listener()
    assert train(run, listener).state == "finished"
    assert not listener.problems


def test_samples_may_be_absolute(pictures: Path, tmp_path: Path) -> None:
    samples = samples_of(pictures)
    absolute = SampleList(
        samples.root, [str(pictures / p) for p in samples.paths], samples.labels, samples.split
    )
    run = make_run(
        tmp_path / "run", absolute, outputs={"class": ("blue", "green", "red")}, epochs=1
    )
    assert train(run, Listener()).state == "finished"
