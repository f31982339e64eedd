"""Data sets beside a table, or inside one, as their publishers lay them out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.data.writers import SAT4, labels_of, pictures_of

SAT6 = ("building", "barren land", "trees", "grassland", "road", "water")


def save(root: Path, names: Sequence[str], classes: int, grey: bool = False) -> None:
    """A real 24 × 20 px picture for each name, brighter for later classes."""
    pixels = pictures_of(labels_of(len(names), classes), (20, 24) if grey else (20, 24, 3))
    for name, picture in zip(names, pixels, strict=True):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(root / name)


def lines(file: Path, *rows: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def write_meglass(root: Path, count: int = 12) -> Path:
    """MeGlass (Guo and others, 2018): ``meta.txt``, a name and 1 for glasses or 0."""
    names = [f"{i}@N0{i % 3}_identity_{i}.jpg" for i in range(count)]
    save(root, [f"MeGlass_120x120/{n}" for n in names], 2)
    lines(root / "meta.txt", *[f"{n} {i % 2}" for i, n in enumerate(names)])
    return root


def write_dog_breeds(root: Path, count: int = 12) -> Path:
    """Kaggle, "Dog Breed Identification": ``labels.csv`` with ``id,breed``."""
    save(root, [f"train/{i:032x}.jpg" for i in range(count)], 3)
    save(root, [f"test/{i:032x}.jpg" for i in range(900, 902)], 2)
    breeds = ("beagle", "dingo", "pug")
    lines(root / "labels.csv", "id,breed", *[f"{i:032x},{breeds[i % 3]}" for i in range(count)])
    lines(root / "sample_submission.csv", "id,beagle,dingo,pug", f"{900:032x},0.3,0.3,0.4")
    return root


def write_aptos(root: Path, count: int = 15) -> Path:
    """Kaggle, "APTOS 2019 Blindness Detection": ``id_code,diagnosis``, grades 0 to 4."""
    save(root, [f"train_images/{i:012x}.png" for i in range(count)], 5)
    save(root, [f"test_images/{i:012x}.png" for i in range(900, 903)], 3)
    rows = [f"{i:012x},{i % 5}" for i in range(count)]
    lines(root / "train.csv", "id_code,diagnosis", *rows)
    lines(root / "test.csv", "id_code", *[f"{i:012x}" for i in range(900, 903)])
    return root


def write_isic_2017(root: Path, count: int = 12) -> Path:
    """ISIC 2017, part 3: ``image_id,melanoma,seborrheic_keratosis`` of 0.0 and 1.0."""
    save(root, [f"ISIC-2017_Training_Data/ISIC_{i:07}.jpg" for i in range(count)], 3)
    rows = [f"ISIC_{i:07},{float(i % 3 == 1)},{float(i % 3 == 2)}" for i in range(count)]
    name = "ISIC-2017_Training_Part3_GroundTruth.csv"
    lines(root / name, "image_id,melanoma,seborrheic_keratosis", *rows)
    return root


def write_protein_table(root: Path, count: int = 12) -> Path:
    """Kaggle, "Human Protein Atlas": ``Id,Target`` with numbers of 28 proteins, four files."""
    ids = [f"{i:08x}-bb90-11e8-b2b9-ac1f6b6435d0" for i in range(count)]
    for channel in ("red", "green", "blue", "yellow"):
        save(root, [f"train/{name}_{channel}.png" for name in ids], 3, grey=True)
    rows = [f"{name},{(i % 3)}{' 25' if i % 2 else ''}" for i, name in enumerate(ids)]
    lines(root / "train.csv", "Id,Target", *rows)
    return root


def write_iwildcam(root: Path, count: int = 12) -> Path:
    """iWildCam 2020 (Beery and others): COCO's JSON, one category a picture."""
    save(root, [f"train/{i:08x}.jpg" for i in range(count)], 2)
    images = [
        {"id": f"{i:08x}", "file_name": f"{i:08x}.jpg", "location": i % 4, "seq_id": f"s{i // 3}"}
        for i in range(count)
    ]
    found = [
        {"id": f"a{i}", "image_id": f"{i:08x}", "category_id": 9 * (i % 2)} for i in range(count)
    ]
    names = [{"id": 0, "name": "empty", "count": 6}, {"id": 9, "name": "deer", "count": 6}]
    content = {"info": {}, "images": images, "annotations": found, "categories": names}
    lines(root / "iwildcam2020_train_annotations.json", json.dumps(content))
    return root


def write_open_images(root: Path, count: int = 12) -> Path:
    """Open Images (Kuznetsova and others, 2020): image-level labels, verified by people."""
    save(root, [f"train/{i:016x}.jpg" for i in range(count)], 2)
    rows = []
    for i in range(count):
        rows += [f"{i:016x},verification,/m/01,{i % 2}", f"{i:016x},verification,/m/02,1"]
    head = "ImageID,Source,LabelName,Confidence"
    lines(root / "train-annotations-human-imagelabels.csv", head, *rows)
    lines(root / "class-descriptions.csv", "/m/01,Tortoise", "/m/02,Magpie")
    return root


def write_apparel(root: Path, each: int = 4) -> Path:
    """Kaggle, "Apparel images dataset": folders ``black_dress``, ``red_dress`` and so on."""
    folders = [f"{c}_{k}" for c in ("black", "red") for k in ("dress", "pants")]
    save(root, [f"{folders[i % 4]}/{i}.jpg" for i in range(4 * each)], 4)
    return root


def write_digits_csv(root: Path, count: int = 20, first: int = 0) -> Path:
    """Kaggle, "Digit Recognizer" (``pixel0`` …); Fashion-MNIST and Sign MNIST begin at 1."""
    root.mkdir(parents=True, exist_ok=True)
    labels = labels_of(count, 4)
    pixels = pictures_of(labels, (784,))
    head = ",".join(f"pixel{i}" for i in range(first, first + 784))
    rows = [f"{label},{_row(row)}" for label, row in zip(labels, pixels, strict=True)]
    lines(root / "train.csv", f"label,{head}", *rows)
    lines(root / "test.csv", head, *map(_row, pixels[:6]))
    lines(root / "sample_submission.csv", "ImageId,Label", "1,0", "2,0")
    return root


def write_fashion_csv(root: Path, count: int = 20) -> Path:
    """Fashion-MNIST on Kaggle: ``fashion-mnist_train.csv``, labels in both files."""
    labels = labels_of(count, 4)
    head = ",".join(["label", *(f"pixel{i}" for i in range(1, 785))])
    for split in ("train", "test"):
        pixels = pictures_of(labels, (784,))
        rows = [f"{label},{_row(row)}" for label, row in zip(labels, pixels, strict=True)]
        lines(root / f"fashion-mnist_{split}.csv", head, *rows)
    return root


def write_fer2013(file: Path, count: int = 21) -> Path:
    """FER-2013 (Goodfellow and others, 2013): ``emotion,pixels,Usage``, 48 × 48 px in a cell."""
    labels = labels_of(count, 7)
    pixels = pictures_of(labels, (2304,))
    use = ("Training", "PublicTest", "PrivateTest")
    rows = [f"{labels[i]},{_row(pixels[i], ' ')},{use[i // 7 % 3]}" for i in range(count)]
    return lines(file, "emotion,pixels,Usage", *rows)


def sat_pictures(labels: NDArray[np.int64], seed: int = 1) -> NDArray[np.uint8]:
    """``(n, 28, 28, 4) uint8``: bands of different brightness, as land has them."""
    source = np.random.default_rng(seed)
    bands = np.array([40, 80, 120, 200]) + 8 * labels[:, None, None, None]
    return np.clip(bands + source.normal(0, 4, (len(labels), 28, 28, 4)), 0, 255).astype(np.uint8)


def write_sat_csv(root: Path, names: tuple[str, ...] = SAT4, count: int = 12) -> Path:
    """DeepSat on Kaggle: ``X_train_sat4.csv`` row by row, ``y_train_sat4.csv`` one-hot."""
    root.mkdir(parents=True, exist_ok=True)
    kinds = len(names)
    stem = f"sat{kinds}"
    for split in ("train", "test"):
        labels = labels_of(count, kinds)
        rows = sat_pictures(labels).reshape(count, -1)
        lines(root / f"X_{split}_{stem}.csv", *map(_row, rows))
        lines(root / f"y_{split}_{stem}.csv", *map(_row, np.eye(kinds, dtype=int)[labels]))
    codes = np.eye(kinds, dtype=int)
    rows = [f"{name},{_row(code)}" for name, code in zip(names, codes, strict=True)]
    lines(root / f"{stem}annotations.csv", *rows)
    return root


def _row(values: NDArray, sign: str = ",") -> str:
    return sign.join(map(str, values.tolist()))


def write_kuzushiji49(root: Path, count: int = 49) -> Path:
    """Kuzushiji-49 (Clanuwat and others, 2018): ``k49-train-imgs.npz`` with ``arr_0``."""
    root.mkdir(parents=True, exist_ok=True)
    for split in ("train", "test"):
        labels = labels_of(count, 49)
        np.savez_compressed(root / f"k49-{split}-imgs.npz", pictures_of(labels, (28, 28)))
        np.savez_compressed(root / f"k49-{split}-labels.npz", labels.astype(np.uint8))
    return root


def write_emnist_mat(file: Path, count: int = 20, packed: bool = True) -> Path:
    """EMNIST (Cohen and others, 2017): a struct, pictures column by column, ``mapping``."""
    from scipy.io import savemat

    def part(size: int) -> dict[str, NDArray]:
        labels = labels_of(size, 4)
        columns = pictures_of(labels, (28, 28)).transpose(0, 2, 1).reshape(size, 784)
        return {"images": columns, "labels": labels[:, None].astype(np.float64),
                "writers": np.full((size, 1), 7.0)}  # fmt: skip

    mapping = np.array([[i, ord("A") + i] for i in range(4)], np.float64)
    dataset = {"train": part(count), "test": part(8), "mapping": mapping}
    savemat(file, {"dataset": dataset}, do_compression=packed)
    return file


def write_silhouettes(file: Path, count: int = 15) -> Path:
    """Caltech 101 Silhouettes (Marlin and others, 2010): ``X`` n × 784 of 0 and 1, ``Y``."""
    from scipy.io import savemat

    labels = labels_of(count, 3)
    source = np.random.default_rng(1)
    dark = source.random((count, 784)) < 0.2 + 0.3 * labels[:, None]
    names = np.empty((1, 3), object)
    names[0] = ["Faces", "Faces_easy", "Leopards"]
    savemat(file, {"X": dark.astype(np.uint8), "Y": (labels + 1)[None], "classnames": names})
    return file


def write_emnist_mat73(file: Path, count: int = 20) -> Path:
    """The same struct as MATLAB 7.3 writes it: groups of HDF5, axes turned round."""
    import h5py

    def put(group: h5py.Group, name: str, values: NDArray) -> None:
        item = group.create_dataset(name, data=values.T)
        item.attrs["MATLAB_class"] = np.bytes_(values.dtype.name.replace("float64", "double"))

    with h5py.File(file, "w", userblock_size=512) as out:
        dataset = out.create_group("dataset")
        dataset.attrs["MATLAB_class"] = np.bytes_("struct")
        for split, size in (("train", count), ("test", 8)):
            labels = labels_of(size, 4)
            part = dataset.create_group(split)
            part.attrs["MATLAB_class"] = np.bytes_("struct")
            columns = pictures_of(labels, (28, 28)).transpose(0, 2, 1).reshape(size, 784)
            put(part, "images", columns)
            put(part, "labels", labels[:, None].astype(np.float64))
            put(part, "writers", np.full((size, 1), 7.0))
        put(dataset, "mapping", np.array([[i, ord("A") + i] for i in range(4)], np.float64))
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with file.open("r+b") as opened:
        opened.write(head.ljust(512, b"\0"))
    return file


def write_imagenet(root: Path, each: int = 6) -> Path:
    """ILSVRC on Kaggle: ``ILSVRC/Data/CLS-LOC``, ``LOC_synset_mapping.txt``, the solution."""
    data = "ILSVRC/Data/CLS-LOC"
    synsets = ("n01440764", "n02012849", "n03126707")
    save(root, [f"{data}/train/{synsets[i % 3]}/{synsets[i % 3]}_{i}.JPEG"
                for i in range(3 * each)], 3)  # fmt: skip
    names = [f"ILSVRC2012_val_{i:08d}" for i in range(1, 4)]
    save(root, [f"{data}/val/{name}.JPEG" for name in names], 3)
    save(root, [f"{data}/test/ILSVRC2012_test_{i:08d}.JPEG" for i in range(1, 3)], 2)
    words = ("tench, Tinca tinca", "crane", "crane, machine")
    rows = [f"{s} {w}" for s, w in zip(synsets, words, strict=True)]
    lines(root / "LOC_synset_mapping.txt", *rows)
    rows = [f"{n},{s} 0 0 9 9" for n, s in zip(names, synsets, strict=True)]
    lines(root / "LOC_val_solution.csv", "ImageId,PredictionString", *rows)
    return root


def write_stacks(root: Path, pages: int, count: int = 6) -> Path:
    """Two class folders of TIFF stacks of so many grey pages, as microscopes save them."""
    import tifffile

    for i in range(2 * count):
        (root / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        levels = np.arange(pages, dtype=np.uint8)[:, None, None] + 100 * (i % 2)
        tifffile.imwrite(root / "ab"[i % 2] / f"{i}.tif", np.broadcast_to(levels, (pages, 12, 14)),
                         photometric="minisblack")  # fmt: skip
    return root
