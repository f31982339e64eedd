"""Steps that do what Pillow does, to the pixel: for networks that were trained with it.

RandAugment and AutoAugment were published with Pillow's operations, which differ from others of
the same name in rounding and in what they keep fixed.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import change_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import factors, span, whole
from studio.core.spec import Interval, parameter


class Pillow(Step):
    """A step of this group."""

    group: ClassVar[str] = "As in Pillow"


@augmenter
class PillowAutocontrast(Pillow):
    """The whole range of levels."""

    title: ClassVar[str] = "Autocontrast"
    help: ClassVar[str] = (
        "Spreads the levels over the whole range and cuts some at both ends (pillike Autocontrast)."
    )
    also: ClassVar[str] = "pil autocontrast normalise normalize randaugment autoaugment"
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["pil_autocontrast"] = "pil_autocontrast"
    cut: Interval = parameter(
        (0.0, 4.0), title="Cut at each end", unit="%", minimum=0.0, maximum=30.0, step=1.0,
        safe=(0.0, 10.0), help="Range of the share of pixels that become black or white (cutoff).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.pillike.Autocontrast(cutoff=whole(self.cut))

    def summary(self) -> str:
        return span(self.cut, "%")


@augmenter
class PillowEqualize(Pillow):
    """All levels equally frequent."""

    title: ClassVar[str] = "PIL equalise"
    help: ClassVar[str] = (
        "Spreads every channel so that all its levels are equally frequent (pillike Equalize)."
    )
    also: ClassVar[str] = "pil histogram equalize randaugment autoaugment"
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["pil_equalize"] = "pil_equalize"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.pillike.Equalize()

    def summary(self) -> str:
        return "every channel"


class _Enhanced(Pillow):
    """More or less of something, by ``PIL.ImageEnhance``."""

    imgaug_name: ClassVar[str] = ""
    channels: ClassVar[tuple[int, ...]] = (3,)

    change: Interval = change_field(-30, 40, -100, 200, (-60, 90), "the property")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return getattr(iaa.pillike, self.imgaug_name)(factors(self.change))

    def summary(self) -> str:
        return span(self.change, "%")


@augmenter
class PillowColour(_Enhanced):
    """Paler or stronger colours."""

    title: ClassVar[str] = "PIL colour"
    help: ClassVar[str] = (
        "Makes colours paler or stronger than the grey of the same light (pillike EnhanceColor)."
    )
    also: ClassVar[str] = "pil saturation randaugment autoaugment"
    imgaug_name: ClassVar[str] = "EnhanceColor"
    shown: ClassVar[dict[str, Any]] = {"change": (-90.0, -90.0)}

    kind: Literal["pil_colour"] = "pil_colour"


@augmenter
class PillowContrast(_Enhanced):
    """Flatter or harder."""

    title: ClassVar[str] = "PIL contrast"
    help: ClassVar[str] = (
        "Spreads or squeezes the levels around the picture's own mean (pillike EnhanceContrast)."
    )
    also: ClassVar[str] = "pil randaugment autoaugment"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    imgaug_name: ClassVar[str] = "EnhanceContrast"

    kind: Literal["pil_contrast"] = "pil_contrast"


@augmenter
class PillowBrightness(_Enhanced):
    """Lighter or darker."""

    title: ClassVar[str] = "PIL light"
    help: ClassVar[str] = "Makes the picture lighter or darker (pillike EnhanceBrightness)."
    also: ClassVar[str] = "pil randaugment autoaugment"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    imgaug_name: ClassVar[str] = "EnhanceBrightness"

    kind: Literal["pil_brightness"] = "pil_brightness"


@augmenter
class PillowSharpness(_Enhanced):
    """Softer or harder edges."""

    title: ClassVar[str] = "PIL sharp"
    help: ClassVar[str] = "Makes edges softer or harder (pillike EnhanceSharpness)."
    also: ClassVar[str] = "pil sharpen blur randaugment autoaugment"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    imgaug_name: ClassVar[str] = "EnhanceSharpness"
    shown: ClassVar[dict[str, Any]] = {"change": (200.0, 200.0)}

    kind: Literal["pil_sharpness"] = "pil_sharpness"
    change: Interval = change_field(-60, 100, -100, 400, (-100, 200), "sharpness")


@augmenter
class PillowAffine(Pillow):
    """Turned, scaled and slanted."""

    title: ClassVar[str] = "PIL affine"
    help: ClassVar[str] = (
        "Turns, scales and slants and fills the gap with one colour (pillike Affine)."
    )
    also: ClassVar[str] = "pil rotate scale shear randaugment autoaugment"
    channels: ClassVar[tuple[int, ...]] = (3,)
    shown: ClassVar[dict[str, Any]] = {
        "angle": (20.0, 20.0), "scale": (1.0, 1.0), "shear": (0.0, 0.0),
    }  # fmt: skip

    kind: Literal["pil_affine"] = "pil_affine"
    angle: Interval = parameter(
        (-15.0, 15.0), title="Angle", unit="°", minimum=-180.0, maximum=180.0, step=1.0,
        safe=(-45.0, 45.0), help="Range from which the angle is drawn.",
    )  # fmt: skip
    scale: Interval = parameter(
        (0.9, 1.1), title="Scale", unit="×", minimum=0.3, maximum=3.0, step=0.01,
        safe=(0.6, 1.6), help="Range from which the scale is drawn; below 1 shrinks the picture.",
    )  # fmt: skip
    shear: Interval = parameter(
        (-8.0, 8.0), title="Slant", unit="°", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range from which the angle of the slant is drawn (shear).",
    )  # fmt: skip
    fill: Literal["grey", "black", "white"] = parameter(
        "grey", title="Fill with", choices={"grey": "Grey", "black": "Black", "white": "White"},
        help="What appears where the picture no longer reaches.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        level = {"grey": 128, "black": 0, "white": 255}[self.fill]
        return iaa.pillike.Affine(
            scale=self.scale, rotate=self.angle, shear=self.shear, fillcolor=level
        )

    def summary(self) -> str:
        return f"{span(self.angle, '°')}, {span(self.scale, '×', 1)}"
