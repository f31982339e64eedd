"""Ready policies, from nothing to heavy."""

from __future__ import annotations

from functools import cache
from typing import Any

from studio.augment.groups import OneOf
from studio.augment.policy import Policy, parse_policy
from studio.augment.published import (
    MOST_OPERATIONS,
    STRONGEST,
    auto_augment,
    rand_augment,
    rand_magnitude,
)

_LIGHT: list[dict[str, Any]] = [
    {"kind": "mirror"},
    {"kind": "shift", "across": (-6, 6), "down": (-6, 6)},
    {"kind": "brightness", "change": (-12, 12)},
]
_MEDIUM: list[dict[str, Any]] = [
    {"kind": "mirror"},
    {"kind": "rotate", "angle": (-15, 15), "probability": 80},
    {"kind": "zoom", "scale": (0.85, 1.2)},
    {"kind": "brightness", "change": (-18, 22)},
    {"kind": "contrast", "change": (-15, 20)},
    {"kind": "gaussian_noise", "levels": (0, 8), "probability": 50},
]
_HEAVY: list[dict[str, Any]] = [
    {"kind": "mirror"},
    {"kind": "rotate", "angle": (-25, 25), "probability": 80},
    {"kind": "zoom", "scale": (0.75, 1.35)},
    {"kind": "shear", "angle": (-12, 12), "probability": 50},
    {"kind": "shift", "across": (-12, 12), "down": (-12, 12)},
    {"kind": "brightness", "change": (-30, 35)},
    {"kind": "contrast", "change": (-30, 40)},
    {"kind": "saturation", "change": (-40, 40)},
    {"kind": "gaussian_blur", "sigma": (0, 1.2), "probability": 30},
    {"kind": "gaussian_noise", "levels": (0, 16), "probability": 50},
    {"kind": "cut_out", "holes": (1, 4), "size": (8, 16), "probability": 50},
]
_DIGITS: list[dict[str, Any]] = [
    {"kind": "rotate", "angle": (-12, 12), "edge": "edge"},
    {"kind": "zoom", "scale": (0.85, 1.15), "edge": "edge"},
    {"kind": "shift", "across": (-8, 8), "down": (-8, 8), "edge": "edge"},
    {"kind": "shear", "angle": (-10, 10), "edge": "edge"},
    {"kind": "gaussian_noise", "levels": (0, 8), "probability": 30},
]

_MICROSCOPY: list[dict[str, Any]] = [
    {"kind": "quarter_turn"},
    {"kind": "mirror"},
    {"kind": "rotate", "angle": (-45, 45)},
    {"kind": "zoom", "scale": (0.9, 1.15)},
    {"kind": "brightness", "change": (-15, 18)},
    {"kind": "contrast", "change": (-15, 20)},
    {"kind": "gaussian_blur", "sigma": (0, 1.2), "probability": 30},
    {"kind": "gaussian_noise", "levels": (0, 8), "probability": 50},
]
_AERIAL: list[dict[str, Any]] = [
    {"kind": "quarter_turn"},
    {"kind": "mirror"},
    {"kind": "rotate", "angle": (-45, 45)},
    {"kind": "zoom", "scale": (0.8, 1.25)},
    {"kind": "shift", "across": (-8, 8), "down": (-8, 8)},
    {"kind": "brightness", "change": (-20, 25)},
    {"kind": "contrast", "change": (-25, 25)},
    {"kind": "saturation", "change": (-20, 20)},
    {"kind": "cut_out", "holes": (1, 2), "size": (8, 14), "probability": 30},
]

_STEPS: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "light": _LIGHT,
    "medium": _MEDIUM,
    "heavy": _HEAVY,
    "digits": _DIGITS,
    "microscopy": _MICROSCOPY,
    "aerial": _AERIAL,
    "rand_augment": rand_augment(),
    "auto_augment": auto_augment(),
}

TITLES: dict[str, str] = {
    "none": "None",
    "light": "Light",
    "medium": "Medium",
    "heavy": "Heavy",
    "digits": "Digits",
    "microscopy": "Microscopy",
    "aerial": "Aerial",
    "rand_augment": "RandAugment",
    "auto_augment": "AutoAugment",
}
HELP: dict[str, str] = {
    "none": "Trains on the pictures as they are.",
    "light": "Mirror, small shifts, a little light: seldom wrong.",
    "medium": "A good start for photographs of things.",
    "heavy": "For few pictures and long training.",
    "digits": "For digits and letters: no mirror, no flip.",
    "microscopy": "Turned to any side, light and focus of a microscope.",
    "aerial": "Seen from above: turned to any side, other heights and light.",
    "rand_augment": "2 of 14 operations at magnitude 9 of 10 (Cubuk and others, 2019).",
    "auto_augment": "The 25 pairs that were learned for CIFAR-10 (Cubuk and others, 2018).",
}


@cache
def preset(name: str) -> Policy:
    """One of the policies of :data:`TITLES`. Raises KeyError."""
    return parse_policy(_STEPS[name])


def preset_of(policy: Policy) -> str:
    """The name of the preset that equals ``policy``, or an empty string.

    RandAugment is known with any number of operations and any magnitude.
    """
    same = next((name for name in _STEPS if preset(name) == policy), "")
    return same or ("rand_augment" if rand_settings(policy) is not None else "")


@cache
def rand_preset(operations: int, magnitude: int) -> Policy:
    """RandAugment with its two settings. Raises ValueError."""
    return parse_policy(rand_augment(operations, magnitude))


def rand_settings(policy: Policy) -> tuple[int, int] | None:
    """Operations and magnitude, where a policy is RandAugment; None where it is not."""
    operations = len(policy.steps) - 1
    if not 1 <= operations <= MOST_OPERATIONS or not isinstance(policy.steps[1], OneOf):
        return None
    # One of its operations tells the magnitude; the comparison then decides.
    light = next((s for s in policy.steps[1].steps if s.kind == "brightness"), None)
    if light is None:
        return None
    magnitude = rand_magnitude(getattr(light, "change", (0.0, 0.0))[0])
    if not 0 <= magnitude <= STRONGEST or rand_preset(operations, magnitude) != policy:
        return None
    return operations, magnitude
