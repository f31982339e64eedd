"""Specs: a parameter is declared once, and form, command line, JSON and report come from it."""

from __future__ import annotations

import json
import types
import typing
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from studio.core.errors import SpecError

Interval = tuple[float, float]
"""A range from which a value is drawn, low end first."""

ParameterKind = Literal["int", "float", "bool", "choice", "text", "interval", "other"]


class Spec(BaseModel):
    """A frozen, JSON-serialisable declaration of settings; unknown fields are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    @model_validator(mode="after")
    def _within_bounds(self) -> Spec:
        check_bounds(self)
        return self

    def changed(self: S, **values: Any) -> S:
        """A validated copy with some fields changed. Raises SpecError."""
        return parse_spec(type(self), {**self.model_dump(), **values})


S = TypeVar("S", bound=Spec)


@dataclass(frozen=True)
class Parameter:
    """What a form or a command line needs to know of one field.

    ``choices`` maps stored values to words; ``safe`` is the part of the range that seldom does
    harm (both in the field's unit); ``log`` asks for logarithmic steps.
    """

    name: str
    kind: ParameterKind
    title: str
    help: str
    unit: str
    default: Any
    minimum: float | None
    maximum: float | None
    step: float | None
    log: bool
    choices: dict[Any, str] | None
    safe: tuple[float, float] | None
    advanced: bool


def parameter(
    default: Any,
    *,
    title: str,
    help: str = "",
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    log: bool = False,
    choices: dict[Any, str] | None = None,
    safe: tuple[float, float] | None = None,
    advanced: bool = False,
) -> Any:
    """Declare a field of a :class:`Spec`.

    Bounds are enforced for numbers and for both ends of an interval. ``help`` is one sentence
    that names the exact term.
    """
    extra: dict[str, Any] = {
        "unit": unit, "minimum": minimum, "maximum": maximum, "step": step, "log": log,
        "choices": choices, "safe": safe, "advanced": advanced,
    }  # fmt: skip
    return Field(default=default, title=title, description=help, json_schema_extra=extra)


def parameters(spec: type[Spec]) -> list[Parameter]:
    """The declared fields of a spec, in order; fields without a title are left out."""
    return list(_declared(spec))


@cache  # every validation of every step asks
def _declared(spec: type[Spec]) -> tuple[Parameter, ...]:
    found = []
    for name, field in spec.model_fields.items():
        extra = field.json_schema_extra
        if not field.title or not isinstance(extra, dict):
            continue
        known: dict[str, Any] = dict(extra)
        found.append(
            Parameter(
                name=name,
                kind=_kind(field, known),
                title=field.title,
                help=field.description or "",
                default=field.get_default(call_default_factory=True),
                **known,
            )
        )
    return tuple(found)


def _kind(field: FieldInfo, extra: dict[str, Any]) -> ParameterKind:
    annotation = field.annotation
    if typing.get_origin(annotation) is Annotated:
        annotation = typing.get_args(annotation)[0]
    if extra.get("choices") or typing.get_origin(annotation) is Literal:
        return "choice"
    if annotation == Interval:
        return "interval"
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        options = [a for a in typing.get_args(annotation) if a is not type(None)]
        annotation = options[0] if len(options) == 1 else annotation
    plain: dict[Any, ParameterKind] = {bool: "bool", int: "int", float: "float", str: "text"}
    return plain.get(annotation, "other")


def check_bounds(spec: Spec) -> None:
    """Raise SpecError where a number or an interval's end lies outside its declared bounds."""
    for p in _declared(type(spec)):
        value = getattr(spec, p.name)
        if p.choices is not None and value not in p.choices:
            known = ", ".join(str(c) for c in p.choices)
            raise SpecError(f"{p.title}: “{value}” is not one of {known}.")
        if p.kind not in ("int", "float", "interval") or value is None:
            continue
        ends = value if isinstance(value, tuple) else (value,)
        if p.kind == "interval" and value[0] > value[1]:
            raise SpecError(
                f"{p.title}: the low end {value[0]:g} is above the high end {value[1]:g}."
            )
        for end in ends:
            low, high = p.minimum, p.maximum
            if (low is not None and end < low) or (high is not None and end > high):
                raise SpecError(f"{p.title}: {bounds_words(p)}, not {end:g}.")


def bounds_words(p: Parameter) -> str:
    """The allowed range as words: ``From 1 to 512 pictures``."""
    unit = f" {p.unit}" if p.unit else ""
    if p.minimum is not None and p.maximum is not None:
        return f"From {p.minimum:g} to {p.maximum:g}{unit}"
    if p.minimum is not None:
        return f"At least {p.minimum:g}{unit}"
    return f"At most {p.maximum:g}{unit}" if p.maximum is not None else f"Any number{unit}"


def parse_spec(spec: type[S], value: Any) -> S:
    """Validate plain data into a spec.

    Raises:
        SpecError: a field is unknown, of the wrong type or out of range; the message names it.
    """
    try:
        return spec.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or spec.__name__
        if first["type"] == "extra_forbidden":
            known = ", ".join(spec.model_fields)
            raise SpecError(f"There is no setting “{place}”.", f"Known: {known}.") from error
        raise SpecError(
            f"The setting “{place}” cannot be {_short(first.get('input'))}.",
            str(first["msg"]).rstrip(".") + ".",
            details=str(error),
        ) from error
    except RecursionError as error:
        raise SpecError("The settings are nested too deeply to be read.") from error


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def apply_setting(spec: S, name: str, text: str) -> S:
    """Set one field by its dotted name from text, as ``--set recipe.epochs=5`` does.

    ``text`` is read as JSON where it is JSON, else as a string; where the field holds a string it
    is taken as it is, quotes and all.

    Raises:
        SpecError: the field does not exist or refuses the value.
    """
    head, _, rest = name.partition(".")
    if head not in type(spec).model_fields:
        raise SpecError(
            f"There is no setting “{head}”.", f"Known: {', '.join(type(spec).model_fields)}."
        )
    current = getattr(spec, head)
    if rest:
        if not isinstance(current, Spec):
            raise SpecError(f"“{head}” has no settings of its own.")
        return spec.changed(**{head: apply_setting(current, rest, text).model_dump()})
    value: Any = text
    if not isinstance(current, str):
        with suppress(ValueError):
            value = json.loads(text)
    return spec.changed(**{head: value})
