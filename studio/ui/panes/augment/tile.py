"""One entry of the catalogue: what a step does to one's own picture, and its name."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy, QWidget

from studio.augment.groups import Group
from studio.augment.registry import kind_of
from studio.augment.step import Step
from studio.ui import icons
from studio.ui.panes.augment.tile_words import badge_of, sentence_of, why_not
from studio.ui.theme import theme_of
from studio.ui.tokens import ICON, R1, R2
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded
from studio.ui.widgets.image_view import draw_rounded
from studio.ui.widgets.tips import describe, tip

STEP_MIME = "application/x-classifier-studio-step"
"""What a dragged entry carries: the kind of the step, in UTF-8."""

SIDE = 62
BESIDE = 4
"""Room at both sides of a picture that its name may use."""

_CAPTION = 18
_ROW = 30
_GROUP_ICONS = {
    "random_order": "swap", "one_of": "branch", "some_of": "list", "sometimes": "dice",
}  # fmt: skip


def step_mime(kind: str) -> QMimeData:
    """What is dragged into the list of steps."""
    data = QMimeData()
    data.setData(STEP_MIME, QByteArray(kind.encode()))
    return data


class StepTile(QAbstractButton):
    """One augmenter. Pressing it adds the step; it can be dragged into the list of steps.

    Attributes:
        works: whether it works on the network's input.
        speed: a sentence on how slow it is; empty where it is not, or not yet known.
        warning: what it would do to the pictures that are open; empty where that is no harm.

    Signals:
        moved_on(object): an arrow key (``Qt.Key``) asks for a neighbour.
        typed(str): letters that belong to the search.
    """

    moved_on = Signal(object)
    typed = Signal(str)

    def __init__(self, step: type[Step], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.step = step
        self.kind = kind_of(step)
        self.works = True
        self.speed = ""
        self.warning = ""
        self._picture: QPixmap | None = None
        self._badge = badge_of(step)
        self._why_not = ""
        self._is_first = False
        self._pressed = QPoint()
        self._words = (
            f"{step.title}\n{step.group}\n{step.help}\n{step.also}\n{self.kind}".casefold()
        )
        self.setText(step.title)
        describe(self, step.title, "", step.help)
        self.setFixedHeight(SIDE + _CAPTION)
        self.setMinimumWidth(SIDE + 2 * BESIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, R1)

    # --- what it knows --------------------------------------------------------------------------

    def set_channels(self, channels: int) -> None:
        """Say what the network gets: a step that does not work on that cannot be added."""
        self.works = channels in self.step.channels
        self._why_not = "" if self.works else why_not(channels)
        self.setEnabled(self.works)
        if not self.works:
            self.set_picture(None)  # the last one was of another input
        self._describe()

    def set_picture(self, image: QImage | None) -> None:
        """Show what the step does."""
        self._picture = None if image is None else QPixmap.fromImage(image)
        self.update()

    def has_picture(self) -> bool:
        """Whether it shows what it is to show."""
        return self._picture is not None

    def set_first(self, on: bool) -> None:
        """Mark it as what Enter in the search adds."""
        if on != self._is_first:
            self._is_first = on
            self.update()

    def is_first(self) -> bool:
        """Whether Enter in the search adds it."""
        return self._is_first

    def rank(self, words: str) -> int:
        """How well all words fit its name, group, help or other names: 0 is best, −1 not at all."""
        wanted = words.casefold().split()
        if not all(word in self._words for word in wanted):
            return -1
        title = self.step.title.casefold()
        whole = " ".join(wanted)
        if title == whole:
            return 0
        if title.startswith(whole):
            return 1
        return 2 if all(word in title for word in wanted) else 3

    # --- acting ---------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(SIDE + 2 * BESIDE, self.height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:  # made when it is read: there are so many tiles
            self.setToolTip(tip(self.step.title, "", self.sentence()))
        return super().event(event)

    def sentence(self) -> str:
        """The tooltip's words: what it does, its settings, where it works, whether it is slow."""
        words = sentence_of(self.step, self._why_not, self.speed)
        return f"{self.warning} {words}" if self.warning and self.works else words

    def set_warning(self, words: str) -> None:
        """Say, and mark, that the step does harm to the pictures that are open."""
        if words != self.warning:
            self.warning = words
            self._describe()
            self.update()

    def _describe(self) -> None:
        words = f"{self.warning} {self.step.help} {self._why_not}"
        self.setAccessibleDescription(words.strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in _MOVES:
            self.moved_on.emit(Qt.Key(key))
        elif text.strip() and text.isprintable() and not event.modifiers() & _COMMANDS:
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = (event.position().toPoint() - self._pressed).manhattanLength()
        if event.buttons() & Qt.MouseButton.LeftButton and self.isDown():
            if far >= QApplication.startDragDistance():
                self._drag()
            return
        super().mouseMoveEvent(event)

    def _drag(self) -> None:
        self.setDown(False)  # letting go later is no click
        drag = QDrag(self)
        drag.setMimeData(step_mime(self.kind))
        drag.setPixmap(self.grab())
        drag.setHotSpot(self._pressed)
        drag.exec(Qt.DropAction.CopyAction)

    # --- drawing --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = look(self), QPainter(self)
        rect = QRectF(BESIDE, 0, self.width() - 2 * BESIDE, SIDE)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        if self._picture is None:
            rounded(painter, rect, R1, t.well)
            icons.paint(painter, "augment", centred(rect, ICON), t.text_disabled)
        else:
            draw_rounded(painter, rect, self._picture, R1)
        hover = self.isEnabled() and self.underMouse()
        self._paint_badge(painter, rect)
        if self.warning and self.isEnabled():
            place = QRectF(rect.left() + 4, rect.top() + 4, 16, 16)
            rounded(painter, place, R1, t.raised)
            icons.paint(painter, "warning", centred(place, 12), t.warning)
        if self.isDown() or hover or self._is_first:
            rounded(painter, rect, R1, None, t.accent, 2)
        if hover:
            corner = QRectF(rect.right() - 22, rect.top() + 4, 18, 18)
            rounded(painter, corner, R1, t.raised)
            icons.paint(painter, "plus", centred(corner, 12), t.accent)
        caption = QRectF(0, rect.bottom(), self.width(), _CAPTION)
        colour = QColor(t.text if hover or self._is_first else t.text_secondary)
        centre = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, caption, self.text(), theme_of(self).font("small"), colour, centre,
                  Qt.TextElideMode.ElideRight)  # fmt: skip

    def _paint_badge(self, painter: QPainter, rect: QRectF) -> None:
        """The numbers of channels it works on, where they are limited."""
        if not self._badge:
            return
        t, font = look(self), theme_of(self).font("small")
        width = QFontMetricsF(font).horizontalAdvance(self._badge) + 8
        place = QRectF(rect.left() + 4, rect.bottom() - 19, width, 15)
        ground = QColor(t.raised)
        ground.setAlphaF(0.85)
        rounded(painter, place, R1, ground)
        draw_text(painter, place, self._badge, font, QColor(t.text_secondary),
                  Qt.AlignmentFlag.AlignHCenter)  # fmt: skip


class GroupTile(StepTile):
    """A group of steps: it has no look of its own, so it is an icon and a name in one row."""

    def __init__(self, step: type[Group], parent: QWidget | None = None) -> None:
        super().__init__(step, parent)
        self._icon = _GROUP_ICONS.get(self.kind, "list")
        self.setFixedHeight(_ROW)
        ringed(self, R2)

    def has_picture(self) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = look(self), QPainter(self)
        rect = QRectF(BESIDE, 0, self.width() - 2 * BESIDE, self.height())
        hover = self.underMouse()
        rounded(painter, rect, R2, t.hover if hover else t.raised, t.edge)
        if self.isDown() or hover or self._is_first:
            rounded(painter, rect, R2, None, t.accent, 2)
        square = QRectF(rect.left() + 4, rect.center().y() - 6, 12, 12)
        icons.paint(painter, self._icon, square, t.accent if hover else t.text_secondary)
        words = rect.adjusted(19, 0, 0, 0)
        draw_text(painter, words, self.text(), theme_of(self).font("small"), QColor(t.text),
                  Qt.AlignmentFlag.AlignLeft, Qt.TextElideMode.ElideRight)  # fmt: skip


_MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
          Qt.Key.Key_End)  # fmt: skip
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
