"""Headings of the preview, in which the role of each column is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import H_CONTROL, MEDIUM, S1, S2
from studio.ui.widgets.base import draw_text, look, text_width
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.tips import describe

ROLES = (
    ("file", "File"), ("label", "Label"), ("split", "Split"), ("group", "Group"), ("", "—"),
)  # fmt: skip
_CERTAINTY = ("certainty", "Certainty")
_SENTENCE = (
    "What this column holds: the picture, its class, its split, what it has in common with others "
    "(one patient, one place), or nothing of these."
)
_NAME, _NARROWEST = 28, 104


class RoleHeader(QHeaderView):
    """Names of columns; below each, where roles can be chosen, a list of them.

    The first section, of the pictures, has neither.

    Signals:
        role_chosen(int, str): a person gave the n-th column another role.
        section_wanted(int): a list got the focus by key: its section should be in sight.
    """

    role_chosen = Signal(int, str)
    section_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._names: Sequence[str] = ()
        self._may_choose = False
        self._combos: list[Combo] = []
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(48)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sectionResized.connect(lambda *_sizes: self._place())
        self.geometriesChanged.connect(self._place)

    def show_columns(self, names: Sequence[str], roles: Sequence[str], may_choose: bool) -> None:
        """Name the columns after the first; with ``may_choose`` their roles can be changed."""
        self._names, self._may_choose = names, may_choose
        wanted = len(names) if may_choose else 0
        while len(self._combos) < wanted:
            self._combos.append(self._new_combo(len(self._combos)))
        for i, combo in enumerate(self._combos):
            combo.setVisible(i < wanted)
            if i < wanted:
                role = roles[i]
                combo.set_items([*ROLES, _CERTAINTY] if role == _CERTAINTY[0] else ROLES, role)
                sentence = _SENTENCE
                describe(combo, f"Column {names[i]}", "", sentence)
        self.updateGeometry()
        self._place()
        self.viewport().update()

    def names(self) -> Sequence[str]:
        """The columns after the first."""
        return self._names

    def combo(self, place: int) -> Combo:
        """The list of roles of the n-th column."""
        return self._combos[place]

    def width_for(self, place: int) -> int:
        """Pixels that the n-th column's heading needs."""
        font = theme_of(self).font("body", MEDIUM)
        least = _NARROWEST if self._may_choose else 48
        return max(least, round(text_width(font, self._names[place])) + 24)

    def sizeHint(self) -> QSize:
        below = H_CONTROL + S2 if self._may_choose else 0
        return QSize(super().sizeHint().width(), _NAME + below)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A list that gets the focus by key comes into sight."""
        if event.type() == QEvent.Type.FocusIn and watched in self._combos:
            self.section_wanted.emit(self._combos.index(watched) + 1)
        return super().eventFilter(watched, event)

    def follow_scroll(self) -> None:
        """The table was scrolled sideways."""
        self._place()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        t = look(self)
        painter.save()
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), t.line)
        if 0 < logicalIndex <= len(self._names):
            room = QRectF(rect.left() + S2, rect.top(), rect.width() - 2 * S2, _NAME)
            font = theme_of(self).font("body", MEDIUM)
            draw_text(painter, room, self._names[logicalIndex - 1], font, t.text)
        painter.restore()

    def _new_combo(self, place: int) -> Combo:
        combo = Combo(ROLES, parent=self.viewport())
        combo.chosen.connect(partial(self._choose, place))
        combo.installEventFilter(self)
        return combo

    def _choose(self, place: int, role: object) -> None:
        self.role_chosen.emit(place, str(role))

    def _place(self) -> None:
        for i, combo in enumerate(self._combos):
            if not combo.isHidden() and i + 1 < self.count():
                left = self.sectionViewportPosition(i + 1)
                width = self.sectionSize(i + 1) - S1
                combo.setGeometry(left + S1, _NAME, max(40, width - S1), H_CONTROL)
