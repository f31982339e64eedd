"""The page Statistics: opened, read, clicked, saved, stopped; on small, large and empty data."""

from __future__ import annotations

import csv
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.control import Control, Progress
from studio.core.input import InputSpec
from studio.data import statistics as counting
from studio.data.dataset import Dataset
from studio.data.index import open_dataset
from studio.data.overlay.actions import Relabel
from studio.data.statistics import statistics
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.statistics import figures, saving
from studio.ui.panes.data.statistics.bars import LEGEND, MOST_SAVED, PITCH
from studio.ui.panes.data.statistics.card import Canvas, PlotCard, paper_ink
from studio.ui.panes.data.view import STATISTICS
from studio.ui.tokens import DARK, LIGHT
from tests.conftest import write_noise


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


def turn_to_page(pane: DataPane) -> None:
    QTest.mouseClick(pane.view.views.button(STATISTICS), Qt.MouseButton.LeftButton)


def card(pane: DataPane, key: str) -> PlotCard:
    assert pane.statistics.page is not None
    return pane.statistics.page.cards[key]


def counted(pane: DataPane, qtbot: QtBot) -> None:
    turn_to_page(pane)
    keys = ("classes", "sizes", "aspect", "bytes", "channels", "means")
    qtbot.waitUntil(
        lambda: all(card(pane, key).drawing() is not None for key in keys), timeout=15_000
    )


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Class a: six 32 px squares; class b: two of 96 px; one more that is broken."""
    folder = tmp_path / "shapes"
    for i in range(6):
        write_noise(folder / "a" / f"{i}.png", (200, 20, 20), i)
    for i in range(2):
        write_noise(folder / "b" / f"large {i}.png", (20, 20, 200), i, 96)
    (folder / "b" / "broken.png").write_bytes(b"no picture")
    return folder


def click_part(canvas: Canvas, part: int) -> None:
    at = canvas.place_of(part).center().toPoint()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)


def listed(pane: DataPane) -> set[str]:
    model = pane.view.grid.pictures
    return {Path(model.path(i)).name for i in range(model.rowCount())}


def test_sentence_and_plots(world: World, qtbot: QtBot, shapes: Path) -> None:
    pane = opened(world, qtbot, shapes)
    assert pane.statistics.page is None, "nothing is made before it is looked at"
    counted(pane, qtbot)
    page = pane.statistics.page
    assert page is not None
    assert page.sentence.text() == (
        "9 pictures in 2 classes; the smallest (b) has 3, the largest (a) 6."
    )
    qtbot.waitUntil(lambda: "could not be read" in page.words.text(), timeout=10_000)
    assert page.words.text() == (
        "Brightness and mean pictures are from 8 pictures; 1 could not be read and is left out."
    )
    assert "1 picture could not be read" in card(pane, "sizes").sentence.text()
    assert not page.button.isVisible() and not page.output.isVisible()
    found = pane.statistics.found
    pane._show_page(0)
    turn_to_page(pane)
    assert pane.statistics.found is found, "remembered until the pictures change"


def test_clicks_list_a_class_and_a_size(world: World, qtbot: QtBot, shapes: Path) -> None:
    pane = opened(world, qtbot, shapes)
    counted(pane, qtbot)
    click_part(card(pane, "classes").canvas, 1)
    assert listed(pane) == {"large 0.png", "large 1.png", "broken.png"}
    assert pane.view.classes.chosen() == 1
    turn_to_page(pane)
    canvas = card(pane, "sizes").canvas
    assert canvas.drawing is not None
    large = [i for i in range(canvas.drawing.parts()) if "96" in canvas.drawing.words(i)]
    click_part(canvas, large[0])
    assert listed(pane) == {"large 0.png", "large 1.png"}
    assert pane.view.only.button.text() == "96 × 96 px"


def test_keys_move_over_the_bars(world: World, qtbot: QtBot, shapes: Path) -> None:
    pane = opened(world, qtbot, shapes)
    counted(pane, qtbot)
    canvas = card(pane, "classes").canvas
    canvas.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Down):
        QTest.keyClick(canvas, key)
    assert canvas.part == 1 and canvas.accessibleDescription().startswith("b, 3 pictures")
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert pane.view.classes.chosen() == 1


def test_labels_change_the_counts_without_decoding(
    world: World, qtbot: QtBot, shapes: Path
) -> None:
    pane = opened(world, qtbot, shapes)
    counted(pane, qtbot)
    found, dataset = pane.statistics.found, world.session.dataset
    assert dataset is not None
    output = next(iter(dataset.outputs))
    action = Relabel(output=output, classes=("b",), mode="set", paths=["a/0.png", "a/1.png"])
    world.session.changes.perform(action)
    page = pane.statistics.page
    assert page is not None
    qtbot.waitUntil(lambda: "4" in page.sentence.text(), timeout=5_000)
    assert page.sentence.text().startswith("9 pictures in 2 classes; the smallest (a) has 4")
    means = card(pane, "means").drawing()
    assert means is not None and "mean of 4 pictures" in means.words(1)
    assert pane.statistics.found is found


def test_a_stopped_count_says_so_and_goes_on(
    world: World, qtbot: QtBot, shapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    real = counting.statistics

    def slow(dataset: Dataset, progress: Progress, control: Control, **rest: Any) -> Any:
        while not held.is_set() and not control.cancelled:
            held.wait(0.01)
        return real(dataset, progress, control, **rest)

    monkeypatch.setattr(counting, "statistics", slow)
    pane = opened(world, qtbot, shapes)
    turn_to_page(pane)
    page = pane.statistics.page
    assert page is not None and page.button.text() == "Stop"
    QTest.mouseClick(page.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.button.text() == "Count them", timeout=5_000)
    assert "not counted" in page.words.text() and pane.statistics.found is None
    held.set()
    QTest.mouseClick(page.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.statistics.found is not None, timeout=10_000)


def test_saved_as_picture_drawing_and_table(
    world: World, qtbot: QtBot, shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = opened(world, qtbot, shapes)
    counted(pane, qtbot)
    chosen = card(pane, "classes")
    out = {kind: tmp_path / f"plot.{kind}" for kind in ("png", "svg", "csv")}
    for place, kind in enumerate(out):
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_, kind=kind: (str(tmp_path / "plot"), "")
        )
        QTest.mouseClick(chosen.more, Qt.MouseButton.LeftButton)
        assert chosen.menu is not None
        chosen.menu.actions()[place].trigger()
        chosen.menu.close()
        qtbot.waitUntil(out[kind].is_file, timeout=5_000)
    image = QImage(str(out["png"]))
    assert image.width() == 2 * saving.WIDTH
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3)
               for y in range(0, image.height(), 3)}  # fmt: skip
    assert QColor(LIGHT.accent).name() in colours and "#ffffff" in colours
    text = out["svg"].read_text()
    assert "Pictures per class" in text and ElementTree.fromstring(text).tag.endswith("svg")
    rows = list(csv.reader(out["csv"].open(newline="")))
    assert rows[0] == ["class", "pictures", "train", "validation", "test", "left out"]
    assert [row[:2] for row in rows[1:]] == [["a", "6"], ["b", "3"]]
    assert all(int(row[1]) == sum(map(int, row[2:])) for row in rows[1:])
    QGuiApplication.clipboard().clear()
    chosen.save_asked.emit("copy")
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=5_000)
    assert QGuiApplication.clipboard().image().width() == 2 * saving.WIDTH


def test_a_disk_that_refuses_is_told(world: World, qtbot: QtBot, shapes: Path) -> None:
    pane = opened(world, qtbot, shapes)
    counted(pane, qtbot)
    world.session.failed.disconnect()
    with qtbot.waitSignal(world.session.failed, timeout=5_000):
        pane.statistics.keeper.save(card(pane, "bytes"), shapes / "no" / "folder" / "x.png", "png")


def test_dark_follows_and_paper_stays_white(world: World, qtbot: QtBot, shapes: Path) -> None:
    pane = opened(world, qtbot, shapes)
    counted(pane, qtbot)
    canvas = card(pane, "classes").canvas
    at = QPoint(round(canvas.width() * 0.4), LEGEND + PITCH // 2)
    assert canvas.grab().toImage().pixelColor(at).name() == QColor(LIGHT.accent).name()
    world.theme.set_mode("dark")
    qtbot.waitUntil(
        lambda: canvas.grab().toImage().pixelColor(at).name() == QColor(DARK.accent).name()
    )
    drawing = card(pane, "classes").drawing()
    assert drawing is not None
    image = saving.image_of(drawing, paper_ink(canvas))
    assert image.pixelColor(2, 2).name() == "#ffffff"
    world.theme.set_mode("light")


def test_every_plot_of_every_kind_paints_and_tells(tmp_path: Path, qapp: QApplication) -> None:
    for i in range(4):
        write_noise(tmp_path / "ab"[i % 2] / f"{i}.png", (90, 90, 90), i, 20 + i)
    dataset = open_dataset(tmp_path)
    found = statistics(dataset)
    sizes = np.stack([found.width, found.height], axis=1)
    split = np.array([0, 1, 2, -1], np.int8)
    output = next(iter(dataset.outputs))
    world = Canvas()
    ink = paper_ink(world)
    for plot in (
        figures.class_bars(dataset, split, output, figures.AS_LISTED),
        figures.sizes_plot(sizes, InputSpec()), figures.aspect_plot(sizes, InputSpec()),
        figures.bytes_plot(dataset), figures.channel_plot(found),
        figures.mean_pictures(found, dataset, output),
    ):  # fmt: skip
        assert plot is not None and plot.title and plot.sentence
        assert not saving.image_of(plot, ink).isNull()
        assert len(saving.csv_of(plot).splitlines()) > 1
        for part in range(plot.parts()):
            assert plot.words(part)


def test_an_empty_data_set_and_one_without_classes(tmp_path: Path) -> None:
    write_noise(tmp_path / "a" / "1.png", (9, 9, 9), 1)
    write_noise(tmp_path / "b" / "1.png", (9, 9, 9), 2)
    dataset = open_dataset(tmp_path)
    output = next(iter(dataset.outputs))
    empty = dataset.subset([])
    assert figures.summary(empty, output) == "There are no pictures."
    assert figures.sizes_plot(np.zeros((0, 2), np.int32), InputSpec()) is None
    assert figures.bytes_plot(empty) is None
    assert figures.channel_plot(statistics(empty)) is None
    assert figures.mean_pictures(statistics(empty), empty, output) is None
    assert figures.class_bars(dataset, np.zeros(2, np.int8), "none", "listed") is None
    assert figures.summary(dataset, "none") == "2 pictures without classes."


def test_ten_thousand_classes_and_twenty_thousand_pictures(qtbot: QtBot) -> None:
    classes, count = 10_000, 20_000
    names = tuple(f"class {i}" for i in range(classes))
    labels = (np.arange(count) * 7 % classes).astype(np.int32)
    labels[:5000] = 0
    dataset = Dataset(
        Path("/nowhere"), "folder", [f"{i}.png" for i in range(count)], {"class": names},
        {"class": labels}, np.full(count, -1, np.int8), np.arange(1, count + 1, dtype=np.int64),
    )  # fmt: skip
    bars = figures.class_bars(
        dataset, (np.arange(count) % 3).astype(np.int8), "class", figures.LARGEST_FIRST
    )
    assert bars is not None and bars.words(0).startswith("class 0, 5,00")
    plot = PlotCard("Pictures per class")
    qtbot.addWidget(plot)
    plot.resize(600, 400)
    plot.set_drawing(bars)
    plot.show()
    assert plot.canvas.height() == LEGEND + PITCH * classes and plot.area.height() < 400
    plot.canvas.setFocus()
    plot.canvas._light(classes - 2)
    QTest.keyClick(plot.canvas, Qt.Key.Key_Down)
    bar = plot.area.verticalScrollBar()
    assert plot.canvas.part == classes - 1 and bar.value() > bar.maximum() - 40
    saved = bars.for_saving()
    assert saved.parts() == MOST_SAVED and "The first 200 of 10,000" in saved.sentence
    assert len(saving.csv_of(bars).splitlines()) == classes + 1


def test_a_sample_says_so(tmp_path: Path) -> None:
    for i in range(6):
        write_noise(tmp_path / "ab"[i % 2] / f"{i}.png", (90, 90, 90), i)
    words = figures.source_words(statistics(open_dataset(tmp_path), most=4))
    assert "from 4 of 6 pictures" in words
