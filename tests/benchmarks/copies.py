"""The search for near copies among 100,000 pictures: time beside decoding them, recall, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.report import Figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.data.dataset import Dataset

    Pixels = NDArray[np.uint8]

PICTURES = int(os.environ.get("COPIES_PICTURES", "100000"))
COPIES = 500
SIDE = 128
"""Pixels: the smallest that people check; larger ones take longer to decode, not to search."""

DRAWINGS, DRAWN = 600, 160
FOLDERS = 100
LONGEST, RECALL, FALSE_ALARMS = 3.0, 0.9, 0.005


def measure() -> list[Figure]:
    """Make the pictures; a process of its own decodes, measures and searches them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pictures"
        start = time.perf_counter()
        compose(root, PICTURES, COPIES)
        size = sum(file.stat().st_size for file in root.rglob("*.jpg")) / 1e6
        print(f"  made {PICTURES:,} pictures, {size:,.0f} MB, {time.perf_counter() - start:.0f} s")
        answer = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.copies", str(root)],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    found = json.loads(answer.stdout.splitlines()[-1])
    note = f"{found['search']:.1f} s ÷ {found['decode']:.1f} s; measuring {found['measure']:.1f} s"
    return [
        Figure(f"near copies among {PICTURES:,}: search ÷ decoding",
               found["search"] / found["decode"], limit=LONGEST, note=note),
        Figure("recall of near copies", found["recall"], "", RECALL, at_least=True,
               note=f"{COPIES} planted"),
        Figure("false alarms among clean pictures", found["wrong"], "", FALSE_ALARMS),
        Figure("memory above the empty process", found["megabytes"], "MB",
               note=f"{found['search_megabytes']:,.0f} MB of it by the search"),
    ]  # fmt: skip


def compose(root: Path, pictures: int, copies: int) -> None:
    """Write different pictures, put together from parts of drawings, and copies of some.

    The copy of ``clean 000123.jpg`` is ``copy 000123.jpg``; every way of
    :data:`tests.data.planted.NEAR` has its turn.
    """
    from studio.data.parallel import for_each
    from studio.data.sample import render
    from tests.data.planted import NEAR, near_copy

    folders = [root / f"class {i:02d}" for i in range(FOLDERS)]
    for folder in folders:
        folder.mkdir(parents=True)
    drawings: list[Pixels] = [np.zeros((1, 1, 3), np.uint8)] * DRAWINGS

    def draw(i: int) -> None:
        drawings[i] = render(i, DRAWN, 1)[0]

    for_each(DRAWINGS, draw, "Drawing")
    originals = np.random.default_rng(0).choice(pictures - copies, copies, replace=False).tolist()

    def clean(i: int) -> None:
        picture = _composition(drawings, i)
        _save(folders[i % FOLDERS] / f"clean {i:06d}.jpg", picture, 88)

    def copy(i: int) -> None:
        original = originals[i]
        picture, quality = near_copy(_composition(drawings, original), NEAR[i % len(NEAR)], i)
        _save(folders[original % FOLDERS] / f"copy {original:06d}.jpg", picture, quality)

    for_each(pictures - copies, clean, "Composing")
    for_each(copies, copy, "Copying")


def _composition(drawings: list[Pixels], index: int) -> Pixels:
    """A part of one drawing with parts of three others laid on it, each in its own size."""
    import cv2

    chance = np.random.default_rng([7, index])
    picture = _part(drawings, chance, SIDE, SIDE)
    for _ in range(3):
        width, height = (int(n) for n in chance.integers(SIDE // 4, SIDE * 3 // 4, 2))
        part = _part(drawings, chance, width, height)
        left, top = int(chance.integers(0, SIDE - width)), int(chance.integers(0, SIDE - height))
        mask = np.zeros((height, width), np.uint8)
        cv2.ellipse(
            mask, (width // 2, height // 2), (width // 2, height // 2), 0, 0, 360, (255,), -1
        )
        cv2.copyTo(part, mask, picture[top : top + height, left : left + width])
    return picture


def _part(drawings: list[Pixels], chance: np.random.Generator, width: int, height: int) -> Pixels:
    import cv2

    drawing = drawings[int(chance.integers(len(drawings)))]
    side = int(chance.integers(DRAWN // 3, DRAWN))
    left, top = (int(n) for n in chance.integers(0, DRAWN - side, 2))
    part = drawing[top : top + side, left : left + side]
    if chance.integers(2):
        part = part[:, ::-1]
    return np.array(cv2.resize(np.ascontiguousarray(part), (width, height)), np.uint8)


def _save(file: Path, pixels: Pixels, quality: int) -> None:
    import cv2

    shown = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
    done, content = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    file.write_bytes(content.tobytes())


def _in_child(root: str) -> dict[str, float]:
    """Seconds, shares of 1, and the most memory that was in use above the empty process."""
    from studio.data.checks.groups import find_copies
    from studio.data.checks.remembered import filled
    from studio.data.doctor import measure_pictures
    from studio.data.index import open_dataset

    def megabytes() -> float:
        # Not ru_maxrss, which a new process takes over from the one that started it.
        status = Path("/proc/self/status").read_text("ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6

    empty = megabytes()
    dataset = open_dataset(root)
    start = time.perf_counter()
    _decode(dataset)
    decoded = time.perf_counter()
    measures = filled(measure_pictures(dataset))
    measured, before = time.perf_counter(), megabytes()
    copies = find_copies(measures)
    searched = time.perf_counter()
    names = [Path(path).name for path in dataset.paths]
    rows = {name: row for row, name in enumerate(names)}
    pairs = {rows[name]: rows[name.replace("copy", "clean")] for name in names if "copy" in name}
    right = sum(copies.groups[copy] == copies.groups[clean] for copy, clean in pairs.items())
    known = {*pairs, *pairs.values()}
    wrong = {row for group in copies.members() for row in group.tolist()} - known
    return {
        "decode": decoded - start, "measure": measured - decoded, "search": searched - measured,
        "recall": float(right / len(pairs)), "wrong": len(wrong) / len(names),
        "megabytes": megabytes() - empty, "search_megabytes": megabytes() - before,
    }  # fmt: skip


def _decode(dataset: Dataset) -> None:
    from studio.core.errors import PictureError
    from studio.data.decoding import decode
    from studio.data.parallel import for_each

    def read(i: int) -> None:
        with suppress(PictureError):
            decode(dataset.absolute(i))

    for_each(len(dataset), read, "Decoding")


if __name__ == "__main__":
    print(json.dumps(_in_child(sys.argv[1])))
