"""One plot of the page: title, sentence, the plot itself, and a menu that saves it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QToolTip, QWidget

from studio.ui.panes.data.statistics.drawing import Drawing, Ink
from studio.ui.theme import theme_of
from studio.ui.tokens import LIGHT, R1, SEMIBOLD
from studio.ui.widgets.base import look, ringed
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.panel import Card, ScrollColumn
from studio.ui.widgets.text import Text

MOST_HEIGHT = 332
"""A longer plot scrolls within its card."""

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def window_ink(widget: QWidget) -> Ink:
    """Colours and fonts of the window as it is."""
    theme = theme_of(widget)
    return Ink(look(widget), theme.font("small"), theme.font("body"), theme.font("title", SEMIBOLD))


def paper_ink(widget: QWidget) -> Ink:
    """The window's fonts on white."""
    ink = window_ink(widget)
    return Ink(LIGHT, ink.small, ink.body, ink.title)


def saving_menu(parent: QWidget, act: Callable[[str], object]) -> Menu:
    """What can be done with a plot; ``act`` gets ``png``, ``svg``, ``csv`` or ``copy``.

    The menu is deleted once it has closed.
    """
    menu = Menu("", parent)
    menu.aboutToHide.connect(menu.deleteLater)
    for key, words, icon in (
        ("png", "Save as PNG…", "image"), ("svg", "Save as SVG…", "download"),
        ("csv", "Save the numbers as CSV…", "list"), ("copy", "Copy", "copy"),
    ):  # fmt: skip
        menu.add(words, partial(act, key), icon)
    return menu


class Canvas(QWidget):
    """Paints a drawing; pointer and arrow keys move over its parts, click and Enter choose one.

    Signals:
        picked(object): the Pick of the chosen part.
        moved(QRectF): where the part is that the keys moved to.
    """

    picked = Signal(object)
    moved = Signal(QRectF)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drawing: Drawing | None = None
        self.part = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        ringed(self, R1)

    def set_drawing(self, drawing: Drawing | None) -> None:
        """Show another plot."""
        self.drawing, self.part = drawing, -1
        if drawing is not None:
            self.setAccessibleName(drawing.title)
            self.setAccessibleDescription(drawing.sentence)
        self._fit()
        self.update()

    def place_of(self, part: int) -> QRectF:
        """Where a part is painted."""
        assert self.drawing is not None
        return self.drawing.where(part, self.width(), self.height())

    def _fit(self) -> None:
        if self.drawing is not None:
            self.setFixedHeight(max(1, self.drawing.height(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.drawing is not None:
            painter, clip = QPainter(self), QRectF(event.rect())
            ink = window_ink(self)
            self.drawing.paint(painter, self.width(), self.height(), ink, self.part, clip)

    def _point_at(self, place: QPointF) -> None:
        drawing = self.drawing
        part = -1
        if drawing is not None:
            part = drawing.at(place.x(), place.y(), self.width(), self.height())
        self._light(part)
        can = drawing is not None and part >= 0 and bool(drawing.acts)
        self.setCursor(Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor)

    def _light(self, part: int) -> None:
        if part != self.part:
            self.part = part
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._light(-1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._point_at(event.position())
            self._choose()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        drawing, key = self.drawing, Qt.Key(event.key())
        if drawing is None or not drawing.parts():
            super().keyPressEvent(event)
        elif key in _ARROWS:
            self._light(drawing.step(self.part, key, self.width()))
            self.setAccessibleDescription(drawing.words(self.part))
            self.moved.emit(self.place_of(self.part))
        elif key in _ENTER:
            self._choose()
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        if self.drawing is not None and 0 <= self.part < self.drawing.parts():
            pick = self.drawing.pick(self.part)
            if pick is not None:
                self.picked.emit(pick)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tell(event)
            return True
        return super().event(event)

    def _tell(self, event: QHelpEvent) -> None:
        drawing, place = self.drawing, event.pos()
        part = -1
        if drawing is not None:
            part = drawing.at(place.x(), place.y(), self.width(), self.height())
        if drawing is None or part < 0:
            QToolTip.hideText()
            return
        words = "\n".join(filter(None, (drawing.words(part), drawing.acts)))
        QToolTip.showText(
            event.globalPos(), words, self, QRect(place, place).adjusted(-4, -4, 4, 4)
        )


class PlotCard(Card):
    """A card with one plot, or with words while there is none.

    Signals:
        picked(object): the Pick of a part that was chosen.
        save_asked(str): ``png``, ``svg``, ``csv`` or ``copy``.
    """

    picked = Signal(object)
    save_asked = Signal(str)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(16, parent)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.title = Text(title, weight=SEMIBOLD)
        self.more = IconButton("more", f"Save “{title}”", "", "As a picture or a table.", "small")
        self.more.clicked.connect(self.open_menu)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.head.addWidget(self.more)
        self.sentence = Text("", "small", "secondary", wrap=True)
        self.canvas = Canvas()
        self.canvas.picked.connect(self.picked)
        self.canvas.moved.connect(self._follow)
        self.area = ScrollColumn()
        self.area.add(self.canvas)
        self.body.addLayout(self.head)
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.area)
        self.body.addStretch(1)
        self.menu: Menu | None = None
        self.canvas.installEventFilter(self)
        self.set_words("")

    def set_drawing(self, drawing: Drawing) -> None:
        """Show another plot; where it was scrolled to stays."""
        self.canvas.set_drawing(drawing)
        self.sentence.setText(drawing.sentence)
        self.area.show()
        self.more.setEnabled(True)
        self._fit()

    def set_words(self, words: str) -> None:
        """Say why there is no plot."""
        self.canvas.set_drawing(None)
        self.sentence.setText(words)
        self.area.hide()
        self.more.setEnabled(False)

    def drawing(self) -> Drawing | None:
        """The plot shown."""
        return self.canvas.drawing

    def open_menu(self) -> None:
        """What can be done with the plot."""
        menu = self.menu = saving_menu(self, self.save_asked.emit)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        self.area.setFixedHeight(min(MOST_HEIGHT, self.canvas.height()))

    def _follow(self, place: QRectF) -> None:
        middle = place.center()
        self.area.ensureVisible(
            round(middle.x()), round(middle.y()), 0, round(place.height() / 2) + 4
        )
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(self.area, 0, 8)
