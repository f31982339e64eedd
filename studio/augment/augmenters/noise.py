"""Steps that add grain, specks and traces of compression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import levels_field, per_channel_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import span, whole
from studio.core.spec import Interval, parameter


class Noise(Step):
    """A step of this group."""

    group: ClassVar[str] = "Noise"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


@augmenter
class GaussianNoise(Noise):
    """Grain."""

    title: ClassVar[str] = "Noise"
    help: ClassVar[str] = "Adds grain, as a sensor does in the dark (AdditiveGaussianNoise)."
    also: ClassVar[str] = "gaussian grain normal ISO"
    shown: ClassVar[dict[str, Any]] = {"levels": (40.0, 40.0)}

    kind: Literal["gaussian_noise"] = "gaussian_noise"
    levels: Interval = parameter(
        (0.0, 12.0), title="Strength", unit="levels", minimum=0.0, maximum=80.0, step=1.0,
        safe=(0.0, 20.0), help="Range of the grain (standard deviation, in levels of 0 … 255).",
    )  # fmt: skip
    per_channel: bool = parameter(
        True, title="In colour", help="Draws the grain for each channel by itself."
    )

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.AdditiveGaussianNoise(scale=self.levels, per_channel=self.per_channel)

    def summary(self) -> str:
        return span(self.levels, "levels")


@augmenter
class LaplaceNoise(Noise):
    """Grain with outliers."""

    title: ClassVar[str] = "Sharp noise"
    help: ClassVar[str] = (
        "Adds grain in which single pixels stand out (Laplace noise, imgaug AdditiveLaplaceNoise)."
    )
    also: ClassVar[str] = "laplace grain"
    shown: ClassVar[dict[str, Any]] = {"levels": (30.0, 30.0)}

    kind: Literal["laplace_noise"] = "laplace_noise"
    levels: Interval = levels_field(
        0, 10, 60, 15, "Range of the grain (scale of the distribution, in levels of 0 … 255)."
    )
    per_channel: bool = per_channel_field(True, "the grain")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.AdditiveLaplaceNoise(scale=self.levels, per_channel=self.per_channel)

    def summary(self) -> str:
        return span(self.levels, "levels")


@augmenter
class PoissonNoise(Noise):
    """Too little light."""

    title: ClassVar[str] = "Photon noise"
    help: ClassVar[str] = (
        "Adds grain as counted photons do (Poisson noise, imgaug AdditivePoissonNoise)."
    )
    also: ClassVar[str] = "poisson shot grain"
    shown: ClassVar[dict[str, Any]] = {"levels": (60.0, 60.0)}

    kind: Literal["poisson_noise"] = "poisson_noise"
    levels: Interval = levels_field(
        0, 15, 80, 30, "Range of the added levels (expectation λ of the distribution)."
    )
    per_channel: bool = per_channel_field(True, "the grain")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.AdditivePoissonNoise(lam=self.levels, per_channel=self.per_channel)

    def summary(self) -> str:
        return span(self.levels, "levels")


@augmenter
class UniformNoise(Noise):
    """Grain within limits."""

    title: ClassVar[str] = "Even noise"
    help: ClassVar[str] = (
        "Adds a random number of levels within fixed limits to each pixel (imgaug AddElementwise)."
    )
    also: ClassVar[str] = "uniform grain additive"

    kind: Literal["uniform_noise"] = "uniform_noise"
    levels: Interval = parameter(
        (-15.0, 15.0), title="Limits", unit="levels", minimum=-100.0, maximum=100.0, step=1.0,
        safe=(-35.0, 35.0), help="Limits between which each pixel draws its change.",
    )  # fmt: skip
    per_channel: bool = per_channel_field(False, "the grain")
    shown: ClassVar[dict[str, Any]] = {"levels": (-60.0, 60.0)}

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.AddElementwise(whole(self.levels), per_channel=self.per_channel)

    def summary(self) -> str:
        return span(self.levels, "levels")


@augmenter
class Speckle(Noise):
    """Grain that grows with the light."""

    title: ClassVar[str] = "Speckle"
    help: ClassVar[str] = (
        "Makes each pixel lighter or darker by its own share, as radar and ultrasound do "
        "(imgaug MultiplyElementwise)."
    )
    also: ClassVar[str] = "multiplicative noise grain radar sar ultrasound"
    shown: ClassVar[dict[str, Any]] = {"change": (-50.0, 50.0)}

    kind: Literal["speckle"] = "speckle"
    change: Interval = parameter(
        (-15.0, 15.0), title="Limits", unit="%", minimum=-90.0, maximum=150.0, step=1.0,
        safe=(-35.0, 35.0), help="Limits between which each pixel draws its change.",
    )  # fmt: skip
    per_channel: bool = per_channel_field(False, "the grain")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        limits = 1.0 + self.change[0] / 100.0, 1.0 + self.change[1] / 100.0
        return iaa.MultiplyElementwise(limits, per_channel=self.per_channel)

    def summary(self) -> str:
        return span(self.change, "%")


@augmenter
class Jpeg(Noise):
    """Compressed too much."""

    title: ClassVar[str] = "JPEG"
    help: ClassVar[str] = "Leaves the traces of strong compression (imgaug JpegCompression)."
    also: ClassVar[str] = "jpg compression artefacts artifacts blocks"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["jpeg"] = "jpeg"
    compression: Interval = parameter(
        (30.0, 70.0), title="Compression", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        safe=(0.0, 85.0), help="Range of the compression; 100 % is the lowest quality.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.JpegCompression(compression=whole(self.compression))

    def summary(self) -> str:
        return span(self.compression, "%")
