"""Both ends of every network: the scaled input, and a softmax or sigmoids for each output."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from studio.core.input import InputSpec
from studio.models.registry import KerasModel, output_keys


def open_input(input: InputSpec) -> Any:
    """The symbolic input ``(n, height, width, channels)``, values 0 to 255."""
    import keras

    # A keras.json in the person's home may say otherwise.
    keras.config.set_image_data_format("channels_last")
    return keras.Input(input.shape, dtype="float32", name="picture")


def scaled_input(input: InputSpec) -> tuple[Any, Any]:
    """The input, and the same scaled to 0 … 1 by a layer, in float32 whatever the policy."""
    import keras

    picture = open_input(input)
    return picture, keras.layers.Rescaling(1.0 / 255.0, name="scaling", dtype="float32")(picture)


def close(
    picture: Any,
    features: Any,
    outputs: dict[str, int],
    name: str,
    dropout: float = 0.0,
    multi_label: Collection[str] = (),
) -> KerasModel:
    """Put an answer for each output on ``(n, features)`` and make the model.

    It is a softmax, one class out of all; for outputs named in ``multi_label`` a sigmoid for
    each class, whatever the others say. Probabilities are float32 in mixed precision too.
    """
    import keras

    x = features
    if dropout:
        x = keras.layers.Dropout(dropout, name="dropout")(x)
    tensors = {}
    for output, key in output_keys(outputs).items():
        activation = "sigmoid" if output in multi_label else "softmax"
        tensors[key] = keras.layers.Dense(
            outputs[output], activation=activation, dtype="float32", name=key
        )(x)
    return keras.Model(picture, tensors, name=name)
