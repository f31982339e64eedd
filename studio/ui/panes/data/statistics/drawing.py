"""What every plot of the page can do: paint itself at any size, tell what is where, give numbers.

Painted with QPainter: the same code fills the window, a PNG, an SVG and the clipboard, and needs
neither a widget nor the window's thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from studio.ui.tokens import Tokens

Cell = str | int | float
LABEL = 14
"""Height of one line of small text."""


@dataclass(frozen=True)
class Ink:
    """The colours and fonts that a plot is painted with."""

    tokens: Tokens
    small: QFont
    body: QFont
    title: QFont


@dataclass(frozen=True, eq=False)
class Pick:
    """What a part of a plot stands for: a class of an output, or some pictures.

    Attributes:
        words: what these pictures have in common.
        rows: ``(m,) int64`` rows of the data set; None for a class.
        class_index: of the output shown; −1 for pictures.
    """

    words: str
    rows: NDArray[np.int64] | None = None
    class_index: int = -1


class Drawing:
    """One plot. Its parts are numbered from 0; a pointer or the arrow keys move over them.

    Attributes:
        title: what is shown.
        sentence: what it tells.
        acts: what Enter or a click does, for the tooltip; empty where it does nothing.
    """

    title = ""
    sentence = ""
    acts = ""

    def height(self, width: int) -> int:
        """How high it is at a width, in logical pixels."""
        return 200

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        """Paint it from the origin. ``part`` is lit up; −1 for none. Only ``clip`` is in sight."""
        raise NotImplementedError

    def parts(self) -> int:
        """How many parts there are."""
        return 0

    def at(self, x: float, y: float, width: int, height: int) -> int:
        """The part at a place; −1 where there is none."""
        return -1

    def where(self, part: int, width: int, height: int) -> QRectF:
        """Where a part is, so that it can be scrolled to."""
        return QRectF(0, 0, width, height)

    def words(self, part: int) -> str:
        """A part in words."""
        return ""

    def pick(self, part: int) -> Pick | None:
        """What a part stands for; None where nothing can be listed."""
        return None

    def step(self, part: int, key: Qt.Key, width: int) -> int:
        """The part that an arrow key leads to."""
        ahead = key in (Qt.Key.Key_Right, Qt.Key.Key_Down)
        return min(max(part + (1 if ahead else -1), 0), self.parts() - 1)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        """Its numbers: the heads of the columns, and the rows."""
        raise NotImplementedError

    def for_saving(self) -> Drawing:
        """The same, short enough for a picture."""
        return self


def line(painter: QPainter, colour: str, x1: float, y1: float, x2: float, y2: float) -> None:
    """A crisp line of one pixel."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(colour), 1))
    painter.drawLine(round(x1), round(y1), round(x2), round(y2))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def block(painter: QPainter, rect: QRectF, colour: Any) -> None:
    """A filled rectangle without a border."""
    painter.fillRect(rect, colour if isinstance(colour, QColor) else QColor(colour))
