"""A folder of 50,000 pictures: indexing against walking it, and the first thumbnails on screen."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import Figure

FILES, CLASSES, DRAWINGS, ROUNDS = 50_000, 50, 200, 5


def measure() -> list[Figure]:
    """Median of alternating rounds; the files are in the system's cache for both."""
    from studio.data.index import open_dataset

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pictures"
        _write(root)
        walk, index = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            assert _walk(str(root)) == FILES
            walk.append(time.perf_counter() - start)
            start = time.perf_counter()
            assert len(open_dataset(root).paths) == FILES
            index.append(time.perf_counter() - start)
        w, i = statistics.median(walk), statistics.median(index)
        figures = [
            Figure("index of 50,000 files ÷ os.scandir + stat", i / w,
                   note=f"{i * 1000:.0f} ms ÷ {w * 1000:.0f} ms"),
        ]  # fmt: skip
        return [*figures, *_window(root, Path(folder) / "home")]


def _write(root: Path) -> None:
    """Drawn pictures, each under many names: hard links, so that the disk stays small."""
    from PIL import Image

    from studio.data.sample import render

    originals = root.parent / "originals"
    originals.mkdir(parents=True)
    for i in range(DRAWINGS):
        Image.fromarray(render(i, 128, 1)[0]).save(originals / f"{i}.jpg", quality=90)
    for c in range(CLASSES):
        (root / f"class {c:02d}").mkdir(parents=True)
        for i in range(FILES // CLASSES):
            source = originals / f"{(c * 7 + i) % DRAWINGS}.jpg"
            os.link(source, root / f"class {c:02d}" / f"{i:05d}.jpg")


def _walk(folder: str) -> int:
    count = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                count += _walk(entry.path)
            else:
                entry.stat()
                count += 1
    return count


def _window(root: Path, home: Path) -> list[Figure]:
    """From asking the real window for the folder to thumbnails on screen; then scrolling."""
    os.environ["CLASSIFIER_STUDIO_HOME"] = str(home)
    from PySide6.QtWidgets import QApplication

    from studio.app import build_world

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    world = build_world()
    world.window.show()
    application.processEvents()
    try:
        first = _first_thumbnail(application, world, root)
        gaps = _scroll(application, world)
    finally:
        world.close()
    slow = sorted(gaps)[int(len(gaps) * 0.99)]
    return [
        Figure("first thumbnails after opening 50,000 files", first * 1000, "ms", limit=300),
        Figure("scrolling 50,000, 99th percentile of a frame", slow * 1000, "ms", limit=1000 / 60,
               note=f"{len(gaps)} frames"),
    ]  # fmt: skip


def _grid(world):  # type: ignore[no-untyped-def]
    from studio.ui.widgets.picture_grid import PictureGrid

    return next(g for g in world.window.findChildren(PictureGrid) if g.isVisible())


def _first_thumbnail(application, world, root: Path) -> float:  # type: ignore[no-untyped-def]
    """Seconds from the request until a thumbnail of the folder stands on the painted grid."""
    from studio.ui.widgets.picture_grid import TileRole

    start = time.perf_counter()
    world.session.open_requested.emit(root)
    while world.session.dataset is None:
        application.processEvents()
        if time.perf_counter() - start > 60:
            raise RuntimeError("the folder did not open")
    grid = _grid(world)
    while time.perf_counter() - start < 60:
        application.processEvents()
        picture = grid.model().index(0, 0).data(TileRole.PIXMAP)
        if picture is not None and not picture.isNull():
            grid.viewport().grab()
            return time.perf_counter() - start
    raise RuntimeError("no thumbnail came")


def _scroll(application, world, frames: int = 300) -> list[float]:  # type: ignore[no-untyped-def]
    """Seconds of each frame while the wheel turns through the whole list."""
    grid = _grid(world)
    bar = grid.verticalScrollBar()
    seconds = []
    for frame in range(frames):
        start = time.perf_counter()
        bar.setValue(int(bar.maximum() * frame / frames))
        grid.viewport().repaint()
        application.processEvents()
        seconds.append(time.perf_counter() - start)
        time.sleep(max(0.0, 1 / 60 - seconds[-1]))
    return seconds
