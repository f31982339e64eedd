"""Any data set, by mouse and keys: dropped, corrected, cleaned, reopened, and built anew."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QWidget,
)

from studio.app import World
from studio.data.dataset import Dataset
from studio.data.leaks import find_leaks
from studio.data.sample import render
from studio.ui.format_dialog.dialog import FormatDialog
from studio.ui.panes.data import watch
from studio.ui.panes.data.collecting.labelling import Labelling
from studio.ui.panes.data.collecting.new_dataset import NewDataset
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.data.picker import ClassPicker
from studio.ui.widgets.combo import Combo
from tests.conftest import write_noise
from tests.data import writers
from tests.e2e.person import Person
from tests.e2e.test_newcomer import answers, train

COLOURS = ((190, 70, 60), (60, 80, 190))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are checked at once, not after a rest."""
    monkeypatch.setattr(watch, "CHECK_AFTER_MS", 1)
    monkeypatch.setattr(watch, "JUDGE_AFTER_MS", 1)


class Cleaner(Person):
    """A person at the Data pane."""

    @property
    def pane(self) -> DataPane:
        found = self.window.pane("data")
        assert isinstance(found, DataPane)
        return found

    @property
    def dataset(self) -> Dataset:
        """The data set with what was done to it."""
        found = self.world.session.dataset
        assert found is not None
        return found

    @property
    def kinds(self) -> set[str]:
        """The kinds of problem that are told."""
        return {p.kind for p in self.world.session.problems}

    def open(self, path: Path) -> Dataset:
        """Drop something on the Data pane and wait until it is open."""
        before = self.world.session.dataset
        self.drop([path], self.pane)
        self.wait(lambda: self.world.session.dataset is not before, 20, f"“{path.name}”")
        self.wait(lambda: self.world.session.peek is None, 10, "the whole of it")
        return self.dataset

    def checked(self) -> None:
        """Wait until the pictures are compared with each other."""
        self.wait(lambda: self.world.session.splitting.twins is not None, 30, "the check")

    def dialog(self) -> FormatDialog:
        """The dialog about the format, once it knows the rows."""
        asker = self.window.format_asker
        self.wait(asker.dialog_is_open, 20, "the dialog")
        dialog = asker.dialog
        assert dialog is not None
        self.wait(lambda: dialog.preview is not None and not dialog.is_busy(), 20, "its rows")
        return dialog

    def take_back(self, times: int = 1) -> None:
        """Press Ctrl+Z, each time once the last is done."""
        self._travel("Ctrl+Z", -1, times)

    def do_again(self, times: int = 1) -> None:
        """Press Ctrl+Shift+Z, each time once the last is done."""
        self._travel("Ctrl+Shift+Z", 1, times)

    def _travel(self, keys: str, step: int, times: int) -> None:
        stack = self.world.session.undo_stack
        for _ in range(times):
            place = stack.index() + step
            self.key(keys)
            self.wait(lambda place=place: stack.index() == place, 5, keys)  # type: ignore[misc]

    def row(self, view: QListView, place: int) -> QPoint:
        """The middle of a row of a list."""
        return view.visualRect(view.model().index(place, 0)).center()

    def tile(self, place: int) -> QPoint:
        """A point on a picture of the grid."""
        grid = self.pane.view.grid
        return grid.visualRect(grid.pictures.index(place)).center() - QPoint(0, 12)

    def pick(self, *places: int) -> list[str]:
        """Click pictures of the grid, the further ones with Ctrl; their paths."""
        grid = self.pane.view.grid
        held = Qt.KeyboardModifier.NoModifier
        for place in places:
            QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, held, self.tile(place))
            held = Qt.KeyboardModifier.ControlModifier
        return [self.dataset.paths[row] for row in grid.chosen_rows().tolist()]

    def labels_of(self, paths: list[str]) -> set[str]:
        """The classes of some pictures."""
        rows = [self.dataset.paths.index(path) for path in paths]
        return {", ".join(self.dataset.classes_of(row, "class")) for row in rows}

    def menu(self) -> QMenu:
        """The menu that is open."""
        self.wait(lambda: QApplication.activePopupWidget() is not None, 5, "a menu")
        found = QApplication.activePopupWidget()
        assert isinstance(found, QMenu)
        return found


# --- 1: drop anything -----------------------------------------------------------------------------


@pytest.mark.timeout(150)
def test_anything_is_dropped_and_says_why(studio: list[World], tmp_path: Path) -> None:
    person = Cleaner.launch(studio)
    drops: list[tuple[Path, str, int, str]] = [
        (writers.write_idx(tmp_path / "digits"), "IDX", 30, "IDX file"),
        (writers.write_cifar10(tmp_path / "cifar"), "CIFAR", 60, "CIFAR"),
        (writers.write_medmnist(tmp_path / "lungs.npz"), "NumPy", 36, "NumPy"),
        (writers.write_hdf5(tmp_path / "cats.h5"), "HDF5", 48, "HDF5"),
        (writers.write_sat_mat(tmp_path / "sat.mat"), "MATLAB", 24, "MATLAB"),
        (writers.write_iceberg(tmp_path / "train.json"), "band", 12, "JSON"),
        (archive(tmp_path), "sub-folders", 12, "PNG"),
    ]
    for path, reason, count, kind in drops:
        dataset = person.open(path)
        assert len(dataset) == count, path.name
        words = person.pane.format_note.words.text()
        assert reason in words or reason in dataset.reason, (path.name, words)
        assert person.pane.view.summary.text().startswith(f"{count:,} pictures")
        label = person.pane.view.inspector.format_label
        person.wait(partial(says, label, kind), 10, f"the facts of {path.name}")
    assert dataset.has_split is False, "the archive's own folders are classes"


def says(label: QLabel, words: str) -> bool:
    """Whether a label says these words."""
    return words in label.text()


def archive(tmp_path: Path) -> Path:
    """A zip of two classes of six pictures."""
    for i in range(12):
        write_noise(tmp_path / "packed" / ("ant", "bee")[i % 2] / f"{i}.png", COLOURS[i % 2], i, 24)
    return Path(shutil.make_archive(str(tmp_path / "insects"), "zip", tmp_path / "packed"))


@pytest.mark.timeout(120)
def test_what_is_doubtful_is_asked_and_what_is_wrong_corrected(
    studio: list[World], tmp_path: Path
) -> None:
    person = Cleaner.launch(studio)
    posters(tmp_path / "posters")
    person.drop([tmp_path / "posters"], person.pane)
    dialog = person.dialog()
    assert dialog.view.words.text().startswith("6 of 20 pictures found. 3 classes in 3 columns.")
    person.click(dialog.view.open)
    person.wait(lambda: person.world.session.dataset is not None, 20, "the posters")
    output = next(iter(person.dataset.outputs))
    assert person.dataset.is_multi_label(output) and len(person.dataset) == 6
    missing = [p for p in person.dataset.problems if p.kind == "missing-file"]
    assert len(missing) == 14, "every row without a picture is listed"

    clothes = tmp_path / "clothes"
    for i, name in enumerate(("red_dress", "red_shirt", "blue_dress", "blue_shirt") * 3):
        write_noise(clothes / name / f"{i}.png", COLOURS[name.startswith("b")], i, 24)
    person.open(clothes)
    assert len(person.dataset.outputs["class"]) == 4
    person.click(person.pane.format_note.button)
    person.choose(person.menu(), "Correct the format…")
    dialog = person.dialog()
    person.type("_", dialog.view.settings.control("split_names_at"))
    person.wait(lambda: "2 classes in" in dialog.view.words.text(), 20, "two questions")
    outputs = dialog.view.settings.control("outputs")
    person.click(outputs)
    QTest.keyClicks(outputs, "colour, kind")
    person.wait(lambda: "“colour”" in dialog.view.words.text() and not dialog.is_busy(), 20)
    person.wait(dialog.view.open.isEnabled, 10, "Open")
    person.click(dialog.view.open)
    person.wait(lambda: len(person.dataset.outputs) == 2, 20, "colour and kind")
    assert person.dataset.outputs == {"colour": ("blue", "red"), "kind": ("dress", "shirt")}
    assert person.pane.view.output.isVisible()


def posters(folder: Path) -> None:
    """A one-hot table of twenty posters, of which six are there."""
    lines = ["Id,Action,Comedy,Drama"]
    for i in range(20):
        lines.append(f"tt{i:04},{i % 2},{i % 3 // 2},{1 - i % 2}")
        if i < 6:
            write_noise(folder / "Images" / f"tt{i:04}.jpg", COLOURS[i % 2], i, 24)
    (folder / "train.csv").write_text("\n".join(lines), encoding="utf-8")


# --- 2: clean -------------------------------------------------------------------------------------


def faults(folder: Path) -> Path:
    """Drawings in three classes, one of them misspelt; twins, and a file that is cut off."""
    names = ("circle", "square", "sqare")
    for i in range(36):
        own = folder / names[i % 3]
        own.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(render(i, 48)[0])
        picture.save(own / f"{i:02}.png")
        if i < 12:
            picture.resize((40, 40)).save(own / f"{i:02} small.png")
    whole = folder / "circle" / "whole.jpg"
    Image.fromarray(render(90, 48)[0]).save(whole, quality=95)
    (folder / "circle" / "cut.jpg").write_bytes(whole.read_bytes()[:900])
    return folder


@pytest.mark.timeout(200)
def test_a_data_set_is_cleaned_and_stays_clean(
    studio: list[World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = faults(tmp_path / "shapes")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    person = Cleaner.launch(studio)
    person.open(folder)
    person.checked()
    person.wait(lambda: {"truncated", "near-duplicate"} <= person.kinds | {"near-duplicate"}, 20)
    exclude_a_problem(person)
    label_by_keys_and_drag(person)
    merge_the_misspelt(person)
    keep_twins_together(person)
    save_a_plot(person, tmp_path, monkeypatch)

    project = tmp_path / "project"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(project), ""))
    person.key("Ctrl+S")
    person.wait(lambda: (project / "project.json").exists(), 20, "the saved project")
    stands = standing(person)
    person.window.close()
    person.wait(lambda: not person.window.isVisible(), 10, "the closed window")
    person.world.close()

    person = Cleaner.launch(studio)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: str(project))
    person.key("Ctrl+Shift+O")
    person.wait(lambda: person.world.session.dataset is not None, 30, "the reopened project")
    person.checked()
    person.wait(lambda: standing(person) == stands, 10, "everything as it was")
    while person.world.session.undo_stack.canUndo():
        person.take_back()
    assert not person.world.session.changes.are_there, "undo reaches back over the closing"
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def standing(person: Cleaner) -> dict[str, object]:
    """Everything that a person did, as the window tells it."""
    session = person.world.session
    assert session.changes.result is not None
    return {
        "classes": person.dataset.outputs["class"],
        "labels": person.dataset.labels["class"].tolist(),
        "excluded": np.flatnonzero(session.changes.excluded()).tolist(),
        "tags": {t: np.flatnonzero(r).tolist() for t, r in session.changes.result.tags.items()},
        "split": session.split,
        "assignment": session.assignment.tolist(),
    }


def exclude_a_problem(person: Cleaner) -> None:
    """Review problems: the cut file, excluded by the button, taken back and done again by keys."""
    person.press("Review problems")
    page = person.pane.view.problems
    session = person.world.session
    person.wait(page.isVisible, 5, "the problems")
    kinds = page.kinds
    person.click(kinds.viewport(), person.row(kinds, kinds.kinds.place_of("truncated")))
    assert kinds.chosen() == "truncated"
    person.press("Exclude 1 picture")
    row = next(i for i, path in enumerate(person.dataset.paths) if path.endswith("cut.jpg"))
    assert session.changes.excluded()[row]
    person.take_back()
    assert not session.changes.excluded().any()
    person.do_again()
    assert session.changes.excluded()[row]
    person.click(page.back_button)
    person.wait(lambda: not page.isVisible(), 5, "the pictures")


def label_by_keys_and_drag(person: Cleaner) -> None:
    """Exclude, a number key, the list of classes, a tag, a drag onto a class; undo and redo."""
    session, view, grid = person.world.session, person.pane.view, person.pane.view.grid
    excluded = np.count_nonzero(session.changes.excluded())
    person.pick(0, 1)
    QTest.keyClick(grid, Qt.Key.Key_Delete)
    assert np.count_nonzero(session.changes.excluded()) == excluded + 2
    paths = person.pick(2, 3)
    QTest.keyClick(grid, Qt.Key.Key_1)
    assert person.labels_of(paths) == {"circle"}
    person.take_back(2)
    assert np.count_nonzero(session.changes.excluded()) == excluded
    person.do_again(2)
    assert person.labels_of(paths) == {"circle"}

    paths = person.pick(4)
    QTest.keyClick(grid, Qt.Key.Key_L)
    person.wait(lambda: person.pane.labelling.picker is not None, 5, "the list of classes")
    picker = person.pane.labelling.picker
    assert isinstance(picker, ClassPicker)
    QTest.keyClicks(picker.field, "squ")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert person.labels_of(paths) == {"square"}

    person.pick(5, 6, 7)
    QTest.keyClick(grid, Qt.Key.Key_T)
    field = view.inspector.many_labels.tags.field
    assert isinstance(field, QLineEdit) and field.hasFocus()
    QTest.keyClicks(field, "second look")
    QTest.keyClick(field, Qt.Key.Key_Return)
    result = session.changes.result
    assert result is not None and int(result.tags["second look"].sum()) == 3

    paths = person.pick(8, 9)
    names = person.dataset.outputs["class"]
    target = "circle" if "circle" not in person.labels_of(paths) else "square"
    drag_onto(person, 9, view.classes, 1 + names.index(target))
    assert person.labels_of(paths) == {target}


def drag_onto(person: Cleaner, place: int, view: QListView, row: int) -> None:
    """Pull what is chosen onto a row: as the system would tell it, whose drag no test can steer."""
    grid = person.pane.view.grid
    begun: list[QMimeData] = []

    def copy(data: QMimeData) -> None:  # the drag itself ends, and takes its own along
        mine = QMimeData()
        for kind in data.formats():
            mine.setData(kind, QByteArray(data.data(kind)))
        begun.append(mine)

    grid.drag_begun.connect(copy)
    start = person.tile(place)
    QTest.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(grid.viewport(), start + QPoint(6 * step, 0))
    QTest.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(24, 0))
    grid.drag_begun.disconnect(copy)
    assert len(begun) == 1
    deliver(view, person.row(view, row), begun[0])


def deliver(view: QListView, at: QPoint, data: QMimeData) -> None:
    """Enter, move, drop at a place of a list."""
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    target: QWidget = view.viewport()
    QApplication.sendEvent(target, QDragEnterEvent(at, copy, data, left, none))
    move = QDragMoveEvent(at, copy, data, left, none)
    QApplication.sendEvent(target, move)
    assert move.isAccepted()
    QApplication.sendEvent(target, QDropEvent(QPointF(at), copy, data, left, none))


def merge_the_misspelt(person: Cleaner) -> None:
    """The menu of a class: “sqare” becomes part of “square”."""
    classes = person.pane.view.classes
    place = 1 + person.dataset.outputs["class"].index("sqare")
    at = person.row(classes, place)
    QTest.mouseClick(classes.viewport(), Qt.MouseButton.RightButton, pos=at)
    mouse, there = QContextMenuEvent.Reason.Mouse, classes.viewport().mapToGlobal(at)
    QApplication.sendEvent(classes.viewport(), QContextMenuEvent(mouse, at, there))
    menu = person.menu()
    below = menu.actions()[[a.text() for a in menu.actions()].index("Merge into")].menu()
    assert isinstance(below, QMenu)
    below.popup(menu.mapToGlobal(menu.rect().topRight()))
    person.choose(below, "square")
    menu.close()
    person.wait(lambda: person.dataset.outputs["class"] == ("circle", "square"), 5, "the merge")


def keep_twins_together(person: Cleaner) -> None:
    """The split: its form, “Near twins” by the arrow keys; no twin is then on both sides."""
    session, split = person.world.session, person.pane.view.split
    person.click(split.edit_button)
    popover = split.popover()
    assert popover is not None
    together = popover.form.field("together")
    assert isinstance(together, Combo)
    together.setFocus()
    while together.currentData() != "twins":
        QTest.keyClick(together, Qt.Key.Key_Down)
    person.wait(lambda: session.split.together == "twins", 5, "the split")
    twins = session.splitting.twins
    assert twins is not None
    person.wait(lambda: not len(find_leaks(session.assignment, twins).groups), 10, "no leaks")
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    popover.close()


def save_a_plot(person: Cleaner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics, the menu of a plot, a table of its numbers."""
    person.press("Statistics")
    statistics = person.pane.statistics
    person.wait(lambda: statistics.page is not None, 20, "the statistics")
    page = statistics.page
    assert page is not None
    person.wait(lambda: "2 classes" in page.sentence.text(), 20, "the sentence")
    card = page.cards["classes"]
    plot = tmp_path / "classes.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(plot), ""))
    person.click(card.more)
    menu = person.menu()
    entry = next(a.text() for a in menu.actions() if "CSV" in a.text() or "table" in a.text())
    person.choose(menu, entry)
    person.wait(plot.is_file, 10, "the saved plot")
    counts = [line.split(",")[:2] for line in plot.read_text().splitlines()[1:]]
    shown = dict(zip(person.dataset.outputs["class"], person.dataset.class_counts(), strict=True))
    assert {name: int(number) for name, number in counts} == shown
    person.press("Pictures")


# --- 3: from nothing ------------------------------------------------------------------------------


@pytest.mark.timeout(240)
def test_a_data_set_from_nothing_to_an_answer(studio: list[World], tmp_path: Path) -> None:
    person = Cleaner.launch(studio)
    person.press("New data set…")
    page = person.pane.pages.currentWidget()
    assert isinstance(page, NewDataset)
    QTest.keyClicks(page.classes, "fern, moss")
    QTest.keyClick(page.classes, Qt.Key.Key_Return)
    person.wait(lambda: person.world.session.dataset is not None, 20, "the new data set")
    assert "fern needs 20 more" in person.pane.view.balance.text()

    classes = person.pane.view.classes
    for number in range(2):
        files = drawn(tmp_path / f"class {number}", 24, number)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(f)) for f in files])
        deliver(classes, person.row(classes, number + 1), data)
        person.wait(lambda n=number: counts(person)[n] == 24, 20, "the dropped")  # type: ignore[misc]
    assert (
        not person.pane.view.balance.isVisible() or "needs" not in person.pane.view.balance.text()
    )

    picture = np.full((24, 24, 3), COLOURS[1], np.uint8)
    QApplication.clipboard().setImage(
        QImage(picture.data, 24, 24, 72, QImage.Format.Format_RGB888).copy()
    )
    person.click(classes.viewport(), person.row(classes, 2))
    person.key("Ctrl+V", person.pane.view.grid)
    person.wait(lambda: counts(person) == [24, 25], 20, "the pasted")
    assert train(person, 1, 60) >= 0
    unseen = drawn(tmp_path / "unseen", 1, 0, first=900)
    person.go("Classify")
    person.drop(unseen, person.window.pane("classify").view.zone)
    person.wait(lambda: len(answers(person)) == 1, 60, "the answer")
    assert {name for name, _ in answers(person)[unseen[0].name].outputs["class"]} == {
        "fern",
        "moss",
    }


@pytest.mark.timeout(60)
def test_thirty_pictures_are_labelled_by_number_keys(studio: list[World], tmp_path: Path) -> None:
    files = [drawn(tmp_path / "loose", 1, i % 2, first=i)[0] for i in range(30)]
    person = Cleaner.launch(studio)
    person.open(tmp_path / "loose")
    assert person.sees("30 pictures have no label yet.")
    person.press("Label them")
    page = person.pane.pages.currentWidget()
    assert isinstance(page, Labelling)
    for name in ("fern", "moss"):  # a class is made by writing it, and names the picture in sight
        QTest.keyClicks(page.filter, name)
        QTest.keyClick(page.filter, Qt.Key.Key_Return)
    page.setFocus()
    for i in range(2, 30):
        QTest.keyClicks(page, str(1 + i % 2))
    assert counts(person) == [15, 15]
    assert page.progress.text().startswith("30 of 30 labelled")
    QTest.keyClick(page, Qt.Key.Key_Backspace)
    assert sum(counts(person)) == 29
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert person.pane.pages.currentWidget() is person.pane.view
    person.press("Label it")
    assert len(files) == 30 and person.pane.pages.currentWidget() is not person.pane.view


def counts(person: Cleaner) -> list[int]:
    """Pictures of each class."""
    return [int(n) for n in person.dataset.class_counts()]


def drawn(folder: Path, count: int, colour: int, first: int = 0) -> list[Path]:
    """Small pictures of a colour."""
    files = [folder / f"{i:03}.png" for i in range(first, first + count)]
    for i, file in enumerate(files):
        write_noise(file, COLOURS[colour], first + i + 1000 * colour, 24)
    return files
