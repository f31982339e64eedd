"""Steps that move pixels to other places."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import EDGES, chance_words, fractions, number, span
from studio.core.spec import Interval, parameter

Edge = Literal["symmetric", "edge", "wrap", "constant"]


def _edge() -> Edge:
    edge: Edge = parameter(
        "symmetric", title="Fill the edge with", choices=EDGES,
        help="What appears where the picture no longer reaches (border mode).",
    )  # fmt: skip
    return edge


def _half() -> float:
    share: float = parameter(
        50.0, title="Chance", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        help="Share of the pictures that are turned over (probability).",
    )  # fmt: skip
    return share


class Geometry(Step):
    """A step of this group."""

    group: ClassVar[str] = "Geometry"


@augmenter
class Mirror(Geometry):
    """Left becomes right."""

    title: ClassVar[str] = "Mirror"
    help: ClassVar[str] = "Swaps left and right (horizontal flip, imgaug Fliplr)."

    kind: Literal["mirror"] = "mirror"
    probability: float = _half()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Fliplr(1.0)

    def summary(self) -> str:
        return f"left–right, {chance_words(self.probability)}"


@augmenter
class Flip(Geometry):
    """Top becomes bottom."""

    title: ClassVar[str] = "Flip"
    help: ClassVar[str] = "Swaps top and bottom (vertical flip, imgaug Flipud)."

    kind: Literal["flip"] = "flip"
    probability: float = _half()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Flipud(1.0)

    def summary(self) -> str:
        return f"up–down, {chance_words(self.probability)}"


@augmenter
class Rotate(Geometry):
    """Turn around the middle."""

    title: ClassVar[str] = "Rotate"
    help: ClassVar[str] = "Turns the picture around its middle (rotation, imgaug Affine)."
    shown: ClassVar[dict[str, Any]] = {"angle": (28.0, 28.0)}

    kind: Literal["rotate"] = "rotate"
    angle: Interval = parameter(
        (-25.0, 25.0), title="Angle", unit="°", minimum=-90.0, maximum=90.0, step=1.0,
        safe=(-45.0, 45.0), help="Range from which the angle is drawn; positive is clockwise.",
    )  # fmt: skip
    edge: Edge = _edge()

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

    kind: Literal["zoom"] = "zoom"
    scale: Interval = parameter(
        (0.85, 1.2), title="Scale", unit="×", minimum=0.3, maximum=3.0, step=0.01,
        safe=(0.6, 1.6), help="Range from which the scale is drawn; below 1 shrinks the picture.",
    )  # fmt: skip
    edge: Edge = _edge()

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

    kind: Literal["shift"] = "shift"
    across: Interval = parameter(
        (-10.0, 10.0), title="Left to right", unit="%", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range of the shift, as a share of the width.",
    )  # fmt: skip
    down: Interval = parameter(
        (-10.0, 10.0), title="Up to down", unit="%", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range of the shift, as a share of the height.",
    )  # fmt: skip
    edge: Edge = _edge()

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

    kind: Literal["shear"] = "shear"
    angle: Interval = parameter(
        (-12.0, 12.0), title="Angle", unit="°", minimum=-60.0, maximum=60.0, step=1.0,
        safe=(-25.0, 25.0), help="Range from which the angle of the slant is drawn.",
    )  # fmt: skip
    edge: Edge = _edge()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Affine(shear=self.angle, mode=self.edge)

    def summary(self) -> str:
        return span(self.angle, "°")


@augmenter
class Crop(Geometry):
    """Cut the border off."""

    title: ClassVar[str] = "Crop"
    help: ClassVar[str] = "Cuts each side by its own share and enlarges the rest (imgaug Crop)."

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
class Perspective(Geometry):
    """Seen from another side."""

    title: ClassVar[str] = "Perspective"
    help: ClassVar[str] = "Pulls the corners inwards (imgaug PerspectiveTransform)."

    kind: Literal["perspective"] = "perspective"
    strength: Interval = parameter(
        (1.0, 8.0), title="Strength", unit="%", minimum=0.0, maximum=30.0, step=0.5,
        safe=(0.0, 12.0),
        help="Spread of the corners' random moves, as a share of the size (standard deviation).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.PerspectiveTransform(fractions(self.strength), mode="replicate", keep_size=True)

    def summary(self) -> str:
        return span(self.strength, "%", 1)


@augmenter
class Elastic(Geometry):
    """As if printed on rubber."""

    title: ClassVar[str] = "Elastic"
    help: ClassVar[str] = "Bends the picture locally (elastic deformation, Simard et al. 2003)."
    shown: ClassVar[dict[str, Any]] = {"strength": (60.0, 60.0)}

    kind: Literal["elastic"] = "elastic"
    strength: Interval = parameter(
        (0.0, 20.0), title="Strength", minimum=0.0, maximum=150.0, step=1.0,
        safe=(0.0, 50.0), help="Range of the strength of the distortion field (alpha).",
    )  # fmt: skip
    smoothness: float = parameter(
        4.0, title="Smoothness", unit="px", minimum=0.5, maximum=20.0, step=0.5,
        safe=(2.0, 20.0), help="Blur of the distortion field (sigma); low values look like water.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.ElasticTransformation(self.strength, sigma=self.smoothness, mode="reflect")

    def summary(self) -> str:
        return f"{span(self.strength)}, {number(self.smoothness, 1)} px"


@augmenter
class QuarterTurn(Geometry):
    """Any of the four sides up."""

    title: ClassVar[str] = "Turn 90°"
    help: ClassVar[str] = "Turns by 90°, 180° or 270°, without loss (imgaug Rot90)."

    kind: Literal["quarter_turn"] = "quarter_turn"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Rot90((0, 3), keep_size=True)

    def summary(self) -> str:
        return f"0° … 270°, {chance_words(self.probability)}"
