"""What a process of the studio really loads, seen from inside a fresh interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLOW = ("keras", "tensorflow", "imgaug", "torch", "jax")

LOADED = """
import json, sys
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def fresh(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a new process without a display."""
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=100,
    )


def loaded(result: subprocess.CompletedProcess[str]) -> set[str]:
    """The top-level modules that the process printed as its last line."""
    assert result.returncode == 0, result.stdout + result.stderr
    return set(json.loads(result.stdout.strip().splitlines()[-1]))


WINDOW = """
import json, sys, time
from PySide6.QtWidgets import QApplication
app = QApplication([])
from studio.app import build_world
world = build_world()
world.window.show()
for name in ("data", "augment", "model", "train", "understand", "classify"):
    world.window.show_pane(name)
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        app.processEvents()
names = json.dumps(sorted({name.partition(".")[0] for name in sys.modules}))
world.close()
print(names)
"""


def test_the_window_process_never_loads_a_network_library() -> None:
    names = loaded(fresh(WINDOW))
    assert "PySide6" in names
    assert not names & set(SLOW)


def test_every_module_of_the_window_is_light() -> None:
    code = """
import importlib, pkgutil, studio.ui, studio.app
for info in pkgutil.walk_packages(studio.ui.__path__, "studio.ui."):
    importlib.import_module(info.name)
"""
    names = loaded(fresh(code + LOADED))
    assert not names & set(SLOW)


def test_the_catalogues_can_be_listed_without_a_network_library() -> None:
    code = """
from studio.augment.registry import AUGMENTERS
from studio.models.registry import ARCHITECTURES
assert AUGMENTERS.kinds() and ARCHITECTURES.kinds()
"""
    names = loaded(fresh(code + LOADED))
    assert not names & {*SLOW, "PySide6"}


def test_linear_algebra_wakes_no_threads() -> None:
    """A piecewise step of imgaug takes ten times as long where every small product does."""
    code = """
import studio.__main__
import numpy, scipy.linalg
from threadpoolctl import threadpool_info
print([each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"])
"""
    result = fresh(code)
    assert result.returncode == 0, result.stderr
    assert set(json.loads(result.stdout)) <= {1}


def test_help_is_quick_and_light() -> None:
    code = """
import sys
from studio.__main__ import main
sys.argv = ["classifier-studio", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    start = time.monotonic()
    result = fresh(code + LOADED)
    took = time.monotonic() - start
    names = loaded(result)
    assert not names & {*SLOW, "PySide6", "pyqtgraph", "sklearn"}
    assert "predict" in result.stdout
    assert took < 10  # a hang or a heavy import; the exact time is a benchmark's business
