"""The Data pane: from a folder to classes, pictures, split and what the network sees."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from studio.core.paths import from_text
from studio.data.dataset import Dataset
from studio.ui.panes.data.apply import ApplyToFolder
from studio.ui.panes.data.chosen_view import ChosenView
from studio.ui.panes.data.class_side import ClassSide
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.collecting.build import Build
from studio.ui.panes.data.collecting.refresh import Refreshed
from studio.ui.panes.data.editing import Editing
from studio.ui.panes.data.format_note import FormatNote
from studio.ui.panes.data.labelling import Labelling
from studio.ui.panes.data.listing import Listing
from studio.ui.panes.data.losses import Losses
from studio.ui.panes.data.order import class_names, rows_of_paths, same_class
from studio.ui.panes.data.place import Place
from studio.ui.panes.data.pointed import PointedPicture
from studio.ui.panes.data.problems.desk import ProblemDesk
from studio.ui.panes.data.problems.sentences import sentence_of
from studio.ui.panes.data.splits import Splits
from studio.ui.panes.data.statistics.controller import StatisticsView
from studio.ui.panes.data.view import NETWORK, PICTURES, PROBLEMS, DataView
from studio.ui.panes.data.watch import Watch
from studio.ui.panes.data.words import waiting_words
from studio.ui.panes.start import StartPage
from studio.ui.session import Session
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.drop import DropOverlay
from studio.ui.widgets.empty import EmptyState

if TYPE_CHECKING:
    from studio.data.peek import Peek


class DataPane(QWidget):
    """Start page, or the open data set; the first pictures of one that is being opened.

    What a peek finds is shown like a data set, without counts and split. The index then takes
    its place, and nothing that is in sight moves. Where opening fails, what was there comes back.

    Everything to open goes through the session's request signals; what is chosen here is told by
    ``session.set_picture_in_view``.

    Args:
        start: the start page, where it is on the screen already.
    """

    def __init__(
        self, session: Session, parent: QWidget | None = None, start: StartPage | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset: Dataset | None = None
        self._peek: Peek | None = None
        self._left: Place | None = None
        self.loader = ThumbnailLoader(self)
        self.start = start or StartPage(session)
        self.waiting = EmptyState("", "", "Locate…", "Open another folder…", "folder", "folder")
        self.view = DataView(self.loader)
        self.pages = QStackedWidget()
        for page in (self.start, self.waiting, self.view):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self._make_helpers()
        self._connect_view()
        self._connect_session()
        self._dataset_changed()
        self._peek_changed()

    def _make_helpers(self) -> None:
        self.chosen = ChosenView(self._session, self.view, self.loader, self)
        self.editing = Editing(self._session, self.view, self)
        self.labelling = Labelling(self._session, self.view, self.editing, self.chosen, self)
        self.splits = Splits(self._session, self.view.split, self)
        self.format_note = FormatNote(self._session, self.view, self)
        self.apply = ApplyToFolder(self._session, self.view, self)
        self.format_note.add_group(self.apply.add_to)
        self.listing = Listing(self._session, self.view, self)
        self.listing.listed.connect(self._listed)
        self.side = ClassSide(self._session, self.view, self.listing, self)
        self.losses = Losses(self._session, self.view, self.listing, self)
        self.statistics = StatisticsView(self._session, self.view, self.listing, self.losses, self)
        self.side.search_sizes(self.losses)
        self._watch = Watch(self._session, self)
        self._watch.gone_changed.connect(self._show_gone)
        self.desk = ProblemDesk(self._session, self.view.problems, self)
        self.desk.back_asked.connect(lambda: self._show_page(PICTURES))
        show_pictures = partial(self._show_page, PICTURES)
        self.pointed = PointedPicture(self._session, self.view, self.listing, show_pictures, self)
        self.desk.check_asked.connect(self._watch.check_again)
        self._watch.checking.connect(self.desk.checking)
        self._watch.checked.connect(self.desk.checked)
        bar = self.view.grid.verticalScrollBar()
        bar.valueChanged.connect(lambda _value: self._watch.step_aside())
        self.chosen.unreadable.connect(self._watch.picture_failed)
        self.build = Build(self._session, self.view, self.listing, self.pages, self)
        self.format_note.add_group(self.build.add_to_menu, above=True)
        self.overlay = DropOverlay(self, self.build.describe_drop, self.build.area)
        self.overlay.dropped.connect(self._open_dropped)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)

    def _connect_view(self) -> None:
        view, session = self.view, self._session
        view.open_button.clicked.connect(lambda: session.folder_dialog_requested.emit())
        view.filter.textChanged.connect(view.classes.classes.set_filter)
        view.tile.number_changed.connect(lambda side: view.grid.set_tile_size(round(side)))
        view.grid.tile_size_changed.connect(view.tile.set_number)
        view.grid.chosen_changed.connect(self._chosen_changed)
        view.grid.opened.connect(lambda _index: self._show_page(NETWORK))
        view.views.changed.connect(self._show_page)
        view.banner.action.connect(lambda: self._show_page(PROBLEMS))
        view.gone.action.connect(lambda: session.locate_requested.emit())
        view.split.spec_chosen.connect(session.set_split)
        view.split.leaks_asked.connect(self._show_leaks)
        view.fits.fit_chosen.connect(self._choose_fit)
        view.inspector.fit_chosen.connect(self._choose_fit)
        view.inspector.clear_asked.connect(view.grid.clearSelection)
        view.inspector.show_in_folder_asked.connect(self._show_in_folder)
        self.waiting.action.connect(lambda: session.locate_requested.emit())
        self.waiting.other.connect(lambda: session.folder_dialog_requested.emit())
        self.loader.arrived.connect(self._thumbnails_arrived)

    def _connect_session(self) -> None:
        session = self._session
        session.peek_changed.connect(self._peek_changed)
        session.dataset_changed.connect(self._dataset_changed)
        session.labels_changed.connect(self._labels_changed)
        session.changes.done.connect(self._tell_done)
        session.project_changed.connect(self._project_changed)
        session.findings.changed.connect(self._refresh_banners)
        session.split_changed.connect(self._split_changed)
        session.input_changed.connect(self.chosen.input_changed)
        session.failed.connect(lambda _error: self._project_changed())

    # --- which page -----------------------------------------------------------------------------

    def _project_changed(self) -> None:
        if self._session.dataset is not None or self._peek is not None:
            return
        project = self._session.project
        reference = project.document.dataset if project is not None else None
        if project is None or reference is None:
            self.pages.setCurrentWidget(self.start)
            return
        is_there = project.dataset_path() is not None
        self.waiting.set_texts(*waiting_words(from_text(reference.path), is_there))
        self.pages.setCurrentWidget(self.waiting)

    def _peek_changed(self) -> None:
        peek = self._session.peek
        if peek is not None:
            if self._peek is None and self._dataset is not None:
                self._left = Place.of(self.view)
            self._show_peek(peek)
        elif self._peek is not None:  # it was not opened after all
            self._peek = None
            self._show(self._session.dataset)
            if self._left is not None:
                self._left.narrow(self.view)
                self.listing.refresh()
                self._left.find(self.view)
                self._show_page(self._left.page)
            self._left = None

    def _show_peek(self, peek: Peek) -> None:
        view = self.view
        self._forget()
        self._peek, self._dataset = peek, peek.dataset
        view.panel.set_title(peek.dataset.name)
        self._empty_searches()
        self.side.fill_peek(class_names(peek.dataset) if peek.knows_classes else ())
        view.sort.set_current("shuffled")
        view.split.show_nothing()
        self.listing.take(peek.dataset, False)
        self.listing.refresh(np.zeros(1, np.int64))
        self.pages.setCurrentWidget(view)

    def _dataset_changed(self) -> None:
        dataset, peek = self._session.dataset, self._peek
        self._watch.set_dataset(dataset)
        if dataset is None and peek is not None:
            self._left = None  # it left with its project; what is being opened stays in sight
        elif dataset is not None and peek is not None and peek.root == dataset.root:
            self._fill_peek(dataset, peek)
        elif dataset is not None and (found := self.build.refreshed(self._dataset)) is not None:
            self._show_again(dataset, found)
        else:
            self._peek = None
            self._show(dataset)

    def _show_again(self, dataset: Dataset, found: Refreshed) -> None:
        """Pictures came or went: what is in sight stays there."""
        view, old = self.view, self._dataset
        page, here = view.page(), view.grid.verticalScrollBar().value()
        chosen, index = view.grid.chosen_rows(), view.classes.chosen()
        if old is not None and index >= 0:
            name, names = class_names(old)[index], class_names(dataset)
            index = names.index(name) if name in names else ALL
        self.chosen.forget()
        self._dataset = dataset
        self.listing.take(dataset, True, found.first)
        self._fill_classes(dataset, index)
        self._fill_rest()
        self.listing.refresh(found.moved(chosen))
        view.grid.verticalScrollBar().setValue(here)
        self._show_page(page)

    def _show(self, dataset: Dataset | None) -> None:
        self._forget()
        self._dataset = dataset
        if dataset is None:
            self.listing.show_nothing()
            self._project_changed()
            return
        self._empty_searches()
        self._fill_classes(dataset, ALL)
        self._fill_rest()
        self.listing.take(dataset, True)
        self.listing.refresh(choose_first=True)
        self.pages.setCurrentWidget(self.view)

    def _fill_peek(self, dataset: Dataset, peek: Peek) -> None:
        """The index is there: keep what is in sight, add the rest."""
        view = self.view
        paths = peek.dataset.paths
        chosen = [paths[row] for row in view.grid.chosen_rows().tolist()]
        here, name = view.grid.verticalScrollBar().value(), ""
        if (index := view.classes.chosen()) != ALL:
            name = class_names(peek.dataset)[index]
        self._peek = self._left = None
        self._dataset = dataset
        rows = rows_of_paths(dataset, paths)
        self.listing.take(dataset, True, np.array(list(rows.values()), np.int64))
        names = class_names(dataset)
        self._fill_classes(dataset, names.index(name) if name in names else ALL)
        self._fill_rest()
        self.listing.refresh(np.array([rows[p] for p in chosen if p in rows], np.int64))
        view.grid.verticalScrollBar().setValue(here)

    def _forget(self) -> None:
        """Nothing of what was shown before counts any longer."""
        self.loader.clear()
        self.chosen.forget()
        self.listing.forget()
        self.view.gone.hide()

    def _fill_rest(self) -> None:
        self.chosen.input_changed()
        self._split_changed()
        self._refresh_banners()

    def _empty_searches(self) -> None:
        blocked = self.view.filter.blockSignals(True)
        self.view.filter.clear()
        self.view.filter.blockSignals(blocked)
        self.view.classes.classes.set_filter("")
        self.view.notes.leave()
        self.view.search.clear()

    def _fill_classes(self, dataset: Dataset, chosen: int) -> None:
        self.side.fill(dataset, chosen)

    def _show_page(self, page: object) -> None:
        view = self.view
        view.show_page(int(page))  # type: ignore[call-overload]
        for control in (view.sort, view.tile, view.tile_icon):
            control.setVisible(page == PICTURES)
        if page == PROBLEMS:
            self.desk.show()
        self._refresh_banners()

    # --- the list -------------------------------------------------------------------------------

    def _listed(self) -> None:
        self._chosen_changed()
        self._show_page(PICTURES)

    def _find(self) -> None:
        if self.view.page() == PROBLEMS:
            self._show_page(PICTURES)
        self.view.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.view.search.selectAll()

    def _labels_changed(self) -> None:
        """The same pictures, with other labels or classes: what is in sight stays there."""
        old, dataset, view = self._dataset, self._session.dataset, self.view
        if self._peek is not None or old is None or dataset is None:
            return
        grid, page = view.grid, view.page()
        listed_rows, chosen = grid.pictures.rows(), grid.chosen_rows()
        place, here = grid.currentIndex().row(), grid.verticalScrollBar().value()
        index = same_class(old, dataset, view.classes.chosen(), view.classes.output)
        self._dataset = dataset
        self.listing.take_changed(dataset)
        self._fill_classes(dataset, index)
        self.listing.refresh(chosen)
        rows = grid.pictures.rows()
        if len(rows) and len(chosen) and not np.isin(chosen, rows).any():
            # They left the list, as when one class is labelled: go on with the next.
            before = int(np.count_nonzero(np.isin(listed_rows[:place], rows)))
            grid.choose_rows(rows[[min(before, len(rows) - 1)]])
        grid.verticalScrollBar().setValue(here)
        self._show_page(page)

    def _tell_done(self, words: str) -> None:
        self.view.done.setText("Ctrl+Z takes this back.")
        self.view.done.setToolTip(f"Done: {words}")

    # --- what is chosen -------------------------------------------------------------------------

    def _chosen_changed(self) -> None:
        if not self.listing.is_filling:
            self.chosen.show(self._dataset, self._peek is None)

    def _show_in_folder(self) -> None:
        picture = self._session.picture_in_view
        if picture is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(picture.parent)))

    def _choose_fit(self, fit: str) -> None:
        self._session.set_input(self._session.input.changed(fit=fit))

    # --- split, problems ------------------------------------------------------------------------

    def _show_leaks(self) -> None:
        self._show_page(PROBLEMS)
        self.desk.show("split-leak")

    def _split_changed(self) -> None:
        session = self._session
        if self._dataset is None or self._peek is not None:
            return
        self.view.split.show_split(session.split, session.assignment, self._dataset.has_split)
        self.chosen.split_changed()

    def _refresh_banners(self) -> None:
        view = self.view
        words = sentence_of(self._session.findings.counts) if self._peek is None else ""
        if words and self._dataset is not None:
            view.banner.show_text("warning", words, "Review problems")
        else:
            view.banner.hide()
        banners = (view.banner, view.gone, view.unlabelled)
        view.banners.setVisible(not all(banner.isHidden() for banner in banners))

    def _thumbnails_arrived(self, paths: set[str]) -> None:
        if any(self.loader.reason(path) for path in paths):
            self._watch.picture_failed()
        self.chosen.thumbnails_arrived()

    def _show_gone(self, is_gone: bool) -> None:
        if is_gone and self._dataset is not None and self._peek is None:
            name = escape(self._dataset.name)
            self.view.gone.show_text(
                "bad",
                f"<b>The folder “{name}” is no longer there.</b> "
                "Connect the drive again, or show where it is now.",
                "Locate…",
            )
        else:
            self.view.gone.hide()
        self._refresh_banners()

    # --- drops ----------------------------------------------------------------------------------

    def _open_dropped(self, paths: list[str]) -> None:
        if not self.build.take_drop(paths):
            self._session.open_requested.emit(Path(paths[0]))
