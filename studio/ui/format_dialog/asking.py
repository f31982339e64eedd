"""When the dialog about the format opens, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from studio.core.errors import StudioError
from studio.core.spec import Spec
from studio.ui.opening import Opener
from studio.ui.reading import Doubtful, How
from studio.ui.session import Session

if TYPE_CHECKING:
    from studio.ui.format_dialog.dialog import FormatDialog

Take = Callable[[How], None]


class FormatAsker(QObject):
    """Asks by itself where a data set was not understood for sure, and whenever a person wants.

    The dialog is imported when it is first needed: the first paint need not wait for it.
    """

    def __init__(self, session: Session, opener: Opener, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._opener, self._window = session, opener, window
        self.dialog: FormatDialog | None = None
        opener.doubted.connect(self.ask_about)
        session.format_dialog_requested.connect(self.correct)
        session.open_as_requested.connect(self.open_as)

    def ask_about(self, doubtful: Doubtful) -> None:
        """Show what was not understood for sure; it is opened once a person agrees."""
        path = doubtful.path
        self._ask(path, doubtful.format or None, None, partial(self._opener.open_as, path))

    def correct(self) -> None:
        """Show how the open data set is read; what was done to its pictures stays."""
        original = self._session.original
        if original is None:
            return
        from studio.data.correcting import options_spec

        try:
            options = options_spec(original.format, original.options)
        except StudioError:  # it was opened by another version
            options = None
        self._ask(original.place, original.format, options, self._opener.reopen)

    def open_as(self, is_folder: bool) -> None:
        """Ask for a data set, then how it is to be read."""
        recent = self._session.original
        start = str(recent.place.parent if recent is not None else Path.home())
        title = "Open a folder as…" if is_folder else "Open a file as…"
        if is_folder:
            name = QFileDialog.getExistingDirectory(self._window, title, start)
        else:
            name, _ = QFileDialog.getOpenFileName(self._window, title, start)
        if name:
            path = Path(name)
            self._ask(path, None, None, partial(self._opener.open_as, path))

    def dialog_is_open(self) -> bool:
        """Whether a person is being asked."""
        return self.dialog is not None and isValid(self.dialog) and self.dialog.isVisible()

    def _ask(self, path: Path, kind: str | None, options: Spec | None, take: Take) -> None:
        from studio.ui.format_dialog.dialog import FormatDialog

        if self.dialog is not None and self.dialog_is_open():
            self.dialog.reject()
        dialog = FormatDialog(self._session.jobs, path, kind, options, self._window)

        def chosen(kind: str, said: Mapping[str, str], is_other: bool) -> None:
            take(How(kind, said, chosen=True) if is_other else How())

        dialog.chosen.connect(chosen)
        self.dialog = dialog
        dialog.open()
