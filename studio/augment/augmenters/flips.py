"""Steps that turn a picture over or by quarters, without loss."""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.fields import chance_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import chance_words


def _half() -> float:
    return chance_field(50.0, "Share of the pictures that are turned over (probability).")


class Flips(Step):
    """A step of this group."""

    group: ClassVar[str] = "Flip and turn"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


@augmenter
class Mirror(Flips):
    """Left becomes right."""

    title: ClassVar[str] = "Mirror"
    help: ClassVar[str] = "Swaps left and right (horizontal flip, imgaug Fliplr)."
    also: ClassVar[str] = "horizontal flip left right reflect"

    kind: Literal["mirror"] = "mirror"
    probability: float = _half()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Fliplr(1.0)

    def summary(self) -> str:
        return f"left–right, {chance_words(self.probability)}"


@augmenter
class Flip(Flips):
    """Top becomes bottom."""

    title: ClassVar[str] = "Flip"
    help: ClassVar[str] = "Swaps top and bottom (vertical flip, imgaug Flipud)."
    also: ClassVar[str] = "vertical flip upside down"

    kind: Literal["flip"] = "flip"
    probability: float = _half()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Flipud(1.0)

    def summary(self) -> str:
        return f"up–down, {chance_words(self.probability)}"


@augmenter
class QuarterTurn(Flips):
    """Any of the four sides up."""

    title: ClassVar[str] = "Turn 90°"
    help: ClassVar[str] = "Turns by 90°, 180° or 270°, without loss (imgaug Rot90)."
    also: ClassVar[str] = "rotate 90 degrees quarter"

    kind: Literal["quarter_turn"] = "quarter_turn"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Rot90((0, 3), keep_size=True)

    def summary(self) -> str:
        return f"0° … 270°, {chance_words(self.probability)}"
