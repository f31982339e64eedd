"""AlexNet, in its single-tower form."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Literal

from studio.core.input import InputSpec
from studio.core.spec import parameter
from studio.models.heads import close, scaled_input
from studio.models.registry import ARCHITECTURES, ArchitectureSpec, KerasModel


@ARCHITECTURES.register("alexnet")
class AlexNet(ArchitectureSpec):
    """Five convolutions and two wide dense layers. Batch normalisation replaces the local one.

    The first stride is 4 from 128 px on, 2 from 64 px on, else 1, so that small inputs work.
    """

    title: ClassVar[str] = "AlexNet"
    year: ClassVar[int] = 2012
    authors: ClassVar[str] = "Krizhevsky, Sutskever and Hinton"
    sentence: ClassVar[str] = (
        "The network that began deep learning on pictures; its wide dense layers need many "
        "pictures and much memory."
    )
    paper: ClassVar[str] = "ImageNet classification with deep convolutional neural networks"
    default_input: ClassVar[InputSpec] = InputSpec(width=224, height=224)
    minimum_side: ClassVar[int] = 32

    kind: Literal["alexnet"] = "alexnet"
    width: float = parameter(
        1.0, title="Width", minimum=0.125, maximum=1.0, step=0.125,
        help="Factor on the number of filters and dense units.",
    )  # fmt: skip
    batch_norm: bool = parameter(
        True, title="Batch normalisation",
        help="Normalise after each convolution; off is closer to 2012 and learns slower.",
    )  # fmt: skip
    dropout: float = parameter(
        0.5, title="Dropout", minimum=0.0, maximum=0.9, step=0.05, safe=(0.0, 0.6),
        help="Share of features switched off while training, in the dense layers.",
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
        side = min(input.width, input.height)
        stride = 4 if side >= 128 else 2 if side >= 64 else 1
        plan = [(96, 11, stride, True), (256, 5, 1, True), (384, 3, 1, False),
                (384, 3, 1, False), (256, 3, 1, True)]  # fmt: skip
        picture, x = scaled_input(input)
        for number, (filters, kernel, step, pool) in enumerate(plan, 1):
            x = layers.Conv2D(
                max(1, round(filters * self.width)), kernel, strides=step, padding="same",
                use_bias=not self.batch_norm, name=f"block{number}_conv",
            )(x)  # fmt: skip
            if self.batch_norm:
                x = layers.BatchNormalization(momentum=0.9, name=f"block{number}_bn")(x)
            x = layers.Activation("relu", name=f"block{number}_relu")(x)
            if pool:
                x = layers.MaxPooling2D(3, strides=2, name=f"block{number}_pool")(x)
        x = layers.Flatten(name="flatten")(x)
        for number in (6, 7):
            if self.dropout:
                x = layers.Dropout(self.dropout, name=f"dense{number}_dropout")(x)
            units = max(8, round(4096 * self.width))
            x = layers.Dense(units, activation="relu", name=f"dense{number}")(x)
        return close(picture, x, outputs, "alexnet", multi_label=multi_label)
