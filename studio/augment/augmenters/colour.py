"""Steps that change colours, and how many of them there are."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import chance_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import chance_words, factors, fractions, span, whole
from studio.core.input import MAX_CHANNELS
from studio.core.spec import Interval, parameter


class Colour(Step):
    """A step of this group."""

    group: ClassVar[str] = "Colour"


@augmenter
class Saturation(Colour):
    """Paler or stronger colours."""

    title: ClassVar[str] = "Saturation"
    help: ClassVar[str] = "Makes colours paler or stronger (imgaug MultiplySaturation)."
    also: ClassVar[str] = "colourful pale vivid"
    channels: ClassVar[tuple[int, ...]] = (3,)
    shown: ClassVar[dict[str, Any]] = {"change": (-80.0, -80.0)}

    kind: Literal["saturation"] = "saturation"
    change: Interval = parameter(
        (-25.0, 25.0), title="Change", unit="%", minimum=-100.0, maximum=200.0, step=1.0,
        safe=(-70.0, 80.0), help="Range from which the change of saturation is drawn.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MultiplySaturation(factors(self.change))

    def summary(self) -> str:
        return span(self.change, "%")


@augmenter
class Hue(Colour):
    """Other colours."""

    title: ClassVar[str] = "Hue"
    help: ClassVar[str] = "Turns all colours around the colour circle (imgaug AddToHue)."
    also: ClassVar[str] = "colour circle tint"
    channels: ClassVar[tuple[int, ...]] = (3,)
    shown: ClassVar[dict[str, Any]] = {"angle": (120.0, 120.0)}

    kind: Literal["hue"] = "hue"
    angle: Interval = parameter(
        (-12.0, 12.0), title="Turn", unit="°", minimum=-180.0, maximum=180.0, step=1.0,
        safe=(-25.0, 25.0), help="Range of the turn on the colour circle of 360°.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        # imgaug counts 255 steps for the full circle.
        steps = (self.angle[0] * 255.0 / 360.0, self.angle[1] * 255.0 / 360.0)
        return iaa.AddToHue(whole(steps))

    def summary(self) -> str:
        return span(self.angle, "°")


@augmenter
class Temperature(Colour):
    """Candle light to blue sky."""

    title: ClassVar[str] = "Warmth"
    help: ClassVar[str] = "Light of another colour temperature (imgaug ChangeColorTemperature)."
    also: ClassVar[str] = "white balance kelvin warm cold"
    channels: ClassVar[tuple[int, ...]] = (3,)
    shown: ClassVar[dict[str, Any]] = {"kelvin": (3000.0, 3000.0)}

    kind: Literal["temperature"] = "temperature"
    kelvin: Interval = parameter(
        (5000.0, 8500.0), title="Colour temperature", unit="K", minimum=1500.0, maximum=20000.0,
        step=100.0, safe=(3500.0, 12000.0),
        help="Range of the light: 2,000 K is candle light, 6,600 K neutral, 10,000 K blue sky.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.ChangeColorTemperature(self.kelvin)

    def summary(self) -> str:
        return span(self.kelvin, "K")


@augmenter
class Grey(Colour):
    """Less colour."""

    title: ClassVar[str] = "Grey"
    help: ClassVar[str] = "Mixes the picture with its own grey version (imgaug Grayscale)."
    also: ClassVar[str] = "grayscale black and white desaturate RemoveSaturation"
    channels: ClassVar[tuple[int, ...]] = (3,)

    kind: Literal["grey"] = "grey"
    share: Interval = parameter(
        (0.0, 100.0), title="Share of grey", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        help="Range of the mix: 0 % leaves the colours, 100 % is fully grey (alpha).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Grayscale(fractions(self.share))

    def summary(self) -> str:
        return span(self.share, "%")


@augmenter
class HueAndSaturation(Colour):
    """Hue and saturation together."""

    title: ClassVar[str] = "Colours"
    help: ClassVar[str] = (
        "Scales hue and saturation, each by its own share (imgaug MultiplyHueAndSaturation)."
    )
    also: ClassVar[str] = "colour jitter hsv AddToHueAndSaturation"
    channels: ClassVar[tuple[int, ...]] = (3,)
    shown: ClassVar[dict[str, Any]] = {"hue": (40.0, 40.0), "saturation": (60.0, 60.0)}

    kind: Literal["hue_saturation"] = "hue_saturation"
    hue: Interval = parameter(
        (-8.0, 8.0), title="Hue", unit="%", minimum=-100.0, maximum=100.0, step=1.0,
        safe=(-20.0, 20.0), help="Range of the change of every hue, which red stands still for.",
    )  # fmt: skip
    saturation: Interval = parameter(
        (-25.0, 25.0), title="Saturation", unit="%", minimum=-100.0, maximum=200.0, step=1.0,
        safe=(-70.0, 80.0), help="Range from which the change of saturation is drawn.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MultiplyHueAndSaturation(
            mul_hue=factors(self.hue), mul_saturation=factors(self.saturation)
        )

    def summary(self) -> str:
        return f"{span(self.hue)}, {span(self.saturation, '%')}"


@augmenter
class ChannelShuffle(Colour):
    """Channels change places."""

    title: ClassVar[str] = "Swap bands"
    help: ClassVar[str] = "Exchanges the channels at random (imgaug ChannelShuffle)."
    also: ClassVar[str] = "swap rgb bgr bands permute"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")
    channels: ClassVar[tuple[int, ...]] = tuple(range(2, MAX_CHANNELS + 1))

    kind: Literal["channel_shuffle"] = "channel_shuffle"
    probability: float = chance_field(
        30.0, "Share of the pictures whose channels are exchanged (probability)."
    )

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.ChannelShuffle(1.0)

    def summary(self) -> str:
        return f"any order, {chance_words(self.probability)}"


@augmenter
class Posterize(Colour):
    """Fewer levels."""

    title: ClassVar[str] = "Posterise"
    help: ClassVar[str] = "Keeps only the highest bits of every level (imgaug Posterize)."
    also: ClassVar[str] = "posterise bits levels UniformColorQuantizationToNBits"
    shown: ClassVar[dict[str, Any]] = {"bits": (2.0, 2.0)}
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["posterize"] = "posterize"
    bits: Interval = parameter(
        (4.0, 7.0), title="Bits kept", unit="bits", minimum=1.0, maximum=8.0, step=1.0,
        safe=(3.0, 8.0), help="Range of the bits that are kept; 8 keeps the picture as it is.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Posterize(nb_bits=whole(self.bits))

    def summary(self) -> str:
        return span(self.bits, "bits")


class _FewColours(Colour):
    """A picture of few colours."""

    colours: Interval = parameter(
        (8.0, 24.0), title="Colours", unit="colours", minimum=2.0, maximum=64.0, step=1.0,
        safe=(6.0, 64.0), help="Range of the number of colours that remain.",
    )  # fmt: skip

    def summary(self) -> str:
        return span(self.colours, "colours")


@augmenter
class UniformColours(_FewColours):
    """Few levels, evenly spaced."""

    title: ClassVar[str] = "Few colours"
    help: ClassVar[str] = (
        "Keeps a few evenly spaced levels of every channel (imgaug UniformColorQuantization)."
    )
    also: ClassVar[str] = "quantize quantise palette levels"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    shown: ClassVar[dict[str, Any]] = {"colours": (4.0, 4.0)}

    kind: Literal["uniform_colours"] = "uniform_colours"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.UniformColorQuantization(n_colors=whole(self.colours))


@augmenter
class KMeansColours(_FewColours):
    """The picture's own few colours."""

    title: ClassVar[str] = "Own palette"
    help: ClassVar[str] = (
        "Keeps only the most typical colours of the picture (k-means, imgaug "
        "KMeansColorQuantization)."
    )
    also: ClassVar[str] = "quantize quantise palette clustering kmeans"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    shown: ClassVar[dict[str, Any]] = {"colours": (5.0, 5.0)}

    kind: Literal["kmeans_colours"] = "kmeans_colours"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.KMeansColorQuantization(n_colors=whole(self.colours))
