"""Building a data set in the window: dropped, pasted, photographed, labelled, and taken back."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.errors import StudioError
from studio.core.project import Project
from studio.data.collection import OWN_FOLDER, create
from studio.data.dataset import OUTPUT, Dataset
from studio.data.index import open_dataset
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.collecting.balance_line import balance_words
from studio.ui.panes.data.collecting.camera import CameraDialog
from studio.ui.panes.data.collecting.cameras import Camera, _listed_cameras
from studio.ui.panes.data.collecting.labelling import AHEAD, SIDE, Labelling
from studio.ui.panes.data.collecting.new_dataset import NewDataset, names_in
from studio.ui.panes.data.collecting.pace import Pace, progress_words
from studio.ui.panes.data.collecting.shooter import Shooter
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.words import EMPTY
from tests.conftest import write_noise

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COLOURS = ((190, 70, 60), (60, 170, 80), (60, 80, 190))


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield world
    world.close()


@pytest.fixture
def failures(world: World) -> list[StudioError]:
    found: list[StudioError] = []
    world.session.failed.connect(found.append)
    return found


@pytest.fixture
def pane(world: World) -> DataPane:
    found = world.window.show_pane("data")
    assert isinstance(found, DataPane)
    world.window.activateWindow()
    assert QTest.qWaitForWindowActive(world.window)
    return found


@pytest.fixture
def plants(world: World, pane: DataPane, tmp_path: Path, qtbot: QtBot) -> Path:
    """A data set of the studio with the classes fern and moss, open and empty."""
    create(tmp_path / "plants", ("fern", "moss"))
    world.session.set_dataset(open_dataset(tmp_path / "plants"))
    return tmp_path / "plants"


def pictures(folder: Path, number: int, first: int = 0) -> list[str]:
    for i in range(first, first + number):
        write_noise(folder / f"{i:03}.png", COLOURS[i % 3], i, 16)
    return [str(folder / f"{i:03}.png") for i in range(first, first + number)]


def dataset_of(world: World) -> Dataset:
    assert world.session.dataset is not None
    return world.session.dataset


def settle(pane: DataPane, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: pane.build.collector.is_idle, timeout=20_000)


def counts(world: World) -> list[int]:
    return dataset_of(world).class_counts().tolist()


def drop(target: QWidget, paths: list[str], at: QPoint) -> bool:
    """Drag files over a place of a widget and let go; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(at, copy, data, LEFT, NO_KEY)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(at, copy, data, LEFT, NO_KEY)
    QApplication.sendEvent(target, move)
    event = QDropEvent(QPointF(at), copy, data, LEFT, NO_KEY)
    QApplication.sendEvent(target, event)
    return move.isAccepted() and event.isAccepted()


def drop_on_class(pane: DataPane, name: str, paths: list[str]) -> bool:
    classes = pane.view.classes
    place = next(
        i for i in range(classes.classes.rowCount()) if classes.classes.index(i).data() == name
    )
    at = classes.visualRect(classes.classes.index(place)).center()
    return drop(classes.viewport(), paths, at)


def answer(pane: DataPane, key: str, qtbot: QtBot) -> str:
    """Press a button of the question that is asked; its sentence."""
    qtbot.waitUntil(lambda: pane.build.consent.question is not None, timeout=5_000)
    question = pane.build.consent.question
    assert question is not None
    words = question.accessibleName()
    QTest.mouseClick(question.buttons[key], LEFT)
    assert pane.build.consent.question is None
    return words


def contents(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file() and OWN_FOLDER not in p.parts
    }


# --- a new data set -------------------------------------------------------------------------------


def test_names_are_read_from_a_line() -> None:
    assert names_in(" fern, moss;  Fern ,, old  moss\n") == ["fern", "moss", "old moss"]
    assert names_in(" ,; ") == []


def test_a_new_data_set_by_keys(world: World, pane: DataPane, qtbot: QtBot) -> None:
    QTest.keyClick(
        world.window, Qt.Key.Key_N,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )  # fmt: skip
    page = pane.pages.currentWidget()
    assert isinstance(page, NewDataset)
    QTest.keyClicks(page.classes, "fern, old moss, a/b, CON")
    QTest.keyClick(page.classes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=20_000)
    dataset = dataset_of(world)
    assert dataset.outputs[OUTPUT] == ("a_b", "class CON", "fern", "old moss")
    project = world.session.project
    assert project is not None and dataset.root == project.path / "pictures"
    assert pane.pages.currentWidget() is pane.view
    assert pane.view.nothing.text() == EMPTY and pane.view.ways.isVisible()
    assert not pane.view.show_all.isVisible()
    assert pane.view.balance.isVisible() and "needs 20 more" in pane.view.balance.text()


def test_changing_ones_mind_makes_nothing(world: World, pane: DataPane) -> None:
    QTest.mouseClick(pane.start.new_button, LEFT)
    page = pane.pages.currentWidget()
    assert isinstance(page, NewDataset)
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert pane.pages.currentWidget() is pane.start and world.session.project is None


def test_a_folder_that_is_not_empty_is_refused(
    world: World, pane: DataPane, failures: list[StudioError], qtbot: QtBot, tmp_path: Path
) -> None:
    pictures(tmp_path / "mine", 1)
    world.session.build_requested.emit()
    page = pane.pages.currentWidget()
    assert isinstance(page, NewDataset)
    page.set_folder(tmp_path / "mine")
    QTest.mouseClick(page.make, LEFT)
    qtbot.waitUntil(lambda: bool(failures), timeout=20_000)
    assert "not empty" in failures[0].message and page.make.isEnabled()


def test_a_copy_of_the_project_has_its_own_pictures(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    world.session.build_requested.emit()
    page = pane.pages.currentWidget()
    assert isinstance(page, NewDataset)
    QTest.keyClicks(page.classes, "fern")
    QTest.mouseClick(page.make, LEFT)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=20_000)
    pane.build.drop_on_class(0, pictures(tmp_path / "mine", 2))
    settle(pane, qtbot)
    first = dataset_of(world).root
    world.session.save_as(tmp_path / "copy")
    settle(pane, qtbot)
    assert dataset_of(world).root == tmp_path / "copy" / "pictures" and counts(world) == [2]
    pane.build.drop_on_class(0, pictures(tmp_path / "mine", 1, 5))
    settle(pane, qtbot)
    assert counts(world) == [3] and len(open_dataset(first)) == 2
    assert Project.open(tmp_path / "copy").dataset_path() == tmp_path / "copy" / "pictures"


# --- files ----------------------------------------------------------------------------------------


def test_files_are_dropped_on_a_class(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    mine = pictures(tmp_path / "mine", 5)
    before = contents(tmp_path / "mine")
    assert drop_on_class(pane, "moss", mine)
    settle(pane, qtbot)
    assert counts(world) == [0, 5] and contents(tmp_path / "mine") == before
    assert world.session.undo_stack.undoText() == "Add 5 pictures to “moss”"
    assert "5 pictures added" in pane.view.done.whole() and "Ctrl+Z" in pane.view.done.whole()
    assert drop_on_class(pane, "fern", [str(tmp_path / "mine")])  # a folder means its pictures
    settle(pane, qtbot)
    assert counts(world) == [5, 5]
    world.session.undo_stack.undo()
    settle(pane, qtbot)
    assert counts(world) == [0, 5] and contents(tmp_path / "mine") == before
    world.session.undo_stack.undo()
    world.session.undo_stack.redo()
    world.session.undo_stack.redo()
    settle(pane, qtbot)
    assert counts(world) == [5, 5] and len(contents(plants)) == 10


def test_place_choice_labels_and_order_stay(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    pane.build.drop_on_class(0, pictures(tmp_path / "mine", 120))
    settle(pane, qtbot)
    grid, dataset = pane.view.grid, dataset_of(world)
    shown = [dataset.paths[row] for row in grid.pictures.rows().tolist()]
    grid.choose_row(int(grid.pictures.rows()[70]))
    grid.verticalScrollBar().setValue(300)
    chosen = dataset.paths[int(grid.chosen_rows()[0])]
    QTest.keyClick(grid, Qt.Key.Key_2)  # it is moss
    QTest.keyClick(grid, Qt.Key.Key_Delete)  # and left out
    here = grid.verticalScrollBar().value()
    pane.build.drop_on_class(1, pictures(tmp_path / "mine", 30, 200))
    settle(pane, qtbot)
    dataset = dataset_of(world)
    after = [dataset.paths[row] for row in grid.pictures.rows().tolist()]
    assert after[:120] == shown and len(after) == 150
    assert [dataset.paths[row] for row in grid.chosen_rows().tolist()] == [chosen]
    assert grid.verticalScrollBar().value() == here
    row = dataset.paths.index(chosen)
    assert dataset.classes_of(row, OUTPUT) == ("moss",) and world.session.changes.excluded()[row]
    assert len(world.session.assignment) == 150 and world.session.assignment[row] < 0


def test_broken_and_foreign_files_are_named(
    world: World, pane: DataPane, plants: Path, failures: list[StudioError], qtbot: QtBot,
    tmp_path: Path,
) -> None:  # fmt: skip
    mine = pictures(tmp_path / "mine", 2)
    (tmp_path / "letter.png").write_text("Dear reader")
    (tmp_path / "empty.jpg").touch()
    odd = [str(tmp_path / "letter.png"), str(tmp_path / "empty.jpg"), str(tmp_path / "gone.png")]
    assert drop_on_class(pane, "fern", [*mine, *odd])
    settle(pane, qtbot)
    assert counts(world) == [2, 0] and len(failures) == 1
    assert failures[0].message == "3 files were left out."
    assert all(name in failures[0].details for name in ("letter.png", "empty.jpg", "gone.png"))


def test_ten_thousand_files_can_be_stopped(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    content = Path(pictures(tmp_path / "mine", 1)[0]).read_bytes()
    for i in range(10_000):
        (tmp_path / "mine" / f"n{i}.png").write_bytes(content + b"%d" % i)
    pane.build.drop_on_class(0, [str(tmp_path / "mine")])
    job = world.session.jobs.running[0]
    qtbot.waitUntil(lambda: job.done > 0, timeout=20_000)
    assert job.total == 10_001 and job.words == "Copying to plants/fern"
    job.cancel()
    settle(pane, qtbot)
    number = counts(world)[0]
    assert 0 < number < 10_000 and len(contents(plants)) == number
    assert "Stopped" in pane.view.done.whole()
    world.session.undo_stack.undo()
    settle(pane, qtbot)
    assert counts(world) == [0, 0] and contents(plants) == {}


def test_a_disk_that_refuses_is_told(
    world: World, pane: DataPane, plants: Path, failures: list[StudioError], qtbot: QtBot,
    tmp_path: Path,
) -> None:  # fmt: skip
    (plants / "fern").rmdir()
    (plants / "fern").write_text("a file where the folder was")
    (plants / "moss").rmdir()
    os.symlink(tmp_path, plants / "moss")
    assert drop_on_class(pane, "moss", pictures(tmp_path / "mine", 1))
    settle(pane, qtbot)
    assert len(failures) == 1 and "is a link" in failures[0].message
    assert not (tmp_path / "000.png").exists()


def test_own_pictures_dropped_on_a_class_change_their_label(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    pane.build.drop_on_class(0, pictures(tmp_path / "mine", 2))
    settle(pane, qtbot)
    before = contents(plants)
    assert drop_on_class(pane, "moss", [str(plants / "fern" / "000.png")])
    settle(pane, qtbot)
    assert counts(world) == [1, 1] and contents(plants) == before
    assert "Label 1 picture" in world.session.undo_stack.undoText()


def test_pictures_beside_the_list_go_to_the_chosen_class(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    mine = pictures(tmp_path / "mine", 3)
    assert pane.build.describe_drop(mine) == (True, "Add 3 pictures without a class")
    pane.view.classes.choose(1)
    assert pane.build.describe_drop(mine) == (True, "Add 3 pictures to “moss”")
    assert pane.build.describe_drop([str(tmp_path)])[1].startswith("Open")
    middle = pane.view.frame.work.mapTo(pane, pane.view.frame.work.rect().center())
    assert drop(pane, mine, middle)
    settle(pane, qtbot)
    assert counts(world) == [0, 3]
    assert not pane.build.area().contains(pane.view.classes.mapTo(pane, QPoint(5, 5)))


def test_a_renamed_class_keeps_its_folder_and_a_new_one_gets_its_name(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    pane.build.drop_on_class(0, pictures(tmp_path / "mine", 1))
    settle(pane, qtbot)
    pane.editing.rename_class(0, "bracken/fern")
    index = dataset_of(world).outputs[OUTPUT].index("bracken/fern")
    pane.build.drop_on_class(index, pictures(tmp_path / "mine", 2, 10))
    settle(pane, qtbot)
    dataset = dataset_of(world)
    assert dataset.rows_of(dataset.outputs[OUTPUT].index("bracken/fern")).size == 3


# --- other people's data sets ---------------------------------------------------------------------


def test_a_folder_of_the_person_asks_once(
    world: World, pane: DataPane, tiny_dataset: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    world.session.set_dataset(open_dataset(tiny_dataset))
    before, mine = contents(tiny_dataset), pictures(tmp_path / "mine", 2)
    assert drop_on_class(pane, "green", mine)
    assert answer(pane, "", qtbot) == "Copy 2 files into “tiny/green”?"
    assert contents(tiny_dataset) == before
    assert drop_on_class(pane, "green", mine)
    answer(pane, "copy", qtbot)
    settle(pane, qtbot)
    assert counts(world) == [8, 10, 8]
    assert drop_on_class(pane, "red", mine)
    assert pane.build.consent.question is None
    settle(pane, qtbot)
    assert counts(world) == [8, 10, 10]
    after = contents(tiny_dataset)
    assert before.items() <= after.items() and len(after) == len(before) + 4
    world.session.undo_stack.undo()
    world.session.undo_stack.undo()
    settle(pane, qtbot)
    assert contents(tiny_dataset) == before


def test_split_folders_get_pictures_for_training(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    for split in ("test", "train"):
        for name in ("ants", "bees"):
            pictures(tmp_path / "insects" / split / name, 2)
    world.session.set_dataset(open_dataset(tmp_path / "insects"))
    assert drop_on_class(pane, "bees", pictures(tmp_path / "mine", 1, 50))
    assert "insects/train/bees" in answer(pane, "copy", qtbot)
    settle(pane, qtbot)
    assert "train/bees/050.png" in dataset_of(world).paths


def test_a_table_takes_none_and_offers_a_new_data_set(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    pictures(tmp_path / "table" / "images", 4)
    rows = "".join(f"{i:03}.png,{'ab'[i % 2]}\n" for i in range(4))
    (tmp_path / "table" / "labels.csv").write_text(f"file,label\n{rows}")
    world.session.set_dataset(open_dataset(tmp_path / "table" / "labels.csv"))
    before = contents(tmp_path / "table")
    assert drop_on_class(pane, "a", pictures(tmp_path / "mine", 1))
    assert "table" in answer(pane, "new", qtbot).lower()
    assert isinstance(pane.pages.currentWidget(), NewDataset)
    assert contents(tmp_path / "table") == before


# --- paste ----------------------------------------------------------------------------------------


def test_pasting_pictures_and_files(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    clipboard = QGuiApplication.clipboard()
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(0xFF3060C0)
    clipboard.setImage(image)
    pane.view.classes.choose(0)
    QTest.keyClick(pane.view.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(pane, qtbot)
    assert counts(world) == [1, 0]
    (name,) = contents(plants)
    pixels = cv2.imread(str(plants / name))
    assert pixels.shape == (10, 20, 3) and pixels[0, 0].tolist() == [0xC0, 0x60, 0x30]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in pictures(tmp_path / "mine", 2)])
    clipboard.setMimeData(data)
    pane.view.classes.choose(ALL)
    QTest.keyClick(pane.view.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(pane, qtbot)
    assert counts(world) == [1, 0] and len(dataset_of(world)) == 3
    clipboard.setText("no picture")
    QTest.keyClick(pane.view.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "no picture to paste" in pane.view.done.whole()
    clipboard.clear()


# --- camera ---------------------------------------------------------------------------------------


@pytest.fixture
def film(tmp_path: Path) -> Camera:
    """A film of 400 frames that get lighter, in place of a camera."""
    path = str(tmp_path / "film.avi")
    out = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 60, (64, 48))
    for i in range(400):
        out.write(np.full((48, 64, 3), (10, 30, min(255, 60 + i)), np.uint8))
    out.release()
    return Camera(path, "A film")


def open_camera(pane: DataPane, world: World, cameras: list[Camera]) -> CameraDialog:
    dialog = CameraDialog(
        world.session, pane.build.collector, "moss", lambda: cameras, world.window
    )
    dialog.open()
    return dialog


def close(dialog: CameraDialog, qtbot: QtBot) -> None:
    grabber = dialog._grabber
    with qtbot.waitSignal(dialog.closed, timeout=5_000):
        QTest.mouseClick(dialog.finish, LEFT)
    assert grabber is None or grabber.wait(5_000)


def test_pictures_of_a_camera(
    world: World, pane: DataPane, plants: Path, film: Camera, qtbot: QtBot
) -> None:
    dialog = open_camera(pane, world, [film])
    qtbot.waitUntil(dialog.take.isEnabled, timeout=20_000)
    QTest.keyClick(dialog.every, Qt.Key.Key_Space)  # wherever the focus is
    qtbot.waitUntil(lambda: "1 picture of moss" in dialog.taken.text(), timeout=10_000)
    dialog.number.set_value(4)
    dialog.every.set_value(0.1)
    QTest.keyClick(dialog.chosen, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: "5 pictures of moss" in dialog.taken.text(), timeout=10_000)
    assert not dialog.shots[4].image().isNull() and dialog.shots[5].image().isNull()
    settle(pane, qtbot)
    assert counts(world) == [0, 5]
    pixels = cv2.imread(str(plants / next(iter(contents(plants)))))
    assert pixels.shape == (48, 64, 3) and pixels[0, 0, 2] > pixels[0, 0, 0]
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)  # the burst
    settle(pane, qtbot)
    assert counts(world) == [0, 1]
    QTest.mouseClick(dialog.undo, LEFT)
    settle(pane, qtbot)
    assert counts(world) == [0, 0] and not dialog.undo.isEnabled()
    close(dialog, qtbot)


def test_holding_the_key_goes_on(
    world: World, pane: DataPane, plants: Path, film: Camera, qtbot: QtBot
) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    dialog = open_camera(pane, world, [film])
    qtbot.waitUntil(dialog.take.isEnabled, timeout=20_000)
    dialog.every.set_value(0.1)
    space = Qt.Key.Key_Space
    for held in (False, True, True):
        event = QKeyEvent(QEvent.Type.KeyPress, space, NO_KEY, " ", held)
        QApplication.sendEvent(dialog.take, event)
    qtbot.waitUntil(lambda: dialog._taken["moss"] >= 3, timeout=10_000)
    QApplication.sendEvent(dialog.take, QKeyEvent(QEvent.Type.KeyRelease, space, NO_KEY, " "))
    assert not dialog.shooter.is_busy
    close(dialog, qtbot)
    settle(pane, qtbot)
    assert counts(world)[1] >= 3


def test_the_countdown(qtbot: QtBot) -> None:
    shooter, counted, shots = Shooter(second=5), [], []
    shooter.counting.connect(counted.append)
    shooter.shoot.connect(shots.append)
    shooter.start(3, 0.001, True)
    qtbot.waitUntil(lambda: len(shots) == 3 and not shooter.is_busy, timeout=5_000)
    assert counted == [3, 2, 1, 0] and shots == [1, 1, 1]
    shooter.start(1, 1, True)
    shooter.stop()
    assert not shooter.is_busy and len(shots) == 3 and counted[-1] == 0


def test_no_camera_and_one_that_fails(
    world: World, pane: DataPane, plants: Path, film: Camera, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = open_camera(pane, world, [])
    qtbot.waitUntil(lambda: "No camera was found" in dialog.live._words, timeout=10_000)
    assert not dialog.take.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Space)
    dialog._find = lambda: [Camera(str(tmp_path / "gone.avi"), "Gone")]
    QTest.mouseClick(dialog.again, LEFT)
    qtbot.waitUntil(lambda: "did not open" in dialog.live._words, timeout=10_000)
    dialog._find = lambda: [film]
    QTest.mouseClick(dialog.again, LEFT)
    qtbot.waitUntil(dialog.take.isEnabled, timeout=20_000)
    close(dialog, qtbot)
    assert world.session.undo_stack.count() == 0


def test_cameras_that_linux_lists(tmp_path: Path) -> None:
    for number, name, index in ((2, "Microscope", 0), (0, "Built in", 0), (1, "Built in", 1)):
        (tmp_path / f"video{number}").mkdir()
        (tmp_path / f"video{number}" / "name").write_text(f"{name}\n")
        (tmp_path / f"video{number}" / "index").write_text(f"{index}\n")
    (tmp_path / "videoX").mkdir()
    assert _listed_cameras(tmp_path) == [Camera(0, "Built in"), Camera(2, "Microscope")]
    assert _listed_cameras(tmp_path / "none") == []


# --- labels ---------------------------------------------------------------------------------------


@pytest.fixture
def labelling(world: World, pane: DataPane, tmp_path: Path, qtbot: QtBot) -> Labelling:
    pictures(tmp_path / "loose", 12)
    world.session.open_requested.emit(tmp_path / "loose")
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=20_000)
    assert pane.view.unlabelled.isVisible()
    pane.view.unlabelled.action.emit()
    page = pane.pages.currentWidget()
    assert isinstance(page, Labelling)
    return page


def labels(world: World) -> list[str]:
    dataset = dataset_of(world)
    return ["".join(dataset.classes_of(row, OUTPUT)) for row in range(len(dataset))]


def test_labels_by_keys(world: World, pane: DataPane, labelling: Labelling) -> None:
    QTest.keyClicks(labelling, "f")  # goes to the field
    QTest.keyClicks(labelling.filter, "ern")
    QTest.keyClick(labelling.filter, Qt.Key.Key_Return)  # a new class
    assert labels(world)[:2] == ["fern", ""] and labelling.filter.text() == ""
    for letter in "moss":
        QTest.keyClicks(labelling.filter, letter)
    QTest.keyClick(labelling.filter, Qt.Key.Key_Return)
    labelling.setFocus()
    QTest.keyClicks(labelling, "12")
    QTest.keyClick(labelling, Qt.Key.Key_Return)  # skip
    QTest.keyClicks(labelling, "2")
    assert labels(world)[:7] == ["fern", "moss", "fern", "moss", "", "moss", ""]
    assert labelling.progress.text().startswith("5 of 12 labelled")
    QTest.keyClick(labelling, Qt.Key.Key_Left)
    QTest.keyClicks(labelling, "1")  # it was fern after all
    assert labels(world)[5] == "fern"
    QTest.keyClick(labelling, Qt.Key.Key_Backspace)
    assert labels(world)[5] == "moss" and labelling._place == 5
    QTest.keyClick(labelling, Qt.Key.Key_Backspace)
    assert labels(world)[5] == ""
    world.session.undo_stack.redo()
    assert labels(world)[5] == "moss"
    QTest.keyClicks(labelling, "9")  # no such class
    QTest.keyClick(labelling, Qt.Key.Key_Escape)
    assert pane.pages.currentWidget() is pane.view


def test_a_click_and_the_end(world: World, pane: DataPane, labelling: Labelling) -> None:
    labelling.filter.setText("fern")
    QTest.keyClick(labelling.filter, Qt.Key.Key_Return)
    row = labelling.classes.visualRect(labelling.classes.keys.index(0)).center()
    for _ in range(11):
        QTest.mouseClick(labelling.classes.viewport(), LEFT, pos=row)
    assert labels(world) == ["fern"] * 12
    assert "All pictures have a label" in labelling.picture._words
    QTest.keyClicks(labelling, "1")  # nothing is left
    QTest.mouseClick(labelling.leave, LEFT)
    assert not pane.view.unlabelled.isVisible()
    world.session.undo_stack.undo()
    assert pane.view.unlabelled.isVisible()


def test_the_next_pictures_are_decoded_ahead(
    world: World, labelling: Labelling, qtbot: QtBot
) -> None:
    root = dataset_of(world).root
    ahead = [f"{root}/{path}" for path in dataset_of(world).paths[: AHEAD + 1]]
    loader = labelling._loader
    qtbot.waitUntil(lambda: all(loader.known(p, SIDE) is not None for p in ahead), timeout=10_000)
    assert AHEAD >= 3
    labelling.filter.setText("fern")
    QTest.keyClick(labelling.filter, Qt.Key.Key_Return)
    assert not labelling.picture.image().isNull()  # no wait


def test_pace_and_its_words() -> None:
    now = 0.0
    pace = Pace(lambda: now)
    pace.start()
    for seconds in (1.0, 2.0, 100.0, 1.2):
        now += seconds
        pace.labelled()
    assert pace.seconds == pytest.approx(1.4)
    words = progress_words(124, 900, 1.4)
    assert words == "124 of 900 labelled · 1.4 s a picture · 18 min left"
    assert progress_words(0, 5, None) == "0 of 5 labelled"


# --- balance --------------------------------------------------------------------------------------


def test_the_line_about_balance(
    world: World, pane: DataPane, plants: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    assert balance_words(("a", "b", "c", "d"), [(1, 40), (0, 25), (2, 1), (3, 1)]) == [
        (1, "b needs 40 more"), (0, "a 25"), (-1, "2 others"),
    ]  # fmt: skip
    pane.build.drop_on_class(0, pictures(tmp_path / "mine", 20))
    settle(pane, qtbot)
    line = pane.view.balance
    assert line.isVisible() and "moss needs 20 more" in line.text() and "fern" not in line.text()
    line.linkActivated.emit("1")
    assert pane.view.classes.chosen() == 1


@pytest.mark.parametrize("kind", ["table", "archive", "arrays"])
def test_a_drop_on_a_class_of_a_file_is_refused_with_words(
    world: World, pane: DataPane, tiny_dataset: Path, tmp_path: Path, qtbot: QtBot, kind: str
) -> None:
    mine = pictures(tmp_path / "mine", 1)
    place = tmp_path / "set.npz"
    if kind == "table":
        place = tiny_dataset / "labels.csv"
        names = [f"{p.parent.name}/{p.name},{p.parent.name}" for p in tiny_dataset.rglob("*.png")]
        place.write_text("\n".join(["file,label", *names]))
    elif kind == "archive":
        place = Path(shutil.make_archive(str(tmp_path / "set"), "zip", tiny_dataset))
    else:
        pixels = np.zeros((6, 8, 8, 3), np.uint8)
        np.savez(place, x_train=pixels, y_train=np.array([0, 1] * 3))
    world.session.set_dataset(open_dataset(place))
    before, name = len(dataset_of(world)), dataset_of(world).outputs[OUTPUT][0]
    assert drop_on_class(pane, name, mine)
    question = pane.build.consent.question
    assert question is not None
    words = question.accessibleName()
    expected = "is one file" if kind == "archive" else "would not be known to it"
    assert expected in words, words
    QTest.mouseClick(question.buttons[""], LEFT)
    assert len(dataset_of(world)) == before and Path(mine[0]).exists()
