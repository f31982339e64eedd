"""The layer table of a network, its multiply-adds, and the small sketch on its card."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from studio.core.input import InputSpec
from studio.core.results import LayerNode, NetworkSummary
from studio.models.backbones import BACKBONES
from studio.models.facts import SKETCH_HEIGHT, SKETCH_WIDTH
from studio.models.registry import ArchitectureSpec, KerasModel

_FEW = 14
"""Networks with at most that many layers are listed without blocks."""

_FLAT = ("InputLayer",)


def summarise(
    network: ArchitectureSpec | KerasModel,
    input: InputSpec | None = None,
    outputs: dict[str, int] | None = None,
) -> NetworkSummary:
    """The layer table of a network, layers grouped into blocks.

    Args:
        network: a functional model; or an architecture, which is built for ``input`` and
            ``outputs`` without its pretrained weights.

    Blocks of a backbone are those that transfer learning switches; of other networks, layers
    whose names share what stands before the first underscore. A layer that belongs to none
    stands by itself. The size is that of 4-byte weights.

    Raises:
        SpecError: the architecture cannot be built for that input.
    """
    model: KerasModel = network
    if isinstance(network, ArchitectureSpec):
        model = network.build(
            input or network.default_input, outputs or {"class": 2}, starting_weights=False
        )
    layers = [la for la in model.layers if type(la).__name__ not in _FLAT]
    nodes = [_node(la) for la in layers]
    rows = tuple(nodes) if len(nodes) <= _FEW else _grouped(nodes, _grouping(model))
    trained = sum(math.prod(w.shape) for w in model.trainable_weights)
    return NetworkSummary(
        layers=rows,
        parameters=int(model.count_params()),
        trainable_parameters=int(trained),
        megabytes=model.count_params() * 4 / 1e6,
        multiply_adds=multiply_adds(model),
    )


def _node(layer: Any) -> LayerNode:
    return LayerNode(
        name=layer.name,
        kind=type(layer).__name__,
        shape=_shape(layer),
        parameters=_count(layer),
        trainable=bool(getattr(layer, "trainable_weights", ())),
    )


def _count(layer: Any) -> int:
    return sum(math.prod(w.shape) for w in getattr(layer, "weights", ()))


def _shape(layer: Any) -> tuple[int, ...]:
    """Output shape without the batch; empty where it is unknown or several."""
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError):
        return ()
    return tuple(int(n) for n in shape[1:] if n is not None)


def _grouping(model: KerasModel) -> Callable[[list[str]], list[str]]:
    backbone = BACKBONES.get(model.name)
    if backbone is None:
        return lambda names: [_prefix(n) for n in names]
    ends = ("average", "dropout", "grey_to_colour", "scaling", "flip")

    def blocks(names: list[str]) -> list[str]:
        own = [not n.startswith((*ends, "output_")) for n in names]
        inner = iter(backbone.block_names([n for n, o in zip(names, own, strict=True) if o]))
        return [next(inner) if o else "" for o in own]

    return blocks


def _prefix(name: str) -> str:
    """``stage2_block1_1_conv`` → ``stage 2``; a name without "_" stands alone."""
    first, underscore, _ = name.partition("_")
    if not underscore or first == "output":
        return ""
    return re.sub(r"(\d+)$", r" \1", first)


def _grouped(
    nodes: list[LayerNode], grouping: Callable[[list[str]], list[str]]
) -> tuple[LayerNode, ...]:
    """Blocks in the order in which they end; a layer that belongs to none stands by itself."""
    blocks: dict[str, list[LayerNode]] = {}
    last: dict[str, int] = {}
    for place, (node, block) in enumerate(
        zip(nodes, grouping([n.name for n in nodes]), strict=True)
    ):
        name = block or f"\0{node.name}"
        blocks.setdefault(name, []).append(node)
        if node.parameters or name not in last:
            last[name] = place
    return tuple(
        blocks[name][0] if name.startswith("\0") else _block(name, blocks[name])
        for name in sorted(last, key=lambda name: last[name])
    )


def _block(name: str, members: list[LayerNode]) -> LayerNode:
    return LayerNode(
        name=name,
        kind="Block",
        shape=members[-1].shape,
        parameters=sum(m.parameters for m in members),
        trainable=any(m.trainable for m in members),
        children=tuple(members),
    )


def multiply_adds(model: KerasModel) -> int:
    """Multiply-adds of all convolutions and dense layers for one picture."""
    return sum(_multiply_adds(layer) for layer in model.layers)


def _multiply_adds(layer: Any) -> int:
    kind = type(layer).__name__
    shape = _shape(layer)
    if kind == "Dense":
        return math.prod(layer.kernel.shape) * math.prod(shape[:-1])
    if not shape or "Conv" not in kind:
        return 0
    places = math.prod(shape[:-1])
    if kind == "SeparableConv2D":
        weights = math.prod(layer.depthwise_kernel.shape) + math.prod(layer.pointwise_kernel.shape)
        return places * weights
    return places * math.prod(layer.kernel.shape) if hasattr(layer, "kernel") else 0


def feature_shapes(model: KerasModel) -> list[tuple[int, int]]:
    """``(side, channels)`` of the feature maps along the network, where they change."""
    found: list[tuple[int, int]] = []
    for layer in model.layers:
        if _multiply_adds(layer) == 0 and type(layer).__name__ != "InputLayer":
            continue
        shape = _shape(layer)
        if len(shape) == 3 and math.prod(shape[:2]) > 1:
            found.append((shape[0], shape[2]))
        elif len(shape) == 1:
            found.append((1, shape[0]))
    return found


_GAP = 3
_MOST_BARS = 14


def sketch(shapes: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Bars ``(height, width)`` in pixels for feature maps: height is resolution, width channels.

    Args:
        shapes: ``(side, channels)`` as :func:`feature_shapes` gives them.

    Returns:
        At most 14 bars that fit 214 × 40 px with 3 px between them.
    """
    if not shapes:
        return []
    bars = _thinned(shapes)
    largest = max(side for side, _ in bars)
    raw = [
        (
            max(3.0, SKETCH_HEIGHT * (side / largest) ** 0.5 - 2),
            2.0 + 1.6 * math.log2(1 + channels / 8) ** 1.25 if side > 1 else 10.0,
        )
        for side, channels in bars
    ]
    room = SKETCH_WIDTH - _GAP * (len(raw) - 1)
    total = sum(width for _, width in raw)
    factor = min(1.0, room / total)
    return [(round(height, 1), round(width * factor, 1)) for height, width in raw]


def _thinned(shapes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """At most 14 of them: for each resolution its widest maps, as many as its share of layers."""
    sides: dict[int, list[int]] = {}
    for side, channels in shapes:
        sides.setdefault(side, []).append(channels)
    out: list[tuple[int, int]] = []
    total = len(shapes)
    for side in sorted(sides, reverse=True):
        widths = sides[side]
        count = max(1, min(len(widths), round(_MOST_BARS * len(widths) / total), 4))
        if side == 1:
            count = 1
        step = len(widths) / count
        groups = [widths[int(i * step) : max(int(i * step) + 1, int((i + 1) * step))]
                  for i in range(count)]  # fmt: skip
        out.extend((side, max(group)) for group in groups)
    return out[:_MOST_BARS]
