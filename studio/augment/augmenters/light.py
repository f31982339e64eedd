"""Steps that make a picture lighter or darker."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import change_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import chance_words, factors, span, whole
from studio.core.spec import Interval, parameter


class Light(Step):
    """A step of this group."""

    group: ClassVar[str] = "Light"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


@augmenter
class Brightness(Light):
    """Lighter or darker."""

    title: ClassVar[str] = "Brightness"
    help: ClassVar[str] = "Makes the picture lighter or darker (imgaug Multiply)."
    also: ClassVar[str] = "multiply lighter darker exposure"

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
class Add(Light):
    """All levels up or down."""

    title: ClassVar[str] = "Offset"
    help: ClassVar[str] = "Adds the same number of levels to every pixel (imgaug Add)."
    also: ClassVar[str] = "brightness lighter darker bias"

    kind: Literal["add"] = "add"
    levels: Interval = parameter(
        (-25.0, 25.0), title="Change", unit="levels", minimum=-150.0, maximum=150.0, step=1.0,
        safe=(-60.0, 60.0), help="Range of the change, in levels of 0 … 255.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Add(whole(self.levels))

    def summary(self) -> str:
        return span(self.levels, "levels")


@augmenter
class ChannelLight(Light):
    """Each channel its own light."""

    title: ClassVar[str] = "Tint"
    help: ClassVar[str] = (
        "Makes each channel lighter or darker by itself, which tints (imgaug Multiply per channel)."
    )
    also: ClassVar[str] = "tint colour cast white balance multiply"
    shown: ClassVar[dict[str, Any]] = {"change": (-45.0, 45.0)}

    kind: Literal["channel_light"] = "channel_light"
    change: Interval = change_field(-15, 15, -90, 150, (-45, 45), "the levels of one channel")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Multiply(factors(self.change), per_channel=True)

    def summary(self) -> str:
        return span(self.change, "%")


@augmenter
class ChannelOffset(Light):
    """Each channel up or down."""

    title: ClassVar[str] = "Tint offset"
    help: ClassVar[str] = (
        "Adds a number of levels to each channel by itself, which tints (imgaug Add per channel)."
    )
    also: ClassVar[str] = "tint colour cast rgb shift"
    shown: ClassVar[dict[str, Any]] = {"levels": (-50.0, 50.0)}

    kind: Literal["channel_offset"] = "channel_offset"
    levels: Interval = parameter(
        (-15.0, 15.0), title="Change", unit="levels", minimum=-150.0, maximum=150.0, step=1.0,
        safe=(-50.0, 50.0), help="Range of the change of one channel, in levels of 0 … 255.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Add(whole(self.levels), per_channel=True)

    def summary(self) -> str:
        return span(self.levels, "levels")


@augmenter
class Lightness(Light):
    """Lighter, and the colours stay."""

    title: ClassVar[str] = "Lightness"
    help: ClassVar[str] = (
        "Changes lightness and leaves hue alone (a random colour space, imgaug "
        "MultiplyAndAddToBrightness)."
    )
    also: ClassVar[str] = "brightness hsv hls lab luv yuv MultiplyBrightness AddToBrightness"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)
    channels: ClassVar[tuple[int, ...]] = (3,)

    kind: Literal["lightness"] = "lightness"
    change: Interval = change_field(-20, 20, -90, 150, (-45, 60), "lightness")
    offset: Interval = parameter(
        (-15.0, 15.0), title="Offset", unit="levels", minimum=-100.0, maximum=100.0, step=1.0,
        safe=(-40.0, 40.0), help="Range of the levels that are added to the lightness.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        # In a random order it would not repeat: imgaug does not seed the shuffling.
        return iaa.MultiplyAndAddToBrightness(
            mul=factors(self.change), add=whole(self.offset), random_order=False
        )

    def summary(self) -> str:
        return span(self.change, "%")


@augmenter
class Invert(Light):
    """A negative."""

    title: ClassVar[str] = "Invert"
    help: ClassVar[str] = "Turns the picture into its negative (imgaug Invert)."
    also: ClassVar[str] = "negative inverse"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)

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
class Solarize(Light):
    """Bright parts become negative."""

    title: ClassVar[str] = "Solarise"
    help: ClassVar[str] = "Inverts the levels above a threshold (imgaug Solarize)."
    also: ClassVar[str] = "solarise invert above"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)
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
