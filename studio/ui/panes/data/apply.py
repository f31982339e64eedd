"""“Apply to folder…”: the only thing that touches the person's files, and only when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, StudioError
from studio.core.paths import display_name
from studio.data.dataset import Dataset, unusable
from studio.data.split import SplitSpec, assign
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.training import controller_of
from studio.ui.widgets.dialogs import MessageDialog
from studio.ui.widgets.menu import Menu

if TYPE_CHECKING:
    from studio.data.folder_apply import FolderReport
    from studio.data.folder_steps import FolderPlan, FolderStep
    from studio.data.overlay.apply import OverlayResult
    from studio.data.overlay.store import Overlay
    from studio.ui.jobs import Job
    from studio.ui.panes.data.apply_dialog import ApplyDialog

Trash = Callable[[Path], None]

WORDS = "Apply to folder…"
FORMATS = ("folder", "split-folders", "collection", "unlabelled")
_HELD = "The files of this data set are being moved."


@dataclass(frozen=True)
class _Base:
    """What a plan is about: the data set as it was opened, and what the person made of it."""

    original: Dataset
    result: OverlayResult
    overlay: Overlay


@dataclass(frozen=True)
class _Outcome:
    """What came of it; ``dataset`` is the folder opened again, None where that failed.

    ``errors`` are what went wrong after the files were moved.
    """

    report: FolderReport
    dataset: Dataset | None
    split: SplitSpec
    assignment: NDArray[np.int8] | None
    errors: tuple[StudioError, ...] = ()


class ApplyToFolder(QObject):
    """Plans in the background, asks, moves files as a job, and opens the folder again.

    Attributes:
        trash: moves a file or an empty folder to the trash; the system's, where it is None.
    """

    def __init__(self, session: Session, view: DataView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self.trash: Trash | None = None
        self.dialog: ApplyDialog | None = None
        self.message: MessageDialog | None = None
        self.job: Job | None = None

    def add_to(self, menu: Menu) -> None:
        """Offer it in a menu that is about to open."""
        refusal = self.refusal()
        entry = menu.add(WORDS, self.start, "folder", enabled=not refusal)
        entry.setToolTip(refusal or "Moves the files as you labelled them. It asks first.")

    def refusal(self) -> str:
        """Why there is nothing to apply now; empty where there is."""
        original, changes = self._session.original, self._session.changes
        if original is None or self._session.peek is not None:
            return "Open a data set first."
        if original.format not in FORMATS or original.source is not None:
            return "Only where sub-folders are the classes are there files to move."
        if self.job is not None and self.job.is_running:
            return _HELD
        if not changes.are_there:
            return "You have changed nothing about these pictures."
        return ""

    def start(self) -> None:
        """Work out what would be done, then ask."""
        session = self._session
        session.changes.finish()
        original, result = session.original, session.changes.result
        if original is None or result is None or (self.job is not None and self.job.is_running):
            return
        if controller_of(session).is_running:
            words = "A training is reading these pictures."
            session.failed.emit(DatasetError(words, "Stop it, or wait until it has ended."))
            return
        base = _Base(original, result, session.changes.overlay)

        def work(progress: Progress, control: Control) -> FolderPlan:
            from studio.data.folder_plan import plan

            return plan(base.original, base.result)

        self.job = session.jobs.start(
            "Looking at the folder", work, done=lambda plan: self._ask(base, plan),
            failed=session.failed.emit, owner=self,
        )  # fmt: skip

    # --- inside ---------------------------------------------------------------------------------

    def _ask(self, base: _Base, plan: FolderPlan) -> None:
        from studio.ui.panes.data.apply_dialog import ApplyDialog

        if self._session.changes.result is not base.result:
            return  # something was changed in the meantime; who still wants it asks again
        if not plan.steps:
            self._tell("The folder already is as you see it here.", _stays(plan), "good", "good")
            return
        dialog = self.dialog = ApplyDialog(plan, self._view.window())
        dialog.accepted.connect(lambda: self._go(base, plan))
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _go(self, base: _Base, plan: FolderPlan) -> None:
        session = self._session
        if session.changes.result is not base.result:
            return
        session.changes.hold(_HELD)
        split, trash = session.split, self.trash
        self.job = session.jobs.start(
            f"Changing {base.original.name}",
            lambda progress, control: _carried_out(base, plan, split, trash, progress, control),
            done=self._done, failed=self._failed, cancelled=session.changes.release,
        )  # fmt: skip

    def _failed(self, error: StudioError) -> None:
        self._session.changes.release()
        self._session.failed.emit(error)

    def _done(self, outcome: _Outcome) -> None:
        session = self._session
        session.changes.release()
        # Its steps name pictures by where they were: what is left to say was written anew.
        session.undo_stack.clear()
        is_same = outcome.split == session.split
        session.set_dataset(outcome.dataset, outcome.assignment if is_same else None)
        session.changes.fill_stack()
        report = outcome.report
        if report.is_complete and not outcome.errors:
            self._view.done.setText(report.sentence())
            self._view.done.setToolTip(report.sentence())
            return
        hints = [error.hint for error in (report.stopped, *outcome.errors) if error is not None]
        hints += [error.message for error in outcome.errors]
        if report.left.steps:
            hints.append("What was not done is still changed in the project: apply it again.")
        role = "bad" if report.stopped is not None or outcome.errors else "warning"
        icon = "error" if role == "bad" else "warning"
        self._tell(report.sentence(), " ".join(filter(None, hints)), icon, role, _told(report))

    def _tell(self, sentence: str, hint: str, icon: str, role: str, details: str = "") -> None:
        self.message = MessageDialog(
            sentence, hint, details, icon=icon, role=role, parent=self._view.window()
        )
        self.message.finished.connect(self._told_it)
        self.message.open()

    def _told_it(self) -> None:
        if self.message is not None:
            self.message.deleteLater()
            self.message = None


def _carried_out(
    base: _Base, plan: FolderPlan, split: SplitSpec, trash: Trash | None, progress: Progress,
    control: Control,
) -> _Outcome:  # fmt: skip
    """Move the files, write down what is left to say, open the folder again; in a thread.

    A cancel ends the moving alone: what follows makes the project fit what was done.
    """
    from studio.data.folder_apply import carry_out, send_to_trash
    from studio.data.folder_journal import FolderJournal
    from studio.data.folder_rest import Said, still_to_say
    from studio.data.index import open_dataset

    overlay = base.overlay
    said = Said.of(base.original, base.result, overlay.accepted())
    if overlay.file is None:  # nothing of it would outlive a kill anyway
        report = carry_out(plan, progress, control, trash or send_to_trash)
        journal = None
    else:
        journal = FolderJournal.begin(overlay.file.parent, plan, said, overlay.revision)
        report = carry_out(plan, progress, control, trash or send_to_trash, journal.trying)
    errors: list[StudioError] = []
    try:
        overlay.settle(still_to_say(said, report))
        if journal is not None:
            journal.end()
    except StudioError as error:
        errors.append(error)
    original = base.original
    try:
        dataset = open_dataset(
            original.place, original.format, progress=progress, options=original.options
        )
    except StudioError as error:
        return _Outcome(report, None, split, None, (*errors, error))
    dataset.fingerprint()  # kept by the data set
    left_out = unusable(dataset, dataset.problems)
    drawn = assign(dataset, split, excluded=left_out)
    return _Outcome(report, dataset, split, drawn, tuple(errors))


def _stays(plan: FolderPlan) -> str:
    return " ".join(plan.lines())


def _told(report: FolderReport) -> str:
    """Every step, done or not, one a line."""
    lines = ["Done:", *map(_step_words, report.done)] if report.done else []
    if report.left.steps:
        lines += ["Not done:", *map(_step_words, report.left.steps)]
    return "\n".join(lines)


def _step_words(step: FolderStep) -> str:
    source = display_name(step.source)
    if step.target:
        return f"{source} → {display_name(step.target)}"
    return f"{source} → trash"
