"""What every layer makes of a picture."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import InputError
from studio.core.results import Bars, ImageGrid
from studio.core.spec import parameter
from studio.insight.layers import find_layer, layer_output
from studio.insight.visualizers.registry import VISUALIZERS, Classes, Visualizer
from studio.models.registry import output_keys

MOST = 256
LARGEST = 128
"""Maps are at most so many pixels high and wide."""

Brightness = Literal["each map", "same scale"]


@VISUALIZERS.register("activations")
class Activations(Visualizer):
    """The output of a layer for a picture: a map for each filter, or a bar for each unit."""

    title: ClassVar[str] = "Activations"
    help: ClassVar[str] = "How strongly each filter of a layer answers to each place of a picture."

    kind: Literal["activations"] = "activations"
    brightness: Brightness = parameter(
        "each map", title="Brightness",
        choices={"each map": "Each map by itself", "same scale": "One scale for all"},
        help="Whether the strongest place of each map is bright, or only that of the whole layer.",
    )  # fmt: skip

    def applies_to(self, model: Any, layer: str) -> bool:
        """Every layer has an output."""
        find_layer(model, layer)
        return True

    def show(
        self,
        model: Any,
        picture: NDArray[np.uint8] | None,
        layer: str,
        classes: Classes | None = None,
    ) -> ImageGrid | Bars:
        """See :func:`activations`."""
        if picture is None:
            raise InputError("Activations need a picture.", "Choose one, or drop a file.")
        return activations(model, picture, layer, self.brightness, classes)


def activations(
    model: Any,
    picture: Any,
    layer: str,
    brightness: Brightness = "each map",
    classes: Classes | None = None,
) -> ImageGrid | Bars:
    """The output of one layer for one picture.

    Args:
        picture: ``(height, width, channels)`` or ``(1, height, width, channels) uint8``; a list
            of such arrays for a network with several inputs.
        brightness: ``each map`` scales each map by its own strongest place, ``same scale`` all
            maps by the strongest of the layer.
        classes: output name → classes, to name the bars of an output.

    Returns:
        A grid of maps where the layer keeps places: at most 256 of at most 128 px, ``total``
        says how many there are, statistics are of the full map. Maps without negative values
        run from 0 (dark) to the strongest; others are diverging around a grey zero. A bar for
        each unit where it does not.

    Raises:
        InputError: no such layer.
    """
    value = layer_output(model, layer, _batched(picture))[0]
    if value.ndim <= 1:
        return _bars(model, layer, value.reshape(-1), classes)
    maps = _as_maps(value)
    count, height, width = maps.shape
    statistics = tuple(_statistics(m) for m in maps[:MOST])
    is_signed = bool(maps.size and np.nanmin(maps) < 0)
    strongest = float(np.nanmax(np.abs(maps))) if maps.size else 0.0
    small = np.stack([_shrunk(m) for m in maps[:MOST]])
    images = _scaled(small, is_signed, None if brightness == "each map" else strongest)
    what = "map" if count == 1 else "maps"
    note = f"{count} {what} of {height} × {width}"
    if is_signed:
        note += "; grey is zero"
    palette = "diverging" if is_signed else "activation"
    return ImageGrid("Activations", images, palette, note, statistics, count)


def _batched(picture: Any) -> Any:
    if isinstance(picture, (list, tuple)):
        return [_batched(p) for p in picture]
    return picture[None] if picture.ndim == 3 else picture


def _bars(model: Any, layer: str, values: NDArray[np.float32], classes: Classes | None) -> Bars:
    names = tuple(str(i) for i in range(len(values)))
    for output, key in output_keys(classes or {}).items():
        if classes and key == layer and len(classes[output]) == len(values):
            names = classes[output]
    kind = type(find_layer(model, layer)).__name__
    unit = "value" if len(values) == 1 else "values"
    note = f"{len(values)} {unit}"
    return Bars(f"Activations · {kind}", names, values.astype(np.float32), note)


def _as_maps(value: NDArray[np.float32]) -> NDArray[np.float32]:
    """``(places…, channels)`` as ``(channels, height, width)``.

    A sequence whose length is a square (patches of a picture, with or without a class token)
    becomes square maps again; another one becomes one map, places by channels.
    """
    if value.ndim == 3:
        return np.moveaxis(value, -1, 0)
    if value.ndim == 2:
        places, channels = value.shape
        for skip in (0, 1):
            side = math.isqrt(max(0, places - skip))
            if side > 1 and side * side == places - skip:
                return np.moveaxis(value[skip:].reshape(side, side, channels), -1, 0)
        return value[None]
    return np.moveaxis(value.reshape(value.shape[0], -1, value.shape[-1]), -1, 0)


def _shrunk(single: NDArray[np.float32]) -> NDArray[np.float32]:
    """Averaged over areas down to at most 128 × 128; a smaller map stays as it is."""
    height, width = single.shape
    if max(height, width) <= LARGEST:
        return single
    from studio.data.opencv import cv2

    factor = LARGEST / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(single, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(size[1], size[0])


def _scaled(
    maps: NDArray[np.float32], is_signed: bool, strongest: float | None
) -> NDArray[np.uint8]:
    """``(n, h, w)`` as 0 … 255; the scale is each map's own where ``strongest`` is None."""
    maps = np.nan_to_num(maps, nan=0.0, posinf=0.0, neginf=0.0)
    if strongest is None:
        top = np.abs(maps).reshape(len(maps), -1).max(axis=1)[:, None, None]
    else:
        top = np.full((len(maps), 1, 1), strongest if np.isfinite(strongest) else 0.0)
    share = np.clip(maps / np.where(top > 0, top, 1.0), -1.0, 1.0)
    scaled = 128 + 127 * share if is_signed else 255 * share
    result: NDArray[np.uint8] = np.round(scaled).astype(np.uint8)
    return result


def _statistics(single: NDArray[np.float32]) -> dict[str, float]:
    return {
        "mean": float(single.mean()),
        "max": float(single.max()),
        "min": float(single.min()),
        "share": float((single > 0).mean()),
    }
