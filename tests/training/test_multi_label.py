"""Several classes for one picture, alone and beside another question, through to the metrics."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.core.errors import DatasetError, RunError, TrainingError
from studio.core.input import InputSpec
from studio.core.runs import RunFolder, RunRecord, SampleList
from studio.core.spec import parameters
from studio.engine.commands import inspect
from studio.engine.planning import plan_run
from studio.insight.metrics import evaluate, match_samples
from studio.insight.predictor import Predictor
from studio.models.registry import ARCHITECTURES, output_keys
from studio.training.evaluation import score
from studio.training.model_io import build_model
from studio.training.multi_label import MultiLabelAnswers, average_precision
from studio.training.recipe import Recipe
from studio.training.steps import MaskedCrossEntropy, Stepper, Tally, compile_model
from studio.training.trainer import train
from tests.training.helpers import Listener, StopAt, weights_of

PATCHES = {"blue": (60, 80, 200), "green": (60, 180, 80), "red": (200, 60, 50)}
SHOWN = "what is shown"
SIDE = "wide or high"
OUTPUTS = {SHOWN: tuple(PATCHES)}
SCRATCH = [kind for kind, entry in ARCHITECTURES.items() if entry.family == "scratch"]
BOTH = {SHOWN: tuple(PATCHES), SIDE: ("wide", "high")}


def write_patches(folder: Path, count: int = 64) -> SampleList:
    """Grey pictures with none to three coloured squares, wide or high, and both labels."""
    folder.mkdir()
    shown, sides, paths = [], [], []
    for index in range(count):
        random = np.random.default_rng(index)
        has, is_high = random.random(len(PATCHES)) < 0.5, bool(index % 2)
        picture = Image.new("RGB", (24, 32) if is_high else (32, 24), (120, 120, 120))
        draw = ImageDraw.Draw(picture)
        for place in np.flatnonzero(has).tolist():
            x, y = 8 * place, int(random.integers(0, 15))
            draw.rectangle((x, y, x + 6, y + 6), fill=list(PATCHES.values())[place])
        paths.append(f"{index:03}.png")
        picture.save(folder / paths[-1])
        shown.append([int(h) for h in has])
        sides.append(int(is_high))
    split = [(0, 0, 1, 0, 2)[i % 5] for i in range(count)]
    return SampleList(folder, paths, {SHOWN: shown, SIDE: sides}, split)


def make_run(
    path: Path, samples: SampleList, outputs: dict[str, tuple[str, ...]], **recipe: Any
) -> RunFolder:
    record = RunRecord(
        id=path.name,
        outputs=outputs,
        multi_label=(SHOWN,),
        input=InputSpec(width=24, height=24, fit="letterbox"),
        model={"kind": "small_cnn", "blocks": 2, "filters": 8},
        recipe={"epochs": 2, "batch_size": 8, "seed": 3, "learning_rate": 0.02, **recipe},
    )
    labels = {name: samples.labels[name] for name in outputs}
    return RunFolder.create(path, record, replace(samples, labels=labels))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleList:
    return write_patches(tmp_path_factory.mktemp("patches") / "pictures")


@pytest.fixture(scope="module")
def trained(samples: SampleList, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = make_run(tmp_path_factory.mktemp("run") / "run", samples, BOTH, epochs=14)
    assert train(run, Listener()).state == "finished"
    return run


def test_both_questions_are_learned_and_measured(trained: RunFolder) -> None:
    record = RunFolder.open(trained.path).record
    assert record.multi_label == (SHOWN,)
    assert record.metrics[f"validation_map of {SHOWN}"] > 0.95
    assert record.metrics[f"validation_accuracy of {SHOWN}"] > 0.85
    assert record.metrics[f"test_accuracy of {SIDE}"] == 1.0
    found = json.loads(trained.evaluation_file.read_text())["validation"]
    shown, side = found["outputs"][SHOWN], found["outputs"][SIDE]
    assert found["accuracy"] == pytest.approx((shown["accuracy"] + side["accuracy"]) / 2)
    assert found["loss"] == pytest.approx(shown["loss"] + side["loss"])
    assert (shown["multi_label"], shown["labels"]) == (True, 3 * shown["n"])
    assert "confusion" not in shown and side["confusion"]
    assert side["balanced_accuracy"] is not None


def test_metrics_agree_with_scikit_learn(trained: RunFolder, samples: SampleList) -> None:
    from sklearn import metrics

    found = evaluate(trained, split=1)["outputs"][SHOWN]
    rows = samples.indices(1)
    true = np.array(samples.labels[SHOWN])[rows]
    predictions = Predictor(trained).predict([samples.absolute(i) for i in rows])
    said = np.array([[dict(p.outputs[SHOWN])[c] for c in PATCHES] for p in predictions])
    yes = said >= 0.5
    assert found["accuracy"] == pytest.approx((yes == true).mean())
    assert found["exact"] == pytest.approx(metrics.accuracy_score(true, yes))
    for mine, average in (("macro_f1", "macro"), ("micro_f1", "micro")):
        assert found[mine] == pytest.approx(metrics.f1_score(true, yes, average=average))
    each = metrics.precision_recall_fscore_support(true, yes)
    for mine, theirs in zip(("precision", "recall", "f1", "support"), each, strict=True):
        np.testing.assert_allclose(found[mine], theirs)
    precisions = metrics.average_precision_score(true, said, average=None)
    np.testing.assert_allclose(found["average_precision"], precisions)
    assert found["map"] == pytest.approx(precisions.mean())
    tables = metrics.multilabel_confusion_matrix(true, yes)
    assert found["false_positives"] == tables[:, 0, 1].tolist()
    assert found["true_negatives"] == tables[:, 0, 0].tolist()
    assert evaluate(trained, split=1)["accuracy"] == trained.record.metrics["validation_accuracy"]


def test_average_precision_with_ties_and_unknowns() -> None:
    from sklearn.metrics import average_precision_score

    random = np.random.default_rng(5)
    for n in (1, 2, 7, 400):
        said = np.round(random.random(n), 1).astype(np.float32)
        true = random.integers(0, 2, n)
        true[0] = 1
        assert average_precision(true, said) == pytest.approx(average_precision_score(true, said))
    true = np.array([1, -1, 0, -1, 1])
    said = np.array([0.2, 0.9, 0.5, 0.9, 0.5], np.float32)
    wanted = average_precision_score(true[true >= 0], said[true >= 0])
    assert average_precision(true, said) == pytest.approx(wanted)
    assert average_precision(np.array([0, -1]), said[:2]) is None
    assert average_precision(np.zeros(0, int), said[:0]) is None


def test_single_choice_metrics_agree_with_scikit_learn(trained: RunFolder) -> None:
    from sklearn.metrics import balanced_accuracy_score, f1_score

    found = evaluate(trained)["outputs"][SIDE]
    pairs = np.array(found["confusion"])
    true, said = (np.repeat(index.ravel(), pairs.ravel()) for index in np.indices(pairs.shape))
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(true, said))
    assert found["macro_f1"] == pytest.approx(f1_score(true, said, average="macro"))


def test_every_class_has_a_probability_of_its_own(trained: RunFolder, samples: SampleList) -> None:
    predictions = Predictor(trained).predict([samples.absolute(i) for i in range(8)])
    for prediction in predictions:
        ranked = prediction.outputs[SHOWN]
        assert sorted(name for name, _ in ranked) == sorted(PATCHES)
        assert [p for _, p in ranked] == sorted((p for _, p in ranked), reverse=True)
        assert prediction.multi_label == (SHOWN,)
        assert sum(p for _, p in prediction.outputs[SIDE]) == pytest.approx(1, abs=1e-5)
    sums = [sum(p for _, p in prediction.outputs[SHOWN]) for prediction in predictions]
    assert max(sums) > 1.5


def test_stopped_and_resumed_ends_as_the_whole_one(samples: SampleList, tmp_path: Path) -> None:
    labels = {name: [list(v) if isinstance(v, list) else v for v in column]
              for name, column in samples.labels.items()}  # fmt: skip
    labels[SHOWN][0], labels[SHOWN][1][2] = [-1, -1, -1], -1
    known = replace(samples, labels=labels)
    whole = make_run(tmp_path / "whole", known, BOTH)
    parts = make_run(tmp_path / "parts", known, BOTH)
    cache = tmp_path / "cache"
    train(whole, Listener(), cache_folder=cache)
    for looks in (4,):
        control = StopAt(looks)
        train(parts, Listener(control.arm), control, resume=True, cache_folder=cache)
    train(parts, Listener(), resume=True, cache_folder=cache)
    for left, right in zip(weights_of(whole), weights_of(parts), strict=True):
        np.testing.assert_array_equal(left, right)
    assert RunFolder.open(parts.path).record.metrics == RunFolder.open(whole.path).record.metrics
    assert parts.samples().labels == known.labels


def test_a_run_made_before_has_no_multi_label_output(samples: SampleList, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", samples, BOTH)
    file = run.path / "run.json"
    value = json.loads(file.read_text())
    del value["multi_label"]
    file.write_text(json.dumps(value))
    old = RunFolder.open(run.path)
    assert old.record.multi_label == ()
    model = build_model(old.record, load_weights=False)
    assert _activations(model, BOTH) == {SHOWN: "softmax", SIDE: "softmax"}


def _activations(model: keras.Model, outputs: dict[str, Any]) -> dict[str, str]:
    return {name: model.get_layer(key).activation.__name__
            for name, key in output_keys(outputs).items()}  # fmt: skip


@pytest.mark.parametrize("kind", ["mobilenetv2", *SCRATCH])
def test_every_architecture_takes_multi_label_outputs(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    widths = [p.minimum for p in parameters(entry) if p.name == "width"]
    spec = entry(kind=kind, **({"width": widths[0]} if widths else {}))
    side = max(32, entry.minimum_side)
    model = spec.build(
        InputSpec(width=side, height=side, channels=entry.default_input.channels),
        {name: len(classes) for name, classes in BOTH.items()},
        starting_weights=False,
        multi_label=(SHOWN,),
    )
    assert _activations(model, BOTH) == {SHOWN: "sigmoid", SIDE: "softmax"}


def test_loss_averages_over_what_is_known() -> None:
    true = np.array([[1, 0, -1], [-1, -1, -1], [0, 1, 1]], np.int32)
    said = np.array([[0.9, 0.2, 0.5], [0.1, 0.1, 0.1], [0.3, 0.6, 0.8]], np.float32)
    wanted = -np.log([0.9, 0.8, 0.7, 0.6, 0.8]).mean()
    assert float(MaskedCrossEntropy(multi_label=True)(true, said)) == pytest.approx(
        wanted, rel=1e-5
    )
    nothing = np.full((2, 3), -1, np.int32)
    assert float(MaskedCrossEntropy(multi_label=True)(nothing, said[:2])) == 0.0
    tally = Tally("t", multi_label=True)
    tally.update_state(true, said)
    total, right, count, last_loss, last_accuracy = np.asarray(tally.state).tolist()
    assert total / count == pytest.approx(wanted, rel=1e-5)
    assert (right / count, last_accuracy) == pytest.approx((1.0, 1.0))
    assert last_loss == pytest.approx(wanted, rel=1e-5)
    answers = MultiLabelAnswers()
    answers.add(true, said)
    assert answers.totals() == (pytest.approx(wanted), 1.0, 2)


def test_a_wrong_certainty_still_has_a_slope() -> None:
    """The loss looks at the logits: clipped probabilities would not learn any more."""
    inputs = keras.Input((2,))
    key = "output_0_a"
    out = keras.layers.Dense(1, activation="sigmoid", name=key, kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, {key: out})
    recipe = Recipe(optimiser="sgd", learning_rate=1.0, momentum=0.0, schedule="constant")
    stepper = Stepper(model, compile_model(model, recipe, 1, [key]))
    stepper.step(np.full((4, 2), 30, np.uint8), {key: np.zeros((4, 1), np.int32)})
    assert stepper.read().batch_loss == pytest.approx(60, rel=1e-3)
    assert np.asarray(model.get_layer(key).bias) == pytest.approx(-1, rel=1e-3)


def test_an_output_without_labels_takes_no_part_in_the_average(
    samples: SampleList, tmp_path: Path
) -> None:
    unknown = [[-1] * 3 if s == 1 else v for s, v in
               zip(samples.split, samples.labels[SHOWN], strict=True)]  # fmt: skip
    labels = {**samples.labels, SHOWN: unknown}
    run = make_run(tmp_path / "run", replace(samples, labels=labels), BOTH, epochs=1)
    listener = Listener()
    train(run, listener)
    epoch = listener.epochs[-1]
    assert epoch.accuracies == {SIDE: epoch.validation_accuracy}
    found = json.loads(run.evaluation_file.read_text())["validation"]["outputs"][SHOWN]
    assert (found["n"], found["accuracy"], found["map"]) == (0, None, None)
    assert score({}).accuracy == 0.0


@pytest.mark.parametrize(
    "damage",
    [[1, 0], [1, 0, 2], 1, "abc", [[1], [0], [1]], [10**30, 0, 0]],
    ids=["short row", "no such value", "number", "text", "nested", "huge"],
)
def test_labels_of_another_shape_are_refused(
    damage: Any, samples: SampleList, tmp_path: Path
) -> None:
    labels = {SHOWN: [damage, *samples.labels[SHOWN][1:]]}
    run = make_run(tmp_path / "run", replace(samples, labels=labels), OUTPUTS)
    with pytest.raises(RunError):
        train(run, Listener())


def test_nothing_to_tell_apart_is_refused(samples: SampleList, tmp_path: Path) -> None:
    labels = {SHOWN: [[1, 0, -1]] * len(samples.paths)}
    run = make_run(tmp_path / "run", replace(samples, labels=labels), OUTPUTS)
    with pytest.raises(TrainingError, match="same labels"):
        train(run, Listener())


def test_a_class_that_is_lost_is_an_error(tmp_path: Path) -> None:
    samples = write_patches(tmp_path / "pictures", 20)
    for index in samples.indices(0):
        if samples.labels[SHOWN][index][2]:
            samples.absolute(index).write_bytes(b"broken")
    with pytest.raises(TrainingError, match="“red”"):
        train(make_run(tmp_path / "run", samples, OUTPUTS), Listener())


def test_labels_of_other_data_sets_are_matched_by_name(
    samples: SampleList, trained: RunFolder
) -> None:
    paths = samples.paths[:3]
    several = SampleList(samples.root, paths, {SHOWN: [[1, 0], [0, 1], [-1, 1]]}, [1] * 3)
    matched = match_samples(trained, several, {SHOWN: ("violet", "red")})
    assert matched.labels[SHOWN] == [[-1, -1, 0], [-1, -1, 1], [-1, -1, 1]]
    assert matched.labels[SIDE] == [-1, -1, -1]
    single = SampleList(samples.root, paths, {SHOWN: [0, 1, -1]}, [1] * 3)
    matched = match_samples(trained, single, {SHOWN: ("red", "blue")})
    assert matched.labels[SHOWN] == [[0, -1, 1], [1, -1, 0], [-1, -1, -1]]
    found = evaluate(trained, matched)
    assert (found["n"], found["unlabelled"]) == (2, 1)
    assert found["outputs"][SHOWN]["labels"] == 4
    sides = SampleList(samples.root, paths, {SIDE: [[1, 0], [1, 1], [0, 0]]}, [1] * 3)
    assert match_samples(trained, sides, {SIDE: ("high", "wide")}).labels[SIDE] == [1, -1, -1]
    with pytest.raises(DatasetError, match="do not fit"):
        evaluate(trained, replace(several, labels={SHOWN: [[1, 0]] * 3}))


def test_a_planned_run_knows_which_outputs_have_several_classes(tmp_path: Path) -> None:
    samples = write_patches(tmp_path / "pictures", 20)
    lines = ["file," + ",".join(PATCHES)]
    for path, row in zip(samples.paths, samples.labels[SHOWN], strict=True):
        lines.append(f"{path}," + ",".join(map(str, row)))
    table = samples.root / "labels.csv"
    table.write_text("\n".join(lines) + "\n", "utf-8")
    run = plan_run(table, tmp_path / "run", settings=["split.mode=folds", "split.fold=2"])
    (name,) = run.record.outputs
    assert run.record.multi_label == (name,)
    assert run.record.outputs[name] == tuple(PATCHES)
    planned = run.samples()
    assert [planned.labels[name][planned.paths.index(p)] for p in samples.paths] == (
        samples.labels[SHOWN]
    )
    assert inspect(table)["multi_label"] == [name]
