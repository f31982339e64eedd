"""Every step of the catalogue: pixels, seeds, JSON, words."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from studio.augment.policy import (
    Augmentation,
    Fault,
    Policy,
    parse_policy,
    to_json,
    transform_for,
)
from studio.augment.preview import preview_steps
from studio.augment.registry import AUGMENTERS, GROUP_ORDER, groups, kind_of
from studio.augment.script import to_python
from studio.augment.step import (
    Step,
    channels_words,
    check_picture,
    demonstration,
    made_safe,
    unsafe_parameters,
)
from studio.core.errors import SpecError
from studio.core.input import MAX_CHANNELS
from studio.core.spec import Parameter, parameters
from studio.data.batches import Batches

KINDS = AUGMENTERS.kinds()
SHAPES = [(1, 1), (1, 7), (7, 1), (64, 48)]
CHANNELS = [1, 2, 3, 4, 5, 8]
KINDS_OF_ARRAYS = [np.float64, np.float16, np.uint16, np.int16, np.int32, np.bool_]
SEED = 11
LARGE = (3000, 4000)
OLD_KINDS = {
    "gaussian_blur", "motion_blur", "gaussian_noise", "salt_pepper", "cut_out", "drop_out", "jpeg",
    "brightness", "contrast", "gamma", "saturation", "hue", "temperature", "grey", "invert",
    "solarize", "posterize", "mirror", "flip", "rotate", "zoom", "shift", "shear", "crop",
    "perspective", "elastic", "quarter_turn", "sharpen", "emboss", "edges", "fog", "clouds", "rain",
    "snow",
}  # fmt: skip
"""Kinds of the first version: projects of that time must open for ever."""

CHEAP = ["mirror", "flip", "quarter_turn", "rotate", "crop", "brightness", "add", "invert", "grey",
         "gaussian_blur", "average_pooling", "cut_out", "channel_shuffle"]  # fmt: skip
"""One of each way of working, tried on a picture of 12 megapixels."""


def make_picture(height: int, width: int, channels: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [127 + 120 * np.sin(rows / (3 + c) + columns / (5 - c or 1)) for c in range(channels)]
    return np.stack(waves, axis=-1).astype(np.uint8)


def make_scene(side: int) -> np.ndarray:
    """A picture with surfaces, edges, texture and colours: ``(side, side, 3) uint8``."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    scene = np.stack([90 + 90 * rows, 60 + 120 * columns, 160 - 60 * rows], axis=-1)
    scene[(rows - 0.4) ** 2 + (columns - 0.45) ** 2 < 0.07] = (220, 190, 40)
    scene[(abs(rows - 0.75) < 0.12) & (abs(columns - 0.6) < 0.3)] = (30, 60, 90)
    grain = np.random.default_rng(1).normal(0, 6, scene.shape)
    return np.clip(scene + grain, 0, 255).astype(np.uint8)


def certain(kind: str) -> Policy:
    return parse_policy([{"kind": kind, "probability": 100}])


def digest(kind: str, channels: int) -> str:
    result = Augmentation(certain(kind)).apply(make_picture(40, 56, channels), SEED)
    return hashlib.sha256(result.tobytes()).hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_shape_and_type_are_kept(kind: str) -> None:
    """On every number of channels: a step that does not work on it leaves the picture alone."""
    augmentation = Augmentation(certain(kind))
    faults: list[Fault] = []
    for channels in CHANNELS:
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
def test_floats_are_kept_as_floats(kind: str) -> None:
    """Grey, RGB, RGBA and five bands: the same levels as of bytes, in the type that came."""
    augmentation = Augmentation(certain(kind))
    for channels in (1, 3, 4, 5):
        for height, width in ((1, 1), (24, 18)):
            picture = make_picture(height, width, channels)
            result = augmentation.apply(picture.astype(np.float32), SEED)
            assert result.shape == picture.shape and result.dtype == np.float32
            assert np.array_equal(result, augmentation.apply(picture, SEED))


def test_arrays_that_are_no_pictures_are_refused_in_words() -> None:
    augmentation = Augmentation(certain("mirror"))
    for shape in ((8, 8), (0, 8, 3), (8, 8, 0), (2, 8, 8, 3), ()):
        with pytest.raises(SpecError, match="height, width and channels"):
            augmentation.apply(np.zeros(shape, np.uint8), SEED)
    for dtype in KINDS_OF_ARRAYS:
        with pytest.raises(SpecError, match=f"type {np.dtype(dtype)} cannot be augmented"):
            augmentation.apply(np.zeros((8, 8, 3), dtype), SEED)


@pytest.mark.parametrize("kind", KINDS)
def test_declared_channels_work(kind: str) -> None:
    """Without the policy's safety net, for several seeds."""
    step = AUGMENTERS.get(kind)
    built = step().build()
    for channels in [n for n in CHANNELS if n in step.channels]:
        for height, width in ((8, 8), (33, 20)):
            picture = make_picture(height, width, channels)
            check_picture(step, picture)
            for seed in range(3):
                built.seed_(seed)
                result = built.augment_image(picture.copy())
                assert result.shape == picture.shape and result.dtype == np.uint8


@pytest.mark.parametrize("kind", [k for k in KINDS if "float32" in AUGMENTERS.get(k).dtypes])
def test_float_pictures_give_what_bytes_give(kind: str) -> None:
    step = AUGMENTERS.get(kind)
    built = step().build()
    for channels in [n for n in (1, 3, 5) if n in step.channels]:
        for height, width in ((1, 1), (1, 7), (64, 48)):
            picture = make_picture(height, width, channels)
            built.seed_(SEED)
            expected = built.augment_image(picture.copy()).astype(np.float32)
            built.seed_(SEED)
            result = built.augment_image(picture.astype(np.float32))
            assert result.shape == picture.shape and result.dtype == np.float32
            assert np.isfinite(result).all()
            if height > 1:  # a single speck of a smaller one weighs too much
                assert np.abs(np.clip(result, 0, 255) - expected).mean() < 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_step_does_not_work_on_is_refused_in_words(kind: str) -> None:
    step = AUGMENTERS.get(kind)
    assert "uint8" in step.dtypes and set(step.dtypes) <= {"uint8", "float32"}
    assert set(step.channels) <= set(range(1, MAX_CHANNELS + 1))
    for channels in CHANNELS:
        picture = make_picture(8, 8, channels)
        if channels not in step.channels:
            with pytest.raises(SpecError, match=f"{step.title} does not work on .*{channels} chan"):
                check_picture(step, picture)
            continue
        check_picture(step, picture)
        for dtype in {"float32", "float64", "uint16"} - set(step.dtypes):
            with pytest.raises(SpecError, match=f"{step.title} does not work on .*{dtype}"):
                check_picture(step, picture.astype(dtype))
    for array in (np.zeros((8, 8), np.uint8), np.zeros((0, 8, 3), np.uint8)):
        with pytest.raises(SpecError, match="needs a picture"):
            check_picture(step, array)


def test_channels_in_words() -> None:
    words = {kind: channels_words(AUGMENTERS.get(kind)) for kind in KINDS}
    assert words["mirror"] == "any number of channels"
    assert words["channel_shuffle"] == "2 channels or more"
    assert words["jpeg"] == "1 or 3 channels"
    assert words["hue"] == "3 channels"


def make_large_picture() -> np.ndarray:
    row = np.arange(LARGE[1], dtype=np.uint32)[None, :, None]
    column = np.arange(LARGE[0], dtype=np.uint32)[:, None, None]
    return ((row * 3 + column * 5 + np.array([0, 40, 80], np.uint32)) >> 3).astype(np.uint8)


@pytest.mark.parametrize("kind", CHEAP)
def test_large_pictures(kind: str) -> None:
    picture = make_large_picture()
    faults: list[Fault] = []
    result = Augmentation(certain(kind)).apply(picture, SEED, faults.append)
    assert result.shape == picture.shape and faults == []
    assert not np.array_equal(result, picture)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif("CLASSIFIER_STUDIO_LARGE" not in os.environ, reason="takes minutes")
def test_every_step_on_a_large_picture() -> None:
    """Set CLASSIFIER_STUDIO_LARGE to run it: about two minutes on one core."""
    picture = make_large_picture()
    for kind in KINDS:
        faults: list[Fault] = []
        result = Augmentation(certain(kind)).apply(picture, SEED, faults.append)
        assert result.shape == picture.shape and result.dtype == np.uint8, kind
        assert faults == [], kind


@pytest.mark.parametrize("kind", KINDS)
def test_changes_a_picture_within_a_few_seeds(kind: str) -> None:
    picture = make_picture(64, 64, 3)
    augmentation = Augmentation(certain(kind))
    results = [augmentation.apply(picture, seed) for seed in range(6)]
    assert any(not np.array_equal(result, picture) for result in results)


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_leave_a_picture_to_be_seen(kind: str) -> None:
    """Neither blank, nor all black or white, whatever is drawn; and someone can see the change."""
    picture = make_scene(64)
    augmentation = Augmentation(certain(kind))
    change = 0.0
    for seed in range(4):
        result = augmentation.apply(picture, seed)
        assert result.std() > 0.2 * picture.std()
        assert 25 < result.mean() < 230
        assert (result.max(axis=(0, 1)) > result.min(axis=(0, 1))).any()
        change = max(change, float(np.abs(result.astype(int) - picture).mean()))
    assert change > 0.5


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


@pytest.mark.parametrize("group", GROUP_ORDER)
def test_the_number_of_workers_changes_no_pixel(group: str) -> None:
    """Each picture of a batch gets one step of the group, by its place and the epoch alone."""
    members = [{"kind": kind_of(step), "probability": 100} for step in groups()[group]]
    policy = [{"kind": "one_of", "steps": members}]
    pictures = np.stack([make_scene(32) + np.uint8(i) for i in range(20)])
    labels = {"class": np.zeros(len(pictures), np.int32)}
    seen = []
    for workers in (1, 2, 3):
        transform = transform_for(policy, 7)
        with Batches(
            pictures, labels, range(20), 8, seed=4, transform=transform, workers=workers
        ) as batches:
            seen.append(np.concatenate([batch.x for batch in batches.epoch(2)]))
        assert transform.fault_count == 0
    assert np.array_equal(seen[0], seen[1]) and np.array_equal(seen[0], seen[2])


@pytest.mark.parametrize("half", [0, 1])
def test_processes_give_what_threads_give(half: int) -> None:
    """Half of the catalogue at a time: a policy has at most 100 steps."""
    members = [{"kind": kind, "probability": 100} for kind in KINDS[half::2]]
    pictures = np.stack([make_scene(24) + np.uint8(i) for i in range(150)])
    labels = {"class": np.zeros(len(pictures), np.int32)}
    seen = []
    for workers, processes in ((1, False), (2, True)):
        transform = transform_for([{"kind": "one_of", "steps": members}], 3)
        with Batches(
            pictures,
            labels,
            range(len(pictures)),
            30,
            seed=4,
            transform=transform,
            workers=workers,
            processes=processes,
        ) as batches:
            seen.append(np.concatenate([batch.x for batch in batches.epoch(1)]))
            assert batches.is_fed_by_processes == processes, batches.trouble
    assert np.array_equal(*seen)


@cache
def digests_of_scripts() -> dict[str, str]:
    """What the exported script of every step makes of a picture, in a process without our code."""
    code = (
        "import hashlib, json, runpy, sys, numpy as np\n"
        "picture = np.load('picture.npy')\n"
        "made = {k: runpy.run_path(k + '.py')['augment'](picture, 11) for k in sys.argv[1:]}\n"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'studio']\n"
        "print(json.dumps({k: hashlib.sha256(m.tobytes()).hexdigest() for k, m in made.items()}))"
    )
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "picture.npy", make_picture(40, 56, 3))
        for kind in KINDS:
            (Path(folder) / f"{kind}.py").write_text(to_python(certain(kind)), "utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, *KINDS],
            capture_output=True, text=True, timeout=200, cwd=folder,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_exported_script_gives_the_same_pixels(kind: str) -> None:
    assert digests_of_scripts()[kind] == digest(kind, 3)


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
    assert 1 < len(summary) < 34
    assert step.also, "other names to search for"
    assert "-" not in summary, "a true minus, please"
    declared = parameters(step)
    assert any(p.name == "probability" for p in declared)
    for p in declared:
        assert p.title and p.help.endswith("."), p.name
        if p.kind == "interval":
            assert p.step is not None and p.unit != "percent"


@pytest.mark.parametrize("kind", KINDS)
def test_both_ends_of_every_range_work(kind: str) -> None:
    """What a slider can be moved to can be drawn, safe or not."""
    picture = make_picture(34, 30, 3)
    step = AUGMENTERS.get(kind)
    for p in parameters(step):
        if p.name == "probability":
            continue
        for value in values_of(p):
            policy = parse_policy([{"kind": kind, "probability": 100, p.name: value}])
            faults: list[Fault] = []
            assert Augmentation(policy).apply(picture, SEED, faults.append).shape == picture.shape
            assert faults == [], f"{p.name} = {value}"


def values_of(p: Parameter) -> list[object]:
    """Both ends of a range, the whole range, or every choice."""
    if p.kind == "choice":
        return list(p.choices or {})
    if p.kind == "bool":
        return [False, True]
    low, high = p.minimum, p.maximum
    assert low is not None and high is not None
    if p.safe is not None:
        assert low <= p.safe[0] < p.safe[1] <= high
    return [(low, low), (high, high), (low, high)] if p.kind == "interval" else [low, high]


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
    assert sum(len(steps) for steps in found.values()) == len(KINDS) >= 120
    assert set(KINDS) >= OLD_KINDS
    assert list(found) == list(GROUP_ORDER)
    modules = {name: {step.__module__ for step in steps} for name, steps in found.items()}
    assert all(len(names) == 1 for names in modules.values()), "one file a group"
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
    if kind not in ("quarter_turn", "channel_shuffle"):  # one draw in four or six changes nothing
        assert not np.array_equal(grid[0], picture)
