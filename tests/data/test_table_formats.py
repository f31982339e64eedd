"""Data sets with tables, written as their publishers define them, and hostile ones."""

from __future__ import annotations

import codecs
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from studio.cli import run
from studio.core.errors import DatasetError, SpecError, StudioError
from studio.data.dataset import OUTPUT, PROBLEM_TITLES, Dataset
from studio.data.formats.registry import FORMATS, make_format
from studio.data.index import choose, open_dataset, recognise
from studio.data.tables.options import TableOptions
from studio.data.tables.preview import preview

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS"
    b"\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00"
    b"\x00\x00IEND\xaeB`\x82"
)


def put(root: Path, *names: str) -> Path:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PNG)
    return root


def write(root: Path, name: str, *lines: str) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def kinds(dataset: Dataset) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in dataset.problems:
        assert problem.kind in PROBLEM_TITLES
        assert problem.message.endswith((".", "?")), problem.message
        found.setdefault(problem.kind, []).append(problem.path)
    return found


def said(dataset: Dataset, output: str = "") -> dict[str, tuple[str, ...]]:
    """Picture → its classes."""
    name = output or next(iter(dataset.outputs))
    return {path: dataset.classes_of(i, name) for i, path in enumerate(dataset.paths)}


# --- folders or table ---------------------------------------------------------------------------


def test_a_table_that_repeats_the_folders_waits_until_it_is_asked_for(tmp_path: Path) -> None:
    """Class folders stay class folders; what else the table says is had by opening it."""
    names = [f"{kind}/{i}.png" for kind in ("dress", "shirt") for i in range(4)]
    put(tmp_path, *names)
    rows = [f"{n},{n.split('/')[0]},{'red' if i % 2 else 'blue'}" for i, n in enumerate(names)]
    table = write(tmp_path, "labels.csv", "file,kind,colour", *rows)
    assert open_dataset(tmp_path).outputs == {OUTPUT: ("dress", "shirt")}
    both = open_dataset(table, options={"label_columns": "kind,colour"})
    assert both.outputs == {"kind": ("dress", "shirt"), "colour": ("blue", "red")}
    asked = open_dataset(tmp_path, "table", options={"label_columns": "colour"})
    assert asked.class_counts("colour").tolist() == [4, 4] or asked.class_counts().tolist() == [
        4,
        4,
    ]


# --- as published ---------------------------------------------------------------------------------


def test_meglass(tmp_path: Path) -> None:
    """MeGlass (Guo et al., 2018): ``meta.txt`` with name and 1 for glasses, 0 without."""
    names = [f"{i}@N0{i % 3}_identity_{i}.jpg" for i in range(6)]
    put(tmp_path, *[f"MeGlass_120x120/{n}" for n in names])
    write(tmp_path, "meta.txt", *[f"{n} {i % 2}" for i, n in enumerate(names)])
    kind, reason = recognise(tmp_path)
    assert kind == "table" and "meta.txt names a picture in each row" in reason
    dataset = open_dataset(tmp_path)
    assert dataset.outputs == {OUTPUT: ("0", "1")} and dataset.problem == "binary"
    assert said(dataset)[f"MeGlass_120x120/{names[1]}"] == ("1",)
    assert not kinds(dataset)


def dog_breeds(root: Path) -> Path:
    put(root, *[f"train/{i:04x}.jpg" for i in range(8)], "test/ffff.jpg")
    write(root, "labels.csv", "id,breed", *[f"{i:04x},{('dingo', 'pug')[i % 2]}" for i in range(9)])
    write(root, "sample_submission.csv", "id,dingo,pug", "ffff,0.5,0.5")
    return root


def test_dog_breeds(tmp_path: Path) -> None:
    """Kaggle "Dog Breed Identification" (2017)."""
    dog_breeds(tmp_path)
    assert "column “id” is the file, “breed” the class." in recognise(tmp_path)[1]
    dataset = open_dataset(tmp_path)
    assert dataset.outputs == {"breed": ("dingo", "pug")}
    assert said(dataset)["train/0003.jpg"] == ("pug",)
    assert kinds(dataset) == {"missing-file": ["0008"], "no-label": ["test/ffff.jpg"]}
    assert dataset.labels["breed"].dtype == np.int32 and not dataset.has_split
    alone = open_dataset(tmp_path / "labels.csv")
    assert (alone.root, alone.paths) == (tmp_path, dataset.paths)
    assert alone.fingerprint() == dataset.fingerprint()


def test_aptos(tmp_path: Path) -> None:
    """Kaggle "APTOS 2019 Blindness Detection": grades 0 to 4; the test table has no labels."""
    put(tmp_path, *[f"train_images/{i:03x}a.png" for i in range(10)])
    put(tmp_path, *[f"test_images/{i:03x}b.png" for i in range(3)])
    write(tmp_path, "train.csv", "id_code,diagnosis", *[f"{i:03x}a,{i % 5}" for i in range(10)])
    write(tmp_path, "test.csv", "id_code", *[f"{i:03x}b" for i in range(3)])
    write(tmp_path, "sample_submission.csv", "id_code,diagnosis", "000b,0", "001b,0")
    assert "grades" in recognise(tmp_path)[1]
    dataset = open_dataset(tmp_path)
    assert dataset.outputs == {"diagnosis": ("0", "1", "2", "3", "4")}
    assert np.bincount(dataset.labels["diagnosis"] + 1).tolist() == [3, 2, 2, 2, 2, 2]
    assert len(kinds(dataset)["no-label"]) == 3 and not dataset.has_split


@pytest.mark.parametrize("both", [False, True])
def test_isic_2017(tmp_path: Path, both: bool) -> None:
    """ISIC Challenge 2017, part 3: two one-hot columns; neither is a nevus."""
    names = [f"ISIC_{i:07d}" for i in range(6)]
    put(tmp_path, *[f"ISIC-2017_Training_Data/{n}.jpg" for n in names])
    put(tmp_path, *[f"ISIC-2017_Training_Data/{n}_superpixels.png" for n in names])
    rows = [f"{n},{float(i % 3 == 0)},{float(i % 3 == 1)}" for i, n in enumerate(names)]
    if both:
        rows[0] = f"{names[0]},1.0,1.0"
    head = "image_id,melanoma,seborrheic_keratosis"
    write(tmp_path, "ISIC-2017_Training_Part3_GroundTruth.csv", head, *rows)
    dataset = open_dataset(tmp_path)
    assert len(kinds(dataset)["no-label"]) == 6
    if both:
        assert dataset.problem == "multi-label"
        assert dataset.labels[OUTPUT].dtype == np.int8
        assert said(dataset)[f"ISIC-2017_Training_Data/{names[0]}.jpg"] == (
            "melanoma", "seborrheic_keratosis",
        )  # fmt: skip
    else:
        assert "“neither”" in recognise(tmp_path)[1]
        assert dataset.outputs[OUTPUT] == ("melanoma", "seborrheic_keratosis", "neither")
        assert dataset.class_counts().tolist() == [2, 2, 2]


def test_movie_posters(tmp_path: Path) -> None:
    """Genres as a list and as one-hot columns, one table a split, most pictures missing."""
    put(tmp_path, *[f"Images/tt{i}.jpg" for i in range(6)])
    head = "Id,Genre,Action,Drama,N/A"
    rows = [f"tt{i},\"['Drama', 'Action']\",{i % 2},1,0" for i in range(40)]
    write(tmp_path, "train.csv", head, *rows[:4], rows[3], *rows[10:])
    write(tmp_path, "val.csv", head, rows[4])
    write(tmp_path, "test.csv", head, rows[5], rows[0])
    write(tmp_path, "whole.csv", head, *rows)
    kind, reason = recognise(tmp_path)
    assert kind == "table" and reason.startswith("train.csv, val.csv and test.csv name a picture")
    assert "Not used: whole.csv" in reason
    dataset = open_dataset(tmp_path)
    assert dataset.problem == "multi-label" and dataset.outputs[OUTPUT] == (
        "Action",
        "Drama",
        "N/A",
    )
    found = kinds(dataset)
    assert len(found["missing-file"]) == 30
    assert found["duplicate-row"] == ["Images/tt3.jpg"]
    assert found["split-leak"] == ["Images/tt0.jpg"]
    assert found["odd-label"] == ["N/A"]
    assert dataset.found_split.tolist() == [2, 0, 0, 0, 1, 2]


def test_human_protein_atlas(tmp_path: Path) -> None:
    """Human Protein Atlas Image Classification (Kaggle, 2018): four files a picture."""
    colours = ("red", "green", "blue", "yellow")
    put(tmp_path, *[f"train/{i}-bbc{i}_{c}.png" for i in range(5) for c in colours])
    put(tmp_path, *[f"test/t{i}_{c}.png" for i in range(2) for c in colours])
    (tmp_path / "train" / "4-bbc4_yellow.png").unlink()
    rows = [f"{i}-bbc{i},{t}" for i, t in enumerate(("16 0", "7 1 2 0", "5", "0", "27"))]
    write(tmp_path, "train.csv", "Id,Target", *rows)
    kind, reason = recognise(tmp_path)
    assert kind == "table" and "4 files, one for each channel" in reason
    dataset = open_dataset(tmp_path)
    path = "train/1-bbc1_{red,green,blue,yellow}.png"
    assert dataset.outputs == {OUTPUT: ("0", "1", "2", "5", "7", "16")}
    assert said(dataset)[path] == ("0", "1", "2", "7")
    assert dataset.sizes[dataset.paths.index(path)] == 4 * len(PNG)
    found = kinds(dataset)
    assert len(found["no-label"]) == 2
    assert sorted(found["missing-file"])[0] == "4-bbc4" and len(found["missing-file"]) == 4


@pytest.mark.parametrize("sign", [";", "|", ",", ", "])
def test_lists_in_cells(tmp_path: Path, sign: str) -> None:
    put(tmp_path, *[f"{i}.png" for i in range(4)])
    rows = ["cat" + sign + "dog", "dog", "cat", "dog" + sign + "cat"]
    write(tmp_path, "tags.csv", "image,tags", *[f'{i}.png,"{r}"' for i, r in enumerate(rows)])
    dataset = open_dataset(tmp_path)
    assert dataset.problem == "multi-label" and dataset.outputs[OUTPUT] == ("cat", "dog")
    assert dataset.labels[OUTPUT].tolist() == [[1, 1], [0, 1], [1, 0], [1, 1]]


def test_two_label_columns_are_two_outputs(tmp_path: Path) -> None:
    put(tmp_path, *[f"pics/{i}.png" for i in range(6)])
    rows = [f"{i}.png,{('red', 'blue')[i % 2]},{('dress', 'shirt')[i // 3]}" for i in range(6)]
    write(tmp_path, "apparel.csv", "file,colour,kind", *rows)
    dataset = open_dataset(tmp_path)
    assert dataset.problem == "multi-output"
    assert dataset.outputs == {"colour": ("blue", "red"), "kind": ("dress", "shirt")}
    assert said(dataset, "kind")["pics/4.png"] == ("shirt",)


def test_folder_names_are_split_on_request(tmp_path: Path) -> None:
    put(tmp_path, "red_dress/1.png", "red_shirt/1.png", "blue_long_shirt/1.png", "other/1.png")
    assert open_dataset(tmp_path).outputs.keys() == {OUTPUT}
    options = {"split_names_at": "_", "outputs": "colour,kind"}
    dataset = open_dataset(tmp_path, options=options)
    assert dataset.outputs == {"colour": ("blue", "red"), "kind": ("dress", "long_shirt", "shirt")}
    assert said(dataset, "colour")["blue_long_shirt/1.png"] == ("blue",)
    assert kinds(dataset)["no-label"] == ["other/1.png"]
    put(tmp_path / "s", "train/red_dress/1.png", "test/blue_dress/1.png", "train/blue_hat/1.png")
    split = open_dataset(tmp_path / "s", options=options)
    assert split.format == "split-folders" and split.outputs["kind"] == ("dress", "hat")


def coco(images: list[tuple[int, str]], labels: list[tuple[int, int]], **more: object) -> str:
    return json.dumps({
        "info": {}, "images": [{"id": i, "file_name": n, "width": 1} for i, n in images],
        "annotations": [{"id": k, "image_id": i, "category_id": c, "bbox": [0, 0, 1, 1]}
                        for k, (i, c) in enumerate(labels)],
        "categories": [{"id": 0, "name": "empty"}, {"id": 9, "name": "deer"}], **more,
    })  # fmt: skip


def test_coco(tmp_path: Path) -> None:
    """COCO (Lin et al., 2014): several boxes a picture, a file for each split."""
    put(tmp_path, "train2017/1.png", "train2017/2.png", "val2017/1.png", "val2017/3.png")
    images = [(1, "1.png"), (2, "2.png"), (7, "7.png")]
    train = coco(images, [(1, 0), (1, 9), (2, 9), (2, 9), (8, 9)])
    write(tmp_path, "annotations/instances_train2017.json", train)
    val = coco([(1, "1.png"), (3, "3.png")], [(1, 0)])
    write(tmp_path, "annotations/instances_val2017.json", val)
    assert recognise(tmp_path)[0] == "coco"
    dataset = open_dataset(tmp_path)
    assert said(dataset) == {"train2017/1.png": ("deer", "empty"), "train2017/2.png": ("deer",),
                             "val2017/1.png": ("empty",), "val2017/3.png": ()}  # fmt: skip
    assert dataset.found_split.tolist() == [0, 0, 1, -1]
    found = kinds(dataset)
    assert found["missing-file"] == ["7.png"] and found["no-label"] == ["val2017/3.png"]
    assert found["unreadable"] == ["annotations/instances_train2017.json"]
    assert "duplicate-row" not in found


def test_iwildcam(tmp_path: Path) -> None:
    """iWildCam (Beery et al., 2020): one category a picture; ids are text."""
    put(tmp_path, "train/a.jpg", "train/b.jpg", "train/c.jpg", "train/d.jpg")
    text = coco([(i, f"{n}.jpg") for i, n in enumerate("abcd")], [(0, 0), (1, 9), (2, 9), (3, 0)])
    file = write(tmp_path, "iwildcam_train_annotations.json", text)
    for place in (tmp_path, file):
        dataset = open_dataset(place)
        assert dataset.format == "coco" and dataset.problem == "binary"
        assert said(dataset)["train/b.jpg"] == ("deer",) and not kinds(dataset)


@pytest.mark.parametrize(
    "text",
    ['{"images": [', '{"images": [1, {"id": [1]}], "categories": [7]}', "[" * 90_000,
     '{"images": {}, "annotations": [], "categories": []}', '{"images": [], "annotations": []}'],
)  # fmt: skip
def test_broken_annotations(tmp_path: Path, text: str) -> None:
    put(tmp_path, "a.jpg")
    file = write(tmp_path, "x.json", text)
    for place in (tmp_path, file):
        with pytest.raises(DatasetError) as caught:
            open_dataset(place, "coco")
        assert caught.value.hint


def test_open_images(tmp_path: Path) -> None:
    """Open Images (Kuznetsova et al., 2020): verified image-level labels and class names."""
    put(tmp_path, *[f"train/{i:016x}.jpg" for i in range(3)])
    rows = [
        "0,verification,/m/01,1", "0,crowdsource-verification,/m/01,1", "0,verification,/m/02,1",
        "1,verification,/m/01,0", "1,verification,/m/02,1", "2,machine,/m/01,1",
    ]  # fmt: skip
    write(tmp_path, "train-annotations-human-imagelabels.csv",
          "ImageID,Source,LabelName,Confidence", *[f"{'0' * 15}{r}" for r in rows])  # fmt: skip
    write(tmp_path, "class-descriptions.csv", "/m/01,Tortoise", "/m/02,Magpie")
    dataset = open_dataset(tmp_path)
    assert dataset.problem == "multi-label" and dataset.outputs[OUTPUT] == ("Tortoise", "Magpie")
    assert dataset.labels[OUTPUT].tolist() == [[1, 1], [0, 1], [1, 0]]
    assert "duplicate-row" not in kinds(dataset)


def imagenet(root: Path) -> Path:
    data = "ILSVRC/Data/CLS-LOC"
    for synset in ("n01440764", "n02012849", "n03126707"):
        put(root, *[f"{data}/train/{synset}/{synset}_{i}.JPEG" for i in range(2)])
    put(root, *[f"{data}/val/ILSVRC2012_val_0000000{i}.JPEG" for i in range(1, 4)])
    put(root, f"{data}/test/ILSVRC2012_test_00000001.JPEG")
    write(root, "LOC_synset_mapping.txt", "n01440764 tench, Tinca tinca", "n02012849 crane",
          "n03126707 crane")  # fmt: skip
    write(root, "LOC_val_solution.csv", "ImageId,PredictionString",
          "ILSVRC2012_val_00000001,n02012849 1 2 3 4 ",
          "ILSVRC2012_val_00000002,n01440764 1 2 3 4 n01440764 5 6 7 8", "broken,")  # fmt: skip
    return root


def test_imagenet_from_kaggle(tmp_path: Path) -> None:
    dataset = open_dataset(imagenet(tmp_path))
    assert dataset.format == "imagenet"
    assert dataset.outputs == {OUTPUT: ("tench", "crane (n02012849)", "crane (n03126707)")}
    assert dataset.counts()[OUTPUT]["tench"] == {"train": 2, "validation": 1, "test": 0, "none": 0}
    found = kinds(dataset)
    assert len(found["no-label"]) == 2 and found["unreadable"] == ["LOC_val_solution.csv"]


def test_validation_pictures_and_their_solution(tmp_path: Path) -> None:
    root = imagenet(tmp_path / "all")
    os.rename(root / "ILSVRC/Data/CLS-LOC/val", tmp_path / "val")
    os.rename(root / "LOC_val_solution.csv", tmp_path / "val" / "LOC_val_solution.csv")
    dataset = open_dataset(tmp_path / "val")
    assert dataset.format == "table" and dataset.outputs[OUTPUT] == ("n01440764", "n02012849")


def test_synset_folders_have_readable_names(tmp_path: Path) -> None:
    put(tmp_path, "train/n01440764/1.png", "train/n02012849/1.png", "val/n01440764/2.png")
    write(tmp_path, "LOC_synset_mapping.txt", "n01440764 tench, Tinca tinca", "n02012849 crane")
    assert open_dataset(tmp_path).outputs[OUTPUT] == ("tench", "crane")


def test_a_split_column(tmp_path: Path) -> None:
    put(tmp_path, *[f"{i}.png" for i in range(6)])
    words = ("train", "Train", "val", "valid", "test", "?")
    rows = [f"{i}.png,{'ab'[i % 2]},{w}" for i, w in enumerate(words)]
    write(tmp_path, "x.csv", "path,label,split", *rows)
    assert open_dataset(tmp_path, options={"split_column": "split"}).found_split.tolist() == [
        0, 0, 1, 1, 2, -1,
    ]  # fmt: skip
    write(tmp_path, "x.csv", "path,label,split", *rows[:5])
    assert open_dataset(tmp_path).found_split.tolist() == [0, 0, 1, 1, 2, -1]


# --- a person corrects ----------------------------------------------------------------------------


def test_options_win_over_the_guess(tmp_path: Path) -> None:
    put(tmp_path, *[f"{i}.png" for i in range(4)], *[f"b{i}.png" for i in range(4)])
    rows = [f"{i}.png;b{i}.png;{'xy'[i % 2]};{'uuvv'[i]}" for i in range(4)]
    write(tmp_path, "x.csv", "one;two;label;other", *rows)
    choice = choose(tmp_path, None, ["file=two", "label=other"], ["separator=semicolon"])
    assert choice.kind == "table" and "“two” is the file, “other” the class" in choice.reason
    dataset = open_dataset(tmp_path, choice.kind, options=choice.options)
    assert said(dataset, "other")["b3.png"] == ("v",) and said(dataset, "other")["3.png"] == ()
    numbered = open_dataset(tmp_path, "table", options={"file_column": "2", "label_columns": "3,4"})
    assert set(numbered.outputs) == {"label", "other"}
    for columns, options in ((["file=zzz"], []), ([], ["nonsense=1"]), ([], ["separator"])):
        with pytest.raises(SpecError):
            wrong = choose(tmp_path, "table", columns, options)
            open_dataset(tmp_path, wrong.kind, options=wrong.options)
    with pytest.raises(DatasetError, match="outside"):
        open_dataset(tmp_path, "table", options={"table": "../x.csv"})
    with pytest.raises(SpecError):
        open_dataset(tmp_path, "table", options={"folder": "/etc"})
    with pytest.raises(SpecError):
        make_format("table", {"header": "maybe"})


def test_preview_shows_ten_rows_and_the_guess(tmp_path: Path) -> None:
    write(dog_breeds(tmp_path), "labels.csv", "id,breed", *[f"{i:04x},pug" for i in range(7)],
          *[f"{i:04x},dingo" for i in range(7, 20)])  # fmt: skip
    shown = preview(tmp_path)
    assert shown.table == "labels.csv" and shown.columns == ("id", "breed")
    assert len(shown.rows) == 10 and shown.rows[0] == ("0000", "pug")
    assert shown.roles == ("file", "label") and shown.matched == pytest.approx(0.4)
    assert shown.options.separator == "comma" and shown.options.label_kind == "single"
    assert not shown.problem and "“id” is the file" in shown.reason
    again = FORMATS.get("table")(shown.options).read(tmp_path, lambda *_: None, None)
    assert again.fingerprint() == open_dataset(tmp_path).fingerprint()
    wrong = preview(tmp_path, TableOptions(file_column="name"))
    assert "no column “name”" in wrong.problem and wrong.rows == shown.rows
    (tmp_path / "void").mkdir()
    with pytest.raises(DatasetError):
        preview(tmp_path / "void")


def test_the_command_line_takes_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dog_breeds(tmp_path)
    words = ["--column", "file=id", "--column", "label=breed", "--option", "separator=comma"]
    assert run(["inspect", str(tmp_path), "--format", "table", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "table" and "labels.csv names a picture" in found["reason"]
    assert found["outputs"] == {"breed": ["dingo", "pug"]}
    assert run(["inspect", str(tmp_path), "--column", "breed"]) == 1
    assert "label=breed" in capsys.readouterr().err


# --- what goes wrong ------------------------------------------------------------------------------


def test_problems_are_listed(tmp_path: Path) -> None:
    put(tmp_path, *[f"{i}.png" for i in range(9)], "sub/deep.png", "no row.png")
    write(
        tmp_path, "labels.csv", "file,label",
        "0.png,cat", "1.png,dog", "1.png,dog", "2.png,cat", "2.png,dog", "3.png,", "4.png,N/A",
        "5.png,cat", "6.png,Cat", "deep.png,dog", "gone.png,cat", ",cat", "7.PNG,dog,extra",
        "8.png",
    )  # fmt: skip
    dataset = open_dataset(tmp_path)
    found = kinds(dataset)
    assert found["duplicate-row"] == ["1.png"]
    assert found["label-conflict"] == ["2.png"] and said(dataset)["2.png"] == ()
    assert sorted(found["no-label"]) == ["3.png", "8.png", "no row.png"]
    assert sorted(found["missing-file"]) == ["gone.png", "labels.csv"]
    assert sorted(found["odd-label"]) == ["4.png", "6.png", "7.png"]
    assert said(dataset)["4.png"] == ("N/A",) and said(dataset)["sub/deep.png"] == ("dog",)
    assert len(dataset) == 11, "every picture is shown"


def test_a_table_never_leads_out_of_its_folder(tmp_path: Path) -> None:
    put(tmp_path, "secret.png", "set/a.png", "set/b.png")
    root = tmp_path / "set"
    names = ("../secret.png", f"{tmp_path}/secret.png", "..\\secret.png")
    rows = ["a.png,x", "b.png,y", *[f"{name},x" for name in names]]
    write(root, "labels.csv", "file,label", *rows)
    dataset = open_dataset(root)
    assert dataset.paths == ["a.png", "b.png"]
    outside = [p for p in dataset.problems if "outside" in p.message]
    assert len(outside) == 3 and {p.path for p in outside} == {"labels.csv"}


@pytest.mark.skipif(sys.platform != "linux", reason="links and names work differently elsewhere")
def test_links_and_names_that_are_no_utf8(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.csv").symlink_to(tmp_path / "self.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    with open(os.fsencode(tmp_path) + b"/\xff.png", "wb") as file:
        file.write(PNG)
    (tmp_path / "labels.csv").write_bytes(b"file,label\na.png,\xe9\nb.png,y\n\xff.png,y\n")
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 3 and dataset.outputs[OUTPUT] == ("é", "y")
    assert kinds(dataset)["link-loop"] == ["self.csv", "loop"]
    assert (dataset.labels[OUTPUT] >= 0).all()


@pytest.mark.parametrize(
    "content",
    [
        b"file,label\n" + b'a.png,"x\n' * 50,
        codecs.BOM_UTF16_LE + "file,label\na.png,x\n".encode("utf-16-le")[:-1],
        b"\0" * 500, b"file" + b",c" * 30_000, b"a.png" * 2_000_000, bytes(range(256)) * 20,
        b"\n" * 9_999, b"file,label\n" + b"," * 9_999, b"[" * 9_999,
        b"file,label\r\ra.png,x\r", b'"', b"a.png,\0\n",
    ],
    ids=range(12),
)  # fmt: skip
@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.txt"])
def test_hostile_tables_are_shown_or_refused(tmp_path: Path, content: bytes, name: str) -> None:
    put(tmp_path, "a.png")
    (tmp_path / name).write_bytes(content)
    for place, format in ((tmp_path, "table"), (tmp_path / name, "table"), (tmp_path, None)):
        try:
            dataset = open_dataset(place, format)
        except DatasetError as error:
            assert error.message.endswith(".")
        else:
            assert dataset.paths == ["a.png"]
            kinds(dataset)


SEEDS = [
    ("l.csv", b"id,label,split\n0,a,train\n1,b,val\n2,a,test\n3,b,train\n"),
    ("l.csv", b"id,a,b,c\n0,1,0,1\n1,0.0,1.0,\n2,1,1,-1\n3,x,0,0\n"),
    ("l.txt", b'0.png 1 2\n1.png 3\n2.png "1\n3.png 4\n'),
    ("l.csv", "Id,Target\nx0,16 0\nx1,0\n".encode("utf-16")),
    ("l.json", coco([(i, f"{i}.png") for i in range(4)], [(0, 0), (1, 9)]).encode()),
    ("l.json", b'[{"file": "1.png", "labels": ["a"]}, {"file": "2.png", "labels": ["a", "b"]}]'),
]  # fmt: skip
SIGNS = b",\"\n\r\0;|\t '[]{}:.-/\\0123ab\xe9\xff"


def test_mutated_tables_never_crash_and_lose_no_picture(tmp_path: Path) -> None:
    put(tmp_path, *[f"p/{i}.png" for i in range(4)])
    put(tmp_path, *[f"q/x{i}_{c}.png" for i in range(2) for c in ("red", "green")])
    chance = random.Random(7)
    opened = 0
    for _ in range(120):
        name, seed = chance.choice(SEEDS)
        text = bytearray(seed)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text))
            text[at : at + chance.choice((0, 0, 1, 1, 9))] = bytes(chance.choices(SIGNS, k=2))
        (tmp_path / name).write_bytes(text)
        for place, format in ((tmp_path, None), (tmp_path / name, "table")):
            try:
                dataset = open_dataset(place, format)
            except StudioError:
                continue
            opened += 1
            shown = "\n".join([*dataset.paths, *(p.path for p in dataset.problems)])
            assert all(f"p/{i}.png" in shown for i in range(4)), bytes(text)
            assert all(f"q/x{i}_" in shown for i in range(2)), bytes(text)
            for output, classes in dataset.outputs.items():
                assert len(classes) == len(set(classes))
                assert len(dataset.labels[output]) == len(dataset)
            kinds(dataset)
        (tmp_path / name).unlink()
    assert opened > 60


def test_many_rows_and_one_problem_for_each(tmp_path: Path) -> None:
    put(tmp_path, *[f"p/{i}.png" for i in range(40)])
    write(tmp_path, "labels.csv", "id,class", *[f"{i},{'ab'[i % 2]}" for i in range(60_000)])
    dataset = open_dataset(tmp_path)
    assert Counter(p.kind for p in dataset.problems) == {"missing-file": 59_960}
    assert dataset.class_counts().tolist() == [20, 20]


def test_folders_with_a_stray_table_stay_folders(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "a/2.png", "b/3.png", "b/4.png")
    write(tmp_path, "sizes.csv", "file,width,height", "1.png,1.5,1", "3.png,2.5,1")
    write(tmp_path, "answers.csv", "path,class,class probability,error", "a/1.png,b,0.9,")
    write(tmp_path, "notes.txt", "These pictures were taken in spring.", "Some of them in May.")
    write(tmp_path, "settings.json", '{"a": [1, 2], "b": {"c": 1}}')
    assert open_dataset(tmp_path).format == "folder"


# --- real ones ------------------------------------------------------------------------------------


def test_real_tables(shared_data: Path) -> None:
    dogs = open_dataset(shared_data / "dog_breeds_labels_csv")
    assert dogs.format == "table" and len(dogs) == 249
    assert Counter(p.kind for p in dogs.problems)["missing-file"] == 10_222 - 249
    posters = open_dataset(shared_data / "movie_posters_multilabel")
    found = Counter(p.kind for p in posters.problems)
    assert (
        posters.problem == "multi-label"
        and len(posters) == 494
        and len(posters.outputs[OUTPUT]) == 25
    )
    assert found["duplicate-row"] == 7 and found["odd-label"] == 1
    train_and_test = [
        p for p in posters.problems if p.kind == "split-leak" and "train (" in p.message
    ]
    assert len(train_and_test) == 3


def test_real_folders_with_two_answers(shared_data: Path) -> None:
    options = {"split_names_at": "_", "outputs": "colour,kind"}
    clothes = open_dataset(shared_data / "clothes_colour_kind", options=options)
    assert clothes.problem == "multi-output" and clothes.outputs["kind"] == ("pants", "shirt")
    odd = [p for p in clothes.problems if p.kind == "odd-label"]
    assert len(odd) == 76 and "“bule” may be a slip of “blue”" in odd[0].message


def test_real_synsets(shared_data: Path, tmp_path: Path) -> None:
    names = sorted(p.name for p in (shared_data / "imagenet_sample").glob("*.JPEG"))
    for name in names:
        folder = tmp_path / "train" / name[:9]
        folder.mkdir(parents=True)
        (folder / name).symlink_to(shared_data / "imagenet_sample" / name)
    said_by_name = [n[10:].removesuffix(".JPEG").replace("_", " ") for n in names]
    lines = [f"{n[:9]} {s}, something" for n, s in zip(names, said_by_name, strict=True)]
    write(tmp_path / "train", "LOC_synset_mapping.txt", *lines)
    dataset = open_dataset(tmp_path / "train")
    assert len(dataset) == 200 and dataset.outputs[OUTPUT] == tuple(said_by_name)
