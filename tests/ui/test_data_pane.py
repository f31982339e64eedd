"""The Data pane and the start page: open, look, search, choose, split, problems."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.control import Control, Progress
from studio.core.input import InputSpec
from studio.core.project import Project
from studio.core.settings import Recent
from studio.data.dataset import Dataset
from studio.data.index import open_dataset
from studio.data.split import SplitSpec
from studio.ui.jobs import Job
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.facts import fit_sentence
from studio.ui.panes.data.order import listed, name_order
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.split_box import SplitBox
from studio.ui.panes.data.view import PICTURES, PROBLEMS
from studio.ui.panes.start import describe_drop, when
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.panel import Panel
from studio.ui.widgets.text import Text
from tests.conftest import write_noise


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
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


def drop(target: QWidget, *paths: Path) -> bool:
    """Drag files over the middle of a widget and let go; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = target.rect().center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(middle, copy, data, left, none)
    QApplication.sendEvent(target, enter)
    event = QDropEvent(QPointF(middle), copy, data, left, none)
    event.ignore()
    if enter.isAccepted():
        QApplication.sendEvent(target, event)
    return enter.isAccepted() and event.isAccepted()


def open_folder(world: World, qtbot: QtBot, folder: Path) -> None:
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        world.session.open_requested.emit(folder)


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(
        widget, Qt.MouseButton.LeftButton, pos=at if at is not None else widget.rect().center()
    )


# --- opening --------------------------------------------------------------------------------------


def test_a_dropped_folder_becomes_classes_counts_and_thumbnails(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    assert pane.pages.currentWidget() is pane.start
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        assert drop(pane.start.zone, tiny_dataset)
    view = pane.view
    assert pane.pages.currentWidget() is view
    rows = [
        view.classes.classes.index(i).data(Qt.ItemDataRole.AccessibleTextRole)
        for i in range(view.classes.classes.rowCount())
    ]
    assert rows == [
        "All pictures: 24 pictures", "blue: 8 pictures", "green: 8 pictures", "red: 8 pictures",
    ]  # fmt: skip
    assert view.summary.text() == "24 pictures, 3 classes"
    path = view.grid.pictures.path(0)
    qtbot.waitUntil(lambda: pane.loader.get(path, 98) is not None, timeout=5_000)
    thumbnail = pane.loader.get(path, 98)
    assert thumbnail is not None
    assert thumbnail.width() == 32
    assert not pane.loader.reason(path)


def test_a_drop_that_is_no_folder_says_why(tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_text("x")
    assert describe_drop([str(tmp_path)]) == (True, f"Open “{tmp_path.name}”")
    good, words = describe_drop([str(tmp_path / "notes.pdf")])
    assert not good
    assert "notes.pdf" in words
    assert not describe_drop([str(tmp_path), str(tmp_path)])[0]


def test_a_folder_dropped_on_the_open_data_set_opens_that_one(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path, tmp_path: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    other = tmp_path / "other"
    for name in ("cat", "dog"):
        for i in range(3):
            write_noise(other / name / f"{i}.png", (90, 90, 90), i)
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        assert drop(pane, other) or drop(pane.overlay, other)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=5_000)
    assert world.session.dataset is not None
    assert world.session.dataset.root == other


def test_buttons_of_the_start_page_ask_for_what_they_say(
    world: World, pane: DataPane, qtbot: QtBot
) -> None:
    asked: list[str] = []
    world.session.folder_dialog_requested.disconnect()
    world.session.project_dialog_requested.disconnect()
    world.session.sample_requested.disconnect()
    world.session.folder_dialog_requested.connect(lambda: asked.append("folder"))
    world.session.project_dialog_requested.connect(lambda: asked.append("project"))
    world.session.sample_requested.connect(lambda: asked.append("sample"))
    for button in (pane.start.folder_button, pane.start.project_button, pane.start.sample_button):
        click(button)
    assert asked == ["folder", "project", "sample"]


def test_the_sample_pictures_of_the_start_page_are_drawn(pane: DataPane, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not pane.start.samples[0].image().isNull(), timeout=5_000)
    assert all(view.image().width() == 64 for view in pane.start.samples)


def test_recent_projects_are_listed_and_missing_ones_marked(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    there = Project.create(tmp_path / "there", "Lichens")
    now = "2025-11-03T10:00:00+00:00"
    for path, name in ((tmp_path / "gone", "Pollen"), (there.path, "Lichens")):
        world.session.settings.remember(Recent(path=str(path), name=name, opened=now))
    pane.start.refresh()
    assert [row.text() for row in pane.start.rows()] == ["Lichens", "Pollen"]
    qtbot.waitUntil(lambda: pane.start.rows()[1].is_missing(), timeout=5_000)
    assert not pane.start.rows()[0].is_missing()
    with qtbot.waitSignal(world.session.project_changed, timeout=5_000):
        click(pane.start.rows()[0])
    assert world.session.project is not None
    assert world.session.project.path == there.path


def test_times_are_said_as_people_say_them() -> None:
    from datetime import datetime

    now = datetime.fromisoformat("2025-11-14T12:00:00+00:00")
    assert when("2025-11-13T11:00:00+00:00", now) == "yesterday"
    assert when("2025-11-14T11:00:00+00:00", now).startswith("today")
    assert when("2025-11-03T12:00:00+00:00", now) == "3 Nov"
    assert when("2024-11-03T12:00:00+00:00", now) == "3 Nov 2024"
    assert when("nonsense") == ""


def test_a_project_whose_pictures_moved_asks_where_they_are(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path, tmp_path: Path
) -> None:
    project = Project.create(tmp_path / "project", "Moved")
    project.set_dataset(tiny_dataset, "folder", "", 24)
    project.save()
    moved = tmp_path / "elsewhere" / "pictures"
    shutil.copytree(tiny_dataset, moved)
    shutil.rmtree(tiny_dataset)
    world.session.failed.disconnect()
    world.session.open_requested.emit(project.path)
    qtbot.waitUntil(lambda: pane.pages.currentWidget() is pane.waiting, timeout=5_000)
    assert pane.waiting.heading.text() == "Where are the pictures of this project?"
    world.session.locate_requested.disconnect()
    with qtbot.waitSignal(world.session.locate_requested):
        click(pane.waiting.action_button)
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        world.window.opener.relocate(moved)
    assert pane.pages.currentWidget() is pane.view


# --- the first pictures, before the index ---------------------------------------------------------


class SlowDisk:
    """Indexing waits until it is let go on; the peek before it does not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = threading.Event()
        monkeypatch.setattr("studio.data.index.open_dataset", self._open)

    def _open(
        self,
        path: Path,
        format: str | None,
        progress: Progress,
        control: Control,
        options: Mapping[str, str],
    ) -> Dataset:
        assert self.gate.wait(20)
        return open_dataset(path, format, progress, control, options)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    disk = SlowDisk(monkeypatch)
    yield disk
    disk.gate.set()


def many_pictures(folder: Path, classes: str = "abcd", each: int = 60) -> Path:
    """Links to one picture: more than a first look shows."""
    first = folder.parent / f"{folder.name}.png"
    write_noise(first, (200, 30, 30), 1)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for i in range(each):
            os.link(first, folder / name / f"{i}.png")
    return folder


def in_sight(pane: DataPane) -> list[str]:
    grid = pane.view.grid
    first, last = grid.visible_rows()
    return [grid.pictures.path(place) for place in range(first, last + 1)]


def test_first_pictures_are_seen_before_the_index_and_stay(
    world: World, pane: DataPane, qtbot: QtBot, slow: SlowDisk, tmp_path: Path
) -> None:
    view, grid = pane.view, pane.view.grid
    arrived: set[str] = set()
    pane.loader.arrived.connect(arrived.update)
    with qtbot.waitSignal(world.session.peek_changed, timeout=10_000):
        world.session.open_requested.emit(many_pictures(tmp_path / "seeds"))
    assert pane.pages.currentWidget() is view
    assert world.session.dataset is None
    assert (grid.pictures.rowCount(), view.summary.text()) == (120, "Opening seeds…")
    model = view.classes.classes
    role = Qt.ItemDataRole.AccessibleTextRole
    names = [model.index(i).data(role) for i in range(model.rowCount())]
    assert names == ["All pictures", "a", "b", "c", "d"]
    assert not view.split.edit_button.isEnabled()
    qtbot.waitUntil(lambda: set(in_sight(pane)) <= arrived, timeout=10_000)
    assert world.session.dataset is None
    # A person may already scroll and choose.
    grid.verticalScrollBar().setValue(90)
    click(grid.viewport(), grid.visualRect(grid.pictures.index(9)).center())
    before = [grid.pictures.path(place) for place in range(120)]
    seen, chosen = in_sight(pane), grid.pictures.path(9)
    assert world.session.picture_in_view is None
    qtbot.waitUntil(lambda: set(seen) <= arrived, timeout=10_000)
    arrived.clear()
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        slow.gate.set()
    qtbot.waitUntil(lambda: world.session.peek is None, timeout=5_000)
    assert grid.pictures.rowCount() == 240
    assert in_sight(pane) == seen
    assert [grid.pictures.path(place) for place in range(120)] == before
    assert grid.verticalScrollBar().value() == 90
    assert [grid.pictures.path(int(r)) for r in grid.chosen_rows()] != []
    assert grid.currentIndex().row() == 9
    assert world.session.picture_in_view == Path(chosen)
    assert view.summary.text() == "240 pictures, 4 classes"
    assert model.index(1).data(role) == "a: 60 pictures"
    assert view.split.edit_button.isEnabled()
    assert not arrived & set(seen)  # nothing is decoded twice


def test_a_class_chosen_during_the_first_look_stays_chosen(
    world: World, pane: DataPane, qtbot: QtBot, slow: SlowDisk, tmp_path: Path
) -> None:
    root = many_pictures(tmp_path / "seeds")
    (root / "ab").mkdir()  # no class: it is empty
    with qtbot.waitSignal(world.session.peek_changed, timeout=10_000):
        world.session.open_requested.emit(root)
    pane.view.classes.choose(2 + 1)
    assert {pane.view.grid.pictures.index(i).data() for i in range(5)} == {"c"}
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        slow.gate.set()
    assert pane.view.classes.chosen() == 2
    assert len(pane.view.grid.pictures.rows()) == 60
    assert pane.view.grid.pictures.index(0).data() == "c"


def test_a_folder_that_fails_to_open_gives_the_start_page_back(
    world: World, pane: DataPane, qtbot: QtBot, slow: SlowDisk, tmp_path: Path
) -> None:
    root = many_pictures(tmp_path / "seeds")
    with qtbot.waitSignal(world.session.peek_changed, timeout=10_000):
        world.session.open_requested.emit(root)
    assert pane.pages.currentWidget() is pane.view
    shutil.rmtree(root)
    world.session.failed.disconnect(world.window.show_failure)
    with qtbot.waitSignal(world.session.failed, timeout=10_000):
        slow.gate.set()
    assert pane.pages.currentWidget() is pane.start
    assert pane.view.grid.pictures.rowCount() == 0
    assert world.session.peek is None


def test_a_cancelled_opening_gives_the_old_data_set_back(
    world: World, pane: DataPane, qtbot: QtBot, slow: SlowDisk, tmp_path: Path
) -> None:
    session, view = world.session, pane.view
    slow.gate.set()
    open_folder(world, qtbot, many_pictures(tmp_path / "old", each=200))
    old = session.dataset
    slow.gate.clear()
    view.classes.choose(1)
    view.grid.choose_row(int(view.grid.pictures.rows()[150]))
    bar = view.grid.verticalScrollBar()
    before = (in_sight(pane), bar.value(), view.grid.chosen_rows().tolist(), view.summary.text())
    with qtbot.waitSignal(session.peek_changed, timeout=10_000):
        session.open_requested.emit(many_pictures(tmp_path / "new", "xy"))
    assert {Path(path).parents[1].name for path in in_sight(pane)} == {"new"}
    assert session.dataset is old
    with qtbot.waitSignal(session.peek_changed, timeout=10_000):
        next(job for job in session.jobs.running if job.words == "Opening new").cancel()
        slow.gate.set()
    assert session.dataset is old
    assert (view.panel.title.whole(), view.classes.chosen()) == ("old", 1)
    after = (in_sight(pane), bar.value(), view.grid.chosen_rows().tolist(), view.summary.text())
    assert after == before


def test_of_two_folders_the_one_asked_for_last_is_opened(
    world: World, pane: DataPane, qtbot: QtBot, slow: SlowDisk, tmp_path: Path
) -> None:
    with qtbot.waitSignal(world.session.peek_changed, timeout=10_000):
        world.session.open_requested.emit(many_pictures(tmp_path / "one"))
    with qtbot.waitSignal(world.session.peek_changed, timeout=10_000):
        world.session.open_requested.emit(many_pictures(tmp_path / "two", "xy"))
    with qtbot.waitSignal(world.session.dataset_changed, timeout=10_000):
        slow.gate.set()
    assert world.session.dataset is not None
    assert world.session.dataset.root == tmp_path / "two"
    qtbot.waitUntil(lambda: not world.session.jobs.running, timeout=10_000)
    assert pane.view.panel.title.whole() == "two"
    assert pane.view.summary.text() == "120 pictures, 2 classes"


# --- the list -------------------------------------------------------------------------------------


def test_a_class_is_chosen_by_a_click_and_by_the_keyboard(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    classes = pane.view.classes
    click(classes.viewport(), classes.visualRect(classes.classes.index(2)).center())
    assert classes.chosen() == 1
    assert len(pane.view.grid.pictures.rows()) == 8
    assert pane.view.summary.text() == "8 of 24 pictures, 3 classes"
    QTest.keyClick(classes, Qt.Key.Key_Down)
    assert classes.chosen() == 2
    captions = {
        pane.view.grid.pictures.index(i).data() for i in range(pane.view.grid.pictures.rowCount())
    }
    assert captions == {"red"}


def test_the_class_filter_hides_other_classes(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    QTest.keyClicks(pane.view.filter, "RE")
    model = pane.view.classes.classes
    assert [model.index(i).data() for i in range(model.rowCount())] == [
        "All pictures", "green", "red",
    ]  # fmt: skip
    QTest.keyClick(pane.view.filter, Qt.Key.Key_Escape)
    assert model.rowCount() == 4


def test_search_finds_by_name_and_says_when_there_is_nothing(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    QTest.keyClick(pane, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(pane.view.search, "red 3")
    qtbot.waitUntil(lambda: len(pane.view.grid.pictures.rows()) == 1, timeout=3_000)
    QTest.keyClicks(pane.view.search, " xyz")
    qtbot.waitUntil(lambda: pane.view.grid_pages.currentIndex() == 1, timeout=3_000)
    assert pane.view.nothing.text() == "No picture is called “red 3 xyz”."
    click(pane.view.show_all)
    assert len(pane.view.grid.pictures.rows()) == 24


def test_orders_of_the_list(tmp_path: Path) -> None:
    for name in ("picture 10", "picture 2", "Picture 1"):
        write_noise(tmp_path / "set" / "a" / f"{name}.png", (9, 9, 9), 1)
        write_noise(tmp_path / "set" / "b" / f"{name}.png", (9, 9, 9), 2)
    dataset = open_dataset(tmp_path / "set")
    lowered = [path.lower() for path in dataset.paths]
    rows = listed(dataset, 0, lowered, "", "name", name_order(dataset))
    assert [dataset.paths[i] for i in rows] == [
        "a/Picture 1.png", "a/picture 2.png", "a/picture 10.png",
    ]  # fmt: skip
    by_class = listed(dataset, None, lowered, "", "class")
    assert dataset.labels["class"][by_class].tolist() == [0, 0, 0, 1, 1, 1]
    shuffled = listed(dataset, None, lowered, "", "shuffled")
    assert sorted(shuffled.tolist()) == list(range(6))
    assert np.array_equal(shuffled, listed(dataset, None, lowered, "", "shuffled"))
    assert len(listed(dataset, None, lowered, "PICTURE 2 b/", "class")) == 1


def test_only_pictures_in_sight_are_decoded(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    """Ten thousand pictures (links to one file) are listed; only a screen of them is decoded."""
    first = tmp_path / "many" / "a" / "0.png"
    write_noise(first, (200, 30, 30), 1)
    (tmp_path / "many" / "b").mkdir()
    for i in range(1, 5_000):
        os.link(first, tmp_path / "many" / "a" / f"{i}.png")
        os.link(first, tmp_path / "many" / "b" / f"{i}.png")
    decoded: set[str] = set()
    pane.loader.arrived.connect(decoded.update)
    open_folder(world, qtbot, tmp_path / "many")
    qtbot.waitUntil(lambda: len(decoded) > 0 and pane.loader.waiting() == 0, timeout=10_000)
    bar = pane.view.grid.verticalScrollBar()
    for step in range(1, 40):
        bar.setValue(bar.maximum() * step // 40)
        QTest.qWait(5)
    first_row, last_row = pane.view.grid.visible_rows()
    wanted = {pane.view.grid.pictures.path(i) for i in range(first_row, last_row - 10)}
    qtbot.waitUntil(lambda: pane.loader.waiting() == 0 and wanted <= decoded, timeout=10_000)
    assert len(decoded) < 500, "what flew by while the bar was dragged is not decoded"


# --- choosing -------------------------------------------------------------------------------------


def test_a_click_on_a_picture_shows_what_it_is(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    grid, inspector = pane.view.grid, pane.view.inspector
    place = 3
    click(grid.viewport(), grid.visualRect(grid.pictures.index(place)).center())
    path = Path(grid.pictures.path(place))
    assert world.session.picture_in_view == path
    assert inspector.title.whole() == path.name
    facts = dict(inspector.facts.facts())
    assert pane.view.inspector.labels.fields["class"].text() == path.parent.name
    assert pane.view.inspector.labels.split.current() in ("train", "validation", "test")
    assert facts["Folder"] == path.parent.name
    qtbot.waitUntil(lambda: inspector.size_label.text() == "32 × 32 px", timeout=5_000)
    assert inspector.format_label.text().startswith("PNG, RGB, 8 bit · ")
    before = world.session.picture_in_view
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert world.session.picture_in_view not in (before, None)


def test_several_pictures_are_counted(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    grid = pane.view.grid
    QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert pane.view.inspector.title.whole() == "24 pictures selected"
    facts = dict(pane.view.inspector.many_facts.facts())
    assert pane.view.inspector.many_labels.fields["class"].text() == "several"
    counts = np.bincount(world.session.assignment)
    words = f"{counts[0]} train, {counts[1]} validation, {counts[2]} test"
    assert facts["Split now"] == words
    click(pane.view.inspector.clear_button)
    assert pane.view.inspector.title.whole() == "No picture chosen"


def test_a_chosen_fit_counts_for_the_network_and_can_be_undone(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    from PIL import Image

    for name in ("a", "b"):
        (tmp_path / "wide" / name).mkdir(parents=True)
        for i in range(3):
            Image.new("RGB", (100, 50), (10 * i, 200, 90)).save(
                tmp_path / "wide" / name / f"{i}.png"
            )
    open_folder(world, qtbot, tmp_path / "wide")
    inspector = pane.view.inspector
    qtbot.waitUntil(lambda: inspector.size_label.text() == "100 × 50 px", timeout=5_000)
    assert inspector.sentence.text() == "Crop cuts away 50 % of this picture."
    spec = world.session.input
    assert inspector.fits.tile("crop").image().width() == spec.width
    click(inspector.fits.tile("letterbox"))
    assert world.session.input.fit == "letterbox"
    qtbot.waitUntil(lambda: "grey border" in inspector.sentence.text(), timeout=5_000)
    world.session.undo_stack.undo()
    assert world.session.input.fit == "crop"
    assert inspector.fits.tile("crop").isChecked()
    click(pane.view.views.button(1))
    assert pane.view.fits.tile("stretch").image().height() == spec.height
    click(pane.view.fits.tile("stretch"))
    assert world.session.input.fit == "stretch"


def test_sentences_about_the_fit() -> None:
    spec = InputSpec(width=64, height=64)
    assert "all three" in fit_sentence("crop", 0.0, 500, 500, spec)
    assert fit_sentence("crop", 0.29, 700, 500, spec) == "Crop cuts away 29 % of this picture."
    assert "50 % of the input" in fit_sentence("letterbox", 0.0, 1000, 500, spec)
    assert "2 times narrower" in fit_sentence("stretch", 0.0, 1000, 500, spec)
    assert "2 times wider" in fit_sentence("stretch", 0.0, 500, 1000, spec)


def test_the_tab_key_walks_from_left_to_right(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    view = pane.view
    world.window.activateWindow()
    assert QTest.qWaitForWindowActive(world.window)
    view.filter.setFocus()
    stops: list[QWidget] = []
    for _ in range(16):
        QTest.keyClick(world.window.focusWidget(), Qt.Key.Key_Tab)
        found = world.window.focusWidget()
        assert found is not None
        stops.append(found)
    order = [view.classes, view.split.edit_button, view.search, view.grid, view.sort, view.tile]
    places = [stops.index(stop) for stop in order]
    assert places == sorted(places)


# --- split, problems ------------------------------------------------------------------------------


def test_the_split_is_changed_in_its_form(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    before = world.session.assignment.copy()
    box = pane.view.split
    click(box.edit_button)
    popover = box.popover()
    assert popover is not None
    mode = popover.form.field("mode")
    assert isinstance(mode, Combo)
    assert [mode.itemData(i) for i in range(mode.count())] == ["ratio", "folds"]
    seed = popover.form.field("seed")
    seed.setFocus()
    QTest.keyClick(seed, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(seed, "41")
    assert world.session.split.seed == 41
    assert not np.array_equal(before, world.session.assignment)
    assert box.note is not None
    assert box.note.text() == "stratified · seed 41"
    popover.close()
    world.session.undo_stack.undo()
    assert np.array_equal(before, world.session.assignment)


@pytest.mark.parametrize("counts", [(3_315, 710, 711), (331_500, 171_000, 171_100)])
def test_the_counts_of_a_split_are_never_cut(qtbot: QtBot, counts: tuple[int, int, int]) -> None:
    panel, box = Panel("left", "", 244), SplitBox()
    panel.add_stretch()
    panel.set_foot(box)
    qtbot.addWidget(panel)
    panel.resize(244, 300)
    panel.show()
    box.show_split(SplitSpec(), np.repeat([0, 1, 2], counts).astype(np.int8), False)
    QApplication.processEvents()
    for label in box.findChildren(Text):
        assert label.width() >= label.sizeHint().width(), label.text()
        assert label.mapTo(panel, label.rect().topRight()).x() <= 244 - 16, label.text()


def test_unreadable_pictures_are_counted_listed_and_left_out(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    (tiny_dataset / "red" / "broken.png").write_bytes(b"no picture")
    (tiny_dataset / "red" / "empty.jpg").write_bytes(b"")
    open_folder(world, qtbot, tiny_dataset)
    view = pane.view

    def checked() -> bool:
        return {p.kind for p in world.session.problems} >= {"unreadable", "empty"}

    qtbot.waitUntil(checked, timeout=15_000)
    assert view.banner.label.text() == "<b>2 pictures could not be read</b>."
    click(view.banner.button)
    page = view.problems
    assert view.page() == PROBLEMS and page.isVisible() and not view.frame.isVisible()
    found = {p.path: p.message for p in world.session.findings.problems}
    assert found["red/broken.png"]
    assert "empty" in found["red/empty.jpg"].lower()
    click(page.back_button)
    assert view.page() == PICTURES and view.frame.isVisible()
    dataset = world.session.dataset
    assert dataset is not None
    if "red/broken.png" in dataset.paths:
        assert world.session.assignment[dataset.paths.index("red/broken.png")] == -1


def test_a_folder_that_vanished_is_noticed(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    qtbot.waitUntil(lambda: pane.loader.waiting() == 0, timeout=5_000)
    shutil.rmtree(tiny_dataset)
    QTest.keyClick(pane.view.grid, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: pane.view.gone.isVisible(), timeout=8_000)
    assert "no longer there" in pane.view.gone.label.text()


def test_nothing_of_the_old_data_set_stays(
    world: World, pane: DataPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    open_folder(world, qtbot, tiny_dataset)
    pane.view.classes.choose(2)
    world.session.new_project()
    assert pane.pages.currentWidget() is pane.start
    assert pane.view.grid.pictures.rowCount() == 0
    open_folder(world, qtbot, tiny_dataset)
    assert pane.view.classes.chosen() == ALL
    assert len(pane.view.grid.pictures.rows()) == 24


# --- thumbnails -----------------------------------------------------------------------------------


def test_the_newest_wish_is_decoded_first_and_old_ones_are_dropped(
    qtbot: QtBot, tmp_path: Path
) -> None:
    paths = []
    for i in range(30):
        path = tmp_path / f"{i}.png"
        write_noise(path, (10, 10, 10), i, 256)
        paths.append(str(path))
    loader = ThumbnailLoader()
    for path in paths:
        assert loader.get(path, 60) is None
    loader.retain(paths[-3:])
    arrived: set[str] = set()
    loader.arrived.connect(arrived.update)
    qtbot.waitUntil(lambda: loader.waiting() == 0 and set(paths[-3:]) <= arrived, timeout=5_000)
    assert len(arrived) < 30
    found = loader.get(paths[-1], 60)
    assert found is not None
    assert found.width() == 64
    (tmp_path / "bad.png").write_bytes(b"no")
    bad = str(tmp_path / "bad.png")
    loader.get(bad, 60)
    qtbot.waitUntil(lambda: bool(loader.reason(bad)), timeout=5_000)
    assert loader.get(bad, 60) is None


def test_a_check_waits_while_one_scrolls_and_goes_on_after(
    world: World, pane: DataPane, qtbot: QtBot, tmp_path: Path
) -> None:
    for number in range(240):
        write_noise(tmp_path / "set" / "ab"[number % 2] / f"{number}.png", (90, 90, 90), number)
    (tmp_path / "set" / "a" / "broken.png").write_bytes(b"no picture")
    jobs: list[Job] = []
    world.session.jobs.job_started.connect(jobs.append)
    open_folder(world, qtbot, tmp_path / "set")
    qtbot.waitUntil(lambda: any(job.words.startswith("Checking") for job in jobs), timeout=10_000)
    check = next(job for job in jobs if job.words.startswith("Checking"))
    bar = pane.view.grid.verticalScrollBar()
    for step in range(20):
        bar.setValue(bar.maximum() * step // 20)
        QTest.qWait(10)
    assert check.is_running, "it waited for the frames"
    qtbot.waitUntil(lambda: not check.is_running, timeout=20_000)
    assert [p.path for p in world.session.problems if p.kind == "unreadable"] == ["a/broken.png"]
