"""Policies exported as Python: run in another process, without our code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.augment.fast.kinds import FAST
from studio.augment.policy import Augmentation, parse_policy, seed_for
from studio.augment.policy_files import save_script
from studio.augment.presets import TITLES, preset
from studio.augment.registry import AUGMENTERS
from studio.augment.script import to_python
from studio.core.errors import SpecError

RUN = """
import json, runpy, sys, zlib
import numpy as np
pictures = np.load("pictures.npy")
found = {}
for name in sys.argv[1:]:
    script = runpy.run_path(name + ".py")
    seeds = [script["seed_for"](42, 1, i) for i in range(len(pictures))]
    found[name] = [zlib.crc32(script["augment"](p, s).tobytes()) for p, s in zip(pictures, seeds)]
    assert script["pipeline"]().augment_image(pictures[0]).shape == pictures[0].shape
assert not [m for m in sys.modules if m.split(".")[0] == "studio"]
print(json.dumps(found))
"""


def checksums(policy: Any, pictures: np.ndarray) -> list[int]:
    import zlib

    augmentation = Augmentation(parse_policy(policy))
    return [
        zlib.crc32(augmentation.apply(picture, seed_for(42, 1, i)).tobytes())
        for i, picture in enumerate(pictures)
    ]


def test_scripts_give_the_same_pixels(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:40, 0:56]
    pictures = np.stack([
        np.stack([127 + 120 * np.sin(rows / (3 + c + i) + columns / (7 - c)) for c in range(3)], -1)
        for i in range(8)
    ]).astype(np.uint8)  # fmt: skip
    np.save(tmp_path / "pictures.npy", pictures)
    policies: dict[str, Any] = {name: preset(name) for name in TITLES}
    policies["fast"] = [{"kind": kind, "probability": 70} for kind in FAST]
    policies["mixed"] = [
        {"kind": "some_of", "count": [1, 3], "shuffled": True, "steps": [
            {"kind": "rotate"}, {"kind": "hue"}, {"kind": "fog", "probability": 100},
            {"kind": "random_order", "steps": [{"kind": "gamma"}, {"kind": "ridges"}]},
        ]},
        {"kind": "one_of", "steps": []},
        {"kind": "jpeg", "enabled": False},
        {"kind": "corrupt_frost", "probability": 80},
        {"kind": "elastic"},
    ]  # fmt: skip
    for name, policy in policies.items():
        save_script(parse_policy(policy), tmp_path / f"{name}.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, *policies],
        capture_output=True, text=True, timeout=100, cwd=tmp_path, env=_clean(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    for name, policy in policies.items():
        assert found[name] == checksums(policy, pictures), name


def _clean() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.mark.parametrize("kind", AUGMENTERS.kinds())
def test_every_step_can_be_exported(kind: str) -> None:
    text = to_python(parse_policy([{"kind": kind}]))
    compile(text, kind, "exec")
    assert "studio." not in text.replace("Classifier Studio", "")


def test_imgaug_is_itself_again_afterwards() -> None:
    import imgaug.augmenters as iaa

    to_python(preset("heavy"))
    assert sys.modules["imgaug.augmenters"] is iaa
    result = Augmentation(preset("heavy")).apply(np.zeros((20, 20, 3), np.uint8), 1)
    assert result.shape == (20, 20, 3)


def test_what_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = parse_policy([{"kind": "hue"}])
    monkeypatch.setattr(AUGMENTERS.get("hue"), "build", lambda self: object())
    with pytest.raises(SpecError, match="cannot be written as Python"):
        to_python(policy)
