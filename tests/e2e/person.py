"""A person at the window: finds things by what is written on them, presses, types, drops, waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget

from studio.app import World, build_world


class Person:
    """Acts on one window by mouse, keys and drops, and reads what it shows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.window = world.window

    @classmethod
    def launch(cls, studio: list[World]) -> Self:
        """Open the window and sit down in front of it; it is closed with the others at the end."""
        world = build_world()
        studio.append(world)
        world.window.resize(1280, 800)
        world.window.show()
        world.window.activateWindow()
        assert QTest.qWaitForWindowActive(world.window)
        return cls(world)

    # --- waiting --------------------------------------------------------------------------------

    def wait(self, until: Callable[[], object], seconds: float = 20, what: str = "") -> None:
        """Let the window live until something is true."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                waited = f"Waited {seconds} s for {what or until}."
                raise AssertionError(f"{waited} On screen: {self.texts()}")
            QApplication.processEvents()
            QTest.qWait(5)

    def pause(self, seconds: float) -> None:
        """Look on for a moment."""
        QTest.qWait(int(seconds * 1000))

    # --- finding --------------------------------------------------------------------------------

    def all(self, kind: type[QWidget], inside: QWidget | None = None) -> Iterator[QWidget]:
        """Visible widgets of one kind."""
        for widget in (inside or self.window).findChildren(kind):
            if widget.isVisible():
                yield widget

    def texts(self) -> list[str]:
        """All words on the screen."""
        words = [w.text() for w in self.all(QLabel)]  # type: ignore[attr-defined]
        buttons = [w.text() for w in self.all(QAbstractButton)]  # type: ignore[attr-defined]
        return [text for text in [*words, *buttons] if text]

    def sees(self, words: str) -> bool:
        """Whether these words stand anywhere on the screen."""
        return any(words in text for text in self.texts())

    def find(self, words: str, kind: type[QWidget] = QAbstractButton) -> QWidget:
        """The enabled control that says these words, or has them as its accessible name."""
        partly: list[QWidget] = []
        for widget in self.all(kind):
            said = widget.text() if hasattr(widget, "text") else ""
            names = (said, widget.accessibleName())
            if words in names:
                return widget
            if any(words in name for name in names):
                partly.append(widget)
        assert partly, f"nothing says “{words}”. On screen: {self.texts()}"
        return partly[0]

    # --- acting ---------------------------------------------------------------------------------

    def press(self, words: str, kind: type[QWidget] = QAbstractButton) -> None:
        """Click the control that says these words, once it is there and enabled."""

        def there() -> bool:
            try:
                return self.find(words, kind).isEnabled()
            except AssertionError:
                return False

        self.wait(there, what=f"“{words}”")
        self.click(self.find(words, kind))

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """A click in the middle, or at a point of the widget."""
        point = at or widget.rect().center()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point)

    def go(self, pane: str) -> QWidget:
        """Press a pane on the rail."""
        self.press(pane)
        self.pause(0.05)
        page = self.window.frame.stack.currentWidget()
        assert page is not None
        return page

    def key(self, keys: str, widget: QWidget | None = None) -> None:
        """Press a key chord such as ``Ctrl+S``."""
        active = QApplication.activeWindow()
        if active is None or not active.isVisible():
            # A system gives the window back its keys when a list or a menu closes; offscreen, none.
            self.window.activateWindow()
            QTest.qWaitForWindowActive(self.window)
        QTest.keySequence(widget or self.window, keys)

    def type(self, text: str, widget: QWidget) -> None:
        """Replace what stands in a field."""
        self.click(widget)
        QTest.keySequence(widget, "Ctrl+A")
        QTest.keyClicks(widget, text)
        QTest.keyClick(widget, Qt.Key.Key_Return)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint, steps: int = 8) -> None:
        """Press, move in steps, release."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
        for step in range(1, steps + 1):
            point = start + (end - start) * step / steps
            QTest.mouseMove(widget, point)
            QTest.qWait(10)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)

    def drop(self, paths: list[Path], widget: QWidget) -> None:
        """Drop files: the events that the system would send to the widget under the mouse."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        centre = QPointF(widget.rect().center())
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        action = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(centre.toPoint(), action, data, buttons, keys)
        QApplication.sendEvent(widget, enter)
        assert enter.isAccepted(), f"{widget} refuses the drop"
        target = widget
        move = QDragMoveEvent(centre.toPoint(), action, data, buttons, keys)
        QApplication.sendEvent(target, move)
        QApplication.sendEvent(
            target, QDropEvent(centre, action, data, buttons, keys, QEvent.Type.Drop)
        )

    def choose(self, menu: QMenu, words: str) -> None:
        """Open entry of a menu that is on the screen."""
        self.wait(menu.isVisible, what="the menu")
        for action in menu.actions():
            if action.text() == words:
                QTest.mouseClick(
                    menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center()
                )
                return
        raise AssertionError(f"no “{words}” in {[a.text() for a in menu.actions()]}")
