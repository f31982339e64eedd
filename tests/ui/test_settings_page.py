"""The settings page: appearance, saving, places, cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.control import Control
from studio.core.keeping import total_memory
from studio.core.paths import cache_folder
from studio.core.settings import SettingsStore
from studio.ui.panes.caches import clear, folder_size
from studio.ui.panes.settings import SettingsPage
from studio.ui.widgets.numbers import file_size
from studio.ui.widgets.segmented import SegmentedControl


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield world
    world.close()


@pytest.fixture
def page(world: World) -> SettingsPage:
    found = world.window.show_pane("settings")
    assert isinstance(found, SettingsPage)
    return found


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


def test_the_appearance_changes_at_once_and_is_remembered(world: World, page: SettingsPage) -> None:
    control = page.form.field("theme")
    assert isinstance(control, SegmentedControl)
    try:
        click(control.button("dark"))
        assert world.theme.current.dark
        assert SettingsStore().current.theme == "dark"
        click(control.button("light"))
        assert not world.theme.current.dark
    finally:
        world.theme.set_mode("system")


def test_seconds_out_of_range_are_refused_with_a_sentence(world: World, page: SettingsPage) -> None:
    field = page.form.field("autosave_seconds")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "0")
    assert "From 1 to 3600 s" in page.form.error_of("autosave_seconds").replace(",", "")
    assert world.session.settings.current.autosave_seconds == 20
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "45")
    assert SettingsStore().current.autosave_seconds == 45


def test_the_cache_is_measured_and_cleared(world: World, page: SettingsPage, qtbot: QtBot) -> None:
    project = world.session.new_project()
    for folder in (cache_folder(), project.cache_folder):
        (folder / "pictures").mkdir(parents=True)
        (folder / "pictures" / "a.npy").write_bytes(b"x" * 3000)
    world.window.show_pane("data")
    world.window.show_pane("settings")
    qtbot.waitUntil(lambda: "6 kB" in page.cache_words.text(), timeout=5_000)
    click(page.clear_button)
    qtbot.waitUntil(lambda: not (project.cache_folder / "pictures").exists(), timeout=5_000)
    qtbot.waitUntil(lambda: not page.clear_button.isEnabled(), timeout=5_000)
    assert project.path.exists()
    assert folder_size(cache_folder()) == 0


def test_clearing_never_follows_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "picture.png").write_bytes(b"mine")
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "link").symlink_to(precious, target_is_directory=True)
    clear([cache, tmp_path / "not there"], Control())
    assert (precious / "picture.png").read_bytes() == b"mine"
    assert not (cache / "link").exists()


def test_every_place_is_named(page: SettingsPage) -> None:
    assert len(page.places) == 4
    for place in page.places:
        assert str(place.path) in place.button.accessibleDescription()


def test_the_room_for_decoded_pictures(world: World, page: SettingsPage, qtbot: QtBot) -> None:
    project = world.session.new_project()
    project.cache_folder.mkdir(parents=True, exist_ok=True)
    (project.cache_folder / "pictures-a.npy").write_bytes(b"x" * 3000)
    precious = cache_folder() / "containers"
    precious.mkdir(parents=True, exist_ok=True)
    (precious / "b.npy").write_bytes(b"y" * 500)
    world.window.show_pane("data")
    world.window.show_pane("settings")
    section = page.pictures
    qtbot.waitUntil(lambda: "keeps 3 kB now" in section.words.text(), timeout=5_000)
    share = total_memory() // 4
    assert f"up to {file_size(share)} of {file_size(total_memory())}" in section.words.text()
    for name, typed, wanted in (
        ("picture_memory_percent", "50", 50), ("picture_disk_gb", "0", 0),
        ("picture_memory_percent", "0", 0), ("picture_memory_percent", "90", 9),
    ):  # fmt: skip
        field = section.form.field(name)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, typed)
        assert getattr(SettingsStore().current, name) == wanted
    assert section.form.error_of("picture_memory_percent")
    click(section.empty_button)
    qtbot.waitUntil(lambda: "keeps 0 bytes now" in section.words.text(), timeout=5_000)
    assert not section.empty_button.isEnabled()
    assert not list(project.cache_folder.iterdir())
    assert (precious / "b.npy").exists(), "only the project's cache"
