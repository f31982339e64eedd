"""Pictures of the sample on the first page: a strip of twelve, a fan of three."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.data.things import COLOURS, THINGS
from studio.ui.tokens import R2
from studio.ui.widgets.base import look, rounded
from studio.ui.widgets.image_view import draw_rounded, to_image

SAMPLES = 12
_SHOWN = 64


@dataclass(frozen=True)
class Drawn:
    """Pictures of the sample: twelve different ones for the strip, three for the fan."""

    strip: tuple[QImage, ...]
    fan: tuple[QImage, ...]


def draw_samples() -> Drawn:
    """Draw a few pictures of the sample: every thing twice, every colour twice."""
    from studio.data.drawing import render  # with OpenCV, after the first paint

    wanted = [
        (THINGS[i % len(THINGS)], COLOURS[(i + 2 * (i // len(THINGS))) % len(COLOURS)])
        for i in range(SAMPLES)
    ]
    found: dict[tuple[str, str], QImage] = {}
    for index in range(len(THINGS) * len(COLOURS) * 3):
        pixels, thing, colour = render(index, _SHOWN)
        if (thing, colour) in wanted and (thing, colour) not in found:
            found[thing, colour] = to_image(pixels)
        if len(found) == len(wanted):
            break
    strip = tuple(found[pair] for pair in wanted if pair in found)
    return Drawn(strip, strip[1:6:2])


class Fan(QWidget):
    """Three pictures, the outer ones tilted."""

    _PLACES = ((-51, 14, -9.0), (51, 14, 9.0), (0, 4, 0.0))

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: tuple[QPixmap, ...] = ()
        self.setFixedSize(168, 80)

    def set_images(self, images: tuple[QImage, ...]) -> None:
        """Show three pictures."""
        self._pictures = tuple(QPixmap.fromImage(image) for image in images)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for picture, (x, y, turn) in zip(self._pictures, self._PLACES, strict=False):
            painter.save()
            painter.translate(self.width() / 2 + x, y + 30)
            painter.rotate(turn)
            rounded(painter, QRectF(-33, -33, 66, 66), R2 + 3, look(self).surface)
            draw_rounded(painter, QRectF(-30, -30, 60, 60), picture, R2)
            painter.restore()
