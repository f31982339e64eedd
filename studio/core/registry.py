"""Registries: one place to extend. A new kind is one new file with one registered class."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from studio.core.errors import SpecError

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one sort, found by importing every module of a package.

    Args:
        noun: what one entry is called in messages, e.g. ``architecture``.
        package: the dotted package whose modules register entries; imported on first use.
    """

    def __init__(self, noun: str, package: str) -> None:
        self.noun = noun
        self._package = package
        self._entries: dict[str, T] = {}
        self._discovered = False
        self._lock = threading.RLock()

    def register(self, kind: str) -> Callable[[T], T]:
        """Decorate an entry with its name. Raises ValueError where the name is taken."""

        def decorate(entry: T) -> T:
            with self._lock:
                if kind in self._entries:
                    raise ValueError(f"There are two {self.noun}s named {kind!r}.")
                self._entries[kind] = entry
            return entry

        return decorate

    def get(self, kind: str) -> T:
        """The entry of that name. Raises SpecError with the known names."""
        self._discover()
        try:
            return self._entries[kind]
        except KeyError:
            known = ", ".join(sorted(self._entries))
            raise SpecError(
                f"There is no {self.noun} called “{kind}”.", f"Known: {known}."
            ) from None

    def kinds(self) -> list[str]:
        """All names, in the order in which they were registered."""
        self._discover()
        return list(self._entries)

    def items(self) -> list[tuple[str, T]]:
        """All names with their entries."""
        self._discover()
        return list(self._entries.items())

    def __iter__(self) -> Iterator[T]:
        self._discover()
        return iter(list(self._entries.values()))

    def __contains__(self, kind: object) -> bool:
        self._discover()
        return kind in self._entries

    def __len__(self) -> int:
        self._discover()
        return len(self._entries)

    def _discover(self) -> None:
        with self._lock:
            if self._discovered:
                return
            self._discovered = True
            package = importlib.import_module(self._package)
            for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
                importlib.import_module(f"{self._package}.{module}")
