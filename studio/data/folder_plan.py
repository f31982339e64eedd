"""“Apply to folder…”: what would have to be done to the files, told before anything is done.

Only for data sets whose folders are the classes, also those that are labelled in the studio, where
pictures without a class lie beside them. :func:`plan` reads names and changes nothing;
:mod:`studio.data.folder_apply` carries a plan out.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from pathlib import Path

from studio.core.errors import DatasetError
from studio.core.paths import clean_text
from studio.data.dataset import Dataset, Split
from studio.data.file_names import FreeNames, folded, safe_name
from studio.data.folder_steps import (
    FolderPlan,
    FolderStep,
    Kept,
    LinkFinder,
    class_folder,
    is_link,
)
from studio.data.members import is_member
from studio.data.names import is_hidden
from studio.data.overlay.apply import NOT_MOVED, OverlayResult

DEPTH = {"folder": 0, "split-folders": 1, "collection": 0, "unlabelled": 0}
"""How many folders stand above those of the classes, by format."""

WITH_EMPTY = ("collection", "unlabelled")
"""Formats in which an empty folder is a class, too, and a picture beside them has none."""

LINKED = "They are links, or lie behind a link; files outside the data set are never moved."
GONE = "Their files are no longer there."
CLASSLESS = "They have no class now, and every folder is a class."
NO_FOLDER_SPLIT = "The folders know no split; it stays in the project."


def plan(dataset: Dataset, result: OverlayResult) -> FolderPlan:
    """What to do so that the folders say what the overlay says. Changes nothing.

    Args:
        dataset: as it was opened, before the overlay.
        result: the overlay's result for it.

    Raises:
        DatasetError: the classes of this data set do not come from its folders.
    """
    depth = _check(dataset)
    return _Planner(dataset, result, depth).plan()


def _check(dataset: Dataset) -> int:
    simple = len(dataset.outputs) == 1 and not any(map(dataset.is_multi_label, dataset.outputs))
    if dataset.source is not None or any(_is_member(dataset.root, path) for path in dataset.paths):
        raise DatasetError(
            f"The pictures of “{dataset.name}” are not files in folders, which could be moved.",
            "Your changes stay in the project. “Convert” writes a new data set with them.",
        )
    if dataset.format not in DEPTH or not simple:
        raise DatasetError(
            f"The classes of “{dataset.name}” are not its folders, so there is nothing to move.",
            "Your changes stay in the project. “Convert” writes a new data set with them.",
        )
    return DEPTH[dataset.format]


def _is_member(root: Path, path: str) -> bool:
    """Whether a path goes on inside a file, or stands for several files."""
    return ("@" in path or "{" in path) and is_member(root / path)


class _Planner:
    """One plan in the making; ``now`` are the paths after the folders were renamed."""

    def __init__(self, dataset: Dataset, result: OverlayResult, depth: int) -> None:
        self.dataset, self.result, self.depth = dataset, result, depth
        self.output = next(iter(dataset.outputs))
        self.old = _names_of_rows(dataset, self.output)
        self.new = _names_of_rows(result.dataset, self.output)
        self.links = LinkFinder(dataset.root)
        self.folders: dict[str, str] = {}  # class → the name of its folder, old and new
        self.places: dict[str, set[str]] = defaultdict(set)  # class → the paths of its folders
        for path, name in zip(dataset.paths, self.old, strict=True):
            if name is not None:
                self.folders.setdefault(name, path.split("/")[depth])
                self.places[name].add(class_folder(path, depth))
        self.empty = self._empty_folders()
        self.renamed: dict[str, str] = {}  # folder path → its new path
        self.heirs: set[str] = set()  # classes whose folder a new class takes over
        self.kept: list[Kept] = []

    def plan(self) -> FolderPlan:
        """Renamed folders, then moves, then the trash."""
        self._name_new_folders()
        renames = [FolderStep("rename-folder", a, b) for a, b in self.renamed.items()]
        moves: list[FolderStep] = []
        trash: list[FolderStep] = []
        now = [self._now(path) for path in self.dataset.paths]
        # A name that a picture had before is not given away either: the overlay may know it still.
        free = FreeNames({*self.dataset.paths, *now})
        for row, path in enumerate(self.dataset.paths):
            step = self._step(row, path, now[row], free)
            if step is not None:
                (trash if step.kind == "trash" else moves).append(step)
        final = set(self.result.dataset.outputs[self.output])
        gone = {f for name in self.places.keys() - final - self.heirs for f in self.places[name]}
        if not moves and not trash:  # only what holds no picture can be left empty
            gone &= self.empty
        empties = [
            FolderStep("trash-folder", f)
            for f in sorted(gone - self.renamed.keys())
            if not self.links.is_behind(f + "/x")
        ]
        steps = (*renames, *self._new_empty_folders(), *moves, *trash, *empties)
        return FolderPlan(self.dataset.root, self.depth, steps, tuple(self.kept))

    def _empty_folders(self) -> set[str]:
        """Folders that are classes without a picture; found by their names, as the format does."""
        if self.dataset.format not in WITH_EMPTY:
            return set()
        bare = set(self.dataset.outputs[self.output]) - self.folders.keys()
        there = class_folders(self.dataset.root) if bare else {}
        for name in bare & there.keys():
            self.folders[name] = there[name]
            self.places[name].add(there[name])
        return {there[name] for name in bare & there.keys()}

    def _new_empty_folders(self) -> list[FolderStep]:
        """For new classes that have no picture yet, where a folder can have their name."""
        if self.dataset.format not in WITH_EMPTY:
            return []
        taken = {folded(name) for name in _names_in(self.dataset.root)}
        taken |= {folded(name) for name in self.folders.values()}
        made = []
        for name in self.result.dataset.outputs[self.output]:
            if name not in self.folders and safe_name(name) == name and folded(name) not in taken:
                taken.add(folded(name))
                made.append(FolderStep("make-folder", name))
        return made

    def _now(self, path: str) -> str:
        """Where a picture is after the folders were renamed."""
        here = class_folder(path, self.depth)
        return self.renamed.get(here, here) + path[len(here) :]

    def _name_new_folders(self) -> None:
        """A new class takes over the folder of a class that is gone, if it has its pictures."""
        final = set(self.result.dataset.outputs[self.output])
        came_from: dict[str, Counter[str]] = defaultdict(Counter)
        for old, new in zip(self.old, self.new, strict=True):
            if new is not None and new not in self.folders:
                came_from[new][old if old is not None and old not in final else ""] += 1
        parents = {_parent(class_folder(p, self.depth)) for p in self.dataset.paths} or {""}
        there = FreeNames(n for parent in parents for n in _names_in(self.dataset.root / parent))
        for name in (c for c in self.result.dataset.outputs[self.output] if c in came_from):
            best = next(
                (o for o, _ in came_from[name].most_common() if o and o not in self.heirs), ""
            )
            wish, before = safe_name(name), self.folders.get(best, "")
            if best and re.sub(r" \(\d+\)$", "", folded(before)) == folded(wish):
                # It differs in case alone, or has a number since the name itself was in use.
                folder = wish if folded(before) == folded(wish) else before
            else:
                folder = there.take(wish)
            self.folders[name] = folder
            if best:
                self.heirs.add(best)
                for path in sorted(self.places[best]):
                    if folder != before and not self.links.is_behind(path + "/x"):
                        self.renamed[path] = f"{_parent(path)}{folder}"

    def _step(self, row: int, path: str, now: str, free: FreeNames) -> FolderStep | None:
        here = class_folder(path, self.depth)
        if self.result.excluded[row]:
            return FolderStep("trash", now) if self._may_go(path) else None
        name = self.new[row]
        if name is None:
            if self.old[row] is not None:
                self.kept.append(Kept(path, CLASSLESS))
            return None
        wanted = f"{self._split_folder(row, path)}{self.folders[name]}"
        if wanted == self.renamed.get(here, here):
            return None
        if not self._may_go(path):
            return None
        rest = path[len(here) :].lstrip("/")
        return FolderStep("move", now, free.take(f"{wanted}/{rest}"))

    def _may_go(self, path: str) -> bool:
        if self.links.is_behind(path):
            self.kept.append(Kept(path, LINKED))
        elif not os.path.lexists(self.dataset.root / path):
            self.kept.append(Kept(path, GONE))
        else:
            return True
        return False

    def _split_folder(self, row: int, path: str) -> str:
        """The folder above the class's, with its slash; empty where the classes are on top."""
        moved = int(self.result.moved[row])
        own = path.partition("/")[0] + "/" if self.depth else ""
        if moved == NOT_MOVED or moved == int(self.dataset.found_split[row]):
            return own
        if not self.depth or moved < 0:
            self.kept.append(Kept(path, NO_FOLDER_SPLIT))
            return own
        same = (self.dataset.found_split == moved).nonzero()[0]
        if len(same):
            return self.dataset.paths[int(same[0])].partition("/")[0] + "/"
        return f"{Split(moved).word}/"


def _names_of_rows(dataset: Dataset, output: str) -> list[str | None]:
    names = (*dataset.outputs[output], None)  # −1 is the last one
    return [names[i] for i in dataset.labels[output].tolist()]


def class_folders(root: Path) -> dict[str, str]:
    """Class → the folder of its name, of those directly in a data set; links are none."""
    found: dict[str, str] = {}
    for name in sorted(_names_in(root)):
        path = os.path.join(root, name)
        if not is_hidden(name) and os.path.isdir(path) and not is_link(path):
            found.setdefault(clean_text(name), name)
    return found


def _parent(path: str) -> str:
    """The folder above, with its slash; empty for the top."""
    return path[: path.rfind("/") + 1]


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
