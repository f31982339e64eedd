"""The middle of the Augment pane: which pictures are shown, and what the policy makes of them."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget

from studio.augment.policy import Policy
from studio.core.errors import StudioError
from studio.ui.panes.augment.choice import Shown, choose_rows, next_of_class, row_of, shown_of
from studio.ui.panes.augment.preview_grid import PreviewGrid
from studio.ui.panes.augment.previewer import Previewer, Wish
from studio.ui.panes.augment.toolbar import PreviewTools
from studio.ui.session import Session
from studio.ui.tokens import MEDIUM
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.numbers import picture_size
from studio.ui.widgets.panel import WorkArea
from studio.ui.widgets.text import ElidedLabel, Text

_MOST_SKIPPED = 40


class PreviewStage(QObject):
    """Toolbar, grid and foot, and the two previewers behind them.

    Nothing is asked of the worker while the work area is hidden; :meth:`catch_up` does it then.

    Signals:
        drawn: previews of the newest settings are on the screen.
        pictures_changed: other pictures are shown, or none.
    """

    drawn = Signal()
    pictures_changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self._stale = True
        self._pictures: list[Shown] = []
        self._skipped: set[int] = set()
        self._first: int | None = None
        self._wish: Wish | None = None
        self._shown_originals: Wish | None = None
        self._shown_size = QSize()
        self._build()
        engine = session.engines.previewer
        self.previewer = Previewer(engine, self.grid.tile_pixels, self)
        self.originals = Previewer(engine, self.grid.tile_pixels, self)
        self._connect()
        self._show_tools(False)

    def _build(self) -> None:
        self.work = WorkArea()
        self.tools = PreviewTools(self.work.bar, self.session.recipe.seed, self)
        self.grid = PreviewGrid()
        self.empty = EmptyState(
            "No pictures yet",
            "Open a folder of pictures, and you see here what every step makes of them.",
            "Open a folder", "Open the sample", icon="augment", action_icon="folder",
        )  # fmt: skip
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.grid)
        self.work.add(self.pages, 1)
        self.foot = self.work.add_foot()
        self.foot_name = Text("", "small", weight=MEDIUM)
        self.foot_words = ElidedLabel("", "small", "secondary")
        self.foot_size = Text("", "small", "secondary")
        self.foot.add(self.foot_name)
        self.foot.add(self.foot_words, 1)
        self.foot.add(self.foot_size)

    def _connect(self) -> None:
        session = self.session
        session.policy_changed.connect(self.refresh)
        session.dataset_changed.connect(self._choose_anew)
        session.split_changed.connect(self._choose_again)
        session.input_changed.connect(self._choose_again)
        session.picture_in_view_changed.connect(self._take_picture_in_view)
        session.recipe_changed.connect(lambda: self.tools.suggest_seed(session.recipe.seed))
        self.tools.count_changed.connect(self._choose_again)
        self.tools.seed_changed.connect(self.refresh)
        self.tools.compare_held.connect(self.grid.set_comparing)
        self.grid.another_requested.connect(self._take_another)
        self.grid.tile_changed.connect(self.refresh)
        self.previewer.drawn.connect(self._show_previews)
        self.previewer.failed.connect(self._show_failure)
        self.previewer.waiting_changed.connect(self._show_waiting)
        self.originals.drawn.connect(self._show_originals)
        self.originals.failed.connect(self._leave_out)
        self.empty.action.connect(session.folder_dialog_requested)
        self.empty.other.connect(session.sample_requested)

    def catch_up(self) -> None:
        """The work area is shown again: draw what changed meanwhile."""
        if self._stale:
            self._choose_again()

    # --- which pictures -------------------------------------------------------------------------

    def pictures(self) -> list[Shown]:
        """The pictures in the rows of the grid."""
        return list(self._pictures)

    def _choose_anew(self) -> None:
        self._skipped.clear()
        self._first = None
        self._choose_again()

    def _take_picture_in_view(self) -> None:
        path, dataset = self.session.picture_in_view, self.session.dataset
        self._first = row_of(dataset, path) if dataset is not None and path is not None else None
        self._choose_again()

    def _choose_again(self) -> None:
        """Other pictures may have to be shown, at another size or in another number."""
        self._stale = not self.work.isVisible()
        if self._stale:
            return
        dataset, assignment = self.session.dataset, self.session.assignment
        rows, columns = self.tools.layout_of()
        if dataset is None:
            chosen: list[int] = []
        else:
            # Some may turn out to be unreadable: have others ready.
            many = choose_rows(dataset, assignment, rows + len(self._skipped), self._first)
            chosen = [row for row in many if row not in self._skipped][:rows]
        self._set_pictures(
            [] if dataset is None else [shown_of(dataset, assignment, row) for row in chosen]
        )
        self.grid.set_lines(
            [(p.caption, p.name) for p in self._pictures],
            columns,
            self.session.input.width / self.session.input.height,
        )
        self.refresh()
        self.pictures_changed.emit()

    def _set_pictures(self, pictures: list[Shown]) -> None:
        self._pictures = pictures
        if self.session.dataset is None:
            self.empty.set_texts(
                "No pictures yet",
                "Open a folder of pictures, and you see here what every step makes of them.",
            )
        elif not pictures:
            self.empty.set_texts(
                "No picture to train on",
                "None of the pictures is in the training split. Change the split in Data, or "
                "open another folder.",
            )
        self.pages.setCurrentWidget(self.grid if pictures else self.empty)
        self._show_tools(bool(pictures))
        size = self.session.input
        self.foot_size.setText(picture_size(size.width, size.height) if pictures else "")

    def _show_tools(self, on: bool) -> None:
        """What is about previews is there only where there are some."""
        self.tools.set_visible(on)
        self.foot.setVisible(on)

    def _take_another(self, place: int) -> None:
        dataset, assignment = self.session.dataset, self.session.assignment
        if dataset is None or place >= len(self._pictures):
            return
        taken = {p.row for p in self._pictures} | self._skipped
        row = next_of_class(dataset, assignment, self._pictures[place].row, taken)
        if row is None:
            return
        self._pictures[place] = shown_of(dataset, assignment, row)
        self.grid.replace_line(place, self._pictures[place].caption, self._pictures[place].name)
        self.refresh()
        self.pictures_changed.emit()

    # --- previews -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for originals and previews of the settings now."""
        if not self.work.isVisible():
            self._stale = True
            return
        if not self._pictures:
            return
        session = self.session
        pictures, epochs = tuple(self._pictures), self.tools.layout_of()[1]
        originals = Wish(pictures, Policy(), session.input, 0, 1)
        if originals != self._shown_originals or self.grid.tile_pixels() != self._shown_size:
            self._shown_originals, self._shown_size = originals, self.grid.tile_pixels()
            self.originals.wish(originals)
        seed = int(self.tools.seed.value())
        self._wish = Wish(pictures, session.policy, session.input, seed, epochs)
        self.previewer.wish(self._wish)

    def _show_originals(self, wish: Wish, _pixels: np.ndarray, images: list[list[QImage]]) -> None:
        if wish.pictures == tuple(self._pictures) and wish.input == self.session.input:
            self.grid.set_originals([row[0] for row in images])

    def _show_previews(self, wish: Wish, _pixels: np.ndarray, images: list[list[QImage]]) -> None:
        if wish.pictures != tuple(self._pictures) or wish.epochs != self.tools.layout_of()[1]:
            return
        self.grid.set_previews(images)
        self.foot_name.setText(f"Seed {wish.seed}")
        self.foot_words.setText(
            f"a run with this seed trains on these very pictures in its epochs 1 to {wish.epochs}"
        )
        self.foot_words.set_tone("secondary")
        if wish == self._wish:
            self.drawn.emit()

    def _show_waiting(self, waiting: bool) -> None:
        """Say why the first previews take a moment: their process is starting."""
        if waiting and not any(line.previews for line in self.grid.lines()):
            self.foot_name.setText("Preparing the previews…")
            self.foot_words.setText("")

    def _show_failure(self, _wish: Wish, error: StudioError) -> None:
        self.foot_name.setText("No previews")
        self.foot_words.setText(str(error))
        self.foot_words.set_tone("bad")

    def _leave_out(self, wish: Wish, _error: StudioError) -> None:
        """A picture cannot be read: find out which, and show others instead."""
        if wish.pictures != tuple(self._pictures) or len(self._skipped) > _MOST_SKIPPED:
            return
        for shown in wish.pictures:
            self.session.engines.previewer.submit(
                Wish((shown,), Policy(), wish.input, 0, 1).request,
                failed=partial(self._skip, shown.row),
                owner=self,
            )

    def _skip(self, row: int, _error: StudioError) -> None:
        if row not in self._skipped:
            self._skipped.add(row)
            self._choose_again()
