"""Steps that mix in the outlines of a picture."""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.fields import mix_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span
from studio.core.spec import Interval, parameter


class Outlines(Step):
    """A step of this group: outlines, mixed with the picture itself."""

    group: ClassVar[str] = "Edges"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")

    mix: Interval = mix_field(0.0, 40.0, 70.0)

    def summary(self) -> str:
        return span(self.mix, "%")


@augmenter
class Edges(Outlines):
    """Outlines."""

    title: ClassVar[str] = "Edges"
    help: ClassVar[str] = "Mixes in the outlines (imgaug EdgeDetect)."
    also: ClassVar[str] = "outline contour EdgeDetect"

    kind: Literal["edges"] = "edges"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.EdgeDetect(alpha=fractions(self.mix))


@augmenter
class DirectedEdges(Outlines):
    """Outlines of one direction."""

    title: ClassVar[str] = "Sided edges"
    help: ClassVar[str] = (
        "Mixes in the outlines that run across one direction (imgaug DirectedEdgeDetect)."
    )
    also: ClassVar[str] = "outline contour gradient"

    kind: Literal["directed_edges"] = "directed_edges"
    direction: Interval = parameter(
        (0.0, 360.0), title="Direction", unit="°", minimum=0.0, maximum=360.0, step=1.0,
        help="Range of the direction; 0° points up, 90° to the right.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        turn = self.direction[0] / 360.0, self.direction[1] / 360.0
        return iaa.DirectedEdgeDetect(alpha=fractions(self.mix), direction=turn)


@augmenter
class Canny(Outlines):
    """Drawn lines."""

    title: ClassVar[str] = "Canny edges"
    help: ClassVar[str] = "Mixes in thin lines in random colours (Canny 1986, imgaug Canny)."
    also: ClassVar[str] = "outline contour line drawing"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)
    channels: ClassVar[tuple[int, ...]] = (1, 3)

    kind: Literal["canny"] = "canny"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Canny(alpha=fractions(self.mix))
