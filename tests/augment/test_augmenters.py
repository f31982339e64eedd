"""Every step of the catalogue: pixels, seeds, JSON, words."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from studio.augment.policy import Augmentation, Fault, Policy, parse_policy, to_json
from studio.augment.preview import preview_steps
from studio.augment.registry import AUGMENTERS, groups, kind_of
from studio.augment.step import Step, demonstration, made_safe, unsafe_parameters
from studio.core.errors import SpecError
from studio.core.spec import parameters

KINDS = AUGMENTERS.kinds()
SHAPES = [(1, 1), (1, 7), (28, 28), (33, 20), (400, 600)]
SEED = 11


def make_picture(height: int, width: int, channels: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [127 + 120 * np.sin(rows / (3 + c) + columns / (5 - c or 1)) for c in range(channels)]
    return np.stack(waves, axis=-1).astype(np.uint8)


def certain(kind: str) -> Policy:
    return parse_policy([{"kind": kind, "probability": 100}])


def digest(kind: str, channels: int) -> str:
    result = Augmentation(certain(kind)).apply(make_picture(40, 56, channels), SEED)
    return hashlib.sha256(result.tobytes()).hexdigest()


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("kind", KINDS)
def test_shape_and_type_are_kept(kind: str, channels: int) -> None:
    augmentation = Augmentation(certain(kind))
    faults: list[Fault] = []
    for height, width in SHAPES:
        picture = make_picture(height, width, channels)
        before = picture.copy()
        result = augmentation.apply(picture, SEED, faults.append)
        assert result.shape == picture.shape
        assert result.dtype == np.uint8
        assert result.flags["C_CONTIGUOUS"]
        assert result is not picture and not np.shares_memory(result, picture)
        assert np.array_equal(picture, before), "the picture given was changed"
    assert faults == []


@pytest.mark.parametrize("kind", KINDS)
def test_changes_a_picture_within_a_few_seeds(kind: str) -> None:
    picture = make_picture(64, 64, 3)
    augmentation = Augmentation(certain(kind))
    results = [augmentation.apply(picture, seed) for seed in range(6)]
    assert any(not np.array_equal(result, picture) for result in results)


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_pixels_whatever_came_before(kind: str) -> None:
    picture = make_picture(48, 48, 3)
    used = Augmentation(certain(kind))
    for seed in range(3):
        used.apply(make_picture(20, 31, 3), seed)
    fresh = Augmentation(certain(kind))
    assert np.array_equal(used.apply(picture, 77), fresh.apply(picture, 77))


@cache
def digests_of_a_fresh_process() -> dict[str, str]:
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]);"
        "from test_augmenters import KINDS, digest;"
        "print(json.dumps({f'{k}/{c}': digest(k, c) for k in KINDS for c in (1, 3)}))"
    )
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(here)],
        capture_output=True, text=True, check=True, timeout=100, cwd=here.parents[1],
    )  # fmt: skip
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_pixels_in_another_process(kind: str, channels: int) -> None:
    assert digests_of_a_fresh_process()[f"{kind}/{channels}"] == digest(kind, channels)


@pytest.mark.parametrize("kind", KINDS)
def test_json_round_trip(kind: str) -> None:
    policy = certain(kind)
    text = json.dumps(to_json(policy))
    again = parse_policy(json.loads(text))
    assert again == policy
    assert type(again.steps[0]) is AUGMENTERS.get(kind)
    assert parse_policy(policy.model_dump(mode="json")) == policy


@pytest.mark.parametrize("kind", KINDS)
def test_words(kind: str) -> None:
    step = AUGMENTERS.get(kind)
    assert kind_of(step) == kind
    assert step.title and step.group and step.help.endswith(".")
    summary = step().summary()
    assert 1 < len(summary) < 32
    assert "-" not in summary, "a true minus, please"
    declared = parameters(step)
    assert any(p.name == "probability" for p in declared)
    for p in declared:
        assert p.title and p.help.endswith("."), p.name


@pytest.mark.parametrize("kind", KINDS)
def test_both_ends_of_every_range_work(kind: str) -> None:
    """What a slider can be moved to can be drawn, safe or not."""
    picture = make_picture(30, 30, 3)
    step = AUGMENTERS.get(kind)
    for p in parameters(step):
        if p.kind not in ("interval", "float", "int"):
            continue
        assert p.minimum is not None and p.maximum is not None
        if p.safe is not None:
            assert p.minimum <= p.safe[0] < p.safe[1] <= p.maximum
        for end in (p.minimum, p.maximum):
            value = (end, end) if p.kind == "interval" else end
            policy = parse_policy([{"kind": kind, "probability": 100, p.name: value}])
            faults: list[Fault] = []
            assert Augmentation(policy).apply(picture, SEED, faults.append).shape == picture.shape
            assert faults == [], f"{p.name} = {end}"


@pytest.mark.parametrize("kind", KINDS)
def test_values_outside_the_range_are_refused(kind: str) -> None:
    step = AUGMENTERS.get(kind)
    title = step.title
    for p in parameters(step):
        if p.maximum is None:
            continue
        beyond = p.maximum + 1
        value = (beyond, beyond) if p.kind == "interval" else beyond
        with pytest.raises(SpecError, match=title):
            parse_policy([{"kind": kind, p.name: value}])


def test_the_catalogue() -> None:
    found = groups()
    assert sum(len(steps) for steps in found.values()) == len(KINDS) >= 20
    assert list(found)[:3] == ["Geometry", "Light and colour", "Blur and noise"]
    titles = [step.title for step in AUGMENTERS]
    assert len(set(titles)) == len(titles)
    assert all(issubclass(step, Step) for step in AUGMENTERS)


def test_the_catalogue_is_light() -> None:
    code = (
        "import sys; import studio.augment.presets, studio.augment.preview;"
        "from studio.augment.registry import AUGMENTERS; AUGMENTERS.kinds();"
        "print([m for m in ('imgaug', 'cv2', 'keras', 'PySide6') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout.strip() == "[]", done.stderr


def test_known_pixels() -> None:
    picture = make_picture(12, 20, 3)
    mirrored = Augmentation(certain("mirror")).apply(picture, 1)
    assert np.array_equal(mirrored, picture[:, ::-1])
    flipped = Augmentation(certain("flip")).apply(picture, 1)
    assert np.array_equal(flipped, picture[::-1])
    negative = Augmentation(certain("invert")).apply(picture, 1)
    assert np.array_equal(negative, 255 - picture)
    still = parse_policy([{"kind": "rotate", "angle": (0, 0)}])
    assert np.array_equal(Augmentation(still).apply(picture, 1), picture)
    darker = parse_policy([{"kind": "brightness", "change": (-50, -50)}])
    assert np.allclose(Augmentation(darker).apply(picture, 1), picture * 0.5, atol=1)
    holes = parse_policy([{"kind": "cut_out", "holes": (1, 1), "size": (50, 50), "fill": "white"}])
    covered = Augmentation(holes).apply(np.zeros((20, 20, 1), np.uint8), 5)
    assert set(np.unique(covered)) == {0, 255}


@pytest.mark.parametrize("channels", [1, 4])
def test_steps_leave_pictures_alone_that_they_do_not_work_on(channels: int) -> None:
    grey = make_picture(16, 16, channels)
    faults: list[Fault] = []
    for kind, step in AUGMENTERS.items():
        if channels not in step.channels:
            result = Augmentation(certain(kind)).apply(grey, 1, faults.append)
            assert np.array_equal(result, grey)
    assert faults == []


@pytest.mark.parametrize("kind", KINDS)
def test_safe_range_and_demonstration(kind: str) -> None:
    step = AUGMENTERS.get(kind)
    assert unsafe_parameters(step()) == [], "the defaults are safe"
    wild: dict[str, object] = {}
    for p in parameters(step):
        if p.safe is not None:
            wild[p.name] = (p.minimum, p.maximum) if p.kind == "interval" else p.maximum
    strong = step().changed(**wild)
    outside = {p.name for p in unsafe_parameters(strong)}
    assert outside <= set(wild)
    assert unsafe_parameters(made_safe(strong)) == []
    example = demonstration(step)
    assert example.probability == 100.0
    picture = make_picture(64, 64, 3)
    grid = preview_steps(picture, [example.model_dump(mode="json")], seed=3)
    if kind != "quarter_turn":
        assert not np.array_equal(grid[0], picture)
