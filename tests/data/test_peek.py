"""The first look at a folder: quick, mixed, the same every time, and part of the index."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.data.dataset import OUTPUT
from studio.data.index import open_dataset
from studio.data.peek import peek


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def classes_of(paths: list[str]) -> set[str]:
    return {path.split("/")[0] for path in paths}


def test_a_few_pictures_of_every_class_are_mixed_and_in_the_index(tmp_path: Path) -> None:
    put(tmp_path, *[f"class {c}/{i:03}.png" for c in range(12) for i in range(60)])
    found = peek(tmp_path, 48)
    assert found is not None
    dataset, index = found.dataset, open_dataset(tmp_path)
    assert found.root == index.root
    assert len(dataset) == len(set(dataset.paths)) == 48
    assert set(dataset.paths) <= set(index.paths)
    assert dataset.class_counts().tolist() == [4] * 12
    assert found.knows_classes
    assert dataset.outputs == index.outputs
    assert len(classes_of(dataset.paths[:12])) > 5
    for path, label in zip(dataset.paths, dataset.labels[OUTPUT].tolist(), strict=True):
        assert dataset.outputs[OUTPUT][label] == path.split("/")[0]
    again = peek(tmp_path, 48)
    assert again is not None
    assert again.dataset.paths == dataset.paths


def test_of_split_folders_the_classes_are_those_inside(tmp_path: Path) -> None:
    parts = ("val", "train", "test")
    put(tmp_path, *[f"{part}/{c}/{i}.png" for part in parts for c in "ab" for i in "123"])
    put(tmp_path, "test/c/1.png")
    found = peek(tmp_path)
    assert found is not None
    assert found.dataset.outputs == open_dataset(tmp_path).outputs == {OUTPUT: ("a", "b", "c")}
    assert {path.rpartition("/")[0] for path in found.dataset.paths} == {
        "train/a", "train/b", "test/c",
    }  # fmt: skip


def test_of_very_many_classes_some_are_looked_at(tmp_path: Path) -> None:
    for i in range(600):
        put(tmp_path, f"{i}/a.png")
    found = peek(tmp_path)
    assert found is not None
    assert not found.knows_classes
    assert 0 < len(found.dataset) <= 120
    assert len(found.dataset.outputs[OUTPUT]) == len(found.dataset)


def test_deep_folders_hidden_empty_and_other_files(tmp_path: Path) -> None:
    put(tmp_path, "a/x/y/1.jpg", "a/notes.txt", "a/.hidden/2.jpg", "b/3.png", ".git/c/4.png")
    (tmp_path / "b" / "empty.png").touch()
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "folder.png").mkdir()
    found = peek(tmp_path)
    assert found is not None
    assert sorted(found.dataset.paths) == ["a/x/y/1.jpg", "b/3.png"]


def test_names_that_are_no_text_are_kept(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/b\xff"
    try:
        os.mkdir(name)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    with open(name + b"/1.png", "wb") as file:
        file.write(b"x")
    put(tmp_path, "a/1.png")
    found = peek(tmp_path)
    assert found is not None
    assert sorted(found.dataset.paths) == sorted(open_dataset(tmp_path).paths)


def test_nothing_is_found_without_a_complaint(tmp_path: Path) -> None:
    put(tmp_path, "flat/1.png", "file.txt")
    (tmp_path / "none").mkdir()
    assert peek(tmp_path / "gone") is None
    assert peek(tmp_path / "flat") is None
    assert peek(tmp_path / "none") is None
    assert peek(tmp_path / "file.txt") is None


def test_a_big_folder_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, *[f"{c}/{i}.png" for c in "ab" for i in range(1500)])
    seen = 0

    def counted(name: str) -> bool:
        nonlocal seen
        seen += 1
        return False

    monkeypatch.setattr("studio.data.peek.is_hidden", counted)
    assert peek(tmp_path) is not None
    assert seen < 200
