"""Places to drop files on, which say what will happen or why not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import R3, REGULAR, SEMIBOLD
from studio.ui.widgets.base import draw_text, look, rounded

Describe = Callable[[list[str]], tuple[bool, str]]
"""Told the dropped paths: whether they may be dropped here, and the words that say so."""


def dropped_paths(data: QMimeData) -> list[str]:
    """The local files of a drag, as paths; empty where it carries none."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile() and url.toLocalFile()]


def accept_all(paths: list[str]) -> tuple[bool, str]:
    """Takes any file."""
    return True, f"Drop {len(paths)} files" if len(paths) != 1 else "Drop it here"


class _DropState:
    """What a drag over a place means at this moment."""

    def __init__(self, describe: Describe) -> None:
        self.describe = describe
        self.state = "rest"
        self.words = ""
        self.paths: list[str] = []

    def enter(self, data: QMimeData) -> bool:
        """Look at a drag; False where it carries no files."""
        self.paths = dropped_paths(data)
        if not self.paths:
            return False
        good, self.words = self.describe(self.paths)
        self.state = "over" if good else "wrong"
        return True

    def leave(self) -> None:
        """Forget the drag."""
        self.state, self.words, self.paths = "rest", "", []


def _paint_zone(widget: QWidget, painter: QPainter, drop: _DropState, rest: str) -> None:
    t = look(widget)
    rect = QRectF(widget.rect())
    align = Qt.AlignmentFlag.AlignHCenter
    inner = rect.adjusted(12, 0, -12, 0)
    theme = theme_of(widget)
    if drop.state == "over":
        rounded(painter, rect, R3, t.selection, t.accent, 2)
        draw_text(painter, inner, drop.words, theme.font("body", SEMIBOLD), t.accent, align)
    elif drop.state == "wrong":
        rounded(painter, rect, R3, t.bad_quiet, t.bad, 2)
        draw_text(painter, inner, drop.words, theme.font("body", REGULAR), t.bad, align)
    else:
        rounded(painter, rect, R3, None, t.line_strong, 1, Qt.PenStyle.DashLine)
        if rest:
            draw_text(painter, inner, rest, theme.font("body"), t.text_secondary, align)


class DropZone(QWidget):
    """A dashed frame for files. Put content into `body`, or give a line of `text`.

    `describe(paths)` answers (may be dropped, words); while a drag hovers the words replace the
    content, in the accent or in red.

    Signals:
        dropped(list): the paths that were dropped and may be.
    """

    dropped = Signal(list)

    def __init__(
        self,
        describe: Describe = accept_all,
        text: str = "",
        minimum_height: int = 34,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._drop = _DropState(describe)
        self._text = text
        self.setAcceptDrops(True)
        self.setMinimumHeight(minimum_height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self.content = QWidget(self)
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(12, 8, 12, 8)
        self._blank = QWidget(self)
        self._pages.addWidget(self.content)
        self._pages.addWidget(self._blank)
        self.setAccessibleName(text or "Drop files here")

    def set_describe(self, describe: Describe) -> None:
        """Change who says what will happen."""
        self._drop.describe = describe

    def state(self) -> str:
        """ "rest", "over" or "wrong"."""
        return self._drop.state

    def words(self) -> str:
        """What is said while a drag hovers."""
        return self._drop.words

    def sizeHint(self) -> QSize:
        hint = self.content.sizeHint()
        return QSize(max(160, hint.width()), max(self.minimumHeight(), hint.height()))

    def _refresh(self) -> None:
        self._pages.setCurrentIndex(0 if self._drop.state == "rest" else 1)
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._drop.enter(event.mimeData()):
            event.acceptProposedAction()
            self._refresh()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._drop.state == "over":
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop.leave()
        self._refresh()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop.enter(event.mimeData())
        paths, good = self._drop.paths, self._drop.state == "over"
        self._drop.leave()
        self._refresh()
        if good:
            event.acceptProposedAction()
            self.dropped.emit(paths)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        _paint_zone(self, QPainter(self), self._drop, self._text)


class DropOverlay(QWidget):
    """Lets a whole pane take files: a zone that appears over it while a drag hovers.

    `DropOverlay(pane, describe)` needs no more than its signal. With an `area` it covers only
    that part of the pane: what is beside it may take files itself.

    Signals:
        dropped(list): the paths that were dropped and may be.
    """

    dropped = Signal(list)

    def __init__(
        self,
        target: QWidget,
        describe: Describe = accept_all,
        area: Callable[[], QRect] | None = None,
    ) -> None:
        super().__init__(target)
        self._area = area if area is not None else target.rect
        self._drop = _DropState(describe)
        self._target = target
        self._inside = False
        self.setAcceptDrops(True)
        self.hide()
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def set_describe(self, describe: Describe) -> None:
        """Change who says what will happen."""
        self._drop.describe = describe

    def state(self) -> str:
        """ "rest", "over" or "wrong"."""
        return self._drop.state

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._target:
            return False
        kind = event.type()
        if kind is QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            return self._appear(event)
        if kind is QEvent.Type.DragMove and isinstance(event, QDragMoveEvent):
            self.dragMoveEvent(event)
            return self.isVisible()
        if kind is QEvent.Type.Drop and isinstance(event, QDropEvent) and self.isVisible():
            self.dropEvent(event)
            return True
        if kind is QEvent.Type.DragLeave:
            # Qt leaves the pane when the drag enters this overlay; only else it is over.
            QTimer.singleShot(100, self._vanish_if_left)
        if kind is QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._area())
        return False

    def _appear(self, event: QDragEnterEvent) -> bool:
        if not self._drop.enter(event.mimeData()):
            return False
        event.acceptProposedAction()
        self.setGeometry(self._area())
        self.show()
        self.raise_()
        return True

    def _vanish_if_left(self) -> None:
        if not self._inside:
            self._drop.leave()
            self.hide()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._drop.enter(event.mimeData()):
            self._inside = True
            event.acceptProposedAction()
            self.update()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._drop.state == "over":
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._inside = False
        self._drop.leave()
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop.enter(event.mimeData())
        paths, good = self._drop.paths, self._drop.state == "over"
        self._inside = False
        self._drop.leave()
        self.hide()
        if good:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = theme_of(self).colour("surface")
        veil.setAlpha(225)
        painter.fillRect(self.rect(), veil)
        t = look(self)
        rect = QRectF(self.rect()).adjusted(16, 16, -16, -16)
        over = self._drop.state == "over"
        fill, line = (t.selection, t.accent) if over else (t.bad_quiet, t.bad)
        rounded(painter, rect, R3, fill, line, 2)
        font = theme_of(self).font("title", SEMIBOLD)
        align = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, rect.adjusted(16, 0, -16, 0), self._drop.words, font, line, align)
