"""Which steps have an implementation of their own, by the name of their kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from studio.augment.fast import corruption, geometry, tables, texture


class Fast(NamedTuple):
    """How one kind of step is drawn and applied.

    Attributes:
        does: ``warp`` (gives a matrix), ``table`` (gives a table) or ``pixels`` (gives pixels).
        apply: ``(step, values, shape)``, ``(step, values)`` or ``(step, values, picture, draws)``.
        between: settings drawn from their interval, ``whole``: those drawn as whole numbers.
        draw: draws what else is needed: ``(step, draws, shape) → values``.
        knows: the settings that it understands; a step with others is left to imgaug.
    """

    does: str
    apply: Callable[..., Any]
    between: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    draw: Callable[..., dict[str, Any]] | None = None
    knows: tuple[str, ...] = ()

    def values(self, step: Any, draws: Any, shape: tuple[int, ...]) -> dict[str, Any]:
        """What the step does to this picture, by the names of its settings."""
        if self.draw is not None:
            return self.draw(step, draws, shape)
        drawn: dict[str, Any] = {name: draws.between(getattr(step, name)) for name in self.between}
        drawn.update((name, draws.whole(getattr(step, name))) for name in self.whole)
        return drawn


def draw_turns(step: Any, draws: Any, shape: tuple[int, ...]) -> dict[str, Any]:
    """Quarter turns, none to three."""
    return {"turns": draws.whole((0, 3))}


FAST: dict[str, Fast] = {
    "mirror": Fast("warp", geometry.mirror),
    "flip": Fast("warp", geometry.flip),
    "quarter_turn": Fast("warp", geometry.quarter_turn, draw=draw_turns),
    "rotate": Fast("warp", geometry.rotate, ("angle",), knows=("angle", "edge")),
    "zoom": Fast("warp", geometry.zoom, ("scale",), knows=("scale", "edge")),
    "shift": Fast("warp", geometry.shift, ("across", "down"), knows=("across", "down", "edge")),
    "shear": Fast("warp", geometry.shear, ("angle",), knows=("angle", "edge")),
    "shear_down": Fast("warp", geometry.shear_down, ("angle",), knows=("angle", "edge")),
    "stretch": Fast("warp", geometry.stretch, ("across", "down"), knows=("across", "down", "edge")),
    "affine": Fast(
        "warp",
        geometry.affine,
        draw=geometry.draw_affine,
        knows=("angle", "scale", "shift", "shear", "edge", "scale_by", "shift_by", "shear_by"),
    ),
    "crop": Fast("warp", geometry.crop, draw=geometry.draw_crop, knows=("share",)),
    "brightness": Fast("table", tables.brightness, ("change",), knows=("change",)),
    "contrast": Fast("table", tables.contrast, ("change",), knows=("change",)),
    "gamma": Fast("table", tables.gamma, ("gamma",), knows=("gamma",)),
    "add": Fast("table", tables.add, whole=("levels",), knows=("levels",)),
    "channel_light": Fast(
        "table",
        tables.channel_light,
        draw=tables.draw_channels("change", False),
        knows=("change",),
    ),
    "channel_offset": Fast(
        "table",
        tables.channel_offset,
        draw=tables.draw_channels("levels", True),
        knows=("levels",),
    ),
    "sigmoid_contrast": Fast(
        "table", tables.sigmoid_contrast, ("gain", "middle"), knows=("gain", "middle")
    ),
    "log_contrast": Fast("table", tables.log_contrast, ("gain",), knows=("gain",)),
    "invert": Fast("table", tables.invert),
    "solarize": Fast("table", tables.solarize, whole=("threshold",), knows=("threshold",)),
    "posterize": Fast("table", tables.posterize, whole=("bits",), knows=("bits",)),
    "gaussian_blur": Fast("pixels", texture.gaussian_blur, ("sigma",), knows=("sigma",)),
    "average_blur": Fast("pixels", texture.average_blur, whole=("width",), knows=("width",)),
    "median_blur": Fast("pixels", texture.median_blur, whole=("width",), knows=("width",)),
    "gaussian_noise": Fast(
        "pixels", texture.gaussian_noise, draw=texture.draw_noise, knows=("levels", "per_channel")
    ),
    "salt_pepper": Fast("pixels", texture.salt_pepper, ("share",), knows=("share",)),
    "pixel_drop_out": Fast(
        "pixels", texture.pixel_drop_out, ("share",), knows=("share", "per_channel")
    ),
    "drop_out": Fast("pixels", texture.drop_out, ("share",), knows=("share", "block")),
    "cut_out": Fast(
        "pixels", texture.cut_out, draw=texture.draw_holes, knows=("holes", "size", "fill")
    ),
    "corrupt_brightness": Fast(
        "pixels", corruption.overexposed, whole=("severity",), knows=("severity",)
    ),
    "corrupt_saturate": Fast(
        "pixels", corruption.odd_colours, whole=("severity",), knows=("severity",)
    ),
    "corrupt_zoom_blur": Fast(
        "pixels", corruption.zoom_blur, whole=("severity",), knows=("severity",)
    ),
}


def fast_of(step: Any) -> Fast | None:
    """The own implementation of a step; None where it has none, or settings unknown to it."""
    fast = FAST.get(step.kind)
    if fast is None:
        return None
    settings = set(vars(step)) - {"kind", "enabled", "probability", "channels", "build"}
    return fast if settings <= set(fast.knows) else None
