"""Writing a data set in another form: what comes back is what went in."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.cli import run
from studio.core.control import Cancelled, Control
from studio.core.errors import DatasetError, InputError, StorageError
from studio.core.input import InputSpec
from studio.data.convert import TARGETS, convert
from studio.data.dataset import Dataset
from studio.data.encoding import encoded
from studio.data.index import open_dataset
from studio.data.patient_file import PatientFile
from studio.data.pixels import decode, load
from tests.conftest import write_noise

SMALL = InputSpec(width=16, height=12)


def split_set(root: Path) -> Path:
    """Two classes in three splits, some names in use twice."""
    for number, split in enumerate(("train", "val", "test")):
        for kind, colour in (("red", (190, 70, 60)), ("blue", (60, 80, 190))):
            for index in range(3 - number):
                write_noise(root / split / kind / f"{index}.png", colour, number * 10 + index, 16)
    write_noise(root / "train" / "red" / "more" / "0.png", (200, 60, 60), 99, 16)
    return root


def with_labels(dataset: Dataset, **labels: np.ndarray) -> Dataset:
    """The same pictures with other outputs, of the classes x, y and z."""
    outputs = dict.fromkeys(labels, ("x", "y", "z"))
    return Dataset(**{**vars(dataset), "outputs": outputs, "labels": labels})


def pictures(dataset: Dataset) -> dict[bytes, tuple[tuple[str, ...], ...]]:
    """The bytes of each file with its classes and split."""
    return {
        dataset.absolute(i).read_bytes(): (
            *(dataset.classes_of(i, o) for o in dataset.outputs),
            (str(int(dataset.found_split[i])),),
        )
        for i in range(len(dataset))
    }


def nothing_but(folder: Path, *names: str) -> None:
    assert sorted(p.name for p in folder.iterdir()) == sorted(names)


def test_folders_come_back_the_same(tiny_dataset: Path, tmp_path: Path) -> None:
    for root in (tiny_dataset, split_set(tmp_path / "splits")):
        dataset, out = open_dataset(root), tmp_path / "out" / root.name
        seen: list[tuple[int, int | None, str]] = []
        done = convert(dataset, out, "folder", progress=lambda *r, to=seen: to.append(r))  # type: ignore[misc]
        assert (done.written, done.left_out, done.path) == (len(dataset), [], out)
        assert seen[-1][0] == len(dataset)
        back = open_dataset(out)
        assert back.format == dataset.format and back.outputs == dataset.outputs
        assert pictures(back) == pictures(dataset)
    nothing_but(tmp_path / "out", "tiny", "splits")


def test_a_table_comes_back_the_same(tmp_path: Path) -> None:
    dataset = open_dataset(split_set(tmp_path / "splits"))
    done = convert(dataset, tmp_path / "out", "csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "labels.csv").read_text("utf-8"))))
    assert len(rows) == done.written == len(dataset)
    assert set(rows[0]) == {"file", "class", "split"}
    assert all((tmp_path / "out" / row["file"]).is_file() for row in rows)
    back = open_dataset(tmp_path / "out")
    assert back.format == "table"
    assert pictures(back) == pictures(dataset)


def test_two_outputs_and_several_classes_at_a_time(tiny_dataset: Path, tmp_path: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    n = len(dataset)
    marks = (np.arange(n)[:, None] >> np.arange(3) & 1).astype(np.int8)
    marks[3] = -1
    one = with_labels(dataset, kind=(np.arange(n) % 4 - 1).astype(np.int32), marks=marks)
    convert(one, tmp_path / "table", "csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table" / "labels.csv").read_text("utf-8"))))
    assert [row["kind"] for row in rows[:4]] == ["", "x", "y", "z"]
    assert [row["marks"] for row in rows[:8]] == ["", "x", "y", "", "z", "x;z", "y;z", "x;y;z"]
    with pytest.raises(DatasetError, match="Several classes"):
        convert(one, tmp_path / "folder", "folder")
    two = with_labels(
        dataset,
        colour=(np.arange(n) % 3).astype(np.int32),
        kind=(np.arange(n) % 2).astype(np.int32),
    )
    done = convert(two, tmp_path / "both", "folder")
    assert done.written == n
    nothing_but(tmp_path / "both", "x_x", "x_y", "y_x", "y_y", "z_x", "z_y")
    nothing_but(tmp_path, "tiny", "table", "both")


def test_multi_label_table_is_read_back(tiny_dataset: Path, tmp_path: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    n = len(dataset)
    marks = (np.arange(1, n + 1)[:, None] % 7 + 1 >> np.arange(3) & 1).astype(np.int8)
    one = with_labels(dataset, marks=marks)
    convert(one, tmp_path / "out", "csv")
    back = open_dataset(tmp_path / "out")
    assert [sorted(c[0]) for c in pictures(back).values()] and back.is_multi_label("marks")
    expected = {k: set(v[0]) for k, v in pictures(one).items()}
    assert {k: set(v[0]) for k, v in pictures(back).items()} == expected


def test_arrays_hold_what_a_network_gets(tmp_path: Path) -> None:
    dataset = open_dataset(split_set(tmp_path / "splits"))
    file = tmp_path / "out" / "set.h5"
    done = convert(dataset, file, "hdf5", SMALL)
    assert done.written == len(dataset)
    with h5py.File(file) as content:
        assert content["class_names"].asstr()[:].tolist() == ["blue", "red"]
        rows = [i for i in range(len(dataset)) if dataset.found_split[i] == 0]
        assert content["x_train"].shape == (len(rows), *SMALL.shape)
        assert content["y_train"][:].tolist() == dataset.labels["class"][rows].tolist()
        for i, row in enumerate(rows):
            assert np.array_equal(content["x_train"][i], load(dataset.absolute(row), SMALL))
    back = open_dataset(file)
    assert back.format == "hdf5" and len(back) == len(dataset)
    assert back.outputs["class"] == dataset.outputs["class"]
    assert back.counts() == dataset.counts()
    nothing_but(tmp_path / "out", "set.h5")


def test_arrays_with_several_outputs(tiny_dataset: Path, tmp_path: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    n = len(dataset)
    marks = np.ones((n, 3), np.int8)
    both = with_labels(dataset, kind=(np.arange(n) % 3).astype(np.int32), marks=marks)
    convert(both, tmp_path / "both.h5", "hdf5", SMALL)
    with h5py.File(tmp_path / "both.h5") as content:
        assert content["y_kind"].shape == (n,) and content["y_marks"].shape == (n, 3)
        assert content["class_names_marks"].asstr()[0] == "x"


def test_arrays_become_files_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 256, (20, 9, 8), np.uint8), np.arange(20) % 3
    np.savez(tmp_path / "digits.npz", x_train=x, y_train=y)
    dataset = open_dataset(tmp_path / "digits.npz")
    done = convert(dataset, tmp_path / "out", "folder")
    assert done.written == 20 and not done.left_out
    back = open_dataset(tmp_path / "out")
    assert len(back) == 20 and len(back.outputs["class"]) == 3
    found = sorted(decode(back.absolute(i))[..., 0].tobytes() for i in range(20))
    assert found == sorted(picture.tobytes() for picture in x)


@pytest.mark.parametrize(
    ("shape", "kind", "ending"),
    [((5, 4), "u1", ".png"), ((5, 4, 1), "u2", ".png"), ((5, 4, 3), "u2", ".png"),
     ((5, 4, 4), "u1", ".tif"), ((5, 4, 6), "u2", ".tif"), ((5, 4), "f4", ".tif"),
     ((5, 4, 2), "f8", ".tif"), ((5, 4), "?", ".png"), ((5, 4, 3), "i4", ".tif")],
)  # fmt: skip
def test_numbers_are_kept_exactly(
    shape: tuple[int, ...], kind: str, ending: str, tmp_path: Path
) -> None:
    values = (np.random.default_rng(2).random(shape) * 250).astype(kind)
    content, got = encoded(values)
    assert got == ending
    if ending == ".tif":
        assert np.array_equal(tifffile.imread(io.BytesIO(content)), values)
    else:
        (tmp_path / "x.png").write_bytes(content)
        expected = values.astype("u1") * 255 if kind == "?" else values
        if kind != "u2" or len(shape) == 2 or shape[2] == 1:
            with Image.open(tmp_path / "x.png") as image:
                assert np.array_equal(np.asarray(image), expected.squeeze())


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize("to", TARGETS)
def test_what_cannot_be_read_is_listed(tiny_dataset: Path, tmp_path: Path, to: str) -> None:
    (tiny_dataset / "red" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tiny_dataset / "red" / "empty.png").write_bytes(b"")
    gone = tiny_dataset / "blue" / "blue 1.png"
    dataset = open_dataset(tiny_dataset)
    gone.unlink()
    done = convert(dataset, tmp_path / "out.h5", to, SMALL)
    assert done.written == 23
    assert {p.path for p in done.left_out} == {
        "red/cut.png", "red/empty.png", "blue/blue 1.png",
    }  # fmt: skip
    assert all(p.message for p in done.left_out)


def test_pictures_without_a_class_are_listed(tiny_dataset: Path, tmp_path: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    dataset.labels["class"][:2] = -1
    done = convert(dataset, tmp_path / "out", "folder")
    assert done.written == 22 and {p.kind for p in done.left_out} == {"no-class"}


@pytest.mark.parametrize("to", TARGETS)
def test_nothing_readable_leaves_nothing(tmp_path: Path, to: str) -> None:
    for name in ("a/1.png", "b/2.png"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(b"no picture")
    with pytest.raises(DatasetError, match="No picture"):
        convert(open_dataset(tmp_path / "set"), tmp_path / "out", to, SMALL)
    nothing_but(tmp_path, "set")


@pytest.mark.parametrize("to", TARGETS)
def test_cancelling_leaves_nothing(tiny_dataset: Path, tmp_path: Path, to: str) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        convert(open_dataset(tiny_dataset), tmp_path / "out", to, SMALL, control=control)
    nothing_but(tmp_path, "tiny")


def test_a_place_in_use_is_refused(tiny_dataset: Path, tmp_path: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    for to in TARGETS:
        with pytest.raises(InputError, match="there already"):
            convert(dataset, tiny_dataset, to)
        with pytest.raises(InputError, match="inside the data set"):
            convert(dataset, tiny_dataset / "new", to)
    with pytest.raises(InputError, match="no target"):
        convert(dataset, tmp_path / "out", "jpeg")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="there already"):
        convert(dataset, tmp_path / "empty", "hdf5")
    assert convert(dataset, tmp_path / "empty", "folder").written == 24


@pytest.mark.skipif(os.name == "nt", reason="no such limits on Windows")
@pytest.mark.parametrize("to", TARGETS)
def test_a_full_disk_leaves_nothing(tiny_dataset: Path, tmp_path: Path, to: str) -> None:
    import resource

    dataset = open_dataset(tiny_dataset)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
    try:
        with pytest.raises(StorageError):
            convert(dataset, tmp_path / "out", to, SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    nothing_but(tmp_path, "tiny")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_hurt(tmp_path: Path) -> None:
    for number, name in enumerate(("\udcff", "new\nline", "=1+1", 'a "quote", b', "train")):
        write_noise(tmp_path / "set" / name / f"{name}.png", (9, 9, 9), number, 16)
    dataset = open_dataset(tmp_path / "set")
    for to in ("folder", "csv"):
        out = tmp_path / to
        assert convert(dataset, out, to).written == 5
        assert set(pictures(open_dataset(out))) == set(pictures(dataset))


# --- the command --------------------------------------------------------------------------------


def test_the_command(
    tiny_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny_dataset / "red" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    words = ["convert", str(tiny_dataset), str(tmp_path / "out"), "--to", "csv", "--json"]
    assert run(words) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["pictures"] == 24 and found["left_out"][0]["path"] == "red/cut.png"
    assert "Left out red/cut.png" in captured.err
    assert run(words) == 1
    assert "there already" in capsys.readouterr().err
    words = ["convert", str(tiny_dataset), str(tmp_path / "x.h5"), "--to", "hdf5", "--width", "32"]
    assert run(words) == 0
    with h5py.File(tmp_path / "x.h5") as content:
        assert content["x"].shape == (24, 64, 32, 3)
    assert run([*words[:2], str(tmp_path / "y"), "--to", "folder", "--fit", "squeeze"]) == 1
    nothing_but(tmp_path, "tiny", "out", "x.h5")


@pytest.mark.skipif(os.name == "nt", reason="no such limits on Windows")
@pytest.mark.parametrize("limit", [0, 1000, 5000, 20_000])
def test_hdf5_survives_a_disk_that_fills_up(tmp_path: Path, limit: int) -> None:
    """Whatever HDF5 still writes and reads back is as it should be; the refusal is kept."""
    import resource

    rows = np.random.default_rng(3).integers(0, 256, (40, 1000), np.uint8)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open(tmp_path / "x.h5", "w+b", buffering=0) as raw:
        storage = PatientFile(raw)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            with h5py.File(storage, "w") as content:
                content.create_dataset("names", data=["a", "b"], dtype=h5py.string_dtype())
                array = content.create_dataset("x", (0, 1000), "u1", maxshape=(None, 1000))
                for number in range(4):
                    array.resize(10 * number + 10, axis=0)
                    array[10 * number :] = rows[10 * number : 10 * number + 10]
                    content.flush()
                assert np.array_equal(array[:], rows)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        with pytest.raises(OSError):
            storage.check()
