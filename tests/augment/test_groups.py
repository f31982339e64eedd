"""Steps that hold steps: choice, order, streams, traces, bad input and published policies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.augment.fast.run import choose, tree
from studio.augment.groups import GROUPS, MOST_LEVELS, Group
from studio.augment.policy import (
    MOST_STEPS,
    Augmentation,
    Fault,
    Policy,
    parse_policy,
    seed_for,
    to_json,
    transform_for,
)
from studio.augment.policy_files import load_policy, save_policy
from studio.augment.presets import TITLES, preset, preset_of
from studio.augment.published import _AUTO, auto_augment, rand_augment
from studio.augment.registry import AUGMENTERS
from studio.core.errors import SpecError
from studio.core.spec import parameters
from studio.data.batches import Batches

THREE = [
    {"kind": "rotate"}, {"kind": "mirror", "probability": 100}, {"kind": "brightness"},
]  # fmt: skip


def chosen(steps: list[dict[str, Any]], seed: int) -> list[str]:
    return [node.stream for node in choose(tree(parse_policy(steps).steps), seed)]


def group(kind: str, *steps: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"kind": kind, "steps": list(steps), **options}


def test_one_of_is_fair() -> None:
    seen = Counter(tuple(chosen([group("one_of", *THREE)], seed)) for seed in range(900))
    assert set(seen) == {("rotate#0",), ("mirror#0",), ("brightness#0",)}
    assert all(240 < count < 360 for count in seen.values())


def test_some_of_keeps_the_order_unless_shuffled() -> None:
    some = group("some_of", *THREE, count=[1, 3])
    found = [chosen([some], seed) for seed in range(400)]
    order = ["rotate#0", "mirror#0", "brightness#0"]
    assert all(run == [name for name in order if name in run] for run in found)
    assert set(Counter(map(len, found))) == {1, 2, 3}
    assert min(Counter(map(len, found)).values()) > 90
    mixed = [chosen([{**some, "shuffled": True}], seed) for seed in range(100)]
    assert any(run != sorted(run, key=order.index) for run in mixed)
    assert chosen([{**some, "count": [9, 9]}], 1) == order
    assert chosen([{**some, "count": [0, 0]}], 1) == []


def test_random_order_and_sometimes() -> None:
    orders = Counter(tuple(chosen([group("random_order", *THREE)], seed)) for seed in range(600))
    assert len(orders) == 6 and min(orders.values()) > 60
    runs = Counter(len(chosen([group("sometimes", *THREE)], seed)) for seed in range(600))
    assert set(runs) == {0, 3} and 240 < runs[3] < 360
    never = group("sometimes", *THREE, probability=0)
    assert chosen([never], 1) == []
    assert parse_policy([never]).active == ()


def test_members_that_are_off_are_not_chosen() -> None:
    off = [{**THREE[0], "enabled": False}, *THREE[1:]]
    for kind in GROUPS:
        assert all("rotate#0" not in chosen([group(kind, *off)], seed) for seed in range(30))
    nothing = parse_policy([group("one_of", {**THREE[0], "enabled": False})])
    assert nothing.active == ()
    batch = np.zeros((2, 8, 8, 3), np.uint8)
    assert transform_for(nothing, 1)(batch, [0, 1], 1) is batch
    for kind in GROUPS:
        assert chosen([group(kind)], 1) == []


def test_a_changed_member_leaves_the_choice_as_it_was() -> None:
    before = group("one_of", *THREE)
    after = group("one_of", {"kind": "rotate", "angle": [1, 2]}, *THREE[1:])
    more = group("one_of", *THREE, {"kind": "hue"})
    changed = 0
    for seed in range(200):
        was = chosen([before], seed)
        assert chosen([after], seed) == was
        now = chosen([more], seed)
        assert now in (was, ["hue#0"])
        changed += now != was
    assert 25 < changed < 80


def test_a_step_draws_the_same_inside_of_a_group() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    noise = {"kind": "gaussian_noise", "levels": [20, 20]}
    alone = Augmentation(parse_policy([noise])).apply(picture, 3)
    for kind in ("random_order", "one_of", "sometimes"):
        within = group(kind, group("sometimes", noise, probability=100), probability=100)
        assert np.array_equal(Augmentation(parse_policy([within])).apply(picture, 3), alone)


def test_groups_as_json(tmp_path: Path) -> None:
    nested = [group("some_of", *THREE, group("one_of", *THREE), count=[0, 2]), {"kind": "hue"}]
    policy = parse_policy(nested)
    text = json.dumps(to_json(policy))
    assert parse_policy(json.loads(text)) == policy
    assert [step["kind"] for step in json.loads(text)] == ["some_of", "hue"]
    save_policy(policy, tmp_path / "mine.json")
    assert load_policy(tmp_path / "mine.json") == policy
    first = policy.steps[0]
    assert isinstance(first, Group) and first.changed(enabled=False).steps == first.steps
    assert Policy(steps=(first,)).steps == (first,)


def test_groups_speak_to_a_person() -> None:
    for kind, cls in GROUPS.items():
        assert kind not in AUGMENTERS.kinds()
        assert cls.title and cls.help.endswith(".")
        made = parse_policy([group(kind, *THREE)]).steps[0]
        assert 1 < len(made.summary()) < 32 and "-" not in made.summary()
        assert all(p.title and p.help.endswith(".") for p in parameters(cls))
    with pytest.raises(SpecError, match=r"Step “One of”: Step “Rotate”: .*From -90 to 90"):
        parse_policy([group("one_of", {"kind": "rotate", "angle": [-400, 400]})])


def test_groups_in_words_of_imgaug() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    for kind in GROUPS:
        for steps in ([], THREE):
            made = parse_policy([group(kind, *steps)]).steps[0].build()
            assert made.augment_image(picture).shape == picture.shape


def deep(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"kind": "mirror"}
    for _ in range(levels):
        inner = group("sometimes", inner)
    return inner


def test_too_deep_groups_are_refused(tmp_path: Path) -> None:
    assert parse_policy([deep(MOST_LEVELS)]).active
    for levels in (MOST_LEVELS + 1, 90, 10_000):
        with pytest.raises(SpecError, match=r"nested more than 8 levels|at most 100 steps"):
            parse_policy([deep(levels)])
    text = '[{"kind":"one_of","steps":' * 10_000 + "[]" + "}]" * 10_000
    (tmp_path / "deep.json").write_text(text, "utf-8")
    with pytest.raises(SpecError, match=r"nested"):
        load_policy(tmp_path / "deep.json")


def test_a_cycle_of_groups_is_refused() -> None:
    cycle = group("one_of")
    cycle["steps"].append(cycle)
    with pytest.raises(SpecError, match="nested more than 8 levels"):
        parse_policy([cycle])
    wide = group("one_of")
    wide["steps"] += [wide] * 90
    with pytest.raises(SpecError, match="at most 100 steps"):
        parse_policy([wide])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([group("one_of", *([{"kind": "mirror"}] * 1_000_000))], "at most 100 steps"),
        ([group("one_of", *([{"kind": "mirror"}] * 60))] * 2, "at most 100 steps"),
        ([group("all_of")], "no augmenter called “all_of”"),
        ([group("one_of", {"kind": "wobble"})], "no augmenter called “wobble”"),
        ([group("one_of", {"steps": []})], "no “kind”"),
        ([{"kind": "one_of", "steps": 5}], "list of steps"),
        ([{"kind": "one_of", "steps": {"kind": "mirror"}}], "list of steps"),
        ([{"kind": "one_of", "steps": [[]]}], "no “kind”"),
        ([{"kind": "rotate", "steps": []}], "no setting “steps”"),
        ([group("some_of", count=[-1, 2])], "From 0 to 100"),
        ([group("some_of", count=[3, 2])], "above the high end"),
        ([group("sometimes", probability=101)], "From 0 to 100"),
    ],
)
def test_bad_groups_are_refused_with_the_reason(value: object, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        parse_policy(value)


def test_a_setting_of_ten_thousand_levels_is_refused() -> None:
    value: list[Any] = []
    for _ in range(10_000):
        value = [value]
    with pytest.raises(SpecError):
        parse_policy([{"kind": "rotate", "angle": value}])


def count(steps: Any) -> int:
    return sum(1 + count(getattr(step, "steps", ())) for step in steps)


@pytest.mark.parametrize("name", TITLES)
def test_presets_run_without_faults(name: str) -> None:
    policy = preset(name)
    assert preset_of(policy) == name
    assert count(policy.steps) <= MOST_STEPS
    faults: list[Fault] = []
    augmentation = Augmentation(policy)
    for channels in (1, 3):
        picture = np.random.default_rng(1).integers(0, 256, (32, 40, channels), dtype=np.uint8)
        varied = [augmentation.apply(picture, seed, faults.append) for seed in range(20)]
        assert name == "none" or any(not np.array_equal(picture, each) for each in varied)
    assert faults == []


def test_published_policies() -> None:
    assert len(_AUTO) == 25
    choice = parse_policy(auto_augment()).steps[2]
    assert isinstance(choice, Group) and len(choice.steps) == 25
    for operations in (1, 2, 3):
        policy = parse_policy(rand_augment(operations, 5))
        groups = [step for step in policy.steps if isinstance(step, Group)]
        assert len(groups) == operations and {len(g.steps) for g in groups} == {14}
        assert count(policy.steps) <= MOST_STEPS
    for magnitude in (0, 10):
        Augmentation(parse_policy(rand_augment(2, magnitude)))
    for bad in ((0, 5), (4, 5), (2, 11), (2, -1)):
        with pytest.raises(ValueError):
            rand_augment(*bad)
    kinds = {step.kind for name in ("microscopy", "aerial") for step in preset(name).steps}
    assert {"quarter_turn", "mirror", "rotate"} <= kinds


def test_traces_tell_what_ran() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (32, 40, 3), dtype=np.uint8)
    steps = [
        {"kind": "rotate", "angle": [5, 20]}, {"kind": "mirror", "probability": 0},
        group("one_of", {"kind": "hue", "angle": [10, 10]}, {"kind": "brightness"}),
        {"kind": "cut_out"}, {"kind": "ridges", "mix": [30, 30]},
    ]  # fmt: skip
    augmentation = Augmentation(parse_policy(steps))
    kinds = set()
    for seed in range(12):
        pixels, ran = augmentation.trace(picture, seed)
        assert np.array_equal(pixels, augmentation.apply(picture, seed))
        found = [each.step.kind for each in ran]
        kinds |= set(found)
        assert found[0] == "rotate" and found[2:] == ["cut_out", "ridges"]
        assert 5 <= ran[0].values["angle"] <= 20
        assert 5 <= float(ran[0].words().removesuffix("°")) <= 20
        assert "0.3" in ran[3].words(), "what imgaug drew"
        assert ran[2].words().removesuffix("s").endswith(" hole")
    assert {"hue", "brightness"} <= kinds


@pytest.mark.parametrize("kind", AUGMENTERS.kinds())
def test_tracing_changes_no_pixel(kind: str) -> None:
    rows, columns = np.mgrid[0:36, 0:44]
    wave = 127 + 120 * np.sin(rows / 4 + columns / 5)
    picture = np.stack([wave, wave.T[:36, :36].repeat(2, 1)[:, :44], 255 - wave], -1)
    augmentation = Augmentation(parse_policy([{"kind": kind, "probability": 100}]))
    pixels, ran = augmentation.trace(picture.astype(np.uint8), 5)
    assert np.array_equal(pixels, augmentation.apply(picture.astype(np.uint8), 5))
    if 3 in AUGMENTERS.get(kind).channels:
        assert [each.step.kind for each in ran] == [kind]
        assert len(ran[0].words()) < 160


def test_a_step_that_fails_within_a_joined_warp_is_the_only_one_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from studio.augment.fast import geometry, kinds

    def broken(step: Any, values: Any, shape: Any) -> geometry.Warp:
        return geometry.Warp(np.full((3, 3), np.nan)[:1], "")

    monkeypatch.setitem(kinds.FAST, "zoom", kinds.FAST["zoom"]._replace(apply=broken))
    picture = np.random.default_rng(1).integers(0, 256, (32, 40, 3), dtype=np.uint8)
    sure = {"kind": "mirror", "probability": 100}
    faults: list[Fault] = []
    policy = parse_policy([sure, {"kind": "zoom"}, {"kind": "flip", "probability": 100}])
    result = Augmentation(policy).apply(picture, 1, faults.append)
    assert np.array_equal(result, picture[::-1, ::-1])
    assert [fault.step for fault in faults] == ["Zoom"]


@pytest.mark.parametrize("channels", [1, 3, 4, 5])
def test_pictures_of_floats(channels: int) -> None:
    levels = np.random.default_rng(1).integers(0, 256, (20, 24, channels), dtype=np.uint8)
    augmentation = Augmentation(preset("medium"))
    expected = augmentation.apply(levels, 2)
    result = augmentation.apply(levels.astype(np.float32) + 0.2, 2)
    assert result.dtype == np.float32 and np.array_equal(result, expected)
    odd = levels.astype(np.float32)
    odd[0, 0] = np.nan
    odd[0, 1], odd[0, 2] = 1e9, -np.inf
    assert np.isfinite(augmentation.apply(odd, 2)).all()


def test_the_number_of_workers_changes_nothing() -> None:
    pictures = np.random.default_rng(2).integers(0, 256, (20, 24, 24, 3), dtype=np.uint8)
    labels = {"class": np.zeros(20, np.int32)}
    seen = []
    for workers in (1, 2, 5):
        transform = transform_for(preset("heavy"), 9)
        with Batches(
            pictures, labels, range(20), 8, seed=4, transform=transform, workers=workers
        ) as batches:
            seen.append(np.concatenate([batch.x for batch in batches.epoch(2)]))
        assert transform.fault_count == 0
    assert np.array_equal(seen[0], seen[1]) and np.array_equal(seen[0], seen[2])


def test_another_process_gives_the_same_pixels(tmp_path: Path) -> None:
    code = (
        "import sys, zlib, numpy as np\n"
        "from studio.augment.policy import Augmentation, seed_for\n"
        "from studio.augment.presets import preset\n"
        "p = np.random.default_rng(3).integers(0, 256, (48, 40, 3), dtype=np.uint8)\n"
        "for name in sys.argv[1:]:\n"
        "    a = Augmentation(preset(name))\n"
        "    print(name, [zlib.crc32(a.apply(p, seed_for(1, 1, i))) for i in range(6)])\n"
    )
    names = [name for name in TITLES if name != "none"]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *names],
        capture_output=True, text=True, cwd=root, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    import zlib

    picture = np.random.default_rng(3).integers(0, 256, (48, 40, 3), dtype=np.uint8)
    for line in done.stdout.splitlines():
        name, _, numbers = line.partition(" ")
        augmentation = Augmentation(preset(name))
        here = [zlib.crc32(augmentation.apply(picture, seed_for(1, 1, i))) for i in range(6)]
        assert json.loads(numbers) == here, name
