"""VGG: stacks of 3 × 3 convolutions. VGG-16 from scratch, and a small relative."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Literal

from studio.core.input import InputSpec
from studio.core.spec import parameter
from studio.models.heads import close, scaled_input
from studio.models.registry import ARCHITECTURES, ArchitectureSpec, KerasModel


class _Vgg(ArchitectureSpec):
    """What both share. ``stages`` is the number of convolutions and filters of each block."""

    authors: ClassVar[str] = "Simonyan and Zisserman"
    year: ClassVar[int] = 2014
    paper: ClassVar[str] = "Very deep convolutional networks for large-scale image recognition"
    stages: ClassVar[tuple[tuple[int, int], ...]]
    dense: ClassVar[tuple[int, ...]]

    width: float = parameter(
        1.0, title="Width", minimum=0.125, maximum=1.0, step=0.125,
        help="Factor on the number of filters and dense units.",
    )  # fmt: skip
    batch_norm: bool = parameter(
        True, title="Batch normalisation",
        help="Normalise after each convolution. Without it, as in 2014, it hardly starts to learn.",
    )  # fmt: skip
    dropout: float = parameter(
        0.5, title="Dropout", minimum=0.0, maximum=0.9, step=0.05, safe=(0.0, 0.6),
        help="Share of features switched off while training, after each dense layer.",
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
        for block, (count, filters) in enumerate(self.stages, 1):
            for number in range(1, count + 1):
                x = self._convolution(x, round(filters * self.width), f"block{block}", number)
            x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
        x = layers.Flatten(name="flatten")(x)
        for number, units in enumerate(self.dense, 1):
            units = max(8, round(units * self.width))
            x = layers.Dense(units, activation="relu", name=f"fc{number}")(x)
            if self.dropout:
                x = layers.Dropout(self.dropout, name=f"fc{number}_dropout")(x)
        return close(picture, x, outputs, self.kind, multi_label=multi_label)

    def _convolution(self, x: Any, filters: int, block: str, number: int) -> Any:
        from keras import layers

        x = layers.Conv2D(
            filters, 3, padding="same", use_bias=not self.batch_norm,
            kernel_initializer="he_normal", name=f"{block}_conv{number}",
        )(x)  # fmt: skip
        if self.batch_norm:
            x = layers.BatchNormalization(momentum=0.9, name=f"{block}_bn{number}")(x)
        return layers.Activation("relu", name=f"{block}_relu{number}")(x)


@ARCHITECTURES.register("small_vgg")
class SmallVgg(_Vgg):
    """Three blocks of two convolutions and one dense layer."""

    title: ClassVar[str] = "Small VGG"
    sentence: ClassVar[str] = (
        "Three blocks of two convolutions each: VGG's plan in a size for small data sets."
    )
    default_input: ClassVar[InputSpec] = InputSpec(width=64, height=64)
    minimum_side: ClassVar[int] = 16
    stages: ClassVar[tuple[tuple[int, int], ...]] = ((2, 32), (2, 64), (2, 128))
    dense: ClassVar[tuple[int, ...]] = (128,)

    kind: Literal["small_vgg"] = "small_vgg"


@ARCHITECTURES.register("vgg16_scratch")
class Vgg16(_Vgg):
    """Thirteen convolutions and three dense layers."""

    title: ClassVar[str] = "VGG-16"
    sentence: ClassVar[str] = (
        "Thirteen 3 × 3 convolutions in five blocks: simple, accurate, and very large."
    )
    default_input: ClassVar[InputSpec] = InputSpec(width=224, height=224)
    minimum_side: ClassVar[int] = 32
    stages: ClassVar[tuple[tuple[int, int], ...]] = (
        (2, 64), (2, 128), (3, 256), (3, 512), (3, 512),
    )  # fmt: skip
    dense: ClassVar[tuple[int, ...]] = (4096, 4096)

    kind: Literal["vgg16_scratch"] = "vgg16_scratch"
