"""Steps that spread or squeeze the levels of a picture."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import mix_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import factors, fractions, span, whole
from studio.core.spec import Interval, parameter


class ContrastStep(Step):
    """A step of this group."""

    group: ClassVar[str] = "Contrast"


@augmenter
class Contrast(ContrastStep):
    """Flatter or harder."""

    title: ClassVar[str] = "Contrast"
    help: ClassVar[str] = "Spreads or squeezes the levels around middle grey (LinearContrast)."
    also: ClassVar[str] = "linear flat hard"

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
class Gamma(ContrastStep):
    """Shadows up or down."""

    title: ClassVar[str] = "Gamma"
    help: ClassVar[str] = "Lifts or lowers the shadows and keeps black and white (GammaContrast)."
    also: ClassVar[str] = "exponent shadows midtones"
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
class SigmoidContrast(ContrastStep):
    """Harder in the middle, soft at the ends."""

    title: ClassVar[str] = "S-curve"
    help: ClassVar[str] = (
        "Spreads the middle levels and squeezes the ends, as film does (imgaug SigmoidContrast)."
    )
    also: ClassVar[str] = "sigmoid tone curve film"

    kind: Literal["sigmoid_contrast"] = "sigmoid_contrast"
    gain: Interval = parameter(
        (4.0, 7.0), title="Steepness", minimum=1.0, maximum=20.0, step=0.5, safe=(3.0, 10.0),
        help="Range of the steepness of the curve (gain); about 5 changes least.",
    )  # fmt: skip
    middle: Interval = parameter(
        (40.0, 60.0), title="Middle", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        safe=(30.0, 70.0), help="Range of the level that becomes middle grey (cutoff).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.SigmoidContrast(gain=self.gain, cutoff=fractions(self.middle))

    def summary(self) -> str:
        return f"{span(self.gain, '', 1)}, {span(self.middle, '%')}"


@augmenter
class LogContrast(ContrastStep):
    """Shadows spread."""

    title: ClassVar[str] = "Log curve"
    help: ClassVar[str] = "Spreads the shadows along a logarithm (imgaug LogContrast)."
    also: ClassVar[str] = "logarithm tone curve shadows"
    shown: ClassVar[dict[str, Any]] = {"gain": (1.3, 1.3)}

    kind: Literal["log_contrast"] = "log_contrast"
    gain: Interval = parameter(
        (0.8, 1.1), title="Strength", unit="×", minimum=0.3, maximum=2.0, step=0.01,
        safe=(0.6, 1.3), help="Range of the factor of the curve (gain); above 1 lightens.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.LogContrast(gain=self.gain)

    def summary(self) -> str:
        return span(self.gain, "×", 2)


class _Local(ContrastStep):
    """Contrast that is evened out part by part (CLAHE, Pizer et al. 1987)."""

    limit: Interval = parameter(
        (1.0, 4.0), title="Limit", minimum=0.1, maximum=20.0, step=0.1, safe=(0.1, 8.0),
        help="Range of how far a level may be spread (clip limit).",
    )  # fmt: skip
    tiles: Interval = parameter(
        (4.0, 8.0), title="Parts a side", minimum=3.0, maximum=21.0, step=1.0, safe=(3.0, 12.0),
        help="Range of the parts along each side that are evened out by themselves.",
    )  # fmt: skip

    def summary(self) -> str:
        return f"{span(self.limit, '', 1)}, {span(self.tiles)} parts"


@augmenter
class Clahe(_Local):
    """Local contrast of the lightness."""

    title: ClassVar[str] = "Clarity"
    help: ClassVar[str] = "Evens out lightness part by part (adaptive equalisation, imgaug CLAHE)."
    also: ClassVar[str] = "adaptive histogram equalization equalisation"
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["clahe"] = "clahe"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.CLAHE(clip_limit=self.limit, tile_grid_size_px=whole(self.tiles))


@augmenter
class ChannelClahe(_Local):
    """Local contrast of every channel."""

    title: ClassVar[str] = "Band clarity"
    help: ClassVar[str] = "Evens out every channel part by part (imgaug AllChannelsCLAHE)."
    also: ClassVar[str] = "adaptive histogram equalization equalisation bands"

    kind: Literal["channel_clahe"] = "channel_clahe"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.AllChannelsCLAHE(clip_limit=self.limit, tile_grid_size_px=whole(self.tiles))


class _Equalised(ContrastStep):
    """Levels spread so that all are equally frequent, mixed with the picture."""

    mix: Interval = mix_field(20.0, 80.0, 100.0)

    def summary(self) -> str:
        return span(self.mix, "%")


@augmenter
class Equalize(_Equalised):
    """Equal lightness."""

    title: ClassVar[str] = "Equalise"
    help: ClassVar[str] = (
        "Spreads lightness so that all levels are equally frequent (imgaug HistogramEqualization)."
    )
    also: ClassVar[str] = "histogram equalization equalize"
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["equalize"] = "equalize"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlpha(fractions(self.mix), foreground=[iaa.HistogramEqualization()])


@augmenter
class EqualizeChannels(_Equalised):
    """Equal channels."""

    title: ClassVar[str] = "Equal bands"
    help: ClassVar[str] = (
        "Spreads every channel so that all its levels are equally frequent "
        "(imgaug AllChannelsHistogramEqualization)."
    )
    also: ClassVar[str] = "histogram equalization equalize bands"

    kind: Literal["equalize_channels"] = "equalize_channels"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        even = iaa.AllChannelsHistogramEqualization()
        return iaa.BlendAlpha(fractions(self.mix), foreground=[even])
