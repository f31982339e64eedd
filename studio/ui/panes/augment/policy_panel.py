"""The left panel: preset, steps, load and save."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.augment import presets
from studio.augment.policy import Policy
from studio.ui.panes.augment.step_list import StepList
from studio.ui.tokens import S2
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.panel import Bar, Panel
from studio.ui.widgets.tips import describe

_OWN = ""


class PolicyPanel(Panel):
    """Shows a policy.

    Signals:
        preset_chosen(str): a key of ``presets.TITLES``.
        catalogue_requested, load_requested, save_requested: a button was pressed.
    """

    preset_chosen = Signal(str)
    catalogue_requested = Signal()
    load_requested = Signal()
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("left", "Policy", 304, parent=parent)
        self._base = "none"
        self.bar.row.setContentsMargins(16, 0, 16, 0)
        self.preset = Combo(name="Preset")
        self.preset.setFixedWidth(160)
        self.preset.chosen.connect(self._choose)
        self.bar.add(self.preset)
        self.steps = StepList()
        self.add(self.steps, 1)
        self.add_button = Button("Add a step", "plus")
        describe(self.add_button, "Add a step", "", "Opens the catalogue of augmenters.")
        self.add_button.clicked.connect(lambda: self.catalogue_requested.emit())
        self.steps.body.insertWidget(self.steps.body.indexOf(self.steps.note), self.add_button)
        self.add_button.hide()
        self.set_foot(self._make_foot())

    def _make_foot(self) -> Bar:
        foot = Bar(foot=True)
        foot.row.setContentsMargins(S2, 0, S2, 0)
        self.load_button = Button("Load", "download", "quiet", "small")
        describe(self.load_button, "Load a policy", "", "Reads the steps from a JSON file.")
        self.save_button = Button("Save as…", "export", "quiet", "small")
        describe(self.save_button, "Save the policy", "", "Writes the steps to a JSON file.")
        self.load_button.clicked.connect(lambda: self.load_requested.emit())
        self.save_button.clicked.connect(lambda: self.save_requested.emit())
        foot.add(self.load_button)
        foot.add(self.save_button)
        foot.add_stretch()
        return foot

    def set_policy(self, policy: Policy) -> None:
        """Show a policy and the preset that it is, or came from."""
        self.steps.set_steps(policy.steps)
        exact = presets.preset_of(policy)
        if exact:
            self._base = exact
        items: list[str | tuple[object, str]] = list(presets.TITLES.items())
        if not exact:
            came_from = presets.TITLES.get(self._base, "")
            own = f"{came_from}, changed" if came_from and self._base != "none" else "Your own"
            items.insert(0, (_OWN, own))
        self.preset.set_items(items, exact or _OWN)

    def set_catalogue_shown(self, shown: bool) -> None:
        """Offer to open the catalogue only while it is closed."""
        self.add_button.setVisible(not shown)

    def _choose(self, key: object) -> None:
        if key != _OWN:
            self._base = str(key)
            self.preset_chosen.emit(str(key))
