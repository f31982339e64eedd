"""A first look at data sets of every kind: sure, doubtful, wrong, huge and hostile ones."""

from __future__ import annotations

import csv
import gzip
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from studio.core.control import Cancelled, Control
from studio.core.errors import SpecError
from studio.data.correcting import (
    doubt,
    may_be_corrected,
    options_spec,
    options_text,
    reason_of,
)
from studio.data.formats.registry import FORMATS
from studio.data.index import open_dataset
from studio.data.looking import read_within
from studio.data.preview import MOST_COLUMNS, preview_dataset
from studio.data.tables.options import NO_COLUMN, TableOptions
from tests.conftest import write_noise


def pictures(folder: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        write_noise(folder / name, (90, 120, 150), seed, 16)
    return folder


def table(folder: Path, name: str, rows: list[list[str]], sign: str = ",") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=sign).writerows(rows)
    return folder / name


def breeds(folder: Path, there: int = 12, named: int = 12, sign: str = ",") -> Path:
    pictures(folder / "train", *[f"dog{i:02}.png" for i in range(there)])
    kinds = ["pug", "dingo", "boxer"]
    rows = [[f"dog{i:02}", kinds[i % 3]] for i in range(named)]
    table(folder, "labels.csv", [["id", "breed"], *rows], sign)
    return folder


# --- what is recognised -------------------------------------------------------------------------


def test_folders_are_counted_and_shown(tiny_dataset: Path) -> None:
    found = preview_dataset(tiny_dataset)
    assert (found.kind, found.title) == ("folder", "Folder with classes")
    assert found.reason == "Its sub-folders are the classes." == found.candidates[0].reason
    assert found.summary == "24 pictures, 3 classes." and not found.problem
    assert found.columns == ("Picture", "Class") and found.roles == ("file", "label")
    assert len(found.rows) == len(found.pictures) == 10
    assert {row[1] for row in found.rows} == {"blue", "green", "red"}
    assert all(p is not None and p.is_file() for p in found.pictures)
    assert {c.kind for c in found.candidates} == {f.kind for f in FORMATS}
    assert not found.is_table and found.matched is None


def test_a_table_shows_its_columns_and_every_guess(tmp_path: Path) -> None:
    found = preview_dataset(breeds(tmp_path, sign=";"))
    assert found.kind == "table" and found.is_table and not found.problem
    assert found.columns == ("id", "breed") and found.roles == ("file", "label")
    assert found.rows[1] == ("dog01", "dingo")
    assert found.pictures[1] == tmp_path / "train" / "dog01.png"
    options = found.options
    assert isinstance(options, TableOptions)
    assert (options.separator, options.label_columns) == ("semicolon", "breed")
    assert found.summary == "12 of 12 pictures found. 3 classes in column “breed”."
    assert found.matched == 1.0 and "“id” is the file" in found.reason


def test_a_split_in_the_table_can_be_left_alone(tmp_path: Path) -> None:
    pictures(tmp_path, *[f"{i}.png" for i in range(8)])
    rows = [[f"{i}.png", "ab"[i % 2], ["train", "test"][i // 4]] for i in range(8)]
    table(tmp_path, "labels.csv", [["file", "class", "set"], *rows])
    assert preview_dataset(tmp_path).roles == ("file", "label", "split")
    without = preview_dataset(tmp_path, "table", TableOptions(split_column=NO_COLUMN))
    assert without.roles == ("file", "label", "")
    assert isinstance(without.options, TableOptions)
    assert without.options.split_column == NO_COLUMN
    opened = open_dataset(tmp_path, "table", options={"split_column": NO_COLUMN})
    assert not opened.has_split and open_dataset(tmp_path).has_split


def test_rows_with_a_picture_are_shown_where_few_have_one(tmp_path: Path) -> None:
    pictures(tmp_path, *[f"p{i}.png" for i in range(90, 100)])
    rows = [[f"p{i}.png", "ab"[i % 2]] for i in range(100)]
    table(tmp_path, "labels.csv", [["file", "class"], *rows])
    found = preview_dataset(tmp_path)
    assert sum(p is not None for p in found.pictures) == 7 and len(found.rows) == 10
    assert found.summary.startswith("10 of 100 pictures found.")
    assert found.matched == pytest.approx(0.1)


def test_an_archive_is_looked_into(tmp_path: Path, tiny_dataset: Path) -> None:
    place = tmp_path / "tiny.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for file in tiny_dataset.rglob("*.png"):
            archive.write(file, file.relative_to(tiny_dataset))
    found = preview_dataset(place)
    assert found.path == place and found.kind == "folder"
    assert found.summary == "24 pictures, 3 classes."
    opened = open_dataset(place)
    assert reason_of(opened) == found.reason


def test_two_outputs_have_a_column_each(tmp_path: Path) -> None:
    pictures(tmp_path, *[f"{i}.png" for i in range(6)])
    rows = [[f"{i}.png", "rb"[i % 2], "xyz"[i % 3]] for i in range(6)]
    table(tmp_path, "t.csv", [["file", "colour", "kind"], *rows])
    options = TableOptions(label_columns="colour,kind")
    found = preview_dataset(tmp_path, "table", options)
    assert found.roles == ("file", "label", "label")
    assert "2 outputs: “colour” (2 classes), “kind” (3 classes)." in found.summary


# --- arrays -------------------------------------------------------------------------------------


def swapped(folder: Path) -> Path:
    """Pictures that are called labels, and labels that are called pictures."""
    rng = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "swapped.npz"
    np.savez(
        place, target=rng.integers(0, 255, (12, 8, 9, 3), np.uint8),
        data=np.arange(12 * 12, dtype=np.uint8).reshape(12, 12) % 3, kind=np.arange(12) % 3,
    )  # fmt: skip
    return place


def test_swapped_arrays_are_put_right(tmp_path: Path) -> None:
    place = swapped(tmp_path)
    found = preview_dataset(place)
    assert found.kind == "npz"
    names = dict(found.offers["pictures"])
    assert names[""] == "Guess it" and names["target"] == "target (12 × 8 × 9 × 3)"
    said = options_spec("npz", {"pictures": "target", "labels": "kind"})
    right = preview_dataset(place, "npz", said)
    assert right.summary == "12 pictures, 3 classes." and not right.problem
    assert [row[1] for row in right.rows][:3] == ["0", "1", "2"]
    wrong = preview_dataset(place, "npz", options_spec("npz", {"pictures": "nothing"}))
    assert "there is no “nothing”" in wrong.problem and "target" in wrong.problem


# --- what is wrong ------------------------------------------------------------------------------


def test_wrong_options_are_told_and_the_rows_stay(tmp_path: Path) -> None:
    breeds(tmp_path)
    gone = preview_dataset(tmp_path, "table", TableOptions(file_column="name"))
    assert "no column “name”" in gone.problem and len(gone.rows) == 10
    turned = TableOptions(file_column="breed", label_columns="id")
    other = preview_dataset(tmp_path, "table", turned)
    assert "None of the pictures that column “breed” names is there." in other.problem
    assert other.roles == ("label", "file")
    folder = preview_dataset(tmp_path, "table", TableOptions(folder="elsewhere/../.."))
    assert "inside the data set" in folder.problem


def test_columns_that_nobody_can_tell(tmp_path: Path) -> None:
    pictures(tmp_path, *[f"a{i}.png" for i in range(5)])
    table(tmp_path, "x.csv", [["p", "q"], *[[f"a{i}", f"{i / 7}"] for i in range(5)]])
    found = preview_dataset(tmp_path, "table")
    assert found.problem and found.roles[0] == "file" and len(found.rows) == 5


@pytest.mark.parametrize("kind", sorted(f.kind for f in FORMATS))
def test_every_format_can_be_tried_on_anything(tmp_path: Path, kind: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("Nothing here, at all.\n")
    (tmp_path / "bytes.npz").write_bytes(bytes(range(256)) * 9)
    for place in ("empty", "note.txt", "bytes.npz", "missing"):
        found = preview_dataset(tmp_path / place, kind)
        assert found.kind == kind
        if (kind, place) != ("collection", "empty"):  # it is filled in the studio
            assert found.problem.endswith((".", "?", ")")), place


def test_an_unknown_format_is_refused(tiny_dataset: Path) -> None:
    with pytest.raises(SpecError):
        preview_dataset(tiny_dataset, "no such thing")


# --- bounds -------------------------------------------------------------------------------------


def test_a_hundred_thousand_columns_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "wide.csv"
    place.write_text("\n".join([",".join(["a.png"] * 100_000)] * 3))
    found = preview_dataset(place, "table")
    assert "more than the 20,000" in found.problem and not found.rows


def test_one_endless_line_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "line.csv"
    place.write_bytes(b"x" * 50_000_000)
    found = preview_dataset(place, "table")
    assert "longer than 8,000,000 characters" in found.problem


def test_of_many_columns_those_that_matter_are_shown(tmp_path: Path) -> None:
    pictures(tmp_path, *[f"{i}.png" for i in range(6)])
    extra = [f"c{i}" for i in range(500)]
    head = [*extra, "file", "class"]
    rows = [["0.5"] * 500 + [f"{i}.png", "ab"[i % 2]] for i in range(6)]
    table(tmp_path, "t.csv", [head, *rows])
    said = TableOptions(file_column="file", label_columns="class")
    found = preview_dataset(tmp_path, "table", said)
    assert len(found.columns) == 502 and len(found.shown) == MOST_COLUMNS
    assert {500, 501} <= set(found.shown) and len(found.rows[0]) == MOST_COLUMNS


def test_a_look_ends_when_its_time_is_over(tiny_dataset: Path) -> None:
    reader = FORMATS.get("folder")()
    assert read_within(tiny_dataset, [], reader, lambda *_: None, Control(), -1.0) == (None, "")


def test_a_look_can_be_cancelled(tiny_dataset: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        preview_dataset(tiny_dataset, control=control)
    later = Control()

    def stop(_done: int, _total: int | None, _words: str) -> None:
        later.cancel()

    with pytest.raises(Cancelled):
        preview_dataset(tiny_dataset, progress=stop, control=later)


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, ("boom",)


def test_hostile_files_are_only_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "trap.npz", x_train=np.array([Trap()], object))
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(Trap()))
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "idx-ubyte.gz").write_bytes(gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12))
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        archive.writestr("../../escaped.png", b"x")
    for name in ("trap.npz", "data_batch_1", "deep.json", "idx-ubyte.gz", "out.zip"):
        found = preview_dataset(tmp_path / name)
        assert found.problem, name
    assert not (tmp_path / "boom").exists() and not list(tmp_path.parent.glob("escaped*"))


def test_strange_cells_are_made_readable(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png", "c.png")
    names = ['say "hi", you', "two\nlines", "x" * 5000]
    rows = [[f"{n}.png", t] for n, t in zip("abc", names, strict=True)]
    table(tmp_path, "t.csv", [["file", 'a, "class"'], *rows])
    found = preview_dataset(tmp_path, "table", TableOptions(label_columns="2"))
    assert not found.problem and len(found.rows[2][1]) == 200
    text = options_text(found.options)
    again = preview_dataset(tmp_path, "table", options_spec("table", text))
    assert again.roles == found.roles and again.summary == found.summary


# --- doubts -------------------------------------------------------------------------------------


def test_a_person_is_asked_only_where_it_is_not_sure(tmp_path: Path, tiny_dataset: Path) -> None:
    assert doubt(open_dataset(tiny_dataset)) == ("", "")
    assert doubt(open_dataset(breeds(tmp_path / "all"))) == ("", "")
    words, kind = doubt(open_dataset(breeds(tmp_path / "some", there=6)))
    assert words == "6 of the 12 pictures in the table were found." and kind == "table"
    loose = pictures(tmp_path / "loose", *[f"a{i}.png" for i in range(5)])
    assert doubt(open_dataset(loose)) == ("", "")
    (loose / "notes.txt").write_text("Taken in May, in the garden.\nBy me, with care.\n")
    assert doubt(open_dataset(loose)) == ("", "")
    table(loose, "x.csv", [["p", "q"], *[[f"b{i}", f"{i / 7}"] for i in range(5)]])
    assert doubt(open_dataset(loose))[1] == "table"


def test_arrays_without_labels_are_asked_about(tmp_path: Path) -> None:
    place = tmp_path / "only.npz"
    np.savez(place, images=np.zeros((6, 8, 8, 3), np.uint8))
    assert doubt(open_dataset(place)) == ("No labels were found.", "npz")


def test_what_may_be_corrected(tmp_path: Path) -> None:
    assert not may_be_corrected(tmp_path)
    assert not may_be_corrected(tmp_path / "missing")
    table(tmp_path, "x.csv", [["p", "q"], ["1", "2"], ["3", "4"]])
    assert may_be_corrected(tmp_path) and may_be_corrected(tmp_path / "x.csv")
    np.savez(tmp_path / "n.npz", a=np.zeros(3))
    assert may_be_corrected(tmp_path / "n.npz")


def test_options_survive_as_text() -> None:
    spec = TableOptions(label_columns='"a,b"', file_column="5", separator="bar")
    text = options_text(spec)
    assert set(text) == {"label_columns", "file_column", "separator"}
    assert options_spec("table", text) == spec
    assert options_text(TableOptions()) == {} == options_text(None)


# --- the real things ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("dog_breeds_labels_csv", "table", "classes in column “breed”"),
        ("movie_posters_multilabel", "table", "classes in 25 columns"),
        ("npz/pneumoniamnist.npz", "npz", "2 classes, split found"),
        ("hymenoptera", "split-folders", "2 classes, split found"),
        ("mnist/tiny_complete_idx", "idx", "classes"),
    ],
)
def test_real_data_sets(shared_data: Path, name: str, kind: str, words: str) -> None:
    place = shared_data / name
    if not place.exists():
        pytest.skip(f"{name} is not here")
    found = preview_dataset(place)
    assert found.kind == kind and found.reason and words in found.summary
    assert len(found.rows) == 10 and any(found.pictures)


def test_json_records_are_a_table(tmp_path: Path) -> None:
    pictures(tmp_path, *[f"{i}.png" for i in range(4)])
    records = [{"file": f"{i}.png", "label": "ab"[i % 2]} for i in range(4)]
    (tmp_path / "labels.json").write_text(json.dumps(records))
    found = preview_dataset(tmp_path)
    assert found.columns == ("file", "label") and found.roles == ("file", "label")
