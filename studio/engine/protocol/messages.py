"""What the window and a worker process say to each other.

Every message is a small frozen dataclass of plain data: text crosses the border, exceptions do
not. A request carries the number of its job; every answer to it carries the same number. A job
ends with exactly one :class:`JobFinished` or :class:`JobFailed`.

A worker has one thread that reads requests and one that computes, so that :class:`Pause`,
:class:`Resume` and :class:`Cancel` are heard while a job runs; jobs run one after another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.events import TrainingEvent
from studio.core.strengths import Robustness
from studio.engine.protocol.augment_messages import AugmentRequest, PolicyPaced

# --- requests ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Train:
    """Train the run in that folder (see :mod:`studio.core.runs`), or go on with it."""

    job: int
    run: str
    resume: bool = False


@dataclass(frozen=True)
class Pause:
    """Wait between two batches."""

    job: int


@dataclass(frozen=True)
class Resume:
    """End a pause."""

    job: int


@dataclass(frozen=True)
class Cancel:
    """Stop the job; it ends with ``JobFinished(outcome="cancelled")``."""

    job: int


@dataclass(frozen=True)
class Predict:
    """Classify pictures with a run. Answered by many :class:`Predicted`."""

    job: int
    run: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class PredictArray:
    """Classify one picture that has no file, e.g. pasted: ``(height, width, 3) uint8`` RGB."""

    job: int
    run: str
    name: str
    picture: NDArray[np.uint8]


@dataclass(frozen=True)
class ListLayers:
    """The layer tree of a run's network. Result: ``tuple[LayerNode, ...]``."""

    job: int
    run: str


@dataclass(frozen=True)
class Visualize:
    """Run a visualizer on a layer. Result: a type of :mod:`studio.core.results`.

    ``kind`` is a registered visualizer (``filters``, ``activations``); ``picture`` is a path, or
    empty where the visualizer needs none. ``options`` are the visualizer's own.
    """

    job: int
    run: str
    kind: str
    layer: str
    picture: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Summarise:
    """The layer table of an architecture not trained yet. Result: ``NetworkSummary``.

    ``model`` is the JSON of an architecture, ``input`` of an InputSpec; ``outputs`` maps each
    output to its number of classes.
    """

    job: int
    model: dict[str, Any]
    input: dict[str, Any]
    outputs: dict[str, int]


@dataclass(frozen=True)
class DescribeDevice:
    """What computes here and why. Result: :class:`DeviceReport`."""

    job: int
    self_test: bool = False


@dataclass(frozen=True)
class Shutdown:
    """Leave when the current job has stopped."""


Request = (
    Train
    | Pause
    | Resume
    | Cancel
    | Predict
    | PredictArray
    | ListLayers
    | Visualize
    | Summarise
    | AugmentRequest
    | DescribeDevice
    | Shutdown
)

# --- answers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeviceFound:
    """One processor. ``used`` says whether the studio computes on it, ``reason`` why or why not."""

    name: str
    kind: str
    memory_bytes: int
    used: bool
    reason: str


@dataclass(frozen=True)
class SelfTestStep:
    """One line of the self-test. ``state``: ``good``, ``info`` or ``bad``."""

    name: str
    state: str
    words: str
    seconds: float


@dataclass(frozen=True)
class DeviceReport:
    """Which backend and processor compute, what else was found, and why it is not used."""

    verdict: str
    detail: str
    chip: str
    backend: str
    versions: dict[str, str]
    devices: tuple[DeviceFound, ...]
    tests: tuple[SelfTestStep, ...] = ()
    log: str = ""


@dataclass(frozen=True)
class WorkerReady:
    """The worker listens. ``pid`` is its process."""

    pid: int
    backend: str


@dataclass(frozen=True)
class JobStarted:
    """The job has left the queue."""

    job: int


@dataclass(frozen=True)
class JobProgress:
    """``total`` is None while it is unknown."""

    job: int
    done: int
    total: int | None
    words: str


@dataclass(frozen=True)
class JobEvent:
    """Something that the training tells."""

    job: int
    event: TrainingEvent


@dataclass(frozen=True)
class Measured:
    """What a job has measured so far."""

    job: int
    event: Robustness


@dataclass(frozen=True)
class Predicted:
    """One picture is answered: ``index`` counts the request's paths.

    ``prediction`` is a ``core.results.Prediction``.
    """

    job: int
    index: int
    prediction: Any


@dataclass(frozen=True)
class SelfTested:
    """One step of the self-test is done."""

    job: int
    step: SelfTestStep


@dataclass(frozen=True)
class JobFinished:
    """The job ended: ``outcome`` is ``done`` or ``cancelled``; ``result`` as the request says."""

    job: int
    outcome: str
    result: Any = None


@dataclass(frozen=True)
class JobFailed:
    """The job ended with a sentence for the person, a hint, and technical details for the log.

    ``kind`` is the name of the error's class, e.g. ``OutOfMemory``.
    """

    job: int
    message: str
    hint: str = ""
    details: str = ""
    kind: str = ""


@dataclass(frozen=True)
class WorkerDied:
    """Made by the handle, not sent: the process is gone. ``reason`` is a sentence."""

    reason: str
    hint: str = ""
    details: str = ""
    exit_code: int | None = None


Answer = (
    WorkerReady
    | JobStarted
    | JobProgress
    | JobEvent
    | Measured
    | Predicted
    | PolicyPaced
    | SelfTested
    | JobFinished
    | JobFailed
    | WorkerDied
)
