"""Builds the window's world in one place; ``run()`` is what the command calls."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import logging.handlers
import os
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from studio.core.errors import StudioError
from studio.core.paths import log_folder
from studio.core.settings import SettingsStore
from studio.ui.engines import Engines
from studio.ui.jobs import Jobs
from studio.ui.latest import Latest
from studio.ui.main_window import PAGES, MainWindow
from studio.ui.session import Session
from studio.ui.theme import Theme
from studio.ui.training import TrainingController
from studio.ui.widgets.focus import FocusRing

log = logging.getLogger("studio")

IDLE_AFTER_MS = 1500
"""What can wait is done when the first paint is over and the person is at work."""


@dataclass
class World:
    """Everything that one window needs."""

    theme: Theme
    engines: Engines
    session: Session
    training: TrainingController
    window: MainWindow
    is_closed: bool = False

    def rest(self) -> None:
        """What can wait until the window stands: the look at the device, catalogues, tidying."""
        self.window.device_chip.look()
        ahead = Latest(self.window)
        ahead.answered.connect(_keep_for_good)
        ahead.ask(_load_ahead)

    def close(self) -> None:
        """Close the window without questions and end every process and thread; once is enough."""
        if self.is_closed:
            return
        self.is_closed = True
        self.training.stop_now()
        self.window.hide()
        self.session.jobs.shutdown()
        self.session.close()
        self.engines.shutdown()
        self.window.deleteLater()


def build_world(settings: SettingsStore | None = None) -> World:
    """Make the window and what stands behind it; nothing is started or shown yet.

    A ``QApplication`` must exist. Keras, TensorFlow and imgaug stay out of this process.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication), "make a QApplication first"
    store = settings or SettingsStore()
    theme = _theme(application, store)
    engines = Engines()
    jobs = Jobs()
    session = Session(store, engines, jobs)
    for child in (engines, jobs):
        child.setParent(session)
    training = TrainingController(session)
    window = MainWindow(session, training)
    session.setParent(window)
    return World(theme, engines, session, training, window)


def run(
    path: Path | None = None,
    sample: bool = False,
    quit_after_paint: bool = False,
    rehearse: bool = False,
) -> int:
    """Open the window and stay until it is closed. Returns the exit code."""
    started = time.perf_counter()
    # OpenCV's wheels point Qt to plugins of their own; ours are found without it.
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    _start_log()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Classifier Studio")
    application.setDesktopFileName("classifier-studio")
    world = build_world()
    _show_crashes(world.window)

    def painted() -> None:
        _keep_for_good()
        gc.enable()  # off since the command began: see there
        if quit_after_paint:
            seconds = round(time.perf_counter() - started, 3)
            print(json.dumps({"event": "painted", "seconds": seconds}), flush=True)
            application.quit()
        elif rehearse:
            # Its import is not needed otherwise, and it imports a pane.
            from studio.ui.rehearsal import Rehearsal

            rehearsal = Rehearsal(world.window, path)
            rehearsal.ended.connect(application.exit)
            rehearsal.start()
        elif sample:
            world.session.sample_requested.emit()
        elif path is not None:
            world.session.open_requested.emit(path)

    world.window.painted.connect(painted)
    if not quit_after_paint:
        QTimer.singleShot(IDLE_AFTER_MS, world.window, world.rest)
    world.window.show()
    try:
        return application.exec()
    finally:
        world.close()


def _theme(application: QApplication, store: SettingsStore) -> Theme:
    found = application.property("classifierStudioTheme")
    if isinstance(found, Theme):
        found.set_mode(store.current.theme)
        return found
    theme = Theme(application, store.current.theme)
    FocusRing.of(application)
    return theme


def _keep_for_good(_loaded: object = None) -> None:
    """What lives now lives until the end.

    Looking through it again and again would stop the window for 20 to 80 ms each time; looking
    through it now, once, found nothing to free.
    """
    gc.freeze()


def _load_ahead() -> None:
    """Import what the first data set, pane and training need, while nobody waits for it.

    Of the 100 to 300 ms that a pane took when it was first shown, more than half were imports.
    """
    import studio.data.overlay.store
    import studio.data.peek  # noqa: F401
    from studio.augment.registry import AUGMENTERS
    from studio.data.formats.registry import FORMATS
    from studio.models.registry import ARCHITECTURES

    for catalogue in (FORMATS, ARCHITECTURES, AUGMENTERS):
        catalogue.kinds()
    for module, _name in PAGES.values():
        importlib.import_module(module)


def _start_log() -> None:
    """A rotating log file; a folder that cannot be written leaves only the screen."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                log_folder() / "window.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
            )
        )
    except OSError as error:
        print(f"The log cannot be written: {error}", file=sys.stderr)
    handlers[0].setLevel(logging.WARNING)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(name)s %(message)s", handlers=handlers
    )


def _show_crashes(window: QObject) -> None:
    """An error that nobody caught is logged and shown; the window lives on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("%s", details)
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if isinstance(error, StudioError):
            message, hint = error.message, error.hint
        else:
            message = "Something went wrong inside the studio."
            hint = "Your project is saved. Copy the log and report it, or go on working."
        assert isinstance(window, MainWindow)
        window.show_failure(StudioError(message, hint, details))

    sys.excepthook = hook
