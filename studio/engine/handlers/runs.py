"""What needs a trained run, or a network: predictions, layers, tables of layers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.core.input import InputSpec
from studio.core.results import LayerNode, NetworkSummary, Result
from studio.core.runs import RunFolder
from studio.core.spec import parse_spec
from studio.engine.handlers.context import Context, handles
from studio.engine.protocol.messages import (
    ListLayers,
    Predict,
    PredictArray,
    Predicted,
    Summarise,
    Visualize,
)


class Predictors:
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
        found = self._loaded[key]
        context.control.checkpoint()  # others that go first may load more, and forget this one
        return found


PREDICTORS = Predictors()


@handles(Predict)
def predict(request: Predict, context: Context) -> int:
    """Classify pictures; each is answered at once. Result: how many."""
    predictor = PREDICTORS.get(request.run, context)
    total = len(request.paths)
    for index, prediction in enumerate(predictor.iterate(request.paths, control=context.control)):
        context.send(Predicted(context.job, index, prediction))
        context.progress(index + 1, total, "Classifying")
        context.control.checkpoint()
    return total


@handles(PredictArray)
def predict_array(request: PredictArray, context: Context) -> int:
    """Classify one picture that has no file. Result: 1."""
    predictor = PREDICTORS.get(request.run, context)
    prediction = replace(predictor.predict_one(request.picture), path=request.name)
    context.send(Predicted(context.job, 0, prediction))
    return 1


@handles(ListLayers)
def list_layers(request: ListLayers, context: Context) -> tuple[LayerNode, ...]:
    """The layer tree of a run's network."""
    from studio.insight.layers import layer_tree

    return layer_tree(PREDICTORS.get(request.run, context).model)


@handles(Visualize)
def visualize(request: Visualize, context: Context) -> Result:
    """Show a layer by a registered visualizer."""
    from studio.insight.visualizers.registry import VISUALIZERS

    predictor = PREDICTORS.get(request.run, context)
    spec = parse_spec(VISUALIZERS.get(request.kind), request.options)
    picture = predictor.load(request.picture) if request.picture else None
    result: Result = spec.show(predictor.model, picture, request.layer, classes=predictor.outputs)
    return result


@handles(Summarise)
def summarise_model(request: Summarise, context: Context) -> NetworkSummary:
    """The layer table of an architecture, without its pretrained weights."""
    from studio.models.registry import parse_architecture
    from studio.models.summary import summarise

    context.progress(0, None, "Building the network")
    architecture = parse_architecture(request.model)
    return summarise(architecture, parse_spec(InputSpec, request.input), request.outputs)
