"""The robustness chart: accuracy against severity, one curve a corruption."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from studio.core.strengths import Robustness, RobustnessCurve
from studio.ui.panes.data.statistics.axes import LEFT, Frame, Scale
from studio.ui.panes.data.statistics.drawing import LABEL, Cell, Drawing, Ink
from studio.ui.panes.understand.robustness_words import (
    COLOURED,
    details,
    ordered,
    point_words,
    sentence,
    whole_percent,
)
from studio.ui.widgets.base import draw_text, rounded, text_width
from studio.ui.widgets.numbers import number

MARKS = ("circle", "square", "triangle", "diamond", "down", "cross")
"""The point of each coloured curve, so that colour does not speak alone."""

_NEAR = 14.0
_COLUMN = 190
_ROW = 18


@dataclass(frozen=True)
class Line:
    """One curve as it is drawn. ``place`` −1: grey, without points."""

    curve: RobustnessCurve
    place: int
    run: str
    is_other: bool = False


def draw_mark(painter: QPainter, place: int, at: QPointF, colour: QColor, ground: QColor) -> None:
    """The point of a coloured curve, filled with the ground."""
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(ground)
    mark, r = MARKS[place % len(MARKS)], 3.5
    x, y = at.x(), at.y()
    if mark == "circle":
        painter.drawEllipse(at, r, r)
    elif mark == "square":
        painter.drawRect(QRectF(x - 3, y - 3, 6, 6))
    elif mark == "cross":
        painter.drawLine(QPointF(x - r, y - r), QPointF(x + r, y + r))
        painter.drawLine(QPointF(x - r, y + r), QPointF(x + r, y - r))
    else:
        corners: list[tuple[float, float]] = {
            "triangle": [(0.0, -4.0), (4.0, 3.0), (-4.0, 3.0)],
            "down": [(0.0, 4.0), (4.0, -3.0), (-4.0, -3.0)],
            "diamond": [(0.0, -4.5), (4.5, 0.0), (0.0, 4.5), (-4.5, 0.0)],
        }[mark]
        painter.drawPolygon(QPolygonF([QPointF(x + a, y + b) for a, b in corners]))


class RobustnessPlot(Drawing):
    """Curves of one run, and dashed those of another.

    Args:
        found: what was measured, with the run's name.
        hidden: kinds that are not drawn.
        lit: the kind whose curve stands out; empty for none.
        other: another run to compare with, and its name.
    """

    def __init__(
        self,
        found: Robustness,
        run: str,
        hidden: Collection[str] = (),
        lit: str = "",
        other: Robustness | None = None,
        other_run: str = "",
        legend: bool = False,
    ) -> None:
        self.found, self.run, self.hidden, self.lit = found, run, frozenset(hidden), lit
        self.other, self.other_run, self.legend = other, other_run, legend
        self.title = f"Robustness of {run}"
        self.sentence = f"{sentence(found)}. {details(found)}."
        self.lines = self._lines()
        self._points = [(i, j) for i, line in enumerate(self.lines)
                        for j in range(len(line.curve.severities))]  # fmt: skip

    def _lines(self) -> list[Line]:
        order = ordered(self.found)
        places = {c.kind: i if i < COLOURED else -1 for i, c in enumerate(order)}
        lines = [Line(c, places[c.kind], self.run) for c in order if c.kind not in self.hidden]
        if self.other is not None:
            shown = {line.curve.kind for line in lines}
            lines += [Line(c, places[c.kind], self.other_run, True) for c in self.other.curves
                      if c.kind in shown]  # fmt: skip
        return lines

    def for_saving(self) -> Drawing:
        return RobustnessPlot(self.found, self.run, self.hidden, "", self.other, self.other_run,
                              legend=True)  # fmt: skip

    # --- geometry -------------------------------------------------------------------------------

    def height(self, width: int) -> int:
        named = sum(not line.is_other for line in self.lines) if self.legend else 0
        return max(400 if self.legend else 220, named * _ROW + 40)

    def _frame(self, width: int, height: int) -> Frame:
        values = [self.found.clean, *(float(line.curve.accuracy.min()) for line in self.lines)]
        low = max(0.0, math.floor(min(values) * 10 - 0.3) / 10)
        severities = [float(s) for line in self.lines for s in line.curve.severities] or [1.0, 5.0]
        first, last = min(severities), max(severities)
        if first == last:
            first, last = first - 0.5, last + 0.5
        room = (last - first) * 0.03
        inner = width - (_COLUMN if self.legend else 0)
        # So high that a point at 100 % is whole.
        x, y = Scale(first - room, last + room), Scale(min(low, 0.9), 1.0 + (1 - low) * 0.02)
        return Frame(inner, height, x, y)

    def _at(self, frame: Frame, line: Line, index: int) -> QPointF:
        curve = line.curve
        return QPointF(frame.px(float(curve.severities[index])),
                       frame.py(float(curve.accuracy[index])))  # fmt: skip

    def parts(self) -> int:
        return len(self._points)

    def at(self, x: float, y: float, width: int, height: int) -> int:
        frame = self._frame(width, height)
        if not self.lines or not frame.inner.adjusted(-8, -8, 8, 8).contains(x, y):
            return -1
        value = frame.x.value((x - frame.inner.left()) / frame.inner.width())
        apart = [abs(frame.py(float(np.interp(value, line.curve.severities, line.curve.accuracy)))
                     - y) for line in self.lines]  # fmt: skip
        # Of curves that lie on each other the coloured one, which is first, is meant.
        nearest = int(np.argmin(np.round(apart)))
        if apart[nearest] > _NEAR:
            return -1
        index = int(np.abs(self.lines[nearest].curve.severities - value).argmin())
        return self._points.index((nearest, index))

    def where(self, part: int, width: int, height: int) -> QRectF:
        line, index = self._points[part]
        at = self._at(self._frame(width, height), self.lines[line], index)
        return QRectF(at.x() - 5, at.y() - 5, 10, 10)

    def words(self, part: int) -> str:
        place, index = self._points[part]
        line = self.lines[place]
        return point_words(line.curve, index, line.run if self.other is not None else "")

    def kind_of(self, part: int) -> str:
        """The corruption that a part belongs to; empty for none."""
        return self.lines[self._points[part][0]].curve.kind if 0 <= part < self.parts() else ""

    def step(self, part: int, key: Qt.Key, width: int) -> int:
        if part < 0:
            return 0
        line, index = self._points[part]
        last = len(self.lines[line].curve.severities) - 1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            index = min(max(index + (1 if key == Qt.Key.Key_Right else -1), 0), last)
        else:
            line = min(max(line + (1 if key == Qt.Key.Key_Down else -1), 0), len(self.lines) - 1)
            index = min(index, len(self.lines[line].curve.severities) - 1)
        return self._points.index((line, index))

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        heads = ("run", "corruption", "kind", "severity", "level", "accuracy")
        rows: list[Sequence[Cell]] = []
        for name, found in ((self.run, self.found), (self.other_run, self.other)):
            if found is None:
                continue
            rows.append((name, "none", "", 0, "", found.clean))
            for curve in ordered(found):
                levels = curve.levels or ("",) * len(curve.severities)
                rows += [(name, curve.title, curve.kind, float(s), level, float(a)) for s, level, a
                         in zip(curve.severities, levels, curve.accuracy, strict=True)]  # fmt: skip
        return heads, rows

    # --- drawing --------------------------------------------------------------------------------

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        frame = self._frame(width, height)
        steps = sorted({float(s) for line in self.lines for s in line.curve.severities})
        frame.paint(painter, ink, number, whole_percent, steps)
        under = QRectF(0, frame.inner.bottom() + 5, LEFT + 2, LABEL)
        draw_text(painter, under, "severity", ink.small, ink.tokens.text_secondary)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_clean(painter, frame, ink)
        lit = self.kind_of(part) or self.lit
        for line in sorted(self.lines, key=lambda each: _depth(each, lit)):
            self._paint_line(painter, frame, line, ink, lit)
        if 0 <= part < self.parts():
            self._paint_values(painter, frame, part, ink)
        if self.legend:
            self._paint_legend(painter, frame, ink)

    def _paint_clean(self, painter: QPainter, frame: Frame, ink: Ink) -> None:
        colour, y = ink.tokens.text_secondary, frame.py(self.found.clean)
        pen = QPen(QColor(colour), 1)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawLine(QPointF(frame.inner.left(), y), QPointF(frame.inner.right(), y))
        words = f"without any, {whole_percent(self.found.clean)}"
        wide = text_width(ink.small, words) + 8
        above = y - LABEL - 2 > frame.inner.top() - 6
        place = QRectF(frame.inner.right() - wide, y - LABEL - 2 if above else y + 2, wide, LABEL)
        draw_text(painter, place, words, ink.small, colour, Qt.AlignmentFlag.AlignRight)

    def _paint_line(self, painter: QPainter, frame: Frame, line: Line, ink: Ink, lit: str) -> None:
        colour, wide = line_look(line, ink, lit)
        pen = QPen(colour, wide)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if line.is_other:
            pen.setDashPattern([4, 3])
        points = [self._at(frame, line, i) for i in range(len(line.curve.severities))]
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        if line.place >= 0 and not line.is_other:
            for point in points:
                draw_mark(painter, line.place, point, colour, QColor(ink.tokens.surface))

    def _paint_values(self, painter: QPainter, frame: Frame, part: int, ink: Ink) -> None:
        """The name of the curve and the value at each of its points."""
        chosen, index = self._points[part]
        line = self.lines[chosen]
        for i in range(len(line.curve.severities)):
            at, here = self._at(frame, line, i), i == index
            value = whole_percent(float(line.curve.accuracy[i]))
            words = f"{line.curve.title} {value}" if here else value
            wide = text_width(ink.small, words) + 10
            left = min(max(at.x() - wide / 2, frame.inner.left()), frame.inner.right() - wide)
            above = at.y() - 24 > frame.inner.top()
            box = QRectF(left, at.y() - 25 if above else at.y() + 9, wide, 17)
            rounded(painter, box, 4, ink.tokens.raised, ink.tokens.edge)
            draw_text(painter, box, words, ink.small, ink.tokens.text,
                      Qt.AlignmentFlag.AlignHCenter)  # fmt: skip

    def _paint_legend(self, painter: QPainter, frame: Frame, ink: Ink) -> None:
        left, y = frame.inner.right() + 24, frame.inner.top()
        for line in (each for each in self.lines if not each.is_other):
            colour, wide = line_look(line, ink, "")
            painter.setPen(QPen(colour, wide))
            middle = y + _ROW / 2
            painter.drawLine(QPointF(left, middle), QPointF(left + 22, middle))
            if line.place >= 0:
                ground = QColor(ink.tokens.surface)
                draw_mark(painter, line.place, QPointF(left + 11, middle), colour, ground)
            words = f"{line.curve.title} {whole_percent(float(line.curve.accuracy.mean()))}"
            place = QRectF(left + 30, y, _COLUMN - 40, _ROW)
            draw_text(painter, place, words, ink.small, ink.tokens.text)
            y += _ROW
        if self.other is not None:
            words = f"solid {self.run}, dashed {self.other_run}"
            place = QRectF(left, y + 4, _COLUMN - 24, _ROW)
            draw_text(painter, place, words, ink.small, ink.tokens.text_secondary)


def line_look(line: Line, ink: Ink, lit: str) -> tuple[QColor, float]:
    """Colour and width of a curve; where one stands out the others step back."""
    tokens = ink.tokens
    colour = QColor(tokens.series[line.place] if line.place >= 0 else tokens.line_strong)
    wide = 2.0 if line.place >= 0 else 1.0
    if line.is_other:
        wide = 1.5 if line.place >= 0 else 1.0
    if lit and line.curve.kind == lit:
        return (colour if line.place >= 0 else QColor(tokens.text)), wide + 1.0
    if lit:
        colour.setAlphaF(0.35)
    elif line.place < 0:
        colour.setAlphaF(0.55)
    return colour, wide


def _depth(line: Line, lit: str) -> tuple[bool, bool, int]:
    """Grey ones lie below, the worst above, and on top what stands out."""
    return line.curve.kind == lit, line.place >= 0, -line.place


def shown_kinds(plot: RobustnessPlot) -> set[str]:
    """The corruptions whose curves are drawn."""
    return {line.curve.kind for line in plot.lines}
