"""The catalogue of augmenters. A new one is one class in a module of ``augmenters/``."""

from __future__ import annotations

from collections.abc import Callable

from studio.augment.step import Step
from studio.core.registry import Registry

AUGMENTERS: Registry[type[Step]] = Registry("augmenter", "studio.augment.augmenters")


def augmenter(step: type[Step]) -> type[Step]:
    """Put a step into the catalogue under the default of its field ``kind``."""
    register: Callable[[type[Step]], type[Step]] = AUGMENTERS.register(kind_of(step))
    return register(step)


def kind_of(step: type[Step]) -> str:
    """The name of a step in JSON, such as ``rotate``."""
    return str(step.model_fields["kind"].default)


def groups() -> dict[str, list[type[Step]]]:
    """The catalogue by group: the groups in the order of :data:`GROUP_ORDER`, then any other."""
    found: dict[str, list[type[Step]]] = {name: [] for name in GROUP_ORDER}
    for step in AUGMENTERS:
        found.setdefault(step.group, []).append(step)
    return {name: steps for name, steps in found.items() if steps}


GROUP_ORDER = (
    "Flip and turn", "Geometry", "Crop and pad", "Warp", "Light", "Contrast", "Colour", "Blur",
    "Noise", "Specks", "Holes", "In places", "Weather", "Convolution", "Edges", "Pooling",
    "Patches", "Artistic", "As in Pillow", "Pillow's filters", "Corruptions",
)  # fmt: skip
"""From what changes a picture's place to what changes its texture."""
