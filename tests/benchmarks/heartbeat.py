"""The window's heartbeat (a 10 ms timer) while it trains with augmentation and draws the curves."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import Figure

PICTURES, EPOCHS = 1200, 4


def measure() -> list[Figure]:
    """Gaps between ticks from asking for the training until it has ended, imports included."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLASSIFIER_STUDIO_HOME"] = str(Path(folder) / "home")
        return _measure(Path(folder))


def _measure(folder: Path) -> list[Figure]:
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from studio.app import build_world
    from studio.augment.presets import preset
    from studio.data.index import open_dataset
    from studio.data.sample import write_sample
    from studio.training.recipe import Recipe

    write_sample(folder / "sample", count=PICTURES, size=64)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    world = build_world()
    world.window.show()
    session = world.session
    world.rest()  # as the program does 1.5 s after its start
    _spin(application, 1.0)
    session.set_dataset(open_dataset(folder / "sample"))
    session.set_policy(preset("medium"))
    session.set_recipe(Recipe(epochs=EPOCHS))
    world.window.show_pane("train")
    _spin(application, 1.0)

    gaps: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start(10)
    try:
        world.training.start()
        deadline = time.monotonic() + 300
        while (world.training.is_running or not session.runs) and time.monotonic() < deadline:
            application.processEvents()
            time.sleep(0.001)
        assert session.runs[-1].record.state == "finished", session.runs[-1].record
    finally:
        timer.stop()
        world.close()
    gaps.sort()
    p99 = gaps[int(len(gaps) * 0.99)]
    note = f"{len(gaps)} beats, median {statistics.median(gaps) * 1000:.1f} ms"
    return [
        Figure("heartbeat while training, 99th percentile", p99 * 1000, "ms", 50, note=note),
        Figure("heartbeat while training, worst", gaps[-1] * 1000, "ms", 200),
    ]


def _spin(application, seconds: float) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.002)
