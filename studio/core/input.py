"""What the network gets: one size, one fit, one order of colours, for every room."""

from __future__ import annotations

from typing import Literal

from studio.core.spec import Spec, parameter

Fit = Literal["crop", "letterbox", "stretch"]

FITS: dict[str, str] = {"crop": "Crop", "letterbox": "Letterbox", "stretch": "Stretch"}


class InputSpec(Spec):
    """Size and fit of the pictures that a network gets.

    The array is always ``(height, width, channels) uint8``, RGB or grey, 0 to 255. Scaling is
    the first layer of the network itself, so nothing outside it can differ.
    """

    width: int = parameter(
        64, title="Width", help="Width of the network's input.", unit="px", minimum=8, maximum=2048
    )
    height: int = parameter(
        64, title="Height", help="Height of the network's input.", unit="px",
        minimum=8, maximum=2048,
    )  # fmt: skip
    channels: Literal[1, 3] = parameter(
        3, title="Colour", help="Number of input channels.", choices={3: "Colour", 1: "Grey"}
    )
    fit: Fit = parameter(
        "crop", title="Fit",
        help="How a picture of another shape becomes the input: cut, padded or distorted.",
        choices=FITS,
    )  # fmt: skip

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(height, width, channels)``."""
        return self.height, self.width, self.channels
