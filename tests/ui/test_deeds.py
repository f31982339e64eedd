"""Changes of many pictures are worked out beside the window, in order, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.errors import StudioError
from studio.core.project import Project
from studio.data.dataset import OUTPUT, Dataset
from studio.data.overlay.actions import Exclude, Relabel, Tag
from studio.data.overlay.store import Overlay
from studio.ui.changes import AT_ONCE, OVERLAY_FILE, Changes

COUNT = AT_ONCE + 500


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    paths = [f"{'ab'[i % 2]}/{i}.png" for i in range(COUNT)]
    labels = {OUTPUT: (np.arange(COUNT) % 2).astype(np.int32)}
    return Dataset(
        tmp_path, "folder", paths, {OUTPUT: ("a", "b")}, labels, np.full(COUNT, -1, np.int8),
        np.ones(COUNT, np.int64),
    )  # fmt: skip


@pytest.fixture
def changes(
    qapp: QApplication, tmp_path: Path, dataset: Dataset
) -> Iterator[tuple[Changes, QUndoStack]]:
    stack = QUndoStack()
    changes = Changes(stack, stack)
    changes.open(Project.create(tmp_path / "project"))
    changes.take(dataset)
    yield changes, stack
    changes.finish()
    stack.clear()
    changes.close()


def test_what_is_asked_for_in_a_row_is_done_in_that_order(
    changes: tuple[Changes, QUndoStack], dataset: Dataset, tmp_path: Path, qtbot: QtBot
) -> None:
    made, stack = changes
    told: list[str] = []
    made.done.connect(told.append)
    assert made.perform(Relabel(output=OUTPUT, classes=("b",), paths=dataset.paths))
    assert made.perform(Exclude(paths=dataset.paths[:10]))
    stack.undo()  # of what may not even have begun
    assert made.perform(Tag(tag="odd", paths=dataset.paths[:3]))
    stack.undo()
    stack.redo()
    assert stack.count() == 2 and made.result is not None
    assert not told, "nothing is told before it is on the disk"
    qtbot.waitUntil(lambda: bool(made.result and made.result.tags), timeout=10_000)
    assert made.result.dataset.class_counts().tolist() == [0, COUNT]
    assert not made.excluded().any() and made.result.tags["odd"].sum() == 3
    assert told[-1] == "Tag 3 pictures “odd”"
    again = Overlay.open(tmp_path / "project" / OVERLAY_FILE)
    assert [s.words for s in again.steps] == [stack.text(0), stack.text(1)]


def test_several_actions_are_one_step(
    changes: tuple[Changes, QUndoStack], dataset: Dataset, qtbot: QtBot
) -> None:
    made, stack = changes
    parts = [Exclude(paths=dataset.paths[:2000]), Tag(tag="x", paths=dataset.paths[:5])]
    assert made.perform_all(parts, "Put right")
    stack.undo()
    stack.redo()
    assert stack.count() == 1 and stack.undoText() == "Put right"
    qtbot.waitUntil(lambda: int(made.excluded().sum()) == 2000, timeout=10_000)
    stack.undo()
    qtbot.waitUntil(lambda: not made.excluded().any(), timeout=10_000)
    assert made.result is not None and not made.result.tags and not made.are_there


def test_a_disk_that_refuses_leaves_no_step_behind(
    changes: tuple[Changes, QUndoStack], dataset: Dataset, tmp_path: Path, qtbot: QtBot
) -> None:
    made, stack = changes
    failures: list[StudioError] = []
    made.failed.connect(failures.append)
    assert made.perform(Exclude(paths=dataset.paths[:5]))
    qtbot.waitUntil(lambda: bool(made.excluded().any()), timeout=10_000)
    project = tmp_path / "project"
    project.rename(tmp_path / "aside")
    project.write_text("a file where the folder was")
    assert made.perform(Exclude(paths=dataset.paths[:3000]))
    assert stack.count() == 2
    qtbot.waitUntil(lambda: bool(failures), timeout=10_000)
    assert made.excluded().sum() == 5 and stack.index() == 1
    project.unlink()
    (tmp_path / "aside").rename(project)
    stack.undo()
    qtbot.waitUntil(lambda: not made.excluded().any(), timeout=10_000)
    assert len(failures) == 1 and not Overlay.open(project / OVERLAY_FILE).steps


def test_closing_waits_for_what_is_under_way(
    changes: tuple[Changes, QUndoStack], dataset: Dataset, tmp_path: Path
) -> None:
    made, _ = changes
    for start in range(0, 6000, 1500):
        made.perform(Exclude(paths=dataset.paths[start : start + 1500]))
    made.close()
    again = Overlay.open(tmp_path / "project" / OVERLAY_FILE)
    assert [s.count for s in again.steps] == [1500] * 4


def test_while_files_move_nothing_is_taken(
    changes: tuple[Changes, QUndoStack], dataset: Dataset
) -> None:
    made, stack = changes
    failures: list[StudioError] = []
    made.failed.connect(failures.append)
    made.hold("Files are being moved.")
    assert not made.perform(Exclude(paths=dataset.paths))
    assert not made.perform(Exclude(paths=dataset.paths[:1]))
    assert stack.count() == 0 and len(failures) == 2
    made.release()
    assert made.perform(Exclude(paths=dataset.paths[:1]))
    made.finish()
    assert made.excluded().sum() == 1
