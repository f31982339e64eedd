"""The safety meter: real networks that have learned digits, and networks whose answer is known."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.augment.policy import Augmentation, parse_policy
from studio.core.control import Cancelled, Control
from studio.core.errors import DatasetError, InputError, SpecError
from studio.core.input import InputSpec
from studio.core.runs import SampleList
from studio.core.spec import parameters
from studio.core.strengths import sides
from studio.data.pixels import load
from studio.insight.judge import Judge, bench, judge_of, sure_of
from studio.insight.predictor import Predictor
from studio.insight.sampling import Sample, balanced_order, draw_sample
from studio.insight.strengths import measure, strengths_of, survival_of
from studio.insight.survival import accuracy_of, confusion, survival
from studio.insight.values import scale_of
from tests.insight.digits import DRAWN, drawn_digits, learn, mnist_digits
from tests.training.helpers import samples_of, write_pictures

TURN = {"kind": "affine", "angle": (0, 0), "scale": (1, 1), "shift": (0, 0), "shear": (0, 0),
        "edge": "constant"}  # fmt: skip
UPSIDE_DOWN = {"kind": "sometimes", "steps": [
    {"kind": "mirror", "probability": 100}, {"kind": "flip", "probability": 100}]}  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """A network that has learned drawn digits for seconds."""
    folder = tmp_path_factory.mktemp("drawn")
    run = learn(folder / "run", drawn_digits(folder / "digits", 80), DRAWN, epochs=5)
    return judge_of(Predictor(run), run, 80)


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Judge:
    """A network that has learned a part of MNIST for seconds."""
    files = shared_data / "mnist" / "mnist_idx"
    if not files.is_dir():
        pytest.skip(f"MNIST's test pictures are not here ({files})")
    folder = tmp_path_factory.mktemp("mnist")
    classes = tuple("0123456789")
    run = learn(folder / "run", mnist_digits(files, 600, 150), classes, epochs=6)
    return judge_of(Predictor(run), run, 120)


@pytest.mark.parametrize("data", ["drawn", "mnist"])
def test_rotation_stops_before_digits_become_others(
    data: str, request: pytest.FixtureRequest
) -> None:
    judge: Judge = request.getfixturevalue(data)
    found = measure(judge, {"kind": "rotate", "edge": "constant"}, "angle")
    low, high = found.safe
    assert found.neutral == 0 and -60 <= low < 0 < high <= 60
    assert found.limits == (True, True) and found.below is not None and found.above is not None
    assert found.clean > 0.75 and found.pictures == len(judge.sample)
    assert (np.diff(found.values) > 0).all() and {low, 0, high} <= set(found.values)
    assert found.values[0] == -90 and found.values[-1] == 90
    assert found.survival[found.values == 0] == 1.0 and (found.worst <= found.survival).all()
    both = sides(found)
    assert both.below is not None and both.above is not None
    assert both.inside > both.below + 0.15 and both.inside > both.above + 0.15
    # The mark is exact: one degree further labels are lost.
    place = int(np.flatnonzero(found.values == high)[0])
    assert found.values[place + 1] - high == 1


def test_a_six_upside_down_is_a_nine(drawn: Judge) -> None:
    upside_down = measure(drawn, TURN, "angle")
    assert upside_down.safe[0] > -120 and upside_down.safe[1] < 120
    with bench(drawn) as asked:
        way = Augmentation(parse_policy([{**TURN, "angle": (180, 180)}]))
        held = asked.held([way])
    sample = drawn.sample
    worst = confusion(sample.truth, drawn.clean(), held, sample.classes)
    assert worst is not None and {worst.true, worst.taken_for} == {"6", "9"}
    assert worst.count > worst.total / 2
    whole = survival_of(drawn, UPSIDE_DOWN)
    assert whole.parameter == "probability" and whole.values.tolist() == [100.0]
    assert whole.safe == (0.0, 0.0) and whole.limits == (False, True)
    assert whole.above is not None and {whole.above.true, whole.above.taken_for} == {"6", "9"}
    assert sides(whole).above == whole.accuracy[0] < sides(whole).inside == whole.clean


def test_what_cannot_hurt_is_safe_to_its_end(drawn: Judge) -> None:
    found = measure(drawn, {"kind": "brightness"}, "change")
    assert found.safe[1] == 150 and not found.limits[1] and found.above is None
    assert sides(found).above is None
    bits = measure(drawn, {"kind": "posterize"}, "bits")
    assert bits.neutral == bits.safe[1] == 8 and not bits.limits[1] and bits.safe[0] < 5


def test_the_same_answer_every_time(drawn: Judge) -> None:
    step = {"kind": "gaussian_noise", "probability": 10, "enabled": False}
    one, other = (measure(drawn, step, "levels") for _ in range(2))
    assert one.safe == other.safe and one.neutral == 0
    for name in ("values", "accuracy", "survival", "worst"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_progress_and_cancel(drawn: Judge) -> None:
    threads = threading.active_count()
    told: list[tuple[int, int | None]] = []
    measure(drawn, {"kind": "zoom"}, "scale", lambda done, total, words: told.append((done, total)))
    done = [each for each, _ in told]
    assert done == sorted(done) and told[-1][0] == told[-1][1]
    control = Control()

    def stop(done: int, total: int | None, words: str) -> None:
        if done == 3:
            control.cancel()

    with pytest.raises(Cancelled):
        measure(drawn, {"kind": "zoom"}, "scale", stop, control)
    assert threading.active_count() == threads


def test_what_cannot_be_asked_is_refused_in_words(drawn: Judge) -> None:
    with pytest.raises(SpecError, match="has no setting “angel”"):
        measure(drawn, {"kind": "rotate"}, "angel")
    with pytest.raises(SpecError, match="no augmenter called"):
        measure(drawn, {"kind": "spin"}, "angle")
    with pytest.raises(SpecError, match="does not work on pictures of 1 channel"):
        measure(drawn, {"kind": "hue"}, "change")
    whole = measure(drawn, {"kind": "rotate"}, "edge")
    assert whole.parameter == "probability" and len(whole.values) == 1


# --- networks whose answer is known ---------------------------------------------------------------


@dataclass
class Lightest:
    """Answers which channel is lightest, or which are lighter than half where several may hold."""

    input: InputSpec
    outputs: dict[str, tuple[str, ...]]
    multi_label: tuple[str, ...] = ()
    title: str = "Lightest"
    asked: int = 0

    def load(self, picture: Path | str) -> NDArray[np.uint8]:
        return load(Path(picture), self.input)

    def probabilities(
        self, pictures: NDArray[np.uint8], control: Control | None = None
    ) -> dict[str, NDArray[np.float32]]:
        self.asked += len(pictures)
        light = (pictures.mean(axis=(1, 2)) / 255).astype(np.float32)
        found = {}
        for name, classes in self.outputs.items():
            share = light[:, : len(classes)]
            found[name] = share if name in self.multi_label else share / share.sum(1, keepdims=True)
        return found


COLOURS = ("blue", "green", "red")
RGB = ("red", "green", "blue")
SIXTEEN = InputSpec(width=16, height=16)


@pytest.fixture
def coloured(tmp_path: Path) -> SampleList:
    """Pictures whose lightest channel is their class; labels count red, green, blue."""
    found = samples_of(write_pictures(tmp_path / "pictures", each=16))
    index = [RGB.index(path.split("/")[0]) for path in found.paths]
    return SampleList(found.root, found.paths, {"class": index}, found.split)


def columns(samples: SampleList) -> dict[str, NDArray[Any]]:
    return {name: np.array(values, np.int32) for name, values in samples.labels.items()}


def test_the_sample_is_balanced_and_always_the_same(coloured: SampleList) -> None:
    network = Lightest(SIXTEEN, {"class": RGB})
    sample = draw_sample(network, coloured, columns(coloured), 9)
    assert len(sample) == 9 and sample.split == 1 and sample.truth.sum(axis=0).tolist() == [3, 3, 3]
    again = draw_sample(network, coloured, columns(coloured), 9)
    assert np.array_equal(sample.rows, again.rows) and np.array_equal(
        sample.pictures, again.pictures
    )
    larger = draw_sample(network, coloured, columns(coloured), 500)
    assert len(larger) == coloured.split.count(1) and set(sample.rows) <= set(larger.rows)
    few = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.int8)
    assert few[balanced_order(few, np.arange(4))[:2]].sum(axis=0).tolist() == [1, 1]


def test_without_validation_the_training_pictures_are_asked(coloured: SampleList) -> None:
    network = Lightest(SIXTEEN, {"class": RGB})
    for split, words in ((0, "training"), (2, "test")):
        only = SampleList(coloured.root, coloured.paths, coloured.labels, [split] * 48)
        assert draw_sample(network, only, columns(only), 10).split == split, words
    none = SampleList(coloured.root, coloured.paths, {"class": [-1] * 48}, coloured.split)
    with pytest.raises(DatasetError, match="no picture with a label"):
        draw_sample(network, none, columns(none), 10)


def test_broken_pictures_make_way_for_others(coloured: SampleList) -> None:
    network = Lightest(SIXTEEN, {"class": RGB})
    first = draw_sample(network, coloured, columns(coloured), 6)
    for row in first.rows[:3]:
        coloured.absolute(int(row)).write_bytes(b"broken")
    coloured.absolute(int(first.rows[3])).unlink()
    sample = draw_sample(network, coloured, columns(coloured), 6)
    assert len(sample) == 6 and sample.unreadable == 4
    assert not set(first.rows[:4]) & set(sample.rows)
    for row in range(48):
        coloured.absolute(row).write_bytes(b"broken")
    with pytest.raises(DatasetError, match="could be read"):
        draw_sample(network, coloured, columns(coloured), 6)


def test_a_class_without_pictures(coloured: SampleList) -> None:
    rows = [i for i, label in enumerate(coloured.labels["class"]) if label != 2]
    two = SampleList(coloured.root, [coloured.paths[i] for i in rows],
                     {"class": [coloured.labels["class"][i] for i in rows]}, [1] * 32)  # fmt: skip
    network = Lightest(SIXTEEN, {"class": RGB})
    judge = Judge(network, draw_sample(network, two, columns(two), 24))
    found = measure(judge, {"kind": "brightness"}, "change")
    assert found.clean == 1 and found.neutral == 0
    # Lighter than white is white: then the first channel is as light as the others.
    dark = measure(judge, {"kind": "add"}, "levels")
    assert dark.safe[0] < 0 < dark.safe[1]
    hue = measure(judge, {"kind": "hue"}, strengths_of(parse_step("hue"))[0])
    assert hue.limits[1] and hue.above is not None and hue.above.total <= 12


def parse_step(kind: str) -> Any:
    from studio.augment.registry import AUGMENTERS

    return AUGMENTERS.get(kind)


def test_too_few_right_answers_tell_nothing(coloured: SampleList) -> None:
    wrong = SampleList(coloured.root, coloured.paths,
                       {"class": [(i + 1) % 3 for i in coloured.labels["class"]]},
                       coloured.split)  # fmt: skip
    network = Lightest(SIXTEEN, {"class": RGB})
    judge = Judge(network, draw_sample(network, wrong, columns(wrong), 24))
    with pytest.raises(InputError, match="0 of 12 pictures right"):
        measure(judge, {"kind": "rotate"}, "angle")


def test_of_two_questions_the_first_that_has_labels_is_asked(coloured: SampleList) -> None:
    network = Lightest(SIXTEEN, {"size": ("small", "large"), "class": RGB})
    labels = {"size": [-1] * 48, **coloured.labels}
    both = SampleList(coloured.root, coloured.paths, labels, coloured.split)
    sample = draw_sample(network, both, columns(both), 12)
    assert sample.output == "class" and sample.classes == RGB
    assert survival_of(Judge(network, sample), {"kind": "mirror"}).safe == (0.0, 100.0)


def test_five_bands(tmp_path: Path) -> None:
    import tifffile

    random = np.random.default_rng(0)
    bands = tuple("abcde")
    paths, labels = [], []
    for i in range(40):
        picture = random.integers(0, 120, (16, 16, 5), dtype=np.uint8)
        picture[..., i % 5] += 30
        tifffile.imwrite(tmp_path / f"{i}.tif", picture, photometric="minisblack",
                         planarconfig="contig")  # fmt: skip
        paths.append(f"{i}.tif")
        labels.append(i % 5)
    samples = SampleList(tmp_path, paths, {"class": labels}, [1] * 40)
    network = Lightest(InputSpec(width=16, height=16, channels=5), {"class": bands})
    judge = Judge(network, draw_sample(network, samples, columns(samples), 40))
    assert judge.sample.pictures.shape == (40, 16, 16, 5)
    assert measure(judge, {"kind": "rotate"}, "angle").limits == (False, False)
    found = measure(judge, {"kind": "channel_offset"}, "levels")
    assert found.limits == (True, True) and found.clean == 1


def test_several_classes_a_picture(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    truth = np.array([[i & 1, i >> 1 & 1, 1] for i in range(40)], np.int8)
    light = np.where(truth == 1, 200, 60)[:, None, None, :]
    pictures = (light + random.integers(-20, 20, (40, 8, 8, 3))).astype(np.uint8)
    network = Lightest(InputSpec(width=8, height=8), {"has": RGB}, ("has",))
    sample = Sample("has", RGB, True, pictures, truth, np.arange(40), 1)
    found = measure(Judge(network, sample), {"kind": "brightness"}, "change")
    assert found.clean == 1 and found.limits == (True, True)
    assert -45 < found.safe[0] < -20 and 80 < found.safe[1] < 120
    # Darker, classes vanish and nothing takes their place; lighter, others are added.
    assert found.below is not None and found.below.taken_for == ""
    assert found.above is not None and found.above.taken_for in ("red", "green")


# --- counting -------------------------------------------------------------------------------------


def one_hot(labels: list[int], classes: int = 2) -> NDArray[np.bool_]:
    return np.eye(classes, dtype=bool)[labels]


def test_one_odd_picture_in_twenty_does_not_decide() -> None:
    truth = one_hot([0] * 20).astype(np.int8)
    before = one_hot([0] * 20)
    assert survival(truth, before, one_hot([1] + [0] * 19)).is_safe
    assert not survival(truth, before, one_hot([1] * 2 + [0] * 18)).is_safe
    big = [0] * 200
    truth, before = one_hot(big).astype(np.int8), one_hot(big)
    assert survival(truth, before, one_hot([1] * 13 + [0] * 187)).is_safe
    assert not survival(truth, before, one_hot([1] * 14 + [0] * 186)).is_safe


def test_one_class_does_not_pay_for_the_others() -> None:
    labels = [0] * 190 + [1] * 10
    truth, before = one_hot(labels).astype(np.int8), one_hot(labels)
    found = survival(truth, before, one_hot([0] * 190 + [0] * 5 + [1] * 5))
    assert found.share == 0.975 and found.worst == 0.5 and not found.is_safe
    few = [0] * 193 + [1] * 7  # too few to say anything
    truth, before = one_hot(few).astype(np.int8), one_hot(few)
    assert survival(truth, before, one_hot([0] * 193 + [0] * 5 + [1] * 2)).is_safe


def test_a_toss_up_is_not_counted() -> None:
    probabilities = np.array([[0.54, 0.46], [0.56, 0.44], [0.1, 0.9]], np.float32)
    assert sure_of(probabilities, False).tolist() == [[False] * 2, [True] * 2, [True] * 2]
    assert sure_of(probabilities, True).tolist() == [[False] * 2, [True] * 2, [True] * 2]
    assert sure_of(np.array([[1.0]], np.float32), False).all()
    truth, before = one_hot([0, 0, 1]).astype(np.int8), one_hot([0, 0, 1])
    sure = sure_of(probabilities, False)
    found = survival(truth, before, one_hot([1, 0, 1]), sure=sure)
    assert found.counted == 2 and found.share == 1 and found.accuracy == pytest.approx(2 / 3)
    assert confusion(truth, before, one_hot([1, 0, 1]), ("a", "b"), sure) is None


def test_wrong_answers_are_not_counted() -> None:
    truth = one_hot([0, 0, 1, 1]).astype(np.int8)
    before = one_hot([0, 1, 1, 1])
    found = survival(truth, before, one_hot([0, 0, 1, 0]))
    assert found.counted == 3 and found.share == pytest.approx(2 / 3) and found.accuracy == 0.75
    none = survival(truth, one_hot([1, 1, 0, 0]), one_hot([0, 0, 1, 1]))
    assert none.counted == 0 and none.accuracy == 1
    assert confusion(truth, before, before, ("a", "b")) is None
    unknown = np.array([[1, -1], [0, 1]], np.int8)
    held = np.array([[True, True], [True, True]])
    assert accuracy_of(unknown, held, several=True) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("kind", "name", "neutral"),
    [("rotate", "angle", 0), ("zoom", "scale", 1), ("gamma", "gamma", 1), ("posterize", "bits", 8),
     ("motion_blur", "length", 3), ("corrupt_fog", "severity", 1), ("gaussian_blur", "sigma", 0),
     ("temperature", "kelvin", 6500), ("solarize", "threshold", 255)],
)  # fmt: skip
def test_grids(kind: str, name: str, neutral: float) -> None:
    setting = next(p for p in parameters(parse_step(kind)) if p.name == name)
    scale = scale_of(setting)
    found = scale.least_change(lambda value: abs(value - neutral))
    assert found == pytest.approx(neutral, rel=0.05)
    grid = scale.grid(found)
    assert grid == sorted(set(grid)) and 5 <= len(grid) <= 13
    assert grid[0] == setting.minimum and grid[-1] == setting.maximum and found in grid
    step = parse_step(kind)(kind=kind)
    for value in grid:
        assert getattr(step.changed(**{name: (value, value)}), name) == (value, value)
    middle = scale.between(grid[0], grid[1])
    assert middle is None or grid[0] < middle < grid[1]
