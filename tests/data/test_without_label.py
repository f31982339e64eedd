"""Pictures without a label beside those that have one, in every format: shown, or listed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from studio.data.collection import create
from studio.data.formats.registry import FORMATS
from studio.data.index import open_dataset
from tests.data import table_writers as tables
from tests.data import writers

PIXELS = writers.pictures_of(writers.labels_of(12, 2), (8, 8))
LABELS = np.array([0, 1] * 6)


def _folder(root: Path) -> Path:
    tables.save(root, ["cat/1.png", "cat/2.png", "dog/1.png", "loose.png"], 2)
    return root


def _split_folders(root: Path) -> Path:
    tables.save(root, ["train/cat/1.png", "train/dog/1.png", "train/loose.png"], 2)
    return root


def _collection(root: Path) -> Path:
    root.mkdir()
    create(root)
    return _folder(root)


def _channels(root: Path) -> Path:
    writers.write_protein_atlas(root)
    for file in list((root / "nucleus").glob("00000001_*")):
        file.rename(root / file.name)
    return root


def _table(cell: str) -> Callable[[Path], Path]:
    def write(root: Path) -> Path:
        tables.save(root, [f"{i}.png" for i in range(8)], 2)
        rows = [f"{i}.png,{'cat' if i % 2 else 'dog'}" for i in range(7)]
        tables.lines(root / "labels.csv", "file,label", *rows, *([f"7.png,{cell}"] if cell else []))
        return root

    return write


def _coco(root: Path) -> Path:
    tables.write_iwildcam(root)
    file = root / "iwildcam2020_train_annotations.json"
    content = json.loads(file.read_text())
    content["annotations"].pop()
    file.write_text(json.dumps(content))
    return root


def _json_bands(change: Callable[[dict], object]) -> Callable[[Path], Path]:
    def write(root: Path) -> Path:
        root.mkdir()
        file = writers.write_iceberg(root / "train.json", side=8)
        rows = json.loads(file.read_text())
        change(rows[5])
        file.write_text(json.dumps(rows))
        return file

    return write


def _pixel_table(cell: str) -> Callable[[Path], Path]:
    def write(root: Path) -> Path:
        rows = [f"{label},{','.join(map(str, p.ravel()))}"
                for label, p in zip(LABELS, PIXELS, strict=True)]  # fmt: skip
        rows[5] = cell + rows[5][1:]
        head = ",".join(["label", *(f"pixel{i}" for i in range(64))])
        return tables.lines(root / "train.csv", head, *rows)

    return write


def _array(form: str, missing: float) -> Callable[[Path], Path]:
    def write(root: Path) -> Path:
        root.mkdir()
        labels = LABELS.astype(float if missing != missing else int)
        labels[5] = missing
        if form == "npz":
            np.savez(root / "x.npz", images=PIXELS, labels=labels)
        elif form == "h5":
            with h5py.File(root / "x.h5", "w") as out:
                out["images"], out["labels"] = PIXELS, labels
        else:
            from scipy.io import savemat

            savemat(root / "x.mat", {"images": PIXELS, "labels": labels[:, None]})
        return root / f"x.{form}"

    return write


def _idx(root: Path) -> Path:
    writers.write_idx(root)
    (root / "t10k-labels-idx1-ubyte.gz").unlink()
    return root


def _cifar(root: Path) -> Path:
    """A batch whose labels are not known, as Kaggle's test pictures."""
    writers.write_cifar10(root)
    file = next(root.rglob("test_batch"))
    rows = {b"data": np.zeros((3, 3072), np.uint8), b"labels": [-1, -1, -1]}
    writers._python2(file, rows)
    return root


def _alone(root: Path) -> Path:
    tables.save(root, ["1.png", "2.png"], 2)
    return root


CASES: dict[str, tuple[str, Callable[[Path], Path], int]] = {
    # name: format, writer, pictures without a label
    "beside class folders": ("folder", _folder, 1),
    "beside classes in a split": ("split-folders", _split_folders, 1),
    "beside classes made here": ("collection", _collection, 1),
    "channels beside class folders": ("channel-files", _channels, 4),
    "no row": ("table", _table(""), 1),
    "an empty cell": ("table", _table(" "), 1),
    "no solution": ("imagenet", lambda p: tables.write_imagenet(p), 2),
    "no annotation": ("coco", _coco, 1),
    "null in a record": ("json-bands", _json_bands(lambda r: r.update(is_iceberg=None)), 1),
    "no field in a record": ("json-bands", _json_bands(lambda r: r.pop("is_iceberg")), 1),
    "an empty cell before pixels": ("csv-pixels", _pixel_table(""), 1),
    "NaN before pixels": ("csv-pixels", _pixel_table("nan"), 1),
    "-1 in npz": ("npz", _array("npz", -1), 1),
    "NaN in npz": ("npz", _array("npz", float("nan")), 1),
    "-1 in hdf5": ("hdf5", _array("h5", -1), 1),
    "NaN in hdf5": ("hdf5", _array("h5", float("nan")), 1),
    "-1 in mat": ("mat", _array("mat", -1), 1),
    "NaN in mat": ("mat", _array("mat", float("nan")), 1),
    "no labels file": ("idx", _idx, 10),
    "-1 in cifar": ("cifar", _cifar, 3),
    "nothing labelled": ("unlabelled", _alone, 2),
}


@pytest.mark.parametrize("name", CASES)
def test_shown_without_a_label_or_listed(name: str, tmp_path: Path) -> None:
    kind, write, expected = CASES[name]
    dataset = open_dataset(write(tmp_path / "set"))
    assert dataset.format == kind
    known = np.any([dataset.has_label(output) for output in dataset.outputs], axis=0)
    listed = [p for p in dataset.problems if p.kind in ("no-label", "no-class")]
    outside = {p.path for p in listed if p.kind == "no-class"} - set(dataset.paths)
    assert int((~known).sum()) + len(outside) == expected
    if kind not in ("collection", "unlabelled"):  # there it is the state that one begins with
        assert listed and all(p.message.endswith(".") for p in listed)
    names = {n.casefold() for classes in dataset.outputs.values() for n in classes}
    assert not names & {"", "nan", "-1", "none", "null"}


def test_a_cell_that_looks_like_a_missing_value_is_pointed_out(tmp_path: Path) -> None:
    """It may be the name of a class, as “N/A” is a genre of films: a person decides."""
    dataset = open_dataset(_table("NaN")(tmp_path / "set"))
    assert [p.kind for p in dataset.problems if p.label == "NaN"].count("odd-label") == 1


def test_every_format_has_a_case() -> None:
    assert {format.kind for format in FORMATS} == {kind for kind, *_ in CASES.values()}


@pytest.mark.parametrize("packed", [True, False])
def test_numbers_of_grades_keep_their_order(packed: bool, tmp_path: Path) -> None:
    """Grades of an illness are ordered classes: 0 to 4 in APTOS, 10 after 9 elsewhere."""
    dataset = open_dataset(tables.write_aptos(tmp_path / "aptos"))
    assert dataset.outputs["diagnosis"] == ("0", "1", "2", "3", "4")
    tables.save(tmp_path / "t", [f"{i}.png" for i in range(24)], 2)
    rows = [f"{i}.png,grade {i % 12}" for i in reversed(range(24))]
    tables.lines(tmp_path / "t/labels.csv", "file,label", *rows)
    assert open_dataset(tmp_path / "t").outputs["class"] == tuple(f"grade {i}" for i in range(12))
    labels = gzip.compress(writers.idx_bytes(np.arange(12, dtype=np.uint8)))
    pictures = writers.idx_bytes(np.zeros((12, 8, 8), np.uint8))
    (tmp_path / "i").mkdir()
    name = "train-labels-idx1-ubyte"
    raw = gzip.decompress(labels)
    (tmp_path / "i" / (f"{name}.gz" if packed else name)).write_bytes(labels if packed else raw)
    (tmp_path / "i/train-images-idx3-ubyte").write_bytes(pictures)
    assert open_dataset(tmp_path / "i").outputs["class"] == tuple(map(str, range(12)))
