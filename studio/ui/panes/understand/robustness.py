"""The page “Robustness”: how the accuracy of the run in view falls with the strength of harm."""

from __future__ import annotations

from functools import partial
from html import escape

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.robustness import last_robustness
from studio.core.runs import RunFolder
from studio.core.strengths import Robustness
from studio.ui.latest import Latest
from studio.ui.panes.data.statistics.card import saving_menu
from studio.ui.panes.data.statistics.keeper import Keeper
from studio.ui.panes.understand import robustness_words as say
from studio.ui.panes.understand.robustness_chart import RobustnessPlot
from studio.ui.panes.understand.robustness_measure import RobustnessMeasurer
from studio.ui.panes.understand.robustness_view import NO_OTHER, RobustnessView
from studio.ui.session import Session
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.numbers import shorten, time_left
from studio.ui.widgets.tips import describe

_LONGEST = 28
Kept = tuple[RunFolder, Robustness | None, str]


def name_of(run: RunFolder) -> str:
    """A run's title, not too long for a sentence."""
    return shorten(run.title, _LONGEST)


def _kept(run: RunFolder) -> Kept:
    found, words = last_robustness(run)
    return run, found if found is not None and found.curves else None, words


class RobustnessPage(QWidget):
    """Shows what was measured of the run in view, has it measured, and saves the chart.

    Signals:
        view_requested(str): another view of the Understand pane.
    """

    view_requested = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._run: RunFolder | None = None
        self._shown: tuple[str, int] | None = None
        self.found: Robustness | None = None
        self._words = ""
        self._other: RunFolder | None = None
        self._other_found: Robustness | None = None
        self._hidden: set[str] = set()
        self._lit = ""
        self._error: StudioError | None = None
        self.view = RobustnessView()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.measurer = RobustnessMeasurer(session, self)
        self.keeper = Keeper(session, self.view, self)
        self._reading, self._reading_other = Latest(self), Latest(self)
        self.menu: Menu | None = None
        self._connect()

    def _connect(self) -> None:
        view, session, measurer = self.view, self._session, self.measurer
        self._reading.answered.connect(self._take_kept)
        self._reading_other.answered.connect(self._take_other)
        view.switch.changed.connect(lambda key: self.view_requested.emit(str(key)))
        view.compare.chosen.connect(self._choose_other)
        view.measure_button.clicked.connect(self.measure)
        view.empty.action.connect(self.measure)
        view.stop_button.clicked.connect(measurer.stop)
        view.banner.action.connect(self._act)
        view.save_button.clicked.connect(self.open_menu)
        view.all_link.clicked.connect(self._show_all_or_worst)
        view.rows.chosen_changed.connect(self._choose_kinds)
        view.rows.pointed.connect(self._light)
        view.canvas.lit.connect(view.rows.light)
        measurer.progressed.connect(self._show_progress)
        measurer.arrived.connect(self._take_measured)
        measurer.ended.connect(self._take_end)
        session.run_in_view_changed.connect(self._run_changed)
        session.runs_changed.connect(self._run_changed)

    def showEvent(self, event: QShowEvent) -> None:
        """What the run has may have changed while the page was out of sight."""
        super().showEvent(event)
        self._run_changed()

    # --- which run ------------------------------------------------------------------------------

    def _run_changed(self) -> None:
        run = self._session.run_in_view
        if not self.isVisible() or run is None or not run.best_weights.is_file():
            return
        self._fill_compare(run)
        key = str(run.path), run.record.best_epoch
        if key == self._shown:
            return
        if self._shown is None or self._shown[0] != key[0]:
            self.found, self._words, self._error = None, "", None
        self._run, self._shown = run, key
        self._show()
        self._reading.ask(lambda: _kept(run))

    def _fill_compare(self, run: RunFolder) -> None:
        others = [r for r in self._session.runs
                  if r.path != run.path and r.best_weights.is_file()]  # fmt: skip
        if self._other is not None and self._other.path not in {r.path for r in others}:
            self._other = self._other_found = None
        items: list[str | tuple[object, str]] = [(NO_OTHER, "no other run")]
        items += [(str(r.path), name_of(r)) for r in others]
        current = str(self._other.path) if self._other is not None else NO_OTHER
        compare = self.view.compare
        shown = [(compare.itemData(i), compare.itemText(i)) for i in range(compare.count())]
        if shown != items or compare.current() != current:  # not while its list may be open
            compare.set_items(items, current)
        self.view.compare.setEnabled(bool(others))

    def _take_kept(self, kept: Kept) -> None:
        run, found, words = kept
        if self._run is None or run.path != self._run.path:
            return
        if found is None and self.measurer.run is not None:
            return  # the first curve is on its way
        self.found, self._words = found, words
        self._show(anew=True)

    def _choose_other(self, key: object) -> None:
        other = next((r for r in self._session.runs if str(r.path) == key), None)
        self._other, self._other_found = other, None
        self._show()
        if other is not None:
            self._reading_other.ask(lambda: _kept(other))

    def _take_other(self, kept: Kept) -> None:
        run, found, _words = kept
        if self._other is not None and run.path == self._other.path:
            self._other_found = found
            self._show()

    # --- measuring ------------------------------------------------------------------------------

    def measure(self) -> None:
        """Measure the run in view."""
        if self._run is not None:
            self._measure(self._run)

    def _measure(self, run: RunFolder) -> None:
        self._error = None
        self.measurer.start(run)
        self._show()

    def _take_measured(self, run: RunFolder, found: Robustness) -> None:
        if self._run is not None and run.path == self._run.path:
            self.found, self._words = found, ""
            self._show(anew=True)
        elif self._other is not None and run.path == self._other.path:
            self._other_found = found
            self._show()

    def _take_end(self, error: StudioError | None) -> None:
        self._error = error
        self._show()

    def _show_progress(self) -> None:
        measurer, job = self.measurer, self.measurer.job
        if measurer.run is None or job is None:
            self.view.progress.hide()
            return
        words = f"Measuring {name_of(measurer.run)}: {measurer.words}"
        self.view.show_progress(words, measurer.fraction, time_left(job.seconds_left))

    # --- showing --------------------------------------------------------------------------------

    def _show(self, anew: bool = False) -> None:
        """Bring everything up to date; ``anew``: there are other curves."""
        self._show_progress()
        view, run, found = self.view, self._run, self.found
        if run is None:
            return
        view.show_chart(found is not None)
        running = self.measurer.is_running
        view.measure_button.setText("Measure again")
        view.measure_button.setVisible(found is not None)
        view.measure_button.setEnabled(not running)
        describe(
            view.measure_button, "Measure again",
            sentence="Something is being measured already." if running
            else f"Asks {name_of(run)} about its validation pictures under every corruption.",
        )  # fmt: skip
        if found is None:
            self._show_empty(run)
            return
        view.sentence.setText(say.sentence(found))
        view.details.setText(say.details(found))
        if anew or not view.rows.rows:
            view.rows.set_found(found, self._hidden)
        self._show_comparison(run, found)
        self._draw()

    def _show_empty(self, run: RunFolder) -> None:
        name, view = name_of(run), self.view
        if self.measurer.run is not None:
            mine = self.measurer.run.path == run.path
            other = "" if mine else f"{name_of(self.measurer.run)} is being measured first. "
            view.empty.set_texts(
                f"{name} is being measured" if mine else f"{name} was not measured yet",
                f"{other}Curves appear here one after the other.",
            )
        elif self._error is not None:
            view.empty.set_texts(
                f"{name} could not be measured", f"{self._error.message} {self._error.hint}".strip()
            )
        else:
            view.empty.set_texts(
                f"How much does {name} bear?",
                self._words
                or "Its validation pictures are turned, blurred, made noisy, foggy and "
                "more, each in five severities, and the network is asked again. You see which "
                "of these it cannot bear, and what to train for.",
            )
        view.empty.action_button.setVisible(not self.measurer.is_running)

    def _show_comparison(self, run: RunFolder, found: Robustness) -> None:
        banner, other = self.view.banner, self._other
        banner.hide()
        if self._error is not None:
            words = escape(f"{self._error.message} {self._error.hint}".strip())
            banner.show_text("bad", words, "Try again")
        elif other is not None and self._other_found is not None:
            words = say.comparison(found, name_of(run), self._other_found, name_of(other))
            banner.show_text("info", escape(f"{words} The other run is dashed."), "")
        elif other is not None:
            measuring = self.measurer.is_running
            words = escape(f"{name_of(other)} was not measured yet.")
            banner.show_text("info", words, "" if measuring else f"Measure {name_of(other)}")

    def _act(self) -> None:
        if self._error is not None or self._other is None:
            self.measure()
        else:
            self._measure(self._other)

    def _draw(self) -> None:
        if self.found is not None and self._run is not None:
            other = name_of(self._other) if self._other is not None else ""
            plot = RobustnessPlot(self.found, name_of(self._run), self._hidden, self._lit,
                                  self._other_found, other)  # fmt: skip
            self.view.canvas.redraw(plot)
        rows = self.view.rows
        every = not rows.hidden()
        self.view.all_link.setText("Worst only" if every else "Show all")
        self.view.all_link.setVisible(not every or len(rows.rows) > say.COLOURED)

    # --- choosing -------------------------------------------------------------------------------

    def _choose_kinds(self) -> None:
        self._hidden = self.view.rows.hidden()
        self._draw()

    def _show_all_or_worst(self) -> None:
        rows = self.view.rows
        rows.check({row.kind for row in rows.rows} if rows.hidden() else rows.worst())

    def _light(self, kind: str) -> None:
        if kind != self._lit:
            self._lit = kind
            self._draw()

    # --- saving ---------------------------------------------------------------------------------

    def open_menu(self) -> None:
        """What can be done with the chart."""
        menu = self.menu = saving_menu(self, partial(self.keeper.ask, self.view))
        button = self.view.save_button
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
