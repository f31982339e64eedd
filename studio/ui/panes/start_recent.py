"""The recent projects on the first page, one row each."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio.core.paths import display_name, from_text
from studio.core.settings import Recent
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, ICON, R1, REGULAR
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.tips import describe


def when(text: str, now: datetime | None = None) -> str:
    """An ISO time as people say it: ``today``, ``yesterday``, ``3 Nov``, ``3 Nov 2024``."""
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return ""
    now = now or datetime.now(UTC)
    then, now = then.astimezone(), now.astimezone()
    days = (now.date() - then.date()).days
    if days <= 1:
        return "yesterday" if days == 1 else f"today, {then:%H:%M}"
    date = f"{then.day} {then:%b}"
    return date if then.year == now.year else f"{date} {then.year}"


class RecentRow(QAbstractButton):
    """A remembered project: icon, name, when; one that is missing says so.

    Signals:
        forget_asked: take it off the list.
    """

    forget_asked = Signal()

    def __init__(self, recent: Recent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recent = recent
        self._missing = False
        self.setText(recent.name)
        self.setFixedHeight(H_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        ringed(self, R1)
        self.set_missing(False)

    def set_missing(self, missing: bool) -> None:
        """Mark it as not there."""
        self._missing = missing
        path = display_name(str(from_text(self.recent.path)))
        note = "Not found there. Right-click to take it off the list." if missing else ""
        describe(self, self.recent.name, sentence=f"{path}. {note}" if note else path)
        self.update()

    def is_missing(self) -> bool:
        """Whether it is not there."""
        return self._missing

    def sizeHint(self) -> QSize:
        return QSize(160, H_ROW)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = Menu(parent=self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.add("Take off the list", self.forget_asked.emit, "close")
        menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        t, theme = look(self), theme_of(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.underMouse():
            rounded(painter, rect, R1, t.hover)
        square = centred(QRectF(8, 0, ICON, rect.height()), ICON)
        icon, colour = ("warning", t.warning) if self._missing else ("folder", t.text_secondary)
        icons.paint(painter, icon, square, colour)
        font = theme.font("body", REGULAR)
        note = "not found" if self._missing else when(self.recent.opened)
        width = text_width(font, note) + 1
        right = QRectF(rect.right() - 8 - width, 0, width, rect.height())
        tone = t.warning if self._missing else t.text_secondary
        draw_text(painter, right, note, font, tone, Qt.AlignmentFlag.AlignRight)
        name = QRectF(32, 0, right.left() - 40, rect.height())
        draw_text(
            painter, name, self.recent.name, font, t.text_secondary if self._missing else t.text
        )
