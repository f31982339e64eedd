"""A folder of 50,000 pictures: indexing against walking it, and the first thumbnails on screen."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import Figure

WHEEL_PIXELS = 120
"""A frame at 7,200 px a second: a fast wheel."""
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
    _settle(application)
    try:
        world.rest()
        first, first_processor, was_before = _first_thumbnail(application, world, root)
        _settle(application)
        wheel = _scroll(application, world, WHEEL_PIXELS)
        bar = _scroll(application, world, 0)
    finally:
        world.close()
    when = "before the index was done" if was_before else "after the index"
    # The seconds of the processor tell a slow window from a computer that is busy otherwise.
    return [
        Figure("first thumbnails after opening 50,000 files", first * 1000, "ms", limit=300,
               note=f"{when}; processor {first_processor * 1000:.0f} ms in all threads"),
        _frames("a frame while the wheel turns fast, 99th percentile", wheel, 1000 / 60),
        _frames("a frame while the bar is dragged through all, 95th", bar, None, 0.95),
        _pace("frames a second, slowest quarter second of the wheel", wheel[0]),
        _pace("frames a second, slowest quarter second of dragging", bar[0]),
    ]  # fmt: skip


def _settle(application, seconds: float = 1.0) -> None:  # type: ignore[no-untyped-def]
    """Let what follows a paint be over: drawn samples, the look at the device."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        application.processEvents()
        time.sleep(0.005)


def _grid(world):  # type: ignore[no-untyped-def]
    from studio.ui.widgets.picture_grid import PictureGrid

    grids = world.window.findChildren(PictureGrid)
    return next((grid for grid in grids if grid.isVisible()), None)


def _first_thumbnail(application, world, root: Path) -> tuple[float, float, bool]:  # type: ignore[no-untyped-def]
    """From the request until a thumbnail of the folder stands on the painted grid.

    Returns seconds, seconds of the processor in all threads, and whether that was before the
    index; leaves when the folder is open.
    """
    start, processor = time.perf_counter(), time.process_time()
    world.session.open_requested.emit(root)
    found = None
    while found is None or world.session.dataset is None:
        application.processEvents()
        if found is None and (grid := _grid(world)) is not None and _has_picture(grid, root):
            grid.viewport().grab()
            found = (
                time.perf_counter() - start, time.process_time() - processor,
                world.session.dataset is None,
            )  # fmt: skip
        if time.perf_counter() - start > 60:
            raise RuntimeError("no thumbnail came, or the folder did not open")
        time.sleep(0.001)  # an event loop waits; turning in Python would starve the threads
    return found


def _has_picture(grid, root: Path) -> bool:  # type: ignore[no-untyped-def]
    """Whether a tile in sight has its picture."""
    from studio.ui.widgets.picture_grid import TileRole

    model = grid.model()
    first, last = grid.visible_rows()
    if last < first or not model.path(first).startswith(str(root)):
        return False
    pictures = (model.index(row, 0).data(TileRole.PIXMAP) for row in range(first, last + 1))
    return any(picture is not None and not picture.isNull() for picture in pictures)


def _scroll(  # type: ignore[no-untyped-def]
    application, world, pixels: int, frames: int = 300
) -> tuple[list[float], list[float]]:
    """Seconds, and seconds of this thread's processor, of each frame: one move, one paint.

    Args:
        pixels: how far the list moves between two frames; 0 goes through the whole list.
    """
    grid = _grid(world)
    assert grid is not None
    bar = grid.verticalScrollBar()
    bar.setValue(0)
    seconds, processor = [], []
    for frame in range(frames):
        start, used = time.perf_counter(), time.thread_time()
        bar.setValue(frame * pixels if pixels else int(bar.maximum() * frame / frames))
        application.processEvents()
        seconds.append(time.perf_counter() - start)
        processor.append(time.thread_time() - used)
        while time.perf_counter() - start < 1 / 60:  # as an event loop: it answers and waits
            application.processEvents()
            time.sleep(0.002)
    return seconds, processor


def _pace(name: str, seconds: list[float], frames: int = 12) -> Figure:
    """How many frames a second could be painted where that was slowest."""
    longest = max(sum(seconds[i : i + frames]) for i in range(len(seconds) - frames + 1))
    return Figure(name, frames / longest, "fps", limit=50, at_least=True)


def _frames(
    name: str, measured: tuple[list[float], list[float]], limit: float | None, share: float = 0.99
) -> Figure:
    seconds, processor = (sorted(column) for column in measured)
    note = f"median {statistics.median(seconds) * 1000:.1f} ms; processor of the window's thread: "
    note += f"median {statistics.median(processor) * 1000:.1f} ms"
    return Figure(name, seconds[int(len(seconds) * share)] * 1000, "ms", limit, note=note)
