"""Dragging pictures of the grid, or files, onto the rows of a list: outlined, and said in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QListView, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1, R2
from studio.ui.widgets.base import draw_text, look, rounded, text_width
from studio.ui.widgets.drop import dropped_paths
from studio.ui.widgets.image_view import draw_rounded

PICTURES_MIME = "application/x-classifier-studio-pictures"
"""A drag of what is chosen in the grid; its data is the number of pictures, as text."""

Describe = Callable[[int, list[str]], tuple[bool, str]]
"""Told the row under the mouse and the files (none: the chosen pictures): may it, and words."""


def pictures_mime(number: int) -> QMimeData:
    """What the grid lets be dragged."""
    data = QMimeData()
    data.setData(PICTURES_MIME, str(number).encode())
    return data


def drag_picture(widget: QWidget, thumbnail: object, number: int) -> QPixmap:
    """What hangs at the mouse: a small picture, and how many are dragged where they are several."""
    side, ratio = 56, widget.devicePixelRatioF()
    canvas = QPixmap(round((side + 14) * ratio), round((side + 14) * ratio))
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(Qt.GlobalColor.transparent)
    t = look(widget)
    painter = QPainter(canvas)
    if isinstance(thumbnail, QImage):
        thumbnail = QPixmap.fromImage(thumbnail)
    if isinstance(thumbnail, QPixmap) and not thumbnail.isNull():
        draw_rounded(painter, QRectF(0, 14, side, side), thumbnail, R1)
    else:
        rounded(painter, QRectF(0, 14, side, side), R1, t.well, t.edge)
    if number > 1:
        font = theme_of(widget).font("small", MEDIUM)
        width = max(22.0, text_width(font, f"{number:,}") + 12)
        badge = QRectF(side + 14 - width, 2, width, 20)
        rounded(painter, badge, 10, t.accent)
        draw_text(painter, badge, f"{number:,}", font, t.accent_text, Qt.AlignmentFlag.AlignHCenter)
    painter.end()
    return canvas


class DropWords(QWidget):
    """What a drop would do, beside the row: a tooltip that stays while the mouse is held."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAcceptDrops(False)
        self.words = ""
        self._good = True
        self.hide()

    def tell(self, words: str, good: bool, beside: QRect) -> None:
        """Show the words to the right of a place of the window."""
        self.words, self._good = words, good
        self.setAccessibleName(words)
        width = round(text_width(theme_of(self).font("body"), words)) + 26
        parent = self.parentWidget()
        room = parent.width() if parent is not None else width
        self.resize(min(width, room - 16), 28)
        x = min(beside.right() + 12, room - self.width() - 8)
        self.move(QPoint(max(8, x), beside.center().y() - 14))
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        line = t.accent if self._good else t.bad
        rounded(painter, rect, R2, t.raised, line)
        colour = t.text if self._good else t.bad
        inner = rect.adjusted(12, 0, -12, 0)
        draw_text(painter, inner, self.words, theme_of(self).font("body"), colour)


class DropTarget:
    """A drag over the rows of a list; the list hands its events on."""

    def __init__(self, view: QListView) -> None:
        self._view = view
        self._tip: DropWords | None = None
        self.place = -1
        self.is_good = False

    @property
    def words(self) -> str:
        """What is said now; empty while nothing is dragged here."""
        return self._tip.words if self._tip is not None and self._tip.isVisible() else ""

    def enter(self, event: QDragEnterEvent, accepts_files: bool) -> None:
        """Take a drag of pictures, and one of files where they are accepted."""
        data = event.mimeData()
        if data.hasFormat(PICTURES_MIME) or (accepts_files and dropped_paths(data)):
            event.acceptProposedAction()
        else:
            event.ignore()

    def move(self, event: QDragMoveEvent, describe: Describe) -> None:
        """Outline the row under the mouse and say what a drop would do there."""
        self._look(event, describe)
        if self.is_good:
            event.acceptProposedAction()
        else:
            event.ignore()
        # Near the edges the list scrolls, as ten thousand classes are in no window.
        at, height = event.position().y(), self._view.viewport().height()
        step = -1 if at < 20 else 1 if at > height - 20 else 0
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + step * 12)

    def leave(self) -> None:
        """Nothing is dragged here any longer."""
        self.place = -1
        if self._tip is not None:
            self._tip.hide()
            self._tip.deleteLater()
            self._tip = None
        self._view.viewport().update()

    def drop(self, event: QDropEvent, describe: Describe) -> tuple[int, list[str]]:
        """The row that it was dropped on, −1 where it may not be; and the files."""
        files = self._look(event, describe)
        place, is_good = self.place, self.is_good
        self.leave()
        if not is_good:
            event.ignore()
            return -1, []
        event.acceptProposedAction()
        return place, files

    def outline(self, painter: QPainter, place: int, rect: QRectF) -> None:
        """Frame the row that a drop would be on; called by the delegate that draws it."""
        if place == self.place:
            t = look(self._view)
            rounded(painter, rect, R1, None, t.accent if self.is_good else t.bad, 2)

    def _look(self, event: QDropEvent, describe: Describe) -> list[str]:
        data = event.mimeData()
        files = [] if data.hasFormat(PICTURES_MIME) else dropped_paths(data)
        index = self._view.indexAt(event.position().toPoint())
        self.place = index.row()
        self.is_good, words = describe(self.place, files) if index.isValid() else (False, "")
        window = self._view.window()
        if words:
            if self._tip is None:
                self._tip = DropWords(window)
            rect = self._view.visualRect(index)
            corner = self._view.viewport().mapTo(window, rect.topLeft())
            self._tip.tell(words, self.is_good, QRect(corner, rect.size()))
        elif self._tip is not None:
            self._tip.hide()
        self._view.viewport().update()
        return files
