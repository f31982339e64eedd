"""The line below the previews: what is seen, which steps made it, and how fast."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt

from studio.core.strengths import StepRan
from studio.ui.tokens import MEDIUM
from studio.ui.widgets.panel import Bar
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import tip


class StageFoot(QObject):
    """Fills a foot. The previews as a whole are described while none is chosen."""

    def __init__(self, bar: Bar, parent: QObject) -> None:
        super().__init__(parent)
        self.bar = bar
        self.warning = IconLabel("warning", "warning")
        self.warning.hide()
        self.name = Text("", "small", weight=MEDIUM)
        self.words = ElidedLabel("", "small", "secondary", mode=Qt.TextElideMode.ElideRight)
        self.pace = Text("", "small", "secondary")
        bar.add(self.warning)
        bar.add(self.name)
        bar.add(self.words, 1)
        bar.add(self.pace)

    def set_visible(self, on: bool) -> None:
        """Show or hide it."""
        self.bar.setVisible(on)

    def show_seed(self, seed: int, epochs: int) -> None:
        """Say what the previews have to do with a run."""
        self._show(
            f"Seed {seed}",
            f"a run with this seed trains on these pictures in epochs 1 to {epochs}",
        )

    def show_steps(self, preview: int, steps: Sequence[StepRan]) -> None:
        """Say which steps made one preview, counted from 1."""
        failed = [step for step in steps if step.fault]
        ran = [f"{step.title} {step.words}".strip() for step in steps if not step.fault]
        words = " · ".join(ran) or "no step ran on this one"
        if failed:
            # What went wrong comes first: the line may be cut.
            words = " ".join(
                f"“{step.title}” failed on this picture and was left out: {step.fault}."
                for step in failed
            ) + (f" {words}" if ran else "")
        self._show(f"Preview {preview}", words, "warning" if failed else "secondary")
        self.warning.setVisible(bool(failed))

    def show_waiting(self) -> None:
        """Say why the first previews take a moment: their process is starting."""
        self._show("Preparing the previews…", "")

    def show_failure(self, sentence: str) -> None:
        """Say why there are no previews."""
        self._show("No previews", sentence, "bad")

    def show_note(self, name: str, words: str, tone: str = "secondary") -> None:
        """Say something else about the previews as a whole."""
        self._show(name, words, tone)

    def set_pace(self, words: str, sentence: str, slow: bool) -> None:
        """Say how fast the policy is."""
        if words != self.pace.text():
            self.pace.setText(words)
        self.pace.setToolTip(tip("Speed of the policy", "", sentence) if words else "")
        self.pace.set_tone("warning" if slow else "secondary")

    def _show(self, name: str, words: str, tone: str = "secondary") -> None:
        self.warning.hide()
        if name != self.name.text():
            self.name.setText(name)
        if words != self.words.whole():
            self.words.setText(words)
        self.words.set_tone(tone)
