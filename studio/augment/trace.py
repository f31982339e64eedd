"""What happened to one picture: which steps ran, and with which drawn values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import number, with_unit
from studio.core.spec import Parameter, parameters

_MOST_VALUES = 4  # more than that were drawn for each pixel


@dataclass(frozen=True)
class Ran:
    """A step that was applied.

    Attributes:
        step: with its settings.
        values: what was drawn: a setting's value in the setting's unit, or by imgaug's name of
            its own draw. Steps without any random value have none.
    """

    step: Step
    values: dict[str, Any]

    def words(self) -> str:
        """The drawn values as a person reads them: ``−14°``, ``3 holes``, ``severity 2``."""
        declared = {p.name: p for p in parameters(type(self.step))}
        found = [_reading(name, value, declared.get(name)) for name, value in self.values.items()]
        readings = [each for each in found if each is not None][:_MOST_WORDS]
        title = self.step.title.casefold()
        alone = len(readings) == 1
        return ", ".join(_phrase(label, text, unit, title, alone) for label, text, unit in readings)


_MOST_WORDS = 4
_MOST_NUMBERS = 3

_IMGAUG: dict[str, tuple[str, str, float]] = {
    "mul": ("factor", "×", 1.0),
    "factor": ("factor", "×", 1.0),
    "alpha": ("share", "%", 100.0),
    "size": ("size", "%", 100.0),
    "kernel_size": ("blocks", "px", 1.0),
    "value_hue": ("turn", "°", 360.0 / 255.0),
    "turns": ("turn", "°", 90.0),
    "counts": ("colours", "", 1.0),
    "n_segments": ("patches", "", 1.0),
    "spatial_window_radius": ("radius", "px", 1.0),
    "rotate": ("angle", "°", 1.0),
    "top": ("top", "px", 1.0),
    "right": ("right", "px", 1.0),
    "bottom": ("bottom", "px", 1.0),
    "left": ("left", "px", 1.0),
    "across": ("across", "%", 1.0),
    "down": ("down", "%", 1.0),
    "shear": ("slant", "°", 1.0),
}
"""Draws that are no setting of the step, by name: label, unit, factor. A person has no use for
any other: quantile tables, corners in pixels, imgaug's own switches."""

_SINGLE = ("mul", "factor", "alpha", "size")
"""Drawn once for the picture they mean something; drawn again for parts of it they do not."""


def _reading(name: str, value: Any, declared: Parameter | None) -> tuple[str, str, str] | None:
    """Label, number and unit of one draw; None where there is nothing to read."""
    values = value if isinstance(value, list | tuple) else [value]
    if not values or not all(isinstance(each, int | float) for each in values):
        return None
    if declared is not None and declared.kind in ("int", "float", "interval"):
        label, unit, factor = declared.title.lower(), declared.unit, 1.0
    elif name in _IMGAUG and not (name in _SINGLE and len(set(values)) > 1):
        label, unit, factor = _IMGAUG[name]
        values = values[:1] if name in _SINGLE else values
    else:
        return None
    if len(values) > _MOST_NUMBERS or (name == "alpha" and not 0 <= values[0] <= 1):
        return None
    return label, " / ".join(_number(float(each) * factor, unit) for each in values), unit


def _phrase(label: str, text: str, unit: str, title: str, alone: bool) -> str:
    """One draw in words: ``3 holes``, ``slant 4°``; the label is left out where it is plain."""
    noun, *rest = label.split(" ", 1)
    if not unit and noun.endswith("s") and "/" not in text and "." not in text:
        one = noun[: -2 if noun.endswith("ches") else -1]
        return " ".join([text, one if text == "1" else noun, *rest])
    number_and_unit = with_unit(text, unit)
    if label == title or (alone and unit):
        return number_and_unit
    return f"{label} {number_and_unit}"


def _number(value: float, unit: str) -> str:
    if value == round(value) or abs(value) >= 10:
        return number(value)
    text = number(value, 2 if unit in ("", "×") else 1)
    return text if unit == "×" else text.rstrip("0").rstrip(".")


def record(augmenter: ImgaugAugmenter, values: dict[str, Any]) -> None:
    """Let an imgaug augmenter write down what it draws for one picture.

    Its random parameters go on giving what they gave; ``values`` is filled as it is used. What is
    drawn for every pixel is left out.
    """
    import imgaug.parameters as iap

    for each in augmenter.get_all_children(flat=True):
        _record(each, values, iap.StochasticParameter)
    _record(augmenter, values, iap.StochasticParameter)


def _record(augmenter: ImgaugAugmenter, values: dict[str, Any], kind: type) -> None:
    for name, parameter in list(vars(augmenter).items()):
        parts = parameter if isinstance(parameter, list | tuple) else [parameter]
        for part in parts:
            if isinstance(part, kind):
                part._draw_samples = _listener(part._draw_samples, name, values)  # type: ignore[attr-defined]


def _listener(draw: Any, name: str, values: dict[str, Any]) -> Any:
    def draw_and_tell(*args: Any, **options: Any) -> np.ndarray:
        drawn: np.ndarray = draw(*args, **options)
        flat = np.ravel(drawn)
        if flat.size <= _MOST_VALUES and flat.dtype.kind in "biuf":
            plain = [float(v) if flat.dtype.kind == "f" else int(v) for v in flat]
            known = values.get(name, [])
            joined = [*(known if isinstance(known, list) else [known]), *plain]
            if len(joined) <= _MOST_VALUES:
                values[name] = joined[0] if len(joined) == 1 else joined
        return drawn

    return draw_and_tell
