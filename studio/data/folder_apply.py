"""Carrying out a plan of “Apply to folder…”: moves files, never overwrites, never deletes."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import StorageError, StudioError, storage_error
from studio.core.paths import clean_text, display_name
from studio.data.dataset import Dataset
from studio.data.folder_plan import FolderPlan, FolderStep, LinkFinder, is_link, pictures
from studio.data.overlay.actions import (
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

_NO_HARD_LINKS = {
    errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK, errno.EINVAL,
}  # fmt: skip


@dataclass
class FolderReport:
    """How far a plan was carried out.

    Attributes:
        done: what was done; targets are those that were really taken.
        left: what was not; carry it out to go on.
        stopped: the first refusal, None where there was none.
        is_cancelled: the person asked to stop.
    """

    left: FolderPlan
    done: list[FolderStep] = field(default_factory=list)
    stopped: StudioError | None = None
    is_cancelled: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return not self.left.steps

    def sentence(self) -> str:
        """What happened, for the person."""
        moved = sum(s.kind == "move" for s in self.done)
        trashed = sum(s.kind == "trash" for s in self.done)
        words = f"Moved {pictures(moved)}, and {pictures(trashed)} to the trash."
        if self.is_complete:
            return words
        why = f" {self.stopped.message}" if self.stopped else ""
        return f"{words}{why} Steps that are left: {len(self.left.steps):,}."


def send_to_trash(path: Path) -> None:
    """Move a file or an empty folder to the trash of the system. Raises OSError."""
    from send2trash import send2trash

    send2trash(os.fspath(path))


def carry_out(
    plan: FolderPlan,
    progress: Progress = no_progress,
    control: Control | None = None,
    trash: Callable[[Path], None] = send_to_trash,
) -> FolderReport:
    """Do what a plan says, until it is done, refused or cancelled.

    Nothing is raised for a step that fails: the report says what was done, and its ``left`` can
    be carried out again. Write the overlay anew afterwards with :func:`remaining_actions`.
    """
    report = FolderReport(plan)
    total, told = len(plan.steps), 0.0
    for number, step in enumerate(plan.steps):
        if control is not None:
            control.wait_while_paused()
            if control.cancelled:
                report.is_cancelled = True
                break
        try:
            _do(plan.root, step, trash, report)
        except OSError as error:
            name = display_name(step.source.rpartition("/")[2])
            report.stopped = storage_error(error, f"moving “{name}”")
            break
        except StudioError as error:
            report.stopped = error
            break
        report.left = FolderPlan(plan.root, plan.depth, plan.steps[number + 1 :], plan.kept)
        if (now := time.monotonic()) - told > 0.05:
            told = now
            progress(number + 1, total, "Moving pictures")
    progress(total - len(report.left.steps), total, "Moving pictures")
    return report


def _do(root: Path, step: FolderStep, trash: Callable[[Path], None], report: FolderReport) -> None:
    source = root / step.source
    _stay_inside(root, step.source)
    if step.kind == "trash-folder":
        if _holds_nothing(source):
            trash(source)
            report.done.append(step)
        return
    found = os.lstat(source)
    if step.kind == "rename-folder":
        _stay_inside(root, step.target)
        _rename_folder(source, root / step.target)
    elif not stat.S_ISREG(found.st_mode):
        raise StorageError(
            f"“{display_name(source.name)}” is no file any more.", "Open the folder again."
        )
    elif step.kind == "trash":
        trash(source)
        if os.path.lexists(source):
            raise StorageError(
                f"The trash did not take “{display_name(source.name)}”.",
                "Move it there by hand, or include the picture again.",
            )
    else:
        _stay_inside(root, step.target)
        _make_folders(root, step.target)
        target = _move(source, root / step.target)
        step = FolderStep("move", step.source, target.relative_to(root).as_posix())
    report.done.append(step)


def _stay_inside(root: Path, path: str) -> None:
    """Refuse what would leave the data set's folder, by its name or through a link."""
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or LinkFinder(root).is_behind(path):
        raise StorageError(
            f"“{display_name(path)}” leads out of the data set's folder.",
            "A link was put there in the meantime. Open the folder again.",
        )


def _make_folders(root: Path, target: str) -> None:
    here = root
    for part in target.split("/")[:-1]:
        here = here / part
        here.mkdir(exist_ok=True)


def _rename_folder(source: Path, target: Path) -> None:
    if os.path.lexists(target):
        if not os.path.samefile(source, target):
            raise FileExistsError(errno.EEXIST, "the folder is there already", os.fspath(target))
        # Only upper and lower case differ, and this system does not tell them apart.
        between = target.with_name(f".{target.name}.renaming")
        os.rename(source, between)
        source = between
    os.rename(source, target)


def _move(source: Path, target: Path) -> Path:
    """Move a file to a name that is free; where it is not, a number is added."""
    wish, number = target, 1
    while True:
        try:
            _take_place(source, target)
            return target
        except FileExistsError:
            number += 1
            target = wish.with_name(f"{wish.stem} ({number}){wish.suffix}")


def _take_place(source: Path, target: Path) -> None:
    """Rename without ever replacing a file; plain ``rename`` would, on most systems."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_HARD_LINKS:
            raise
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))  # the place is ours
        try:
            os.replace(source, target)
        except OSError:
            os.unlink(target)
            raise
        return
    try:
        os.unlink(source)
    except OSError:
        os.unlink(target)
        raise


def _holds_nothing(folder: Path) -> bool:
    """Whether there is no file at any depth, so that a folder can go."""
    if not folder.is_dir():
        return False
    return not any(
        files or any(is_link(os.path.join(place, f)) for f in folders)
        for place, folders, files in os.walk(folder)
    )


# --- what the overlay still has to say ------------------------------------------------------------


def remaining_actions(
    dataset: Dataset, result: OverlayResult, report: FolderReport
) -> list[Action]:
    """What to give ``Overlay.settle`` after a plan was carried out, wholly or in part.

    With these actions the folder, opened again, gives the same data set as before: tags and
    splits move along to the new paths, and what was not done stays said.

    Args:
        dataset: as it was opened before.
        result: the overlay's result for it, as given to the plan.
    """
    output = next(iter(dataset.outputs))
    depth = report.left.depth
    paths = _paths_now(dataset, report)
    classes = result.dataset.outputs[output]
    wanted = [(*classes, None)[i] for i in result.dataset.labels[output].tolist()]
    shown = {p: clean_text(p.split("/")[depth]) for p in paths if p}
    actions = _renames(output, classes, paths, wanted, shown)
    new_names = {a.name: a.new_name for a in actions}
    seen = {new_names.get(name, name) for name in shown.values()}
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
    return [*actions, *more, *_about_pictures(dataset, result, paths)]


def _paths_now(dataset: Dataset, report: FolderReport) -> list[str]:
    """Where each picture is after the steps; empty for those in the trash."""
    folders = {s.source: s.target for s in report.done if s.kind == "rename-folder"}
    moved = {s.source: s.target for s in report.done if s.kind in ("move", "trash")}
    depth = report.left.depth
    now = []
    for path in dataset.paths:
        parts = path.split("/")
        folder = "/".join(parts[: depth + 1])
        path = "/".join([folders.get(folder, folder), *parts[depth + 1 :]])
        now.append(moved.get(path, path))
    return now


def _renames(
    output: str,
    classes: Sequence[str],
    paths: list[str],
    wanted: list[str | None],
    shown: dict[str, str],
) -> list[RenameClass]:
    """For classes whose name no folder can have, or whose folder could not be renamed yet."""
    taken = {name for p, name in zip(paths, wanted, strict=True) if p and shown[p] == name}
    found: dict[str, str] = {}
    for path, name in zip(paths, wanted, strict=True):
        folder = shown.get(path, "")
        if path and name and folder != name and name not in taken and folder not in classes:
            found.setdefault(folder, name)
            taken.add(name)
    return [RenameClass(output=output, name=a, new_name=b) for a, b in found.items()]


def _about_pictures(dataset: Dataset, result: OverlayResult, paths: list[str]) -> list[Action]:
    def there(rows: Sequence[int]) -> list[str]:
        return [paths[i] for i in rows if paths[i]]

    actions: list[Action] = [Exclude(paths=there(np.flatnonzero(result.excluded).tolist()))]
    for tag, mask in result.tags.items():
        actions.append(Tag(paths=there(np.flatnonzero(mask).tolist()), tag=tag))
    for number in sorted(set(result.moved.tolist()) - {NOT_MOVED}):
        word = split_word(number)
        rows = np.flatnonzero(result.moved == number).tolist()
        actions.append(MoveToSplit(paths=there(rows), split=word))  # type: ignore[arg-type]
    return [a for a in actions if getattr(a, "paths", ())]
