"""Policies in and out of the window: files, scripts, and text on the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.augment.own_policies import own_folder
from studio.augment.pipeline.reader import Reading
from studio.augment.policy_files import (
    Source,
    as_text,
    load_source,
    save_policy,
    save_script,
    source_of,
)
from studio.core.errors import StudioError
from studio.ui.latest import Latest
from studio.ui.session import Session

_POLICIES = "Policies (*.json);;All files (*)"
_SCRIPTS = "Python (*.py);;All files (*)"


class PolicyIo(QObject):
    """Loads, saves, exports, copies and pastes the session's policy.

    What cannot be read is told, and nothing changes. Pipelines of imgaug are taken over too: what
    its steps are is worked out in the background, which takes up to a tenth of a second.

    Signals:
        taken(object, str): another policy came, and what undoing it is called.
        saved(object): the policy was written to this path.
        told(str): what was done, for the person.
    """

    taken = Signal(object, str)
    saved = Signal(object)
    told = Signal(str)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._reading, self._words = Latest(self), ""
        self._reading.answered.connect(self._take_pipeline)
        self._reading.failed.connect(session.failed)

    def load(self, path: Path) -> None:
        """Take over a policy file."""
        self._take(lambda: load_source(path), "Load policy")

    def save(self, path: Path) -> None:
        """Write the policy to a file."""
        if self._try(lambda: save_policy(self._session.policy, path)):
            self.saved.emit(path)
            self.told.emit(f"Saved as {path.name}")

    def export(self, path: Path) -> None:
        """Write the policy as a script."""
        if self._try(lambda: save_script(self._session.policy, path)):
            self.told.emit(f"Exported as {path.name}; it needs imgaug alone")

    def copy(self) -> None:
        """Put the policy on the clipboard as text."""
        QGuiApplication.clipboard().setText(as_text(self._session.policy))
        self.told.emit("The policy is on the clipboard as JSON")

    def paste(self) -> None:
        """Take over the policy that is on the clipboard as text."""
        text = QGuiApplication.clipboard().text()
        self._take(lambda: source_of(text), "Paste policy")

    def ask_what_to_load(self) -> None:
        """Let a person choose the file."""
        dialog = QFileDialog(self._window, "Load a policy", _beginning(), _POLICIES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open(dialog, self.load)

    def ask_where_to_save(self) -> None:
        """Let a person choose the file."""
        folder = own_folder()
        # What is saved where the dialog begins is offered beside the presets.
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        self._ask("Save the policy", str(folder / "policy.json"), _POLICIES, self.save)

    def ask_where_to_export(self) -> None:
        """Let a person choose the file."""
        self._ask("Export as Python", "augmentation.py", _SCRIPTS, self.export)

    def _ask(self, title: str, name: str, kinds: str, act: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title, name, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix[1:])
        self._open(dialog, act)

    def _open(self, dialog: QFileDialog, act: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda name: act(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take(self, read: Callable[[], Source], words: str) -> None:
        self._reading.forget()
        try:
            source = read()
            policy = None if source.is_pipeline else source.read().policy
        except StudioError as error:
            self._session.failed.emit(error)
            return
        if policy is None:
            self._words = words
            self._reading.ask(source.read)
        else:
            self.taken.emit(policy, words)

    def _take_pipeline(self, reading: Reading) -> None:
        self.taken.emit(reading.policy, self._words)
        steps = "step" if reading.augmenters == 1 else "steps"
        self.told.emit(f"Imported {reading.augmenters} {steps}")

    def _try(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except StudioError as error:
            self._session.failed.emit(error)
            return False
        return True


def _beginning() -> str:
    """The folder that the dialog shows first; empty for the one that Qt chooses."""
    folder = own_folder()
    return str(folder) if folder.is_dir() else ""
