"""Policies: streams, faults, files, bad input, and the same pixels for training and preview."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from studio.augment.policy import (
    MOST_STEPS,
    Augmentation,
    Fault,
    Policy,
    Transform,
    parse_policy,
    seed_for,
    transform_for,
)
from studio.augment.policy_files import load_policy, save_policy
from studio.augment.presets import HELP, TITLES, preset, preset_of
from studio.augment.preview import preview, preview_steps
from studio.augment.registry import AUGMENTERS, augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.core.control import Cancelled, Control
from studio.core.errors import SpecError, StorageError


def pictures(count: int = 4, size: int = 24, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, size, size, channels), dtype=np.uint8)


@pytest.fixture
def stumbling() -> Iterator[str]:
    """A step that fails on pictures whose first pixel is odd."""

    class Fails:
        def seed_(self, seed: int) -> None: ...

        def augment_image(self, picture: np.ndarray) -> np.ndarray:
            if picture[0, 0, 0] % 2:
                raise RuntimeError("stumbled")
            return picture

    class Stumbling(Step):
        title, group, help = "Stumbling", "Geometry", "Stumbles."
        kind: Literal["stumbling"] = "stumbling"

        def build(self) -> ImgaugAugmenter:
            return Fails()

        def summary(self) -> str:
            return "stumbles"

    AUGMENTERS.kinds()
    augmenter(Stumbling)
    yield "stumbling"
    del AUGMENTERS._entries["stumbling"]


def test_a_duplicate_kind_raises() -> None:
    with pytest.raises(ValueError, match="rotate"):
        augmenter(AUGMENTERS.get("rotate"))


def test_the_order_of_steps_counts() -> None:
    picture = pictures(1)[0]
    rotate = {"kind": "rotate", "angle": (30, 30)}
    one = Augmentation(parse_policy([rotate, {"kind": "mirror", "probability": 100}]))
    two = Augmentation(parse_policy([{"kind": "mirror", "probability": 100}, rotate]))
    assert not np.array_equal(one.apply(picture, 1), two.apply(picture, 1))


def test_another_step_does_not_draw_this_one_anew() -> None:
    picture = pictures(1)[0]
    noise = {"kind": "gaussian_noise", "levels": (20, 20)}
    still = {"kind": "rotate", "angle": (0, 0)}
    alone = Augmentation(parse_policy([noise])).apply(picture, 9)
    variants = [
        [still, noise],
        [noise, still],
        [{**still, "enabled": False}, noise],
        [noise, {**noise, "enabled": False}],
    ]
    for steps in variants:
        assert np.array_equal(Augmentation(parse_policy(steps)).apply(picture, 9), alone)


def test_two_of_a_kind_draw_differently() -> None:
    black = np.full((16, 16, 3), 120, np.uint8)
    noise = {"kind": "gaussian_noise", "levels": (20, 20)}
    first = Augmentation(parse_policy([noise, {**noise, "enabled": False}])).apply(black, 4)
    second = Augmentation(parse_policy([{**noise, "enabled": False}, noise])).apply(black, 4)
    assert not np.array_equal(first, second)


def test_the_chance_is_kept_and_strength_is_independent_of_it() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    for percent in (0, 25, 100):
        policy = parse_policy([{"kind": "invert", "probability": percent}])
        augmentation = Augmentation(policy)
        changed = sum(
            not np.array_equal(augmentation.apply(picture, seed_for(1, 1, i)), picture)
            for i in range(400)
        )
        assert abs(changed / 4 - percent) < 7
    noise = {"kind": "gaussian_noise", "levels": (5, 20)}
    sure = Augmentation(parse_policy([noise])).apply(picture, 1)
    maybe = Augmentation(parse_policy([{**noise, "probability": 99.9}])).apply(picture, 1)
    assert np.array_equal(sure, maybe)


def test_seeds_are_stable_for_ever() -> None:
    """Old runs must stay repeatable: these numbers may not change between versions."""
    assert seed_for(42, 1, 0) == 2252851906113815115
    assert seed_for(42, 2, 0) != seed_for(42, 1, 0) != seed_for(42, 1, 1)
    seeds = {seed_for(s, e, i) for s in range(5) for e in range(1, 9) for i in range(50)}
    assert len(seeds) == 5 * 8 * 50
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_training_and_preview_are_the_same_to_the_bit() -> None:
    batch, policy = pictures(), preset("heavy")
    shown = preview(list(batch), policy, count=3, seed=42, indices=[7, 3, 9, 0])
    transform = transform_for(policy, run_seed=42)
    for epoch in (3, 1, 2):
        order = [2, 0, 3, 1]
        trained = transform(batch[order], np.array([9, 7, 0, 3]), epoch)
        assert np.array_equal(trained, shown[order, epoch - 1])
    assert transform.fault_count == 0


def test_threads_give_what_one_thread_gives() -> None:
    batch, augmentation = pictures(), Augmentation(preset("heavy"))
    jobs = [(i % 4, seed) for seed in range(6) for i in range(4)]
    alone = [augmentation.apply(batch[i], seed) for i, seed in jobs]
    barrier = threading.Barrier(4)

    def work(part: list[tuple[int, int]]) -> list[np.ndarray]:
        barrier.wait(10)
        return [augmentation.apply(batch[i], seed) for i, seed in part]

    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(work, [jobs[n::4] for n in range(4)]))
    for n in range(4):
        for got, expected in zip(parts[n], alone[n::4], strict=True):
            assert np.array_equal(got, expected)


def test_transforms_can_be_sent_to_another_process() -> None:
    batch = pictures()
    transform = transform_for(preset("medium"), 5)
    transform(batch, range(4), 1)
    again: Transform = pickle.loads(pickle.dumps(transform))
    assert np.array_equal(again(batch, range(4), 2), transform(batch, range(4), 2))


def test_a_step_that_fails_is_left_out_for_that_picture_and_counted(stumbling: str) -> None:
    batch = pictures()
    batch[:, 0, 0, 0] = [1, 2, 3, 4]
    transform = transform_for([{"kind": stumbling}, {"kind": "mirror", "probability": 100}], 0)
    varied = transform(batch, [10, 11, 12, 13], 1)
    assert np.array_equal(varied, batch[:, :, ::-1])
    assert transform.fault_count == 2
    assert [(f.index, f.epoch) for f in transform.faults] == [(10, 1), (12, 1)]
    assert transform.faults[0].fault == Fault("Stumbling", "RuntimeError: stumbled")


def test_an_empty_policy_passes_pictures_through() -> None:
    batch = pictures()
    assert transform_for([], 1)(batch, range(4), 1) is batch
    off = parse_policy([{"kind": "invert", "probability": 100, "enabled": False}])
    assert np.array_equal(Augmentation(off).apply(batch[0], 1), batch[0])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([{"kind": "blend_into_space"}], "no augmenter called “blend_into_space”"),
        ([{"angle": [0, 1]}], "no “kind”"),
        (["rotate"], "no “kind”"),
        ([{"kind": "rotate", "angle": [-400, 400]}], "Rotate.*From -90 to 90"),
        ([{"kind": "rotate", "angle": [20, -20]}], "above the high end"),
        ([{"kind": "rotate", "angle": "much"}], "Rotate.*angle"),
        ([{"kind": "rotate", "speed": 3}], "no setting “speed”"),
        ([{"kind": "rotate", "probability": float("nan")}], "Rotate"),
        ([{"kind": ["rotate"]}], "no “kind”"),
        ({"steps": 5}, "list of steps"),
        ({"step": []}, "no setting “step”"),
        ("rotate", "list of steps"),
        (7, "list of steps"),
    ],
)
def test_bad_policies_are_refused_with_the_reason(value: object, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        parse_policy(value)


def test_a_million_steps_are_refused_at_once() -> None:
    step = {"kind": "mirror"}
    with pytest.raises(SpecError, match=r"at most 100 steps, not 1,000,000"):
        parse_policy([step] * 1_000_000)
    assert len(parse_policy([step] * MOST_STEPS).steps) == MOST_STEPS


def test_policy_files(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    save_policy(preset("heavy"), file)
    assert load_policy(file) == preset("heavy")
    assert isinstance(json.loads(file.read_text("utf-8")), list)
    file.write_text("[{", "utf-8")
    with pytest.raises(SpecError, match=r"not readable as JSON"):
        load_policy(file)
    file.write_text("[" * 100_000, "utf-8")
    with pytest.raises(SpecError):
        load_policy(file)
    file.write_text("null", "utf-8")
    with pytest.raises(SpecError, match="list of steps"):
        load_policy(file)
    with pytest.raises(StorageError):
        load_policy(tmp_path / "gone.json")


def test_presets() -> None:
    assert list(TITLES) == list(HELP)
    assert list(TITLES)[:5] == ["none", "light", "medium", "heavy", "digits"]
    assert preset("none") == Policy()
    assert preset_of(preset("digits")) == "digits"
    assert preset_of(parse_policy([{"kind": "jpeg"}])) == ""
    kinds = {step.kind for step in preset("digits").steps}
    assert not kinds & {"mirror", "flip", "quarter_turn", "invert"}
    sizes = [len(preset(name).steps) for name in ("none", "light", "medium", "heavy")]
    assert sizes == sorted(sizes)


def test_a_preview_can_be_cancelled() -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        preview(list(pictures()), preset("light"), 2, 0, control=control)


def test_thumbnails_of_single_steps() -> None:
    picture = pictures(1)[0]
    steps = [{"kind": "invert", "probability": 0, "enabled": False}, {"kind": "mirror"}]
    grid = preview_steps(picture, steps, seed=1)
    assert np.array_equal(grid[0], 255 - picture)
    assert np.array_equal(grid[1], picture[:, ::-1])
