"""Steps that filter the neighbourhood of every pixel."""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span
from studio.core.spec import Interval, parameter


class Convolution(Step):
    """A step of this group: the filtered picture, mixed with the picture itself."""

    group: ClassVar[str] = "Convolution"

    mix: Interval = parameter(
        (0.0, 40.0), title="Mix", unit="%", minimum=0.0, maximum=100.0, step=1.0, safe=(0.0, 70.0),
        help="Range of the share of the filtered picture (alpha); 0 % leaves the picture.",
    )  # fmt: skip

    def summary(self) -> str:
        return span(self.mix, "%")


@augmenter
class Sharpen(Convolution):
    """Harder edges."""

    title: ClassVar[str] = "Sharpen"
    help: ClassVar[str] = "Makes edges harder (imgaug Sharpen)."

    kind: Literal["sharpen"] = "sharpen"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Sharpen(alpha=fractions(self.mix), lightness=1.0)


@augmenter
class Emboss(Convolution):
    """As if pressed into paper."""

    title: ClassVar[str] = "Emboss"
    help: ClassVar[str] = "Light from one corner, as on pressed paper (imgaug Emboss)."

    kind: Literal["emboss"] = "emboss"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Emboss(alpha=fractions(self.mix), strength=1.0)


@augmenter
class Edges(Convolution):
    """Outlines."""

    title: ClassVar[str] = "Edges"
    help: ClassVar[str] = "Mixes in the outlines (imgaug EdgeDetect)."

    kind: Literal["edges"] = "edges"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.EdgeDetect(alpha=fractions(self.mix))
