"""The overlay: labels beside the files, with undo that survives closing."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core.errors import InputError, ProjectDamaged, ProjectTooNew, StorageError
from studio.data.dataset import Dataset
from studio.data.overlay.actions import (
    ACTIONS,
    AddClass,
    Exclude,
    Include,
    MoveToSplit,
    Relabel,
    RenameClass,
    Tag,
    parse_action,
)
from studio.data.overlay.apply import NOT_MOVED
from studio.data.overlay.store import Overlay
from tests.data.overlay_model import PATHS, Model, Player, make_dataset, random_action, same


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "project" / "overlay.sqlite"


def filled(file: Path) -> Overlay:
    overlay = Overlay.open(file)
    overlay.perform(Exclude(paths=PATHS[:3]))
    overlay.perform(Relabel(paths=PATHS[:2], output="kind", classes=("new",)))
    return overlay


@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_is_as_the_model_says(seed: int, length: int) -> None:
    player, overlay, dataset = Player(random.Random(seed)), Overlay(), make_dataset()
    before = dataset.fingerprint()
    for _ in range(length):
        player.play(overlay)
    same(overlay.result(dataset), player.model())
    assert dataset.fingerprint() == before == make_dataset().fingerprint()


@pytest.mark.slow
def test_a_thousand_actions_with_closing_in_between(file: Path) -> None:
    player, overlay, dataset = Player(random.Random(1)), Overlay.open(file), make_dataset()
    for number in range(1000):
        player.play(overlay)
        if number % 200 == 199:
            overlay = Overlay.open(file)
            same(overlay.result(dataset), player.model())
    assert len(overlay.steps) == player.cursor
    for _ in range(200):
        assert overlay.undo()
    player.cursor -= 200
    same(Overlay.open(file).result(dataset), player.model())


def test_undoing_everything_gives_the_data_set_back() -> None:
    player, overlay, dataset = Player(random.Random(2)), Overlay(), make_dataset()
    for _ in range(60):
        player.play(overlay)
    for _ in range(player.cursor):
        assert overlay.undo()
    assert overlay.undo() == "" and overlay.can_redo and not overlay.can_undo
    assert overlay.apply(dataset) is dataset


def test_undo_and_redo_have_words_and_survive_closing(file: Path) -> None:
    overlay, dataset = filled(file), make_dataset()
    assert overlay.undo_words == "Label 2 pictures “new”"
    assert overlay.undo() == "Label 2 pictures “new”"
    overlay = Overlay.open(file)
    assert overlay.redo_words == "Label 2 pictures “new”"
    assert overlay.undo_words == "Exclude 3 pictures"
    assert overlay.apply(dataset).outputs["kind"] == ("c0", "c1", "c2")
    overlay.redo()
    assert overlay.apply(dataset).classes_of(1, "kind") == ("new",)
    overlay.undo()
    overlay.perform(Include(paths=PATHS[:1]))
    assert not overlay.can_redo and overlay.redo() == ""
    assert Overlay.open(file).result(dataset).excluded.tolist()[:4] == [False, True, True, False]
    assert [a.kind for a in Overlay.open(file).actions()] == ["exclude", "include"]


def test_nothing_is_written_before_the_first_action(file: Path) -> None:
    overlay = Overlay.open(file)
    assert overlay.undo_words == overlay.redo_words == ""
    assert overlay.apply(make_dataset()).outputs["kind"] == ("c0", "c1", "c2")
    overlay.perform(Exclude())
    assert not file.parent.exists()
    filled(file)
    assert [p.name for p in file.parent.iterdir()] == ["overlay.sqlite"]


def test_actions_come_back_as_they_were(file: Path) -> None:
    draw = random.Random(5)
    given_actions = [random_action(draw) for _ in range(60)]
    overlay = Overlay.open(file)
    for action in given_actions:
        overlay.perform(action)
    for action, back in zip(given_actions, Overlay.open(file).actions(), strict=True):
        assert back.parameters() == action.parameters()
        assert set(getattr(back, "paths", ())) == set(getattr(action, "paths", ()))
        assert action.words(2) and action.words(1)
        assert parse_action(action.kind, action.parameters()).kind == action.kind
    assert {a.kind for a in given_actions} == set(ACTIONS)


def test_pictures_that_are_gone_are_kept_for_when_they_come_back(file: Path) -> None:
    overlay = filled(file)
    part = make_dataset().subset(range(2, len(PATHS)))
    found = overlay.result(part)
    assert found.unknown == 2
    assert found.excluded.tolist()[:2] == [True, False]
    assert Overlay.open(file).result(make_dataset()).excluded.sum() == 3
    empty = overlay.result(make_dataset().subset([]))
    assert len(empty.dataset) == 0 and empty.unknown == 3


def test_a_path_that_is_there_twice_is_changed_twice() -> None:
    overlay = Overlay()
    overlay.perform(Relabel(paths=PATHS[:2], output="kind", classes=("twin",)))
    doubled = make_dataset().subset([0, 4, 0, 1, 1, 5])
    changed = overlay.apply(doubled)
    assert [changed.classes_of(i, "kind") for i in (0, 2, 3, 4)] == [("twin",)] * 4
    assert changed.classes_of(1, "kind") == ("c1",)


def test_moves_lie_over_any_split() -> None:
    overlay, dataset = Overlay(), make_dataset()
    overlay.perform(MoveToSplit(paths=PATHS[:2], split="test"))
    overlay.perform(Exclude(paths=PATHS[1:3]))
    found = overlay.result(dataset)
    assert found.moved.tolist()[:3] == [2, 2, NOT_MOVED]
    assert found.dataset.found_split.tolist()[:3] == [2, 2, 2]
    assert found.placed(np.zeros(len(dataset), np.int8)).tolist()[:4] == [2, -1, -1, 0]
    dataset.found_split[:] = -1
    # One picture moved to test must not make training pictures of all others.
    assert not overlay.apply(dataset).has_split


def test_problems_of_classes_follow_the_labels() -> None:
    overlay, dataset = Overlay(), make_dataset()
    overlay.perform(RenameClass(output="kind", name="c0", new_name="rose"))
    overlay.perform(Relabel(paths=PATHS[:1], output="kind", classes=("lonely",)))
    problems = overlay.apply(dataset).problems
    assert "lonely" in [p.path for p in problems if p.kind == "too-few"]
    assert dataset.problems == []


def test_one_hundred_thousand_pictures_and_a_thousand_actions() -> None:
    n = 100_000
    dataset = Dataset(
        root=Path("nowhere"), format="folder", paths=[f"c/{i}.png" for i in range(n)],
        outputs={"class": ("a", "b")}, labels={"class": np.zeros(n, np.int32)},
        found_split=np.full(n, -1, np.int8), sizes=np.ones(n, np.int64),
    )  # fmt: skip
    overlay = Overlay()
    overlay.perform(Relabel(paths=dataset.paths, output="class", classes=("b",)))
    for i in range(999):
        start = (i * 97) % n
        overlay.perform(
            Relabel(paths=dataset.paths[start : start + 100], output="class", classes=(f"k{i}",))
        )
    changed = overlay.apply(dataset)
    assert len(changed.outputs["class"]) == 1001
    assert changed.class_counts("class")[1001 - 1] == 100


# --- what cannot be done ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: AddClass(output="kind", name="  "),
        lambda: Tag(paths=["a"], tag=""),
        lambda: AddClass(output="kind", name="x" * 5000),
        lambda: Relabel(paths=["a"], output="kind", classes=("",)),
        lambda: MoveToSplit(paths=["a"], split="holiday"),  # type: ignore[arg-type]
        lambda: Relabel(paths=["a"], output="kind", mode="guess"),  # type: ignore[arg-type]
    ],
)
def test_strange_names_are_refused(make: Any) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("eval", "{}"), ("exclude", "[]"), ("exclude", '{"paths": []}'), ("tag", "{}"),
        ("tag", '{"tag": 5}'), ("relabel", '{"output": "k", "classes": "ab", "mode": "set"}'),
        ("relabel", '{"output": "k", "classes": [1], "mode": "set"}'), ("tag", "{"),
        ("relabel", '{"output": "k", "classes": [], "mode": "guess"}'), ("tag", '{"tag": ""}'),
    ],
)  # fmt: skip
def test_strange_rows_are_refused(kind: str, parameters: str) -> None:
    with pytest.raises(ValueError):
        parse_action(kind, parameters)


def _foreign(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE bookmarks (x)")
    connection.commit()
    connection.close()


def _change(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def _cut(file: Path, size: int) -> None:
    os.truncate(file, size)


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    at = data.index(b'"new"')
    data[at + 1] ^= 4
    file.write_bytes(data)


DAMAGE = {
    "text": lambda f: f.write_text("not a database"),
    "nothing": lambda f: _cut(f, 0),
    "half a header": lambda f: _cut(f, 50),
    "one page": lambda f: _cut(f, 4096),
    "cut": lambda f: _cut(f, 3 * 4096 - 100),
    "of another program": lambda f: (f.unlink(), _foreign(f)),
    "a flipped bit": _flip,
    "a trigger": lambda f: _change(
        f, "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM picture; END"
    ),
    "no table": lambda f: _change(f, "DROP TABLE picture"),
    "a missing row": lambda f: _change(f, "DELETE FROM journal WHERE id = 1"),
    "a missing picture": lambda f: _change(f, "DELETE FROM picture WHERE id = 1"),
    "numbers for text": lambda f: _change(f, "UPDATE journal SET kind = 7, pictures = 3"),
    "a folder": lambda f: (f.unlink(), f.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_put_aside_and_never_overwritten(file: Path, damage: str) -> None:
    filled(file)
    DAMAGE[damage](file)
    content = file.read_bytes() if file.is_file() else None
    with pytest.raises(ProjectDamaged) as caught:
        Overlay.open(file)
    assert caught.value.hint and "untouched" in caught.value.hint
    if content is not None:
        assert file.read_bytes() == content
    overlay, told = Overlay.open_or_put_aside(file)
    assert told is not None and "overlay.damaged.sqlite" in told.hint
    kept = file.with_name("overlay.damaged.sqlite")
    assert kept.is_dir() if content is None else kept.read_bytes() == content
    overlay.perform(Exclude(paths=PATHS[:1]))
    assert Overlay.open_or_put_aside(file)[1] is None
    file.write_bytes(b"again")
    assert "damaged-2" in str(Overlay.open_or_put_aside(file)[1])


def test_random_damage_is_an_error_or_the_same_overlay(file: Path) -> None:
    filled(file)
    good = file.read_bytes()
    expected = [a.parameters() for a in Overlay.open(file).actions()]
    draw = random.Random(3)
    for _ in range(60):
        data = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        file.write_bytes(data[: draw.choice([len(data), draw.randrange(len(data))])])
        try:
            overlay = Overlay.open(file)
        except (ProjectDamaged, ProjectTooNew, StorageError):
            continue
        assert [a.parameters() for a in overlay.actions()] == expected
        overlay.apply(make_dataset())


def test_a_newer_file_is_left_alone(file: Path) -> None:
    filled(file)
    _change(file, "PRAGMA user_version = 2")
    content = file.read_bytes()
    for opening in (Overlay.open, Overlay.open_or_put_aside):
        with pytest.raises(ProjectTooNew, match="newer version"):
            opening(file)
    with pytest.raises(ProjectTooNew):
        Overlay(file).perform(Exclude(paths=PATHS[:1]))
    assert file.read_bytes() == content


def test_a_file_of_another_program_is_not_written_to(file: Path) -> None:
    overlay = filled(file)
    file.unlink()
    _foreign(file)
    content = file.read_bytes()
    with pytest.raises(ProjectDamaged):
        overlay.perform(Exclude(paths=PATHS))
    assert file.read_bytes() == content
    assert len(overlay.steps) == 2


def test_a_file_that_vanished_is_written_again(file: Path) -> None:
    overlay, dataset = filled(file), make_dataset()
    overlay.undo()
    shutil.rmtree(file.parent)
    overlay.redo()
    reopened = Overlay.open(file)
    assert reopened.apply(dataset).classes_of(0, "kind") == ("new",)
    assert reopened.undo() == "Label 2 pictures “new”"


def test_two_windows_add_to_the_same_file(file: Path) -> None:
    one, dataset = filled(file), make_dataset()
    other = Overlay.open(file)
    one.perform(Tag(paths=[*PATHS[4:6], "x.png"], tag="one"))
    other.perform(Tag(paths=["y.png", *PATHS[5:7]], tag="other"))
    assert len(other.steps) == 4
    one.perform(Exclude(paths=["z.png", "y.png"]))
    found = Overlay.open(file)
    assert [a.kind for a in found.actions()] == [a.kind for a in one.actions()]
    assert found.result(dataset).tags_of(5) == ("one", "other")
    assert set(one.actions()[3].paths) == {"y.png", *PATHS[5:7]}  # type: ignore[attr-defined]


def test_another_window_that_holds_the_file_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = filled(file)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0}))
    held = connect(file, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="Another window"):
        overlay.undo()
    held.execute("ROLLBACK")
    held.close()
    assert overlay.undo() == "Label 2 pictures “new”"


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder in which somebody without powers may only read."""
    if not hasattr(os, "seteuid"):
        pytest.skip("rights work differently here")
    folder = Path(tempfile.mkdtemp(prefix="studio-rights-"))
    filled(folder / "overlay.sqlite")
    folder.chmod(0o555)
    (folder / "overlay.sqlite").chmod(0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield folder
    if is_root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_place_is_told_and_nothing_changes(locked: Path) -> None:
    overlay = Overlay.open(locked / "overlay.sqlite")
    for change in (overlay.undo, lambda: overlay.perform(Exclude(paths=PATHS))):
        with pytest.raises(StorageError, match="cannot be written") as caught:
            change()
        assert caught.value.hint
    assert len(overlay.steps) == 2 and not overlay.can_redo
    assert overlay.result(make_dataset()).excluded.sum() == 3
    with pytest.raises(StorageError, match="cannot be written"):
        Overlay.open(locked / "new.sqlite").perform(Exclude(paths=PATHS))


@pytest.mark.skipif(os.name == "nt", reason="no such limits on Windows")
def test_a_full_disk_is_told_and_nothing_changes(file: Path) -> None:
    import resource

    overlay = filled(file)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))
    try:
        with pytest.raises(StorageError):
            overlay.perform(Exclude(paths=[f"{i}" * 40 for i in range(3000)]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(overlay.steps) == 2
    assert overlay.undo() and len(Overlay.open(file).steps) == 1
    overlay.perform(Tag(paths=["0" * 40], tag="t"))
    assert [a.kind for a in Overlay.open(file).actions()] == ["exclude", "tag"]


def test_settling_starts_anew(file: Path) -> None:
    overlay, dataset = filled(file), make_dataset()
    overlay.settle([Tag(paths=PATHS[:1], tag="kept")])
    for found in (overlay, Overlay.open(file)):
        assert [a.kind for a in found.actions()] == ["tag"]
        assert not found.result(dataset).excluded.any()
    assert overlay.undo() == "Tag 1 picture “kept”"
    assert overlay.undo() == ""


def test_the_model_itself_undoes_nothing_by_chance() -> None:
    """Random actions do change what they are about; else the properties would be empty."""
    player = Player(random.Random(1))
    for _ in range(100):
        player.next()
    model = player.model()
    assert model.classes != Model.of(make_dataset()).classes
    assert any(p.tags for p in model.pictures.values())
