"""Architectures: recipes for networks, each a frozen spec that builds a Keras model.

Nothing here imports Keras until a network is built, so that forms and cards stay light.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Literal

from studio.core.errors import SpecError
from studio.core.input import InputSpec
from studio.core.registry import Registry
from studio.core.spec import Spec, parse_spec

KerasModel = Any
"""A ``keras.Model``; named so because catalogue files do not import Keras."""

Family = Literal["scratch", "pretrained"]


class ArchitectureSpec(Spec):
    """A recipe for a network.

    Class attributes describe it: ``title``, ``year``, ``authors``, ``sentence`` (one for the
    person), ``family``, ``default_input``, ``minimum_side`` (pixels of the shorter side) and
    ``paper``.
    """

    title: ClassVar[str]
    year: ClassVar[int]
    authors: ClassVar[str]
    sentence: ClassVar[str]
    paper: ClassVar[str] = ""
    family: ClassVar[Family] = "scratch"
    default_input: ClassVar[InputSpec] = InputSpec()
    minimum_side: ClassVar[int] = 32

    kind: str

    def build(
        self,
        input: InputSpec,
        outputs: dict[str, int],
        *,
        starting_weights: bool = True,
        multi_label: Collection[str] = (),
    ) -> KerasModel:
        """Build the network, uncompiled.

        Args:
            input: size and channels; the network takes ``(n, height, width, channels)`` with
                values 0 to 255, uint8 or float32, and scales them itself.
            outputs: output name → number of classes.
            starting_weights: False builds a pretrained network without its pretrained weights.
                Only for one whose weights are loaded right after, or for a layer table.
            multi_label: the outputs of which several classes may hold at a time.

        Returns:
            A functional model whose outputs are a dict: key of :func:`output_keys` →
            ``(n, classes) float32``, a softmax, or a sigmoid for each class of a multi-label
            output, made by a Dense layer of the same name.

        Raises:
            SpecError: the input is too small, or an output has no classes.
            WeightsError: pretrained weights are not on this computer, or do not fit.
        """
        raise NotImplementedError

    def check(self, input: InputSpec, outputs: dict[str, int]) -> None:
        """Raise SpecError where this network cannot be built for such pictures and classes."""
        if min(input.width, input.height) < self.minimum_side:
            raise SpecError(
                f"{self.title} needs pictures of at least {self.minimum_side} × "
                f"{self.minimum_side} px, not {input.width} × {input.height} px.",
                "Choose a larger input, or a smaller network.",
            )
        if not outputs:
            raise SpecError("A network needs at least one output.", "Open a data set first.")
        for name, classes in outputs.items():
            if classes < 1:
                raise SpecError(f"The output “{name}” has no classes.", "Add some pictures.")


Architecture = type[ArchitectureSpec]

ARCHITECTURES: Registry[Architecture] = Registry("architecture", "studio.models.architectures")


def parse_architecture(value: Any) -> ArchitectureSpec:
    """The architecture of its JSON, chosen by ``kind``.

    Raises:
        SpecError: the kind is unknown, or a setting is.
    """
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        raise SpecError("This is no description of a network: it has no “kind”.")
    return parse_spec(ARCHITECTURES.get(kind), value)


def output_layer_name(name: str, index: int) -> str:
    """A name for Keras of the output ``name``, the ``index``-th of its network.

    Keras refuses "/" and TensorFlow most other signs in names; the index keeps apart what
    becomes equal.
    """
    safe = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)[:40]
    return f"output_{index}_{safe}"


def output_keys(outputs: dict[str, Any]) -> dict[str, str]:
    """Output name → its key in the model's dict of outputs, losses and metrics."""
    return {name: output_layer_name(name, index) for index, name in enumerate(outputs)}
