"""The split: how many pictures train, validate and test, and the form that changes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.data.dataset import SPLITS, Split
from studio.data.split import SplitSpec
from studio.ui.forms import SpecForm
from studio.ui.tokens import MEDIUM, R3, S4, SEMIBOLD
from studio.ui.widgets.base import look, rounded
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.numbers import number
from studio.ui.widgets.panel import Section
from studio.ui.widgets.text import Text
from studio.ui.widgets.track import StackedTrack

_ROLES = {Split.TRAIN: "accent", Split.VALIDATION: "line-strong", Split.TEST: "edge"}
_WIDTH = 320
_BETWEEN = 8


def how(spec: SplitSpec, from_folders: bool) -> str:
    """How the split came about, in a few words."""
    if from_folders and spec.mode == "folders":
        return "as the folders say"
    drawn = "stratified" if spec.stratified else "drawn"
    if spec.mode == "folds":
        return f"fold {spec.fold} of {spec.folds} · seed {spec.seed}"
    return f"{drawn} · seed {spec.seed}"


class SplitPopover(QWidget):
    """The form of the split, in a frame of its own; a click beside it closes it.

    Signals:
        changed(object): another SplitSpec.
    """

    changed = Signal(object)

    def __init__(self, spec: SplitSpec, from_folders: bool, parent: QWidget) -> None:
        super().__init__(
            parent,
            Qt.WindowType.Popup
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName("Split")
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S4)
        column.setSpacing(8)
        column.addWidget(Text("Split", weight=SEMIBOLD))
        column.addWidget(
            Text(
                "Training pictures teach, validation pictures choose the best epoch, "
                "test pictures are kept for the end. Every class is shared out alike.",
                "small", "secondary", wrap=True,
            )
        )  # fmt: skip
        # Where the folders say nothing of a split, asking whether to follow them is idle.
        names = None if from_folders else ["validation", "test", "seed"]
        self.form = SpecForm(spec, names=names)
        self.form.changed.connect(self.changed)
        column.addWidget(self.form)

    def open_above(self, anchor: QWidget) -> None:
        """Show it above a widget, inside the screen."""
        self.adjustSize()
        place = anchor.mapToGlobal(QPoint(0, -self.height() - 4))
        screen = anchor.screen().availableGeometry()
        place.setX(max(screen.left() + 4, min(place.x(), screen.right() - self.width() - 4)))
        place.setY(max(screen.top() + 4, place.y()))
        self.move(place)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        rounded(QPainter(self), self.rect().toRectF(), R3, t.raised, t.edge)


class SplitBox(Section):
    """The section at the foot of the classes.

    Signals:
        spec_chosen(object): the person changed the SplitSpec.
    """

    spec_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Split", " ", "top", parent=parent)
        self._spec = SplitSpec()
        self._from_folders = False
        self.edit_button = IconButton(
            "edit", "Change the split", sentence="Shares of the pictures, and the random seed.",
            size="small",
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
        self._spec, self._from_folders = spec, from_folders
        self.edit_button.setEnabled(True)
        counts = {split: int(np.count_nonzero(assignment == split)) for split in SPLITS}
        self.track.set_parts([(counts[split], _ROLES[split]) for split in SPLITS])
        for split, label in self._numbers.items():
            label.setText(number(counts[split]))
        self._arrange()
        self.set_note(how(spec, from_folders))
        words = ", ".join(f"{split.label} {counts[split]:,}" for split in SPLITS)
        self.track.setAccessibleName(f"Split: {words}")
        self.track.setToolTip(words)
        if self._popover is not None and self._popover.form.spec() != spec:
            self._popover.form.set_spec(spec)

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
        popover = SplitPopover(self._spec, self._from_folders, self)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popover.changed.connect(self.spec_chosen)
        popover.destroyed.connect(self._closed)
        self._popover = popover
        popover.open_above(self)

    def _closed(self) -> None:
        self._popover = None
