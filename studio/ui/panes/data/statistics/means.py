"""The mean picture of each class as a grid of tiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from studio.core.paths import display_name
from studio.ui.panes.data.statistics.drawing import LABEL, Cell, Drawing, Ink, Pick
from studio.ui.widgets.base import draw_text, rounded
from studio.ui.widgets.image_view import to_image
from studio.ui.widgets.numbers import count

TILE, GAP = 88, 12
MOST_SAVED = 200


class MeanPictures(Drawing):
    """One tile a class; one without pictures says so.

    Args:
        names: of the classes, clean text.
        pictures: ``(classes, side, side, 3) uint8 RGB``.
        averaged: ``(classes,) int64`` pictures that went into each.
    """

    title = "Mean picture of each class"
    acts = "Lists this class."

    def __init__(
        self,
        names: Sequence[str],
        pictures: NDArray[np.uint8],
        averaged: NDArray[np.int64],
        sentence: str,
    ) -> None:
        self.names, self.pictures, self.averaged = names[: len(averaged)], pictures, averaged
        self.sentence = sentence
        self._images: dict[int, QImage] = {}

    def _columns(self, width: int) -> int:
        return max(1, (width + GAP) // (TILE + GAP))

    def height(self, width: int) -> int:
        rows = -(-len(self.names) // self._columns(width))
        return max(LABEL, rows * (TILE + LABEL + GAP + 4) - GAP)

    def parts(self) -> int:
        return len(self.names)

    def where(self, part: int, width: int, height: int) -> QRectF:
        row, column = divmod(part, self._columns(width))
        return QRectF(column * (TILE + GAP), row * (TILE + LABEL + GAP + 4), TILE, TILE + LABEL + 4)

    def at(self, x: float, y: float, width: int, height: int) -> int:
        columns = self._columns(width)
        column, row = int(x // (TILE + GAP)), int(y // (TILE + LABEL + GAP + 4))
        part = row * columns + column
        if not 0 <= column < columns or not 0 <= part < len(self.names):
            return -1
        return part if self.where(part, width, height).contains(x, y) else -1

    def step(self, part: int, key: Qt.Key, width: int) -> int:
        by = self._columns(width) if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) else 1
        ahead = key in (Qt.Key.Key_Right, Qt.Key.Key_Down)
        wanted = part + (by if ahead else -by) if part >= 0 else 0
        return wanted if 0 <= wanted < len(self.names) else part

    def words(self, part: int) -> str:
        number = int(self.averaged[part])
        said = f"mean of {count(number, 'picture')}" if number else "no picture was read"
        return f"{self.names[part]}: {said}"

    def pick(self, part: int) -> Pick | None:
        return Pick(self.names[part], class_index=part)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        heads = ("class", "pictures averaged", "mean red", "mean green", "mean blue")
        colours = self.pictures.reshape(len(self.pictures), -1, 3).mean(axis=1)
        rows = (
            (name, int(n), *(_colour(colour) if n else ("", "", "")))
            for name, n, colour in zip(self.names, self.averaged, colours, strict=True)
        )
        return heads, rows

    def for_saving(self) -> Drawing:
        if len(self.names) <= MOST_SAVED:
            return self
        words = f"{self.sentence} The first {MOST_SAVED} of {len(self.names):,} are shown."
        some = slice(MOST_SAVED)
        return MeanPictures(self.names[some], self.pictures[some], self.averaged[some], words)

    def _image(self, part: int) -> QImage:
        if part not in self._images:
            self._images[part] = to_image(self.pictures[part])
        return self._images[part]

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        tokens = ink.tokens
        for i, name in enumerate(self.names):
            place = self.where(i, width, height)
            if not place.intersects(clip):
                continue
            picture = QRectF(place.left(), place.top(), TILE, TILE)
            if self.averaged[i]:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(picture, self._image(i))
            else:
                rounded(painter, picture, 4, tokens.well)
                draw_text(
                    painter, picture, "none read", ink.small, tokens.text_secondary,
                    Qt.AlignmentFlag.AlignHCenter,
                )  # fmt: skip
            if i == part:
                rounded(painter, picture, 4, None, tokens.accent, 2)
            label = QRectF(place.left(), place.top() + TILE + 3, TILE, LABEL)
            draw_text(painter, label, display_name(name), ink.small, tokens.text)


def _colour(colour: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(c), 2) for c in colour)
