"""The pretrained backbones of ``keras.applications``: facts, preprocessing and blocks.

Facts only: nothing here imports Keras until a body is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

Scaling = Literal["caffe", "tf", "torch", "inside"]
"""How a family wants its pictures: BGR minus means, −1 … 1, standardised, or 0 … 255 as they are.

As ``keras.applications.<family>.preprocess_input``; ``inside`` means that the body itself scales.
"""

Blocks = tuple[tuple[str, str], ...]
"""``(pattern, label)`` in order; a layer belongs to the first pattern that its name begins with."""

CAFFE_MEANS_BGR = (103.939, 116.779, 123.68)
TORCH_MEANS = (0.485, 0.456, 0.406)
TORCH_DEVIATIONS = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Backbone:
    """One body of ``keras.applications`` and what must be known to use it rightly.

    Attributes:
        kind: our name, e.g. ``mobilenetv2``.
        function: the name in ``keras.applications``.
        module: the family's module there, which holds its ``preprocess_input``.
        scaling: see :data:`Scaling`.
        side: the size it was trained at, px.
        minimum: the smallest side that it accepts, px.
        blocks: how layers group into blocks; a layer without a pattern goes with its
            predecessor, or, with ``closes``, with the next that has one.
        alphas: width factors for which weights exist; empty where the family has none.
    """

    kind: str
    function: str
    module: str
    title: str
    year: int
    authors: str
    sentence: str
    scaling: Scaling
    side: int
    minimum: int
    blocks: Blocks
    closes: bool = False
    alphas: tuple[float, ...] = ()

    def block_names(self, layers: list[str]) -> list[str]:
        """The block of each layer of the body, in order."""
        order = list(reversed(layers)) if self.closes else layers
        found: list[str] = []
        current = ""
        for name in order:
            current = self._block(name) or current
            found.append(current)
        if not self.closes:
            first = next((b for b in found if b), "body")
            return [b or first for b in found]
        last = next((b for b in found if b), "body")
        return [b or last for b in reversed(found)]

    def block_order(self, layers: list[str]) -> list[str]:
        """All blocks from input to output, by where each ends: cells of NASNet overlap."""
        last: dict[str, int] = {}
        for place, name in enumerate(layers):
            if block := self._block(name):
                last[block] = place
        return sorted(last, key=lambda block: last[block])

    def _block(self, layer: str) -> str | None:
        for pattern, label in self.blocks:
            if match := re.match(pattern, layer):
                return match.expand(label)
        return None


_VGG: Blocks = ((r"block(\d)", r"block \1"),)
_RESNET: Blocks = (
    (r"conv1_|pool1_", "stem"), (r"conv(\d)_", r"stage \1"), (r"post_", "top"),
)  # fmt: skip
_DENSENET: Blocks = (
    (r"conv1|zero_padding2d|pool1", "stem"), (r"conv(\d)_block", r"block \1"),
    (r"pool(\d)_", r"transition \1"), (r"bn$|relu$", "top"),
)  # fmt: skip
_XCEPTION: Blocks = ((r"block(\d+)", r"block \1"),)
_INCEPTION: Blocks = ((r"mixed(\d+)$", r"mixed \1"),)
_INCEPTION_RESNET: Blocks = (
    (r"mixed_5b$", "stem"), (r"block35_", "blocks 35"), (r"mixed_6a$", "reduction 6a"),
    (r"block17_", "blocks 17"), (r"mixed_7a$", "reduction 7a"), (r"block8_", "blocks 8"),
    (r"conv_7b", "top"),
)  # fmt: skip
_MOBILENET: Blocks = (
    (r"conv1", "stem"), (r"conv_(?:dw|pw|pad)_(\d+)", r"block \1"),
)  # fmt: skip
_MOBILENET_V2: Blocks = (
    (r"Conv1|bn_Conv1", "stem"), (r"expanded_conv", "block 0"), (r"block_(\d+)_", r"block \1"),
    (r"Conv_1|out_relu", "top"),
)  # fmt: skip
_MOBILENET_V3: Blocks = (
    (r"conv$|conv_bn", "stem"), (r"expanded_conv_(\d+)", r"block \1"),
    (r"expanded_conv", "block 0"), (r"conv_1", "top"),
)  # fmt: skip
_NASNET: Blocks = (
    (r"stem_conv1|stem_bn1", "stem"),
    (r".*_stem_(\d)$", r"stem \1"), (r".*_reduce_(\d+)$", r"reduction \1"),
    (r"(?:normal|reduction|separable|adjust|pad)_.*_(\d+)$", r"cell \1"),
)  # fmt: skip
_EFFICIENTNET: Blocks = (
    (r"rescaling|normalization", "scaling"), (r"stem_", "stem"), (r"block(\d)", r"block \1"),
    (r"top_", "top"),
)  # fmt: skip
_CONVNEXT: Blocks = (
    (r".*prestem", "scaling"), (r".*_stem", "stem"), (r".*_stage_(\d)", r"stage \1"),
    (r".*_downsampling_block_(\d)", r"downsampling \1"), (r"layer_normalization", "top"),
)  # fmt: skip

_ALPHAS_V1 = (0.25, 0.5, 0.75, 1.0)
_ALPHAS_V2 = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
_ALPHAS_V3 = (0.75, 1.0)

_HE = "He, Zhang, Ren and Sun"
_TAN = "Tan and Le"
_HUANG = "Huang, Liu, van der Maaten and Weinberger"
_SIMONYAN = "Simonyan and Zisserman"
_LIU = "Liu, Mao, Wu, Feichtenhofer, Darrell and Xie"
_SZEGEDY = "Szegedy, Vanhoucke, Ioffe, Shlens and Wojna"

_RESNET_WORDS = "Blocks that add to what passes by: the workhorse of transfer learning"
_V2_WORDS = "ResNet with normalisation before each convolution"
_DENSE_WORDS = "Every layer sees all earlier ones of its block: accurate with few parameters"
_EFFICIENT_WORDS = "Depth, width and resolution grow together: much accuracy for its size"
_V2B_WORDS = "EfficientNet's plan, searched anew so that it trains faster"
_CONVNEXT_WORDS = "A convolutional network rebuilt with what transformers taught"


def _efficientnet(number: int, side: int) -> Backbone:
    return Backbone(
        f"efficientnetb{number}", f"EfficientNetB{number}", "efficientnet",
        f"EfficientNet-B{number}", 2019, _TAN, f"{_EFFICIENT_WORDS}, for {side} px.",
        "inside", side, 32, _EFFICIENTNET,
    )  # fmt: skip


def _efficientnet_v2(variant: str, side: int) -> Backbone:
    return Backbone(
        f"efficientnetv2{variant.lower()}", f"EfficientNetV2{variant}", "efficientnet_v2",
        f"EfficientNetV2-{variant}", 2021, _TAN, f"{_V2B_WORDS}, for {side} px.",
        "inside", side, 32, _EFFICIENTNET,
    )  # fmt: skip


def _convnext(variant: str, words: str) -> Backbone:
    return Backbone(
        f"convnext{variant.lower()}", f"ConvNeXt{variant}", "convnext", f"ConvNeXt-{variant}",
        2022, _LIU, f"{_CONVNEXT_WORDS}; {words}.", "inside", 224, 32, _CONVNEXT,
    )  # fmt: skip


def _resnet(depth: int, words: str) -> Backbone:
    return Backbone(
        f"resnet{depth}", f"ResNet{depth}", "resnet", f"ResNet-{depth}", 2015, _HE,
        f"{_RESNET_WORDS}{words}.", "caffe", 224, 32, _RESNET,
    )  # fmt: skip


def _resnet_v2(depth: int, words: str) -> Backbone:
    return Backbone(
        f"resnet{depth}v2", f"ResNet{depth}V2", "resnet_v2", f"ResNet-{depth}-V2", 2016, _HE,
        f"{_V2_WORDS}{words}.", "tf", 224, 32, _RESNET,
    )  # fmt: skip


def _densenet(depth: int) -> Backbone:
    return Backbone(
        f"densenet{depth}", f"DenseNet{depth}", "densenet", f"DenseNet-{depth}", 2017, _HUANG,
        f"{_DENSE_WORDS}; {depth} layers.", "torch", 224, 32, _DENSENET,
    )  # fmt: skip


_ALL = (
    Backbone("mobilenetv2", "MobileNetV2", "mobilenet_v2", "MobileNetV2", 2018,
             "Sandler, Howard, Zhu, Zhmoginov and Chen",
             "Small and quick, made for phones: the first to try without a GPU.",
             "tf", 224, 32, _MOBILENET_V2, alphas=_ALPHAS_V2),
    _efficientnet(0, 224),
    Backbone("mobilenetv3small", "MobileNetV3Small", "mobilenet_v3", "MobileNetV3-Small", 2019,
             "Howard and others", "The smallest and quickest body; its plan was searched by "
             "machine.", "inside", 224, 32, _MOBILENET_V3, alphas=_ALPHAS_V3),
    Backbone("mobilenetv3large", "MobileNetV3Large", "mobilenet_v3", "MobileNetV3-Large", 2019,
             "Howard and others", "As quick as MobileNetV2 and a little more accurate.",
             "inside", 224, 32, _MOBILENET_V3, alphas=_ALPHAS_V3),
    Backbone("mobilenet", "MobileNet", "mobilenet", "MobileNet", 2017, "Howard and others",
             "Convolutions split into depthwise and pointwise: a ninth of the work.",
             "tf", 224, 32, _MOBILENET, alphas=_ALPHAS_V1),
    _resnet(50, ""), _resnet(101, ", twice as deep"), _resnet(152, ", three times as deep"),
    _resnet_v2(50, ""), _resnet_v2(101, ", twice as deep"),
    _resnet_v2(152, ", three times as deep"),
    _densenet(121), _densenet(169), _densenet(201),
    _convnext("Tiny", "the smallest"), _convnext("Small", "twice the depth of Tiny"),
    _convnext("Base", "wider than Small"), _convnext("Large", "for a large GPU"),
    _convnext("XLarge", "for a very large GPU"),
    _efficientnet_v2("B0", 224), _efficientnet_v2("B1", 240), _efficientnet_v2("B2", 260),
    _efficientnet_v2("B3", 300), _efficientnet_v2("S", 384), _efficientnet_v2("M", 480),
    _efficientnet_v2("L", 480),
    _efficientnet(1, 240), _efficientnet(2, 260), _efficientnet(3, 300), _efficientnet(4, 380),
    _efficientnet(5, 456), _efficientnet(6, 528), _efficientnet(7, 600),
    Backbone("inceptionv3", "InceptionV3", "inception_v3", "Inception-v3", 2015, _SZEGEDY,
             "Looks at several scales at once in each block.",
             "tf", 299, 75, _INCEPTION, closes=True),
    Backbone("inceptionresnetv2", "InceptionResNetV2", "inception_resnet_v2",
             "Inception-ResNet-v2", 2016, "Szegedy, Ioffe, Vanhoucke and Alemi",
             "Inception's scales with ResNet's shortcuts: accurate and heavy.",
             "tf", 299, 75, _INCEPTION_RESNET, closes=True),
    Backbone("xception", "Xception", "xception", "Xception", 2017, "Chollet",
             "Inception taken to its end: every convolution is depthwise separable.",
             "tf", 299, 71, _XCEPTION),
    Backbone("nasnetmobile", "NASNetMobile", "nasnet", "NASNet-Mobile", 2018,
             "Zoph, Vasudevan, Shlens and Le",
             "Cells found by a machine's search; small, with many thin layers.",
             "tf", 224, 32, _NASNET),
    Backbone("nasnetlarge", "NASNetLarge", "nasnet", "NASNet-Large", 2018,
             "Zoph, Vasudevan, Shlens and Le",
             "Cells found by a machine's search; accurate and very slow.",
             "tf", 331, 32, _NASNET),
    Backbone("vgg16", "VGG16", "vgg16", "VGG-16", 2014, _SIMONYAN,
             "Thirteen 3 × 3 convolutions: simple, and its features look good to the eye.",
             "caffe", 224, 32, _VGG),
    Backbone("vgg19", "VGG19", "vgg19", "VGG-19", 2014, _SIMONYAN,
             "VGG-16 with three convolutions more.", "caffe", 224, 32, _VGG),
)  # fmt: skip

BACKBONES: dict[str, Backbone] = {b.kind: b for b in _ALL}


def scale(backbone: Backbone, picture: Any) -> Any:
    """Put the family's own preprocessing on a symbolic ``(n, h, w, 1|3)`` of 0 … 255.

    Layers only, in float32 whatever the policy. A grey picture becomes three equal channels.
    """
    import keras
    from keras import layers

    x = picture
    if x.shape[-1] == 1:
        x = layers.Concatenate(name="grey_to_colour", dtype="float32")([x, x, x])
    if backbone.scaling == "tf":
        return layers.Rescaling(1 / 127.5, offset=-1.0, name="scaling", dtype="float32")(x)
    if backbone.scaling == "torch":
        factors = [1 / (255 * d) for d in TORCH_DEVIATIONS]
        offsets = [-m / d for m, d in zip(TORCH_MEANS, TORCH_DEVIATIONS, strict=True)]
        return layers.Rescaling(factors, offset=offsets, name="scaling", dtype="float32")(x)
    if backbone.scaling == "caffe":
        offsets = [-m for m in reversed(CAFFE_MEANS_BGR)]
        x = layers.Rescaling(1.0, offset=offsets, name="scaling", dtype="float32")(x)
        return keras.ops.flip(x, axis=-1)
    return x


def body(backbone: Backbone, picture: Any, alpha: float = 1.0) -> Any:
    """The family's layers without top on ``picture``, with random weights.

    Args:
        picture: symbolic input ``(n, height, width, 1|3)``, values 0 … 255.
        alpha: width factor; ignored where the family has none.

    Returns:
        A functional model from the picture to the last feature map, scaling included.
    """
    import keras

    x = scale(backbone, picture)
    extra: dict[str, Any] = {"alpha": alpha} if backbone.alphas else {}
    function = getattr(keras.applications, backbone.function)
    shape = (*picture.shape[1:3], 3)
    return function(
        include_top=False, weights=None, input_tensor=x, input_shape=shape, pooling=None, **extra
    )
