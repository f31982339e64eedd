"""The camera's picture as it is now, with the countdown over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import R3, SEMIBOLD
from studio.ui.widgets.base import look, rounded
from studio.ui.widgets.image_view import ImageView

FLASH_MS = 120


class LiveView(ImageView):
    """A live picture; ``set_count`` draws a number over it, ``flash`` frames it for a moment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What the camera sees", parent=parent)
        self._count = 0
        self._flashes = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._dim)

    def count(self) -> int:
        """The number that is drawn; 0 for none."""
        return self._count

    def set_count(self, number: int) -> None:
        """Draw a number large over the picture; 0 takes it away."""
        self._count = number
        self.setAccessibleDescription(f"Taking a picture in {number}" if number else "")
        self.update()

    def flash(self) -> None:
        """A picture was taken."""
        self._flashes = True
        self._timer.start(FLASH_MS)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        room = self.picture_rect()
        if room.isEmpty():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._flashes:
            frame = room.adjusted(2, 2, -2, -2)
            rounded(painter, frame, R3, None, look(self).accent, 4)
        if self._count:
            side = min(room.width(), room.height()) * 0.5
            disc = QRectF(0, 0, side, side)
            disc.moveCenter(room.center())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 150))
            painter.drawEllipse(disc)
            font = theme_of(self).font("display", SEMIBOLD)
            font.setPixelSize(round(side * 0.6))
            painter.setFont(font)
            painter.setPen(QColor(255, 255, 255))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._count))

    def _dim(self) -> None:
        self._flashes = False
        self.update()
