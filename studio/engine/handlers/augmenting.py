"""Previews of augmentation. They never load Keras."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.core.input import InputSpec
from studio.core.spec import parse_spec
from studio.core.strengths import StepRan
from studio.engine.handlers.context import Context, handles
from studio.engine.handlers.kept_pictures import load_kept
from studio.engine.protocol.augment_messages import (
    PolicyPaced,
    PreviewPolicy,
    PreviewSteps,
    TracePicture,
)

if TYPE_CHECKING:
    from studio.augment.policy import Augmentation, Fault


@handles(PreviewPolicy)
def preview_policy(request: PreviewPolicy, context: Context) -> NDArray[np.uint8]:
    """Augment pictures as training would."""
    input_spec = parse_spec(InputSpec, request.input)
    augmentation = _augmentation(request.policy)
    columns = max((len(row) for row in request.seeds), default=0)
    grid = np.zeros((len(request.paths), columns, *input_spec.shape), np.uint8)
    seconds: list[float] = []
    for row, path in enumerate(request.paths):
        picture = load_kept(path, input_spec)
        for column, seed in enumerate(request.seeds[row]):
            context.control.checkpoint()
            # Of this thread's own clock: what other programs do at the same time does not count.
            begun = time.thread_time()
            grid[row, column] = augmentation.apply(picture, seed)
            seconds.append(time.thread_time() - begun)
    usual = usual_times(seconds)
    context.send(PolicyPaced(context.job, len(usual), sum(usual)))
    return grid


def usual_times(seconds: list[float]) -> list[float]:
    """The times without those that brought a library with them, as imgaug's first step does."""
    most = max(_LIBRARY, 20 * float(np.median(seconds))) if seconds else 0.0
    return [each for each in seconds if each <= most]


_LIBRARY = 0.25
"""Seconds; an import of less does not matter beside the others."""


@handles(TracePicture)
def trace_picture(request: TracePicture, context: Context) -> tuple[StepRan, ...]:
    """Which steps ran on one picture, and which failed."""
    picture = load_kept(request.path, parse_spec(InputSpec, request.input))
    faults: list[Fault] = []
    _, ran = _augmentation(request.policy).trace(picture, request.seed, faults.append)
    done = [StepRan(each.step.kind, each.step.title, each.words()) for each in ran]
    return (*done, *(StepRan(fault.kind, fault.step, "", fault.message) for fault in faults))


def _augmentation(policy: dict[str, Any]) -> Augmentation:
    """A policy made ready; that of the last request is there already."""
    return _ready(json.dumps(policy))


@lru_cache(maxsize=2)
def _ready(policy: str) -> Augmentation:
    from studio.augment.policy import Augmentation, parse_policy

    return Augmentation(parse_policy(json.loads(policy)))


@handles(PreviewSteps)
def preview_each(
    request: PreviewSteps, context: Context
) -> tuple[NDArray[np.uint8], tuple[float, ...]]:
    """One picture after each of several single steps, and how long each took."""
    from studio.augment.preview import timed_steps

    picture = load_kept(request.path, parse_spec(InputSpec, request.input))
    return timed_steps(picture, request.steps, request.seed, context.control)
