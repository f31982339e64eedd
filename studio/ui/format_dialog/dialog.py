"""How a data set is to be read: shown at ten rows, corrected, then opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from studio.core.errors import SpecError, StudioError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.data.correcting import ENOUGH, options_text
from studio.ui.format_dialog.choices import Choices
from studio.ui.format_dialog.looker import Looker
from studio.ui.format_dialog.view import FormatView
from studio.ui.jobs import SHOW_AFTER_MS, Jobs
from studio.ui.panes.common import chain
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.fields import Field

if TYPE_CHECKING:
    from studio.data.preview import DatasetPreview

SIZE = QSize(1040, 680)
SMALLEST = QSize(760, 440)


class FormatDialog(QDialog):
    """Window-modal and never blocking: each change is looked at in the background.

    Signals:
        chosen(str, object, bool): the format; its options as text, by name; whether they are
            other ones than the studio recognises by itself.
    """

    chosen = Signal(str, object, bool)

    def __init__(
        self,
        jobs: Jobs,
        path: Path,
        kind: str | None = None,
        options: Spec | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"How “{display_name(path.name)}” is read")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.loader = ThumbnailLoader(self)
        self.view = FormatView(self.loader, self)
        self.view.name.setText(display_name(path.name))
        self.choices = Choices(kind, options)
        self.preview: DatasetPreview | None = None
        self._looker = Looker(jobs, path, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.timeout.connect(self._show_waiting)
        self._connect()
        self._settle_size()
        self._wait()
        self._looker.look(kind, options)

    def hideEvent(self, event: QHideEvent) -> None:
        """Closed in whatever way: nothing is looked at any more."""
        self._looker.stop()
        self._slow.stop()
        super().hideEvent(event)

    def is_busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._looker.is_busy

    # --- what a person says -----------------------------------------------------------------------

    def choose_format(self, kind: str) -> None:
        """Look at the data set as another format."""
        self.choices.take_format(kind)
        self._look()

    def guess_again(self) -> None:
        """Forget everything that was said."""
        self.choices.forget()
        self._look()

    def open_now(self) -> None:
        """Take what is shown."""
        found = self.preview
        if found is None or not self.view.open.isEnabled():
            return
        own = options_text(self.choices.options)
        is_other = bool(own) or found.kind != found.candidates[0].kind
        self.chosen.emit(found.kind, own, is_other or not found.candidates[0].reason)
        self.accept()

    def _choose_role(self, place: int, role: str) -> None:
        found = self.preview
        if found is None:
            return
        missing = self.choices.take_role(found, found.shown[place], role)
        self._show_roles()
        if missing:
            self._looker.stop()
            self._finish(missing, "error", "bad", False)
        else:
            self._look(wait=False)

    def _take_values(self, values: dict[str, object]) -> None:
        try:
            self.choices.take_values(values)
        except SpecError as error:
            self._finish(str(error), "error", "bad", False)
            return
        controls = map(self.view.settings.control, values)
        self._look(wait=any(isinstance(control, Field) for control in controls))

    def _take_error(self, words: str) -> None:
        if words:
            self.view.open.setEnabled(False)
        elif not self.is_busy():
            self._look()

    def _look(self, wait: bool = False) -> None:
        self._wait()
        self._looker.look(self.choices.kind, self.choices.options, wait)

    # --- what is shown ----------------------------------------------------------------------------

    def _show(self, found: DatasetPreview) -> None:
        self.preview = found
        self.choices.follow(found)
        settings = self.view.settings
        titles = [(c.kind, c.title) for c in found.candidates] or [(found.kind, found.title)]
        settings.show_format(found.kind, titles, found.reason)
        settings.show_options(found.options, found.offers)
        hidden = len(found.columns) - len(found.shown)
        self.view.more_columns.setText(f"{hidden:,} more columns" if hidden > 0 else "")
        self._show_roles()
        self.view.start_over.setEnabled(self.choices.said_something)
        self._order_tabs()
        if found.problem:
            self._finish(found.problem, "error", "bad", False)
        elif found.matched is not None and found.matched < ENOUGH:
            self._finish(found.summary, "warning", "warning", True)
        else:
            self._finish(found.summary, "good", "good", True)

    def _show_roles(self) -> None:
        found = self.preview
        if found is None:
            return
        names = [display_name(found.columns[i]) for i in found.shown]
        roles = [self.choices.roles[i] for i in found.shown]
        self.view.table.show_rows(names, roles, found.rows, found.pictures, found.is_table)

    def _fail(self, error: StudioError) -> None:
        self._finish(str(error), "error", "bad", False)

    def _finish(self, words: str, icon: str, role: str, may_open: bool) -> None:
        self._slow.stop()
        self.view.track.hide()
        self.view.icon.set_icon(icon, role)
        self.view.words.setText(words)
        self.view.open.setEnabled(may_open and not self.view.settings.has_error())

    def _wait(self) -> None:
        self.view.open.setEnabled(False)
        self._slow.start(SHOW_AFTER_MS)

    def _show_waiting(self) -> None:
        self.view.track.show()
        self._tell("Looking at the files")

    def _tell(self, words: str) -> None:
        if not self.view.track.isHidden():
            self.view.icon.set_icon("clock", "text_secondary")
            self.view.words.setText(f"{words}…")

    # --- inside -----------------------------------------------------------------------------------

    def _connect(self) -> None:
        view = self.view
        view.track.hide()
        view.settings.kind_chosen.connect(self.choose_format)
        view.settings.changed.connect(self._take_values)
        view.settings.error_changed.connect(self._take_error)
        view.table.heading.role_chosen.connect(self._choose_role)
        view.start_over.clicked.connect(self.guess_again)
        view.cancel.clicked.connect(self.reject)
        view.open.clicked.connect(self.open_now)
        view.open.setDefault(True)
        for other in (view.start_over, view.cancel):
            other.setAutoDefault(False)
        self._looker.looked.connect(self._show)
        self._looker.failed.connect(self._fail)
        self._looker.told.connect(self._tell)

    def _settle_size(self) -> None:
        over = self.parentWidget()
        room = over.window().size() if over is not None else SIZE
        self.setMinimumSize(SMALLEST)
        self.resize(SIZE.boundedTo(QSize(room.width() - 48, room.height() - 48)))

    def _order_tabs(self) -> None:
        view = self.view
        chain(
            view.settings, view.table.heading, view.table, view.start_over, view.cancel, view.open
        )
