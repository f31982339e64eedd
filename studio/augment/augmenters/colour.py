"""Steps that change light and colour, pixel by pixel."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import chance_words, factors, fractions, span, whole
from studio.core.spec import Interval, parameter


class Colour(Step):
    """A step of this group."""

    group: ClassVar[str] = "Light and colour"


@augmenter
class Brightness(Colour):
    """Lighter or darker."""

    title: ClassVar[str] = "Brightness"
    help: ClassVar[str] = "Makes the picture lighter or darker (imgaug Multiply)."

    kind: Literal["brightness"] = "brightness"
    change: Interval = parameter(
        (-18.0, 22.0), title="Change", unit="%", minimum=-90.0, maximum=150.0, step=1.0,
        safe=(-45.0, 60.0), help="Range from which the change of all levels is drawn.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Multiply(factors(self.change))

    def summary(self) -> str:
        return span(self.change, "%")


@augmenter
class Contrast(Colour):
    """Flatter or harder."""

    title: ClassVar[str] = "Contrast"
    help: ClassVar[str] = "Spreads or squeezes the levels around middle grey (LinearContrast)."

    kind: Literal["contrast"] = "contrast"
    change: Interval = parameter(
        (-20.0, 25.0), title="Change", unit="%", minimum=-90.0, maximum=200.0, step=1.0,
        safe=(-50.0, 80.0), help="Range from which the change of contrast is drawn.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.LinearContrast(factors(self.change))

    def summary(self) -> str:
        return span(self.change, "%")


@augmenter
class Gamma(Colour):
    """Shadows up or down."""

    title: ClassVar[str] = "Gamma"
    help: ClassVar[str] = "Lifts or lowers the shadows and keeps black and white (GammaContrast)."
    shown: ClassVar[dict[str, Any]] = {"gamma": (0.5, 0.5)}

    kind: Literal["gamma"] = "gamma"
    gamma: Interval = parameter(
        (0.8, 1.25), title="Gamma", minimum=0.2, maximum=4.0, step=0.01,
        safe=(0.5, 2.0), help="Range of the exponent; below 1 lightens, above 1 darkens.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.GammaContrast(self.gamma)

    def summary(self) -> str:
        return span(self.gamma, "", 2)


@augmenter
class Saturation(Colour):
    """Paler or stronger colours."""

    title: ClassVar[str] = "Saturation"
    help: ClassVar[str] = "Makes colours paler or stronger (imgaug MultiplySaturation)."
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
class Invert(Colour):
    """A negative."""

    title: ClassVar[str] = "Invert"
    help: ClassVar[str] = "Turns the picture into its negative (imgaug Invert)."

    kind: Literal["invert"] = "invert"
    probability: float = parameter(
        10.0, title="Chance", unit="%", minimum=0.0, maximum=100.0, step=1.0, safe=(0.0, 30.0),
        help="Share of the pictures that become a negative (probability).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Invert(1.0)

    def summary(self) -> str:
        return f"negative, {chance_words(self.probability)}"


@augmenter
class Solarize(Colour):
    """Bright parts become negative."""

    title: ClassVar[str] = "Solarise"
    help: ClassVar[str] = "Inverts the levels above a threshold (imgaug Solarize)."
    shown: ClassVar[dict[str, Any]] = {"threshold": (128.0, 128.0)}

    kind: Literal["solarize"] = "solarize"
    probability: float = parameter(
        20.0, title="Chance", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        help="Share of the pictures that are solarised (probability).",
    )  # fmt: skip
    threshold: Interval = parameter(
        (128.0, 224.0), title="From level", minimum=0.0, maximum=255.0, step=1.0,
        safe=(96.0, 255.0), help="Range of the level of 0 … 255 from which on levels are inverted.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Solarize(1.0, threshold=whole(self.threshold))

    def summary(self) -> str:
        return f"from {span(self.threshold)}"


@augmenter
class Posterize(Colour):
    """Fewer levels."""

    title: ClassVar[str] = "Posterise"
    help: ClassVar[str] = "Keeps only the highest bits of every level (imgaug Posterize)."
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
