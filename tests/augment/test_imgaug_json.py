"""Pipelines of plain imgaug as JSON: every step there and back, imgaug's own meaning, bad input."""

from __future__ import annotations

import importlib.util
import json
import random
import re
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.augment.groups import MOST_LEVELS, Group, with_chance
from studio.augment.pipeline.names import CONTAINERS, bind
from studio.augment.pipeline.reader import read_pipeline
from studio.augment.policy import Augmentation, Policy, parse_policy
from studio.augment.policy_files import from_text, load_policy
from studio.augment.presets import TITLES, preset
from studio.augment.recorded import Call, recorder, text_of
from studio.augment.registry import AUGMENTERS
from studio.augment.step import Step
from studio.core.errors import SpecError
from studio.core.spec import Parameter, parameters, parse_spec

ROOT = Path(__file__).parents[2]
EXAMPLE = {"Sequential": {"random_order": True, "children": [
    {"Fliplr": 0.5},
    {"iaa.Crop": {"percent": [0, 0.1]}},
    {"Sometimes": {"p": 0.5, "then_list": {"GaussianBlur": {"sigma": [0, 0.5]}}}},
    {"LinearContrast": [0.75, 1.5]},
    {"AdditiveGaussianNoise": {"loc": 0, "scale": [0.0, 12.75], "per_channel": 0.5}},
    {"imgaug.augmenters.Multiply": {"mul": [0.8, 1.2], "per_channel": 0.2, "seed": 3}},
    {"Affine": {
        "scale": {"x": [0.8, 1.2], "y": [0.8, 1.2]}, "rotate": [-25, 25], "shear": [-8, 8],
        "translate_percent": {"x": [-0.2, 0.2], "y": [-0.2, 0.2]},
    }},
]}}  # fmt: skip


def as_json(value: Any) -> Any:
    """A recorded call in imgaug's names."""
    if isinstance(value, Call):
        if value.name == "guarded":
            return as_json(value.args[0])
        if value.name.removeprefix("iaa.") in CONTAINERS:
            given = dict(zip(CONTAINERS[value.name[4:]], value.args, strict=False))
        else:
            given = (
                bind(value.name.removeprefix("iaa."), value.args, {}).written if value.args else {}
            )
        options = {**given, **value.options}
        return {value.name: {name: as_json(option) for name, option in options.items()}}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return {k: as_json(v) for k, v in value.items()} if isinstance(value, dict) else value


def plain(*steps: Step) -> Any:
    """Steps as a pipeline of imgaug that went through a file."""
    with recorder():
        return json.loads(json.dumps([as_json(with_chance(step)) for step in steps]))


def source(policy: Policy) -> list[str]:
    with recorder():
        return [text_of(with_chance(step)) for step in policy.steps]


def rounded(lines: list[str]) -> list[str]:
    """Source with numbers of nine digits behind the point."""
    return [re.sub(r"-?\d+\.\d+", lambda n: f"{float(n[0]):.9f}", line) for line in lines]


def steps_of(pipeline: Any) -> tuple[Step, ...]:
    return read_pipeline(pipeline).policy.steps


def only(pipeline: Any) -> Step:
    (step,) = steps_of([pipeline])
    return step


def close(one: Any, other: Any) -> bool:
    """Equal, but for what rounding does to settings."""
    if isinstance(one, Step):
        names = type(one).model_fields
        return type(one) is type(other) and all(
            close(getattr(one, n), getattr(other, n)) for n in names
        )
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(close, one, other))
    return bool(one == pytest.approx(other, abs=1e-9) if isinstance(one, float) else one == other)


def drawn(p: Parameter, rng: random.Random) -> Any:
    """Another valid value of a setting, as a form can give it."""
    if p.choices:
        return rng.choice(list(p.choices))
    if p.kind == "bool":
        return rng.random() < 0.5
    assert p.minimum is not None and p.maximum is not None
    steps = int((p.maximum - p.minimum) / (p.step or 1.0) + 1e-9)

    def number() -> float:
        return round(p.minimum + rng.randint(0, steps) * (p.step or 1.0), 6)  # type: ignore[operator]

    return tuple(sorted((number(), number()))) if p.kind == "interval" else number()


def variants(kind: type[Step]) -> list[Step]:
    rng = random.Random(str(kind))
    always = {"probability": 100.0}
    names = [p for p in parameters(kind) if p.name != "probability"]
    others = [{**{p.name: drawn(p, rng) for p in names}, **always} for _ in range(4)]
    return [parse_spec(kind, settings) for settings in (always, *others)]


@pytest.mark.parametrize("kind", AUGMENTERS.kinds())
def test_every_step_there_and_back(kind: str) -> None:
    for step in variants(AUGMENTERS.get(kind)):
        found = only(plain(step)[0])
        assert type(found) is type(step)
        # Where several settings make the same call, those of fewest decimals are taken.
        assert source(Policy(steps=(found,))) == source(Policy(steps=(step,)))
        again = only(plain(found)[0])
        assert close(again, found)


def test_how_many_can_be_imported(record_property: Any) -> None:
    refused, others = {}, []
    for kind in AUGMENTERS.kinds():
        step = parse_spec(AUGMENTERS.get(kind), {"probability": 100.0})
        try:
            found = only(plain(step)[0])
        except SpecError as error:
            refused[kind] = str(error)
        else:
            others += [] if close(found, step) else [kind]
    record_property("imported", len(AUGMENTERS.kinds()) - len(refused))
    assert refused == {}
    assert len(others) <= 3, "the settings that other settings make the same call as"


@pytest.mark.parametrize("name", TITLES)
def test_presets_there_and_back(name: str) -> None:
    policy = preset(name)
    found = Policy(steps=steps_of(plain(*policy.steps)))
    assert rounded(source(found)) == rounded(source(policy))
    picture = np.random.default_rng(1).integers(0, 256, (24, 28, 3), dtype=np.uint8)
    one, other = Augmentation(found), Augmentation(policy)
    for seed in range(6):
        assert np.array_equal(one.apply(picture, seed), other.apply(picture, seed))


def test_the_example_of_imgaug() -> None:
    """The pipeline of imgaug's own introduction, with all that it leaves to defaults."""
    (shuffled,) = steps_of(EXAMPLE)
    assert shuffled.kind == "random_order" and isinstance(shuffled, Group)
    kinds = [step.kind for step in shuffled.steps]
    assert kinds == ["mirror", "crop", "gaussian_blur", "contrast", "one_of", "one_of", "affine"]
    assert [step.probability for step in shuffled.steps[:4]] == [50.0, 100.0, 50.0, 100.0]
    noise, light = shuffled.steps[4:6]
    assert isinstance(noise, Group) and isinstance(light, Group)
    assert sorted(step.per_channel for step in noise.steps) == [False, True]  # type: ignore[attr-defined]
    assert [step.kind for step in light.steps] == ["channel_light"] + ["brightness"] * 4
    assert shuffled.steps[6].model_dump() == {
        "kind": "affine", "enabled": True, "probability": 100.0, "edge": "constant",
        "angle": (-25.0, 25.0), "scale": (0.8, 1.2), "shift": (-20.0, 20.0), "shear": (-8.0, 8.0),
        "scale_by": "each", "shift_by": "each", "shear_by": "same",
    }  # fmt: skip
    assert read_pipeline(EXAMPLE).augmenters == 7
    picture = np.random.default_rng(1).integers(0, 256, (32, 40, 3), dtype=np.uint8)
    faults: list[Any] = []
    augmentation = Augmentation(Policy(steps=(shuffled,)))
    assert len({augmentation.apply(picture, s, faults.append).tobytes() for s in range(9)}) > 5
    assert faults == []


AFFINE: list[tuple[str, dict[str, Any], str]] = [
    ("Affine", {"rotate": (-25, 25), "mode": "edge"}, "rotate"),
    ("Affine", {"rotate": (-180, 180)}, "affine"),
    ("Affine", {"shear": 10}, "shear"),
    ("Affine", {"shear": (-10, 10), "scale": 1.1}, "affine"),
    ("Affine", {"shear": {"x": (-9, 9), "y": (-9, 9)}}, "affine"),
    ("Affine", {"translate_percent": (-0.2, 0.2)}, "affine"),
    ("Affine", {"translate_percent": 0.1, "translate_px": None}, "shift"),
    ("Affine", {"scale": {"x": (0.5, 1.5)}, "mode": "wrap"}, "stretch"),
    ("Affine", {}, "affine"),
    ("Rotate", {"rotate": (-30, 40)}, "rotate"),
    ("TranslateX", {"percent": (-0.1, 0.1)}, "shift"),
    ("ShearY", {"shear": (-20, 20)}, "shear_down"),
]
SAME: list[tuple[str, dict[str, Any], str]] = [
    ("GaussianBlur", {}, "gaussian_blur"),
    ("Add", {"value": (-20, 20), "per_channel": True}, "channel_offset"),
    ("Multiply", {"mul": 1.3}, "brightness"),
    ("Dropout", {"p": 0.1, "per_channel": 1}, "pixel_drop_out"),
    ("Cutout", {"nb_iterations": (1, 5), "size": 0.2, "squared": True}, "cut_out"),
    ("CropAndPad", {}, "crop_and_pad"),
    ("Crop", {"percent": 0.1}, "crop"),
    ("MotionBlur", {"k": (3, 15)}, "motion_blur"),
    ("Sharpen", {"alpha": (0, 1.0), "lightness": (0.75, 1.5)}, "sharpen"),
    ("Emboss", {"alpha": (0, 1.0), "strength": (0, 2.0)}, "emboss"),
    ("PerspectiveTransform", {"scale": (0.01, 0.1)}, "perspective"),
    ("ElasticTransformation", {"alpha": (0, 5.0), "sigma": 0.5}, "elastic"),
    ("ContrastNormalization", {"alpha": (0.5, 1.5)}, "contrast"),
    ("MultiplyBrightness", {"mul": (0.7, 1.3)}, "lightness"),
    ("pillike.EnhanceColor", {"factor": (0.2, 2.0)}, "pil_colour"),
    ("imgcorruptlike.Contrast", {"severity": 2}, "corrupt_contrast"),
    ("pillike.FilterSmooth", {}, "pil_smooth"),
]


def moves(augmenter: Any) -> np.ndarray:
    """``(5000, 7)``: what imgaug draws for as many pictures."""
    augmenter.seed_(1)
    drawn = augmenter._draw_samples(5000, augmenter.random_state)
    at = [drawn.get_affine_parameters(n, (40, 48, 3), (40, 48, 3)) for n in range(5000)]
    names = [name for name in at[0] if not name.endswith("_deg")]
    return np.array([[each[name] for name in names] for each in at], np.float64)


@pytest.mark.parametrize(("name", "options", "kind"), AFFINE)
def test_the_step_moves_as_imgaug_does(name: str, options: dict[str, Any], kind: str) -> None:
    """The same distribution of every move, and the same ones tied to each other."""
    import imgaug.augmenters as iaa

    step = only({name: json.loads(json.dumps(options))})
    assert step.kind == kind and step.probability == 100.0
    theirs, ours = moves(getattr(iaa, name)(**options)), moves(step.build())
    spread = theirs.max(axis=0) - theirs.min(axis=0) + 1e-6
    for share in (0, 25, 50, 75, 100):
        apart = np.abs(np.percentile(theirs, share, axis=0) - np.percentile(ours, share, axis=0))
        assert (apart <= 0.05 * spread).all()
    tied = [np.corrcoef(each + np.random.default_rng(1).normal(0, 1e-9, each.shape), rowvar=False)
            for each in (theirs, ours)]  # fmt: skip
    assert np.abs(tied[0] - tied[1]).max() < 0.1
    assert str(getattr(iaa, name)(**options).mode) == str(step.build().mode)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "options", "kind"), SAME)
def test_the_step_does_what_imgaug_does(name: str, options: dict[str, Any], kind: str) -> None:
    """The same pixels from the same random state: imgaug's call, and what was imported of it."""
    import imgaug.augmenters as iaa

    step = only({name: json.loads(json.dumps(options))})
    assert step.kind == kind and step.probability == 100.0
    cls: Any = iaa
    for part in name.split("."):
        cls = getattr(cls, part)
    theirs, ours = cls(**options), step.build()
    picture = np.random.default_rng(1).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    for seed in range(4):
        pictures = []
        for augmenter in (theirs, ours):
            within = getattr(augmenter, "augmenter", augmenter)  # of a guard
            np.random.seed(seed)
            within.seed_(seed)
            pictures.append(within.augment_image(picture.copy()))
        assert np.array_equal(*pictures), seed


def test_whole_sides_and_shares_of_them() -> None:
    resize = {"Resize": {"size": 1.0, "interpolation": "linear"}}
    step = only({"KeepSizeByResize": {"interpolation": "linear", "children": resize}})
    assert step.model_dump()["share"] == (100.0, 100.0)


@pytest.mark.parametrize(("name", "kind"), [
    ("Fliplr", "mirror"), ("Flipud", "flip"), ("HorizontalFlip", "mirror"), ("Invert", "invert"),
    ("ChannelShuffle", "channel_shuffle"), ("Solarize", "solarize"),
])  # fmt: skip
def test_what_is_applied_to_a_share_has_a_chance(name: str, kind: str) -> None:
    """imgaug applies it whole or not at all, as often as our step with this chance."""
    import imgaug.augmenters as iaa

    step = only({name: 0.25})
    assert step.kind == kind and step.probability == 25.0
    assert only({"Sometimes": {"p": 0.5, "then_list": [{name: 0.5}]}}) == step
    picture = np.random.default_rng(1).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    always, share = getattr(iaa, name)(1.0), getattr(iaa, name)(0.25)
    for augmenter in (always, share):
        augmenter.seed_(1)
    whole = {np.asarray(each).tobytes() for each in always.augment_images([picture] * 2000)}
    seen = [np.asarray(each).tobytes() for each in share.augment_images([picture] * 2000)]
    changed = [each for each in seen if each != picture.tobytes()]
    same = 1 / 6 if name == "ChannelShuffle" else 0.0
    assert set(changed) <= whole and abs(len(changed) / 2000 - 0.25 * (1 - same)) < 0.04


def test_rows_slant_and_columns_do_not() -> None:
    """An interval of imgaug would slant both by the same angle."""
    rows = np.repeat(np.arange(30, dtype=np.uint8)[:, None, None] * 8, 30, axis=1)
    step = parse_policy([{"kind": "shear", "angle": [20, 40], "edge": "edge"}]).steps[0]
    step.build().seed_(1)
    for found in (
        step.build().augment_image(rows),
        Augmentation(Policy(steps=(step,))).apply(rows, 1),
    ):
        assert np.abs(found.astype(int) - rows).max() <= 1
    both = only({"Affine": {"shear": [20, 40], "mode": "edge"}})
    assert both.shear_by == "same"  # type: ignore[attr-defined]
    assert np.abs(Augmentation(Policy(steps=(both,))).apply(rows, 1).astype(int) - rows).max() > 20


def test_containers() -> None:
    steps = steps_of([
        {"Sequential": [{"Fliplr": 1}, "Noop"]},
        {"OneOf": [{"Sequential": [{"Add": [-9, 9]}, "Invert"]}, "Identity", {"Fliplr": {"p": 1}}]},
        {"SomeOf": {"n": [1, None], "children": ["Fliplr", "Flipud"], "random_order": True}},
        {"SomeOf": [9, ["Fliplr", "Flipud"]]},
        {"SomeOf": {"children": "Fliplr"}},
        {"Sometimes": [0.3, {"Sequential": ["Fliplr", "Flipud"]}]},
        {"Sometimes": {"p": 0.2, "then_list": ["Fliplr", "Flipud"], "name": "both"}},
        {"Sometimes": {"p": 0.2, "then_list": {"Sometimes": {"then_list": ["Flipud"]}}}},
        {"Sequential": {"children": ["Fliplr", "Flipud"], "random_order": True}},
        {"OneOf": {"Fliplr": 0.5}},
    ])  # fmt: skip

    def words(step: Step) -> Any:
        chance = "" if step.probability == 100 else f" {step.probability:g}"
        inner = [words(s) for s in step.steps] if isinstance(step, Group) else None
        return step.kind + chance if inner is None else [step.kind + chance, *inner]

    assert [words(step) for step in steps] == [
        ["sometimes", "mirror"],
        ["one_of", ["sometimes", "add", "invert"], ["sometimes"], "mirror"],
        ["some_of", "mirror", "flip"],
        ["some_of", "mirror", "flip"],
        ["some_of", "mirror"],
        ["sometimes 30", "mirror", "flip"],
        ["sometimes 20", "mirror", "flip"],
        "flip 10",
        ["random_order", "mirror", "flip"],
        ["one_of", "mirror 50"],
    ]
    counts = [(s.count, s.shuffled) for s in steps if s.kind == "some_of"]  # type: ignore[attr-defined]
    assert counts == [((1, 2), True), ((2, 2), False), ((1, 1), False)]
    assert [s.kind for s in steps_of({"Sequential": ["Fliplr", "Flipud"]})] == ["mirror", "flip"]
    assert steps_of([[], {}, "Noop"][2]) == () == steps_of({"Sometimes": {}})


@pytest.mark.parametrize(
    ("pipeline", "words"),
    [
        (["Fliplr", "Flipud", {"Affine": {"rotate": [-200, 180]}}],
         r"^Step 3, Affine: “rotate” is −200 … 180, outside of −180 … 180, the range of “Affine”"),
        ([{"Multiply": [0.5, 9]}], "outside of 0.1 … 2.5, the range of “Brightness”"),
        ([{"Affine": {"rotate": 5, "order": 3}}], "“order” is 3; “Affine” here always has 1.*W"),
        ([{"Affine": {"rotate": [1, 2, 3]}}], r"“rotate” is \[1, 2, 3\], a list to choose from"),
        ([{"GaussianBlur": {"sigma": {"Normal": [0, 1]}}}], "a form of its own"),
        ([{"Affine": {"translate_px": [-4, 4]}}], "“translate_px” is −4 … 4; .*does without"),
        ([{"Affine": {"rotate": "much"}}], "“rotate” is “much”"),
        ([{"Affine": {"rotate": True}}], "“rotate” is true"),
        ([{"Affine": {"rotate": 5, "mode": "reflect"}}], "“mode” is “reflect”"),
        ([{"Affine": {"rotate": 5, "cval": [0, 255]}}], "“cval” is 0 … 255"),
        ([{"Affine": {"scale": {"x": [0.5, 1], "z": 1}}}], "“scale”"),
        ([{"Add": [-10, 10.5]}], "“value”"),
        # A side of one pixel is not the whole side.
        ([{"KeepSizeByResize": {"interpolation": "linear", "children": [
            {"Resize": {"size": 1, "interpolation": "linear"}}]}}], "“children” is a list, and no"),
        # One number slants rows alone, which no step that does as Pillow can.
        ([{"pillike.Affine": {"shear": 9, "fillcolor": 128}}], "“shear” is 9"),
        (["Rot90"], "“k” is left out, which is 1 in imgaug; “Turn 90°” here always has 0 … 3"),
        (["CoarseDropout"], "“size_px” is left out; “Drop-out” here has one number of 2 … 100"),
        ([{"CoarseDropout": {"size_px": [5, 9]}}], "one number"),
        ([{"Add": {"value": 3, "per_channel": 0.37}}], "“per_channel” is 0.37"),
        (["Afine"], r"^Step 1, Afine: imgaug has no augmenter called “Afine”. Do you mean Affine"),
        (["albumentations.Affine"], "no augmenter called"),
        (["RandAugment"], "imgaug's RandAugment has no step here"),
        (["Convolve"], "imgaug's Convolve has no step here"),
        ([{"Fliplr": {"prob": 0.5}}], "no argument “prob” of Fliplr"),
        ([{"Fliplr": {"p": 2}}], "“p” is 2"),
        ([{"Fliplr": -0.5}], "“p” is −0.5"),
        ([{"CropToAspectRatio": {}}], "“aspect_ratio” is missing"),
        ([{"pillike.Equalize": 3}], "Equalize has 0 arguments"),
        ([{"Multiply": [1.2, 0.8]}], "low end 1.2 of an interval is above its high end 0.8"),
        ([{"Fliplr": 1, "Flipud": 1}], "^Step 1: Fliplr: 1, Flipud: 1 is no augmenter"),
        ([{"OneOf": ["Fliplr", {"SomeOf": {"n": 1, "children": ["Flipud", "Nope"]}}]}],
         r"^Step 1\.2\.2, Nope: "),
        ([{"SomeOf": {"n": [0, 5], "children": ["Fliplr", "Flipud"]}}], r"up to 5, but .* only 2"),
        ([{"SomeOf": {"n": -1, "children": ["Fliplr"]}}], "“n” cannot be −1"),
        ([{"SomeOf": {"n": "few", "children": ["Fliplr"]}}], "“n” cannot be “few”"),
        ([{"SomeOf": {"n": [2, 1], "children": ["Fliplr"]}}], "begins above its end"),
        ([{"Sometimes": {"p": [0, 1], "then_list": "Fliplr"}}], "“p” cannot be"),
        ([{"Sometimes": {"p": 0.5, "else_list": "Fliplr"}}], "“else_list”"),
        ([{"Sequential": {"children": [], "random_order": 1}}], "“random_order” cannot be 1"),
        ([{"Sequential": {"children": [3]}}], r"^Step 1\.1: 3 is no augmenter"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(pipeline: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words) as told:
        from_text(json.dumps(pipeline))
    assert told.value.hint and len(str(told.value)) < 400


def nested(levels: int) -> Any:
    inner: Any = "Fliplr"
    for _ in range(levels):
        inner = {"OneOf": [inner]}
    return [inner]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(nested(MOST_LEVELS + 3)), json.dumps(nested(300)),
        '[{"OneOf":' * 20_000 + "1" + "}]" * 20_000,
        json.dumps(["Fliplr"] * 300_000), json.dumps([{"OneOf": ["Fliplr"] * 300_000}]),
        json.dumps([{"OneOf": ["Fliplr"] * 60}] * 3),
        '[{"Affine": {"rotate": NaN}}]', '[{"Affine": {"rotate": [-Infinity, Infinity]}}]',
        '[{"Affine": {"rotate": 1e999}}]', '[{"Affine": {"rotate": %s}}]' % ("9" * 4000),
        '[{"Affine": {"rotate": [%s, 1]}}]' % ("9" * 400), '[{"Add": 1%s}]' % ("0" * 13),
        '[{"Affine": {"rotate": 5, "rotate": 6}}]', '[{"Fliplr": 1, "Fliplr": 0}]',
        '[{"Affine": {"rotate": %s}}]' % ("[" * 500 + "]" * 500),
        json.dumps([{"Affine": {"rotate": list(range(300_000))}}]),
        json.dumps([{"Affine": {str(n): n for n in range(100_000)}}]),
        json.dumps([{"Convolve": [[1.0] * 500] * 500}]), json.dumps(["F" * 1_000_000]),
        json.dumps([{"BlendAlpha": {"factor": 0.5, "foreground": nested(200)}}]),
        json.dumps([{"BlendAlpha": {"factor": 0.5, "foreground": ["Fog"] * 100_000}}]),
        '"hello"', '{"hello": 1}', '{"": 1}', '[""]', '["Fliplr", 3]', '[["Fliplr", 1]]',
        '[{"kind": "rotate"}, "Fliplr"]', '["Fliplr", null]', '[{"$p": "$rotate"}]',
        '[{"Rotate": {"rotate": "$rotate"}}]', '[{"Affine": {"rotate": {"python": "x"}}}]',
        '[{"guarded": ["Fliplr", 1, true]}]', '["__class__"]', '["iap.Binomial"]',
        '[{"Affine": []}]', '[{"Affine": {"scale": []}}]', '[{"Affine": {"scale": {}}}]',
        '["\\ud800"]', '[{"Cutout": {"cval": [[1], 2]}}]',
    ],
)  # fmt: skip
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(SpecError) as told:
        from_text(text)
    assert len(str(told.value)) < 500


def test_files_of_both_kinds(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.json"
    for value, kinds in (
        ([{"kind": "rotate"}], ["rotate"]), ([], []), ({"steps": [{"kind": "flip"}]}, ["flip"]),
        ("Fliplr", ["mirror"]), ({"Flipud": 0.5}, ["flip"]), (["Noop", "Flipud"], ["flip"]),
        ([{"Fliplr": None}], ["mirror"]),
    ):  # fmt: skip
        file.write_text(json.dumps(value), "utf-8")
        assert [step.kind for step in load_policy(file).steps] == kinds


def test_the_signatures_are_those_of_the_installed_imgaug() -> None:
    file = ROOT / "packaging" / "imgaug_signatures.py"
    spec = importlib.util.spec_from_file_location("imgaug_signatures", file)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    kept = json.loads((ROOT / "resources" / "imgaug_signatures.json").read_text("utf-8"))
    assert script.measure() == kept, "run packaging/imgaug_signatures.py"


def test_importing_a_pipeline_does_not_import_imgaug() -> None:
    import subprocess

    code = (
        "import sys; from studio.augment.pipeline.reader import read_pipeline\n"
        "assert read_pipeline(['Fliplr', {'Affine': {'rotate': 3}}]).augmenters == 2\n"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('imgaug', 'cv2')]"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_other_threads_get_the_real_imgaug_meanwhile() -> None:
    import imgaug.augmenters as real

    from studio.augment.guard import guarded

    found: list[Any] = []
    begun = threading.Event()

    def other() -> None:
        import imgaug.augmenters as iaa

        begun.set()
        found.append(iaa.Fliplr)
        found.append(type(guarded(real.Fliplr(1), 8)))

    thread = threading.Thread(target=other)
    with recorder():
        thread.start()
        assert begun.wait(10)
        assert isinstance(parse_spec(AUGMENTERS.get("mirror"), {}).build(), Call)
    thread.join(10)
    assert found[0] is real.Fliplr and issubclass(found[1], real.Augmenter)
    assert sys.modules["imgaug.augmenters"] is real
