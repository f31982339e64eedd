"""Finding layers in a network, and what comes out of one for a picture.

Keras is imported where something is computed, so that visualizers can be listed without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import InputError
from studio.core.results import LayerNode
from studio.models.summary import summarise

SEPARATOR = "/"
"""Between a nested network and the layer inside it: ``backbone/conv1``."""


def layer_tree(model: Any) -> tuple[LayerNode, ...]:
    """The layers of a network as a tree: blocks, and networks inside the network.

    A layer of a nested network is named ``<network>/<layer>``.
    """
    nested = {la.name: la for la in model.layers if is_network(la)}
    return tuple(_with_nested(node, nested) for node in summarise(model).layers)


def _with_nested(node: LayerNode, nested: dict[str, Any]) -> LayerNode:
    if node.kind == "Block":
        return replace(node, children=tuple(_with_nested(c, nested) for c in node.children))
    if node.name not in nested:
        return node
    prefix = f"{node.name}{SEPARATOR}"
    inside = tuple(_renamed(child, prefix) for child in layer_tree(nested[node.name]))
    return replace(node, children=inside)


def _renamed(node: LayerNode, prefix: str) -> LayerNode:
    """A node of a nested network; names of blocks stay words."""
    name = node.name if node.kind == "Block" else f"{prefix}{node.name}"
    return replace(node, name=name, children=tuple(_renamed(c, prefix) for c in node.children))


def is_network(layer: Any) -> bool:
    """Whether a layer is a functional or sequential network of its own."""
    return hasattr(layer, "layers") and hasattr(layer, "get_layer")


def all_layers(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every layer with its full name, inputs left out, nested networks opened up."""
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        name = f"{prefix}{layer.name}"
        yield name, layer
        if is_network(layer):
            yield from all_layers(layer, f"{name}{SEPARATOR}")


def layer_names(model: Any) -> list[str]:
    """Full names of every layer, in the order of the network."""
    return [name for name, _ in all_layers(model)]


def find_layer(model: Any, name: str) -> Any:
    """The layer of a full name. Raises InputError with what the person can do."""
    for found, layer in all_layers(model):
        if found == name:
            return layer
    raise InputError(
        f"The network has no layer “{name}”.", "Choose a layer from the list of this run's network."
    )


def layer_output(model: Any, name: str, inputs: Any) -> NDArray[np.float32]:
    """What a layer gives out.

    Args:
        name: full name, e.g. ``conv1`` or ``backbone/conv1``.
        inputs: ``(n, height, width, channels)``, or a list of arrays for several inputs.

    Returns:
        ``(n, …) float32``; the first output of a layer that has several.

    Raises:
        InputError: there is no such layer.
    """
    import keras

    find_layer(model, name)
    arrays = _as_inputs(model, inputs)
    network = model
    rest = name
    while True:
        node, layer, rest = _step(network, rest)
        if not rest:
            value = _compute(network, node.outputs[0], arrays)
            return np.asarray(keras.ops.convert_to_numpy(value), np.float32)
        arrays = [_compute(network, tensor, arrays) for tensor in node.input_tensors]
        network = layer


def _step(network: Any, name: str) -> tuple[Any, Any, str]:
    """The node and layer of ``network`` that ``name`` starts with, and what is left of it."""
    for layer in network.layers:
        if name == layer.name or (is_network(layer) and name.startswith(layer.name + SEPARATOR)):
            # A shared layer has a node in each network that uses it; only this one's counts.
            for node in _nodes(network):
                if node.operation is layer:
                    return node, layer, name[len(layer.name) + 1 :]
    raise InputError(f"The layer “{name}” is not connected to the network's input.")


def _nodes(network: Any) -> Iterator[Any]:
    """Keras's record of each use of a layer in this network; it offers no public way to them."""
    functional = getattr(network, "_functional", None) or network  # Sequential wraps one
    for nodes in functional._nodes_by_depth.values():
        yield from nodes


def _compute(network: Any, tensor: Any, arrays: list[Any]) -> Any:
    """The value of one symbolic tensor. Runs eagerly: compiling every layer would take longer."""
    import keras

    for symbolic, array in zip(network.inputs, arrays, strict=True):
        if symbolic is tensor:
            return keras.ops.convert_to_tensor(array, symbolic.dtype)
    part = keras.Model(network.inputs, tensor)
    return part(arrays if len(arrays) > 1 else arrays[0], training=False)


def _as_inputs(model: Any, inputs: Any) -> list[Any]:
    """One array for each input; an input that is not a picture's is filled with zeros."""
    given = list(inputs.values()) if isinstance(inputs, dict) else inputs
    given = list(given) if isinstance(given, (list, tuple)) else [given]
    if len(given) == len(model.inputs):
        return given
    picture = given[0]
    return [
        picture
        if tuple(symbolic.shape[1:]) == tuple(picture.shape[1:])
        else np.zeros((len(picture), *[side or 1 for side in symbolic.shape[1:]]), np.float32)
        for symbolic in model.inputs
    ]
