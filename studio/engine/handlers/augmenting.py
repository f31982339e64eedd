"""Previews of augmentation. They never load Keras."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.input import InputSpec
from studio.core.spec import parse_spec
from studio.engine.handlers.context import Context, handles
from studio.engine.protocol.augment_messages import PreviewPolicy, PreviewSteps


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


@handles(PreviewPolicy)
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


@handles(PreviewSteps)
def preview_each(request: PreviewSteps, context: Context) -> NDArray[np.uint8]:
    """One picture after each of several single steps."""
    from studio.augment.preview import preview_steps

    picture = _load(request.path, parse_spec(InputSpec, request.input))
    return preview_steps(picture, request.steps, request.seed, context.control)
