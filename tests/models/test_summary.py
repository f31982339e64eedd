"""Layer tables, multiply-adds, sketches, and the facts on the cards."""

from __future__ import annotations

import json
import pickle

import pytest

from studio.core.errors import SpecError
from studio.core.input import InputSpec
from studio.core.paths import resources_folder
from studio.models.facts import SKETCH_HEIGHT, SKETCH_WIDTH, all_facts, facts_of
from studio.models.registry import ARCHITECTURES
from studio.models.summary import (
    feature_shapes,
    sketch,
    summarise,
)


def test_small_networks_are_listed_layer_by_layer() -> None:
    table = summarise(ARCHITECTURES.get("lenet")(), InputSpec(width=32, height=32, channels=1),
                      {"digit": 10})  # fmt: skip
    assert [n.name for n in table.layers] == [
        "scaling", "c1", "s2", "c3", "s4", "flatten", "c5", "f6", "output_0_digit",
    ]  # fmt: skip
    assert table.parameters == 61_706 == table.trainable_parameters
    assert table.layers[1].shape == (28, 28, 6) and table.layers[1].parameters == 156
    # 5·5·6·28² + 5·5·6·16·10² + 400·120 + 120·84 + 84·10
    assert table.multiply_adds == 117_600 + 240_000 + 48_000 + 10_080 + 840
    assert pickle.loads(pickle.dumps(table)) == table


def test_resnet50_shows_about_ten_rows() -> None:
    spec = ARCHITECTURES.get("resnet50_scratch")()
    table = summarise(spec, InputSpec(width=64, height=64), {"a": 3})
    assert [n.name for n in table.layers] == [
        "scaling", "stem", "stage 1", "stage 2", "stage 3", "stage 4", "average", "output_0_a",
    ]  # fmt: skip
    stage = table.layers[5]
    assert stage.kind == "Block" and stage.shape == (2, 2, 2048) and len(stage.children) > 20
    assert sum(n.parameters for n in table.layers) == table.parameters


def test_backbone_blocks_say_what_trains() -> None:
    spec = ARCHITECTURES.get("mobilenetv2")(transfer="last-blocks", trained_blocks=2)
    table = summarise(spec, InputSpec(width=64, height=64), {"a": 3})
    trains = {n.name: n.trainable for n in table.layers}
    assert trains["block 15"] is False and trains["block 16"] is True and trains["top"] is True
    assert trains["output_0_a"] is True and trains["scaling"] is False
    assert 0 < table.trainable_parameters < table.parameters
    assert len({n.name for n in table.layers}) == len(table.layers)


def test_an_input_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(SpecError, match="at least 32"):
        summarise(ARCHITECTURES.get("vgg16")(), InputSpec(width=16, height=16), {"a": 3})


@pytest.mark.parametrize("kind", ["small_cnn", "lenet", "resnet20", "small_vgg", "mobilenetv2"])
def test_facts_agree_with_the_built_network(kind: str) -> None:
    entry = ARCHITECTURES.get(kind)
    model = entry(kind=kind).build(entry.default_input, {"class": 10}, starting_weights=False)
    table = summarise(model)
    facts = facts_of(kind)
    assert facts.parameters == table.parameters
    assert facts.multiply_adds == table.multiply_adds
    assert facts.megabytes == round(table.megabytes, 1)
    assert [list(bar) for bar in facts.sketch] == [
        list(bar) for bar in sketch(feature_shapes(model))
    ]
    if facts.blocks:
        names = [n.name for n in table.layers if n.kind == "Block"]
        assert [b for b, _ in facts.blocks] == names


def test_every_architecture_has_facts() -> None:
    assert set(json.loads((resources_folder() / "model_facts.json").read_text())) == set(
        ARCHITECTURES.kinds()
    )
    assert set(all_facts()) == set(ARCHITECTURES.kinds())
    for kind, entry in ARCHITECTURES.items():
        facts = facts_of(kind)
        assert facts.parameters > 10_000 and facts.multiply_adds > 100_000
        assert 3 <= len(facts.sketch) <= 14
        assert all(0 < h <= SKETCH_HEIGHT and w > 0 for h, w in facts.sketch)
        assert sum(w for _, w in facts.sketch) + 3 * (len(facts.sketch) - 1) <= SKETCH_WIDTH + 1
        if entry.family == "pretrained":
            assert 4 <= len(facts.blocks) <= 25, kind
            assert sum(n for _, n in facts.blocks) <= facts.parameters


def test_known_sizes() -> None:
    """Against published numbers, ten classes and the missing top set off."""
    assert facts_of("resnet20").multiply_adds == pytest.approx(41e6, rel=0.01)
    assert facts_of("vgg16_scratch").multiply_adds == pytest.approx(15.47e9, rel=0.01)
    assert facts_of("resnet50").multiply_adds == pytest.approx(3.86e9, rel=0.01)
    assert facts_of("mobilenetv2").multiply_adds == pytest.approx(300e6, rel=0.01)
    assert facts_of("efficientnetb0").multiply_adds == pytest.approx(390e6, rel=0.02)
