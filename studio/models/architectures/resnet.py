"""ResNet: blocks that add to what passes by. ResNet-20 as on CIFAR, ResNet-50 as on ImageNet."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Literal

from studio.core.input import InputSpec
from studio.core.spec import parameter
from studio.models.heads import close, scaled_input
from studio.models.registry import ARCHITECTURES, ArchitectureSpec, KerasModel

_WIDTH: dict[str, Any] = {
    "title": "Width", "minimum": 0.25, "maximum": 4.0, "step": 0.25,
    "help": "Factor on the number of filters.",
}  # fmt: skip
_SAFE_CHANNELS = 16
_DROPOUT: dict[str, Any] = {
    "title": "Dropout", "minimum": 0.0, "maximum": 0.9, "step": 0.05, "safe": (0.0, 0.5),
    "help": "Share of features switched off while training, before the last layer.",
}  # fmt: skip


def _convolution(x: Any, filters: int, kernel: int, stride: int, name: str) -> Any:
    from keras import layers

    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False,
        kernel_initializer="he_normal", name=f"{name}_conv",
    )(x)  # fmt: skip
    return layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)


def _relu(x: Any, name: str) -> Any:
    from keras import layers

    return layers.Activation("relu", name=f"{name}_relu")(x)


def _join(x: Any, shortcut: Any, stride: int, name: str) -> Any:
    from keras import layers

    if stride > 1 and shortcut.shape[-1] < _SAFE_CHANNELS:
        # Every second pixel, then 1 × 1 without a stride: the same numbers. The strided form on
        # so few channels corrupts memory in TensorFlow 2.21 (oneDNN, AVX-512, backward pass).
        shortcut = layers.MaxPooling2D(
            1, strides=stride, padding="same", name=f"{name}_shortcut_pick"
        )(shortcut)
        stride = 1
    if stride > 1 or shortcut.shape[-1] != x.shape[-1]:
        shortcut = _convolution(shortcut, x.shape[-1], 1, stride, f"{name}_shortcut")
    return _relu(layers.Add(name=f"{name}_add")([x, shortcut]), f"{name}_out")


def _basic(x: Any, filters: int, stride: int, name: str) -> Any:
    y = _relu(_convolution(x, filters, 3, stride, f"{name}_1"), f"{name}_1")
    y = _convolution(y, filters, 3, 1, f"{name}_2")
    return _join(y, x, stride, name)


def _bottleneck(x: Any, filters: int, stride: int, name: str) -> Any:
    y = _relu(_convolution(x, filters, 1, 1, f"{name}_1"), f"{name}_1")
    y = _relu(_convolution(y, filters, 3, stride, f"{name}_2"), f"{name}_2")
    y = _convolution(y, 4 * filters, 1, 1, f"{name}_3")
    return _join(y, x, stride, name)


@ARCHITECTURES.register("resnet20")
class ResNet20(ArchitectureSpec):
    """Three stages of three basic blocks (16, 32, 64 filters); shortcuts are 1 × 1 convolutions."""

    title: ClassVar[str] = "ResNet-20"
    year: ClassVar[int] = 2015
    authors: ClassVar[str] = "He, Zhang, Ren and Sun"
    sentence: ClassVar[str] = (
        "Blocks that add to what passes by: twenty layers, few parameters, steady learning."
    )
    paper: ClassVar[str] = "Deep residual learning for image recognition"
    default_input: ClassVar[InputSpec] = InputSpec(width=32, height=32)
    minimum_side: ClassVar[int] = 8

    kind: Literal["resnet20"] = "resnet20"
    width: float = parameter(1.0, **_WIDTH)
    dropout: float = parameter(0.0, **_DROPOUT)

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
        x = _relu(_convolution(x, round(16 * self.width), 3, 1, "stem"), "stem")
        for stage, filters in enumerate((16, 32, 64), 1):
            for block in range(1, 4):
                stride = 2 if stage > 1 and block == 1 else 1
                name = f"stage{stage}_block{block}"
                x = _basic(x, round(filters * self.width), stride, name)
        x = layers.GlobalAveragePooling2D(name="average")(x)
        return close(picture, x, outputs, "resnet20", self.dropout, multi_label=multi_label)


@ARCHITECTURES.register("resnet50_scratch")
class ResNet50(ArchitectureSpec):
    """Four stages of 3, 4, 6 and 3 bottleneck blocks; the stride sits in the 3 × 3 convolution."""

    title: ClassVar[str] = "ResNet-50"
    year: ClassVar[int] = 2015
    authors: ClassVar[str] = "He, Zhang, Ren and Sun"
    sentence: ClassVar[str] = (
        "Fifty layers of bottleneck blocks: the workhorse, but from scratch it wants many "
        "thousand pictures."
    )
    paper: ClassVar[str] = "Deep residual learning for image recognition"
    default_input: ClassVar[InputSpec] = InputSpec(width=224, height=224)
    minimum_side: ClassVar[int] = 32

    kind: Literal["resnet50_scratch"] = "resnet50_scratch"
    width: float = parameter(1.0, **_WIDTH)
    dropout: float = parameter(0.0, **_DROPOUT)

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
        x = _relu(_convolution(x, round(64 * self.width), 7, 2, "stem"), "stem")
        x = layers.MaxPooling2D(3, strides=2, padding="same", name="stem_pool")(x)
        for stage, (blocks, filters) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512)), 1):
            for block in range(1, blocks + 1):
                stride = 2 if stage > 1 and block == 1 else 1
                name = f"stage{stage}_block{block}"
                x = _bottleneck(x, round(filters * self.width), stride, name)
        x = layers.GlobalAveragePooling2D(name="average")(x)
        return close(picture, x, outputs, "resnet50_scratch", self.dropout, multi_label=multi_label)
