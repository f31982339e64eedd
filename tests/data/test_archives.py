"""Zip and tar: opened like a folder, and nothing in them can reach beyond it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import studio.data.archives as archives
from studio.core.control import Cancelled, Control
from studio.core.errors import DatasetError, StorageError
from studio.core.paths import cache_folder
from studio.data.archives import is_archive, safe_parts, unpacked
from studio.data.index import open_dataset

Entries = dict[str, bytes]
PICTURES: Entries = {
    "set/a/1.png": b"one", "set/a/2.png": b"two" * 5000, "set/b/é.png": b"three",
    "set/b/deep/3.png": b"four",
}  # fmt: skip
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes, ".tar.gz": gzip.compress, ".tar.bz2": bz2.compress, ".tar.xz": lzma.compress,
    ".tgz": gzip.compress,
}  # fmt: skip


def tar_bytes(entries: Entries, **more: object) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in more.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def make(folder: Path, ending: str, entries: Entries) -> Path:
    file = folder / f"my set{ending}"
    if ending == ".zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
    else:
        file.write_bytes(PACKERS[ending](tar_bytes(entries)))
    return file


def files(folder: Path) -> Entries:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def refused(file: Path, words: str) -> None:
    """The archive is refused with these words, and nothing of it stays anywhere."""
    with pytest.raises(DatasetError, match=words) as caught:
        unpacked(file)
    assert caught.value.hint
    assert not files(cache_folder())
    assert {p.name for p in file.parent.iterdir()} == {file.name}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "downloads").mkdir()
    return tmp_path / "downloads"


@pytest.mark.parametrize("ending", [".zip", *PACKERS])
def test_an_archive_opens_like_a_folder(place: Path, ending: str) -> None:
    file = make(place, ending, PICTURES)
    assert is_archive(file)
    seen: list[tuple[int, int | None]] = []
    folder = unpacked(file, lambda done, total, words: seen.append((done, total)))
    assert folder.name == "set" and folder.parent.name == "my set"
    assert files(folder.parent) == PICTURES
    assert seen and all(total == file.stat().st_size for _, total in seen)
    assert unpacked(file) == folder
    dataset = open_dataset(folder)
    assert dataset.outputs == {"class": ("a", "b")} and len(dataset) == 4


def test_a_data_set_is_opened_from_its_archive(place: Path) -> None:
    dataset = open_dataset(make(place, ".zip", PICTURES))
    assert dataset.format == "folder" and len(dataset) == 4


def test_a_changed_archive_is_unpacked_anew_and_the_old_content_goes(place: Path) -> None:
    file = make(place, ".zip", PICTURES)
    old = unpacked(file)
    make(place, ".zip", {"set/c/1.png": b"new", "set/d/2.png": b"x"})
    os.utime(file, ns=(1, 1))
    assert set(files(unpacked(file))) == {"c/1.png", "d/2.png"}
    assert not old.exists()


def test_wrapping_folders_are_skipped_but_no_class(place: Path) -> None:
    inner = {f"one/two/{n}": c for n, c in PICTURES.items()} | {"__MACOSX/._x": b""}
    assert unpacked(make(place, ".zip", inner)).name == "set"
    (place / "other").mkdir()
    single = make(place / "other", ".zip", {"rose/1.png": b"", "rose/2.png": b""})
    assert unpacked(single).name == "my set"


def test_other_zips_and_packed_files_are_no_archives(place: Path) -> None:
    made = make(place, ".zip", PICTURES)
    for name in ("digits.npz", "model.keras"):
        assert not is_archive(made.rename(place / name))
        made = place / name
    (place / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"x" * 100))
    (place / "text.zip").write_bytes(b"no zip at all")
    (place / "text.tar").write_bytes(b"no tar at all" * 100)
    assert not any(map(is_archive, place.iterdir()))
    assert not is_archive(place) and not is_archive(place / "gone.zip")
    with pytest.raises(DatasetError, match="no zip or tar"):
        unpacked(place / "text.zip")


# --- hostile ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
@pytest.mark.parametrize(
    "name", ["/etc/evil.png", "../evil.png", "a/../../evil.png", "C:/evil.png", "..\\evil.png",
             "\\\\server\\evil.png", "a/..", ".. /evil.png"],
)  # fmt: skip
def test_names_that_lead_outside_are_refused(place: Path, ending: str, name: str) -> None:
    refused(make(place, ending, {"set/a/1.png": b"x", name: b"evil"}), "outside its own folder")
    assert not list(place.parent.rglob("evil*"))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(place: Path, kind: bytes) -> None:
    file = place / "x.tar"
    file.write_bytes(tar_bytes({"a/1.png": b""}, type=kind, linkname="/etc/passwd"))
    refused(file, "link or a device")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(place: Path, kind: int) -> None:
    with zipfile.ZipFile(place / "x.zip", "w") as archive:
        info = zipfile.ZipInfo("a/1.png")
        info.create_system, info.external_attr = 3, (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    refused(place / "x.zip", "link or a device")


def test_files_with_holes_are_refused(place: Path) -> None:
    out = io.BytesIO(tar_bytes({"a/1.png": b""}, pax_headers={
        "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1",
        "GNU.sparse.size": str(2**50), "GNU.sparse.name": "a/1.png"}))  # fmt: skip
    (place / "x.tar").write_bytes(out.getvalue())
    refused(place / "x.tar", "holes|damaged")


@pytest.mark.parametrize("ending", [".zip", ".tar.gz", ".tar.xz", ".tar.bz2"])
def test_bombs_are_refused(place: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE_RATIO_BYTES", 2**20)
    monkeypatch.setattr(archives, "MAX_RATIO", 100)
    refused(make(place, ending, {f"a/{i}.bmp": bytes(3 * 2**20) for i in range(3)}), "times as")


def test_a_bomb_that_lies_about_its_size(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = make(place, ".zip", {"a/1.bmp": bytes(2**22)})
    data = bytearray(file.read_bytes())
    size = struct.pack("<I", 2**22)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 100)
    file.write_bytes(data)
    refused(file, "more than its header|damaged")


def test_members_that_share_their_bytes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many entries of the list that all point at one packed member (Fifield, 2019)."""
    monkeypatch.setattr(archives, "FREE_RATIO_BYTES", 2**20)
    file = make(place, ".zip", {"a/1.bmp": bytes(2**20)})
    data = file.read_bytes()
    start, end = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
    entry = data[start:end]
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 900, 900, 900 * len(entry), start, 0)
    file.write_bytes(data[:start] + entry * 900 + tail)
    refused(file, "times as")


@pytest.mark.parametrize("ending", [".zip", ".tar"])
def test_too_many_members(place: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 50)
    refused(make(place, ending, {f"a/{i}.png": b"" for i in range(51)}), "more than 50 files")


def test_a_header_of_gigabytes_takes_no_memory(place: Path) -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 5 * 2**30
    (place / "x.tar").write_bytes(header.tobuf() + bytes(10240))
    refused(place / "x.tar", "headers is far too long")


def test_an_xz_header_cannot_ask_for_any_memory(place: Path) -> None:
    huge = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**30, "preset": 0, "mode": lzma.MODE_FAST,
             "mf": lzma.MF_HC3, "nice_len": 3}]  # fmt: skip
    small = bytearray(lzma.compress(tar_bytes(PICTURES), filters=[{**huge[0], "dict_size": 4096}]))
    at = small.index(b"\x21\x01", 12)  # the filter's number and the length of its properties
    small[at + 2] = 38  # 1 GiB
    import zlib

    length = (small[12] + 1) * 4
    small[12 + length - 4 : 12 + length] = zlib.crc32(small[12 : 12 + length - 4]).to_bytes(
        4, "little"
    )
    (place / "x.tar.xz").write_bytes(small)
    refused(place / "x.tar.xz", "damaged")


def test_a_locked_zip(place: Path) -> None:
    file = make(place, ".zip", PICTURES)
    data = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + offset] |= 1
    file.write_bytes(data)
    refused(file, "password")


@pytest.mark.parametrize("ending", [".zip", *PACKERS])
def test_cut_anywhere_it_is_refused(place: Path, ending: str) -> None:
    file = make(place, ending, PICTURES)
    whole = file.read_bytes()
    draw = random.Random(1)
    cuts = [
        5,
        len(whole) // 2,
        len(whole) - 9,
        *(draw.randrange(1, len(whole) * 3 // 4) for _ in range(8)),
    ]
    if ending == ".tar":
        cuts = [*(c for c in cuts if 512 < c < 15_000), 1024, 1536, 2048]
    for cut in cuts:
        file.write_bytes(whole[:cut])
        if not is_archive(file):
            continue
        refused(file, "damaged|empty")


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tar.gz", ".tar.xz"])
def test_flipped_bytes_never_crash(place: Path, ending: str) -> None:
    file, draw = make(place, ending, PICTURES), random.Random(7)
    whole = file.read_bytes()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(draw.randint(1, 6)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        file.write_bytes(data)
        try:
            folder = unpacked(file)
        except (DatasetError, StorageError) as error:
            assert error.message
        else:
            assert folder.is_relative_to(cache_folder())
    assert {p.name for p in place.iterdir()} == {file.name}


# --- names --------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has other names")
def test_names_that_are_no_utf8(place: Path) -> None:
    strange = {"a/\udcff\udce9.png": b"1", "b/new\nline.png": b"2"}
    for ending in (".tar", ".zip"):
        if ending == ".tar":
            file = place / "x.tar"
            with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as archive:
                for name, content in strange.items():
                    info = tarfile.TarInfo(name)
                    info.size = len(content)
                    archive.addfile(info, io.BytesIO(content))
        else:
            file = place / "x.zip"
            with zipfile.ZipFile(file, "w") as packed:
                for name, content in strange.items():
                    packed.writestr(name.replace("\udcff\udce9", "QQ"), content)
            data = file.read_bytes().replace(b"QQ", b"\xff\xe9")
            file.write_bytes(data)
        assert files(unpacked(file)) == strange


def test_twins_are_both_kept_and_a_file_is_no_folder(place: Path) -> None:
    file = place / "x.tar"
    file.write_bytes(tar_bytes({"a/1.png": b"first"})[:1024] + tar_bytes({"a/1.png": b"second"}))
    assert sorted(files(unpacked(file)).values()) == [b"first", b"second"]
    with tarfile.open(file, "w") as archive:
        for name in ("a", "a/1.png"):
            archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(DatasetError, match="a file and a folder"):
        unpacked(file)


def test_parts_of_names() -> None:
    assert safe_parts("./a//b/./c.png") == ["a", "b", "c.png"]
    assert safe_parts("") == safe_parts("./") == []
    assert safe_parts("a/...png") == ["a", "...png"]


# --- cancel, disk -------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_cancelling_leaves_nothing(place: Path, ending: str) -> None:
    control = Control()
    with pytest.raises(Cancelled):
        unpacked(make(place, ending, PICTURES), lambda *a: control.cancel(), control)
    assert not files(cache_folder())
    assert [p for p in (cache_folder() / "archives").rglob("*") if p.is_file()] == []


def test_a_full_disk_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = make(place, ".zip", PICTURES)
    monkeypatch.setattr(archives, "MIN_FREE", 2**60)
    with pytest.raises(StorageError, match="not enough room"):
        unpacked(file)
    assert not files(cache_folder())


def test_an_empty_archive_says_so(place: Path) -> None:
    refused(make(place, ".zip", {}), "empty")
