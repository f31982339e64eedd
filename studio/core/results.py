"""What visualizers and predictors return: plain data that the window knows how to draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ImageGrid:
    """Small pictures of equal size, each with its own numbers.

    Attributes:
        title: e.g. ``Filters``.
        images: ``(n, height, width) uint8`` (to be coloured by ``palette``) or
            ``(n, height, width, 3) uint8`` RGB.
        palette: ``grey``, ``activation`` (0 dark to strongest) or ``diverging``; unused for RGB.
        note: one line, e.g. ``64, each 7 × 7 × 3 weights; grey is zero``.
        statistics: for each picture ``{"mean": …, "max": …, "min": …, "share": …}``.
        total: how many there are in all; more than ``n`` where the grid was cut short.
    """

    title: str
    images: NDArray[np.uint8]
    palette: str = "grey"
    note: str = ""
    statistics: tuple[dict[str, float], ...] = ()
    total: int = 0


@dataclass(frozen=True)
class Bars:
    """Named values, e.g. the activations of a dense layer. ``values``: ``(n,) float32``."""

    title: str
    names: tuple[str, ...]
    values: NDArray[np.float32]
    note: str = ""


@dataclass(frozen=True)
class Curve:
    """One line. ``x`` and ``y``: ``(n,) float32``."""

    title: str
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


Result = ImageGrid | Bars | Curve | Table


@dataclass(frozen=True)
class LayerNode:
    """One layer, or a block of layers, of a network.

    Attributes:
        name: the layer's own name, unique in the network; for a block its common prefix.
        kind: the Keras class, e.g. ``Conv2D``; ``Block`` for a group.
        shape: output shape without the batch, e.g. ``(56, 56, 64)``; empty where unknown.
        parameters: number of weights, blocks summed up.
        trainable: whether any of them is trained.
        children: the layers of a block.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    trainable: bool
    children: tuple[LayerNode, ...] = ()


@dataclass(frozen=True)
class NetworkSummary:
    """The layer table of one network, with totals. ``megabytes`` is the size of the weights."""

    layers: tuple[LayerNode, ...]
    parameters: int
    trainable_parameters: int
    megabytes: float
    multiply_adds: int | None = None


HOLDS = 0.5
"""The probability from which a class of a multi-label output holds."""


@dataclass(frozen=True)
class Prediction:
    """The answer for one picture, or why there is none.

    ``outputs``: for each output the classes with their probabilities, likeliest first. Those
    of an output named in ``multi_label`` are independent of each other: they add up to
    anything, and each class holds whose probability is at least 0.5.
    """

    path: str
    outputs: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    error: str = ""
    multi_label: tuple[str, ...] = ()

    def held(self) -> tuple[tuple[str, float], ...]:
        """The answer in short: the likeliest class of each output, all that hold of a multi-label.

        Empty where there is no answer, and where no class holds.
        """
        found: list[tuple[str, float]] = []
        for output in self.outputs:
            found += self.held_of(output)
        return tuple(found)

    def held_of(self, output: str) -> tuple[tuple[str, float], ...]:
        """As :meth:`held`, of one output."""
        ranked = self.outputs[output]
        if output in self.multi_label:
            return tuple(pair for pair in ranked if pair[1] >= HOLDS)
        return ranked[:1]

    def best(self, output: str | None = None) -> tuple[str, float] | None:
        """The likeliest class and its probability, of the first output unless named."""
        if not self.outputs:
            return None
        ranked = self.outputs[output] if output else next(iter(self.outputs.values()))
        return ranked[0] if ranked else None
