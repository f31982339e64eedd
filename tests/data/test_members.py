"""Paths that name a picture inside a file, or a set of files."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import PictureError
from studio.core.input import InputSpec
from studio.data import pixels
from studio.data.containers.depth import depth_of
from studio.data.containers.layout import guess_layout
from studio.data.containers.selectors import parse_selector, selector_prefix
from studio.data.containers.store import close_containers, open_container
from studio.data.decoding import decode, decode_bands
from studio.data.members import (
    files_of,
    is_member,
    read_member,
    split_channels,
    split_member,
    stat_of,
)
from tests.data import writers


def test_members_are_told_from_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "@home" / "@x").mkdir(parents=True)
    plain = tmp_path / "@home" / "@x" / "a@b.png"
    Image.new("RGB", (4, 4)).save(plain)
    assert split_member(plain) is None and not is_member(plain)
    assert files_of(plain) == [plain]
    inside = tmp_path / "@home" / "d.npz" / "@x_train/17"
    assert split_member(inside) == (tmp_path / "@home" / "d.npz", "x_train/17")
    assert split_member(Path("a.gz/@3")) == (Path("a.gz"), "3")


def test_sets_of_files_unless_a_file_is_really_called_so(tmp_path: Path) -> None:
    odd = tmp_path / "a_{red,green}.png"
    assert split_channels(odd) == [tmp_path / "a_red.png", tmp_path / "a_green.png"]
    Image.new("RGB", (4, 4), (10, 20, 30)).save(odd)
    assert split_channels(odd) is None and not is_member(odd)
    assert decode(odd)[0, 0].tolist() == [10, 20, 30]
    assert split_channels(tmp_path / "a_{red}.png") is None


@pytest.mark.parametrize("name", ["x_train", "a/b", "..", ".", "a:nhw", "x+y", "ü 1", "%2E", ""])
@pytest.mark.parametrize("axes", ["", "hwcn"])
def test_selectors_survive_odd_names_and_tidied_paths(name: str, axes: str) -> None:
    text = f"{selector_prefix([name], axes)}17"
    assert os.path.normpath(f"f/@{text}").replace(os.sep, "/") == f"f/@{text}"
    assert parse_selector(text) == ((name,), axes, 17)


@pytest.mark.parametrize("selector", ["", "x", "x/", "x/-1", "x/1.5", "x/²", "x/" + "9" * 40])
def test_selectors_without_a_row_are_refused(selector: str) -> None:
    with pytest.raises(PictureError, match="names no picture"):
        parse_selector(selector)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [((9, 28, 28), "nhw"), ((9, 32, 32, 3), "nhwc"), ((9, 3, 32, 32), "nchw"), ((9, 784), "np"),
     ((9, 40, 40, 12), "nhwc"), ((9, 12, 40, 40), "nchw"), ((9, 10), ""), ((9,), ""), ((), "")],
)  # fmt: skip
def test_layouts_by_shape(shape: tuple[int, ...], axes: str) -> None:
    assert guess_layout(shape) == axes


def test_matlab_counts_pictures_on_the_last_axis() -> None:
    assert guess_layout((28, 28, 4, 90), first=False) == "hwcn"
    assert guess_layout((90, 28, 28), 90, first=False) == "nhw"


@pytest.mark.parametrize(
    ("dtype", "low", "high", "expected"),
    [("u1", 0, 3, (0, 255)), ("?", 0, 1, (0, 1)), ("i4", 0, 255, (0, 255)), ("f4", 0, 1, (0, 1)),
     ("f8", 0, 16, (0, 16)), ("u2", 0, 4000, (0, 4095)), ("f4", -1, 1, (-1, 1)),
     ("f4", -45.6, 34.5, (-64, 64)), ("f4", -44.0, 20.0, (-64, 64))],
)  # fmt: skip
def test_depth_is_a_coarse_step_so_that_sisters_agree(
    dtype: str, low: float, high: float, expected: tuple[float, float]
) -> None:
    depth = depth_of(np.dtype(dtype), low, high)
    assert (depth.low, depth.high) == expected


def test_the_whole_array_decides_the_brightness(tmp_path: Path) -> None:
    bright = np.array([np.full((4, 4), v) for v in (0.0, 0.25, 1.0)], np.float32)
    bright[0, 0, 0] = np.nan
    np.savez(tmp_path / "d.npz", images=bright, labels=np.arange(3))
    shown = [decode(tmp_path / "d.npz" / f"@images/{i}")[1, 1, 0] for i in range(3)]
    assert shown == [0, 64, 255]
    assert decode(tmp_path / "d.npz" / "@images/0")[0, 0, 0] == 0


def test_every_reader_of_pictures_takes_members(tmp_path: Path) -> None:
    file = writers.write_sat_mat(tmp_path / "sat.mat")
    path = file / "@train_x/3"
    stored = read_member(path)
    assert stored.shape == (28, 28, 4) and stored.dtype == np.uint8
    assert np.array_equal(stored, writers.sat_arrays(16)["train_x"][..., 3])
    assert np.array_equal(decode(path), stored[..., :3])
    assert np.array_equal(decode(path, (3, 0, 1)), stored[..., [3, 0, 1]])
    assert np.array_equal(decode_bands(path), stored)
    assert pixels.thumbnail(path, 14).shape == (14, 14, 3)
    info = pixels.info(path)
    assert (info.width, info.height, info.mode) == (28, 28, "4 bands, uint8")
    assert pixels.load(path, InputSpec(width=16, height=16)).shape == (16, 16, 3)
    found = os.stat(file)
    assert stat_of(path) == (found.st_size, found.st_mtime_ns)


def test_a_set_of_files_is_one_picture(tmp_path: Path) -> None:
    for value, channel in ((10, "red"), (20, "green"), (30, "blue"), (40, "yellow")):
        Image.new("L", (6, 5), value).save(tmp_path / f"x_{channel}.png")
    path = tmp_path / "x_{red,green,blue,yellow}.png"
    assert read_member(path)[0, 0].tolist() == [10, 20, 30, 40]
    assert decode(path)[0, 0].tolist() == [10, 20, 30]
    assert stat_of(path)[0] == sum(f.stat().st_size for f in tmp_path.iterdir())
    (tmp_path / "x_blue.png").unlink()
    with pytest.raises(PictureError, match=r"x_blue\.png") as caught:
        decode(path)
    assert caught.value.kind == "missing-file"
    Image.new("L", (7, 5), 1).save(tmp_path / "x_blue.png")
    with pytest.raises(PictureError, match="different sizes"):
        decode(path)


def test_a_channel_saved_in_its_own_colour_counts_by_that_colour(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (77, 0, 0)).save(tmp_path / "x_red.png")
    Image.new("RGB", (4, 4), (0, 99, 0)).save(tmp_path / "x_green.png")
    assert read_member(tmp_path / "x_{red,green}.png")[0, 0].tolist() == [77, 99]
    assert decode(tmp_path / "x_{red,green}.png")[0, 0].tolist() == [77, 99, 88]


def test_many_bands_in_a_tiff(tmp_path: Path, shared_data: Path) -> None:
    landsat = shared_data / "multiband" / "L7_ETMs.tif"
    bands = decode_bands(landsat)
    assert bands.shape == (352, 349, 6)
    assert np.array_equal(decode(landsat), bands[..., :3])
    assert np.array_equal(decode(landsat, (3, 2, 1)), bands[..., [3, 2, 1]])
    assert pixels.info(landsat).mode == "6 bands, 8 bit"
    tile = next((shared_data / "multiband" / "tiles4band" / "sparse").iterdir())
    assert decode_bands(tile).shape == (32, 32, 4)
    assert np.array_equal(decode(tile), decode_bands(tile)[..., :3])


def test_a_changed_file_is_opened_anew_and_a_missing_one_said(tmp_path: Path) -> None:
    file = tmp_path / "x.npy"
    np.save(file, np.zeros((2, 4, 4), np.uint8))
    assert read_member(file / "@0").max() == 0
    close_containers()
    gc.collect()
    np.save(file, np.full((3, 4, 4), 9, np.uint8))
    assert read_member(file / "@2").max() == 9
    close_containers()
    gc.collect()
    file.unlink()
    with pytest.raises(PictureError) as caught:
        decode(file / "@0")
    assert caught.value.kind == "missing-file"


def test_rows_that_are_not_there(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((2, 4, 4), np.uint8))
    for selector in ("@2", "@y/0", "@:hwcn/0", "@:zz/0"):
        with pytest.raises(PictureError):
            decode(tmp_path / "x.npy" / selector)


def test_threads_share_one_opened_file(tmp_path: Path) -> None:
    file = writers.write_keras_npz(tmp_path / "d.npz", packed=True)
    expected = np.load(file)["x_train"]
    wrong: list[int] = []
    barrier = threading.Barrier(6)

    def read(start: int) -> None:
        barrier.wait()
        for i in range(start, 40, 6):
            if not np.array_equal(read_member(file / f"@x_train/{i}"), expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert open_container(file) is open_container(file)


@pytest.mark.parametrize("fit", ["crop", "letterbox", "stretch"])
@pytest.mark.parametrize("side", [16, 40])
def test_the_network_gets_all_bands_fitted_like_colours(
    fit: str, side: int, tmp_path: Path
) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (2, 28, 30, 7), dtype=np.uint8)
    np.save(tmp_path / "x.npy", pictures)
    path = tmp_path / "x.npy" / "@1"
    spec = InputSpec(width=side, height=side, channels=7, fit=fit)
    got = pixels.load(path, spec)
    assert got.shape == (side, side, 7)
    colours = pixels.load(path, spec.changed(channels=3))
    assert np.array_equal(got[..., :3], colours)
    assert np.array_equal(pixels.fit(pictures[1], spec), got)


def test_another_number_of_bands_is_said(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    Image.new("RGBA", (20, 20), (1, 2, 3, 4)).save(tmp_path / "b.png")
    four = InputSpec(width=16, height=16, channels=4)
    assert pixels.load(tmp_path / "b.png", four)[0, 0].tolist() == [1, 2, 3, 4]
    with pytest.raises(PictureError, match="has 3 bands, and the network takes 4"):
        pixels.load(tmp_path / "a.png", four)
