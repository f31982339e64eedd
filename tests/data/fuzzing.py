"""Mutated pictures and label files: whatever comes, every file is shown or listed, nothing breaks.

A case is a number: it says which file is taken, how it is damaged, and gives the same bytes each
time. Cases run in a process of their own with a bound on its memory, so that a decoder that
crashes, or takes all memory, is a finding with a number and not the end of the test.

``python -m tests.data.fuzzing FOLDER FIRST LAST`` prints one JSON line for each finding.
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from tests.data import heif_boxes, table_writers, writers

MOST_MEMORY = 4_000_000_000
"""Bytes above which the process may not grow; a case itself needs a few million."""

MOST_SECONDS = 20
"""Seconds after which a single file counts as one that hangs."""

BATCH = 25
"""Damaged pictures that make one data set."""

Chance = np.random.Generator


@dataclass(frozen=True)
class Finding:
    """Something that must not happen: the case, the file, what went wrong."""

    case: int
    file: str
    words: str


# --- what is damaged ------------------------------------------------------------------------------


@cache
def pictures() -> dict[str, bytes]:
    """Whole files by name: each format in the kinds of pixels that it knows."""
    chance = np.random.default_rng(5)
    rgb = chance.integers(0, 256, (24, 31, 3), np.uint8)
    rgb[4:12, 6:20] = (200, 40, 30)
    colour, grey = Image.fromarray(rgb), Image.fromarray(rgb[..., 0])
    alpha = Image.fromarray(np.dstack([rgb, rgb[..., :1]]))
    deep = Image.fromarray(rgb[..., 0].astype(np.uint16) * 257)
    kinds: list[tuple[str, Image.Image, dict[str, object]]] = [
        ("plain.jpg", colour, {"quality": 90}), ("grey.jpg", grey, {}),
        ("progressive.jpg", colour, {"progressive": True}),
        ("four.jpg", colour.convert("CMYK"), {}), ("turned.jpg", colour, {"exif": _turned(6)}),
        ("plain.png", colour, {}), ("alpha.png", alpha, {}), ("deep.png", deep, {}),
        ("palette.png", colour.quantize(16), {}), ("bits.png", grey.convert("1"), {}),
        ("plain.gif", colour.quantize(32), {}), ("plain.bmp", colour, {}),
        ("plain.webp", colour, {}), ("exact.webp", alpha, {"lossless": True}),
        ("plain.tif", colour, {}), ("packed.tif", colour, {"compression": "tiff_lzw"}),
        ("deep.tif", deep, {}), ("plain.avif", colour, {}), ("plain.ppm", colour, {}),
        ("plain.tga", colour, {}), ("plain.ico", colour, {}), ("plain.jp2", colour, {}),
    ]  # fmt: skip
    found = {}
    for name, image, options in kinds:
        file = io.BytesIO()
        known = {".jpg": "JPEG", ".tif": "TIFF", ".jp2": "JPEG2000"}
        form = known.get(name[name.index(".") :], name.rpartition(".")[2].upper())
        image.save(file, form, **options)
        found[name] = file.getvalue()
    return found | _stacks(rgb) | _telephone()


def _telephone() -> dict[str, bytes]:
    """HEIC, which nothing here can write: a real file, where the shared data are."""
    named = os.environ.get("CLASSIFIER_STUDIO_TEST_DATA")
    shared = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (shared / heif_boxes.SMALL).is_file():
        return {}
    seed = heif_boxes.seed_of(shared)
    alpha = [heif_boxes.full(b"auxC", heif_boxes.ALPHA)]
    return {
        "turned.heic": heif_boxes.build(seed, [[heif_boxes.turned(1)]]),
        "alpha.heic": heif_boxes.build(seed, [[], alpha], alpha=True),
    }


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _stacks(rgb: np.ndarray) -> dict[str, bytes]:
    import tifffile

    found = {}
    for name, values in (
        ("six.tif", np.dstack([rgb, rgb[::-1]])),
        ("float.tif", rgb[..., 0] / np.float32(255)),
        ("pages.tif", np.moveaxis(rgb, 2, 0)),
    ):
        file = io.BytesIO()
        tifffile.imwrite(file, values)
        found[name] = file.getvalue()
    return found


Label = tuple[str, Callable[[Path], None]]


@cache
def label_files(folder: Path) -> dict[str, tuple[Path, tuple[str, ...]]]:
    """Data sets by name: their folder, and which of the files in it are damaged."""
    ids = [f"p{i:02d}" for i in range(12)]
    found: dict[str, tuple[Path, tuple[str, ...]]] = {}

    def table(name: str, text: str) -> None:
        place = folder / name.replace(".", "-")
        (place / "images").mkdir(parents=True)
        for i, key in enumerate(ids):
            pixels = np.full((8, 8, 3), 20 * i, np.uint8)
            Image.fromarray(pixels).save(place / "images" / f"{key}.png")
        (place / name).write_text(text, "utf-8")
        found[name] = place, (name,)

    rows = [f"{key},{'cat' if i % 2 else 'dog'}" for i, key in enumerate(ids)]
    table("labels.csv", "\n".join(["id,breed", *rows]))
    table("hot.csv", "\n".join(["image,cat,dog", *(f"{k}.png,{i % 2},{1 - i % 2}"
          for i, k in enumerate(ids))]))  # fmt: skip
    table("list.tsv", "\n".join(["name\tTarget", *(f"{k}\t{i % 3} {i % 2 + 3}"
          for i, k in enumerate(ids))]))  # fmt: skip
    table("names.txt", "\n".join(f"images/{k}.png {i % 2}" for i, k in enumerate(ids)))
    table("coco.json", json.dumps({
        "images": [{"id": i, "file_name": f"images/{k}.png"} for i, k in enumerate(ids)],
        "annotations": [{"id": i, "image_id": i, "category_id": i % 2} for i in range(len(ids))],
        "categories": [{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}],
    }))  # fmt: skip
    idx = writers.write_idx(folder / "idx", 12, 6, packed=False)
    found["idx"] = idx, tuple(sorted(p.name for p in idx.iterdir()))
    packed = writers.write_idx(folder / "idx-gz", 12, 6)
    found["idx.gz"] = packed, tuple(sorted(p.name for p in packed.iterdir()))
    cifar = writers.write_cifar10(folder / "cifar", 4, 2)
    found["cifar"] = cifar, tuple(sorted(p.name for p in cifar.rglob("*") if p.is_file()))
    for name, write in (
        ("digits.npz", writers.write_keras_npz), ("med.npz", writers.write_medmnist),
        ("arrays.h5", writers.write_hdf5), ("sat.mat", writers.write_sat_mat),
        ("sat73.mat", writers.write_sat_mat73), ("bands.json", writers.write_iceberg),
        ("struct.mat", table_writers.write_emnist_mat), ("fer.csv", table_writers.write_fer2013),
        ("struct73.mat", table_writers.write_emnist_mat73), ("plain.mat", _unpacked_struct),
    ):  # fmt: skip
        place = folder / name.replace(".", "-")
        place.mkdir()
        write(place / name)
        found[name] = place, (name,)
    for name, write_folder in (
        ("digits", table_writers.write_digits_csv), ("sat4", table_writers.write_sat_csv),
    ):  # fmt: skip
        place = write_folder(folder / name)
        found[name] = place, tuple(sorted(p.name for p in place.iterdir()))
    for name, form in (("flowers.zip", "zip"), ("flowers.tgz", "gztar")):
        place, inside = folder / name.replace(".", "-"), folder / f"inside {form}"
        for key in ("cat", "dog"):
            (inside / key).mkdir(parents=True)
            for i in range(3):
                (inside / key / f"{i}.png").write_bytes(pictures()["plain.png"])
        place.mkdir()
        made = shutil.make_archive(str(folder / f"packed {form}"), form, inside)
        shutil.move(made, place / name)
        found[name] = place, (name,)
    return found


def _unpacked_struct(file: Path) -> Path:
    return table_writers.write_emnist_mat(file, packed=False)


# --- how it is damaged ----------------------------------------------------------------------------


def mutated(content: bytes, other: bytes, chance: Chance) -> bytes:
    """``content`` with one to four injuries; some take bytes of ``other``."""
    data = bytearray(content)
    for _ in range(int(chance.integers(1, 5))):
        injury = _INJURIES[int(chance.integers(len(_INJURIES)))]
        data = injury(data, other, chance)[:2_000_000]
    return bytes(data)


def _place(data: bytearray, chance: Chance) -> int:
    """Anywhere, but half of the time near the beginning, where the headers are."""
    reach = min(len(data), 80) if chance.random() < 0.5 else len(data)
    return int(chance.integers(reach)) if reach else 0


def _flip(data: bytearray, other: bytes, chance: Chance) -> bytearray:
    for _ in range(int(chance.integers(1, 9))):
        if data:
            data[_place(data, chance)] ^= 1 << int(chance.integers(8))
    return data


def _cut(data: bytearray, other: bytes, chance: Chance) -> bytearray:
    return data[: _place(data, chance)]


def _drop(data: bytearray, other: bytes, chance: Chance) -> bytearray:
    at = _place(data, chance)
    return data[:at] + data[at + int(chance.integers(1, 200)) :]


def _repeat(data: bytearray, other: bytes, chance: Chance) -> bytearray:
    at, length = _place(data, chance), int(chance.integers(1, 200))
    return data[:at] + data[at : at + length] * int(chance.integers(2, 9)) + data[at:]


def _fill(data: bytearray, other: bytes, chance: Chance) -> bytearray:
    at, length = _place(data, chance), int(chance.integers(1, 64))
    value = (b"\0", b"\xff", b"\x7f", b" ", b",", b'"', b"\n", b"9")[int(chance.integers(8))]
    data[at : at + length] = value * length
    return data


def _number(data: bytearray, other: bytes, chance: Chance) -> bytearray:
    """A size, an offset or a count becomes an extreme one."""
    at, width = _place(data, chance), 2 ** int(chance.integers(4))
    value = (0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width) - 1)[int(chance.integers(4))]
    is_big = chance.random() < 0.5
    data[at : at + width] = value.to_bytes(width, "big" if is_big else "little")
    return data


def _splice(data: bytearray, other: bytes, chance: Chance) -> bytearray:
    at, length = _place(data, chance), int(chance.integers(1, 300))
    start = int(chance.integers(max(1, len(other))))
    data[at : at + int(chance.integers(2)) * length] = other[start : start + length]
    return data


_INJURIES = (_flip, _flip, _cut, _drop, _repeat, _fill, _number, _number, _splice)


# --- running cases --------------------------------------------------------------------------------


def run(folder: Path, first: int, last: int) -> Iterator[Finding]:
    """Run the cases ``first`` to ``last − 1`` here; labels at every fifth, pictures else."""
    numbers = range(first, last)
    for case in numbers:
        if case % 5 == 0:
            yield from _guarded(case, lambda case=case: _label_case(folder, case))  # type: ignore[misc]
    cases = [case for case in numbers if case % 5]
    for start in range(0, len(cases), BATCH):
        part = cases[start : start + BATCH]
        yield from _guarded(part[0], lambda part=part: _picture_cases(folder, part))  # type: ignore[misc]


def _guarded(case: int, act: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What an act finds; an error that nobody foresaw is a finding, and so is one that hangs."""

    def hang(number: int, frame: object) -> None:
        raise TimeoutError(f"still at work after {MOST_SECONDS} s")

    signal.signal(signal.SIGALRM, hang)
    signal.alarm(MOST_SECONDS)
    try:
        yield from act()
    except Exception as error:
        lines = traceback.format_exception(error)
        yield Finding(case, "", f"{type(error).__name__}: {error}\n{''.join(lines[-4:])}")
    finally:
        signal.alarm(0)


def _picture_cases(folder: Path, cases: list[int]) -> Iterator[Finding]:
    """A data set of damaged pictures between whole ones: opened, checked, read in every way."""
    from studio.data.dataset import UNUSABLE
    from studio.data.doctor import check_pictures
    from studio.data.index import open_dataset

    root = folder / "pictures"
    shutil.rmtree(root, ignore_errors=True)
    whole, names = pictures(), list(pictures())
    files = {}
    for i, name in enumerate(["whole.png", "whole too.png"]):
        (root / "ab"[i]).mkdir(parents=True)
        (root / "ab"[i] / name).write_bytes(whole["plain.png"])
    for case in cases:
        chance = np.random.default_rng([11, case])
        name, other = (names[int(chance.integers(len(names)))] for _ in range(2))
        path = f"{'ab'[case % 2]}/{case}-{name}"
        files[path] = case
        (root / path).write_bytes(mutated(whole[name], whole[other], chance))
    dataset = open_dataset(root)
    checked = check_pictures(dataset, workers=1)
    listed = {p.path for p in checked.problems if p.kind in UNUSABLE}
    shown = set(dataset.paths) - listed
    for path, case in files.items():
        if path not in shown | listed:
            yield Finding(case, path, "neither shown nor listed")
    for path in dataset.paths:
        words = _read_all_ways(root / path)
        if (path in listed) != bool(words) and path in files:
            yield Finding(
                files[path], path, f"listed: {path in listed}, reading it: {words or 'ok'}"
            )


def _read_all_ways(path: Path) -> str:
    """Why the network cannot get a picture; empty where it can. All other readers must agree
    not to break on it."""
    from contextlib import suppress

    from studio.core.errors import PictureError
    from studio.core.input import InputSpec
    from studio.data import pixels

    for read in (lambda: pixels.thumbnail(path, 64), lambda: pixels.info(path)):
        with suppress(PictureError):
            read()
    with suppress(PictureError):
        pixels.load(path, InputSpec(width=16, height=16, channels=5))
    try:
        pixels.load(path, InputSpec(width=16, height=16))
    except PictureError as error:
        return str(error)
    return ""


def _label_case(folder: Path, case: int) -> Iterator[Finding]:
    """A data set with one damaged label file, or file of arrays: opened, its pictures read."""
    from studio.core.errors import StudioError
    from studio.data.index import open_dataset

    chance = np.random.default_rng([13, case])
    sets = label_files(folder / "whole")
    name = list(sets)[int(chance.integers(len(sets)))]
    place, damaged = sets[name]
    root = folder / "labels"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(place, root)
    target = damaged[int(chance.integers(len(damaged)))]
    file = next(p for p in root.rglob(target))
    other = next(iter(sorted(place.rglob(damaged[0])))).read_bytes()
    file.write_bytes(mutated(file.read_bytes(), other, chance))
    for opened in (root, file):
        try:
            dataset = open_dataset(opened)
        except StudioError as error:
            if not str(error).strip():
                yield Finding(case, name, "an error without words")
            continue
        told = set(dataset.paths) | {p.path for p in dataset.problems}
        for path in sorted(root.rglob("*.png")):
            relative = path.relative_to(root).as_posix()
            if dataset.root == root and relative not in told:
                yield Finding(case, f"{name}: {relative}", "neither shown nor listed")
        for member in dataset.paths[:20]:
            _read_all_ways(dataset.root / member)


# --- in a process of its own ----------------------------------------------------------------------


def fuzz(folder: Path, first: int, last: int) -> list[Finding]:
    """Run cases in child processes; one that dies is a finding, and the rest goes on."""
    findings: list[Finding] = []
    while first < last:
        folder.mkdir(parents=True, exist_ok=True)
        child = subprocess.run(
            [sys.executable, "-m", "tests.data.fuzzing", str(folder), str(first), str(last)],
            capture_output=True, text=True, check=False,
            env={**os.environ, "CLASSIFIER_STUDIO_HOME": str(folder / "home")},
        )  # fmt: skip
        lines = [json.loads(x) for x in child.stdout.splitlines() if x.startswith("{")]
        findings += [Finding(**x) for x in lines if "case" in x]
        if child.returncode == 0 and lines and lines[-1].get("done"):
            break
        reached = max([x["at"] for x in lines if "at" in x], default=first)
        words = f"the process ended with {child.returncode}: {child.stderr[-1500:]}"
        findings.append(Finding(reached, "", words))
        first = reached + PART
    return findings


PART = 5 * BATCH
"""Cases after which a child says how far it is."""


def _main(folder: Path, first: int, last: int) -> None:
    import resource  # not on Windows

    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    shutil.rmtree(folder / "whole", ignore_errors=True)
    for start in range(first, last, PART):
        print(json.dumps({"at": start}), flush=True)
        for finding in run(folder, start, min(last, start + PART)):
            print(json.dumps(asdict(finding)), flush=True)
    print(json.dumps({"done": True}), flush=True)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
