"""One picture in the well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import R3
from studio.ui.widgets.base import centred, draw_text, look, rounded

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


def to_image(array: Array, bands: bool = False) -> QImage:
    """A QImage of its own from (height, width), (…, 1), (…, 3) or (…, 4) uint8 pixels.

    With ``bands`` there may be any number of channels, of which the first three are shown; else
    a fourth one is alpha.
    """
    import numpy as np

    if array.dtype != np.uint8 or array.ndim not in (2, 3):
        raise ValueError(f"Received {array.dtype} of shape {array.shape}; expected uint8 pixels.")
    if bands and array.ndim == 3 and array.shape[2] not in (1, 3):
        array = array[:, :, [0, 1, min(2, array.shape[2] - 1)]]
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    array = np.ascontiguousarray(array)
    height, width = array.shape[:2]
    if array.ndim == 2:
        form = QImage.Format.Format_Grayscale8
    else:
        formats = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}
        form = formats[array.shape[2]]
    return QImage(array.data, width, height, array.strides[0], form).copy()


def draw_rounded(
    painter: QPainter, target: QRectF, picture: QPixmap, radius: float, smooth: bool = True
) -> None:
    """Draw a whole pixmap into a rectangle with round, smooth corners."""
    if picture.isNull() or target.isEmpty():
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    size = picture.deviceIndependentSize()
    brush = QBrush(picture)
    brush.setTransform(
        QTransform.fromScale(target.width() / size.width(), target.height() / size.height())
    )
    # Qt divides a brush's own translation by the pixmap's device ratio: move the painter instead.
    painter.save()
    painter.translate(target.topLeft())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(QRectF(0, 0, target.width(), target.height()), radius, radius)
    painter.restore()


class ImageView(QWidget):
    """Shows a picture as large as fits, sharp at the device ratio; small ones keep their pixels.

    Signals:
        clicked(): the mouse was pressed on it.
    """

    clicked = Signal()

    def __init__(
        self,
        name: str = "Picture",
        radius: int = R3,
        well: bool = True,
        minimum: int = 64,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._radius, self._well = radius, well
        self._image = QImage()
        self._words, self._icon, self._tone = "", "", "text_secondary"
        self._shown: tuple[tuple[int, int, int], QPixmap] | None = None
        self.setMinimumSize(minimum, minimum)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)

    def set_picture(self, picture: QImage | QPixmap | Array | None) -> None:
        """Show a picture: a QImage, a QPixmap, or uint8 pixels (height, width[, channels])."""
        if picture is None:
            self._image = QImage()
        elif isinstance(picture, QPixmap):
            self._image = picture.toImage()
        elif isinstance(picture, QImage):
            self._image = picture
        else:
            self._image = to_image(picture)
        self._words = self._icon = ""
        self._shown = None
        self.updateGeometry()
        self.update()

    def set_message(self, words: str, icon: str = "", tone: str = "text_secondary") -> None:
        """Show words (and an icon) instead of a picture: unreadable, loading."""
        self._image = QImage()
        self._shown = None
        self._words, self._icon, self._tone = words, icon, tone
        self.setAccessibleDescription(words)
        self.update()

    def image(self) -> QImage:
        """The picture shown; null where none is."""
        return self._image

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the widget, in logical pixels."""
        if self._image.isNull():
            return QRectF()
        room = QRectF(self.rect())
        width, height = self._image.width(), self._image.height()
        scale = min(room.width() / width, room.height() / height)
        return centred(room, QSize(max(1, round(width * scale)), max(1, round(height * scale))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def _scaled(self, rect: QRectF) -> QPixmap:
        ratio = self.devicePixelRatioF()
        width, height = round(rect.width() * ratio), round(rect.height() * ratio)
        key = (width, height, round(ratio * 100))
        if self._shown is None or self._shown[0] != key:
            enlarge = width / max(1, self._image.width())
            mode = (
                Qt.TransformationMode.FastTransformation
                if enlarge >= 3
                else Qt.TransformationMode.SmoothTransformation
            )
            aspect = Qt.AspectRatioMode.IgnoreAspectRatio
            made = QPixmap.fromImage(self._image.scaled(width, height, aspect, mode))
            made.setDevicePixelRatio(ratio)
            self._shown = (key, made)
        return self._shown[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = QRectF(self.rect())
        if self._well:
            rounded(painter, room, self._radius, look(self).well)
        if self._image.isNull():
            self._draw_message(painter, room)
            return
        rect = self.picture_rect()
        fills = abs(rect.width() - room.width()) < 1 and abs(rect.height() - room.height()) < 1
        inset = min(rect.left() - room.left(), rect.top() - room.top())
        radius = self._radius if fills or (not self._well and inset >= 0) else 0
        draw_rounded(painter, rect, self._scaled(rect), radius)

    def _draw_message(self, painter: QPainter, room: QRectF) -> None:
        colour = look(self).role(self._tone)
        centre = room.center()
        if self._icon:
            square = QRectF(centre.x() - 10, centre.y() - (22 if self._words else 10), 20, 20)
            icons.paint(painter, self._icon, square, colour)
        if self._words:
            line = QRectF(room.left() + 8, centre.y() + (4 if self._icon else -9), 0, 18)
            line.setRight(room.right() - 8)
            font = theme_of(self).font("small")
            draw_text(painter, line, self._words, font, colour, Qt.AlignmentFlag.AlignHCenter)
