"""The Classify pane: pictures in, the answers of the run in view out."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.core.runs import RunFolder
from studio.data import pixels
from studio.engine.protocol.messages import Predict, PredictArray, Predicted, Request
from studio.ui.engines import EngineJob
from studio.ui.latest import Latest
from studio.ui.panes.classify.batch import Item
from studio.ui.panes.classify.pasted import array_of
from studio.ui.panes.classify.table import write_table
from studio.ui.panes.classify.view import ClassifyView
from studio.ui.panes.classify.words import answer_words, spent_words
from studio.ui.panes.common import PICTURE_FILTER, on_surface
from studio.ui.session import Session
from studio.ui.shown_bands import FollowShown
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.drop import DropOverlay, dropped_paths
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.image_view import to_image
from studio.ui.widgets.numbers import count

PREVIEW = 1024
"""Longest side of the picture shown, in pixels."""


def describe_drop(paths: list[str]) -> tuple[bool, str]:
    """What a drop on this pane does."""
    if len(paths) == 1:
        name = display_name(Path(paths[0]).name)
        folder = Path(paths[0]).is_dir()
        return True, f"Classify all pictures in “{name}”" if folder else f"Classify “{name}”"
    return True, f"Classify {len(paths):,} files and folders"


def _pasted(run: str, name: str, array: NDArray[np.uint8], job: int) -> Request:
    return PredictArray(job, run, name, array)


class ClassifyPane(QWidget):
    """A list of pictures with the answers of the run in view.

    The inspector process answers, so another model may train meanwhile.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs: dict[EngineJob, int] = {}
        self._answered_by: tuple[str, int] | None = None
        self._started = time.monotonic()
        self._spent = ""
        self.loader = ThumbnailLoader(self)
        self.view = ClassifyView(self.loader, describe_drop)
        self.empty = EmptyState("", "", "Go to Train", "", "classify")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.view)
        self.pages.addWidget(on_surface(self.empty))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self._reading = Latest(self)
        self._reading.answered.connect(self._show_preview)
        self._reading.failed.connect(self._show_unreadable)
        self._connect()
        self._run_changed()

    def _connect(self) -> None:
        view, session = self.view, self._session
        view.choose_button.clicked.connect(self._choose)
        view.paste_button.clicked.connect(self.paste)
        view.clear_button.clicked.connect(self.clear)
        view.table_button.clicked.connect(self._ask_table)
        view.stop_button.clicked.connect(self._stop)
        view.banner.action.connect(self._answer_again)
        view.list.item_chosen.connect(lambda _place: self._show_item())
        view.list.why_asked.connect(self._why)
        view.list.remove_asked.connect(self._remove)
        view.list.batch.dataChanged.connect(self._answers_changed)
        view.list.batch.modelReset.connect(self._show_item)
        self.overlay = DropOverlay(self, describe_drop)
        self.overlay.dropped.connect(self.add_paths)
        view.zone.dropped.connect(self.add_paths)
        self.empty.action.connect(lambda: session.pane_requested.emit("train"))
        session.run_in_view_changed.connect(self._run_changed)
        session.runs_changed.connect(self._run_changed)
        FollowShown(session, self.loader, self._bands_changed)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        paste.activated.connect(self.paste)

    def _bands_changed(self) -> None:
        self.view.list.viewport().update()
        self._show_item()

    # --- what comes in --------------------------------------------------------------------------

    def add_paths(self, paths: list[str]) -> None:
        """Classify files, and all pictures below folders."""
        wanted = [Path(path) for path in paths]

        def work(progress: Progress, control: Control) -> list[Path]:
            from studio.data.index import find_pictures  # with all formats: not at the start

            return find_pictures(wanted, control)

        self._session.jobs.start(
            "Looking for pictures", work, done=self._add, failed=self._session.failed.emit,
            owner=self,
        )  # fmt: skip

    def paste(self) -> None:
        """Classify what the clipboard holds: files, or a picture."""
        data = QGuiApplication.clipboard().mimeData()
        paths = dropped_paths(data) if data is not None else []
        if paths:
            self.add_paths(paths)
            return
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self.view.banner.show_text("info", "There is no picture on the clipboard.")
            return
        item = self.view.list.batch.add_pasted(array_of(image), QPixmap.fromImage(image))
        self._after_adding([item])

    def clear(self) -> None:
        """Empty the list; files stay where they are."""
        self._stop()
        self.view.list.batch.clear()
        self._refresh()

    def _choose(self) -> None:
        home = str(Path.home())
        names, _ = QFileDialog.getOpenFileNames(self, "Choose pictures", home, PICTURE_FILTER)
        if names:
            self.add_paths(names)

    def _add(self, paths: list[Path]) -> None:
        if not paths:
            self.view.banner.show_text("info", "There is no picture in what was dropped.")
            return
        fresh = self.view.list.batch.add_files(paths)
        if not fresh:
            self._choose_path(str(paths[0]))
        self._after_adding(fresh)

    def _after_adding(self, fresh: list[Item]) -> None:
        if fresh:
            self.view.banner.hide()
            self.view.list.choose(self.view.list.batch.place_of(fresh[0].number))
            self._predict(fresh)
        self._refresh()

    def _choose_path(self, path: str) -> None:
        places = self.view.list.batch.places_of_paths({path})
        if places:
            self.view.list.choose(places[0])

    def _remove(self) -> None:
        place = self.view.list.currentIndex().row()
        if place >= 0:
            self.view.list.batch.remove(place)
            left = self.view.list.batch.rowCount()
            if left:
                self.view.list.choose(min(place, left - 1))
            self._show_item()
            self._refresh()

    # --- the run that answers -------------------------------------------------------------------

    def _usable_run(self) -> RunFolder | None:
        run = self._session.run_in_view
        return run if run is not None and run.best_weights.is_file() else None

    def _run_changed(self) -> None:
        run = self._usable_run()
        if run is None:
            self._show_empty()
            return
        self.pages.setCurrentWidget(self.view)
        self.view.set_outputs(run.record.outputs)
        running = run.record.state == "running"
        key = (str(run.path), run.record.best_epoch)
        same_run = self._answered_by is not None and self._answered_by[0] == key[0]
        # While a run trains its weights get better every epoch: what is answered stays.
        if self._answered_by != key and not (running and same_run):
            self._answered_by = key
            self._answer_again()
        self._refresh()

    def _show_empty(self) -> None:
        run = self._session.run_in_view
        if run is None:
            self.empty.set_texts(
                "No run can answer yet",
                "Classify asks the run in view what it sees in a picture. Train one first, "
                "then drop pictures here.",
            )
        else:
            self.empty.set_texts(
                f"{run.title} has no finished epoch yet",
                "As soon as it has one, pictures that you drop here are answered. "
                "Another run can be chosen at the top.",
            )
        self.pages.setCurrentIndex(1)

    def _answer_again(self) -> None:
        self._stop()
        self.view.banner.hide()
        self.view.list.batch.forget_answers()
        self._predict(self.view.list.batch.items())
        self._show_item()

    def _predict(self, items: list[Item]) -> None:
        run = self._usable_run()
        if run is None or not items:
            return
        self._answered_by = (str(run.path), run.record.best_epoch)
        files = [item for item in items if item.path]
        if files:
            paths = tuple(item.path for item in files)
            self._submit(files, lambda job: Predict(job, str(run.path), paths))
        for item in items:
            if item.array is not None:
                self._submit([item], partial(_pasted, str(run.path), item.name, item.array))

    def _submit(self, items: list[Item], request: Callable[[int], Request]) -> None:
        numbers = [item.number for item in items]

        def answered(event: object) -> None:
            if isinstance(event, Predicted):
                self.view.list.batch.answer(numbers[event.index], event.prediction)

        def begun() -> None:
            if len(self._jobs) == 1:
                self._started = time.monotonic()

        def over() -> None:
            self._jobs.pop(job, None)
            self._finished()

        def failed(error: StudioError) -> None:
            over()
            self._spent = ""
            self._refresh()
            self.view.banner.show_text("bad", escape(str(error)), "Try again")

        job = self._session.engines.inspector.submit(
            request, started=begun, event=answered, done=lambda _result: over(), cancelled=over,
            failed=failed, owner=self,
        )  # fmt: skip
        self._jobs[job] = len(items)
        self._refresh()

    def _finished(self) -> None:
        if not self._jobs:
            self._spent = spent_words(time.monotonic() - self._started)
        self._refresh()

    def _stop(self) -> None:
        for job in list(self._jobs):
            job.drop()
        self._jobs = {}
        self._refresh()

    # --- what is shown --------------------------------------------------------------------------

    def _answers_changed(self) -> None:
        self._refresh()
        self._show_answer(self._current())

    def _current(self) -> Item | None:
        place = self.view.list.currentIndex().row()
        batch = self.view.list.batch
        return batch.item(place) if 0 <= place < batch.rowCount() else None

    def _refresh(self) -> None:
        view, batch = self.view, self.view.list.batch
        total = batch.rowCount()
        view.panel.set_title(count(total, "picture"))
        view.summary.setText(batch.summary() if total else "")
        busy = bool(self._jobs)
        view.track.setVisible(busy and total > 1)
        view.stop_button.setVisible(busy and total > 1)
        view.table_button.setVisible(not busy)
        view.table_button.setEnabled(any(i.prediction is not None for i in batch.items()))
        view.clear_button.setEnabled(total > 0)
        if busy and total:
            waiting = sum(1 for item in batch.items() if item.prediction is None)
            view.track.set_fraction((total - waiting) / total)
        run = self._session.run_in_view
        view.nothing.setText(
            f"{run.title} answers with one of its classes. Pictures, folders and what you copied "
            "elsewhere can be dropped or pasted anywhere on this pane." if run else ""
        )  # fmt: skip
        view.foot_left.setText(self._foot_words(total, busy))
        view.show_picture(self._current() is not None)

    def _foot_words(self, total: int, busy: bool) -> str:
        if not total or busy or not self._spent:
            return "Answering…" if busy and total else ""
        training = any(run.record.state == "running" for run in self._session.runs)
        words = f"{count(total, 'picture')} in {self._spent}"
        return f"{words}, while a run trains" if training else words

    def _show_item(self) -> None:
        item = self._current()
        view, batch = self.view, self.view.list.batch
        view.show_picture(item is not None)
        view.name.setText(item.name if item is not None else "")
        place = batch.place_of(item.number) + 1 if item is not None else 0
        view.place.setText(f"{place:,} of {batch.rowCount():,}" if item is not None else "")
        self._reading.forget()
        if item is None:
            view.foot_right.setText("")
            view.show_answer(None)
            return
        if item.pixmap is not None:
            view.stage.set_picture(item.pixmap)
        else:
            path, shown = item.path, self._session.shown.bands
            self._reading.ask(lambda: to_image(pixels.thumbnail(Path(path), PREVIEW, shown)))
        self._show_answer(item)

    def _show_preview(self, image: QImage) -> None:
        self.view.stage.set_picture(image)

    def _show_unreadable(self, error: StudioError) -> None:
        self.view.stage.set_message("Could not be read", "broken", "bad")

    def _show_answer(self, item: Item | None) -> None:
        view = self.view
        if item is None:
            return
        run = self._session.run_in_view
        epoch = run.record.best_epoch if run is not None else 0
        view.foot_right.setText(f"{run.title}, epoch {epoch}" if run is not None and epoch else "")
        view.show_answer(item.prediction)
        if item.error:
            view.answer.setText("Could not be read")
            view.sentence.setText(item.error)
        elif item.best is None:
            view.answer.setText("…")
            view.sentence.setText("Waiting for the answer.")
        else:
            title = run.title if run is not None else "The run"
            view.answer.setText(item.title)
            view.sentence.setText(answer_words(item, title))

    def _why(self, place: int) -> None:
        self.view.list.choose(place)
        self._show_item()

    # --- the table ------------------------------------------------------------------------------

    def _ask_table(self) -> None:
        start = str(Path.home() / "answers.csv")
        name, _ = QFileDialog.getSaveFileName(self, "Save the table", start, "Tables (*.csv)")
        if name:
            path = Path(name)
            self.save_table(path if path.suffix else path.with_suffix(".csv"))

    def save_table(self, path: Path) -> None:
        """Save all answers as CSV; a disk that refuses is shown."""
        try:
            write_table(path, self.view.list.batch.items())
        except StudioError as error:
            self._session.failed.emit(error)
