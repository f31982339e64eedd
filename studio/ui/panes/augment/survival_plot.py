"""How many labels survive at each strength of a setting, with the marks and what is set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from studio.augment.step import Step
from studio.augment.words import with_unit
from studio.core.spec import Parameter
from studio.core.strengths import Strengths
from studio.ui.panes.augment.safety_words import (
    limit_words,
    parameter_of,
    sides_words,
    value_words,
)
from studio.ui.panes.data.statistics.axes import Frame, Scale
from studio.ui.panes.data.statistics.drawing import Cell, Drawing, Ink
from studio.ui.widgets.base import draw_text, text_width
from studio.ui.widgets.numbers import number, percent

_KEYS = 22
_DASHED = [4.0, 3.0]


class SurvivalPlot(Drawing):
    """Survival (solid) and accuracy (dashed) against one setting.

    The ground beyond the marks is quietly warm; a bar at the bottom shows what is set.
    """

    def __init__(self, step: Step, name: str, found: Strengths, run: str) -> None:
        p = parameter_of(step, name)
        assert p is not None
        self.step_, self.name, self.found, self.run, self.setting = step, name, found, run, p
        self.title = f"{step.title}, {p.title.lower()}"
        self.sentence = f"{limit_words(step, name, found, run, False)} {sides_words(found)}."
        value = getattr(step, name)
        self.set_to = value if isinstance(value, tuple) else (value, value)

    def height(self, width: int) -> int:
        return 250

    def _frame(self, width: int, height: int) -> Frame:
        x, found = self.found.values, self.found
        low = min(float(found.survival.min()), float(found.accuracy.min()))
        floor = max(0.0, np.floor(low * 10 - 0.3) / 10)
        first, last = float(x[0]), float(x[-1])
        if first == last:
            first, last = first - 1, last + 1
        return Frame(width, height - _KEYS, Scale(first, last), Scale(min(floor, 0.8), 1.02))

    def parts(self) -> int:
        return len(self.found.values)

    def at(self, x: float, y: float, width: int, height: int) -> int:
        frame = self._frame(width, height)
        if not frame.inner.adjusted(-6, -6, 6, 6).contains(x, y):
            return -1
        places = np.array([frame.px(float(v)) for v in self.found.values])
        return int(np.abs(places - x).argmin())

    def where(self, part: int, width: int, height: int) -> QRectF:
        frame = self._frame(width, height)
        x, y = self.found.values[part], self.found.survival[part]
        return QRectF(frame.px(float(x)) - 4, frame.py(float(y)) - 4, 8, 8)

    def words(self, part: int) -> str:
        found = self.found
        return (
            f"{value_words(self.setting, float(found.values[part]))}: "
            f"{percent(float(found.survival[part]), 0)} of the labels survive, "
            f"{percent(float(found.accuracy[part]), 0)} right"
        )

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        found = self.found
        unit = f" ({self.setting.unit})" if self.setting.unit else ""
        heads = (f"{self.setting.title}{unit}", "survival", "survival of the worst class",
                 "accuracy", "safe")  # fmt: skip
        columns = zip(found.values, found.survival, found.worst, found.accuracy, strict=True)
        low, high = found.safe
        return heads, ((float(v), float(s), float(w), float(a), "yes" if low <= v <= high else "no")
                       for v, s, w, a in columns)  # fmt: skip

    # --- drawing --------------------------------------------------------------------------------

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        frame = self._frame(width, height)
        self._paint_beyond(painter, frame, ink)
        frame.paint(painter, ink, _tick_words(self.setting), lambda v: percent(v, 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_set(painter, frame, ink)
        self._curve(painter, frame, self.found.accuracy, ink.tokens.text_secondary, True)
        self._curve(painter, frame, self.found.survival, ink.tokens.accent, False)
        if 0 <= part < self.parts():
            at = self.where(part, width, height).center()
            painter.setPen(QPen(QColor(ink.tokens.accent), 2))
            painter.setBrush(QColor(ink.tokens.surface))
            painter.drawEllipse(at, 4, 4)
        self._paint_keys(painter, width, height, ink)

    def _paint_beyond(self, painter: QPainter, frame: Frame, ink: Ink) -> None:
        inner, found = frame.inner, self.found
        for side, is_limit in enumerate(found.limits):
            if not is_limit:
                continue
            mark = frame.px(min(max(found.safe[side], frame.x.low), frame.x.high))
            start, end = (inner.left(), mark) if side == 0 else (mark, inner.right())
            ground = QRectF(start, inner.top(), end - start, inner.height())
            painter.fillRect(ground, QColor(ink.tokens.warning_quiet))
            painter.fillRect(QRectF(mark - 1, inner.top(), 2, inner.height()),
                             QColor(ink.tokens.warning))  # fmt: skip

    def _paint_set(self, painter: QPainter, frame: Frame, ink: Ink) -> None:
        low, high = (frame.px(min(max(v, frame.x.low), frame.x.high)) for v in self.set_to)
        bottom = frame.inner.bottom()
        painter.fillRect(QRectF(low - 1, bottom - 4, max(3.0, high - low + 2), 4),
                         QColor(ink.tokens.text))  # fmt: skip

    def _curve(
        self, painter: QPainter, frame: Frame, y: NDArray[np.float64], colour: str, dashed: bool
    ) -> None:
        pen = QPen(QColor(colour), 1.5 if dashed else 2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:
            pen.setDashPattern(_DASHED)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = [QPointF(frame.px(float(a)), frame.py(float(b)))
                  for a, b in zip(self.found.values, y, strict=True)]  # fmt: skip
        painter.drawPolyline(QPolygonF(points))

    def _paint_keys(self, painter: QPainter, width: int, height: int, ink: Ink) -> None:
        """What the two lines and the bar are."""
        t, x, middle = ink.tokens, 48.0, height - 8.0
        for words, colour, style in (
            ("labels that survive", t.accent, "solid"),
            ("right of all", t.text_secondary, "dashed"),
            ("set now", t.text, "bar"),
        ):
            pen = QPen(QColor(colour), 4 if style == "bar" else 2)
            if style == "dashed":
                pen.setDashPattern([2.5, 2.0])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + 20, middle))
            wide = text_width(ink.small, words) + 1
            place = QRectF(x + 26, middle - 8, wide, 16)
            draw_text(painter, place, words, ink.small, t.text_secondary)
            x += wide + 44


def _tick_words(p: Parameter) -> Callable[[float], str]:
    """Values along the axis with their unit."""
    return lambda value: with_unit(number(value), p.unit)
