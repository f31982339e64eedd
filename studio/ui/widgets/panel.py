"""Regions: side panels, the work area, bars, sections, cards and scrolling columns."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from studio.ui.tokens import H_BAR, H_FOOT, MEDIUM, S2, S3, S4, SEMIBOLD
from studio.ui.widgets.base import look, restyle
from studio.ui.widgets.text import ElidedLabel, Text


class Bar(QFrame):
    """A toolbar (44 px) or, with `foot=True`, a foot (36 px); children stand in a row.

    `slim=True` makes a toolbar 36 px high.
    """

    def __init__(
        self, foot: bool = False, slim: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("foot", foot)
        self.setFixedHeight(H_FOOT if foot or slim else H_BAR)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(S4, 0 if foot else 1, S4, 0)
        self.row.setSpacing(S2)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Add a control at the right end; returns it."""
        self.row.addWidget(widget, stretch)
        return widget

    def add_stretch(self) -> None:
        """Push what follows to the right."""
        self.row.addStretch(1)

    def add_space(self, width: int) -> None:
        """Leave a distance in pixels."""
        self.row.addItem(
            QSpacerItem(width, 1, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        )

    def insert(self, index: int, widget: QWidget) -> None:
        """Put a control at a place."""
        self.row.insertWidget(index, widget)


class Section(QFrame):
    """A part of a panel: heading, optional note at the right, content, a line below.

    `line` is "bottom", "top" or "none". Add content with `add` or to `body`.
    """

    def __init__(
        self,
        heading: str = "",
        note: str = "",
        line: str = "bottom",
        spacing: int = S2,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("line", line)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(S4, S3, S4, S3)
        self.body.setSpacing(spacing)
        self.heading: Text | None = None
        self.note: Text | None = None
        self.head = QHBoxLayout()
        self.head.setSpacing(S2)
        if heading or note:
            self.heading = Text(heading, weight=SEMIBOLD)
            self.note = Text(note, "small", "secondary")
            self.head.addWidget(self.heading)
            self.head.addStretch(1)
            self.head.addWidget(self.note)
            self.body.addLayout(self.head)

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Add a widget or a layout below."""
        if isinstance(item, QWidget):
            self.body.addWidget(item, stretch)
        else:
            self.body.addLayout(item, stretch)

    def set_note(self, note: str) -> None:
        """Change the note at the right of the heading."""
        if self.note is not None:
            self.note.setText(note)

    def set_line(self, line: str) -> None:
        """Draw the line at the "bottom", at the "top" or not ("none")."""
        self.setProperty("line", line)
        restyle(self)


class ScrollColumn(QScrollArea):
    """A column that scrolls vertically and never horizontally. Add to `body`.

    With ``over`` the bar lies over the margin at the right, so that lines reach the edge and
    nothing moves when it comes.
    """

    def __init__(self, over: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.setWidget(inner)
        # setWidget fills the ground; the region behind shall show.
        inner.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._bar: QScrollBar | None = None
        if over:
            self._float_bar()

    def _float_bar(self) -> None:
        """Another bar in place of Qt's own, which would take room from the column."""
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        bar, own = QScrollBar(Qt.Orientation.Vertical, self), self.verticalScrollBar()
        bar.hide()
        self._bar = bar
        own.rangeChanged.connect(self._follow_range)
        own.valueChanged.connect(bar.setValue)
        bar.valueChanged.connect(own.setValue)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_bar()

    def _follow_range(self, least: int, most: int) -> None:
        bar, own = self._bar, self.verticalScrollBar()
        if bar is not None:
            bar.setPageStep(own.pageStep())
            bar.setSingleStep(own.singleStep())
            bar.setRange(least, most)
            bar.setValue(own.value())
            bar.setVisible(most > least)
            self._place_bar()

    def _place_bar(self) -> None:
        if self._bar is not None:
            width = self._bar.sizeHint().width()
            self._bar.setGeometry(self.width() - width, 0, width, self.height())
            self._bar.raise_()

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Add a widget below."""
        self.body.addWidget(widget, stretch)


class Panel(QFrame):
    """A side panel: a 44 px bar with a title, a body, an optional foot.

    `side` is "left" or "right"; `width` is fixed in pixels; `scroll=True` lets the body scroll.
    Put controls into `bar`, content with `add`/`add_section`, a foot with `set_foot`.
    """

    def __init__(
        self,
        side: str = "left",
        title: str = "",
        width: int = 260,
        scroll: bool = False,
        bar: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("side", side)
        self.side = side
        self.setFixedWidth(width)
        self._outer = QVBoxLayout(self)
        # The border line is drawn inside the frame's own width.
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self.bar = Bar(parent=self)
        self.bar.row.setContentsMargins(S4, 1, S2, 0)
        self.bar.row.setSpacing(4)
        self.title = ElidedLabel(title, weight=SEMIBOLD)
        self.bar.add(self.title, 1)
        self.bar.setVisible(bar)
        self._outer.addWidget(self.bar)
        self.body: QBoxLayout
        if scroll:
            column = ScrollColumn(over=True, parent=self)
            self.body = column.body
            self._outer.addWidget(column, 1)
        else:
            self.body = QVBoxLayout()
            self.body.setContentsMargins(0, 0, 0, 0)
            self.body.setSpacing(0)
            self._outer.addLayout(self.body, 1)
        self.foot: QWidget | None = None

    def set_title(self, title: str) -> None:
        """Change the title in the bar."""
        self.title.setText(title)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Add a widget below; returns it."""
        self.body.addWidget(widget, stretch)
        return widget

    def add_section(self, heading: str = "", note: str = "", line: str = "bottom") -> Section:
        """Add a section below and return it."""
        section = Section(heading, note, line)
        self.body.addWidget(section)
        return section

    def add_stretch(self) -> None:
        """Push what follows to the bottom."""
        self.body.addStretch(1)

    def set_foot(self, foot: QWidget) -> None:
        """Put a foot under the body (a `Bar(foot=True)` or a `Section(line="top")`)."""
        if self.foot is not None:
            self._outer.removeWidget(self.foot)
            self.foot.deleteLater()
        self.foot = foot
        self._outer.addWidget(foot)


class WorkArea(QFrame):
    """The middle of a pane: a 44 px toolbar `bar`, a `body`, an optional foot."""

    def __init__(self, bar: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self.bar = Bar(parent=self)
        self.bar.setVisible(bar)
        self._outer.addWidget(self.bar)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._outer.addLayout(self.body, 1)
        self.foot: Bar | None = None

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Add a widget or layout below."""
        if isinstance(item, QWidget):
            self.body.addWidget(item, stretch)
        else:
            self.body.addLayout(item, stretch)

    def add_foot(self) -> Bar:
        """Add the 36 px foot and return it."""
        if self.foot is None:
            self.foot = Bar(foot=True, parent=self)
            self._outer.addWidget(self.foot)
        return self.foot


class Surface(QFrame):
    """A plain ground in the work area's colour (first start, device page)."""


class Card(QFrame):
    """A raised frame with round corners; `set_chosen(True)` thickens its border in the accent."""

    def __init__(self, padding: int = S3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("chosen", False)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(S2)

    def set_chosen(self, chosen: bool) -> None:
        """Mark the card as the one in use."""
        if bool(self.property("chosen")) != chosen:
            self.setProperty("chosen", chosen)
            restyle(self)


class Rule(QWidget):
    """A line between controls or list groups."""

    def __init__(self, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if vertical:
            self.setFixedSize(1, 20)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(look(self).line))


def labelled(label: str, control: QWidget, width: int = 0) -> QHBoxLayout:
    """A secondary label with its control at the right, as forms in panels have it."""
    row = QHBoxLayout()
    row.setSpacing(S2)
    text = Text(label, tone="secondary")
    text.setBuddy(control)
    row.addWidget(text)
    if width:
        control.setFixedWidth(width)
        row.addStretch(1)
        row.addWidget(control)
    else:
        row.addWidget(control, 1)
    if not control.accessibleName():
        control.setAccessibleName(label)
    return row


def medium(text: str) -> Text:
    """A body text in weight 500, as values have it."""
    return Text(text, weight=MEDIUM)
