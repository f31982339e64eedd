"""The index that is kept: believed only where nothing has changed, and never in the way."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from studio.core.control import Cancelled, Control
from studio.core.paths import cache_folder
from studio.data import known_index
from studio.data.dataset import Dataset
from studio.data.index import open_dataset
from studio.data.sample import render


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three classes of few pictures, enough here to be remembered."""
    from PIL import Image

    monkeypatch.setattr(known_index, "LEAST", 1)
    root = tmp_path / "pictures"
    for c in "abc":
        (root / c / "deep").mkdir(parents=True)
        for i in range(4):
            Image.fromarray(render(i, 32, 1)[0]).save(root / c / f"{i}.png")
        Image.fromarray(render(9, 32, 1)[0]).save(root / c / "deep" / "9.png")
    (root / "a" / "empty.png").touch()
    (root / "notes.txt").write_text("hello")
    return root


def same(one: Dataset, two: Dataset) -> bool:
    """Whether two data sets are the same in every column."""
    return (
        one.paths == two.paths
        and one.outputs == two.outputs
        and one.problems == two.problems
        and one.format == two.format
        and all(np.array_equal(one.labels[o], two.labels[o]) for o in one.outputs)
        and np.array_equal(one.sizes, two.sizes)
        and np.array_equal(one.found_split, two.found_split)
        and one.fingerprint() == two.fingerprint()
    )


def was_known(root: Path) -> bool:
    """Whether opening finds the folder as it is remembered."""
    from studio.core.control import no_progress

    return known_index.known_index(root, "", {}, no_progress, None) is not None


def only_file() -> Path:
    """The one index that is kept."""
    (file,) = (cache_folder() / "index").iterdir()
    return file


def test_the_second_opening_gives_the_same(folder: Path) -> None:
    first = open_dataset(folder)
    assert first.problems  # the empty file is told of again
    assert was_known(folder)
    assert same(first, open_dataset(folder))


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "b" / "0.png").unlink(),
        lambda root: (root / "b" / "0.png").rename(root / "b" / "other.png"),
        lambda root: (root / "b" / "0.png").rename(root / "c" / "new.png"),
        lambda root: (root / "b" / "deep" / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n"),
        lambda root: (root / "b" / "0.png").write_bytes((root / "b" / "0.png").read_bytes() + b"."),
        lambda root: os.utime(root / "b" / "0.png", ns=(5, 5)),
        lambda root: (root / "d").mkdir(),
        lambda root: (root / "notes.txt").write_text("other"),
        lambda root: (root / "a").rename(root / "z"),
        lambda root: (root / "b" / "0.png").unlink() or (root / "b" / "0.png").mkdir(),
        lambda root: os.symlink(root / "a" / "1.png", root / "b" / "link.png"),
    ],
    ids=[
        "deleted", "renamed", "moved", "added", "longer", "touched", "folder", "note", "class",
        "file-to-folder", "link",
    ],
)  # fmt: skip
def test_any_change_is_noticed(folder: Path, change: object) -> None:
    open_dataset(folder)
    assert was_known(folder)
    change(folder)  # type: ignore[operator]
    assert not was_known(folder)
    found = open_dataset(folder)
    for file in (cache_folder() / "index").iterdir():
        file.unlink()
    assert same(found, open_dataset(folder))


def test_links_and_closed_folders_are_never_remembered(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "a" / "0.png").rename(outside / "0.png")
    (folder / "linked").symlink_to(outside)
    open_dataset(folder)
    assert not was_known(folder)


def test_few_pictures_are_not_worth_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_index, "LEAST", 1000)
    open_dataset(folder)
    assert not (cache_folder() / "index").exists()


def test_format_and_options_are_kept_apart(folder: Path) -> None:
    plain = open_dataset(folder)
    for c in "abc":
        (folder / c).rename(folder / f"red_{c}")
    cut = open_dataset(folder, "folder", options={"split_names_at": "_"})
    assert len(cut.outputs) == 2
    again = open_dataset(folder, "folder", options={"split_names_at": "_"})
    assert same(cut, again)
    assert again.options == {"split_names_at": "_"}
    assert tuple(open_dataset(folder).outputs) == tuple(plain.outputs)


def test_surrogate_names_survive(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (folder / "a" / "1.png").rename(folder / "a" / name)
    first = open_dataset(folder)
    assert f"a/{name}" in first.paths
    assert was_known(folder)
    assert same(first, open_dataset(folder))


def _changed(**parts: object) -> bytes:
    """The index that is kept, with other columns or another header."""
    import io

    with np.load(only_file()) as content:
        columns = dict(content)
    header = json.loads(columns["header"].tobytes())
    for name, value in parts.items():
        if name in columns:
            columns[name] = np.asarray(value)
        else:
            header[name] = value
    columns["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, **columns)
    return file.getvalue()


@pytest.mark.parametrize(
    "broken",
    [
        lambda: b"",
        lambda: b"PK\x03\x04 nonsense",
        lambda: only_file().read_bytes()[:300],
        lambda: os.urandom(5000),
        lambda: _changed(version="0"),
        lambda: _changed(outputs=[["class", ["only one"]]]),
        lambda: _changed(outputs="none"),
        lambda: _changed(problems=[{"kind": "x"}]),
        lambda: _changed(sizes=[1, 2, 3]),
        lambda: _changed(labels_0=np.zeros(15, np.float64)),
        lambda: _changed(labels_0=np.full(15, -7, np.int32)),
        lambda: _changed(folders=["a"]),
        lambda: _changed(folders={"../..": "0" * 32}),
    ],
    ids=[
        "empty", "foreign", "truncated", "noise", "old", "fewer-classes", "no-classes", "problems",
        "short-sizes", "floats", "negative", "folders", "outside",
    ],
)  # fmt: skip
def test_a_broken_file_only_costs_time(folder: Path, broken: object) -> None:
    first = open_dataset(folder)
    only_file().write_bytes(broken())  # type: ignore[operator]
    assert same(first, open_dataset(folder))
    assert was_known(folder)  # and is written anew


def test_objects_are_never_unpickled(folder: Path) -> None:
    open_dataset(folder)
    only_file().write_bytes(_changed(paths=np.array([print], dtype=object)))
    assert not was_known(folder)


def test_a_cache_that_cannot_be_written_is_no_error(folder: Path) -> None:
    cache_folder().mkdir(parents=True, exist_ok=True)
    (cache_folder() / "index").write_text("in the way")
    assert len(open_dataset(folder)) == 15


def test_only_the_last_few_are_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_index, "_MOST_FILES", 2)
    for number in range(4):
        folder = folder.rename(tmp_path / f"pictures {number}")
        open_dataset(folder)
    assert len(list((cache_folder() / "index").iterdir())) == 2
    assert was_known(folder)


def test_looking_for_changes_can_be_stopped(folder: Path) -> None:
    open_dataset(folder)
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        known_index.known_index(folder, "", {}, lambda *_: None, control)
