"""Steps that put weather between the camera and the thing.

The foreground of a blend stands in a list: imgaug 0.4 seeds the members of what it is given, so
a lone effect that is itself a list of layers would keep its old random state.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span
from studio.core.spec import Interval, parameter


def _thickness(safe: float) -> Interval:
    thickness: Interval = parameter(
        (20.0, 60.0), title="Thickness", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        safe=(0.0, safe), help="Range of how much of the weather is mixed in (alpha).",
    )  # fmt: skip
    return thickness


class Weather(Step):
    """A step of this group: an imgaug weather effect, mixed with the picture."""

    group: ClassVar[str] = "Weather"

    probability: float = parameter(
        30.0, title="Chance", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        help="Share of the pictures in such weather (probability).",
    )  # fmt: skip
    thickness: Interval = _thickness(80.0)

    def summary(self) -> str:
        return span(self.thickness, "%")


@augmenter
class Fog(Weather):
    """Fog."""

    title: ClassVar[str] = "Fog"
    help: ClassVar[str] = "Dense, even white haze (imgaug Fog)."
    also: ClassVar[str] = "haze mist"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")

    kind: Literal["fog"] = "fog"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlpha(fractions(self.thickness), foreground=[iaa.Fog()])


@augmenter
class Clouds(Weather):
    """Clouds."""

    title: ClassVar[str] = "Clouds"
    help: ClassVar[str] = "Patches of white haze (imgaug Clouds)."
    also: ClassVar[str] = "haze mist"

    kind: Literal["clouds"] = "clouds"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlpha(fractions(self.thickness), foreground=[iaa.Clouds()])


@augmenter
class Rain(Weather):
    """Rain."""

    title: ClassVar[str] = "Rain"
    help: ClassVar[str] = "Slanted streaks of falling drops (imgaug Rain)."
    also: ClassVar[str] = "drops streaks water"
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["rain"] = "rain"
    thickness: Interval = _thickness(100.0)

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlpha(fractions(self.thickness), foreground=[iaa.Rain()])


@augmenter
class Snow(Weather):
    """Snow."""

    title: ClassVar[str] = "Snow"
    help: ClassVar[str] = "Falling flakes (imgaug Snowflakes)."
    also: ClassVar[str] = "snowflakes flakes winter"
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["snow"] = "snow"
    thickness: Interval = _thickness(100.0)

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlpha(fractions(self.thickness), foreground=[iaa.Snowflakes()])


@augmenter
class SnowyLandscape(Weather):
    """Snow on the ground."""

    title: ClassVar[str] = "Snow cover"
    help: ClassVar[str] = "Turns what is rather bright white, as snow (imgaug FastSnowyLandscape)."
    also: ClassVar[str] = "winter landscape ground"
    channels: ClassVar[tuple[int, ...]] = (3,)

    kind: Literal["snowy_landscape"] = "snowy_landscape"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        snow = iaa.FastSnowyLandscape(lightness_threshold=(100, 180), lightness_multiplier=(1.5, 3))
        return iaa.BlendAlpha(fractions(self.thickness), foreground=[snow])
