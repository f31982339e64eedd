"""The steps of “Apply to folder…”, and what they are in words."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.core.paths import display_name

StepKind = Literal["rename-folder", "make-folder", "move", "trash", "trash-folder"]


@dataclass(frozen=True)
class FolderStep:
    """One change. Paths are relative to the data set, POSIX; what is trashed or made has no
    target."""

    kind: StepKind
    source: str
    target: str = ""


@dataclass(frozen=True)
class Kept:
    """A picture that stays although something was said about it, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class FolderPlan:
    """What “Apply to folder…” would do, in order.

    Attributes:
        root: the data set's folder, which nothing leaves but for the trash.
        depth: 0 where the classes are its folders, 1 below the folders of the splits.
        steps: renamed folders first, then new ones, moves, the trash.
        kept: pictures that cannot follow; what was said about them stays in the project.
    """

    root: Path
    depth: int
    steps: tuple[FolderStep, ...]
    kept: tuple[Kept, ...] = ()

    def lines(self) -> list[str]:
        """The plan in sentences with counts, to be read before it is carried out."""
        lines = [
            f"Rename the folder {_quoted(s.source)} to {_quoted(s.target)}."
            for s in self.steps
            if s.kind == "rename-folder"
        ]
        lines += [
            f"Make the folder {_quoted(s.source)}." for s in self.steps if s.kind == "make-folder"
        ]
        moves = Counter(
            (class_folder(s.source, self.depth), class_folder(s.target, self.depth))
            for s in self.steps
            if s.kind == "move"
        )
        lines += [
            f"Move {pictures(n)} {_from(a)} to {_quoted(b)}." for (a, b), n in sorted(moves.items())
        ]
        if trashed := sum(s.kind == "trash" for s in self.steps):
            lines.append(f"Move {pictures(trashed)} that you excluded to the trash.")
        lines += [
            f"Move the folder {_quoted(s.source)} to the trash if nothing is left in it."
            for s in self.steps
            if s.kind == "trash-folder"
        ]
        reasons = Counter(k.reason for k in self.kept)
        lines += [f"{pictures(n)} will stay: {reason}" for reason, n in reasons.items()]
        return lines


class LinkFinder:
    """Says which paths are links or lie behind one; each folder is looked at once."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._known: dict[str, bool] = {"": False}

    def is_behind(self, path: str) -> bool:
        """Whether the file, or a folder between it and the data set's, is a link."""
        return self._folder(path.rpartition("/")[0]) or is_link(os.path.join(self._root, path))

    def _folder(self, path: str) -> bool:
        if path not in self._known:
            above = self._folder(path.rpartition("/")[0])
            self._known[path] = above or is_link(os.path.join(self._root, path))
        return self._known[path]


def is_link(path: str) -> bool:
    """Whether a path is a link, or a junction of Windows."""
    return os.path.islink(path) or bool(getattr(os.path, "isjunction", lambda p: False)(path))


def pictures(count: int) -> str:
    """“1 picture”, “2,400 pictures”."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def class_folder(path: str, depth: int) -> str:
    """The folder of a picture's class; empty for one that lies beside the classes."""
    return "/".join(path.split("/")[:-1][: depth + 1])


def _from(folder: str) -> str:
    return f"from {_quoted(folder)}" if folder else "that had no class"


def _quoted(path: str) -> str:
    return f"“{display_name(path)}”"
