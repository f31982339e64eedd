"""The session: autosave, undo, projects that moved, sections that cannot be read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.errors import StudioError
from studio.core.project import Project
from studio.data.index import open_dataset
from studio.training.recipe import Recipe
from studio.ui.session import Session


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    world = build_world()
    yield world
    world.close()


@pytest.fixture
def session(world: World) -> Session:
    return world.session


def test_a_data_set_makes_a_project_that_saves_itself(
    session: Session, tiny_dataset: Path, qtbot: QtBot
) -> None:
    session.settings.change(autosave_seconds=1)
    session.set_dataset(open_dataset(tiny_dataset))
    project = session.project
    assert project is not None and project.is_unnamed and project.document.name == "tiny"
    session.set_recipe(Recipe(epochs=7))
    qtbot.waitUntil(lambda: not session.is_dirty, timeout=5000)
    again = Project.open(project.path)
    assert again.section("recipe")["epochs"] == 7
    assert again.dataset_path() == tiny_dataset


def test_reopening_unchanged_pictures_is_no_change(
    world: World, tiny_dataset: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = world.session
    session.set_dataset(open_dataset(tiny_dataset))
    session.save_as(tmp_path / "project")
    session.open_requested.emit(tmp_path / "project")
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=10_000)
    assert not session.is_dirty


def test_undo_and_redo_of_every_spec(session: Session, tiny_dataset: Path) -> None:
    session.set_dataset(open_dataset(tiny_dataset))
    before = session.split, session.input, session.recipe, session.assignment.tolist()
    session.set_split(session.split.changed(seed=99, validation=0.3))
    session.set_input(session.input.changed(width=32, height=32, fit="stretch"))
    session.set_recipe(Recipe(epochs=3))
    after = session.split, session.input, session.recipe, session.assignment.tolist()
    assert before[3] != after[3]
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
    assert before == (session.split, session.input, session.recipe, session.assignment.tolist())
    while session.undo_stack.canRedo():
        session.undo_stack.redo()
    assert after == (session.split, session.input, session.recipe, session.assignment.tolist())


def test_steps_of_one_drag_are_undone_at_once(session: Session) -> None:
    for epochs in range(2, 30):
        session.set_recipe(Recipe(epochs=epochs))
    session.undo_stack.undo()
    assert session.recipe == Recipe()


def test_broken_sections_are_reset_and_named(session: Session, tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    project.set_section("recipe", {"epochs": -5})
    project.set_section("model", {"kind": "no such network"})
    project.set_section("policy", {"steps": [{"kind": "explode"}]})
    project.set_section("split", {"seed": 3})
    project.save()
    messages = session.open_project(Project.open(project.path))
    assert len(messages) == 3 and all("was reset" in m for m in messages)
    assert session.recipe == Recipe() and session.model.kind == "small_cnn"
    assert session.split.seed == 3


def test_a_moved_project_asks_where_its_pictures_are(
    world: World, tiny_dataset: Path, tmp_path: Path, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    session = world.session
    session.set_dataset(open_dataset(tiny_dataset))
    session.save_as(tmp_path / "deep" / "project")
    elsewhere = tmp_path / "elsewhere" / "renamed"
    shutil.copytree(tiny_dataset, elsewhere)
    shutil.rmtree(tiny_dataset)
    failures: list[StudioError] = []
    session.failed.disconnect()
    session.failed.connect(failures.append)
    session.open_requested.emit(tmp_path / "deep" / "project")
    assert "not where they were" in str(failures[0]) and session.dataset is None
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: str(elsewhere))
    session.locate_requested.emit()
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=10_000)
    assert session.dataset is not None and session.dataset.root == elsewhere
    session.save()
    assert Project.open(tmp_path / "deep" / "project").dataset_path() == elsewhere


def test_opening_another_folder_starts_another_project(
    world: World, tiny_dataset: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = world.session
    session.set_dataset(open_dataset(tiny_dataset))
    first = session.project
    other = tmp_path / "other"
    shutil.copytree(tiny_dataset, other)
    session.open_requested.emit(other)
    qtbot.waitUntil(
        lambda: session.dataset is not None and session.dataset.root == other, timeout=10_000
    )
    assert first is not None and session.project is not None
    assert session.project.path != first.path
    assert Project.open(first.path).dataset_path() == tiny_dataset


@pytest.mark.parametrize("what", ["empty", "missing", "films only"])
def test_a_folder_that_is_no_data_set_changes_nothing(
    what: str, world: World, tiny_dataset: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = world.session
    session.set_dataset(open_dataset(tiny_dataset))
    folder = tmp_path / "bad"
    if what != "missing":
        folder.mkdir()
    if what == "films only":
        (folder / "holiday.mp4").write_bytes(bytes(100))
    failures: list[StudioError] = []
    session.failed.disconnect()
    session.failed.connect(failures.append)
    session.open_requested.emit(folder)
    qtbot.waitUntil(lambda: bool(failures), timeout=10_000)
    assert failures[0].hint
    assert session.dataset is not None and session.dataset.root == tiny_dataset


def test_a_newer_or_cut_project_leaves_the_open_one(
    world: World, tiny_dataset: Path, tmp_path: Path
) -> None:
    session = world.session
    session.set_dataset(open_dataset(tiny_dataset))
    here = session.project
    failures: list[StudioError] = []
    session.failed.disconnect()
    session.failed.connect(failures.append)
    for name, content in {"newer": json.dumps({"schema_version": 9}), "cut": '{"schema_v'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "project.json").write_text(content)
        session.open_requested.emit(tmp_path / name)
    assert len(failures) == 2 and session.project is here


def test_a_disk_that_refuses_is_reported_and_tried_again(
    session: Session, tiny_dataset: Path, qtbot: QtBot
) -> None:
    session.set_dataset(open_dataset(tiny_dataset))
    session.save()
    project = session.project
    assert project is not None
    aside = project.path.with_name("aside")
    project.path.rename(aside)
    project.path.write_text("a file where the folder was")
    failures: list[StudioError] = []
    session.failed.disconnect()
    session.failed.connect(failures.append)
    session.set_recipe(Recipe(epochs=9))
    session.save_quietly()
    assert failures and session.is_dirty
    project.path.unlink()
    aside.rename(project.path)
    session.save_quietly()
    assert not session.is_dirty
    assert Project.open(project.path).section("recipe")["epochs"] == 9
