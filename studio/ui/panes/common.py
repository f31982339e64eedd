"""What several panes share: grounds, file filters, the order of the Tab key."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.widgets.panel import Surface

PICTURE_FILTER = (
    "Pictures (*.jpg *.jpeg *.png *.bmp *.gif *.tif *.tiff *.webp *.avif);;All files (*)"
)
"""For file dialogs."""


def on_surface(widget: QWidget) -> Surface:
    """A widget on the work area's ground, such as an empty state."""
    surface = Surface()
    column = QVBoxLayout(surface)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    return surface


def chain(*parts: QWidget) -> None:
    """Let the Tab key visit these parts in this order; a part may hold several controls."""
    stops: list[QWidget] = []
    for part in parts:
        # The list of a combo box is a window of its own.
        here = [w for w in (part, *part.findChildren(QWidget)) if w.window() is part.window()]
        stops += [w for w in here if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    # A part may stand inside another one: it is visited where it is named first.
    for before, after in pairwise(dict.fromkeys(stops)):
        QWidget.setTabOrder(before, after)
