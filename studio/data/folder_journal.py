"""So that a kill while files are moved loses nothing: what was going to be done, and how far it is.

::

    applying.json   the plan, and all that the overlay says about the pictures; written whole first
    applying.log    one line before each attempt at a step: its number and its target

Both lie beside the overlay. Once its overlay is settled they go. Where they are found at the next
opening, the work was cut off in between: which steps were done is read from the log and from the
folder, and the overlay is settled then.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

from studio.core.errors import StorageError
from studio.core.files import storage_errors, write_json
from studio.core.paths import display_name, from_text, to_text
from studio.data.folder_apply import FolderReport, between_names, stay_inside
from studio.data.folder_rest import Said, still_to_say
from studio.data.folder_steps import FolderPlan, FolderStep, StepKind
from studio.data.overlay.store import Overlay

FILE, LOG = "applying.json", "applying.log"
_DOING = "noting what is to be moved"
_VERSION = 1


class FolderJournal:
    """The two files of one plan that is carried out now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def begin(cls, folder: Path, plan: FolderPlan, said: Said, revision: int) -> FolderJournal:
        """Write down what will be done.

        Args:
            folder: the project's.
            revision: ``Overlay.revision``; where it is another at the next opening, the overlay
                was settled, or changed by somebody else.

        Raises:
            StorageError: the disk is full, read-only or gone. Then nothing should be moved.
        """
        journal = cls(folder)
        with storage_errors(_DOING):
            (folder / LOG).write_bytes(b"")
        document = {
            "version": _VERSION, "revision": revision, "depth": plan.depth,
            "steps": [[s.kind, s.source, s.target] for s in plan.steps],
            "said": {**vars(said), "root": to_text(said.root)},
        }  # fmt: skip
        write_json(folder / FILE, document, _DOING)
        return journal

    def trying(self, number: int, target: str) -> None:
        """Note an attempt before it is made. Raises StorageError."""
        with storage_errors(_DOING), (self._folder / LOG).open("ab", buffering=0) as file:
            file.write(json.dumps([number, target]).encode() + b"\n")

    def end(self) -> None:
        """The overlay is settled: nothing is left to go on with. Raises StorageError."""
        with storage_errors(_DOING):
            (self._folder / FILE).unlink(missing_ok=True)
            (self._folder / LOG).unlink(missing_ok=True)


def is_unfinished(folder: Path) -> bool:
    """Whether moving files was cut off in a project."""
    return (folder / FILE).exists()


def settle_unfinished(folder: Path, overlay: Overlay) -> str:
    """Settle the overlay of a project in which moving files was cut off.

    Returns:
        what to tell the person; empty where there was nothing to do.

    Raises:
        StorageError: the disk refuses; it is tried again at the next opening.
    """
    if not is_unfinished(folder):
        return ""
    try:
        plan, said, revision = _read(folder / FILE)
    except (ValueError, TypeError, KeyError, RecursionError):
        kept = folder / "applying.damaged.json"
        with storage_errors("keeping a damaged note"):
            os.replace(folder / FILE, kept)
        return (
            "Moving pictures was interrupted, and the note about it is damaged. It was kept as "
            f"“{kept.name}”; labels of pictures that moved may have to be given again."
        )
    words = ""
    if overlay.revision == revision:
        report = _found(plan, _attempts(folder / LOG))
        overlay.settle(still_to_say(said, report))
        words = (
            f"Moving the pictures of “{display_name(plan.root.name)}” was interrupted after "
            f"{len(report.done):,} of {len(plan.steps):,} steps. What was not done is still "
            "changed in the project: apply it again."
        )
    FolderJournal(folder).end()
    return words


def _read(file: Path) -> tuple[FolderPlan, Said, int]:
    """What :meth:`FolderJournal.begin` wrote. Raises ValueError and its like where it is not."""
    with storage_errors("reading what was to be moved"):
        document = json.loads(file.read_bytes())
    if document["version"] != _VERSION:
        raise ValueError(f"version {document['version']}")
    given: dict[str, Any] = dict(document["said"])
    root = from_text(given.pop("root"))
    steps = tuple(FolderStep(kind, source, target) for kind, source, target in document["steps"])
    if not all(s.kind in get_args(StepKind) and isinstance(s.source, str) for s in steps):
        raise ValueError("a step of a kind that is not known")
    given["classes"] = tuple(given["classes"])
    given["accepted"] = [(kind, path) for kind, path in given["accepted"]]
    said = Said(root=root, **given)
    rows = [
        *said.excluded,
        *(r for some in (said.tags, said.moved) for v in some.values() for r in v),
    ]
    if (
        len(said.wanted) != len(said.paths)
        or not all(0 <= r < len(said.paths) for r in rows)
        or not all(-1 <= w < len(said.classes) for w in said.wanted)
    ):
        raise ValueError("rows that do not fit")
    return FolderPlan(root, int(document["depth"]), steps), said, int(document["revision"])


def _attempts(log: Path) -> list[tuple[int, str]]:
    """The attempts in order; a last line that was cut off was never followed by its attempt."""
    found: list[tuple[int, str]] = []
    with suppress(OSError, ValueError, TypeError):
        for line in log.read_bytes().splitlines():
            number, target = json.loads(line)
            found.append((int(number), str(target)))
    return found


def _found(plan: FolderPlan, attempts: Sequence[tuple[int, str]]) -> FolderReport:
    """Which steps were done. Those before the last attempt were; that one, and what the log may
    have lost with the power, is looked up in the folder."""
    targets = dict(attempts)
    last = max(targets, default=0)
    report = FolderReport(plan)
    is_there = plan.root.is_dir()  # else the drive is not connected: what the log says must do
    for number, step in enumerate(plan.steps):
        if step.kind in ("move", "rename-folder"):
            step = FolderStep(step.kind, step.source, targets.get(number, step.target))
        done = number < last if number < last or not is_there else _is_done(plan.root, step)
        if done:
            report.done.append(step)
        elif step.kind != "trash-folder":
            report.left = FolderPlan(plan.root, plan.depth, plan.steps[number:])
            break
    else:
        report.left = FolderPlan(plan.root, plan.depth, ())
    return report


def _is_done(root: Path, step: FolderStep) -> bool:
    """Whether a step was done; one that stands in the middle is brought to its end."""
    source, target = root / step.source, root / step.target
    try:
        stay_inside(root, step.source)
        if step.target:
            stay_inside(root, step.target)
        if step.kind == "make-folder":
            return source.is_dir()
        if step.kind in ("trash", "trash-folder"):
            return not os.path.lexists(source)
        if step.kind == "rename-folder":
            between = between_names(target)
            if between.is_dir() and not os.path.lexists(target):
                os.rename(between, target)
            names = os.listdir(target.parent)  # to the letter, where only the case differs
            return target.name in names and source.name not in names
        if os.path.lexists(source) and os.path.lexists(target) and os.path.samefile(source, target):
            os.unlink(source)  # a second name of the same file, which was to be the only one
        return not os.path.lexists(source) and os.path.lexists(target)
    except (OSError, StorageError):
        return False
