"""The built-in sample: the same bytes each time, balanced, finished after an interruption."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest

from studio.core.control import Cancelled, Control
from studio.core.errors import InputError
from studio.data.dataset import OUTPUT
from studio.data.index import open_dataset
from studio.data.pixels import decode
from studio.data.sample import COLOURS, THINGS, render, sample_state, write_sample


def content(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    one = write_sample(tmp_path / "one", count=40, size=32)
    two = write_sample(tmp_path / "two", count=40, size=32)
    assert content(one) == content(two)
    other = write_sample(tmp_path / "other", count=40, size=32, seed=2)
    assert content(one)["circle/00000.png"] != content(other)["circle/00000.png"]


def test_picture_does_not_depend_on_the_count(tmp_path: Path) -> None:
    few = content(write_sample(tmp_path / "few", count=12, size=32))
    many = content(write_sample(tmp_path / "many", count=30, size=32))
    pictures = {name for name in few if name.endswith(".png")}
    assert all(few[name] == many[name] for name in pictures)


def test_opens_as_a_folder_data_set(tmp_path: Path) -> None:
    folder = write_sample(tmp_path / "sample", count=72, size=32)
    dataset = open_dataset(folder)
    assert dataset.format == "folder"
    assert sorted(dataset.outputs[OUTPUT]) == sorted(THINGS)
    assert set(dataset.class_counts().tolist()) == {12}
    assert not dataset.problems
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["file"] for row in rows} == set(dataset.paths)
    pairs = {(row["thing"], row["colour"]) for row in rows}
    assert len(pairs) == len(THINGS) * len(COLOURS)
    for row in rows[:8]:
        picture, thing, colour = render(int(Path(row["file"]).stem), 32)
        assert (row["thing"], row["colour"]) == (thing, colour)
        np.testing.assert_array_equal(decode(folder / row["file"]), picture)


@pytest.mark.parametrize("size", [16, 33, 64, 224])
def test_any_size_shows_the_same_scene(size: int) -> None:
    picture, thing, colour = render(8, size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    assert (thing, colour) == (THINGS[2], COLOURS[1])
    assert picture.std() > 10


def test_a_complete_sample_is_left_alone_and_a_broken_one_finished(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    assert sample_state(folder, 12, 32) == "missing"
    write_sample(folder, 12, 32)
    assert sample_state(folder, 12, 32) == "complete"
    times = {p: p.stat().st_mtime_ns for p in folder.rglob("*.png")}
    write_sample(folder, 12, 32)
    assert times == {p: p.stat().st_mtime_ns for p in folder.rglob("*.png")}
    before = content(folder)
    (folder / "star" / "00003.png").unlink()
    assert sample_state(folder, 12, 32) == "incomplete"
    write_sample(folder, 12, 32)
    assert content(folder) == before
    (folder / "sample.json").write_text("{ cut")
    write_sample(folder, 12, 32)
    assert content(folder) == before
    write_sample(folder, 6, 32)
    assert len(list(folder.rglob("*.png"))) == 6
    assert [p.name for p in tmp_path.iterdir()] == ["sample"]


def test_foreign_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "holiday.jpg").write_bytes(b"precious")
    with pytest.raises(InputError, match="other files"):
        write_sample(tmp_path / "mine", 6, 32)
    assert content(tmp_path / "mine").keys() == {"holiday.jpg"}
    (tmp_path / "star").mkdir()
    (tmp_path / "star" / "star").mkdir()
    (tmp_path / "star" / "star" / "me.png").write_bytes(b"precious")
    with pytest.raises(InputError, match="other files"):
        write_sample(tmp_path / "star", 6, 32)
    with pytest.raises(InputError, match="is a file"):
        write_sample(tmp_path / "mine" / "holiday.jpg", 6, 32)


def test_cancel_leaves_nothing(tmp_path: Path) -> None:
    control = Control()
    with pytest.raises(Cancelled):
        write_sample(tmp_path / "s", 500, 32, progress=lambda *_: control.cancel(), control=control)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", [{"count": 0}, {"size": 4}, {"seed": -1}])
def test_numbers_out_of_range(tmp_path: Path, bad: dict[str, int]) -> None:
    with pytest.raises(InputError, match="cannot have"):
        write_sample(tmp_path / "s", **bad)
