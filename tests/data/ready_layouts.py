"""Small files in the layout of each ready data set, and the entry that would publish them."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.remote import RemoteFile
from studio.data.ready.entry import ReadySet
from tests.data.writers import (
    labels_of,
    pictures_of,
    write_cifar10_binary,
    write_cifar100_binary,
    write_idx,
    write_medmnist,
    write_svhn,
)


def write_layout(entry: ReadySet, folder: Path) -> Path:
    """Write what the publishers of a data set put behind its addresses; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _WRITERS[entry.format](entry, folder)
    return folder


def published(entry: ReadySet, folder: Path, address: Callable[[str], str]) -> ReadySet:
    """The same entry with these small files instead of the large ones."""
    files = []
    for file in entry.files:
        content = (folder / file.name).read_bytes()
        sums = (
            "sha256:" + hashlib.sha256(content).hexdigest(),
            "md5:" + hashlib.md5(content).hexdigest(),
        )
        files.append(RemoteFile(file.name, (address(file.name),), len(content), sums))
    return replace(entry, files=tuple(files))


def _idx(entry: ReadySet, folder: Path) -> None:
    write_idx(folder, packed=True)


def _npz(entry: ReadySet, folder: Path) -> None:
    if len(entry.files) == 1:
        _medmnist(entry, folder / entry.files[0].name)
        return
    for split, count in (("train", 98), ("test", 49)):
        labels = labels_of(count, entry.classes)
        np.savez_compressed(folder / f"k49-{split}-imgs.npz", pictures_of(labels, (28, 28)))
        np.savez_compressed(folder / f"k49-{split}-labels.npz", labels.astype(np.uint8))


def _medmnist(entry: ReadySet, file: Path) -> None:
    if entry.key == "chestmnist":
        write_medmnist(file, several=True)
        return
    shape = (28, 28, 3) if "colour" in entry.shape else (28, 28)
    arrays = {}
    for split, times in (("train", 3), ("val", 1), ("test", 2)):
        labels = labels_of(times * entry.classes, entry.classes)
        arrays[f"{split}_images"] = pictures_of(labels, shape)
        arrays[f"{split}_labels"] = labels[:, None].astype(np.uint8)
    np.savez_compressed(file, **arrays)


def _cifar(entry: ReadySet, folder: Path) -> None:
    write = write_cifar10_binary if entry.key == "cifar-10" else write_cifar100_binary
    inside = folder.parent / f"{entry.key}-inside" / "batches-bin"
    inside.mkdir(parents=True)
    write(inside)
    with tarfile.open(folder / entry.files[0].name, "w:gz") as archive:
        archive.add(inside, inside.name)


def _mat(entry: ReadySet, folder: Path) -> None:
    for file in entry.files:
        write_svhn(folder / file.name)


def _folders(entry: ReadySet, folder: Path) -> None:
    inside = folder.parent / f"{entry.key}-inside" / "pictures"
    ending = ".tif" if entry.key == "colorectal-tissue" else ".jpg"
    for number in range(entry.classes):
        place = inside / f"{number + 1:02d}_KIND"
        place.mkdir(parents=True)
        for picture in range(3):
            Image.new("RGB", (16, 16), (20 * number, 90, 10 * picture)).save(
                place / f"{picture}{ending}"
            )
    (inside / "LICENSE.txt").write_text("All pictures by somebody.\n")
    archive = folder / entry.files[0].name
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as made:
            for file in sorted(inside.rglob("*")):
                if file.is_file():
                    made.write(file, file.relative_to(inside.parent))
    else:
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(inside, inside.name)


_WRITERS: dict[str, Callable[[ReadySet, Path], None]] = {
    "idx": _idx, "npz": _npz, "cifar": _cifar, "mat": _mat, "folder": _folders,
}  # fmt: skip
