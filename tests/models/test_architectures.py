"""Every architecture: shapes, JSON round trip, one training step; backbones without weights."""

from __future__ import annotations

import json

import numpy as np
import pytest

from studio.core.errors import SpecError, WeightsError
from studio.core.input import InputSpec
from studio.core.spec import parameters
from studio.models.architectures.pretrained import PretrainedSpec
from studio.models.backbones import BACKBONES
from studio.models.registry import (
    ARCHITECTURES,
    output_keys,
    output_layer_name,
    parse_architecture,
)

OUTPUTS = {"what it is": 3, "farbe/ä 🎨": 4}
SCRATCH = [k for k, a in ARCHITECTURES.items() if a.family == "scratch"]
PRETRAINED = [k for k, a in ARCHITECTURES.items() if a.family == "pretrained"]


def small(kind: str) -> dict[str, object]:
    """Settings that keep a network small, where it has such settings."""
    widths = [p.minimum for p in parameters(ARCHITECTURES.get(kind)) if p.name == "width"]
    return {"width": widths[0]} if widths else {}


@pytest.mark.parametrize("kind", ARCHITECTURES.kinds())
def test_facts_and_json(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    spec = entry(kind=kind)
    assert entry.title and entry.authors and entry.sentence.endswith(".")
    assert 1990 < entry.year < 2030
    assert entry.minimum_side <= min(entry.default_input.width, entry.default_input.height)
    assert entry.family in ("scratch", "pretrained")
    text = json.dumps(spec.model_dump(mode="json"))
    assert parse_architecture(json.loads(text)) == spec
    assert all(p.help for p in parameters(entry))


@pytest.mark.parametrize("kind", SCRATCH)
def test_scratch_builds_and_trains(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    side = entry.minimum_side
    input = InputSpec(width=side + 3, height=side, channels=entry.default_input.channels)
    model = parse_architecture({"kind": kind, **small(kind)}).build(input, OUTPUTS)
    pictures = np.random.default_rng(1).integers(0, 256, (3, *input.shape), np.uint8)
    answers = {key: np.asarray(value) for key, value in model(pictures).items()}
    keys = output_keys(OUTPUTS)
    assert list(answers) == list(keys.values())
    for name, classes in OUTPUTS.items():
        assert answers[keys[name]].shape == (3, classes)
        assert answers[keys[name]].dtype == np.float32
        np.testing.assert_allclose(answers[keys[name]].sum(1), 1, atol=1e-5)
        assert model.get_layer(keys[name]).units == classes
    before = [w.numpy().copy() for w in model.trainable_weights]
    model.compile("sgd", loss="sparse_categorical_crossentropy", run_eagerly=True)
    model.train_on_batch(pictures, {key: np.zeros(3, np.int32) for key in keys.values()})
    changed = [not np.array_equal(a, w.numpy()) for a, w in
               zip(before, model.trainable_weights, strict=True)]  # fmt: skip
    assert sum(changed) > 0.8 * len(changed)


@pytest.mark.parametrize("kind", ["small_cnn", "lenet"])
def test_uint8_and_float_inputs_agree(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    model = entry(kind=kind).build(entry.default_input, {"a": 2})
    pictures = np.random.default_rng(1).integers(0, 256, (2, *entry.default_input.shape), np.uint8)
    first = model.predict(pictures, verbose=0)["output_0_a"]
    second = model.predict(pictures.astype(np.float32), verbose=0)["output_0_a"]
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("kind", ARCHITECTURES.kinds())
def test_too_small_an_input_is_refused(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    side = entry.minimum_side - 1
    spec = entry(kind=kind)
    if side < 8:
        return
    with pytest.raises(SpecError, match=f"at least {entry.minimum_side} × {entry.minimum_side}"):
        spec.build(InputSpec(width=side, height=500), {"a": 2})


@pytest.mark.parametrize("kind", PRETRAINED)
def test_pretrained_never_starts_from_random_weights(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    with pytest.raises(WeightsError, match="not on this computer") as caught:
        entry(kind=kind).build(entry.default_input, {"a": 2})
    assert "Local file…" in caught.value.hint and "https://" in caught.value.hint
    with pytest.raises(WeightsError, match="is not there"):
        entry(kind=kind, weights="/no/such/file.h5").build(entry.default_input, {"a": 2})


@pytest.mark.parametrize(
    ("kind", "channels"),
    [("mobilenetv2", 3), ("mobilenetv3small", 3), ("efficientnetb0", 1), ("vgg16", 1)],
)
def test_backbone_bodies(kind: str, channels: int) -> None:
    entry = ARCHITECTURES.get(kind)
    input = InputSpec(width=40, height=32, channels=channels)
    spec = entry(kind=kind)
    model = spec.build(input, OUTPUTS, starting_weights=False)
    pictures = np.random.default_rng(1).integers(0, 256, (2, *input.shape), np.uint8)
    for answer in model(pictures).values():
        np.testing.assert_allclose(np.asarray(answer).sum(1), 1, atol=1e-5)
    assert [w.name for w in model.trainable_weights] == ["kernel", "bias"] * 2


def test_transfer_decides_what_trains() -> None:
    entry = ARCHITECTURES.get("mobilenetv2")
    input = InputSpec(width=32, height=32)

    def trained(**settings: object) -> set[str]:
        spec = entry(kind="mobilenetv2", alpha=0.35, **settings)
        model = spec.build(input, {"a": 2}, starting_weights=False)
        return {la.name for la in model.layers if la.trainable_weights}

    head = {"output_0_a"}
    assert trained(transfer="features") == head
    assert trained(transfer="last-blocks", trained_blocks=1) == head | {"Conv_1"}
    two = trained(transfer="last-blocks", trained_blocks=2)
    assert two == head | {"Conv_1", "block_16_expand", "block_16_depthwise", "block_16_project"}
    whole = trained(transfer="whole")
    assert {"Conv1", "bn_Conv1", "block_16_project_BN"} <= whole


def test_every_backbone_has_blocks_in_order() -> None:
    for backbone in BACKBONES.values():
        names = backbone.block_names(["input", "no_such_layer"])
        assert len(names) == 2 and all(names)


def test_output_names_are_safe_and_apart() -> None:
    odd = ["a b", "a_b", "a/b", "ä" * 300, "", "kind"]
    keys = [output_layer_name(name, i) for i, name in enumerate(odd)]
    assert len(set(keys)) == len(odd)
    assert all(k.isascii() and "/" not in k and len(k) < 64 for k in keys)


def test_unknown_descriptions() -> None:
    for value in ({"kind": "resnet9000"}, {}, None, [], {"kind": 3}):
        with pytest.raises(SpecError):
            parse_architecture(value)
    with pytest.raises(SpecError, match="no setting"):
        parse_architecture({"kind": "lenet", "code": "import os"})
    with pytest.raises(SpecError):
        parse_architecture({"kind": "mobilenetv2", "alpha": 0.33})
    assert isinstance(parse_architecture({"kind": "vgg16"}), PretrainedSpec)
