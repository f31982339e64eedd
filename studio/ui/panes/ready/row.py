"""One ready data set: what it is, its terms, its state, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.data.ready.entry import ReadySet
from studio.data.ready.keeping import Status
from studio.ui.jobs import Job
from studio.ui.tokens import SEMIBOLD
from studio.ui.widgets.buttons import Button, LinkButton
from studio.ui.widgets.numbers import count, file_size, number, percent, time_left
from studio.ui.widgets.text import IconLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

_MAIN_WIDTH = 180
_OTHER_WIDTH = 132


def size_words(entry: ReadySet) -> str:
    """What has to be fetched: ``11.6 MB``, ``about 74.2 MB``."""
    words = file_size(entry.size)
    return words if entry.is_exact else f"about {words}"


def state_words(entry: ReadySet, status: Status) -> str:
    """The state in a few words; empty where nothing of it is here."""
    if status.state == "here":
        return "On this computer"
    if status.state == "part":
        return f"{file_size(status.done)} of {size_words(entry)} are here"
    return ""


def job_words(job: Job) -> str:
    """How far a job is: ``5.2 MB of 11.6 MB, 43 %, 12 s left``."""
    if job.is_cancelling:
        return "Stopping…"
    if not job.total or not job.in_bytes:
        return f"{job.words}…"
    words = [f"{file_size(job.done)} of {file_size(job.total)}", percent(job.done / job.total, 0)]
    left = time_left(job.seconds_left) if job.seconds_left is not None else ""
    return ", ".join([*words, left] if left else words)


class ReadyRow(QWidget):
    """Shows what it is told and says what was pressed.

    Signals:
        download_asked, cancel_asked, open_asked, file_asked, remove_asked: that button.
    """

    download_asked = Signal()
    cancel_asked = Signal()
    open_asked = Signal()
    file_asked = Signal()
    remove_asked = Signal()

    def __init__(self, entry: ReadySet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 10)
        row.setSpacing(24)
        row.addLayout(self._words(), 1)
        row.addLayout(self._buttons())
        self.show_state(Status("away", 0), None, "", "", False)

    def _words(self) -> QVBoxLayout:
        entry = self.entry
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text(entry.title, weight=SEMIBOLD))
        head.addWidget(Text(entry.short, tone="secondary"))
        head.addSpacing(8)
        self.state_icon = IconLabel("good", "good")
        self.state = Text("", tone="secondary")
        head.addWidget(self.state_icon)
        head.addWidget(self.state)
        head.addStretch(1)
        self.track = Track(0.0, name=f"{entry.title}: download")
        self.progress = Text("", "small", "secondary")
        self.note = Text("", "small", "secondary", wrap=True)
        self.problem = Text("", "small", "bad", wrap=True)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(Text(entry.about, wrap=True))
        labels = "class", "classes"
        facts = (
            f"{count(entry.pictures, 'picture')}, {count(entry.classes, *labels)}, {entry.shape}"
        )
        column.addWidget(Text(facts, "small", "secondary", wrap=True))
        column.addLayout(self._links())
        column.addSpacing(2)
        for part in (self.track, self.progress, self.note, self.problem):
            column.addWidget(part)
        column.addStretch(1)
        return column

    def _links(self) -> QHBoxLayout:
        entry = self.entry
        row = QHBoxLayout()
        row.setSpacing(12)
        self.licence_link = LinkButton(entry.licence.name, small=True)
        describe(
            self.licence_link, f"Licence of {entry.title}: {entry.licence.name}",
            sentence=f"Opens {entry.licence.address} in the browser.",
        )  # fmt: skip
        self.licence_link.clicked.connect(lambda: _browse(entry.licence.address))
        self.home_link = LinkButton("Home page", small=True)
        describe(
            self.home_link, f"Home page of {entry.title}",
            sentence=f"Opens {entry.homepage} in the browser.",
        )  # fmt: skip
        self.home_link.clicked.connect(lambda: _browse(entry.homepage))
        self.cite_link = LinkButton("Copy the citation", small=True)
        describe(self.cite_link, "Copy the citation", sentence=entry.citation)
        self.cite_link.clicked.connect(self._cite)
        for link in (self.licence_link, self.home_link, self.cite_link):
            row.addWidget(link)
        row.addStretch(1)
        return row

    def _buttons(self) -> QHBoxLayout:
        name = self.entry.title
        self.file_button = Button("A file of mine…", kind="quiet")
        several = len(self.entry.files) > 1
        describe(
            self.file_button, f"Use a file of mine as {name}",
            sentence="Checked against the published checksum, then copied. "
            + ("Choose one of its files; the others lie beside it." if several else ""),
        )  # fmt: skip
        self.remove_button = Button("Remove…", kind="quiet")
        describe(
            self.remove_button, f"Remove {name} from this computer",
            sentence="It can be downloaded again.",
        )  # fmt: skip
        self.download_button = Button("Download", "download")
        self.cancel_button = Button("Cancel", "stop")
        describe(self.cancel_button, f"Cancel: {name}", sentence="What has come so far is kept.")
        self.open_button = Button("Open", "folder")
        describe(self.open_button, f"Open {name}", sentence="As a data set, in a new project.")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button, signal in (
            (self.file_button, self.file_asked), (self.remove_button, self.remove_asked),
            (self.download_button, self.download_asked), (self.cancel_button, self.cancel_asked),
            (self.open_button, self.open_asked),
        ):  # fmt: skip
            is_other = button in (self.file_button, self.remove_button)
            button.setFixedWidth(_OTHER_WIDTH if is_other else _MAIN_WIDTH)
            button.clicked.connect(signal)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    # --- what is shown --------------------------------------------------------------------------

    def show_state(
        self, status: Status, job: Job | None, problem: str, note: str, is_open: bool
    ) -> None:
        """Say how things are: on this computer or not, on its way, failed."""
        is_here = status.state == "here"
        busy = job is not None
        words = "Open now" if is_here and is_open else state_words(self.entry, status)
        self.state.setText("" if busy else words)
        self.state_icon.setVisible(is_here and not busy)
        self.download_button.setVisible(not is_here and not busy)
        self.open_button.setVisible(is_here and not busy)
        self.file_button.setVisible(not is_here and not busy)
        self.remove_button.setVisible(is_here and not busy)
        self.remove_button.setEnabled(not is_open)
        self.cancel_button.setVisible(busy)
        self.cancel_button.setEnabled(job is not None and not job.is_cancelling)
        self._show_download(status)
        self.track.setVisible(busy)
        self.progress.setVisible(busy)
        if job is not None:
            self.track.set_fraction(job.done / job.total if job.total else None)
            self.progress.setText(job_words(job))
        for label, text in ((self.problem, problem), (self.note, note)):
            label.setText(text)
            label.setVisible(bool(text) and not busy)

    def _show_download(self, status: Status) -> None:
        entry = self.entry
        rest = file_size(max(0, entry.size - status.done))
        goes_on = status.state == "part"
        words = f"Continue, {rest}" if goes_on else f"Download {file_size(entry.size)}"
        self.download_button.setText(words)
        describe(
            self.download_button, f"Download {entry.title}",
            sentence=f"{size_words(entry)} ({number(entry.size)} bytes), licence "
            f"{entry.licence.name}. Nothing of yours is sent.",
        )  # fmt: skip

    def _cite(self) -> None:
        QGuiApplication.clipboard().setText(self.entry.citation)
        self.cite_link.setText("Copied")
        self.cite_link.updateGeometry()


def _browse(address: str) -> None:
    QDesktopServices.openUrl(QUrl(address))
