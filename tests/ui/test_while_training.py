"""What a person does while a network trains: classify with another one, stop, close the window."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.project import Project
from studio.training.recipe import Recipe
from studio.ui.widgets.dialogs import MessageDialog
from tests.ui.trained import trained_world

pytestmark = pytest.mark.timeout(240)
PATIENCE_MS = 90_000


@pytest.fixture
def world(qapp: QApplication, tmp_path: Path) -> Iterator[World]:
    """A window with one trained run, in which a second, endless one trains."""
    with trained_world(tmp_path) as world:
        world.window.activateWindow()
        yield world


def start_endless(world: World, qtbot: QtBot) -> None:
    world.session.set_recipe(Recipe(epochs=10_000, batch_size=4))
    world.window.show_pane("train")
    world.training.start()
    qtbot.waitUntil(
        lambda: (
            world.training.history is not None and len(world.training.history.epochs["epoch"]) > 0
        ),
        timeout=PATIENCE_MS,
    )


def press_in_dialog(words: str, pressed: list[str]) -> None:
    """Press a button of the question that will be on the screen in a moment."""

    def press() -> None:
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, MessageDialog) and dialog.isVisible():
                for button in dialog.findChildren(QAbstractButton):
                    if button.text() == words:
                        pressed.append(words)
                        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                        return
        QTimer.singleShot(50, press)

    QTimer.singleShot(50, press)


def test_classify_stop_and_close_while_another_network_trains(
    world: World, qtbot: QtBot, tmp_path: Path
) -> None:
    session, training = world.session, world.training
    first = session.runs[0]
    start_endless(world, qtbot)

    # The first run answers in the inspector's process while the second one learns.
    session.set_run_in_view(first)
    pane = world.window.show_pane("classify")
    pictures = sorted((tmp_path / "colours").rglob("*.png"))[:6]
    before = len(training.history.batches["step"])  # type: ignore[union-attr]
    pane.add_paths([str(p) for p in pictures])  # type: ignore[attr-defined]
    items = pane.view.list.batch.items  # type: ignore[attr-defined]
    qtbot.waitUntil(
        lambda: len(items()) == 6 and all(i.prediction is not None for i in items()),
        timeout=PATIENCE_MS,
    )
    assert training.is_running
    assert all(i.best[0] == Path(i.path).parent.name for i in items())
    qtbot.waitUntil(
        lambda: len(training.history.batches["step"]) > before,  # type: ignore[union-attr]
        timeout=PATIENCE_MS,
    )

    # Closing asks; staying changes nothing.
    pressed: list[str] = []
    press_in_dialog("Keep training", pressed)
    world.window.close()
    assert pressed and world.window.isVisible() and training.is_running

    # Stopping takes effect within a second, and closes the window.
    press_in_dialog("Stop and close", pressed)
    world.window.close()
    asked = time.monotonic()
    qtbot.waitUntil(lambda: not training.is_running, timeout=20_000)
    took = time.monotonic() - asked
    qtbot.waitUntil(lambda: not world.window.isVisible(), timeout=5000)
    second = session.runs[1]
    assert second.record.state == "stopped" and second.record.epochs_done >= 1
    assert took < 5, took  # a second on a free machine; the benchmark tells

    # Nothing is lost: the run is there again, can be used, and can go on.
    world.close()
    again = build_world()
    try:
        again.session.open_project(Project.open(tmp_path / "project"))
        run = again.session.runs[1]
        assert run.best_weights.is_file() and again.training.can_go_on(run)
        history = run.history()
        steps = history.batches["step"]
        assert steps == sorted(steps) and history.best_epoch >= 1
        again.window.show()
        again.training.go_on(run)
        qtbot.waitUntil(
            lambda: (
                again.training.history is not None
                and len(again.training.history.epochs["epoch"]) > len(history.epochs["epoch"])
            ),
            timeout=PATIENCE_MS,
        )
        again.training.stop()
        qtbot.waitUntil(lambda: not again.training.is_running, timeout=20_000)
    finally:
        again.close()
