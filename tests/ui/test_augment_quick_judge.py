"""What a pretrained network says in the Augment pane before the first training."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.augment.policy import Policy, parse_policy
from studio.core.input import InputSpec
from studio.core.paths import data_folder
from studio.core.runs import RunFolder, RunRecord
from studio.core.strengths import QuickJudge
from studio.data.index import open_dataset
from studio.data.split import SplitSpec, assign
from studio.ui.panes.augment.belief_judge import knows, quick_sentence
from studio.ui.panes.augment.belief_material import material_of, offer_of
from studio.ui.panes.augment.pane import AugmentPane
from tests.ui.augmenting import advice_of, open_card
from tests.ui.trained import write_colours

PATIENCE = 60_000
FILE = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"


def write_weights(folder: Path) -> Path:
    """Weights of the smallest MobileNetV2, drawn at random: even so its features tell colours."""
    import keras

    keras.utils.set_random_seed(1)
    body = keras.applications.MobileNetV2(
        input_shape=(96, 96, 3), include_top=False, weights=None, alpha=0.35
    )
    for layer in body.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # takes over at once what it sees, or signals would die away
    draw = np.random.default_rng(1)
    colours = draw.uniform(-1, 1, (24, 1, 1, 3)) + draw.normal(0, 0.3, (24, 96, 96, 3))
    body(colours.clip(-1, 1).astype(np.float32), training=True)
    folder.mkdir(parents=True, exist_ok=True)
    body.save(folder / FILE)  # the layout of the published files
    return folder / FILE


@pytest.fixture(scope="module")
def world(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("quick")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLASSIFIER_STUDIO_HOME", str(folder / "home"))
        patch.setenv("KERAS_HOME", str(folder / "keras"))
        world = build_world()
        try:
            world.engines.warm_up()  # Keras is loaded there while it is loaded here
            write_weights(folder / "kept")
            session = world.session
            session.new_project(folder / "project", "Colours")
            session.set_dataset(open_dataset(write_colours(folder / "colours")))
            session.set_model(session.model, InputSpec(width=24, height=24))
            world.window.resize(1440, 800)
            world.window.show()
            yield world
        finally:
            world.close()
            QTest.qWait(100)


@pytest.fixture(autouse=True)
def same_home(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home that the window's processes have, in every test."""
    monkeypatch.setenv("CLASSIFIER_STUDIO_HOME", str(folder_of(world) / "home"))


@pytest.fixture
def pane(world: World, qtbot: QtBot) -> Iterator[AugmentPane]:
    """The pane with the weights at hand, and nothing learned."""
    weights_file().parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder_of(world) / "kept" / FILE, weights_file())
    found = world.window.show_pane("augment")
    assert isinstance(found, AugmentPane)
    # Another input: what was learned before is of others.
    session = world.session
    session.set_model(session.model, InputSpec(width=session.input.width + 1, height=24))
    qtbot.waitUntil(lambda: found.beliefs.quick.offer is not None, timeout=PATIENCE)
    yield found
    if found.beliefs.box.isChecked() and found.beliefs.box.isVisible():
        press(found.beliefs.box)
    world.session.set_policy(Policy())


def folder_of(world: World) -> Path:
    project = world.session.project
    assert project is not None
    return project.path.parent


def weights_file() -> Path:
    return data_folder() / "weights" / FILE


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def believed(pane: AugmentPane) -> bool:
    """Whether beliefs of just these previews are shown."""
    beliefs = [b for line in pane.stage.grid.lines() for b in line.beliefs]
    return bool(beliefs) and all(b[2] is not None for b in beliefs) and not pane.beliefs.is_waiting


def test_without_weights_there_is_no_box(world: World, pane: AugmentPane, qtbot: QtBot) -> None:
    box = pane.beliefs.box
    assert box.isVisible() and box.isEnabled() and not box.isChecked()
    assert box.text() == "Belief of a quick MobileNetV2"
    weights_file().unlink()
    pane.beliefs.quick.look()
    qtbot.waitUntil(box.isHidden, timeout=PATIENCE)
    world.session.set_policy(parse_policy([{"kind": "hue"}]))
    card = open_card(pane, (0,))
    qtbot.wait(600)
    assert not card.advice() or not advice_of(card, "measuring")
    assert not pane.beliefs.quick.is_learning


def test_ticking_the_box_learns_once_and_beliefs_stand_below(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    quick, box, session = pane.beliefs.quick, pane.beliefs.box, world.session
    learned: list[str] = []
    session.jobs.job_started.connect(lambda job: learned.append(job.words))
    assert "when you tick this" in box.accessibleDescription()
    press(box)
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)
    found = quick.found
    assert isinstance(found, QuickJudge) and found.accuracy > 0.6
    words = box.accessibleDescription()
    assert f"learned on {found.learned_from} training pictures" in words
    assert f"of {found.pictures} held-out pictures" in words and " % " in words
    right = [b[1] for line in pane.stage.grid.lines() for b in line.beliefs]
    assert sum(right) > 0.7 * len(right)
    # Other previews are asked about, and nothing is learned again.
    session.set_policy(parse_policy([{"kind": "hue", "angle": [120, 120]}]), "Turn hues")
    qtbot.waitUntil(
        lambda: believed(pane) and not pane.stage.grid.lines()[0].beliefs[0][1], timeout=PATIENCE
    )
    assert len([words for words in learned if "learning" in words]) == 1
    assert quick.found is found


def test_marks_say_who_was_asked_and_a_lost_network_learns_again(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    quick = pane.beliefs.quick
    world.session.set_policy(parse_policy([{"kind": "hue", "angle": [-170, 170]}]))
    card = open_card(pane, (0,))
    qtbot.waitUntil(lambda: quick.is_learning, timeout=PATIENCE)
    assert "is learning the classes" in advice_of(card, "measuring")[0].words
    qtbot.waitUntil(lambda: bool(advice_of(card, "safest ")), timeout=PATIENCE)
    (advice,) = advice_of(card, "safest ")
    assert advice.kind == "warning" and "the quick MobileNetV2 takes" in advice.words
    assert not pane.beliefs.box.isChecked()  # nobody has asked for beliefs
    first = quick.found
    assert first is not None
    # The engine keeps two: after others it knows the name no more.
    quick.found = QuickJudge("quick:999", first.title, 1.0, 1, 1)
    press(pane.beliefs.box)
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)
    assert quick.found is not None and quick.found.run not in ("quick:999", first.run)
    assert advice_of(card, "safest ") == [advice]  # what was measured of the same data stays


def test_what_cannot_be_learned_is_said_in_the_foot(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    quick, box, foot = pane.beliefs.quick, pane.beliefs.box, pane.stage.foot
    weights_file().write_bytes(weights_file().read_bytes()[:3000])
    world.session.set_model(world.session.model, InputSpec(width=60, height=24))
    qtbot.waitUntil(lambda: box.isVisible() and quick.offer is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not pane.stage.previewer.is_waiting, timeout=PATIENCE)
    press(box)
    qtbot.waitUntil(lambda: not box.isChecked(), timeout=PATIENCE)
    assert foot.name.text() == "Not learned" and "damaged" in foot.words.whole()
    assert not quick.is_learning and not world.session.jobs.running
    quick.ask()  # as an opened card does: what has failed is not tried again by itself
    assert not quick.is_learning
    # Ticked again, with the file as it should be, it learns; and it can be stopped.
    shutil.copyfile(folder_of(world) / "kept" / FILE, weights_file())
    press(box)
    qtbot.waitUntil(lambda: bool(world.session.jobs.running), timeout=PATIENCE)
    world.session.jobs.running[0].cancel()
    qtbot.waitUntil(lambda: not box.isChecked() and not quick.is_learning, timeout=PATIENCE)
    assert quick.found is None and world.session.settings.current.window["quick_beliefs"] is False


def test_a_trained_run_takes_its_place(world: World, pane: AugmentPane, qtbot: QtBot) -> None:
    session, box = world.session, pane.beliefs.box
    run = session.prepare_run()
    try:
        assert box.text() == "Belief of a quick MobileNetV2"  # it has learned nothing yet
        run.best_weights.write_bytes(b"weights")
        session.run_was_written(run)
        assert box.text() == "Belief of Run 1" and pane.beliefs.judge is not None
        assert pane.beliefs.judge.run == str(run.path) and not pane.beliefs.judge.is_quick
        # One that was taught other classes leaves it to the quick network.
        run.record = run.record.changed(outputs={"class": ("cat", "dog", "red")})
        session.runs_changed.emit()
        pane.beliefs.quick.look()
        qtbot.waitUntil(lambda: "quick" in box.text(), timeout=PATIENCE)
    finally:
        session.set_run_in_view(None)


def test_which_run_knows_the_classes(tmp_path: Path) -> None:
    dataset = open_dataset(write_colours(tmp_path / "colours", 4))

    def taught(**outputs: tuple[str, ...]) -> RunFolder:
        return RunFolder(tmp_path, RunRecord(id="a", outputs=outputs, input=InputSpec(), model={}))

    assert knows(taught(**{"class": ("blue", "green", "cat")}), dataset)
    assert not knows(taught(**{"class": ("blue", "cat", "dog")}), dataset)
    assert not knows(taught(kind=("cat", "dog")), dataset)


def test_what_it_learns_from(tmp_path: Path) -> None:
    dataset = open_dataset(write_colours(tmp_path / "colours", 8))
    split = assign(dataset, SplitSpec())
    material = material_of(dataset, split, InputSpec(), "class")
    assert material.outputs == dataset.outputs and material.has_held_out
    assert len(material.paths) == len(material.split) == len(material.labels["class"]) == 24
    assert all(Path(path).is_file() for path in material.paths)
    assert offer_of(dataset, np.full(24, -1, np.int8), InputSpec()) is None
    assert offer_of(dataset, split, InputSpec(channels=5)) is None
    judge = QuickJudge("quick:1", "MobileNetV2 (pretrained)", 0.628, 200, 1000)
    words = quick_sentence("MobileNetV2", judge, True)
    assert "1,000 training pictures. It is right for 63 % of 200 held-out pictures." in words
    assert "of 200 training pictures." in quick_sentence("MobileNetV2", judge, False)


def test_of_very_many_pictures_every_class_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.ui.panes.augment import belief_material

    monkeypatch.setattr(belief_material, "_EACH_SPLIT", 9)
    dataset = open_dataset(write_colours(tmp_path / "colours", 8))
    material = material_of(dataset, np.zeros(24, np.int8), InputSpec(), "class")
    labels = material.labels["class"]
    assert [labels.count(i) for i in range(3)] == [3, 3, 3] and not material.has_held_out
