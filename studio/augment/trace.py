"""What happened to one picture: which steps ran, and with which drawn values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import number
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
        """The drawn values as a person reads them: ``Angle 12.3°``."""
        declared = {p.name: p for p in parameters(type(self.step))}
        found = [_words(n, v, declared.get(n)) for n, v in self.values.items() if n not in _INNER]
        return ", ".join([text for text in found if text][:_MOST_WORDS])


_MOST_WORDS = 4
_INNER = ("set", "places", "per_channel", "params1d", "n")
"""What a person has no use for: a table of quantiles, corners in pixels, imgaug's own switches."""
_NAMES = {"mul": "Factor", "value": "Change"}


def _words(name: str, value: Any, declared: Parameter | None) -> str:
    plain = _NAMES.get(name, name.replace("_", " ").strip().capitalize())
    title = declared.title if declared is not None else plain
    unit = declared.unit if declared is not None else ""
    values = value if isinstance(value, list | tuple) else [value]
    if not values or not all(isinstance(each, int | float) for each in values):
        return ""
    shown = " / ".join(_number(float(each)) for each in values)
    gap = "" if unit in ("", "°") else " "
    return f"{title} {shown}{gap}{unit}"


def _number(value: float) -> str:
    if value == round(value) or abs(value) >= 100:
        return number(value)
    return number(value, 1 if abs(value) >= 10 else 2)


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
