"""A thin bar that says how far something is."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.widgets.base import look, rounded, track_colour
from studio.ui.widgets.numbers import percent


class Track(QWidget):
    """A progress or share bar, 4 px high unless told; `set_fraction(None)` means unknown."""

    def __init__(
        self,
        fraction: float | None = 0.0,
        width: int | None = None,
        height: int = 4,
        role: str = "accent",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fraction = fraction
        self._role = role
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self.update)
        self.setFixedHeight(height)
        if width is not None:
            self.setFixedWidth(width)
        self.setSizePolicy(
            QSizePolicy.Policy.Expanding if width is None else QSizePolicy.Policy.Fixed,
            QSizePolicy.Policy.Fixed,
        )
        if name:
            self.setAccessibleName(name)
        self.set_fraction(fraction)

    def fraction(self) -> float | None:
        """How far, 0 to 1; None where it is not known."""
        return self._fraction

    def set_fraction(self, fraction: float | None) -> None:
        """Show how far; None lets a piece wander."""
        self._fraction = None if fraction is None else min(max(float(fraction), 0.0), 1.0)
        if self._fraction is not None:
            self.setAccessibleDescription(percent(self._fraction, 0))
        self._run_clock()
        self.update()

    def set_role(self, role: str) -> None:
        """Change the colour role of the filled part."""
        self._role = role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(96, self.height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run_clock()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _run_clock(self) -> None:
        if self._fraction is None and self.isVisible():
            self._clock.start()
            self._timer.start()
        else:
            self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        rounded(painter, rect, radius, track_colour(self))
        colour = look(self).role(self._role) if self.isEnabled() else look(self).text_disabled
        if self._fraction is None:
            phase = (self._clock.elapsed() % 1600) / 1600
            piece = rect.width() * 0.3
            x = phase * (rect.width() + piece) - piece
            moving = QRectF(x, 0, piece, rect.height()).intersected(rect)
            rounded(painter, moving, radius, colour)
        elif self._fraction > 0:
            width = max(rect.height() * 0.75, rect.width() * self._fraction)
            rounded(painter, QRectF(0, 0, width, rect.height()), radius, colour)


class StackedTrack(QWidget):
    """Shares of a whole side by side, as the split has them."""

    def __init__(self, height: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[tuple[float, str]] = []
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: list[tuple[float, str]]) -> None:
        """Show (amount, colour role) pairs."""
        self._parts = [(max(0.0, amount), role) for amount, role in parts]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        shown = [part for part in self._parts if part[0] > 0]
        total = sum(amount for amount, _ in shown)
        if not total:
            rounded(painter, rect, 2, track_colour(self))
            return
        room = rect.width() - 2 * (len(shown) - 1)
        x = 0.0
        for amount, role in shown:
            width = max(2.0, room * amount / total)
            rounded(painter, QRectF(x, 0, width, rect.height()), 2, look(self).role(role))
            x += width + 2
