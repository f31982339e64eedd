"""A chart's heading with its legend, whose values follow the crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, S4, SEMIBOLD
from studio.ui.widgets.base import draw_text, look, text_width
from studio.ui.widgets.text import Text

_LINE, _GAP, _BETWEEN = 18, 5, 14


@dataclass(frozen=True)
class Key:
    """One entry: a line in a series colour (``role``, empty for none), what it is, its value."""

    name: str
    value: str
    role: str
    dotted: bool = False


class Legend(QWidget):
    """Entries in a row at the right; those that do not fit are counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[Key, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def keys(self) -> tuple[Key, ...]:
        """What is shown."""
        return self._keys

    def set_keys(self, keys: Sequence[Key]) -> None:
        """Show other entries."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.setAccessibleName(", ".join(f"{k.name} {k.value}" for k in keys))
            self.update()

    def sizeHint(self) -> QSize:
        """Narrow: it takes what is there."""
        return QSize(80, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw from the left, in the space that is needed, at the right end."""
        theme = theme_of(self)
        plain, strong = theme.font("small"), theme.font("small", MEDIUM)
        widths = [
            _indent(k) + text_width(plain, k.name) + 4 + text_width(strong, k.value) + 1
            for k in self._keys
        ]
        shown = list(zip(self._keys, widths, strict=True))
        rest = 0
        while shown and self._needed([w for _, w in shown], rest) > self.width():
            shown.pop()
            rest = len(self._keys) - len(shown)
        x = self.width() - self._needed([w for _, w in shown], rest)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key, width in shown:
            self._draw(painter, x, key, width)
            x += width + _BETWEEN
        if rest:
            rect = QRectF(x, 0, 80, self.height())
            draw_text(painter, rect, f"and {rest} more", plain, look(self).text_secondary)

    def _needed(self, widths: list[float], rest: int) -> float:
        extra = text_width(theme_of(self).font("small"), f"and {rest} more") if rest else 0.0
        count = len(widths) + bool(rest)
        return sum(widths) + extra + _BETWEEN * max(0, count - 1)

    def _draw(self, painter: QPainter, x: float, key: Key, width: float) -> None:
        t, theme = look(self), theme_of(self)
        if key.role:
            self._draw_line(painter, x, key)
        plain, strong = theme.font("small"), theme.font("small", MEDIUM)
        rect = QRectF(x + _indent(key), 0, width, self.height())
        draw_text(painter, rect, key.name, plain, t.text_secondary)
        rect.translate(text_width(plain, key.name) + 4, 0)
        draw_text(painter, rect, key.value, strong, t.text)

    def _draw_line(self, painter: QPainter, x: float, key: Key) -> None:
        pen = QPen(QColor(look(self).role(key.role)), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if key.dotted:
            pen.setDashPattern([1, 2])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        middle = self.height() / 2
        painter.drawLine(QPointF(x + 1, middle), QPointF(x + _LINE - 1, middle))


def _indent(key: Key) -> int:
    return _LINE + _GAP if key.role else 0


class ChartHead(QWidget):
    """The line above a chart: title, a note, the legend."""

    def __init__(self, title: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(20)
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, 0, S4, 0)
        row.setSpacing(_BETWEEN)
        self.title = Text(title, weight=SEMIBOLD)
        self.note = Text(note, "small", "secondary")
        self.legend = Legend()
        row.addWidget(self.title)
        row.addWidget(self.note)
        row.addWidget(self.legend, 1)
