"""The actions of an overlay over the columns of a data set; pictures stay as they are.

Nothing here changes the data set that is given: a column is copied when the first action is
about it. Work per action goes with the pictures it names; actions on classes are one look-up
over a column.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.data.balance import class_problems
from studio.data.dataset import CLASS_PROBLEMS, NO_SPLIT, SPLITS, Dataset, Split
from studio.data.overlay.actions import (
    Action,
    AddClass,
    Exclude,
    Include,
    MergeClasses,
    MoveToSplit,
    Relabel,
    RemoveClass,
    RenameClass,
    Tag,
    Untag,
)
from studio.data.overlay.columns import LabelColumn, Rows, label_column

NOT_MOVED = -2
"""In :attr:`OverlayResult.moved`: the person said nothing about this picture's split."""

_SPLIT_OF = {**{s.word: int(s) for s in SPLITS}, "none": NO_SPLIT, "drawn": NOT_MOVED}


@dataclass(frozen=True, eq=False)
class OverlayResult:
    """A data set as the person wants it.

    Attributes:
        dataset: with the new classes and labels. Its ``found_split`` has the moves where the
            data set brought splits of its own; :meth:`placed` puts them over any other split.
        excluded: ``(n,) bool`` pictures that are left out of everything.
        tags: tag → ``(n,) bool`` pictures that wear it; no tag without pictures.
        moved: ``(n,) int8`` split of pictures that were moved, ``NOT_MOVED`` elsewhere.
        relabelled: ``(n,) bool`` pictures that were given a label by hand, if only their old one.
        unknown: pictures that actions name and this data set does not have. They are kept.
    """

    dataset: Dataset
    excluded: NDArray[np.bool_]
    tags: dict[str, NDArray[np.bool_]]
    moved: NDArray[np.int8]
    relabelled: NDArray[np.bool_]
    unknown: int = 0

    def is_moved(self, row: int) -> bool:
        """Whether a person said what a picture is used for."""
        return bool(self.moved[row] != NOT_MOVED)

    def is_moved_by_hand(self, rows: Rows) -> NDArray[np.bool_]:
        """``(rows,) bool`` whether a person said what each of these is used for."""
        return np.asarray(self.moved[rows] != NOT_MOVED)

    def placed(self, split: NDArray[np.int8]) -> NDArray[np.int8]:
        """A split with the person's moves and exclusions.

        Args:
            split: ``(n,) int8`` as ``studio.data.split.assign`` gives it.
        """
        placed = np.where(self.moved == NOT_MOVED, split, self.moved).astype(np.int8)
        placed[self.excluded] = NO_SPLIT
        return placed

    def tags_of(self, row: int) -> tuple[str, ...]:
        """The tags of one picture, in alphabetical order."""
        return tuple(sorted(tag for tag, mask in self.tags.items() if mask[row]))


@dataclass
class _State:
    """A data set while actions are applied to it."""

    dataset: Dataset
    labels: dict[str, LabelColumn] = field(default_factory=dict)
    excluded: NDArray[np.bool_] | None = None
    moved: NDArray[np.int8] | None = None
    relabelled: NDArray[np.bool_] | None = None
    tags: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    def column(self, output: str) -> LabelColumn | None:
        """The labels of one output, copied on the first call; None where there is none."""
        if output not in self.dataset.outputs:
            return None
        if output not in self.labels:
            names, column = self.dataset.outputs[output], self.dataset.labels[output]
            self.labels[output] = label_column(names, column)
        return self.labels[output]

    def perform(self, action: Action, rows: Rows) -> None:
        """One action; ``rows`` are those of its pictures that are here."""
        count = len(self.dataset)
        if isinstance(action, (Exclude, Include)):
            if self.excluded is None:
                self.excluded = np.zeros(count, bool)
            self.excluded[rows] = isinstance(action, Exclude)
        elif isinstance(action, MoveToSplit):
            if self.moved is None:
                self.moved = np.full(count, NOT_MOVED, np.int8)
            self.moved[rows] = _SPLIT_OF[action.split]
        elif isinstance(action, Tag):
            if len(rows):
                self.tags.setdefault(action.tag, np.zeros(count, bool))[rows] = True
        elif isinstance(action, Untag):
            if action.tag in self.tags:
                self.tags[action.tag][rows] = False
        else:
            self._on_labels(action, rows)

    def _on_labels(self, action: Action, rows: Rows) -> None:
        column = self.column(str(getattr(action, "output", "")))
        if column is None:
            return
        if isinstance(action, Relabel):
            column.relabel(rows, action.classes, action.mode)
            if self.relabelled is None:
                self.relabelled = np.zeros(len(self.dataset), bool)
            self.relabelled[rows] = True
        elif isinstance(action, AddClass):
            column.add_class(action.name)
        elif isinstance(action, RemoveClass):
            column.remove_class(action.name)
        elif isinstance(action, RenameClass):
            column.merge((action.name,), action.new_name)
        elif isinstance(action, MergeClasses):
            column.merge(action.names, action.into)

    def result(self, unknown: int) -> OverlayResult:
        """What came of it."""
        count = len(self.dataset)
        excluded = np.zeros(count, bool) if self.excluded is None else self.excluded
        moved = np.full(count, NOT_MOVED, np.int8) if self.moved is None else self.moved
        tags = {tag: mask for tag, mask in self.tags.items() if mask.any()}
        dataset = self._changed(moved, excluded)
        by_hand = np.zeros(count, bool) if self.relabelled is None else self.relabelled
        return OverlayResult(dataset, excluded, tags, moved, by_hand, unknown)

    def _changed(self, moved: NDArray[np.int8], excluded: NDArray[np.bool_]) -> Dataset:
        old = self.dataset
        outputs: dict[str, tuple[str, ...]] = dict(old.outputs)
        labels: dict[str, NDArray[Any]] = dict(old.labels)
        for output, column in self.labels.items():
            outputs[output], labels[output] = column.finished()
        split = old.found_split
        if self.moved is not None and old.has_split:
            split = np.where(moved == NOT_MOVED, split, moved).astype(np.int8)
        if not self.labels and split is old.found_split and not excluded.any():
            return old
        dataset = replace(old, outputs=outputs, labels=labels, found_split=split, problems=[])
        if self.labels or excluded.any():
            files = [p for p in old.problems if p.kind not in CLASS_PROBLEMS]
            dataset.problems.extend(files + class_problems(dataset, ~excluded))
        else:
            dataset.problems.extend(old.problems)
        return dataset


def apply_actions(
    dataset: Dataset, steps: Iterable[tuple[Action, Rows]], unknown: int = 0
) -> OverlayResult:
    """Apply actions in order, each with the rows of its pictures.

    Raises:
        DatasetError: a multi-label output would need more than 2 GB.
    """
    state = _State(dataset)
    for action, rows in steps:
        state.perform(action, rows)
    return state.result(unknown)


def split_word(number: int) -> str:
    """The word of a split's number, ``none`` for −1."""
    return "none" if number == NO_SPLIT else Split(number).word
