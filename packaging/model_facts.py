"""Measure every architecture once, so that the window can show its card without Keras.

Builds each network at its default input with ten classes and writes ``resources/model_facts.json``;
also fills the sizes in ``resources/weights.json``. Takes minutes and up to 4 GB of memory.

    python packaging/model_facts.py [kind ...]
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from studio.core.files import write_json
from studio.core.paths import resources_folder
from studio.models.architectures.pretrained import PretrainedSpec
from studio.models.backbones import BACKBONES, body
from studio.models.heads import open_input
from studio.models.registry import ARCHITECTURES
from studio.models.summary import feature_shapes, sketch, summarise

CLASSES = 10


def measure(kind: str) -> dict[str, Any]:
    """The facts of one architecture at its default input with ten classes."""
    import keras

    keras.backend.clear_session()
    entry = ARCHITECTURES.get(kind)
    spec = entry(kind=kind)
    model = spec.build(entry.default_input, {"class": CLASSES}, starting_weights=False)
    summary = summarise(model)
    facts: dict[str, Any] = {
        "parameters": summary.parameters,
        "megabytes": round(summary.megabytes, 1),
        "multiply_adds": summary.multiply_adds,
        "layers": sum(max(1, len(n.children)) for n in summary.layers),
        "sketch": sketch(feature_shapes(model)),
    }
    if isinstance(spec, PretrainedSpec):
        bare = keras.Model(model.input, model.get_layer("average").output)
        facts["body_parameters"] = int(bare.count_params())
        names = [la.name for la in bare.layers]
        blocks = spec.backbone.block_names(names)
        sizes: dict[str, int] = {}
        for layer, block in zip(bare.layers, blocks, strict=True):
            if layer.name not in ("average", "picture") and block != "scaling":
                sizes[block] = sizes.get(block, 0) + int(layer.count_params())
        facts["blocks"] = [[name, sizes[name]] for name in spec.blocks(bare)]
    return facts


def body_bytes(kind: str, alpha: float) -> int:
    """Bytes of the body's weights at a width."""
    import keras

    keras.backend.clear_session()
    backbone = BACKBONES[kind]
    picture = open_input(ARCHITECTURES.get(kind).default_input)
    return int(body(backbone, picture, alpha).count_params()) * 4


def main(kinds: list[str]) -> None:
    """Write the facts of the given kinds, or of all."""
    file = resources_folder() / "model_facts.json"
    facts = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for kind in kinds or ARCHITECTURES.kinds():
        facts[kind] = measure(kind)
        print(kind, facts[kind]["parameters"], facts[kind]["multiply_adds"], flush=True)
        write_json(file, {k: facts[k] for k in ARCHITECTURES.kinds() if k in facts})
    manifest_file = resources_folder() / "weights.json"
    manifest = json.loads(manifest_file.read_text("utf-8"))
    sizes: dict[tuple[str, float], int] = {}
    for item in manifest["files"]:
        key = (item["backbone"], item["alpha"])
        if kinds and key[0] not in kinds:
            continue
        if key not in sizes:
            body_count = facts[key[0]].get("body_parameters", 0) * 4
            sizes[key] = body_count if key[1] == 1.0 else body_bytes(*key)
        item["about_bytes"] = sizes[key]
    manifest_file.write_text(json.dumps(manifest, indent=1, ensure_ascii=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
