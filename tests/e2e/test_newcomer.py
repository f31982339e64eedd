"""The main job, played by mouse and keys: from launch to a classified picture, and back again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget

from studio.app import World
from studio.core.results import Prediction
from studio.data.sample import THINGS, render
from studio.ui.panes.model.gallery import Gallery
from studio.ui.panes.understand.tree import NodeRole
from studio.ui.session import Session
from studio.ui.widgets.sliders import RangeSlider
from tests.e2e.person import Person

UNSEEN = 90_000
"""Number of a drawing far beyond those of the sample."""


def answers(person: Person) -> dict[str, Prediction]:
    """What stands in the list of Classify, by file name."""
    pane = person.window.pane("classify")
    items = pane.view.list.batch.items()
    return {Path(i.path).name: i.prediction for i in items if i.prediction is not None}


def classify(person: Person, pictures: list[Path], seconds: float = 90) -> dict[str, Prediction]:
    """Drop pictures on Classify and wait for the answers."""
    person.go("Classify")
    person.drop(pictures, person.window.pane("classify").view.zone)
    person.wait(lambda: len(answers(person)) >= len(pictures), seconds, "the answers")
    return answers(person)


def train(person: Person, epochs: int, seconds: float, until: float = 1.0) -> float:
    """Set the epochs, press Start, and Stop when it is good enough; best validation accuracy."""
    pane = person.go("Train")
    person.wait(lambda: person.find("Start training").isEnabled(), 20)
    session, training = person.world.session, person.world.training
    person.type(str(epochs), pane.recipe.form("epochs").field("epochs"))  # type: ignore[attr-defined]
    person.wait(lambda: session.recipe.epochs == epochs, 5, "the recipe")
    person.press("Start training")
    person.wait(lambda: training.is_running, 10, "the training")
    person.wait(lambda: person.window.frame.strip.face() == "running", 30, "the strip")

    def best() -> float:
        if training.history is None or not training.history.best_epoch:
            return 0.0
        epochs = training.history.epochs
        kept = epochs["epoch"].index(training.history.best_epoch)
        return float(epochs["validation_accuracy"][kept])

    person.wait(lambda: best() > until or not training.is_running, seconds, "a good epoch")
    if training.is_running:
        person.press("Stop")
        person.wait(lambda: not training.is_running, 20, "the stop")
    record = session.runs[-1].record
    assert record.state in ("finished", "stopped"), record.reason
    return record.metrics["validation_accuracy"]


def look_inside(person: Person) -> None:
    """Understand: the filters and activations of the first and of a later convolution."""
    pane = person.go("Understand")
    tree = pane.view.tree  # type: ignore[attr-defined]
    person.wait(lambda: len(convolutions(tree)) > 1, 90, "the layers")
    found = convolutions(tree)
    for index in (found[-1], found[0]):
        node = index.data(NodeRole)
        tree.expand(index.parent())
        tree.scrollTo(index)
        person.click(tree.viewport(), tree.visualRect(index).center())
        person.wait(lambda n=node: tree.current_layer() is n, 5, f"the layer {node.name}")  # type: ignore[misc]
        maps = f"{node.shape[-1]} maps"
        person.wait(lambda m=maps: person.sees(m), 60, f"the activations of {node.name}")  # type: ignore[misc]
        assert pane.view.maps.count() > 0 and pane.view.filters.count() > 0  # type: ignore[attr-defined]


def convolutions(tree: QTreeView) -> list[QModelIndex]:
    """The places of all convolutions in the tree, top down."""
    model = tree.model()

    def below(parent: QModelIndex) -> Iterator[QModelIndex]:
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            if index.data(NodeRole).kind == "Conv2D":
                yield index
            yield from below(index)

    return list(below(QModelIndex()))


def save_as(person: Person, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+S; the system's own dialog, which no test can drive, answers with the folder."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(folder), ""))
    person.key("Ctrl+S")
    person.wait(lambda: (folder / "project.json").exists(), 20, "the saved project")


def close(person: Person) -> None:
    """Press the window's cross."""
    person.window.close()
    person.wait(lambda: not person.window.isVisible(), 10, "the closed window")
    person.world.close()


def choose_network(person: Person, title: str, kind: str) -> None:
    """Model: click the card, press the button."""
    person.go("Model")
    gallery = next(iter(person.all(Gallery)))
    model = gallery.model()  # type: ignore[attr-defined]
    rows = [model.index(i, 0) for i in range(model.rowCount())]
    words = [str(index.data(Qt.ItemDataRole.DisplayRole)) for index in rows]
    place = next(row for row, said in zip(rows, words, strict=True) if said.startswith(title))
    gallery.scrollTo(place)  # type: ignore[attr-defined]
    person.click(gallery.viewport(), gallery.visualRect(place).center())  # type: ignore[attr-defined]
    person.press("Use this model")
    person.wait(lambda: person.world.session.model.kind == kind, 10)


def tune_rotation(person: Person) -> None:
    """Augment: add Rotate from the catalogue, drag an end of its slider, undo and redo it."""
    session: Session = person.world.session
    pane = person.go("Augment")
    person.wait(lambda: pane.stage.grid.isVisible(), 20, "the previews")  # type: ignore[attr-defined]
    person.press("Rotate")
    person.wait(lambda: any(s.kind == "rotate" for s in session.policy.steps), 5, "the step")
    person.wait(lambda: list(person.all(RangeSlider)), 5, "the slider")
    slider = next(iter(person.all(RangeSlider)))
    before = session.policy
    middle = slider.rect().center().y()
    low, high = slider.interval()  # type: ignore[attr-defined]
    start = QPoint(round(slider._x(high)), middle)  # type: ignore[attr-defined]
    person.drag(slider, start, start + QPoint(-20, 0))
    assert slider.interval()[1] < high and slider.interval()[0] == low  # type: ignore[attr-defined]
    tuned = session.policy
    assert tuned != before
    person.pause(1)
    person.key("Ctrl+Z")
    person.wait(lambda: session.policy != tuned, 5, "the undone step")
    person.key("Ctrl+Shift+Z")
    person.wait(lambda: session.policy == tuned, 5, "the step done again")


@pytest.mark.timeout(560)
def test_from_launch_to_a_classified_picture(
    studio: list[World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person.launch(studio)
    person.press("Open the sample")
    person.wait(lambda: person.world.session.dataset is not None, 120, "the sample")
    tune_rotation(person)
    choose_network(person, "LeNet-5", "lenet")
    choose_network(person, "Small CNN", "small_cnn")
    assert train(person, epochs=10, seconds=330, until=0.96) > 0.95
    look_inside(person)

    pictures = []
    for number in range(UNSEEN, UNSEEN + len(THINGS)):
        picture, thing, _colour = render(number)
        path = tmp_path / f"{thing} {number}.png"
        Image.fromarray(picture).save(path)
        pictures.append(path)
    first = classify(person, pictures)
    right = [name for name, answer in first.items() if answer.best()[0] in name]  # type: ignore[index]
    assert len(right) >= len(pictures) - 1, first

    project = tmp_path / "my project"
    save_as(person, project, monkeypatch)
    close(person)

    person = Person.launch(studio)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: str(project))
    person.key("Ctrl+Shift+O")
    person.wait(lambda: person.world.session.dataset is not None, 30, "the reopened project")
    assert person.world.session.policy.steps, "the augmentation came back"
    again = classify(person, pictures)
    assert {n: a.outputs for n, a in again.items()} == {n: a.outputs for n, a in first.items()}


@pytest.mark.timeout(560)
def test_real_photographs(
    studio: list[World], shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flowers: a seeded subset, a drop of the folder, a better answer than chance, a reopening."""
    folder, unseen = take_flowers(shared_data / "flowers5_128px", tmp_path)
    person = Person.launch(studio)
    person.drop([folder], drop_target(person))
    person.wait(lambda: person.world.session.dataset is not None, 30, "the flowers")
    choose_network(person, "LeNet-5", "lenet")
    choose_network(person, "Small CNN", "small_cnn")
    assert train(person, epochs=20, seconds=240, until=0.65) > 0.5
    look_inside(person)
    first = classify(person, unseen)
    right = [n for n, answer in first.items() if answer.best()[0] in n]  # type: ignore[index]
    assert len(right) / len(unseen) > 0.4, first
    save_as(person, tmp_path / "flowers project", monkeypatch)
    close(person)
    person = Person.launch(studio)
    person.world.session.open_requested.emit(tmp_path / "flowers project")
    person.wait(lambda: person.world.session.dataset is not None, 30, "the reopened project")
    again = classify(person, unseen)
    assert {n: a.outputs for n, a in again.items()} == {n: a.outputs for n, a in first.items()}


def drop_target(person: Person) -> QWidget:
    """The Data pane itself."""
    return person.window.pane("data")


def take_flowers(source: Path, tmp_path: Path) -> tuple[Path, list[Path]]:
    """A folder of 150 photographs of each of three classes, and four unseen ones of each."""
    folder = tmp_path / "flowers"
    unseen = []
    for name in ("dandelion", "rose", "sunflower"):
        (folder / name).mkdir(parents=True)
        files = sorted((source / name).iterdir())[:154]
        for file in files[:150]:
            shutil.copy(file, folder / name)
        for file in files[150:]:
            unseen.append(Path(shutil.copy(file, tmp_path / f"{name} {file.name}")))
    return folder, unseen
