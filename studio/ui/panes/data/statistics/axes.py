"""Scales and their round numbers, and the frame that the plots with two axes share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from studio.ui.panes.data.statistics.drawing import LABEL, Ink, line
from studio.ui.widgets.base import draw_text, text_width

LEFT, TOP, RIGHT, BOTTOM = 48, 10, 16, 20
_APART = 12


@dataclass(frozen=True)
class Scale:
    """A range of numbers, in equal steps or in equal ratios."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a number stands: 0 at the low end, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, share: float) -> float:
        """The number at a place from 0 to 1."""
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def ticks(self, most: int) -> list[float]:
        """Round numbers within the range, about so many at most."""
        if not self.log:
            return even_ticks(self.low, self.high, most)
        span = range(math.floor(math.log10(self.low)) - 1, math.ceil(math.log10(self.high)) + 1)
        for digits in ((1, 2, 5), (1, 3), (1,)):
            found = [d * 10.0**n for n in span for d in digits]
            found = [t for t in found if self.low <= t * (1 + 1e-9) and t <= self.high * (1 + 1e-9)]
            if len(found) <= most:
                break
        few = len(found) < 3
        return even_ticks(self.low, self.high, most) if few else found[:: -(-len(found) // most)]


def even_ticks(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 × 10ⁿ from ``low`` to ``high``."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((f * power for f in (1, 2, 5) if f * power >= raw * (1 - 1e-9)), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


@dataclass(frozen=True)
class Frame:
    """The ground between the axes of a plot, in its pixels."""

    width: int
    height: int
    x: Scale
    y: Scale

    @property
    def inner(self) -> QRectF:
        """Where the data stand."""
        return QRectF(
            LEFT, TOP, max(1, self.width - LEFT - RIGHT), max(1, self.height - TOP - BOTTOM)
        )

    def px(self, value: float) -> float:
        """The place of a number along the width."""
        return self.inner.left() + self.x.share(value) * self.inner.width()

    def py(self, value: float) -> float:
        """The place of a number along the height."""
        return self.inner.bottom() - self.y.share(value) * self.inner.height()

    def paint(
        self,
        painter: QPainter,
        ink: Ink,
        x_words: Callable[[float], str],
        y_words: Callable[[float], str],
        x_ticks: list[float] | None = None,
    ) -> None:
        """The grid and the numbers of both axes."""
        inner, tokens = self.inner, ink.tokens
        right = Qt.AlignmentFlag.AlignRight
        for value in self.y.ticks(max(2, int(inner.height() / 36))):
            y = self.py(value)
            # Cards of the dark look are brighter than its lines.
            grid = tokens.line if tokens.name == "light" else tokens.edge
            line(painter, grid, inner.left(), y, inner.right(), y)
            label = QRectF(0, y - LABEL / 2, LEFT - 8, LABEL)
            draw_text(painter, label, y_words(value), ink.small, tokens.text_secondary, right)
        line(painter, tokens.edge, inner.left(), inner.bottom(), inner.right(), inner.bottom())
        self._under(painter, ink, x_words, x_ticks)

    def _under(
        self,
        painter: QPainter,
        ink: Ink,
        words: Callable[[float], str],
        ticks: list[float] | None,
    ) -> None:
        inner, until = self.inner, -math.inf
        ticks = self.x.ticks(max(2, int(inner.width() / 64))) if ticks is None else ticks
        for value in ticks:
            x, text = self.px(value), words(value)
            wide = text_width(ink.small, text)
            left = min(max(x - wide / 2, 0.0), self.width - wide - 1)
            if left < until:
                continue
            until = left + wide + _APART
            line(painter, ink.tokens.edge, x, inner.bottom(), x, inner.bottom() + 3)
            label = QRectF(left, inner.bottom() + 5, wide + 1, LABEL)
            draw_text(painter, label, text, ink.small, ink.tokens.text_secondary)
