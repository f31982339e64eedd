"""The Train pane with a real worker that trains on a tiny data set."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.core.input import InputSpec
from studio.core.settings import SettingsStore
from studio.data.index import open_dataset
from studio.models.registry import parse_architecture
from studio.training.recipe import Recipe
from studio.ui.engines import Engines
from studio.ui.jobs import Jobs
from studio.ui.panes.train.pane import TrainPane
from studio.ui.session import Session
from studio.ui.theme import Theme, theme_of
from studio.ui.training import TrainingController, controller_of
from tests.conftest import write_noise

LONG = 120_000
COLOURS = {"blue": (60, 80, 190), "green": (60, 170, 80), "red": (190, 70, 60)}


@dataclass
class World:
    session: Session
    training: TrainingController
    pane: TrainPane


@pytest.fixture(scope="module")
def engines(qapp: QApplication) -> Iterator[Engines]:
    """One trainer for all tests here: loading TensorFlow takes seconds."""
    made = Engines()
    ready: list[bool] = []
    made.trainer.ready.connect(lambda: ready.append(True))
    made.trainer.warm_up()
    deadline = time.monotonic() + 60
    while not ready and time.monotonic() < deadline:
        qapp.processEvents()
        time.sleep(0.01)
    yield made
    made.shutdown()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number, (name, colour) in enumerate(COLOURS.items()):
        for index in range(20):
            write_noise(folder / name / f"{index}.png", colour, 100 * number + index, 20)
    return folder


def make_world(qtbot: QtBot, engines: Engines) -> World:
    jobs = Jobs()
    session = Session(SettingsStore(), engines, jobs)
    pane = TrainPane(session)
    qtbot.addWidget(pane)
    pane.resize(1280, 716)
    pane.show()
    qtbot.waitExposed(pane)
    return World(session, controller_of(session), pane)


@pytest.fixture
def world(qtbot: QtBot, engines: Engines) -> Iterator[World]:
    made = make_world(qtbot, engines)
    yield made
    end(made)


def end(world: World) -> None:
    world.training.stop_now()
    world.pane.close()
    world.session.jobs.shutdown()
    world.session.close()


def open_pictures(world: World, folder: Path, epochs: int = 2, batch_size: int = 8) -> None:
    session = world.session
    session.new_project()
    session.set_dataset(open_dataset(folder))
    small = parse_architecture({"kind": "small_cnn", "filters": 4})
    session.set_model(small, InputSpec(width=16, height=16))
    session.apply_spec("recipe", Recipe(epochs=epochs, batch_size=batch_size))


def click(qtbot: QtBot, widget: QWidget) -> None:
    assert widget.isVisible() and widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def press_start(qtbot: QtBot, world: World) -> None:
    """Press Start, and wait until the run is written and trains."""
    click(qtbot, world.pane.recipe.start)
    qtbot.waitUntil(lambda: world.training.is_running, timeout=10_000)


def until_ended(qtbot: QtBot, world: World) -> None:
    qtbot.waitUntil(lambda: not world.training.is_running, timeout=LONG)


def until_epoch(qtbot: QtBot, world: World, epoch: int) -> None:
    def reached() -> bool:
        progress = world.training.progress
        return progress is not None and progress.epochs_done >= epoch

    qtbot.waitUntil(reached, timeout=LONG)


def test_without_pictures_it_says_what_to_do(qtbot: QtBot, world: World) -> None:
    asked: list[str] = []
    world.session.pane_requested.connect(asked.append)
    pane = world.pane
    assert pane.pages.currentWidget() is pane.empty
    assert "No pictures" in pane.empty.heading.text()
    assert not pane.recipe.start.isEnabled()
    assert "Data" in pane.recipe.estimate.text()
    click(qtbot, pane.empty.action_button)
    assert asked == ["data"]


def test_the_recipe_is_edited_by_keys_and_can_be_undone(
    qtbot: QtBot, world: World, pictures: Path
) -> None:
    open_pictures(world, pictures)
    recipe = world.pane.recipe
    field = recipe.form("epochs").field("epochs")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "37")
    assert world.session.recipe.epochs == 37
    world.session.undo_stack.undo()
    assert world.session.recipe.epochs == 2
    assert recipe.form("epochs").spec() == world.session.recipe
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "0")
    assert not recipe.start.isEnabled()
    qtbot.keyClicks(field, "8")
    assert recipe.start.isEnabled()


def test_a_training_from_start_to_end(qtbot: QtBot, world: World, pictures: Path) -> None:
    open_pictures(world, pictures, epochs=3)
    pane, training = world.pane, world.training
    press_start(qtbot, world)
    assert training.is_running
    assert pane.recipe.lock.isVisible() and not pane.recipe.editor.isVisible()
    state = training.strip_state()
    assert state is not None and state.name.startswith("Run 1 · Small CNN")
    until_epoch(qtbot, world, 1)
    state = training.strip_state()
    assert state is not None and state.epoch.startswith("Epoch") and state.can_pause
    until_ended(qtbot, world)
    outcome = training.outcome()
    assert outcome is not None and outcome.kind == "finished", outcome
    assert "validation accuracy" in outcome.rest
    qtbot.waitUntil(lambda: "0 accuracy" in pane.centre.curves.accuracy.shown(), timeout=5_000)
    qtbot.waitUntil(lambda: len(pane.centre.curves.accuracy.data("0 accuracy")[0]) == 3)
    assert {"0 batches", "0 training", "0 validation"} <= set(pane.centre.curves.loss.shown())
    assert pane.centre.stats.accuracy.value.text().endswith("%")
    assert pane.recipe.editor.isVisible()
    qtbot.waitUntil(lambda: "About" in pane.recipe.estimate.text(), timeout=5_000)
    record = world.session.runs[-1].record
    assert record.state == "finished" and record.epochs_done == 3
    rows = pane.centre.csv().splitlines()
    assert len(rows) == 4 and rows[1].startswith("Run 1,1,")
    assert pane.centre.png().startswith(b"\x89PNG")


def test_prepare_the_next_run_while_one_trains(qtbot: QtBot, world: World, pictures: Path) -> None:
    open_pictures(world, pictures, epochs=500)
    recipe = world.pane.recipe
    press_start(qtbot, world)
    click(qtbot, recipe.prepare)
    assert recipe.editor.isVisible() and not recipe.start.isVisible()
    click(qtbot, recipe.prepare)
    assert not recipe.editor.isVisible()
    world.training.stop()
    until_ended(qtbot, world)


def test_pause_stop_and_go_on(qtbot: QtBot, world: World, pictures: Path) -> None:
    open_pictures(world, pictures, epochs=40, batch_size=4)
    training, pane = world.training, world.pane
    press_start(qtbot, world)
    until_epoch(qtbot, world, 1)
    training.pause()
    state = training.strip_state()
    assert state is not None and state.paused
    qtbot.wait(400)
    seen = training.progress.batch.step if training.progress and training.progress.batch else 0
    qtbot.wait(400)
    assert training.progress is not None and training.progress.batch is not None
    assert training.progress.batch.step == seen
    training.resume()
    qtbot.waitUntil(lambda: training.progress.batch.step > seen, timeout=20_000)
    called: list[bool] = []
    begin = time.monotonic()
    training.stop_and_wait(lambda: called.append(True))
    qtbot.waitUntil(lambda: bool(called), timeout=20_000)
    assert time.monotonic() - begin < 8
    outcome = training.outcome()
    assert outcome is not None and outcome.kind == "stopped" and not outcome.is_error
    assert "You stopped Run 1 in epoch" in outcome.rest
    run = world.session.runs[-1]
    done = run.record.epochs_done
    assert run.record.state == "stopped" and done >= 1
    qtbot.waitUntil(lambda: pane.centre.banner.isVisible(), timeout=5_000)
    assert "stopped Run 1" in pane.centre.banner.label.text()
    click(qtbot, pane.centre.banner.button)
    assert training.is_running and training.run is run
    until_epoch(qtbot, world, done + 1)
    qtbot.waitUntil(lambda: bool(training.history and training.history.epochs["epoch"]))
    assert training.history is not None
    epochs = training.history.epochs["epoch"]
    assert epochs == list(range(1, len(epochs) + 1)), "the past is there, and nothing twice"
    training.stop()
    until_ended(qtbot, world)


def test_the_crosshair_moves_by_mouse_and_key(qtbot: QtBot, world: World, pictures: Path) -> None:
    open_pictures(world, pictures, epochs=3)
    pane = world.pane
    curves = pane.centre.curves
    press_start(qtbot, world)
    until_ended(qtbot, world)
    qtbot.waitUntil(lambda: curves.heads[1].legend.keys() != (), timeout=5_000)
    chart = curves.loss
    viewport = chart.viewport()
    place = chart.mapFromScene(chart.box.mapViewToScene(chart.box.viewRect().center()))
    x = chart.mapFromScene(chart.box.mapViewToScene(_point(2.1, place, chart))).x()
    qtbot.mouseMove(viewport, QPoint(x - 3, place.y()))
    qtbot.mouseMove(viewport, QPoint(x, place.y()))
    qtbot.waitUntil(lambda: curves.heads[0].note.text() == "at epoch 2", timeout=2_000)
    assert chart.cross.isVisible() and curves.rate.cross.value() == 2
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert curves.heads[0].note.text() == "at epoch 3"
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert not chart.cross.isVisible()
    _zoom(qtbot, world)


def _point(epoch: float, place: QPoint, chart: object) -> object:
    from PySide6.QtCore import QPointF

    return QPointF(epoch, 0.0)


def _zoom(qtbot: QtBot, world: World) -> None:
    """Wheel zooms, Fit shows everything again."""
    curves, centre = world.pane.centre.curves, world.pane.centre
    before = curves.rate.box.viewRange()[0]
    assert not centre.fit.isEnabled()
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent

    spot = QPointF(curves.loss.viewport().rect().center())
    wheel = QWheelEvent(
        spot, curves.loss.viewport().mapToGlobal(spot), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(curves.loss.viewport(), wheel)
    after = curves.rate.box.viewRange()[0]
    assert after[1] - after[0] < before[1] - before[0]
    click(qtbot, centre.fit)
    assert np.allclose(curves.rate.box.viewRange()[0], before)
    click(qtbot, centre.log)
    assert curves.loss.data("0 training")[1].min() > 0


def test_two_runs_are_compared(qtbot: QtBot, world: World, pictures: Path) -> None:
    open_pictures(world, pictures, epochs=1)
    pane, session = world.pane, world.session
    press_start(qtbot, world)
    until_ended(qtbot, world)
    session.set_recipe(session.recipe.changed(learning_rate=0.01))
    press_start(qtbot, world)
    until_ended(qtbot, world)
    qtbot.waitUntil(lambda: len(pane.runs.model.shown()) == 2, timeout=5_000)
    pane.redraw()
    assert pane.runs.compare.isVisible()
    rows = {row[0]: row[1:] for row in pane.runs.table.cells()[1:]}
    assert rows["Learning rate"] == ["0.01", "0.002"]
    qtbot.waitUntil(lambda: "1 accuracy" in pane.centre.curves.accuracy.shown(), timeout=5_000)
    box = pane.runs.list.visualRect(pane.runs.model.index(1)).center()
    box.setX(16)
    qtbot.mouseClick(pane.runs.list.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert len(pane.runs.model.shown()) == 1
    box.setX(120)
    qtbot.mouseClick(pane.runs.list.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert session.run_in_view is session.runs[0]
    assert len(pane.runs.model.shown()) == 2


def test_the_theme_changes_under_it(qtbot: QtBot, world: World) -> None:
    theme: Theme = theme_of(world.pane)
    before = theme.mode
    try:
        for mode in ("dark", "light"):
            theme.set_mode(mode)
            QApplication.processEvents()
            ground = world.pane.centre.curves.loss.backgroundBrush().color().name()
            assert ground == theme.current.surface.lower()
    finally:
        theme.set_mode(before)


def test_a_disk_that_refuses_is_told_and_nothing_runs(
    qtbot: QtBot, world: World, pictures: Path
) -> None:
    open_pictures(world, pictures)
    project = world.session.project
    assert project is not None
    world.session.save()
    project.runs_folder.write_text("a file where the folder should be")
    failures: list[object] = []
    world.session.failed.connect(failures.append)
    click(qtbot, world.pane.recipe.start)
    qtbot.waitUntil(lambda: bool(failures), timeout=10_000)
    assert len(failures) == 1 and not world.training.is_running


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_worker_is_told_at_once_and_the_run_goes_on(qtbot: QtBot, pictures: Path) -> None:
    engines = Engines()
    world = make_world(qtbot, engines)
    try:
        open_pictures(world, pictures, epochs=2000, batch_size=4)
        press_start(qtbot, world)
        until_epoch(qtbot, world, 2)
        begin = time.monotonic()
        os.kill(engines.trainer.pid or 0, signal.SIGKILL)
        until_ended(qtbot, world)
        assert time.monotonic() - begin < 2
        outcome = world.training.outcome()
        assert outcome is not None and outcome.is_error
        assert "signal 9" in outcome.sentence and "Last checkpoint: epoch" in outcome.rest
        assert ("go_on", "Go on") in outcome.actions
        run = world.session.runs[-1]
        assert run.record.state == "failed" and run.record.epochs_done >= 1
        qtbot.waitUntil(lambda: world.pane.centre.banner.isVisible(), timeout=5_000)
        assert "signal 9" in world.pane.centre.banner.label.text()
        # The strip offers to go on; the banner does when the strip's message is gone.
        button = world.pane.centre.banner.button
        assert not button.isVisible()
        world.training.dismiss_outcome()
        qtbot.waitUntil(button.isVisible, timeout=5_000)
        assert button.text() == "Go on"
        button.click()
        until_epoch(qtbot, world, run.record.epochs_done + 1)
        world.training.stop()
        until_ended(qtbot, world)
        assert run.record.state == "stopped"
    finally:
        end(world)
        engines.shutdown()
