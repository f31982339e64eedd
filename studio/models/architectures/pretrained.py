"""Every backbone of ``keras.applications`` as an architecture with pretrained weights."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, ClassVar, Literal

from pydantic import create_model

from studio.core.errors import SpecError
from studio.core.input import InputSpec
from studio.core.spec import parameter
from studio.models import backbones, weights
from studio.models.backbones import BACKBONES, Backbone
from studio.models.heads import close, open_input
from studio.models.registry import ARCHITECTURES, ArchitectureSpec, KerasModel

TRANSFERS = {
    "features": "Fixed features",
    "last-blocks": "Last blocks",
    "whole": "Whole network",
}


class PretrainedSpec(ArchitectureSpec):
    """A body trained on ImageNet, an average over its feature map, and new outputs.

    Batch normalisation keeps its statistics unless the whole network trains.
    """

    family: ClassVar[Literal["scratch", "pretrained"]] = "pretrained"
    backbone: ClassVar[Backbone]

    weights: str = parameter(
        "imagenet", title="Weights",
        help="“imagenet”, or the path of a file with weights of this body (.h5, .weights.h5).",
    )  # fmt: skip
    transfer: Literal["features", "last-blocks", "whole"] = parameter(
        "features", title="Transfer", choices=TRANSFERS,
        help="What trains: only the new outputs, the last blocks too, or everything (fine-tuning).",
    )  # fmt: skip
    trained_blocks: int = parameter(
        2, title="Blocks that train", minimum=1, maximum=40,
        help="How many blocks before the outputs train, with “Last blocks”.",
    )  # fmt: skip
    dropout: float = parameter(
        0.2, title="Dropout before the head", minimum=0.0, maximum=0.9, step=0.05,
        safe=(0.0, 0.6), help="Share of features switched off while training.",
    )  # fmt: skip

    def check(self, input: InputSpec, outputs: dict[str, int]) -> None:
        """See :meth:`ArchitectureSpec.check`. ImageNet's weights know colour and grey alone."""
        super().check(input, outputs)
        if input.takes_bands:
            raise SpecError(
                f"{self.title} is pretrained on colour pictures and cannot take "
                f"{input.channels} bands.",
                "Set the input to colour (the first three bands), or choose a network that is "
                "trained from scratch.",
            )

    @property
    def width(self) -> float:
        """The width factor, 1 where the family has none."""
        return float(getattr(self, "alpha", 1.0))

    def build(
        self,
        input: InputSpec,
        outputs: dict[str, int],
        *,
        starting_weights: bool = True,
        multi_label: Collection[str] = (),
    ) -> KerasModel:
        """See :meth:`ArchitectureSpec.build`."""
        import keras

        self.check(input, outputs)
        file = weights.require(self, input) if starting_weights else None
        body = self.build_body(input, file)
        self.freeze(body)
        x = keras.layers.GlobalAveragePooling2D(name="average", dtype="float32")(body.output)
        return close(body.input, x, outputs, self.kind, self.dropout, multi_label=multi_label)

    def build_body(self, input: InputSpec, file: Any = None) -> KerasModel:
        """The body with the weights of ``file`` (a path), or with random ones for layer tables.

        Raises:
            WeightsError: the file is foreign, damaged or does not fit.
        """
        body = backbones.body(self.backbone, open_input(input), self.width)
        if file is not None:
            weights.load_into(body, file)
            weights.correct_normalisation(body)
        return body

    def blocks(self, body: KerasModel) -> list[str]:
        """The blocks of a body from input to output, without scaling and input."""
        names = [layer.name for layer in body.layers]
        return [b for b in self.backbone.block_order(names) if b != "scaling"]

    def freeze(self, body: KerasModel) -> None:
        """Set which layers of the body train."""
        if self.transfer == "whole":
            body.trainable = True
            return
        body.trainable = True
        train: set[str] = set()
        if self.transfer == "last-blocks":
            train = set(self.blocks(body)[-self.trained_blocks :])
        names = self.backbone.block_names([layer.name for layer in body.layers])
        for layer, block in zip(body.layers, names, strict=True):
            fixed = type(layer).__name__ in ("BatchNormalization", "Normalization")
            layer.trainable = block in train and not fixed


def _class_name(backbone: Backbone) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", backbone.function) + "Spec"


def _define(backbone: Backbone) -> type[PretrainedSpec]:
    """The spec class of one backbone; ``alpha`` only where weights exist for several."""
    fields: dict[str, Any] = {"kind": (Literal[backbone.kind], backbone.kind)}
    if backbone.alphas:
        choices = {a: f"{a:g}" for a in backbone.alphas}
        fields["alpha"] = (
            float,
            parameter(1.0, title="Width", help="Factor on the number of filters (alpha).",
                      choices=choices),
        )  # fmt: skip
    made = create_model(
        _class_name(backbone), __base__=PretrainedSpec, __module__=__name__,
        __doc__=f"{backbone.title} without top, and new outputs.", **fields,
    )  # fmt: skip
    made.title = backbone.title
    made.year = backbone.year
    made.authors = backbone.authors
    made.sentence = backbone.sentence
    made.default_input = InputSpec(width=backbone.side, height=backbone.side)
    made.minimum_side = backbone.minimum
    made.backbone = backbone
    return made


for _backbone in BACKBONES.values():
    globals()[_class_name(_backbone)] = ARCHITECTURES.register(_backbone.kind)(_define(_backbone))
