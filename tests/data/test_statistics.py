"""Figures of a data set: counted by hand and found again; sizes from headers; bands chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.control import Cancelled, Control
from studio.core.input import FITS, InputSpec
from studio.data.bands import FIRST_BANDS, shown_bands
from studio.data.index import open_dataset
from studio.data.picture_sizes import lost_areas, picture_sizes
from studio.data.pixels import decode, decode_bands, info, lost_area, thumbnail
from studio.data.shown import band_count
from studio.data.statistics import MEAN_SIDE, sampled_rows, statistics


@pytest.fixture
def two(tmp_path: Path) -> Path:
    for name, size, colour in (
        ("red/1", (40, 20), (200, 0, 0)), ("red/2", (20, 20), (100, 0, 0)),
        ("blue/1", (10, 30), (0, 0, 60)),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", size, colour).save(tmp_path / f"{name}.png")
    (tmp_path / "blue" / "broken.png").write_bytes(b"no picture")
    return tmp_path


def test_counts_sizes_means_and_histograms(two: Path) -> None:
    dataset = open_dataset(two)
    found = statistics(dataset)
    rows = {path: row for row, path in enumerate(dataset.paths)}
    (output,) = dataset.outputs
    assert dataset.outputs[output] == ("blue", "red")
    assert found.read == 3 and found.left_out == 1 and not found.is_sample
    assert found.width[rows["red/1.png"]] == 40 and found.height[rows["red/1.png"]] == 20
    assert found.width[rows["blue/broken.png"]] == 0
    assert sorted(found.aspect.tolist()) == pytest.approx([1 / 3, 1, 2])
    means, averaged = found.mean_pictures(dataset.labels[output], 2)
    assert averaged.tolist() == [1, 2]
    assert means.shape == (2, MEAN_SIDE, MEAN_SIDE, 3) and means.dtype == np.uint8
    assert (means[1] == (150, 0, 0)).all() and (means[0] == (0, 0, 60)).all()
    assert found.channels == ("Red", "Green", "Blue") and not found.is_grey
    assert found.histograms.shape == (3, 256)
    assert found.histograms.sum(axis=1) == pytest.approx([1, 1, 1])
    assert found.histograms[0, [0, 100, 200]] == pytest.approx([1 / 3] * 3)
    assert found.channel_mean == pytest.approx([100, 0, 20])
    assert found.channel_deviation[0] == pytest.approx(np.std([0, 100, 200]))


def test_means_follow_other_labels_and_several_at_a_time(two: Path) -> None:
    dataset = open_dataset(two)
    found = statistics(dataset)
    readable = found.width > 0
    many = np.array([[1, 1], [1, -1], [0, 1], [0, 0]], np.int8)
    assert found.mean_pictures(many, 2)[1].tolist() == (many[readable] == 1).sum(axis=0).tolist()
    other = np.full(len(dataset), 1, np.int32)
    means, averaged = found.mean_pictures(other, 2)
    assert averaged.tolist() == [0, 3] and (means[0] == 128).all()


def test_nothing_to_count_and_cancelling(two: Path) -> None:
    dataset = open_dataset(two)
    empty = statistics(dataset.subset([]))
    assert empty.read == 0 and not empty.histograms.any() and len(empty.aspect) == 0
    assert (empty.mean_pictures(np.empty(0, np.int32), 2)[0] == 128).all()
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        statistics(dataset, control=control)
    with pytest.raises(Cancelled):
        picture_sizes(dataset, control=control)


def test_a_sample_has_every_class_in_its_share(two: Path) -> None:
    dataset = open_dataset(two)
    (output,) = dataset.outputs
    many = dataset.subset(np.zeros(1000, np.int64))
    many.labels[output][:] = np.repeat([0, 1], [900, 100])
    rows = sampled_rows(many, 100)
    assert np.bincount(many.labels[output][rows]).tolist() == [90, 10]
    assert np.array_equal(rows, sampled_rows(many, 100)) and (np.diff(rows) > 0).all()
    assert not np.array_equal(rows, sampled_rows(many, 100, seed=1))
    found = statistics(many, most=20)
    assert found.is_sample and found.total == 1000 and len(found.rows) == 20


def _deep(folder: Path) -> None:
    """One picture each: six bands, grey, 16 bit, float, and colour."""
    folder.mkdir()
    six = np.arange(6, dtype=np.uint8)[None, None] * 40 + np.zeros((12, 16, 1), np.uint8)
    tifffile.imwrite(folder / "six.tif", six, photometric="minisblack", planarconfig="contig")
    Image.new("L", (16, 12), 77).save(folder / "grey.png")
    tifffile.imwrite(folder / "deep.tif", np.full((12, 16), 257 * 50, np.uint16))
    tifffile.imwrite(folder / "float.tif", np.full((12, 16), 0.2, np.float32))
    Image.new("RGB", (16, 12), (1, 2, 3)).save(folder / "colour.png")


def test_every_kind_of_pixels_is_counted_in_its_channels(tmp_path: Path) -> None:
    _deep(tmp_path / "kind")
    dataset = open_dataset(tmp_path)
    found = statistics(dataset)
    assert found.left_out == 0 and found.channels == tuple(f"Band {i}" for i in range(1, 7))
    assert found.in_channel.tolist() == [5, 5, 5, 1, 1, 1]
    assert found.histograms[3, 120] == 1 and found.histograms[5, 200] == 1
    assert found.histograms[0, [0, 1, 50, 51, 77]] == pytest.approx([0.2] * 5)
    greys = dataset.subset([i for i, p in enumerate(dataset.paths) if "grey" in p or "deep" in p])
    assert statistics(greys).is_grey


def test_three_bands_of_many_are_shown_and_others_have_no_choice(tmp_path: Path) -> None:
    _deep(tmp_path / "kind")
    six, colour = tmp_path / "kind" / "six.tif", tmp_path / "kind" / "colour.png"
    assert (band_count(six), band_count(colour)) == (6, 3)
    assert decode(six)[0, 0].tolist() == [0, 40, 80]
    assert decode(six, (5, 3, 0))[0, 0].tolist() == [200, 120, 0]
    assert thumbnail(six, 8, (4, 4, 4))[0, 0].tolist() == [160, 160, 160]
    assert thumbnail(colour, 8, (5, 3, 0))[0, 0].tolist() == [1, 2, 3]
    # A band that is not there leaves the first three, for a data set may hold several kinds.
    assert decode(six, (6, 3, 0))[0, 0].tolist() == [0, 40, 80]
    assert shown_bands(decode_bands(colour), (2, 1, 0))[0, 0].tolist() == [1, 2, 3]
    ink = tmp_path / "ink.tif"
    Image.new("CMYK", (8, 8), (10, 20, 30, 40)).save(ink)
    alpha = tmp_path / "alpha.tif"
    Image.new("RGBA", (8, 8), (10, 20, 30, 40)).save(alpha)
    assert band_count(ink) == band_count(alpha) == 3
    assert np.array_equal(decode(alpha, (3, 3, 3)), decode(alpha, FIRST_BANDS))


def test_real_bands(shared_data: Path) -> None:
    folder = shared_data / "multiband" / "tiles4band"
    dataset = open_dataset(folder)
    assert info(dataset.absolute(0)).mode == "4 bands, 8 bit"
    found = statistics(dataset)
    assert found.read == len(dataset) and found.in_channel.tolist() == [len(dataset)] * 4
    all_pixels = [decode_bands(dataset.absolute(i)).reshape(-1, 4) for i in range(len(dataset))]
    assert found.channel_mean == pytest.approx(np.concatenate(all_pixels).mean(axis=0))


def test_sizes_are_read_upright_once_and_again_when_something_changed(two: Path) -> None:
    turned = Image.new("RGB", (50, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(two / "red" / "turned.jpg", exif=exif)
    dataset, cache = open_dataset(two), two / ".cache"
    rows = {path: row for row, path in enumerate(dataset.paths)}
    sizes = picture_sizes(dataset, cache_folder=cache)
    assert sizes[rows["red/turned.jpg"]].tolist() == [20, 50]
    assert sizes[rows["blue/broken.png"]].tolist() == [0, 0]
    (file,) = cache.iterdir()
    (two / "red" / "1.png").unlink()  # what is remembered needs no file
    assert np.array_equal(picture_sizes(dataset, cache_folder=cache), sizes)
    other = dataset.subset(np.arange(len(dataset) - 1))
    assert len(picture_sizes(other, cache_folder=cache)) == len(dataset) - 1
    file.write_bytes(b"PK\x03\x04 cut off")
    assert picture_sizes(dataset, cache_folder=cache)[rows["red/1.png"]].tolist() == [0, 0]


def test_members_of_containers_have_sizes(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x_train=np.zeros((6, 9, 7), np.uint8), y_train=np.arange(6) % 2)
    dataset = open_dataset(tmp_path / "d.npz")
    assert picture_sizes(dataset).tolist() == [[7, 9]] * 6


def test_lost_areas_are_those_of_the_crop_itself() -> None:
    random = np.random.default_rng(3)
    sizes = random.integers(1, 3000, (400, 2)).astype(np.int32)
    sizes[0] = 0
    for width, height in ((64, 64), (224, 100), (31, 640)):
        crop = InputSpec(width=width, height=height, fit="crop")
        for fit in FITS:
            spec = crop.changed(fit=fit)
            wanted = [lost_area(int(w), int(h), crop) for w, h in sizes]
            assert np.allclose(lost_areas(sizes, spec), wanted, atol=1e-12)
