"""Steps that reduce every small block to one value; the picture keeps its size."""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import span, whole
from studio.core.spec import Interval, parameter


class Pooling(Step):
    """A step of this group."""

    group: ClassVar[str] = "Pooling"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")

    block: Interval = parameter(
        (1.0, 3.0), title="Size of a block", unit="px", minimum=1.0, maximum=16.0, step=1.0,
        safe=(1.0, 5.0), help="Range of a block's side (kernel size); 1 leaves the picture.",
    )  # fmt: skip

    def summary(self) -> str:
        return span(self.block, "px")


@augmenter
class AveragePooling(Pooling):
    """The mean of each block."""

    title: ClassVar[str] = "Mean pool"
    help: ClassVar[str] = "Keeps the mean of each block (imgaug AveragePooling)."
    also: ClassVar[str] = "mean mosaic pixelate"

    kind: Literal["average_pooling"] = "average_pooling"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.AveragePooling(whole(self.block))


@augmenter
class MaxPooling(Pooling):
    """The lightest of each block."""

    title: ClassVar[str] = "Max pool"
    help: ClassVar[str] = "Keeps the highest level of each block (imgaug MaxPooling)."
    also: ClassVar[str] = "maximum lightest dilate"

    kind: Literal["max_pooling"] = "max_pooling"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MaxPooling(whole(self.block))


@augmenter
class MinPooling(Pooling):
    """The darkest of each block."""

    title: ClassVar[str] = "Min pool"
    help: ClassVar[str] = "Keeps the lowest level of each block (imgaug MinPooling)."
    also: ClassVar[str] = "minimum darkest erode"

    kind: Literal["min_pooling"] = "min_pooling"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MinPooling(whole(self.block))


@augmenter
class MedianPooling(Pooling):
    """The middle of each block."""

    title: ClassVar[str] = "Median pool"
    help: ClassVar[str] = "Keeps the middle level of each block (imgaug MedianPooling)."
    also: ClassVar[str] = "median mosaic"

    kind: Literal["median_pooling"] = "median_pooling"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.MedianPooling(whole(self.block))
