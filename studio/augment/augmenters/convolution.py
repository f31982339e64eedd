"""Steps that filter the neighbourhood of every pixel."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import mix_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span
from studio.core.spec import Interval, parameter


class Convolution(Step):
    """A step of this group: the filtered picture, mixed with the picture itself."""

    group: ClassVar[str] = "Convolution"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")

    mix: Interval = mix_field(0.0, 40.0, 70.0)

    def summary(self) -> str:
        return span(self.mix, "%")


@augmenter
class Sharpen(Convolution):
    """Harder edges."""

    title: ClassVar[str] = "Sharpen"
    help: ClassVar[str] = "Makes edges harder (imgaug Sharpen)."
    also: ClassVar[str] = "unsharp crisp"

    kind: Literal["sharpen"] = "sharpen"
    lightness: Interval = parameter(
        (1.0, 1.0), title="Lightness", unit="×", minimum=0.3, maximum=2.0, step=0.05,
        safe=(0.7, 1.4), help="Range of how light the sharpened picture is; 1 keeps the light.",
    )  # fmt: skip
    shown: ClassVar[dict[str, Any]] = {"lightness": (1.0, 1.0)}

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Sharpen(alpha=fractions(self.mix), lightness=self.lightness)


@augmenter
class Emboss(Convolution):
    """As if pressed into paper."""

    title: ClassVar[str] = "Emboss"
    help: ClassVar[str] = "Light from one corner, as on pressed paper (imgaug Emboss)."
    also: ClassVar[str] = "relief paper"

    kind: Literal["emboss"] = "emboss"
    relief: Interval = parameter(
        (1.0, 1.0), title="Relief", unit="×", minimum=0.0, maximum=2.0, step=0.05,
        safe=(0.0, 2.0), help="Range of how deep the picture is pressed in (strength).",
    )  # fmt: skip
    shown: ClassVar[dict[str, Any]] = {"relief": (1.0, 1.0)}

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Emboss(alpha=fractions(self.mix), strength=self.relief)


@augmenter
class Ridges(Convolution):
    """Thin lines stand out."""

    title: ClassVar[str] = "Fine lines"
    help: ClassVar[str] = "Lifts thin lines and fine texture (Laplace filter, imgaug Convolve)."
    also: ClassVar[str] = "laplacian detail kernel high pass"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)

    kind: Literal["ridges"] = "ridges"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa
        import numpy as np

        kernel = np.array([[-1, -2, -1], [-2, 13, -2], [-1, -2, -1]], np.float32)
        return iaa.BlendAlpha(fractions(self.mix), foreground=[iaa.Convolve(kernel)])
