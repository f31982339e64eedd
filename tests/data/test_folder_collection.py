"""“Apply to folder…” where pictures without a class lie beside the classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.data.collection import MARKER, OWN_FOLDER, create
from studio.data.folder_apply import carry_out
from studio.data.folder_plan import plan
from studio.data.folder_rest import remaining_actions
from studio.data.folder_steps import FolderPlan, FolderStep
from studio.data.index import open_dataset
from studio.data.overlay.actions import (
    Accept,
    Action,
    AddClass,
    Exclude,
    Relabel,
    RemoveClass,
    RenameClass,
    Tag,
)
from studio.data.overlay.store import Overlay
from tests.data.test_folder_plan import Trash, contents, fill, trash

__all__ = ["trash"]  # the fixture


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "plants"
    create(made, ["fern", "moss", "old"])
    fill(made, "fern/1.png", "fern/2.png", *(f"{i}.png" for i in range(4)))
    fill(made, f"{OWN_FOLDER}/removed/ab/fern/1.png")
    return made


def applied(
    root: Path, trash: Trash, actions: list[Action], kind: str = "collection"
) -> tuple[Overlay, FolderPlan]:
    """Do actions, carry the plan out, settle; what the person sees must stay the same."""
    dataset, overlay = open_dataset(root, kind), Overlay()
    overlay.perform_all(actions)
    result = overlay.result(dataset)
    names = contents(root)
    before = {
        names[p]: (result.dataset.classes_of(i, "class"), result.tags_of(i))
        for i, p in enumerate(dataset.paths)
        if not result.excluded[i]
    }
    made = plan(dataset, result)
    report = carry_out(made, trash=trash)
    assert report.is_complete, report.stopped
    overlay.settle(remaining_actions(dataset, result, report, overlay.accepted()))
    again, names = overlay.result(open_dataset(root, kind)), contents(root)
    after = {
        names[p]: (again.dataset.classes_of(i, "class"), again.tags_of(i))
        for i, p in enumerate(again.dataset.paths)
    }
    assert after == before
    assert set(again.dataset.outputs["class"]) == set(result.dataset.outputs["class"])
    assert not plan(open_dataset(root, kind), again).steps
    return overlay, made


def test_loose_pictures_move_into_their_class(root: Path, trash: Trash) -> None:
    overlay, made = applied(root, trash, [
        Relabel(output="class", paths=["0.png"], classes=("moss",)),
        Relabel(output="class", paths=["1.png", "fern/2.png"], classes=("red/blue?",)),
        Relabel(output="class", paths=["fern/1.png"], classes=("moss",)),
        Exclude(paths=["2.png"]), Tag(paths=["0.png", "3.png"], tag="nice"),
    ])  # fmt: skip
    assert made.lines()[:3] == [
        "Move 1 picture that had no class to “moss”.",
        "Move 1 picture that had no class to “red_blue_”.",
        "Move 1 picture from “fern” to “moss”.",
    ]
    now = contents(root)
    assert now["moss/0.png"] == "0.png" and now["moss/1.png"] == "fern/1.png"
    assert now["red_blue_/1.png"] == "1.png" and now["3.png"] == "3.png"
    assert "2.png" not in now
    assert now[f"{OWN_FOLDER}/removed/ab/fern/1.png"] and (root / MARKER).is_file()
    assert [s.words for s in overlay.steps] == [
        "Rename “red_blue_” to “red/blue?”", "Tag 2 pictures “nice”",
    ]  # fmt: skip


def test_empty_folders_follow_their_classes(root: Path, trash: Trash) -> None:
    overlay, made = applied(root, trash, [
        RemoveClass(output="class", name="old"), AddClass(output="class", name="tree"),
        RenameClass(output="class", name="moss", new_name="lichen"),
    ])  # fmt: skip
    assert made.lines()[:2] == ["Make the folder “lichen”.", "Make the folder “tree”."]
    there = sorted(p.name for p in root.iterdir() if p.is_dir())
    assert there == [OWN_FOLDER, "fern", "lichen", "tree"] and not overlay.steps


def test_a_class_that_loses_all_pictures_to_an_empty_one(root: Path, trash: Trash) -> None:
    applied(root, trash, [RenameClass(output="class", name="fern", new_name="moss")])
    assert (root / "moss" / "1.png").is_file() and not (root / "fern").exists()


def test_pictures_to_be_labelled(tmp_path: Path, trash: Trash) -> None:
    root = fill(tmp_path / "loose", *(f"{i}.png" for i in range(4)), "sub.png")
    overlay, _ = applied(root, trash, [
        AddClass(output="class", name="cat"), AddClass(output="class", name="CON"),
        Relabel(output="class", paths=["0.png", "1.png"], classes=("cat",)),
        Relabel(output="class", paths=["2.png"], classes=("CON",)), Exclude(paths=["3.png"]),
    ], "unlabelled")  # fmt: skip
    assert set(contents(root)) == {"cat/0.png", "cat/1.png", "class CON/2.png", "sub.png"}
    assert [s.words for s in overlay.steps] == ["Rename “class CON” to “CON”"]


def test_accepted_problems_go_along(root: Path, trash: Trash) -> None:
    overlay, _ = applied(root, trash, [
        Accept(problem="blurred", paths=["0.png", "2.png", "fern/2.png"]),
        Accept(problem="imbalance", paths=[""]),
        Relabel(output="class", paths=["0.png"], classes=("moss",)), Exclude(paths=["2.png"]),
        RenameClass(output="class", name="fern", new_name="bracken"),
    ])  # fmt: skip
    assert overlay.accepted() == {
        ("blurred", "moss/0.png"), ("blurred", "bracken/2.png"), ("imbalance", ""),
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["trash", "trash-folder", "move", "rename-folder", "make-folder"])
def test_the_studios_own_folder_is_never_touched(root: Path, trash: Trash, kind: str) -> None:
    source = f"{OWN_FOLDER}/collection.json" if kind in ("trash", "move") else OWN_FOLDER
    step = FolderStep(kind, source, "x/y" if kind in ("move", "rename-folder") else "")  # type: ignore[arg-type]
    report = carry_out(FolderPlan(root, 0, (step,)), trash=trash)
    assert report.stopped is not None and "hidden" in report.stopped.message
    assert (root / MARKER).is_file()
