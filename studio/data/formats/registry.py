"""The registry of data set formats, and what a format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from studio.core.control import Control, Progress
from studio.core.errors import SpecError
from studio.core.registry import Registry
from studio.core.spec import Spec, apply_setting
from studio.data.dataset import Dataset
from studio.data.witness import Witness


class DatasetFormat(ABC):
    """One way in which pictures and their classes are kept.

    Attributes:
        kind: the name in the registry, on the command line and in project files.
        title: the name for a person.
        help: one sentence that says how to recognise it.
        rank: formats of higher rank are asked first, since they are more particular.
        options: the spec of what a person may correct; None where there is nothing to correct.
        witness: after :meth:`read`, what the walk saw, where that says everything the result
            depends on: the index is then remembered.

    Args:
        options: a value of the class's ``options``; its defaults where left out.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    rank: ClassVar[int] = 0
    options: ClassVar[type[Spec] | None] = None

    def __init__(self, options: Spec | None = None) -> None:
        choices = type(self).options
        if options is not None and (choices is None or not isinstance(options, choices)):
            raise SpecError(f"{self.title}: these are not options of this format.")
        self.chosen = options if options is not None or choices is None else choices()
        self.witness: Witness | None = None

    @abstractmethod
    def recognise(self, path: Path) -> str:
        """Why ``path``, a folder or a file, is of this format, in words; empty where it is not.

        Looks at no more than two levels of folders. Never raises for a path that exists.
        """

    @abstractmethod
    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        """Index the pictures without decoding any. Raises DatasetError or Cancelled."""


FORMATS: Registry[type[DatasetFormat]] = Registry("data set format", "studio.data.formats")
"""All formats; a new one is a new file in this folder with one registered class."""


def make_format(kind: str, options: Mapping[str, str] | None = None) -> DatasetFormat:
    """A reader with options given as text, as the command line and a form have them.

    Raises:
        SpecError: there is no such format, it has no such option, or refuses the value.
    """
    choice = FORMATS.get(kind)
    if not options:
        return choice()
    if choice.options is None:
        raise SpecError(f"The format “{kind}” has no options.", "Leave them out.")
    spec = choice.options()
    for name, text in options.items():
        spec = apply_setting(spec, name, text)
    return choice(spec)
