"""The split: how many pictures train, validate and test, and the form that changes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.data.dataset import SPLITS, Split
from studio.data.split import SplitSpec
from studio.ui.panes.common import chain
from studio.ui.panes.data.split_form import SplitForm
from studio.ui.panes.data.split_report import SplitReportView
from studio.ui.tokens import MEDIUM, R3, S2, S4, S6, SEMIBOLD
from studio.ui.widgets.base import look, rounded
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.numbers import number
from studio.ui.widgets.panel import Section
from studio.ui.widgets.text import Text
from studio.ui.widgets.track import StackedTrack

_ROLES = {Split.TRAIN: "accent", Split.VALIDATION: "line-strong", Split.TEST: "edge"}
_FORM_WIDTH, _REPORT_WIDTH, _HEIGHT = 288, 344, 416
_BETWEEN = 8


def how(spec: SplitSpec, from_folders: bool) -> str:
    """How the split came about, in a few words."""
    if from_folders and spec.mode == "folders":
        return "as the data set says"
    drawn = "stratified" if spec.stratified else "drawn"
    if spec.mode == "folds":
        drawn = f"fold {spec.fold} of {spec.folds}"
    return f"{drawn} · seed {spec.seed}"


def together_words(spec: SplitSpec) -> str:
    """What stays together, as a sentence; empty where nothing does."""
    if spec.together == "twins":
        return "Near twins stay together."
    if spec.together == "column":
        return "Pictures of the same group stay together."
    return ""


class SplitPopover(QWidget):
    """The form of the split and its report, in a frame; a click beside it closes it.

    Signals:
        changed(object): another SplitSpec.
        leaks_asked: show the pictures that lie in two parts.
    """

    changed = Signal(object)
    leaks_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(
            parent,
            Qt.WindowType.Popup
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAccessibleName("Split")
        self.form, self.report = SplitForm(), SplitReportView()
        self.form.changed.connect(self.changed)
        self.report.mend_asked.connect(lambda: self.form.change(together="twins"))
        self.report.leaks_asked.connect(self._show_leaks)
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, S4, S4, S4)
        row.setSpacing(S6)
        left = QVBoxLayout()
        left.setSpacing(S2)
        left.addWidget(Text("Split", weight=SEMIBOLD))
        left.addWidget(
            Text(
                "Training pictures teach, validation pictures choose the best epoch, test "
                "pictures are kept for the end.",
                "small", "secondary", wrap=True,
            )
        )  # fmt: skip
        left.addSpacing(4)
        left.addWidget(self.form, 1)
        row.addLayout(left)
        row.addWidget(self.report)
        self.form.setFixedWidth(_FORM_WIDTH)
        self.report.setFixedWidth(_REPORT_WIDTH)
        self.setFixedHeight(_HEIGHT)
        chain(*self.form.stops(), *self.report.stops())

    def open_above(self, anchor: QWidget) -> None:
        """Show it above a widget, inside the screen."""
        self.adjustSize()
        place = anchor.mapToGlobal(QPoint(0, -self.height() - 4))
        screen = anchor.screen().availableGeometry()
        place.setX(max(screen.left() + 4, min(place.x(), screen.right() - self.width() - 4)))
        place.setY(max(screen.top() + 4, place.y()))
        self.move(place)
        self.show()

    def _show_leaks(self) -> None:
        self.close()
        self.leaks_asked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        rounded(QPainter(self), self.rect().toRectF(), R3, t.raised, t.edge)


class SplitBox(Section):
    """The section at the foot of the classes.

    Signals:
        spec_chosen(object): the person changed the SplitSpec.
        form_opened(): the form is there and wants to be filled, see :meth:`popover`.
        leaks_asked(): show the pictures that lie in two parts.
    """

    spec_chosen = Signal(object)
    form_opened = Signal()
    leaks_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Split", " ", "top", parent=parent)
        self.edit_button = IconButton(
            "edit", "Change the split", size="small",
            sentence="Shares or folds, what stays together, the random seed; with a table of "
            "counts.",
        )  # fmt: skip
        self.edit_button.clicked.connect(self._edit)
        self.head.addWidget(self.edit_button)
        self.track = StackedTrack()
        self.add(self.track)
        row = QHBoxLayout()
        row.setSpacing(0)
        self._pairs: dict[Split, QBoxLayout] = {}
        self._numbers: dict[Split, Text] = {}
        for split in SPLITS:
            if split is not SPLITS[0]:
                row.addStretch(1)
            pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
            pair.setSpacing(4)
            pair.addWidget(Text(split.label, "small", "secondary"))
            value = Text("0", "small", weight=MEDIUM)
            pair.addWidget(value)
            row.addLayout(pair)
            self._pairs[split], self._numbers[split] = pair, value
        self.add(row)
        self._popover: SplitPopover | None = None

    def show_split(self, spec: SplitSpec, assignment: NDArray[np.int8], from_folders: bool) -> None:
        """Show the counts of a split. ``assignment``: ``(n,) int8``, −1 for none."""
        self.edit_button.setEnabled(True)
        counts = {split: int(np.count_nonzero(assignment == split)) for split in SPLITS}
        self.track.set_parts([(counts[split], _ROLES[split]) for split in SPLITS])
        for split, label in self._numbers.items():
            label.setText(number(counts[split]))
        self._arrange()
        self.set_note(how(spec, from_folders))
        words = ", ".join(f"{split.label} {counts[split]:,}" for split in SPLITS)
        self.track.setAccessibleName(f"Split: {words}")
        self.track.setToolTip(" ".join([f"{words}.", together_words(spec)]).strip())

    def _arrange(self) -> None:
        """Counts beside their names, or below them where they are too long for one line."""
        across, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        for pair in self._pairs.values():
            pair.setDirection(across)
            pair.setSpacing(4)
        margins = self.body.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        wanted = sum(pair.sizeHint().width() for pair in self._pairs.values())
        if wanted + _BETWEEN * (len(SPLITS) - 1) > room:
            for pair in self._pairs.values():
                pair.setDirection(below)
                pair.setSpacing(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def show_nothing(self) -> None:
        """The pictures are not counted yet."""
        self.track.set_parts([])
        for label in self._numbers.values():
            label.setText("")
        self.set_note("")
        self.edit_button.setEnabled(False)

    def popover(self) -> SplitPopover | None:
        """The open form, if there is one."""
        return self._popover

    def _edit(self) -> None:
        popover = SplitPopover(self)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popover.changed.connect(self.spec_chosen)
        popover.leaks_asked.connect(self.leaks_asked)
        popover.destroyed.connect(self._closed)
        self._popover = popover
        self.form_opened.emit()
        popover.open_above(self)

    def _closed(self) -> None:
        self._popover = None
