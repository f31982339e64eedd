"""Which bands are shown, and which pictures lose much when they are cropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.project import Project
from studio.data.bands import ShownBands
from studio.data.overlay.actions import Exclude
from studio.ui.panes.data.facts import picture_facts
from studio.ui.panes.data.losses import CHIP, others_words
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.view import NETWORK


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield world
    world.close()


def opened(world: World, qtbot: QtBot, folder: Path) -> DataPane:
    pane = world.window.show_pane("data")
    assert isinstance(pane, DataPane)
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        world.session.open_requested.emit(folder)
    return pane


@pytest.fixture
def six(tmp_path: Path) -> Path:
    """Two classes of pictures with six even bands: 0, 40, … 200."""
    folder = tmp_path / "six"
    bands = np.arange(6, dtype=np.uint8)[None, None] * 40 + np.zeros((24, 24, 1), np.uint8)
    for i in range(6):
        path = folder / "ab"[i % 2] / f"{i}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        tifffile.imwrite(path, bands, photometric="minisblack", planarconfig="contig")
    return folder


def rgb(image: QImage) -> tuple[int, int, int]:
    colour = image.pixelColor(5, 5)
    return colour.red(), colour.green(), colour.blue()


def colour_of(pane: DataPane) -> list[int]:
    pixmap = pane.loader.get(pane.view.grid.pictures.path(0), 24)
    return list(rgb(pixmap.toImage())) if pixmap is not None else []


def choose(pane: DataPane, combo: int, row: int) -> None:
    """As a person does it by key: the list's row, then Enter."""
    box = pane.view.inspector.bands.combos[combo]
    box.setCurrentIndex(row)
    box.activated.emit(row)


def test_three_bands_are_chosen_seen_and_kept(world: World, qtbot: QtBot, six: Path) -> None:
    pane = opened(world, qtbot, six)
    bands = pane.view.inspector.bands
    qtbot.waitUntil(bands.isVisible, timeout=5_000)
    assert [c.count() for c in bands.combos] == [6, 6, 6]
    assert "bands 1, 2 and 3" in bands.words.text()
    qtbot.waitUntil(lambda: colour_of(pane) == [0, 40, 80], timeout=5_000)
    choose(pane, 0, 5)
    choose(pane, 2, 3)
    assert world.session.shown == ShownBands(red=5, green=1, blue=3)
    qtbot.waitUntil(lambda: colour_of(pane) == [200, 40, 120], timeout=5_000)
    preview = pane.view.inspector.picture
    qtbot.waitUntil(lambda: rgb(preview.image()) == (200, 40, 120), timeout=5_000)
    grey = bands.mode.button("grey")
    QTest.mouseClick(grey, Qt.MouseButton.LeftButton)
    assert world.session.shown == ShownBands(red=5, green=5, blue=5)
    assert not bands.combos[1].isVisible() and bands.labels[0].text() == "Grey"
    choose(pane, 0, 4)
    qtbot.waitUntil(lambda: colour_of(pane) == [160, 160, 160], timeout=5_000)
    world.session.save()
    project = world.session.project
    assert project is not None
    assert Project.open(project.path).section("shown") == {"red": 4, "green": 4, "blue": 4}
    assert not world.session.undo_stack.canUndo()


def test_classify_shows_the_chosen_bands(world: World, qtbot: QtBot, six: Path) -> None:
    opened(world, qtbot, six)
    world.session.set_shown(ShownBands(red=3, green=2, blue=1))
    pane = world.window.show_pane("classify")
    path = str(six / "a" / "0.tif")

    def colour() -> object:
        pixmap = pane.loader.get(path, 24)  # type: ignore[attr-defined]
        return rgb(pixmap.toImage()) if pixmap is not None else None

    qtbot.waitUntil(lambda: colour() == (120, 80, 40), timeout=5_000)
    world.session.set_shown(ShownBands())
    qtbot.waitUntil(lambda: colour() == (0, 40, 80), timeout=5_000)


def test_usual_pictures_have_no_choice(world: World, qtbot: QtBot, tiny_dataset: Path) -> None:
    pane = opened(world, qtbot, tiny_dataset)
    qtbot.waitUntil(lambda: bool(pane.view.inspector.size_label.text()), timeout=5_000)
    assert not pane.view.inspector.bands.isVisible()


def test_the_network_is_shown_with_what_it_gets(world: World, six: Path) -> None:
    path = str(six / "a" / "0.tif")
    spec = world.session.input
    colours = picture_facts(path, spec, 64, (5, 4, 3))
    # Set to colour, the network gets the first three, whatever a person looks at.
    assert rgb(colours.views["crop"]) == (0, 40, 80)
    assert colours.bands == 6
    every = picture_facts(path, spec.changed(channels=6), 64, (5, 4, 3))
    assert rgb(every.views["crop"]) == (200, 160, 120)


# --- what a crop costs ----------------------------------------------------------------------------


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Ten squares, five 2 : 1 (half is lost), two 4 : 3 (a quarter), one broken."""
    folder = tmp_path / "shapes"
    sizes = [(40, 40)] * 10 + [(80, 40)] * 5 + [(80, 60)] * 2
    for i, size in enumerate(sizes):
        path = folder / "ab"[i % 2] / f"{i:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (i * 10, 90, 90)).save(path)
    (folder / "a" / "broken.png").write_bytes(b"no picture")
    return folder


def listed(pane: DataPane) -> set[str]:
    model = pane.view.grid.pictures
    return {Path(model.path(i)).stem for i in range(model.rowCount())}


WIDE = {"10", "11", "12", "13", "14"}


def test_show_them_lists_exactly_those(world: World, qtbot: QtBot, shapes: Path) -> None:
    pane = opened(world, qtbot, shapes)
    pane.losses.measure_now()
    text = pane.view.inspector.sentence
    qtbot.waitUntil(lambda: "Show them" in text.accessibleName(), timeout=10_000)
    assert "5 pictures lose more than 30 %." in text.accessibleName()
    assert "size of 1 picture could not be read" in pane.view.network_others.accessibleName()
    pane._show_page(NETWORK)
    assert pane.view.network_others.isVisible()
    # The link is reached and followed by keyboard.
    pane.view.network_others.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(pane.view.network_others, Qt.Key.Key_Return)
    assert pane.view.only.isVisible() and pane.view.only.button.text() == CHIP
    assert listed(pane) == WIDE
    assert pane.view.summary.text().startswith("5 of 18 pictures")
    QTest.mouseClick(pane.view.only.button, Qt.MouseButton.LeftButton)
    assert not pane.view.only.isVisible() and len(listed(pane)) == 18


def test_the_list_follows_input_and_exclusions(world: World, qtbot: QtBot, shapes: Path) -> None:
    pane, session = opened(world, qtbot, shapes), world.session
    pane.losses.measure_now()
    qtbot.waitUntil(lambda: pane.losses.much() is not None, timeout=10_000)
    pane.losses.show_them()
    assert listed(pane) == WIDE
    session.changes.perform(Exclude(paths=["a/10.png"]))
    assert listed(pane) == WIDE - {"10"}
    session.undo_stack.undo()
    assert listed(pane) == WIDE
    session.set_input(session.input.changed(width=128, height=64))
    squares = {f"{i:02}" for i in range(10)}
    qtbot.waitUntil(lambda: listed(pane) == squares | {"15", "16"}, timeout=5_000)
    session.set_input(session.input.changed(fit="letterbox"))
    assert "Show" not in pane.view.inspector.sentence.accessibleName()
    assert "With crop, 12 pictures" in pane.view.network_others.accessibleName()


def test_words() -> None:
    assert others_words(-1) == ""
    assert others_words(1) == "With crop, 1 picture loses more than 30 % of its area."
    assert others_words(0, 2).endswith("The size of 2 pictures could not be read.")
