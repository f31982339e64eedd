"""Goes the whole way in the real window, without a person: to check an installed program.

Every step prints one JSON line; the first that goes wrong ends it. It uses what a person uses:
the panes, and the window's own worker processes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.errors import StudioError
from studio.ui.main_window import PAGES, MainWindow
from studio.ui.panes.classify.pane import ClassifyPane

MOST_SECONDS = 900


class Rehearsal(QObject):
    """Opens a data set, shows every pane, trains one epoch and classifies a picture.

    Args:
        path: the data set; the built-in sample, where left out.

    Signals:
        ended(int): the exit code: 0 where every step worked.
    """

    ended = Signal(int)

    def __init__(self, window: MainWindow, path: Path | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._session = window.session
        self._training = window.training
        self._began = time.monotonic()
        self._step: Callable[[], None] = self._opened
        self._session.failed.connect(self._failed)
        self._session.dataset_changed.connect(self._look)
        self._training.running_changed.connect(self._look)
        QTimer.singleShot(MOST_SECONDS * 1000, self, self._too_late)

    def start(self) -> None:
        """Begin; ``ended`` comes later."""
        if self._path is None:
            self._session.sample_requested.emit()
        else:
            self._session.open_requested.emit(self._path)

    def _look(self) -> None:
        # Later: whoever else hears of the change comes first.
        QTimer.singleShot(0, self, lambda: self._step())

    def _opened(self) -> None:
        dataset = self._session.dataset
        if dataset is None:
            return
        self._step = _nothing
        self._tell("opened", pictures=len(dataset))
        for key in PAGES:
            self._window.show_pane(key).grab()
        self._tell("shown", panes=list(PAGES))
        self._session.set_recipe(self._session.recipe.changed(epochs=1))
        self._step = self._trained
        self._training.start()

    def _trained(self) -> None:
        outcome = self._training.outcome()
        if self._training.is_running or outcome is None:
            return
        self._step = _nothing
        if outcome.kind != "finished":
            self._end(1, f"{outcome.sentence} {outcome.rest}")
            return
        self._tell("trained", device=outcome.run.record.device, **outcome.run.record.metrics)
        pane = self._window.show_pane("classify")
        dataset = self._session.dataset
        assert isinstance(pane, ClassifyPane) and dataset is not None
        batch = pane.view.list.batch
        batch.dataChanged.connect(self._look)
        self._step = self._classified
        pane.add_paths([str(dataset.absolute(0))])

    def _classified(self) -> None:
        pane = self._window.pane("classify")
        assert isinstance(pane, ClassifyPane)
        item = pane.view.list.batch.item(0)
        if item.prediction is None:
            return
        self._step = _nothing
        if item.best is None:
            self._end(1, item.error)
            return
        name, probability = item.best
        self._tell("classified", name=name, probability=probability)
        self._end(0)

    def _tell(self, event: str, **values: object) -> None:
        seconds = round(time.monotonic() - self._began, 1)
        print(json.dumps({"event": event, "seconds": seconds, **values}), flush=True)

    def _failed(self, error: StudioError) -> None:
        self._end(1, f"{error} {error.details}")

    def _too_late(self) -> None:
        self._end(1, f"It took more than {MOST_SECONDS} s.")

    def _end(self, code: int, message: str = "") -> None:
        self._step = _nothing
        if code:
            self._tell("failed", message=message)
        self.ended.emit(code)


def _nothing() -> None:
    """No step waits for anything."""
