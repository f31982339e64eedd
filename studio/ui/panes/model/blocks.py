"""Which blocks of a backbone train: a row of named cells over a slider."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM
from studio.ui.widgets.base import draw_text, look, rounded, text_width, track_colour
from studio.ui.widgets.sliders import Scale, Slider

_THUMB = 14
_PLAIN = ("block", "blocks", "stage", "mixed", "cell")


def short_name(block: str) -> str:
    """A block's name for a narrow cell: ``block 5`` → ``5``, ``transition 2`` → ``t2``."""
    word, _, rest = block.partition(" ")
    if not rest:
        return word
    return rest if word in _PLAIN else f"{word[0]}{rest}"


class BlockRow(QWidget):
    """The blocks from input to outputs as cells; those that train are filled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._trained = 0
        self.setFixedHeight(22)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Blocks of the network")

    def set_blocks(self, names: list[str], trained: int) -> None:
        """``names`` with the outputs last; the last ``trained`` of them train."""
        self._names, self._trained = names, trained
        words = ", ".join(names[len(names) - trained :]) if trained else "nothing"
        self.setAccessibleDescription(f"Trains: {words}")
        self.update()

    def trained(self) -> list[str]:
        """The blocks that train."""
        return self._names[len(self._names) - self._trained :]

    def sizeHint(self) -> QSize:
        return QSize(200, 22)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for name, cell in zip(self._names, self._cells(), strict=True):
                if cell.contains(event.pos()):
                    QToolTip.showText(event.globalPos(), name, self)
                    return True
        return bool(super().event(event))

    def _cells(self) -> list[QRectF]:
        count = len(self._names)
        if not count:
            return []
        gap = 2.0 if count <= 12 else 1.0
        room = self.width() - gap * (count - 1)
        font = theme_of(self).font("small", MEDIUM)
        wanted = [max(12.0, text_width(font, short_name(n)) + 4) for n in self._names]
        spare = (room - sum(wanted)) / count
        equal = room / count
        # Cells of one width where every name has room in it, else as wide as the names need.
        widths = (
            [equal] * count if spare < 0 or max(wanted) <= equal else [w + spare for w in wanted]
        )
        cells, x = [], 0.0
        for width in widths:
            cells.append(QRectF(x, 0, width, self.height()))
            x += width + gap
        return cells

    def edges(self) -> list[float]:
        """Where each cell begins, in pixels."""
        return [cell.left() for cell in self._cells()]

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        theme = theme_of(self)
        painter = QPainter(self)
        first = len(self._names) - self._trained
        for i, (name, cell) in enumerate(zip(self._names, self._cells(), strict=True)):
            trains = i >= first
            rounded(painter, cell, 3, t.accent if trains else t.pressed)
            font = theme.font("small", MEDIUM) if trains else theme.font("small")
            text = short_name(name)
            if text_width(font, text) <= cell.width() - 1:
                colour = t.accent_text if trains else t.text_secondary
                draw_text(painter, cell, text, font, colour, Qt.AlignmentFlag.AlignHCenter)


class BlockSlider(QWidget):
    """The row of blocks and the slider that moves the first one that trains.

    Signals:
        count_changed(int): so many blocks before the outputs shall train.
    """

    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.row = BlockRow()
        self.slider = FromSlider(self.row.edges)
        column.addWidget(self.row)
        column.addWidget(self.slider)
        self._names: list[str] = []
        self.slider.number_changed.connect(self._moved)

    def set_blocks(self, names: list[str], transfer: str, count: int) -> None:
        """Show blocks (without the outputs) and which train; the slider only where it counts."""
        if names != self._names:
            self._names = names
            self.slider.set_count(max(1, len(names)))
        trained = {"features": 0, "whole": len(names)}.get(transfer, min(count, len(names)))
        self.row.set_blocks([*names, "head"], trained + 1)
        self.slider.set_number(len(names) - trained)
        self.slider.setVisible(transfer == "last-blocks")

    def _moved(self, first: float) -> None:
        self.count_changed.emit(len(self._names) - round(first))


class FromSlider(Slider):
    """A slider whose right part is the filled one; its places are the left edges of cells.

    Args:
        edges: gives the left edges, in pixels; the last, that of the outputs, is no place.
    """

    def __init__(self, edges: Callable[[], list[float]], parent: QWidget | None = None) -> None:
        super().__init__(0, 1, 1, name="Train from", parent=parent)
        self._edges = edges

    def set_count(self, count: int) -> None:
        """As many places as there are blocks."""
        blocked = self.blockSignals(True)
        self._scale = Scale(0, max(1, count - 1), 1)
        self.setRange(0, count - 1)
        self.setPageStep(1)
        self.blockSignals(blocked)

    def place(self, index: int) -> float:
        """Where the thumb's centre stands for a block, in pixels."""
        edges = self._edges()
        return max(_THUMB / 2, edges[index]) if index < len(edges) else _THUMB / 2

    def _move_to(self, x: float) -> None:
        places = [self.place(i) for i in range(self.maximum() + 1)]
        self.setValue(min(range(len(places)), key=lambda i: abs(places[i] - x)))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        middle = self.height() / 2
        at = self.place(self.value())
        active = self.isSliderDown() or self.underMouse()
        colour = t.accent_hover if active else t.accent
        rounded(painter, QRectF(0, middle - 2, self.width(), 4), 2, track_colour(self))
        rounded(painter, QRectF(at, middle - 2, self.width() - at, 4), 2, t.accent)
        if self.hasFocus() and bool(self.property("keyboardFocus")):
            ring = QRectF(at - 9, middle - 9, 18, 18)
            rounded(painter, ring, 9, None, colour, 2)
        thumb = QRectF(at - _THUMB / 2, middle - _THUMB / 2, _THUMB, _THUMB)
        rounded(painter, thumb, _THUMB / 2, t.raised, colour, 1.5)
