"""Putting a data set right in the window: excluded, relabelled, renamed, undone, and kept."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, SignalInstance
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.errors import StudioError
from studio.data.dataset import OUTPUT, Dataset, Split
from studio.data.index import open_dataset
from studio.data.overlay.actions import Exclude
from studio.data.overlay.apply import NOT_MOVED
from studio.data.overlay.sqlite_file import SCHEMA_VERSION
from studio.data.overlay.store import Overlay
from studio.training.recipe import Recipe
from studio.ui.changes import OVERLAY_FILE
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.pane import DataPane
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.tiles import TileRole
from tests.conftest import write_noise

CTRL = Qt.KeyboardModifier.ControlModifier


def start() -> World:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    return world


@pytest.fixture
def world(qapp: QApplication, tiny_dataset: Path) -> Iterator[World]:
    world = start()
    world.session.set_dataset(open_dataset(tiny_dataset))
    yield world
    world.close()


@pytest.fixture
def pane(world: World) -> DataPane:
    found = world.window.show_pane("data")
    assert isinstance(found, DataPane)
    world.window.activateWindow()
    assert QTest.qWaitForWindowActive(world.window)
    return found


def dataset_of(world: World) -> Dataset:
    dataset = world.session.dataset
    assert dataset is not None
    return dataset


def choose(pane: DataPane, *places: int) -> list[str]:
    """Click tiles, all but the first with Ctrl; their relative paths."""
    grid = pane.view.grid
    for i, place in enumerate(places):
        at = grid.visualRect(grid.pictures.index(place)).center()
        held = CTRL if i else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, held, at)
    dataset = grid.pictures.dataset()
    assert dataset is not None
    return [dataset.paths[row] for row in grid.chosen_rows().tolist()]


def rows_of(dataset: Dataset, paths: list[str]) -> list[int]:
    return [dataset.paths.index(path) for path in paths]


def press(pane: DataPane, key: Qt.Key) -> None:
    QTest.keyClick(pane.view.grid, key)


def undo(world: World) -> None:
    top = world.window.frame.top
    assert top.undo_button.isEnabled()
    key(world, CTRL, top.undo_requested)


def redo(world: World) -> None:
    top = world.window.frame.top
    assert top.redo_button.isEnabled()
    key(world, CTRL | Qt.KeyboardModifier.ShiftModifier, top.redo_requested)


def key(world: World, held: Qt.KeyboardModifier, told: SignalInstance) -> None:
    """Press Z; a button that is pressed by its key takes a moment to let go."""
    world.window.activateWindow()  # a menu that closed may have left no window active
    assert QTest.qWaitForWindowActive(world.window)
    spy = QSignalSpy(told)
    QTest.keyClick(world.window, Qt.Key.Key_Z, held)
    assert spy.count() or spy.wait(2_000)


def right_click(widget: QWidget, at: QPoint) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.RightButton, pos=at)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))


def entry(menu: Menu, *words: str) -> Menu:
    """Choose an entry by the way of its submenus, as a person does; the menu it was in."""
    for word in words[:-1]:
        action = next(a for a in menu.actions() if a.text() == word)
        below = action.menu()
        assert isinstance(below, Menu)
        below.aboutToShow.emit()
        menu = below
    next(a for a in menu.actions() if a.text() == words[-1]).trigger()
    return menu


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


# --- pictures -------------------------------------------------------------------------------------


def test_excluded_pictures_are_pale_and_leave_the_split(world: World, pane: DataPane) -> None:
    session, model = world.session, pane.view.grid.pictures
    split, recipe = session.assignment.copy(), session.recipe
    paths = choose(pane, 0, 1, 4)
    press(pane, Qt.Key.Key_Delete)
    rows = rows_of(dataset_of(world), paths)
    assert (session.assignment[rows] == -1).all()
    assert np.count_nonzero(session.assignment == -1) == 3
    others = np.setdiff1d(np.arange(24), rows)
    assert np.array_equal(session.assignment[others], split[others]), "all others stay"
    pale = [i for i in range(24) if model.data(model.index(i), TileRole.EXCLUDED)]
    assert pale == [0, 1, 4]
    assert pane.view.summary.text() == "24 pictures, 3 classes, 3 excluded"
    assert pane.view.done.whole() == "Ctrl+Z takes this back."
    assert len(pane.view.grid.chosen_rows()) == 3, "what was chosen stays chosen"
    assert dict(pane.view.inspector.many_facts.facts())["Excluded"] == "3 of 3"
    assert pane.view.inspector.exclude_button.text() == "Include 3 pictures"
    samples = dataset_of(world).samples(session.assignment)
    assert len(samples.paths) == 21 and not set(paths) & set(samples.paths)
    undo(world)
    assert np.array_equal(session.assignment, split)
    assert pane.view.summary.text() == "24 pictures, 3 classes"
    assert session.recipe == recipe
    redo(world)
    assert np.count_nonzero(session.assignment == -1) == 3
    press(pane, Qt.Key.Key_Delete)
    assert np.array_equal(session.assignment, split), "the same key takes them in again"


def test_one_order_of_undo_for_settings_and_pictures(world: World, pane: DataPane) -> None:
    session = world.session
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    session.set_recipe(Recipe(epochs=3))
    choose(pane, 1)
    press(pane, Qt.Key.Key_Delete)
    found = []
    for _ in range(3):
        undo(world)
        found.append((int(session.changes.excluded().sum()), session.recipe.epochs == 3))
    assert found == [(1, True), (1, False), (0, False)]
    assert not session.undo_stack.canUndo() and not session.changes.are_there
    for _ in range(3):
        redo(world)
    assert session.changes.excluded().sum() == 2 and session.recipe.epochs == 3


def test_number_keys_give_the_nth_class(world: World, pane: DataPane) -> None:
    paths = choose(pane, 0, 1, 2)
    press(pane, Qt.Key.Key_3)
    dataset = dataset_of(world)
    rows = rows_of(dataset, paths)
    assert {dataset.classes_of(row, OUTPUT) for row in rows} == {("red",)}
    assert world.session.original is not dataset
    assert {pane.view.grid.pictures.index(i).data() for i in range(3)} == {"red"}
    press(pane, Qt.Key.Key_9)  # there is no ninth class
    assert dataset_of(world) is dataset
    changed = [p for p in paths if not p.startswith("red/")]
    assert changed
    pane.view.grid.choose_row(rows_of(dataset, changed)[0])
    facts = pane.view.inspector.facts.facts()
    assert ("By you", f"Moved from {changed[0].split('/')[0]}") in facts
    undo(world)
    assert dataset_of(world).classes_of(rows_of(dataset, changed)[0], OUTPUT) != ("red",)


def test_labelling_within_a_class_goes_on_with_the_next_picture(
    world: World, pane: DataPane
) -> None:
    pane.view.classes.choose(0)
    grid = pane.view.grid
    rows = grid.pictures.rows().tolist()
    choose(pane, 2)
    for left in (7, 6):
        press(pane, Qt.Key.Key_2)
        assert len(grid.pictures.rows()) == left
    assert grid.chosen_rows().tolist() == [rows[4]]
    assert pane.view.summary.text() == "6 of 24 pictures, 3 classes"


def test_the_menu_of_chosen_pictures(world: World, pane: DataPane) -> None:
    grid = pane.view.grid
    paths = choose(pane, 0, 3)
    right_click(grid.viewport(), grid.visualRect(grid.pictures.index(3)).center())
    menu = pane.editing.menu
    assert menu is not None and menu.isVisible()
    assert [a.text() for a in menu.actions() if a.text()] == [
        "Class", "Use for", "Exclude 2 pictures",
    ]  # fmt: skip
    below = entry(menu, "Class", "green")
    assert [a.text() for a in below.actions() if a.text()] == ["blue", "green", "red", "No label"]
    menu.close()
    dataset = dataset_of(world)
    rows = rows_of(dataset, paths)
    assert {dataset.classes_of(row, OUTPUT) for row in rows} == {("green",)}
    for word, split in (("Test", Split.TEST), ("Validation", Split.VALIDATION)):
        use_for(pane, word)
        assert (world.session.assignment[rows] == split).all()
    use_for(pane, "As the split says")
    result = world.session.changes.result
    assert result is not None and (result.moved == NOT_MOVED).all()
    undo(world)
    assert (world.session.assignment[rows] == Split.VALIDATION).all()


def use_for(pane: DataPane, word: str) -> None:
    pane.editing.open_menu(QPoint(5, 5))
    menu = pane.editing.menu
    assert menu is not None
    entry(menu, "Use for", word)
    menu.close()


def test_an_unreadable_picture_is_never_put_into_training(
    world: World, pane: DataPane, tiny_dataset: Path, qtbot: QtBot
) -> None:
    (tiny_dataset / "red" / "broken.png").write_bytes(b"no picture")
    world.session.set_dataset(open_dataset(tiny_dataset))
    qtbot.waitUntil(
        lambda: "unreadable" in {p.kind for p in world.session.problems}, timeout=15_000
    )
    row = dataset_of(world).paths.index("red/broken.png")
    pane.view.grid.choose_row(row)
    pane.editing.use_for("train")
    assert world.session.assignment[row] == -1


# --- classes --------------------------------------------------------------------------------------


def names(pane: DataPane) -> list[str]:
    model = pane.view.classes.classes
    return [str(model.index(i).data()) for i in range(model.rowCount())]


def test_a_class_is_renamed_in_its_place(world: World, pane: DataPane, qtbot: QtBot) -> None:
    classes, model = pane.view.classes, pane.view.grid.pictures
    at = classes.visualRect(classes.classes.index(2)).center()
    QTest.mouseClick(classes.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClick(classes, Qt.Key.Key_F2)
    editor = classes.viewport().findChild(QLineEdit)
    assert editor is not None and editor.text() == "green"
    editor.selectAll()
    QTest.keyClicks(editor, "moss")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(pane) == ["All pictures", "blue", "moss", "red"])
    dataset = dataset_of(world)
    assert dataset.classes_of(dataset.paths.index("green/green 1.png"), OUTPUT) == ("moss",)
    assert classes.chosen() == 1 and len(model.rows()) == 8
    assert not model.data(model.index(0), TileRole.NOTE_MARK), "renamed is not relabelled"
    undo(world)
    assert names(pane) == ["All pictures", "blue", "green", "red"]
    assert classes.chosen() == 1


def test_classes_are_merged_by_their_menu(world: World, pane: DataPane) -> None:
    classes = pane.view.classes
    right_click(classes.viewport(), classes.visualRect(classes.classes.index(1)).center())
    menu = pane.editing.menu
    assert menu is not None
    entry(menu, "Merge into", "red")
    menu.close()
    assert names(pane) == ["All pictures", "green", "red"]
    assert dataset_of(world).class_counts().tolist() == [8, 16]
    assert pane.view.summary.text().endswith("24 pictures, 2 classes")
    pane.editing.rename_class(0, "red")
    assert names(pane) == ["All pictures", "red"]
    undo(world)
    undo(world)
    assert len(names(pane)) == 4


# --- kept -----------------------------------------------------------------------------------------


def test_changes_are_there_after_reopening_and_can_be_undone(
    world: World, pane: DataPane, tiny_dataset: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    before = hashes(tiny_dataset)
    world.session.save_as(tmp_path / "project")
    paths = choose(pane, 0, 1, 2)
    press(pane, Qt.Key.Key_Delete)
    press(pane, Qt.Key.Key_2)
    pane.editing.rename_class(2, "rust")
    undo(world)
    world.close()
    again = start()
    try:
        session = again.session
        session.open_requested.emit(tmp_path / "project")
        qtbot.waitUntil(lambda: session.dataset is not None, timeout=10_000)
        again.window.activateWindow()
        assert QTest.qWaitForWindowActive(again.window)
        rows = rows_of(dataset_of(again), paths)
        assert session.changes.excluded()[rows].all()
        assert (session.assignment[rows] == -1).all()
        assert {dataset_of(again).classes_of(row, OUTPUT) for row in rows} == {("green",)}
        assert not session.is_dirty
        assert session.undo_stack.redoText() == "Rename “red” to “rust”"
        redo(again)
        assert "rust" in dataset_of(again).outputs[OUTPUT]
        for _ in range(3):
            undo(again)
        assert not session.changes.are_there and not session.undo_stack.canUndo()
        assert dataset_of(again) is session.original
        assert (session.assignment >= 0).all()
    finally:
        again.close()
    assert hashes(tiny_dataset) == before


def test_a_copy_takes_the_changes_along(world: World, pane: DataPane, tmp_path: Path) -> None:
    session = world.session
    choose(pane, 0, 1)
    press(pane, Qt.Key.Key_Delete)
    first = session.project
    assert first is not None
    copy = session.plan_save_as(tmp_path / "copy")()
    choose(pane, 2)
    press(pane, Qt.Key.Key_Delete)  # while it is copied
    session.take_copy(copy)
    assert [s.words for s in Overlay.open(tmp_path / "copy" / OVERLAY_FILE).steps] == [
        "Exclude 2 pictures", "Exclude 1 picture",
    ]  # fmt: skip
    undo(world)
    assert session.changes.excluded().sum() == 2
    assert len(Overlay.open(first.path / OVERLAY_FILE).steps) == 2, "the old project stays"
    assert len(Overlay.open(tmp_path / "copy" / OVERLAY_FILE).steps) == 1


def reopened(world: World, qtbot: QtBot, file: Path, content: bytes) -> list[str]:
    """Put something in the place of the overlay, open the project again; what was said."""
    session = world.session
    said: list[str] = []
    project = session.project
    assert project is not None
    session.new_project()
    file.write_bytes(content)
    world.window.opener.messages.disconnect()
    world.window.opener.messages.connect(said.extend)
    session.open_requested.emit(project.path)
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=10_000)
    return said


def test_a_newer_overlay_is_told_and_left_alone(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    session = world.session
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    assert session.project is not None
    file = session.project.path / OVERLAY_FILE
    newer = bytearray(file.read_bytes())
    newer[60:64] = (SCHEMA_VERSION + 1).to_bytes(4, "big")
    said = reopened(world, qtbot, file, bytes(newer))
    assert len(said) == 1 and "newer version" in said[0]
    assert "until this project is closed" in said[0]
    choose(pane, 0, 1)
    press(pane, Qt.Key.Key_Delete)
    assert session.changes.excluded().sum() == 2
    session.save_as(tmp_path / "copy")
    undo(world)
    assert session.changes.excluded().sum() == 0
    assert file.read_bytes() == bytes(newer) == (tmp_path / "copy" / OVERLAY_FILE).read_bytes()


def test_a_damaged_overlay_is_told_and_kept_aside(
    world: World, pane: DataPane, qtbot: QtBot
) -> None:
    session = world.session
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    assert session.project is not None
    file = session.project.path / OVERLAY_FILE
    cut = file.read_bytes()[:60]
    said = reopened(world, qtbot, file, cut)
    assert len(said) == 1 and "damaged" in said[0] and "kept as" in said[0]
    assert (file.parent / "overlay.damaged.sqlite").read_bytes() == cut
    assert len(dataset_of(world)) == 24 and not session.changes.are_there
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    assert len(Overlay.open(file).steps) == 1


def test_a_disk_that_refuses_changes_nothing(world: World, pane: DataPane, qtbot: QtBot) -> None:
    session = world.session
    failures: list[StudioError] = []
    session.failed.disconnect()
    session.failed.connect(failures.append)
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    assert session.project is not None
    project = session.project.path
    kept = project.with_name("aside")
    project.rename(kept)
    project.write_text("a file where the folder was")
    press(pane, Qt.Key.Key_Delete)
    undo(world)
    assert len(failures) == 2
    assert session.changes.excluded().sum() == 1
    project.unlink()
    shutil.move(kept, project)
    press(pane, Qt.Key.Key_Delete)
    assert session.changes.excluded().sum() == 0
    assert len(Overlay.open(project / OVERLAY_FILE).steps) == 2


def test_thousands_at_once(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    """Ten thousand rows of a data set that need no files: nothing is decoded to change them."""
    world = start()
    try:
        folder = tmp_path / "many"
        for name in "ab":
            write_noise(folder / name / "0.png", (9, 9, 9), 1)
        small = open_dataset(folder)
        count = 10_000
        paths = [f"{'ab'[i % 2]}/{i}.png" for i in range(count)]
        labels = {OUTPUT: (np.arange(count) % 2).astype(np.int32)}
        dataset = Dataset(
            small.root, small.format, paths, small.outputs, labels,
            np.full(count, -1, np.int8), np.ones(count, np.int64),
        )  # fmt: skip
        world.session.set_dataset(dataset)
        pane = world.window.show_pane("data")
        assert isinstance(pane, DataPane)
        world.window.activateWindow()
        assert QTest.qWaitForWindowActive(world.window)
        pane.view.grid.setFocus()
        QTest.keyClick(pane.view.grid, Qt.Key.Key_A, CTRL)
        QTest.keyClick(pane.view.grid, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda: bool(world.session.changes.excluded().all()), timeout=10_000)
        assert (world.session.assignment == -1).all()
        assert world.session.nothing_to_learn()[0]
        undo(world)
        QTest.keyClick(pane.view.grid, Qt.Key.Key_1)
        qtbot.waitUntil(
            lambda: dataset_of(world).class_counts().tolist() == [count, 0], timeout=10_000
        )
        assert len(pane.view.grid.chosen_rows()) == count
        assert pane.view.classes.chosen() == ALL
    finally:
        world.close()


def test_another_project_has_its_own_changes(
    world: World, pane: DataPane, tiny_dataset: Path
) -> None:
    session = world.session
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    session.new_project()
    assert not session.changes.are_there and not session.undo_stack.canUndo()
    session.set_dataset(open_dataset(tiny_dataset))
    assert not session.changes.excluded().any()
    assert not session.changes.perform(Exclude(paths=()))
    assert not session.undo_stack.canUndo()


def test_an_overlay_without_a_file_is_copied_whole(tmp_path: Path) -> None:
    disk = Overlay.open(tmp_path / "a.sqlite")
    for paths in (["a"], ["b"], ["c"]):
        disk.perform(Exclude(paths=paths))
    disk.undo()
    memory = disk.in_memory()
    memory.perform(Exclude(paths=["d"]))
    memory.undo()
    for name, overlay in (("disk", disk), ("memory", memory)):
        (tmp_path / f"{name}.sqlite-journal").write_bytes(b"what a copied file brought")
        overlay.copy_to(tmp_path / f"{name}.sqlite")
        copy = Overlay.open(tmp_path / f"{name}.sqlite")
        assert copy.actions() == overlay.actions() == disk.actions()
        assert len(copy.taken_back) == 1
        assert copy.redo() == overlay.redo_words
        assert copy.actions() == overlay.in_memory().actions() + copy.actions()[-1:]
        copy.undo()
        copy.undo()
        assert len(Overlay.open(tmp_path / f"{name}.sqlite").steps) == 1
    assert len(disk.steps) == 2, "a copy is a copy"
