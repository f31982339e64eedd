"""“Apply to folder…” in the window: told first, done as a job, nothing lost, honest about undo."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.errors import StudioError
from studio.data.dataset import Dataset
from studio.data.folder_apply import carry_out
from studio.data.folder_journal import FolderJournal, is_unfinished
from studio.data.folder_plan import plan
from studio.data.folder_rest import Said
from studio.data.folder_steps import FolderPlan
from studio.data.index import open_dataset
from studio.data.overlay.actions import (
    AddClass,
    Exclude,
    MergeClasses,
    Relabel,
    RenameClass,
    Tag,
)
from studio.data.overlay.store import Overlay
from studio.ui.changes import OVERLAY_FILE
from studio.ui.panes.data.apply import WORDS
from studio.ui.panes.data.apply_dialog import ApplyDialog
from studio.ui.panes.data.pane import DataPane
from tests.ui.test_overlay_window import choose, hashes, press, undo


@pytest.fixture
def bin_(tmp_path: Path) -> Path:
    folder = tmp_path / "trash"
    folder.mkdir()
    return folder


@pytest.fixture
def world(qapp: QApplication, tiny_dataset: Path) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    world.session.set_dataset(open_dataset(tiny_dataset))
    yield world
    world.close()


@pytest.fixture
def pane(world: World, bin_: Path) -> DataPane:
    found = world.window.show_pane("data")
    assert isinstance(found, DataPane)
    found.apply.trash = lambda path: throw(path, bin_)
    world.window.activateWindow()
    assert QTest.qWaitForWindowActive(world.window)
    return found


def throw(path: Path, bin_: Path) -> None:
    path.rename(bin_ / f"{len(list(bin_.iterdir()))} {path.name}")


def dataset_of(world: World) -> Dataset:
    dataset = world.session.dataset
    assert dataset is not None
    return dataset


def change(world: World) -> None:
    """A folder to rename, two pictures to move, two for the trash, two tags that must go along."""
    for action in (
        RenameClass(output="class", name="blue", new_name="sky"),
        Relabel(output="class", classes=("red",), paths=["green/green 1.png", "green/green 2.png"]),
        Exclude(paths=["red/red 1.png", "blue/blue 3.png"]),
        Tag(tag="nice", paths=["green/green 1.png", "blue/blue 5.png", "red/red 1.png"]),
    ):
        assert world.session.changes.perform(action)


def entry_of(pane: DataPane) -> tuple[bool, str]:
    """Whether the menu offers it, and what its tooltip says."""
    menu = pane.format_note.menu
    menu.aboutToShow.emit()
    action = next(a for a in menu.actions() if a.text() == WORDS)
    return action.isEnabled(), action.toolTip()


def asked(pane: DataPane, qtbot: QtBot) -> ApplyDialog:
    """Choose the entry of the menu; the dialog that asks."""
    menu = pane.format_note.menu
    menu.aboutToShow.emit()
    next(a for a in menu.actions() if a.text() == WORDS).trigger()
    qtbot.waitUntil(lambda: pane.apply.dialog is not None, timeout=5_000)
    assert pane.apply.dialog is not None
    return pane.apply.dialog


def lines(view: object) -> list[str]:
    model = view.model()  # type: ignore[attr-defined]
    return [model.index(i, 0).data() for i in range(model.rowCount())]


def go(pane: DataPane, world: World, qtbot: QtBot) -> None:
    """Press the button of the dialog and wait until the folder is open again."""
    before = world.session.original
    dialog = asked(pane, qtbot)
    QTest.mouseClick(dialog.apply_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: world.session.original is not before, timeout=10_000)


def test_it_is_offered_only_where_there_is_something_to_do(world: World, pane: DataPane) -> None:
    assert entry_of(pane) == (False, "You have changed nothing about these pictures.")
    choose(pane, 0)
    press(pane, Qt.Key.Key_Delete)
    enabled, words = entry_of(pane)
    assert enabled and "asks first" in words
    undo(world)
    assert not entry_of(pane)[0]


def test_nothing_is_touched_before_the_button_is_pressed(
    world: World, pane: DataPane, tiny_dataset: Path, qtbot: QtBot
) -> None:
    change(world)
    before = hashes(tiny_dataset)
    dialog = asked(pane, qtbot)
    assert lines(dialog.lines) == [
        "Rename the folder “blue” to “sky”.",
        "Move 2 pictures from “green” to “red”.",
        "Move 2 pictures that you excluded to the trash.",
    ]
    assert dialog.apply_button.text() == "Move 4 pictures"
    assert dialog.kept.isHidden()
    assert dialog.cancel_button.isDefault() and not dialog.apply_button.autoDefault()
    QTest.keyClick(dialog, Qt.Key.Key_Return)  # Enter is the way back
    qtbot.waitUntil(lambda: pane.apply.dialog is None, timeout=5_000)
    dialog = asked(pane, qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: pane.apply.dialog is None, timeout=5_000)
    assert hashes(tiny_dataset) == before
    assert len(world.session.changes.overlay.steps) == 4


def test_files_follow_and_what_is_left_to_say_stays(
    world: World, pane: DataPane, tiny_dataset: Path, bin_: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = world.session
    session.save_as(tmp_path / "project")
    change(world)
    before = hashes(tiny_dataset)
    wanted = {p: dataset_of(world).classes_of(i, "class") for i, p in
              enumerate(dataset_of(world).paths)}  # fmt: skip
    go(pane, world, qtbot)
    after = hashes(tiny_dataset)
    assert set(after.values()) | set(hashes(bin_).values()) == set(before.values())
    assert sorted(p.name for p in bin_.iterdir()) == ["0 blue 3.png", "1 red 1.png"]
    assert not (tiny_dataset / "blue").exists() and len(list((tiny_dataset / "sky").iterdir())) == 7
    dataset, result = dataset_of(world), session.changes.result
    assert result is not None and len(dataset) == 22
    assert dataset.outputs["class"] == ("green", "red", "sky")
    for path, digest in after.items():
        old = next(p for p, h in before.items() if h == digest)
        assert dataset.classes_of(dataset.paths.index(path), "class") == wanted[old], path
    tagged = {dataset.paths[i] for i in result.tags["nice"].nonzero()[0]}
    assert tagged == {"red/green 1.png", "sky/blue 5.png"}
    assert not result.excluded.any() and not result.relabelled.any()
    assert pane.view.done.whole() == "Moved 2 pictures, and 2 pictures to the trash."
    # Undo knows what is still said, and nothing of the files that moved.
    assert [s.words for s in session.changes.overlay.steps] == ["Tag 2 pictures “nice”"]
    assert session.undo_stack.count() == 1
    undo(world)
    assert session.changes.result is not None and not session.changes.result.tags
    assert hashes(tiny_dataset) == after
    assert not session.undo_stack.canUndo()
    assert len(Overlay.open(tmp_path / "project" / OVERLAY_FILE).taken_back) == 1
    assert not entry_of(pane)[0]


def test_a_refusal_in_the_middle_is_told_and_can_be_gone_on_with(
    world: World, pane: DataPane, tiny_dataset: Path, bin_: Path, qtbot: QtBot
) -> None:
    change(world)

    def full(path: Path) -> None:
        if path.name == "red 1.png":
            raise OSError(28, "No space left on device")
        throw(path, bin_)

    pane.apply.trash = full
    go(pane, world, qtbot)
    qtbot.waitUntil(lambda: pane.apply.message is not None, timeout=5_000)
    message = pane.apply.message
    assert message is not None
    assert "Moved 2 pictures, and 1 picture to the trash." in message.accessibleName()
    assert "Steps that are left: 1." in message.accessibleName()
    details = message.details.toPlainText()
    assert "green/green 1.png → red/green 1.png" in details.split("Not done:")[0]
    assert "red/red 1.png → trash" in details.split("Not done:")[1]
    message.buttons["close"].click()
    assert (tiny_dataset / "red" / "red 1.png").exists()
    excluded = world.session.changes.excluded()
    assert [dataset_of(world).paths[i] for i in excluded.nonzero()[0]] == ["red/red 1.png"]
    pane.apply.trash = lambda path: throw(path, bin_)
    go(pane, world, qtbot)
    assert not (tiny_dataset / "red" / "red 1.png").exists()
    assert len(list(bin_.iterdir())) == 2


def test_cancelled_between_two_pictures(
    world: World, pane: DataPane, bin_: Path, qtbot: QtBot
) -> None:
    session = world.session
    paths = [f"red/red {i}.png" for i in range(1, 9)]
    session.changes.perform(Exclude(paths=paths))
    here, on = threading.Event(), threading.Event()

    def slow(path: Path) -> None:
        throw(path, bin_)
        here.set()
        assert on.wait(10)

    pane.apply.trash = slow
    failures: list[StudioError] = []
    session.failed.disconnect()
    session.failed.connect(failures.append)
    before = session.original
    dialog = asked(pane, qtbot)
    QTest.mouseClick(dialog.apply_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(here.is_set, timeout=5_000)
    # Meanwhile nothing can be changed: it would be about files that are on their way.
    assert not session.changes.perform(Exclude(paths=["blue/blue 1.png"]))
    assert failures and "being moved" in failures[0].message
    assert entry_of(pane) == (False, "The files of this data set are being moved.")
    assert pane.apply.job is not None
    pane.apply.job.cancel()
    on.set()
    qtbot.waitUntil(lambda: session.original is not before, timeout=10_000)
    assert len(list(bin_.iterdir())) == 1 and len(dataset_of(world)) == 23
    assert session.changes.excluded().sum() == 7
    assert pane.apply.message is not None
    pane.apply.message.buttons["close"].click()
    assert session.changes.perform(Exclude(paths=["blue/blue 1.png"]))


def test_all_pictures_in_the_trash_leaves_a_window_that_says_so(
    world: World, pane: DataPane, bin_: Path, qtbot: QtBot
) -> None:
    session = world.session
    session.changes.perform(Exclude(paths=dataset_of(world).paths))
    dialog = asked(pane, qtbot)
    before = session.original
    QTest.mouseClick(dialog.apply_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.original is not before, timeout=10_000)
    assert len([p for p in bin_.rglob("*") if p.is_file()]) == 24
    steps = session.changes.overlay.steps
    assert [s.words.split("“")[0] for s in steps] == ["Add the class "] * 3
    assert session.undo_stack.count() == 3 and not any(s.count for s in steps)
    if pane.apply.message is not None:
        pane.apply.message.buttons["close"].click()


def test_pictures_that_cannot_follow_are_listed_with_the_reason(
    world: World, pane: DataPane, tiny_dataset: Path, qtbot: QtBot
) -> None:
    session = world.session
    for action in (
        MergeClasses(output="class", names=("blue",), into="green"),
        Relabel(output="class", mode="clear", paths=["red/red 1.png"]),
        AddClass(output="class", name="new"),
    ):
        session.changes.perform(action)
    dialog = asked(pane, qtbot)
    assert not dialog.kept.isHidden()
    assert lines(dialog.kept)[0].startswith("red/red 1.png: They have no class now")
    assert lines(dialog.lines)[0] == "Move 8 pictures from “blue” to “green”."
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_what_is_no_folder_is_refused(
    world: World, pane: DataPane, tmp_path: Path, tiny_dataset: Path, qtbot: QtBot
) -> None:
    session = world.session
    table = tmp_path / "labels.csv"
    names = [f"{p.parent.name}/{p.name},{p.parent.name}" for p in tiny_dataset.rglob("*.png")]
    table.write_text("\n".join(["file,label", *names]))
    (tiny_dataset / "labels.csv").write_text(table.read_text())
    session.set_dataset(open_dataset(tiny_dataset / "labels.csv"))
    assert session.changes.perform(Exclude(paths=[dataset_of(world).paths[0]]))
    enabled, words = entry_of(pane)
    assert not enabled and "sub-folders" in words
    failures: list[StudioError] = []
    session.failed.disconnect()
    session.failed.connect(failures.append)
    before = hashes(tiny_dataset)
    pane.apply.start()
    qtbot.waitUntil(lambda: bool(failures), timeout=5_000)
    assert pane.apply.dialog is None and hashes(tiny_dataset) == before


def test_members_of_a_file_are_never_planned_for(tmp_path: Path, tiny_dataset: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    (tiny_dataset / "digits.npz").write_bytes(b"x")
    from dataclasses import replace

    for path in ("digits.npz/@x/1", "red/{red 1,red 2}.png"):
        paths = [path, *dataset.paths[1:]]
        odd = replace(dataset, paths=paths)
        overlay = Overlay()
        overlay.perform(Exclude(paths=[path]))
        with pytest.raises(StudioError, match="not files in folders"):
            plan(odd, overlay.result(odd))


def test_a_kill_in_its_middle_is_told_and_settled_at_the_next_opening(
    world: World, pane: DataPane, tiny_dataset: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session, project = world.session, tmp_path / "project"
    session.save_as(project)
    change(world)
    original, result = session.original, session.changes.result
    assert original is not None and result is not None
    overlay = session.changes.overlay
    made = plan(original, result)
    journal = FolderJournal.begin(project, made, Said.of(original, result), overlay.revision)
    half = FolderPlan(made.root, made.depth, made.steps[:2])  # as far as it came
    assert carry_out(half, note=journal.trying).is_complete
    session.save()
    session.new_project()
    told: list[str] = []
    world.window.opener.messages.connect(told.extend)
    session.open_requested.emit(project)
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=10_000)
    assert any("was interrupted after 2 of 5 steps" in words for words in told)
    assert not is_unfinished(project)
    tags = session.changes.result.tags["nice"] if session.changes.result is not None else None
    assert tags is not None
    dataset = dataset_of(world)
    assert {dataset.paths[i] for i in tags.nonzero()[0]} == {
        "red/green 1.png", "sky/blue 5.png", "red/red 1.png",
    }  # fmt: skip
    assert dataset.outputs["class"] == ("green", "red", "sky")
