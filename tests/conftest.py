"""What every test gets: a home of its own, no display, quiet libraries, no leftovers.

Nothing here is mocked: widgets are Qt's, networks are Keras's, files are on the disk.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]

# Before anything imports Qt, Keras or OpenCV. A set platform stays: one can watch the tests.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)

# Keras imports OpenCV, too, which then leads Qt astray: ours comes first and puts that right.
# Before NumPy, too: the studio says in how many threads that works.
import studio.data.opencv  # noqa: E402, F401

import numpy as np  # noqa: E402  # isort: skip
from PIL import Image  # noqa: E402  # isort: skip

PATIENCE = 5.0
"""Seconds that threads and processes get to end after a window was closed."""


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders yet to be made. pytest's own numbering looks through all earlier ones each time."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def isolated_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder for settings, caches, logs and weights; the person's own are never seen."""
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("CLASSIFIER_STUDIO_HOME", str(home))
    monkeypatch.setenv("KERAS_HOME", str(home / "keras"))
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real test pictures beside the checkout; skips where it is not there."""
    named = os.environ.get("CLASSIFIER_STUDIO_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(
            f"the real test pictures are not here ({folder}); "
            "CLASSIFIER_STUDIO_TEST_DATA can name their folder"
        )
    return folder


def write_noise(path: Path, colour: tuple[int, int, int], seed: int, size: int = 32) -> None:
    """Write a PNG of ``size`` × ``size`` px: noise around a colour, the same for the same seed."""
    noise = np.random.default_rng(seed).normal(0, 40, (size, size, 3))
    pixels = np.clip(np.asarray(colour) + noise, 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def tiny_dataset(tmp_path: Path) -> Path:
    """A folder with the classes blue, green and red, of eight PNG each, 32 × 32 px."""
    folder = tmp_path / "tiny"
    colours = {"blue": (60, 80, 190), "green": (60, 170, 80), "red": (190, 70, 60)}
    for number, (name, colour) in enumerate(colours.items()):
        for index in range(8):
            write_noise(folder / name / f"{name} {index + 1}.png", colour, 100 * number + index)
    return folder


def _children() -> dict[int, psutil.Process]:
    """The processes below this one, without those that multiprocessing keeps for itself."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            words = " ".join(process.cmdline())
            if process.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in words:
                found[process.pid] = process
        except psutil.Error:
            continue
    return found


def _running_threads(before: set[threading.Thread]) -> list[str]:
    """Names of Python threads that a test started and left; daemon or not."""
    return [
        thread.name
        for thread in threading.enumerate()
        # A foreign (Qt) thread that Python has met stays listed on Python 3.11 after its end.
        if thread not in before and not isinstance(thread, threading._DummyThread)
    ]


def _let_qt_finish() -> None:
    """Deliver what is queued: finished threads report, closed windows are deleted."""
    if "PySide6.QtCore" in sys.modules:
        from PySide6.QtCore import QCoreApplication, QEvent

        if QCoreApplication.instance() is not None:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QCoreApplication.processEvents()


def _running_qthreads() -> list[str]:
    """Names of Qt's threads that were made since `gc.freeze()` and still run."""
    from PySide6.QtCore import QCoreApplication, QThread
    from shiboken6 import isValid

    app = QCoreApplication.instance()
    main = app.thread() if app is not None and isValid(app) else None
    return [
        f"QThread {thing.objectName() or type(thing).__name__}"
        for thing in gc.get_objects()
        if issubclass(type(thing), QThread)
        and isValid(thing)
        and thing is not main
        and thing.isRunning()
    ]


@pytest.fixture(autouse=True)
def no_leftovers(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test of the window fails if a thread or a process outlives it."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    threads = set(threading.enumerate())
    children = set(_children())
    count = psutil.Process().num_threads()
    # What is here already, a fixture of the whole module with its threads among it, may stay: it
    # is set aside, and neither looked at below nor by any garbage collection of the test.
    gc.collect()
    gc.freeze()
    yield
    left: list[str] = []
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        _let_qt_finish()
        left = _running_threads(threads)
        left += [f"process {pid}" for pid in _children() if pid not in children]
        if "PySide6.QtCore" in sys.modules and psutil.Process().num_threads() > count:
            left += _running_qthreads()
        if not left:
            return
        time.sleep(0.05)
    for pid, process in _children().items():
        if pid not in children:
            process.kill()
    pytest.fail(f"still running {PATIENCE:.0f} s after the test: {', '.join(left)}")
