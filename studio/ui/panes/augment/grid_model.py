"""What the grid of previews shows, and where each picture of it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QPixmap

from studio.ui.panes.augment.belief_words import Belief
from studio.ui.tokens import S4

HEAD = 34
CAPTION = 20
GAP = 10
ROW_GAP = 8
MARK = 18

ORIGINAL = -1
"""The column of the originals."""

NONE = (-1, -1)
"""No cell: row −1."""

_SMALLEST, _LOWEST = 40, 72.0
_JUDGED, _FILLED = 120.0, 0.75
"""Pictures less high than this, that fill less than this share of the width, let rows scroll."""

Cell = tuple[int, int]
"""Row and column; column −1 is the original."""


@dataclass
class Line:
    """One picture with its previews.

    Attributes:
        whole: the picture as it lies on the disk, uncut and small.
        own: what a network says of the picture itself; None where it was not asked.
        standing: the caption of another picture, whose pixels stand here until its own come.
    """

    caption: str
    name: str
    pinned: bool = False
    original: QPixmap | None = None
    whole: QPixmap | None = None
    previews: list[QPixmap] = field(default_factory=list)
    beliefs: list[Belief] = field(default_factory=list)
    own: Belief | None = None
    standing: str | None = None

    @property
    def shown_caption(self) -> str:
        """The class of the pixels that are on the screen now."""
        return self.caption if self.standing is None else self.standing


@dataclass
class GridState:
    """What is shown beside the pictures themselves.

    Attributes:
        current: the cell that the keys are at.
        chosen: the preview that is looked into, :data:`NONE` for none.
        hover: the cell under the mouse, and ``mark`` the small button there: ``pin``, ``swap``.
        fit: how the network's input is cut from a picture, shown over whole pictures; empty
            where originals are shown as the network gets them.
        size: width and height of the network's input in pixels.
    """

    lines: list[Line] = field(default_factory=list)
    columns: int = 4
    comparing: bool = False
    current: Cell = (0, ORIGINAL)
    chosen: Cell = NONE
    hover: Cell = NONE
    mark: str = ""
    fit: str = ""
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class GridGeometry:
    """Places of all cells in the coordinates of the content, which starts at its top.

    Attributes:
        room: of the viewport.
        aspect: width ÷ height of a picture.
    """

    room: QSize
    rows: int
    columns: int
    aspect: float

    @cached_property
    def tile(self) -> QSize:
        """The size of one picture."""
        tiles = self.columns + 1
        width = (self.room.width() - 2 * S4 - 1 - GAP * tiles) / tiles
        rows = max(1, self.rows)
        high = self._height_of(rows)
        # Rather scroll than show pictures too small to judge beside a region left empty.
        while rows > 1 and high < _JUDGED and high * self.aspect < _FILLED * width:
            rows -= 1
            high = self._height_of(rows)
        width = max(float(_SMALLEST), min(width, max(high, _LOWEST) * self.aspect))
        return QSize(int(width), max(8, int(width / self.aspect)))

    def _height_of(self, rows: int) -> float:
        """How high pictures may be when so many rows are to be seen at once."""
        return (self.room.height() - HEAD) / rows - CAPTION - ROW_GAP

    @property
    def pitch(self) -> int:
        """From the top of one row to the next."""
        return self.tile.height() + CAPTION + ROW_GAP

    @property
    def height(self) -> int:
        """Of the whole content."""
        return HEAD + self.rows * self.pitch

    @property
    def rule_x(self) -> float:
        """Where the line between originals and previews stands."""
        return S4 + self.tile.width() + GAP

    def picture(self, row: int, column: int) -> QRectF:
        """Where a picture stands."""
        left = float(S4)
        if column > ORIGINAL:
            left = self.rule_x + 1 + GAP + column * (self.tile.width() + GAP)
        return QRectF(QPointF(left, HEAD + row * self.pitch), QSizeF(self.tile))

    def caption(self, row: int, column: int) -> QRectF:
        """The line of words below a picture."""
        picture = self.picture(row, column)
        return QRectF(picture.left(), picture.bottom(), picture.width(), CAPTION)

    def cell(self, row: int, column: int) -> QRectF:
        """A picture with its words and the ring around it."""
        return self.picture(row, column).adjusted(-5, -5, 5, CAPTION)

    def pin(self, row: int) -> QRectF:
        """The small button on an original that pins it."""
        picture = self.picture(row, ORIGINAL)
        return QRectF(picture.left() + 4, picture.top() + 4, MARK, MARK)

    def swap(self, row: int) -> QRectF:
        """The small button on an original that takes another picture."""
        picture, pin = self.picture(row, ORIGINAL), self.pin(row)
        if picture.width() >= 2 * MARK + 12:
            return QRectF(picture.right() - 4 - MARK, pin.top(), MARK, MARK)
        return pin.translated(0, MARK + 2)

    def at(self, point: QPointF) -> Cell:
        """The cell at a point, :data:`NONE` where there is none; the gaps belong to neighbours."""
        row = int((point.y() - HEAD) // max(1, self.pitch))
        if not 0 <= row < self.rows or point.y() < HEAD:
            return NONE
        if point.x() < self.rule_x:
            return row, ORIGINAL
        column = int((point.x() - self.rule_x - 1 - GAP / 2) // (self.tile.width() + GAP))
        return (row, max(0, column)) if column < self.columns else NONE

    def cells_in(self, area: QRectF) -> Iterator[Cell]:
        """The cells that touch an area, from left to right and downwards."""
        first = max(0, int((area.top() - HEAD - CAPTION) // max(1, self.pitch)))
        last = min(self.rows - 1, int((area.bottom() - HEAD + CAPTION) // max(1, self.pitch)))
        for row in range(first, last + 1):
            for column in range(ORIGINAL, self.columns):
                if self.cell(row, column).intersects(area):
                    yield row, column
