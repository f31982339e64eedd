"""The Problems page in the real window: every kind has a count, a gallery or list, and actions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.data.dataset import PROBLEM_TITLES, Problem
from studio.data.index import open_dataset
from studio.ui.findings import AT_ONCE
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.problems.advice import ALL, ONE
from studio.ui.panes.data.problems.kinds import KINDS, kind_of
from studio.ui.panes.data.problems.page import GALLERY, NOTHING, ROWS, ProblemPage
from studio.ui.panes.data.problems.sentences import counted, sentence
from studio.ui.panes.data.view import PICTURES, PROBLEMS
from tests.conftest import write_noise
from tests.data.planted import KINDS as PLANTED
from tests.data.planted import plant

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
OF_A_FOLDER = (*PLANTED, "imbalance", "too-few")
OF_A_TABLE = ("missing-file", "no-label", "duplicate-row", "odd-label")
OURS = ("no-access", "no-class", "empty-class", "ignored-folder", "link-loop")


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with faults of every kind that pictures and folders can have."""
    root = tmp_path_factory.mktemp("faults") / "set"
    plant(root, 48, 2, 64)
    write_noise(root / "train" / "lonely" / "one.png", (30, 200, 90), 7, 64)
    return root


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with faults of its own."""
    root = tmp_path / "table"
    rows = ["file,label"]
    for i in range(20):
        write_noise(root / "pictures" / f"{i}.png", (60, 90 + 6 * i, 160), i)
        rows.append(f"{i}.png,{'blue_pants' if i % 2 else 'red_shirt'}")
    for i, label in ((20, "bule_pants"), (21, "bule_pants"), (22, "N/A"), (23, "")):
        write_noise(root / "pictures" / f"{i}.png", (200, 90, 8 * i), i)
        rows.append(f"{i}.png,{label}")
    rows += ["1.png,blue_pants", "gone.png,red_shirt", "also gone.png,red_shirt"]
    (root / "labels.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield world
    world.close()


def pane_of(world: World) -> DataPane:
    pane = world.window.show_pane("data")
    assert isinstance(pane, DataPane)
    return pane


def opened(world: World, qtbot: QtBot, root: Path) -> ProblemPage:
    """Open a data set, wait for its check, and go to its problems by the banner."""
    pane = pane_of(world)
    world.session.set_dataset(open_dataset(root))
    with qtbot.waitSignal(pane._watch.checked, timeout=20_000):
        pane._watch.check_again()
    world.window.activateWindow()
    assert QTest.qWaitForWindowActive(world.window)
    assert pane.view.banner.isVisible()
    assert pane.view.banner.button.text() == "Review problems"
    click(pane.view.banner.button)
    assert pane.view.page() == PROBLEMS
    return pane.view.problems


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def press(world: World, held: Qt.KeyboardModifier, told: SignalInstance) -> None:
    spy = QSignalSpy(told)
    QTest.keyClick(world.window, Qt.Key.Key_Z, held)
    assert spy.count() or spy.wait(2_000)


def undo(world: World) -> None:
    press(world, CTRL, world.window.frame.top.undo_requested)


def redo(world: World) -> None:
    press(world, CTRL | SHIFT, world.window.frame.top.redo_requested)


def choose(page: ProblemPage, kind: str) -> None:
    """Click a kind in the list."""
    kinds = page.kinds
    index = kinds.kinds.index(kinds.kinds.place_of(kind))
    assert index.isValid(), kind
    kinds.scrollTo(index)
    at = kinds.visualRect(index).center()
    QTest.mouseClick(kinds.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert kinds.chosen() == kind


def number_of(world: World, kind: str) -> int:
    return counted(world.session.findings.problems).get(kind, 0)


def choices(page: ProblemPage) -> list[str]:
    return [choice.key for choice in page.advice._choices]


# --- every kind -----------------------------------------------------------------------------------


def try_kind(world: World, page: ProblemPage, kind: str) -> None:
    """A sentence with the count, entries in sight, and every choice done, undone, done again."""
    session = world.session
    choose(page, kind)
    before = number_of(world, kind)
    assert before > 0, kind
    assert page.heading.whole() == kind_of(kind).sentence(before)
    view = page.rows if kind_of(kind).view == "rows" else page.grid
    assert page.pages.currentWidget() is view
    assert page.model.rowCount() == before
    assert view.currentIndex().row() == 0 and view.visualRect(view.currentIndex()).height() > 40
    assert page.advice.meaning.text() == kind_of(kind).meaning
    keys = choices(page)
    assert keys[-1] == "keep" or keys[0] == "keep", (kind, keys)
    stack = session.undo_stack
    for key in keys:
        page.advice.pick(key)
        choice = page.advice.choice()
        assert choice is not None and choice.key == key
        assert page.advice.button.text() == choice.button and choice.consequence.endswith(".")
        steps = stack.index()
        click(page.advice.button)
        assert stack.index() == steps + 1, (kind, key)
        assert number_of(world, kind) < before, (kind, key)
        stack.undo()
        assert number_of(world, kind) == before and stack.index() == steps, (kind, key)
        stack.redo()
        assert number_of(world, kind) < before, (kind, key)
        if key == keys[0]:
            undo(world)  # by its key
        else:
            stack.undo()
        choose(page, kind)
        assert page.model.rowCount() == before, (kind, key)
        assert choices(page) == keys


@pytest.mark.parametrize("half", [0, 1])
def test_every_kind_of_a_folder_can_be_put_right(
    world: World, qtbot: QtBot, faults: Path, half: int
) -> None:
    page = opened(world, qtbot, faults)
    for kind in OF_A_FOLDER[half::2]:
        try_kind(world, page, kind)
    assert not world.session.changes.excluded().any()


def test_every_kind_of_a_table_can_be_put_right(world: World, qtbot: QtBot, table: Path) -> None:
    page = opened(world, qtbot, table)
    for kind in OF_A_TABLE:
        try_kind(world, page, kind)


def test_every_kind_has_its_words() -> None:
    assert set(OF_A_FOLDER) | set(OF_A_TABLE) | set(OURS) == set(KINDS) == set(PROBLEM_TITLES)
    for kind in KINDS.values():
        assert kind.sentence(1).startswith(("1 ", "The classes"))
        assert "2,000" in kind.sentence(2_000)
        assert kind.meaning.endswith(".")


def test_kinds_without_a_picture_can_be_noted(world: World, qtbot: QtBot, faults: Path) -> None:
    """Kinds that a folder of this system cannot be made to have: told by the session alone."""
    page = opened(world, qtbot, faults)
    world.session.set_problems([Problem(kind, f"x/{kind}", "So it is.") for kind in OURS])
    for kind in OURS:
        try_kind(world, page, kind)
    assert page.kinds.kinds.place_of("blurred") < 0


# --- copies ---------------------------------------------------------------------------------------


def test_a_pair_shows_both_pictures_and_what_becomes_of_them(
    world: World, qtbot: QtBot, faults: Path
) -> None:
    page = opened(world, qtbot, faults)
    choose(page, "split-leak")
    now = world.session.findings.situation
    assert now is not None and page.grid.pictures == 2
    for entry in page.model.entries:
        stays, leaves = entry.paths
        assert now.split_of(stays) < now.split_of(leaves)
        assert entry.problem.alike is not None
    assert [e.problem.alike for e in page.model.entries] == sorted(
        (e.problem.alike or 0 for e in page.model.entries), reverse=True
    )
    exact = [e for e in page.model.entries if e.problem.alike == 1.0]
    assert {e.problem.how for e in exact} == {"the same file twice"}
    leaving = [e.paths[1] for e in page.model.entries]
    click(page.advice.button)
    dataset = world.session.dataset
    assert dataset is not None
    out = np.flatnonzero(world.session.changes.excluded()).tolist()
    assert sorted(dataset.paths[row] for row in out) == sorted(set(leaving))
    undo(world)
    choose(page, "split-leak")
    page.advice.pick("split")
    click(page.advice.button)
    assert world.session.split.together == "twins"
    qtbot.waitUntil(lambda: number_of(world, "split-leak") == 0)


def test_both_get_the_class_of_one(world: World, qtbot: QtBot, faults: Path) -> None:
    page = opened(world, qtbot, faults)
    choose(page, "label-conflict")
    entry = page.model.entries[0]
    click(page.advice.scope.button(ONE))
    assert page.advice.button.text() == "Exclude 2 pictures"
    page.advice.pick("left")
    click(page.advice.button)
    dataset = world.session.dataset
    assert dataset is not None
    stays, changed = (dataset.paths.index(p) for p in entry.paths)
    assert dataset.classes_of(stays, "class") == dataset.classes_of(changed, "class")
    assert entry.key not in [e.key for e in page.model.entries]
    choose(page, "blurred")
    choose(page, "label-conflict")
    assert page.advice.scope.current() == ALL, "another kind begins with all of it"


def test_the_slider_keeps_the_likest(world: World, qtbot: QtBot, faults: Path) -> None:
    page = opened(world, qtbot, faults)
    choose(page, "blurred")
    assert not page.alike.isVisible()
    kind = "near-duplicate"
    choose(page, kind)
    assert page.alike.isVisible()
    every = page.model.rowCount()
    page.alike.setFocus()
    QTest.keyClick(page.alike, Qt.Key.Key_End)
    assert page.alike_number.text() == "100 %"
    assert page.model.rowCount() < every
    assert page.heading.whole() == kind_of(kind).sentence(page.model.rowCount())
    QTest.keyClick(page.alike, Qt.Key.Key_Home)
    assert page.model.rowCount() == every


def test_keys_move_keep_and_exclude(world: World, qtbot: QtBot, faults: Path) -> None:
    page = opened(world, qtbot, faults)
    choose(page, "truncated")
    choose(page, "split-leak")
    grid, entries = page.grid, list(page.model.entries)
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.currentIndex().row() == 1
    QTest.keyClick(grid, Qt.Key.Key_X)
    changes = world.session.changes
    dataset = world.session.dataset
    assert dataset is not None
    assert changes.excluded()[dataset.paths.index(entries[1].paths[1])]
    assert not changes.excluded()[dataset.paths.index(entries[1].paths[0])]
    left = [e.key for e in page.model.entries]
    assert entries[1].key not in left and entries[0].key in left
    grid.setCurrentIndex(page.model.index(0))
    QTest.keyClick(grid, Qt.Key.Key_K)
    assert changes.accepted() == {("split-leak", path) for path in entries[0].paths}
    assert entries[0].key not in [e.key for e in page.model.entries]
    assert world.session.undo_stack.undoText().startswith("Keep 2 as they are")
    undo(world)
    undo(world)
    assert [e.key for e in page.model.entries] == [e.key for e in entries]


# --- labels and classes ---------------------------------------------------------------------------


def test_a_typing_slip_is_renamed_and_a_missing_value_taken(
    world: World, qtbot: QtBot, table: Path
) -> None:
    page = opened(world, qtbot, table)
    choose(page, "odd-label")
    by_label = {e.problem.label: i for i, e in enumerate(page.model.entries)}
    assert set(by_label) == {"bule_pants", "N/A"}
    page.rows.setCurrentIndex(page.model.index(by_label["bule_pants"]))
    click(page.advice.scope.button(ONE))
    assert choices(page)[0] == "rename"
    assert page.advice.row("rename").radio.text() == "Rename to “blue_pants”"
    click(page.advice.button)
    dataset = world.session.dataset
    assert dataset is not None
    output = next(iter(dataset.outputs))
    assert "bule_pants" not in dataset.outputs[output]
    assert dataset.class_counts(output)[dataset.outputs[output].index("blue_pants")] == 12
    assert choices(page)[0] == "unlabel"
    click(page.advice.button)
    dataset = world.session.dataset
    assert dataset is not None
    assert not dataset.has_label(output)[dataset.paths.index("pictures/22.png")]
    assert page.kinds.kinds.place_of("odd-label") < 0, "the next kind takes its place"


def test_pictures_without_a_label_get_the_chosen_class(
    world: World, qtbot: QtBot, table: Path
) -> None:
    page = opened(world, qtbot, table)
    choose(page, "no-label")
    assert choices(page)[0] == "label"
    options = page.advice.row("label").options
    assert options.isVisible()
    names = [options.itemText(i) for i in range(options.count())]
    options.setCurrentIndex(names.index("red_shirt"))
    click(page.advice.button)
    dataset = world.session.dataset
    assert dataset is not None
    output = next(iter(dataset.outputs))
    assert dataset.classes_of(dataset.paths.index("pictures/23.png"), output) == ("red_shirt",)


# --- kept, counted, told --------------------------------------------------------------------------


def test_decisions_survive_closing(
    qapp: QApplication, qtbot: QtBot, faults: Path, tmp_path: Path
) -> None:
    root = tmp_path / "set"
    shutil.copytree(faults, root)
    first = build_world()
    first.window.show()
    page = opened(first, qtbot, root)
    first.session.save_as(tmp_path / "project")
    choose(page, "blurred")
    page.advice.pick("keep")
    click(page.advice.button)
    choose(page, "dark")
    click(page.advice.button)
    before = counted(first.session.findings.problems)
    first.close()
    again = build_world()
    try:
        again.window.show()
        session = again.session
        pane = pane_of(again)
        session.open_requested.emit(tmp_path / "project")
        qtbot.waitUntil(lambda: session.dataset is not None, timeout=10_000)
        with qtbot.waitSignal(pane._watch.checked, timeout=20_000):
            pane._watch.check_again()
        after = counted(session.findings.problems)
        assert after == before and "blurred" not in after and "dark" not in after
        assert session.undo_stack.canUndo()
        session.undo_stack.undo()
        assert "dark" in counted(session.findings.problems)
        session.undo_stack.undo()
        assert "blurred" in counted(session.findings.problems)
        assert not session.changes.are_there
    finally:
        again.close()


def test_what_is_settled_is_neither_told_nor_dotted(
    world: World, qtbot: QtBot, tiny_dataset: Path
) -> None:
    (tiny_dataset / "red" / "broken.png").write_bytes(b"no picture")
    page = opened(world, qtbot, tiny_dataset)
    pane, dot = pane_of(world), world.window.frame.rail
    assert [p.kind for p in world.session.findings.problems] == ["unreadable"]
    assert "no picture" in page.model.entries[0].problem.message
    page.advice.pick("keep")
    click(page.advice.button)
    assert page.pages.currentIndex() == NOTHING and not page.advice.button.isVisible()
    assert page.kinds.chosen() == ""
    QTest.keyClick(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: pane.view.page() == PICTURES)
    assert not pane.view.banner.isVisible()
    assert world.session.problems, "what was found is still known"
    row = open_dataset(tiny_dataset).paths.index("red/broken.png")
    assert world.session.assignment[row] == -1, "and still not trained on"
    undo(world)
    assert pane.view.banner.isVisible() and dot is not None


def test_the_sentence_names_the_gravest() -> None:
    assert sentence([]) == ""
    broken = [Problem("unreadable", f"{i}.png", "x") for i in range(3)]
    leaks = [Problem("split-leak", f"a{i}.png", "x", f"b{i}.png") for i in range(23)]
    assert sentence(broken) == "<b>3 pictures could not be read</b>."
    assert sentence([*leaks, *broken]) == (
        "<b>3 pictures could not be read</b>, and 23 appear in more than one split."
    )
    assert sentence([*leaks, Problem("blurred", "a", "x")]) == (
        "<b>23 pictures are in more than one split</b>. 1 more remark."
    )
    gone = [Problem("missing-file", "a.png", "x")]
    assert sentence(gone) == "<b>1 picture is not there</b>."
    assert sentence([*gone, *broken]) == "<b>4 pictures could not be read</b>."
    slips = [Problem("odd-label", f"{i}", "x", "b", output="o", label="a") for i in range(9)]
    assert counted(slips) == {"odd-label": 1}


def test_the_foot_says_what_was_checked_and_it_can_be_checked_again(
    world: World, qtbot: QtBot, tiny_dataset: Path
) -> None:
    (tiny_dataset / "red" / "empty.png").write_bytes(b"")
    page = opened(world, qtbot, tiny_dataset)
    assert page.checked.text().startswith("24 files checked in ")
    assert page.checked.text().endswith("Nothing changes until you decide.")
    Image.new("RGB", (32, 32), (9, 200, 9)).save(tiny_dataset / "red" / "red 1.png")
    with qtbot.waitSignal(pane_of(world)._watch.checked, timeout=20_000):
        click(page.check_button)
        assert page.checked.text().startswith("Checking…")
    assert "blank" in counted(world.session.findings.problems)


def test_the_list_can_be_copied_and_read_as_rows(world: World, qtbot: QtBot, faults: Path) -> None:
    page = opened(world, qtbot, faults)
    actions = {a.text(): a for a in page.more_menu.actions()}
    actions["Copy list"].trigger()
    text = QApplication.clipboard().text()
    assert text.startswith("What\tWhere\tWhy\n")
    assert text.count("\n") == 1 + len(world.session.findings.problems)
    choose(page, "blurred")
    actions["Show as a list"].trigger()
    assert page.pages.currentIndex() == ROWS
    page.rows.setFocus()
    QTest.keyClick(page.rows, Qt.Key.Key_Down)
    assert page.rows.currentIndex().row() == 1
    QTest.keyClick(page.rows, Qt.Key.Key_X)
    assert number_of(world, "blurred") == page.model.rowCount()
    assert world.session.changes.excluded().sum() == 1
    actions["Show as a list"].trigger()
    assert page.pages.currentIndex() == GALLERY


# --- size, strange names --------------------------------------------------------------------------


def test_thousands_decode_only_what_is_in_sight(world: World, qtbot: QtBot, faults: Path) -> None:
    page = opened(world, qtbot, faults)
    dataset = world.session.dataset
    assert dataset is not None
    many = [Problem("no-class", f"beside/{i}.png", "It lies beside them.") for i in range(20_000)]
    world.session.set_problems(many)
    qtbot.waitUntil(lambda: page.model.rowCount() == 20_000)  # so many are judged elsewhere
    assert page.heading.whole() == "20,000 pictures lie in no class"
    QApplication.processEvents()
    asked = pane_of(world).loader.waiting()
    assert asked < 60
    QTest.keyClick(page.grid, Qt.Key.Key_End)
    assert page.grid.currentIndex().row() == 19_999
    click(page.advice.button)
    qtbot.waitUntil(lambda: number_of(world, "no-class") == 0)
    undo(world)
    qtbot.waitUntil(lambda: number_of(world, "no-class") == 20_000)


def test_very_many_are_listed_in_the_background(world: World, qtbot: QtBot, faults: Path) -> None:
    page = opened(world, qtbot, faults)
    pane = pane_of(world)
    paths = open_dataset(faults).paths
    many = [
        Problem("blurred", paths[i % len(paths)], "It is blurred.", alike=None)
        for i in range(2 * AT_ONCE)
    ]
    world.session.set_problems([*world.session.problems, *many])
    qtbot.waitUntil(lambda: len(world.session.findings.problems) > AT_ONCE, timeout=5_000)
    choose(page, "blurred")
    qtbot.waitUntil(lambda: page.model.rowCount() > AT_ONCE, timeout=5_000)
    assert choices(page) == ["exclude", "keep"]
    assert pane.view.page() == PROBLEMS
    choose(page, "near-duplicate")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 100, timeout=5_000)
    assert choices(page) == ["exclude", "keep"]


def test_strange_names_are_shown(world: World, qtbot: QtBot, tmp_path: Path) -> None:
    root = tmp_path / "strange"
    for i, name in enumerate(["<b>bold</b>", "a&b", "x" * 120, "one\nline"]):
        for j in range(3):
            write_noise(root / name / f"{'<i>' if j else '%'}{j}.png", (50 * i, 90, 90), 10 * i + j)
        shutil.copy(root / name / "%0.png", root / name / "copy\udcff.png")
    page = opened(world, qtbot, root)
    assert number_of(world, "exact-duplicate") + number_of(world, "split-leak") == 4
    world.session.set_problems(
        [Problem(k, "\udcff\n<img src=x>", "<b>words</b>\n" * 9, "\udcfe") for k in PROBLEM_TITLES]
    )
    for kind in PROBLEM_TITLES:
        if page.kinds.kinds.place_of(kind) >= 0:
            choose(page, kind)
            world.window.grab()
            for key in choices(page):
                page.advice.pick(key)


@pytest.mark.parametrize("size", [(960, 600), (1280, 800)])
def test_a_small_window_has_everything(
    world: World, qtbot: QtBot, faults: Path, size: tuple[int, int]
) -> None:
    world.window.resize(*size)
    page = opened(world, qtbot, faults)
    frame = page.frame
    QApplication.processEvents()
    if size[0] < 1000:
        assert frame.is_drawer("left") and frame.is_drawer("right")
        click(frame.right_button)
        assert page.advice.isVisible()
        click(page.advice.button)
        assert world.session.changes.are_there
        click(frame.left_button)
        assert page.kinds.isVisible()
    else:
        assert page.kinds.isVisible() and page.advice.isVisible()
        names = {w.accessibleName() for w in (page.alike, page.back_button, page.check_button)}
        assert names == {"Alike from", "Back to the pictures", "Check again"}
