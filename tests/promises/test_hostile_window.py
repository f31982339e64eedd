"""The window on a project whose place is full or read-only, and how quickly a training stops."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.core.project import PROJECT_FILE, Project
from studio.core.runs import RunFolder
from studio.data.index import open_dataset
from studio.models.registry import parse_architecture
from studio.training.recipe import Recipe
from tests.promises.helpers import Disk, write_classes

pytestmark = pytest.mark.timeout(300)  # several starts of TensorFlow

PATIENCE = 90_000
NETWORK = {"kind": "small_cnn", "blocks": 2, "filters": 4}


@pytest.fixture
def world(qapp: QApplication, qtbot: QtBot, disk: Disk) -> Iterator[World]:
    """A window on a project that lies on a small disk; its pictures lie elsewhere."""
    made = build_world()
    made.window.show()
    session = made.session
    session.new_project(disk.path / "project", "Colours")
    session.set_dataset(open_dataset(write_classes(disk.path.parent / "data", ("a", "b"), 12)))
    session.set_model(parse_architecture(NETWORK), InputSpec(width=16, height=16))
    session.set_recipe(Recipe(epochs=5000, batch_size=2))
    session.save()
    yield made
    made.close()
    QTest.qWait(100)


@pytest.fixture
def failures(world: World) -> list[StudioError]:
    found: list[StudioError] = []
    world.session.failed.connect(found.append)
    return found


def saved(world: World) -> Project:
    assert world.session.project is not None
    return Project.open(world.session.project.path)


def test_a_full_disk_while_the_project_is_saved(
    world: World, failures: list[StudioError], disk: Disk, qtbot: QtBot
) -> None:
    project = world.session.project
    assert project is not None
    before = (project.path / PROJECT_FILE).read_bytes()
    disk.fill()
    world.session.set_recipe(Recipe(epochs=77))
    world.session.save_quietly()
    assert failures[0].message == "The disk is full: stopped while saving the project."
    assert world.session.is_dirty and (project.path / PROJECT_FILE).read_bytes() == before
    world.training.start()
    qtbot.waitUntil(lambda: len(failures) > 1, timeout=20_000)
    assert failures[1].message.startswith("The disk is full")
    assert world.session.runs == [] and not world.training.is_running
    disk.free()
    world.session.save_quietly()
    assert not world.session.is_dirty
    assert saved(world).section("recipe")["epochs"] == 77


def test_a_full_disk_does_not_keep_the_project_from_another_place(
    world: World, failures: list[StudioError], disk: Disk, tmp_path: Path
) -> None:
    disk.fill()
    world.session.set_recipe(Recipe(epochs=78))
    world.session.save_as(tmp_path / "elsewhere")
    assert failures == [] and not world.session.is_dirty
    assert saved(world).path == tmp_path / "elsewhere"
    assert saved(world).section("recipe")["epochs"] == 78


def test_a_read_only_project_is_opened_and_can_be_saved_elsewhere(
    world: World, failures: list[StudioError], disk: Disk, tmp_path: Path, qtbot: QtBot
) -> None:
    session = world.session
    run = session.prepare_run()
    here = session.project
    assert here is not None
    session.save()
    with disk.read_only():
        session.open_requested.emit(here.path)
        qtbot.waitUntil(lambda: session.dataset is not None, timeout=20_000)
        assert [r.record.id for r in session.runs] == [run.record.id]
        session.set_recipe(Recipe(epochs=79))
        session.save_quietly()
        assert failures[0].message.startswith("This place cannot be written to")
        assert "Save as" in failures[0].hint and session.is_dirty
        world.training.start()
        qtbot.waitUntil(lambda: len(failures) > 1, timeout=20_000)
        assert not world.training.is_running and len(session.runs) == 1
        session.save_as(tmp_path / "mine")
        assert not session.is_dirty
    again = saved(world)
    assert again.path == tmp_path / "mine" and again.section("recipe")["epochs"] == 79
    assert RunFolder.open(again.runs_folder / run.record.id).record == run.record
    assert Project.open(here.path).section("recipe")["epochs"] == 5000, "as it was"


def test_a_full_disk_during_training_and_a_quick_stop(
    world: World, failures: list[StudioError], disk: Disk, qtbot: QtBot
) -> None:
    training, session = world.training, world.session

    def reached(epoch: int) -> Callable[[], bool]:
        return lambda: training.progress is not None and training.progress.epochs_done >= epoch

    training.start()
    qtbot.waitUntil(reached(2), timeout=PATIENCE)
    run = session.runs[0]
    disk.fill()
    qtbot.waitUntil(lambda: not training.is_running, timeout=PATIENCE)
    outcome = training.outcome()
    assert outcome is not None and outcome.is_error
    assert outcome.sentence.startswith(f"{run.title} stopped. The disk is full")
    assert ("go_on", "Go on") in outcome.actions and training.can_go_on(run)
    assert run.record.state == "failed" and "The disk is full" in run.record.reason
    done = run.record.epochs_done
    assert done >= 1

    disk.free()
    training.choose("go_on")
    qtbot.waitUntil(reached(done + 1), timeout=PATIENCE)
    assert seconds_to_stop(world, qtbot) < 1
    assert run.record.state == "stopped" and run.record.epochs_done > done
    epochs = run.history().epochs["epoch"]
    assert epochs == list(range(1, run.record.epochs_done + 1))
    session.save()
    assert saved(world).path == disk.path / "project"


def seconds_to_stop(world: World, qtbot: QtBot) -> float:
    """From the request to the end, checkpoint included; the quickest of three trainings."""
    times = []
    for _ in range(3):
        begun = time.monotonic()
        world.training.stop()
        qtbot.waitUntil(lambda: not world.training.is_running, timeout=PATIENCE)
        times.append(time.monotonic() - begun)
        if times[-1] < 1:
            break
        steps = world.session.runs[0].history().batches["step"][-1]
        world.training.go_on(world.session.runs[0])
        qtbot.waitUntil(
            lambda last=steps: bool(  # type: ignore[misc]
                world.training.progress and world.training.progress.batch
                and world.training.progress.batch.step > last
            ), timeout=PATIENCE,
        )  # fmt: skip
    return min(times)
