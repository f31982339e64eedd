"""Steps that cut, pad or change the resolution; the picture keeps its size."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.guard import guarded
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span
from studio.core.spec import Interval, parameter

Filling = Literal["constant", "edge", "reflect", "wrap", "mean"]
_FILLINGS = {
    "constant": "Black", "edge": "Edge pixels", "reflect": "Mirror image", "wrap": "Other side",
    "mean": "Mean colour",
}  # fmt: skip


def _filling(default: Filling) -> Filling:
    filling: Filling = parameter(
        default, title="Fill with", choices=_FILLINGS, help="What the new border shows (pad mode)."
    )
    return filling


class Size(Step):
    """A step of this group."""

    group: ClassVar[str] = "Crop and pad"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


@augmenter
class Crop(Size):
    """Cut the border off."""

    title: ClassVar[str] = "Crop"
    help: ClassVar[str] = "Cuts each side by its own share and enlarges the rest (imgaug Crop)."
    also: ClassVar[str] = "cut border random resized crop"

    kind: Literal["crop"] = "crop"
    share: Interval = parameter(
        (0.0, 15.0), title="Cut from each side", unit="%", minimum=0.0, maximum=45.0, step=1.0,
        safe=(0.0, 25.0), help="Range of the share of width or height cut from each side.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Crop(percent=fractions(self.share), keep_size=True)

    def summary(self) -> str:
        return span(self.share, "%")


@augmenter
class Pad(Size):
    """A border around it."""

    title: ClassVar[str] = "Pad"
    help: ClassVar[str] = (
        "Adds a border to each side by its own share and shrinks the result (imgaug Pad)."
    )
    also: ClassVar[str] = "border frame margin padding"

    kind: Literal["pad"] = "pad"
    share: Interval = parameter(
        (0.0, 12.0), title="Added to each side", unit="%", minimum=0.0, maximum=60.0, step=1.0,
        safe=(0.0, 30.0), help="Range of the share of width or height added to each side.",
    )  # fmt: skip
    filling: Filling = _filling("constant")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Pad(percent=fractions(self.share), pad_mode=self.filling, keep_size=True)

    def summary(self) -> str:
        return span(self.share, "%")


@augmenter
class CropAndPad(Size):
    """Each side in or out."""

    title: ClassVar[str] = "Crop or pad"
    help: ClassVar[str] = (
        "Cuts or pads each side by its own share and brings the rest to size (imgaug CropAndPad)."
    )
    also: ClassVar[str] = "border shift frame"
    shown: ClassVar[dict[str, Any]] = {"share": (-18.0, 18.0)}

    kind: Literal["crop_and_pad"] = "crop_and_pad"
    share: Interval = parameter(
        (-8.0, 8.0), title="Change of each side", unit="%", minimum=-45.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range of the share; below zero cuts, above zero pads.",
    )  # fmt: skip
    filling: Filling = _filling("edge")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.CropAndPad(percent=fractions(self.share), pad_mode=self.filling, keep_size=True)

    def summary(self) -> str:
        return span(self.share, "%")


@augmenter
class AspectCrop(Size):
    """Cut to another shape."""

    title: ClassVar[str] = "Aspect"
    help: ClassVar[str] = (
        "Cuts to another ratio of width to height at a random place and pulls the rest to size "
        "(imgaug CropToAspectRatio)."
    )
    also: ClassVar[str] = "aspect ratio crop stretch square"

    kind: Literal["aspect_crop"] = "aspect_crop"
    ratio: float = parameter(
        1.3, title="Width to height", unit="×", minimum=0.4, maximum=2.5, step=0.05,
        safe=(0.7, 1.5), help="Ratio of width to height that is cut out (aspect ratio).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        cut = iaa.CropToAspectRatio(self.ratio, position="uniform")
        return iaa.KeepSizeByResize([cut], interpolation="linear")

    def summary(self) -> str:
        return span((self.ratio, self.ratio), "×", 2)


@augmenter
class Resolution(Size):
    """Fewer pixels."""

    title: ClassVar[str] = "Resolution"
    help: ClassVar[str] = (
        "Shrinks the picture and brings it back to size, as a cheaper camera would (imgaug Resize)."
    )
    also: ClassVar[str] = "downscale low resolution pixelate resize blurry"
    shown: ClassVar[dict[str, Any]] = {"share": (25.0, 25.0)}

    kind: Literal["resolution"] = "resolution"
    share: Interval = parameter(
        (40.0, 90.0), title="Pixels kept a side", unit="%", minimum=5.0, maximum=100.0, step=1.0,
        safe=(25.0, 100.0), help="Range of the share of width and height that is kept.",
    )  # fmt: skip
    back: Literal["linear", "nearest", "cubic"] = parameter(
        "linear", title="Enlarge by",
        choices={"linear": "Smooth", "nearest": "Squares", "cubic": "Smooth and sharp"},
        help="How the missing pixels are made up (interpolation).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        fewer = iaa.Resize(fractions(self.share), interpolation="linear")
        # At 5 % a side of 20 pixels keeps one.
        return guarded(iaa.KeepSizeByResize([fewer], interpolation=self.back), smallest=20)

    def summary(self) -> str:
        return span(self.share, "%")
