"""The curves behind the marks: a small window beside the sliders."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from studio.augment.step import Step
from studio.core.strengths import Strengths
from studio.ui.panes.augment.safety_words import WHOLE, parameter_of
from studio.ui.panes.augment.survival_plot import SurvivalPlot
from studio.ui.panes.data.statistics.card import PlotCard
from studio.ui.panes.data.statistics.keeper import Keeper
from studio.ui.session import Session
from studio.ui.tokens import S3, S4
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.numbers import count
from studio.ui.widgets.panel import labelled
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe


class SurvivalDialog(QDialog):
    """Shows the curve of each setting that was measured; Esc closes it. It blocks nothing."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Labels that survive")
        self.resize(520, 420)
        self._step: Step | None = None
        self._found: dict[str, Strengths] = {}
        self._run = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S4)
        column.setSpacing(S3)
        self.setting = Combo(name="Setting")
        describe(self.setting, "Setting", sentence="Which setting of the step the curves are of.")
        self.setting.chosen.connect(lambda _key: self._show_curve())
        self._choice = QWidget()
        row = labelled("Setting", self.setting)
        row.setContentsMargins(0, 0, 0, 0)
        self._choice.setLayout(row)
        self.card = PlotCard("Labels that survive")
        self.pictures = Text("", "small", "secondary", wrap=True)
        self.pictures.setTextFormat(Qt.TextFormat.PlainText)
        self.card.sentence.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self._choice)
        column.addWidget(self.card, 1)
        column.addWidget(self.pictures)
        self.keeper = Keeper(session, self, self)
        self.card.save_asked.connect(lambda kind: self.keeper.ask(self.card, kind))

    def show_found(self, step: Step, found: Mapping[str, Strengths], run: str) -> None:
        """Show what was measured of a step; the setting that is shown stays."""
        before = self.setting.current()
        self._step, self._run = step, run
        self._found = {name: each for name, each in found.items() if name != WHOLE}
        if not self._found:
            self.close()
            return
        items: list[str | tuple[object, str]] = []
        for name in self._found:
            p = parameter_of(step, name)
            items.append((name, p.title if p is not None else name))
        self.setting.set_items(items, before if before in self._found else items[0][0])
        self._choice.setVisible(len(items) > 1)
        self._show_curve()

    def _show_curve(self) -> None:
        step, name = self._step, str(self.setting.current())
        if step is None or name not in self._found:
            return
        found = self._found[name]
        plot = SurvivalPlot(step, name, found, self._run)
        self.card.title.setText(plot.title)
        self.card.set_drawing(plot)
        self.pictures.setText(
            f"{self._run[:1].upper()}{self._run[1:]} was asked about "
            f"{count(found.pictures, 'picture')}, of the validation split where it has labels, "
            "with the step applied to each."
        )
