"""A plot as a file: PNG, SVG, a table. Always on white, as paper has it. Works in any thread."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from studio.ui.panes.data.statistics.drawing import Drawing, Ink
from studio.ui.widgets.base import draw_text

WIDTH, MARGIN, RATIO = 840, 24, 2
_LINE = 16


def _lines(drawing: Drawing, ink: Ink) -> list[str]:
    """The sentence, in lines that fit."""
    metrics, lines = QFontMetricsF(ink.body), [""]
    for word in drawing.sentence.split():
        longer = f"{lines[-1]} {word}".strip()
        if metrics.horizontalAdvance(longer) > WIDTH - 2 * MARGIN and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line for line in lines if line]


def _size(drawing: Drawing, ink: Ink) -> QSize:
    inner = drawing.height(WIDTH - 2 * MARGIN)
    head = 28 + _LINE * len(_lines(drawing, ink)) + 12
    return QSize(WIDTH, 2 * MARGIN + head + inner)


def _paint(painter: QPainter, drawing: Drawing, ink: Ink, size: QSize) -> None:
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(ink.tokens.surface))
    inner, y = WIDTH - 2 * MARGIN, float(MARGIN)
    draw_text(painter, QRectF(MARGIN, y, inner, 22), drawing.title, ink.title, ink.tokens.text)
    y += 28
    for line in _lines(drawing, ink):
        place = QRectF(MARGIN, y, inner, _LINE)
        draw_text(painter, place, line, ink.body, ink.tokens.text_secondary)
        y += _LINE
    painter.translate(MARGIN, y + 12)
    height = drawing.height(inner)
    drawing.paint(painter, inner, height, ink, -1, QRectF(0, 0, inner, height))


def image_of(drawing: Drawing, ink: Ink) -> QImage:
    """The plot with its title and sentence, at twice the pixels of a screen."""
    drawing = drawing.for_saving()
    size = _size(drawing, ink)
    image = QImage(size * RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    painter = QPainter(image)
    try:
        _paint(painter, drawing, ink, size)
    finally:
        painter.end()
    return image


def png_of(drawing: Drawing, ink: Ink) -> bytes:
    """The plot as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image_of(drawing, ink).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def svg_of(drawing: Drawing, ink: Ink) -> bytes:
    """The plot as an SVG file, with its texts as text."""
    from PySide6.QtSvg import QSvgGenerator

    drawing = drawing.for_saving()
    size, content = _size(drawing, ink), QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(drawing.title)
    generator.setDescription(drawing.sentence)
    # Its own resolution is that of a printer: fonts in points would come out smaller.
    generator.setResolution(96)
    painter = QPainter(generator)
    try:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        _paint(painter, drawing, ink, size)
    finally:
        painter.end()
    return bytes(content.data())


def csv_of(drawing: Drawing) -> str:
    """All numbers of the plot as a table, names as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads, rows = drawing.table()
    writer.writerow(heads)
    for row in rows:
        writer.writerow([f"{v:.10g}" if isinstance(v, float) else v for v in row])
    return out.getvalue()
