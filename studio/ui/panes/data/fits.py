"""Crop, letterbox and stretch beside each other: exactly what the network would get."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from studio.core.input import FITS
from studio.ui.theme import theme_of
from studio.ui.tokens import R1, REGULAR, SEMIBOLD
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded
from studio.ui.widgets.image_view import draw_rounded
from studio.ui.widgets.tips import describe

CAPTION = 22
_RING = 3

_SENTENCES = {
    "crop": "Cuts the largest centred part of the input's shape out of the picture.",
    "letterbox": "Keeps the whole picture and fills the rest of the input with grey.",
    "stretch": "Keeps the whole picture and changes its proportions (aspect ratio).",
}


class FitTile(QAbstractButton):
    """One fit of the picture with its name; checked is the one in use.

    With ``true_size`` the picture stands at whole multiples of its own pixels.
    """

    def __init__(self, fit: str, true_size: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._true_size = true_size
        self.setText(FITS[fit])
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        ringed(self, R1)
        describe(self, FITS[fit], sentence=_SENTENCES[fit])

    def set_image(self, image: QImage | None) -> None:
        """Show another picture."""
        self._image = image or QImage()
        self.updateGeometry()
        self.update()

    def image(self) -> QImage:
        """The picture shown."""
        return self._image

    def sizeHint(self) -> QSize:
        return QSize(84, 84 + CAPTION)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 48 + CAPTION)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        image = self._image
        shape = image.height() / image.width() if not image.isNull() else 1.0
        return round((width - 2 * _RING) * shape) + 2 * _RING + CAPTION

    def picture_rect(self) -> QRectF:
        """Where the picture stands."""
        room = QRectF(self.rect()).adjusted(_RING, _RING, -_RING, -_RING - CAPTION)
        if self._image.isNull():
            side = min(room.width(), room.height())
            return centred(room, QSize(round(side), round(side)))
        width, height = self._image.width(), self._image.height()
        scale = min(room.width() / width, room.height() / height)
        if self._true_size:
            ratio = self.devicePixelRatioF()
            whole = int(scale * ratio)
            scale = whole / ratio if whole >= 1 else scale
        return centred(room, QSize(max(1, round(width * scale)), max(1, round(height * scale))))

    def paintEvent(self, event: QPaintEvent) -> None:
        t, theme = look(self), theme_of(self)
        painter = QPainter(self)
        rect = self.picture_rect()
        if self._image.isNull():
            rounded(painter, rect, R1, t.well)
        else:
            enlarged = rect.width() * self.devicePixelRatioF() >= 2 * self._image.width()
            smooth = not (self._true_size and enlarged)
            pixmap = QPixmap.fromImage(self._scaled(rect, smooth))
            draw_rounded(painter, rect, pixmap, R1, smooth)
        if self.isChecked() or self.underMouse():
            colour = t.accent if self.isChecked() else t.edge
            frame = rect.adjusted(-_RING, -_RING, _RING, _RING)
            rounded(painter, frame, R1 + _RING, None, colour, 2)
        weight = SEMIBOLD if self.isChecked() else REGULAR
        colour = t.text if self.isChecked() else t.text_secondary
        caption = QRectF(0, rect.bottom() + _RING + 2, self.width(), CAPTION - 2)
        font = theme.font("small", weight)
        draw_text(painter, caption, self.text(), font, colour, Qt.AlignmentFlag.AlignHCenter)

    def _scaled(self, rect: QRectF, smooth: bool) -> QImage:
        """The picture at device pixels, averaged properly where it shrinks."""
        ratio = self.devicePixelRatioF()
        mode = Qt.TransformationMode
        return self._image.scaled(
            round(rect.width() * ratio),
            round(rect.height() * ratio),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            mode.SmoothTransformation if smooth else mode.FastTransformation,
        )


class FitChooser(QWidget):
    """The three fits side by side; arrow keys move, a click chooses.

    Signals:
        fit_chosen(str): ``crop``, ``letterbox`` or ``stretch``.
    """

    fit_chosen = Signal(str)

    def __init__(self, true_size: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16 if true_size else 4)
        group = QButtonGroup(self)
        self._tiles: dict[str, FitTile] = {}
        for fit in FITS:
            tile = FitTile(fit, true_size)
            tile.clicked.connect(lambda _checked, chosen=fit: self.fit_chosen.emit(chosen))
            group.addButton(tile)
            row.addWidget(tile)
            self._tiles[fit] = tile
        self.setAccessibleName("Fit")

    def set_views(self, views: dict[str, QImage]) -> None:
        """Show the fitted pictures; an empty dict empties the tiles."""
        for fit, tile in self._tiles.items():
            tile.set_image(views.get(fit))

    def set_fit(self, fit: str) -> None:
        """Mark the fit in use, without a signal."""
        self._tiles[fit].setChecked(True)

    def tile(self, fit: str) -> FitTile:
        """The tile of a fit."""
        return self._tiles[fit]
