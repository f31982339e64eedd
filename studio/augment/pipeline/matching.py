"""Whether two calls of imgaug mean the same, argument by argument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.augment.pipeline.names import Asked, bind, is_number, read_call
from studio.augment.recorded import Call
from studio.core.errors import SpecError

Path = tuple[str | int, ...]
"""Where a value stands in a call: ``("scale", "x", 0)`` is the low end of the scale across."""

_CLOSE = 1e-6
_BORDERS = {"Crop": (0.0, 0.1), "Pad": (0.0, 0.1), "CropAndPad": (-0.1, 0.1)}
"""What imgaug cuts or adds where neither pixels nor percent are given."""


@dataclass(frozen=True)
class Node:
    """A call with what its arguments mean.

    Where a value may be shared by both axes or be drawn for each, it is ``{"both": value}`` or
    ``{"x": value, "y": value}``.
    """

    name: str
    arguments: dict[str, Any]
    written: dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """A value of ours and the one that was asked for at the same place.

    ``asked`` is None with ``fits`` false where a value of another form was asked for.
    """

    path: Path
    ours: Any
    asked: Any
    fits: bool = True

    @property
    def same(self) -> bool:
        """Whether both mean the same."""
        return self.fits and _same(self.ours, self.asked)


def node_of(call: Call) -> Node:
    """A recorded call. Raises SpecError where imgaug has no such call."""
    if call.name == "guarded":
        return node_of(call.args[0])
    return meaning(bind(call.name.removeprefix("iaa."), call.args, call.options))


def node_from(value: Any) -> Node:
    """A call as JSON. Raises SpecError where it is none."""
    return meaning(bind(*read_call(value)))


def meaning(call: Asked) -> Node:
    """What imgaug makes of arguments that are left out or have several forms."""
    arguments = {arg: _plain(value) for arg, value in call.arguments.items()}
    if call.name in ("Affine", "pillike.Affine"):
        arguments = _affine(arguments)
    if call.name == "Resize" and _has_whole(arguments["size"]):
        arguments["size"] = {"pixels": arguments["size"]}  # 1 is a pixel, 1.0 the whole side
    if call.name in _BORDERS and arguments["px"] is None and arguments["percent"] is None:
        arguments["percent"] = _BORDERS[call.name]
    return Node(call.name, arguments, call.written)


def _plain(value: Any) -> Any:
    """Recorded calls as nodes, arrays as nested lists; JSON stays as it is."""
    if isinstance(value, Call):
        return node_of(value)
    if isinstance(value, list) and value and isinstance(value[0], Call):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value


def _affine(given: dict[str, Any]) -> dict[str, Any]:
    """imgaug's Affine: nothing given means all of it, something given means no more than that."""
    moves = ("scale", "translate_percent", "translate_px", "rotate", "shear")
    if all(given[name] is None for name in moves):
        given = {
            **given, "scale": {"x": (0.9, 1.1), "y": (0.9, 1.1)}, "rotate": (-15, 15),
            "translate_percent": {"x": (-0.1, 0.1), "y": (-0.1, 0.1)},
            "shear": {"x": (-10, 10), "y": (-10, 10)},
        }  # fmt: skip
    shear = 0.0 if given["shear"] is None else given["shear"]
    # One number slants rows alone, one interval rows and columns by the same angle.
    shear = {"x": shear, "y": 0.0} if is_number(shear) else shear
    made = {
        **given, "scale": _axes(given["scale"], 1.0), "shear": _axes(shear, 0.0),
        "rotate": 0.0 if given["rotate"] is None else given["rotate"],
    }  # fmt: skip
    pixels = _axes(given["translate_px"], 0.0)
    if pixels == {"x": 0.0, "y": 0.0}:
        made["translate_px"] = None
        made["translate_percent"] = _axes(given["translate_percent"], 0.0)
    return made


def _axes(value: Any, neutral: float) -> Any:
    """A value for both axes, or one for each."""
    if value is None:
        return {"x": neutral, "y": neutral}
    if isinstance(value, dict):
        known = value and set(value) <= {"x", "y"}
        return {axis: value.get(axis, neutral) for axis in ("x", "y")} if known else value
    if isinstance(value, tuple) and value[0] == value[1]:
        value = value[0]
    return {"x": value, "y": value} if is_number(value) else {"both": value}


def pairs(ours: Any, asked: Any, path: Path = ()) -> Iterator[Pair]:
    """Every value of ours, with the one that was asked for.

    ``asked`` may be JSON wherever ours is a call.
    """
    if isinstance(ours, Node):
        yield from _calls(ours, asked, path)
    elif isinstance(ours, list) and ours and isinstance(ours[0], Node):
        asked = asked if isinstance(asked, list) else [asked]
        if len(asked) != len(ours):
            yield Pair(path, ours, None, False)
        else:
            for place, (own, other) in enumerate(zip(ours, asked, strict=True)):
                yield from pairs(own, other, (*path, place))
    elif isinstance(ours, dict):
        asked = _like(ours, asked)
        if not isinstance(asked, dict) or set(asked) != set(ours):
            yield Pair(path, ours, None, False)
        else:
            for key, own in ours.items():
                yield from pairs(own, asked[key], (*path, key))
    elif isinstance(ours, tuple):
        yield from _intervals(ours, asked, path)
    elif is_number(ours) and isinstance(asked, tuple) and asked[0] == asked[1]:
        yield Pair(path, ours, asked[0])
    else:
        yield Pair(path, ours, asked, not isinstance(asked, tuple | dict | Node))


def _calls(ours: Node, asked: Any, path: Path) -> Iterator[Pair]:
    try:
        node = asked if isinstance(asked, Node) else node_from(asked)
    except SpecError:
        node = None
    if node is None or node.name != ours.name:
        yield Pair(path, ours, None, False)
        return
    for arg, own in ours.arguments.items():
        yield from pairs(own, node.arguments[arg], (*path, arg))


def _intervals(ours: tuple[Any, ...], asked: Any, path: Path) -> Iterator[Pair]:
    ends = (asked, asked) if is_number(asked) else asked
    # imgaug reads an interval of a whole number and another one as two sizes.
    mixed = isinstance(ends, tuple) and type(ends[0]) is not type(ends[1])
    if not isinstance(ends, tuple) or (mixed and all(isinstance(end, int) for end in ours)):
        yield Pair(path, ours, None, False)
        return
    for place, (own, other) in enumerate(zip(ours, ends, strict=True)):
        yield Pair((*path, place), own, other)


def _like(ours: dict[str, Any], asked: Any) -> Any:
    """One value for both axes, where each axis was given the same fixed number."""
    if set(ours) != {"both"} or not isinstance(asked, dict) or set(asked) != {"x", "y"}:
        return asked
    x, y = (_fixed(asked[axis]) for axis in ("x", "y"))
    return {"both": x} if x is not None and x == y else asked


def _has_whole(value: Any) -> bool:
    return any(isinstance(end, int) for end in (value if isinstance(value, tuple) else (value,)))


def _fixed(value: Any) -> float | None:
    if isinstance(value, tuple) and value[0] == value[1]:
        value = value[0]
    return value if is_number(value) else None


def _same(ours: Any, asked: Any) -> bool:
    if isinstance(ours, bool):
        return (isinstance(asked, bool) or is_number(asked)) and ours == asked
    if is_number(ours):
        return is_number(asked) and abs(ours - asked) <= _CLOSE * max(1.0, abs(ours))
    if isinstance(ours, list) and isinstance(asked, list):
        return _same_table(ours, asked)
    return type(ours) is type(asked) and bool(ours == asked)


def _same_table(ours: list[Any], asked: list[Any]) -> bool:
    if len(ours) != len(asked) or len(ours) > 64:
        return False
    return all(_same(own, other) for own, other in zip(ours, asked, strict=True))
