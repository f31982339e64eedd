"""How much room decoded pictures may take, how much they take now, and emptying it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.keeping import total_memory
from studio.core.settings import Settings
from studio.ui.forms import SpecForm
from studio.ui.latest import Latest
from studio.ui.panes.caches import clear, folder_size
from studio.ui.session import Session
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.numbers import file_size
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

SHOWN = ("picture_memory_percent", "picture_disk_gb")


class KeptPictures(QObject):
    """A section of the settings page: two fields, what they come to here, and what is used now.

    Signals:
        emptied: the cache of the project was emptied, as far as that was possible.
    """

    emptied = Signal()

    def __init__(self, session: Session, page: QWidget, body: QVBoxLayout) -> None:
        super().__init__(page)
        self._page = page
        self._session = session
        body.addWidget(Text("Decoded pictures", "title"))
        body.addWidget(
            Text(
                "A training decodes each picture once and keeps it at the network's size. What "
                "has no room is decoded again in each epoch, which is slower.",
                tone="secondary", wrap=True,
            )
        )  # fmt: skip
        self.form = SpecForm(session.settings.current, names=SHOWN, control_width=232)
        self.form.changed.connect(self._changed)
        body.addWidget(self.form)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.words = Text("", tone="secondary", wrap=True)
        self.empty_button = Button("Empty")
        describe(
            self.empty_button, "Empty the cache of this project",
            sentence="Removes what was prepared from this project's pictures from the disk; it is "
            "made again when it is needed. Your own pictures stay.",
        )  # fmt: skip
        self.empty_button.clicked.connect(self._empty)
        row.addWidget(self.words, 1)
        row.addWidget(self.empty_button)
        body.addLayout(row)
        self._size: int | None = None
        self._memory = total_memory()
        self._measuring = Latest(self)
        self._measuring.answered.connect(self._show_size)
        self._show_words()

    def show_settings(self) -> None:
        """Show what counts now."""
        self.form.set_spec(self._session.settings.current)
        self._show_words()

    def measure(self) -> None:
        """Count what the project keeps, beside the window's thread."""
        folder = self._folder()
        if folder is None:
            self._show_size(None)
        elif self._page.isVisible():
            self._measuring.ask(lambda: folder_size(folder))

    def _folder(self) -> Path | None:
        project = self._session.project
        return project.cache_folder if project is not None else None

    def _changed(self, spec: object) -> None:
        assert isinstance(spec, Settings)
        settings = self._session.settings
        settings.change(**{name: getattr(spec, name) for name in SHOWN})
        self._show_words()
        if settings.messages:
            self._session.failed.emit(StudioError(settings.messages.pop()))

    def _show_size(self, size: int | None) -> None:
        self._size = size if self._folder() is not None else None
        self._show_words()

    def _show_words(self) -> None:
        settings = self._session.settings.current
        share = self._memory * settings.picture_memory_percent // 100
        words = (
            f"Memory: up to {file_size(share)} of {file_size(self._memory)} while a training runs."
        )
        if self._size is not None:
            words += f" Disk: this project keeps {file_size(self._size)} now."
        self.words.setText(words)
        self.empty_button.setEnabled(bool(self._size))

    def _empty(self) -> None:
        folder = self._folder()
        if folder is None:
            return
        self.empty_button.setEnabled(False)

        def work(progress: Progress, control: Control) -> int:
            return clear([folder], control)

        def over(_freed: object = None) -> None:
            self.emptied.emit()  # the page measures everything then

        def failed(error: StudioError) -> None:
            self._session.failed.emit(error)
            over()

        self._session.jobs.start(
            "Emptying the cache of the project", work, done=over, failed=failed, cancelled=over,
            owner=self,
        )  # fmt: skip
