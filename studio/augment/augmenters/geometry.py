"""Steps that move the whole picture: turned, scaled, pushed, slanted."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import Edge, edge_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span
from studio.core.spec import Interval, parameter


class Geometry(Step):
    """A step of this group."""

    group: ClassVar[str] = "Geometry"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


@augmenter
class Rotate(Geometry):
    """Turn around the middle."""

    title: ClassVar[str] = "Rotate"
    help: ClassVar[str] = "Turns the picture around its middle (rotation, imgaug Affine)."
    also: ClassVar[str] = "rotation turn spin tilt"
    shown: ClassVar[dict[str, Any]] = {"angle": (28.0, 28.0)}

    kind: Literal["rotate"] = "rotate"
    angle: Interval = parameter(
        (-25.0, 25.0), title="Angle", unit="°", minimum=-90.0, maximum=90.0, step=1.0,
        safe=(-45.0, 45.0), help="Range from which the angle is drawn; positive is clockwise.",
    )  # fmt: skip
    edge: Edge = edge_field()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Affine(rotate=self.angle, mode=self.edge)

    def summary(self) -> str:
        return span(self.angle, "°")


@augmenter
class Zoom(Geometry):
    """Nearer or farther."""

    title: ClassVar[str] = "Zoom"
    help: ClassVar[str] = "Brings the middle nearer or farther (scaling, imgaug Affine)."
    also: ClassVar[str] = "scale resize magnify"

    kind: Literal["zoom"] = "zoom"
    scale: Interval = parameter(
        (0.85, 1.2), title="Scale", unit="×", minimum=0.3, maximum=3.0, step=0.01,
        safe=(0.6, 1.6), help="Range from which the scale is drawn; below 1 shrinks the picture.",
    )  # fmt: skip
    edge: Edge = edge_field()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Affine(scale=self.scale, mode=self.edge)

    def summary(self) -> str:
        return span(self.scale, "×", 2)


@augmenter
class Shift(Geometry):
    """Push sideways."""

    title: ClassVar[str] = "Shift"
    help: ClassVar[str] = "Moves the picture sideways and up or down (translation, imgaug Affine)."
    also: ClassVar[str] = "translate translation move"

    kind: Literal["shift"] = "shift"
    across: Interval = parameter(
        (-10.0, 10.0), title="Left to right", unit="%", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range of the shift, as a share of the width.",
    )  # fmt: skip
    down: Interval = parameter(
        (-10.0, 10.0), title="Up to down", unit="%", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range of the shift, as a share of the height.",
    )  # fmt: skip
    edge: Edge = edge_field()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        both = {"x": fractions(self.across), "y": fractions(self.down)}
        return iaa.Affine(translate_percent=both, mode=self.edge)

    def summary(self) -> str:
        if self.across == self.down:
            return span(self.across, "%")
        return f"{span(self.across)}, {span(self.down, '%')}"


@augmenter
class Shear(Geometry):
    """Slant."""

    title: ClassVar[str] = "Shear"
    help: ClassVar[str] = "Slants the picture, as seen from the side (shear, imgaug Affine)."
    also: ClassVar[str] = "skew slant"

    kind: Literal["shear"] = "shear"
    angle: Interval = parameter(
        (-12.0, 12.0), title="Angle", unit="°", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range from which the angle of the slant is drawn.",
    )  # fmt: skip
    edge: Edge = edge_field()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        # As an interval of its own, imgaug would slant columns by the same angle as rows.
        return iaa.Affine(shear={"x": self.angle}, mode=self.edge)

    def summary(self) -> str:
        return span(self.angle, "°")


@augmenter
class ShearDown(Geometry):
    """Slant up and down."""

    title: ClassVar[str] = "Shear down"
    help: ClassVar[str] = "Pushes columns up and down, as seen from above (shear, imgaug Affine)."
    also: ClassVar[str] = "slant shear y vertical affine"

    kind: Literal["shear_down"] = "shear_down"
    angle: Interval = parameter(
        (-12.0, 12.0), title="Angle", unit="°", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range from which the angle of the slant is drawn.",
    )  # fmt: skip
    edge: Edge = edge_field()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Affine(shear={"y": self.angle}, mode=self.edge)

    def summary(self) -> str:
        return span(self.angle, "°")


@augmenter
class Stretch(Geometry):
    """Wider or taller."""

    title: ClassVar[str] = "Stretch"
    help: ClassVar[str] = (
        "Changes width and height by shares of their own (non-uniform scaling, imgaug Affine)."
    )
    also: ClassVar[str] = "scale aspect ratio squeeze ScaleX ScaleY"
    shown: ClassVar[dict[str, Any]] = {"across": (1.25, 1.25), "down": (0.8, 0.8)}

    kind: Literal["stretch"] = "stretch"
    across: Interval = parameter(
        (0.9, 1.1), title="Width", unit="×", minimum=0.3, maximum=3.0, step=0.01,
        safe=(0.75, 1.35), help="Range of the scale from left to right.",
    )  # fmt: skip
    down: Interval = parameter(
        (0.9, 1.1), title="Height", unit="×", minimum=0.3, maximum=3.0, step=0.01,
        safe=(0.75, 1.35), help="Range of the scale from top to bottom.",
    )  # fmt: skip
    edge: Edge = edge_field()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Affine(scale={"x": self.across, "y": self.down}, mode=self.edge)

    def summary(self) -> str:
        if self.across == self.down:
            return span(self.across, "×", 2)
        return f"{span(self.across, '', 1)}, {span(self.down, '×', 1)}"


@augmenter
class Affine(Geometry):
    """All of it in one go."""

    title: ClassVar[str] = "Affine"
    help: ClassVar[str] = (
        "Turns, scales, shifts and slants in one go, which loses less than one after the other "
        "(affine transform, imgaug Affine)."
    )
    also: ClassVar[str] = "rotate scale translate shear combined warp"
    shown: ClassVar[dict[str, Any]] = {
        "angle": (18.0, 18.0), "scale": (1.2, 1.2), "shear": (10.0, 10.0),
    }  # fmt: skip

    kind: Literal["affine"] = "affine"
    angle: Interval = parameter(
        (-15.0, 15.0), title="Angle", unit="°", minimum=-180.0, maximum=180.0, step=1.0,
        safe=(-45.0, 45.0), help="Range from which the angle is drawn; positive is clockwise.",
    )  # fmt: skip
    scale: Interval = parameter(
        (0.9, 1.1), title="Scale", unit="×", minimum=0.3, maximum=3.0, step=0.01,
        safe=(0.6, 1.6), help="Range from which the scale is drawn; below 1 shrinks the picture.",
    )  # fmt: skip
    shift: Interval = parameter(
        (-6.0, 6.0), title="Shift", unit="%", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range of the shift, drawn for both directions by itself.",
    )  # fmt: skip
    shear: Interval = parameter(
        (-6.0, 6.0), title="Slant", unit="°", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range from which the angle of the slant is drawn (shear).",
    )  # fmt: skip
    edge: Edge = edge_field()
    scale_by: Literal["same", "each"] = parameter(
        "same", title="Both scales", choices={"same": "Alike", "each": "Apart"},
        help="Whether width and height draw one scale, or each its own (x and y in imgaug).",
    )  # fmt: skip
    shift_by: Literal["each", "same"] = parameter(
        "each", title="Both shifts", choices={"same": "Alike", "each": "Apart"},
        help="Whether one share is drawn for across and down, or each draws its own (x and y).",
    )  # fmt: skip
    shear_by: Literal["rows", "same", "each"] = parameter(
        "rows", title="Slants", choices={"rows": "Rows", "same": "Alike", "each": "Apart"},
        help="Whether only rows are slanted, or columns too, by one angle or by their own (y).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        shift, shear = fractions(self.shift), self.shear
        slanted = {"rows": {"x": shear}, "same": shear, "each": {"x": shear, "y": shear}}
        return iaa.Affine(
            scale=self.scale if self.scale_by == "same" else {"x": self.scale, "y": self.scale},
            rotate=self.angle, shear=slanted[self.shear_by], mode=self.edge,
            translate_percent=shift if self.shift_by == "same" else {"x": shift, "y": shift},
        )  # fmt: skip

    def summary(self) -> str:
        return f"{span(self.angle, '°')}, {span(self.scale, '×', 1)}"
