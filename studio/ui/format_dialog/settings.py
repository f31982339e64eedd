"""The left side of the dialog: the format, why, and what can be said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.spec import Parameter, Spec, parameters
from studio.ui.forms import SpecForm
from studio.ui.tokens import S2
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fold import Fold
from studio.ui.widgets.panel import Panel
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

WIDTH = 360
_CONTROL = 176
IN_HEADINGS = ("table", "file_column", "label_columns", "split_column", "group_column")
"""Options of a table that are chosen elsewhere."""

_HAND = "Nothing speaks for it; the rows show whether it fits."
Offers = Mapping[str, Sequence[tuple[str, str]]]


class SettingsPanel(Panel):
    """Format, reason, form; an option of which the values are known is a list of them.

    Signals:
        kind_chosen(str): another format.
        changed(object): names and values that a person changed in the form.
        error_changed(str): what is not allowed in a field, or nothing any more.
    """

    kind_chosen = Signal(str)
    changed = Signal(object)
    error_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("left", "", WIDTH, scroll=True, bar=False, parent=parent)
        section = self.add_section("Format")
        self.kind = Combo(name="Format")
        self.kind.chosen.connect(lambda kind: self.kind_chosen.emit(str(kind)))
        self.reason = Text("", "small", "secondary", wrap=True)
        section.add(self.kind)
        section.add(self.reason)
        part = self.add_section("How it is read", line="none")
        self.nothing = Text("There is nothing to set in this format.", tone="secondary", wrap=True)
        part.add(self.nothing)
        self._hold = QVBoxLayout()
        self._hold.setSpacing(S2)
        part.add(self._hold)
        self.add_stretch()
        self.forms: list[SpecForm] = []
        self.offered: dict[str, Combo] = {}
        self._made: list[QWidget] = []
        self._shape: tuple[object, ...] = ()
        self._spec: Spec | None = None

    def show_format(self, kind: str, titles: Sequence[tuple[str, str]], reason: str) -> None:
        """All formats, the one that is looked at, and what speaks for it."""
        self.kind.set_items(titles, kind)
        self.reason.setText(reason or _HAND)

    def show_options(self, spec: Spec | None, offers: Offers) -> None:
        """The form of these options; that of another format is made anew."""
        shape = (type(spec), *offers)
        if shape != self._shape:
            self._shape = shape
            self._build(spec, offers)
        self._spec = spec
        if spec is None:
            return
        for name, combo in self.offered.items():
            _show_offer(combo, offers[name], str(getattr(spec, name)))
        for form in self.forms:
            if not form.has_error():
                form.set_spec(spec)

    def has_error(self) -> bool:
        """Whether a field holds something that is not allowed."""
        return any(form.has_error() for form in self.forms)

    def control(self, name: str) -> QWidget:
        """The control of an option."""
        if name in self.offered:
            return self.offered[name]
        return next(form.field(name) for form in self.forms if name in form.names())

    def _build(self, spec: Spec | None, offers: Offers) -> None:
        for widget in self._made:
            widget.hide()
            widget.deleteLater()
        self.forms, self.offered, self._made = [], {}, []
        self.nothing.setVisible(spec is None)
        if spec is None:
            return
        known = {p.name: p for p in parameters(type(spec))}
        elsewhere = IN_HEADINGS if "file_column" in known else ()
        for name in (n for n in known if n in offers):
            self._keep(self._offer_row(known[name]))
        names = [name for name in known if name not in elsewhere and name not in offers]
        plain, more = (SpecForm(spec, advanced=a, names=names) for a in (False, True))
        self._hold.addWidget(plain)
        self._made += [plain, more]
        self.forms = [plain]
        if more.is_empty():
            more.setParent(self)
            more.hide()
        else:
            fold = Fold("More")
            fold.add(more)
            self.body.insertWidget(self.body.count() - 1, fold)
            self._made.append(fold)
            self.forms.append(more)
        for form in self.forms:
            form.changed.connect(partial(self._take, form))
            form.error_changed.connect(self.error_changed)

    def _keep(self, row: QWidget) -> None:
        self._hold.addWidget(row)
        self._made.append(row)

    def _take(self, source: SpecForm, spec: Spec) -> None:
        before = self._spec
        if before is None:
            return
        values = spec.model_dump()
        # Of what is in the other form it does not know yet.
        changed = {n: v for n, v in values.items() if n in source.names()}
        changed = {n: v for n, v in changed.items() if v != getattr(before, n)}
        self._spec = spec
        if changed:
            self.changed.emit(changed)

    def _take_offer(self, name: str, value: object) -> None:
        self.changed.emit({name: value})

    def _offer_row(self, known: Parameter) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S2)
        combo = Combo()
        combo.setFixedWidth(_CONTROL)
        describe(combo, known.title, "", known.help)
        combo.chosen.connect(partial(self._take_offer, known.name))
        line.addWidget(Text(known.title, tone="secondary"), 1)
        line.addWidget(combo)
        self.offered[known.name] = combo
        return row


def _show_offer(combo: Combo, items: Sequence[tuple[Any, str]], value: str) -> None:
    if value not in dict(items):
        items = [(value, value.replace(",", ", ")), *items]
    combo.set_items(items, value)
