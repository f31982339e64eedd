"""Which pretrained network on this computer answers the quickest. Opens no file, loads no Keras."""

from __future__ import annotations

from studio.core.errors import SpecError, WeightsError
from studio.core.input import InputSpec
from studio.models.architectures.pretrained import PretrainedSpec
from studio.models.registry import ARCHITECTURES
from studio.models.weights import find_weights

PREFERRED = ("mobilenetv2", "mobilenetv3small", "mobilenetv3large", "mobilenet", "efficientnetb0")
"""Bodies that answer quickly; any other that is on this computer follows."""
LEAST_SIDE = 96
"""The least side that a body gets: smaller pictures are enlarged, or it would see too little."""


def quickest_at_hand(input: InputSpec) -> PretrainedSpec:
    """The quickest pretrained network whose weights are on this computer.

    Raises:
        WeightsError: there is none.
        SpecError: the input has bands that they do not know.
    """
    if input.takes_bands:
        raise SpecError(
            f"Pretrained networks know colour and grey, not {input.channels} bands.",
            "Train a network first; then it can be asked.",
        )
    side = max(LEAST_SIDE, min(input.width, input.height))
    others = [kind for kind, spec in ARCHITECTURES.items()
              if issubclass(spec, PretrainedSpec) and kind not in PREFERRED]  # fmt: skip
    for kind in (*PREFERRED, *others):
        spec = ARCHITECTURES.get(kind)
        if not issubclass(spec, PretrainedSpec):
            continue
        for alpha in sorted(spec.backbone.alphas) or [1.0]:
            if find_weights(kind, alpha, side).state == "here":
                width = {"alpha": alpha} if spec.backbone.alphas else {}
                return spec.model_validate({"kind": kind, **width})
    raise WeightsError(
        "There are no pretrained weights on this computer.",
        "Download those of a small network in the Model pane, or train a network first.",
    )
