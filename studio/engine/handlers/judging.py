"""What a network says under augmentation: beliefs, the safety meter, robustness."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.results import Prediction
from studio.core.runs import RunFolder
from studio.core.strengths import Robustness, Strengths
from studio.engine.handlers.context import Context, handles
from studio.engine.handlers.giving_way import giving_way
from studio.engine.handlers.judges import JUDGES, QUICK
from studio.engine.handlers.kept_pictures import load_kept
from studio.engine.protocol.augment_messages import Believe, MeasureRobustness, MeasureSafety
from studio.engine.protocol.messages import Measured

MOST_CLASSES = 20
"""Classes of a belief that cross the border, the likeliest first."""


@handles(Believe)
def believe(request: Believe, context: Context) -> tuple[tuple[Prediction, ...], ...]:
    """What a run's network says of pictures, and of each of them after augmentation."""
    from studio.augment.policy import Augmentation, parse_policy

    augmentation = Augmentation(parse_policy(request.policy))
    network = JUDGES.network(request.run, context)
    varied: list[NDArray[np.uint8]] = []
    errors: dict[int, str] = {}
    for row, (path, seeds) in enumerate(zip(request.paths, request.seeds, strict=True)):
        context.control.checkpoint()
        try:
            picture = load_kept(path, network.input)
        except PictureError as error:
            errors[row] = str(error)
            continue
        varied.append(picture)
        for seed in seeds:
            context.control.checkpoint()
            varied.append(augmentation.apply(picture, seed))
    answers = iter(_predictions(network, varied, context))
    return tuple(
        (Prediction(path, error=errors[row]),) * (1 + len(seeds))
        if row in errors
        else tuple(replace(next(answers), path=path) for _ in range(1 + len(seeds)))
        for row, (path, seeds) in enumerate(zip(request.paths, request.seeds, strict=True))
    )


def _predictions(
    network: Any, pictures: list[NDArray[np.uint8]], context: Context
) -> list[Prediction]:
    from studio.insight.predictor import ranked

    if not pictures:
        return []
    answers = network.probabilities(np.stack(pictures), context.control)
    return [
        Prediction(
            "",
            {
                name: ranked(answers[name][row], classes, MOST_CLASSES)
                for name, classes in network.outputs.items()
            },
            multi_label=network.multi_label,
        )
        for row in range(len(pictures))
    ]


@handles(MeasureSafety)
def measure_safety(request: MeasureSafety, context: Context) -> Strengths:
    """How strong one setting of a step may be before labels stop surviving."""
    from studio.augment.groups import as_step
    from studio.insight.strengths import measure

    context = giving_way(context)
    step = as_step(request.step)
    judge = JUDGES.get(request.run, request.pictures, context)
    return measure(judge, step, request.parameter, context.progress, context.control)


@handles(MeasureRobustness)
def measure_robustness(request: MeasureRobustness, context: Context) -> Robustness:
    """Accuracy of a run against corruptions; kept in the run's folder."""
    from studio.engine.judging import keep
    from studio.insight.robustness import measure

    context = giving_way(context)
    judge = JUDGES.get(request.run, request.pictures, context)
    found = measure(
        judge,
        request.kinds,
        context.progress,
        context.control,
        lambda so_far: context.send(Measured(context.job, so_far)),
    )
    if request.run.startswith(QUICK):
        return found
    return keep(RunFolder.open(Path(request.run)), found)
