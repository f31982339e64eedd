"""The window's frame: top bar, rail, content, strip."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from studio.ui.shell.rail import Rail
from studio.ui.shell.strip import Strip
from studio.ui.shell.top_bar import TopBar
from studio.ui.tokens import MINIMUM_SIZE, RAIL_WORDS_BELOW


class Frame(QWidget):
    """Puts the shell around a stack of pages; the pages are added by key.

    Signals:
        page_changed(str): another page came into view.
    """

    page_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(*MINIMUM_SIZE)
        self.top = TopBar(self)
        self.rail = Rail(parent=self)
        self.strip = Strip(self)
        self.stack = QStackedWidget(self)
        self._pages: dict[str, QWidget] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.top, 0, 0, 1, 2)
        grid.addWidget(self.rail, 1, 0)
        grid.addWidget(self.stack, 1, 1)
        grid.addWidget(self.strip, 2, 0, 1, 2)
        grid.setRowStretch(1, 1)
        grid.setColumnStretch(1, 1)

    def add_page(self, key: str, page: QWidget) -> None:
        """Add a page; the first one is in view."""
        self._pages[key] = page
        self.stack.addWidget(page)

    def replace_page(self, key: str, page: QWidget) -> None:
        """Put another page in the place of one, which is taken out and left to the caller."""
        old = self._pages[key]
        was_shown = self.stack.currentWidget() is old
        self._pages[key] = page
        self.stack.addWidget(page)
        self.stack.removeWidget(old)
        if was_shown:
            self.stack.setCurrentWidget(page)

    def has_page(self, key: str) -> bool:
        """Whether there is a page of that key."""
        return key in self._pages

    def page(self, key: str) -> QWidget:
        """The page of a key."""
        return self._pages[key]

    def current_page(self) -> str:
        """The key of the page in view; "" where there is none."""
        shown = self.stack.currentWidget()
        return next((key for key, page in self._pages.items() if page is shown), "")

    def show_page(self, key: str) -> None:
        """Bring a page into view and mark it on the rail."""
        before = self.current_page()
        self.stack.setCurrentWidget(self._pages[key])
        self.rail.set_current(key)
        if key != before:
            self.page_changed.emit(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_narrow(self.width() < RAIL_WORDS_BELOW)
