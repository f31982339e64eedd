"""What is wrong with classes, also where several hold for one picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.data.balance import class_problems, nothing_to_learn
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset


def several(labels: list[list[int]], *classes: str) -> Dataset:
    return Dataset(
        root=Path("/nowhere"),
        format="csv",
        paths=[f"{i}.png" for i in range(len(labels))],
        outputs={OUTPUT: classes},
        labels={OUTPUT: np.array(labels, np.int8).reshape(len(labels), len(classes))},
        found_split=np.full(len(labels), NO_SPLIT, np.int8),
        sizes=np.ones(len(labels), np.int64),
    )


def test_columns_of_several_classes() -> None:
    dataset = several([[1, 1, -1], [0, 1, -1], [1, 0, 0]], "a", "b", "c")
    assert dataset.problem == "multi-label"
    assert dataset.multi_label == (OUTPUT,)
    assert dataset.first_class().tolist() == [0, 1, 0]
    assert dataset.class_counts().tolist() == [2, 2, 0]
    assert [dataset.classes_of(row, OUTPUT) for row in range(3)] == [("a", "b"), ("b",), ("a",)]
    assert several([[], []]).first_class().tolist() == [-1, -1]


def test_classes_with_too_few_pictures() -> None:
    dataset = several([[1, 1, -1], [0, 1, -1], [1, 0, 0]], "a", "b", "c")
    assert [(p.kind, p.path) for p in class_problems(dataset)] == [("too-few", "c")]
    usable = np.array([True, False, True])
    found = [(p.kind, p.path) for p in class_problems(dataset, usable)]
    assert found == [("too-few", "b"), ("too-few", "c"), ("imbalance", "a")]


def test_one_class_that_may_hold_or_not_is_enough() -> None:
    assert class_problems(several([[1], [1], [0]], "a")) == []
    always = class_problems(several([[1], [1], [-1]], "a"))
    assert [(p.kind, p.path) for p in always] == [("imbalance", "a")]
    assert "absent" in always[0].message


def test_uneven_classes() -> None:
    labels = [[1, 0]] * 40 + [[0, 1]] * 3
    assert [p.path for p in class_problems(several(labels, "many", "few"))] == [""]


@pytest.mark.parametrize(
    ("labels", "can"),
    [
        ([[1, 0], [0, 0]], True),
        ([[1, 0], [1, 0]], False),
        ([[1, -1], [-1, 0]], False),
        ([[1, -1], [0, -1]], True),
        ([[0, 0], [0, 0]], False),
    ],
)
def test_whether_something_can_be_learned(labels: list[list[int]], can: bool) -> None:
    dataset = several(labels, "a", "b")
    problem, hint = nothing_to_learn(dataset.outputs, dataset.labels, np.zeros(2, np.int8))
    assert bool(problem) is not can
    assert bool(hint) is not can


def test_another_question_that_can_be_learned_is_enough() -> None:
    outputs = {"several": ("a", "b"), "one": ("x", "y")}
    labels = {"several": np.array([[1, 0], [1, 0]], np.int8), "one": np.array([0, 1], np.int32)}
    assert nothing_to_learn(outputs, labels, np.zeros(2, np.int8)) == ("", "")
    labels["one"][1] = 0
    assert "one class, “x”" in nothing_to_learn(outputs, labels, np.zeros(2, np.int8))[0]
