"""Tables of pixels, MATLAB structs, stacks, HEIC: opened, corrected, and hostile ones refused.

Which test covers which data set of the issue:

| Data set | Written in | Opened in |
|---|---|---|
| MNIST, Fashion-MNIST, Kuzushiji (IDX), CIFAR-10 and -100 | writers | test_container_formats |
| Kuzushiji-49, EMNIST, silhouettes, SVHN | table_writers, writers | here |
| MeGlass, dog breeds, APTOS, ISIC 2017 | table_writers | test_table_formats |
| Human Protein Atlas, four files a picture | table_writers, writers | test_table_formats |
| ImageNet: synsets, mapping | test_table_formats | test_table_formats |
| SAT-4, SAT-6: MATLAB | writers | test_container_formats |
| SAT-4, SAT-6, digits, Fashion, FER-2013: CSV | table_writers | here |
| Iceberg challenge | writers | test_container_formats |
| iWildCam, Open Images, apparel | table_writers | test_table_formats |

All of them are trained and predict in test_every_format.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.errors import DatasetError, PictureError, SpecError
from studio.data.decoding import decode, decode_bands
from studio.data.doctor import check_pictures
from studio.data.formats.registry import make_format
from studio.data.index import open_dataset, recognise
from studio.data.members import read_member
from studio.data.pixels import info, thumbnail
from tests.data import table_writers as tables
from tests.data import writers


def test_digits_of_kaggle(tmp_path: Path) -> None:
    root = tables.write_digits_csv(tmp_path / "d")
    assert recognise(root)[0] == "csv-pixels"
    dataset = open_dataset(root)
    assert Counter(dataset.found_split.tolist()) == {0: 20, 2: 6}
    assert dataset.outputs == {"class": ("0", "1", "2", "3")}
    assert dataset.labels["class"][:5].tolist() == [0, 1, 2, 3, 0]
    pixels = writers.pictures_of(writers.labels_of(20, 4), (784,))
    assert np.array_equal(decode(dataset.absolute(3))[..., 0], pixels[3].reshape(28, 28))
    fashion = open_dataset(tables.write_fashion_csv(tmp_path / "f") / "fashion-mnist_test.csv")
    assert Counter(fashion.found_split.tolist()) == {0: 20, 2: 20}


def test_fer_2013(tmp_path: Path) -> None:
    dataset = open_dataset(tables.write_fer2013(tmp_path / "fer2013.csv"))
    assert Counter(dataset.found_split.tolist()) == {0: 7, 1: 7, 2: 7}
    assert len(dataset.outputs["class"]) == 7
    assert info(dataset.absolute(0)).width == 48


@pytest.mark.parametrize("names", [writers.SAT4, tables.SAT6])
def test_deepsat_in_tables(names: tuple[str, ...], tmp_path: Path) -> None:
    root = tables.write_sat_csv(tmp_path / "sat", names)
    dataset = open_dataset(root)
    assert dataset.outputs["class"] == names and len(dataset) == 24
    expected = tables.sat_pictures(writers.labels_of(12, len(names)))
    assert np.array_equal(decode_bands(dataset.absolute(5)), expected[5])
    grey = open_dataset(root, options={"channels": "1"})
    assert decode_bands(grey.absolute(0)).shape == (56, 56, 1)
    near = open_dataset(root, options={"bands": "4,1,2"})
    assert np.array_equal(decode(near.absolute(5)), expected[5][..., [3, 0, 1]])
    with pytest.raises(DatasetError, match="band 9"):
        open_dataset(root, options={"bands": "9"})


def test_rows_that_are_no_pictures_are_named_with_their_line(tmp_path: Path) -> None:
    root = tables.write_digits_csv(tmp_path / "d", 40)
    (root / "test.csv").unlink()
    ones = ",1" * 783
    with (root / "train.csv").open("a") as out:
        out.write(
            "1,2,3\n\n" + f"0,nan{ones}\n0,-5{ones}\n0,{'9' * 300}{ones}\n0,x{ones}\n0,{ones}\n"
        )
        out.write('0,"' + "7" * 99)
    dataset = open_dataset(root)
    bad = [p for p in dataset.problems if p.kind == "unreadable"]
    assert len(dataset) == 47 and len(bad) == 7
    assert [p.message.split()[1] for p in bad] == ["42", "44", "45", "46", "47", "48", "49"]
    with pytest.raises(PictureError, match="Line 45"):
        decode(dataset.absolute(42))
    assert decode(dataset.absolute(0)).shape == (28, 28, 3)
    assert {p.path for p in bad} <= {p.path for p in check_pictures(dataset).problems}


@pytest.mark.parametrize(
    "content",
    ["label," + ",".join(f"pixel{i}" for i in range(784)) + "\n", ",".join(["9" * 300] * 784),
     ",".join(f"pixel{i}" for i in range(784)) + "\n" + "x," * 783, "1," * 1_000_000,
     ",".join(["0"] * 784) + "\n" + ",".join(["0"] * 3136), ",".join(["1"] * 90) + "\n" * 99],
    ids=range(6),
)  # fmt: skip
def test_hostile_tables_of_pixels(content: str, tmp_path: Path) -> None:
    file = tmp_path / "train.csv"
    file.write_text(content)
    try:
        dataset = open_dataset(file, "csv-pixels")
    except DatasetError as error:
        assert error.message.endswith(".")
    else:
        for row in range(len(dataset)):
            try:
                decode(dataset.absolute(row))
            except PictureError as error:
                assert error.message.endswith(".")


@pytest.mark.parametrize("form", ["pixel{}", "{0}x{0}", "a {} b", "7"])
def test_a_table_of_a_million_columns(form: str, tmp_path: Path) -> None:
    """Its headings are looked at once, and most of them only compared."""
    from studio.data.containers import csv_layout

    file = tmp_path / "wide.csv"
    row = ",".join(["1"] * 1_000_000)
    file.write_text(",".join(form.format(i) for i in range(1_000_000)) + f"\n{row}\n")
    looked_at = 0
    match = csv_layout._NUMBERED.match

    class Counted:
        def match(self, text: str) -> object:
            nonlocal looked_at
            looked_at += 1
            return match(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_layout, "_NUMBERED", Counted())
        layout = csv_layout.table_shape(file)
        again = csv_layout.table_shape(file)
    assert layout is again and looked_at < 100_000
    assert (layout is None) == (form in ("{0}x{0}", "a {} b"))
    assert layout is None or layout.numbers == 1_000_000


def test_numbers_that_are_not_8_bit_share_one_scale(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).random((30, 64)).round(4)
    np.savetxt(tmp_path / "x.csv", np.column_stack([np.arange(30) % 2, rows]), "%.4f", ",")
    dataset = open_dataset(tmp_path / "x.csv")
    assert dataset.outputs["class"] == ("0", "1")
    shown = decode(dataset.absolute(4))[..., 0].ravel()
    assert np.abs(shown - rows[4] * 255).max() <= 1


def test_a_large_table_lies_in_the_cache_and_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.data.containers import csv_rows, spool, store

    monkeypatch.setattr(spool, "IN_MEMORY", 4000)
    monkeypatch.setattr(csv_rows, "_AT_ONCE", 9000)
    root = tables.write_digits_csv(tmp_path / "d")
    first = [decode(open_dataset(root).absolute(i)) for i in (0, 7, 25)]
    store.close_containers()
    monkeypatch.setattr(csv_rows, "_read", None)
    again = open_dataset(root)
    assert again.labels["class"][:5].tolist() == [0, 1, 2, 3, 0]
    for picture, row in zip(first, (0, 7, 25), strict=True):
        assert np.array_equal(picture, decode(again.absolute(row)))


@pytest.mark.parametrize("packed", [True, False])
def test_emnist_struct(packed: bool, tmp_path: Path) -> None:
    file = tables.write_emnist_mat(tmp_path / "emnist-letters.mat", packed=packed)
    dataset = open_dataset(file)
    assert Counter(dataset.found_split.tolist()) == {0: 20, 2: 8}
    assert dataset.outputs["class"] == ("A", "B", "C", "D")
    upright = writers.pictures_of(writers.labels_of(20, 4), (28, 28))
    assert np.array_equal(read_member(dataset.absolute(6)), upright[6])
    content = file.read_bytes()
    for cut in (len(content) // 3, len(content) - 400, 200):
        short = tmp_path / f"{cut}.mat"
        short.write_bytes(content[:cut])
        with pytest.raises(DatasetError):
            found = open_dataset(short)
            if found.problems:
                raise DatasetError(found.problems[0].message)


def test_structs_inside_structs_and_lists_of_structs(tmp_path: Path) -> None:
    from scipy.io import savemat

    deep: dict[str, object] = {"images": np.zeros((4, 8, 8))}
    for _ in range(12):
        deep = {"a": deep}
    savemat(tmp_path / "deep.mat", {"a": deep})
    with pytest.raises(DatasetError, match="nested too deeply"):
        open_dataset(tmp_path / "deep.mat")
    several = np.array([(1.0,), (2.0,)], dtype=[("x", object)])
    savemat(tmp_path / "s.mat", {"info": several, "images": np.zeros((8, 8, 4), np.uint8),
                                 "labels": np.array([[0, 1, 0, 1]])})  # fmt: skip
    assert len(open_dataset(tmp_path / "s.mat")) == 4


def test_silhouettes_and_house_numbers(tmp_path: Path) -> None:
    dataset = open_dataset(tables.write_silhouettes(tmp_path / "caltech101_silhouettes_28.mat"))
    assert dataset.outputs["class"] == ("Faces", "Faces_easy", "Leopards")
    assert dataset.labels["class"][:4].tolist() == [0, 1, 2, 0]
    writers.write_svhn(tmp_path / "svhn.mat")
    numbers = open_dataset(tmp_path / "svhn.mat")
    assert numbers.outputs["class"] == tuple("0123456789")
    assert numbers.labels["class"][:11].tolist() == [*range(10), 0]


def test_kuzushiji_49(tmp_path: Path) -> None:
    dataset = open_dataset(tables.write_kuzushiji49(tmp_path / "k"))
    assert len(dataset.outputs["class"]) == 49
    assert Counter(dataset.found_split.tolist()) == {0: 49, 2: 49}


def test_options_of_arrays(tmp_path: Path) -> None:
    stored = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 6), np.uint8)
    np.savez(tmp_path / "d.npz", first=stored, second=np.zeros((6, 9, 9)), kind=np.arange(6) % 2,
             place=np.arange(6) % 3)  # fmt: skip
    said = {"pictures": "first", "axes": "nchw", "labels": "kind,place", "bands": "3,1"}
    dataset = open_dataset(tmp_path / "d.npz", options=said)
    assert list(dataset.outputs) == ["kind", "place"]
    assert np.array_equal(
        decode_bands(dataset.absolute(2)), stored[2].transpose(1, 2, 0)[..., [2, 0]]
    )
    named = open_dataset(tmp_path / "d.npz", options={"labels": "kind", "class_names": "cat, dog"})
    assert named.outputs["class"] == ("cat", "dog")
    none = open_dataset(tmp_path / "d.npz", options={"labels": "none"})
    assert (none.labels["class"] == -1).all()
    for options in ({"pictures": "third"}, {"labels": "x"}, {"bands": "0"}, {"bands": "1,1"},
                    {"axes": "wild"}):  # fmt: skip
        with pytest.raises(SpecError):
            open_dataset(tmp_path / "d.npz", options=options)
    with pytest.raises(DatasetError, match="axes"):
        open_dataset(tmp_path / "d.npz", options={"pictures": "first", "axes": "nhw"})


def test_options_of_cifar_idx_and_bands(tmp_path: Path) -> None:
    cifar = writers.write_cifar100(tmp_path / "c")
    assert list(open_dataset(cifar, options={"labels": "coarse"}).outputs) == ["coarse"]
    swapped = open_dataset(cifar, options={"bands": "3,2,1"})
    plain = open_dataset(cifar)
    assert np.array_equal(decode(swapped.absolute(1)), decode(plain.absolute(1))[..., ::-1])
    idx = writers.write_idx(tmp_path / "m")
    turned = open_dataset(idx, options={"axes": "nwh"})
    upright = decode(open_dataset(idx).absolute(1))
    assert np.array_equal(decode(turned.absolute(1)), upright.swapaxes(0, 1))
    ice = writers.write_iceberg(tmp_path / "train.json")
    one = open_dataset(ice, options={"bands": "2", "class_names": "ship,iceberg"})
    assert one.outputs == {"is_iceberg": ("ship", "iceberg")}
    assert read_member(one.absolute(0)).shape == (75, 75, 1)
    with pytest.raises(SpecError):
        make_format("cifar", {"labels": "wild"})


def test_pages_are_bands_or_a_stack(tmp_path: Path) -> None:
    pages = np.arange(5, dtype=np.uint8)[:, None, None] * np.full((1, 8, 6), 40, np.uint8)
    for name, options in (
        ("plain", {"photometric": "minisblack"}),
        ("imagej", {"imagej": True, "metadata": {"axes": "CYX"}}),
        ("ome", {"ome": True, "metadata": {"axes": "CYX"}}),
    ):
        file = tmp_path / f"{name}.ome.tif" if name == "ome" else tmp_path / f"{name}.tif"
        tifffile.imwrite(file, pages, **options)
        assert np.array_equal(decode_bands(file), np.moveaxis(pages, 0, -1)), name
        assert decode(file)[0, 0].tolist() == [0, 40, 80]
        assert thumbnail(file, 4).shape == (4, 3, 3) and info(file).mode.startswith("5 bands")
    root = tmp_path / "set"
    for name, axes in (("z", "ZYX"), ("t", "TYX")):
        (root / name).mkdir(parents=True)
        tifffile.imwrite(root / name / "1.tif", pages, imagej=True, metadata={"axes": axes})
        assert decode_bands(root / name / "1.tif").shape == (8, 6, 1)
    found = [p for p in check_pictures(open_dataset(root)).problems if "stack" in p.message]
    assert len(found) == 2 and "4 more pages" in found[0].message
    many = np.zeros((20, 8, 6), np.uint8)
    tifffile.imwrite(tmp_path / "many.tif", many, photometric="minisblack")
    assert decode_bands(tmp_path / "many.tif").shape == (8, 6, 1)


HEIC = "nasty_images/exif-samples/heic/mobile/HMD_Nokia_8.3_5G.heif"


def test_heic_of_a_telephone(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / HEIC
    pixels = decode(file)
    about = info(file)
    assert (about.height, about.width, about.format) == (*pixels.shape[:2], "HEIC")
    content = file.read_bytes()
    for cut in (40, 400, len(content) // 2):
        with pytest.raises(PictureError) as caught:
            decode(content[:cut])
        assert caught.value.kind in ("unreadable", "truncated")
    place = content.index(b"ispe")
    bombs = 0
    while place > 0:
        content = content[: place + 8] + b"\x7f\xff\xff\xff" * 2 + content[place + 16 :]
        place = content.find(b"ispe", place + 4)
        bombs += 1
    assert bombs
    for read in (decode, info):
        with pytest.raises(PictureError):
            read(content)
    root = tmp_path / "set"
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        small = shared_data / "nasty_images/pillow/avif/hopper.heif"
        (root / name / "1.jpg").write_bytes(small.read_bytes())
    kinds = [p.kind for p in check_pictures(open_dataset(root)).problems]
    assert kinds.count("wrong-extension") == 2


@pytest.mark.parametrize("form", ["GIF", "WEBP", "JPEG2000", "AVIF"])
def test_other_formats_keep_their_colours(form: str, tmp_path: Path) -> None:
    colour = (200, 60, 20)
    file = tmp_path / f"x.{form.lower()}"
    Image.new("RGB", (16, 12), colour).save(file, form)
    assert np.abs(decode(file).astype(int) - colour).max() <= 6
    assert (info(file).width, info(file).height) == (16, 12)
