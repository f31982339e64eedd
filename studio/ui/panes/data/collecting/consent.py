"""Whether pictures may be added: a data set may take none, or be the person's own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError
from studio.core.paths import to_text
from studio.ui.panes.data.collecting.collector import Collector
from studio.ui.panes.data.collecting.targets import is_own
from studio.ui.session import Session
from studio.ui.widgets.dialogs import MessageDialog
from studio.ui.widgets.numbers import count

SECTION = "build"
"""Section of the project: whether copying into the person's own folder was agreed to."""


class Consent(QObject):
    """Asks once for each folder that the studio has not made, and says why others take none.

    Attributes:
        question: what is being asked or told; None for nothing.
    """

    def __init__(self, session: Session, collector: Collector, pane: QWidget) -> None:
        super().__init__(pane)
        self._session, self._collector, self._pane = session, collector, pane
        self._agreed: Path | None = None
        self.question: MessageDialog | None = None

    def add(self, number: int, name: str | None, act: Callable[[], None]) -> None:
        """Do it, unless this data set takes none; ask first where the folder is the person's."""
        if self.refused():
            return
        original = self._session.original
        assert original is not None
        if name is None and not is_own(original):
            self._session.failed.emit(
                StudioError("These pictures need a class.", "Choose one in the list first.")
            )
        elif original.format == "collection" or self._has_agreed(original.root):
            act()
        else:
            self._ask(number, name, act)

    def _ask(self, number: int, name: str | None, act: Callable[[], None]) -> None:
        target = self._collector.target(name)
        if target is None:
            return
        what = f"Copy {count(number, 'picture' if number == 1 else 'file')}" if number else "Take"
        what = what if number else "Save the pictures that you take"
        question = MessageDialog(
            f"{what} into “{target.words}”?",
            "This is your own folder. What is in it stays as it is, and the files that you add "
            "stay where they are, too. You are asked once.",
            buttons=(("copy", "Copy" if number else "Go on", "primary"), ("", "Cancel", "normal")),
            icon="help", role="accent", parent=self._pane.window(),
        )  # fmt: skip
        self.question = question

        def finished(_code: int) -> None:
            answer, self.question = question.answer, None
            question.deleteLater()
            if answer == "copy":
                self._agree(target.root)
                act()

        question.finished.connect(finished)
        question.open()

    def refused(self) -> bool:
        """Say why no picture can be added, with the way on; False where it can."""
        error = self._collector.refusal()
        if self._session.peek is not None:
            error = StudioError("The folder is still being opened.", "Try again in a moment.")
        if error is None:
            return False
        dialog = MessageDialog(
            error.message, error.hint, icon="info", role="accent", parent=self._pane.window(),
            buttons=(("new", "Make a new data set", "primary"), ("", "Close", "normal")),
        )  # fmt: skip
        self.question = dialog

        def finished(_code: int) -> None:
            answer, self.question = dialog.answer, None
            dialog.deleteLater()
            if answer == "new":
                self._session.build_requested.emit()

        dialog.finished.connect(finished)
        dialog.open()
        return True

    def _has_agreed(self, root: Path) -> bool:
        project = self._session.project
        said = project.section(SECTION).get("agreed") if project is not None else None
        return self._agreed == root or said == to_text(root)

    def _agree(self, root: Path) -> None:
        self._agreed = root
        if (project := self._session.project) is not None:
            project.set_section(SECTION, {"agreed": to_text(root)})
