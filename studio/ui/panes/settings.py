"""The settings page: appearance, saving, and where things are kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.paths import cache_folder, config_folder, data_folder, display_name, log_folder
from studio.core.settings import Settings
from studio.ui.forms import SpecForm
from studio.ui.latest import Latest
from studio.ui.panes.caches import clear, folder_size
from studio.ui.panes.kept_pictures import KeptPictures
from studio.ui.session import Session
from studio.ui.theme import theme_of
from studio.ui.tokens import SEMIBOLD
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.numbers import file_size
from studio.ui.widgets.panel import Rule, ScrollColumn, WorkArea
from studio.ui.widgets.text import ElidedLabel, Text
from studio.ui.widgets.tips import describe

SHOWN = ("theme", "autosave_seconds")
_WIDTH = 640


def folders() -> dict[str, Path]:
    """What is kept where, by its name for the person."""
    return {
        "Sample, weights and unnamed projects": data_folder(),
        "Settings": config_folder(),
        "Logs": log_folder(),
        "Cache": cache_folder(),
    }


def caches(project_cache: Path | None) -> list[Path]:
    """Folders whose content can be rebuilt at any time."""
    return [cache_folder()] + ([project_cache] if project_cache is not None else [])


class PlaceRow(QWidget):
    """What is kept, where, and a button that opens the folder."""

    def __init__(self, name: str, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Text(name))
        words.addWidget(ElidedLabel(display_name(str(path)), "small", "secondary"))
        row.addLayout(words, 1)
        self.button = IconButton(
            "folder", f"Open the folder: {name}", sentence=display_name(str(path)), size="small"
        )
        self.button.clicked.connect(self._open)
        row.addWidget(self.button)

    def _open(self) -> None:
        nearest = next((p for p in (self.path, *self.path.parents) if p.is_dir()), self.path)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(nearest)))


class SettingsPage(QWidget):
    """Every change counts at once and is remembered."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        work = WorkArea()
        work.bar.add(Text("Settings", weight=SEMIBOLD))
        work.bar.add_stretch()
        column = ScrollColumn()
        hold = QWidget()
        hold.setMaximumWidth(_WIDTH)
        body = QVBoxLayout(hold)
        body.setContentsMargins(24, 24, 24, 24)
        body.setSpacing(12)
        column.add(hold)
        column.body.addStretch(1)
        work.add(column, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(work)
        body.addWidget(Text("Window and saving", "title"))
        self.form = SpecForm(session.settings.current, names=SHOWN, control_width=232)
        self.form.changed.connect(self._changed)
        body.addWidget(self.form)
        body.addSpacing(12)
        self.pictures = KeptPictures(session, self, body)
        self.pictures.emptied.connect(self._measure)
        body.addSpacing(12)
        body.addWidget(Text("Where things are kept", "title"))
        body.addWidget(
            Text(
                "Pictures stay in your own folders. Nothing leaves this computer.",
                tone="secondary", wrap=True,
            )
        )  # fmt: skip
        self.places = [PlaceRow(name, path) for name, path in folders().items()]
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for place in self.places:
            rows.addWidget(place)
            rows.addWidget(Rule())
        body.addLayout(rows)
        body.addLayout(self._cache_row())
        self._measuring = Latest(self)
        self._measuring.answered.connect(self._show_size)
        session.project_changed.connect(self._measure)

    def _cache_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.cache_words = Text("", tone="secondary", wrap=True)
        self.clear_button = Button("Clear the cache")
        describe(
            self.clear_button, "Clear the cache",
            sentence="Removes prepared pictures; they are made again when they are needed.",
        )  # fmt: skip
        self.clear_button.clicked.connect(self._clear)
        row.addWidget(self.cache_words, 1)
        row.addWidget(self.clear_button)
        return row

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.form.set_spec(self._session.settings.current)
        self.pictures.show_settings()
        self._measure()

    def _changed(self, spec: object) -> None:
        assert isinstance(spec, Settings)
        values = {name: getattr(spec, name) for name in SHOWN}
        current = self._session.settings.change(**values)
        theme_of(self).set_mode(current.theme)
        if self._session.settings.messages:
            self._session.failed.emit(StudioError(self._session.settings.messages.pop()))

    def _caches(self) -> list[Path]:
        project = self._session.project
        return caches(project.cache_folder if project is not None else None)

    def _measure(self) -> None:
        self.pictures.measure()
        if self.isVisible():
            paths = self._caches()
            self._measuring.ask(lambda: sum(folder_size(path) for path in paths))

    def _show_size(self, size: int) -> None:
        self.cache_words.setText(
            f"The cache of the studio and of this project holds {file_size(size)}. "
            "It can be rebuilt at any time."
        )
        self.clear_button.setEnabled(size > 0)

    def _clear(self) -> None:
        paths = self._caches()
        self.clear_button.setEnabled(False)

        def work(progress: Progress, control: Control) -> int:
            return clear(paths, control)

        def over(_freed: object = None) -> None:
            self._measure()

        def failed(error: StudioError) -> None:
            self._session.failed.emit(error)
            over()

        self._session.jobs.start(
            "Clearing the cache", work, done=over, failed=failed, cancelled=over, owner=self
        )
