"""Steps that leave parts of a picture out."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import chance_field, per_channel_field, share_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import chance_words, fractions, number, span, whole
from studio.core.input import MAX_CHANNELS
from studio.core.spec import Interval, parameter


class Holes(Step):
    """A step of this group."""

    group: ClassVar[str] = "Holes"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


Fill = Literal["grey", "black", "white", "noise"]
FILLS = {"grey": "Grey", "black": "Black", "white": "White", "noise": "Noise"}
_LEVELS = {"grey": 128, "black": 0, "white": 255, "noise": 0}


@augmenter
class CutOut(Holes):
    """Something stands in front."""

    title: ClassVar[str] = "Cut-out"
    help: ClassVar[str] = "Covers squares at random places (Cutout, DeVries and Taylor 2017)."
    also: ClassVar[str] = "cutout random erasing occlusion"
    shown: ClassVar[dict[str, Any]] = {"holes": (4.0, 4.0), "size": (16.0, 16.0)}

    kind: Literal["cut_out"] = "cut_out"
    holes: Interval = parameter(
        (1.0, 3.0), title="Holes", minimum=1.0, maximum=12.0, step=1.0, safe=(1.0, 6.0),
        help="Range of the number of squares in each picture.",
    )  # fmt: skip
    size: Interval = parameter(
        (8.0, 16.0), title="Size", unit="%", minimum=1.0, maximum=60.0, step=1.0,
        safe=(1.0, 25.0), help="Range of a square's side, as a share of the picture's shorter one.",
    )  # fmt: skip
    fill: Fill = parameter(
        "grey", title="Fill with", choices=FILLS, help="What is seen in place of the picture."
    )

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Cutout(
            nb_iterations=whole(self.holes),
            size=fractions(self.size),
            squared=True,
            fill_mode="gaussian" if self.fill == "noise" else "constant",
            cval=_LEVELS[self.fill],
            fill_per_channel=self.fill == "noise",
        )

    def summary(self) -> str:
        single = self.holes == (1.0, 1.0)
        return f"{span(self.holes)} {'hole' if single else 'holes'}, {span(self.size, '%')}"


@augmenter
class DropOut(Holes):
    """Missing pixels."""

    title: ClassVar[str] = "Drop-out"
    help: ClassVar[str] = "Turns blocks of a coarse grid black (imgaug CoarseDropout)."
    also: ClassVar[str] = "coarse dropout occlusion"

    kind: Literal["drop_out"] = "drop_out"
    share: Interval = parameter(
        (0.0, 8.0), title="Share of blocks", unit="%", minimum=0.0, maximum=60.0, step=1.0,
        safe=(0.0, 20.0), help="Range of the share of blocks that go black.",
    )  # fmt: skip
    block: float = parameter(
        6.0, title="Size of a block", unit="%", minimum=1.0, maximum=50.0, step=1.0,
        safe=(1.0, 20.0), help="Side of a block, as a share of the picture's side.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        low, high = fractions(self.share)
        share = low if low == high else (low, high)  # imgaug refuses an interval of no length
        # The mask is drawn at a lower resolution: one pixel of it becomes one block.
        return iaa.CoarseDropout(share, size_px=max(2, round(100.0 / self.block)))

    def summary(self) -> str:
        return f"{span(self.share, '%')}, blocks {number(self.block)} %"


@augmenter
class PixelDropOut(Holes):
    """Missing pixels."""

    title: ClassVar[str] = "Lost pixels"
    help: ClassVar[str] = "Turns single pixels black (imgaug Dropout)."
    also: ClassVar[str] = "dropout missing dead pixels"

    kind: Literal["pixel_drop_out"] = "pixel_drop_out"
    share: Interval = share_field(0.0, 4.0, 60.0, 12.0, "pixels that go black")
    per_channel: bool = per_channel_field(False, "the missing pixels")

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        low, high = fractions(self.share)
        share = low if low == high else (low, high)  # imgaug refuses an interval of no length
        return iaa.Dropout(share, per_channel=self.per_channel)

    def summary(self) -> str:
        return span(self.share, "%", 1)


@augmenter
class ChannelDropOut(Holes):
    """A missing channel."""

    title: ClassVar[str] = "Lost channel"
    help: ClassVar[str] = "Turns whole channels black, but never all (imgaug Dropout2d)."
    also: ClassVar[str] = "dropout2d missing band colour"
    channels: ClassVar[tuple[int, ...]] = tuple(range(2, MAX_CHANNELS + 1))
    shown: ClassVar[dict[str, Any]] = {"share": 60.0}

    kind: Literal["channel_drop_out"] = "channel_drop_out"
    probability: float = chance_field(
        30.0, "Share of the pictures that may lose channels (probability)."
    )
    share: float = parameter(
        25.0, title="Channels lost", unit="%", minimum=0.0, maximum=90.0, step=1.0,
        safe=(0.0, 50.0), help="How likely each channel is lost; one always stays.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Dropout2d(self.share / 100.0, nb_keep_channels=1)

    def summary(self) -> str:
        return f"{number(self.share)} %, {chance_words(self.probability)}"


@augmenter
class GridMask(Holes):
    """Missing tiles."""

    title: ClassVar[str] = "Lost tiles"
    help: ClassVar[str] = (
        "Divides the picture into tiles and turns some black (imgaug BlendAlphaRegularGrid)."
    )
    also: ClassVar[str] = "grid mask hide and seek occlusion"

    kind: Literal["grid_mask"] = "grid_mask"
    tiles: Interval = parameter(
        (4.0, 6.0), title="Tiles a side", minimum=2.0, maximum=20.0, step=1.0, safe=(3.0, 12.0),
        help="Range of the number of tiles along each side.",
    )  # fmt: skip
    share: float = parameter(
        15.0, title="Tiles lost", unit="%", minimum=0.0, maximum=90.0, step=1.0, safe=(0.0, 40.0),
        help="How likely each tile is lost.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa
        import imgaug.parameters as iap

        count = whole(self.tiles)
        return iaa.BlendAlphaRegularGrid(
            nb_rows=count, nb_cols=count, foreground=[iaa.Multiply(0.0)],
            alpha=iap.Binomial(self.share / 100.0),
        )  # fmt: skip

    def summary(self) -> str:
        return f"{number(self.share)} % of {span(self.tiles)}"
