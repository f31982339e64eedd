"""Steps that replace single pixels or small blocks by others."""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.fields import share_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, number, span
from studio.core.spec import Interval, parameter


class Specks(Step):
    """A step of this group."""

    group: ClassVar[str] = "Specks"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


@augmenter
class SaltAndPepper(Specks):
    """Dead pixels."""

    title: ClassVar[str] = "Specks"
    help: ClassVar[str] = (
        "Turns single pixels black or white (salt and pepper noise, imgaug SaltAndPepper)."
    )
    also: ClassVar[str] = "salt pepper dead pixels noise"

    kind: Literal["salt_pepper"] = "salt_pepper"
    share: Interval = parameter(
        (0.0, 2.0), title="Share of pixels", unit="%", minimum=0.0, maximum=50.0, step=0.5,
        safe=(0.0, 8.0), help="Range of the share of pixels that are replaced.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.SaltAndPepper(fractions(self.share))

    def summary(self) -> str:
        return span(self.share, "%", 1)


class _Pixels(Specks):
    """Single pixels that are replaced."""

    share: Interval = share_field(0.0, 3.0, 50.0, 8.0, "pixels that are replaced")

    def summary(self) -> str:
        return span(self.share, "%", 1)


@augmenter
class Salt(_Pixels):
    """White pixels."""

    title: ClassVar[str] = "White specks"
    help: ClassVar[str] = "Turns single pixels white or nearly so (imgaug Salt)."
    also: ClassVar[str] = "salt noise hot pixels"

    kind: Literal["salt"] = "salt"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Salt(fractions(self.share))


@augmenter
class Pepper(_Pixels):
    """Black pixels."""

    title: ClassVar[str] = "Black specks"
    help: ClassVar[str] = "Turns single pixels black or nearly so (imgaug Pepper)."
    also: ClassVar[str] = "pepper noise dust"

    kind: Literal["pepper"] = "pepper"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Pepper(fractions(self.share))


@augmenter
class ImpulseNoise(_Pixels):
    """Coloured pixels."""

    title: ClassVar[str] = "Mixed specks"
    help: ClassVar[str] = (
        "Turns single pixels of each channel black or white by itself (imgaug ImpulseNoise)."
    )
    also: ClassVar[str] = "impulse noise salt pepper"

    kind: Literal["impulse_noise"] = "impulse_noise"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.ImpulseNoise(fractions(self.share))


@augmenter
class RandomPixels(_Pixels):
    """Pixels of any level."""

    title: ClassVar[str] = "Wrong pixels"
    help: ClassVar[str] = "Replaces single pixels by random levels (imgaug ReplaceElementwise)."
    also: ClassVar[str] = "replace noise"

    kind: Literal["random_pixels"] = "random_pixels"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        low, high = fractions(self.share)
        # imgaug reads an interval as the share's own distribution only where it has a length.
        share = low if low == high else (low, high)
        return iaa.ReplaceElementwise(share, (0, 255), per_channel=True)


class _Blocks(Specks):
    """Small blocks that are replaced."""

    share: Interval = share_field(1.0, 5.0, 50.0, 12.0, "blocks that are replaced")
    block: float = parameter(
        4.0, title="Size of a block", unit="%", minimum=1.0, maximum=25.0, step=0.5,
        safe=(1.0, 12.0), help="Side of a block, as a share of the picture's side.",
    )  # fmt: skip

    def summary(self) -> str:
        return f"{span(self.share, '%', 1)}, blocks {number(self.block)} %"

    def _side(self) -> int:
        """Side of the coarse mask in pixels: one pixel of it becomes one block."""
        return max(3, round(100.0 / self.block))


@augmenter
class CoarseSalt(_Blocks):
    """White blocks."""

    title: ClassVar[str] = "White blocks"
    help: ClassVar[str] = "Covers small blocks with nearly white grain (imgaug CoarseSalt)."
    also: ClassVar[str] = "salt coarse occlusion"

    kind: Literal["coarse_salt"] = "coarse_salt"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.CoarseSalt(fractions(self.share), size_px=self._side())


@augmenter
class CoarsePepper(_Blocks):
    """Black blocks."""

    title: ClassVar[str] = "Black blocks"
    help: ClassVar[str] = "Covers small blocks with nearly black grain (imgaug CoarsePepper)."
    also: ClassVar[str] = "pepper coarse occlusion"

    kind: Literal["coarse_pepper"] = "coarse_pepper"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.CoarsePepper(fractions(self.share), size_px=self._side())


@augmenter
class CoarseSaltPepper(_Blocks):
    """Black and white blocks."""

    title: ClassVar[str] = "Mixed blocks"
    help: ClassVar[str] = "Covers small blocks with black and white grain (CoarseSaltAndPepper)."
    also: ClassVar[str] = "salt pepper coarse occlusion"

    kind: Literal["coarse_salt_pepper"] = "coarse_salt_pepper"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.CoarseSaltAndPepper(fractions(self.share), size_px=self._side())
