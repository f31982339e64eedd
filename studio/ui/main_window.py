"""The main window: the frame around the panes, which are built when they are first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.ui.actions import Actions, run_words
from studio.ui.device_chip import DeviceChip
from studio.ui.format_dialog.asking import FormatAsker
from studio.ui.latest import Latest
from studio.ui.opening import Opener
from studio.ui.panes.start import StartPage
from studio.ui.session import Session
from studio.ui.shell.frame import Frame
from studio.ui.strip_director import StripDirector
from studio.ui.training import TrainingController
from studio.ui.widgets.dialogs import ask, show_error
from studio.ui.widgets.numbers import duration

PAGES = {
    "data": ("studio.ui.panes.data.pane", "DataPane"),
    "augment": ("studio.ui.panes.augment.pane", "AugmentPane"),
    "model": ("studio.ui.panes.model.pane", "ModelPane"),
    "train": ("studio.ui.panes.train.pane", "TrainPane"),
    "understand": ("studio.ui.panes.understand.pane", "UnderstandPane"),
    "classify": ("studio.ui.panes.classify.pane", "ClassifyPane"),
    "ready": ("studio.ui.panes.ready.page", "ReadyPage"),
    "device": ("studio.ui.panes.device", "DevicePage"),
    "settings": ("studio.ui.panes.settings", "SettingsPage"),
}
DEFAULT_SIZE = (1280, 800)


def _load(key: str) -> Callable[..., QWidget]:
    """The class of a pane."""
    module, name = PAGES[key]
    found: Callable[..., QWidget] = getattr(importlib.import_module(module), name)
    return found


class MainWindow(QMainWindow):
    """Brings the panes to the front and speaks for the session: titles, errors, closing.

    Signals:
        painted: the window has been painted for the first time.
    """

    painted = Signal()

    def __init__(self, session: Session, training: TrainingController) -> None:
        super().__init__()
        self.session = session
        self.training = training
        self.frame = Frame(self)
        self.setCentralWidget(self.frame)
        self.opener = Opener(session, self)
        self.format_asker = FormatAsker(session, self.opener, self)
        self.actions_ = Actions(session, self.frame, self, self.show_pane)
        self.strip_director = StripDirector(self.frame.strip, session.jobs, training)
        self.device_chip = DeviceChip(session, self.frame.top)
        self._was_painted = False
        self._may_close = False
        self._behind_device = "data"
        self._doorway: StartPage | None = None
        self._connect()
        self.resize(*DEFAULT_SIZE)
        self._restore()
        self._open_doorway()
        self._show_project()
        self._show_run()
        self._show_undo()

    def show_pane(self, key: str) -> QWidget:
        """Bring a pane to the front, building it on its first time; returns it."""
        before = self.frame.current_page()
        if key == "device" and before != "device":
            self._behind_device = before or "data"
        pane = self.pane(key)
        self.frame.show_page(key)
        return pane

    def pane(self, key: str) -> QWidget:
        """The pane of that name, built if it was not yet."""
        if key == "data" and self._doorway is not None:
            return self._leave_doorway()
        if self.frame.has_page(key):
            return self.frame.page(key)
        pane: QWidget = _load(key)(self.session, self.frame)
        self.frame.add_page(key, pane)
        return pane

    def show_failure(self, error: StudioError) -> None:
        """Show an error with its hint and details, without blocking."""
        show_error(self, error.message, error.hint, error.details)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell, once, that the window is on the screen and answers."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def showEvent(self, event: QShowEvent) -> None:
        """Messages that came up before there was a window."""
        super().showEvent(event)
        if self.session.settings.messages:
            text = " ".join(self.session.settings.messages)
            self.session.settings.messages.clear()
            self.show_failure(StudioError(text))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while a training runs; save what can be saved; remember the window."""
        if self.training.is_running and not self._may_close:
            event.ignore()
            self._ask_before_closing()
            return
        if not self._save_before_closing():
            event.ignore()
            return
        self._remember()
        super().closeEvent(event)

    # --- before anything is open ----------------------------------------------------------------

    def _open_doorway(self) -> None:
        """Show the start page alone; the Data pane around it follows the first paint.

        Importing and building that pane would take a third of the time until the first paint.
        """
        self._doorway = StartPage(self.session)
        self.frame.add_page("data", self._doorway)
        self.frame.show_page("data")
        self.session.will_open.connect(self._need_data_pane)
        self.session.build_requested.connect(self._build_in_doorway)
        self._ahead = Latest(self)
        self._ahead.answered.connect(self._need_data_pane)
        self.painted.connect(lambda: self._ahead.ask(lambda: _load("data")))

    def _need_data_pane(self, _loaded: object = None) -> None:
        self.pane("data")

    def _leave_doorway(self) -> QWidget:
        """The Data pane, with the start page in it."""
        start, self._doorway = self._doorway, None
        self.session.will_open.disconnect(self._need_data_pane)
        self.session.build_requested.disconnect(self._build_in_doorway)
        pane: QWidget = _load("data")(self.session, self.frame, start)
        self.frame.replace_page("data", pane)
        return pane

    def _build_in_doorway(self) -> None:
        self.pane("data")
        self.session.build_requested.emit()  # again, for the pane that was not there

    # --- inside ---------------------------------------------------------------------------------

    def _connect(self) -> None:
        session, frame = self.session, self.frame
        frame.rail.pane_requested.connect(self._visit)
        frame.rail.settings_requested.connect(lambda: self.show_pane("settings"))
        frame.top.device_requested.connect(self._toggle_device)
        frame.page_changed.connect(lambda key: frame.top.set_device_open(key == "device"))
        frame.top.help_requested.connect(self._show_help)
        session.pane_requested.connect(self._go)
        session.failed.connect(self.show_failure)
        session.project_changed.connect(self._show_project)
        session.saved_changed.connect(self._show_saved)
        session.run_in_view_changed.connect(self._show_run)
        session.runs_changed.connect(self._show_run)
        session.findings.changed.connect(self._show_dots)
        session.undo_stack.indexChanged.connect(self._show_undo)
        self.training.running_changed.connect(self._show_dots)
        self.opener.pictures_opened.connect(self._classify)
        self.opener.messages.connect(self._show_messages)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._show_saved)
        self._clock.start(20_000)

    def _visit(self, key: str) -> None:
        """Show a pane that was asked for by hand."""
        if self.frame.has_page(key):
            self.show_pane(key)
            return
        # Building it and showing it are two short slots in place of a long one.
        self.pane(key)
        QTimer.singleShot(1, self, lambda: self.show_pane(key))

    def _go(self, key: str) -> None:
        self.show_pane(self._behind_device if key == "back" else key)

    def _toggle_device(self) -> None:
        shown = self.frame.current_page() == "device"
        self.show_pane(self._behind_device if shown else "device")

    def _classify(self, paths: list[str]) -> None:
        pane = self.show_pane("classify")
        pane.add_paths(paths)  # type: ignore[attr-defined]

    def _show_messages(self, messages: list[str]) -> None:
        if messages:
            self.show_failure(StudioError(" ".join(messages)))

    def _show_project(self) -> None:
        project = self.session.project
        name = display_name(project.document.name) if project else "New project"
        self.frame.top.set_project(name)
        self.setWindowTitle(f"{name} – Classifier Studio")
        self._show_saved()

    def _show_saved(self) -> None:
        project = self.session.project
        if project is None:
            self.frame.top.set_saved("")
        elif self.session.is_dirty:
            self.frame.top.set_saved("Not saved yet")
        else:
            saved = datetime.fromisoformat(project.document.saved)
            seconds = (datetime.now(UTC) - saved).total_seconds()
            words = "just now" if seconds < 60 else f"{duration(seconds)} ago"
            self.frame.top.set_saved(f"Saved {words}")

    def _show_run(self) -> None:
        run = self.session.run_in_view
        if run is None:
            self.frame.top.set_run("No run yet", None)
        else:
            words = run_words(run.title, run.record.model)
            self.frame.top.set_run(words, self.session.run_colour(run))

    def _show_undo(self) -> None:
        stack = self.session.undo_stack
        self.frame.top.set_undo(stack.undoText() if stack.canUndo() else None)
        self.frame.top.set_redo(stack.redoText() if stack.canRedo() else None)

    def _show_dots(self) -> None:
        problems = len(self.session.findings.problems)
        words = f"{problems} problems" if problems else ""
        self.frame.rail.set_dot("data", "warning" if problems else "", words)
        running = self.training.is_running
        self.frame.rail.set_dot("train", "run" if running else "", "training" if running else "")

    def _show_help(self) -> None:
        from studio.ui.help import HelpDialog

        HelpDialog(self).open()

    def _ask_before_closing(self) -> None:
        answer = ask(
            self,
            "A training is running.",
            "If you stop it, its best epoch and a checkpoint are kept, and you can go on later.",
            [("stay", "Keep training", "primary"), ("stop", "Stop and close", "danger")],
        )
        if answer == "stop":
            self._may_close = True
            self.training.stop_and_wait(self._close_now)

    def _close_now(self) -> None:
        self.close()

    def _save_before_closing(self) -> bool:
        try:
            self.session.save()
        except StudioError as error:
            answer = ask(
                self,
                error.message,
                f"{error.hint} Changes since the last save would be lost.",
                [("stay", "Go back", "primary"), ("close", "Close without saving", "danger")],
            )
            return answer == "close"
        return True

    def _restore(self) -> None:
        state = self.session.settings.current.window
        geometry = state.get("geometry")
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))

    def _remember(self) -> None:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        state = {**self.session.settings.current.window, "geometry": geometry}
        self.session.settings.change(window=state)
