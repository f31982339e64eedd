"""One step of the policy as a card: a head that is always there, a form when it is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.augment.step import Step, made_safe, unsafe_parameters
from studio.core.spec import parameters
from studio.ui.forms import SpecForm
from studio.ui.tokens import MEDIUM, R2, S2, S3, SEMIBOLD
from studio.ui.widgets.base import look, ringed, rounded
from studio.ui.widgets.buttons import IconButton, LinkButton
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import tip
from studio.ui.widgets.toggle import Toggle

_HEAD = 38
_CHANCE = "probability"


class StepCard(QWidget):
    """A card. The head opens and closes it, and is dragged to another place.

    Signals:
        step_changed(object): the step with other settings, from the form or the switch.
        opened(bool): the person wants it open or closed.
        copied, deleted: the person wants a copy of it, or it gone.
        move_requested(int): one place up (−1) or down (1), by key.
        drag_started, drag_moved(QPoint), drag_ended(bool): a drag of the head, in global
            positions; False where it was given up.
    """

    step_changed = Signal(object)
    opened = Signal(bool)
    copied = Signal()
    deleted = Signal()
    move_requested = Signal(int)
    drag_started = Signal()
    drag_moved = Signal(QPoint)
    drag_ended = Signal(bool)

    def __init__(self, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = step
        self._open = False
        self._lifted = False
        self._press: QPoint | None = None
        self.grip = 0
        self._dragging = False
        self.form: SpecForm | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, R2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._make_head())
        self._body = QVBoxLayout()
        self._body.setContentsMargins(13, 4, 13, 13)
        self._body.setSpacing(S3)
        self._holder = QWidget(self)
        self._holder.setLayout(self._body)
        self._holder.hide()
        outer.addWidget(self._holder)
        self._show_step()

    def _make_head(self) -> QWidget:
        head = QWidget(self)
        head.setFixedHeight(_HEAD)
        row = QHBoxLayout(head)
        row.setContentsMargins(5, 0, 9, 0)
        row.setSpacing(S2)
        self.handle = IconLabel("drag", "text_disabled")
        self.handle.setCursor(Qt.CursorShape.OpenHandCursor)
        self.toggle = Toggle(f"Use {self._step.title}", self._step.enabled)
        self.toggle.clicked.connect(self._switch)
        self.title = Text(self._step.title, weight=MEDIUM)
        self.warning = IconLabel("warning", "warning")
        self.summary = ElidedLabel("", tone="secondary", mode=Qt.TextElideMode.ElideRight)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.copy_button = IconButton(
            "copy", f"Duplicate {self._step.title}", sentence="Key: Ctrl+D on the card.",
            size="small",
        )  # fmt: skip
        self.delete_button = IconButton(
            "trash", f"Delete {self._step.title}", sentence="Key: Delete. Ctrl+Z brings it back.",
            size="small",
        )  # fmt: skip
        self.copy_button.clicked.connect(lambda: self.copied.emit())
        self.delete_button.clicked.connect(lambda: self.deleted.emit())
        self.arrow = IconLabel("right", "text_secondary")
        row.addWidget(self.handle)
        row.addWidget(self.toggle)
        row.addWidget(self.title)
        values = QHBoxLayout()
        values.setSpacing(4)
        values.addStretch(1)
        values.addWidget(self.warning)
        values.addWidget(self.summary)
        row.addLayout(values, 1)
        for widget in (self.copy_button, self.delete_button):
            row.addWidget(widget)
            widget.hide()
        row.addWidget(self.arrow)
        return head

    # What it shows

    @property
    def step(self) -> Step:
        """The step with its settings now."""
        return self._step

    @property
    def is_open(self) -> bool:
        """Whether the form is to be seen."""
        return self._open

    @property
    def is_lifted(self) -> bool:
        """Whether only the outline is shown, since the card is being dragged."""
        return self._lifted

    def set_step(self, step: Step) -> None:
        """Show other settings of the same kind, without a signal."""
        if step == self._step:
            return
        self._step = step
        self._show_step()
        if self.form is not None and self.form.spec() != step:
            self.form.set_spec(step)

    def set_open(self, on: bool) -> None:
        """Show or hide the form, without a signal."""
        if on and self.form is None:
            self._make_form()
        self._open = on
        self._holder.setVisible(on)
        self.title.set_style("body", SEMIBOLD if on else MEDIUM)
        for widget in (self.copy_button, self.delete_button):
            widget.setVisible(on)
        self.arrow.setVisible(not on)
        self._show_step()
        self.updateGeometry()

    def set_lifted(self, on: bool) -> None:
        """Leave only the card's outline while it is dragged."""
        self._lifted = on
        for child in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            child.setVisible(not on and (child is not self._holder or self._open))
        self.update()

    def _show_step(self) -> None:
        step = self._step
        unsafe = bool(unsafe_parameters(step)) and step.enabled
        self.toggle.setChecked(step.enabled)
        self.title.set_tone("text" if step.enabled else "secondary")
        self.summary.setText(step.summary() if step.enabled else "off")
        self.summary.set_tone("warning" if unsafe else "secondary")
        self.summary.setVisible(not self._open)
        self.warning.setVisible(unsafe and not self._open)
        state = "" if step.enabled else ", off"
        self.setAccessibleName(f"{step.title}, {step.summary()}{state}")
        self.setAccessibleDescription(
            "Enter opens it, Alt+Up and Alt+Down move it, Ctrl+D copies it, Delete removes it."
        )
        self.title.setToolTip(tip(step.title, "", step.help))
        if self.form is not None:
            self.hint.setText(
                "Beyond the mark, pictures may no longer show what their class says."
                if unsafe
                else step.help
            )
            name, role = ("warning", "warning") if unsafe else ("info", "accent")
            self.hint_icon.set_icon(name, role)
            self.safe_link.setVisible(unsafe)

    def _make_form(self) -> None:
        known = parameters(type(self._step))
        sliders = [p.name for p in known if p.kind in ("interval", "int", "float")]
        others = [p.name for p in known if p.name not in sliders]
        names = [n for n in sliders if n != _CHANCE] + [_CHANCE] + others
        self.form = SpecForm(self._step, slider=True, names=names)
        self.form.changed.connect(self._take)
        self._body.addWidget(self.form)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.hint_icon = IconLabel("info", "accent")
        row.addWidget(self.hint_icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        self.hint = Text("", "small", "secondary", wrap=True)
        self.safe_link = LinkButton("Set to the safe range", small=True)
        self.safe_link.clicked.connect(lambda: self._take(made_safe(self._step)))
        column.addWidget(self.hint)
        column.addWidget(self.safe_link, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        self._body.addLayout(row)

    # Changing

    def _take(self, step: Step) -> None:
        self.set_step(step)
        self.step_changed.emit(step)

    def _switch(self, on: bool) -> None:
        self._take(self._step.changed(enabled=on))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Escape and self._dragging:
            self.give_up_drag()
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_requested.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif control and key == Qt.Key.Key_D:
            self.copied.emit()
        elif key == Qt.Key.Key_Delete:
            self.deleted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(not self._open)
        else:
            super().keyPressEvent(event)

    # Mouse: a click opens, a drag moves

    def mousePressEvent(self, event: QMouseEvent) -> None:
        in_head = event.position().y() <= _HEAD
        if event.button() is Qt.MouseButton.LeftButton and in_head:
            self._press = event.globalPosition().toPoint()
            self.grip = int(event.position().y())
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        now = event.globalPosition().toPoint()
        far = (now - self._press).manhattanLength() >= QApplication.startDragDistance()
        if not self._dragging and far:
            self._dragging = True
            self.drag_started.emit()
        if self._dragging:
            self.drag_moved.emit(now)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        if self._dragging:
            self._end_drag(True)
        else:
            self._press = None
            self.opened.emit(not self._open)

    def give_up_drag(self) -> None:
        """End a drag; everything stays where it was."""
        if self._dragging:
            self._end_drag(False)

    def _end_drag(self, keep: bool) -> None:
        self._press, self._dragging = None, False
        self.drag_ended.emit(keep)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter, rect = QPainter(self), QRectF(self.rect())
        if self._lifted:
            rounded(painter, rect, R2, t.selection, t.accent, 1, Qt.PenStyle.DashLine)
        elif self._open:
            rounded(painter, rect, R2, t.raised, t.accent, 2)
        else:
            hover = self.underMouse() and not self.toggle.underMouse()
            rounded(painter, rect, R2, t.hover if hover else t.raised, t.edge)
