"""The Augment pane: compose a policy, and see at once what it makes of one's own pictures."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from studio.augment import presets
from studio.augment.policy_files import load_policy, save_policy
from studio.augment.step import Step
from studio.core.errors import StudioError
from studio.ui.panes.augment import edits
from studio.ui.panes.augment.catalogue import CataloguePanel
from studio.ui.panes.augment.policy_panel import PolicyPanel
from studio.ui.panes.augment.stage import PreviewStage
from studio.ui.panes.augment.thumbnails import StepThumbnails
from studio.ui.session import Session
from studio.ui.widgets.drop import DropOverlay
from studio.ui.widgets.pane_frame import PaneFrame

_FILTER = "Policies (*.json);;All files (*)"


class AugmentPane(QWidget):
    """Shows and changes the session's policy.

    Every change goes through the session, so that it can be undone; what is shown follows the
    session's signals.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._build()
        self.thumbnails = StepThumbnails(session.engines.previewer, self)
        self._connect()
        self._show_policy()

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.panel = PolicyPanel()
        self.catalogue = CataloguePanel()
        self.stage = PreviewStage(self.session, self)
        self.frame = PaneFrame(
            self.stage.work, self.panel, self.catalogue, "Show the steps", "Add a step"
        )
        self.frame.right_button.set_icon("plus")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        self.overlay = DropOverlay(self, self._describe_drop)

    def _connect(self) -> None:
        session, steps = self.session, self.panel.steps
        session.policy_changed.connect(self._show_policy)
        steps.step_changed.connect(self._change_step)
        steps.copy_requested.connect(self._copy_step)
        steps.delete_requested.connect(self._delete_step)
        steps.moved.connect(self._move_step)
        self.panel.preset_chosen.connect(self._take_preset)
        self.panel.catalogue_requested.connect(lambda: self.show_catalogue(True))
        self.panel.load_requested.connect(self._ask_what_to_load)
        self.panel.save_requested.connect(self._ask_where_to_save)
        self.catalogue.chosen.connect(self.add_step)
        self.catalogue.close_requested.connect(lambda: self.show_catalogue(False))
        self.frame.drawers_changed.connect(lambda _left, _right: self._show_catalogue_state())
        self.frame.right_button.toggled.connect(lambda _on: self._show_catalogue_state())
        self.stage.pictures_changed.connect(self._show_catalogue_state)
        self.thumbnails.ready.connect(self.catalogue.set_thumbnails)
        self.overlay.dropped.connect(self._take_drop)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while the pane was hidden."""
        super().showEvent(event)
        self._show_catalogue_state()
        self.stage.catch_up()

    # --- the policy -----------------------------------------------------------------------------

    def add_step(self, kind: type[Step]) -> None:
        """Put a step of that type behind the open one, or at the end, and open it."""
        steps = self.session.policy.steps
        opened = self.panel.steps.open_index
        index = opened + 1 if opened >= 0 else len(steps)
        try:
            policy = edits.inserted(self.session.policy, index, kind())  # type: ignore[call-arg]
        except StudioError as error:
            self.session.failed.emit(error)
            return
        self.session.set_policy(policy, f"Add {kind.title}")
        self.panel.steps.set_open(index)

    def _change_step(self, index: int, step: Step) -> None:
        policy = edits.replaced(self.session.policy, index, step)
        self.session.set_policy(policy, f"Change {step.title}")

    def _copy_step(self, index: int) -> None:
        step = self.session.policy.steps[index]
        try:
            policy = edits.inserted(self.session.policy, index + 1, step)
        except StudioError as error:
            self.session.failed.emit(error)
            return
        self.session.set_policy(policy, f"Duplicate {step.title}")
        self.panel.steps.set_open(index + 1, focus=True)

    def _delete_step(self, index: int) -> None:
        step = self.session.policy.steps[index]
        opened = self.panel.steps.open_index
        self.panel.steps.set_open(-1 if opened == index else opened - (opened > index))
        policy = edits.removed(self.session.policy, index)
        self.session.set_policy(policy, f"Delete {step.title}")

    def _move_step(self, source: int, target: int) -> None:
        step = self.session.policy.steps[source]
        policy = edits.moved(self.session.policy, source, target)
        self.session.set_policy(policy, f"Move {step.title}")

    def _take_preset(self, name: str) -> None:
        self.panel.steps.set_open(-1)
        self.session.set_policy(presets.preset(name), f"Choose “{presets.TITLES[name]}”")
        self._show_policy()

    def _show_policy(self) -> None:
        self.panel.set_policy(self.session.policy)

    # --- files ----------------------------------------------------------------------------------

    def load(self, path: Path) -> None:
        """Take over a policy file; a bad one is reported and changes nothing."""
        try:
            policy = load_policy(path)
        except StudioError as error:
            self.session.failed.emit(error)
            return
        self.panel.steps.set_open(-1)
        self.session.set_policy(policy, "Load policy")

    def save(self, path: Path) -> None:
        """Write the policy to a file."""
        try:
            save_policy(self.session.policy, path)
        except StudioError as error:
            self.session.failed.emit(error)

    def _ask_what_to_load(self) -> None:
        dialog = QFileDialog(self, "Load a policy", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.load(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_where_to_save(self) -> None:
        dialog = QFileDialog(self, "Save the policy", "policy.json", _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _describe_drop(self, paths: list[str]) -> tuple[bool, str]:
        path = Path(paths[0])
        if len(paths) == 1 and path.suffix.lower() == ".json":
            return True, f"Load the policy {path.name}"
        if len(paths) == 1 and path.is_dir():
            return True, "Open this folder of pictures"
        return False, "A policy (a JSON file) or a folder of pictures can be dropped here"

    def _take_drop(self, paths: list[str]) -> None:
        path = Path(paths[0])
        if path.is_dir():
            self.session.open_requested.emit(path)
        else:
            self.load(path)

    # --- the catalogue --------------------------------------------------------------------------

    def show_catalogue(self, on: bool) -> None:
        """Open or close the catalogue."""
        if self.frame.is_drawer("right"):
            self.frame.open_drawer("right", on)
        else:
            self.catalogue.setVisible(on)
        self._show_catalogue_state()
        if on:
            self.catalogue.search.setFocus()

    def _show_catalogue_state(self) -> None:
        shown = not self.catalogue.isHidden()
        self.panel.set_catalogue_shown(shown)
        self.catalogue.set_channels(self.session.input.channels)
        pictures = self.stage.pictures()
        if not pictures:
            self.thumbnails.forget()
        elif shown and self.isVisible():
            self.thumbnails.show(pictures[0].path, self.session.input)
