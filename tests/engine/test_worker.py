"""One real worker does every kind of job on one tiny run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.core.events import BatchEnded, EpochEnded, TrainingEnded
from studio.core.input import InputSpec
from studio.core.results import Bars, ImageGrid, LayerNode, NetworkSummary
from studio.core.runs import RunFolder
from studio.engine import planning
from studio.engine.protocol.augment_messages import PreviewPolicy, PreviewSteps
from studio.engine.protocol.client import WorkerClient
from studio.engine.protocol.messages import (
    Cancel,
    DescribeDevice,
    DeviceReport,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgress,
    ListLayers,
    Pause,
    Predict,
    PredictArray,
    Predicted,
    Resume,
    SelfTested,
    Summarise,
    Train,
    Visualize,
    WorkerDied,
)
from tests.conftest import write_noise

SETTINGS = ("input.width=16", "input.height=16", "model.filters=4")


class Worker:
    """A client with one job at a time."""

    def __init__(self, home: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CLASSIFIER_STUDIO_HOME", str(home))
            patch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
            self.client = WorkerClient("tester")
            self.client.start()
        self.number = 0

    def start(self, make: Any, *arguments: Any, **more: Any) -> int:
        self.number += 1
        self.client.send(make(self.number, *arguments, **more))
        return self.number

    def until(self, wanted: type | tuple[type, ...], seconds: float = 90) -> list[Any]:
        """Everything up to the first of these kinds, which is the last."""
        seen: list[Any] = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = self.client.receive(0.2)
            assert not isinstance(answer, WorkerDied), answer
            if answer is not None:
                seen.append(answer)
                if isinstance(answer, wanted):
                    return seen
        raise AssertionError(f"no {wanted} in {seconds} s: {seen[-5:]}")

    def job(self, make: Any, *arguments: Any, **more: Any) -> list[Any]:
        """Everything that a job says."""
        self.start(make, *arguments, **more)
        return self.until((JobFinished, JobFailed))

    def result(self, make: Any, *arguments: Any, **more: Any) -> Any:
        end = self.job(make, *arguments, **more)[-1]
        assert isinstance(end, JobFinished), end
        return end.result


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    made = Worker(tmp_path_factory.mktemp("home"))
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number, colour in enumerate([(60, 80, 190), (190, 70, 60)]):
        for index in range(16):
            write_noise(folder / "ab"[number] / f"{index}.png", colour, number * 99 + index, 20)
    return folder


def plan(folder: Path, pictures: Path, *settings: str) -> RunFolder:
    return planning.plan_run(pictures, folder, settings=(*SETTINGS, *settings))


@pytest.fixture(scope="module")
def run(worker: Worker, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = plan(tmp_path_factory.mktemp("runs") / "run", pictures, "recipe.epochs=2",
                  "recipe.batch_size=4")  # fmt: skip
    answers = worker.job(Train, str(folder.path))
    assert isinstance(answers[-1], JobFinished), answers[-1]
    assert answers[-1].result == "finished"
    events = [a.event for a in answers if isinstance(a, JobEvent)]
    assert sum(isinstance(e, EpochEnded) for e in events) == 2
    assert any(isinstance(e, BatchEnded) for e in events)
    assert isinstance(events[-1], TrainingEnded)
    return RunFolder.open(folder.path)


def test_pictures_are_answered_one_by_one(worker: Worker, run: RunFolder, pictures: Path) -> None:
    paths = (str(pictures / "a" / "0.png"), "/no/such.png", str(pictures / "b" / "0.png"))
    answers = [a for a in worker.job(Predict, str(run.path), paths) if isinstance(a, Predicted)]
    assert [a.index for a in answers] == [0, 1, 2]
    assert answers[1].prediction.error and not answers[0].prediction.error
    assert sum(p for _, p in answers[0].prediction.outputs["class"]) == pytest.approx(1, abs=1e-5)


def test_a_pasted_picture_has_the_answer_of_its_file(
    worker: Worker, run: RunFolder, pictures: Path
) -> None:
    from studio.data.pixels import decode

    path = pictures / "a" / "1.png"
    one = [a for a in worker.job(Predict, str(run.path), (str(path),)) if isinstance(a, Predicted)]
    two = [
        a
        for a in worker.job(PredictArray, str(run.path), "pasted", decode(path))
        if isinstance(a, Predicted)
    ]
    assert two[0].prediction.path == "pasted"
    assert one[0].prediction.outputs == two[0].prediction.outputs


def test_layers_filters_and_activations(worker: Worker, run: RunFolder, pictures: Path) -> None:
    layers = worker.result(ListLayers, str(run.path))
    assert layers and all(isinstance(n, LayerNode) for n in layers)
    flat: list[LayerNode] = []
    waiting = list(layers)
    while waiting:
        node = waiting.pop(0)
        flat.append(node)
        waiting += node.children
    conv = next(n.name for n in flat if n.kind == "Conv2D")
    grid = worker.result(Visualize, str(run.path), "filters", conv)
    assert isinstance(grid, ImageGrid) and grid.images.dtype == np.uint8
    picture = str(pictures / "a" / "0.png")
    shown = worker.result(Visualize, str(run.path), "activations", conv, picture)
    assert isinstance(shown, ImageGrid | Bars)


def test_a_network_is_summarised(worker: Worker) -> None:
    summary = worker.result(
        Summarise, {"kind": "lenet"}, InputSpec(width=32, height=32).model_dump(), {"class": 3}
    )
    assert isinstance(summary, NetworkSummary) and summary.parameters > 1000


def test_augmentation_is_previewed_the_same_for_the_same_seed(
    worker: Worker, pictures: Path
) -> None:
    paths = (str(pictures / "a" / "0.png"), str(pictures / "b" / "0.png"))
    policy = {"steps": [{"kind": "rotate"}]}
    small = InputSpec(width=12, height=16).model_dump()
    grid = worker.result(PreviewPolicy, paths, policy, small, ((1, 2), (1, 3)))
    again = worker.result(PreviewPolicy, paths, policy, small, ((1, 2), (1, 3)))
    assert grid.shape == (2, 2, 16, 12, 3)
    assert np.array_equal(grid, again) and not np.array_equal(grid[0, 0], grid[0, 1])
    steps = ({"kind": "rotate"}, {"kind": "mirror"})
    tiles, seconds = worker.result(PreviewSteps, paths[0], steps, small)
    assert tiles.shape == (2, 16, 12, 3)
    assert len(seconds) == 2 and all(took > 0 for took in seconds)


def test_a_training_pauses_and_stops_within_a_second(
    worker: Worker, pictures: Path, tmp_path: Path, run: RunFolder
) -> None:
    long = plan(tmp_path / "long", pictures, "recipe.epochs=5000", "recipe.batch_size=2")
    job = worker.start(Train, str(long.path))
    worker.until(JobEvent)
    while not isinstance(worker.until(JobEvent)[-1].event, EpochEnded):
        pass
    worker.client.send(Pause(job))
    time.sleep(0.5)
    while worker.client.receive(0.3) is not None:
        pass
    assert RunFolder.open(long.path).record.state == "paused"
    worker.client.send(Resume(job))
    worker.until(JobEvent)
    begin = time.monotonic()
    worker.client.send(Cancel(job))
    end = worker.until(JobFinished)[-1]
    assert time.monotonic() - begin < 3
    assert end.result == "stopped"
    assert RunFolder.open(long.path).record.state == "stopped"


def test_what_fails_has_a_sentence_and_the_worker_lives_on(worker: Worker, tmp_path: Path) -> None:
    failed = worker.job(Summarise, {"kind": "nonet"}, InputSpec().model_dump(), {"class": 2})[-1]
    assert isinstance(failed, JobFailed) and "nonet" in failed.message
    assert failed.kind == "SpecError" and "Traceback" in failed.details
    assert worker.client.is_alive


def test_the_device_is_described_and_tested(worker: Worker) -> None:
    answers = worker.job(DescribeDevice, self_test=True)
    report = answers[-1].result
    assert isinstance(report, DeviceReport)
    assert report.verdict and report.chip and report.versions["Keras"]
    assert any(d.used for d in report.devices) and all(d.reason for d in report.devices)
    told = [a.step for a in answers if isinstance(a, SelfTested)]
    assert tuple(told) == report.tests and len(told) >= 4
    assert all(step.state in ("good", "info") for step in told), told
    assert not [a for a in answers if isinstance(a, JobProgress) and a.total == 0]
