"""The Augment pane: compose a policy, and see at once what it makes of one's own pictures."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.augment.step import Step
from studio.ui.panes.augment.belief import BeliefFollower
from studio.ui.panes.augment.catalogue import CataloguePanel
from studio.ui.panes.augment.composing import Composing
from studio.ui.panes.augment.hints import Hints
from studio.ui.panes.augment.own_presets import OwnPresets
from studio.ui.panes.augment.policy_io import PolicyIo
from studio.ui.panes.augment.policy_panel import PolicyPanel
from studio.ui.panes.augment.safety import SafetyMeter
from studio.ui.panes.augment.stage import PreviewStage
from studio.ui.panes.augment.thumbnails import StepThumbnails
from studio.ui.session import Session
from studio.ui.widgets.drop import DropOverlay
from studio.ui.widgets.pane_frame import PaneFrame


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
        self.beliefs = BeliefFollower(session, self.stage, self)
        self.composing = Composing(session, self.panel, self)
        self.files = PolicyIo(session, self)
        self.kept = OwnPresets(session, self.panel, self.composing, self.files)
        self._connect()
        self.hints = Hints(session, self.panel.steps, self.stage, self.catalogue, self)
        self.safety = SafetyMeter(session, self.panel.steps, self.beliefs, self)
        self.safety.add_to(self.panel.menu, self.panel.clear_action)

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
        panel, files = self.panel, self.files
        panel.catalogue_requested.connect(lambda: self.show_catalogue(True))
        panel.steps.add_requested.connect(lambda _place: self.show_catalogue(True))
        panel.load_requested.connect(files.ask_what_to_load)
        panel.save_requested.connect(files.ask_where_to_save)
        panel.export_requested.connect(files.ask_where_to_export)
        panel.copy_requested.connect(files.copy)
        panel.paste_requested.connect(files.paste)
        files.taken.connect(self.composing.take)
        files.told.connect(panel.say)
        self.catalogue.chosen.connect(self.add_step)
        self.catalogue.close_requested.connect(lambda: self.show_catalogue(False))
        self.frame.drawers_changed.connect(lambda _left, _right: self._show_catalogue_state())
        self.frame.right_button.toggled.connect(lambda _on: self._show_catalogue_state())
        self.stage.pictures_changed.connect(self._show_catalogue_state)
        self.thumbnails.ready.connect(self.catalogue.set_thumbnails)
        self.thumbnails.timed.connect(self.catalogue.set_speeds)
        self.catalogue.in_view.connect(self.thumbnails.prefer)
        self.overlay.dropped.connect(self._take_drop)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while the pane was hidden."""
        super().showEvent(event)
        self._show_catalogue_state()
        self.stage.catch_up()

    # --- the policy -----------------------------------------------------------------------------

    def add_step(self, kind: type[Step]) -> None:
        """Put a step of that type behind the open one, into the open group, or at the end."""
        self.composing.add(kind)

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
            self.files.load(path)

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
