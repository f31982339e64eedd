"""Top bar, rail, strip and frame."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from studio.ui.shell.frame import Frame
from studio.ui.shell.rail import PANES
from studio.ui.shell.strip import Strip, StripState

# Qt's offscreen platform says so whenever a window has a minimum size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RUNNING = StripState(
    "Run 12 · EfficientNet-B0",
    "Epoch 21 of 40",
    "batch 43 of 104",
    0.51,
    "0.087",
    "612 pictures/s",
    "2 min left",
)


@pytest.fixture
def frame(qtbot: QtBot) -> Frame:
    made = Frame()
    qtbot.addWidget(made)
    for key, words, _ in PANES:
        made.add_page(key, QLabel(words))
    made.rail.pane_requested.connect(made.show_page)
    made.show_page("data")
    made.resize(1280, 800)
    made.show()
    qtbot.waitActive(made).__enter__()
    return made


def test_measures_of_the_frame(frame: Frame) -> None:
    assert frame.top.height() == 44
    assert frame.strip.height() == 40
    assert frame.rail.width() == 84
    assert (frame.minimumWidth(), frame.minimumHeight()) == (960, 600)
    frame.resize(1079, 700)
    assert frame.rail.width() == 52
    frame.resize(1080, 700)
    assert frame.rail.width() == 84


def test_the_rail_changes_pages_by_mouse_and_key(frame: Frame, qtbot: QtBot) -> None:
    with qtbot.waitSignal(frame.page_changed) as caught:
        qtbot.mouseClick(frame.rail.button("train"), Qt.MouseButton.LeftButton)
    assert caught.args == ["train"]
    assert frame.rail.current() == "train"
    assert frame.rail.button("train").isChecked()
    for number, (key, _, _) in enumerate(PANES, 1):
        QTest.keyClick(
            frame, Qt.Key(Qt.Key.Key_0.value + number), Qt.KeyboardModifier.ControlModifier
        )
        assert frame.current_page() == key
    with qtbot.waitSignal(frame.rail.settings_requested):
        frame.rail.button("settings").click()
    assert not frame.rail.button("settings").isChecked()


def test_dots_say_what_they_mean(frame: Frame) -> None:
    frame.rail.set_dot("data", "warning", "3 pictures could not be read.")
    assert frame.rail.button("data").dot() == "warning"
    assert "could not be read" in frame.rail.button("data").toolTip()
    frame.grab()
    frame.rail.set_dot("data", "")
    assert frame.rail.button("data").dot() == ""


def test_top_bar_shows_and_asks(frame: Frame, qtbot: QtBot) -> None:
    top = frame.top
    top.set_project("Seedlings 2026")
    top.set_saved("Saved 2 min ago")
    top.set_run("Run 11 · ResNet-50", 1)
    top.set_device("NVIDIA RTX 3060 · 12 GB", "It computes here.")
    top.set_undo("relabelling")
    assert top.project_button.text() == "Seedlings 2026"
    assert top.saved.isVisible()
    assert "Undo relabelling" in top.undo_button.toolTip()
    assert not top.redo_button.isEnabled()
    for button, signal in (
        (top.undo_button, top.undo_requested),
        (top.device_button, top.device_requested),
        (top.help_button, top.help_requested),
    ):
        with qtbot.waitSignal(signal):
            button.click()
    with qtbot.waitSignal(top.undo_requested):
        QTest.keyClick(frame, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_top_bar_drops_saved_then_the_chip(frame: Frame, qtbot: QtBot) -> None:
    top = frame.top
    top.set_project("A project with quite a long name")
    top.set_saved("Saved 2 min ago")
    top.set_run("Run 11 · MobileNetV3 large, last blocks", 1)
    top.set_device("NVIDIA RTX 3060 · 12 GB", "It computes here.")
    states = []
    for width in (1600, 700, 520):
        top.resize(width, 44)
        states.append((top.saved.isVisible(), bool(top.device_button.text())))
    assert states[0] == (True, True)
    assert states[-1] == (False, False)
    assert (True, False) not in states
    assert top.device_button.accessibleName() == "NVIDIA RTX 3060 · 12 GB"
    top.resize(1600, 44)
    assert top.device_button.text() == "NVIDIA RTX 3060 · 12 GB"


def test_long_names_are_cut_in_the_middle(frame: Frame) -> None:
    frame.top.set_project("x" * 40 + "the end")
    assert frame.top.project_button.text().endswith("end")
    assert "…" in frame.top.project_button.text()
    assert "x" * 40 in frame.top.project_button.toolTip()


@pytest.fixture
def strip(qtbot: QtBot) -> Strip:
    made = Strip()
    qtbot.addWidget(made)
    made.resize(1280, 40)
    made.show()
    return made


def test_strip_faces(strip: Strip, qtbot: QtBot) -> None:
    assert strip.face() == "idle"
    strip.show_running(RUNNING)
    assert strip.face() == "running"
    assert strip.running.words.text() == "Epoch 21 of 40, batch 43 of 104"
    assert strip.running.percent.text() == "51 %"
    with qtbot.waitSignal(strip.pause_requested):
        strip.running.pause.click()
    strip.show_running(StripState("Run 12 · EfficientNet-B0", paused=True, fraction=0.5))
    assert strip.running.pause.text() == "Resume"
    with qtbot.waitSignal(strip.resume_requested):
        strip.running.pause.click()
    with qtbot.waitSignal(strip.stop_requested):
        strip.running.stop.click()
    strip.show_idle("Nothing is running.")
    assert strip.face() == "idle"


def test_strip_drops_parts_but_never_pause_and_stop(strip: Strip) -> None:
    strip.show_running(RUNNING)
    for value in (1.0, 0.5, 0.2):
        strip.append_loss(value)
    seen = []
    for width in range(1400, 420, -20):
        strip.resize(width, 40)
        parts = strip.running
        seen.append(
            (
                parts.speed.isVisible(),
                parts.loss.isVisible(),
                parts.spark.isVisible(),
                "batch" in parts.words.text(),
            )
        )
        assert parts.pause.isVisible()
        assert parts.stop.isVisible()
        assert parts.stop.geometry().right() <= strip.width()
    assert seen[0] == (True, True, True, True)
    assert seen[-1] == (False, False, False, False)
    for speed, loss, spark, batch in seen:
        assert loss or not speed
        assert spark or not loss
        assert batch or not spark


def test_strip_error_offers_the_way_on(strip: Strip, qtbot: QtBot) -> None:
    strip.show_error(
        "Run 12 ran out of memory at batch 64.",
        "Epoch 7 is kept.",
        [("smaller", "Go on with 32"), ("again", "Try again")],
        details=True,
    )
    assert strip.face() == "error"
    assert strip.error.sentence.minimumWidth() >= strip.error.sentence.sizeHint().width()
    assert [b.text() for b in strip.error.ways] == ["Go on with 32", "Try again"]
    with qtbot.waitSignal(strip.action_chosen) as caught:
        strip.error.ways[0].click()
    assert caught.args == ["smaller"]
    with qtbot.waitSignal(strip.details_requested):
        strip.error.details.click()
    strip.show_error("The disk is full.")
    assert strip.error.ways == []
    assert not strip.error.details.isVisible()


def test_tab_reaches_the_controls_of_the_shell(frame: Frame, qtbot: QtBot) -> None:
    frame.strip.show_running(RUNNING)
    frame.top.set_device("CPU · 8 cores")
    frame.top.set_undo("x")
    frame.top.project_button.setFocus()
    reached = set()
    for _ in range(24):
        focused = frame.focusWidget()
        assert focused is not None
        reached.add(focused)
        assert focused.accessibleName()
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    wanted = {
        frame.top.project_button,
        frame.top.undo_button,
        frame.top.device_button,
        frame.top.help_button,
        frame.strip.running.pause,
        frame.strip.running.stop,
        *(frame.rail.button(key) for key, _, _ in PANES),
    }
    assert wanted <= reached
