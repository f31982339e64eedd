"""Every layer of every network is in the tree and gives out something to look at."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from studio.core.errors import InputError
from studio.core.input import InputSpec
from studio.core.results import Bars, ImageGrid, LayerNode
from studio.insight.layers import find_layer, layer_names, layer_output, layer_tree
from studio.insight.visualizers.activations import activations
from studio.insight.visualizers.filters import filters, has_filters
from studio.models.registry import parse_architecture

OUTPUTS = {"class": 3}
PICTURE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def leaves(nodes: tuple[LayerNode, ...]) -> list[LayerNode]:
    found = []
    for node in nodes:
        if node.kind != "Block":
            found.append(node)
        found.extend(leaves(node.children))
    return found


def nested() -> keras.Model:
    """A network in a network, whose inner layers are also used by the inner one alone."""
    inner_in = keras.Input((16, 16, 4))
    x = keras.layers.Conv2D(6, 3, activation="relu", name="deep")(inner_in)
    inner = keras.Model(inner_in, keras.layers.MaxPooling2D(name="pool")(x), name="body")
    middle_in = keras.Input((16, 16, 4))
    middle = keras.Model(middle_in, inner(middle_in), name="middle")
    picture = keras.Input((16, 16, 3), name="picture")
    x = keras.layers.Conv2D(4, 3, padding="same", name="first")(picture)
    tail = keras.Sequential(
        [keras.layers.Conv2D(2, 1, name="last"), keras.layers.ReLU()], name="tail"
    )
    x = keras.layers.Flatten()(tail(middle(x)))
    out = keras.layers.Dense(3, activation="softmax", name="output_0_class")(x)
    return keras.Model(picture, {"output_0_class": out})


def two_inputs() -> keras.Model:
    picture, number = keras.Input((16, 16, 3), name="picture"), keras.Input((2,), name="number")
    x = keras.layers.Conv2D(4, 3, name="conv")(picture)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    x = keras.layers.Concatenate(name="join")([x, number])
    return keras.Model([picture, number], keras.layers.Dense(2, name="out")(x))


def sequence() -> keras.Model:
    picture = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(8, 4, strides=4, name="patches")(picture)
    x = keras.layers.Reshape((16, 8), name="tokens")(x)
    x = keras.layers.MultiHeadAttention(2, 4, name="attention")(x, x)
    x = keras.layers.Conv1D(5, 3, name="conv1d")(x)
    x = keras.layers.LSTM(3, name="memory")(x)
    return keras.Model(picture, {"out": keras.layers.Dense(1, name="out")(x)})


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "lenet"},
        {"kind": "small_cnn"},
        {"kind": "resnet20"},
        {"kind": "mobilenetv2"},
        {"kind": "vgg16"},
    ],
    ids=lambda s: s["kind"],
)
def test_every_architecture_has_a_tree_and_outputs(spec: dict[str, str]) -> None:
    model = parse_architecture(spec).build(
        InputSpec(width=32, height=32), OUTPUTS, starting_weights=False
    )
    names = layer_names(model)
    listed = {node.name for node in leaves(layer_tree(model))}
    assert listed == set(names)
    convolutions = [n for n in names if has_filters(find_layer(model, n))]
    assert convolutions
    for name in {names[0], names[1], *convolutions[:1], names[len(names) // 2], *names[-3:]}:
        result = activations(model, PICTURE, name, classes={"class": ("a", "b", "c")})
        assert isinstance(result, ImageGrid | Bars), name
    last = activations(model, PICTURE, names[-1], classes={"class": ("a", "b", "c")})
    assert isinstance(last, Bars)
    assert last.names == ("a", "b", "c")
    for name in (convolutions[0], convolutions[-1]):
        grid = filters(model, name)
        assert len(grid.images) == min(256, grid.total)


def test_layers_of_nested_networks() -> None:
    model = nested()
    names = layer_names(model)
    assert {"middle/body/deep", "tail/last"} <= set(names)
    assert "middle/body/deep" in {n.name for n in leaves(layer_tree(model))}
    picture = PICTURE[:16, :16]
    inner = layer_output(model, "middle/body/deep", picture[None])
    first = keras.Model(model.inputs, model.get_layer("first").output)(picture[None])
    deep = model.get_layer("middle").get_layer("body").get_layer("deep")
    np.testing.assert_allclose(inner, np.asarray(deep(first)), rtol=1e-5, atol=1e-4)
    for name in names:
        assert isinstance(activations(model, picture, name), ImageGrid | Bars)
    assert filters(model, "middle/body/deep").total == 6


def test_several_inputs() -> None:
    model = two_inputs()
    picture, number = PICTURE[:16, :16], np.array([[1.0, 2.0]], np.float32)
    whole = activations(model, [picture, number], "join")
    assert isinstance(whole, Bars)
    np.testing.assert_array_equal(whole.values[-2:], [1, 2])
    for name in layer_names(model):
        assert isinstance(activations(model, picture, name), ImageGrid | Bars)


def test_sequences_become_maps_where_they_are_square() -> None:
    model = sequence()
    picture = PICTURE[:16, :16]
    tokens = activations(model, picture, "tokens")
    assert isinstance(tokens, ImageGrid)
    assert tokens.images.shape == (8, 4, 4)
    conv = activations(model, picture, "conv1d")  # 14 places: no square
    assert isinstance(conv, ImageGrid)
    assert conv.images.shape == (1, 14, 5)
    for name in layer_names(model):
        assert isinstance(activations(model, picture, name), ImageGrid | Bars)
    assert filters(model, "conv1d").images.shape == (5, 3, 1)


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(InputError, match="“nowhere”"):
        layer_output(two_inputs(), "nowhere", PICTURE[None])
