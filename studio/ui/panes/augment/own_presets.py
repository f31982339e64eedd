"""Policies that a person has kept, in the list of presets."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from studio.augment.own_policies import delete_own, load_own, own_name, own_names
from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.ui.panes.augment.composing import Composing
from studio.ui.panes.augment.policy_io import PolicyIo
from studio.ui.panes.augment.policy_panel import PolicyPanel
from studio.ui.session import Session


class OwnPresets(QObject):
    """Offers kept policies beside the presets, takes them over, and deletes them."""

    def __init__(
        self, session: Session, panel: PolicyPanel, composing: Composing, files: PolicyIo
    ) -> None:
        super().__init__(panel)
        self._session, self._panel, self._composing = session, panel, composing
        panel.own_chosen.connect(self.take)
        panel.own_delete_requested.connect(self.delete)
        files.saved.connect(self.remember)
        panel.set_own_names(own_names())

    def take(self, name: str) -> None:
        """A kept policy in place of everything; one that is broken is told."""
        try:
            policy = load_own(name)
        except StudioError as error:
            self._session.failed.emit(error)
            self._panel.set_own_names(own_names())
            return
        self._panel.set_own(name, policy)
        self._composing.take(policy, f"Choose “{display_name(name)}”")
        self._panel.set_own_names(own_names())

    def remember(self, path: Path) -> None:
        """A policy was saved; it is offered where it lies among the kept ones."""
        name = own_name(path)
        if name:
            self._panel.set_own(name, self._session.policy)
            self._panel.set_own_names(own_names())

    def delete(self, name: str) -> None:
        """Delete the file; its steps stay in the window, and can be saved again."""
        try:
            delete_own(name)
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._panel.set_own("", None)
        self._panel.set_own_names(own_names())
        self._panel.say(f"Deleted {display_name(name)}; its steps stay here")
