"""The left side of Data by mouse and keys: classes, what a person noted, dragging, searching."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.data.dataset import OUTPUT, Dataset
from studio.data.index import open_dataset
from studio.data.overlay.actions import Relabel, Tag
from studio.ui.panes.data import search
from studio.ui.panes.data.classes import ALL, ClassList
from studio.ui.panes.data.dropping import PICTURES_MIME, DropTarget, pictures_mime
from studio.ui.panes.data.notes import EXCLUDED, NO_LABEL, RELABELLED, TAG
from studio.ui.panes.data.pane import DataPane
from tests.ui.test_overlay_window import (
    choose,
    dataset_of,
    entry,
    names,
    press,
    right_click,
    rows_of,
    undo,
)


@pytest.fixture
def world(qapp: QApplication, tiny_dataset: Path) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
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


def notes(pane: DataPane) -> list[tuple[str, int]]:
    model = pane.view.notes.notes
    rows = [model.row(i) for i in range(model.rowCount())]
    return [(row.name, row.count) for row in rows if row is not None]


def click(view: QListView, place: int) -> None:
    at = view.visualRect(view.model().index(place, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def write(view: QListView, words: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    editor = view.viewport().findChildren(QLineEdit)[-1]
    editor.selectAll()
    QTest.keyClicks(editor, words)
    QTest.keyClick(editor, end)


def listed(pane: DataPane) -> list[str]:
    model = pane.view.grid.pictures
    dataset = model.dataset()
    assert dataset is not None
    return sorted(dataset.paths[row] for row in model.rows().tolist())


def over(view: QListView, place: int, data: QMimeData) -> tuple[bool, str]:
    """Drag over a row: whether a drop would be taken, and what is said."""
    at = view.visualRect(view.model().index(place, 0)).center()
    none, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(at, copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(view.viewport(), enter)
    if not enter.isAccepted():
        return False, ""
    move = QDragMoveEvent(at, copy, data, left, none)
    move.ignore()
    QApplication.sendEvent(view.viewport(), move)
    target: DropTarget = view.drop  # type: ignore[attr-defined]
    assert target.place == place
    return move.isAccepted(), target.words


def let_go(view: QListView, place: int, data: QMimeData) -> None:
    at = view.visualRect(view.model().index(place, 0)).center()
    event = QDropEvent(
        QPointF(at), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


# --- classes --------------------------------------------------------------------------------------


def test_a_class_is_added_in_its_place(world: World, pane: DataPane, qtbot: QtBot) -> None:
    classes = pane.view.classes
    QTest.mouseClick(pane.view.add_button, Qt.MouseButton.LeftButton)
    write(classes, "yellow")
    qtbot.waitUntil(lambda: "yellow" in dataset_of(world).outputs[OUTPUT])
    assert names(pane) == ["All pictures", "blue", "green", "red", "yellow"]
    assert classes.chosen() == 3 and pane.view.nothing.text() == "This class has no picture."
    pane.view.classes.choose(ALL)
    paths = choose(pane, 0, 1)
    press(pane, Qt.Key.Key_4)
    assert dataset_of(world).class_counts().tolist()[3] == 2
    undo(world)
    undo(world)
    assert names(pane) == ["All pictures", "blue", "green", "red"] and len(paths) == 2


def test_a_class_that_is_not_written_is_not_added(
    world: World, pane: DataPane, qtbot: QtBot
) -> None:
    classes = pane.view.classes
    QTest.mouseClick(pane.view.add_button, Qt.MouseButton.LeftButton)
    assert names(pane)[-1] == ""
    write(classes, "yellow", Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(names(pane)) == 4)
    QTest.mouseClick(pane.view.add_button, Qt.MouseButton.LeftButton)
    write(classes, "   ")
    qtbot.waitUntil(lambda: len(names(pane)) == 4)
    QTest.mouseClick(pane.view.add_button, Qt.MouseButton.LeftButton)
    write(classes, "green")  # is there: chosen, not added
    qtbot.waitUntil(lambda: classes.chosen() == 1)
    assert not world.session.undo_stack.canUndo()


def test_a_class_is_removed_by_its_menu_and_by_its_key(world: World, pane: DataPane) -> None:
    classes = pane.view.classes
    right_click(classes.viewport(), classes.visualRect(classes.classes.index(1)).center())
    menu = pane.editing.menu
    assert menu is not None
    entry(menu, "Remove the class")
    menu.close()
    assert names(pane) == ["All pictures", "green", "red"]
    assert (NO_LABEL_NAME, 8) in notes(pane)
    click(classes, 1)
    QTest.keyClick(classes, Qt.Key.Key_Delete)
    assert names(pane) == ["All pictures", "red"]
    assert (NO_LABEL_NAME, 16) in notes(pane)
    undo(world)
    undo(world)
    assert names(pane) == ["All pictures", "blue", "green", "red"]
    assert notes(pane) == [("Relabelled by you", 0), ("Excluded", 0)]


NO_LABEL_NAME = "No label"


def test_ten_thousand_classes_are_listed_filtered_and_merged(
    world: World, pane: DataPane, tmp_path: Path
) -> None:
    count = 10_000
    classes = tuple(f"kind {i:05d}" for i in range(count))
    dataset = Dataset(
        tmp_path, "folder", [f"{name}/1.png" for name in classes], {OUTPUT: classes},
        {OUTPUT: np.arange(count, dtype=np.int32)}, np.full(count, -1, np.int8),
        np.ones(count, np.int64),
    )  # fmt: skip
    world.session.set_dataset(dataset)
    model = pane.view.classes.classes
    assert model.rowCount() == count + 1
    QTest.keyClicks(pane.view.filter, "9999")
    assert names(pane) == ["All pictures", "kind 09999"]
    QTest.keyClick(pane.view.filter, Qt.Key.Key_Escape)
    assert model.rowCount() == count + 1
    pane.editing.open_class_menu(5, QPoint(5, 5))
    menu = pane.editing.menu
    assert menu is not None
    assert "Merge into…" in [a.text() for a in menu.actions()], "no menu with 10,000 entries"
    menu.close()


def test_the_classes_of_each_output_are_a_choice(
    world: World, pane: DataPane, tmp_path: Path
) -> None:
    outputs = {"colour": ("red", "blue"), "kind": ("dress", "shirt", "hat")}
    labels = {"colour": np.array([0, 0, 1, 1]), "kind": np.array([0, 1, 2, -1])}
    dataset = Dataset(
        tmp_path, "table", [f"{i}.png" for i in range(4)], outputs,
        {k: v.astype(np.int32) for k, v in labels.items()}, np.full(4, -1, np.int8),
        np.ones(4, np.int64),
    )  # fmt: skip
    assert pane.view.output.isHidden()
    world.session.set_dataset(dataset)
    view = pane.view
    assert view.output.isVisible() and names(pane) == ["All pictures", "red", "blue"]
    view.output.setFocus()
    QTest.keyClick(view.output, Qt.Key.Key_Down)
    assert names(pane) == ["All pictures", "dress", "shirt", "hat"]
    assert view.filter.placeholderText() == "Filter 3 classes"
    assert (NO_LABEL_NAME, 1) in notes(pane)
    assert sorted(str(view.grid.pictures.index(i).data()) for i in range(4)) == [
        "No class", "dress", "hat", "shirt",
    ]  # fmt: skip
    row = int(view.grid.pictures.rows()[0])
    choose(pane, 0)
    before = dataset.classes_of(row, "colour")
    press(pane, Qt.Key.Key_3)
    assert dataset_of(world).classes_of(row, "kind") == ("hat",)
    assert dataset_of(world).classes_of(row, "colour") == before
    pane.editing.rename_class(2, "cap")
    assert names(pane)[-1] == "cap" and view.output.current() == "kind"


# --- what a person noted --------------------------------------------------------------------------


def test_rows_below_the_classes_list_what_a_person_did(world: World, pane: DataPane) -> None:
    view = pane.view
    assert notes(pane) == [("Relabelled by you", 0), ("Excluded", 0)]
    out = choose(pane, 0, 1)
    press(pane, Qt.Key.Key_Delete)
    blue = [p for p in dataset_of(world).paths if p.startswith("blue")]
    world.session.changes.perform(Relabel(output=OUTPUT, classes=("red",), paths=blue[:3]))
    world.session.changes.perform(Tag(tag="greenhouse B", paths=blue[:5]))
    world.session.changes.perform(Relabel(output=OUTPUT, mode="clear", paths=blue[6:7]))
    assert notes(pane) == [
        ("Relabelled by you", 4), ("Excluded", 2), ("No label", 1), ("greenhouse B", 5),
    ]  # fmt: skip
    click(view.notes, 1)
    assert listed(pane) == sorted(out) and view.notes.chosen() == EXCLUDED
    assert not view.classes.selectionModel().hasSelection()
    click(view.notes, 0)
    assert listed(pane) == [*blue[:3], blue[6]] and view.notes.chosen() == RELABELLED
    QTest.keyClick(view.notes, Qt.Key.Key_Down)
    QTest.keyClick(view.notes, Qt.Key.Key_Down)
    assert listed(pane) == [blue[6]] and view.notes.chosen() == NO_LABEL
    QTest.keyClick(view.notes, Qt.Key.Key_Down)
    assert listed(pane) == blue[:5] and view.notes.chosen() == TAG + "greenhouse B"
    click(view.classes, 0)  # all pictures, which was chosen before
    assert len(listed(pane)) == 24 and view.notes.chosen() == ""
    assert not view.notes.selectionModel().hasSelection()


def test_including_within_excluded_goes_on_with_the_next(world: World, pane: DataPane) -> None:
    choose(pane, 0, 1, 2)
    press(pane, Qt.Key.Key_Delete)
    click(pane.view.notes, 1)
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    assert len(listed(pane)) == 2 and len(pane.view.grid.chosen_rows()) == 1
    press(pane, Qt.Key.Key_Delete)
    press(pane, Qt.Key.Key_Delete)
    assert not listed(pane) and pane.view.grid_pages.currentIndex() == 1
    QTest.mouseClick(pane.view.show_all, Qt.MouseButton.LeftButton)
    assert len(listed(pane)) == 24 and pane.view.classes.chosen() == ALL


def test_a_tag_is_taken_off_all_pictures_by_its_menu(world: World, pane: DataPane) -> None:
    world.session.changes.perform(Tag(tag="odd", paths=dataset_of(world).paths[:6]))
    view = pane.view.notes
    click(view, 2)
    assert len(listed(pane)) == 6
    right_click(view.viewport(), view.visualRect(view.notes.index(2)).center())
    menu = pane.editing.menu
    assert menu is not None
    entry(menu, "Take the tag off all pictures")
    menu.close()
    assert len(notes(pane)) == 2 and len(listed(pane)) == 24
    undo(world)
    assert notes(pane)[-1] == ("odd", 6)


# --- dragging -------------------------------------------------------------------------------------


def begin_drag(pane: DataPane, place: int) -> QMimeData:
    """Press on a picture and pull; what hangs at the mouse."""
    grid = pane.view.grid
    begun: list[str] = []
    grid.drag_begun.connect(
        lambda data: begun.append(bytes(data.data(PICTURES_MIME).data()).decode())
    )
    at = grid.visualRect(grid.pictures.index(place)).center() - QPoint(0, 12)
    QTest.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    for step in range(1, 5):
        QTest.mouseMove(grid.viewport(), at + QPoint(6 * step, 0))
    QTest.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(24, 0))
    grid.drag_begun.disconnect()
    assert len(begun) == 1
    return pictures_mime(int(begun[0]))


def test_chosen_pictures_are_dragged_onto_a_class(world: World, pane: DataPane) -> None:
    classes = pane.view.classes
    paths = choose(pane, 0, 1, 2)
    data = begin_drag(pane, 1)
    assert data.data(PICTURES_MIME).data() == b"3", "all that are chosen, not the one pressed"
    assert over(classes, 0, data) == (
        False, "All pictures are here already. Drop them on a class.",
    )  # fmt: skip
    good, words = over(classes, 2, data)
    assert (good, words) == (True, "Label 3 pictures “green”")
    let_go(classes, 2, data)
    assert classes.drop.words == ""
    rows = rows_of(dataset_of(world), paths)
    assert {dataset_of(world).classes_of(row, OUTPUT) for row in rows} == {("green",)}
    assert over(classes, 2, data) == (False, "They all show “green” already.")
    let_go(classes, 2, data)
    QApplication.sendEvent(classes.viewport(), QDragLeaveEvent())
    assert classes.drop.words == "" and classes.drop.place == -1
    undo(world)
    assert not world.session.changes.are_there, "the wrong drop did nothing"


def test_dragged_onto_excluded_and_onto_a_tag(world: World, pane: DataPane) -> None:
    session, view = world.session, pane.view.notes
    session.changes.perform(Tag(tag="nice", paths=dataset_of(world).paths[:1]))
    paths = choose(pane, 3, 4)
    data = begin_drag(pane, 3)
    assert over(view, 0, data) == (False, "Drop them on a class to label them.")
    assert over(view, 1, data) == (True, "Exclude 2 pictures")
    let_go(view, 1, data)
    rows = rows_of(dataset_of(world), paths)
    assert session.changes.excluded()[rows].all()
    assert over(view, 1, data) == (False, "They are excluded already.")
    assert over(view, 2, data) == (True, "Tag 2 pictures “nice”")
    let_go(view, 2, data)
    assert session.changes.result is not None
    assert session.changes.result.tags["nice"][rows].all()
    QApplication.sendEvent(view.viewport(), QDragLeaveEvent())


def test_pulling_from_between_pictures_draws_a_frame(world: World, pane: DataPane) -> None:
    grid = pane.view.grid
    begun: list[object] = []
    grid.drag_begun.connect(begun.append)
    caption = grid.visualRect(grid.pictures.index(0)).bottomLeft() + QPoint(12, -6)
    below = grid.visualRect(grid.pictures.index(2)).center()
    QTest.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=caption)
    QTest.mouseMove(grid.viewport(), (caption + below) / 2)
    QTest.mouseMove(grid.viewport(), below)
    QTest.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=below)
    assert not begun and len(grid.chosen_rows()) == 3


def test_files_are_taken_only_where_they_are_wanted(tmp_path: Path, qtbot: QtBot) -> None:
    view = ClassList()
    qtbot.addWidget(view)
    view.classes.set_classes(("oak", "fern"), [3, 4], 7)
    view.resize(240, 200)
    view.show()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("1.png", "2.png")])
    told: list[tuple[int, list[str]]] = []
    view.files_dropped.connect(lambda index, paths: told.append((index, paths)))
    assert over(view, 1, data) == (False, "")
    view.accepts_files = True
    assert not over(view, 0, data)[0]
    assert over(view, 2, data) == (True, "Add 2 files to “fern”")
    let_go(view, 2, data)
    assert told == [(1, [str(tmp_path / "1.png"), str(tmp_path / "2.png")])]
    foreign = QMimeData()
    foreign.setText("words")
    assert over(view, 1, foreign) == (False, "")


# --- searching ------------------------------------------------------------------------------------


def test_a_search_finds_names_tags_and_sizes(
    world: World, pane: DataPane, tiny_dataset: Path, qtbot: QtBot
) -> None:
    field = pane.view.search
    world.session.changes.perform(
        Tag(tag="Greenhouse B", paths=["red/red 1.png", "blue/blue 2.png"])
    )
    assert field.placeholderText() == "Name, tag, size" and "px" in field.toolTip()
    QTest.keyClicks(field, "greenhouse")
    qtbot.waitUntil(lambda: listed(pane) == ["blue/blue 2.png", "red/red 1.png"])
    QTest.keyClicks(field, " red")
    qtbot.waitUntil(lambda: listed(pane) == ["red/red 1.png"])
    field.clear()
    QTest.keyClicks(field, ">64 px")
    qtbot.waitUntil(lambda: listed(pane) == [], timeout=10_000)
    field.clear()
    QTest.keyClicks(field, "<33 px red 1")
    qtbot.waitUntil(lambda: listed(pane) == ["red/red 1.png"], timeout=10_000)
    size = (tiny_dataset / "red" / "red 1.png").stat().st_size
    field.clear()
    QTest.keyClicks(field, f"<{size / 1000 + 0.001:.3f} kB")
    sizes = {p: (tiny_dataset / p).stat().st_size for p in dataset_of(world).paths}
    small = sorted(p for p, s in sizes.items() if s < size + 1)
    qtbot.waitUntil(lambda: listed(pane) == small)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("", search.Wish()),
        ("Red  oak", search.Wish(("red", "oak"))),
        ("<64 px", search.Wish(pixels=(("<", 64.0),))),
        ("> 2,5 MB fern", search.Wish(("fern",), bytes=((">", 2_500_000.0),))),
        (">1kb <3kb", search.Wish(bytes=((">", 1000.0), ("<", 3000.0)))),
        ("<64", search.Wish(("<64",))),
        ("<64 pxs", search.Wish(("<64", "pxs"))),
        ("> \x00 (( *", search.Wish((">", "\x00", "((", "*"))),
    ],
)
def test_what_is_typed_is_understood(text: str, wish: search.Wish) -> None:
    assert search.parse(text) == wish
