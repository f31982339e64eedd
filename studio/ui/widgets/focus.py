"""The ring around the control that has the keyboard focus."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QFocusFrame,
    QProxyStyle,
    QStyle,
    QStyleFactory,
    QStyleHintReturn,
    QStyleOption,
    QWidget,
)
from shiboken6 import isValid

from studio.ui.widgets.base import RING_PROPERTY, look, rounded

_REACH = 4  # 2 px of distance and 2 px of ring


class _RingStyle(QProxyStyle):
    """Makes room for the ring; used by the ring alone."""

    def pixelMetric(
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        if metric in (
            QStyle.PixelMetric.PM_FocusFrameHMargin,
            QStyle.PixelMetric.PM_FocusFrameVMargin,
        ):
            return _REACH
        return int(super().pixelMetric(metric, option, widget))

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        data: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_FocusFrame_AboveWidget:
            return 1
        if hint == QStyle.StyleHint.SH_FocusFrame_Mask:
            return 0
        return int(super().styleHint(hint, option, widget, data))


class _Ring(QFocusFrame):
    """A 2 px ring, 2 px outside the widget it follows."""

    def paintEvent(self, event: QPaintEvent) -> None:
        target = self.widget()
        if target is None:
            return
        radius = int(target.property(RING_PROPERTY) or 0)
        rect = QRectF(self.rect())
        rounded(QPainter(self), rect, radius + _REACH, None, look(self).accent, 2.0)


_PROPERTY = "classifierStudioFocusRing"


def _mark(widget: QWidget, on: bool) -> None:
    widget.setProperty("keyboardFocus", on)
    widget.update()
    if isinstance(widget, QAbstractScrollArea):
        widget.viewport().update()


class FocusRing(QObject):
    """Shows the ring while the keyboard moves the focus; `of` gives the application's only one.

    A widget takes part through `base.ringed(widget, radius)`; radius 0 means that it draws its
    own focus (its property "keyboardFocus" tells when).
    """

    @classmethod
    def of(cls, app: QApplication) -> FocusRing:
        """The ring of this application, made when it is first asked for.

        There is never a second one: whoever hears of a moved focus takes back the mark by which
        Qt tells that a key moved it, so another ring would never see that mark.
        """
        found = app.property(_PROPERTY)
        return found if isinstance(found, cls) else cls(app)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.setProperty(_PROPERTY, self)
        self._ring: _Ring | None = None
        self._style = _RingStyle(QStyleFactory.create("Fusion"))
        self._target: QWidget | None = None
        self._keyboard = False
        app.focusChanged.connect(self._moved)

    def target(self) -> QWidget | None:
        """The widget with the keyboard focus ring, or None."""
        return self._target

    def _moved(self, old: QWidget | None, now: QWidget | None) -> None:
        if now is None:
            self._show(None)
            return
        window = now.window()
        by_key = window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
        mouse = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        self._keyboard = by_key or (self._keyboard and not mouse)
        self._show(now if self._keyboard else None)

    def _show(self, target: QWidget | None) -> None:
        old, self._target = self._target, None
        if old is not None and isValid(old):
            _mark(old, False)
        radius = target.property(RING_PROPERTY) if target is not None else None
        if target is None or radius is None:
            self._hide()
            return
        self._target = target
        _mark(target, True)
        if int(radius) <= 0:
            self._hide()
            return
        if self._ring is None or not isValid(self._ring):
            self._ring = _Ring()
            self._ring.setStyle(self._style)
            self._ring.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ring.setWidget(target)

    def _hide(self) -> None:
        if self._ring is not None and isValid(self._ring):
            self._ring.setWidget(None)  # type: ignore[arg-type]
