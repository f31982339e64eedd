"""The right panel: one network, its input, its settings, its weights and its layers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.input import CHANNELS, FITS, InputSpec
from studio.core.results import NetworkSummary
from studio.core.spec import parameters
from studio.models.architectures.pretrained import TRANSFERS, PretrainedSpec
from studio.models.facts import facts_of
from studio.models.registry import ArchitectureSpec, output_keys
from studio.ui.forms import SpecForm
from studio.ui.jobs import Jobs
from studio.ui.panes.common import chain
from studio.ui.panes.model.blocks import BlockSlider
from studio.ui.panes.model.catalogue import amount
from studio.ui.panes.model.layers import LayerTable
from studio.ui.panes.model.weights_box import WeightsBox
from studio.ui.tokens import MEDIUM
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.fold import Fold
from studio.ui.widgets.numbers import count, picture_size
from studio.ui.widgets.panel import Panel, Section
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe

WIDTH = 396
_OWN = ("weights", "transfer", "trained_blocks")
"""Settings of a backbone that have controls of their own."""


class Details(Panel):
    """One network as it would be used.

    Signals:
        spec_edited(object): the person changed a setting of the network.
        input_edited(object): the person changed the network's input.
        use_requested(): the button was pressed.
        weights_arrived(): a download is finished.
    """

    spec_edited = Signal(object)
    input_edited = Signal(object)
    use_requested = Signal()
    weights_arrived = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("right", "", WIDTH, scroll=True, parent=parent)
        self._jobs = jobs
        self._spec: ArchitectureSpec | None = None
        self._input = InputSpec()
        self._form: SpecForm | None = None
        self._input_form: SpecForm | None = None
        self._make_head()
        self._make_input()
        self._make_transfer()
        self._make_settings()
        self._make_layers()
        self._make_foot()

    # --- layout -----------------------------------------------------------------------------------

    def _make_head(self) -> None:
        self.authors = ElidedLabel("", "small", "secondary", mode=Qt.TextElideMode.ElideRight)
        self.bar.row.setStretch(0, 0)
        self.bar.row.setSpacing(8)
        self.bar.add(self.authors, 1)
        section = self.add_section()
        self.sentence = Text("", wrap=True)
        section.add(self.sentence)
        section.body.addSpacing(4)
        self._facts: dict[str, Text] = {}
        row = QHBoxLayout()
        for name in ("Input", "Multiply-adds", "Parameters", "Weights"):
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(Text(name, "small", "secondary"))
            value = Text("", weight=MEDIUM)
            self._facts[name] = value
            if name == "Weights":
                line = QHBoxLayout()
                line.setSpacing(4)
                self.weights_icon = IconLabel("good", "good")
                line.addWidget(self.weights_icon)
                line.addWidget(value)
                column.addLayout(line)
            else:
                column.addWidget(value)
            row.addLayout(column)
            if name != "Weights":
                row.addStretch(1)
        section.add(row)
        self.input_problem = Text("", "small", "bad", wrap=True)
        self.input_problem.hide()
        section.add(self.input_problem)

    def _make_input(self) -> None:
        section = self.add_section()
        section.body.setContentsMargins(0, 4, 0, 4)
        section.body.setSpacing(0)
        self.input_fold = Fold("Input of the network")
        section.add(self.input_fold)
        self.weights_fold = Fold("Weights")
        self.weights = WeightsBox(self._jobs)
        self.weights.weights_chosen.connect(lambda text: self._edit(weights=text))
        self.weights.arrived.connect(self.weights_arrived)
        self.weights_fold.add(self.weights)
        section.add(self.weights_fold)

    def _make_transfer(self) -> None:
        self.transfer_section = self.add_section("Transfer")
        self.transfer = SegmentedControl(list(TRANSFERS.items()), name="Transfer", fill=True)
        self.transfer_words = Text("", weight=MEDIUM)
        self.transfer_label = Text("Trains", tone="secondary")
        row = QHBoxLayout()
        row.addWidget(self.transfer_label)
        row.addStretch(1)
        row.addWidget(self.transfer_words)
        self.blocks = BlockSlider()
        for item in (self.transfer, row, self.blocks):
            self.transfer_section.add(item)
        self.transfer.changed.connect(lambda key: self._edit(transfer=key))
        self.blocks.count_changed.connect(lambda n: self._edit(trained_blocks=max(1, n)))

    def _make_settings(self) -> None:
        self.settings = self.add_section()

    def _make_layers(self) -> None:
        section = self.add_section("Layers", " ", line="none")
        self.layers_section = section
        self.layers_note = Text("", "small", "secondary", wrap=True)
        self.table = LayerTable()
        section.add(self.layers_note)
        section.add(self.table)
        self.add_stretch()

    def _make_foot(self) -> None:
        foot = Section(line="top")
        self.use_note = Text("", "small", "secondary", wrap=True)
        self.use_button = Button("Use this model", kind="primary", size="big")
        describe(self.use_button, "Use this model", "Enter",
                 "The next training trains this network.")  # fmt: skip
        self.use_button.clicked.connect(lambda: self.use_requested.emit())
        foot.add(self.use_note)
        foot.add(self.use_button)
        self.set_foot(foot)

    # --- showing ----------------------------------------------------------------------------------

    def show_network(self, spec: ArchitectureSpec, input: InputSpec) -> None:
        """Show a network with its settings; a form is remade only for another kind."""
        other = self._spec is None or type(spec) is not type(self._spec)
        self._spec, self._input = spec, input
        if other:
            self.set_title(spec.title)
            self.authors.setText(f"{short_authors(spec.authors)}, {spec.year}")
            self.authors.setToolTip(f"{spec.authors}, {spec.year}: {spec.paper}")
            self.sentence.setText(spec.sentence)
            self._remake_form(spec)
        elif self._form is not None:
            self._form.set_spec(spec)
        self._show_input(spec, input)
        pretrained = isinstance(spec, PretrainedSpec)
        self.transfer_section.setVisible(pretrained)
        self.weights_fold.setVisible(pretrained)
        if isinstance(spec, PretrainedSpec):
            self.transfer.set_current(spec.transfer)
            names = [name for name, _ in facts_of(spec.kind).blocks]
            self.blocks.set_blocks(names, spec.transfer, spec.trained_blocks)
            self.weights.show_spec(spec, input)
            self.weights_fold.set_summary(self.weights.summary())
            if other:
                self.weights_fold.set_open(self.weights.status.state != "here")
        self._show_weights_fact(spec)

    def show_summary(
        self, summary: NetworkSummary | None, outputs: dict[str, int], note: str = ""
    ) -> None:
        """Show the layer table, or ``note`` instead of it while there is none."""
        heads = {key: f"Output “{name}”" for name, key in output_keys(outputs).items()}
        self.table.set_summary(summary, heads)
        self.table.setVisible(summary is not None)
        self.layers_note.setText(note)
        self.layers_note.setVisible(bool(note))
        if summary is None:
            self.layers_section.set_note("")
            self._show_known_sizes()
            self._show_trained(None)
            return
        layers = sum(max(1, len(node.children)) for node in summary.layers)
        blocks = sum(1 for node in summary.layers if node.children)
        words = count(layers, "layer")
        self.layers_section.set_note(f"{words} in {count(blocks, 'block')}" if blocks else words)
        self._facts["Multiply-adds"].setText(amount(summary.multiply_adds or 0))
        self._facts["Parameters"].setText(amount(summary.parameters))
        self._show_trained(summary)

    def show_use(self, text: str, enabled: bool, note: str = "") -> None:
        """What the button says, whether it can be pressed, and a sentence above it."""
        self.use_button.setText(text)
        self.use_button.setEnabled(enabled)
        self.use_note.setText(note)
        self.use_note.setVisible(bool(note))

    def show_input_problem(self, message: str) -> None:
        """Say why the network cannot take such an input; empty where it can."""
        self.input_problem.setText(message)
        self.input_problem.setVisible(bool(message))
        if message:
            self.input_fold.set_open(True)

    # --- inside -----------------------------------------------------------------------------------

    def _edit(self, **values: Any) -> None:
        if self._spec is not None:
            spec = self._spec.changed(**values)
            if spec != self._spec:
                self.spec_edited.emit(spec)

    def _remake_form(self, spec: ArchitectureSpec) -> None:
        if self._form is not None:
            self.settings.body.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        names = [p.name for p in parameters(type(spec)) if p.name not in _OWN]
        self._form = SpecForm(spec, names=names, control_width=96)
        self._form.changed.connect(self.spec_edited)
        self.settings.add(self._form)
        self.settings.setVisible(not self._form.is_empty())
        controls = [self._form.field(name) for name in self._form.names()]
        chain(self.blocks.slider, *controls, self.table, self.use_button)

    def _show_input(self, spec: ArchitectureSpec, input: InputSpec) -> None:
        if self._input_form is None:
            self._input_form = SpecForm(input, control_width=96)
            self._input_form.changed.connect(self.input_edited)
            self.input_fold.add(self._input_form)
        self._input_form.set_spec(input)
        self._facts["Input"].setText(picture_size(input.width, input.height))
        colour = CHANNELS[input.channels].lower()
        self.input_fold.set_summary(
            f"{picture_size(input.width, input.height)}, {colour}, {FITS[input.fit].lower()}"
        )

    def _show_weights_fact(self, spec: ArchitectureSpec) -> None:
        fact = self._facts["Weights"]
        if not isinstance(spec, PretrainedSpec):
            fact.setText("from scratch")
            self.weights_icon.hide()
            return
        here = self.weights.status.state == "here"
        self.weights_icon.set_icon("good" if here else "download", "good" if here else "warning")
        self.weights_icon.show()
        fact.setText("ImageNet" if spec.weights == "imagenet" else "local file")

    def _show_known_sizes(self) -> None:
        """Sizes that were measured beforehand, where nothing was changed; else they are awaited."""
        spec, work, size = self._spec, "…", "…"
        if spec is not None:
            usual = spec.default_input
            same = self._input.shape == usual.shape and all(
                getattr(spec, p.name) == p.default
                for p in parameters(type(spec))
                if p.name not in _OWN
            )
            if same:
                facts = facts_of(spec.kind)
                work, size = amount(facts.multiply_adds), amount(facts.parameters)
        self._facts["Multiply-adds"].setText(work)
        self._facts["Parameters"].setText(size)

    def _show_trained(self, summary: NetworkSummary | None) -> None:
        trained = self.blocks.row.trained()
        first = trained[0] if trained else "head"
        spec = self._spec
        transfer = spec.transfer if isinstance(spec, PretrainedSpec) else ""
        words = {
            "features": "the outputs only", "whole": "everything",
        }.get(transfer, f"{first} on")  # fmt: skip
        if summary is not None:
            share = f"{amount(summary.trainable_parameters)} of {amount(summary.parameters)}"
            words = f"{words}: {share}"
        self.transfer_label.setText("Train from" if transfer == "last-blocks" else "Trains")
        self.transfer_words.setText(words)


def short_authors(authors: str) -> str:
    """The first of three or more authors “and others”; the tooltip has them all."""
    first, comma, _ = authors.partition(", ")
    return f"{first} and others" if comma else authors
