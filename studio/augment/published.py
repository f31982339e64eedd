"""Policies that were published with the networks that they were found for.

AutoAugment: Cubuk, Zoph, Mané, Vasudevan, Le, “AutoAugment: Learning Augmentation Strategies from
Data”, CVPR 2019, the 25 sub-policies of table 7 for CIFAR-10. RandAugment: Cubuk, Zoph, Shlens,
Le, “RandAugment: Practical automated data augmentation with a reduced search space”, 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

MOST_OPERATIONS = 3
STRONGEST = 10

_AUTO = (
    (("invert", 10, 7), ("contrast", 20, 6)),
    (("rotate", 70, 2), ("translate_x", 30, 9)),
    (("sharpness", 80, 1), ("sharpness", 90, 3)),
    (("shear_y", 50, 8), ("translate_y", 70, 9)),
    (("autocontrast", 50, 8), ("equalize", 90, 2)),
    (("shear_y", 20, 7), ("posterize", 30, 7)),
    (("colour", 40, 3), ("brightness", 60, 7)),
    (("sharpness", 30, 9), ("brightness", 70, 9)),
    (("equalize", 60, 5), ("equalize", 50, 1)),
    (("contrast", 60, 7), ("sharpness", 60, 5)),
    (("colour", 70, 7), ("translate_x", 50, 8)),
    (("equalize", 30, 7), ("autocontrast", 40, 8)),
    (("translate_y", 40, 3), ("sharpness", 20, 6)),
    (("brightness", 90, 6), ("colour", 20, 8)),
    (("solarize", 50, 2), ("invert", 0, 3)),
    (("equalize", 20, 0), ("autocontrast", 60, 0)),
    (("equalize", 20, 8), ("equalize", 60, 4)),
    (("colour", 90, 9), ("equalize", 60, 6)),
    (("autocontrast", 80, 4), ("solarize", 20, 8)),
    (("brightness", 10, 3), ("colour", 70, 0)),
    (("solarize", 40, 5), ("autocontrast", 90, 3)),
    (("translate_y", 90, 9), ("translate_y", 70, 9)),
    (("autocontrast", 90, 2), ("solarize", 80, 3)),
    (("equalize", 80, 8), ("invert", 10, 3)),
    (("translate_y", 70, 9), ("autocontrast", 90, 1)),
)  # fmt: skip
"""Operation, chance in percent and magnitude of 0 … 10 of both operations of a sub-policy."""


def auto_augment() -> list[Json]:
    """AutoAugment's policy for CIFAR-10, with the flip, shift and cut-out that it was used with.

    A shift is a share of the side, since pictures here are of any size: the published 10 of 32
    pixels at magnitude 10.
    """
    pairs = [
        {"kind": "sometimes", "probability": 100,
         "steps": [_step(name, magnitude, chance) for name, chance, magnitude in pair]}
        for pair in _AUTO
    ]  # fmt: skip
    border = {"kind": "shift", "across": (-12.5, 12.5), "down": (-12.5, 12.5), "edge": "constant"}
    hole = {"kind": "cut_out", "holes": (1, 1), "size": (50, 50)}
    return [{"kind": "mirror"}, border, {"kind": "one_of", "steps": pairs}, hole]


def rand_augment(operations: int = 2, magnitude: float = 9) -> list[Json]:
    """RandAugment: N of 14 operations, each drawn anew from all of them, at one magnitude M.

    Args:
        operations: N, 1 … 3.
        magnitude: M, 0 … 10.

    Raises:
        ValueError: N or M lies outside.
    """
    if not 1 <= operations <= MOST_OPERATIONS:
        raise ValueError(f"From 1 to {MOST_OPERATIONS} operations, not {operations}.")
    if not 0 <= magnitude <= STRONGEST:
        raise ValueError(f"A magnitude is 0 to {STRONGEST}, not {magnitude:g}.")
    names = [name for name in _OPERATIONS if name != "invert"]
    nothing = {"kind": "sometimes", "probability": 100, "steps": []}
    choice = [nothing, *(_step(name, magnitude) for name in names)]
    return [{"kind": "mirror"}, *({"kind": "one_of", "steps": choice} for _ in range(operations))]


def _step(name: str, magnitude: float, chance: float = 100) -> Json:
    return {**_OPERATIONS[name](magnitude / STRONGEST), "probability": chance}


def _either(make: Callable[[float], Json], value: float) -> Json:
    """A value with a sign that is drawn for each picture."""
    return {"kind": "one_of", "steps": [make(value), make(-value)]}


def _rotated(angle: float) -> Json:
    return {"kind": "rotate", "angle": (angle, angle), "edge": "constant"}


def _across(share: float) -> Json:
    return {"kind": "shift", "across": (share, share), "down": (0, 0), "edge": "constant"}


def _down(share: float) -> Json:
    return {"kind": "shift", "across": (0, 0), "down": (share, share), "edge": "constant"}


def _sheared(kind: str) -> Callable[[float], Json]:
    def make(slope: float) -> Json:
        # Our steps, as imgaug's, take the hyperbolic tangent of the angle for the slope.
        angle = math.degrees(math.atanh(slope))
        return {"kind": kind, "angle": (angle, angle), "edge": "constant"}

    return make


def _enhanced(kind: str) -> Callable[[float], Json]:
    def make(share: float) -> Json:
        change = (0.1 + 1.8 * share - 1.0) * 100.0
        return {"kind": kind, "change": (change, change)}

    return make


def rand_magnitude(change: float) -> int:
    """The magnitude of RandAugment that changes brightness by so many percent."""
    return round(STRONGEST * ((change / 100.0 + 1.0 - 0.1) / 1.8))


def _solarized(share: float) -> Json:
    level = min(255.0, 256.0 * (1.0 - share))
    return {"kind": "solarize", "threshold": (level, level)}


def _posterized(share: float) -> Json:
    bits = 8 - round(4 * share)
    return {"kind": "posterize", "bits": (bits, bits)}


_OPERATIONS: dict[str, Callable[[float], Json]] = {
    "autocontrast": lambda share: {"kind": "pil_autocontrast", "cut": (0, 0)},
    "equalize": lambda share: {"kind": "pil_equalize"},
    "rotate": lambda share: _either(_rotated, 30.0 * share),
    "solarize": _solarized,
    "colour": _enhanced("pil_colour"),
    "posterize": _posterized,
    "contrast": _enhanced("pil_contrast"),
    "brightness": _enhanced("brightness"),
    "sharpness": _enhanced("pil_sharpness"),
    "shear_x": lambda share: _either(_sheared("shear"), 0.3 * share),
    "shear_y": lambda share: _either(_sheared("shear_down"), 0.3 * share),
    "translate_x": lambda share: _either(_across, 31.25 * share),
    "translate_y": lambda share: _either(_down, 31.25 * share),
    "invert": lambda share: {"kind": "invert"},
}
"""Operations by name: from the magnitude as a share of the strongest to a step."""
