"""Steps of our own beside imgaug's, with the same drawn values, and what is joined of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import imgaug.augmenters as iaa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imgaug.augmenters import arithmetic, imgcorruptlike, size

from studio.augment.fast import corruption, geometry, tables, texture
from studio.augment.fast.draws import Draws, hash_of
from studio.augment.fast.kinds import FAST, fast_of
from studio.augment.fast.run import choose, prepare, together, tree
from studio.augment.policy import Augmentation, parse_policy
from studio.augment.registry import AUGMENTERS

SHAPES = [(40, 40, 3), (33, 47, 1), (24, 60, 4), (30, 21, 6)]


def smooth(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """A picture without hard edges, so that a shift by 1/32 pixel is under 2 levels."""
    source = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    waves = [
        127 + 120 * np.sin(rows / source.uniform(5, 9) + columns / source.uniform(5, 9) + c)
        for c in range(shape[2])
    ]
    return np.stack(waves, axis=-1).astype(np.uint8)


def hard(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def drawn(kind: str, shape: tuple[int, ...], seed: int, **options: Any) -> tuple[Any, Any, Any]:
    """A step, the values that it draws, and its draws right after."""
    step = parse_policy([{"kind": kind, "probability": 100, **options}]).steps[0]
    fast, draws = fast_of(step), Draws(seed, "x#0")
    assert fast is not None
    return step, fast.values(step, draws, shape), draws


def apart(one: np.ndarray, two: np.ndarray) -> int:
    return int(np.abs(one.astype(int) - two.astype(int)).max(initial=0))


def one_warp(kind: str, step: Any, values: Any, picture: np.ndarray) -> np.ndarray:
    return geometry.warp(picture, [FAST[kind].apply(step, values, picture.shape)])


def test_every_fast_step_is_in_use() -> None:
    for kind in FAST:
        assert fast_of(AUGMENTERS.get(kind)()) is FAST[kind], kind


def test_settings_that_are_unknown_to_it_leave_a_step_to_imgaug() -> None:
    class Other:
        def __init__(self) -> None:
            self.kind, self.enabled, self.probability = "brightness", True, 100.0
            self.change, self.per_moon = (0, 0), True

    assert fast_of(Other()) is None


def _affine(values: dict[str, Any], edge: str) -> Any:
    return iaa.Affine(
        rotate=values.get("angle", 0.0),
        scale=values.get("scale", 1.0),
        shear=values.get("shear", 0.0),
        translate_percent={
            "x": values.get("across", 0.0) / 100, "y": values.get("down", 0.0) / 100,
        },
        mode=edge,
    )  # fmt: skip


GEOMETRY: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "rotate": _affine,
    "zoom": _affine,
    "shift": _affine,
    "affine": _affine,
    "shear": lambda values, edge: iaa.Affine(shear=values["angle"], mode=edge),
    "shear_down": lambda values, edge: iaa.Affine(shear={"y": values["angle"]}, mode=edge),
    "stretch": lambda values, edge: iaa.Affine(
        scale={"x": values["across"], "y": values["down"]}, mode=edge
    ),
    "mirror": lambda values, edge: iaa.Fliplr(1.0),
    "flip": lambda values, edge: iaa.Flipud(1.0),
    "quarter_turn": lambda values, edge: iaa.Rot90(values["turns"], keep_size=False),
}


@pytest.mark.parametrize("kind", GEOMETRY)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9), at=st.sampled_from(SHAPES), edge=st.sampled_from(
    ["symmetric", "edge", "wrap", "constant"]))  # fmt: skip
def test_geometry_agrees_with_imgaug(kind: str, seed: int, at: tuple[int, ...], edge: str) -> None:
    """To 1/32 pixel: on smooth pictures 4 levels, where black meets the picture more."""
    if kind == "quarter_turn":
        at = (at[0], at[0], at[2])
    options = {"edge": edge} if "edge" in FAST[kind].knows else {}
    step, values, _ = drawn(kind, at, seed, **options)
    picture = smooth(at, seed)
    ours = one_warp(kind, step, values, picture)
    theirs = GEOMETRY[kind](values, edge).augment_image(picture)
    far = np.abs(ours.astype(int) - theirs.astype(int))
    assert np.percentile(far, 98) <= 4
    assert far.mean() < 0.6
    if edge in ("symmetric", "edge"):
        assert far.max() <= 8


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**9), at=st.sampled_from(SHAPES),
    scale_by=st.sampled_from(["same", "each"]), shift_by=st.sampled_from(["each", "same"]),
    shear_by=st.sampled_from(["rows", "same", "each"]),
)  # fmt: skip
def test_affine_of_each_axis_agrees_with_imgaug(
    seed: int, at: tuple[int, ...], scale_by: str, shift_by: str, shear_by: str
) -> None:
    step, values, _ = drawn(
        "affine", at, seed, scale_by=scale_by, shift_by=shift_by, shear_by=shear_by, edge="edge"
    )
    assert (values["across"] == values["down"]) == (shift_by == "same")
    assert ("scale_down" in values) == (scale_by == "each")
    assert (values.get("shear_down", 0.0) == values["shear"]) == (shear_by == "same")
    picture = smooth(at, seed)
    theirs = iaa.Affine(
        rotate=values["angle"], mode="edge",
        scale={"x": values["scale"], "y": values.get("scale_down", values["scale"])},
        shear={"x": values["shear"], "y": values.get("shear_down", 0.0)},
        translate_percent={"x": values["across"] / 100, "y": values["down"] / 100},
    ).augment_image(picture)  # fmt: skip
    far = np.abs(one_warp("affine", step, values, picture).astype(int) - theirs.astype(int))
    assert np.percentile(far, 98) <= 4 and far.max() <= 8


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9), at=st.sampled_from(SHAPES))
def test_crop_agrees_with_imgaug(seed: int, at: tuple[int, ...]) -> None:
    """The same cut, enlarged linearly; imgaug enlarges by area, which repeats rows and columns."""
    step, values, _ = drawn("crop", at, seed)
    picture = smooth(at, seed)
    sides = (values["top"], values["right"], values["bottom"], values["left"])
    ours = one_warp("crop", step, values, picture)
    cut = size._crop_and_pad_arr(picture, sides, (0, 0, 0, 0), keep_size=False)
    linear = np.stack([cv2.resize(cut[..., c], at[1::-1]) for c in range(at[2])], axis=-1)
    inner = slice(2, -2)
    assert apart(ours[inner, inner], linear[inner, inner]) <= 3
    theirs = size._crop_and_pad_arr(picture, sides, (0, 0, 0, 0), keep_size=True)
    assert np.abs(ours.astype(int) - theirs.reshape(at)).mean() < 6


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 9, 1), (2, 2, 4)])
def test_crop_leaves_at_least_one_pixel(shape: tuple[int, ...]) -> None:
    for seed in range(30):
        _, sides, _ = drawn("crop", shape, seed, share=(45, 45))
        assert sides["top"] + sides["bottom"] < shape[0]
        assert sides["left"] + sides["right"] < shape[1]


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 9])
def test_drawing_the_edge_beforehand_changes_no_pixel(channels: int) -> None:
    picture = hard((50, 40, channels))
    for edge, border in geometry._BORDERS.items():
        matrix = cv2.getRotationMatrix2D((19.5, 24.5), 23.0, 0.9)
        ours = geometry.warp(
            picture, [geometry.Warp(np.vstack([matrix, [0, 0, 1]]).astype(float), edge)]
        )
        for c in range(channels):
            plain = cv2.warpAffine(
                np.ascontiguousarray(picture[..., c]), matrix, (40, 50), borderMode=border
            )
            # One more addition in the matrix may round a place to the next 1/32 pixel.
            assert np.mean(ours[..., c] != plain) < 0.01, edge


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    kinds=st.lists(st.sampled_from(sorted(GEOMETRY.keys() - {"quarter_turn"})), min_size=2,
                   max_size=5),
)  # fmt: skip
def test_joined_geometry_agrees_with_imgaug_step_by_step(seed: int, kinds: list[str]) -> None:
    """Inside of what every step left in the picture, joined steps are imgaug's steps in order.

    Linear interpolation once instead of n times: 3 levels a step on smooth pictures.
    """
    shape = (64, 64, 3)
    picture, inside = smooth(shape, seed), np.full(shape, 255, np.uint8)
    warps, theirs = [], picture
    for place, kind in enumerate(kinds):
        step, values, _ = drawn(kind, shape, seed + place)
        warps.append(FAST[kind].apply(step, values, shape))
        theirs = GEOMETRY[kind](values, "symmetric").augment_image(theirs)
        inside = GEOMETRY[kind](values, "constant").augment_image(inside)
    ours = geometry.warp(picture, warps)
    clear = cv2.erode((inside == 255).astype(np.uint8), np.ones((5, 5))) > 0
    far = np.abs(ours.astype(int) - theirs.astype(int))[clear]
    assert far.size == 0 or far.max() <= 3 * len(kinds) + 2


TABLES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "brightness": lambda v: iaa.Multiply(1 + v["change"] / 100),
    "contrast": lambda v: iaa.LinearContrast(1 + v["change"] / 100),
    "gamma": lambda v: iaa.GammaContrast(v["gamma"]),
    "sigmoid_contrast": lambda v: iaa.SigmoidContrast(v["gain"], v["middle"] / 100),
    "log_contrast": lambda v: iaa.LogContrast(v["gain"]),
    "add": lambda v: iaa.Add(v["levels"]),
    "invert": lambda v: iaa.Invert(1.0),
    "solarize": lambda v: iaa.Solarize(1.0, threshold=v["threshold"]),
    "posterize": lambda v: iaa.Posterize(v["bits"]),
}
EXACT = {"add", "invert", "solarize", "posterize"}


@pytest.mark.parametrize("kind", TABLES)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_tables_agree_with_imgaug(kind: str, seed: int) -> None:
    """To one level, which rounding instead of cutting off makes; some exactly."""
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    step, values, _ = drawn(kind, levels.shape, seed)
    ours = tables.look_up(levels, [FAST[kind].apply(step, values)])
    theirs = TABLES[kind](values).augment_image(levels)
    assert apart(ours, theirs) <= (0 if kind in EXACT else 1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["channel_light", "channel_offset"])
def test_tables_of_channels_agree_with_imgaug(kind: str, shape: tuple[int, ...]) -> None:
    picture = hard(shape)
    for seed in range(5):
        step, values, _ = drawn(kind, shape, seed)
        ours = tables.look_up(picture, [FAST[kind].apply(step, values)])
        if kind == "channel_light":
            theirs = arithmetic.multiply_scalar(picture, 1 + np.array(values["change"]) / 100)
        else:
            theirs = arithmetic.add_scalar(picture, np.array(values["levels"]))
        assert apart(ours, theirs.reshape(shape)) <= (1 if kind == "channel_light" else 0)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    kinds=st.lists(st.sampled_from([*sorted(TABLES), "channel_light"]), min_size=2, max_size=6),
)
def test_joined_tables_are_the_tables_one_by_one(seed: int, kinds: list[str]) -> None:
    picture = hard((20, 20, 3), seed % 99)
    parts, stepwise = [], picture
    for place, kind in enumerate(kinds):
        step, values, _ = drawn(kind, picture.shape, seed + place)
        parts.append(FAST[kind].apply(step, values))
        stepwise = tables.look_up(stepwise, parts[-1:])
    assert np.array_equal(tables.look_up(picture, parts), stepwise)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sigma", [0.0, 0.2, 0.5, 0.7, 1.3, 2.9, 4.0, 10.0])
def test_blur_agrees_with_imgaug(sigma: float, shape: tuple[int, ...]) -> None:
    picture = hard(shape)
    step, values, draws = drawn("gaussian_blur", shape, 1, sigma=(sigma, sigma))
    ours = texture.gaussian_blur(step, values, picture, draws)
    theirs = iaa.GaussianBlur(sigma).augment_image(picture)
    assert apart(ours, theirs) <= (1 if sigma <= 0.5 else 0)


@pytest.mark.parametrize("shape", SHAPES)
def test_other_blurs_agree_with_imgaug(shape: tuple[int, ...]) -> None:
    picture = hard(shape)
    for width in (1, 2, 3, 5, 8):
        values = {"width": width}
        median = texture.median_blur(None, values, picture, None)
        odd = width | 1
        if odd <= 5 or shape[2] in (1, 3, 4):  # on other pictures imgaug's fails
            assert np.array_equal(median, iaa.MedianBlur(odd).augment_image(picture))
        mean = texture.average_blur(None, values, picture, None)
        assert np.array_equal(mean, iaa.AverageBlur(width).augment_image(picture))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("per_channel", [True, False])
def test_noise_agrees_with_imgaug(shape: tuple[int, ...], per_channel: bool) -> None:
    picture = hard(shape)
    options = {"levels": (15, 15), "per_channel": per_channel}
    step, values, draws = drawn("gaussian_noise", shape, 4, **options)
    field = texture.noise_field(step, values, shape, draws)
    step, values, draws = drawn("gaussian_noise", shape, 4, **options)
    ours = texture.gaussian_noise(step, values, picture, draws)
    theirs = arithmetic.add_elementwise(picture, field.astype(np.int32))
    assert np.array_equal(ours, theirs)
    assert (np.ptp(field, axis=2).max() > 0) == (per_channel and shape[2] > 1)


def test_noise_is_normal() -> None:
    grey = np.full((200, 200, 3), 128, np.uint8)
    augmentation = Augmentation(parse_policy([{"kind": "gaussian_noise", "levels": [20, 20]}]))
    noise = np.stack([augmentation.apply(grey, seed) for seed in range(12)]).astype(float) - 128
    assert abs(noise.mean()) < 0.1
    assert abs(noise.std() - 20) < 0.2
    shares = [np.mean(np.abs(noise) > k * 20) for k in (1, 2, 3)]
    assert np.allclose(shares, [0.317, 0.0455, 0.0027], rtol=0.12, atol=0.0012)
    assert 60 < np.abs(noise).max() <= 82
    one, two = noise[0].ravel()[:-1], noise[0].ravel()[1:]
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.02


@pytest.mark.parametrize("kind", ["salt_pepper", "pixel_drop_out", "drop_out"])
def test_shares_are_kept(kind: str) -> None:
    grey = np.full((120, 160, 3), 100, np.uint8)
    augmentation = Augmentation(parse_policy([{"kind": kind, "share": [20, 20]}]))
    results = np.stack([augmentation.apply(grey, seed) for seed in range(25)])
    changed = (results != 100).any(axis=-1)
    assert abs(changed.mean() - 0.2) < 0.02
    assert np.array_equal(changed, (results != 100).all(axis=-1)), "all channels or none"
    if kind != "salt_pepper":
        assert set(np.unique(results)) == {0, 100}


@pytest.mark.parametrize("shape", [*SHAPES, (5, 90, 3)])
def test_missing_blocks_are_those_of_an_enlarged_grid(shape: tuple[int, ...]) -> None:
    white = np.full(shape, 255, np.uint8)
    for block in (5.0, 7.0, 30.0):
        step, values, draws = drawn("drop_out", shape, 3, share=(30, 30), block=block)
        ours = texture.drop_out(step, values, white, draws)
        side = round(100 / block)
        bulk = drawn("drop_out", shape, 3, share=(30, 30), block=block)[2].bulk(2 * side * side)
        grid = (bulk.view("<u2") >= 0.3 * 65536).astype(np.uint8) * 255
        size = (shape[1], shape[0])
        mask = cv2.resize(grid.reshape(side, side), size, interpolation=cv2.INTER_NEAREST)
        assert np.array_equal(ours, np.repeat(mask[..., None], shape[2], axis=2))


@pytest.mark.parametrize("fill", ["grey", "black", "white", "noise"])
def test_holes_agree_with_imgaug(fill: str) -> None:
    picture = hard((60, 80, 3))
    for seed in range(10):
        step, values, draws = drawn("cut_out", picture.shape, seed, fill=fill, holes=(1, 4))
        ours = texture.cut_out(step, values, picture, draws)
        theirs = picture.copy()
        for x1, y1, x2, y2 in values["places"]:
            theirs = arithmetic.cutout(theirs, x1, y1, x2, y2, cval=texture._FILLS.get(fill, 0))
        if fill == "noise":
            assert np.array_equal(ours[theirs != 0], picture[theirs != 0])
            assert len(np.unique(ours[theirs != picture])) > 20
        else:
            assert np.array_equal(ours, theirs)


def groups_of(steps: list[dict[str, Any]]) -> list[list[str]]:
    nodes = choose(tree(parse_policy(steps).steps), 1)
    works = [prepare(node, (20, 20, 3), 1, lambda node: None) for node in nodes]
    return [[work.node.stream for work in group] for group in together(works)]


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_corruptions_agree_with_imgaug(severity: int) -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8), 4).reshape(32, 32, 1)
    edged = hard((40, 56, 3))
    edged[:8] = edged[:8, :, :1]
    edged[8:12] = 0
    pairs: list[tuple[Any, Any, int]] = [
        (corruption.overexposed, imgcorruptlike.Brightness, 1),
        (corruption.odd_colours, imgcorruptlike.Saturate, 1),
        (corruption.zoom_blur, imgcorruptlike.ZoomBlur, 2),
    ]
    for ours, theirs, levels in pairs:
        for picture in (edged, smooth((61, 48, 3)), greys, np.tile(greys, 3)):
            before = picture.copy()
            result = ours(None, {"severity": severity}, picture, None)
            expected = theirs(severity=severity)(image=picture.copy())
            assert result.shape == picture.shape and result.dtype == np.uint8
            assert apart(result, expected) <= levels, ours.__name__
            assert np.array_equal(picture, before)


def test_what_is_joined() -> None:
    sure = {"probability": 100}
    assert groups_of([
        {"kind": "mirror", **sure}, {"kind": "rotate"}, {"kind": "crop"},
        {"kind": "brightness"}, {"kind": "contrast"}, {"kind": "hue"}, {"kind": "gamma"},
        {"kind": "gaussian_noise"}, {"kind": "gaussian_noise"},
    ]) == [
        ["mirror#0", "rotate#0", "crop#0"], ["brightness#0", "contrast#0"], ["hue#0"],
        ["gamma#0"], ["gaussian_noise#0"], ["gaussian_noise#1"],
    ]  # fmt: skip
    edges = [
        {"kind": "crop"}, {"kind": "rotate", "edge": "wrap"}, {"kind": "flip", **sure},
        {"kind": "zoom", "edge": "wrap"}, {"kind": "shift", "edge": "edge"}, {"kind": "crop"},
    ]  # fmt: skip
    assert groups_of(edges) == [["crop#0", "rotate#0", "flip#0", "zoom#0"], ["shift#0", "crop#1"]]


def test_turns_are_exact_in_any_number_of_steps() -> None:
    picture = hard((24, 31, 6))
    sure = {"probability": 100}
    both = parse_policy([{"kind": "mirror", **sure}, {"kind": "flip", **sure}])
    assert np.array_equal(Augmentation(both).apply(picture, 1), picture[::-1, ::-1])
    twice = parse_policy([{"kind": "mirror", **sure}, {"kind": "mirror", **sure}])
    assert np.array_equal(Augmentation(twice).apply(picture, 1), picture)
    square = hard((24, 24, 3))
    turn = Augmentation(parse_policy([{"kind": "quarter_turn"}]))
    results = {turn.apply(square, seed).tobytes() for seed in range(40)}
    assert results == {np.rot90(square, n).tobytes() for n in range(4)}


def test_what_is_pushed_out_and_back_is_still_there() -> None:
    picture = smooth((40, 40, 3))
    there = {"kind": "shift", "across": [40, 40], "down": [0, 0], "edge": "constant"}
    back = {**there, "across": [-40, -40]}
    result = Augmentation(parse_policy([there, back])).apply(picture, 1)
    assert np.array_equal(result, picture)


def test_draws_are_the_same_for_ever() -> None:
    """Old runs must stay repeatable: these numbers may not change between versions."""
    draws = Draws(7, "rotate#0")
    assert hash_of(b"values", 7, "rotate#0") == 10998740948518930455
    assert [draws.word() for _ in range(2)] == [3606929080695006247, 14310934155072381893]
    assert draws.bulk(4).tolist() == [68, 170, 142, 204]
    assert draws.bulk(5000)[:4].tolist() == [98, 99, 90, 195]


@settings(max_examples=30, deadline=None)
@given(low=st.integers(-20, 20), more=st.integers(0, 20), seed=st.integers(0, 10**6))
def test_draws_keep_their_bounds(low: int, more: int, seed: int) -> None:
    draws = Draws(seed, "a#0")
    for _ in range(30):
        assert low <= draws.between((low, low + more)) <= low + more
        assert low <= draws.whole((low, low + more)) <= low + more
    assert {Draws(s, "b#0").whole((0, 2)) for s in range(40)} == {0, 1, 2}


@pytest.mark.parametrize("shape", [(3000, 4000, 3), (4000, 3000, 1), (700, 900, 5), (1, 3000, 4)])
def test_large_pictures(shape: tuple[int, ...]) -> None:
    steps = [{"kind": kind, "probability": 100} for kind in FAST]
    faults: list[Any] = []
    picture = np.full(shape, 90, np.uint8)
    result = Augmentation(parse_policy(steps)).apply(picture, 1, faults.append)
    assert result.shape == shape and result.dtype == np.uint8 and faults == []
    assert (picture == 90).all()
