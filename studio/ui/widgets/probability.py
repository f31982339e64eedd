"""Classes with their probabilities as bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, REGULAR, S3, SEMIBOLD
from studio.ui.widgets.base import draw_text, look, rounded, text_width, track_colour
from studio.ui.widgets.numbers import number, percent

_PERCENT_WIDTH = 60
_LONG_NAME = 128


class ProbabilityBars(QWidget):
    """The most probable classes, best first: name, bar, percent; the rest as "8 others"."""

    def __init__(self, top: int = 4, name_width: int = 116, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._top, self._name_width = max(1, top), name_width
        self._rows: list[tuple[str, float]] = []
        self._warn = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Probabilities")

    def set_probabilities(
        self,
        probabilities: Sequence[tuple[str, float]],
        unsure: bool = False,
        independent: bool = False,
    ) -> None:
        """Show (class, probability 0 … 1) pairs in any order; `unsure` colours the first.

        Those of `independent` classes are not added up: the least likely are left out.
        """
        ordered = sorted(probabilities, key=lambda pair: -pair[1])
        rows = ordered[: self._top + 1] if independent else list(ordered)
        if not independent and len(ordered) > self._top + 1:
            rest = ordered[self._top :]
            rows = [*ordered[: self._top], (f"{number(len(rest))} others", sum(p for _, p in rest))]
        self._rows, self._warn = rows, unsure
        self.setAccessibleDescription(", ".join(f"{n} {percent(p)}" for n, p in rows))
        self.updateGeometry()
        self.update()

    def rows(self) -> list[tuple[str, float]]:
        """The rows shown."""
        return list(self._rows)

    def sizeHint(self) -> QSize:
        return QSize(320, H_ROW * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, H_ROW * len(self._rows))

    def _name_room(self) -> float:
        """As wide as asked for; more, up to about a third, where names are long."""
        font = theme_of(self).font("body", SEMIBOLD)
        longest = max((text_width(font, name) for name, _ in self._rows), default=0.0) + 1
        wanted = max(self._name_width, min(longest, max(self.width() / 3, _LONG_NAME)))
        return min(wanted, self.width() * 0.48)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            index = event.pos().y() // H_ROW
            if 0 <= index < len(self._rows):
                name, p = self._rows[index]
                QToolTip.showText(event.globalPos(), f"{name}\n{percent(p, 3)}", self)
                return True
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, (name, p) in enumerate(self._rows):
            row = QRectF(0, index * H_ROW, self.width(), H_ROW)
            self._draw_row(painter, row, name, p, index == 0)

    def _draw_row(self, painter: QPainter, row: QRectF, name: str, p: float, first: bool) -> None:
        t = look(self)
        font = theme_of(self).font("body", SEMIBOLD if first else REGULAR)
        colour = t.text if first else t.text_secondary
        if first and self._warn:
            colour = t.warning
        room = self._name_room()
        draw_text(painter, QRectF(0, row.top(), room, row.height()), name, font, colour)
        text = percent(p)
        width = max(_PERCENT_WIDTH, text_width(font, text))
        right = QRectF(row.right() - width, row.top(), width, row.height())
        draw_text(painter, right, text, font, colour, Qt.AlignmentFlag.AlignRight)
        bar = QRectF(room + S3, row.center().y() - 4, right.left() - room - 2 * S3, 8)
        if bar.width() <= 8:
            return
        rounded(painter, bar, 4, track_colour(self))
        fill = t.line_strong if not first else t.warning if self._warn else t.accent
        share = bar.width() * min(max(p, 0.0), 1.0)
        if p > 0:
            length = max(4.0, share)
            painter.save()
            painter.setClipRect(QRectF(bar.left(), bar.top(), length, bar.height()))
            rounded(painter, QRectF(bar.left(), bar.top(), max(8.0, length), 8), 4, fill)
            painter.restore()
