"""JPEG decoded quickly and at reduced size: the pixels, the rounding, and the careful way."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import PictureError
from studio.core.input import FITS, InputSpec
from studio.data import pixels, quick_jpeg
from studio.data.decoding import decode
from studio.data.fitting import fit, placed
from studio.data.opencv import cv2


def photograph(width: int, height: int, seed: int = 0) -> np.ndarray:
    """Edges, surfaces and fine texture, as photographs have them."""
    draw = np.random.default_rng(seed)
    canvas = np.zeros((height, width, 3), np.float32)
    for octave in range(1, 8):
        size = (max(1, width >> octave), max(1, height >> octave))
        noise = draw.normal(0, 3 * octave, (size[1], size[0], 3)).astype(np.float32)
        canvas += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    canvas += 128
    for _ in range(12):
        at = (int(draw.integers(0, width)), int(draw.integers(0, height)))
        side = (
            int(draw.integers(8, max(9, width // 4))),
            int(draw.integers(8, max(9, height // 4))),
        )
        colour = [float(c) for c in draw.integers(0, 256, 3)]
        cv2.ellipse(canvas, at, side, float(draw.integers(0, 180)), 0, 360, colour, -1)
    return np.clip(canvas, 0, 255).astype(np.uint8)


def jpeg(rgb: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", **{"quality": 90, **options})
    return buffer.getvalue()


def turned(content: bytes, turn: int) -> bytes:
    """The same scan, said to be turned."""
    exif = Image.Exif()
    exif[0x0112] = turn
    block = exif.tobytes()
    return content[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + content[2:]


def wholly(content: bytes, spec: InputSpec) -> np.ndarray:
    return fit(decode(content), spec)


def is_quick(content: bytes) -> bool:
    header = quick_jpeg.header_of(content)
    return header is not None and quick_jpeg.is_plain(content, header)


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("turn", range(1, 9))
def test_what_is_not_reduced_is_the_same_to_the_bit(subsampling: int, turn: int) -> None:
    for width, height in ((64, 48), (37, 91), (1, 1), (8, 3)):
        content = turned(jpeg(photograph(width, height), subsampling=subsampling), turn)
        assert is_quick(content)
        for form in FITS:
            spec = InputSpec(width=24, height=20, fit=form)
            np.testing.assert_array_equal(pixels.load(content, spec), wholly(content, spec))


@pytest.mark.parametrize("channels", [1, 3])
def test_grey_files_and_grey_networks(channels: int) -> None:
    grey = cv2.cvtColor(photograph(90, 70), cv2.COLOR_RGB2GRAY)
    spec = InputSpec(width=30, height=30, channels=channels)
    for content in (jpeg(grey), jpeg(photograph(90, 70))):
        assert is_quick(content)
        np.testing.assert_array_equal(pixels.load(content, spec), wholly(content, spec))


@pytest.mark.parametrize("form", FITS)
@pytest.mark.parametrize("turn", [1, 3, 6, 7])
@pytest.mark.parametrize("size", [(640, 480), (501, 743), (1203, 331)])
def test_the_stated_rounding_holds(size: tuple[int, int], turn: int, form: str) -> None:
    content = turned(jpeg(photograph(*size, seed=sum(size))), turn)
    factors = set()
    for side in (14, 26, 48):
        spec = InputSpec(width=side, height=side, fit=form)
        upright = size[::-1] if turn >= 5 else size
        place = placed(*upright, spec)
        factor = quick_jpeg.factor_for(place.width, place.height, place.inner_width,
                                       place.inner_height)  # fmt: skip
        factors.add(factor)
        apart = np.abs(pixels.load(content, spec).astype(int) - wholly(content, spec))
        assert apart.mean() < 1.5, (side, factor)
        assert apart.max() <= 31, (side, factor)
        assert (apart.max() == 0) or factor > 1
    assert max(factors) > 1


def test_the_mean_over_many_is_below_one_level() -> None:
    apart: dict[int, list[float]] = {2: [], 4: [], 8: []}
    for seed in range(12):
        width, height = 400 + 61 * seed, 380 + 37 * seed
        content = jpeg(photograph(width, height, seed))
        for factor, found in apart.items():
            side = min(width, height) // (quick_jpeg.SPARE * factor) - seed % 3
            spec = InputSpec(width=side, height=side)
            difference = np.abs(pixels.load(content, spec).astype(int) - wholly(content, spec))
            found.append(float(difference.mean()))
    for factor, found in apart.items():
        assert 0 < np.mean(found) < 1.0, factor


def test_a_reduced_picture_keeps_the_spare() -> None:
    assert quick_jpeg.factor_for(600, 600, 100, 100) == 2
    assert quick_jpeg.factor_for(599, 600, 100, 100) == 1
    assert quick_jpeg.factor_for(1200, 9000, 100, 100) == 4
    assert quick_jpeg.factor_for(60_000, 60_000, 10, 10) == 8
    assert quick_jpeg.factor_for(500, 500, 224, 224) == 1


def test_a_box_between_two_reduced_pixels_is_not_shifted() -> None:
    ramp = np.repeat(np.arange(0, 256, 2, dtype=np.uint8)[None, :, None], 16, axis=0)
    ramp = np.repeat(ramp, 3, axis=2)  # one reduced pixel is 4 px: 0.5 levels a pixel
    part = quick_jpeg.part_of(ramp, (10, 3, 401, 57), 4)
    assert part.shape == (14, 100, 3)
    centre = (10 + 401 * (np.arange(100) + 0.5) / 100) / 4 - 0.5
    assert np.abs(part[5, :, 0] - 2 * centre).max() <= 0.6


def test_odd_files_go_the_careful_way() -> None:
    rgb = photograph(320, 240)
    plain = jpeg(rgb)
    cmyk = io.BytesIO()
    Image.fromarray(rgb).convert("CMYK").save(cmyk, "JPEG")
    twelve = bytearray(plain)
    twelve[plain.find(b"\xff\xc0") + 4] = 12
    odd = {
        "progressive": jpeg(rgb, progressive=True), "CMYK": cmyk.getvalue(),
        "twelve bits": bytes(twelve), "cut": plain[: len(plain) // 2],
        "with something behind": plain + bytes(9), "PNG": b"\x89PNG" + plain[4:],
    }  # fmt: skip
    assert is_quick(plain)
    for name, content in odd.items():
        assert not is_quick(content), name
        assert_as_careful(content)


def assert_as_careful(content: bytes) -> None:
    """The same pixels, or the same error, as from the careful reader."""
    spec = InputSpec(width=200, height=200)
    try:
        expected = wholly(content, spec)
    except PictureError as error:
        for side in (200, 12):
            with pytest.raises(PictureError) as found:
                pixels.load(content, InputSpec(width=side, height=side))
            assert (found.value.kind, str(found.value)) == (error.kind, str(error))
            assert found.value.hint == error.hint
        return
    np.testing.assert_array_equal(pixels.load(content, spec), expected)
    assert pixels.load(content, InputSpec(width=12, height=12)).shape == (12, 12, 3)


def damaged(content: bytes, draw: random.Random) -> bytes:
    data = bytearray(content)
    scan = content.find(b"\xff\xda")
    place = draw.randrange(scan, len(data) - 2)
    kind = draw.choice(["bytes", "zeros", "hole", "head", "mark", "cut"])
    if kind == "bytes":
        for _ in range(draw.choice([1, 9, 60])):
            data[draw.randrange(scan, len(data) - 2)] = draw.randrange(256)
    elif kind == "zeros":
        end = min(len(data) - 2, place + draw.choice([8, 900]))
        data[place:end] = bytes(end - place)
    elif kind == "hole":
        del data[place : len(data) - 2]
    elif kind == "head":
        data[draw.randrange(2, scan + 14)] = draw.randrange(256)
    elif kind == "mark":
        data[place:place] = bytes([0xFF, draw.randrange(0xC0, 0xFF)])
    else:
        del data[place:]
    return bytes(data)


def test_damaged_files_give_what_the_careful_way_gives(capfd: pytest.CaptureFixture[str]) -> None:
    draw = random.Random(3)
    plain = [jpeg(photograph(300, 260, 5)), jpeg(photograph(280, 300, 6), subsampling=0),
             jpeg(photograph(256, 256, 7), restart_marker_blocks=4)]  # fmt: skip
    for _ in range(250):
        assert_as_careful(damaged(draw.choice(plain), draw))
    capfd.readouterr()  # libjpeg complains there


def test_a_file_that_claims_too_much_is_refused_as_before(tmp_path: Path) -> None:
    content = bytearray(jpeg(photograph(64, 64)))
    place = content.find(b"\xff\xc0") + 5
    content[place : place + 4] = b"\xff\xff\xff\xff"
    assert_as_careful(bytes(content))
    file = tmp_path / "a.jpg"
    for written in (b"", b"\xff", b"\xff\xd8", b"\xff\xd8\xff\xd9"):
        file.write_bytes(written)
        with pytest.raises(PictureError) as found:
            pixels.load(file, InputSpec())
        with pytest.raises(PictureError) as expected:
            decode(file)
        assert (found.value.kind, str(found.value)) == (expected.value.kind, str(expected.value))
    with pytest.raises(PictureError, match="folder"):
        pixels.load(tmp_path, InputSpec())


def test_published_photographs_agree(shared_data: Path) -> None:
    files = sorted((shared_data / "hymenoptera").rglob("*.jpg"))[::12]
    means = []
    for file in files:
        for side in (224, 40):
            spec = InputSpec(width=side, height=side, fit="letterbox")
            apart = np.abs(pixels.load(file, spec).astype(int) - fit(decode(file), spec))
            means.append(apart.mean())
            assert apart.max() <= 31, os.fspath(file)
    assert np.mean(means) < 0.6
