"""Networks for pictures of any number of bands."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.errors import SpecError
from studio.core.input import InputSpec
from studio.models.registry import ARCHITECTURES

SCRATCH = [kind for kind, entry in ARCHITECTURES.items() if entry.family == "scratch"]
PRETRAINED = [kind for kind, entry in ARCHITECTURES.items() if entry.family == "pretrained"]


@pytest.mark.parametrize("kind", SCRATCH)
def test_from_scratch_takes_any_number_of_bands(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    side = max(16, entry.minimum_side)
    input = InputSpec(width=side, height=side, channels=5)
    model = entry(kind=kind).build(input, {"class": 3})
    assert model.input_shape == (None, side, side, 5)
    answer = model(np.zeros((1, *input.shape), np.uint8))
    assert next(iter(answer.values())).shape == (1, 3)


@pytest.mark.parametrize("kind", PRETRAINED)
def test_pretrained_says_that_it_takes_colours_alone(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    input = entry.default_input.changed(channels=4)
    with pytest.raises(SpecError, match="cannot take 4 bands"):
        entry(kind=kind).check(input, {"class": 3})


@pytest.mark.parametrize("channels", [0, 65, -1])
def test_impossible_numbers_of_bands(channels: int) -> None:
    with pytest.raises(SpecError):
        InputSpec().changed(channels=channels)
