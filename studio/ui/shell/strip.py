"""The strip below: the running job on every pane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QStackedLayout, QWidget

from studio.ui.tokens import H_STRIP, MEDIUM, S2, S3, S4, SEMIBOLD
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.numbers import percent
from studio.ui.widgets.sparkline import Sparkline
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

_SENTENCE = 320
"""Pixels that the sentence of an error keeps where it needs them."""


@dataclass(frozen=True)
class StripState:
    """What the strip says of a running job; empty texts are left out.

    `fraction` is 0 to 1 or None (unknown). `epoch` and `batch` stand in one sentence
    ("Epoch 21 of 40", "batch 43 of 104"); `loss` is the number alone.
    """

    name: str
    epoch: str = ""
    batch: str = ""
    fraction: float | None = None
    loss: str = ""
    speed: str = ""
    time_left: str = ""
    icon: str = "train"
    paused: bool = False
    can_pause: bool = True
    can_stop: bool = True


class _Running(QWidget):
    """The parts of a running job in a row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.icon = IconLabel("train", "accent")
        self.name = ElidedLabel("", weight=SEMIBOLD)
        self.words = Text("", tone="secondary")
        self.track = Track(0.0, 168, name="Progress")
        self.percent = Text("", weight=MEDIUM)
        self.spark = Sparkline(name="Loss of the newest batches")
        self.loss_word = Text("Loss", tone="secondary")
        self.loss = Text("")
        self.speed = Text("", tone="secondary")
        self.left = Text("")
        self.pause = Button("Pause", "pause", size="small")
        self.stop = Button("Stop", "stop", size="small")
        describe(self.stop, "Stop", "", "Ends after the current batch; the best epoch is kept.")
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, 0, S2, 0)
        row.setSpacing(S3)
        for part in (self.icon, self.name, self.words, self.track, self.percent, self.spark):
            row.addWidget(part)
        loss = QHBoxLayout()
        loss.setSpacing(4)
        loss.addWidget(self.loss_word)
        loss.addWidget(self.loss)
        row.addLayout(loss)
        row.addWidget(self.speed)
        row.addWidget(self.left)
        row.addStretch(1)
        row.addWidget(self.pause)
        row.addWidget(self.stop)
        self.state = StripState("")

    def show_state(self, state: StripState) -> None:
        """Show a job."""
        self.state = state
        self.icon.set_icon(state.icon)
        self.name.setText(state.name)
        self.track.set_fraction(state.fraction)
        known = state.fraction is not None
        self.percent.setText(percent(state.fraction or 0.0, 0) if known else "")
        self.loss.setText(state.loss)
        self.speed.setText(state.speed)
        self.left.setText("Paused" if state.paused else state.time_left)
        self.pause.setText("Resume" if state.paused else "Pause")
        self.pause.set_icon("play" if state.paused else "pause")
        sentence = (
            "Goes on where it paused."
            if state.paused
            else "Waits after the current batch and frees the processor."
        )
        describe(self.pause, self.pause.text(), "", sentence)
        self.pause.setVisible(state.can_pause)
        self.stop.setVisible(state.can_stop)
        self.fit()

    def _parts(self, drop: int) -> dict[str, bool]:
        """Which parts show when the first `drop` of speed, loss, sparkline, batch are gone."""
        return {
            "speed": drop < 1 and bool(self.state.speed),
            "loss": drop < 2 and bool(self.state.loss),
            "spark": drop < 3 and len(self.spark.values()) > 1,
            "batch": drop < 4 and bool(self.state.batch),
            "epoch": drop < 5 and bool(self.state.epoch),
            "track": drop < 6,
        }

    def _apply(self, parts: dict[str, bool]) -> None:
        self.speed.setVisible(parts["speed"])
        self.loss.setVisible(parts["loss"])
        self.loss_word.setVisible(parts["loss"])
        self.spark.setVisible(parts["spark"])
        words = [self.state.epoch] if parts["epoch"] else []
        if parts["batch"]:
            words.append(self.state.batch)
        self.words.setText(", ".join(word for word in words if word))
        self.words.setVisible(bool(self.words.text()))
        self.track.setVisible(parts["track"])
        self.percent.setVisible(bool(self.percent.text()))
        self.left.setVisible(bool(self.left.text()))

    def _needed(self) -> int:
        shown = [
            part
            for part in (
                self.icon, self.name, self.words, self.track, self.percent, self.spark,
                self.speed, self.left, self.pause, self.stop,
            )
            if not part.isHidden()
        ]  # fmt: skip
        width = sum(part.sizeHint().width() for part in shown) + S3 * (len(shown) + 1)
        if not self.track.isHidden():
            width += self.track.width() - self.track.sizeHint().width()
        if not self.loss.isHidden():
            width += self.loss.sizeHint().width() + self.loss_word.sizeHint().width() + 4 + S3
        return width + S4 + S2

    def fit(self) -> None:
        """Drop parts from the least important on until the rest fits."""
        for drop in range(7):
            self._apply(self._parts(drop))
            if self._needed() <= self.width():
                return


class _Error(QWidget):
    """An error with the ways on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sentence = ElidedLabel("", weight=SEMIBOLD, mode=Qt.TextElideMode.ElideRight)
        self.rest = ElidedLabel("", tone="secondary", mode=Qt.TextElideMode.ElideRight)
        self.details = Button("Details", kind="quiet", size="small")
        describe(self.details, "Details", "", "The whole report, to read and to copy.")
        self.dismiss = Button("", "close", "quiet", "small")
        describe(self.dismiss, "Hide this message")
        self.ways: list[Button] = []
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(S4, 0, S2, 0)
        self.row.setSpacing(S3)
        self.icon = IconLabel("error", "bad")
        self.row.addWidget(self.icon)
        texts = QHBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self.sentence)
        texts.addWidget(self.rest)
        self.row.addLayout(texts)
        self.row.addStretch(1)
        self.row.addWidget(self.details)
        self.row.addWidget(self.dismiss)


class Strip(QFrame):
    """One of three faces: words while nothing runs, a running job, an error.

    Signals:
        pause_requested, resume_requested, stop_requested: the job's buttons.
        action_chosen(str): the key of an error's way on.
        details_requested(): Details of the error.
        error_dismissed(): the cross of the error.
    """

    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    action_chosen = Signal(str)
    details_requested = Signal()
    error_dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(H_STRIP)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 1, 0, 0)
        self._pages.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._idle = QWidget(self)
        row = QHBoxLayout(self._idle)
        row.setContentsMargins(S4, 0, S4, 0)
        self.words = ElidedLabel("", tone="secondary", mode=Qt.TextElideMode.ElideRight)
        row.addWidget(self.words, 1)
        self.running = _Running(self)
        self.error = _Error(self)
        for page in (self._idle, self.running, self.error):
            self._pages.addWidget(page)
        self.running.pause.clicked.connect(self._pause)
        self.running.stop.clicked.connect(lambda: self.stop_requested.emit())
        self.error.details.clicked.connect(lambda: self.details_requested.emit())
        self.error.dismiss.clicked.connect(lambda: self.error_dismissed.emit())
        self.show_idle("Nothing is running.")

    def face(self) -> str:
        """ "idle", "running" or "error"."""
        return ("idle", "running", "error")[self._pages.currentIndex()]

    def show_idle(self, words: str = "Nothing is running.") -> None:
        """Nothing runs; say so, or say what ended."""
        self.words.setText(words)
        self._pages.setCurrentWidget(self._idle)

    def show_running(self, state: StripState) -> None:
        """A job runs."""
        if self.face() != "running" or state.name != self.running.state.name:
            self.running.spark.clear()
        self._pages.setCurrentWidget(self.running)
        self.running.show_state(state)

    def append_loss(self, value: float) -> None:
        """Add a value to the running job's small curve."""
        self.running.spark.append(value)
        if len(self.running.spark.values()) == 2:
            self.running.fit()

    def show_error(
        self,
        sentence: str,
        rest: str = "",
        actions: Sequence[tuple[str, str]] = (),
        details: bool = False,
    ) -> None:
        """Replace the text by an error; `actions` are (key, text) pairs of ways on."""
        face = self.error
        face.sentence.setText(sentence)
        # What happened is read before why: the reason is cut first.
        face.sentence.setMinimumWidth(min(face.sentence.sizeHint().width(), _SENTENCE))
        face.rest.setText(rest)
        face.rest.setVisible(bool(rest))
        face.details.setVisible(details)
        for old in face.ways:
            face.row.removeWidget(old)
            old.deleteLater()
        face.ways = []
        for key, text in actions:
            button = Button(text, size="small")
            button.clicked.connect(lambda _on=False, k=key: self.action_chosen.emit(k))
            face.row.insertWidget(face.row.count() - 2, button)
            face.ways.append(button)
        self._pages.setCurrentWidget(face)

    def _pause(self) -> None:
        if self.running.state.paused:
            self.resume_requested.emit()
        else:
            self.pause_requested.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.running.resize(self.width(), self.running.height())
        self.running.fit()
