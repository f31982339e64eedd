"""Promise 2: nothing is skipped in silence, in the middle of a training either."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from PIL import Image

from studio.augment.policy import Transform
from studio.augment.registry import AUGMENTERS
from studio.augment.step import Step
from studio.core.events import ProblemFound, TrainingEvent
from studio.core.runs import RunFolder
from studio.engine.planning import plan_run
from studio.training.trainer import train
from tests.promises.helpers import SMALL, write_classes


class Brittle(Step):
    """A step that fails on black pictures, as an augmenter with a fault would."""

    title: ClassVar[str] = "Brittle"
    group: ClassVar[str] = "Test"
    help: ClassVar[str] = "Fails on black pictures."

    kind: Literal["brittle"] = "brittle"

    def build(self) -> Any:
        return self

    def seed_(self, seed: int) -> None:
        pass

    def augment_image(self, picture: np.ndarray) -> np.ndarray:
        if not picture.any():
            raise ValueError("black")
        return 255 - picture

    def summary(self) -> str:
        return "inverted"


@pytest.fixture
def brittle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The step is known as long as the test runs."""
    AUGMENTERS.kinds()
    with monkeypatch.context() as patch:
        patch.setitem(AUGMENTERS._entries, "brittle", Brittle)
        yield


def black(file: Path) -> None:
    Image.new("RGB", (16, 16)).save(file)


def plan(data: Path, out: Path, epochs: int) -> RunFolder:
    settings = [*SMALL[1::2], "split.validation=0", "split.test=0"]
    run = plan_run(data, out, recipe={"epochs": epochs, "batch_size": 8}, settings=settings)
    run.update(policy={"steps": [{"kind": "brittle"}]})
    return run


def problems_of(run: RunFolder) -> list[dict[str, str]]:
    return [json.loads(line) for line in run.problems_file.read_text("utf-8").splitlines()]


def test_a_step_that_fails_on_a_picture_is_named_counted_and_kept(
    brittle: None, tmp_path: Path
) -> None:
    data = write_classes(tmp_path / "data", ("a", "b"), 8)
    black(data / "a" / "0.png")
    (data / "b" / "broken.png").write_bytes(b"no picture")
    run = plan(data, tmp_path / "run", 2)
    events: list[TrainingEvent] = []
    assert train(run, events.append).state == "finished"
    told = [e for e in events if isinstance(e, ProblemFound)]
    assert [(p.kind, p.path) for p in told] == [
        ("unreadable", "b/broken.png"), ("augmentation", "a/0.png"), ("augmentation", "a/0.png"),
    ]  # fmt: skip
    assert told[1].message == ("“Brittle” failed and was left out in epoch 1: ValueError: black")
    assert [p["message"] for p in problems_of(run)] == [p.message for p in told]

    run.update(recipe={**run.record.recipe, "epochs": 3})
    assert train(run, events.append, resume=True).state == "finished"
    assert [p["kind"] for p in problems_of(run)] == ["augmentation"] * 2 + [
        "unreadable", "augmentation",
    ]  # fmt: skip


def test_more_faults_than_anybody_reads_are_counted(
    brittle: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Transform, "most_faults", 5)
    data = write_classes(tmp_path / "data", ("a", "b"), 4)
    for file in data.rglob("*.png"):
        black(file)
    run = plan(data, tmp_path / "run", 2)
    assert train(run, lambda event: None).state == "finished"
    rows = problems_of(run)
    assert len(rows) == 6
    assert rows[-1]["message"] == "11 more steps of the augmentation failed on pictures."
