"""imgaug's augmenters by name, and what each argument is where it is not given.

Read from ``resources/imgaug_signatures.json``, which ``packaging/imgaug_signatures.py`` writes:
imgaug itself takes seconds to import.
"""

from __future__ import annotations

import difflib
import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeGuard

from studio.core.errors import SpecError
from studio.core.paths import resources_folder

CONTAINERS = {
    "Sequential": ("children", "random_order"),
    "SomeOf": ("n", "children", "random_order"),
    "OneOf": ("children",),
    "Sometimes": ("p", "then_list", "else_list"),
}
"""What holds other augmenters, with its arguments in order."""
NOTHING = ("Identity", "Noop")
"""What leaves every picture as it is."""

_IGNORED = ("seed", "name", "random_state", "deterministic")
_PREFIXES = ("imgaug.augmenters.", "imgaug.parameters.", "iaa.", "imgaug.")
_LARGEST = 1e12
_SHOWN = 60


@dataclass(frozen=True)
class Unread:
    """A default that JSON cannot say, as text; or, without text, an argument that must be given."""

    text: str = ""


@dataclass(frozen=True)
class Asked:
    """A call as it was written, with all of its arguments.

    Attributes:
        name: the augmenter.
        arguments: all arguments, those that were not given with imgaug's own default.
        written: what was given, by the name of the argument that stands in ``arguments``.
    """

    name: str
    arguments: dict[str, Any]
    written: dict[str, Any]


@cache
def _file() -> dict[str, Any]:
    text = (resources_folder() / "imgaug_signatures.json").read_text("utf-8")
    known: dict[str, Any] = json.loads(text)
    return known


def short_name(name: str) -> str:
    """A name without the module in front: ``iaa.pillike.Affine`` is ``pillike.Affine``."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            rest = name.removeprefix(prefix)
            return f"iap.{rest}" if prefix == "imgaug.parameters." else rest
    return name


def read_call(value: Any) -> tuple[str, list[Any], dict[str, Any]]:
    """The name and the arguments, by position and by name, of a call as JSON. Raises SpecError."""
    if isinstance(value, str):
        return short_name(value), [], {}
    if not isinstance(value, dict) or len(value) != 1:
        raise SpecError(
            f"{shown(value)} is no augmenter of imgaug.",
            'Write it as "Fliplr", {"Fliplr": 0.5} or {"Fliplr": {"p": 0.5}}.',
        )
    name, given = next(iter(value.items()))
    name = short_name(name)
    if given is None:
        return name, [], {}
    if not isinstance(given, dict):
        return name, [given], {}
    if name in CONTAINERS and not set(given) <= {*CONTAINERS[name], *_IGNORED}:
        return name, [given], {}  # a single augmenter in place of a list
    return name, [], {key: item for key, item in given.items() if key not in _IGNORED}


def bind(name: str, args: list[Any] | tuple[Any, ...], options: dict[str, Any]) -> Asked:
    """A call with all of its arguments. Raises SpecError for what imgaug does not know."""
    known = _file()
    if name in known["arguments"]:
        signature = known["arguments"][name]
        given = _by_name(name, signature, args, options)
        filled = {arg: given.get(arg, _default(default)) for arg, default in signature.items()}
        missing = next((arg for arg, value in filled.items() if _must_be_given(value)), None)
        if missing is not None:
            raise SpecError(f"The argument “{missing}” is missing.", f"imgaug needs it for {name}.")
        return Asked(name, filled, given)
    if name in known["also"]:
        return _handed_on(name, known["also"][name], args, options)
    raise _unknown(name)


def _by_name(
    name: str, signature: dict[str, Any], args: list[Any] | tuple[Any, ...], options: dict[str, Any]
) -> dict[str, Any]:
    """What was given, by the names of the arguments."""
    if len(args) > len(signature):
        raise SpecError(
            f"{name} has {len(signature)} {'argument' if len(signature) == 1 else 'arguments'}.",
            f"{len(args)} were given.",
        )
    given = dict(zip(signature, args, strict=False))
    for arg, value in options.items():
        if arg not in signature:
            near = difflib.get_close_matches(arg[:_SHOWN], signature, 1)
            meant = f"Did you mean “{near[0]}”? " if near else ""
            known = f"Known: {', '.join(signature)}." if signature else "It has none."
            raise SpecError(f"imgaug knows no argument {shown(arg)} of {name}.", meant + known)
        if arg in given:
            raise SpecError(f"The argument “{arg}” is given twice.", "Leave one of them out.")
        given[arg] = value
    return {arg: _value(value) for arg, value in given.items()}


def _handed_on(
    name: str, entry: dict[str, Any], args: list[Any] | tuple[Any, ...], options: dict[str, Any]
) -> Asked:
    """A call of what only hands its arguments on, as the call that it makes."""
    signature, ways = entry["arguments"], entry["ways"]
    if not signature and not ways[""]["options"]:  # another name of the same
        return bind(ways[""]["to"], args, options)
    given = _by_name(name, signature, args, options)
    chosen = ",".join(arg for arg in given if signature[arg] is None and given[arg] is not None)
    if chosen not in ways:
        raise SpecError(
            f"{name} cannot be read with these arguments.",
            f"Write {ways[next(iter(ways))]['to']} with its own arguments instead.",
        )
    values = {arg: given.get(arg, _default(default)) for arg, default in signature.items()}

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: put(item) for key, item in value.items()}
        own = isinstance(value, str) and value.startswith("$")
        return values[value[1:]] if own else _default(value)

    target = ways[chosen]
    made = {arg: put(value) for arg, value in target["options"].items()}
    known = _file()["arguments"][target["to"]]
    filled = {arg: made.get(arg, _default(default)) for arg, default in known.items()}
    return Asked(target["to"], filled, {arg: made[arg] for arg in made if arg in known})


def _must_be_given(value: Any) -> bool:
    return isinstance(value, Unread) and not value.text


def _default(value: Any) -> Any:
    """A default as it stands in the file."""
    if isinstance(value, dict) and ("python" in value or "required" in value):
        return Unread(value.get("python", ""))
    return tuple(value) if isinstance(value, list) else value


def _value(value: Any) -> Any:
    """A value of JSON: two numbers in a list are an interval. Raises SpecError."""
    if is_number(value) and not (math.isfinite(value) if isinstance(value, float) else True):
        raise SpecError(f"{value} is no number that an argument can have.", "Write a number.")
    if is_number(value) and abs(value) > _LARGEST:
        raise SpecError("A number is far too large for any argument.", "Write a smaller one.")
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()} if len(value) <= 2 else value
    if isinstance(value, list) and len(value) == 2 and all(map(is_number, value)):
        low, high = (_value(end) for end in value)
        if low > high:
            raise SpecError(
                f"The low end {low:g} of an interval is above its high end {high:g}.",
                "Write the low end first.",
            )
        return low, high
    return value


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether it is a number, and not a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unknown(name: str) -> SpecError:
    known = _file()
    steps = [*known["arguments"], *known["also"], *CONTAINERS, *NOTHING]
    readable = [each for each in steps if not each.startswith("iap.")]
    by_small = {each.lower(): each for each in readable}
    near = [by_small[n] for n in difflib.get_close_matches(name[:_SHOWN].lower(), by_small, 3, 0.6)]
    hint = f"Do you mean {' or '.join(near)}?" if near else "Leave it out of the file."
    if name in known["others"]:
        return SpecError(f"imgaug's {name} has no step here.", hint)
    return SpecError(f"imgaug has no augmenter called {shown(name)}.", hint)


def shown(value: Any) -> str:
    """A value as a person reads it, short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        huge = abs(value) > _LARGEST
        return "a huge number" if huge else f"{value:.6g}".replace("-", "−")
    if isinstance(value, str):
        return f"“{value if len(value) <= _SHOWN else value[:_SHOWN] + '…'}”"
    if isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value)):
        return f"{shown(value[0])} … {shown(value[1])}"
    if isinstance(value, Unread):
        return value.text
    if isinstance(value, dict) and 0 < len(value) <= 2:
        return ", ".join(f"{str(key)[:_SHOWN]}: {shown(item)}" for key, item in value.items())
    if (
        isinstance(value, list)
        and 0 < len(value) <= 4
        and not any(isinstance(item, list | dict) for item in value)
    ):
        return f"[{', '.join(map(shown, value))}]"
    return "a list" if isinstance(value, list | tuple) else "this"
