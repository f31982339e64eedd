"""Large data sets: the index of 100,000 files, 1,281,167 rows in memory, thumbnails a second."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.benchmarks.indexing import _walk
from tests.benchmarks.report import Figure

FILES, CLASSES = 100_000, 100
ROWS, SYNSETS = 1_281_167, 1000
"""The training pictures of ImageNet, and its classes."""
DRAWINGS, ROUNDS = 200, 5
MEGABYTES, FILTER_MS = 400, 150
SIZES = ((500, 375, 600), (1600, 1200, 40), (4000, 3000, 10))
"""Widths, heights and numbers of the pictures that thumbnails are made of."""


def measure() -> list[Figure]:
    """Ratios of medians of alternating rounds; the files are in the system's cache."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["CLASSIFIER_STUDIO_HOME"] = str(home / "home")
        figures = [*_index(home / "files"), *_rows(home / "rows"), *_thumbnails(home / "jpeg")]
    return figures


def linked(root: Path, files: int, classes: int, name: Callable[[int, int], str]) -> None:
    """Drawn pictures, each under many names: hard links, so that the disk stays small."""
    from PIL import Image

    from studio.data.sample import render

    originals = root.parent / f"{root.name} originals"
    originals.mkdir(parents=True)
    for i in range(DRAWINGS):
        Image.fromarray(render(i, 128, 1)[0]).save(originals / f"{i}.jpg", quality=90)
    sources = [str(originals / f"{i}.jpg") for i in range(DRAWINGS)]
    for c in range(classes):
        folder = root / f"n{1440764 + c * 7919:08d}"
        folder.mkdir(parents=True)
        for i in range(files // classes + (c < files % classes)):
            os.link(sources[(c * 7 + i) % DRAWINGS], folder / name(c, i))


def _index(root: Path) -> list[Figure]:
    """First opening and second one, beside listing the folders and asking for every size."""
    from studio.core.paths import cache_folder
    from studio.data.index import open_dataset

    linked(root, FILES, CLASSES, lambda c, i: f"{c:03d}_{i:05d}.jpg")
    walks, firsts, seconds = [], [], []
    for _ in range(ROUNDS):
        shutil.rmtree(cache_folder() / "index", ignore_errors=True)
        walks.append(_seconds(lambda: _walk(str(root))))
        firsts.append(_seconds(lambda: open_dataset(root)))
        seconds.append(_seconds(lambda: open_dataset(root)))
    walk, first, second = map(statistics.median, (walks, firsts, seconds))
    note = f"ms ÷ {walk * 1000:.0f} ms"
    return [
        Figure("index of 100,000 files, first opening ÷ scandir + stat", first / walk, limit=3,
               note=f"{first * 1000:.0f} {note}"),
        Figure("index of 100,000 files, known ÷ scandir + stat", second / walk, limit=1.3,
               note=f"{second * 1000:.0f} {note}"),
    ]  # fmt: skip


def _rows(root: Path) -> list[Figure]:
    """A process of its own opens all of it twice, filters and splits."""
    linked(root, ROWS, SYNSETS, lambda c, i: f"n{1440764 + c * 7919:08d}_{i * 13 + c}.JPEG")
    figures = []
    for when in ("first opening", "known index"):
        answer = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.scale", str(root)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = json.loads(answer.stdout.splitlines()[-1])
        assert found["rows"] == ROWS
        slowest = max(found["filters"], key=lambda name: found["filters"][name])
        figures += [
            Figure(f"memory for 1,281,167 rows, {when}", found["megabytes"], "MB", MEGABYTES,
                   note=f"opened in {found['open']:.1f} s, split in {found['split']:.1f} s"),
            Figure(f"slowest filter of 1,281,167 rows, {when}",
                   found["filters"][slowest] * 1000, "ms", FILTER_MS,
                   note=f"{slowest}; of {len(found['filters'])} filters"),
        ]  # fmt: skip
    return figures


def _in_child(root: str) -> dict[str, object]:
    """Open, split, filter; memory is the most that was in use above the empty process."""
    import resource

    import numpy as np

    from studio.data.formats.registry import FORMATS
    from studio.data.index import open_dataset
    from studio.data.split import SplitSpec, assign
    from studio.ui.panes.data.order import listed, name_order

    list(FORMATS)
    with open("/proc/self/statm") as file:
        empty = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    start = time.perf_counter()
    dataset = open_dataset(root)
    opened = time.perf_counter() - start
    start = time.perf_counter()
    split = assign(dataset, SplitSpec())
    drawn = time.perf_counter() - start
    dataset.fingerprint()
    by_name = name_order(dataset)
    lowered = [path.lower() for path in dataset.paths]
    filters: dict[str, Callable[[], object]] = {
        "one class": lambda: listed(dataset, 500, lowered, "", "shuffled"),
        "all, shuffled": lambda: listed(dataset, None, lowered, "", "shuffled"),
        "all, by class": lambda: listed(dataset, None, lowered, "", "class"),
        "all, by name": lambda: listed(dataset, None, lowered, "", "name", by_name),
        "a word in many names": lambda: listed(dataset, None, lowered, "77", "shuffled"),
        "a word in one class": lambda: listed(dataset, 500, lowered, "77", "name", by_name),
        "one split": lambda: np.flatnonzero(split == 1),
    }
    seconds = {
        name: statistics.median([_seconds(act) for _ in range(3)]) for name, act in filters.items()
    }
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "rows": len(dataset), "open": opened, "split": drawn, "filters": seconds,
        "megabytes": (most - empty) / 1e6,
    }  # fmt: skip


def _thumbnails(root: Path) -> list[Figure]:
    """The window's own loader beside OpenCV reading at the same reduced size, on all cores."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    figures = []
    for width, height, number in SIZES:
        files = _photographs(root / str(width), width, height, number)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(_seconds(partial(_reduced, files, width)))
            ours.append(_seconds(partial(_loaded, files)))
        a, b = number / statistics.median(ours), number / statistics.median(theirs)
        figures.append(
            Figure(f"thumbnails of {width} × {height} px ÷ OpenCV's reduced decoding", a / b,
                   limit=0.8, at_least=True, note=f"{a:,.0f} ÷ {b:,.0f} a second")
        )  # fmt: skip
    return figures


def _photographs(folder: Path, width: int, height: int, number: int) -> list[str]:
    """Pictures with soft shapes and grain, about as hard to decode as photographs."""
    import cv2
    import numpy as np

    folder.mkdir(parents=True)
    chance = np.random.default_rng(1)
    for i in range(number):
        small = chance.integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8)
        soft = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
        soft += chance.normal(0, 8, (height, width, 1)).astype(np.int16)
        cv2.imwrite(str(folder / f"{i}.jpg"), np.clip(soft, 0, 255).astype(np.uint8))
    return sorted(map(str, folder.iterdir()))


_SIDE = 128


def _reduced(files: list[str], width: int) -> None:
    import cv2

    flags = {2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4,
             8: cv2.IMREAD_REDUCED_COLOR_8}  # fmt: skip
    factor = max(f for f in flags if width // f >= _SIDE)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        assert all(p is not None for p in pool.map(lambda f: cv2.imread(f, flags[factor]), files))


def _loaded(files: list[str]) -> None:
    """In a real event loop, which waits where it has nothing to do."""
    from PySide6.QtCore import QEventLoop

    from studio.ui.thumbnails import ThumbnailLoader

    loader, loop, there = ThumbnailLoader(), QEventLoop(), set[str]()

    def take(paths: set[str]) -> None:
        there.update(paths)
        if len(there) == len(files):
            loop.quit()

    loader.arrived.connect(take)
    for file in files:
        loader.get(file, _SIDE)
    loop.exec()
    assert not any(map(loader.reason, files))


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(_in_child(sys.argv[1])))
