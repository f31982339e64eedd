"""Window ready (first paint, then an event answered) against a bare Qt and pyqtgraph script."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.report import Figure

ROUNDS = 7

BARE = """
import sys
import pyqtgraph
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

class Plot(pyqtgraph.PlotWidget):
    painted = False
    def paintEvent(self, event):
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, answered)

def answered():
    print("painted", flush=True)
    app.quit()

app = QApplication(sys.argv)
plot = Plot()
plot.resize(1280, 800)
plot.show()
app.exec()
"""


def measure() -> list[Figure]:
    """Medians of interleaved cold processes; the studio starts with an empty home."""
    bare, studio = [], []
    with tempfile.TemporaryDirectory() as home:
        # Compiled modules are kept, as they are on any machine after the first start.
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "CLASSIFIER_STUDIO_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        studio_command = [sys.executable, "-m", "studio", "--quit-after-paint"]
        bare_command = [sys.executable, "-c", BARE]
        for command in (bare_command, studio_command):
            _seconds(command, environment)
        for _ in range(ROUNDS):
            bare.append(_seconds(bare_command, environment))
            studio.append(_seconds(studio_command, environment))
    b, s = statistics.median(bare), statistics.median(studio)
    note = f"{s:.2f} s ÷ {b:.2f} s, median of {ROUNDS}"
    return [Figure("window ready ÷ bare PySide6 + pyqtgraph", s / b, limit=1.5, note=note)]


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    """From starting the process to its line about the first paint."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - start
        process.wait(60)
    if "painted" not in line:
        raise RuntimeError(f"{command[1:]} did not paint: {line!r}")
    return seconds
