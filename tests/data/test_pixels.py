"""The one preprocessing: every kind of file becomes the same upright 8-bit RGB, or says why not."""

from __future__ import annotations

import io
import multiprocessing
import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.errors import PictureError
from studio.core.input import InputSpec
from studio.data import pixels
from studio.data.opencv import cv2
from studio.data.pixels import decode, fit, info, load, lost_area, thumbnail

FITS = ("crop", "letterbox", "stretch")


def scene(width: int = 37, height: int = 23) -> np.ndarray:
    """A picture without symmetry, smooth enough for JPEG."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red, green, blue = 255 * x / width, 255 * y / height, 255 * (1 - x / width) * (y / height)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def grey_of(rgb: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(rgb).convert("L"))


def test_rgb_is_kept_to_the_bit() -> None:
    rgb = scene()
    for form in ("PNG", "BMP", "TIFF", "PPM"):
        np.testing.assert_array_equal(decode(saved(Image.fromarray(rgb), form)), rgb)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation(turn: int, form: str) -> None:
    rgb = scene(48, 32)
    transposed = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    image = Image.fromarray(rgb)
    exif = Image.Exif()
    exif[0x0112] = turn
    options = {"lossless": True} if form == "WEBP" else {"quality": 95} if form == "JPEG" else {}
    content = saved(image, form, exif=exif, **options)
    upright = image if transposed[turn] is None else image.transpose(transposed[turn])
    expected = np.asarray(upright).astype(int)
    got = decode(content)
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() <= (24 if form == "JPEG" else 0)
    about = info(content)
    assert (about.height, about.width) == expected.shape[:2]
    small = thumbnail(content, 16)
    assert small.shape == ((16, 10, 3) if turn >= 5 else (10, 16, 3))


def test_grey_one_bit_and_grey_with_alpha() -> None:
    grey = grey_of(scene())
    np.testing.assert_array_equal(decode(saved(Image.fromarray(grey), "PNG"))[..., 1], grey)
    bits = Image.fromarray(np.where(grey > 90, 255, 0).astype(np.uint8)).convert("1")
    assert set(np.unique(decode(saved(bits, "PNG")))) == {0, 255}
    alpha = np.full_like(grey, 0)
    transparent = Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)])
    assert (decode(saved(transparent, "PNG")) == 255).all()


def test_alpha_is_laid_on_white() -> None:
    rgba = np.dstack([scene(), np.full((23, 37), 128, np.uint8)])
    expected = np.round(rgba[..., :3] * (128 / 255) + 255 * (127 / 255))
    got = decode(saved(Image.fromarray(rgba), "PNG"))
    assert np.abs(got - expected).max() <= 1


def test_palette_with_and_without_transparency() -> None:
    image = Image.fromarray(scene()).quantize(16)
    expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(decode(saved(image, "PNG")), expected)
    np.testing.assert_array_equal(decode(saved(image, "GIF")), expected)
    clear = int(np.asarray(image)[0, 0])
    got = decode(saved(image, "PNG", transparency=clear))
    assert (got[np.asarray(image) == clear] == 255).all()
    key = decode(saved(Image.fromarray(scene()), "PNG", transparency=tuple(scene()[3, 5].tolist())))
    assert (key[3, 5] == 255).all()


def test_cmyk_of_adobe_and_plain_tiff() -> None:
    rgb = np.full((16, 16, 3), (200, 40, 90), np.uint8)
    cmyk = Image.fromarray(rgb).convert("CMYK")
    for content in (saved(cmyk, "TIFF"), saved(cmyk, "JPEG", quality=100)):
        assert np.abs(decode(content).astype(int) - rgb).max() <= 6
    assert info(saved(cmyk, "TIFF")).mode == "CMYK, 8 bit"


def test_lab() -> None:
    lab = cv2.cvtColor(scene(), cv2.COLOR_RGB2LAB)
    content = saved(Image.merge("LAB", [Image.fromarray(lab[..., i]) for i in range(3)]), "TIFF")
    assert np.abs(decode(content).astype(int) - scene()).mean() < 3


def test_sixteen_bits_and_floats() -> None:
    deep = (np.arange(23 * 37, dtype=np.uint32).reshape(23, 37) * 76).astype(np.uint16)
    expected = (deep.astype(np.uint32) + 128) // 257
    for form in ("PNG", "TIFF"):
        got = decode(saved(Image.fromarray(deep), form))
        np.testing.assert_array_equal(got[..., 0], expected)
    unit = (deep / 65535).astype(np.float32)
    for values in (unit, unit * 255, unit * 9000 - 3000):
        got = decode(saved(Image.fromarray(values.astype(np.float32)), "TIFF"))[..., 2]
        assert abs(int(got.max()) - round(255 * int(deep.max()) / 65535)) <= 1 or got.max() == 255
        assert got.min() == 0
    broken = unit.copy()
    broken[0, 0] = np.nan
    assert decode(saved(Image.fromarray(broken), "TIFF"))[0, 0, 0] == 0


def test_tiff_that_only_tifffile_reads(tmp_path: Path) -> None:
    rgb = scene()
    for planar in ("contig", "separate"):
        file = tmp_path / f"{planar}.tif"
        values = rgb.astype(np.float32) / 255
        stored = values if planar == "contig" else np.moveaxis(values, -1, 0)
        tifffile.imwrite(file, stored, photometric="rgb", planarconfig=planar)
        assert np.abs(decode(file).astype(int) - rgb).max() <= 1
        assert np.abs(thumbnail(file, 64).astype(int) - rgb).max() <= 1
    six = tmp_path / "six.tif"
    bands = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((8, 8), np.uint8)
    tifffile.imwrite(six, bands, photometric="minisblack", planarconfig="separate")
    assert decode(six)[0, 0].tolist() == [0, 1, 2]
    many = tmp_path / "many.tif"
    tifffile.imwrite(many, np.zeros((65, 8, 8), np.uint8), photometric="minisblack",
                     planarconfig="separate")  # fmt: skip
    with pytest.raises(PictureError, match="65 bands"):
        decode(many)


def test_first_frame_of_moving_pictures() -> None:
    first, second = Image.fromarray(scene()), Image.new("RGB", (37, 23), "white")
    for form, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})):
        content = saved(first, form, save_all=True, append_images=[second], **options)
        np.testing.assert_array_equal(decode(content), scene())


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    png = saved(Image.fromarray(scene(200, 200)), "PNG")
    jpeg = saved(Image.fromarray(scene(200, 200)), "JPEG")
    cases: list[tuple[bytes, str, str]] = [
        (b"", "empty", "no content"),
        (png[: len(png) // 2], "truncated", "cut off"),
        (jpeg[: len(jpeg) // 2], "truncated", "cut off"),
        (b"hello world, this is text", "unreadable", "no picture"),
        (b"<!DOCTYPE html><html>404</html>", "unreadable", "web page"),
        (b"%PDF-1.7 ....................", "unreadable", "PDF"),
        (b"PK\x03\x04" + bytes(40), "unreadable", "archive"),
        (bytes(400), "unreadable", "only zeros"),
        (b"\0\0\0\x18ftypheic" + bytes(60), "unreadable", "HEIC"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unreadable", "no picture"),
        (png[:80] + b"\xff" * 40 + png[120:], "unreadable", "damaged"),
    ]
    for content, kind, words in cases:
        with pytest.raises(PictureError, match=words) as caught:
            decode(content)
        assert caught.value.kind == kind
        file = tmp_path / "picture.png"
        file.write_bytes(content)
        for read in (decode, lambda p: thumbnail(p, 64)):
            with pytest.raises(PictureError) as caught:
                read(file)
            assert caught.value.kind == kind
    with pytest.raises(PictureError) as caught:
        decode(tmp_path / "gone.png")
    assert caught.value.kind == "missing-file"
    with pytest.raises(PictureError, match="folder"):
        decode(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        with pytest.raises(PictureError, match="no picture"):
            decode(tmp_path / "pipe.png")


def test_bombs_are_refused_before_memory_is_taken() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    for width, height in ((60_000, 60_000), (20_000, 16_000), (2**31 - 1, 2**31 - 1)):
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        data = chunk(b"IDAT", zlib.compress(bytes(1000)))
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")
        for read in (decode, info, lambda c: thumbnail(c, 32)):
            with pytest.raises(PictureError, match="million pixels"):
                read(bomb)


@pytest.mark.parametrize("fit_name", FITS)
@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (37, 23), (64, 48), (501, 333)])
@pytest.mark.parametrize("target", [(48, 48), (96, 40)])
def test_fit_gives_exactly_the_input_shape(
    fit_name: str, size: tuple[int, int], target: tuple[int, int]
) -> None:
    for channels in (1, 3):
        spec = InputSpec(width=target[0], height=target[1], channels=channels, fit=fit_name)
        got = fit(scene(*size), spec)
        assert got.shape == spec.shape
        assert got.dtype == np.uint8
        assert got.flags.c_contiguous


def test_fit_of_the_right_size_changes_nothing() -> None:
    rgb = scene(48, 48)
    for fit_name in FITS:
        np.testing.assert_array_equal(fit(rgb, InputSpec(width=48, height=48, fit=fit_name)), rgb)


def test_letterbox_keeps_all_and_pads_with_grey() -> None:
    white = np.full((20, 80, 3), 255, np.uint8)
    got = fit(white, InputSpec(width=40, height=40, fit="letterbox"))
    assert (got[15:25] == 255).all()
    assert (got[:15] == 128).all()
    assert (got[25:] == 128).all()


def test_crop_keeps_the_middle() -> None:
    rgb = np.zeros((40, 100, 3), np.uint8)
    rgb[:, 30:70] = 200
    spec = InputSpec(width=40, height=40, fit="crop")
    assert (fit(rgb, spec) == 200).all()
    assert lost_area(100, 40, spec) == pytest.approx(0.6)
    assert lost_area(100, 40, InputSpec(fit="letterbox")) == 0
    assert lost_area(40, 100, spec) == pytest.approx(0.6)


def test_grey_input_is_one_formula() -> None:
    spec = InputSpec(width=37, height=23, channels=1, fit="stretch")
    expected = scene() @ np.array([0.299, 0.587, 0.114])
    assert np.abs(fit(scene(), spec)[..., 0] - expected).max() <= 0.51
    grey = grey_of(scene())
    content = saved(Image.fromarray(grey), "PNG")
    np.testing.assert_array_equal(load(content, spec)[..., 0], grey)


def zoo() -> dict[str, bytes]:
    """One file of each awkward kind, of odd sizes."""
    rgb = scene(301, 173)
    image = Image.fromarray(rgb)
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = (rgb[..., 0].astype(np.uint16) * 257)[:171]
    return {
        "grey.png": saved(image.convert("L"), "PNG"),
        "palette.gif": saved(image.quantize(32), "GIF"),
        "alpha.png": saved(image.convert("RGBA"), "PNG"),
        "cmyk.jpg": saved(image.convert("CMYK"), "JPEG"),
        "deep.png": saved(Image.fromarray(deep), "PNG"),
        "turned.jpg": saved(image, "JPEG", exif=exif),
        "odd.webp": saved(image, "WEBP"),
        "one.png": saved(image.resize((1, 1)), "PNG"),
        "thin.tif": saved(image.resize((5, 400)), "TIFF"),
    }


def _load_all(arguments: tuple[str, list[str], dict[str, object]]) -> list[bytes]:
    folder, names, spec = arguments
    return [load(Path(folder) / name, InputSpec(**spec)).tobytes() for name in names]


def test_threads_and_processes_see_the_same_bits(tmp_path: Path) -> None:
    files = zoo()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    names = list(files)
    for fit_name in FITS:
        spec = InputSpec(width=97, height=61, fit=fit_name)
        here = [load(files[name], spec).tobytes() for name in names]
        assert here == _load_all((str(tmp_path), names, spec.model_dump()))
        with ThreadPoolExecutor(8) as pool:
            many = [a.tobytes() for a in pool.map(load, [files[n] for n in names * 8], [spec] * 72)]
        assert many == here * 8
    jobs = [
        (str(tmp_path), names, InputSpec(width=97, height=61, fit=fit_name).model_dump())
        for fit_name in FITS
    ]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(_load_all, jobs) == [_load_all(job) for job in jobs]


def test_thumbnails_look_like_the_picture() -> None:
    for name, content in zoo().items():
        whole = decode(content)
        small = thumbnail(content, 64)
        assert max(small.shape[:2]) == min(64, max(whole.shape[:2])), name
        assert small.flags.c_contiguous
        again = np.asarray(cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_AREA))
        assert np.abs(again.astype(int) - small).mean() < 4, name


def test_info_in_words() -> None:
    about = info(saved(Image.fromarray(scene()), "JPEG"))
    assert (about.width, about.height, about.format, about.mode) == (37, 23, "JPEG", "RGB, 8 bit")
    assert about.bytes > 100
    deep = np.zeros((4, 4), np.uint16)
    assert info(saved(Image.fromarray(deep), "PNG")).mode == "grey, 16 bit"


def test_qt_is_not_led_astray() -> None:
    assert "cv2" not in os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "")


def test_nasty_files_decode_or_say_why(shared_data: Path) -> None:
    files = [p for p in sorted((shared_data / "nasty_images").rglob("*")) if p.is_file()]
    assert len(files) > 340
    read = 0
    for file in files:
        try:
            whole = decode(file)
        except PictureError as error:
            assert error.message.endswith("."), file
            assert error.kind in ("unreadable", "truncated", "empty"), file
            with pytest.raises(PictureError):
                load(file, InputSpec())
            continue
        read += 1
        assert whole.dtype == np.uint8, file
        assert whole.ndim == 3, file
        assert whole.shape[2] == 3, file
        about = info(file)
        assert (about.height, about.width) == whole.shape[:2], file
        assert max(thumbnail(file, 48).shape[:2]) <= 48, file
    assert read >= 300


def test_version_is_part_of_the_module() -> None:
    assert pixels.PIXELS_VERSION >= 1
