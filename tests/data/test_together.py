"""What a split keeps together: near twins and groups of a column, from the file to the split."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.core.errors import DatasetError, SpecError
from studio.data.convert import convert
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset, Split
from studio.data.doctor import check_pictures, duplicate_groups
from studio.data.index import choose, open_dataset
from studio.data.leaks import TWINS, find_leaks
from studio.data.overlay.actions import Exclude, MoveToSplit
from studio.data.overlay.store import Overlay
from studio.data.sample import render
from studio.data.split import SplitSpec, assign, labelled
from studio.data.split_counts import class_table, part_counts
from studio.data.together import columns_to_report, groups_of, leak_reports, need_column

COLUMN = SplitSpec(mode="ratio", together="column")
TWINS_SPEC = SplitSpec(mode="ratio", together="twins", validation=0.25, test=0.25)


def draw(path: Path, number: int, size: int = 32, turned: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(render(number, 64)[0])
    if turned:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture.resize((size, size)).save(path)


def table_of(
    folder: Path, rows: Sequence[Sequence[object]], head: Sequence[str], name: str = "labels.csv"
) -> Path:
    """Pictures and a table with a row for each; the first column is the file."""
    for i, row in enumerate(rows):
        draw(folder / str(row[0]), i)
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return folder


def patients(folder: Path, pictures: int = 24, each: int = 3) -> Path:
    rows = [
        [f"{i}.png", ("benign", "malign")[i % 2], f"P-{i // each:02d}"] for i in range(pictures)
    ]
    return table_of(folder, rows, ["file", "diagnosis", "patient_id"])


# --- columns of a table ---------------------------------------------------------------------------


def test_a_column_of_patients_is_found_and_no_class(tmp_path: Path) -> None:
    dataset = open_dataset(patients(tmp_path))
    assert list(dataset.outputs) == ["diagnosis"]
    assert list(dataset.groups) == ["patient_id"]
    column, names = dataset.groups["patient_id"], dataset.group_names["patient_id"]
    assert column.dtype == np.int64
    row = dataset.paths.index("7.png")
    assert names[column[row]] == "P-02"
    split = assign(dataset, COLUMN, groups=groups_of(dataset, COLUMN))
    assert not find_leaks(split, column)
    assert set(split.tolist()) == {0, 1, 2}
    assert find_leaks(assign(dataset, SplitSpec()), column)


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("Subject", True), ("subject_id", True), ("Site", True), ("location", True),
        ("seq_id", True), ("Patient Number", True), ("lesion_id", True), ("remark", False),
        ("width", False),
    ],
)  # fmt: skip
def test_headings_that_look_like_groups(tmp_path: Path, heading: str, found: bool) -> None:
    rows = [[f"{i}.png", "ab"[i % 2], f"g{i // 2}"] for i in range(8)]
    dataset = open_dataset(table_of(tmp_path, rows, ["file", "label", heading]))
    assert list(dataset.groups) == ([heading] if found else [])
    assert len(dataset.outputs) == 1


def test_where_there_is_no_other_column_groups_are_classes(tmp_path: Path) -> None:
    rows = [[f"{i}.png", f"whale {i % 3}"] for i in range(9)]
    dataset = open_dataset(table_of(tmp_path, rows, ["file", "individual"]))
    assert len(next(iter(dataset.outputs.values()))) == 3
    assert not dataset.groups


def test_a_chosen_column_comes_first_and_is_remembered(tmp_path: Path) -> None:
    rows = [[f"{i}.png", "ab"[i % 2], i // 4, f"shelf {i // 2}"] for i in range(12)]
    folder = table_of(tmp_path, rows, ["file", "label", "site", "shelf"])
    how = choose(folder, "table", ["group=Shelf"])
    dataset = open_dataset(folder, how.kind, options=how.options)
    assert list(dataset.groups) == ["shelf", "site"]
    again = open_dataset(folder, dataset.format, options=dataset.options)
    assert list(again.groups) == ["shelf", "site"]
    assert groups_of(again, COLUMN) is again.groups["shelf"]
    chosen = groups_of(again, COLUMN.changed(column="SITE"))
    assert chosen is again.groups["site"]
    with pytest.raises(SpecError, match="no column"):
        open_dataset(folder, "table", options={"group_column": "cupboard"})


def test_empty_cells_and_repeated_rows(tmp_path: Path) -> None:
    rows = [["0.png", "a", ""], ["1.png", "b", "x"], ["2.png", "a", "x"], ["3.png", "b", "n/a"],
            ["1.png", "b", "y"], ["0.png", "a", "x"]]  # fmt: skip
    dataset = open_dataset(table_of(tmp_path, rows, ["file", "label", "patient"]))
    names = dataset.group_names["patient"]
    said = [names[i] if i >= 0 else "" for i in dataset.groups["patient"].tolist()]
    assert dict(zip(dataset.paths, said, strict=True)) == {
        "0.png": "x", "1.png": "x", "2.png": "x", "3.png": "",
    }  # fmt: skip


def test_a_column_that_joins_nothing_is_not_offered(tmp_path: Path) -> None:
    rows = [[f"{i}.png", "ab"[i % 2], f"p{i}"] for i in range(6)]
    assert not open_dataset(table_of(tmp_path, rows, ["file", "label", "patient"])).groups


def test_tables_of_which_only_one_has_groups(tmp_path: Path) -> None:
    train = [[f"t{i}.png", "ab"[i % 2], f"p{i // 2}"] for i in range(8)]
    test = [[f"e{i}.png", "ab"[i % 2]] for i in range(4)]
    table_of(tmp_path, train, ["file", "label", "patient"], "train.csv")
    table_of(tmp_path, test, ["file", "label"], "test.csv")
    dataset = open_dataset(tmp_path)
    column = dataset.groups["patient"]
    assert (column[dataset.found_split == Split.TEST] == -1).all()
    assert np.bincount(column[column >= 0]).tolist() == [2, 2, 2, 2]


def test_locations_and_sequences_of_camera_traps(tmp_path: Path) -> None:
    """As iWildCam and the other COCO Camera Traps have them."""
    images = []
    for i in range(12):
        draw(tmp_path / f"{i}.png", i)
        images.append({"id": f"a{i}", "file_name": f"{i}.png", "location": i // 6,
                       "seq_id": f"s{i // 2}", "seq_num_frames": 2, "width": 32})  # fmt: skip
    content = {
        "images": images,
        "annotations": [
            {"id": i, "image_id": f"a{i}", "category_id": i % 2 + 1} for i in range(12)
        ],
        "categories": [{"id": 1, "name": "deer"}, {"id": 2, "name": "fox"}],
    }
    (tmp_path / "annotations.json").write_text(json.dumps(content), encoding="utf-8")
    dataset = open_dataset(tmp_path)
    assert dataset.format == "coco"
    assert list(dataset.groups) == ["location", "seq_id"]
    assert np.bincount(dataset.groups["location"]).tolist() == [6, 6]
    split = assign(dataset, COLUMN, groups=groups_of(dataset, COLUMN.changed(column="seq_id")))
    assert not find_leaks(split, dataset.groups["seq_id"])


def test_subsets_overlays_and_copies_keep_the_groups(tmp_path: Path) -> None:
    dataset = open_dataset(patients(tmp_path / "from"))
    rows = [5, 1, 20]
    part = dataset.subset(rows)
    assert part.groups["patient_id"].tolist() == dataset.groups["patient_id"][rows].tolist()
    overlay = Overlay()
    overlay.perform(Exclude(paths=("3.png",)))
    overlay.perform(MoveToSplit(paths=("4.png",), split="test"))
    changed = overlay.result(dataset).dataset
    assert changed.groups["patient_id"] is dataset.groups["patient_id"]
    convert(dataset, tmp_path / "to", "csv")
    copy = open_dataset(tmp_path / "to")
    assert list(copy.groups) == ["patient_id"]
    told = {
        path.rpartition("/")[2]: copy.group_names["patient_id"][number]
        for path, number in zip(copy.paths, copy.groups["patient_id"].tolist(), strict=True)
    }
    assert told["7.png"] == "P-02" and len(set(told.values())) == 8


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    dataset = open_dataset(patients(tmp_path))
    need_column(dataset, COLUMN)
    need_column(dataset, SplitSpec())
    with pytest.raises(DatasetError, match="patient_id"):
        need_column(dataset, COLUMN.changed(column="ward"))
    with pytest.raises(DatasetError, match="No column"):
        need_column(replace(dataset, groups={}), COLUMN)
    assert groups_of(replace(dataset, groups={}), COLUMN) is None


# --- properties -----------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_group_straddles_what_is_drawn(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 40))
    several, outputs = data.draw(st.booleans()), data.draw(st.integers(1, 2))
    seed = data.draw(st.integers(0, 99))
    random = np.random.default_rng(seed)
    labels = {
        f"o{i}": random.integers(-1, 2, (n, 4)).astype(np.int8)
        if several
        else random.integers(-1, 4, n).astype(np.int32)
        for i in range(outputs)
    }
    found = np.full(n, NO_SPLIT, np.int8)
    if data.draw(st.booleans()):
        found[random.random(n) < 0.2] = Split.TEST
    groups = random.integers(-1, data.draw(st.integers(1, 15)), n)
    dataset = Dataset(
        Path("/nowhere"), "table", [f"{i}.png" for i in range(n)],
        {name: tuple("abcd") for name in labels}, labels, found, np.ones(n, np.int64),
        groups={"patient": groups},
    )  # fmt: skip
    excluded = random.random(n) < 0.1
    left_out = excluded | ~labelled(dataset)
    folds = data.draw(st.integers(2, 5))
    spec = SplitSpec(
        mode=data.draw(st.sampled_from(["folders", "ratio", "folds"])), together="column",
        validation=data.draw(st.floats(0, 0.9)), test=data.draw(st.floats(0, 0.9)), folds=folds,
        stratified=data.draw(st.booleans()), seed=seed,
    )  # fmt: skip
    validated = np.zeros(n, int)
    for fold in range(1, folds + 1) if spec.mode == "folds" else [1]:
        split = assign(dataset, spec.changed(fold=fold), excluded, groups_of(dataset, spec))
        assert ((split == NO_SPLIT) == left_out).all()
        validated += split == Split.VALIDATION
        drawn = split.copy()
        if spec.mode != "ratio":  # what the data set says is kept, leaks and all
            drawn[(found != NO_SPLIT) & ~left_out] = NO_SPLIT
            assert (split[(found == Split.TEST) & ~left_out] == Split.TEST).all()
        assert not find_leaks(drawn, groups)
    if spec.mode == "folds":
        assert (validated[~left_out & (split != Split.TEST)] == 1).all()


def test_few_groups_among_many_cost_no_balance() -> None:
    """Several labels, and one picture of fifty has a twin: shares hold as without twins."""
    random = np.random.default_rng(5)
    labels = (random.random((5000, 28)) < 0.1).astype(np.int8)
    groups = np.full(5000, -1)
    pairs = random.permutation(5000)[:100]
    groups[pairs] = np.arange(100) // 2
    dataset = Dataset(
        Path("/nowhere"), "table", [f"{i}.png" for i in range(5000)],
        {OUTPUT: tuple(map(str, range(28)))}, {OUTPUT: labels}, np.full(5000, -1, np.int8),
        np.ones(5000, np.int64),
    )  # fmt: skip
    split = assign(dataset, SplitSpec(mode="ratio", validation=0.2, test=0.1), groups=groups)
    assert not find_leaks(split, groups)
    counts = labels.sum(axis=0)
    for part, share in ((0, 0.7), (1, 0.2), (2, 0.1)):
        assert (split == part).mean() == pytest.approx(share, abs=0.01)
        near = np.abs(labels[split == part].sum(axis=0) - share * counts)
        assert (near <= np.maximum(3, 0.03 * counts)).all()


# --- near twins -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty pictures of two classes; ten have a twin, saved anew, smaller or mirrored."""
    folder = tmp_path_factory.mktemp("twins")
    for i in range(30):
        name = "ab"[i % 2]
        draw(folder / name / f"{i:02d}.png", i, 64)
        if i < 10:
            draw(folder / name / f"{i:02d} again.png", i, (64, 56)[i % 2], turned=i % 3 == 0)
    return folder


def test_planted_twins_stay_together(twins: Path) -> None:
    dataset = open_dataset(twins)
    checked = check_pictures(dataset)
    assert np.bincount(checked.twins[checked.twins >= 0]).max() == 2
    assert len(set(checked.twins.tolist()) - {-1}) == 10
    np.testing.assert_array_equal(duplicate_groups(dataset), checked.twins)
    assert groups_of(dataset, TWINS_SPEC) is None  # until they are known
    loose = TWINS_SPEC.changed(together="none")
    before = assign(dataset, loose, groups=groups_of(dataset, loose, checked.twins))
    assert find_leaks(before, checked.twins, TWINS)
    kept = assign(dataset, TWINS_SPEC, groups=groups_of(dataset, TWINS_SPEC, checked.twins))
    assert not find_leaks(kept, checked.twins, TWINS)
    assert set(kept.tolist()) == {0, 1, 2}


def test_problems_are_judged_again_without_decoding(
    twins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = open_dataset(twins)
    apart = assign(dataset, TWINS_SPEC.changed(together="none"))
    checked = check_pictures(dataset, split=apart)
    monkeypatch.setattr("studio.data.doctor.decode", None)
    kept = assign(dataset, TWINS_SPEC, groups=checked.twins)
    again = checked.judged_again(dataset, kept)
    leaks = [p for p in checked.problems if p.kind == "split-leak"]
    copies = [p for p in again.problems if p.kind in ("near-duplicate", "exact-duplicate")]
    assert leaks and not any(p.kind == "split-leak" for p in again.problems)
    assert len(copies) == 10
    back = again.judged_again(dataset, apart)
    assert sorted(map(repr, back.problems)) == sorted(map(repr, checked.problems))


def test_leaks_of_folders_are_told_and_nothing_is_moved(tmp_path: Path) -> None:
    for i in range(6):
        draw(tmp_path / "train" / "ab"[i % 2] / f"{i}.png", i, 64)
        draw(tmp_path / "test" / "ab"[i % 2] / f"{i + 50}.png", i + 50, 64)
    draw(tmp_path / "test" / "a" / "copy.png", 2, 48)
    dataset = open_dataset(tmp_path)
    checked = check_pictures(dataset)
    spec = SplitSpec(together="twins", validation=0)
    split = assign(dataset, spec, groups=groups_of(dataset, spec, checked.twins))
    np.testing.assert_array_equal(split, dataset.found_split)
    (report,) = leak_reports(dataset, split, checked.twins, columns_to_report(dataset, spec))
    assert report.by == TWINS and len(report.groups) == 1
    assert {dataset.paths[i] for i in report.rows} == {"train/a/2.png", "test/a/copy.png"}
    assert "1 group of near twins lies" in report.sentence
    assert report.as_json()["between"]["train-test"] == 1


def test_which_columns_a_report_is_about(tmp_path: Path) -> None:
    dataset = open_dataset(patients(tmp_path))
    assert columns_to_report(dataset, SplitSpec()) == []
    assert columns_to_report(dataset, COLUMN) == ["patient_id"]
    found = replace(dataset, found_split=np.arange(len(dataset)).astype(np.int8) % 2)
    assert columns_to_report(found, SplitSpec()) == ["patient_id"]
    assert columns_to_report(found, SplitSpec(mode="ratio")) == []
    (report,) = leak_reports(found, found.found_split)
    assert "pictures with the same “patient_id”" in report.sentence


@pytest.mark.parametrize("usable", [0, 1, 2])
def test_hardly_any_picture_is_usable(tmp_path: Path, usable: int) -> None:
    for i in range(4):
        path = tmp_path / "ab"[i % 2] / f"{i}.png"
        draw(path, i)
        if i >= usable:
            path.write_bytes(b"no picture")
    dataset = open_dataset(tmp_path)
    checked = check_pictures(dataset)
    assert sum(p.kind == "unreadable" for p in checked.problems) == 4 - usable
    assert (checked.twins == -1).all()
    assert (duplicate_groups(dataset) == -1).all()
    assert len(checked.judged_again(dataset, dataset.found_split).twins) == 4


# --- the table of counts --------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(n=st.integers(0, 30), several=st.booleans(), seed=st.integers(0, 999))
def test_the_table_of_counts_agrees_with_the_slow_one(n: int, several: bool, seed: int) -> None:
    random = np.random.default_rng(seed)
    shape = (n, 3) if several else (n,)
    labels = random.integers(-1, 2 if several else 3, shape)
    dataset = Dataset(
        Path("/nowhere"), "table", [f"{i}.png" for i in range(n)], {OUTPUT: tuple("abc")},
        {OUTPUT: labels.astype(np.int8 if several else np.int32)}, np.full(n, -1, np.int8),
        np.ones(n, np.int64),
    )  # fmt: skip
    split = random.integers(-1, 3, n).astype(np.int8)
    words = ("train", "validation", "test", "none")
    slow = dataset.counts(split)[OUTPUT]
    expected = [[slow[c].get(word, 0) for word in words] for c in "abc"]
    assert class_table(dataset, split, OUTPUT).tolist() == expected
    assert part_counts(split).tolist() == [int((split == s).sum()) for s in (0, 1, 2, -1)]
