"""Steps that take sharpness away."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import span, whole
from studio.core.spec import Interval, parameter


class Blur(Step):
    """A step of this group."""

    group: ClassVar[str] = "Blur"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


def _kernel(low: float, high: float, safe: float) -> Interval:
    kernel: Interval = parameter(
        (low, high), title="Width", unit="px", minimum=1.0, maximum=25.0, step=2.0,
        safe=(1.0, safe), help="Range of the width of the neighbourhood (kernel size).",
    )  # fmt: skip
    return kernel


@augmenter
class GaussianBlur(Blur):
    """Out of focus."""

    title: ClassVar[str] = "Blur"
    help: ClassVar[str] = "Softens the picture as if out of focus (imgaug GaussianBlur)."
    also: ClassVar[str] = "gaussian soft defocus out of focus"

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
class MotionBlur(Blur):
    """A shaken camera."""

    title: ClassVar[str] = "Motion blur"
    help: ClassVar[str] = "Smears along a random direction (imgaug MotionBlur)."
    also: ClassVar[str] = "shake camera smear"
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
class AverageBlur(Blur):
    """The mean of the neighbours."""

    title: ClassVar[str] = "Mean blur"
    help: ClassVar[str] = "Replaces each pixel by the mean of its neighbours (imgaug AverageBlur)."
    also: ClassVar[str] = "mean box blur"

    kind: Literal["average_blur"] = "average_blur"
    width: Interval = _kernel(1.0, 3.0, 7.0)

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.AverageBlur(k=whole(self.width))

    def summary(self) -> str:
        return span(self.width, "px")


@augmenter
class MedianBlur(Blur):
    """The middle of the neighbours."""

    title: ClassVar[str] = "Median blur"
    help: ClassVar[str] = (
        "Replaces each pixel by the median of its neighbours: specks go, edges stay "
        "(imgaug MedianBlur)."
    )
    also: ClassVar[str] = "median blur denoise"
    channels: ClassVar[tuple[int, ...]] = (1, 3, 4)

    kind: Literal["median_blur"] = "median_blur"
    width: Interval = _kernel(1.0, 5.0, 9.0)

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MedianBlur(k=whole(self.width))

    def summary(self) -> str:
        return span(self.width, "px")


@augmenter
class BilateralBlur(Blur):
    """Smooth surfaces, hard edges."""

    title: ClassVar[str] = "Soft areas"
    help: ClassVar[str] = (
        "Blurs within surfaces and keeps their edges (bilateral filter, imgaug BilateralBlur)."
    )
    also: ClassVar[str] = "bilateral denoise edge preserving"
    channels: ClassVar[tuple[int, ...]] = (3,)

    kind: Literal["bilateral_blur"] = "bilateral_blur"
    width: Interval = parameter(
        (3.0, 7.0), title="Width", unit="px", minimum=1.0, maximum=15.0, step=1.0,
        safe=(1.0, 9.0), help="Range of the width of the neighbourhood; wide ones take long.",
    )  # fmt: skip
    colours: Interval = parameter(
        (30.0, 90.0), title="Alike within", unit="levels", minimum=1.0, maximum=250.0, step=1.0,
        safe=(1.0, 150.0), help="Range of how far colours may differ and still mix (sigma colour).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BilateralBlur(
            d=whole(self.width), sigma_color=self.colours, sigma_space=(10, 100)
        )

    def summary(self) -> str:
        return span(self.width, "px")


@augmenter
class MeanShiftBlur(Blur):
    """Surfaces of one colour."""

    title: ClassVar[str] = "Flat areas"
    help: ClassVar[str] = (
        "Draws neighbours of like colour together until surfaces are even (mean shift, imgaug "
        "MeanShiftBlur)."
    )
    also: ClassVar[str] = "mean shift segmentation flatten slow"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["mean_shift_blur"] = "mean_shift_blur"
    radius: Interval = parameter(
        (3.0, 8.0), title="Radius", unit="px", minimum=1.0, maximum=20.0, step=0.5,
        safe=(1.0, 12.0), help="Range of the radius of the neighbourhood; wide ones take long.",
    )  # fmt: skip
    colours: Interval = parameter(
        (8.0, 20.0), title="Alike within", unit="levels", minimum=1.0, maximum=40.0, step=0.5,
        safe=(1.0, 30.0), help="Range of how far colours may differ and still mix (colour radius).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MeanShiftBlur(spatial_radius=self.radius, color_radius=self.colours)

    def summary(self) -> str:
        return span(self.radius, "px", 1)
