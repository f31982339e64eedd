"""Class, split and tags of the chosen pictures, as controls of the inspector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.data.dataset import SPLITS
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_CONTROL, ICON, R2
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded
from studio.ui.widgets.buttons import LinkButton
from studio.ui.widgets.chips import Chips
from studio.ui.widgets.panel import Section
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.text import ElidedLabel, KeyHint, Text
from studio.ui.widgets.tips import describe

_NAMES = 52
"""Width of the names at the left, in pixels."""


@dataclass(frozen=True)
class LabelRow:
    """One output: what the chosen pictures show. ``is_sure`` is False for “several” and “none”."""

    output: str
    title: str
    words: str
    is_sure: bool
    has_key: bool


class ClassField(QAbstractButton):
    """Looks like a choice; a click asks for the list of classes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_sure = True
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        ringed(self, R2)

    def set_row(self, row: LabelRow) -> None:
        """Show the class, or the classes."""
        self._is_sure = row.is_sure
        self.setText(row.words)
        sentence = f"{row.words}. Type to find a class in the list, or to add one."
        describe(self, row.title, "L" if row.has_key else "", sentence)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, H_CONTROL)

    def minimumSizeHint(self) -> QSize:
        return QSize(56, H_CONTROL)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        rounded(painter, rect, R2, t.hover if self.underMouse() else t.raised, t.edge)
        arrow = QRectF(rect.right() - 6 - ICON, 0, ICON, rect.height())
        icons.paint(painter, "down", centred(arrow, ICON), t.text_secondary)
        spot = QRectF(10, 0, arrow.left() - 12, rect.height())
        colour = t.text if self._is_sure else t.text_secondary
        draw_text(painter, spot, self.text(), theme_of(self).font("body"), colour)


class LabelBox(Section):
    """The section; it decides nothing.

    Signals:
        pick_asked(str): the list of the classes of an output is wanted.
        split_chosen(str): the word of a split.
        split_left: leave the pictures to the split.
        tag_added(str), tag_removed(str): a tag of the chosen pictures.
        tagging_left: no tag was written after all.
    """

    pick_asked = Signal(str)
    split_chosen = Signal(str)
    split_left = Signal()
    tag_added = Signal(str)
    tag_removed = Signal(str)
    tagging_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._rows: list[LabelRow] = []
        self.fields: dict[str, ClassField] = {}
        self._outputs = QVBoxLayout()
        self._outputs.setSpacing(8)
        self.add(self._outputs)
        self.split = SegmentedControl(
            [(split.word, split.label) for split in SPLITS], name="Split", fill=True
        )
        for split in SPLITS:
            describe(self.split.button(split.word), split.label,
                     sentence=f"Use the chosen pictures for {split.label.lower()}.")  # fmt: skip
        self.split.changed.connect(lambda word: self.split_chosen.emit(str(word)))
        self.add(_line("Split", self.split))
        self.moved = QWidget()
        row = QHBoxLayout(self.moved)
        row.setContentsMargins(_NAMES, 0, 0, 0)
        row.setSpacing(6)
        self.moved_words = Text("", "small", "secondary")
        self.leave_button = LinkButton("Take back", small=True)
        describe(self.leave_button, "Leave it to the split",
                 sentence="The shares and the seed below the classes decide again.")  # fmt: skip
        self.leave_button.clicked.connect(lambda: self.split_left.emit())
        row.addWidget(self.moved_words)
        row.addWidget(self.leave_button)
        row.addStretch(1)
        self.add(self.moved)
        self.tags = Chips("Tags", "T")
        self.tags.added.connect(self.tag_added)
        self.tags.removed.connect(self.tag_removed)
        self.tags.left.connect(self.tagging_left)
        self.add(_line("Tags", self.tags))

    def set_labels(self, rows: Sequence[LabelRow]) -> None:
        """Show the class of each output."""
        rows = list(rows)
        if [(r.output, r.title) for r in rows] != [(r.output, r.title) for r in self._rows]:
            self._make_rows(rows)
        self._rows = rows
        for row in rows:
            self.fields[row.output].set_row(row)
            self._keys[row.output].setVisible(row.has_key)

    def set_split(self, word: str, words: str) -> None:
        """Show the split (empty: none, or several), and what the person said about it."""
        self.split.set_current(word)
        self.moved_words.setText(words)
        self.moved.setVisible(bool(words))

    def _make_rows(self, rows: Sequence[LabelRow]) -> None:
        while (item := self._outputs.takeAt(0)) is not None:
            line = item.widget()
            if line is not None:
                line.hide()
                line.deleteLater()
        self.fields, self._keys = {}, dict[str, KeyHint]()
        for row in rows:
            field, key = ClassField(), KeyHint("L")
            field.clicked.connect(
                lambda _checked=False, output=row.output: self.pick_asked.emit(output)
            )
            line = QWidget()
            line.setLayout(_line(row.title, field, key))
            self._outputs.addWidget(line)
            self.fields[row.output], self._keys[row.output] = field, key


def _line(title: str, *controls: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    name = ElidedLabel(title, tone="secondary")
    name.setFixedWidth(_NAMES - 8)
    name.setFixedHeight(24 if isinstance(controls[0], Chips) else H_CONTROL)
    row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
    for i, control in enumerate(controls):
        row.addWidget(control, 0 if i else 1)
    return row
