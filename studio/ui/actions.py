"""What the person can do from anywhere: project menu, run menu, shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.errors import ProjectError, StudioError
from studio.core.paths import display_name, from_text
from studio.ui.session import Session
from studio.ui.shell.frame import Frame
from studio.ui.training import controller_of
from studio.ui.widgets.menu import Menu

Act = Callable[[], object]


class Actions(QObject):
    """Fills the top bar's menus and binds the keys.

    Menus are filled when they open, so that they always tell the truth.
    """

    def __init__(
        self, session: Session, frame: Frame, window: QWidget, show_pane: Callable[[str], object]
    ) -> None:
        super().__init__(window)
        self._session = session
        self._frame = frame
        self._window = window
        self._show_pane = show_pane
        frame.top.project_menu.aboutToShow.connect(self._fill_project_menu)
        frame.top.run_menu.aboutToShow.connect(self._fill_run_menu)
        stack = session.undo_stack
        for keys, act in self._keys().items():
            shortcut = QShortcut(QKeySequence(keys), window)
            shortcut.activated.connect(act)
        frame.top.undo_requested.connect(stack.undo)
        frame.top.redo_requested.connect(stack.redo)

    def save(self) -> None:
        """Save; an unnamed project asks for a place first."""
        project = self._session.project
        if project is not None and project.is_unnamed:
            self.save_as()
            return
        self._try(self._session.save)

    def save_as(self) -> None:
        """Ask for a folder and go on with a copy of the project there."""
        project = self._session.project
        if project is None:
            self._try(lambda: self._session.plan_save_as(Path()))
            return
        if controller_of(self._session).is_running:
            self._session.failed.emit(
                ProjectError(
                    "A training is writing into this project.",
                    "Stop it, or wait until it has ended, then save the project elsewhere.",
                )
            )
            return
        start = str(Path.home() / display_name(project.document.name))
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the project as a folder", start, "Project folder (*)"
        )
        if name:
            copy = self._session.plan_save_as(Path(name))
            self._session.jobs.start(
                f"Copying the project to {display_name(Path(name).name)}",
                lambda _progress, _control: copy(),
                done=self._session.take_copy,
                failed=self._session.failed.emit,
            )

    def new_project(self) -> None:
        """Start an empty project; the old one is saved."""
        self._try(self._session.new_project)
        self._show_pane("data")

    def _keys(self) -> dict[str, Act]:
        # The top bar and the rail bind the keys of their own buttons.
        session = self._session
        keys: dict[str, Act] = {
            "Ctrl+N": self.new_project,
            "Ctrl+Shift+N": session.build_requested.emit,
            "Ctrl+O": session.folder_dialog_requested.emit,
            "Ctrl+Shift+O": session.project_dialog_requested.emit,
            "Ctrl+S": self.save,
            "Ctrl+Shift+S": self.save_as,
            "Ctrl+Y": session.undo_stack.redo,
            "Ctrl+Q": self._window.close,
        }
        return keys

    def _fill_project_menu(self) -> None:
        menu = self._frame.top.project_menu
        session = self._session
        menu.clear()
        menu.add("New project", self.new_project, "plus", "Ctrl+N")
        menu.add("New data set…", session.build_requested.emit, "image", "Ctrl+Shift+N")
        menu.add(
            "Open a folder of pictures…", session.folder_dialog_requested.emit, "folder", "Ctrl+O"
        )
        menu.add("Open a table, archive or arrays…", session.file_dialog_requested.emit, "data")
        is_open = session.dataset is not None
        menu.add("Correct the format…", session.format_dialog_requested.emit, "edit",
                 enabled=is_open)  # fmt: skip
        menu.add("Open a project…", session.project_dialog_requested.emit, "folder", "Ctrl+Shift+O")
        menu.add("Open the sample", session.sample_requested.emit, "image")
        menu.add("Ready data sets…", partial(session.pane_requested.emit, "ready"), "download")
        menu.addSeparator()
        open_now = session.project is not None
        menu.add("Save", self.save, "download", "Ctrl+S", enabled=open_now)
        menu.add("Save as…", self.save_as, "copy", "Ctrl+Shift+S", enabled=open_now)
        self._add_recent(menu)
        menu.addSeparator()
        menu.add("Quit", self._window.close, "", "Ctrl+Q")

    def _add_recent(self, menu: Menu) -> None:
        here = self._session.project.path if self._session.project else None
        others = [r for r in self._session.settings.current.recent if from_text(r.path) != here]
        if others:
            menu.addSeparator()
        for recent in others[:6]:
            path = from_text(recent.path)
            menu.add(
                display_name(recent.name),
                partial(self._session.open_requested.emit, path),
                "clock",
                enabled=path.exists(),
            )

    def _fill_run_menu(self) -> None:
        menu = self._frame.top.run_menu
        menu.clear()
        for run in reversed(self._session.runs):
            chosen = run is self._session.run_in_view
            menu.add(
                run_words(run.title, run.record.model),
                partial(self._session.set_run_in_view, run),
                "check" if chosen else "",
            )
        if not self._session.runs:
            menu.add("No run yet: train one", lambda: self._show_pane("train"))

    def _try(self, act: Act) -> None:
        try:
            act()
        except StudioError as error:
            self._session.failed.emit(error)


def run_words(title: str, model: dict[str, object]) -> str:
    """``Run 12 · ResNet-20``."""
    from studio.models.registry import ARCHITECTURES

    kind = str(model.get("kind", ""))
    name = ARCHITECTURES.get(kind).title if kind in ARCHITECTURES else kind
    return f"{title} · {name}"
