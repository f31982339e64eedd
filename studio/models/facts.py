"""What the cards say of each architecture, measured beforehand (``packaging/model_facts.py``).

At the default input with ten classes. Read from a file, so that no network need be built.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from studio.core.errors import SpecError
from studio.core.paths import resources_folder

SKETCH_HEIGHT = 40
SKETCH_WIDTH = 214
"""The room that a sketch is made for, in pixels."""


@dataclass(frozen=True)
class ModelFacts:
    """Facts of one architecture.

    Attributes:
        megabytes: size of the weights as 4-byte numbers.
        multiply_adds: for one picture.
        layers: layers of the network.
        sketch: ``(height, width)`` of bars, see :func:`studio.models.summary.sketch`.
        blocks: name and number of parameters of a pretrained body's blocks, input first.
    """

    parameters: int
    megabytes: float
    multiply_adds: int
    layers: int
    sketch: tuple[tuple[float, float], ...]
    blocks: tuple[tuple[str, int], ...] = ()


@cache
def all_facts() -> dict[str, ModelFacts]:
    """The facts of all architectures, by kind."""
    value = json.loads((resources_folder() / "model_facts.json").read_text("utf-8"))
    return {
        kind: ModelFacts(
            parameters=item["parameters"],
            megabytes=item["megabytes"],
            multiply_adds=item["multiply_adds"],
            layers=item["layers"],
            sketch=tuple((float(h), float(w)) for h, w in item["sketch"]),
            blocks=tuple((str(name), int(count)) for name, count in item.get("blocks", ())),
        )
        for kind, item in value.items()
    }


def facts_of(kind: str) -> ModelFacts:
    """The facts of one architecture. Raises SpecError where nobody measured it."""
    try:
        return all_facts()[kind]
    except KeyError:
        raise SpecError(f"The size of “{kind}” was never measured.") from None
