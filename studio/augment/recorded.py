"""What a step's ``build()`` calls of imgaug, as plain data, without importing imgaug."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from textwrap import indent as indent_lines
from typing import Any

import numpy as np

from studio.augment import guard
from studio.core.errors import SpecError

_MODULES = {
    "imgaug": "ia", "imgaug.augmenters": "iaa", "imgaug.parameters": "iap",
}  # fmt: skip
_recording = threading.Lock()


@dataclass(frozen=True)
class Call:
    """A call that was recorded: ``iaa.Affine`` with its arguments by position and by name."""

    name: str
    args: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


class Name:
    """Stands for something of imgaug while a step builds its augmenter."""

    def __init__(self, text: str, module: str = "") -> None:
        self.text = text
        self._module, self._thread = module, threading.get_ident()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._module and threading.get_ident() != self._thread:
            # Another thread wants the real one: it waits until nobody records, and gets it.
            with _recording:
                return getattr(import_module(self._module), name)
        return Name(f"{self.text}.{name}")

    def __call__(self, *args: Any, **options: Any) -> Call:
        return Call(self.text, args, options)


@contextmanager
def recorder() -> Iterator[None]:
    """Let ``import imgaug`` give a :class:`Name`: the real one takes seconds to import.

    One thread records at a time; others that use imgaug meanwhile get the real one.
    """
    with _recording:
        before = {name: sys.modules.get(name) for name in _MODULES}
        names = {module: Name(short, module) for module, short in _MODULES.items()}
        for module, name in names.items():
            # So that "import imgaug.augmenters as iaa" finds the name behind the dot.
            setattr(names["imgaug"], module.rpartition(".")[2], name)
        sys.modules.update(names)  # type: ignore[arg-type]
        guard_class, here = guard._guard_class, threading.get_ident()
        guard._guard_class = lambda: (  # type: ignore[assignment]
            Name("guarded") if threading.get_ident() == here else guard_class()
        )
        try:
            yield
        finally:
            guard._guard_class = guard_class
            for module, was in before.items():
                if sys.modules.get(module) is not names[module]:
                    continue  # another thread has finished to import the real one
                if was is None:
                    del sys.modules[module]
                else:
                    sys.modules[module] = was


def text_of(value: Any) -> str:
    """A value as Python source. Raises SpecError for what has none."""
    if isinstance(value, Call):
        given = [text_of(arg) for arg in value.args]
        given += [f"{name}={text_of(option)}" for name, option in value.options.items()]
        return f"{value.name}({', '.join(given)})"
    if isinstance(value, Name):
        return value.text
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r}, np.{value.dtype})"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text_of(k)}: {text_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return list_of([text_of(item) for item in value])
    if isinstance(value, tuple):
        return "(" + ", ".join(map(text_of, value)) + ("," if len(value) == 1 else "") + ")"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    raise SpecError(
        f"A step of the policy cannot be written as Python: it uses {type(value).__name__}.",
        "Save the policy as JSON instead.",
    )


def list_of(items: list[str]) -> str:
    """A list of source on one line, or with a line an item where it is long."""
    short = f"[{', '.join(items)}]"
    return short if len(short) <= 60 else f"[\n{lines_of(items, 4)}]"


def lines_of(items: list[str], indent: int) -> str:
    """Each item on lines of its own, with a comma behind it."""
    return indent_lines("".join(f"{item},\n" for item in items), " " * indent)
