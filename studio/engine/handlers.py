"""What a worker does for each kind of request. Heavy libraries are imported inside."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.core.events import BatchEnded, Preparing, TrainingEvent
from studio.core.input import InputSpec
from studio.core.results import LayerNode, NetworkSummary, Result
from studio.core.runs import RunFolder
from studio.core.spec import parse_spec
from studio.engine.protocol.messages import (
    Answer,
    DescribeDevice,
    DeviceReport,
    JobEvent,
    JobProgress,
    ListLayers,
    Predict,
    PredictArray,
    Predicted,
    PreviewPolicy,
    PreviewSteps,
    SelfTested,
    SelfTestStep,
    Summarise,
    Train,
    Visualize,
)

RATE = 0.045
"""Least seconds between two messages of the quick kinds: about 20 a second, what an eye can follow.
The trainer's own journal keeps 0.05 s; a little less here drops none of those."""


@dataclass
class Context:
    """What a handler gets beside the request: the way to answer and the way to be stopped."""

    job: int
    send: Callable[[Answer], None]
    control: Control
    _last: float = field(default=0.0, repr=False)

    def progress(self, done: int, total: int | None, words: str) -> None:
        """Tell how far it is, at most 20 times a second; the end is always told."""
        if self._is_time() or (total is not None and done >= total):
            self.send(JobProgress(self.job, done, total, words))

    def emit(self, event: TrainingEvent) -> None:
        """Tell what the training tells; batches at most 20 times a second."""
        if not isinstance(event, BatchEnded | Preparing) or self._is_time():
            self.send(JobEvent(self.job, event))

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._last < RATE:
            return False
        self._last = now
        return True


Handler = Callable[[Any, Context], Any]
HANDLERS: dict[type, Handler] = {}


def _handles(kind: type) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return decorate


@_handles(Train)
def train_run(request: Train, context: Context) -> str:
    """Train, or go on with, a run. Result: its final state."""
    from studio.engine.device import used_device
    from studio.training.trainer import train

    run = RunFolder.open(Path(request.run))
    record = train(run, context.emit, context.control, resume=request.resume, device=used_device())
    return record.state


# --- what needs a trained run ---------------------------------------------------------------------


class _Predictors:
    """The networks used last, since loading one takes seconds."""

    MOST = 2

    def __init__(self) -> None:
        self._loaded: OrderedDict[tuple[str, int], Any] = OrderedDict()

    def get(self, path: str, context: Context) -> Any:
        """The predictor of a run; read again where its weights have changed."""
        run = RunFolder.open(Path(path))
        from studio.insight.predictor import Predictor

        try:
            changed = run.best_weights.stat().st_mtime_ns
        except OSError:
            changed = 0
        key = (path, changed)
        if key not in self._loaded:
            context.progress(0, None, f"Loading {run.title}")
            for old in [k for k in self._loaded if k[0] == path]:
                del self._loaded[old]
            self._loaded[key] = Predictor(run)
            while len(self._loaded) > self.MOST:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(key)
        context.control.checkpoint()
        return self._loaded[key]


_predictors = _Predictors()


@_handles(Predict)
def predict(request: Predict, context: Context) -> int:
    """Classify pictures; each is answered at once. Result: how many."""
    predictor = _predictors.get(request.run, context)
    total = len(request.paths)
    for index, prediction in enumerate(predictor.iterate(request.paths, control=context.control)):
        context.send(Predicted(context.job, index, prediction))
        context.progress(index + 1, total, "Classifying")
        context.control.checkpoint()
    return total


@_handles(PredictArray)
def predict_array(request: PredictArray, context: Context) -> int:
    """Classify one picture that has no file. Result: 1."""
    predictor = _predictors.get(request.run, context)
    prediction = replace(predictor.predict_one(request.picture), path=request.name)
    context.send(Predicted(context.job, 0, prediction))
    return 1


@_handles(ListLayers)
def list_layers(request: ListLayers, context: Context) -> tuple[LayerNode, ...]:
    """The layer tree of a run's network."""
    from studio.insight.layers import layer_tree

    return layer_tree(_predictors.get(request.run, context).model)


@_handles(Visualize)
def visualize(request: Visualize, context: Context) -> Result:
    """Show a layer by a registered visualizer."""
    from studio.insight.visualizers.registry import VISUALIZERS

    predictor = _predictors.get(request.run, context)
    spec = parse_spec(VISUALIZERS.get(request.kind), request.options)
    picture = predictor.load(request.picture) if request.picture else None
    result: Result = spec.show(predictor.model, picture, request.layer, classes=predictor.outputs)
    return result


@_handles(Summarise)
def summarise_model(request: Summarise, context: Context) -> NetworkSummary:
    """The layer table of an architecture, without its pretrained weights."""
    from studio.models.registry import parse_architecture
    from studio.models.summary import summarise

    context.progress(0, None, "Building the network")
    architecture = parse_architecture(request.model)
    return summarise(architecture, parse_spec(InputSpec, request.input), request.outputs)


# --- augmentation: without Keras ------------------------------------------------------------------


@lru_cache(maxsize=64)
def _picture(path: str, changed: int, input_json: str) -> NDArray[np.uint8]:
    from studio.data.pixels import load

    return load(Path(path), InputSpec.model_validate_json(input_json))


def _load(path: str, input_spec: InputSpec) -> NDArray[np.uint8]:
    from studio.data.members import stat_of

    try:
        changed = stat_of(path)[1]
    except (OSError, ValueError):
        changed = 0
    return _picture(path, changed, input_spec.model_dump_json())


@_handles(PreviewPolicy)
def preview_policy(request: PreviewPolicy, context: Context) -> NDArray[np.uint8]:
    """Augment pictures as training would."""
    from studio.augment.policy import Augmentation, parse_policy

    input_spec = parse_spec(InputSpec, request.input)
    augmentation = Augmentation(parse_policy(request.policy))
    columns = max((len(row) for row in request.seeds), default=0)
    grid = np.zeros((len(request.paths), columns, *input_spec.shape), np.uint8)
    for row, path in enumerate(request.paths):
        picture = _load(path, input_spec)
        for column, seed in enumerate(request.seeds[row]):
            context.control.checkpoint()
            grid[row, column] = augmentation.apply(picture, seed)
    return grid


@_handles(PreviewSteps)
def preview_each(request: PreviewSteps, context: Context) -> NDArray[np.uint8]:
    """One picture after each of several single steps."""
    from studio.augment.preview import preview_steps

    picture = _load(request.path, parse_spec(InputSpec, request.input))
    return preview_steps(picture, request.steps, request.seed, context.control)


# --- the device -----------------------------------------------------------------------------------


@_handles(DescribeDevice)
def describe_device(request: DescribeDevice, context: Context) -> DeviceReport:
    """What computes here and why; with the self-test where it is asked for."""
    from studio.engine.device import describe, run_self_test

    report = describe()
    if not request.self_test:
        return report
    steps: list[SelfTestStep] = []
    for step in run_self_test(context.control):
        steps.append(step)
        context.send(SelfTested(context.job, step))
    return replace(report, tests=tuple(steps))
