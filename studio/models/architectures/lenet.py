"""LeNet-5."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Literal

from studio.core.input import InputSpec
from studio.core.spec import parameter
from studio.models.heads import close, scaled_input
from studio.models.registry import ARCHITECTURES, ArchitectureSpec, KerasModel


@ARCHITECTURES.register("lenet")
class LeNet(ArchitectureSpec):
    """The digit reader of 1998, with a plain softmax in place of its radial basis units."""

    title: ClassVar[str] = "LeNet-5"
    year: ClassVar[int] = 1998
    authors: ClassVar[str] = "LeCun, Bottou, Bengio and Haffner"
    sentence: ClassVar[str] = (
        "The network that read cheques: two convolutions and three dense layers, "
        "for digits and simple signs."
    )
    paper: ClassVar[str] = "Gradient-based learning applied to document recognition"
    default_input: ClassVar[InputSpec] = InputSpec(width=32, height=32, channels=1)
    minimum_side: ClassVar[int] = 16

    kind: Literal["lenet"] = "lenet"
    activation: Literal["tanh", "relu"] = parameter(
        "tanh", title="Activation", choices={"tanh": "tanh, as in 1998", "relu": "ReLU"},
        help="The function after each layer; ReLU usually learns faster.",
    )  # fmt: skip
    pooling: Literal["average", "max"] = parameter(
        "average", title="Pooling", choices={"average": "Average, as in 1998", "max": "Maximum"},
        help="How 2 × 2 neighbours become one.",
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
        pool = layers.AveragePooling2D if self.pooling == "average" else layers.MaxPooling2D
        picture, x = scaled_input(input)
        x = layers.Conv2D(6, 5, activation=self.activation, name="c1")(x)
        x = pool(2, name="s2")(x)
        x = layers.Conv2D(16, 5, activation=self.activation, name="c3")(x)
        x = pool(2, name="s4")(x)
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(120, activation=self.activation, name="c5")(x)
        x = layers.Dense(84, activation=self.activation, name="f6")(x)
        return close(picture, x, outputs, "lenet", self.dropout, multi_label=multi_label)
