"""The form of the split in the window: what it offers, what it tells, and that it can be undone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.data.dataset import OUTPUT, Dataset, Split
from studio.data.leaks import find_leaks
from studio.data.sample import render
from studio.data.split import SplitSpec, assign
from studio.ui import splitting
from studio.ui.panes.data import watch
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.split_box import SplitPopover, how, together_words
from studio.ui.panes.data.split_counts import CountsModel
from studio.ui.widgets.combo import Combo


@pytest.fixture
def world(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(watch, "CHECK_AFTER_MS", 1)
    monkeypatch.setattr(watch, "JUDGE_AFTER_MS", 1)
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield world
    world.close()


@pytest.fixture
def pane(world: World) -> DataPane:
    found = world.window.show_pane("data")
    assert isinstance(found, DataPane)
    return found


def draw(path: Path, number: int, size: int = 48) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(render(number, 48)[0]).resize((size, size)).save(path)


@pytest.fixture
def twins(tmp_path: Path) -> Path:
    """Two classes of fourteen; every second picture has a smaller twin."""
    for i in range(28):
        draw(tmp_path / "ab"[i % 2] / f"{i:02d}.png", i)
        if i % 4 < 2:
            draw(tmp_path / "ab"[i % 2] / f"{i:02d} small.png", i, 40)
    return tmp_path


def open_checked(world: World, qtbot: QtBot, folder: Path) -> Dataset:
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        world.session.open_requested.emit(folder)
    qtbot.waitUntil(lambda: world.session.splitting.twins is not None, timeout=15_000)
    assert world.session.dataset is not None
    return world.session.dataset


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


def opened(pane: DataPane, qtbot: QtBot) -> SplitPopover:
    click(pane.view.split.edit_button)
    popover = pane.view.split.popover()
    assert popover is not None
    qtbot.waitUntil(lambda: popover.report.table.counts.rowCount() > 0, timeout=5_000)
    return popover


def choose(combo: QWidget, key: str) -> None:
    """By the keyboard: the list opens, the arrow keys go there, Return takes it."""
    assert isinstance(combo, Combo)
    wanted = next(i for i in range(combo.count()) if combo.itemData(i) == key)
    combo.setFocus()
    while combo.currentIndex() != wanted:
        down = combo.currentIndex() < wanted
        QTest.keyClick(combo, Qt.Key.Key_Down if down else Qt.Key.Key_Up)


def keys(combo: QWidget) -> list[object]:
    assert isinstance(combo, Combo)
    return [combo.itemData(i) for i in range(combo.count())]


def rows(model: CountsModel) -> list[list[str]]:
    return [
        [str(model.index(r, c).data()) for c in range(model.columnCount())]
        for r in range(model.rowCount())
    ]


def leaking(world: World) -> int:
    twins = world.session.splitting.twins
    assert twins is not None
    return len(find_leaks(world.session.assignment, twins).groups)


# --- twins ----------------------------------------------------------------------------------------


def test_twins_are_kept_together_by_clicks(
    world: World, pane: DataPane, qtbot: QtBot, twins: Path
) -> None:
    session = world.session
    open_checked(world, qtbot, twins)
    number = leaking(world)
    assert number > 1
    qtbot.waitUntil(lambda: any(p.kind == "split-leak" for p in session.problems), timeout=5_000)
    popover = opened(pane, qtbot)
    report = popover.report
    qtbot.waitUntil(lambda: f"{number} groups of near twins lie" in report.words.text())
    assert report.show_button.isVisible() and report.mend_button.isVisible()
    click(report.mend_button)
    assert session.split.together == "twins"
    together = popover.form.field("together")
    assert isinstance(together, Combo) and together.current() == "twins"
    assert leaking(world) == 0
    qtbot.waitUntil(lambda: report.words.text().startswith("No near twins"), timeout=5_000)
    assert not report.show_button.isVisible() and not report.mend_button.isVisible()
    qtbot.waitUntil(
        lambda: not any(p.kind == "split-leak" for p in session.problems), timeout=5_000
    )
    assert sum(p.kind == "near-duplicate" for p in session.problems) == 14
    popover.close()
    assert together_words(session.split) in pane.view.split.track.toolTip()
    session.undo_stack.undo()
    assert session.split.together == "none" and leaking(world) == number
    qtbot.waitUntil(lambda: any(p.kind == "split-leak" for p in session.problems), timeout=5_000)


def test_show_them_opens_the_leaks(world: World, pane: DataPane, qtbot: QtBot, twins: Path) -> None:
    open_checked(world, qtbot, twins)
    qtbot.waitUntil(lambda: any(p.kind == "split-leak" for p in world.session.problems))
    popover = opened(pane, qtbot)
    qtbot.waitUntil(popover.report.show_button.isVisible)
    click(popover.report.show_button)
    qtbot.waitUntil(lambda: pane.view.split.popover() is None)
    assert pane.view.problems.isVisible()
    assert pane.view.problems.kinds.chosen() == "split-leak"


def test_twins_chosen_before_the_check_are_kept_once_known(
    world: World, pane: DataPane, qtbot: QtBot, twins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = world.session
    pane._watch._check_timer.setInterval(600_000)
    with qtbot.waitSignal(session.dataset_changed, timeout=10_000):
        session.open_requested.emit(twins)
    popover = opened(pane, qtbot)
    assert "once" in popover.report.words.text()
    choose(popover.form.field("together"), "twins")
    assert popover.form.waiting.isVisible()
    problem, hint = session.nothing_to_learn()
    assert "still being checked" in problem and hint
    pane._watch.check_again()
    qtbot.waitUntil(lambda: session.splitting.twins is not None, timeout=15_000)
    assert leaking(world) == 0
    assert not popover.form.waiting.isVisible()
    assert session.nothing_to_learn() == ("", "")
    popover.close()


# --- what is offered ------------------------------------------------------------------------------


def test_shares_folds_and_dice(world: World, pane: DataPane, qtbot: QtBot, twins: Path) -> None:
    session, box = world.session, pane.view.split
    dataset = open_checked(world, qtbot, twins)
    popover = opened(pane, qtbot)
    form = popover.form
    assert keys(form.field("mode")) == ["ratio", "folds"]
    assert keys(form.field("together")) == ["none", "twins"]
    assert not form.row("folds").isVisible() and not form.row("column").isVisible()
    choose(form.field("mode"), "folds")
    assert session.split.mode == "folds"
    stops: list[QWidget] = []
    at: QWidget | None = form.field("mode")
    while at is not None and at not in stops:
        stops.append(at)
        at = at.nextInFocusChain()
    wanted = [*form.stops(), *popover.report.stops()]
    assert [stop for stop in stops if stop in wanted] == wanted
    assert all(stop.accessibleName() and stop.toolTip() for stop in wanted)
    assert form.row("folds").isVisible() and form.row("fold").isVisible()
    assert not form.row("validation").isVisible()
    seen = np.zeros(len(dataset), int)
    for fold in range(1, 6):
        field = form.field("fold")
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, str(fold))
        assert session.split.fold == fold
        seen += session.assignment == Split.VALIDATION
    assert set(seen.tolist()) == {0, 1}
    assert box.note is not None and box.note.text() == "fold 5 of 5 · seed 7"
    click(form.dice)
    assert session.split.seed != 7
    click(form.field("stratified"))
    assert not session.split.stratified
    popover.close()
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
    assert session.split == SplitSpec()


def test_the_table_has_every_class_and_scrolls(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    for c in range(40):
        draw(tmp_path / f"class {c:02d}" / "0.png", c, 16)
        draw(tmp_path / f"class {c:02d}" / "1.png", c + 40, 16)
    open_checked(world, qtbot, tmp_path)
    popover = opened(pane, qtbot)
    table = popover.report.table
    found = rows(table.counts)
    assert found[0] == ["All pictures", "40", "40", "0"]
    assert found[1] == ["class 00", "1", "1", "0"] and len(found) == 41
    assert table.verticalScrollBar().maximum() > 0
    header = [table.counts.headerData(i, Qt.Orientation.Horizontal) for i in range(len(found[0]))]
    assert header == ["Class", "Train", "Validation", "Test"]
    session = world.session
    session.set_split(SplitSpec(mode="folds", test=0.0))
    qtbot.waitUntil(lambda: rows(table.counts)[0] == ["All pictures", "64", "16", "0"])
    missing = next(r for r, row in enumerate(found) if r and rows(table.counts)[r][2] == "0")
    at = table.counts.index(missing, 2)
    assert at.data(Qt.ItemDataRole.DecorationRole) is not None
    assert "Validation" in at.data(Qt.ItemDataRole.ToolTipRole)
    popover.close()


def patients(folder: Path, with_split: bool) -> Path:
    head = ["file", "colour", "kind", "patient", *(["split"] if with_split else [])]
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for i in range(24):
            draw(folder / f"{i}.png", i)
            row = [f"{i}.png", ("red", "blue")[i % 2], ("cup", "pot", "jug")[i % 3], f"P{i // 4}"]
            writer.writerow([*row, *([("train", "test")[i % 4 == 0]] if with_split else [])])
    return folder


def test_groups_of_a_column_and_two_outputs(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    session = world.session
    dataset = open_checked(world, qtbot, patients(tmp_path, with_split=False))
    popover = opened(pane, qtbot)
    form, report = popover.form, popover.report
    assert keys(form.field("together")) == ["none", "twins", "column"]
    choose(form.field("together"), "column")
    assert session.split.together == "column"
    assert form.row("column").isVisible() and keys(form.field("column")) == ["patient"]
    assert not find_leaks(session.assignment, dataset.groups["patient"])
    qtbot.waitUntil(lambda: "with the same “patient”" in report.words.text(), timeout=5_000)
    assert report.outputs.isVisible() and keys(report.outputs) == ["colour", "kind"]
    choose(report.outputs, "kind")
    assert [row[0] for row in rows(report.table.counts)] == ["All pictures", "cup", "jug", "pot"]
    popover.close()


def test_a_split_that_came_with_the_pictures_is_kept_and_its_leaks_told(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    session = world.session
    dataset = open_checked(world, qtbot, patients(tmp_path, with_split=True))
    popover = opened(pane, qtbot)
    assert keys(popover.form.field("mode")) == ["folders", "ratio", "folds"]
    assert not popover.form.row("test").isVisible()  # they are there
    assert popover.form.row("validation").isVisible()  # which is drawn from the rest
    tests = dataset.found_split == Split.TEST
    qtbot.waitUntil(lambda: "groups of pictures" in popover.report.words.text(), timeout=5_000)
    choose(popover.form.field("together"), "column")
    assert ((session.assignment == Split.TEST) == tests).all()
    qtbot.waitUntil(lambda: "6 in train and test" in popover.report.words.text()
                    or "in validation and test" in popover.report.words.text())  # fmt: skip
    assert how(session.split, True) == "as the data set says"
    popover.close()


# --- many pictures --------------------------------------------------------------------------------


def test_many_pictures_are_split_in_the_background(
    world: World, pane: DataPane, qtbot: QtBot, twins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = world.session
    dataset = open_checked(world, qtbot, twins)
    monkeypatch.setattr(splitting, "AT_ONCE", 1)
    monkeypatch.setattr(splitting, "PLAIN_AT_ONCE", 1)
    before = session.assignment
    session.set_split(SplitSpec(seed=8))
    assert session.splitting.is_drawing and session.assignment is before
    assert session.nothing_to_learn()[0]
    session.set_split(SplitSpec(seed=9))  # only the newest counts
    with qtbot.waitSignal(session.split_changed, timeout=5_000):
        pass
    assert not session.splitting.is_drawing
    np.testing.assert_array_equal(session.assignment, assign(dataset, SplitSpec(seed=9)))
    session.set_dataset(dataset.subset(range(20)))
    assert len(session.assignment) == 20 and (session.assignment == -1).all()
    qtbot.waitUntil(lambda: not session.splitting.is_drawing, timeout=5_000)
    assert set(session.assignment.tolist()) == {0, 1, 2}
    assert OUTPUT in dataset.outputs
