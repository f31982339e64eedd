"""A spec as a form: every declared parameter becomes the control that suits it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.errors import SpecError
from studio.core.spec import Parameter, Spec, bounds_words, parameters
from studio.ui.tokens import MEDIUM, S2
from studio.ui.widgets import numbers
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fields import Field, SpinField
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.sliders import RangeSlider, Slider
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.toggle import Toggle

_WIDEST = 176
_NARROW = 150
"""What a choice of segments may take in the card of a step."""
_SEGMENTS = 3
_SEGMENT_CHARACTERS = 26


@dataclass
class FormRow:
    """One parameter's row: its control, how to show a value, and where its error stands."""

    parameter: Parameter
    control: QWidget
    show: Callable[[Any], None]
    row: QWidget
    error: Text
    value_label: Text | None = None


class SpecForm(QWidget):
    """Draws a form from `core.spec.parameters()` and gives a valid spec for every change.

    `slider=True` draws bounded numbers as sliders with the value above, else as fields with the
    unit inside. `names` picks and orders fields; `advanced=False` leaves advanced ones out (None
    shows all, True shows only advanced ones). Fields without a form ("other") are left out and
    keep their value.

    Signals:
        changed(object): a new valid, frozen spec.
        error_changed(str): the first error in the form, or "".
        released(): a slider was let go (redraw at full quality).
    """

    changed = Signal(object)
    error_changed = Signal(str)
    released = Signal()

    def __init__(
        self,
        spec: Spec | type[Spec],
        slider: bool = False,
        advanced: bool | None = None,
        names: Sequence[str] | None = None,
        control_width: int = 112,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._spec: Spec = spec if isinstance(spec, Spec) else spec()
        self._slider, self._width = slider, control_width
        self._rows: dict[str, FormRow] = {}
        self._errors: dict[str, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12 if slider else S2)
        known = {p.name: p for p in parameters(type(self._spec)) if p.kind != "other"}
        order = list(names) if names is not None else list(known)
        for name in order:
            if name in known and (advanced is None or known[name].advanced == advanced):
                self._add(known[name])
        self._align()
        self.set_spec(self._spec)

    # The spec

    def spec(self) -> Spec:
        """The last valid spec."""
        return self._spec

    def set_spec(self, spec: Spec) -> None:
        """Show another spec of the same type, without a signal."""
        self._spec = spec
        for name, row in self._rows.items():
            value = getattr(spec, name)
            row.show(value)
            self._show_value(row, value)
            self._set_error(name, "")

    def has_error(self) -> bool:
        """Whether a field holds something that is not allowed."""
        return bool(self._errors)

    def is_empty(self) -> bool:
        """Whether there is nothing to set."""
        return not self._rows

    def names(self) -> list[str]:
        """The fields shown, in order."""
        return list(self._rows)

    def field(self, name: str) -> QWidget:
        """The control of a field."""
        return self._rows[name].control

    def row(self, name: str) -> QWidget:
        """The whole row of a field: label, control, error."""
        return self._rows[name].row

    def error_of(self, name: str) -> str:
        """The error of a field; "" for none."""
        return self._errors.get(name, "")

    # Building

    def _add(self, p: Parameter) -> None:
        make = {
            "int": self._number,
            "float": self._number,
            "interval": self._interval,
            "bool": self._bool,
            "choice": self._choice,
            "text": self._text,
        }[p.kind]
        control, show = make(p)
        _describe(control, p)
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        stacked = isinstance(control, (Slider, RangeSlider))
        # Beside a list, in the card of a step in a group, there may be little room.
        label = Text(p.title, tone="secondary", wrap=self._slider and not stacked)
        label.setToolTip(control.toolTip())
        label.setBuddy(control)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        value = Text("", weight=MEDIUM) if stacked else None
        head = QHBoxLayout()
        head.setSpacing(S2)
        head.addWidget(label, 1)
        head.addWidget(value if value is not None else control)
        column.addLayout(head)
        if stacked:
            column.addWidget(control)
        error = Text("", "small", "bad", wrap=True)
        error.setMinimumHeight(0)
        error.hide()
        column.addWidget(error)
        self._rows[p.name] = FormRow(p, control, show, holder, error, value)
        self._column.addWidget(holder)

    def _align(self) -> None:
        """Give all fields and lists one width, so that they stand in a column."""
        fields = [r.control for r in self._rows.values() if isinstance(r.control, (Field, Combo))]
        hints = [c.sizeHint().width() for c in fields if isinstance(c, Combo)]
        width = max(self._width, min(max(hints, default=0), _WIDEST))
        for control in fields:
            control.setFixedWidth(width)

    def _number(self, p: Parameter) -> tuple[QWidget, Callable[[Any], None]]:
        bounded = p.minimum is not None and p.maximum is not None
        step = p.step if p.step is not None else (1.0 if p.kind == "int" else 0.01)
        if self._slider and bounded:
            assert p.minimum is not None and p.maximum is not None
            slider = Slider(p.minimum, p.maximum, step, p.log and p.minimum > 0)
            slider.number_changed.connect(
                lambda number: self._take(p.name, int(number) if p.kind == "int" else number)
            )
            slider.released.connect(self.released)
            return slider, slider.set_number
        field = SpinField(
            p.default if p.default is not None else p.minimum or 0,
            p.minimum,
            p.maximum,
            step,
            p.unit,
            p.log,
            integer=p.kind == "int",
            describe_range=lambda: bounds_words(p),
        )
        field.value_changed.connect(lambda value: self._take(p.name, value))
        field.error_changed.connect(lambda message: self._set_error(p.name, message))
        return field, lambda value: field.set_value(value if value is not None else 0)

    def _interval(self, p: Parameter) -> tuple[QWidget, Callable[[Any], None]]:
        low, high = p.default
        minimum = p.minimum if p.minimum is not None else min(low, 0.0)
        maximum = p.maximum if p.maximum is not None else max(high, 1.0)
        step = p.step if p.step is not None else (maximum - minimum) / 100
        slider = RangeSlider(minimum, maximum, step, p.safe)
        slider.interval_changed.connect(lambda a, b: self._take(p.name, (a, b)))
        slider.released.connect(self.released)
        return slider, lambda value: slider.set_interval(*value)

    def _bool(self, p: Parameter) -> tuple[QWidget, Callable[[Any], None]]:
        toggle = Toggle()
        toggle.clicked.connect(lambda on: self._take(p.name, bool(on)))
        return toggle, lambda value: toggle.setChecked(bool(value))

    def _choice(self, p: Parameter) -> tuple[QWidget, Callable[[Any], None]]:
        choices = p.choices or {p.default: str(p.default)}
        items = [(key, words) for key, words in choices.items()]
        letters = sum(len(words) for _, words in items)
        if len(items) <= _SEGMENTS and letters <= _SEGMENT_CHARACTERS:
            segments = SegmentedControl(items)
            # Fields stand in one column; what is wider than it is a list to choose from.
            if segments.sizeHint().width() <= (_NARROW if self._slider else self._width):
                segments.changed.connect(lambda key: self._take(p.name, key))
                return segments, segments.set_current
            segments.deleteLater()
        combo = Combo(items)
        combo.chosen.connect(lambda key: self._take(p.name, key))
        return combo, combo.set_current

    def _text(self, p: Parameter) -> tuple[QWidget, Callable[[Any], None]]:
        field = Field()
        field.textEdited.connect(lambda text: self._take(p.name, text))

        def show(value: Any) -> None:
            if field.text() != str(value or ""):
                field.setText(str(value or ""))

        return field, show

    # Changing

    def _take(self, name: str, value: Any) -> None:
        """A control has a new value: keep it if the spec allows it, else say why not."""
        row = self._rows[name]
        try:
            spec = self._spec.changed(**{name: value})
        except SpecError as error:
            self._set_error(name, error.message)
            return
        self._set_error(name, "")
        self._show_value(row, value)
        if spec != self._spec:
            self._spec = spec
            self.changed.emit(spec)

    def _show_value(self, row: FormRow, value: Any) -> None:
        if row.value_label is not None:
            row.value_label.setText(value_words(row.parameter, value))
            row.control.setAccessibleDescription(row.value_label.text())

    def _set_error(self, name: str, message: str) -> None:
        row = self._rows[name]
        row.error.setText(message)
        row.error.setVisible(bool(message))
        if isinstance(row.control, Field):
            row.control.set_error(message)
        before = next(iter(self._errors.values()), "")
        if message:
            self._errors[name] = message
        else:
            self._errors.pop(name, None)
        now = next(iter(self._errors.values()), "")
        if now != before:
            self.error_changed.emit(now)


def value_words(p: Parameter, value: Any) -> str:
    """A parameter's value in words: "−25 … 25°", "80 %", "on", a choice's name."""
    if value is None:
        return "not set"
    if p.kind == "bool":
        return "on" if value else "off"
    if p.kind == "choice":
        return str((p.choices or {}).get(value, value))
    if p.kind == "interval":
        low, high = (_number_words(p, end) for end in value)
        gap = "" if p.unit == "°" else " "
        if p.unit == "°":
            return f"{low}° {numbers.ELLIPSIS} {high}°"
        return f"{low} {numbers.ELLIPSIS} {high}{gap}{p.unit}".strip()
    if p.kind in ("int", "float"):
        gap = "" if p.unit == "°" or not p.unit else " "
        return f"{_number_words(p, value)}{gap}{p.unit}"
    return str(value)


def _number_words(p: Parameter, value: float) -> str:
    if p.kind == "int":
        return numbers.number(int(value))
    if p.step is not None and not p.log:
        return numbers.number(float(value), numbers.decimals(p.step))
    return numbers.significant(float(value))


def _describe(control: QWidget, p: Parameter) -> None:
    words = bounds_words(p) if p.kind in ("int", "float") and p.minimum is not None else ""
    sentence = " ".join(part for part in (p.help, f"{words}." if words else "") if part)
    describe(control, p.title, "", sentence)
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if isinstance(control, SegmentedControl):
        control.setFocusPolicy(Qt.FocusPolicy.NoFocus)
