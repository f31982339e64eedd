"""Which bands of a picture with more than three stand for red, green and blue."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.data.bands import ShownBands
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.panel import Section
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

_COLOURS = ("red", "green", "blue")
_COLOUR, _GREY = "colour", "grey"


class BandChoice(Section):
    """Three bands as red, green and blue, or one alone as grey. Hidden for other pictures.

    Signals:
        bands_chosen(object): the ShownBands that the person wants to look at.
    """

    bands_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Bands shown", " ", parent=parent)
        self._bands, self._shown = 0, ShownBands()
        self.mode = SegmentedControl(
            [(_COLOUR, "Three as colour"), (_GREY, "One as grey")],
            _COLOUR,
            "Bands shown",
            fill=True,
        )
        self.mode.changed.connect(self._mode_changed)
        self.add(self.mode)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        self.combos: list[Combo] = []
        self.labels: list[Text] = []
        for i, colour in enumerate(_COLOURS):
            label = Text(colour.capitalize(), "small", "secondary")
            combo = Combo(name=f"Shown as {colour}")
            describe(
                combo, f"Shown as {colour}",
                sentence="Only what you see changes, not what the network gets.",
            )  # fmt: skip
            combo.chosen.connect(self._band_chosen)
            grid.addWidget(label, 0, i)
            grid.addWidget(combo, 1, i)
            grid.setColumnStretch(i, 1)
            self.labels.append(label)
            self.combos.append(combo)
        self.add(grid)
        self.words = Text("", "small", "secondary", wrap=True)
        self.add(self.words)
        self.hide()

    def set_bands(self, bands: int, shown: ShownBands, channels: int) -> None:
        """Offer the bands of the picture in view.

        Args:
            bands: how many it has; up to three there is nothing to choose.
            channels: how many the network takes.
        """
        self.setVisible(bands > 3)
        if bands <= 3:
            return
        known = shown if max(shown.bands) < bands else ShownBands()
        if bands != self._bands:
            # “Band” would not fit three times beside each other.
            items = [(i, str(i + 1)) for i in range(bands)]
            for combo in self.combos:
                combo.set_items(items)
        self._bands, self._shown = bands, known
        for combo, band in zip(self.combos, known.bands, strict=True):
            combo.set_current(band)
        self.mode.set_current(_GREY if known.is_grey else _COLOUR)
        for part in (*self.combos[1:], *self.labels[1:]):
            part.setVisible(not known.is_grey)
        self.labels[0].setText("Grey" if known.is_grey else "Red")
        self.set_note(f"of {bands}")
        self.words.setText(_words(bands, channels))

    def _band_chosen(self, _band: object) -> None:
        red, green, blue = (int(c.currentData()) for c in self.combos)
        if self._shown.is_grey:
            green = blue = red
        self.bands_chosen.emit(ShownBands(red=red, green=green, blue=blue))

    def _mode_changed(self, mode: object) -> None:
        first = self._shown.red
        if mode == _GREY:
            self.bands_chosen.emit(ShownBands(red=first, green=first, blue=first))
        else:
            self.bands_chosen.emit(ShownBands())


def _words(bands: int, channels: int) -> str:
    if channels == bands:
        return f"Training uses all {bands}; only what you see changes."
    if channels == 3:
        return (
            "The network is set to colour and gets bands 1, 2 and 3. "
            f"For all, set its input to {bands} bands."
        )
    if channels == 1:
        return "The network is set to grey, made of bands 1, 2 and 3."
    return f"The network takes {channels} bands, so it cannot use this picture."
