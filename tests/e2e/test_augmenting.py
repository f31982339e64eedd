"""Augmentation by a newcomer: a table of pictures, a preset, a step of one's own, a trained run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from studio.app import World
from studio.augment.policy import parse_policy, to_json
from studio.augment.presets import preset
from studio.core.runs import RunFolder
from studio.ui.panes.augment.pane import AugmentPane
from studio.ui.widgets.sliders import RangeSlider
from tests.conftest import write_noise
from tests.e2e.person import Person
from tests.e2e.test_newcomer import classify, train

COLOURS = {"collie": (190, 70, 60), "pug": (60, 80, 190)}


def breeds(folder: Path) -> tuple[Path, list[Path]]:
    """A table of numbers and breeds beside its pictures, and two pictures that it does not know."""
    lines = ["id,breed"]
    for i in range(48):
        name = list(COLOURS)[i % 2]
        write_noise(folder / "train" / f"{i:04}.png", COLOURS[name], i, 24)
        lines.append(f"{i:04},{name}")
    (folder / "labels.csv").write_text("\n".join(lines), "utf-8")
    unseen = [folder.parent / f"{name} new.png" for name in COLOURS]
    for path, colour in zip(unseen, COLOURS.values(), strict=True):
        write_noise(path, colour, 900, 24)
    return folder, unseen


@pytest.mark.timeout(200)
def test_a_policy_is_composed_saved_and_trained_with(studio: list[World], tmp_path: Path) -> None:
    folder, unseen = breeds(tmp_path / "dogs")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    person = Person.launch(studio)
    session = person.world.session
    person.drop([folder], person.window.pane("data"))
    person.wait(lambda: session.dataset is not None, 20, "the dogs")
    assert session.dataset is not None and session.dataset.outputs["breed"] == ("collie", "pug")

    pane = person.go("Augment")
    assert isinstance(pane, AugmentPane)
    person.wait(lambda: pane.stage.grid.isVisible(), 20, "the previews")
    choose_light(person, pane)
    add_fog(person, pane)
    tune(person, pane)
    file = tmp_path / "mine.json"
    save(person, pane, file)

    assert train(person, epochs=2, seconds=90) > 0.8
    record = RunFolder.open(session.runs[-1].path).record
    assert parse_policy(record.policy) == session.policy, "what is seen is what is trained"
    found = classify(person, unseen)
    assert [answer.best()[0] in name for name, answer in found.items()] == [True, True]  # type: ignore[index]
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def choose_light(person: Person, pane: AugmentPane) -> None:
    """The preset, by the arrow keys."""
    combo = pane.panel.preset
    combo.setFocus()
    for _ in range(combo.count()):
        if combo.current() == "light":
            break
        QTest.keyClick(combo, Qt.Key.Key_Down)
        QApplication.processEvents()
    person.wait(lambda: person.world.session.policy == preset("light"), 5, "the preset")


def add_fog(person: Person, pane: AugmentPane) -> None:
    """Write a name into the search, press Enter."""
    catalogue = pane.catalogue
    person.click(catalogue.search)
    QTest.keyClicks(catalogue.search, "haze")
    person.wait(lambda: catalogue.first() is not None, 5, "what is called haze")
    QTest.keyClick(catalogue.search, Qt.Key.Key_Escape)
    QTest.keyClicks(catalogue.search, "fog")
    first = catalogue.first()
    assert first is not None and first.kind == "fog"
    person.wait(first.has_picture, 30, "its thumbnail")
    QTest.keyClick(catalogue.search, Qt.Key.Key_Return)
    kinds = [step.kind for step in person.world.session.policy.steps]
    assert kinds == [*(step.kind for step in preset("light").steps), "fog"]


def tune(person: Person, pane: AugmentPane) -> None:
    """Drag an end of a slider of Shift, undo it, and do it again."""
    session = person.world.session
    person.click(pane.panel.steps.cards[1], QPoint(90, 18))
    person.wait(lambda: list(person.all(RangeSlider, pane.panel)), 5, "the sliders")
    slider = next(iter(person.all(RangeSlider, pane.panel)))
    assert isinstance(slider, RangeSlider)
    before = session.policy
    low, high = slider.interval()
    start = QPoint(round(slider._x(high)), slider.rect().center().y())
    person.drag(slider, start, start + QPoint(-18, 0))
    assert slider.interval()[1] < high and slider.interval()[0] == low
    tuned = session.policy
    assert tuned != before
    person.key("Ctrl+Z")
    person.wait(lambda: session.policy == before, 5, "the undone drag")
    person.key("Ctrl+Shift+Z")
    person.wait(lambda: session.policy == tuned, 5, "the drag done again")


def save(person: Person, pane: AugmentPane, file: Path) -> None:
    """“Save as…”, and a name written into the dialog."""
    person.click(pane.panel.save_button)
    person.wait(lambda: dialogs(pane), 10, "the dialog")
    dialog = dialogs(pane)[0]
    dialog.setDirectory(str(file.parent))
    field = dialog.findChild(QLineEdit, "fileNameEdit")  # Qt's own name for it
    assert field is not None
    field.setFocus()
    QTest.keySequence(field, "Ctrl+A")
    QTest.keyClicks(field, file.name)
    person.press("&Save")
    person.wait(file.is_file, 10, "the saved policy")
    assert json.loads(file.read_text("utf-8")) == to_json(person.world.session.policy)
    person.wait(lambda: not dialogs(pane), 10, "the closed dialog")


def dialogs(pane: AugmentPane) -> list[QFileDialog]:
    """The dialogs about files that are open."""
    return [d for d in pane.findChildren(QFileDialog) if d.isVisible()]
