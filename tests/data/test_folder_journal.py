"""A kill while files are moved: the next opening settles what the folder says by then."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from studio.data.folder_apply import carry_out
from studio.data.folder_journal import FILE, LOG, FolderJournal, is_unfinished, settle_unfinished
from studio.data.folder_plan import plan
from studio.data.folder_rest import Said
from studio.data.index import open_dataset
from studio.data.overlay.actions import (
    Accept,
    Exclude,
    MoveToSplit,
    Relabel,
    RenameClass,
    Tag,
)
from studio.data.overlay.store import Overlay
from tests.data.test_folder_plan import contents, fill

# Does what the window does, and is killed at one call of the system, before or after it.
_SCRIPT = """
import os, signal, sys
from pathlib import Path
from studio.data import folder_apply
from studio.data.folder_journal import FolderJournal
from studio.data.folder_plan import plan
from studio.data.folder_rest import Said
from studio.data.index import open_dataset
from studio.data.overlay.store import Overlay

root, project, deadly, when = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
calls = 0

def dying(act):
    def call(*given, **more):
        global calls
        calls += 1
        if calls == deadly and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        mine = calls
        try:
            return act(*given, **more)
        finally:
            if mine == deadly:
                os.kill(os.getpid(), signal.SIGKILL)
    return call

overlay = Overlay.open(project / "overlay.sqlite")
dataset = open_dataset(root)
result = overlay.result(dataset)
made = plan(dataset, result)
journal = FolderJournal.begin(project, made, Said.of(dataset, result, overlay.accepted()),
                              overlay.revision)
for name in ("link", "unlink", "rename", "mkdir"):
    setattr(os, name, dying(getattr(os, name)))
def trash(path):
    path.rmdir() if path.is_dir() else path.unlink()
folder_apply.carry_out(made, trash=trash, note=journal.trying)
print(calls)
"""


def world(tmp_path: Path) -> tuple[Path, Path]:
    names = [f"{c}/{i}.png" for c in ("bule", "cats", "dogs") for i in range(3)]
    root = fill(tmp_path / "set", *names)
    fill(root, "dogs/1 (2).png")
    project = tmp_path / "project"
    project.mkdir()
    overlay = Overlay(project / "overlay.sqlite")
    for action in (
        RenameClass(output="class", name="bule", new_name="blue"),
        Relabel(output="class", paths=["cats/0.png", "cats/1.png"], classes=("dogs",)),
        Relabel(output="class", paths=["cats/2.png"], classes=("wolf",)),
        Exclude(paths=["dogs/2.png", "bule/2.png"]),
        Tag(paths=["cats/0.png", "cats/1.png", "bule/1.png", "dogs/2.png"], tag="nice"),
        MoveToSplit(paths=["cats/1.png", "dogs/0.png"], split="test"),
        Accept(problem="dark", paths=["cats/1.png", "bule/0.png"]),
    ):
        overlay.perform(action)
    return root, project


def seen(root: Path, overlay: Overlay) -> dict[str, object]:
    """What the person sees, by the content of each picture."""
    found, names, accepted = overlay.result(open_dataset(root)), contents(root), overlay.accepted()
    return {
        names[p]: (found.dataset.classes_of(i, "class"), found.tags_of(i), int(found.moved[i]),
                   bool(found.excluded[i]), ("dark", p) in accepted)
        for i, p in enumerate(found.dataset.paths)
    }  # fmt: skip


def killed(root: Path, project: Path, call: int, when: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", _SCRIPT, root, project, str(call), when],
        capture_output=True, timeout=60, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize(("call", "when"), [
    (1, "before"), (1, "after"), (2, "after"), (3, "after"), (5, "before"), (6, "after"),
    (8, "after"), (9, "after"), (10, "after"),
])  # fmt: skip
def test_nothing_that_was_said_is_lost_by_a_kill(tmp_path: Path, call: int, when: str) -> None:
    root, project = world(tmp_path)
    before = seen(root, Overlay.open(project / "overlay.sqlite"))
    ended = killed(root, project, call, when)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert is_unfinished(project)
    overlay = Overlay.open(project / "overlay.sqlite")
    words = settle_unfinished(project, overlay)
    assert "was interrupted after" in words and "apply it again" in words
    assert not (project / FILE).exists() and not (project / LOG).exists()
    after = seen(root, overlay)
    assert after == {k: v for k, v in before.items() if k in after}
    assert set(before) - set(after) <= {"dogs/2.png", "bule/2.png"}
    # And it can be gone on with, until the folder says it all.
    dataset = open_dataset(root)
    report = carry_out(plan(dataset, overlay.result(dataset)), trash=Path.unlink)
    assert report.stopped is None or "cats" in str(report.stopped)


def test_the_kills_reach_every_kind_of_step(tmp_path: Path) -> None:
    root, project = world(tmp_path)
    ended = killed(root, project, 0, "never")
    assert ended.returncode == 0, ended.stderr.decode()
    assert int(ended.stdout) >= 10
    # Killed after all was moved, before the overlay was settled.
    overlay = Overlay.open(project / "overlay.sqlite")
    settle_unfinished(project, overlay)
    now = contents(root)
    tags = overlay.result(open_dataset(root)).tags["nice"]
    tagged = {now[open_dataset(root).paths[i]] for i in tags.nonzero()[0]}
    assert tagged == {"cats/0.png", "cats/1.png", "bule/1.png"}


def test_a_number_that_was_added_on_the_way_is_known(tmp_path: Path) -> None:
    root, project = world(tmp_path)
    overlay = Overlay.open(project / "overlay.sqlite")
    dataset = open_dataset(root)
    result = overlay.result(dataset)
    made = plan(dataset, result)
    said = Said.of(dataset, result, overlay.accepted())
    journal = FolderJournal.begin(project, made, said, overlay.revision)
    fill(root, *(s.target for s in made.steps if s.kind == "move"))  # somebody was quicker
    before = {k: v for k, v in seen(root, overlay).items() if k.startswith("cats/")}
    carry_out(made, trash=Path.unlink, note=journal.trying)
    settle_unfinished(project, overlay)
    after = seen(root, overlay)
    assert {k: v for k, v in after.items() if k in before} == before


def test_settled_already_is_not_settled_again(tmp_path: Path) -> None:
    root, project = world(tmp_path)
    overlay = Overlay.open(project / "overlay.sqlite")
    dataset = open_dataset(root)
    result = overlay.result(dataset)
    FolderJournal.begin(project, plan(dataset, result), Said.of(dataset, result), overlay.revision)
    overlay.settle([])
    overlay.perform(Tag(paths=["cats/0.png"], tag="later"))
    assert settle_unfinished(project, overlay) == ""
    assert [s.words for s in overlay.steps] == ["Tag 1 picture “later”"]
    assert not is_unfinished(project)


@pytest.mark.parametrize("content", [
    b"", b"{", b"[]", b'{"version": 2}', b'{"version": 1, "revision": 0, "depth": 0, '
    b'"steps": [["erase", "a", ""]], "said": {"root": "/"}}', b"[" * 100_000, b"\xff\xfe",
])  # fmt: skip
def test_a_damaged_note_is_kept_and_told(tmp_path: Path, content: bytes) -> None:
    root, project = world(tmp_path)
    (project / FILE).write_bytes(content)
    overlay = Overlay.open(project / "overlay.sqlite")
    before, files = seen(root, overlay), contents(root)
    assert "damaged" in settle_unfinished(project, overlay)
    assert (project / "applying.damaged.json").read_bytes() == content
    assert seen(root, overlay) == before and contents(root) == files


def test_a_note_that_leads_out_touches_nothing(tmp_path: Path) -> None:
    root, project = world(tmp_path)
    outside = fill(tmp_path / "outside", "one.png")
    os.link(outside / "one.png", outside / "two.png")
    overlay = Overlay.open(project / "overlay.sqlite")
    dataset = open_dataset(root)
    result = overlay.result(dataset)
    FolderJournal.begin(project, plan(dataset, result), Said.of(dataset, result), overlay.revision)
    document = json.loads((project / FILE).read_bytes())
    document["steps"] = [["move", "../outside/one.png", "../outside/two.png"]]
    (project / FILE).write_text(json.dumps(document))
    settle_unfinished(project, overlay)
    assert sorted(p.name for p in outside.iterdir()) == ["one.png", "two.png"]


def test_a_drive_that_is_away_is_no_reason_to_forget(tmp_path: Path) -> None:
    root, project = world(tmp_path)
    before = seen(root, Overlay.open(project / "overlay.sqlite"))
    killed(root, project, 3, "before")
    away = root.rename(tmp_path / "away")
    overlay = Overlay.open(project / "overlay.sqlite")
    assert "interrupted" in settle_unfinished(project, overlay)
    away.rename(root)
    assert {k: v for k, v in seen(root, overlay).items() if k in before} == before
