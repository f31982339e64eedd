"""Which corruptions a network is asked about: those of the published test, and steps of our own."""

from __future__ import annotations

from studio.augment.registry import AUGMENTERS

OWN = ("rotate", "shift", "zoom")
"""What the published test lacks."""
INSTEAD = ("brightness", "contrast", "gaussian_blur", "gaussian_noise")
"""What takes its place where it does not know the channels of the pictures."""
SLOW = ("corrupt_spatter", "corrupt_frost", "corrupt_snow", "corrupt_elastic",
        "corrupt_motion_blur", "corrupt_zoom_blur")  # fmt: skip
"""What takes longest, the slowest last."""


def kinds_for(channels: int) -> list[str]:
    """The corruptions that work on so many channels, the quick ones first."""
    known = [k for k, step in AUGMENTERS.items()
             if k.startswith("corrupt_") and channels in step.channels]  # fmt: skip
    own = [*OWN, *([] if known else INSTEAD)]
    return [*own, *(k for k in known if k not in SLOW), *(k for k in SLOW if k in known)]
