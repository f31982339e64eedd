"""Which arrays are the labels of an array of pictures, and which of its axes counts those."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import DatasetError, SpecError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored
from studio.data.containers.naming import Meaning, is_class_names
from studio.data.containers.options import NOTHING, ArrayOptions
from studio.data.tables.options import names_in


@dataclass(frozen=True)
class Named:
    """An array of one of the files, with what its name says."""

    file: Path
    container: Container
    stored: Stored
    says: Meaning

    @property
    def title(self) -> str:
        """How a message names it."""
        return display_name(self.stored.name or self.file.name)


def called(arrays: list[Named], names: str, what: str) -> list[Named]:
    """The arrays that a person named, in that order; of several files one of each."""
    found = []
    for name in names_in(names):
        fitting = [a for a in arrays if name in (a.stored.name, a.file.name, a.file.stem)]
        if not fitting:
            known = ", ".join(a.title for a in arrays[:12]) or "none"
            raise SpecError(f"{what}: there is no “{display_name(name)}”.", f"There is: {known}.")
        found += fitting
    return found


class LabelFinder:
    """Finds the labels of each array of pictures, and with them which axis counts the pictures.

    ``used`` holds the identities of the arrays that were taken.
    """

    def __init__(self, pictures: list[Named], others: list[Named], said: ArrayOptions) -> None:
        self.used: set[int] = set()
        self._pictures, self._others, self._said = pictures, others, said
        self._chosen: list[Named] | None = None
        if said.labels == NOTHING:
            self._chosen = []
        elif said.labels:
            self._chosen = called(others, said.labels, "Array of labels")

    def layout_and_labels(self, named: Named) -> tuple[str, list[Named]]:
        """The layout of an array of pictures, and the arrays that are its labels."""
        shape = named.stored.shape
        fixed = self._said.axes if self._said.axes != "auto" else ""
        if fixed and len(fixed) != len(shape):
            raise DatasetError(
                f"“{named.title}” has {len(shape)} axes ({' × '.join(map(str, shape))}), and the "
                f"order that was chosen has {len(fixed)}.",
                "Choose another order of the axes.",
            )
        axes = fixed or named.container.layout_of(named.stored)
        if not axes:
            raise DatasetError(
                f"It is not clear how “{named.title}” ({' × '.join(map(str, shape))}) holds "
                "pictures.",
                "Choose the order of the axes.",
            )
        count = shape[axes.index("n")]
        found = self._of(named, count)
        for turned in () if fixed else {shape[0], shape[-1]} - {count}:
            other = "" if found else named.container.layout_of(named.stored, turned)
            if other and (found := self._of(named, turned)):
                return other, found  # the other end counts the pictures
        if not found:
            self._check_lengths(named, count)
        return axes, found

    def _of(self, named: Named, count: int) -> list[Named]:
        """The arrays that hold this one's labels: named so, or of the right length and no more."""
        if self._chosen is not None:
            return [a for a in self._paired(named) if count in a.stored.shape]
        same = [
            a for a in self._others
            if a.says.split == named.says.split and not is_class_names_of(a, count)
            and a.stored.shape
        ]  # fmt: skip
        called = [a for a in same if a.says.role == "labels"]
        if called:
            alike = [a for a in called if set(named.says.rest) <= set(a.says.rest)] or called
            return [a for a in alike if count in a.stored.shape]
        if named.says.role == "pictures" and len(self._pictures) > 1:
            return []
        fitting = [
            a for a in same
            if not a.says.role and count in (a.stored.shape[0], a.stored.shape[-1])
            and len(a.stored.shape) <= 2
        ]  # fmt: skip
        return fitting if len(fitting) == 1 else []

    def _paired(self, named: Named) -> list[Named]:
        """Those of the chosen labels that belong to an array of pictures."""
        chosen = self._chosen or []
        if len(self._pictures) == 1:
            return chosen
        same = [a for a in chosen if a.says.split == named.says.split]
        splits = {p.says.split for p in self._pictures}
        if same and len(splits) == len(self._pictures):
            return same
        if len(chosen) == len(self._pictures):
            return [chosen[next(i for i, p in enumerate(self._pictures) if p is named)]]
        return [a for a in chosen if a.file == named.file]

    def _check_lengths(self, named: Named, count: int) -> None:
        """Raise DatasetError where there are labels for these pictures, but not as many."""
        if self._chosen is not None:
            wrong = self._paired(named)
        else:
            wrong = [
                a for a in self._others
                if a.says.role == "labels" and a.says.split == named.says.split
                and not is_class_names(a.stored.name)
            ]  # fmt: skip
        for label in wrong:
            raise DatasetError(
                f"“{named.title}” holds {count:,} pictures, but “{label.title}” has the shape "
                f"{label.stored.shape}, so it is not known which label belongs to which.",
                "Check that pictures and labels come from the same data set.",
            )


def is_class_names_of(named: Named, count: int) -> bool:
    """Whether an array lists names of classes rather than one label for each picture."""
    return is_class_names(named.stored.name) and count not in named.stored.shape
