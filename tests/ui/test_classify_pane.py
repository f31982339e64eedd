"""The Classify pane: pictures in, answers out, and every picture that cannot be read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.results import Prediction
from studio.core.runs import RunFolder
from studio.ui.panes.classify.batch import BatchModel, Item
from studio.ui.panes.classify.pane import ClassifyPane, describe_drop
from studio.ui.panes.classify.pasted import array_of
from studio.ui.panes.classify.table import table_text
from studio.ui.panes.classify.words import spent_words
from tests.conftest import write_noise
from tests.ui.trained import trained_world

PATIENCE = 60_000


@pytest.fixture(scope="module")
def world(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with trained_world(tmp_path_factory.mktemp("classify")) as world:
        yield world


@pytest.fixture
def pane(world: World) -> Iterator[ClassifyPane]:
    found = world.window.show_pane("classify")
    assert isinstance(found, ClassifyPane)
    yield found
    found.clear()
    QTest.qWait(50)


def answered(pane: ClassifyPane, count: int) -> bool:
    items = pane.view.list.batch.items()
    return len(items) == count and all(item.prediction is not None for item in items)


def drop(target: QWidget, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = target.rect().center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(target, enter)
    event = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, left, none)
    if enter.isAccepted():
        QApplication.sendEvent(target, event)
    return enter.isAccepted()


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(
        widget, Qt.MouseButton.LeftButton, pos=at if at is not None else widget.rect().center()
    )


@pytest.fixture
def unseen(tmp_path: Path) -> Path:
    """A red, a green and a blue picture that no training saw, and one that is none."""
    folder = tmp_path / "unseen"
    write_noise(folder / "a.png", (220, 50, 40), 9001)
    write_noise(folder / "b.png", (40, 200, 60), 9002)
    write_noise(folder / "deeper" / "c.png", (40, 60, 220), 9003)
    (folder / "broken.jpg").write_bytes(b"this is no picture")
    return folder


def test_a_dropped_folder_is_answered_and_the_unreadable_stays_as_a_row(
    pane: ClassifyPane, qtbot: QtBot, unseen: Path
) -> None:
    assert drop(pane.view.zone, unseen)
    qtbot.waitUntil(lambda: answered(pane, 4), timeout=PATIENCE)
    by_name = {item.name: item for item in pane.view.list.batch.items()}
    best = {name: item.best for name, item in by_name.items()}
    assert best["a.png"] is not None and best["a.png"][0] == "red"
    assert best["b.png"] is not None and best["b.png"][0] == "green"
    assert best["c.png"] is not None and best["c.png"][0] == "blue"
    assert by_name["broken.jpg"].error
    assert pane.view.summary.whole() == "3 answered, 1 unreadable"
    assert pane.view.panel.title.whole() == "4 pictures"
    qtbot.waitUntil(lambda: pane.view.foot_left.whole().startswith("4 pictures in"), timeout=2_000)


def test_the_current_row_is_shown_large_with_all_bars(
    pane: ClassifyPane, qtbot: QtBot, unseen: Path
) -> None:
    pane.add_paths([str(unseen / "a.png"), str(unseen / "b.png")])
    qtbot.waitUntil(lambda: answered(pane, 2), timeout=PATIENCE)
    view = pane.view
    assert view.name.whole() == "a.png"
    assert view.place.text() == "1 of 2"
    assert view.answer.whole() == "red"
    bars = view.bars()
    assert len(bars) == 1
    assert bars[0].rows()[0][0] == "red"
    assert sum(p for _, p in bars[0].rows()) == pytest.approx(1.0, abs=1e-4)
    qtbot.waitUntil(lambda: view.stage.image().width() == 32, timeout=5_000)
    QTest.keyClick(view.list, Qt.Key.Key_Down)
    assert view.answer.whole() == "green"
    assert view.place.text() == "2 of 2"


def test_why_a_picture_could_not_be_read(pane: ClassifyPane, qtbot: QtBot, unseen: Path) -> None:
    pane.add_paths([str(unseen / "a.png"), str(unseen / "broken.jpg")])
    qtbot.waitUntil(lambda: answered(pane, 2), timeout=PATIENCE)
    rows = pane.view.list
    rect = rows.visualRect(rows.batch.index(1))
    with qtbot.waitSignal(rows.why_asked):
        click(rows.viewport(), QPoint(rect.right() - 14, rect.center().y()))
    assert pane.view.answer.whole() == "Could not be read"
    assert pane.view.sentence.text() == rows.batch.item(1).error
    assert pane.view.bars()[0].rows() == []


def test_pasting_a_picture_gives_the_answer_of_its_file(
    pane: ClassifyPane, qtbot: QtBot, unseen: Path
) -> None:
    pane.add_paths([str(unseen / "a.png")])
    qtbot.waitUntil(lambda: answered(pane, 1), timeout=PATIENCE)
    QApplication.clipboard().setImage(QImage(str(unseen / "a.png")))
    pane.setFocus()
    QTest.keyClick(pane, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: answered(pane, 2), timeout=PATIENCE)
    of_file, pasted = pane.view.list.batch.items()
    assert pasted.name == "Pasted picture 1"
    assert of_file.prediction is not None and pasted.prediction is not None
    assert of_file.prediction.outputs == pasted.prediction.outputs


def test_pasting_files_and_pasting_nothing(pane: ClassifyPane, qtbot: QtBot, unseen: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(unseen / "b.png"))])
    QApplication.clipboard().setMimeData(data)
    click(pane.view.paste_button)
    qtbot.waitUntil(lambda: answered(pane, 1), timeout=PATIENCE)
    QApplication.clipboard().setText("words")
    click(pane.view.paste_button)
    assert "no picture on the clipboard" in pane.view.banner.label.text()


def test_the_same_file_is_listed_once_and_delete_takes_it_off(
    pane: ClassifyPane, qtbot: QtBot, unseen: Path
) -> None:
    paths = [str(unseen / "a.png"), str(unseen / "b.png")]
    pane.add_paths(paths)
    qtbot.waitUntil(lambda: answered(pane, 2), timeout=PATIENCE)
    pane.add_paths(paths)
    QTest.qWait(200)
    assert pane.view.list.batch.rowCount() == 2
    pane.view.list.choose(0)
    QTest.keyClick(pane.view.list, Qt.Key.Key_Delete)
    assert [item.name for item in pane.view.list.batch.items()] == ["b.png"]
    assert pane.view.answer.whole() == "green"
    assert (unseen / "a.png").exists()


def test_many_pictures_can_be_stopped(pane: ClassifyPane, qtbot: QtBot, tmp_path: Path) -> None:
    for i in range(3_000):
        target = tmp_path / "many" / f"{i}.png"
        if i == 0:
            write_noise(target, (220, 50, 40), 1)
        else:
            target.hardlink_to(tmp_path / "many" / "0.png")
    pane.add_paths([str(tmp_path / "many")])
    items = pane.view.list.batch.items
    qtbot.waitUntil(lambda: sum(i.prediction is not None for i in items()) > 10, timeout=PATIENCE)
    assert pane.view.stop_button.isVisible()
    click(pane.view.stop_button)
    done = sum(item.prediction is not None for item in items())
    assert not pane.view.stop_button.isVisible()
    QTest.qWait(500)
    assert sum(item.prediction is not None for item in items()) == done < 3_000


def test_the_table_has_every_class_and_every_reason(
    pane: ClassifyPane, qtbot: QtBot, unseen: Path, tmp_path: Path
) -> None:
    pane.add_paths([str(unseen)])
    qtbot.waitUntil(lambda: answered(pane, 4), timeout=PATIENCE)
    pane.save_table(tmp_path / "answers.csv")
    with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows["a.png"]["class"] == "red"
    assert float(rows["a.png"]["probability"]) == pytest.approx(float(rows["a.png"]["red"]))
    total = sum(float(rows["a.png"][name]) for name in ("blue", "green", "red"))
    assert total == pytest.approx(1.0, abs=1e-5)
    assert rows["broken.jpg"]["error"]
    assert rows["broken.jpg"]["class"] == ""


def test_another_run_answers_again(
    world: World, pane: ClassifyPane, qtbot: QtBot, unseen: Path
) -> None:
    pane.add_paths([str(unseen / "a.png")])
    qtbot.waitUntil(lambda: answered(pane, 1), timeout=PATIENCE)
    run = world.session.run_in_view
    world.session.set_run_in_view(None)
    assert pane.pages.currentWidget() is not pane.view
    assert pane.empty.heading.text() == "No run can answer yet"
    world.session.set_run_in_view(run)
    qtbot.waitUntil(lambda: answered(pane, 1), timeout=PATIENCE)
    assert pane.pages.currentWidget() is pane.view


def test_a_damaged_run_is_reported_and_can_be_tried_again(
    world: World, pane: ClassifyPane, qtbot: QtBot, unseen: Path
) -> None:
    run = world.session.run_in_view
    assert run is not None
    good = run.best_weights.read_bytes()
    run.best_weights.write_bytes(good[: len(good) // 2])
    try:
        pane.add_paths([str(unseen / "a.png")])
        qtbot.waitUntil(lambda: pane.view.banner.isVisible(), timeout=PATIENCE)
        assert pane.view.banner.label.text()
    finally:
        run.best_weights.write_bytes(good)
    click(pane.view.banner.button)
    qtbot.waitUntil(lambda: answered(pane, 1), timeout=PATIENCE)
    assert not pane.view.banner.isVisible()


# --- without a network ----------------------------------------------------------------------------


def test_without_a_run_the_pane_says_what_to_do(qapp: QApplication, qtbot: QtBot) -> None:
    world = build_world()
    try:
        pane = world.window.show_pane("classify")
        assert isinstance(pane, ClassifyPane)
        assert pane.empty.heading.text() == "No run can answer yet"
        with qtbot.waitSignal(world.session.pane_requested) as asked:
            click(pane.empty.action_button)
        assert asked.args == ["train"]
    finally:
        world.close()


def test_pictures_wait_for_the_first_epoch(
    qapp: QApplication, qtbot: QtBot, tiny_dataset: Path
) -> None:
    from studio.data.index import open_dataset

    world = build_world()
    try:
        world.session.set_dataset(open_dataset(tiny_dataset))
        run = world.session.prepare_run()
        assert isinstance(run, RunFolder)
        pane = world.window.show_pane("classify")
        assert isinstance(pane, ClassifyPane)
        assert pane.empty.heading.text() == "Run 1 has no finished epoch yet"
        pane.add_paths([str(tiny_dataset / "red" / "red 1.png")])
        qtbot.waitUntil(lambda: pane.view.list.batch.rowCount() == 1, timeout=5_000)
    finally:
        world.close()


def test_an_image_of_any_kind_becomes_rgb() -> None:
    image = QImage(5, 3, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    image.setPixelColor(4, 2, Qt.GlobalColor.red)
    array = array_of(image)
    assert array.shape == (3, 5, 3)
    assert array.dtype == np.uint8
    assert array[0, 0].tolist() == [255, 255, 255]
    assert array[2, 4].tolist() == [255, 0, 0]


def test_words(tmp_path: Path) -> None:
    assert describe_drop([str(tmp_path)])[1] == f"Classify all pictures in “{tmp_path.name}”"
    assert describe_drop(["/x/a.png"])[1] == "Classify “a.png”"
    assert describe_drop(["/x/a.png"] * 38)[1] == "Classify 38 files and folders"
    assert spent_words(0.031) == "31 ms"
    assert spent_words(4.2) == "4.2 s"


def test_a_table_of_several_outputs_names_them() -> None:
    outputs = {"kind": (("star", 0.75), ("cross", 0.25)), "colour": (("red", 1.0),)}
    items = [Item(1, "a, b.png", "/x/a, b.png", prediction=Prediction("/x/a, b.png", outputs))]
    head, row, *_ = table_text(items).splitlines()
    assert head == (
        "name,path,kind: class,kind: probability,kind: cross,kind: star,"
        "colour: class,colour: probability,colour: red,error"
    )
    assert row.startswith('"a, b.png","/x/a, b.png",star,0.750000,0.250000,0.750000,red')


def test_numbers_of_items_survive_removing(qapp: QApplication) -> None:
    model = BatchModel()
    items = model.add_files([Path("/x/1"), Path("/x/2"), Path("/x/3")])
    model.remove(0)
    model.answer(items[2].number, Prediction("/x/3", error="no"))
    model.answer(items[0].number, Prediction("/x/1", error="no"))
    assert [item.error for item in model.items()] == ["", "no"]
    assert model.summary() == "1 unreadable, 1 waiting"
