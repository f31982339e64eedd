"""Lists and captions of pictures that have several classes, or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import build_world
from studio.core.results import Prediction
from studio.data.dataset import NO_SPLIT, Dataset
from studio.ui.panes.augment.choice import choose_rows, class_of, next_of_class, training_rows
from studio.ui.panes.classify.batch import Item
from studio.ui.panes.classify.table import table_text
from studio.ui.panes.classify.words import answer_words
from studio.ui.panes.data import order
from studio.ui.panes.data.chosen import known_facts, many_facts
from studio.ui.panes.data.tiles import PictureModel
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.probability import ProbabilityBars


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Five pictures: a and b, b, none, c, not known; with a second question."""
    labels = [[1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1], [-1, -1, -1]]
    return Dataset(
        root=tmp_path,
        format="csv",
        paths=[f"{i}.png" for i in range(5)],
        outputs={"genre": ("a", "b", "c"), "year": ("old", "new")},
        labels={"genre": np.array(labels, np.int8), "year": np.array([0, 1, 0, -1, 1], np.int32)},
        found_split=np.full(5, NO_SPLIT, np.int8),
        sizes=np.ones(5, np.int64),
    )


def test_classes_in_words(dataset: Dataset) -> None:
    assert [order.class_of(dataset, row) for row in range(5)] == [
        "a, b", "b", "No class", "c", "No class",
    ]  # fmt: skip
    assert class_of(dataset, 0) == "a, b · old"
    assert class_of(dataset, 3) == "c · no class"
    assert known_facts(dataset, None, 0)[:2] == [("Class", "a, b"), ("year", "old")]
    facts = dict(many_facts(dataset, np.zeros(5, np.int8), np.arange(3)).facts)
    assert facts["Class"] == "3 different"


def test_a_picture_is_listed_under_each_of_its_classes(dataset: Dataset) -> None:
    def listed(class_index: int | None, by: str = order.AS_FOUND) -> list[int]:
        return order.listed(dataset, class_index, dataset.paths, "", by).tolist()

    assert (listed(0), listed(1), listed(2)) == ([0], [0, 1], [3])
    assert listed(None, "class") == [2, 4, 0, 1, 3]


def test_previews_spread_over_the_classes(dataset: Dataset) -> None:
    assignment = np.zeros(5, np.int8)
    assert [rows.tolist() for rows in training_rows(dataset, assignment)] == [[0], [1], [3]]
    assert choose_rows(dataset, assignment, 3) == [0, 1, 3]
    assert choose_rows(dataset, assignment, 4, first=2) == [2, 0, 1, 3]
    assert next_of_class(dataset, assignment, 1, set()) == 1
    assert next_of_class(dataset, assignment, 2, set()) is None


def test_tiles_name_all_classes(dataset: Dataset, qtbot: QtBot) -> None:
    loader = ThumbnailLoader()
    model = PictureModel(loader)
    model.show(dataset, np.arange(5))
    display, spoken = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole
    assert [model.data(model.index(i), display) for i in range(5)] == [
        "a, b", "b", "No class", "c", "No class",
    ]  # fmt: skip
    assert model.data(model.index(0), spoken) == "0.png, a, b"


def test_a_run_prepared_in_the_window_knows_them(dataset: Dataset, qapp: QApplication) -> None:
    world = build_world()
    try:
        world.session.set_dataset(dataset)
        run = world.session.prepare_run()
    finally:
        world.close()
    assert run.record.multi_label == ("genre",)
    samples = run.samples()
    assert samples.labels["genre"][samples.paths.index("0.png")] == [1, 1, 0]


def answer(multi_label: tuple[str, ...] = (), **outputs: dict[str, float]) -> Item:
    ranked = {
        name: tuple(sorted(classes.items(), key=lambda pair: -pair[1]))
        for name, classes in outputs.items()
    }
    return Item(1, "a.png", "/x/a.png", prediction=Prediction("a", ranked, "", multi_label))


def test_an_answer_names_every_class_that_holds() -> None:
    poster = answer(("genre",), genre={"Action": 0.81, "Crime": 0.62, "Drama": 0.2})
    assert poster.title == "Action, Crime"
    assert answer_words(poster, "Run 2") == "Run 2 says Action 81.0 % and Crime 62.0 %."
    nothing = answer(("genre",), genre={"Action": 0.31, "Crime": 0.2})
    assert nothing.title == "None of its classes"
    assert answer_words(nothing, "Run 2") == ("Run 2 finds Action the likeliest, at only 31.0 %.")
    shirt = answer(colour={"red": 0.9, "blue": 0.1}, kind={"dress": 0.7, "shirt": 0.3})
    assert shirt.title == "red, dress"
    assert answer_words(shirt, "Run 1") == "Run 1 says red 90.0 % and dress 70.0 %."
    assert answer(thing={"star": 0.9, "ring": 0.1}).title == "star"


def test_the_table_lists_every_class_that_holds() -> None:
    poster = answer(("genre",), genre={"Action": 0.81, "Crime": 0.62, "Drama": 0.2})
    head, row = table_text([poster]).splitlines()
    assert head == "name,path,class,probability,Action,Crime,Drama,error"
    assert row == "a.png,/x/a.png,Action;Crime,0.810000,0.810000,0.620000,0.200000,"


def test_independent_classes_are_not_added_up(qtbot: QtBot) -> None:
    bars = ProbabilityBars()
    qtbot.addWidget(bars)
    many = [(f"class {i}", 0.9 - i / 100) for i in range(20)]
    bars.set_probabilities(many, independent=True)
    assert [name for name, _ in bars.rows()] == [f"class {i}" for i in range(5)]
    bars.set_probabilities(many)
    assert bars.rows()[-1][0] == "16 others"
