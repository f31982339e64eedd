"""The right panel: every augmenter by group, with a thumbnail of one's own picture."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.augment.groups import GROUPS
from studio.augment.registry import groups
from studio.augment.step import Step
from studio.ui.panes.augment.tile import BESIDE, GroupTile, StepTile
from studio.ui.panes.augment.tile_group import TileGroup
from studio.ui.panes.augment.tile_moves import neighbour, on_screen
from studio.ui.tokens import S1, S2, S3, S4
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.choices import CheckBox
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fields import SearchField
from studio.ui.widgets.panel import Panel, ScrollColumn
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

_EVEN = (1, 1, 1)
_UNEVEN = (11, 10)
"""Relative widths of the columns of tiles, and of groups of steps, whose names differ in length."""
_SLICE = 0.008
"""Seconds of the window's time for making tiles, before it may do something else."""

_SETTLE_MS = 60
_JUMP = 128
_JUMP_NARROW = 98
"""Width of the list of groups, alone and beside the check box, in pixels."""


class CataloguePanel(Panel):
    """The catalogue. Its tiles are made bit by bit once it is shown.

    Signals:
        chosen(object): the person wants a step of this type.
        close_requested: the person wants the room for the previews.
        in_view(object): the kinds on the screen, from the top, once scrolling rests.
    """

    chosen = Signal(object)
    close_requested = Signal()
    in_view = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("right", "Add a step", 236, parent=parent)
        self._tiles: dict[str, StepTile] = {}
        self._groups: list[TileGroup] = []
        self._waiting: list[tuple[str, Sequence[type[Step]]]] = []
        self._images: dict[str, QImage] = {}
        self._warnings: dict[str, str] = {}
        self._speeds: dict[str, str] = {}
        self._channels = 3
        self._stop: StepTile | None = None
        self._build_head()
        self._build_list()
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._build_some)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._tell_in_view)

    def _build_head(self) -> None:
        self.count = Text("", "small", "secondary")
        self.bar.add(self.count)
        self.close_button = IconButton(
            "close", "Close the catalogue", sentence="“Add a step” opens it again.", size="small"
        )
        self.close_button.clicked.connect(lambda: self.close_requested.emit())
        self.bar.add(self.close_button)
        self.search = SearchField("Search augmenters")
        describe(self.search, "Search augmenters", "", "By any name of theirs; Enter adds the "
                 "marked one.")  # fmt: skip
        self.search.textChanged.connect(lambda _words: self._search())
        self.search.returnPressed.connect(self._add_first)
        self.jump = Combo(name="Jump to a group", bare=True)
        self.jump.setMaximumWidth(_JUMP)
        self.jump.chosen.connect(lambda name: self.show_group(str(name)))
        self.works_here = CheckBox("Works here", True)
        describe(self.works_here, "Works here", "", "Leaves out what does not work on the "
                 "channels of the network's input.")  # fmt: skip
        self.works_here.toggled.connect(lambda _on: self._filter())
        self.works_here.hide()
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(S4, S2, S4, 0)
        column.setSpacing(S1)
        column.addWidget(self.search)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.jump)
        row.addStretch(1)
        row.addWidget(self.works_here)
        column.addLayout(row)
        self.add(holder)

    def _build_list(self) -> None:
        self.list = ScrollColumn(over=True)
        self.list.body.setContentsMargins(S4 - BESIDE, S1, S4 - BESIDE, S3)
        self.nothing = Text("No augmenter is called so.", tone="secondary", wrap=True)
        self.nothing.hide()
        self.list.add(self.nothing)
        self.list.body.addStretch(1)
        self.add(self.list, 1)
        self.list.verticalScrollBar().valueChanged.connect(lambda _place: self._scrolled())
        self._waiting = [("Groups", tuple(GROUPS.values())), *groups().items()]
        self.count.setText(str(sum(len(steps) for _name, steps in self._waiting)))
        self.jump.set_items([name for name, _steps in self._waiting])

    # --- tiles ----------------------------------------------------------------------------------

    @property
    def tiles(self) -> Mapping[str, StepTile]:
        """All tiles by kind; those that wait to be made are made."""
        while self._waiting:
            self._build_group()
        return self._tiles

    def _build_some(self) -> None:
        end = time.monotonic() + _SLICE
        while self._waiting and time.monotonic() < end:
            self._build_group()
        if not self._waiting:
            self._slices.stop()
            self._filter()

    def _build_group(self) -> None:
        name, steps = self._waiting.pop(0)
        tiles = [self._make_tile(step) for step in steps]
        rows = bool(tiles) and isinstance(tiles[0], GroupTile)
        group = TileGroup(name, tiles, _UNEVEN if rows else _EVEN)
        group.folded.connect(self._filter)
        self._groups.append(group)
        self.list.body.insertWidget(len(self._groups), group)
        self._settle.start()

    def _make_tile(self, step: type[Step]) -> StepTile:
        is_group = step in GROUPS.values()
        tile = GroupTile(step) if is_group else StepTile(step)  # type: ignore[arg-type]
        self._tiles[tile.kind] = tile
        tile.set_channels(self._channels)
        tile.set_warning(self._warnings.get(tile.kind, ""))
        tile.speed = self._speeds.get(tile.kind, "")
        if tile.kind in self._images:
            tile.set_picture(self._images[tile.kind])
        tile.clicked.connect(lambda _on=False: self.chosen.emit(step))
        tile.moved_on.connect(lambda key: self._move(tile, key))
        tile.typed.connect(self._type)
        return tile

    def set_thumbnails(self, images: Mapping[str, QImage]) -> None:
        """Show what some kinds do; nothing at all clears all of them."""
        if not images:
            self._images.clear()
            for tile in self._tiles.values():
                tile.set_picture(None)
        self._images.update(images)
        for kind, image in images.items():
            if kind in self._tiles:
                self._tiles[kind].set_picture(image)

    def set_speeds(self, words: Mapping[str, str]) -> None:
        """Say of kinds how slow they are."""
        self._speeds.update(words)
        for kind, sentence in words.items():
            if kind in self._tiles:
                self._tiles[kind].speed = sentence

    def set_warnings(self, words: Mapping[str, str]) -> None:
        """Say of kinds what harm they would do to these pictures; the others do none."""
        self._warnings = dict(words)
        for kind, tile in self._tiles.items():
            tile.set_warning(self._warnings.get(kind, ""))

    def set_channels(self, channels: int) -> None:
        """Say how many channels the network's input has."""
        if channels == self._channels:
            return
        self._channels = channels
        for tile in self.tiles.values():
            tile.set_channels(channels)
        limited = not all(tile.works for tile in self._tiles.values())
        self.works_here.setVisible(limited)
        self.jump.setMaximumWidth(_JUMP_NARROW if limited else _JUMP)
        self._filter()

    # --- searching ------------------------------------------------------------------------------

    def _search(self) -> None:
        self._filter()
        self.list.verticalScrollBar().setValue(0)

    def _filter(self) -> None:
        words, tiles = self.search.text(), self.tiles
        ranks = {kind: tile.rank(words) for kind, tile in tiles.items()}
        strict = self.works_here.isChecked()
        found = 0
        shown: list[StepTile] = []
        for group in self._groups:
            wanted = [t for t in group.tiles if ranks[t.kind] >= 0 and (t.works or not strict)]
            found += len(wanted)
            shown += group.show_tiles(wanted, unfold=bool(words.strip()))
        self.count.setText(str(found))
        self.nothing.setVisible(found == 0)
        self.jump.set_items([g.name for g in self._groups if not g.isHidden()])
        best = min((t for t in shown if t.works), key=lambda t: ranks[t.kind], default=None)
        for tile in tiles.values():
            tile.set_first(tile is best and bool(words.strip()))
        self._stop_at(best)
        self._settle.start()

    def first(self) -> StepTile | None:
        """The tile that Enter in the search adds."""
        return next((tile for tile in self.tiles.values() if tile.is_first()), None)

    def _add_first(self) -> None:
        tile = self.first()
        if tile is not None:
            self.list.ensureWidgetVisible(tile, 0, S4)
            tile.click()
            self.search.selectAll()

    def _type(self, text: str) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.end(False)
        self.search.insert(text)

    # --- moving ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down leads from the search to the tiles."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            tile = self.first() or self._stop
            if tile is not None:
                self._go_to(tile)
            return
        super().keyPressEvent(event)

    def _move(self, tile: StepTile, key: Qt.Key) -> None:
        shown = [t for g in self._groups for t in g.tiles if t.isVisible() and t.isEnabled()]
        target = neighbour(shown, tile, key, self)
        if target is not None:
            self._go_to(target)
        elif key == Qt.Key.Key_Up:
            self.search.setFocus(Qt.FocusReason.BacktabFocusReason)

    def _go_to(self, tile: StepTile) -> None:
        self._stop_at(tile)
        tile.setFocus(Qt.FocusReason.TabFocusReason)
        self.list.ensureWidgetVisible(tile, 0, 2 * S4)

    def _stop_at(self, tile: StepTile | None) -> None:
        """Tab stops at one tile only; arrows move between them."""
        if self._stop is not None and self._stop is not tile:
            self._stop.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if tile is not None:
            tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._stop = tile

    def show_group(self, name: str) -> None:
        """Scroll to a group, and open it."""
        for group in self._groups:
            if group.name == name:
                group.heading.setChecked(False)
                self.list.verticalScrollBar().setValue(group.y() - S1)

    def _scrolled(self) -> None:
        top = self.list.verticalScrollBar().value() + S4
        above = [g for g in self._groups if not g.isHidden() and g.y() <= top]
        if above:
            self.jump.set_current(above[-1].name)
        self._settle.start()

    # --- what is on the screen ------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Make the tiles once they are to be seen."""
        super().showEvent(event)
        if self._waiting:
            self._slices.start()
        self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    def kinds_in_view(self) -> list[str]:
        """The kinds whose tiles are on the screen, from the top."""
        tiles = [tile for group in self._groups for tile in group.tiles]
        return [tile.kind for tile in on_screen(tiles, self.list.viewport())]

    def _tell_in_view(self) -> None:
        if self.isVisible():
            self.in_view.emit(self.kinds_in_view())
