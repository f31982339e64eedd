"""The right panel: every augmenter by group, with a thumbnail of one's own picture."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.augment.registry import groups, kind_of
from studio.augment.step import Step, channels_words
from studio.core.input import CHANNELS
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1, S1, S2, S3, S4
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.fields import SearchField
from studio.ui.widgets.image_view import draw_rounded
from studio.ui.widgets.panel import Panel, ScrollColumn
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

_COLUMNS = 3
_SIDE = 62
_BESIDE = 4
"""Room at both sides of a picture that its name may use."""

_CAPTION = 18


class StepTile(QAbstractButton):
    """One augmenter: what it does to the picture, and its name. Pressing it adds the step."""

    def __init__(self, step: type[Step], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.step = step
        self.kind = kind_of(step)
        self._picture: QPixmap | None = None
        self.setText(step.title)
        self.setFixedHeight(_SIDE + _CAPTION)
        self.setMinimumWidth(_SIDE + 2 * _BESIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, R1)
        self.set_channels(3)

    def set_channels(self, channels: int) -> None:
        """Say what the network gets: a step that does not work on that cannot be added."""
        usable = channels in self.step.channels
        has = CHANNELS[channels].lower()
        why = "" if usable else f" It does not work here: the network's input is {has}."
        self.setEnabled(usable)
        works = f" Works on {channels_words(self.step)}."
        describe(self, self.step.title, "", self.step.help + (why or works))

    def set_picture(self, image: QImage | None) -> None:
        """Show what the step does."""
        self._picture = None if image is None else QPixmap.fromImage(image)
        self.update()

    def has_picture(self) -> bool:
        """Whether the thumbnail is there."""
        return self._picture is not None

    def matches(self, words: str) -> bool:
        """Whether all words occur in its name, group, help or other names."""
        step = self.step
        text = f"{step.title} {step.group} {step.help} {step.also} {self.kind}".casefold()
        return all(word in text for word in words.casefold().split())

    def sizeHint(self) -> QSize:
        return QSize(_SIDE + 2 * _BESIDE, _SIDE + _CAPTION)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = look(self), QPainter(self)
        rect = QRectF(_BESIDE, 0, self.width() - 2 * _BESIDE, _SIDE)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        if self._picture is None:
            rounded(painter, rect, R1, t.well)
            icons.paint(painter, "augment", centred(rect, 16), t.text_disabled)
        else:
            draw_rounded(painter, rect, self._picture, R1)
        hover = self.isEnabled() and self.underMouse()
        if self.isDown() or hover:
            rounded(painter, rect, R1, None, t.accent, 2)
        if hover:
            corner = QRectF(rect.right() - 22, rect.top() + 4, 18, 18)
            rounded(painter, corner, R1, t.raised)
            icons.paint(painter, "plus", centred(corner, 12), t.accent)
        caption = QRectF(0, rect.bottom(), self.width(), _CAPTION)
        colour = QColor(t.text if hover else t.text_secondary)
        centre = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, caption, self.text(), theme_of(self).font("small"), colour, centre,
                  Qt.TextElideMode.ElideRight)  # fmt: skip


class _Group(QWidget):
    """A heading with its tiles, three in a row."""

    def __init__(self, name: str, tiles: list[StepTile]) -> None:
        super().__init__()
        self.tiles = tiles
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, S2)
        column.setSpacing(6)
        heading = Text(name, "small", "secondary", MEDIUM)
        heading.setContentsMargins(_BESIDE, 0, 0, 0)
        column.addWidget(heading)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(S2)
        for i in range(_COLUMNS):
            self._grid.setColumnStretch(i, 1)
        column.addLayout(self._grid)
        for i, tile in enumerate(tiles):
            self._grid.addWidget(tile, i // _COLUMNS, i % _COLUMNS)

    def filter(self, words: str) -> int:
        """Show the tiles that match; returns how many."""
        for tile in self.tiles:
            self._grid.removeWidget(tile)
        matching = [tile for tile in self.tiles if tile.matches(words)]
        for tile in self.tiles:
            tile.setVisible(tile in matching)
        for i, tile in enumerate(matching):
            self._grid.addWidget(tile, i // _COLUMNS, i % _COLUMNS)
        self.setVisible(bool(matching))
        return len(matching)


class CataloguePanel(Panel):
    """The catalogue.

    Signals:
        chosen(object): the person wants a step of this type.
        close_requested: the person wants the room for the previews.
    """

    chosen = Signal(object)
    close_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("right", "Add a step", 236, parent=parent)
        self.count = Text("", "small", "secondary")
        self.bar.add(self.count)
        self.close_button = IconButton(
            "close", "Close the catalogue", sentence="“Add a step” opens it again.", size="small"
        )
        self.close_button.clicked.connect(lambda: self.close_requested.emit())
        self.bar.add(self.close_button)
        self.search = SearchField("Search augmenters")
        self.search.textChanged.connect(self._filter)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(S4, S2, S4, S2)
        column.addWidget(self.search)
        self.add(holder)
        self._groups: list[_Group] = []
        self.tiles: dict[str, StepTile] = {}
        self.list = ScrollColumn()
        self.list.body.setContentsMargins(S4 - _BESIDE, S1, S4 - _BESIDE, S3)
        for name, steps in groups().items():
            self._groups.append(self._make_group(name, steps))
        self.nothing = Text("No augmenter is called so.", tone="secondary", wrap=True)
        self.nothing.hide()
        self.list.add(self.nothing)
        self.list.body.addStretch(1)
        self.add(self.list, 1)
        self._filter("")

    def _make_group(self, name: str, steps: list[type[Step]]) -> _Group:
        tiles = [StepTile(step) for step in steps]
        for tile in tiles:
            self.tiles[tile.kind] = tile
            tile.clicked.connect(lambda _on=False, step=tile.step: self.chosen.emit(step))
        group = _Group(name, tiles)
        self.list.add(group)
        return group

    def set_thumbnails(self, images: Mapping[str, QImage]) -> None:
        """Show what each kind does; kinds that are missing lose theirs."""
        for kind, tile in self.tiles.items():
            tile.set_picture(images.get(kind))

    def set_channels(self, channels: int) -> None:
        """Say how many channels the network's input has."""
        for tile in self.tiles.values():
            tile.set_channels(channels)

    def _filter(self, words: str) -> None:
        found = sum(group.filter(words) for group in self._groups)
        self.count.setText(str(found))
        self.nothing.setVisible(found == 0)
