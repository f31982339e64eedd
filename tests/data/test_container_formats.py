"""Every layout as its publisher writes it: opened, labelled, split, and its pixels compared."""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from studio.core.errors import DatasetError
from studio.core.input import InputSpec
from studio.data.cache import cache_pictures
from studio.data.dataset import Dataset, unusable
from studio.data.decoding import decode
from studio.data.doctor import check_pictures
from studio.data.index import find_pictures, open_dataset, recognise
from studio.data.members import read_member
from tests.data import writers

Write = Callable[[Path], Path]

LAYOUTS: dict[str, tuple[Write, str, dict[int, int], int]] = {
    "idx gz": (lambda p: writers.write_idx(p / "d"), "idx", {0: 20, 2: 10}, 10),
    "idx": (lambda p: writers.write_idx(p / "d", packed=False), "idx", {0: 20, 2: 10}, 10),
    "idx deep": (
        lambda p: writers.write_idx(p / "MNIST" / "raw").parents[1], "idx", {0: 20, 2: 10}, 10,
    ),
    "cifar-10": (lambda p: writers.write_cifar10(p / "c"), "cifar", {0: 50, 2: 10}, 10),
    "cifar-10 bin": (
        lambda p: writers.write_cifar10_binary(p / "c"), "cifar", {0: 50, 2: 10}, 10,
    ),
    "npz": (lambda p: writers.write_keras_npz(p / "d.npz"), "npz", {0: 40, 2: 8}, 4),
    "npz packed": (
        lambda p: writers.write_keras_npz(p / "d.npz", packed=True), "npz", {0: 40, 2: 8}, 4,
    ),
    "medmnist": (lambda p: writers.write_medmnist(p / "d.npz"), "npz", {0: 12, 1: 12, 2: 12}, 3),
    "hdf5": (lambda p: writers.write_hdf5(p / "d.h5"), "hdf5", {0: 24, 2: 24}, 2),
    "hdf5 packed": (
        lambda p: writers.write_hdf5(p / "d.hdf5", packed=True), "hdf5", {0: 24, 2: 24}, 2,
    ),
    "pcam": (lambda p: writers.write_pcam(p / "pcam"), "hdf5", {0: 10, 1: 10, 2: 10}, 2),
    "mat": (lambda p: writers.write_sat_mat(p / "d.mat"), "mat", {0: 16, 2: 8}, 4),
    "mat plain": (
        lambda p: writers.write_sat_mat(p / "d.mat", packed=False), "mat", {0: 16, 2: 8}, 4,
    ),
    "mat 7.3": (lambda p: writers.write_sat_mat73(p / "d.mat"), "mat", {0: 16, 2: 8}, 4),
    "svhn": (lambda p: writers.write_svhn(p / "d.mat"), "mat", {-1: 20}, 10),
    "iceberg": (lambda p: writers.write_iceberg(p / "train.json"), "json-bands", {-1: 12}, 2),
    "hpa": (lambda p: writers.write_protein_atlas(p / "hpa"), "channel-files", {-1: 6}, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout_opens_with_labels_and_splits(name: str, tmp_path: Path) -> None:
    write, kind, splits, classes = LAYOUTS[name]
    path = write(tmp_path)
    assert recognise(path)[0] == kind and recognise(path)[1].endswith(".")
    dataset = open_dataset(path)
    assert dataset.format == kind
    assert Counter(dataset.found_split.tolist()) == splits
    ((output, names),) = dataset.outputs.items()
    assert len(names) == classes
    assert set(dataset.labels[output].tolist()) == set(range(classes))
    assert all(size > 0 for size in dataset.sizes.tolist())
    assert not unusable(dataset, check_pictures(dataset).problems).any()
    _brighter_for_later_classes(dataset, output)


def _brighter_for_later_classes(dataset: Dataset, output: str) -> None:
    """Pictures and labels belong together: the writers make later classes brighter."""
    labels = dataset.labels[output]
    means = np.array([decode(dataset.absolute(i)).mean() for i in range(len(dataset))])
    by_class = [means[labels == c].mean() for c in range(int(labels.max()) + 1)]
    if dataset.format != "channel-files":
        assert by_class == sorted(by_class)


def test_a_dropped_file_brings_its_sisters(tmp_path: Path) -> None:
    folder = writers.write_idx(tmp_path / "m")
    assert len(open_dataset(folder / "t10k-labels-idx1-ubyte.gz")) == 30
    cifar = writers.write_cifar10(tmp_path / "c")
    assert len(open_dataset(cifar / "data_batch_3")) == 60
    pcam = writers.write_pcam(tmp_path / "p")
    assert len(open_dataset(pcam / "camelyonpatch_level_2_split_test_y.h5")) == 30


@pytest.mark.parametrize("write", [writers.write_cifar100, writers.write_cifar100_binary])
def test_cifar_100_answers_two_questions(write: Write, tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path / "c"))
    assert dataset.problem == "multi-output"
    assert list(dataset.outputs) == ["fine", "coarse"]
    assert len(dataset.outputs["fine"]) == 100 and dataset.outputs["coarse"][1] == "coarse01"
    assert dataset.classes_of(7, "fine") == ("fine07",)
    assert dataset.classes_of(7, "coarse") == ("coarse01",)
    red = writers.cifar_rows(writers.labels_of(40, 100))[7].reshape(3, 32, 32)[0]
    assert np.array_equal(decode(dataset.absolute(7))[..., 0], red)


def test_rows_of_ones_are_several_classes_at_a_time(tmp_path: Path) -> None:
    dataset = open_dataset(writers.write_medmnist(tmp_path / "chest.npz", several=True))
    assert dataset.problem == "multi-label"
    assert dataset.labels["class"].shape == (36, 14)
    assert dataset.classes_of(0, "class") == ("0", "7") and dataset.classes_of(1, "class") == ()


def test_rows_of_exactly_one_one_are_single_classes(tmp_path: Path) -> None:
    rows = np.eye(3, dtype=np.float32)[[0, 2, 1, 2]]
    np.savez(tmp_path / "d.npz", images=np.zeros((4, 8, 8)), labels=rows)
    assert open_dataset(tmp_path / "d.npz").labels["class"].tolist() == [0, 2, 1, 2]


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        (np.array(["b", "a", "", "a"]), ("a", "b"), [1, 0, -1, 0]),
        (np.array([b"x", b"y", b"x", b"y"]), ("x", "y"), [0, 1, 0, 1]),
        (np.array([[5.0], [7.0], [np.nan], [5.0]]), ("5", "7"), [0, 1, -1, 0]),
        (np.array([True, False, True, True]), ("0", "1"), [1, 0, 1, 1]),
        (np.array([-1, 1, 1, -1], np.int8), ("−1", "1"), [0, 1, 1, 0]),
        (np.array([-1, 0, 1, 1]), ("0", "1"), [-1, 0, 1, 1]),
    ],
)
def test_labels_of_any_type(
    labels: np.ndarray, names: tuple[str, ...], expected: list[int], tmp_path: Path
) -> None:
    np.savez(tmp_path / "d.npz", x=np.zeros((4, 8, 8), np.uint8), y=labels)
    dataset = open_dataset(tmp_path / "d.npz")
    assert dataset.outputs["class"] == names
    assert dataset.labels["class"].tolist() == expected
    assert ("no-label" in {p.kind for p in dataset.problems}) == (-1 in expected)


@pytest.mark.parametrize(
    ("labels", "words"),
    [(np.arange(3), "4 pictures"), (np.array([0.5, 1, 2, 3]), "fractions"),
     (np.zeros((4, 3)) + 0.3, "not all are 0 or 1")],
)  # fmt: skip
def test_labels_that_are_none_are_refused(labels: np.ndarray, words: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x_train=np.zeros((4, 8, 8), np.uint8), y_train=labels)
    with pytest.raises(DatasetError, match=words):
        open_dataset(tmp_path / "d.npz")


def test_arrays_without_names_and_files_of_one_array(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", np.zeros((6, 8, 8), np.uint8), writers.labels_of(6, 2))
    assert open_dataset(tmp_path / "d.npz").labels["class"].tolist() == [0, 1] * 3
    folder = tmp_path / "npy"
    folder.mkdir()
    for split, count in (("train", 6), ("test", 4)):
        np.save(folder / f"X_{split}.npy", np.zeros((count, 3, 16, 16), np.float32))
        np.save(folder / f"y_{split}.npy", writers.labels_of(count, 2))
    dataset = open_dataset(folder)
    assert len(dataset) == 10 and decode(dataset.absolute(0)).shape == (16, 16, 3)
    kuzushiji = tmp_path / "kmnist"
    kuzushiji.mkdir()
    for split in ("train", "test"):
        np.savez(kuzushiji / f"kmnist-{split}-imgs.npz", np.zeros((6, 28, 28), np.uint8))
        np.savez(kuzushiji / f"kmnist-{split}-labels.npz", writers.labels_of(6, 2))
    assert Counter(open_dataset(kuzushiji).found_split.tolist()) == {0: 6, 2: 6}


def test_pictures_without_labels_are_kept_and_counted(tmp_path: Path) -> None:
    folder = writers.write_idx(tmp_path / "m")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    dataset = open_dataset(folder)
    assert (dataset.labels["class"] == -1).sum() == 10
    assert [p.kind for p in dataset.problems if p.kind == "no-label"] == ["no-label"]
    (folder / "train-images-idx3-ubyte.gz").unlink()
    found = [p for p in open_dataset(folder).problems if p.kind == "missing-file"]
    assert len(found) == 1 and "20 labels" in found[0].message


def test_a_cut_file_lists_every_picture_that_is_missing(tmp_path: Path) -> None:
    plain = writers.write_idx(tmp_path / "m", packed=False)
    file = plain / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[: 16 + 784 * 12 + 5])
    dataset = open_dataset(plain)
    cut = [p.path for p in dataset.problems if p.kind == "truncated"]
    assert cut == [f"train-images-idx3-ubyte/@{i}" for i in range(12, 20)]
    assert int(unusable(dataset, dataset.problems).sum()) == 8
    kinds = Counter(p.kind for p in check_pictures(dataset).problems)
    assert kinds["truncated"] == 8


def test_a_cut_matlab_file_keeps_whole_pictures(tmp_path: Path) -> None:
    file = writers.write_sat_mat(tmp_path / "d.mat", packed=False)
    content = file.read_bytes()
    start = content.index(writers.sat_arrays(16)["train_x"].tobytes("F"))
    file.write_bytes(content[: start + 3136 * 3 + 100])  # the labels come after it
    dataset = open_dataset(file)
    assert len(dataset) == 16
    assert Counter(p.kind for p in dataset.problems)["truncated"] == 13
    assert "no-label" in {p.kind for p in dataset.problems}


def test_broken_downloads_and_real_files(shared_data: Path) -> None:
    mnist = open_dataset(shared_data / "mnist" / "mnist_idx")
    assert len(mnist) == 10_000 and mnist.labels["class"][:4].tolist() == [7, 2, 1, 0]
    tiny = open_dataset(shared_data / "mnist" / "tiny_complete_idx")
    assert len(tiny) == 20 and not unusable(tiny, check_pictures(tiny).problems).any()
    broken = open_dataset(shared_data / "mnist" / "kmnist_truncated")
    bad = unusable(broken, broken.problems)
    assert len(broken) == 10_000 and 9_800 < int(bad.sum()) < 10_000
    assert decode(broken.absolute(0)).max() > 0
    assert "missing-file" in {p.kind for p in broken.problems}
    lungs = open_dataset(shared_data / "npz" / "pneumoniamnist.npz")
    assert Counter(lungs.found_split.tolist()) == {0: 2428, 1: 270, 2: 468}


def test_all_matlab_versions_hold_the_same_pictures(tmp_path: Path) -> None:
    files = [
        writers.write_sat_mat(tmp_path / "a.mat"),
        writers.write_sat_mat(tmp_path / "b.mat", packed=False),
        writers.write_sat_mat73(tmp_path / "c.mat"),
    ]
    opened = [open_dataset(file) for file in files]
    assert {d.outputs["class"] for d in opened} == {writers.SAT4}
    for row in (0, 5, 20):
        first, *others = [read_member(d.absolute(row)) for d in opened]
        assert first.shape == (28, 28, 4)
        assert all(np.array_equal(first, other) for other in others)


def test_numbers_kept_in_a_narrower_type(tmp_path: Path) -> None:
    """MATLAB keeps whole doubles as bytes; here SciPy is told to write such a file's values."""
    from scipy.io import savemat

    values = np.zeros((8, 8, 4))
    values[..., 1] = 0.5
    savemat(tmp_path / "d.mat", {"images": values, "labels": np.array([[0, 1, 0, 1]])})
    dataset = open_dataset(tmp_path / "d.mat")
    assert [int(decode(dataset.absolute(i))[0, 0, 0]) for i in range(3)] == [0, 128, 0]


def test_bands_of_radar_share_one_scale(tmp_path: Path) -> None:
    folder = tmp_path / "ice"
    folder.mkdir()
    train = writers.write_iceberg(folder / "train.json", 8)
    writers.write_iceberg(folder / "test.json", 4, labelled=False)
    dataset = open_dataset(folder)
    assert dataset.outputs == {"is_iceberg": ("0", "1")}
    assert Counter(dataset.found_split.tolist()) == {-1: 8, 2: 4}
    rows = json.loads(train.read_text())
    stored = read_member(dataset.absolute(3))
    assert stored.shape == (75, 75, 2)
    assert np.allclose(stored[..., 1].ravel(), rows[3]["band_2"])
    shown = decode(dataset.absolute(3))
    assert abs(int(shown[0, 0, 0]) - round((stored[0, 0, 0] + 64) / 128 * 255)) <= 1


def test_emnist_is_turned_and_named(tmp_path: Path) -> None:
    picture = np.arange(784, dtype=np.uint8).reshape(1, 28, 28).repeat(4, 0)
    stem = "emnist-letters-train"
    for name, array in (("images-idx3", picture), ("labels-idx1", np.array([1, 2, 3, 1], "u1"))):
        (tmp_path / f"{stem}-{name}-ubyte.gz").write_bytes(gzip.compress(writers.idx_bytes(array)))
    (tmp_path / "emnist-letters-mapping.txt").write_text("1 65 97\n2 66 98\n3 67 99\n")
    dataset = open_dataset(tmp_path)
    assert dataset.outputs["class"] == ("A/a", "B/b", "C/c")
    assert np.array_equal(decode(dataset.absolute(0))[..., 0], picture[0].T)


def test_several_sets_in_one_folder_need_a_choice(tmp_path: Path) -> None:
    for name in ("letters", "digits"):
        array = np.zeros((4, 28, 28), np.uint8)
        file = tmp_path / f"emnist-{name}-train-images-idx3-ubyte"
        file.write_bytes(writers.idx_bytes(array))
    with pytest.raises(DatasetError, match="several data sets"):
        open_dataset(tmp_path)
    assert len(open_dataset(tmp_path / "emnist-digits-train-images-idx3-ubyte")) == 4


def test_opening_reads_labels_and_no_pictures(tmp_path: Path) -> None:
    """The pictures may be broken: whoever opens the data set does not notice yet."""
    file = tmp_path / "d.h5"
    with h5py.File(file, "w") as out:
        out.create_dataset("images", (4, 16, 16), "u1", chunks=(1, 16, 16), compression="gzip")
        out["labels"] = np.arange(4)
        out["images"][...] = 7
        place = out["images"].id.get_chunk_info(2)
    content = bytearray(file.read_bytes())
    content[place.byte_offset : place.byte_offset + place.size] = b"\xff" * place.size
    file.write_bytes(content)
    assert len(open_dataset(file)) == 4


def test_a_cache_of_members_is_known_by_their_file(tmp_path: Path) -> None:
    folder = writers.write_idx(tmp_path / "m")
    dataset = open_dataset(folder)
    spec = InputSpec(width=16, height=16, channels=1)
    first = cache_pictures(dataset, spec, tmp_path / "cache")
    assert first.ok.all() and not first.from_disk
    assert cache_pictures(dataset, spec, tmp_path / "cache").from_disk
    shutil.copy(folder / "t10k-images-idx3-ubyte.gz", folder / "x")
    (folder / "x").replace(folder / "t10k-images-idx3-ubyte.gz")
    assert not cache_pictures(dataset, spec, tmp_path / "cache").from_disk


def test_a_file_named_for_classifying_stands_for_its_own_pictures(tmp_path: Path) -> None:
    folder = writers.write_idx(tmp_path / "m")
    file = folder / "t10k-images-idx3-ubyte.gz"
    assert find_pictures([file]) == [file / f"@{i}" for i in range(10)]
    assert find_pictures([file / "@3"]) == [file / "@3"]
    broken = tmp_path / "d.npz"
    broken.write_bytes(b"PK\x03\x04")
    assert find_pictures([broken]) == [broken]


def test_files_named_by_their_split_are_one_data_set(tmp_path: Path) -> None:
    writers.write_svhn(tmp_path / "train_32x32.mat", 20)
    writers.write_svhn(tmp_path / "test_32x32.mat", 10)
    for path in (tmp_path, tmp_path / "test_32x32.mat"):
        assert Counter(open_dataset(path).found_split.tolist()) == {0: 20, 2: 10}
    for name in ("train_catvnoncat.h5", "test_catvnoncat.h5"):
        file = tmp_path / "cats" / name
        file.parent.mkdir(exist_ok=True)
        split = name.partition("_")[0]
        with h5py.File(file, "w") as out:
            out[f"{split}_set_x"] = writers.pictures_of(writers.labels_of(8, 2), (64, 64, 3))
            out[f"{split}_set_y"] = writers.labels_of(8, 2)
            out["list_classes"] = np.array([b"non-cat", b"cat"])
    dataset = open_dataset(tmp_path / "cats")
    assert Counter(dataset.found_split.tolist()) == {0: 8, 2: 8}
    assert dataset.outputs["class"] == ("non-cat", "cat")
