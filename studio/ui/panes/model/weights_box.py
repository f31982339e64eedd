"""Where a backbone's weights come from: at hand, to be downloaded, or a local file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.core.paths import display_name, from_text, to_text
from studio.models.architectures.pretrained import PretrainedSpec
from studio.models.weights import WeightsEntry, WeightsStatus, download, status_of
from studio.models.weights_file import looks_like_weights
from studio.ui.jobs import Job, Jobs
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.numbers import file_size, time_left
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

IMAGENET = "imagenet"
BREAK = "\u200b"
"""A space without width: lines of a narrow panel may break there."""


class WeightsBox(QWidget):
    """What is known of the weights, and what can be done.

    Signals:
        weights_chosen(str): “imagenet”, or a path as text of :func:`studio.core.paths.to_text`.
        arrived(): a download is finished: look again.
    """

    weights_chosen = Signal(str)
    arrived = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._loading: WeightsEntry | None = None
        self._status = WeightsStatus("none")
        self._build()

    def _build(self) -> None:
        self.icon = IconLabel("good", "good")
        self.words = ElidedLabel("")
        self.more = Text("", "small", "secondary", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.icon)
        row.addWidget(self.words, 1)
        self.download_button = Button("Download", "download")
        self.local_button = Button("Local file…", "folder")
        self.imagenet_button = Button("Use ImageNet")
        describe(self.local_button, "Local file…", sentence="Weights of this network from a file "
                 "that you have (.h5, .weights.h5).")  # fmt: skip
        describe(self.imagenet_button, "Use ImageNet", sentence="The published weights again.")
        buttons = QHBoxLayout()
        for button in (self.download_button, self.imagenet_button, self.local_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.progress = QWidget()
        inside = QVBoxLayout(self.progress)
        inside.setContentsMargins(0, 0, 0, 0)
        self.track = Track(None, name="Download")
        line = QHBoxLayout()
        self.progress_words = Text("", "small", "secondary")
        self.cancel_button = Button("Cancel", size="small")
        line.addWidget(self.progress_words, 1)
        line.addWidget(self.cancel_button)
        inside.addWidget(self.track)
        inside.addLayout(line)
        self.problem = Text("", "small", "bad", wrap=True)
        self.problem.setTextInteractionFlags(
            self.problem.textInteractionFlags().TextSelectableByMouse
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for item in (row, self.more, self.progress, self.problem, buttons):
            if isinstance(item, QWidget):
                column.addWidget(item)
            else:
                column.addLayout(item)
        self.download_button.clicked.connect(self.start_download)
        self.cancel_button.clicked.connect(self._cancel)
        self.local_button.clicked.connect(self._ask_for_file)
        self.imagenet_button.clicked.connect(lambda: self.weights_chosen.emit(IMAGENET))
        self._show_progress(False)
        self._say("")

    @property
    def status(self) -> WeightsStatus:
        """What was found when the box was last shown."""
        return self._status

    def summary(self) -> str:
        """The state in a few words."""
        here = self._status.state == "here"
        if self._status.entry is None:
            return "local file" if here else "missing"
        return "ImageNet, on this computer" if here else "to be downloaded"

    @property
    def is_downloading(self) -> bool:
        """Whether a download runs, of whatever network."""
        return self._job is not None

    def show_spec(self, spec: PretrainedSpec, input: InputSpec) -> None:
        """Look for the weights of a spec and show what can be done."""
        before = self._status
        self._status = status = status_of(spec, input)
        local = spec.weights != IMAGENET
        here = status.state == "here"
        if before != status:
            self._say("")
        self.icon.set_icon("good" if here else "warning", "good" if here else "warning")
        self.imagenet_button.setVisible(local)
        entry = status.entry
        if local:
            name = display_name(from_text(spec.weights).name)
            self.words.setText(name if here else f"{name} is not there any more")
            self.more.setText("From a file of yours.")
        elif here and entry is not None:
            self.words.setText("ImageNet, on this computer")
            self.more.setText(f"{entry.licence}.")
        elif entry is not None:
            self.words.setText("ImageNet, not on this computer yet")
            # A line may break after each part of the file's long name.
            name = entry.file.replace("_", f"_{BREAK}")
            self.more.setText(f"{name}, about {file_size(entry.about_bytes)}. {entry.licence}.")
        else:
            self.words.setText("No ImageNet weights at this width")
            self.more.setText("Choose another width or a file of yours.")
        mine = self._loading is not None and self._loading == entry
        can_load = not local and not here and entry is not None
        size = file_size(entry.about_bytes) if entry is not None else ""
        self.download_button.setText(f"Download {size}".strip())
        describe(self.download_button, "Download", sentence="From the server of the Keras "
                 "project; nothing of yours is sent.")  # fmt: skip
        self.download_button.setVisible(can_load and not mine)
        self.download_button.setEnabled(self._job is None)
        self._show_progress(mine)

    def start_download(self) -> None:
        """Fetch the file that is missing, in the background."""
        entry = self._status.entry
        if entry is None or self._job is not None:
            return
        self._say("")
        self._loading = entry

        def work(progress: Progress, control: Control) -> Path:
            return download(entry, progress, control)

        self._job = self._jobs.start(
            f"Downloading {entry.file}", work, done=self._loaded, failed=self._failed,
            cancelled=self._cancelled, progress=self._progressed, owner=self, in_bytes=True,
        )  # fmt: skip
        self.track.set_fraction(None)
        self.progress_words.setText("Asking the server…")
        self.download_button.hide()
        self.cancel_button.setEnabled(True)
        self._show_progress(True)

    def choose_file(self, path: Path) -> None:
        """Take a local file, if it can be a weights file at all."""
        wrong = looks_like_weights(path)
        self._say(wrong)
        if not wrong:
            self.weights_chosen.emit(to_text(path))

    # --- inside -----------------------------------------------------------------------------------

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self.window(), "Weights of this network")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Weights of Keras (*.h5 *.hdf5 *.keras)", "All files (*)"])
        dialog.fileSelected.connect(lambda name: self.choose_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _cancel(self) -> None:
        if self._job is not None:
            self.cancel_button.setEnabled(False)
            self._job.cancel()

    def _progressed(self, done: int, total: int | None, words: str) -> None:
        job = self._job
        self.track.set_fraction(done / total if total else None)
        whole = f" of {file_size(total)}" if total else ""
        left = time_left(job.seconds_left) if job is not None else ""
        self.progress_words.setText(f"{file_size(done)}{whole}{', ' + left if left else ''}")

    def _loaded(self, path: object) -> None:
        self._finish()
        self.arrived.emit()

    def _failed(self, error: StudioError) -> None:
        self._finish()
        self.arrived.emit()
        self._say(f"{error.message} {error.hint}".strip())

    def _cancelled(self) -> None:
        self._finish()
        self.arrived.emit()
        self._say("")
        self.more.setText("The download was stopped; it goes on where it stopped.")

    def _finish(self) -> None:
        self._job = None
        self._loading = None
        self._show_progress(False)

    def _show_progress(self, on: bool) -> None:
        self.progress.setVisible(on)

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
