"""A plain model of the overlay, picture by picture, for tests to compare with."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.data.dataset import Dataset
from studio.data.overlay.actions import (
    Accept,
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
from studio.data.overlay.apply import NOT_MOVED, OverlayResult
from studio.data.overlay.store import Overlay

PATHS = (*(f"c{i % 3}/picture {i}.png" for i in range(14)), "c0/\udcff%.png", "a//b%41.png")
GONE = ("gone/1.png", "gone/2.png")
CLASSES = ("c0", "c1", "c2")
SPLITS = {"train": 0, "validation": 1, "test": 2, "none": -1, "drawn": -2}


def make_dataset() -> Dataset:
    """Sixteen pictures with one answer to “kind” and several to “marks”; two have none."""
    n = len(PATHS)
    kind = np.arange(n, dtype=np.int32) % 3
    marks = (np.arange(n)[:, None] >> np.arange(3) & 1).astype(np.int8)
    kind[3], marks[5] = -1, -1
    marks[7, 1] = -1
    return Dataset(
        root=Path("nowhere"),
        format="folder",
        paths=list(PATHS),
        outputs={"kind": CLASSES, "marks": CLASSES},
        labels={"kind": kind, "marks": marks},
        found_split=(np.arange(n) % 3).astype(np.int8),
        sizes=np.ones(n, np.int64),
    )


@dataclass
class Picture:
    """What is known of one picture; ``marks`` has 1, 0 or −1 for each class of that output."""

    kind: str | None
    marks: dict[str, int]
    excluded: bool = False
    tags: set[str] = field(default_factory=set)
    split: int = NOT_MOVED

    @property
    def is_marked(self) -> bool:
        return any(v >= 0 for v in self.marks.values())


@dataclass
class Model:
    """The data set in plain Python."""

    pictures: dict[str, Picture]
    classes: dict[str, list[str]]

    @classmethod
    def of(cls, dataset: Dataset) -> Model:
        names = dataset.outputs["kind"]
        kinds = [names[i] if i >= 0 else None for i in dataset.labels["kind"].tolist()]
        marks = [
            dict(zip(CLASSES, row, strict=True)) for row in dataset.labels["marks"].tolist()
        ]  # fmt: skip
        pictures = {
            p: Picture(k, m) for p, k, m in zip(dataset.paths, kinds, marks, strict=True)
        }  # fmt: skip
        return cls(pictures, {o: list(c) for o, c in dataset.outputs.items()})

    def perform(self, action: Action) -> None:
        if isinstance(action, (AddClass, RemoveClass, RenameClass, MergeClasses)):
            if action.output in self.classes:
                self._on_classes(action)
            return
        for path in dict.fromkeys(getattr(action, "paths", ())):
            if isinstance(action, Relabel):
                if action.output in self.classes:
                    # Classes come with the first use, also where the picture is not here.
                    self._relabel(action, self.pictures.get(path))
            elif picture := self.pictures.get(path):
                self._on_picture(action, picture)

    def _on_picture(self, action: Action, picture: Picture) -> None:
        if isinstance(action, (Exclude, Include)):
            picture.excluded = isinstance(action, Exclude)
        elif isinstance(action, Tag):
            picture.tags.add(action.tag)
        elif isinstance(action, Untag):
            picture.tags.discard(action.tag)
        elif isinstance(action, MoveToSplit):
            picture.split = SPLITS[action.split]

    def _relabel(self, action: Relabel, picture: Picture | None) -> None:
        if action.mode in ("set", "add"):
            for name in action.classes:
                self._add(action.output, name)
        if picture is None:
            return
        if action.output == "kind":
            self._relabel_kind(action, picture)
        elif action.mode == "clear":
            picture.marks = dict.fromkeys(picture.marks, -1)
        elif action.mode == "remove":
            if picture.is_marked:
                picture.marks.update({c: 0 for c in action.classes if c in picture.marks})
        elif action.mode == "set" or (action.classes and not picture.is_marked):
            picture.marks = {c: int(c in action.classes) for c in picture.marks}
        else:
            picture.marks.update(dict.fromkeys(action.classes, 1))

    def _relabel_kind(self, action: Relabel, picture: Picture) -> None:
        if action.mode == "remove":
            if picture.kind in action.classes:
                picture.kind = None
        elif action.mode == "clear":
            picture.kind = None
        elif action.classes:
            picture.kind = action.classes[-1]
        elif action.mode == "set":
            picture.kind = None

    def _add(self, output: str, name: str) -> None:
        if name not in self.classes[output]:
            self.classes[output].append(name)
            if output == "marks":
                for picture in self.pictures.values():
                    picture.marks[name] = 0 if picture.is_marked else -1

    def _on_classes(self, action: Action) -> None:
        if isinstance(action, AddClass):
            self._add(action.output, action.name)
        elif isinstance(action, RemoveClass):
            if action.name in self.classes[action.output]:
                self.classes[action.output].remove(action.name)
                for picture in self.pictures.values():
                    if action.output == "marks":
                        del picture.marks[action.name]
                    elif picture.kind == action.name:
                        picture.kind = None
        elif isinstance(action, RenameClass):
            self._merge(action.output, (action.name,), action.new_name)
        elif isinstance(action, MergeClasses):
            self._merge(action.output, action.names, action.into)

    def _merge(self, output: str, names: tuple[str, ...], into: str) -> None:
        known = self.classes[output]
        there = [n for n in dict.fromkeys(names) if n in known and n != into]
        if not there:
            return
        joined = [into, *there] if into in known else there
        if into not in known:
            known[known.index(there[0])] = into
        self.classes[output] = [c for c in known if c not in there]
        for picture in self.pictures.values():
            if output == "kind":
                picture.kind = into if picture.kind in joined else picture.kind
                continue
            values = [picture.marks.pop(c) for c in joined]
            picture.marks[into] = 1 if 1 in values else min(values)


def same(result: OverlayResult, model: Model) -> None:
    """Fails where the overlay says anything else than the model."""
    dataset = result.dataset
    assert {o: list(c) for o, c in dataset.outputs.items()} == model.classes
    split = dataset.found_split.tolist()
    for row, (path, original) in enumerate(zip(dataset.paths, range(len(PATHS)), strict=True)):
        picture = model.pictures[path]
        assert dataset.classes_of(row, "kind") == ((picture.kind,) if picture.kind else ())
        cells = dict(
            zip(dataset.outputs["marks"], dataset.labels["marks"][row].tolist(), strict=True)
        )
        assert cells == picture.marks
        assert bool(result.excluded[row]) == picture.excluded
        assert set(result.tags_of(row)) == picture.tags
        assert result.moved[row] == picture.split
        assert split[row] == (original % 3 if picture.split == NOT_MOVED else picture.split)


def random_action(draw: random.Random) -> Action:
    """Any action, about pictures that are there and some that are not."""
    names = [*CLASSES, "new", "ñ “b”", "\U0001f41c"]
    output = draw.choice(["kind", "marks", "marks", "kind", "no such output"])
    paths = draw.sample([*PATHS, *GONE], draw.randint(1, 9))
    some = tuple(draw.sample(names, draw.randint(0, 2)))
    one, other = draw.choice(names), draw.choice(names)
    return draw.choice(
        [
            lambda: Relabel(paths=paths, output=output, classes=some),
            lambda: Relabel(paths=paths, output=output, classes=some, mode="add"),
            lambda: Relabel(paths=paths, output=output, classes=some, mode="remove"),
            lambda: Relabel(paths=paths, output=output, mode="clear"),
            lambda: Exclude(paths=paths),
            lambda: Include(paths=paths),
            lambda: Tag(paths=paths, tag=one),
            lambda: Untag(paths=paths, tag=one),
            lambda: MoveToSplit(paths=paths, split=draw.choice(tuple(SPLITS))),  # type: ignore[arg-type]
            lambda: Accept(paths=paths, problem=draw.choice(("blurred", "split-leak"))),
            lambda: AddClass(output=output, name=one),
            lambda: RemoveClass(output=output, name=one),
            lambda: RenameClass(output=output, name=one, new_name=other),
            lambda: MergeClasses(output=output, names=(*some, one), into=other),
        ]
    )()


@dataclass
class Player:
    """Plays random changes on an overlay and on models, undo and redo among them."""

    draw: random.Random
    actions: list[Action] = field(default_factory=list)
    cursor: int = 0

    def next(self) -> Action | str:
        """The next change, taken note of."""
        choice: Action | str = self.draw.choice(["undo", "redo", "", "", "", "", "", ""])
        if choice == "undo":
            self.cursor = max(0, self.cursor - 1)
        elif choice == "redo":
            self.cursor = min(len(self.actions), self.cursor + 1)
        else:
            choice = random_action(self.draw)
            self.actions[self.cursor :] = [choice]
            self.cursor += 1
        return choice

    def play(self, overlay: Overlay) -> None:
        """One change on the overlay."""
        choice = self.next()
        if isinstance(choice, str):
            overlay.undo() if choice == "undo" else overlay.redo()
        else:
            overlay.perform(choice)

    def model(self) -> Model:
        """What the data set must look like now."""
        model = deepcopy(Model.of(make_dataset()))
        for action in self.actions[: self.cursor]:
            model.perform(action)
        return model
