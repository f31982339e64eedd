"""Write down the arguments of imgaug's augmenters, so that the window can read pipelines.

imgaug takes seconds to import, which no window can wait for. Writes
``resources/imgaug_signatures.json``:

``arguments``: of every augmenter that our steps use, its arguments in order with their defaults;
``also``: of every other augmenter that only hands its arguments on to one of those, to which one,
and how: ``$name`` stands for the argument of that name;
``others``: the names of all the others.

    python packaging/imgaug_signatures.py
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from studio.augment.recorded import Call, recorder
from studio.augment.registry import AUGMENTERS
from studio.core.files import write_json
from studio.core.paths import resources_folder
from studio.core.spec import parameters, parse_spec

LEFT_OUT = ("seed", "name", "random_state", "deterministic")
MODULES = {"": "imgaug.augmenters", "pillike.": "imgaug.augmenters.pillike",
           "imgcorruptlike.": "imgaug.augmenters.imgcorruptlike"}  # fmt: skip
PARAMETERS = "imgaug.parameters"


def measure() -> dict[str, Any]:
    """What the installed imgaug has."""
    used = used_names()
    found = {**everything(), **distributions()}
    others = sorted(set(found) - used)
    return {
        "arguments": {name: arguments(found[name]) for name in sorted(used)},
        "also": dict(handed_on(found, used, others)),
        "others": [name for name in others if not name.startswith("iap.")],
    }


def used_names() -> set[str]:
    """The names that our steps call, such as ``Affine`` and ``pillike.Affine``."""
    names: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, Call):
            if value.name != "guarded":
                names.add(value.name.removeprefix("iaa."))
            collect([*value.args, *value.options.values()])
        elif isinstance(value, list | tuple):
            for each in value:
                collect(each)

    with recorder():
        for kind in AUGMENTERS:
            collect(parse_spec(kind, {}).build())
            for p in parameters(kind):
                for choice in p.choices or ():
                    collect(parse_spec(kind, {p.name: choice}).build())
    return names


def everything() -> dict[str, Any]:
    """All augmenters of imgaug by name, and functions that stand for one."""
    from importlib import import_module

    from imgaug.augmenters import meta

    found = {}
    for prefix, module in MODULES.items():
        for name, value in sorted(vars(import_module(module)).items()):
            augmenter = inspect.isclass(value) and issubclass(value, meta.Augmenter)
            own = not prefix or getattr(value, "__module__", "") == module
            if name[0].isupper() and own and (augmenter or inspect.isfunction(value)):
                found[prefix + name] = value
    return found


def distributions() -> dict[str, Any]:
    """The random parameters of imgaug by name."""
    import imgaug.parameters as iap

    return {f"iap.{name}": value for name, value in vars(iap).items()
            if inspect.isclass(value) and issubclass(value, iap.StochasticParameter)}  # fmt: skip


def arguments(augmenter: Any) -> dict[str, Any]:
    """Its arguments in order, with their defaults as :func:`plain`."""
    given = inspect.signature(augmenter).parameters.values()
    return {p.name: plain(p.default) for p in given
            if p.name not in LEFT_OUT and p.kind is p.POSITIONAL_OR_KEYWORD}  # fmt: skip


def plain(value: Any) -> Any:
    """A default: itself, ``[a, b]`` for an interval, and its text in an object for all else."""
    if value is inspect.Parameter.empty:
        return {"required": True}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple) and len(value) == 2 and all(type(v) in (int, float) for v in value):
        return list(value)
    return {"python": repr(value)}


class _Given(Exception):
    """What an augmenter was called with."""


class _Argument:
    """Stands for one argument on its way."""

    def __init__(self, name: str) -> None:
        self.name = name


@contextmanager
def caught(found: dict[str, Any], used: set[str]) -> Iterator[None]:
    """Let the used augmenters raise what they are called with."""
    classes = [(name, found[name]) for name in used if not name.startswith("iap.")]
    before = {cls: cls.__init__ for _, cls in classes}

    def raising(name: str, cls: Any) -> Any:
        signature = inspect.signature(before[cls])

        def init(self: Any, *args: Any, **options: Any) -> None:
            given = dict(signature.bind(self, *args, **options).arguments)
            given.pop("self", None)
            raise _Given(name, given)

        return init

    try:
        for name, cls in classes:
            cls.__init__ = raising(name, cls)
        yield
    finally:
        for cls, init in before.items():
            cls.__init__ = init


def handed_on(
    found: dict[str, Any], used: set[str], others: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the augmenters that hand their arguments on: to which one, and how."""
    with caught(found, used), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in others:
            own = {} if name.startswith("iap.") else arguments(found[name])
            ways = {}
            # Which of the arguments without a default are given may make a difference.
            for given in ("", *(arg for arg, default in own.items() if default is None)):
                names = [arg for arg, default in own.items() if default is not None]
                target = way(found[name], [*names, *([given] if given else [])])
                if target is not None:
                    ways[given] = target
            if ways and not name.startswith("iap.") and only_hands_on(found[name], found, ways):
                yield name, {"arguments": own, "ways": ways}


def only_hands_on(augmenter: Any, found: dict[str, Any], ways: dict[str, Any]) -> bool:
    """Whether it is a function, or a class that has nothing of its own but how it is made."""
    if not inspect.isclass(augmenter):
        return True
    target = found[next(iter(ways.values()))["to"]]
    between = [cls for cls in augmenter.__mro__ if issubclass(cls, target) and cls is not target]
    own = {name for cls in between for name in vars(cls)}
    return bool(between) and own <= {
        "__init__", "__doc__", "__module__", "__abstractmethods__", "_abc_impl",
    }  # fmt: skip


def way(augmenter: Any, names: list[str]) -> dict[str, Any] | None:
    """What is called when these arguments are given; None where they are not only handed on."""
    try:
        augmenter(**{name: _Argument(name) for name in names})
    except _Given as given:
        target, options = given.args
    except Exception:
        return None
    else:
        return None
    written = {name: handed(value) for name, value in options.items() if name not in LEFT_OUT}
    return None if ... in written.values() else {"to": target, "options": written}


def handed(value: Any) -> Any:
    """``$name`` for an argument that was handed on; an ellipsis for what was made of one."""
    if isinstance(value, _Argument):
        return f"${value.name}"
    if isinstance(value, dict):
        inner = {key: handed(item) for key, item in value.items()}
        return ... if ... in inner.values() else inner
    kept = plain(value)
    return ... if isinstance(kept, dict) else kept


if __name__ == "__main__":
    write_json(resources_folder() / "imgaug_signatures.json", measure(), "writing the signatures")
