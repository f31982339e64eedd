"""Predictions: the same to the bit for one and for many, in order, with every failure told."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from studio.core.control import Cancelled, Control
from studio.core.errors import DatasetError, RunError
from studio.core.input import InputSpec
from studio.core.runs import RunFolder, SampleList
from studio.insight.metrics import evaluate, match_samples
from studio.insight.predictor import Predictor, ranked
from studio.training.evaluation import wilson
from studio.training.model_io import build_model, save_best_weights
from studio.training.trainer import train
from tests.training.helpers import Listener, make_run, samples_of, write_pictures


def untrained(path: Path, samples: SampleList, kind: str, side: int = 32) -> RunFolder:
    run = make_run(path, samples, {"kind": kind}, input_spec=InputSpec(width=side, height=side))
    keras.utils.set_random_seed(4)
    save_best_weights(run, build_model(run.record, load_weights=False))
    return run


@pytest.fixture
def samples(tmp_path: Path) -> SampleList:
    return samples_of(write_pictures(tmp_path / "pictures", each=14))


@pytest.mark.parametrize(
    ("kind", "side"),
    [("lenet", 32), ("small_cnn", 40), ("resnet20", 32), ("mobilenetv2", 32), ("vgg16", 32)],
)
def test_one_or_many_is_the_same_to_the_bit(
    kind: str, side: int, samples: SampleList, tmp_path: Path
) -> None:
    run = untrained(tmp_path / "run", samples, kind, side)
    predictor = Predictor(run)
    paths = [samples.absolute(i) for i in range(len(samples.paths))]
    together = predictor.predict(paths)
    assert [p.path for p in together] == [str(p) for p in paths]
    for i in (0, 1, 7, 31, 32, 41):
        assert predictor.predict_one(paths[i]) == together[i]
    shuffled = np.random.default_rng(0).permutation(len(paths))
    again = predictor.predict([paths[i] for i in shuffled])
    assert again == [together[i] for i in shuffled]
    assert Predictor(RunFolder.open(run.path)).predict(paths[:3]) == together[:3]


def test_files_and_arrays_are_one_thing(samples: SampleList, tmp_path: Path) -> None:
    from studio.data.pixels import decode, load

    run = untrained(tmp_path / "run", samples, "lenet")
    predictor = Predictor(run)
    path = samples.absolute(0)
    expected = predictor.predict_one(path).outputs
    assert predictor.predict_one(str(path)).outputs == expected
    assert predictor.predict_one(decode(path)).outputs == expected
    assert predictor.predict_one(load(path, run.record.input)).outputs == expected


def test_what_cannot_be_read_is_told_in_its_place(samples: SampleList, tmp_path: Path) -> None:
    predictor = Predictor(untrained(tmp_path / "run", samples, "lenet"))
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"nothing")
    good = samples.absolute(3)
    answers = predictor.predict([bad, good, tmp_path / "gone.png", good, bad])
    assert [bool(a.error) for a in answers] == [True, False, True, False, True]
    assert answers[1] == answers[3]
    assert predictor.predict([bad])[0].error
    assert predictor.predict([]) == []
    for strange in (np.zeros((3, 3), np.uint8), np.zeros((4, 4, 3), np.float32)):
        assert predictor.predict_one(strange).error


def test_progress_and_cancel(samples: SampleList, tmp_path: Path) -> None:
    predictor = Predictor(untrained(tmp_path / "run", samples, "lenet"))
    paths = [samples.absolute(i) for i in range(40)]
    seen: list[tuple[int, int | None]] = []
    predictor.predict(paths, lambda done, total, words: seen.append((done, total)))
    assert seen[-1] == (40, 40)
    control = Control()
    answers = predictor.iterate(paths, control=control)
    next(answers)
    control.cancel()
    with pytest.raises(Cancelled):
        list(answers)


def test_classes_are_ranked_and_may_be_few(samples: SampleList, tmp_path: Path) -> None:
    predictor = Predictor(untrained(tmp_path / "run", samples, "lenet"))
    prediction = predictor.predict([samples.absolute(0)], most_classes=2)[0]
    assert len(prediction.outputs["class"]) == 2
    tie = np.array([0.2, 0.4, 0.4], np.float32)
    assert [name for name, _ in ranked(tie, ("a", "b", "c"))] == ["b", "c", "a"]


def test_a_run_without_weights(samples: SampleList, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no weights"):
        Predictor(make_run(tmp_path / "run", samples))


def test_evaluation_agrees_with_training_and_with_scikit_learn(tmp_path: Path) -> None:
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    samples = samples_of(write_pictures(tmp_path / "pictures", each=14), test=4)
    run = make_run(tmp_path / "run", samples, epochs=2, learning_rate=0.005)
    record = train(run, Listener())
    predictor = Predictor(run)
    for split, word in ((1, "validation"), (2, "test")):
        found = evaluate(run, split=split, predictor=predictor)
        assert found["accuracy"] == record.metrics[f"{word}_accuracy"]
        assert found["loss"] == pytest.approx(record.metrics[f"{word}_loss"], rel=1e-12)
    whole = evaluate(run, predictor=predictor)["outputs"]["class"]
    classes = run.record.outputs["class"]
    said = [
        classes.index(p.best()[0])  # type: ignore[index]
        for p in predictor.predict([samples.absolute(i) for i in range(len(samples.paths))])
    ]
    true = samples.labels["class"]
    assert whole["confusion"] == confusion_matrix(true, said, labels=[0, 1, 2]).tolist()
    precision, recall, f1, support = precision_recall_fscore_support(
        true, said, labels=[0, 1, 2], zero_division=np.nan
    )
    assert whole["support"] == support.tolist()
    for mine, theirs in ((whole["precision"], precision), (whole["recall"], recall)):
        np.testing.assert_allclose(np.array(mine, float), theirs)
    np.testing.assert_allclose(np.nan_to_num(np.array(whole["f1"], float)), np.nan_to_num(f1))
    low, high = whole["interval"]
    assert low < whole["accuracy"] <= high


def test_wilson_against_published_values() -> None:
    """Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    for right, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(right, n) == pytest.approx((low, high), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_evaluating_on_another_data_set(samples: SampleList, tmp_path: Path) -> None:
    run = untrained(tmp_path / "run", samples, "lenet")
    other = write_pictures(tmp_path / "other", each=2, names=("red", "violet", "blue"))
    theirs = samples_of(other, validation=0)
    (other / "red" / "0.png").write_bytes(b"broken")
    outputs = {"question": ("blue", "red", "violet")}
    named = SampleList(theirs.root, theirs.paths, {"question": theirs.labels["class"]},
                       theirs.split)  # fmt: skip
    matched = match_samples(run, named, outputs)
    assert sorted(set(matched.labels["class"])) == [-1, 0, 2]
    found = evaluate(run, matched)
    assert found["n"] == 3
    assert [row["path"] for row in found["left_out"]] == ["red/0.png"]
    with pytest.raises(DatasetError, match="no class in common"):
        match_samples(run, named, {"question": ("x", "y", "z")})
    with pytest.raises(DatasetError, match="no picture with a label"):
        evaluate(run, matched, split=2)
