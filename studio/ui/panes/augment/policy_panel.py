"""The left panel: preset, steps, and a menu of what can be done with the policy as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.augment import presets
from studio.augment.policy import Policy
from studio.core.paths import display_name
from studio.ui.panes.augment.rand_fields import RandFields
from studio.ui.panes.augment.step_list import StepList
from studio.ui.tokens import S2
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.panel import Bar, Panel
from studio.ui.widgets.text import ElidedLabel
from studio.ui.widgets.tips import describe

_CHANGED = ""
_KEPT = "kept:"


class PolicyPanel(Panel):
    """Shows a policy.

    Signals:
        preset_chosen(str): a key of ``presets.TITLES``.
        own_chosen(str), own_delete_requested(str): the name of a policy that the person has kept.
        rand_changed(int, int): other operations or another magnitude of RandAugment.
        catalogue_requested, load_requested, save_requested, export_requested, copy_requested,
        paste_requested, clear_requested: a button, an entry of the menu or a key.
    """

    preset_chosen = Signal(str)
    own_chosen = Signal(str)
    own_delete_requested = Signal(str)
    rand_changed = Signal(int, int)
    catalogue_requested = Signal()
    load_requested = Signal()
    save_requested = Signal()
    export_requested = Signal()
    copy_requested = Signal()
    paste_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("left", "Policy", 304, parent=parent)
        self._base = "none"
        self._policy = Policy()
        self._own_names: Sequence[str] = ()
        self._own: tuple[str, Policy | None] = ("", None)
        self.bar.row.setContentsMargins(16, 0, 10, 0)
        self.preset = Combo(name="Preset")
        self.preset.setFixedWidth(160)
        self.preset.chosen.connect(self._choose)
        self.bar.add(self.preset)
        self.bar.add(self._make_menu())
        self.rand = RandFields()
        self.rand.changed.connect(self.rand_changed)
        self.rand.hide()
        self.add(self.rand)
        self.steps = StepList()
        self.add(self.steps, 1)
        self.add_button = Button("Add a step", "plus")
        describe(self.add_button, "Add a step", "", "Opens the catalogue of augmenters.")
        self.add_button.clicked.connect(lambda: self.catalogue_requested.emit())
        self.steps.body.insertWidget(self.steps.body.indexOf(self.steps.note), self.add_button)
        self.add_button.hide()
        self.set_foot(self._make_foot())

    def _make_menu(self) -> IconButton:
        self.menu_button = IconButton(
            "more", "More", sentence="Copy, paste and export the policy.", size="small"
        )
        menu = self.menu = Menu(parent=self.menu_button)
        menu.add("Load…", self.load_requested.emit, "download")
        menu.add("Save as…", self.save_requested.emit, "export")
        menu.addSeparator()
        self.export_action = menu.add("Export as Python…", self.export_requested.emit, "notebook")
        self.export_action.setToolTip("A script that needs imgaug alone and gives the same pixels.")
        menu.addSeparator()
        self.copy_action = menu.add("Copy as JSON", self.copy_requested.emit, "copy")
        menu.add("Paste from JSON", self.paste_requested.emit, "paste")
        menu.addSeparator()
        self.clear_action = menu.add("Remove all steps", self.clear_requested.emit, "trash")
        self.forget_action = menu.add("", self._ask_to_forget, "trash")
        self.forget_action.setVisible(False)
        self.menu_button.clicked.connect(
            lambda: menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))
        )
        return self.menu_button

    def _make_foot(self) -> Bar:
        foot = Bar(foot=True)
        foot.row.setContentsMargins(S2, 0, S2, 0)
        self.load_button = Button("Load", "download", "quiet", "small")
        describe(
            self.load_button, "Load a policy", "",
            "Reads the steps from a JSON file: a saved policy, or a pipeline of plain imgaug.",
        )  # fmt: skip
        self.save_button = Button("Save as…", "export", "quiet", "small")
        describe(self.save_button, "Save the policy", "", "Writes the steps to a JSON file.")
        self.load_button.clicked.connect(lambda: self.load_requested.emit())
        self.save_button.clicked.connect(lambda: self.save_requested.emit())
        foot.add(self.load_button)
        foot.add(self.save_button)
        self.said = ElidedLabel("", "small", "secondary")
        foot.add(self.said, 1)
        return foot

    def say(self, words: str) -> None:
        """Tell what was done, until the policy changes."""
        self.said.setText(words)

    def set_policy(self, policy: Policy) -> None:
        """Show a policy and the preset that it is, or came from."""
        self.steps.set_policy(policy)
        self.said.setText("")
        self._policy = policy
        exact = self._show_preset()
        settings = presets.rand_settings(policy) if exact == "rand_augment" else None
        self.rand.setVisible(settings is not None)
        if settings is not None:
            self.rand.set_values(*settings)
        for action in (self.export_action, self.copy_action, self.clear_action):
            action.setEnabled(bool(policy.steps))

    def _show_preset(self) -> str:
        """The list of presets and kept policies; returns the key of the one shown, or nothing."""
        exact = presets.preset_of(self._policy)
        name, kept = self._own
        if name in self._own_names and kept == self._policy:
            exact = _KEPT + name
        if exact:
            self._base = exact
        titles = presets.TITLES | {_KEPT + n: display_name(n) for n in self._own_names}
        items: list[str | tuple[object, str]] = list(titles.items())
        if not exact:
            came_from = titles.get(self._base, "")
            own = f"{came_from}, changed" if came_from and self._base != "none" else "Your own"
            items.insert(0, (_CHANGED, own))
        self.preset.set_items(items, exact or _CHANGED)
        if self._own_names:
            self.preset.insertSeparator(self.preset.count() - len(self._own_names))
        words = presets.HELP.get(exact, "Your own steps; choosing a preset replaces them.")
        is_kept = exact.startswith(_KEPT)
        describe(self.preset, "Preset", "", "A policy that you have kept." if is_kept else words)
        self.forget_action.setVisible(is_kept)
        self.forget_action.setText(f"Delete “{display_name(name)}” from the presets")
        return exact

    def set_own_names(self, names: Sequence[str]) -> None:
        """Offer these kept policies beside the presets."""
        self._own_names = tuple(names)
        self._show_preset()

    def set_own(self, name: str, policy: Policy | None) -> None:
        """What is in one of the kept policies, so that it is known again; None for nothing."""
        self._own = (name, policy)

    def _ask_to_forget(self) -> None:
        self.own_delete_requested.emit(self._own[0])

    def set_catalogue_shown(self, shown: bool) -> None:
        """Offer to open the catalogue only while it is closed."""
        self.add_button.setVisible(not shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no card has taken."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, key: object) -> None:
        chosen = str(key)
        if chosen.startswith(_KEPT):
            self.own_chosen.emit(chosen.removeprefix(_KEPT))
        elif chosen != _CHANGED:
            self._base, self._own = chosen, ("", None)
            self.preset_chosen.emit(chosen)
