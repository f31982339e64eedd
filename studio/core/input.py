"""What the network gets: one size, one fit, one order of colours, for every room."""

from __future__ import annotations

from typing import Literal

from studio.core.spec import Spec, parameter

Fit = Literal["crop", "letterbox", "stretch"]

Pages = Literal["auto", "bands", "first"]

MAX_CHANNELS = 64
"""Pictures with more bands are not read."""

CHANNELS: dict[int, str] = {3: "Colour", 1: "Grey"} | {
    n: f"{n} bands" for n in range(2, MAX_CHANNELS + 1) if n != 3
}
"""Numbers of channels with their words. 3 and 1 take any picture; others take pictures that have
exactly so many bands, each as it is."""

FITS: dict[str, str] = {"crop": "Crop", "letterbox": "Letterbox", "stretch": "Stretch"}

PAGES: dict[str, str] = {
    "auto": "Guess it", "bands": "Bands of one picture", "first": "Only the first is used",
}  # fmt: skip
"""What the pages of a TIFF can be, with their words."""


class InputSpec(Spec):
    """Size and fit of the pictures that a network gets.

    The array is always ``(height, width, channels) uint8``, RGB, grey or all bands of a picture
    that has others, 0 to 255. Scaling is the first layer of the network itself, so nothing
    outside it can differ.
    """

    width: int = parameter(
        64, title="Width", help="Width of the network's input.", unit="px", minimum=8, maximum=2048
    )
    height: int = parameter(
        64, title="Height", help="Height of the network's input.", unit="px",
        minimum=8, maximum=2048,
    )  # fmt: skip
    channels: int = parameter(
        3, title="Colour", choices=CHANNELS,
        help="Number of input channels: colour, grey, or all bands of pictures that have others.",
    )  # fmt: skip
    fit: Fit = parameter(
        "crop", title="Fit",
        help="How a picture of another shape becomes the input: cut, padded or distorted.",
        choices=FITS,
    )  # fmt: skip
    # Follows from the data set of a run, so that new files are read as those it learned from.
    pages: Pages = "auto"

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(height, width, channels)``."""
        return self.height, self.width, self.channels

    @property
    def takes_bands(self) -> bool:
        """Whether the bands of a picture are taken as they are, neither as colour nor as grey."""
        return self.channels not in (1, 3)
