"""Small CNN: the first network to try on a small data set."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Literal

from studio.core.input import InputSpec
from studio.core.spec import parameter
from studio.models.heads import close, scaled_input
from studio.models.registry import ARCHITECTURES, ArchitectureSpec, KerasModel


@ARCHITECTURES.register("small_cnn")
class SmallCnn(ArchitectureSpec):
    """Convolution, batch normalisation and pooling, a few times over; then an average."""

    title: ClassVar[str] = "Small CNN"
    year: ClassVar[int] = 2015
    authors: ClassVar[str] = "after Simonyan, Ioffe and Lin"
    sentence: ClassVar[str] = (
        "A few convolutions with batch normalisation: learns small data sets in minutes, "
        "even without a GPU."
    )
    default_input: ClassVar[InputSpec] = InputSpec(width=64, height=64)
    minimum_side: ClassVar[int] = 16

    kind: Literal["small_cnn"] = "small_cnn"
    blocks: int = parameter(
        4, title="Blocks", minimum=2, maximum=6,
        help="How often convolution and 2 × 2 max pooling alternate.",
    )  # fmt: skip
    filters: int = parameter(
        32, title="First filters", minimum=4, maximum=256, step=4,
        help="Filters of the first convolution; doubled in each block up to four times as many.",
    )  # fmt: skip
    dropout: float = parameter(
        0.0, title="Dropout", minimum=0.0, maximum=0.9, step=0.05, safe=(0.0, 0.5),
        help="Share of features switched off while training, before the last layer.",
    )  # fmt: skip

    def build(
        self,
        input: InputSpec,
        outputs: dict[str, int],
        *,
        starting_weights: bool = True,
        multi_label: Collection[str] = (),
    ) -> KerasModel:
        """See :meth:`ArchitectureSpec.build`."""
        from keras import layers

        self.check(input, outputs)
        picture, x = scaled_input(input)
        side = min(input.width, input.height)
        for block in range(1, self.blocks + 1):
            filters = self.filters * min(2 ** (block - 1), 4)
            x = layers.Conv2D(
                filters, 3, padding="same", use_bias=False, name=f"block{block}_conv"
            )(x)
            x = layers.BatchNormalization(momentum=0.9, name=f"block{block}_bn")(x)
            x = layers.Activation("relu", name=f"block{block}_relu")(x)
            if block < self.blocks and side >= 2:
                x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
                side //= 2
        x = layers.GlobalAveragePooling2D(name="average")(x)
        return close(picture, x, outputs, "small_cnn", self.dropout, multi_label=multi_label)
