"""“Apply to folder…”: told before it is done, nothing overwritten, nothing deleted, goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.core.control import Control
from studio.core.errors import DatasetError
from studio.data.dataset import Dataset
from studio.data.file_names import FreeNames, safe_file_name, safe_name
from studio.data.folder_apply import carry_out
from studio.data.folder_plan import CLASSLESS, LINKED, plan
from studio.data.folder_rest import remaining_actions
from studio.data.folder_steps import FolderStep
from studio.data.index import open_dataset
from studio.data.overlay.actions import (
    Action,
    Exclude,
    MergeClasses,
    MoveToSplit,
    Relabel,
    RemoveClass,
    RenameClass,
    Tag,
)
from studio.data.overlay.apply import OverlayResult
from studio.data.overlay.store import Overlay

Trash = Callable[[Path], None]


def fill(root: Path, *names: str) -> Path:
    """Files that open as pictures; the content says the name, so that each can be found again."""
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + name.encode())
    return root


def contents(root: Path) -> dict[str, str]:
    """Path now → path at first, of every file."""
    return {
        p.relative_to(root).as_posix(): p.read_bytes()[8:].decode()
        for p in root.rglob("*")
        if p.is_file()
    }


@pytest.fixture
def trash(tmp_path: Path) -> Trash:
    """A trash of the test's own, which takes anything."""
    bin_ = tmp_path / "trash"
    bin_.mkdir()

    def take(path: Path) -> None:
        path.rename(bin_ / f"{len(list(bin_.iterdir()))} {path.name}")

    return take


@pytest.fixture
def root(tmp_path: Path) -> Path:
    names = [f"{c}/{i}.png" for c in ("bule_pants", "cats", "dogs") for i in range(4)]
    return fill(tmp_path / "set", *names, "cats/deep/9.png", "bule_pants/notes.txt")


def changed(dataset: Dataset, *actions: Action) -> tuple[Overlay, OverlayResult]:
    overlay = Overlay()
    for action in actions:
        overlay.perform(action)
    return overlay, overlay.result(dataset)


def test_the_plan_is_told_and_carried_out(root: Path, tmp_path: Path, trash: Trash) -> None:
    dataset, before = open_dataset(root), contents(root)
    overlay, result = changed(
        dataset,
        RenameClass(output="class", name="bule_pants", new_name="blue_pants"),
        Relabel(output="class", paths=["cats/0.png", "cats/deep/9.png"], classes=("dogs",)),
        Relabel(output="class", paths=["dogs/1.png"], classes=("wolf",)),
        Exclude(paths=["dogs/2.png", "bule_pants/3.png"]),
        Tag(paths=["cats/0.png", "cats/1.png"], tag="nice"),
    )
    made = plan(dataset, result)
    assert made.lines() == [
        "Rename the folder “bule_pants” to “blue_pants”.",
        "Move 2 pictures from “cats” to “dogs”.",
        "Move 1 picture from “dogs” to “wolf”.",
        "Move 2 pictures that you excluded to the trash.",
    ]
    assert contents(root) == before
    seen: list[int] = []
    report = carry_out(made, lambda done, total, words: seen.append(done), trash=trash)
    assert report.is_complete and report.stopped is None and seen[-1] == 6
    assert report.sentence() == "Moved 3 pictures, and 2 pictures to the trash."
    now = contents(root)
    assert now["dogs/0 (2).png"] == "cats/0.png"  # dogs/0.png was there
    assert now["dogs/deep/9.png"] == "cats/deep/9.png"
    assert now["wolf/1.png"] == "dogs/1.png"
    assert now["blue_pants/notes.txt"] == "bule_pants/notes.txt"
    assert "bule_pants/3.png" not in now and len(now) == len(before) - 2
    assert set(contents(tmp_path / "trash").values()) == {"dogs/2.png", "bule_pants/3.png"}
    overlay.settle(remaining_actions(dataset, result, report))
    again = overlay.result(open_dataset(root))
    assert overlay.undo_words == "Tag 2 pictures “nice”" and len(overlay.steps) == 1
    assert {again.dataset.paths[i] for i in again.tags["nice"].nonzero()[0]} == {
        "dogs/0 (2).png", "cats/1.png",
    }  # fmt: skip
    assert plan(again.dataset, again).steps == ()


def test_merged_and_removed_classes(root: Path, trash: Trash) -> None:
    dataset = open_dataset(root)
    overlay, result = changed(
        dataset,
        MergeClasses(output="class", names=("cats", "dogs"), into="pets"),
        RemoveClass(output="class", name="bule_pants"),
    )
    made = plan(dataset, result)
    assert made.steps[0] == FolderStep("rename-folder", "cats", "pets")
    assert "Move the folder “dogs” to the trash if nothing is left in it." in made.lines()
    assert f"4 pictures will stay: {CLASSLESS}" in made.lines()
    report = carry_out(made, trash=trash)
    assert report.is_complete
    assert sorted(p.name for p in root.iterdir()) == ["bule_pants", "pets"]
    overlay.settle(remaining_actions(dataset, result, report))
    assert overlay.apply(open_dataset(root)).outputs["class"] == ("pets",)


def test_split_folders_move_between_splits(tmp_path: Path, trash: Trash) -> None:
    names = [f"{s}/{c}/{i}.png" for s in ("Train", "val") for c in "ab" for i in range(2)]
    root = fill(tmp_path / "set", *names)
    dataset = open_dataset(root)
    overlay, result = changed(
        dataset,
        MoveToSplit(paths=["Train/a/0.png"], split="validation"),
        MoveToSplit(paths=["Train/b/0.png"], split="test"),
        MoveToSplit(paths=["Train/b/1.png"], split="none"),
        RenameClass(output="class", name="a", new_name="A!"),
    )
    report = carry_out(plan(dataset, result), trash=trash)
    assert report.is_complete
    now = contents(root)
    assert now["val/A!/0 (2).png"] == "Train/a/0.png"
    assert now["test/b/0.png"] == "Train/b/0.png"
    overlay.settle(remaining_actions(dataset, result, report))
    found = overlay.result(open_dataset(root))
    assert found.moved[found.dataset.paths.index("Train/b/1.png")] == -1


def describe(root: Path, overlay: Overlay) -> dict[str, object]:
    """What the person sees, by the content of each picture."""
    found = overlay.result(open_dataset(root))
    names = contents(root)
    return {
        names[p]: (found.dataset.classes_of(i, "class"), bool(found.excluded[i]),
                   found.tags_of(i), int(found.moved[i]))
        for i, p in enumerate(found.dataset.paths)
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_stopped_anywhere_nothing_that_was_said_is_lost(tmp_path: Path, seed: int) -> None:
    """Random changes, refused at a random step, settled, planned again, until all is done."""
    draw = random.Random(seed)
    names = [f"{c}/{i}.png" for c in ("a", "b", "C") for i in range(4)]
    root, overlay = fill(tmp_path / "set", *names), Overlay(tmp_path / "overlay.sqlite")
    classes = ["a", "b", "C", "c", "new", "x/y"]
    for _ in range(draw.randint(1, 8)):
        some, one, other = draw.sample(names, 3), draw.choice(classes), draw.choice(classes)
        overlay.perform(
            draw.choice([
                Relabel(output="class", paths=some, classes=(one,)),
                Exclude(paths=some[:1]), Tag(paths=some, tag=one),
                MoveToSplit(paths=some, split="test"),
                RenameClass(output="class", name=one, new_name=other),
                MergeClasses(output="class", names=(one, other), into=draw.choice(classes)),
            ])
        )  # fmt: skip
    gone: list[Path] = []

    def take(path: Path) -> None:
        gone.append(path)
        path.rmdir() if path.is_dir() else path.unlink()

    for _ in range(20):
        dataset = open_dataset(root)
        result, before = overlay.result(dataset), describe(root, overlay)
        made = plan(dataset, result)
        if not made.steps:
            break
        control = Control()

        def stop(path: Path, control: Control = control) -> None:
            take(path)
            control.cancel()

        report = carry_out(made, lambda *a, c=control: c.cancel(), control, stop)
        assert len(report.done) <= len(made.steps) and not report.stopped
        overlay.settle(remaining_actions(dataset, result, report))
        after = describe(root, overlay)
        assert after == {k: v for k, v in before.items() if k in after}
        assert all(v[1] for k, v in before.items() if k not in after)  # type: ignore[index]
    else:
        pytest.fail(f"it never came to an end: {made.steps}, {overlay.actions()}")
    assert not overlay.result(open_dataset(root)).excluded.any()


def test_the_first_refusal_stops_and_the_rest_can_be_done_later(root: Path, trash: Trash) -> None:
    dataset = open_dataset(root)
    _, result = changed(dataset, Exclude(paths=[f"cats/{i}.png" for i in range(4)]))

    def refuse(path: Path) -> None:
        if path.name == "2.png":
            raise PermissionError(13, "no trash on this drive")
        trash(path)

    report = carry_out(plan(dataset, result), trash=refuse)
    assert len(report.done) == 2 and len(report.left.steps) == 2
    assert report.stopped is not None and "2.png" in report.stopped.message
    assert "Steps that are left: 2" in report.sentence()
    again = carry_out(report.left, trash=trash)
    assert again.is_complete and len(again.done) == 2


def test_a_trash_that_does_nothing_is_a_refusal(root: Path) -> None:
    dataset = open_dataset(root)
    _, result = changed(dataset, Exclude(paths=["cats/0.png"]))
    report = carry_out(plan(dataset, result), trash=lambda path: None)
    assert report.stopped is not None and not report.done


def test_what_appeared_in_the_meantime_is_never_replaced(root: Path, trash: Trash) -> None:
    dataset = open_dataset(root)
    _, result = changed(
        dataset,
        Relabel(output="class", paths=["cats/deep/9.png"], classes=("dogs",)),
        RenameClass(output="class", name="bule_pants", new_name="blue"),
    )
    made = plan(dataset, result)
    fill(root, "dogs/deep/9.png", "blue/0.png")
    report = carry_out(made, trash=trash)
    assert report.stopped is not None  # the folder “blue” is there now
    report = carry_out(plan(dataset, result), trash=trash)
    assert report.is_complete
    now = contents(root)
    assert now["dogs/deep/9.png"] == "dogs/deep/9.png"
    assert now["dogs/deep/9 (2).png"] == "cats/deep/9.png"
    assert now["blue/0.png"] == "blue/0.png" and now["blue (2)/0.png"] == "bule_pants/0.png"


def test_without_hard_links_nothing_is_replaced_either(
    root: Path, trash: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = open_dataset(root)
    _, result = changed(
        dataset, Relabel(output="class", paths=["cats/deep/9.png"], classes=("dogs",))
    )
    made = plan(dataset, result)
    fill(root, "dogs/deep/9.png")

    def no_links(*args: object, **more: object) -> None:
        raise PermissionError(1, "no hard links on this drive")

    monkeypatch.setattr(os, "link", no_links)
    report = carry_out(made, trash=trash)
    assert report.is_complete
    now = contents(root)
    assert now["dogs/deep/9.png"] == "dogs/deep/9.png"
    assert now["dogs/deep/9 (2).png"] == "cats/deep/9.png"


def test_links_are_left_alone(tmp_path: Path, trash: Trash) -> None:
    root = fill(tmp_path / "set", "a/0.png", "a/1.png", "b/0.png")
    outside = fill(tmp_path / "outside", "2.png", "3.png")
    (root / "c").symlink_to(outside)
    (root / "a" / "linked.png").symlink_to(outside / "2.png")
    dataset = open_dataset(root)
    _, result = changed(
        dataset,
        Exclude(paths=["c/2.png", "a/linked.png"]),
        Relabel(output="class", paths=["c/3.png"], classes=("a",)),
        RenameClass(output="class", name="c", new_name="d"),
    )
    made = plan(dataset, result)
    assert not [s for s in made.steps if s.kind != "move"]
    assert {k.path for k in made.kept if k.reason == LINKED} >= {"c/2.png", "a/linked.png"}
    carry_out(made, trash=trash)
    assert sorted(contents(outside)) == ["2.png", "3.png"]


def test_a_link_that_is_put_in_the_way_is_not_followed(tmp_path: Path, trash: Trash) -> None:
    root, outside = fill(tmp_path / "set", "a/0.png", "b/0.png"), tmp_path / "outside"
    outside.mkdir()
    dataset = open_dataset(root)
    _, result = changed(dataset, Relabel(output="class", paths=["a/0.png"], classes=("new",)))
    made = plan(dataset, result)
    made = type(made)(root, 0, (FolderStep("move", "a/0.png", "new/0.png"),))
    (root / "new").symlink_to(outside)
    for steps in (made.steps, (FolderStep("move", "a/0.png", "../outside/0.png"),),
                  (FolderStep("trash", "../set/a/0.png"),)):  # fmt: skip
        report = carry_out(type(made)(root, 0, steps), trash=trash)
        assert report.stopped is not None and "leads out" in report.stopped.message
    assert not list(outside.iterdir()) and (root / "a" / "0.png").exists()


def test_data_sets_without_class_folders_are_refused(root: Path) -> None:
    dataset = open_dataset(root)
    _, result = changed(dataset)
    table = Dataset(**{**vars(dataset), "format": "csv"})
    with pytest.raises(DatasetError, match="nothing to move") as caught:
        plan(table, result)
    assert "Convert" in caught.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="the trash of other systems is the person's")
def test_the_real_trash(tmp_path: Path) -> None:
    root = fill(tmp_path / "set", "a/0.png", "a/1.png", "b/0.png")
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from studio.data.folder_apply import carry_out\n"
        "from studio.data.folder_steps import FolderPlan, FolderStep\n"
        "report = carry_out(FolderPlan(Path(sys.argv[1]), 0, (FolderStep('trash', 'a/0.png'),)))\n"
        "assert report.is_complete, report.stopped and report.stopped.details\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, root], capture_output=True, timeout=60,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert not (root / "a" / "0.png").exists()
    assert [p.name for p in (tmp_path / "data").rglob("*.png")] == ["0.png"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("red dress", "red dress"), ("red/blue", "red_blue"), ("..", "class"), ("", "class"),
        (".hidden", "hidden"), ("con", "class con"), ("a. ", "a"), ("\udcff", "\\xff"),
        ("x" * 999, "x" * 200), ("ß?", "ß_"), ("tab\tend", "tab_end"), ("_", "_"),
    ],
)  # fmt: skip
def test_safe_names(name: str, safe: str) -> None:
    found = safe_name(name)
    assert found == safe.replace("\\", "_")
    assert safe_name(found) == found


def test_names_are_given_once() -> None:
    names = FreeNames(["a.png"])
    assert [names.take(n) for n in ("A.png", "a.png", "b.png", "b.png")] == [
        "A (2).png", "a (3).png", "b.png", "b (2).png",
    ]  # fmt: skip
    assert safe_file_name("x" * 300 + ".jpeg").endswith("xx.jpeg")
    assert safe_file_name("..png") == "picture.png" or safe_file_name("..png").endswith("png")
