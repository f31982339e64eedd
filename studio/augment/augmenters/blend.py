"""Steps that change a picture in some places only.

The effect stands in a list for the reason given in ``weather``.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from studio.augment.guard import guarded
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span, whole
from studio.core.spec import Interval, parameter

Effect = Literal["lighter", "darker", "contrast", "blur", "noise", "sharpen"]
_EFFECTS = {
    "lighter": "Lighter", "darker": "Darker", "contrast": "More contrast", "blur": "Blur",
    "noise": "Noise", "sharpen": "Sharper",
}  # fmt: skip


_SMALLEST = 8
"""Side in pixels below which imgaug's blending by a mask may fail."""


class Blend(Step):
    """A step of this group: one effect and its strength; the step says where."""

    group: ClassVar[str] = "In places"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")

    effect: Effect = parameter(
        "darker", title="Effect", choices=_EFFECTS, help="What happens in those places."
    )
    strength: Interval = parameter(
        (20.0, 60.0), title="Strength", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        safe=(0.0, 80.0), help="Range of the effect's strength; 0 % leaves the picture.",
    )  # fmt: skip

    def summary(self) -> str:
        return f"{_EFFECTS[self.effect].lower()}, {span(self.strength, '%')}"

    def build(self) -> ImgaugAugmenter:
        return guarded(self._places(), smallest=_SMALLEST)

    @abstractmethod
    def _places(self) -> ImgaugAugmenter:
        """The imgaug augmenter that blends the effect in."""

    def _effect(self) -> list[ImgaugAugmenter]:
        import imgaug.augmenters as iaa

        low, high = fractions(self.strength)
        if self.effect == "lighter":
            return [iaa.Multiply((1.0 + low, 1.0 + high))]
        if self.effect == "darker":
            return [iaa.Multiply((1.0 - 0.9 * high, 1.0 - 0.9 * low))]
        if self.effect == "contrast":
            return [iaa.LinearContrast((1.0 + 2.0 * low, 1.0 + 2.0 * high))]
        if self.effect == "blur":
            return [iaa.GaussianBlur((5.0 * low, 5.0 * high))]
        if self.effect == "noise":
            scale = (60.0 * low, 60.0 * high)
            return [iaa.AdditiveGaussianNoise(scale=scale, per_channel=True)]
        return [iaa.Sharpen(alpha=(low, high), lightness=1.0)]


@augmenter
class Clouded(Blend):
    """Soft patches."""

    title: ClassVar[str] = "Soft patches"
    help: ClassVar[str] = (
        "Changes the picture in soft patches, as shadows of leaves (simplex noise, imgaug "
        "BlendAlphaSimplexNoise)."
    )
    also: ClassVar[str] = "shadow blotches local blend perlin"

    kind: Literal["soft_patches"] = "soft_patches"
    fineness: Interval = parameter(
        (3.0, 10.0), title="Patches a side", minimum=2.0, maximum=64.0, step=1.0, safe=(2.0, 32.0),
        help="Range of the number of patches along the longer side (size of the coarse noise).",
    )  # fmt: skip

    def _places(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlphaSimplexNoise(
            foreground=self._effect(), size_px_max=whole(self.fineness), upscale_method="linear"
        )


class _Tiled(Blend):
    """The effect in some tiles of a grid."""

    tiles: Interval = parameter(
        (3.0, 6.0), title="Tiles a side", minimum=1.0, maximum=20.0, step=1.0, safe=(1.0, 12.0),
        help="Range of the number of tiles along each side.",
    )  # fmt: skip


@augmenter
class Chequered(_Tiled):
    """Every other tile."""

    title: ClassVar[str] = "Chequered"
    help: ClassVar[str] = (
        "Changes every other tile, as on a chessboard (imgaug BlendAlphaCheckerboard)."
    )
    also: ClassVar[str] = "checkerboard chess tiles blend"

    kind: Literal["chequered"] = "chequered"

    def _places(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        count = whole(self.tiles)
        return iaa.BlendAlphaCheckerboard(count, count, foreground=self._effect())


@augmenter
class SomeTiles(_Tiled):
    """Some tiles."""

    title: ClassVar[str] = "Some tiles"
    help: ClassVar[str] = (
        "Changes each tile of a grid by a share of its own (imgaug BlendAlphaRegularGrid)."
    )
    also: ClassVar[str] = "grid tiles blend"

    kind: Literal["some_tiles"] = "some_tiles"

    def _places(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        count = whole(self.tiles)
        return iaa.BlendAlphaRegularGrid(count, count, foreground=self._effect(), alpha=(0.0, 1.0))


@augmenter
class FadeAcross(Blend):
    """More and more to one side."""

    title: ClassVar[str] = "Fade across"
    help: ClassVar[str] = (
        "Changes one side more than the other, as light from a window (imgaug "
        "BlendAlphaHorizontalLinearGradient)."
    )
    also: ClassVar[str] = "gradient shade illumination vignette horizontal blend"

    kind: Literal["fade_across"] = "fade_across"

    def _places(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        # Each end draws its share: the stronger side is left as often as right.
        return iaa.BlendAlphaHorizontalLinearGradient(
            foreground=self._effect(), min_value=(0.0, 1.0), max_value=(0.0, 1.0),
            start_at=0.0, end_at=1.0,
        )  # fmt: skip


@augmenter
class FadeDown(Blend):
    """More and more up or down."""

    title: ClassVar[str] = "Fade down"
    help: ClassVar[str] = (
        "Changes top or bottom more than the other, as light from the sky (imgaug "
        "BlendAlphaVerticalLinearGradient)."
    )
    also: ClassVar[str] = "gradient shade illumination vignette vertical blend"

    kind: Literal["fade_down"] = "fade_down"

    def _places(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlphaVerticalLinearGradient(
            foreground=self._effect(), min_value=(0.0, 1.0), max_value=(0.0, 1.0),
            start_at=0.0, end_at=1.0,
        )  # fmt: skip


@augmenter
class SomePixels(Blend):
    """Each pixel its own share."""

    title: ClassVar[str] = "Some pixels"
    help: ClassVar[str] = "Changes each pixel by a share of its own (imgaug BlendAlphaElementwise)."
    also: ClassVar[str] = "elementwise blend grain"

    kind: Literal["pixel_by_pixel"] = "pixel_by_pixel"

    def _places(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlphaElementwise((0.0, 1.0), foreground=self._effect())


@augmenter
class SomeColours(Blend):
    """Only some colours."""

    title: ClassVar[str] = "Some colours"
    help: ClassVar[str] = (
        "Changes only what has certain random colours (imgaug BlendAlphaSomeColors)."
    )
    also: ClassVar[str] = "hue colour selective blend"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)
    channels: ClassVar[tuple[int, ...]] = (3,)

    kind: Literal["some_colours"] = "some_colours"

    def _places(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.BlendAlphaSomeColors(foreground=self._effect())
