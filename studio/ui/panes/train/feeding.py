"""How a run's pictures come to the network: where they are kept, and how long it waits for them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.core.keeping import Kept
from studio.ui.panes.train.diagnosis import MUCH
from studio.ui.panes.train.series import RunSeries
from studio.ui.tokens import S2, S4
from studio.ui.widgets.numbers import count, file_size, number, percent
from studio.ui.widgets.text import ElidedLabel, Text
from studio.ui.widgets.tips import describe


def waited_words(share: float) -> str:
    """``Waited for data 4 %``."""
    return f"Waited for data {percent(share, 0)}"


def kept_words(kept: Kept) -> str:
    """``2,400 pictures in memory, 29 MB of 4 GB``; several places one after the other."""
    there = kept.pictures - kept.decoded
    only_on_disk = max(0, there - kept.in_memory)
    parts = []
    if kept.decoded:  # first, since it is what slows a training down
        parts.append(f"{count(kept.decoded, 'picture')} decoded each epoch")
    if kept.in_memory:
        room = _of(kept.memory_bytes, kept.memory_budget)
        words = number(kept.in_memory) if parts else count(kept.in_memory, "picture")
        parts.append(f"{words} in memory, {room}")
    if kept.on_disk and only_on_disk:
        room = _of(kept.disk_bytes, kept.disk_budget)
        words = number(only_on_disk) if parts else count(only_on_disk, "picture")
        parts.append(f"{words} on disk, {room}")
    return " · ".join(parts)


def _of(used: int, room: int) -> str:
    """``29 MB of 4 GB``, ``12 of 20 GB``."""
    (value, unit), whole = file_size(used).split(" "), file_size(room)
    return f"{value} of {whole}" if whole.endswith(f" {unit}") else f"{value} {unit} of {whole}"


def kept_sentence(kept: Kept) -> str:
    """The same exactly, for the tooltip."""
    words = (
        f"{count(kept.pictures, 'picture')} of {file_size(kept.picture_bytes)} as 8-bit pixels at "
        f"the network's size. Shared memory: {number(kept.in_memory)} "
        f"({number(kept.memory_bytes)} of {number(kept.memory_budget)} bytes). Cache file on the "
        f"disk: {number(kept.on_disk)} ({number(kept.disk_bytes)} of {number(kept.disk_budget)} "
        "bytes)."
    )
    if kept.decoded:
        words += f" {number(kept.decoded)} are in neither and decoded whenever they are needed."
    return f"{words} {kept.note} How much may be kept stands in Settings.".replace("  ", " ")


class FeedLine(QWidget):
    """One line below the numbers of a run; hidden where the run did not note anything."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, 0, S4, S2)
        row.setSpacing(S4)
        self.waited = Text("", "small", "secondary")
        self.kept = ElidedLabel("", "small", "secondary", mode=Qt.TextElideMode.ElideRight)
        row.addWidget(self.waited)
        row.addWidget(self.kept, 1)
        self.hide()

    def show_series(self, series: RunSeries | None) -> None:
        """Take the numbers of the run in view."""
        share = series.waited_share() if series is not None else None
        kept = series.kept if series is not None else None
        self.waited.setVisible(share is not None)
        if share is not None:
            words = waited_words(share)
            self.waited.setText(words)
            self.waited.set_tone("warning" if share > MUCH else "secondary")
            describe(
                self.waited, words, sentence="The share of the training's time, without "
                "validation, in which the network stood still because no batch was ready; mean "
                "of the last three epochs, without the first.",
            )  # fmt: skip
        self.kept.setVisible(kept is not None)
        if kept is not None:
            words = kept_words(kept)
            self.kept.setText(words)
            describe(self.kept, words, sentence=kept_sentence(kept))
        self.setVisible(share is not None or kept is not None)
