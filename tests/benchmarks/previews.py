"""From a slider to the new grid: 12 previews at 224 px, in a real pane with a real preview process.

The pictures are generated photographs. Kinds are ranked by what they cost here; the cheap two
thirds have to follow the slider.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.report import Figure

SIDE, PHOTO, CLASSES = 224, (500, 375), 4
MOVES, WARM_UP = 6, 2
DRAG_SECONDS, DRAG_EVERY = 4.0, 0.016
SLOWEST = 3.0
"""Seconds after which a move is given up."""

SLOW = 400.0
"""Milliseconds after which a kind is not moved again: it is none of the cheap ones."""

DRAGGED = ("rotate", "brightness", "gaussian_noise")


def measure() -> list[Figure]:
    """Milliseconds from a move of a slider to the previews of it, and the window's beats."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLASSIFIER_STUDIO_HOME"] = str(Path(folder) / "home")
        write_photographs(Path(folder) / "photographs")
        desk = Desk(Path(folder) / "photographs")
        try:
            return [*_delays(desk), *_beats(desk)]
        finally:
            desk.close()


def write_photographs(folder: Path, count: int = 6) -> None:
    """JPEG files with the smoothness and the noise of photographs, ``count`` of each class."""
    import cv2

    source = np.random.default_rng(11)
    for name in range(CLASSES):
        (folder / f"class {name}").mkdir(parents=True)
        for index in range(count):
            rough = source.integers(0, 256, (9, 12, 3), dtype=np.uint8)
            smooth = cv2.resize(rough, PHOTO, interpolation=cv2.INTER_CUBIC).astype(np.int16)
            noise = source.normal(0, 6, smooth.shape)
            pixels = np.clip(smooth + noise, 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"class {name}" / f"{index}.jpg"), pixels)


class Desk:
    """A session with pictures and the pane, on the screen and settled."""

    def __init__(self, folder: Path) -> None:
        from PySide6.QtWidgets import QApplication

        from studio.core.input import InputSpec
        from studio.core.settings import SettingsStore
        from studio.data.index import open_dataset
        from studio.ui.engines import Engines
        from studio.ui.jobs import Jobs
        from studio.ui.panes.augment.pane import AugmentPane
        from studio.ui.session import Session
        from studio.ui.theme import Theme

        application = QApplication.instance() or QApplication([])
        assert isinstance(application, QApplication)
        self.application = application
        self.theme = Theme(application, "light")
        self.engines, self.jobs = Engines(), Jobs()
        self.session = Session(SettingsStore(), self.engines, self.jobs)
        self.session.new_project()
        self.session.set_dataset(open_dataset(folder))
        self.session.set_input(InputSpec(width=SIDE, height=SIDE))
        self.pane = AugmentPane(self.session)
        self.pane.resize(1196, 716)
        self.pane.show()
        self.stage = self.pane.stage
        self.painted = Painted(self.stage.grid.viewport())
        self.wait(self.is_still, 60)
        self.stage.tools.count.set_current(12)
        self.stage.tools.count_changed.emit()
        self.wait(self.is_still, 60)
        self.spin(1.0)  # the catalogue's thumbnails

    def is_still(self) -> bool:
        """Whether every preview is on the screen and the worker has nothing to do."""
        lines = self.stage.grid.lines()
        full = all(line.original and line.previews for line in lines)
        return bool(lines) and full and not self.engines.previewer.is_busy

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Turn the event loop until something is true."""
        end = time.perf_counter() + seconds
        while not until():
            if time.perf_counter() > end:
                return False
            self.application.processEvents()
            time.sleep(0.0005)
        return True

    def spin(self, seconds: float) -> None:
        """Turn the event loop for a while."""
        self.wait(lambda: False, seconds)

    def open(self, kind: str) -> Any:
        """Make a step of this kind the only one, open its card, and return its first slider."""
        from studio.augment.policy import Policy, parse_policy
        from studio.ui.widgets.sliders import RangeSlider, Slider

        # Empty first: the card of the same kind would stay.
        self.session.set_policy(Policy(), "Nothing")
        self.session.set_policy(parse_policy([{"kind": kind}]), f"Only {kind}")
        self.pane.panel.steps.cards[0].set_open(True)
        self.wait(self.is_still, 60)
        form = self.pane.panel.steps.cards[0].form
        assert form is not None
        sliders = [*form.findChildren(RangeSlider), *form.findChildren(Slider)]
        return next((s for s in sliders if s.isVisible() and s.isEnabled()), None)

    def close(self) -> None:
        """End everything."""
        self.pane.close()
        self.session.close()
        self.jobs.shutdown()
        self.engines.shutdown()


class Painted:
    """Counts the drawings of a widget."""

    def __init__(self, widget: Any) -> None:
        from PySide6.QtCore import QEvent, QObject

        class Watch(QObject):
            count = 0

            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() is QEvent.Type.Paint:
                    self.count += 1
                return False

        self._watch = Watch(widget)
        widget.installEventFilter(self._watch)

    @property
    def count(self) -> int:
        """How often it was drawn."""
        return self._watch.count


def _delay(desk: Desk, slider: Any, forward: bool) -> float:
    """Milliseconds from a press of a key on the slider until its previews are painted."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    drawn: list[int] = []
    before = desk.session.policy
    keep = desk.stage.drawn.connect(lambda: drawn.append(desk.painted.count))
    begun = time.perf_counter()
    QTest.keyClick(slider, Qt.Key.Key_Right if forward else Qt.Key.Key_Left)
    if desk.session.policy == before:  # it stood at its end
        QTest.keyClick(slider, Qt.Key.Key_Left if forward else Qt.Key.Key_Right)
    # The drawing that follows is delivered by the event loop.
    desk.wait(lambda: bool(drawn) and desk.painted.count > drawn[-1], SLOWEST)
    took = (time.perf_counter() - begun) * 1000
    desk.stage.drawn.disconnect(keep)
    desk.wait(desk.is_still, 30)
    desk.spin(0.02)
    return took


def _delays(desk: Desk) -> list[Figure]:
    from studio.augment.registry import AUGMENTERS, kind_of

    took: dict[str, list[float]] = {}
    for step in AUGMENTERS:
        slider = desk.open(kind_of(step))
        if slider is None:
            continue
        slider.setFocus()
        first = [_delay(desk, slider, index % 2 == 0) for index in range(WARM_UP)]
        if first[-1] > SLOW:
            took[kind_of(step)] = first[-1:]
        else:
            took[kind_of(step)] = [_delay(desk, slider, i % 2 == 0) for i in range(MOVES)]
    ranked = sorted(took, key=lambda kind: statistics.median(took[kind]))
    cheap = ranked[: round(len(ranked) * 2 / 3)]
    all_of_them = sorted(each for kind in cheap for each in took[kind])
    p95 = all_of_them[min(len(all_of_them) - 1, int(len(all_of_them) * 0.95))]
    worst = "; ".join(f"{kind} {statistics.median(took[kind]):.0f}" for kind in cheap[:-7:-1])
    rest = "; ".join(f"{kind} {statistics.median(took[kind]):.0f}" for kind in ranked[:-6:-1])
    return [
        Figure("slider to grid of 12, median of the cheap two thirds",
               statistics.median(all_of_them), "ms", 60,
               note=f"{len(cheap)} kinds, slowest: {worst}"),
        Figure("slider to grid of 12, 95th percentile of them", p95, "ms", 120),
        Figure("slider to grid of 12, median of the dearest kind",
               statistics.median(took[ranked[-1]]), "ms", note=rest),
    ]  # fmt: skip


def _beats(desk: Desk) -> list[Figure]:
    """Gaps between the ticks of a timer of 10 ms while a slider is dragged without a pause."""
    gaps: list[float] = []
    frames = 0
    seconds = 0.0
    for kind in DRAGGED:
        slider = desk.open(kind)
        found, drawn, took = _drag(desk, slider)
        gaps += found
        frames += drawn
        seconds += took
    gaps.sort()
    p99 = gaps[int(len(gaps) * 0.99)] * 1000
    note = (
        f"{len(gaps)} beats, median {statistics.median(gaps) * 1000:.1f} ms, "
        f"worst {gaps[-1] * 1000:.0f} ms; {frames / seconds:.0f} grids a second"
    )
    return [Figure("heartbeat while a slider is dragged, 99th percentile", p99, "ms", 50,
                   note=note)]  # fmt: skip


def _drag(desk: Desk, slider: Any) -> tuple[list[float], int, float]:
    """Gaps in seconds, how many grids were drawn meanwhile, and for how many seconds."""
    from PySide6.QtCore import QPoint, Qt, QTimer
    from PySide6.QtTest import QTest

    gaps: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    frames: list[None] = []
    # Late ones too: while the slider moves on, none is of the newest settings.
    previewer = desk.stage.previewer
    keep = previewer.drawn.connect(lambda *_: frames.append(None))
    middle, width = slider.height() // 2, slider.width()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(int(width * 0.9), middle))
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start(10)
    begun = last = time.perf_counter()
    moved = 0
    while (now := time.perf_counter()) - begun < DRAG_SECONDS:
        if now - begun >= moved * DRAG_EVERY:
            moved += 1
            share = 0.75 + 0.2 * np.sin(moved / 9)
            QTest.mouseMove(slider, QPoint(int(width * share), middle))
        desk.application.processEvents()
        time.sleep(0.0005)
    timer.stop()
    end = QPoint(int(width * 0.8), middle)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=end)
    previewer.drawn.disconnect(keep)
    desk.wait(desk.is_still, 30)
    return gaps, len(frames), DRAG_SECONDS
