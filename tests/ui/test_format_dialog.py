"""The dialog that corrects how a data set is read: by mouse and keys, in the real window."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.data.dataset import OUTPUT
from studio.data.overlay.actions import Exclude
from studio.ui.format_dialog.dialog import FormatDialog
from studio.ui.panes.data.pane import DataPane
from studio.ui.widgets.fields import Field
from tests.conftest import write_noise

PATIENCE = 10_000


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield world
    world.close()


def write_table(folder: Path, name: str, rows: list[list[str]], sign: str) -> None:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=sign).writerows(rows)


@pytest.fixture
def ambiguous(tmp_path: Path) -> Path:
    """Two columns that name pictures, a measured value and two answers; some pictures are gone."""
    folder = tmp_path / "leaves"
    for i in range(24):
        write_noise(folder / "pictures" / f"leaf {i:02}.png", (60, 140, 70), i, 16)
    rows = [
        [f"leaf {i + 12:02}", f"leaf {i:02}", "oak" if i % 2 else "ash", "wet" if i < 5 else "dry"]
        for i in range(12)
    ]
    gone = [[f"leaf {i + 70}", f"leaf {i + 80}", "oak", "wet"] for i in range(6)]
    write_table(folder, "measured.csv", [["after", "before", "r", "s"], *rows, *gone], "|")
    return folder


def arrange(dialog: FormatDialog, wanted: list[str], qtbot: QtBot) -> None:
    """Give the columns these roles, one after the other, by keys."""
    for i in sorted(range(len(wanted)), key=lambda i: wanted[i] == ""):
        if roles(dialog)[i] != wanted[i]:
            pick(dialog.view.table.heading.combo(i), wanted[i])
            settled(dialog, qtbot)
    assert roles(dialog) == wanted


def opened(world: World, path: Path, qtbot: QtBot) -> FormatDialog:
    """Open a data set; the dialog that appears by itself, once it knows the rows."""
    world.session.open_requested.emit(path)
    return waited(world, qtbot)


def waited(world: World, qtbot: QtBot) -> FormatDialog:
    asker = world.window.format_asker
    qtbot.waitUntil(lambda: asker.dialog is not None and asker.dialog.isVisible(), timeout=PATIENCE)
    dialog = asker.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.preview is not None and not dialog.is_busy(), timeout=PATIENCE)
    return dialog


def settled(dialog: FormatDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dialog.is_busy(), timeout=PATIENCE)
    QApplication.processEvents()  # what a layout takes up is shown a moment later


def pick(combo: QWidget, key: object) -> None:
    """Choose from a list by its arrow keys."""
    assert isinstance(combo, QComboBox)
    wanted = next(i for i in range(combo.count()) if combo.itemData(i) == key)
    combo.setFocus()
    way = Qt.Key.Key_Down if wanted > combo.currentIndex() else Qt.Key.Key_Up
    while combo.currentIndex() != wanted:
        before = combo.currentIndex()
        QTest.keyClick(combo, way)
        assert combo.currentIndex() != before


def click(combo: QWidget, key: object, qtbot: QtBot) -> None:
    """Choose from a list that the mouse opened."""
    assert isinstance(combo, QComboBox)
    wanted = next(i for i in range(combo.count()) if combo.itemData(i) == key)
    QTest.mouseClick(combo, Qt.MouseButton.LeftButton)
    view = combo.view()
    qtbot.waitUntil(view.isVisible, timeout=PATIENCE)
    view.setCurrentIndex(combo.model().index(wanted, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)


def roles(dialog: FormatDialog) -> list[str]:
    return list(dialog.choices.roles)


# --- by itself ----------------------------------------------------------------------------------


def test_what_is_sure_is_opened_without_a_question(
    world: World, tiny_dataset: Path, qtbot: QtBot
) -> None:
    world.session.open_requested.emit(tiny_dataset)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=PATIENCE)
    assert world.window.format_asker.dialog is None
    pane = world.window.show_pane("data")
    assert isinstance(pane, DataPane)
    assert pane.format_note.words.text() == "Its sub-folders are the classes."
    assert "Its sub-folders are the classes." in pane.view.summary.toolTip()


def test_a_table_is_corrected_by_mouse_and_keys(
    world: World, ambiguous: Path, qtbot: QtBot
) -> None:
    dialog = opened(world, ambiguous, qtbot)
    assert world.session.dataset is None and dialog.choices.kind == "table"
    view, heading = dialog.view, dialog.view.table.heading
    assert heading.names() == ["after", "before", "r", "s"]
    click(view.settings.control("separator"), "tab", qtbot)
    settled(dialog, qtbot)
    assert heading.names() != ["after", "before", "r", "s"] and not view.open.isEnabled()
    click(view.settings.control("separator"), "bar", qtbot)
    settled(dialog, qtbot)
    click(heading.combo(1), "file", qtbot)
    settled(dialog, qtbot)
    arrange(dialog, ["", "file", "label", "label"], qtbot)
    assert "2 outputs: “r” (2 classes), “s” (2 classes)." in view.words.text()
    assert view.words.text().startswith("12 of 18 pictures found.")
    assert view.open.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=PATIENCE)
    dataset = world.session.dataset
    assert dataset is not None and dataset.chosen
    assert dataset.outputs == {"r": ("ash", "oak"), "s": ("dry", "wet")}
    named = dataset.has_label("r")
    assert [dataset.paths[i][-6:-4] for i in np.flatnonzero(named)] == [
        f"{i:02}" for i in range(12)
    ]
    assert dataset.options["file_column"] == "before"


def test_a_project_remembers_the_correction(
    world: World, ambiguous: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(world, ambiguous, qtbot)
    arrange(dialog, ["file", "", "", "label"], qtbot)
    QTest.mouseClick(dialog.view.open, Qt.MouseButton.LeftButton)
    session = world.session
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=PATIENCE)
    session.save_as(tmp_path / "project")
    session.new_project()
    assert session.dataset is None
    session.open_requested.emit(tmp_path / "project")
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=PATIENCE)
    again = session.dataset
    assert again is not None and list(again.outputs.values()) == [("dry", "wet")]
    assert again.options["file_column"] == "after"
    assert not world.window.format_asker.dialog_is_open() and not session.is_dirty


def test_missing_pictures_are_asked_about(world: World, tmp_path: Path, qtbot: QtBot) -> None:
    for i in range(3):
        write_noise(tmp_path / f"{i}.png", (90, 90, 90), i, 16)
    rows = [[f"{i}.png", "ab"[i % 2]] for i in range(10)]
    write_table(tmp_path, "labels.csv", [["file", "class"], *rows], ",")
    dialog = opened(world, tmp_path, qtbot)
    assert "3 of 10 pictures found." in dialog.view.words.text()
    assert dialog.view.open.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not world.window.format_asker.dialog_is_open(), timeout=PATIENCE)
    assert world.session.dataset is None


def test_swapped_arrays_are_put_right(world: World, tmp_path: Path, qtbot: QtBot) -> None:
    place = tmp_path / "swapped.npz"
    rng = np.random.default_rng(1)
    np.savez(
        place, target=rng.integers(0, 255, (12, 8, 9, 3), np.uint8),
        data=rng.integers(0, 255, (12, 36), np.uint8), kind=np.arange(12) % 3,
    )  # fmt: skip
    world.session.open_requested.emit(place)
    asker = world.window.format_asker
    qtbot.waitUntil(
        lambda: asker.dialog is not None or world.session.dataset is not None, timeout=PATIENCE
    )
    if asker.dialog is None:
        world.session.format_dialog_requested.emit()
    dialog = waited(world, qtbot)
    pick(dialog.view.settings.control("pictures"), "target")
    settled(dialog, qtbot)
    pick(dialog.view.settings.control("labels"), "kind")
    settled(dialog, qtbot)
    assert dialog.view.words.text() == "12 pictures, 3 classes."
    QTest.mouseClick(dialog.view.open, Qt.MouseButton.LeftButton)
    session = world.session
    qtbot.waitUntil(
        lambda: session.dataset is not None and bool(session.dataset.options), timeout=PATIENCE
    )
    assert session.dataset is not None
    assert session.dataset.options == {"pictures": "target", "labels": "kind"}
    assert session.dataset.class_counts(OUTPUT).tolist() == [4, 4, 4]


# --- what is wrong ------------------------------------------------------------------------------


@pytest.fixture
def dialog(world: World, tiny_dataset: Path, qtbot: QtBot) -> FormatDialog:
    """The dialog over an open folder with classes, and a table beside it."""
    rows = [[p.relative_to(tiny_dataset).as_posix(), "xy"[i % 2]]
            for i, p in enumerate(sorted(tiny_dataset.rglob("*.png")))]  # fmt: skip
    session = world.session
    session.open_requested.emit(tiny_dataset)
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=PATIENCE)
    write_table(tiny_dataset, "other.csv", [["file", "kind"], *rows], ";")
    session.changes.perform(Exclude(paths=["blue/blue 1.png"]))
    session.format_dialog_requested.emit()
    return waited(world, qtbot)


def test_wrong_options_keep_open_disabled(dialog: FormatDialog, qtbot: QtBot) -> None:
    view = dialog.view
    assert view.settings.kind.current() == "folder" and view.open.isEnabled()
    pick(view.settings.kind, "table")
    settled(dialog, qtbot)
    assert view.open.isEnabled() and roles(dialog) == ["file", "label"]
    pick(view.table.heading.combo(1), "")
    assert "Choose “Label”" in view.words.text() and not view.open.isEnabled()
    pick(view.table.heading.combo(1), "label")
    settled(dialog, qtbot)
    assert view.open.isEnabled()
    pick(view.settings.control("separator"), "tab")
    assert not view.open.isEnabled()
    settled(dialog, qtbot)
    assert not view.open.isEnabled() and view.words.text()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.mouseClick(view.start_over, Qt.MouseButton.LeftButton)
    settled(dialog, qtbot)
    assert view.open.isEnabled() and not view.start_over.isEnabled()


def test_a_field_that_is_not_allowed_says_so(dialog: FormatDialog, qtbot: QtBot) -> None:
    pick(dialog.view.settings.kind, "table")
    settled(dialog, qtbot)
    field = dialog.view.settings.control("folder")
    assert isinstance(field, Field)
    QTest.keyClicks(field, "nowhere")
    settled(dialog, qtbot)
    assert field.text() == "nowhere"
    encoding = dialog.view.settings.control("encoding")
    assert isinstance(encoding, Field)
    encoding.clear()
    QTest.keyClicks(encoding, "klingon")
    settled(dialog, qtbot)
    assert encoding.text() == "klingon" and dialog.view.settings.has_error()
    assert not dialog.view.open.isEnabled()


def test_the_corrected_format_keeps_what_was_done(
    world: World, dialog: FormatDialog, qtbot: QtBot
) -> None:
    session = world.session
    project = session.project
    pick(dialog.view.settings.kind, "table")
    settled(dialog, qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: session.dataset is not None and session.dataset.format == "table", timeout=PATIENCE
    )
    assert session.project is project and session.changes.excluded().sum() == 1
    assert session.dataset is not None and "“kind” the class" in session.dataset.reason
    assert session.project is not None
    known = session.project.document.dataset
    assert known is not None and known.format == "table"


def test_escape_leaves_everything(world: World, dialog: FormatDialog, qtbot: QtBot) -> None:
    before = world.session.dataset
    pick(dialog.view.settings.kind, "table")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not world.window.format_asker.dialog_is_open(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not world.session.jobs.running, timeout=PATIENCE)
    assert world.session.dataset is before


def test_every_control_is_named_and_reached_by_tab(dialog: FormatDialog, qtbot: QtBot) -> None:
    pick(dialog.view.settings.kind, "table")
    settled(dialog, qtbot)
    view = dialog.view
    controls = [
        view.settings.kind, *[view.settings.control(n) for n in ("separator", "folder")],
        view.table.heading.combo(0), view.table.heading.combo(1), view.table, view.open,
    ]  # fmt: skip
    for control in controls:
        assert control.accessibleName() and control.toolTip(), control
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog)
    view.settings.kind.setFocus()
    seen: list[QWidget] = []
    for _ in range(30):
        seen.append(dialog.focusWidget())
        QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
    order = [seen.index(control) for control in controls]
    assert order[0] == 0 and order[3:] == sorted(order[3:])


# --- asked for ----------------------------------------------------------------------------------


def test_menus_offer_the_correction(
    world: World, tiny_dataset: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = world.window.show_pane("data")
    assert isinstance(pane, DataPane)
    menu = pane.format_note.menu
    menu.aboutToShow.emit()
    first = next(a for a in menu.actions() if a.text() == "Correct the format…")
    assert not first.isEnabled()
    named = str(tiny_dataset)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: named)
    next(a for a in menu.actions() if a.text() == "Open a folder as…").trigger()
    dialog = waited(world, qtbot)
    assert dialog.view.words.text() == "24 pictures, 3 classes."
    assert [row[1] for row in dialog.view.table.rows.cells][:1] == ["blue"]
    QTest.mouseClick(dialog.view.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=PATIENCE)
    top = world.window.frame.top.project_menu
    top.aboutToShow.emit()
    entry = next(a for a in top.actions() if a.text() == "Correct the format…")
    assert entry.isEnabled()
    entry.trigger()
    assert waited(world, qtbot).choices.kind == "folder"


def test_closing_the_window_while_looking(world: World, tiny_dataset: Path) -> None:
    dialog = FormatDialog(world.session.jobs, tiny_dataset, None, None, world.window)
    dialog.open()
    assert not dialog.view.open.isEnabled()
    world.window.close()


def test_what_cannot_be_read_is_told(world: World, tmp_path: Path, qtbot: QtBot) -> None:
    place = tmp_path / "broken.zip"
    place.write_bytes(b"PK\x03\x04" + b"\0" * 500)
    dialog = FormatDialog(world.session.jobs, place, None, None, world.window)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.preview is not None, timeout=PATIENCE)
    assert dialog.view.words.text() and not dialog.view.open.isEnabled()
    dialog.reject()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_draws_what_it_shows(
    world: World, dialog: FormatDialog, mode: str, qtbot: QtBot
) -> None:
    world.theme.set_mode(mode)
    loader = dialog.loader
    dialog.view.table.viewport().repaint()
    qtbot.waitUntil(lambda: not loader.waiting(), timeout=PATIENCE)
    image = dialog.grab().toImage()
    assert image.width() >= 760 and image.height() >= 440
