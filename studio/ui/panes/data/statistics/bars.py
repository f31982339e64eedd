"""Pictures per class as lying bars, stacked by split: as many as there are classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from studio.core.paths import display_name
from studio.data.dataset import SPLITS
from studio.ui.panes.data.statistics.drawing import Cell, Drawing, Ink, Pick, block
from studio.ui.tokens import Tokens
from studio.ui.widgets.base import draw_text, rounded, text_width
from studio.ui.widgets.numbers import count, number

PITCH, LEGEND = 22, 24
MOST_SAVED = 200
PARTS = (*(split.label for split in SPLITS), "Left out")
_NAME = 132


class ClassBars(Drawing):
    """One bar a class.

    Args:
        names: of the classes, clean text.
        counts: ``(classes, 4) int64`` pictures for training, validation, test, and left out.
        order: the classes in the order of the bars.
        indices: the classes' numbers in the output, where these are not all.
    """

    title = "Pictures per class"
    acts = "Lists this class."

    def __init__(
        self,
        names: Sequence[str],
        counts: NDArray[np.int64],
        order: NDArray[np.int64],
        sentence: str = "",
    ) -> None:
        self.names, self.counts, self.order = names, counts, order
        self.sentence = sentence
        self.totals = counts.sum(axis=1)
        self._most = int(self.totals.max(initial=0))

    def height(self, width: int) -> int:
        return LEGEND + PITCH * len(self.order)

    def parts(self) -> int:
        return len(self.order)

    def at(self, x: float, y: float, width: int, height: int) -> int:
        part = int((y - LEGEND) // PITCH)
        return part if 0 <= part < len(self.order) else -1

    def where(self, part: int, width: int, height: int) -> QRectF:
        return QRectF(0, LEGEND + PITCH * part, width, PITCH)

    def words(self, part: int) -> str:
        index = int(self.order[part])
        parts = [
            f"{number(int(n))} {label.lower()}"
            for n, label in zip(self.counts[index], PARTS, strict=True)
            if n
        ]
        pictures = count(int(self.totals[index]), "picture")
        return ": ".join(filter(None, (f"{self.names[index]}, {pictures}", ", ".join(parts))))

    def pick(self, part: int) -> Pick | None:
        index = int(self.order[part])
        return Pick(self.names[index], class_index=index)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        heads = ("class", "pictures", "train", "validation", "test", "left out")
        rows = (
            (self.names[i], int(self.totals[i]), *map(int, self.counts[i]))
            for i in self.order.tolist()
        )
        return heads, rows

    def for_saving(self) -> Drawing:
        if len(self.order) <= MOST_SAVED:
            return self
        words = f"{self.sentence} The first {MOST_SAVED} of {len(self.order):,} are shown."
        return ClassBars(self.names, self.counts, self.order[:MOST_SAVED], words)

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        if clip.top() < LEGEND:
            self._paint_legend(painter, width, ink)
        first = max(0, int((clip.top() - LEGEND) // PITCH))
        last = min(len(self.order) - 1, int((clip.bottom() - LEGEND) // PITCH))
        room = text_width(ink.small, number(max(self._most, 1000)))
        for place in range(first, last + 1):
            self._paint_bar(painter, place, width, room, ink, place == part)

    def _paint_bar(
        self, painter: QPainter, place: int, width: int, room: float, ink: Ink, is_lit: bool
    ) -> None:
        index, tokens = int(self.order[place]), ink.tokens
        top = LEGEND + PITCH * place
        if is_lit:
            rounded(painter, QRectF(0, top, width, PITCH), 4, tokens.hover)
        names = min(_NAME, width * 0.36)
        name = QRectF(4, top, names - 12, PITCH)
        draw_text(painter, name, display_name(self.names[index]), ink.small, tokens.text)
        left, whole = names, max(8.0, width - names - room - 12)
        for amount, label in zip(self.counts[index].tolist(), PARTS, strict=True):
            wide = whole * amount / max(1, self._most)
            rect = QRectF(left, top + 6, wide, PITCH - 12)
            if wide > 0:
                fill(painter, rect, label, tokens)
            left += wide
        value = QRectF(width - room - 6, top, room + 2, PITCH)
        align = Qt.AlignmentFlag.AlignRight
        total = number(int(self.totals[index]))
        draw_text(painter, value, total, ink.small, tokens.text_secondary, align)

    def _paint_legend(self, painter: QPainter, width: int, ink: Ink) -> None:
        x = min(_NAME, width * 0.36)
        for i, label in enumerate(PARTS):
            if not self.counts[:, i].any():
                continue
            fill(painter, QRectF(x, 7, 12, 8), label, ink.tokens)
            wide = text_width(ink.small, label) + 2
            draw_text(
                painter, QRectF(x + 17, 3, wide, 16), label, ink.small, ink.tokens.text_secondary
            )
            x += wide + 34


def fill(painter: QPainter, rect: QRectF, label: str, tokens: Tokens) -> None:
    """One part of a bar: splits as in the split box, what is left out hatched."""
    colours = dict(zip(PARTS, (tokens.accent, tokens.line_strong, tokens.edge), strict=False))
    if label in colours:
        block(painter, rect, colours[label])
        return
    block(painter, rect, tokens.well)
    painter.fillRect(rect, QBrush(QColor(tokens.line_strong), Qt.BrushStyle.BDiagPattern))
