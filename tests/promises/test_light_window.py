"""Promise 3: the window's process trains, explains and predicts without ever loading Keras."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WHOLE_JOB = """
import json, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from studio.app import build_world
from studio.ui.rehearsal import Rehearsal

app = QApplication([])
world = build_world()
world.window.show()
rehearsal = Rehearsal(world.window, Path(sys.argv[1]))
rehearsal.ended.connect(app.exit)
rehearsal.start()
code = app.exec()
names = json.dumps(sorted({name.partition(".")[0] for name in sys.modules}))
world.close()
print(names)
sys.exit(code)
"""


@pytest.mark.timeout(300)
def test_a_whole_job_leaves_the_window_light(tiny_dataset: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHOLE_JOB, str(tiny_dataset)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *said, last = done.stdout.strip().splitlines()
    steps = [json.loads(line)["event"] for line in said if line.startswith("{")]
    assert steps == ["opened", "shown", "trained", "classified"]
    names = set(json.loads(last))
    assert {"PySide6", "pyqtgraph"} <= names
    assert not names & {"keras", "tensorflow", "imgaug", "torch", "jax"}
