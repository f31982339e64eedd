"""Steps that take detail away: blur, noise, holes, compression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, number, span, whole
from studio.core.spec import Interval, parameter


class BlurNoise(Step):
    """A step of this group."""

    group: ClassVar[str] = "Blur and noise"


@augmenter
class GaussianBlur(BlurNoise):
    """Out of focus."""

    title: ClassVar[str] = "Blur"
    help: ClassVar[str] = "Softens the picture as if out of focus (imgaug GaussianBlur)."

    kind: Literal["gaussian_blur"] = "gaussian_blur"
    sigma: Interval = parameter(
        (0.0, 1.0), title="Radius", unit="px", minimum=0.0, maximum=10.0, step=0.1,
        safe=(0.0, 2.5), help="Range of the blur's radius (standard deviation σ of the Gaussian).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.GaussianBlur(self.sigma)

    def summary(self) -> str:
        return span(self.sigma, "px", 1)


@augmenter
class MotionBlur(BlurNoise):
    """A shaken camera."""

    title: ClassVar[str] = "Motion blur"
    help: ClassVar[str] = "Smears along a random direction (imgaug MotionBlur)."
    shown: ClassVar[dict[str, Any]] = {"length": (11.0, 11.0)}

    kind: Literal["motion_blur"] = "motion_blur"
    length: Interval = parameter(
        (3.0, 7.0), title="Length", unit="px", minimum=3.0, maximum=41.0, step=2.0,
        safe=(3.0, 15.0), help="Range of the length of the smear (kernel size).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MotionBlur(k=whole(self.length))

    def summary(self) -> str:
        return span(self.length, "px")


@augmenter
class GaussianNoise(BlurNoise):
    """Grain."""

    title: ClassVar[str] = "Noise"
    help: ClassVar[str] = "Adds grain, as a sensor does in the dark (AdditiveGaussianNoise)."
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
class SaltAndPepper(BlurNoise):
    """Dead pixels."""

    title: ClassVar[str] = "Specks"
    help: ClassVar[str] = (
        "Turns single pixels black or white (salt and pepper noise, imgaug SaltAndPepper)."
    )

    kind: Literal["salt_pepper"] = "salt_pepper"
    share: Interval = parameter(
        (0.0, 2.0), title="Share of pixels", unit="%", minimum=0.0, maximum=50.0, step=0.5,
        safe=(0.0, 8.0), help="Range of the share of pixels that are replaced.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.SaltAndPepper(fractions(self.share))

    def summary(self) -> str:
        return span(self.share, "%", 1)


Fill = Literal["grey", "black", "white", "noise"]
FILLS = {"grey": "Grey", "black": "Black", "white": "White", "noise": "Noise"}
_LEVELS = {"grey": 128, "black": 0, "white": 255, "noise": 0}


@augmenter
class CutOut(BlurNoise):
    """Something stands in front."""

    title: ClassVar[str] = "Cut-out"
    help: ClassVar[str] = "Covers squares at random places (Cutout, DeVries and Taylor 2017)."
    shown: ClassVar[dict[str, Any]] = {"holes": (4.0, 4.0), "size": (16.0, 16.0)}

    kind: Literal["cut_out"] = "cut_out"
    holes: Interval = parameter(
        (1.0, 3.0), title="Holes", minimum=1.0, maximum=12.0, step=1.0, safe=(1.0, 6.0),
        help="Range of the number of squares in each picture.",
    )  # fmt: skip
    size: Interval = parameter(
        (8.0, 16.0), title="Size", unit="%", minimum=1.0, maximum=60.0, step=1.0,
        safe=(1.0, 25.0), help="Range of a square's side, as a share of the picture's shorter one.",
    )  # fmt: skip
    fill: Fill = parameter(
        "grey", title="Fill with", choices=FILLS, help="What is seen in place of the picture."
    )

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Cutout(
            nb_iterations=whole(self.holes),
            size=fractions(self.size),
            squared=True,
            fill_mode="gaussian" if self.fill == "noise" else "constant",
            cval=_LEVELS[self.fill],
            fill_per_channel=self.fill == "noise",
        )

    def summary(self) -> str:
        single = self.holes == (1.0, 1.0)
        return f"{span(self.holes)} {'hole' if single else 'holes'}, {span(self.size, '%')}"


@augmenter
class DropOut(BlurNoise):
    """Missing pixels."""

    title: ClassVar[str] = "Drop-out"
    help: ClassVar[str] = "Turns blocks of a coarse grid black (imgaug CoarseDropout)."

    kind: Literal["drop_out"] = "drop_out"
    share: Interval = parameter(
        (0.0, 8.0), title="Share of blocks", unit="%", minimum=0.0, maximum=60.0, step=1.0,
        safe=(0.0, 20.0), help="Range of the share of blocks that go black.",
    )  # fmt: skip
    block: float = parameter(
        6.0, title="Size of a block", unit="%", minimum=1.0, maximum=50.0, step=1.0,
        safe=(1.0, 20.0), help="Side of a block, as a share of the picture's side.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        low, high = fractions(self.share)
        share = low if low == high else (low, high)  # imgaug refuses an interval of no length
        # The mask is drawn at a lower resolution: one pixel of it becomes one block.
        return iaa.CoarseDropout(share, size_px=max(2, round(100.0 / self.block)))

    def summary(self) -> str:
        return f"{span(self.share, '%')}, blocks {number(self.block)} %"


@augmenter
class Jpeg(BlurNoise):
    """Compressed too much."""

    title: ClassVar[str] = "JPEG"
    help: ClassVar[str] = "Leaves the traces of strong compression (imgaug JpegCompression)."
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
