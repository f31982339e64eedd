"""Beliefs, safety and robustness as the window and the command line ask for them."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.augment.corrupting import kinds_for
from studio.augment.policy import Augmentation, parse_policy, seed_for
from studio.cli import run as command
from studio.core.control import Cancelled, Control
from studio.core.errors import RunError, SpecError, WeightsError
from studio.core.input import InputSpec
from studio.core.results import Prediction
from studio.core.robustness import last_robustness, robustness_file, save_robustness
from studio.core.runs import RunFolder, SampleList
from studio.core.strengths import QuickJudge, Robustness, RobustnessCurve, Strengths
from studio.data.pixels import load
from studio.engine.handlers import HANDLERS, Context
from studio.engine.handlers.judges import JUDGES
from studio.engine.protocol.augment_messages import (
    Believe,
    LearnQuickly,
    MeasureRobustness,
    MeasureSafety,
)
from studio.engine.protocol.messages import JobProgress, Measured
from studio.insight.predictor import Predictor
from studio.training.trainer import train
from tests.training.helpers import Listener, make_run, samples_of, write_pictures

QUICK = ("corrupt_contrast", "rotate")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that has learned three colours."""
    folder = tmp_path_factory.mktemp("judging")
    samples = samples_of(write_pictures(folder / "pictures", each=40))
    run = make_run(folder / "run", samples, epochs=6, input_spec=InputSpec(width=24, height=16))
    train(run, Listener(), Control())
    return run


def ask(request: Any, control: Control | None = None) -> tuple[Any, list[Any]]:
    """The result of a request, and what was told on the way."""
    told: list[Any] = []
    context = Context(request.job, told.append, control or Control())
    return HANDLERS[type(request)](request, context), told


def test_beliefs_are_those_of_the_pictures_that_training_sees(trained: RunFolder) -> None:
    samples = trained.samples()
    paths = tuple(str(samples.absolute(i)) for i in (0, 50))
    policy = {"steps": [{"kind": "rotate"}, {"kind": "brightness"}]}
    seeds = ((seed_for(1, 1, 0), seed_for(1, 2, 0)), (seed_for(1, 1, 1),))
    found, _ = ask(Believe(1, str(trained.path), paths, policy, seeds))
    assert [len(row) for row in found] == [3, 2]
    predictor = Predictor(trained)
    augmentation = Augmentation(parse_policy(policy))
    for path, row, numbers in zip(paths, found, seeds, strict=True):
        picture = load(Path(path), trained.record.input)
        expected = [picture, *(augmentation.apply(picture, n) for n in numbers)]
        for prediction, array in zip(row, expected, strict=True):
            answer = predictor.predict_one(array)
            assert prediction.path == path and prediction.best()[0] == answer.best()[0]
            assert prediction.best()[1] == pytest.approx(answer.best()[1], abs=1e-5)


def test_a_broken_picture_is_told_in_its_place(trained: RunFolder, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    good = str(trained.samples().absolute(1))
    paths = (str(broken), good, str(tmp_path / "gone.png"))
    found, _ = ask(Believe(2, str(trained.path), paths, {"steps": []}, ((1, 2), (3,), ())))
    assert [[bool(p.error) for p in row] for row in found] == [[True] * 3, [False] * 2, [True]]
    assert isinstance(found[1][0], Prediction) and found[1][0].outputs == found[1][1].outputs
    assert ask(Believe(3, str(trained.path), (), {"steps": []}, ()))[0] == ()
    # What replaces the file is asked about, not what was there before.
    shutil.copyfile(good, broken)
    again, _ = ask(Believe(4, str(trained.path), paths[:1], {"steps": []}, ((1,),)))
    assert not again[0][0].error


def test_beliefs_can_be_cancelled(trained: RunFolder) -> None:
    control = Control()
    control.cancel()
    path = str(trained.samples().absolute(0))
    with pytest.raises(Cancelled):
        ask(Believe(5, str(trained.path), (path,), {"steps": []}, ((1,),)), control)


def test_safety_of_a_run(trained: RunFolder) -> None:
    step = {"kind": "hue", "probability": 5}
    found, told = ask(MeasureSafety(6, str(trained.path), step, "angle"))
    assert isinstance(found, Strengths) and found.kind == "hue" and found.clean > 0.8
    assert found.limits == (True, True) and found.above is not None
    assert any(isinstance(each, JobProgress) for each in told)
    kept = JUDGES.get(str(trained.path), 200, Context(7, told.append, Control()))
    flip, _ = ask(MeasureSafety(8, str(trained.path), {"kind": "flip"}, ""))
    assert flip.safe == (0.0, 100.0) and flip.limits == (False, False)
    assert JUDGES.get(str(trained.path), 200, Context(9, told.append, Control())) is kept
    with pytest.raises(SpecError):
        ask(MeasureSafety(10, str(trained.path), {"kind": "rotate"}, "nothing"))
    with pytest.raises(RunError):
        ask(MeasureSafety(11, str(trained.path.parent), step, "angle"))


def test_measuring_lets_beliefs_go_first(trained: RunFolder) -> None:
    path = str(trained.samples().absolute(0))
    question = Believe(30, str(trained.path), (path,), {"steps": []}, ((1,),))
    threads: list[int] = []
    answers: list[Any] = []

    def ask_in_between() -> None:
        threads.append(threading.get_ident())
        if len(threads) == 5:
            answers.append(ask(question)[0])

    for request in (
        MeasureSafety(31, str(trained.path), {"kind": "hue"}, "angle", 20),
        MeasureRobustness(32, str(trained.path), ("zoom",), 12),
    ):
        threads.clear()
        HANDLERS[type(request)](
            request, Context(request.job, lambda _answer: None, Control(), ask_in_between)
        )
        # At every batch and picture, and never from the threads that augment.
        assert len(threads) > 20 and set(threads) == {threading.get_ident()}
    assert len(answers) == 2 and all(not answer[0][1].error for answer in answers)


def test_robustness_is_told_curve_by_curve_and_kept(trained: RunFolder) -> None:
    robustness_file(trained).unlink(missing_ok=True)
    assert last_robustness(trained) == (None, "")
    found, told = ask(MeasureRobustness(12, str(trained.path), QUICK, 30))
    assert [curve.kind for curve in found.curves] == list(QUICK) and found.pictures == 30
    assert all(0 <= a <= 1 for curve in found.curves for a in curve.accuracy)
    assert found.curves[1].levels[-1] == "±60°" and found.curves[0].levels == ()
    so_far = [each.event for each in told if isinstance(each, Measured)]
    assert [len(each.curves) for each in so_far] == [1, 2]
    # More of the same pictures joins what is there; of other pictures it takes its place.
    more, _ = ask(MeasureRobustness(13, str(trained.path), ("zoom",), 30))
    assert [curve.kind for curve in more.curves] == ["zoom", *QUICK]
    kept, word = last_robustness(RunFolder.open(trained.path))
    assert kept is not None and not word
    for one, other in zip(kept.curves, more.curves, strict=True):
        assert (one.kind, one.title, one.levels) == (other.kind, other.title, other.levels)
        assert np.array_equal(one.accuracy, other.accuracy)
    fewer, _ = ask(MeasureRobustness(14, str(trained.path), ("zoom",), 12))
    assert [curve.kind for curve in fewer.curves] == ["zoom"]
    with pytest.raises(SpecError, match="no corruption"):
        ask(MeasureRobustness(15, str(trained.path), ("hue",)))


def quick_request(run: RunFolder, **more: Any) -> LearnQuickly:
    samples = run.samples()
    paths = tuple(str(samples.absolute(i)) for i in range(len(samples.paths)))
    given = {"labels": samples.labels, "outputs": run.record.outputs, **more}
    return LearnQuickly(20, paths, given["labels"], tuple(samples.split), given["outputs"],
                        given.get("input", {"width": 32, "height": 24}),
                        given.get("multi_label", ()))  # fmt: skip


def test_pretrained_features_answer_before_the_first_training(
    trained: RunFolder, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsError, match="no pretrained weights"):
        ask(quick_request(trained))
    with pytest.raises(SpecError, match="5 bands"):
        ask(quick_request(trained, input={"channels": 5}))
    home = shared_data / "weights" / "keras_home"
    if not home.is_dir():
        pytest.skip(f"the pretrained weights are not here ({home})")
    monkeypatch.setenv("KERAS_HOME", str(home))
    quick, told = ask(quick_request(trained))
    assert isinstance(quick, QuickJudge) and quick.accuracy > 0.8 and "pretrained" in quick.title
    assert quick.learned_from == trained.samples().split.count(0)
    assert any(isinstance(each, JobProgress) for each in told)
    path = str(trained.samples().absolute(0))
    (row,), _ = ask(Believe(21, quick.run, (path,), {"steps": [{"kind": "flip"}]}, ((1,),)))
    assert len(row) == 2 and sum(p for _, p in row[0].outputs["class"]) == pytest.approx(1)
    found, _ = ask(MeasureSafety(22, quick.run, {"kind": "hue"}, "angle", 30))
    assert found.pictures == 30 and found.limits == (True, True)
    several = [[int(i == label) for i in range(3)] for label in trained.samples().labels["class"]]
    many, _ = ask(quick_request(trained, labels={"class": several}, multi_label=("class",)))
    assert many.run != quick.run and many.accuracy > 0.8
    with pytest.raises(RunError, match="no longer at hand"):
        ask(Believe(23, "quick:0", (path,), {"steps": []}, ((),)))


def test_all_corruptions_that_work(trained: RunFolder) -> None:
    assert len(kinds_for(3)) >= 20 and kinds_for(1) == kinds_for(3)
    assert kinds_for(5) == ["rotate", "shift", "zoom", "brightness", "contrast", "gaussian_blur",
                            "gaussian_noise"]  # fmt: skip
    own, _ = ask(MeasureRobustness(16, str(trained.path), tuple(kinds_for(5)), 12))
    assert [len(curve.levels) for curve in own.curves] == [5] * 7


def ruin(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    def spoil(content: bytes) -> bytes:
        value = json.loads(content)
        changed = change(value)
        return json.dumps(value if changed is None else changed).encode()

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"[" * 100_000,
        lambda content: content + b" " * (2 << 20),
        ruin(lambda value: []),
        ruin(lambda value: value.pop("clean")),
        ruin(lambda value: value.update(clean="1")),
        ruin(lambda value: value.update(clean=1.5)),
        ruin(lambda value: value.update(pictures=-1)),
        ruin(lambda value: value.update(curves={"a": 1})),
        ruin(lambda value: value.update(curves=value["curves"] * 500)),
        ruin(lambda value: value["curves"][0].update(accuracy=[0.5])),
        ruin(lambda value: value["curves"][0].update(accuracy=[float("nan")] * 3)),
        ruin(lambda value: value["curves"][0].update(accuracy=[True, True, False])),
        ruin(lambda value: value["curves"][0].update(severities=[3, 2, 1])),
        ruin(lambda value: value["curves"][0].update(title="x" * 100_000)),
        ruin(lambda value: value["curves"][0].update(levels=[1, 2, 3])),
    ],
)
def test_a_ruined_file_is_a_word(spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.png").write_bytes(b"")
    run = make_run(tmp_path / "run", SampleList(tmp_path, ["a/b.png"], {"class": [0]}, [0]))
    curve = RobustnessCurve("zoom", "Zoom", np.array([1.0, 2, 3]), np.array([0.9, 0.5, 0.1]))
    save_robustness(run, Robustness((curve,), 0.95, 40))
    good, word = last_robustness(run)
    assert good is not None and good.clean == 0.95 and not word
    robustness_file(run).write_bytes(spoil(robustness_file(run).read_bytes()))
    found, word = last_robustness(run)
    assert found is None and "Measure it again" in word


def test_an_older_result_is_not_shown_for_a_newer_network(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", SampleList(tmp_path, ["a/b.png"], {"class": [0]}, [0]))
    save_robustness(run, Robustness((), 0.5, 10))
    run.update(best_epoch=7)
    assert last_robustness(run)[0] is None and "trained on" in last_robustness(run)[1]


def test_commands(trained: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["safety", str(trained.path), "--step", "rotate", "--set", "edge=wrap"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].startswith("Rotate · Angle: safe from −90° to 90°")
    assert "without the step" in table[1] and table[-1].endswith("safe")
    assert command(["safety", str(trained.path), "--step", "hue", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["sides"]["inside"] > found["sides"]["above"] and found["unit"]
    assert command(["safety", str(trained.path), "--step", "invert"]) == 0
    assert "of the labels do not survive" in capsys.readouterr().out
    kinds = ",".join(QUICK)
    assert command(["robustness", str(trained.path), "--kinds", kinds, "--pictures", "30"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("\t")[:6] == ["severity", "1", "2", "3", "4", "5"]
    assert {line.split("\t")[0] for line in lines[2:4]} == {"Low contrast", "Rotate"}
    assert command(["robustness", str(trained.path), "--kinds", "zoom", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["curves"][0]["kind"] == "zoom"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--step", "spin"], "no augmenter called"),
        (["--step", "rotate", "--parameter", "speed"], "has no setting"),
        (["--step", "rotate", "--set", "edge"], "has no value"),
        (["--step", "rotate", "--set", "edge=up"], "edge"),
    ],
)
def test_commands_refuse_in_words(
    arguments: list[str], words: str, trained: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["safety", str(trained.path), *arguments]) == 1
    captured = capsys.readouterr()
    assert words in captured.err and not captured.out
