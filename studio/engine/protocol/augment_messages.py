"""Requests about augmentation, see :mod:`studio.engine.protocol.messages`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PreviewPolicy:
    """Augment pictures as training would. Result: ``(n, count, height, width, channels) uint8``.

    ``policy`` and ``input`` are JSON. Row i, column j uses the seed of ``seeds[i][j]``. Before the
    result comes a :class:`PolicyPaced` as an event.
    """

    job: int
    paths: tuple[str, ...]
    policy: dict[str, Any]
    input: dict[str, Any]
    seeds: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class PolicyPaced:
    """How long one core took to augment so many pictures, decoding left out."""

    job: int
    pictures: int
    seconds: float


@dataclass(frozen=True)
class PreviewSteps:
    """One picture after each of several single steps: the thumbnails of a catalogue.

    ``steps`` holds the JSON of each step. Result: ``(len(steps), height, width, channels) uint8``
    and a tuple of the seconds that each of them took.
    """

    job: int
    path: str
    steps: tuple[dict[str, Any], ...]
    input: dict[str, Any]
    seed: int = 0


@dataclass(frozen=True)
class TracePicture:
    """Which steps ran on one picture, with which drawn values. Result: ``tuple[StepRan, ...]``.

    Steps that failed on the picture come after those that ran.
    """

    job: int
    path: str
    policy: dict[str, Any]
    input: dict[str, Any]
    seed: int


@dataclass(frozen=True)
class LearnQuickly:
    """Make a network that can be asked before the first training, in seconds.

    Pretrained features whose weights are on this computer get a head that is learned from some of
    the training pictures. ``paths``, ``labels`` and ``split`` are as in ``core.runs.SampleList``,
    ``outputs`` and ``multi_label`` as in ``core.runs.RunRecord``. Result:
    ``core.strengths.QuickJudge``, whose name the process knows until it ends.
    """

    job: int
    paths: tuple[str, ...]
    labels: dict[str, list[Any]]
    split: tuple[int, ...]
    outputs: dict[str, tuple[str, ...]]
    input: dict[str, Any]
    multi_label: tuple[str, ...] = ()


@dataclass(frozen=True)
class Believe:
    """What a run's network says of augmented pictures.

    ``run`` is the run's folder, or the name of a ``QuickJudge``; so it is below, too.
    The pictures are read at the size of the run's own input, so that the answer is the run's
    whatever is being edited now. Result: for each path a tuple of ``core.results.Prediction``:
    first that of the picture without any step, then one for each of its seeds.
    """

    job: int
    run: str
    paths: tuple[str, ...]
    policy: dict[str, Any]
    seeds: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class MeasureSafety:
    """How strong one setting of a step may be before labels stop surviving.

    ``step`` is its JSON; at most ``pictures`` of the run's validation pictures are asked. Without
    ``parameter``, or for one that is no strength, the step is asked about as it is set.
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

    ``kinds`` names registered corruptions; empty takes all that work on the run's channels. After
    each one a ``Measured`` carries the ``core.strengths.Robustness`` so far. Result: the whole of
    it, which is also kept in the run's folder (:mod:`studio.core.robustness`).
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
    | LearnQuickly
    | Believe
    | MeasureSafety
    | MeasureRobustness
    | StudyPictures
)
