"""Steps that draw a picture by hand, so to speak."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import chance_field, mix_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, number, span, whole
from studio.core.spec import Interval, parameter


class Artistic(Step):
    """A step of this group, mixed with the picture itself."""

    group: ClassVar[str] = "Artistic"

    probability: float = chance_field(
        50.0, "Share of the pictures that are drawn so (probability)."
    )
    mix: Interval = mix_field(30.0, 100.0, 100.0)

    def summary(self) -> str:
        return span(self.mix, "%")


@augmenter
class Cartoon(Artistic):
    """Even surfaces with black outlines."""

    title: ClassVar[str] = "Cartoon"
    help: ClassVar[str] = "Even surfaces, strong colours, black outlines (imgaug Cartoon)."
    also: ClassVar[str] = "comic drawing stylize slow"
    channels: ClassVar[tuple[int, ...]] = (3,)

    kind: Literal["cartoon"] = "cartoon"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlpha(fractions(self.mix), foreground=[iaa.Cartoon()])


@augmenter
class Sketch(Artistic):
    """A pencil drawing."""

    title: ClassVar[str] = "Sketch"
    help: ClassVar[str] = (
        "Dark outlines on light paper (strong edges in negative, imgaug EdgeDetect and Invert)."
    )
    also: ClassVar[str] = "pencil drawing lines EdgeDetect"

    kind: Literal["sketch"] = "sketch"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        drawn = [iaa.EdgeDetect(alpha=1.0), iaa.Multiply(4.0), iaa.Invert(1.0)]
        return iaa.BlendAlpha(fractions(self.mix), foreground=drawn)


@augmenter
class Painting(Artistic):
    """Brush strokes."""

    title: ClassVar[str] = "Painting"
    help: ClassVar[str] = (
        "Broad strokes of few tones (median filter, then fewer levels, imgaug MedianBlur and "
        "UniformColorQuantization)."
    )
    also: ClassVar[str] = "oil brush poster MedianBlur"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    shown: ClassVar[dict[str, Any]] = {"tones": 6.0}

    kind: Literal["painting"] = "painting"
    brush: Interval = parameter(
        (3.0, 7.0), title="Brush", unit="px", minimum=1.0, maximum=21.0, step=2.0,
        safe=(1.0, 9.0), help="Range of the width of a stroke (kernel size).",
    )  # fmt: skip
    tones: float = parameter(
        12.0, title="Tones", minimum=3.0, maximum=40.0, step=1.0, safe=(6.0, 40.0),
        help="Levels of every channel that remain.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        drawn = [
            iaa.MedianBlur(k=whole(self.brush)),
            iaa.UniformColorQuantization(n_colors=round(self.tones)),
        ]
        return iaa.BlendAlpha(fractions(self.mix), foreground=drawn)

    def summary(self) -> str:
        return f"{span(self.brush, 'px')}, {number(self.tones)} tones"
