"""Requests about augmentation, see :mod:`studio.engine.protocol.messages`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PreviewPolicy:
    """Augment pictures as training would. Result: ``(n, count, height, width, channels) uint8``.

    ``policy`` and ``input`` are JSON. Row i, column j uses the seed of ``seeds[i][j]``.
    """

    job: int
    paths: tuple[str, ...]
    policy: dict[str, Any]
    input: dict[str, Any]
    seeds: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class PreviewSteps:
    """One picture after each of several single steps: the thumbnails of a catalogue.

    ``steps`` holds the JSON of each step. Result: ``(len(steps), height, width, channels) uint8``.
    """

    job: int
    path: str
    steps: tuple[dict[str, Any], ...]
    input: dict[str, Any]
    seed: int = 0


@dataclass(frozen=True)
class TracePicture:
    """Which steps ran on one picture, with which drawn values. Result: ``tuple[StepRan, ...]``."""

    job: int
    path: str
    policy: dict[str, Any]
    input: dict[str, Any]
    seed: int


@dataclass(frozen=True)
class Believe:
    """What a run's network says of augmented pictures.

    The pictures are read at the size of the run's own input, so that the answer is the run's
    whatever is being edited now. Result: for each path a tuple of one
    ``core.results.Prediction`` a seed; the first of them, without any step, is of the picture.
    """

    job: int
    run: str
    paths: tuple[str, ...]
    policy: dict[str, Any]
    seeds: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class MeasureSafety:
    """How strong one setting of a step may be before labels stop surviving.

    ``step`` is its JSON; at most ``pictures`` of the run's validation pictures are asked.
    Result: ``core.strengths.Strengths``.
    """

    job: int
    run: str
    step: dict[str, Any]
    parameter: str
    pictures: int = 200


@dataclass(frozen=True)
class MeasureRobustness:
    """Accuracy of a run against the strength of corruptions.

    ``kinds`` names registered corruptions; empty takes all that work on the run's channels.
    Result: ``core.strengths.Robustness``.
    """

    job: int
    run: str
    kinds: tuple[str, ...] = ()
    pictures: int = 200


@dataclass(frozen=True)
class StudyPictures:
    """What the training pictures say about steps. Result: ``tuple[core.strengths.Hint, ...]``.

    ``labels`` holds the class index of each path; no network is needed.
    """

    job: int
    paths: tuple[str, ...]
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    input: dict[str, Any]


AugmentRequest = (
    PreviewPolicy
    | PreviewSteps
    | TracePicture
    | Believe
    | MeasureSafety
    | MeasureRobustness
    | StudyPictures
)
