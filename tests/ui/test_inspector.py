"""Class, split and tags of the chosen pictures in the inspector, by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.data.dataset import OUTPUT, Dataset, Split
from studio.data.index import open_dataset
from studio.data.overlay.apply import OverlayResult
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.picker import ClassPicker
from tests.ui.test_overlay_window import choose, dataset_of, press, rows_of, undo


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


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def result_of(world: World) -> OverlayResult:
    assert world.session.changes.result is not None
    return world.session.changes.result


def opened(pane: DataPane, qtbot: QtBot) -> ClassPicker:
    qtbot.waitUntil(lambda: pane.labelling.picker is not None)
    assert pane.labelling.picker is not None
    return pane.labelling.picker


def entries(picker: ClassPicker) -> list[str]:
    return [str(picker.model.index(i).data()) for i in range(picker.model.rowCount())]


def test_the_class_is_chosen_by_typing(world: World, pane: DataPane, qtbot: QtBot) -> None:
    box = pane.view.inspector.labels
    paths = choose(pane, 0)
    old = paths[0].split("/")[0]
    assert box.isVisible() and box.fields[OUTPUT].text() == old
    press(pane, Qt.Key.Key_L)
    picker = opened(pane, qtbot)
    assert entries(picker) == ["blue", "green", "red", "No label"]
    wanted = next(name for name in ("red", "green") if name != old)
    QTest.keyClicks(picker.field, wanted[:3])
    assert entries(picker) == [wanted, f"Add the class “{wanted[:3]}”"][: len(entries(picker))]
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    row = rows_of(dataset_of(world), paths)[0]
    assert dataset_of(world).classes_of(row, OUTPUT) == (wanted,)
    assert box.fields[OUTPUT].text() == wanted
    assert dict(pane.view.inspector.facts.facts())["By you"] == f"Moved from {old}"
    undo(world)
    assert box.fields[OUTPUT].text() == old


def test_a_new_class_is_made_where_none_is_called_so(
    world: World, pane: DataPane, qtbot: QtBot
) -> None:
    box = pane.view.inspector.many_labels
    paths = choose(pane, 0, 1, 2, 3, 4, 5, 6)
    assert box.isVisible() and box.fields[OUTPUT].text() == "several"
    click(box.fields[OUTPUT])
    picker = opened(pane, qtbot)
    QTest.keyClicks(picker.field, "ochre")
    assert entries(picker) == ["Add the class “ochre”"]
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    dataset = dataset_of(world)
    assert dataset.outputs[OUTPUT] == ("blue", "green", "red", "ochre")
    assert {dataset.classes_of(r, OUTPUT) for r in rows_of(dataset, paths)} == {("ochre",)}
    assert box.fields[OUTPUT].text() == "ochre"
    press(pane, Qt.Key.Key_L)
    picker = opened(pane, qtbot)
    QTest.keyClick(picker.field, Qt.Key.Key_PageDown)
    QTest.keyClick(picker.field, Qt.Key.Key_Return)  # the last row: no label
    assert box.fields[OUTPUT].text() == "none"
    press(pane, Qt.Key.Key_L)
    QTest.keyClick(opened(pane, qtbot).field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: pane.labelling.picker is None)


def test_a_thousand_classes_are_found_quickly(qtbot: QtBot) -> None:
    names = tuple(f"breed {i:04d}" for i in range(1000))
    picker = ClassPicker(names, np.zeros(1000, np.int8))
    qtbot.addWidget(picker)
    picker.open_at(None)
    told: list[str] = []
    picker.picked.connect(told.append)
    QTest.keyClicks(picker.field, "breed 77")
    assert entries(picker)[:2] == ["breed 0077", "breed 0177"][:2]
    QTest.keyClicks(picker.field, "7")
    QTest.keyClick(picker.field, Qt.Key.Key_Down)
    QTest.keyClick(picker.field, Qt.Key.Key_Up)
    at = picker.list.visualRect(picker.model.index(0)).center()
    QTest.mouseClick(picker.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told == ["breed 0777"]


def test_several_classes_are_checked_one_by_one(
    world: World, pane: DataPane, tmp_path: Path, qtbot: QtBot
) -> None:
    labels = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], np.int8)
    dataset = Dataset(
        tmp_path, "table", [f"{i}.png" for i in range(3)], {"protein": ("golgi", "actin", "pore")},
        {"protein": labels}, np.full(3, -1, np.int8), np.ones(3, np.int64),
    )  # fmt: skip
    world.session.set_dataset(dataset)
    pane.view.grid.choose_rows(np.arange(2))
    field = pane.view.inspector.many_labels.fields["protein"]
    assert field.text() == "golgi, several"
    click(field)
    picker = opened(pane, qtbot)
    assert picker.model.has.tolist() == [2, 1, 0]
    QTest.keyClicks(picker.field, "actin")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert dataset_of(world).labels["protein"].tolist()[:2] == [[1, 1, 0], [1, 1, 0]]
    assert picker.isVisible(), "it stays open for the next"
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert dataset_of(world).labels["protein"].tolist()[:2] == [[1, 0, 0], [1, 0, 0]]
    QTest.keyClick(picker.field, Qt.Key.Key_Escape)
    assert field.text() == "golgi"


def test_the_split_is_chosen_and_given_back(world: World, pane: DataPane) -> None:
    box, session = pane.view.inspector.labels, world.session
    row = rows_of(dataset_of(world), choose(pane, 0))[0]
    drawn = Split(int(session.assignment[row]))
    assert box.split.current() == drawn.word and box.moved.isHidden()
    other = next(s for s in Split if s != drawn)
    click(box.split.button(other.word))
    assert session.assignment[row] == other and box.split.current() == other.word
    assert box.moved_words.text() == "Set by you."
    click(box.leave_button)
    assert session.assignment[row] == drawn and box.moved.isHidden()
    many = pane.view.inspector.many_labels
    rows = rows_of(dataset_of(world), choose(pane, *range(8)))
    click(many.split.button("test"))
    assert (session.assignment[rows] == Split.TEST).all()
    assert many.moved_words.text() == "Set by you: 8 of 8."


def test_tags_are_written_completed_and_taken_off(
    world: World, pane: DataPane, qtbot: QtBot
) -> None:
    box, grid = pane.view.inspector.labels, pane.view.grid
    row = rows_of(dataset_of(world), choose(pane, 0))[0]
    press(pane, Qt.Key.Key_T)
    assert box.tags.is_writing() and box.tags.field.hasFocus()
    QTest.keyClicks(box.tags.field, "  greenhouse   B ")
    QTest.keyClick(box.tags.field, Qt.Key.Key_Return)
    assert result_of(world).tags_of(row) == ("greenhouse B",)
    assert box.tags.chips() == ["greenhouse B"] and grid.hasFocus()
    many = pane.view.inspector.many_labels
    choose(pane, 0, 1, 2)
    assert many.tags.chips() == ["greenhouse B 1 of 3"]
    click(many.tags.plus)
    QTest.keyClicks(many.tags.field, "HOUSE")
    completer = many.tags.field.completer()
    assert completer is not None and completer.completionCount() == 1
    assert completer.currentCompletion() == "greenhouse B"
    QTest.keyClick(many.tags.field, Qt.Key.Key_Escape)
    if many.tags.is_writing():  # the first Escape shut the list of completions
        QTest.keyClick(many.tags.field, Qt.Key.Key_Escape)
    assert not many.tags.is_writing() and len(world.session.changes.overlay.steps) == 1
    click(many.tags.chip(0))
    assert not result_of(world).tags and many.tags.chips() == []
    undo(world)
    assert many.tags.chips() == ["greenhouse B 1 of 3"]


def test_keys_are_letters_where_one_writes(world: World, pane: DataPane, qtbot: QtBot) -> None:
    choose(pane, 0)
    pane.view.search.setFocus()
    QTest.keyClicks(pane.view.search, "tl")
    assert pane.view.search.text() == "tl" and pane.labelling.picker is None
    assert not pane.view.inspector.labels.tags.is_writing()
    box = pane.view.inspector.labels
    pane.view.search.clear()
    choose(pane, 0)
    press(pane, Qt.Key.Key_T)
    QTest.keyClicks(box.tags.field, "tall")
    assert box.tags.field.text() == "tall" and pane.labelling.picker is None
    QTest.keyClick(box.tags.field, Qt.Key.Key_Escape)


def test_a_tag_that_is_no_name_changes_nothing(world: World, pane: DataPane) -> None:
    choose(pane, 0)
    failures: list[object] = []
    world.session.failed.disconnect()
    world.session.failed.connect(failures.append)
    pane.editing.tag("x" * 1001)
    assert len(failures) == 1 and not world.session.changes.are_there
    pane.labelling.write_tag()
    QTest.keyClick(pane.view.inspector.labels.tags.field, Qt.Key.Key_Return)
    assert not world.session.changes.are_there


def test_a_folder_that_is_only_looked_into_cannot_be_changed(world: World, pane: DataPane) -> None:
    choose(pane, 0)
    assert pane.view.inspector.labels.isVisible()
    pane.view.grid.clearSelection()
    assert pane.view.inspector.labels.isHidden()
    pane.labelling.pick()
    pane.labelling.write_tag()
    assert pane.labelling.picker is None
