"""The icon set as pixmaps and icons, in any colour, sharp at any device pixel ratio."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton
from shiboken6 import isValid

from studio.ui.icon_paths import PATHS
from studio.ui.theme import theme_of
from studio.ui.tokens import ICON, ICON_STROKE

_GRID = 20


def names() -> list[str]:
    """The names of all icons."""
    return sorted(PATHS)


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str, size: float, stroke: float) -> QSvgRenderer:
    # A stroke keeps its width in pixels whatever the icon's size, hence the scale.
    scale = _GRID / size
    body = re.sub(
        r'stroke-width="([\d.]+)"',
        lambda m: f'stroke-width="{float(m[1]) * scale:.3f}"',
        PATHS[name],
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_GRID} {_GRID}" fill="none" '
        f'stroke="{colour}" stroke-width="{stroke * scale:.3f}" stroke-linecap="round" '
        f'stroke-linejoin="round">{body}</svg>'
    )
    return QSvgRenderer(QByteArray(svg.encode()))


def paint(
    painter: QPainter,
    name: str,
    rect: QRectF,
    colour: QColor | str,
    stroke: float = ICON_STROKE,
) -> None:
    """Draw an icon into a square of the painter, in a colour."""
    hex_colour = colour.name() if isinstance(colour, QColor) else colour
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, hex_colour, rect.width(), stroke).render(painter, rect)


@lru_cache(maxsize=1024)
def _pixmap(name: str, colour: str, size: int, ratio: float, stroke: float) -> QPixmap:
    side = max(1, round(size * ratio))
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, colour, size, stroke).render(painter, QRectF(0, 0, side, side))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def pixmap(
    name: str,
    role: str = "text",
    size: int = ICON,
    ratio: float | None = None,
    stroke: float = ICON_STROKE,
) -> QPixmap:
    """An icon in a colour role of the current theme, at a device pixel ratio (default: screen)."""
    if ratio is None:
        ratio = max(_ratios())
    return _pixmap(name, theme_of().current.role(role), size, ratio, stroke)


def icon(name: str, role: str = "text", size: int = ICON, on_role: str = "accent") -> QIcon:
    """An icon for Qt's own widgets: rest, disabled and switched on, at every screen's ratio.

    It has the colours of this moment; `follow` keeps one up to date.
    """
    made = QIcon()
    states = (
        (role, QIcon.Mode.Normal, QIcon.State.Off),
        ("text_disabled", QIcon.Mode.Disabled, QIcon.State.Off),
        (on_role, QIcon.Mode.Normal, QIcon.State.On),
        ("text_disabled", QIcon.Mode.Disabled, QIcon.State.On),
    )
    for ratio in _ratios():
        for state_role, mode, state in states:
            made.addPixmap(pixmap(name, state_role, size, ratio), mode, state)
    return made


def follow(target: QAction | QAbstractButton, name: str, role: str = "text") -> None:
    """Give an action or a plain button an icon that changes colour with the theme."""
    theme = theme_of()

    def refresh() -> None:
        if isValid(target):
            target.setIcon(icon(name, role))

    def forget() -> None:
        if isValid(theme):
            QObject.disconnect(connection)

    refresh()
    if isinstance(target, QAbstractButton):
        target.setIconSize(QSize(ICON, ICON))
    connection = theme.changed.connect(refresh)
    target.destroyed.connect(forget)


def _ratios() -> list[float]:
    screens = QGuiApplication.screens()
    return sorted({1.0, *(screen.devicePixelRatio() for screen in screens)})
