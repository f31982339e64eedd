"""What a person can do to a data set without touching its files.

An action is a small frozen value. Those about pictures (:class:`PictureAction`) name them by
their paths in the data set, thousands at once; those about classes name an output. Applied in
order they are total: what names a picture, class or output that is not there does nothing.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, get_args

from studio.core.errors import InputError
from studio.core.paths import clean_text, display_name
from studio.data.dataset import PROBLEM_TITLES

Mode = Literal["set", "add", "remove", "clear"]
SplitWord = Literal["train", "validation", "test", "none", "drawn"]

MAX_NAME = 1000
"""Characters of a class or a tag."""


@dataclass(frozen=True, kw_only=True)
class Action(ABC):
    """One change. Subclasses are in :data:`ACTIONS` by their ``kind``."""

    kind: ClassVar[str]

    @abstractmethod
    def words(self, count: int) -> str:
        """What it does, for a menu (“Undo: …”) or a list.

        Args:
            count: the pictures it is about.
        """

    def parameters(self) -> str:
        """Everything but the pictures, as ASCII JSON."""
        # Not by asdict, which would copy the names of all pictures first.
        return json.dumps(
            {f.name: getattr(self, f.name) for f in fields(self) if f.name != "paths"}
        )


@dataclass(frozen=True, kw_only=True)
class PictureAction(Action):
    """A change to pictures, named by their paths relative to the data set."""

    paths: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", tuple(self.paths))


@dataclass(frozen=True, kw_only=True)
class Relabel(PictureAction):
    """Say what pictures show.

    Attributes:
        output: the question that is answered.
        classes: one class, or none for “no label”; any number for a multi-label output. A class
            that the output does not have yet is added to it.
        mode: ``set`` makes these the classes and all others wrong; ``add`` and ``remove`` change
            only these (for one class at a time ``add`` is ``set``, and ``remove`` takes the label
            where it is one of these); ``clear`` forgets what is known.
    """

    kind: ClassVar[str] = "relabel"
    output: str
    classes: tuple[str, ...] = ()
    mode: Mode = "set"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "classes", tuple(map(_class_name, self.classes)))
        _one_of(self.mode, get_args(Mode), "way of labelling")

    def words(self, count: int) -> str:
        names = " and ".join(map(_quoted, self.classes))
        if self.mode == "clear" or not names:
            return f"Take the label of {_pictures(count)}"
        return {
            "add": f"Add {names} to {_pictures(count)}",
            "remove": f"Take {names} from {_pictures(count)}",
        }.get(self.mode, f"Label {_pictures(count)} {names}")


@dataclass(frozen=True, kw_only=True)
class Exclude(PictureAction):
    """Leave pictures out of everything, until they are included again."""

    kind: ClassVar[str] = "exclude"

    def words(self, count: int) -> str:
        return f"Exclude {_pictures(count)}"


@dataclass(frozen=True, kw_only=True)
class Include(PictureAction):
    """Take pictures in again."""

    kind: ClassVar[str] = "include"

    def words(self, count: int) -> str:
        return f"Include {_pictures(count)}"


@dataclass(frozen=True, kw_only=True)
class Tag(PictureAction):
    """Put a note on pictures to find them by; it changes nothing about the training."""

    kind: ClassVar[str] = "tag"
    tag: str

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "tag", _name(self.tag, "tag"))

    def words(self, count: int) -> str:
        return f"Tag {_pictures(count)} {_quoted(self.tag)}"


@dataclass(frozen=True, kw_only=True)
class Untag(PictureAction):
    """Take a note off pictures."""

    kind: ClassVar[str] = "untag"
    tag: str

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "tag", _name(self.tag, "tag"))

    def words(self, count: int) -> str:
        return f"Take the tag {_quoted(self.tag)} off {_pictures(count)}"


@dataclass(frozen=True, kw_only=True)
class MoveToSplit(PictureAction):
    """Say what pictures are used for.

    ``none`` is for nothing; ``drawn`` takes back what was said, so that the split decides again.
    """

    kind: ClassVar[str] = "split"
    split: SplitWord

    def __post_init__(self) -> None:
        super().__post_init__()
        _one_of(self.split, get_args(SplitWord), "split")

    def words(self, count: int) -> str:
        if self.split == "none":
            return f"Take {_pictures(count)} out of the splits"
        if self.split == "drawn":
            return f"Leave {_pictures(count)} to the split"
        return f"Move {_pictures(count)} to {self.split}"


@dataclass(frozen=True, kw_only=True)
class Accept(PictureAction):
    """Keep pictures as they are although they have a problem; it is not shown again.

    Attributes:
        problem: the kind of the problem. A ``path`` may also be what else a problem names: a
            folder, a class, a row's picture that is not there, or ``""`` for the whole data set.
    """

    kind: ClassVar[str] = "accept"
    problem: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _one_of(self.problem, tuple(PROBLEM_TITLES), "problem")

    def words(self, count: int) -> str:
        return f"Keep {count:,} as they are ({PROBLEM_TITLES[self.problem].lower()})"


@dataclass(frozen=True, kw_only=True)
class ClassAction(Action):
    """A change to one class of an output."""

    output: str
    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _class_name(self.name))


@dataclass(frozen=True, kw_only=True)
class AddClass(ClassAction):
    """A new class, without pictures as yet."""

    kind: ClassVar[str] = "add-class"

    def words(self, count: int) -> str:
        return f"Add the class {_quoted(self.name)}"


@dataclass(frozen=True, kw_only=True)
class RemoveClass(ClassAction):
    """A class goes; its pictures stay, without that label."""

    kind: ClassVar[str] = "remove-class"

    def words(self, count: int) -> str:
        return f"Remove the class {_quoted(self.name)}"


@dataclass(frozen=True, kw_only=True)
class RenameClass(ClassAction):
    """A class gets another name; where there is a class of that name, the two become one."""

    kind: ClassVar[str] = "rename-class"
    new_name: str

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "new_name", _class_name(self.new_name))

    def words(self, count: int) -> str:
        return f"Rename {_quoted(self.name)} to {_quoted(self.new_name)}"


@dataclass(frozen=True, kw_only=True)
class MergeClasses(Action):
    """Several classes become one of them, or a new one."""

    kind: ClassVar[str] = "merge-classes"
    output: str
    names: tuple[str, ...]
    into: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(map(_class_name, self.names)))
        object.__setattr__(self, "into", _class_name(self.into))

    def words(self, count: int) -> str:
        names = " and ".join(map(_quoted, self.names))
        return f"Merge {names} into {_quoted(self.into)}"


ACTIONS: dict[str, type[Action]] = {
    a.kind: a
    for a in (
        Relabel, Exclude, Include, Tag, Untag, MoveToSplit, Accept, AddClass, RemoveClass,
        RenameClass, MergeClasses,
    )
}  # fmt: skip


def parse_action(kind: str, parameters: str) -> Action:
    """The action of :meth:`Action.parameters`, without its pictures.

    Raises:
        ValueError: there is no such action, or a parameter is missing, strange or of a wrong type.
    """
    choice = ACTIONS.get(kind)
    if choice is None:
        raise ValueError(f"no action “{kind}”")
    value = json.loads(parameters)
    if not isinstance(value, dict):
        raise ValueError(f"parameters of “{kind}” are no object")
    expected = {f.name for f in fields(choice)} - {"paths"}
    if set(value) != expected:
        raise ValueError(f"“{kind}” has {sorted(value)}, expected {sorted(expected)}")
    for name, given in value.items():
        several = name in ("classes", "names")
        parts = given if several and isinstance(given, list) else [given]
        if isinstance(given, list) != several or not all(isinstance(p, str) for p in parts):
            raise ValueError(f"“{name}” of “{kind}” is of a wrong type")
    try:
        return choice(**_tuples(value))
    except InputError as error:
        raise ValueError(str(error)) from error


def _tuples(value: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}


def _class_name(name: str) -> str:
    return _name(name, "class")


def _name(name: str, what: str) -> str:
    name = clean_text(name) if not name.isascii() else name
    if not name.strip():
        raise InputError(f"A {what} needs a name.", "Write one with at least one letter.")
    if len(name) > MAX_NAME:
        raise InputError(
            f"The name of a {what} has {len(name):,} characters.",
            f"Shorten it to {MAX_NAME:,} at most.",
        )
    return name


def _one_of(word: str, known: tuple[str, ...], what: str) -> None:
    if word not in known:
        raise InputError(f"There is no {what} “{word}”.", f"Known: {', '.join(known)}.")


def _quoted(name: str) -> str:
    return f"“{display_name(name)}”"


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count:,} pictures"
