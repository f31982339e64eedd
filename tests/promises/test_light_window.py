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
import json, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from studio.app import build_world
from studio.core.input import InputSpec
from studio.models.architectures.lenet import LeNet
from studio.training.recipe import Recipe

app = QApplication([])
world = build_world()
world.window.show()
session = world.session

def wait(until, what):
    end = time.monotonic() + 150
    while not until():
        assert time.monotonic() < end, what
        app.processEvents()
        time.sleep(0.005)

folder = Path(sys.argv[1])
session.open_requested.emit(folder)
wait(lambda: session.dataset is not None, "the data set")
for pane in ("augment", "model", "train", "understand", "classify", "device"):
    world.window.show_pane(pane)
session.set_model(LeNet(), InputSpec(width=32, height=32))
session.set_recipe(Recipe(epochs=1, batch_size=8))
world.training.start()
wait(lambda: world.training.is_running, "the start")
wait(lambda: not world.training.is_running, "the end")
assert session.runs[-1].record.state == "finished", session.runs[-1].record.reason
classify = world.window.pane("classify")
classify.add_paths([str(next((folder / "red").iterdir()))])
items = classify.view.list.batch.items
wait(lambda: items() and items()[0].prediction is not None, "the answer")
names = json.dumps(sorted({name.partition(".")[0] for name in sys.modules}))
world.close()
print(names)
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
    names = set(json.loads(done.stdout.strip().splitlines()[-1]))
    assert {"PySide6", "pyqtgraph"} <= names
    assert not names & {"keras", "tensorflow", "imgaug", "torch", "jax"}
