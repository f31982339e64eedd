"""Carrying out a plan of “Apply to folder…”: moves files, never overwrites, never deletes."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import StorageError, StudioError, storage_error
from studio.core.paths import display_name
from studio.data.folder_steps import FolderPlan, FolderStep, LinkFinder, is_link, pictures
from studio.data.names import is_hidden

Note = Callable[[int, str], None]
"""Told the number of a step and its target before each attempt at it; see folder_journal."""

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
    note: Note = lambda number, target: None,
) -> FolderReport:
    """Do what a plan says, until it is done, refused or cancelled.

    Nothing is raised for a step that fails: the report says what was done, and its ``left`` can
    be carried out again. Write the overlay anew afterwards with
    :func:`studio.data.folder_rest.remaining_actions`.

    Args:
        note: may raise StorageError, which ends it before the step.
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
            _do(plan.root, step, trash, report, partial(note, number))
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


def _do(
    root: Path, step: FolderStep, trash: Callable[[Path], None], report: FolderReport,
    note: Callable[[str], None],
) -> None:  # fmt: skip
    source = root / step.source
    stay_inside(root, step.source)
    if step.kind != "move":
        note(step.target)
    if step.kind == "trash-folder":
        if _holds_nothing(source):
            trash(source)
            report.done.append(step)
        return
    if step.kind == "make-folder":
        source.mkdir(exist_ok=True)
        report.done.append(step)
        return
    found = os.lstat(source)
    if step.kind == "rename-folder":
        stay_inside(root, step.target)
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
        stay_inside(root, step.target)
        _make_folders(root, step.target)
        target = _move(source, root / step.target, lambda t: note(t.relative_to(root).as_posix()))
        step = FolderStep("move", step.source, target.relative_to(root).as_posix())
    report.done.append(step)


def stay_inside(root: Path, path: str) -> None:
    """Refuse what would leave the data set's folder, by its name or through a link, and what lies
    in a hidden folder, such as the studio's own. Raises StorageError."""
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or LinkFinder(root).is_behind(path):
        raise StorageError(
            f"“{display_name(path)}” leads out of the data set's folder.",
            "A link was put there in the meantime. Open the folder again.",
        )
    if is_hidden(parts[0]) or "\0" in path:
        raise StorageError(
            f"“{display_name(path)}” is hidden, and stays as it is.", "Open the folder again."
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
        between = between_names(target)
        os.rename(source, between)
        source = between
    os.rename(source, target)


def between_names(target: Path) -> Path:
    """What a folder is called for a moment where only upper and lower case change."""
    return target.with_name(f".{target.name}.renaming")


def _move(source: Path, target: Path, note: Callable[[Path], None]) -> Path:
    """Move a file to a name that is free; where it is not, a number is added."""
    wish, number = target, 1
    while True:
        note(target)
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
