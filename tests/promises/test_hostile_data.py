"""Folders that no training can begin with, and one with 10,000 classes: a sentence each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.errors import StudioError
from studio.core.runs import RunFolder
from studio.ui.panes.train.pane import TrainPane
from tests.conftest import write_noise
from tests.promises.conftest import OddRun
from tests.promises.helpers import COLOURS, begin, call, finish, write_classes

pytestmark = pytest.mark.timeout(300)  # several starts of TensorFlow

MANY = 10_000
MOST_MEMORY = 3 << 30
"""Bytes that a tiny training with 10,000 classes may take, TensorFlow included."""


# --- the command ----------------------------------------------------------------------------------


def test_an_empty_folder_is_a_sentence_for_every_command(
    odd_run: OddRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "nothing here"
    empty.mkdir()
    orders = (
        ("inspect", empty), ("inspect", empty, "--json"),
        ("train", empty, "--out", tmp_path / "run"), ("evaluate", odd_run.run, empty),
    )  # fmt: skip
    for order in orders:
        ended = call(capsys, *order)
        assert (ended.code, ended.out) == (1, "")
        assert ended.sentence == (
            "The folder “nothing here” holds no pictures. Choose a folder that has one "
            "sub-folder for each class, with pictures inside."
        )
    ended = call(capsys, "predict", odd_run.run, empty)
    assert (ended.code, ended.out) == (1, "")
    assert ended.sentence.startswith("There are no pictures in what was named.")
    assert not (tmp_path / "run").exists()


def test_folders_without_pictures_are_no_classes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "dogs").mkdir()
    (tmp_path / "dogs" / "clip.mkv").write_bytes(b"no picture")
    ended = call(capsys, "train", tmp_path, "--out", tmp_path / "run")
    assert ended.code == 1 and "No picture in" in ended.sentence
    assert "“dogs/clip.mkv”" in ended.sentence
    assert not (tmp_path / "run").exists()


def test_a_single_class_can_be_looked_at_but_not_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_classes(tmp_path / "data", ["daisies"], 6)
    found = json.loads(call(capsys, "inspect", data, "--json").out)
    assert found["outputs"] == {"class": ["daisies"]}
    assert "There is only one class, “daisies”" in found["problems"][0]["message"]
    ended = call(capsys, "train", data, "--out", tmp_path / "run", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert ended.sentence == (
        "All training pictures belong to one class, “daisies”: there is nothing to tell apart. "
        "Add a folder with pictures of another class."
    )
    assert not (tmp_path / "run").exists(), "the same --out works once there are two classes"


# --- the window -----------------------------------------------------------------------------------


@pytest.fixture
def world(qapp: QApplication, qtbot: QtBot) -> Iterator[World]:
    made = build_world()
    made.window.show()
    yield made
    made.close()
    QTest.qWait(100)


def test_a_single_class_in_the_window(world: World, qtbot: QtBot, tmp_path: Path) -> None:
    """The button is disabled and the reason stands beside it; a second class enables it."""
    data = write_classes(tmp_path / "data", ["daisies"], 6)
    failures: list[StudioError] = []
    world.session.failed.connect(failures.append)
    world.session.open_requested.emit(data)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=20_000)
    pane = world.window.show_pane("train")
    assert isinstance(pane, TrainPane)
    assert not pane.recipe.start.isEnabled()
    assert "one class, “daisies”: there is nothing to tell apart" in pane.recipe.estimate.text()
    assert "one class, “daisies”" in pane.empty.sentence.text()
    asked: list[str] = []
    world.session.pane_requested.connect(asked.append)
    qtbot.mouseClick(pane.empty.action_button, Qt.MouseButton.LeftButton)
    assert asked == ["data"], "it leads to where that can be changed"
    world.training.start()
    qtbot.waitUntil(lambda: bool(failures), timeout=20_000)
    assert "nothing to tell apart" in failures[0].message and not world.training.is_running
    assert world.session.runs == []

    write_noise(data / "roses" / "0.png", COLOURS[1], 1)
    write_noise(data / "roses" / "1.png", COLOURS[1], 2)
    world.session.open_requested.emit(data)
    qtbot.waitUntil(pane.recipe.start.isEnabled, timeout=20_000)
    assert "one class" not in pane.recipe.estimate.text()


def test_an_empty_folder_in_the_window(world: World, qtbot: QtBot, tmp_path: Path) -> None:
    failures: list[StudioError] = []
    world.session.failed.connect(failures.append)
    world.session.open_requested.emit(tmp_path)
    qtbot.waitUntil(lambda: bool(failures), timeout=20_000)
    assert "holds no pictures" in failures[0].message and "sub-folder" in failures[0].hint
    assert world.session.dataset is None


# --- 10,000 classes -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One picture for each of 10,000 classes; the files share the content of a hundred."""
    folder = tmp_path_factory.mktemp("many")
    kinds = folder / "kinds"
    for kind in range(100):
        colour = (kind * 37 % 256, kind * 91 % 256, kind * 53 % 256)
        write_noise(kinds / f"{kind}.png", colour, kind, 16)
    data = folder / "data"
    for number in range(MANY):
        os.makedirs(data / f"class {number}")
        os.link(kinds / f"{number % 100}.png", data / f"class {number}" / "0.png")
    return data


def test_ten_thousand_classes_by_command(
    many: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = call(capsys, "inspect", many, "--json")
    found = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert len(found["outputs"]["class"]) == MANY == len(found["counts"]["class"])
    warned = [p for p in found["problems"] if p["kind"] == "too-few"]
    assert len(warned) == MANY and "only one picture" in warned[0]["message"]

    out = tmp_path / "run"
    trained = finish(
        begin(
            "train", many, "--out", out, "--architecture", "lenet", "--epochs", 1,
            "--batch-size", 512, "--set", "input.width=32", "--set", "input.height=32",
            "--set", "input.channels=1",
        )
    )  # fmt: skip
    assert (trained.code, trained.err) == (0, "")
    run = RunFolder.open(out)
    assert run.record.state == "finished" and len(run.record.outputs["class"]) == MANY
    if sys.platform == "linux":
        import resource

        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < MOST_MEMORY


def test_ten_thousand_classes_in_the_window(many: Path, world: World, qtbot: QtBot) -> None:
    world.session.open_requested.emit(many)
    qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=30_000)
    dataset = world.session.dataset
    assert dataset is not None and len(dataset.outputs["class"]) == MANY
    assert int((world.session.assignment == 0).sum()) == MANY
    world.window.show_pane("train")
    QApplication.processEvents()
    run = world.session.prepare_run()
    assert RunFolder.open(run.path).record.outputs == dataset.outputs
    assert [p for p in world.session.problems if p.kind == "too-few"]


def test_the_small_network_trains_with_a_class_of_one_picture(odd_run: OddRun) -> None:
    """Its only picture is trained on; nothing is left to check it, and that was said."""
    run = RunFolder.open(odd_run.run)
    samples = run.samples()
    place = samples.paths.index("only one/me.png")
    assert run.record.state == "finished" and samples.split[place] == 0
    classes = run.record.outputs["class"]
    assert samples.labels["class"][place] == classes.index("only one")
