"""The Understand pane: layers, filters, activations and the answer for a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.results import ImageGrid, LayerNode
from studio.ui.panes.understand.maps import MapGrid, coloured, map_words
from studio.ui.panes.understand.pane import UnderstandPane, describe_drop
from studio.ui.panes.understand.tree import LayerTree, count_layers, leaf_of, shape_words
from tests.conftest import write_noise
from tests.ui.trained import trained_world

PATIENCE = 60_000


@pytest.fixture(scope="module")
def world(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with trained_world(tmp_path_factory.mktemp("understand")) as world:
        yield world


@pytest.fixture
def pane(world: World, qtbot: QtBot) -> UnderstandPane:
    found = world.window.show_pane("understand")
    assert isinstance(found, UnderstandPane)
    qtbot.waitUntil(lambda: bool(found.view.tree.names()), timeout=PATIENCE)
    settle(found, qtbot)
    return found


def settle(pane: UnderstandPane, qtbot: QtBot) -> None:
    """Wait until nothing is being computed."""
    qtbot.waitUntil(lambda: pane.view.busy.isHidden(), timeout=PATIENCE)


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(
        widget, Qt.MouseButton.LeftButton, pos=at if at is not None else widget.rect().center()
    )


def layer_named(pane: UnderstandPane, part: str) -> str:
    return next(name for name in pane.view.tree.names() if part in name)


def test_the_first_convolution_shows_its_filters_and_maps(
    world: World, pane: UnderstandPane, qtbot: QtBot
) -> None:
    name = layer_named(pane, "conv")
    pane.view.tree.choose(name)
    settle(pane, qtbot)
    view = pane.view
    assert view.layer_name.whole() == name
    assert view.filter_part.isVisible()
    filters, maps = view.filters.grid(), view.maps.grid()
    assert filters is not None and maps is not None
    assert len(filters.images) == len(maps.images) == 8
    assert maps.images.shape[1:] == (16, 16)
    assert "3 × 3 × 3" in view.filter_note.whole()
    assert view.layer_words.whole().startswith("Conv2D, ")
    assert view.filters.choice() == view.maps.choice() >= 0


def test_the_same_index_is_outlined_in_both_and_described(
    pane: UnderstandPane, qtbot: QtBot
) -> None:
    pane.view.tree.choose(layer_named(pane, "conv"))
    settle(pane, qtbot)
    view = pane.view
    click(view.maps, view.maps.cell(5).center().toPoint())
    assert view.maps.choice() == view.filters.choice() == 5
    assert view.map_section.heading is not None
    assert view.map_section.heading.text() == "Map 5"
    grid = view.maps.grid()
    assert grid is not None
    assert view.map_words.text() == map_words(grid.statistics[5], grid.palette)
    click(view.filters, view.filters.cell(2).center().toPoint())
    assert view.maps.choice() == 2
    view.maps.setFocus()
    QTest.keyClick(view.maps, Qt.Key.Key_Right)
    assert view.filters.choice() == 3
    QTest.keyClick(view.maps, Qt.Key.Key_End)
    assert view.maps.choice() == 7


def test_a_layer_chosen_with_the_keyboard_and_one_without_filters(
    pane: UnderstandPane, qtbot: QtBot
) -> None:
    view = pane.view
    view.tree.choose(layer_named(pane, "relu"))
    settle(pane, qtbot)
    assert not view.filter_part.isVisible()
    grid = view.maps.grid()
    assert grid is not None
    assert grid.palette == "activation"
    before = view.layer_name.whole()
    QTest.keyClick(view.tree, Qt.Key.Key_Down)
    settle(pane, qtbot)
    assert view.layer_name.whole() != before


def test_the_output_shows_the_classes_and_a_pooled_layer_its_units(
    pane: UnderstandPane, qtbot: QtBot
) -> None:
    view = pane.view
    names = view.tree.names()
    view.tree.choose(names[-1])
    settle(pane, qtbot)
    assert view.classes.isVisible()
    assert {name for name, _ in view.classes.rows()} == {"blue", "green", "red"}
    assert not view.maps.isVisible()
    view.tree.choose(layer_named(pane, "average"))
    settle(pane, qtbot)
    bars = view.units.bars()
    assert view.units.isVisible()
    assert bars is not None and len(bars.values) == 32
    assert not view.map_section.isVisible()


def test_a_block_stands_for_its_last_layer(pane: UnderstandPane, qtbot: QtBot) -> None:
    nodes = [pane.view.tree.node(name) for name in pane.view.tree.names()]
    block = next(node.name for node in nodes if node is not None and node.kind == "Block")
    pane.view.tree.choose(block)
    settle(pane, qtbot)
    assert pane.view.layer_name.whole() == block
    assert pane.view.layer_words.whole().startswith("ends with ")
    assert pane.view.maps.count() == 8


def test_brightness_is_computed_anew(pane: UnderstandPane, qtbot: QtBot) -> None:
    view = pane.view
    view.tree.choose(layer_named(pane, "relu"))
    settle(pane, qtbot)
    each = view.maps.grid()
    view.brightness.set_current("same scale")
    view.brightness.chosen.emit("same scale")
    settle(pane, qtbot)
    same = view.maps.grid()
    view.brightness.set_current("each map")
    view.brightness.chosen.emit("each map")
    settle(pane, qtbot)
    assert each is not None and same is not None
    strongest = same.images.reshape(len(same.images), -1).max(axis=1)
    assert (strongest < 255).any()
    living = np.array([s["max"] > 0 for s in each.statistics])
    assert (each.images.reshape(len(each.images), -1).max(axis=1)[living] == 255).all()


def test_the_answer_stands_beside_the_truth(
    world: World, pane: UnderstandPane, qtbot: QtBot, tmp_path: Path
) -> None:
    dataset = world.session.dataset
    assert dataset is not None
    row = dataset.paths.index("red/red 3.png")
    world.session.set_picture_in_view(dataset.absolute(row))
    view = pane.view
    qtbot.waitUntil(lambda: "right" in view.verdict.whole(), timeout=PATIENCE)
    assert view.true_class.whole() == "red"
    assert view.says.rows()[0][0] == "red"
    assert view.right.title.whole() == "What Run 1 says"
    stranger = tmp_path / "stranger.png"
    write_noise(stranger, (40, 60, 220), 7)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(stranger))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = pane.rect().center()
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(pane, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(pane.overlay, event)
    qtbot.waitUntil(lambda: view.verdict.whole().startswith("blue"), timeout=PATIENCE)
    assert view.name.whole() == "stranger.png"
    assert view.true_class.whole() == "not in the data set"


def test_a_picture_of_the_strip_is_chosen_by_a_click(pane: UnderstandPane, qtbot: QtBot) -> None:
    picks = [pick for pick in pane.view.picks if pick.path]
    assert len(picks) == 6
    click(picks[4])
    assert pane.view.name.whole() == Path(picks[4].path).name
    assert picks[4].isChecked()
    settle(pane, qtbot)


def test_an_unreadable_picture_is_said(pane: UnderstandPane, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no")
    pane.set_picture(str(tmp_path / "broken.png"))
    qtbot.waitUntil(lambda: pane.view.banner.isVisible(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: bool(pane.view.verdict.whole()), timeout=PATIENCE)
    assert pane.view.verdict.whole() == "could not be read"
    pane.set_picture(pane.view.picks[0].path)
    settle(pane, qtbot)
    assert not pane.view.banner.isVisible()


def test_maps_are_saved_whole(pane: UnderstandPane, qtbot: QtBot, tmp_path: Path) -> None:
    pane.view.tree.choose(layer_named(pane, "conv"))
    settle(pane, qtbot)
    pane.save_picture(tmp_path / "maps.png")
    with Image.open(tmp_path / "maps.png") as image:
        assert image.width == pane.view.content.width()
        assert image.height > pane.view.maps.height()
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 20


# --- without a network ----------------------------------------------------------------------------


def test_without_a_run_the_pane_says_what_to_do(qapp: QApplication, qtbot: QtBot) -> None:
    world = build_world()
    try:
        pane = world.window.show_pane("understand")
        assert isinstance(pane, UnderstandPane)
        assert pane.empty.heading.text() == "There is no network to look into yet"
        with qtbot.waitSignal(world.session.pane_requested) as asked:
            click(pane.empty.action_button)
        assert asked.args == ["train"]
    finally:
        world.close()


def test_a_map_grid_paints_its_pictures(qapp: QApplication, qtbot: QtBot) -> None:
    images = np.zeros((20, 8, 8), np.uint8)
    images[7] = 255
    statistics = tuple({"mean": 0.0, "min": 0.0, "max": float(i == 7), "share": 0.0}
                       for i in range(20))  # fmt: skip
    grid = MapGrid("Activations", 40, 8, captions=True)
    qtbot.addWidget(grid)
    grid.resize(300, 10)
    grid.set_grid(ImageGrid("Activations", images, "activation", "", statistics, 20))
    grid.show()
    image = grid.grab().toImage()
    ratio = image.devicePixelRatio()
    bright = grid.cell(7).center() * ratio
    dark = grid.cell(6).center() * ratio
    assert image.pixelColor(bright.toPoint()).lightness() > 200
    assert image.pixelColor(dark.toPoint()).lightness() < 40
    assert grid.index_at(grid.cell(13).center().toPoint()) == 13
    assert grid.index_at(QPoint(5, grid.height() + 50)) == -1
    assert grid.height() >= grid.cell(19).bottom()


def test_words_about_maps() -> None:
    fires = {"mean": 0.31, "min": 0.0, "max": 4.2, "share": 0.21}
    assert map_words(fires, "activation") == (
        "Fires on 21 % of this picture. Mean 0.31, strongest 4.2."
    )
    assert map_words({**fires, "max": 0.0}, "activation").startswith("Stays dark")
    assert map_words({**fires, "min": -1.2}, "diverging") == "From −1.2 to 4.2, mean 0.31."
    assert coloured(np.zeros((2, 2), np.uint8), "activation").shape == (2, 2, 3)
    assert coloured(np.zeros((2, 2), np.uint8), "diverging").shape == (2, 2)


def test_a_tree_of_blocks(qapp: QApplication, qtbot: QtBot) -> None:
    leaf = LayerNode("block1_pool", "MaxPooling2D", (4, 4, 8), 0, False)
    conv = LayerNode("block1_conv", "Conv2D", (8, 8, 8), 224, True)
    block = LayerNode("block 1", "Block", (4, 4, 8), 224, True, (conv, leaf))
    dense = LayerNode("head", "Dense", (3,), 27, True)
    assert leaf_of(block) is leaf
    assert count_layers((block, dense)) == 3
    assert shape_words((112, 112, 2048)) == "112 × 112 × 2,048"
    tree = LayerTree()
    qtbot.addWidget(tree)
    chosen: list[LayerNode] = []
    tree.layer_chosen.connect(chosen.append)
    tree.set_layers((block, dense))
    assert chosen == [conv]
    assert tree.names() == ["block 1", "block1_conv", "block1_pool", "head"]
    tree.set_layers((block, dense))
    current = tree.current_layer()
    assert current is not None and current.name == "block1_conv"
    assert not tree.choose("nothing")


def test_drops(tmp_path: Path) -> None:
    assert not describe_drop([str(tmp_path)])[0]
    assert not describe_drop(["a.png", "b.png"])[0]
    assert describe_drop(["/x/a.png"]) == (True, "Look at “a.png”")
