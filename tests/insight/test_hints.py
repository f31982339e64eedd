"""Hints that know the data: on drawn pictures whose answer is known, and on real ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.augment.policy import Augmentation, Policy, parse_policy
from studio.augment.registry import AUGMENTERS, kind_of
from studio.core.control import Cancelled, Control
from studio.core.input import InputSpec
from studio.core.strengths import Hint
from studio.data.index import open_dataset
from studio.data.opencv import cv2
from studio.insight.hints import change, motion
from studio.insight.hints.cues import cue_hints
from studio.insight.hints.features import features, form, seen_as, turned
from studio.insight.hints.frame import frame_hints
from studio.insight.hints.pictures import Sample, choose, read
from studio.insight.hints.probe import Share, folds_of, luck
from studio.insight.hints.study import study, study_sample
from studio.insight.hints.symmetry import Symmetry, symmetry_hints

Pixels = NDArray[np.uint8]
SIDE = 64


def sample_of(*classes: Pixels) -> Sample:
    labels = np.repeat(np.arange(len(classes)), [len(c) for c in classes])
    names = tuple(f"class {chr(65 + i)}" for i in range(len(classes)))
    return Sample(np.concatenate(classes), labels.astype(np.int64), names, SIDE)


def keys(hints: tuple[Hint, ...]) -> set[str]:
    return {hint.key for hint in hints}


def of_key(hints: tuple[Hint, ...], key: str) -> Hint:
    return next(hint for hint in hints if hint.key == key)


def symmetries(sample: Sample) -> tuple[Hint, ...]:
    return tuple(symmetry_hints(Symmetry(sample, features(sample.pixels), Control())))


def cues(sample: Sample) -> tuple[Hint, ...]:
    parts = features(sample.pixels)
    return tuple(cue_hints(sample, parts, folds_of(sample.labels), Control()))


def frames(sample: Sample) -> tuple[Hint, ...]:
    return tuple(frame_hints(sample, Control()))


# --- drawing ------------------------------------------------------------------------------------


def wobbled(picture: Pixels, draw: np.random.Generator, ground: int = 0) -> Pixels:
    """A little turned, scaled and pushed, with a little noise."""
    turn = cv2.getRotationMatrix2D((31.5, 31.5), draw.uniform(-8, 8), draw.uniform(0.85, 1.1))
    turn[:, 2] += draw.uniform(-3, 3, 2)
    moved = cv2.warpAffine(picture, turn, (SIDE, SIDE), borderValue=(ground,) * 3)
    noisy = moved.astype(float) + draw.normal(0, 6, (SIDE, SIDE, 1))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def glyphs(text: str, count: int, seed: int, turned_over: bool = False) -> Pixels:
    """White on black, in three fonts and several weights."""
    draw = np.random.default_rng(seed)
    fonts = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX)
    made = []
    for _ in range(count):
        picture = np.zeros((SIDE, SIDE, 3), np.uint8)
        font, thick = fonts[draw.integers(3)], int(draw.integers(2, 5))
        (width, height), _base = cv2.getTextSize(text, font, 1.5, thick)
        place = ((SIDE - width) // 2, (SIDE + height) // 2)
        cv2.putText(picture, text, place, font, 1.5, (255, 255, 255), thick)
        picture = np.ascontiguousarray(picture[:, ::-1]) if turned_over else picture
        made.append(wobbled(picture, draw))
    return np.stack(made)


def arrows(quarters: int, count: int, seed: int) -> Pixels:
    draw = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        picture = np.zeros((SIDE, SIDE, 3), np.uint8)
        length = int(draw.integers(16, 22))
        start, end = (32 - length, 32), (32 + length, 32)
        cv2.arrowedLine(picture, start, end, (230, 230, 230), 4, tipLength=0.4)
        made.append(wobbled(np.ascontiguousarray(np.rot90(picture, quarters)), draw))
    return np.stack(made)


def discs(colour: tuple[int, int, int], count: int, seed: int) -> Pixels:
    """Of one shape and light, on noise: only their colour differs."""
    draw = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        picture = np.full((SIDE, SIDE, 3), 110, np.uint8)
        tint = np.asarray(colour) + draw.integers(-12, 13, 3)
        middle = tuple(int(v) for v in draw.integers(24, 40, 2))
        cv2.circle(picture, middle, int(draw.integers(10, 18)), tint.tolist(), -1)
        noisy = picture + draw.normal(0, 18, picture.shape)
        made.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return np.stack(made)


def blobs(cells: int, count: int, seed: int) -> Pixels:
    """As under a microscope: rods or rounds anywhere, in any direction."""
    draw = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        picture = np.full((SIDE, SIDE, 3), 180, np.uint8)
        for _cell in range(7):
            place = tuple(int(v) for v in draw.integers(0, SIDE, 2))
            axes = (9, 3) if cells == 0 else (5, 5)
            cv2.ellipse(picture, place, axes, draw.uniform(0, 360), 0, 360, (90, 60, 110), -1)
        noisy = picture + draw.normal(0, 10, picture.shape)
        made.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return np.stack(made)


def noise(count: int, seed: int, channels: int = 3) -> Pixels:
    draw = np.random.default_rng(seed)
    return draw.integers(0, 256, (count, SIDE, SIDE, channels)).astype(np.uint8)


# --- symmetries ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits() -> tuple[Hint, ...]:
    return study_sample(sample_of(*(glyphs(d, 40, i) for i, d in enumerate("1469"))))


def test_half_a_turn_makes_6_of_9(digits: tuple[Hint, ...]) -> None:
    hint = of_key(digits, "half-confuses")
    assert hint.kind == "warning" and hint.action
    assert "quarter_turn" in hint.kinds
    assert "class C" in hint.words and "class D" in hint.words, "6 and 9"
    assert "of 40 pictures" in hint.words
    limits = {(m.kind, m.parameter): (m.low, m.high) for m in hint.mild}
    low, high = limits["affine", "angle"]
    assert -150 <= low <= -120 and 120 <= high <= 150, "a small turn is no half turn"


def test_mirrored_b_is_d() -> None:
    sample = sample_of(glyphs("b", 40, 1), glyphs("b", 40, 2, turned_over=True), glyphs("k", 40, 3))
    hints = symmetries(sample)
    hint = of_key(hints, "mirror-confuses")
    assert "mirror" in hint.kinds and "flip" not in hint.kinds
    assert "class A" in hint.words and "class B" in hint.words
    assert "left-right-alike" not in keys(hints), "as a whole they are, and yet mirroring harms"


def test_arrows_become_each_other() -> None:
    hints = symmetries(sample_of(*(arrows(q, 30, q) for q in range(4))))
    assert {"mirror-confuses", "flip-confuses"} <= keys(hints)
    turning = {k for h in hints if h.key.endswith("confuses") for k in h.kinds}
    assert {"mirror", "flip", "quarter_turn", "rotate"} <= turning
    assert "every-side" not in keys(hints)


def test_mirror_and_flip_together_are_half_a_turn(digits: tuple[Hint, ...]) -> None:
    together = [h for h in digits if h.key == "half-confuses-together"]
    confused = keys(digits) & {"mirror-confuses", "flip-confuses"}
    assert bool(together) != bool(confused)
    for hint in together:
        assert hint.along and not set(hint.along) & set(hint.kinds)


def test_blobs_are_seen_from_every_side() -> None:
    hints = symmetries(sample_of(blobs(0, 60, 1), blobs(1, 60, 2)))
    hint = of_key(hints, "every-side")
    assert hint.kind == "good" and hint.suggest == {"kind": "quarter_turn"}
    parse_policy([hint.suggest])
    assert of_key(hints, "left-right-alike").suggest == {"kind": "mirror"}
    assert not any(h.key.endswith("confuses") or h.key == "upright" for h in hints)


def test_upright_pictures_are_not_to_be_turned() -> None:
    sample = sample_of(glyphs("A", 40, 1), glyphs("E", 40, 2))
    hint = of_key(symmetries(sample), "upright")
    assert {"flip", "quarter_turn", "rotate"} <= set(hint.kinds)
    assert any(m.kind == "rotate" and abs(m.high) == 45 for m in hint.mild)


def test_form_is_turned_without_looking_again() -> None:
    pictures = np.concatenate([glyphs("4", 3, 1), noise(2, 2)])
    for view in ("mirror", "flip", "half", "quarter", "three"):
        really = np.ascontiguousarray(seen_as(pictures, view))
        assert np.allclose(turned(form(pictures), view), form(really), atol=1e-4), view
        for cue in ("colour", "light", "detail"):
            same = features(pictures, (cue,))[cue], features(really, (cue,))[cue]
            assert np.allclose(*same, atol=1e-4), cue


# --- colour and light ---------------------------------------------------------------------------


def test_classes_that_differ_in_colour() -> None:
    sample = sample_of(discs((170, 90, 80), 60, 1), discs((80, 150, 90), 60, 2))
    hints = [h for h in cues(sample) if h.key == "colour-matters"]
    kinds = {kind for h in hints for kind in h.kinds}
    assert {"hue", "grey", "saturation"} <= kinds
    assert not kinds & {"mirror", "rotate", "gaussian_blur", "cut_out", "gaussian_noise"}
    hue = next(h for h in hints if "hue" in h.kinds)
    assert "by colour alone" in hue.words and "%" in hue.words
    (limit,) = hue.mild
    assert -180 < limit.low < 0 < limit.high < 180, "a small turn of the hue does no harm"


def test_classes_that_differ_in_light() -> None:
    sample = sample_of(noise(60, 1) // 3, noise(60, 2) // 3 + 90, noise(60, 3) // 3 + 150)
    kinds = {k for h in cues(sample) if h.key == "light-matters" for k in h.kinds}
    assert {"brightness", "invert"} <= kinds


def test_grey_pictures_need_no_colour_steps(digits: tuple[Hint, ...]) -> None:
    hint = of_key(digits, "grey-already")
    assert {"saturation", "hue", "grey"} <= set(hint.kinds) and hint.kind == "info"
    assert "colour-matters" not in keys(digits)


def test_same_colours_no_warning() -> None:
    grounds = discs((170, 90, 80), 60, 1), discs((170, 90, 80), 60, 2)[:, ::-1]
    assert "colour-matters" not in keys(cues(sample_of(*grounds)))


# --- the frame ----------------------------------------------------------------------------------


def test_things_on_an_even_ground(digits: tuple[Hint, ...]) -> None:
    cuts = of_key(digits, "cuts-off")
    assert {"zoom", "shift"} <= set(cuts.kinds) and not {"mirror", "flip"} & set(cuts.kinds)
    zoom = next(m for m in cuts.mild if m.kind == "zoom")
    assert zoom.low == 0.3 and 1.1 < zoom.high < 2.2
    twice = of_key(digits, "shown-twice")
    assert twice.change == {"edge": "edge"} and "symmetric" in twice.only["edge"]


def test_no_even_ground_no_such_hints() -> None:
    hints = frames(sample_of(blobs(0, 40, 1), blobs(1, 40, 2)))
    assert not keys(hints) & {"cuts-off", "shown-twice"}


# --- no false alarms ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_random_labels_say_nothing_of_classes(seed: int) -> None:
    pictures = np.concatenate([glyphs(d, 30, i) for i, d in enumerate("469")])
    draw = np.random.default_rng(seed)
    mixed = Sample(pictures, draw.integers(0, 3, 90), ("a", "b", "c"), SIDE)
    found = keys((*symmetries(mixed), *cues(mixed)))
    assert not any("confuses" in k or "matters" in k for k in found)


def test_noise_says_nothing() -> None:
    assert study_sample(sample_of(noise(60, 1), noise(60, 2))) == ()


def test_hard_classes_are_no_pair() -> None:
    """Photographs that look strange upside down are not said to become another class."""
    draw = np.random.default_rng(0)
    skies = []
    for level in (40, 70):
        ramp = np.linspace(230, level, SIDE)[None, :, None, None] + draw.normal(
            0, 25, (60, SIDE, SIDE, 1)
        )
        skies.append(np.clip(np.repeat(ramp, 3, axis=3), 0, 255).astype(np.uint8))
    found = keys(symmetries(sample_of(*skies)))
    assert not any("confuses" in key for key in found)


def test_too_little_to_say_anything() -> None:
    assert study_sample(sample_of(glyphs("6", 2, 1))) == ()
    assert study_sample(Sample(noise(0, 1), np.empty(0, np.int64), (), SIDE)) == ()
    assert study_sample(sample_of(blobs(0, 30, 1))) == (), "one class alone"


@pytest.mark.parametrize("channels", [1, 2, 4, 16])
def test_any_number_of_channels(channels: int) -> None:
    level = np.arange(channels) * 40 % 160
    pictures = [noise(25, i, channels) // 4 + np.roll(level, i).astype(np.uint8) for i in (1, 2)]
    for hint in study_sample(sample_of(*pictures)):
        assert all(channels in AUGMENTERS.get(kind).channels for kind in hint.kinds)


# --- reading ------------------------------------------------------------------------------------


def test_broken_tiny_and_missing_pictures_are_left_out(tmp_path: Path) -> None:
    paths, labels = [], []
    for number in range(30):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), blobs(number % 2, 1, number)[0])
        paths.append(str(path))
        labels.append(number % 2)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    cv2.imwrite(str(tmp_path / "one.png"), np.full((1, 1, 3), 9, np.uint8))
    odd = [str(tmp_path / name) for name in ("broken.png", "one.png", "nowhere.png")]
    told: list[int] = []
    sample = read(
        [*paths, *odd], [*labels, 0, 1, 1], ("rods", "rounds", "none of it"),
        InputSpec(width=28, height=20), progress=lambda done, total, words: told.append(done),
    )  # fmt: skip
    assert sample.pixels.shape == (31, SIDE, SIDE, 3) and sample.classes == ("rods", "rounds")
    assert told == sorted(told) and sample.side == 28
    study(
        [*paths, *odd], [*labels, 0, 1, 1], ("rods", "rounds", ""), InputSpec(width=28, height=28)
    )


def test_the_choice_is_balanced_and_always_the_same() -> None:
    labels = [0] * 5000 + [1] * 300 + [2] * 10 + [-1] * 7
    chosen = choose(labels)
    assert chosen == choose(labels) and len(chosen) == 600
    counts = np.bincount([labels[row] for row in chosen])
    assert counts[2] == 10 and abs(int(counts[0]) - int(counts[1])) <= 1


def test_it_can_be_stopped() -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        study_sample(sample_of(glyphs("6", 30, 1), glyphs("9", 30, 2)), control)


def test_the_same_pictures_say_the_same(digits: tuple[Hint, ...]) -> None:
    again = symmetries(sample_of(*(glyphs(d, 40, i) for i, d in enumerate("1469"))))
    assert again and set(map(str, again)) <= set(map(str, digits))


def test_no_keras_on_the_way() -> None:
    code = (
        "import sys, studio.insight.hints.study, studio.engine.handlers.studying; "
        "print([m for m in ('keras', 'tensorflow', 'sklearn') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


# --- what steps do is measured ------------------------------------------------------------------


def test_what_steps_do() -> None:
    found = motion.turners(3, Control())
    always = {view: {d.kind for d in doers if not d.mild} for view, doers in found.items()}
    assert always["mirror"] == {"mirror"} and always["flip"] == {"flip"}
    assert always["half"] == always["quarter"] == {"quarter_turn"}
    tinting = {kind_of(step) for step in change.tinters(3, Control())}
    assert {"hue", "grey", "saturation", "invert", "channel_shuffle"} <= tinting
    assert not tinting & {"mirror", "shift", "gaussian_blur", "cut_out", "salt", "gaussian_noise"}


@pytest.mark.parametrize(
    ("step", "view"),
    [
        ({"kind": "mirror", "probability": 100}, "mirror"),
        ({"kind": "affine", "angle": [170, 170], "scale": [1, 1], "shift": [0, 0],
          "shear": [0, 0]}, "half"),
        ({"kind": "rotate", "angle": [80, 80]}, "quarter"),
        ({"kind": "rotate", "angle": [-30, -30]}, ""),
        ({"kind": "invert", "probability": 100}, ""),
        ({"kind": "elastic"}, ""),
    ],
)  # fmt: skip
def test_the_view_of_a_step(step: dict[str, object], view: str) -> None:
    policy: Policy = parse_policy([step])
    assert motion.view_of(Augmentation(policy).apply(motion.ramps(), 1)) == view


def test_shares() -> None:
    share = Share(43, 60)
    assert share.low() < share.value < share.high() and Share(0, 0).low() == 0.0
    assert luck(5, 0) == pytest.approx(1 / 32) and luck(3, 3) == 1.0 and luck(0, 0) == 1.0


# --- real pictures ------------------------------------------------------------------------------


def studied(folder: Path, input_spec: InputSpec, most: int = 300) -> tuple[Hint, ...]:
    if not folder.exists():
        pytest.skip(f"{folder.name} is not among the real test pictures")
    dataset = open_dataset(folder)
    labels = dataset.first_class(next(iter(dataset.outputs))).tolist()
    rows = choose(labels, most)
    paths = [str(dataset.absolute(row)) for row in rows]
    labels = [labels[row] for row in rows]
    return study(paths, labels, next(iter(dataset.outputs.values())), input_spec)


def test_real_digits(shared_data: Path) -> None:
    folder = shared_data / "mnist" / "mnist_idx"
    hints = studied(folder, InputSpec(width=28, height=28, channels=1))
    hint = of_key(hints, "half-confuses")
    assert "“6”" in hint.words and "“9”" in hint.words
    assert "every-side" not in keys(hints) and "left-right-alike" not in keys(hints)


def test_real_flowers(shared_data: Path) -> None:
    hints = studied(shared_data / "flowers5_128px", InputSpec())
    kinds = {k for h in hints if h.key == "colour-matters" for k in h.kinds}
    assert {"hue", "grey"} <= kinds
    assert not any("confuses" in key for key in keys(hints))
    assert of_key(hints, "left-right-alike").suggest == {"kind": "mirror"}


def test_real_insects(shared_data: Path) -> None:
    hints = studied(shared_data / "hymenoptera", InputSpec(), 120)
    assert not any(h.kind == "warning" for h in hints)


def test_real_satellite_tiles(shared_data: Path) -> None:
    folder = shared_data / "multiband" / "tiles4band"
    hints = studied(folder, InputSpec(channels=4))
    assert of_key(hints, "every-side").kind == "good"
    assert not any("confuses" in key for key in keys(hints))


def test_symmetry_says_nothing_where_it_cannot_tell() -> None:
    sample = sample_of(noise(40, 1), noise(40, 2))
    symmetry = Symmetry(sample, features(sample.pixels), Control())
    assert not symmetry.can_tell
