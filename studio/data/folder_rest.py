"""What the overlay still has to say once “Apply to folder…” was carried out, wholly or in part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.core.paths import clean_text
from studio.data.dataset import Dataset
from studio.data.folder_apply import FolderReport
from studio.data.folder_plan import WITH_EMPTY, class_folders
from studio.data.overlay.actions import (
    Accept,
    Action,
    AddClass,
    Exclude,
    MoveToSplit,
    Relabel,
    RemoveClass,
    RenameClass,
    Tag,
)
from studio.data.overlay.apply import NOT_MOVED, OverlayResult, split_word


@dataclass(frozen=True, eq=False)
class Said:
    """What an overlay says about a data set, row by row, without the data set.

    Attributes:
        paths: of the pictures, before anything was moved.
        classes: of the output, as the person wants them.
        wanted: the class of each picture as a position in ``classes``; −1 for none.
        excluded: rows that are left out.
        tags: tag → rows.
        moved: word of a split → rows.
        accepted: kind and path of the problems that are not shown again.
        with_empty: an empty folder is a class, too.
    """

    root: Path
    output: str
    paths: Sequence[str]
    classes: tuple[str, ...]
    wanted: Sequence[int]
    excluded: Sequence[int]
    tags: Mapping[str, Sequence[int]]
    moved: Mapping[str, Sequence[int]]
    accepted: Sequence[tuple[str, str]]
    with_empty: bool

    @classmethod
    def of(
        cls, dataset: Dataset, result: OverlayResult, accepted: Iterable[tuple[str, str]] = ()
    ) -> Said:
        """What is said of a data set, by the overlay's result for it."""
        output = next(iter(dataset.outputs))
        numbers = sorted(set(result.moved.tolist()) - {NOT_MOVED})
        return cls(
            root=dataset.root,
            output=output,
            paths=dataset.paths,
            classes=result.dataset.outputs[output],
            wanted=result.dataset.labels[output].tolist(),
            excluded=np.flatnonzero(result.excluded).tolist(),
            tags={tag: np.flatnonzero(mask).tolist() for tag, mask in result.tags.items()},
            moved={split_word(n): np.flatnonzero(result.moved == n).tolist() for n in numbers},
            accepted=sorted(accepted),
            with_empty=dataset.format in WITH_EMPTY,
        )


def remaining_actions(
    dataset: Dataset,
    result: OverlayResult,
    report: FolderReport,
    accepted: Iterable[tuple[str, str]] = (),
) -> list[Action]:
    """What to give ``Overlay.settle`` after a plan was carried out, wholly or in part.

    With these actions the folder, opened again, gives the same data set as before: tags, splits
    and accepted problems move along to the new paths, and what was not done stays said.

    Args:
        dataset: as it was opened before.
        result: the overlay's result for it, as given to the plan.
        accepted: ``Overlay.accepted()``.
    """
    return still_to_say(Said.of(dataset, result, accepted), report)


def still_to_say(said: Said, report: FolderReport) -> list[Action]:
    """As :func:`remaining_actions`, of what was taken down before."""
    output, classes, depth = said.output, said.classes, report.left.depth
    paths = _paths_now(said.paths, report)
    wanted = [(*classes, None)[i] for i in said.wanted]
    shown = {p: _class_of(p, depth) for p in paths if p}
    actions = _renames(output, classes, paths, wanted, shown)
    new_names: dict[str | None, str] = {a.name: a.new_name for a in actions}
    seen = {new_names.get(name, name) for name in shown.values() if name is not None}
    if said.with_empty:
        seen |= {new_names.get(name, name) for name in class_folders(said.root)}
    by_class: dict[str | None, list[str]] = defaultdict(list)
    for path, name in zip(paths, wanted, strict=True):
        if path and new_names.get(shown[path], shown[path]) != name:
            by_class[name].append(path)
    more: list[Action] = [
        Relabel(output=output, paths=p, classes=(c,) if c else ()) for c, p in by_class.items()
    ]
    more += [
        AddClass(output=output, name=c) for c in classes if c not in seen and c not in by_class
    ]
    more += [RemoveClass(output=output, name=c) for c in sorted(seen - set(classes))]
    return [*actions, *more, *_about_pictures(said, paths), *_accepted(said, report, paths)]


def _class_of(path: str, depth: int) -> str | None:
    """The class that a path says; None for a picture beside the classes."""
    parts = path.split("/")
    return clean_text(parts[depth]) if len(parts) > depth + 1 else None


def _paths_now(before: Sequence[str], report: FolderReport) -> list[str]:
    """Where each picture is after the steps; empty for those in the trash."""
    moved = {s.source: s.target for s in report.done if s.kind in ("move", "trash")}
    follow = _follower(report)
    return [moved.get(path, path) for path in map(follow, before)]


def _follower(report: FolderReport) -> Callable[[str], str]:
    """Gives the path of something after the folders were renamed."""
    depth = report.left.depth
    folders = {s.source: s.target for s in report.done if s.kind == "rename-folder"}

    def follow(path: str) -> str:
        parts = path.split("/")
        folder = "/".join(parts[: depth + 1])
        return "/".join([folders.get(folder, folder), *parts[depth + 1 :]])

    return follow


def _renames(
    output: str,
    classes: Sequence[str],
    paths: list[str],
    wanted: list[str | None],
    shown: Mapping[str, str | None],
) -> list[RenameClass]:
    """For classes whose name no folder can have, or whose folder could not be renamed yet."""
    taken = {name for p, name in zip(paths, wanted, strict=True) if p and shown[p] == name}
    found: dict[str, str] = {}
    for path, name in zip(paths, wanted, strict=True):
        folder = shown.get(path)
        if folder and name and folder != name and name not in taken and folder not in classes:
            found.setdefault(folder, name)
            taken.add(name)
    return [RenameClass(output=output, name=a, new_name=b) for a, b in found.items()]


def _about_pictures(said: Said, paths: list[str]) -> list[Action]:
    def there(rows: Sequence[int]) -> list[str]:
        return [paths[i] for i in rows if paths[i]]

    actions: list[Action] = [Exclude(paths=there(said.excluded))]
    actions += [Tag(paths=there(rows), tag=tag) for tag, rows in said.tags.items()]
    actions += [
        MoveToSplit(paths=there(rows), split=word)  # type: ignore[arg-type]
        for word, rows in said.moved.items()
    ]
    return [a for a in actions if getattr(a, "paths", ())]


def _accepted(said: Said, report: FolderReport, paths: list[str]) -> list[Action]:
    """Accepted problems go along with their pictures; those about what is in the trash are gone.

    A path may also be a folder, a class or nothing at all, which stays as it is.
    """
    if not said.accepted:
        return []
    now = dict(zip(said.paths, paths, strict=True))
    follow = _follower(report)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, path in said.accepted:
        place = now[path] if path in now else follow(path)
        if place or not path:
            by_kind[kind].append(place)
    return [Accept(problem=kind, paths=places) for kind, places in by_kind.items()]
