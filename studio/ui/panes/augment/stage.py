"""The middle of the Augment pane: which pictures are shown, and what the policy makes of them."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
from PySide6.QtCore import QObject, QPoint, QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget

from studio.augment.policy import Policy
from studio.core.errors import StudioError, WorkerError
from studio.engine.protocol.augment_messages import PolicyPaced
from studio.ui.panes.augment.choice import Shown
from studio.ui.panes.augment.chosen import ChosenPreview
from studio.ui.panes.augment.network_view import NetworkView
from studio.ui.panes.augment.pace import PolicyPace
from studio.ui.panes.augment.picture_menu import picture_menu
from studio.ui.panes.augment.preview_grid import PreviewGrid
from studio.ui.panes.augment.previewer import Previewer, Wish
from studio.ui.panes.augment.shown_pictures import ShownPictures
from studio.ui.panes.augment.stage_foot import StageFoot
from studio.ui.panes.augment.toolbar import PreviewTools
from studio.ui.session import Session
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.panel import WorkArea

_NOTHING = (
    "No pictures yet",
    "Open a folder of pictures, and you see here what every step makes of them.",
)
_NOT_ONE = (
    "No picture to train on",
    "None of the pictures is in the training split. Change the split in Data, or open another "
    "folder.",
)


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
        self._wish: Wish | None = None
        self._shown_originals: Wish | None = None
        self._shown_size = QSize()
        self.shown = ShownPictures(session, self)
        self._build()
        engine = session.engines.previewer
        self.previewer = Previewer(engine, self.grid.tile_pixels, self)
        self.originals = Previewer(engine, self.grid.tile_pixels, self)
        self.chosen = ChosenPreview(engine, self.wish, self)
        self.network = NetworkView(session, self.grid, self.tools.fit, self.pictures, self)
        self.pace = PolicyPace(session, self)
        self._connect_session()
        self._connect()
        self.shown.open()
        self._show_tools(False)

    def _build(self) -> None:
        self.work = WorkArea()
        self.tools = PreviewTools(self.work.bar, self.session.recipe.seed, self)
        self.grid = PreviewGrid()
        self.empty = EmptyState(
            *_NOTHING, "Open a folder", "Open the sample", icon="augment", action_icon="folder"
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.grid)
        self.lost = Banner("warning", dismissible=True)
        self.lost.hide()
        self.work.add(self.lost)
        self.work.add(self.pages, 1)
        self.foot = StageFoot(self.work.add_foot(), self)

    def _connect_session(self) -> None:
        session = self.session
        session.policy_changed.connect(self.refresh)
        session.dataset_changed.connect(self._choose_anew)
        session.split_changed.connect(self._choose_again)
        session.input_changed.connect(self._choose_again)
        session.picture_in_view_changed.connect(self._take_picture_in_view)
        session.recipe_changed.connect(lambda: self.tools.suggest_seed(session.recipe.seed))

    def _connect(self) -> None:
        self.tools.count_changed.connect(self._choose_again)
        self.tools.seed_changed.connect(self.refresh)
        self.tools.compare_held.connect(self.grid.set_comparing)
        self.grid.another_requested.connect(self.take_another)
        self.grid.pin_requested.connect(self.toggle_pin)
        self.grid.menu_requested.connect(self._show_menu)
        self.grid.chosen_changed.connect(self._choose_preview)
        self.grid.tile_changed.connect(self.refresh)
        self.shown.lost.connect(self._tell_lost)
        self.chosen.traced.connect(self.foot.show_steps)
        self.previewer.drawn.connect(self._show_previews)
        self.previewer.failed.connect(self._show_failure)
        self.previewer.waiting_changed.connect(self._show_waiting)
        self.previewer.paced.connect(self._measure)
        self.pace.changed.connect(self._show_pace)
        self.originals.drawn.connect(self._show_originals)
        self.originals.failed.connect(self._leave_out)
        self.empty.action.connect(self.session.folder_dialog_requested)
        self.empty.other.connect(self.session.sample_requested)

    def catch_up(self) -> None:
        """The work area is shown again: draw what changed meanwhile."""
        if self._stale:
            self._choose_again()

    # --- which pictures -------------------------------------------------------------------------

    def pictures(self) -> list[Shown]:
        """The pictures in the rows of the grid."""
        return list(self.shown.pictures)

    def wish(self) -> Wish | None:
        """What the previews show now, or will as soon as they are made; None without pictures."""
        return self._wish if self.shown.pictures else None

    def _choose_anew(self) -> None:
        self.grid.forget()
        self.lost.hide()
        self.shown.open()
        self._choose_again()

    def _take_picture_in_view(self) -> None:
        self.shown.take_in_view()
        self._choose_again()

    def _choose_again(self) -> None:
        """Other pictures may have to be shown, at another size or in another number."""
        self._stale = not self.work.isVisible()
        if self._stale:
            return
        rows, columns = self.tools.layout_of()
        self.shown.choose(rows)
        pictures = self.shown.pictures
        if not pictures:
            self.empty.set_texts(*(_NOTHING if self.session.dataset is None else _NOT_ONE))
        self.pages.setCurrentWidget(self.grid if pictures else self.empty)
        self._show_tools(bool(pictures))
        size = self.session.input
        self.grid.set_input(size.width, size.height)
        self.grid.set_lines(
            [(p.caption, p.name) for p in pictures],
            columns,
            size.width / size.height,
            [self.shown.is_pinned(place) for place in range(len(pictures))],
        )
        self._pictures_changed()

    def _pictures_changed(self) -> None:
        self.refresh()
        self.network.refresh()
        self.pictures_changed.emit()

    def _show_tools(self, on: bool) -> None:
        """What is about previews is there only where there are some."""
        self.tools.set_visible(on)
        self.foot.set_visible(on)

    def take_another(self, place: int, other_class: bool = False) -> None:
        """Show another picture of the same or of another class in a row of the grid."""
        if self.shown.another(place, other_class):
            picture = self.shown.pictures[place]
            self.grid.replace_line(place, picture.caption, picture.name)
            self._pictures_changed()

    def toggle_pin(self, place: int) -> None:
        """Pin the picture in a row of the grid, or let go of it."""
        self.grid.set_pinned(place, self.shown.toggle_pin(place))

    def _show_menu(self, place: int, where: QPoint) -> None:
        picture_menu(self, place).popup(where)

    def _tell_lost(self, names: list[str]) -> None:
        listed = ", ".join(f"<b>{escape(name)}</b>" for name in names[:3])
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        is_one = len(names) == 1
        self.lost.show_text(
            "warning",
            f"{listed}{more} {'was' if is_one else 'were'} pinned and cannot be found or read any "
            f"more: {'another picture stands' if is_one else 'other pictures stand'} there now.",
        )
        self.lost.cross.show()

    # --- previews -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for originals and previews of the settings now."""
        if not self.work.isVisible():
            self._stale = True
            return
        if not self.shown.pictures:
            return
        session = self.session
        pictures, epochs = tuple(self.shown.pictures), self.tools.layout_of()[1]
        originals = Wish(pictures, Policy(), session.input, 0, 1)
        if originals != self._shown_originals or self.grid.tile_pixels() != self._shown_size:
            self._shown_originals, self._shown_size = originals, self.grid.tile_pixels()
            self.originals.wish(originals)
        seed = int(self.tools.seed.value())
        self._wish = Wish(pictures, session.policy, session.input, seed, epochs)
        self.previewer.wish(self._wish)

    def _show_originals(self, wish: Wish, _pixels: np.ndarray, images: list[list[QImage]]) -> None:
        if wish.pictures == tuple(self.shown.pictures) and wish.input == self.session.input:
            self.grid.set_originals([row[0] for row in images])

    def _show_previews(self, wish: Wish, _pixels: np.ndarray, images: list[list[QImage]]) -> None:
        same = wish.pictures == tuple(self.shown.pictures)
        if not same or wish.epochs != self.tools.layout_of()[1]:
            return
        self.grid.set_previews(images)
        if self.chosen.is_there:
            self.chosen.follow()
        else:
            self.foot.show_seed(wish.seed, wish.epochs)
        if wish == self._wish:
            self.drawn.emit()

    def _choose_preview(self, row: int, column: int) -> None:
        self.chosen.choose((row, column))
        if row < 0 and self._wish is not None:
            self.foot.show_seed(self._wish.seed, self._wish.epochs)

    def _measure(self, wish: Wish | None, paced: PolicyPaced) -> None:
        if wish is not None:
            self.pace.take(wish.policy, paced)

    def _show_pace(self) -> None:
        self.foot.set_pace(self.pace.words(), self.pace.sentence(), self.pace.is_slow)

    def _show_waiting(self, waiting: bool) -> None:
        if waiting and not any(line.previews for line in self.grid.lines()):
            self.foot.show_waiting()

    def _show_failure(self, wish: Wish, error: StudioError) -> None:
        self.foot.show_failure(str(error))
        # The file may have gone since its original was shown.
        self._leave_out(wish, error)

    def _leave_out(self, wish: Wish, error: StudioError) -> None:
        """A picture cannot be read: find out which, and show others instead."""
        if isinstance(error, WorkerError) or wish.pictures != tuple(self.shown.pictures):
            return  # the process has died: that says nothing of the pictures
        for shown in wish.pictures:
            self.session.engines.previewer.submit(
                Wish((shown,), Policy(), wish.input, 0, 1).request,
                failed=partial(self._skip, shown.row),
                owner=self,
            )

    def _skip(self, row: int, error: StudioError) -> None:
        if not isinstance(error, WorkerError) and self.shown.leave_out(row):
            self._choose_again()
