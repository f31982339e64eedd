"""Tiny runs on tiny pictures, trained for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.control import Control
from studio.core.events import (
    BatchEnded,
    EpochEnded,
    ProblemFound,
    TrainingEvent,
    TrainingStarted,
)
from studio.core.input import InputSpec
from studio.core.runs import RunFolder, RunRecord, SampleList

COLOURS = {"blue": (60, 80, 190), "green": (60, 170, 80), "red": (190, 70, 60)}
SMALL = {"kind": "small_cnn", "blocks": 2, "filters": 8}
INPUT = InputSpec(width=16, height=16)


def write_pictures(folder: Path, each: int = 12, names: tuple[str, ...] = tuple(COLOURS)) -> Path:
    """A folder for each class with noisy pictures around its colour, 20 × 16 px."""
    for number, name in enumerate(names):
        for index in range(each):
            random = np.random.default_rng(1000 * number + index)
            colour = COLOURS.get(name, tuple(random.integers(0, 255, 3)))
            noise = random.normal(0, 50, (16, 20, 3))
            pixels = np.clip(np.asarray(colour) + noise, 0, 255).astype(np.uint8)
            file = folder / name / f"{index}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(file)
    return folder


def samples_of(folder: Path, validation: int = 4, test: int = 0) -> SampleList:
    """Every picture below ``folder``; every fourth for validation, then some for testing."""
    names = sorted(p.name for p in folder.iterdir())
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.png"))
    labels = [names.index(path.split("/")[0]) for path in paths]
    split = [1 if validation and i % validation == 0 else 0 for i in range(len(paths))]
    if test:
        split = [2 if i % test == 1 else s for i, s in enumerate(split)]
    return SampleList(folder, paths, {"class": labels}, split)


def make_run(
    path: Path,
    samples: SampleList,
    model: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
    outputs: dict[str, tuple[str, ...]] | None = None,
    input_spec: InputSpec = INPUT,
    **recipe: Any,
) -> RunFolder:
    """A new run of a small CNN."""
    names = tuple(sorted({p.split("/")[0] for p in samples.paths}))
    record = RunRecord(
        id=path.name,
        outputs=outputs or {"class": names},
        input=input_spec,
        model=model or SMALL,
        policy=policy or {},
        recipe={"epochs": 2, "batch_size": 8, "seed": 3, **recipe},
    )
    return RunFolder.create(path, record, samples)


class Listener:
    """Keeps every event; may act on some."""

    def __init__(self, act: Callable[[TrainingEvent], None] | None = None) -> None:
        self.events: list[TrainingEvent] = []
        self._act = act

    def __call__(self, event: TrainingEvent) -> None:
        self.events.append(event)
        if self._act is not None:
            self._act(event)

    @property
    def batches(self) -> list[BatchEnded]:
        return [e for e in self.events if isinstance(e, BatchEnded)]

    @property
    def epochs(self) -> list[EpochEnded]:
        return [e for e in self.events if isinstance(e, EpochEnded)]

    @property
    def problems(self) -> list[ProblemFound]:
        return [e for e in self.events if isinstance(e, ProblemFound)]


class StopAt(Control):
    """A control that cancels itself at the trainer's n-th look at it after the start.

    The trainer looks once at the beginning of an epoch and once after each batch.
    """

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks
        self._is_armed = False

    def arm(self, event: TrainingEvent) -> None:
        """Begin to count when the training begins."""
        self._is_armed = self._is_armed or isinstance(event, TrainingStarted)

    def checkpoint(self) -> None:
        """Count down, then cancel."""
        if self._is_armed:
            self._looks -= 1
            if self._looks <= 0:
                self.cancel()
        super().checkpoint()


def weights_of(run: RunFolder) -> list[np.ndarray]:
    """All numbers of a run's checkpoint: weights, optimiser, seeds, tallies."""
    with np.load(run.checkpoint_folder / "last.npz") as content:
        return [content[k] for k in content.files if k != "meta"]
