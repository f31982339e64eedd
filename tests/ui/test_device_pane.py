"""The device page: verdict, processors, self-test, log; and the way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.engine.protocol.messages import DeviceFound, DeviceReport, SelfTestStep
from studio.ui.panes.device import DevicePage

PATIENCE = 90_000


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield world
    world.close()


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


def test_what_computes_here_and_whether_it_works(world: World, qtbot: QtBot) -> None:
    page = world.window.show_pane("device")
    assert isinstance(page, DevicePage)
    assert page.verdict.text() == "Looking for devices"
    qtbot.waitUntil(lambda: bool(page.devices), timeout=PATIENCE)
    assert page.verdict.text().startswith("Training runs on")
    assert any(row.is_cpu for row in page.devices)
    assert "Keras" in page.log.toPlainText()
    cpu = next(row for row in page.devices if row.is_cpu)
    qtbot.waitUntil(lambda: bool(cpu.busy_words.text()), timeout=5_000)
    click(page.test_button)
    assert page.test_button.text() == "Stop"
    qtbot.waitUntil(lambda: page.test_button.text() == "Run again", timeout=PATIENCE)
    assert len(page.tests) >= 3
    assert all(row.step is not None for row in page.tests)
    assert all(row.step.state != "bad" for row in page.tests if row.step is not None)
    click(page.copy_button)
    copied = QApplication.clipboard().text()
    assert "self-test" in copied
    assert page.tests[0].name.text() in copied
    click(page.test_button)
    QTest.qWait(50)
    click(page.test_button)
    qtbot.waitUntil(lambda: page.test_button.text() == "Run again", timeout=PATIENCE)
    assert page.test_words.text().startswith(("stopped after", "all "))


def test_escape_and_the_arrow_lead_back(world: World, qtbot: QtBot) -> None:
    world.window.show_pane("classify")
    page = world.window.show_pane("device")
    assert isinstance(page, DevicePage)
    page.back_button.setFocus()
    QTest.keyClick(page.back_button, Qt.Key.Key_Escape)
    assert world.window.frame.current_page() == "classify"
    world.window.show_pane("device")
    click(page.back_button)
    assert world.window.frame.current_page() == "classify"


def test_a_graphics_card_and_one_that_is_not_used(world: World, qtbot: QtBot) -> None:
    page = DevicePage(world.session)
    qtbot.addWidget(page)
    page._take(
        DeviceReport(
            "Training runs on the NVIDIA RTX 3060", "TensorFlow found driver 560.", "RTX 3060",
            "tensorflow", {"Keras": "3.15.1"},
            (
                DeviceFound("NVIDIA RTX 3060", "GPU, 12 GB", 12 << 30, True, "Used to train"),
                DeviceFound("AMD <Ryzen>", "CPU, 8 cores, 32 GB", 32 << 30, False, "Used to read"),
                DeviceFound("Intel UHD", "GPU, shares memory", 0, False, "Not used: no CUDA."),
            ),
            log="Linux",
        )
    )  # fmt: skip
    assert [row.name.text() for row in page.devices] == [
        "NVIDIA RTX 3060", "AMD &lt;Ryzen&gt;", "Intel UHD",
    ]  # fmt: skip
    assert [row.busy is not None for row in page.devices] == [False, True, False]
    page._add_test(None)
    page._step_done(SelfTestStep("XLA compiler", "info", "0.7 ×, slower here. Left off", 8.0))
    page._step_done(SelfTestStep("Learn a little", "bad", "The loss rose", 2.0))
    page._end_test("1 of 2 failed")
    assert [row.name.text() for row in page.tests] == ["XLA compiler", "Learn a little"]
