"""Stacks of pages where a person says what the pages are: the same in preview, training, answer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from studio.core.errors import PictureError, SpecError
from studio.core.input import InputSpec
from studio.core.runs import RunFolder
from studio.data.convert import convert
from studio.data.decoding import decode, decode_bands
from studio.data.doctor import check_pictures
from studio.data.index import open_dataset
from studio.data.members import read_member
from studio.data.pixels import info, load, thumbnail
from studio.data.shown import band_count
from studio.engine.planning import plan_run
from tests.data import table_writers as tables

PAGES = 20


@pytest.mark.parametrize("said, bands", [("auto", 1), ("bands", PAGES), ("first", 1)])
def test_every_reader_follows_what_was_said(said: str, bands: int, tmp_path: Path) -> None:
    dataset = open_dataset(tables.write_stacks(tmp_path / "s", PAGES), options={"pages": said})
    picture = dataset.absolute(0)
    assert decode_bands(picture).shape == (12, 14, bands) and band_count(picture) == bands
    assert decode_bands(picture)[0, 0].tolist() == list(range(bands))
    expected = [0, 1, 2] if bands > 1 else [0, 0, 0]
    assert decode(picture)[0, 0].tolist() == expected
    assert thumbnail(picture, 7)[0, 0].tolist() == expected
    assert info(picture).format == "TIFF" and (bands == 1) == ("grey" in info(picture).mode)
    assert (
        load(picture, InputSpec(width=8, height=8, channels=max(bands, 3)))[0, 0, 1]
        == (expected[1])
    )
    found = [p for p in check_pictures(dataset, workers=1).problems if "stack" in p.message]
    assert len(found) == (len(dataset) if said == "auto" else 0)


@pytest.mark.parametrize("said, channels", [("bands", 6), ("first", 1)])
def test_new_files_are_read_as_those_of_the_run(said: str, channels: int, tmp_path: Path) -> None:
    root = tables.write_stacks(tmp_path / "s", 6)  # few enough to be taken for bands
    run = plan_run(
        root, tmp_path / "run", settings=["input.width=16", "input.height=16", "model.blocks=2",
                                          f"input.channels={channels}"],
        options={"pages": said},
    )  # fmt: skip
    spec = RunFolder.open(run.path).record.input
    assert spec.pages == said
    known = load(open_dataset(root, options={"pages": said}).absolute(0), spec)
    assert np.array_equal(load(root / "a" / "0.tif", spec), known)
    assert np.array_equal(load((root / "a" / "0.tif").read_bytes(), spec), known)
    other = spec.changed(pages="auto")
    if said == "first":
        colours = other.changed(channels=3), spec.changed(channels=3)
        shown = [load(root / "a" / "0.tif", one)[0, 0].tolist() for one in colours]
        assert shown == [[0, 1, 2], [0, 0, 0]]


def test_all_formats_of_pictures_have_the_option(tmp_path: Path) -> None:
    from studio.data.collection import create

    folder = tables.write_stacks(tmp_path / "s/train", PAGES).parent
    made = tmp_path / "made"
    create(made)
    tables.write_stacks(made, PAGES)
    listed = tables.write_stacks(tmp_path / "t", PAGES)
    rows = [f"{p.relative_to(listed)},{p.parent.name}" for p in sorted(listed.rglob("*.tif"))]
    tables.lines(listed / "labels.csv", "file,label", *rows)
    for root, kind in ((folder, "split-folders"), (made, "collection"), (listed, "table")):
        dataset = open_dataset(root, kind, options={"pages": "bands"})
        assert dataset.format == kind and len(dataset) == 12
        assert {decode_bands(dataset.absolute(i)).shape for i in range(12)} == {(12, 14, PAGES)}
    with pytest.raises(SpecError):
        open_dataset(folder, options={"pages": "some"})


def test_what_cannot_be_bands_is_listed(tmp_path: Path) -> None:
    root = tables.write_stacks(tmp_path / "s", 3, 2)
    with tifffile.TiffWriter(root / "a" / "odd.tif") as out:
        for side in (8, 9):
            out.write(np.zeros((side, side), np.uint8), photometric="minisblack")
    tifffile.imwrite(root / "a" / "many.tif", np.zeros((70, 8, 8), np.uint8),
                     photometric="minisblack")  # fmt: skip
    tifffile.imwrite(root / "b" / "colours.tif", np.zeros((2, 8, 8, 3), np.uint8),
                     photometric="rgb")  # fmt: skip
    (root / "b" / "cut.tif").write_bytes((root / "b" / "1.tif").read_bytes()[:60])
    dataset = open_dataset(root, options={"pages": "bands"})
    shape = {p: dataset.absolute(i) for i, p in enumerate(dataset.paths)}
    assert decode_bands(shape["b/colours.tif/@pages"]).shape == (8, 8, 6)
    bad = {p.path for p in check_pictures(dataset, workers=1).problems if p.kind != "blank"}
    assert {"a/odd.tif/@pages", "a/many.tif/@pages", "b/cut.tif/@pages"} <= bad
    with pytest.raises(PictureError, match="differ"):
        decode(shape["a/odd.tif/@pages"])
    (root / "b" / "1.tif").unlink()
    with pytest.raises(PictureError) as caught:
        decode(shape["b/1.tif/@pages"])
    assert caught.value.kind == "missing-file"


def test_depth_is_kept_and_copies_hold_all_bands(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / "s" / name).mkdir(parents=True)
        deep = np.arange(5, dtype=np.uint16)[:, None, None] * np.full((1, 8, 6), 9000, np.uint16)
        tifffile.imwrite(tmp_path / "s" / name / "1.tif", deep, imagej=True,
                         metadata={"axes": "ZYX"})  # fmt: skip
    dataset = open_dataset(tmp_path / "s", options={"pages": "bands"})
    stored = read_member(dataset.absolute(0))
    assert stored.dtype == np.uint16 and stored[0, 0].tolist() == [0, 9000, 18000, 27000, 36000]
    result = convert(dataset, tmp_path / "out", "folder")
    assert result.written == 2 and not result.left_out
    copied = open_dataset(tmp_path / "out")
    assert np.array_equal(decode_bands(copied.absolute(0)), decode_bands(dataset.absolute(0)))


def test_wrong_records_of_json_are_listed_and_the_others_open(tmp_path: Path) -> None:
    from tests.data import writers

    file = writers.write_iceberg(tmp_path / "train.json", side=8)
    rows = json.loads(file.read_text())
    rows[2]["band_1"] = rows[2]["band_1"][:-1]
    rows[4] = {"id": "x"}
    rows[6] = "no record"
    rows[7]["band_2"] = ["x"] * 64
    file.write_text(json.dumps(rows))
    dataset = open_dataset(file)
    bad = [p for p in dataset.problems if p.kind == "unreadable"]
    assert [p.path.rpartition("/")[2] for p in bad] == ["2", "4", "6", "7"]
    assert [p.message.split()[1] for p in bad] == ["3", "5", "7", "8"]
    assert len(dataset) == 12 and decode(dataset.absolute(3)).shape == (8, 8, 3)
    with pytest.raises(PictureError, match="Record 3"):
        decode(dataset.absolute(2))
    assert {p.path for p in bad} <= {p.path for p in check_pictures(dataset).problems}
