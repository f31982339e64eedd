"""The registry of data set formats, and what a format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from studio.core.control import Control, Progress
from studio.core.registry import Registry
from studio.data.dataset import Dataset


class DatasetFormat(ABC):
    """One way in which pictures and their classes are kept.

    Attributes:
        kind: the name in the registry, on the command line and in project files.
        title: the name for a person.
        help: one sentence that says how to recognise it.
        rank: formats of higher rank are asked first, since they are more particular.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    rank: ClassVar[int] = 0

    @abstractmethod
    def recognise(self, path: Path) -> str:
        """Why ``path`` is of this format, in words; empty where it is not.

        Looks at no more than two levels of folders. Never raises for a path that exists.
        """

    @abstractmethod
    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        """Index the pictures without decoding any. Raises DatasetError or Cancelled."""


FORMATS: Registry[type[DatasetFormat]] = Registry("data set format", "studio.data.formats")
"""All formats; a new one is a new file in this folder with one registered class."""
