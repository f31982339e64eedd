"""The weights of a convolution as small pictures."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import InputError
from studio.core.results import ImageGrid
from studio.core.spec import parameter
from studio.insight.layers import find_layer
from studio.insight.visualizers.registry import VISUALIZERS, Classes, Visualizer

MOST = 256
_GREY = 128  # a weight of zero
_HALF = 127


@VISUALIZERS.register("filters")
class Filters(Visualizer):
    """The filters of a convolution, each on its own scale, zero always grey."""

    title: ClassVar[str] = "Filters"
    help: ClassVar[str] = "The weights that a convolution slides over the picture."
    needs_picture: ClassVar[bool] = False

    kind: Literal["filters"] = "filters"
    channel: int | None = parameter(
        None, title="Input channel", minimum=0, maximum=100_000, step=1,
        help="Which input channel of each filter to show; none shows their mean.",
    )  # fmt: skip

    def applies_to(self, model: Any, layer: str) -> bool:
        """Whether the layer is a convolution."""
        return has_filters(find_layer(model, layer))

    def show(
        self,
        model: Any,
        picture: NDArray[np.uint8] | None,
        layer: str,
        classes: Classes | None = None,
    ) -> ImageGrid:
        """See :func:`filters`."""
        return filters(model, layer, self.channel)


def has_filters(layer: Any) -> bool:
    """Whether a layer is a convolution with weights."""
    return "Conv" in type(layer).__name__ and _kernel(layer) is not None


def filters(model: Any, layer: str, channel: int | None = None) -> ImageGrid:
    """The filters of a convolution.

    A filter over three colours is shown in colour; others as the mean over their input
    channels, or one of these. A 1 × 1 filter is a square of its input channels. Each filter is
    scaled by its own largest weight, so that zero is the middle grey.

    Args:
        channel: which input channel to show; None for colour or mean.

    Returns:
        At most 256 filters; ``total`` says how many there are.

    Raises:
        InputError: no such layer, not a convolution, or no such channel.
    """
    found = find_layer(model, layer)
    kernel = _kernel(found) if "Conv" in type(found).__name__ else None
    if kernel is None:
        raise InputError(
            f"The layer “{layer}” has no filters: only convolutions have.",
            "Choose a convolution from the list of layers.",
        )
    height, width, channels, total = kernel.shape
    if channel is not None and not 0 <= channel < channels:
        raise InputError(
            f"The filters of “{layer}” have {channels} input channels, numbered from 0.",
            f"Choose a channel from 0 to {channels - 1}.",
        )
    kernel = kernel[..., :MOST]
    words = f"{total}, each {height} × {width} × {channels} weights; grey is zero"
    statistics = tuple(_statistics(kernel[..., i]) for i in range(kernel.shape[-1]))
    if channels == 3 and channel is None and (height, width) != (1, 1):
        flat = np.moveaxis(kernel, -1, 0)
        if _sees_blue_first(model):
            flat = flat[..., ::-1]
        return ImageGrid("Filters", _signed(flat), "rgb", words, statistics, total)
    if channel is not None:
        flat, words = kernel[:, :, channel], f"{words}; input channel {channel}"
    elif (height, width) == (1, 1) and channels > 1:
        flat, words = _squares(kernel[0, 0]), f"{words}; a square for each input channel"
    elif channels > 1:
        flat, words = kernel.mean(axis=2), f"{words}; mean over the input channels"
    else:
        flat = kernel[:, :, 0]
    return ImageGrid(
        "Filters", _signed(np.moveaxis(flat, -1, 0)), "diverging", words, statistics, total
    )


def _kernel(layer: Any) -> NDArray[np.float32] | None:
    """The weights as ``(height, width, input channels, filters)``; None where there are none."""
    import keras

    kind = type(layer).__name__
    depthwise = getattr(layer, "depthwise_kernel", None)
    variable = depthwise if depthwise is not None else getattr(layer, "kernel", None)
    if variable is None:
        return None
    kernel = np.asarray(keras.ops.convert_to_numpy(variable), np.float32)
    if "Conv1D" in kind:
        kernel = kernel[:, None]
    elif "Conv3D" in kind:
        kernel = kernel.reshape(-1, *kernel.shape[2:])
    if kernel.ndim != 4:
        return None
    if "Transpose" in kind:
        kernel = kernel.swapaxes(2, 3)
    elif "Depthwise" in kind or "Separable" in kind:
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    return kernel


def _signed(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Each of ``(n, …)`` scaled by its largest absolute value; 0 becomes 128."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    largest = np.abs(values).reshape(len(values), -1).max(axis=1)
    scale = _HALF / np.where(largest > 0, largest, 1.0)
    scaled = values * scale.reshape(-1, *[1] * (values.ndim - 1))
    result: NDArray[np.uint8] = np.round(scaled + _GREY).astype(np.uint8)
    return result


def _squares(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """``(channels, filters)`` as ``(side, side, filters)``, filled up with zeros."""
    channels, count = weights.shape
    side = math.ceil(math.sqrt(channels))
    height = math.ceil(channels / side)
    filled = np.zeros((height * side, count), np.float32)
    filled[:channels] = weights
    return filled.reshape(height, side, count)


def _statistics(values: NDArray[np.float32]) -> dict[str, float]:
    return {
        "mean": float(values.mean()),
        "max": float(values.max()),
        "min": float(values.min()),
        "share": float((values > 0).mean()),
    }


def _sees_blue_first(model: Any) -> bool:
    """Whether the network turns RGB into BGR first, as the published VGG and ResNet do."""
    return any(
        type(operation).__name__ == "Flip" and getattr(operation, "axis", None) in (-1, 3)
        for operation in model.operations
    )
