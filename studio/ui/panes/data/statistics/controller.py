"""Fills the page "Statistics": counts when it is opened, remembers, and keeps up with labels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.jobs import Job
from studio.ui.latest import Latest
from studio.ui.panes.common import chain
from studio.ui.panes.data.listing import Listing
from studio.ui.panes.data.losses import Losses
from studio.ui.panes.data.order import first_output
from studio.ui.panes.data.statistics.keeper import Keeper
from studio.ui.panes.data.view import STATISTICS, DataView
from studio.ui.session import Session

if TYPE_CHECKING:
    from studio.data.statistics import Statistics
    from studio.ui.panes.data.statistics.drawing import Drawing, Pick
    from studio.ui.panes.data.statistics.page import StatisticsPage

_NOTHING: dict[str, str] = {
    "classes": "This data set has no classes.",
    "sizes": "No size is known.",
    "aspect": "No size is known.",
    "bytes": "No size is known.",
    "channels": "No picture could be read.",
    "means": "There are no classes, or no picture could be read.",
}


class StatisticsView(QObject):
    """Makes the page when it is first opened; pixels are counted once for a data set."""

    def __init__(
        self, session: Session, view: DataView, listing: Listing, losses: Losses, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._view, self._listing, self._losses = session, view, listing, losses
        self.page: StatisticsPage | None = None
        self.found: Statistics | None = None
        self._dataset: Dataset | None = None
        self._output = ""
        self._job: Job | None = None
        self._is_stopped = False
        self.keeper = Keeper(session, view, self)
        self._plots = Latest(self)
        self._plots.answered.connect(self._show_plots)
        view.pages.currentChanged.connect(self._turned)
        session.dataset_changed.connect(self._dataset_changed)
        session.labels_changed.connect(self._labels_changed)
        session.split_changed.connect(self._redraw)
        session.input_changed.connect(self._redraw)
        losses.sizes_changed.connect(self._redraw)

    # --- when -----------------------------------------------------------------------------------

    def _turned(self, page: int) -> None:
        """The page is made, and pixels are counted, when it is first looked at."""
        if page != STATISTICS:
            return
        if self.page is None:
            self._make_page()
        self._losses.measure_now()
        if self._dataset is not self._session.dataset and self._dataset is None:
            self._dataset = self._session.dataset
        self._redraw()
        if self.found is None and self._job is None and not self._is_stopped:
            self._count()

    def _make_page(self) -> None:
        from studio.ui.panes.data.statistics.page import StatisticsPage

        page = self.page = StatisticsPage()
        layout = self._view.statistics.layout()
        assert layout is not None
        layout.addWidget(page)
        page.order.chosen.connect(lambda _order: self._redraw())
        page.output.chosen.connect(self._choose_output)
        page.button.clicked.connect(self._press)
        for card in page.cards.values():
            card.picked.connect(self._pick)
            card.save_asked.connect(partial(self.keeper.ask, card))
        chain(self._view.views, self._view.search, page, self._view.inspector)

    @property
    def _is_open(self) -> bool:
        return self.page is not None and self._view.pages.currentIndex() == STATISTICS

    def _dataset_changed(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._plots.forget()
        self._dataset, self.found, self._is_stopped = self._session.dataset, None, False
        self._output = ""
        if self._is_open:
            self._turned(STATISTICS)

    def _labels_changed(self) -> None:
        self._dataset = self._session.dataset
        self._redraw()

    # --- counting -------------------------------------------------------------------------------

    def _count(self) -> None:
        dataset = self._dataset
        if dataset is None or not len(dataset):
            return
        paths = dataset.paths  # the same list as long as the pictures are the same

        def work(progress: Progress, control: Control) -> Statistics:
            from studio.data.statistics import statistics

            return statistics(dataset, progress, control, workers=2)

        def done(found: Statistics) -> None:
            if self._dataset is not None and self._dataset.paths is paths:
                self._job, self.found = None, found
                self._redraw()

        def ended(error: StudioError | None = None) -> None:
            if self._dataset is not None and self._dataset.paths is paths:
                self._job, self._is_stopped = None, True
                self._show_state()
                if error is not None:
                    self._session.failed.emit(error)

        self._is_stopped = False
        self._job = self._session.jobs.start(
            f"Counting the pixels of {dataset.name}", work, done=done, failed=ended,
            cancelled=ended, progress=lambda *_: self._show_state(), owner=self,
        )  # fmt: skip
        self._show_state()

    def _press(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self._count()

    def _show_state(self) -> None:
        from studio.ui.panes.data.statistics.figures import source_words

        page, job, found = self.page, self._job, self.found
        if page is None:
            return
        if job is not None:
            share = job.done / job.total if job.total else 0.0
            page.show_state("Counting brightness and mean pictures…", share, "Stop")
        elif found is not None:
            page.show_state(source_words(found))
        elif self._is_stopped:
            words = "Stopped: brightness and mean pictures were not counted."
            page.show_state(words, None, "Count them")
        else:
            page.show_state("")

    # --- drawing --------------------------------------------------------------------------------

    def _choose_output(self, output: object) -> None:
        self._output = str(output)
        self._redraw()

    def _redraw(self) -> None:
        """Work out all plots anew in the background, and show them when they are there."""
        if not self._is_open or self.page is None:
            return
        dataset, page = self._dataset, self.page
        self._show_state()
        if dataset is None:
            return
        if self._output not in dataset.outputs:
            self._output = first_output(dataset)
            page.output.set_items([(o, display_name(o)) for o in dataset.outputs], self._output)
            page.output.setVisible(len(dataset.outputs) > 1)
        self._plots.ask(self._question(dataset, str(page.order.current())))

    def _question(self, dataset: Dataset, order: str) -> Callable[[], dict[str, Any]]:
        assignment, spec, output = self._session.assignment, self._session.input, self._output
        found, sizes = self.found, self._losses.sizes
        if len(assignment) != len(dataset):
            assignment = np.full(len(dataset), -1, np.int8)

        def work_out() -> dict[str, Any]:
            from studio.ui.panes.data.statistics import figures

            plots: dict[str, Any] = {
                "summary": figures.summary(dataset, output),
                "classes": figures.class_bars(dataset, assignment, output, order),
                "bytes": figures.bytes_plot(dataset),
            }
            if sizes is not None:
                plots["sizes"] = figures.sizes_plot(sizes, spec)
                plots["aspect"] = figures.aspect_plot(sizes, spec)
            if found is not None:
                plots["channels"] = figures.channel_plot(found)
                plots["means"] = figures.mean_pictures(found, dataset, output)
            return plots

        return work_out

    def _show_plots(self, plots: dict[str, Any]) -> None:
        page, dataset = self.page, self._dataset
        if page is None:
            return
        page.sentence.setText(plots["summary"])
        is_empty = dataset is None or not len(dataset)
        for key, card in page.cards.items():
            plot: Drawing | None = plots.get(key)
            if plot is not None:
                card.set_drawing(plot)
            elif key in plots or is_empty:
                card.set_words(_NOTHING[key])
            elif key in ("sizes", "aspect"):
                card.set_words("The sizes are being read…")
            else:
                card.set_words("Not counted." if self._is_stopped else "Being counted…")

    # --- what is chosen ----------------------------------------------------------

    def _pick(self, pick: Pick) -> None:
        """List a class, or the pictures that a part of a plot stands for."""
        dataset = self._dataset
        if dataset is None or self._listing.dataset is not dataset:
            return
        rows = pick.rows
        if rows is None and self._output == first_output(dataset):
            self._listing.show_all()
            self._view.filter.clear()
            self._view.classes.choose(pick.class_index)
            self._listing.refresh(choose_first=True)
            return
        if rows is None:
            rows = dataset.rows_of(pick.class_index, self._output)
        mask = np.zeros(len(dataset), bool)
        mask[rows] = True
        self._listing.show_only(display_name(pick.words), mask)
