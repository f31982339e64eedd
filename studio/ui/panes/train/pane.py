"""The Train pane: recipe at the left, live curves in the middle, runs at the right."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from studio.core.events import EpochEnded
from studio.core.runs import RunFolder
from studio.ui.panes.train.centre import Centre
from studio.ui.panes.train.diagnosis import Diagnosis, diagnose
from studio.ui.panes.train.recipe_panel import RecipePanel
from studio.ui.panes.train.runs_panel import RunsPanel
from studio.ui.panes.train.shown import Shown
from studio.ui.panes.train.store import SeriesStore
from studio.ui.panes.train.words import (
    best_accuracy,
    input_words,
    model_of,
    model_words,
    policy_of,
    policy_words,
    recipe_of,
    trains_words,
)
from studio.ui.session import Session
from studio.ui.theme import theme_of
from studio.ui.training import controller_of
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.numbers import duration, number, percent
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import WorkArea

REDRAW_MS = 50
"""At most 20 redraws a second; data is not dropped."""


class TrainPane(QWidget):
    """Starts and follows trainings, and compares runs."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.training = controller_of(session)
        self.store = SeriesStore(session, self.training, self)
        self._is_preparing = False
        self._runs_are_new = True
        self._banner: tuple[str, ...] = ()
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self.redraw)
        self._connect()
        self._run_changed()
        self._show_recipe()

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.recipe = RecipePanel(self._session.recipe)
        self.runs = RunsPanel(self._session.run_colour)
        self.centre = Centre(WorkArea())
        self.empty = EmptyState("Nothing has been trained yet", "", "Start training",
                                icon="train", action_icon="play")  # fmt: skip
        self.pages = QStackedWidget()
        self.pages.addWidget(self.centre.content)
        self.pages.addWidget(self.empty)
        self.centre.work.add(self.pages, 1)
        self.frame = PaneFrame(
            self.centre.work, self.recipe, self.runs, "Show the recipe", "Show the runs"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)

    def _connect(self) -> None:
        session, training = self._session, self.training
        self.recipe.recipe_edited.connect(session.set_recipe)
        self.recipe.start_requested.connect(self._start)
        self.recipe.prepare_requested.connect(self._prepare)
        self.empty.action.connect(self._start_or_open)
        self.runs.list.run_chosen.connect(session.set_run_in_view)
        self.runs.model.shown_changed.connect(self._runs_changed)
        self.centre.banner.action.connect(self._go_on)
        self.centre.shown_runs = self._shown
        training.running_changed.connect(self._running_changed)
        training.outcome_dismissed.connect(self._later)
        training.history_changed.connect(self._later)
        training.started.connect(self._later)
        training.epoch_ended.connect(self._epoch_ended)
        self.store.arrived.connect(self._later)
        self.store.arrived.connect(self._show_left)
        session.runs_changed.connect(self._runs_changed)
        session.run_in_view_changed.connect(self._run_changed)
        session.recipe_changed.connect(self._show_recipe)
        for signal in (
            session.model_changed, session.policy_changed, session.input_changed,
            session.split_changed, session.dataset_changed,
        ):  # fmt: skip
            signal.connect(self._show_left)
        theme_of(self).changed.connect(self._restyle)

    # --- what the person does -------------------------------------------------------------------

    def _start(self) -> None:
        if not self.recipe.has_error():
            self.training.start()

    def _start_or_open(self) -> None:
        if self._problem():
            self._session.pane_requested.emit("data")
        else:
            self._start()

    def _prepare(self, wanted: bool) -> None:
        self._is_preparing = wanted
        self._show_left()

    def _go_on(self) -> None:
        run = self._session.run_in_view
        if run is not None:
            self.training.go_on(run)

    # --- what has changed -----------------------------------------------------------------------

    def _later(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _runs_changed(self) -> None:
        self._runs_are_new = True
        self._later()

    def _running_changed(self) -> None:
        self._runs_are_new = True
        if not self.training.is_running:
            self._is_preparing = False
        self._show_left()
        self._later()

    def _run_changed(self) -> None:
        run = self._session.run_in_view
        self.runs.show_runs(self._session.runs, self.training.run, run)
        if run is not None:
            self.runs.model.show(run)
        self._show_left()
        self.redraw()

    def _epoch_ended(self, event: EpochEnded) -> None:
        self._later()

    def _show_recipe(self) -> None:
        self.recipe.show_recipe(self._session.recipe)
        self._show_left()
        if not self._session.runs:
            self._show_empty()

    def _restyle(self) -> None:
        self.centre.curves.restyle()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened behind."""
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is drawn that nobody sees."""
        super().hideEvent(event)
        self._timer.stop()

    # --- showing --------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Bring charts, numbers, banner and list up to date."""
        run, training = self._session.run_in_view, self.training
        if self._runs_are_new:
            self._runs_are_new = False
            self.runs.show_runs(self._session.runs, training.run, run)
        has_runs = bool(self._session.runs)
        self.pages.setCurrentWidget(self.centre.content if has_runs else self.empty)
        self.centre.set_tools_enabled(has_runs)
        self.recipe.set_start_primary(has_runs)
        if not has_runs:
            self._show_empty()
            return
        series = self.store.series(run) if run is not None else None
        running = training.is_running and run is training.run
        finding = diagnose(series, running) if series is not None else None
        self.centre.curves.set_runs(self._shown(), finding.since if finding else 0)
        self.centre.stats.show_series(series)
        self.centre.feed_line.show_series(series)
        self._show_banner(run, finding)

    def _shown(self) -> list[Shown]:
        view = self._session.run_in_view
        shown = []
        for run in self.runs.model.shown():
            series = self.store.series(run)
            if series is None:
                continue
            recipe = recipe_of(run.record)
            in_view = view is not None and run.record.id == view.record.id
            shown.append(
                Shown(run.title, self._session.run_colour(run), series, recipe,
                      recipe.epochs, in_view)
            )  # fmt: skip
        return shown

    def _show_left(self) -> None:
        running = self.training.run
        if running is not None and not self._is_preparing:
            self.recipe.facts.set_facts(self._facts_of(running))
            self.recipe.show_running(recipe_of(running.record))
            return
        self.recipe.facts.set_facts(self._facts_of_next())
        if running is not None:
            self.recipe.show_preparing()
        else:
            self.recipe.show_idle(self._estimate(), self._problem())

    def _facts_of_next(self) -> list[tuple[str, str]]:
        session = self._session
        pictures = int((session.assignment == 0).sum())
        return [
            ("Model", model_words(session.model)),
            ("Trains", trains_words(session.model)),
            ("Input", input_words(session.input)),
            ("Pictures", number(pictures) if session.dataset is not None else "none yet"),
            ("Augmentation", policy_words(session.policy)),
        ]

    def _facts_of(self, run: RunFolder) -> list[tuple[str, str]]:
        record, model = run.record, model_of(run.record)
        progress = self.training.progress
        started = progress.started if progress is not None else None
        facts = [
            ("Model", model_words(model) if model else str(record.model.get("kind"))),
            ("Trains", trains_words(model) if model else "unknown"),
            ("Input", input_words(record.input)),
            ("Augmentation", policy_of(record)),
        ]
        if started is not None:
            facts.insert(3, ("Pictures", number(started.pictures)))
        return facts

    def _problem(self) -> str:
        if self._session.dataset is None:
            return "Open a folder of pictures in Data first."
        if not (self._session.assignment == 0).any():
            return "No picture is left to train on: change the split in Data."
        return " ".join(self._session.nothing_to_learn()).strip()

    def _estimate(self) -> str:
        """From the newest run of the same network, input and number of pictures, if any."""
        session = self._session
        for run in reversed(session.runs):
            record = run.record
            same = record.model == session.model.model_dump(mode="json")
            same = same and record.input.shape == session.input.shape
            series = self.store.series(run) if same else None
            if series is None or not series.epochs.count or not series.pictures:
                continue
            epoch = float(series.epochs["seconds"].mean())
            share = int((session.assignment == 0).sum()) / series.pictures
            return f"About {duration(epoch * share * session.recipe.epochs)} on this computer"
        return ""

    def _show_empty(self) -> None:
        if self._session.dataset is None:
            self.empty.set_texts(
                "No pictures to learn from yet",
                "Open a folder with one sub-folder for each class, or the sample.",
            )
            self.empty.action_button.setText("Go to Data")
            self.empty.action_button.set_icon("data")
            return
        if problem := self._problem():
            self.empty.set_texts("There is nothing to learn yet", problem)
            self.empty.action_button.setText("Go to Data")
            self.empty.action_button.set_icon("data")
            return
        model = model_words(self._session.model)
        epochs = self._session.recipe.epochs
        self.empty.set_texts(
            "Nothing has been trained yet",
            f"{model} will learn from your pictures for {number(epochs)} epochs, with the recipe "
            "at the left. You can watch, pause and stop at any time; the best epoch is kept.",
        )
        self.empty.action_button.setText("Start training")
        self.empty.action_button.set_icon("play")

    def _show_banner(self, run: RunFolder | None, finding: Diagnosis | None) -> None:
        words = self._banner_words(run, finding)
        if words == self._banner:
            return
        self._banner = words
        self.centre.show_banner(words)

    def _banner_words(self, run: RunFolder | None, finding: Diagnosis | None) -> tuple[str, ...]:
        training = self.training
        if run is None:
            return ()
        if run is not training.run and run.record.state not in ("finished", "new"):
            text, kind = _left_words(run)
            if run.record.state == "stopped" and finding is not None:
                # That it was stopped stands in the strip; this is what to know before going on.
                text, kind = _finding_words(finding), finding.kind
            go_on = training.can_go_on(run) and not training.offers_to_go_on(run)
            return kind, text, "Go on" if go_on else "", "play" if go_on else ""
        if finding is not None:
            return finding.kind, _finding_words(finding)
        return ()


def _finding_words(finding: Diagnosis) -> str:
    return f"<b>{escape(finding.finding)}</b> {escape(finding.advice)}"


def _left_words(run: RunFolder) -> tuple[str, str]:
    """Why a run ended before its end, and what is kept; and the kind of banner."""
    record = run.record
    done = record.epochs_done
    kept = f"Last checkpoint: epoch {number(done)}." if done else "No epoch was completed."
    accuracy = best_accuracy(record)
    if accuracy is not None and record.best_epoch:
        kept += f" Its best epoch, {number(record.best_epoch)}, reached {percent(accuracy)}."
    if record.state == "stopped":
        return f"<b>You stopped {escape(run.title)}.</b> {kept}", "info"
    if record.state == "failed":
        reason = escape(record.reason or "It stopped by itself.")
        return f"<b>{escape(run.title)} stopped.</b> {reason} {kept}", "bad"
    return f"<b>{escape(run.title)} was interrupted.</b> The program ended before it. {kept}", "bad"
