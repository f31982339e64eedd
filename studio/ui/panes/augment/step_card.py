"""One step of the policy as a card: a head that is always there, a form when it is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.augment.groups import Group
from studio.augment.step import Step, made_safe, unsafe_parameters
from studio.core.spec import Interval, parameters
from studio.ui.forms import SpecForm
from studio.ui.panes.augment.advice import Advice
from studio.ui.panes.augment.card_advice import AdviceList
from studio.ui.panes.augment.card_base import CardBase
from studio.ui.panes.augment.card_column import CardColumn
from studio.ui.panes.augment.card_head import HEIGHT, CardHead
from studio.ui.tokens import S2, S3
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.sliders import RangeSlider
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.toggle import Toggle

_CHANCE = "probability"
_SAFE = "set to the safe range"
_KEYS = (
    "Enter opens it, Alt+Up and Alt+Down move it, Alt+Right puts it into the group above and "
    "Alt+Left out of its group, Ctrl+D copies it, Ctrl+G groups it, Delete removes it."
)

_USES = (
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.ContextMenu,
    QEvent.Type.FocusIn, QEvent.Type.Enter,
)  # fmt: skip


class StepCard(CardBase):
    """A card. The head opens and closes it, and is dragged to another place.

    A card is an empty frame until it is seen or used, so that a hundred of them come at once.
    The card of a group holds the cards of its members in ``column`` once it was opened.

    Signals:
        built: it has its parts now.
        step_changed(object): the step with other settings, from the form or the switch.
        add_requested: the person wants another step in this group.
        advice_acted(str): the link of an advice was pressed.
        released: a slider was let go.
    """

    built = Signal()
    step_changed = Signal(object)
    add_requested = Signal()
    advice_acted = Signal(str)
    released = Signal()

    _head: CardHead | None = None  # of the class: events come while Qt makes the widget
    _waits = False

    def __init__(self, step: Step, make_card: Callable[[Step], StepCard] | None = None) -> None:
        super().__init__()
        self._step, self._make_card = step, make_card
        self._advice: dict[str, tuple[Advice, ...]] = {}
        self._marks: dict[str, Interval] = {}
        self.form: SpecForm | None = None
        self.column: CardColumn | None = None
        self.setMinimumHeight(HEIGHT)
        self._show_step()

    # Its parts

    @property
    def head(self) -> CardHead:
        """The row that is always to be seen; made now where it was not yet."""
        return self.build()

    def build(self) -> CardHead:
        """Make its parts, where it has none yet."""
        if self._head is not None:
            return self._head
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = self._head = self._make_head()
        outer.addWidget(head)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(13, 4, 13, 13)
        self._body.setSpacing(S3)
        self._holder = QWidget(self)
        self._holder.setLayout(self._body)
        self._holder.hide()
        outer.addWidget(self._holder)
        self.setMinimumHeight(0)
        before: QWidget = self
        for part in (head.toggle, head.copy_button, head.delete_button, head.more_button):
            QWidget.setTabOrder(before, part)
            before = part
        head.show()
        self._show_step()
        self.built.emit()
        return head

    def _make_head(self) -> CardHead:
        head = CardHead(self._step, self)
        head.toggle.clicked.connect(self._switch)
        head.copy_button.clicked.connect(lambda: self.copied.emit())
        head.delete_button.clicked.connect(lambda: self.deleted.emit())
        more = head.more_button
        more.clicked.connect(
            lambda: self.menu_requested.emit(more.mapToGlobal(more.rect().bottomLeft()))
        )
        return head

    def event(self, event: QEvent) -> bool:
        if self._head is None and event.type() in _USES:
            self.build()
        elif self._head is None and event.type() is QEvent.Type.Paint and not self._waits:
            self._waits = True  # nothing can be added to a widget while it is painted
            QTimer.singleShot(0, self, lambda: self.head)
        return super().event(event)

    @property
    def toggle(self) -> Toggle:
        """The switch."""
        return self.head.toggle

    @property
    def title(self) -> Text:
        """The name."""
        return self.head.title

    @property
    def warning(self) -> IconLabel:
        """The mark of a warning, while closed."""
        return self.head.warning

    @property
    def summary(self) -> ElidedLabel:
        """The values, while closed."""
        return self.head.summary

    @property
    def copy_button(self) -> IconButton:
        """Duplicates."""
        return self.head.copy_button

    @property
    def delete_button(self) -> IconButton:
        """Deletes."""
        return self.head.delete_button

    @property
    def more_button(self) -> IconButton:
        """Opens the menu."""
        return self.head.more_button

    # What it shows

    @property
    def step(self) -> Step:
        """The step with its settings now."""
        return self._step

    def set_step(self, step: Step) -> None:
        """Show other settings of the same kind, without a signal."""
        if step == self._step:
            return
        self._step = step
        self._show_step()
        if self.form is not None and self.form.spec() != step:
            self.form.set_spec(step)
        if self.column is not None and isinstance(step, Group):
            self.column.set_steps(step.steps)

    def set_open(self, on: bool) -> None:
        """Show or hide the form, without a signal."""
        if self._head is None and not on:
            return
        if on and self.form is None:
            self._make_form()
        self._open = on
        self._holder.setVisible(on)
        self._show_step()
        self.updateGeometry()

    def set_lifted(self, on: bool) -> None:
        """Leave only the card's outline while it is dragged."""
        self._lifted = on
        self.head.setVisible(not on)
        self._holder.setVisible(self._open and not on)
        self.setMinimumHeight(HEIGHT if on else 0)
        self.update()

    def set_marks(self, marks: Mapping[str, Interval]) -> None:
        """Measured safe ends, setting → interval, which count instead of the spec's."""
        if dict(marks) == self._marks:
            return
        self._marks = dict(marks)
        self._draw_marks()
        self._show_step()

    def set_advice(self, advice: Sequence[Advice], source: str = "") -> None:
        """What one source says of the step; shown after what others say."""
        if self._advice.get(source, ()) != tuple(advice):
            self._advice[source] = tuple(advice)
            self._show_step()

    def advice(self) -> list[Advice]:
        """What is said of the step; without any, what its spec knows."""
        said = list(chain.from_iterable(self._advice.values()))
        unsafe = bool(unsafe_parameters(self._step, self._marks)) and self._step.enabled
        if unsafe and not self._marks:
            words = "Beyond the mark, pictures may no longer show what their class says."
            return [Advice(_SAFE, "warning", words, "Set to the safe range"), *said]
        return said or [Advice("", "info", self._step.help)]

    def _show_step(self) -> None:
        step, advice = self._step, self.advice()
        warnings = [each.words for each in advice if each.kind == "warning"]
        if self._head is not None:
            self._head.show_step(step, self._open, warnings)
        state = "" if step.enabled else ", off"
        self.setAccessibleName(f"{step.title}, {step.summary()}{state}")
        self.setAccessibleDescription(_KEYS)
        if self.form is not None:
            self.lines.show_all(advice)

    def _make_form(self) -> None:
        self.build()
        known = parameters(type(self._step))
        sliders = [p.name for p in known if p.kind in ("interval", "int", "float")]
        others = [p.name for p in known if p.name not in sliders]
        names = [n for n in sliders if n != _CHANCE] + [_CHANCE] + others
        self.form = SpecForm(self._step, slider=True, names=names)
        self.form.changed.connect(self._take)
        self.form.released.connect(self.released)
        self._body.addWidget(self.form)
        if isinstance(self._step, Group) and self._make_card is not None:
            self._add_members(self._step)
        self.lines = AdviceList()
        self.lines.acted.connect(self._act)
        self._body.addWidget(self.lines)
        self._draw_marks()

    def _add_members(self, group: Group) -> None:
        assert self._make_card is not None
        # A group inside a group needs the width: only its line is indented.
        self._body.setContentsMargins(9, 4, 7, 9)
        self.column = CardColumn(self._make_card, self)
        self.column.set_steps(group.steps)
        self._body.addWidget(self.column)
        self.add_button = Button("Add a step to this group", "plus", "quiet", "small")
        describe(
            self.add_button, "Add a step to this group", "",
            "Opens the catalogue; what is chosen there goes into this group.",
        )  # fmt: skip
        self.add_button.clicked.connect(lambda: self.add_requested.emit())
        self._body.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._body.setSpacing(S2)

    def _draw_marks(self) -> None:
        if self.form is None:
            return
        for p in parameters(type(self._step)):
            if p.name in self.form.names():
                field = self.form.field(p.name)
                if isinstance(field, RangeSlider):
                    field.set_safe(self._marks.get(p.name, p.safe))

    # Changing

    def _take(self, step: Step) -> None:
        # The form of a group does not know its members.
        if isinstance(step, Group) and isinstance(self._step, Group):
            step = step.model_copy(update={"steps": self._step.steps})
        self.set_step(step)
        self.step_changed.emit(step)

    def _switch(self, on: bool) -> None:
        self._take(self._step.changed(enabled=on))

    def _is_switch_under_mouse(self) -> bool:
        return self._head is not None and self._head.toggle.underMouse()

    def _is_around_open(self) -> bool:
        return self.column is not None and any(card.is_open for card in self.column.cards)

    def _act(self, key: str) -> None:
        if key == _SAFE:
            self._take(made_safe(self._step))
        else:
            self.advice_acted.emit(key)
