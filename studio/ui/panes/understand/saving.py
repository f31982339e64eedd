"""Filters and maps as one picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QWidget

from studio.core.files import write_atomic
from studio.ui.theme import theme_of


def rendered(content: QWidget, parts: list[QWidget]) -> QImage:
    """All of a scrolled widget, also what is out of sight, down to the last visible part."""
    bottoms = [w.mapTo(content, w.rect().bottomLeft()).y() + 16 for w in parts if w.isVisible()]
    ratio = content.devicePixelRatioF()
    size = QSize(content.width(), max(bottoms, default=content.height()))
    image = QImage(size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(theme_of(content).colour("surface"))
    content.render(image, renderFlags=QWidget.RenderFlag.DrawChildren)
    return image


def write_png(path: Path, image: QImage) -> None:
    """Write a picture as PNG, atomically. Raises StorageError."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    write_atomic(path, bytes(buffer.data().data()), "saving the picture")
