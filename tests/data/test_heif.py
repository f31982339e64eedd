"""HEIC and PSD: turned, with alpha, several in a file, lying and damaged ones."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import PictureError
from studio.data.decoding import decode, decode_bands
from studio.data.pixels import info, thumbnail
from tests.data import heif_boxes as heif


@pytest.fixture(scope="module")
def seed(shared_data: Path) -> heif.Seed:
    return heif.seed_of(shared_data)


@pytest.fixture(scope="module")
def plain(shared_data: Path) -> np.ndarray:
    return decode(shared_data / heif.SMALL)


def test_turned_and_mirrored(seed: heif.Seed, plain: np.ndarray) -> None:
    for quarters in range(4):
        file = heif.build(seed, [[heif.turned(quarters)]])
        assert np.array_equal(decode(file), np.rot90(plain, quarters))
        assert thumbnail(file, 32).shape == (32, 32, 3)
    assert np.array_equal(decode(heif.build(seed, [[heif.mirrored(0)]])), plain[::-1])
    assert np.array_equal(decode(heif.build(seed, [[heif.mirrored(1)]])), plain[:, ::-1])


def test_the_main_one_of_several(seed: heif.Seed, plain: np.ndarray) -> None:
    file = heif.build(seed, [[heif.turned(1)], [], [heif.mirrored(0)]])
    assert np.array_equal(decode(file), np.rot90(plain))


def test_alpha_is_a_band_and_is_laid_on_white(seed: heif.Seed, plain: np.ndarray) -> None:
    file = heif.build(seed, [[], [heif.full(b"auxC", heif.ALPHA)]], alpha=True)
    bands = decode_bands(file)
    assert bands.shape == (128, 128, 4) and np.array_equal(bands[..., :3], plain)
    share = bands[..., 3:].astype(float) / 255
    expected = plain * share + 255 * (1 - share)
    assert np.abs(decode(file) - expected).max() <= 1
    assert "alpha" in info(file).mode


@pytest.mark.parametrize("size", [(16, 16), (64, 128), (127, 127), (129, 129), (20_000, 20_000)])
def test_a_header_that_lies(seed: heif.Seed, size: tuple[int, int]) -> None:
    file = heif.build(seed, [[]])
    place = file.index(b"ispe") + 8
    lying = file[:place] + struct.pack(">II", *size) + file[place + 8 :]
    for read in (decode, decode_bands):
        with pytest.raises(PictureError) as caught:
            read(lying)
        assert caught.value.message.endswith(".")


def test_damaged_anywhere(seed: heif.Seed) -> None:
    """HEVC has no check sum: what can be decoded is shown, whatever else has a reason."""
    file = heif.build(seed, [[]])
    outcomes = set()
    for place in range(0, len(file) - 40, 97):
        broken = file[:place] + bytes(40) + file[place + 40 :]
        try:
            outcomes.add(decode(broken).shape[2])
        except PictureError as error:
            assert error.message.endswith(".")
            outcomes.add(error.kind)
    assert "unreadable" in outcomes and 3 in outcomes


def photoshop(planes: np.ndarray, mode: int, size: tuple[int, int] | None = None) -> bytes:
    """ "Adobe Photoshop File Formats Specification": header, three empty sections, raw planes."""
    channels, height, width = planes.shape
    height, width = size or (height, width)
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, channels, height, width, 8, mode)
    return head + bytes(12) + struct.pack(">H", 0) + planes.tobytes()


def test_photoshop() -> None:
    planes = np.random.default_rng(0).integers(0, 256, (3, 9, 12), np.uint8)
    file = photoshop(planes, 3)
    assert np.array_equal(decode(file), np.moveaxis(planes, 0, -1))
    assert (info(file).format, info(file).width, info(file).height) == ("PSD", 12, 9)
    grey = photoshop(planes[:1], 1)
    assert np.array_equal(decode_bands(grey)[..., 0], planes[0])
    inks = photoshop(np.full((4, 4, 4), 255, np.uint8), 4)
    assert decode(inks)[0, 0].tolist() == [255, 255, 255]
    for broken in (file[:-9], file[:20], photoshop(planes, 3, (2**31 - 1, 2**31 - 1)),
                   photoshop(planes, 99)):  # fmt: skip
        with pytest.raises(PictureError):
            decode(broken)
