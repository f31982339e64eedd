"""Which tiles are on the screen, and to which of them an arrow key leads."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from studio.ui.panes.augment.tile import StepTile


def neighbour(
    tiles: Sequence[StepTile], tile: StepTile, key: Qt.Key, ground: QWidget
) -> StepTile | None:
    """The tile to go to, among tiles in reading order; None where there is none.

    Left and right follow the order of reading; up and down lead to the nearest of the next row,
    whatever group it belongs to.
    """
    if tile not in tiles:
        return tiles[0] if tiles else None
    place = tiles.index(tile)
    if key == Qt.Key.Key_Home:
        return tiles[0]
    if key == Qt.Key.Key_End:
        return tiles[-1]
    if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        other = place + (1 if key == Qt.Key.Key_Right else -1)
        return tiles[other] if 0 <= other < len(tiles) else None
    centres = [t.mapTo(ground, QPoint(t.width() // 2, 0)) for t in tiles]
    here = centres[place]
    sign = 1 if key == Qt.Key.Key_Down else -1
    beyond = [(sign * (c.y() - here.y()), abs(c.x() - here.x()), i) for i, c in enumerate(centres)]
    rows = [entry for entry in beyond if entry[0] > 0]
    return tiles[min(rows)[2]] if rows else None


def on_screen(tiles: Sequence[StepTile], view: QWidget) -> list[StepTile]:
    """The tiles of which a part lies within ``view``."""
    found = []
    for tile in tiles:
        top = tile.mapTo(view, QPoint(0, 0)).y() if tile.isVisible() else view.height()
        if top < view.height() and top + tile.height() > 0:
            found.append(tile)
    return found
