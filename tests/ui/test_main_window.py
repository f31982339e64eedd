"""The main window: panes, keys, messages, closing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.data.index import open_dataset
from studio.ui.main_window import PAGES, MainWindow
from studio.ui.panes.data.collecting.new_dataset import NewDataset
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.start import StartPage


class TopLevels(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self.found: set[str] = set()
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not isinstance(watched, MainWindow)
        ):
            self.found.add(type(watched).__name__)
        return False


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    world.window.activateWindow()
    assert QTest.qWaitForWindowActive(world.window)
    yield world
    world.close()


def test_no_pane_flashes_a_window_while_it_is_built(qapp: QApplication, world: World) -> None:
    """A widget shown before it has a place would flicker and take the focus away."""
    watcher = TopLevels(qapp)
    try:
        for key in PAGES:
            world.window.show_pane(key)
            QTest.qWait(100)
        assert watcher.found == set()
        assert qapp.activeWindow() is world.window
    finally:
        qapp.removeEventFilter(watcher)


def test_the_start_page_is_painted_before_the_data_pane_is_built(
    qapp: QApplication, qtbot: QtBot
) -> None:
    world = build_world()
    try:
        start = world.window.frame.page("data")
        assert isinstance(start, StartPage)
        with qtbot.waitSignal(world.window.painted):
            world.window.show()
        assert world.window.frame.page("data") is start
        qtbot.waitUntil(lambda: isinstance(world.window.frame.page("data"), DataPane))
        pane = world.window.pane("data")
        assert isinstance(pane, DataPane) and pane.start is start
        assert pane.isVisible() and start.isVisible()
        assert world.window.frame.current_page() == "data"
    finally:
        world.close()


def test_what_is_opened_before_the_first_paint_is_shown(
    qapp: QApplication, tiny_dataset: Path
) -> None:
    world = build_world()
    try:
        world.session.set_dataset(open_dataset(tiny_dataset))
        pane = world.window.pane("data")
        assert isinstance(pane, DataPane)
        assert pane.pages.currentWidget() is pane.view
    finally:
        world.close()


def test_a_data_set_can_be_made_at_once(qapp: QApplication, qtbot: QtBot) -> None:
    world = build_world()
    try:
        world.window.show()
        start = world.window.frame.page("data")
        assert isinstance(start, StartPage)
        QTest.mouseClick(start.new_button, Qt.MouseButton.LeftButton)
        pane = world.window.pane("data")
        assert isinstance(pane, DataPane)
        qtbot.waitUntil(lambda: isinstance(pane.pages.currentWidget(), NewDataset))
    finally:
        world.close()


def test_keys_bring_panes_to_the_front(world: World, qtbot: QtBot) -> None:
    for number, key in enumerate(list(PAGES)[:6], start=1):
        QTest.keySequence(world.window, f"Ctrl+{number}")
        qtbot.waitUntil(partial(_is_shown, world, key))


def _is_shown(world: World, key: str) -> bool:
    return world.window.frame.current_page() == key


def test_every_control_has_a_name_a_tooltip_or_words(world: World) -> None:
    """For screen readers and for those who wonder."""
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider

    nameless = []
    for key in PAGES:
        pane = world.window.show_pane(key)
        for kind in (QAbstractButton, QComboBox, QLineEdit, QSlider):
            for control in pane.findChildren(kind):
                if not control.isVisible():
                    continue
                inner = control.parent() is not None and control.objectName().startswith("qt_")
                words = control.text() if isinstance(control, QAbstractButton) else ""
                if not (inner or words or control.accessibleName() or control.toolTip()):
                    nameless.append((key, type(control).__name__, type(control.parent()).__name__))
    assert not nameless


def test_a_failure_is_shown_with_its_hint_and_does_not_block(world: World) -> None:
    from studio.core.errors import DatasetError
    from studio.ui.widgets.dialogs import MessageDialog

    world.session.failed.emit(DatasetError("Nothing is there.", "Choose another folder."))
    dialogs = [d for d in world.window.findChildren(MessageDialog) if d.isVisible()]
    assert len(dialogs) == 1
    dialogs[0].close()


def test_the_window_remembers_its_size(qapp: QApplication) -> None:
    first = build_world()
    first.window.show()
    first.window.resize(1000, 700)
    first.window.close()
    first.close()
    second = build_world()
    try:
        # The offscreen screen is 800 px wide, so only the height can come back whole.
        assert second.window.height() == 700
    finally:
        second.close()
