"""The layers that scale a backbone's pictures do what the family's ``preprocess_input`` does."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from studio.core.input import InputSpec
from studio.models.backbones import BACKBONES, Backbone, scale
from studio.models.heads import open_input

FAMILIES = sorted({(b.module, b.kind) for b in BACKBONES.values()})


@pytest.mark.parametrize("kind", list(BACKBONES))
def test_scaling_equals_preprocess_input(kind: str) -> None:
    import keras

    backbone: Backbone = BACKBONES[kind]
    module = importlib.import_module(f"keras.applications.{backbone.module}")
    picture = open_input(InputSpec(width=48, height=40))
    ours = keras.Model(picture, scale(backbone, picture))
    pictures = np.random.default_rng(7).integers(0, 256, (3, 40, 48, 3), np.uint8)
    wanted = module.preprocess_input(pictures.astype(np.float32).copy())
    np.testing.assert_allclose(np.asarray(ours(pictures)), wanted, rtol=0, atol=2e-5)


def test_bodies_that_scale_inside_do_so() -> None:
    """EfficientNet, its second version, MobileNetV3 and ConvNeXt begin with their own scaling."""
    for kind, backbone in BACKBONES.items():
        assert (backbone.scaling == "inside") == (
            backbone.module in ("efficientnet", "efficientnet_v2", "mobilenet_v3", "convnext")
        ), kind


def test_grey_becomes_three_equal_channels() -> None:
    import keras

    for kind in ("vgg16", "mobilenetv2", "densenet121"):
        grey = open_input(InputSpec(width=32, height=32, channels=1))
        colour = open_input(InputSpec(width=32, height=32))
        pictures = np.random.default_rng(7).integers(0, 256, (2, 32, 32, 1), np.uint8)
        first = keras.Model(grey, scale(BACKBONES[kind], grey))(pictures)
        repeated = np.repeat(pictures, 3, axis=-1)
        second = keras.Model(colour, scale(BACKBONES[kind], colour))(repeated)
        np.testing.assert_array_equal(np.asarray(first), np.asarray(second))


def test_keras_configured_channels_first_does_not_matter() -> None:
    import keras

    keras.config.set_image_data_format("channels_first")
    try:
        assert open_input(InputSpec(width=40, height=32)).shape == (None, 32, 40, 3)
        assert keras.config.image_data_format() == "channels_last"
    finally:
        keras.config.set_image_data_format("channels_last")
