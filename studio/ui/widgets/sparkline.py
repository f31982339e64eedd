"""A small curve of the newest values."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.widgets.base import look


class Sparkline(QWidget):
    """A curve without axes, 104 × 22 unless told; keeps the newest `keep` values."""

    def __init__(
        self,
        width: int = 104,
        height: int = 22,
        keep: int = 200,
        role: str = "accent",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._values: deque[float] = deque(maxlen=keep)
        self._role = role
        self.setFixedSize(width, height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if name:
            self.setAccessibleName(name)

    def append(self, value: float) -> None:
        """Add a value at the right; what is not a number is left out."""
        if math.isfinite(value):
            self._values.append(float(value))
            self.update()

    def set_values(self, values: Iterable[float]) -> None:
        """Replace all values."""
        self._values.clear()
        self._values.extend(float(v) for v in values if math.isfinite(v))
        self.update()

    def values(self) -> list[float]:
        """The values shown, oldest first."""
        return list(self._values)

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._values) < 2:
            return
        values = list(self._values)
        low, high = min(values), max(values)
        span = (high - low) or 1.0
        width, height = self.width() - 3.0, self.height() - 4.0
        last = len(values) - 1
        line = QPolygonF(
            [
                QPointF(1.5 + width * i / last, 2 + height * (1 - (v - low) / span))
                for i, v in enumerate(values)
            ]
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(look(self).role(self._role)), 1.25)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(line)
