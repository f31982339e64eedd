"""A training ends with the same weights wherever its pictures are kept."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from studio.core.events import ProblemFound, TrainingEvent, TrainingStarted
from studio.core.keeping import kept_of
from studio.core.runs import RunFolder
from studio.core.settings import SettingsStore
from studio.training.trainer import train
from tests.training.helpers import Listener, make_run, samples_of, write_pictures


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("pictures"))


def weights(run: RunFolder) -> list[np.ndarray]:
    found: list[np.ndarray] = []
    with h5py.File(run.best_weights) as file:
        file.visititems(lambda _, item: found.append(item[()]) if hasattr(item, "dtype") else None)
    return found


def test_kept_nowhere_or_everywhere_the_weights_are_the_same(
    pictures: Path, tmp_path: Path
) -> None:
    runs = []
    for percent, disk in ((25, 20), (0, 0)):
        SettingsStore().change(picture_memory_percent=percent, picture_disk_gb=disk)
        run = make_run(tmp_path / f"run-{percent}", samples_of(pictures, test=5))
        listener = Listener()
        train(run, listener)
        runs.append(run)
        kept = kept_of(RunFolder.open(run.path).record.kept)
        assert kept is not None and kept.pictures == 36
        assert kept.decoded == (0 if percent else 36)
        assert kept.in_memory == kept.on_disk == (36 if percent else 0)
        started = [e for e in listener.events if isinstance(e, TrainingStarted)]
        assert started[0].kept == kept
        assert bool(list((run.path / "cache").glob("*.npy"))) == bool(disk)
    for one, other in zip(weights(runs[0]), weights(runs[1]), strict=True):
        np.testing.assert_array_equal(one, other)
    assert runs[0].evaluation_file.read_text() == runs[1].evaluation_file.read_text()


def test_pictures_without_room_are_checked_before_the_training(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "pictures")
    SettingsStore().change(picture_memory_percent=0, picture_disk_gb=0)
    (folder / "red" / "3.png").write_bytes(b"broken")
    run = make_run(tmp_path / "run", samples_of(folder), epochs=1)
    events: list[TrainingEvent] = []
    train(run, events.append)
    kinds = [type(e) for e in events]
    assert kinds.index(ProblemFound) < kinds.index(TrainingStarted)
    assert len(run.problems_file.read_text().splitlines()) == 1


def test_a_validation_picture_that_goes_meanwhile_is_left_out(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "pictures")
    SettingsStore().change(picture_memory_percent=0, picture_disk_gb=0)
    samples = samples_of(folder)
    gone = folder / samples.paths[samples.indices(1)[2]]

    def act(event: TrainingEvent) -> None:
        if isinstance(event, TrainingStarted):
            gone.unlink()

    run = make_run(tmp_path / "run", samples, epochs=1)
    record = train(run, Listener(act))
    assert record.state == "finished"
    assert f'"n": {len(samples.indices(1)) - 1},' in run.evaluation_file.read_text()
