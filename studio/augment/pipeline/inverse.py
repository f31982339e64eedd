"""From a call of imgaug back to the step that makes it.

No table says which step stands for which call. What a step's ``build()`` calls is recorded; one
setting after the other is moved, and what moves with it in the call is what it feeds. From the
asked call follow the settings, and the step with these settings is recorded once more: it is
taken only if it makes the asked call. So what is found is right, or nothing is found.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

from studio.augment.pipeline.matching import Node
from studio.augment.pipeline.template import Fit, NoFit, Template, recorded_call
from studio.augment.registry import AUGMENTERS
from studio.augment.step import Step
from studio.core.spec import parameters


def find(asked: Node) -> Fit | NoFit:
    """The step of fewest settings that makes a call. While calls are recorded only."""
    nearest = NoFit()
    for kind in _kinds(asked.name):
        for choices in _choices(kind):
            found = _template(kind, choices).solve(asked)
            if isinstance(found, Fit):
                return found
            # Of steps that only lack numbers, the last one, of most settings, reaches farthest.
            near, far = found.distance, nearest.distance
            if near < far or (near == far and not near[0]):
                nearest = found
    return nearest


def _kinds(name: str) -> list[type[Step]]:
    """The steps that make such a call, those of fewest settings first."""
    kinds = [kind for kind in AUGMENTERS if _name_of(kind) == name]
    return sorted(kinds, key=lambda kind: len(parameters(kind)))


@cache
def _name_of(kind: type[Step]) -> str:
    tree = recorded_call(kind, {})
    return "" if tree is None else tree.name


@cache
def _choices(kind: type[Step]) -> tuple[tuple[tuple[str, Any], ...], ...]:
    """Every combination of the settings that are no numbers, the defaults first."""
    options = []
    for p in parameters(kind):
        known = list(p.choices or ()) if p.kind == "choice" else [False, True]
        if p.kind in ("choice", "bool"):
            others = [value for value in known if value != p.default]
            options.append([(p.name, value) for value in (p.default, *others)])
    return tuple(product(*options))


@cache
def _template(kind: type[Step], choices: tuple[tuple[str, Any], ...]) -> Template:
    return Template(kind, dict(choices))
