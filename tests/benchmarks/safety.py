"""The safety meter on digits, on the built-in sample and on real photographs.

Each network is trained for about a minute. The mark is found on at most 200 validation pictures;
accuracy on both sides of it is then measured on other pictures, augmented as training would with
strengths drawn inside the safe part and beyond it.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.report import Figure

PICTURES = 200
SECONDS = 10.0
"""What one slider may take for a small network."""
ENOUGH = 200
"""Pictures from which a difference of accuracy is more than chance."""
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("rotate", "angle", {}),
    ("brightness", "change", {}),
    ("gaussian_blur", "sigma", {}),
    ("gaussian_noise", "levels", {}),
)
TURN = {"scale": (1, 1), "shift": (0, 0), "shear": (0, 0), "edge": "constant"}


@dataclass(frozen=True)
class Case:
    """What is trained: a data set below the test material's folder, and how."""

    name: str
    data: str
    architecture: str
    side: int
    channels: int
    epochs: int
    most: int = 10**9
    settings: tuple[str, ...] = ()


TURNED = 'policy.steps=[{"kind": "rotate", "angle": [-60, 60], "edge": "constant"}]'
"""A network that was trained with turned digits: it survives turns until 6 is 9."""
MOBILE = ("model.alpha=0.35",)
CASES = (
    Case("digits", "mnist/mnist_idx", "lenet", 28, 1, 8, 4000),
    Case("turned digits", "mnist/mnist_idx", "lenet", 28, 1, 15, 6000, (TURNED,)),
    Case("sample", "", "small_cnn", 64, 3, 7),
    Case("flowers", "flowers5_128px", "mobilenetv2", 96, 3, 6, 1500, MOBILE),
    Case("hymenoptera", "hymenoptera", "mobilenetv2", 128, 3, 12, settings=MOBILE),
    Case("clothes", "clothes_colour_kind", "mobilenetv2", 96, 3, 15, settings=MOBILE),
)


def measure() -> list[Figure]:
    """The safe part of four settings, with accuracy on both sides of each mark."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLASSIFIER_STUDIO_HOME"] = str(Path(folder) / "home")
        os.environ["KERAS_HOME"] = str(material() / "weights" / "keras_home")
        for case in CASES:
            if case.data and not (material() / case.data).is_dir():
                print(f"{case.name}: left out, {material() / case.data} is not here")
                continue
            figures += _case(case, Path(folder) / case.name)
    return figures


def material() -> Path:
    """The folder of real test pictures beside the checkout."""
    named = os.environ.get("CLASSIFIER_STUDIO_TEST_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared" / "data"


def _case(case: Case, folder: Path) -> Iterator[Figure]:
    """Train, then ask about each step; every figure comes as soon as it is known."""
    from studio.insight.judge import Judge, judge_of
    from studio.insight.predictor import Predictor

    run = train_case(case, folder)
    network = Predictor(run)
    started = time.perf_counter()
    judge = judge_of(network, run, PICTURES)
    reading = time.perf_counter() - started
    others = Judge(network, _other_pictures(run, judge))
    print(f"{case.name}: {len(judge.sample)} pictures asked (read in {reading:.1f} s), "
          f"{len(others.sample)} others, validation accuracy "
          f"{run.record.metrics.get('validation_accuracy', 0) * 100:.1f} %")  # fmt: skip
    steps = STEPS if "digits" not in case.name else (*STEPS, ("affine", "angle", TURN))
    for kind, name, settings in steps:
        yield from _setting(case.name, judge, others, {"kind": kind, **settings}, name)


def _setting(where: str, judge: Any, others: Any, step: dict[str, Any], name: str) -> list[Figure]:
    from studio.insight.strengths import measure as strengths

    if step["kind"] == "rotate":  # the first one meets libraries that are not loaded yet
        strengths(judge, step, name)
    started = time.perf_counter()
    found = strengths(judge, step, name)
    seconds = time.perf_counter() - started
    low, high = found.safe
    inside = _accuracy(others, step, name, found.safe)
    beyond = {}
    if found.limits[0]:
        beyond["below"] = _accuracy(others, step, name, (float(found.values[0]), low))
    if found.limits[1]:
        beyond["above"] = _accuracy(others, step, name, (high, float(found.values[-1])))
    words = "".join(f", {side} {share * 100:.1f} %" for side, share in beyond.items())
    for side, one in (("below", found.below), ("above", found.above)):
        if one is not None:
            words += (
                f"; {side} it takes {one.true} for {one.taken_for} ({one.count} of {one.total})"
            )
    label = f"{where}: {step['kind']} {name}"
    note = f"{low:g} … {high:g}: accuracy on others {inside * 100:.1f} %{words}"
    is_small = judge.network.run.record.model["kind"] in ("lenet", "small_cnn")
    figures = [Figure(label, seconds, "s", SECONDS if is_small else None, note=note)]
    if beyond:
        gap = (inside - max(beyond.values())) * 100
        limit = 0.0 if len(others.sample) >= ENOUGH else None
        figures.append(
            Figure(f"{label}, accuracy inside − beyond", gap, "pp", limit, at_least=True)
        )
    if step["kind"] == "affine":  # 6 is 9 at 180°
        figures.append(Figure(f"{label}, safe maximum", max(-low, high), "°", 120.0))
    return figures


def _accuracy(judge: Any, step: dict[str, Any], name: str, interval: tuple[float, float]) -> float:
    """The share answered right where the setting is drawn from an interval, in two draws."""
    from studio.augment.policy import Augmentation, parse_policy
    from studio.insight.judge import bench
    from studio.insight.survival import accuracy_of

    way = Augmentation(parse_policy([{**step, name: interval, "probability": 100}]))
    sample = judge.sample
    with bench(judge) as asked:
        held = asked.held([way])
    return accuracy_of(sample.truth, held, sample.several)


def _other_pictures(run: Any, judge: Any) -> Any:
    """Test pictures, and validation pictures that were not asked, as a sample."""
    from studio.insight.sampling import draw_sample
    from studio.training.feed import label_columns

    samples = run.samples()
    asked = set(judge.sample.rows.tolist())
    split = [1 if s in (1, 2) and i not in asked else -1 for i, s in enumerate(samples.split)]
    others = dataclasses.replace(samples, split=split)
    return draw_sample(judge.network, others, label_columns(run.record, samples), 1000)


def train_case(case: Case, folder: Path, tell: Callable[[str], None] = print) -> Any:
    """A finished run of one case."""
    from studio.core.control import Control
    from studio.core.runs import RunFolder
    from studio.data.sample import write_sample
    from studio.engine.planning import plan_run
    from studio.training.trainer import train

    data = material() / case.data if case.data else write_sample(folder / "pictures", 1200)
    settings = (f"input.width={case.side}", f"input.height={case.side}",
                f"input.channels={case.channels}", "split.mode=ratio", "split.validation=0.2",
                "split.test=0.2", *case.settings)  # fmt: skip
    weights = "imagenet" if case.architecture == "mobilenetv2" else ""
    run = plan_run(data, folder / "plan", architecture=case.architecture, weights=weights,
                   recipe={"epochs": case.epochs}, settings=settings)  # fmt: skip
    samples = run.samples()
    if len(samples.paths) > case.most:  # a part of it, the same every time
        rows = np.random.default_rng(0).permutation(len(samples.paths))[: case.most]
        samples = dataclasses.replace(
            samples,
            paths=[samples.paths[i] for i in rows],
            labels={k: [v[i] for i in rows] for k, v in samples.labels.items()},
            split=[samples.split[i] for i in rows],
        )
        run = RunFolder.create(folder / "run", run.record, samples)
    started = time.perf_counter()
    train(run, lambda event: None, Control())
    tell(f"{case.name}: {len(samples.paths):,} pictures, {case.architecture} at {case.side} px, "
         f"trained in {time.perf_counter() - started:.0f} s")  # fmt: skip
    return run
