"""Filters and activations as pictures: their scale, their zero, their limits."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest

from studio.core.errors import InputError
from studio.core.results import Bars, ImageGrid
from studio.core.spec import parse_spec
from studio.insight.visualizers.activations import activations
from studio.insight.visualizers.filters import filters
from studio.insight.visualizers.registry import VISUALIZERS

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)


def network() -> keras.Model:
    keras.utils.set_random_seed(2)
    picture = keras.Input((40, 40, 3), name="picture")
    x = keras.layers.Rescaling(1 / 255, name="scaling")(picture)
    x = keras.layers.Conv2D(5, 3, activation="relu", name="first")(x)
    x = keras.layers.Conv2D(300, 3, name="wide")(x)
    x = keras.layers.DepthwiseConv2D(3, name="depthwise")(x)
    x = keras.layers.Conv2D(6, 1, name="pointwise")(x)
    x = keras.layers.SeparableConv2D(4, 3, name="separable")(x)
    x = keras.layers.Conv2DTranspose(3, 2, strides=5, name="transposed")(x)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    out = keras.layers.Dense(2, activation="softmax", name="output_0_class")(x)
    return keras.Model(picture, {"output_0_class": out})


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return network()


def test_first_filters_are_in_colour_with_a_grey_zero(model: keras.Model) -> None:
    layer = model.get_layer("first")
    kernel = np.zeros(layer.kernel.shape, np.float32)
    kernel[0, 0, 0, 0], kernel[2, 1, 2, 0] = 0.5, -0.25
    kernel[..., 1] = 7.0
    layer.kernel.assign(kernel)
    grid = filters(model, "first")
    assert grid.images.shape == (5, 3, 3, 3)
    assert grid.images.dtype == np.uint8
    assert grid.images[0, 0, 0].tolist() == [255, 128, 128]
    assert grid.images[0, 2, 1].tolist() == [128, 128, 64]
    assert (grid.images[1] == 255).all()
    assert (grid.images[2] == 128).all(), "a filter of zeros is grey"
    assert grid.statistics[0] == {"mean": pytest.approx(0.25 / 27), "max": 0.5, "min": -0.25,
                                  "share": pytest.approx(1 / 27)}  # fmt: skip
    assert "3 × 3 × 3" in grid.note


def test_deeper_filters_are_a_mean_or_one_channel(model: keras.Model) -> None:
    grid = filters(model, "wide")
    assert grid.images.shape == (256, 3, 3)
    assert (grid.total, grid.palette) == (300, "diverging")
    one = filters(model, "wide", channel=4)
    kernel = np.asarray(model.get_layer("wide").kernel)[:, :, 4, 0]
    expected = np.round(128 + 127 * kernel / np.abs(kernel).max())
    np.testing.assert_array_equal(one.images[0], expected)
    with pytest.raises(InputError, match="5 input channels"):
        filters(model, "wide", channel=5)


@pytest.mark.parametrize(
    ("layer", "shape", "total"),
    [
        ("depthwise", (256, 3, 3), 300),
        ("pointwise", (6, 17, 18), 6),
        ("separable", (6, 3, 3), 6),
        ("transposed", (3, 2, 2), 3),
    ],
)
def test_every_kind_of_convolution(
    model: keras.Model, layer: str, shape: tuple[int, ...], total: int
) -> None:
    grid = filters(model, layer)
    assert grid.images.shape == shape
    assert grid.total == total
    assert len(grid.statistics) == len(grid.images)


def test_networks_that_see_blue_first_show_their_filters_in_true_colours() -> None:
    picture = keras.Input((8, 8, 3))
    x = keras.ops.flip(picture, axis=-1)
    out = keras.layers.Conv2D(1, 2, name="conv")(x)
    model = keras.Model(picture, {"conv": out})
    kernel = np.zeros((2, 2, 3, 1), np.float32)
    kernel[:, :, 2] = 1.0  # the third channel of BGR is red
    model.get_layer("conv").kernel.assign(kernel)
    assert filters(model, "conv").images[0, 0, 0].tolist() == [255, 128, 128]


def test_layers_without_filters_say_so(model: keras.Model) -> None:
    with pytest.raises(InputError, match="only convolutions"):
        filters(model, "output_0_class")


def test_maps_run_from_dark_to_the_strongest(model: keras.Model) -> None:
    grid = activations(model, PICTURE, "first")
    assert isinstance(grid, ImageGrid)
    assert grid.images.shape == (5, 38, 38)
    assert grid.palette == "activation"
    for image, numbers in zip(grid.images, grid.statistics, strict=True):
        assert image.max() == (255 if numbers["max"] > 0 else 0)
        assert 0 <= numbers["share"] <= 1


def test_signed_maps_have_a_grey_zero(model: keras.Model) -> None:
    grid = activations(model, PICTURE, "wide")
    assert isinstance(grid, ImageGrid)
    assert grid.palette == "diverging"
    assert (len(grid.images), grid.total) == (256, 300)
    shares = np.abs(grid.images.astype(int) - 128).reshape(256, -1).max(axis=1)
    assert (shares == 127).all()


def test_one_scale_keeps_the_maps_comparable(model: keras.Model) -> None:
    alone = activations(model, PICTURE, "scaling", "each map")
    together = activations(model, (PICTURE // np.array([1, 2, 4], np.uint8)), "scaling",
                           "same scale")  # fmt: skip
    assert isinstance(alone, ImageGrid) and isinstance(together, ImageGrid)
    assert alone.images.reshape(3, -1).max(axis=1).tolist() == [255, 255, 255]
    strongest = together.images.reshape(3, -1).max(axis=1).tolist()
    assert strongest[0] == 255 and strongest[0] > strongest[1] > strongest[2]


def test_large_maps_are_shrunk_and_their_numbers_are_not() -> None:
    picture = keras.Input((300, 200, 1))
    model = keras.Model(picture, {"s": keras.layers.Rescaling(1.0, name="s")(picture)})
    pixels = np.zeros((300, 200, 1), np.uint8)
    pixels[7, 9] = 200
    grid = activations(model, pixels, "s")
    assert isinstance(grid, ImageGrid)
    assert grid.images.shape == (1, 128, 85)
    assert grid.statistics[0]["max"] == 200
    assert "300 × 200" in grid.note


def test_bars_of_a_vector_and_of_an_output(model: keras.Model) -> None:
    vector = activations(model, PICTURE, "average")
    assert isinstance(vector, Bars)
    assert vector.names == ("0", "1", "2")
    named = activations(model, PICTURE, "output_0_class", classes={"class": ("cat", "dog")})
    assert isinstance(named, Bars)
    assert named.names == ("cat", "dog")
    assert float(named.values.sum()) == pytest.approx(1.0, rel=1e-5)


def test_weights_that_are_no_numbers_are_drawn_as_nothing() -> None:
    picture = keras.Input((4, 4, 3))
    model = keras.Model(picture, {"c": keras.layers.Conv2D(2, 2, name="c")(picture)})
    model.get_layer("c").kernel.assign(np.full((2, 2, 3, 2), np.nan, np.float32))
    assert (filters(model, "c").images == 128).all()
    activations(model, np.zeros((4, 4, 3), np.uint8), "c")


def test_the_registry_lists_without_keras_and_runs(model: keras.Model) -> None:
    code = (
        "import sys; from studio.insight.visualizers.registry import VISUALIZERS; "
        "print(VISUALIZERS.kinds()); sys.exit('keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for kind, visualizer in VISUALIZERS.items():
        spec = parse_spec(visualizer, {"kind": kind})
        assert parse_spec(visualizer, spec.model_dump(mode="json")) == spec
        assert visualizer.title and visualizer.help
        assert spec.applies_to(model, "first")
        assert isinstance(spec.show(model, PICTURE, "first"), ImageGrid)
    with pytest.raises(InputError, match="picture"):
        VISUALIZERS.get("activations")().show(model, None, "first")
    assert not VISUALIZERS.get("filters")().applies_to(model, "average")
