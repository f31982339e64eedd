"""Data sets written as their publishers lay them out: names, header bytes, types.

Pictures are noise around a brightness that depends on the class, so a network learns something.
"""

from __future__ import annotations

import gzip
import json
import pickle
import struct
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray
from PIL import Image

CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
           "truck")  # fmt: skip
SAT4 = ("barren land", "trees", "grassland", "none")


def labels_of(count: int, classes: int) -> NDArray[np.int64]:
    """0, 1, 2 … over and over."""
    return np.arange(count) % classes


def pictures_of(labels: NDArray[np.int64], shape: tuple[int, ...], seed: int = 1) -> NDArray:
    """``(n, *shape) uint8``, brighter for later classes."""
    source = np.random.default_rng(seed)
    level = 30 + 190 * labels / max(1, labels.max())
    noise = source.normal(0, 12, (len(labels), *shape))
    return np.clip(level.reshape(-1, *(1,) * len(shape)) + noise, 0, 255).astype(np.uint8)


def idx_bytes(array: NDArray) -> bytes:
    """An IDX file ("THE IDX FILE FORMAT", page of the MNIST database)."""
    code = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}[
        array.dtype.str[1:]
    ]
    head = bytes((0, 0, code, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_idx(
    folder: Path, train: int = 20, test: int = 10, packed: bool = True, classes: int = 10
) -> Path:
    """MNIST's four files ("THE MNIST DATABASE of handwritten digits")."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("train", train), ("t10k", test)):
        labels = labels_of(count, classes)
        for what, content in (
            ("images-idx3-ubyte", idx_bytes(pictures_of(labels, (28, 28)))),
            ("labels-idx1-ubyte", idx_bytes(labels.astype(np.uint8))),
        ):
            if packed:
                (folder / f"{name}-{what}.gz").write_bytes(gzip.compress(content, 1, mtime=0))
            else:
                (folder / f"{name}-{what}").write_bytes(content)
    return folder


def cifar_rows(labels: NDArray[np.int64], seed: int = 1) -> NDArray[np.uint8]:
    """``(n, 3072) uint8``: a red, a green and a blue plane of 32 × 32 px."""
    return pictures_of(labels, (3, 32, 32), seed).reshape(len(labels), 3072)


def write_cifar10(folder: Path, per_batch: int = 10, batches: int = 5) -> Path:
    """The Python version of CIFAR-10 ("CIFAR-10 and CIFAR-100 datasets"), pickle protocol 2."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"data_batch_{i + 1}" for i in range(batches)] + ["test_batch"]
    for number, name in enumerate(names):
        labels = labels_of(per_batch, 10)
        _python2(
            folder / name,
            {
                b"batch_label": name.encode(), b"labels": labels.tolist(),
                b"data": cifar_rows(labels, number),
                b"filenames": [b"picture_%d.png" % i for i in range(per_batch)],
            },
        )  # fmt: skip
    _python2(
        folder / "batches.meta",
        {b"num_cases_per_batch": per_batch, b"label_names": [n.encode() for n in CIFAR10],
         b"num_vis": 3072},
    )  # fmt: skip
    return folder


def write_cifar100(folder: Path, count: int = 40) -> Path:
    """The Python version of CIFAR-100: ``fine_labels`` and ``coarse_labels``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("train", "test"):
        fine = labels_of(count, 100)
        _python2(
            folder / name,
            {
                b"filenames": [b"p_%d.png" % i for i in range(count)],
                b"batch_label": name.encode(), b"fine_labels": fine.tolist(),
                b"coarse_labels": (fine // 5).tolist(), b"data": cifar_rows(fine),
            },
        )  # fmt: skip
    _python2(
        folder / "meta",
        {b"fine_label_names": [b"fine%02d" % i for i in range(100)],
         b"coarse_label_names": [b"coarse%02d" % i for i in range(20)]},
    )  # fmt: skip
    return folder


def _python2(file: Path, content: dict[bytes, object]) -> None:
    """Pickled as Python 2 did: bytes are plain strings, arrays rebuilt by numpy.core."""
    file.write_bytes(pickle.dumps(content, protocol=2).replace(b"numpy._core", b"numpy.core"))


def write_cifar10_binary(folder: Path, per_batch: int = 10) -> Path:
    """The binary version of CIFAR-10: a label byte, then 3,072 bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(6):
        labels = labels_of(per_batch, 10)
        records = np.column_stack([labels.astype(np.uint8), cifar_rows(labels, number)])
        name = "test_batch.bin" if number == 5 else f"data_batch_{number + 1}.bin"
        (folder / name).write_bytes(records.tobytes())
    (folder / "batches.meta.txt").write_text("\n".join(CIFAR10) + "\n\n")
    return folder


def write_cifar100_binary(folder: Path, count: int = 40) -> Path:
    """The binary version of CIFAR-100: a coarse and a fine label byte, then 3,072 bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    fine = labels_of(count, 100)
    labels = np.column_stack([fine // 5, fine]).astype(np.uint8)
    for name in ("train", "test"):
        (folder / f"{name}.bin").write_bytes(np.hstack([labels, cifar_rows(fine)]).tobytes())
    (folder / "fine_label_names.txt").write_text("".join(f"fine{i:02d}\n" for i in range(100)))
    (folder / "coarse_label_names.txt").write_text("".join(f"coarse{i:02d}\n" for i in range(20)))
    return folder


def write_keras_npz(file: Path, count: int = 40, packed: bool = False) -> Path:
    """Keras's ``mnist.npz``: ``x_train``, ``y_train``, ``x_test``, ``y_test``."""
    labels = labels_of(count, 4)
    arrays = {
        "x_train": pictures_of(labels, (28, 28)), "y_train": labels.astype(np.uint8),
        "x_test": pictures_of(labels[:8], (28, 28)), "y_test": labels[:8].astype(np.uint8),
    }  # fmt: skip
    (np.savez_compressed if packed else np.savez)(file, **arrays)
    return file


def write_medmnist(file: Path, count: int = 12, several: bool = False) -> Path:
    """MedMNIST (Yang and others, 2023): labels ``(n, 1)``, or ``(n, 14)`` for ChestMNIST."""
    arrays = {}
    for split in ("train", "val", "test"):
        labels = labels_of(count, 3)
        arrays[f"{split}_images"] = pictures_of(labels, (28, 28, 3))
        rows = np.zeros((count, 14), np.uint8)
        rows[np.arange(count), labels] = 1
        rows[::3, 7] = 1
        rows[1] = 0
        arrays[f"{split}_labels"] = rows if several else labels[:, None].astype(np.uint8)
    np.savez_compressed(file, **arrays)
    return file


def write_hdf5(file: Path, count: int = 24, packed: bool = False) -> Path:
    """Coursera's cats: ``train_set_x``, ``train_set_y``, ``test_set_x`` …, ``list_classes``."""
    labels = labels_of(count, 2)
    options = {"compression": "gzip", "chunks": (4, 16, 16, 3)} if packed else {}
    with h5py.File(file, "w") as out:
        for split in ("train", "test"):
            out.create_dataset(f"{split}_set_x", data=pictures_of(labels, (16, 16, 3)), **options)
            out[f"{split}_set_y"] = labels
        out["list_classes"] = np.array([b"non-cat", b"cat"])
    return file


def write_pcam(folder: Path, count: int = 10) -> Path:
    """PatchCamelyon (Veeling and others, 2018): one file for ``x``, one for ``y (n, 1, 1, 1)``."""
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "valid", "test"):
        labels = labels_of(count, 2)
        stem = f"camelyonpatch_level_2_split_{split}"
        with h5py.File(folder / f"{stem}_x.h5", "w") as out:
            out["x"] = pictures_of(labels, (96, 96, 3))
        with h5py.File(folder / f"{stem}_y.h5", "w") as out:
            out["y"] = labels.reshape(-1, 1, 1, 1).astype(np.uint8)
    return folder


def sat_arrays(count: int, classes: int = 4) -> dict[str, NDArray]:
    """DeepSat (Basu and others, 2015): ``train_x`` 28 × 28 × 4 × n, ``train_y`` classes × n."""
    labels = labels_of(count, classes)
    one_hot = np.eye(classes)[labels].T
    pictures = np.moveaxis(pictures_of(labels, (28, 28, 4)), 0, -1)
    few = slice(0, max(classes, count // 2))
    return {"train_x": pictures, "train_y": one_hot, "test_x": pictures[..., few],
            "test_y": one_hot[:, few]}  # fmt: skip


def write_sat_mat(file: Path, count: int = 16, packed: bool = True) -> Path:
    """SAT-4 as a MATLAB 5 file, with its cell array of codes and names."""
    from scipy.io import savemat

    annotations = np.empty((4, 2), object)
    for row, name in enumerate(SAT4):
        annotations[row] = ["[" + ",".join(str(int(i == row)) for i in range(4)) + "]", name]
    savemat(file, {**sat_arrays(count), "annotations": annotations}, do_compression=packed)
    return file


def write_sat_mat73(file: Path, count: int = 16) -> Path:
    """The same as MATLAB 7.3 writes it: HDF5 behind 512 bytes, axes turned round."""
    with h5py.File(file, "w", userblock_size=512) as out:
        for name, array in sat_arrays(count).items():
            item = out.create_dataset(name, data=array.T, chunks=True, compression="gzip")
            item.attrs["MATLAB_class"] = np.bytes_(array.dtype.name.replace("float64", "double"))
        cells = np.empty((2, 4), h5py.ref_dtype)
        for row, name in enumerate(SAT4):
            code = "[" + ",".join(str(int(i == row)) for i in range(4)) + "]"
            for column, text in enumerate((code, name)):
                codes = np.array([ord(c) for c in text], np.uint16)[:, None]
                item = out.create_dataset(f"#refs#/{row}{column}", data=codes)
                item.attrs["MATLAB_class"] = np.bytes_("char")
                cells[column, row] = item.ref
        item = out.create_dataset("annotations", data=cells, dtype=h5py.ref_dtype)
        item.attrs["MATLAB_class"] = np.bytes_("cell")
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with file.open("r+b") as opened:
        opened.write(head.ljust(512, b"\0"))
    return file


def write_svhn(file: Path, count: int = 20) -> Path:
    """SVHN (Netzer and others, 2011): ``X`` 32 × 32 × 3 × n, ``y`` n × 1, 10 is a 0."""
    from scipy.io import savemat

    labels = labels_of(count, 10)
    pictures = np.moveaxis(pictures_of(labels, (32, 32, 3)), 0, -1)
    savemat(file, {"X": pictures, "y": np.where(labels, labels, 10)[:, None].astype(np.uint8)})
    return file


def write_iceberg(file: Path, count: int = 12, side: int = 75, labelled: bool = True) -> Path:
    """train.json of the Statoil/C-CORE Iceberg Classifier Challenge: bands in decibels."""
    source = np.random.default_rng(3)
    rows = []
    for i in range(count):
        bands = source.normal(-24 + 8 * (i % 2), 4, (2, side * side)).round(4)
        row = {"id": f"{i:08x}", "band_1": bands[0].tolist(), "band_2": bands[1].tolist(),
               "inc_angle": "na" if i % 5 == 4 else 36.5 + i}  # fmt: skip
        rows.append({**row, "is_iceberg": i % 2} if labelled else row)
    file.write_text(json.dumps(rows))
    return file


def write_protein_atlas(folder: Path, count: int = 6) -> Path:
    """Files of the Human Protein Atlas competition (Kaggle, 2018), put into class folders."""
    source = np.random.default_rng(4)
    for i in range(count):
        place = folder / ("nucleus" if i % 2 else "cytosol")
        place.mkdir(parents=True, exist_ok=True)
        for level, channel in enumerate(("red", "green", "blue", "yellow")):
            pixels = source.integers(0, 30, (20, 24)) + 50 * level
            Image.fromarray(pixels.astype(np.uint8)).save(place / f"00{i:06x}_{channel}.png")
    return folder
