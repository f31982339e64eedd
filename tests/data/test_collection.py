"""Data sets that the studio makes: copied whole, never twice, never over anything, taken back."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from studio.core.control import Control
from studio.core.errors import DatasetError, InputError, StorageError
from studio.core.input import InputSpec
from studio.data.balance import AT_LEAST, more_needed
from studio.data.collection import (
    OWN_FOLDER,
    add_array,
    add_class,
    add_files,
    class_folder,
    create,
    is_collection,
    put_back,
    take_out,
)
from studio.data.dataset import OUTPUT
from studio.data.file_names import is_device_name
from studio.data.index import open_dataset, recognise
from studio.data.pixels import load
from tests.conftest import write_noise

RED = (190, 70, 60)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    create(tmp_path / "plants", ("fern", "moss"))
    return tmp_path / "plants"


def pictures(folder: Path, number: int, first: int = 0) -> list[Path]:
    paths = [folder / f"{i}.png" for i in range(first, first + number)]
    for i, path in enumerate(paths, first):
        write_noise(path, RED, i, 16)
    return paths


def files(folder: Path) -> list[str]:
    return sorted(
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and OWN_FOLDER not in p.parts
    )


def test_an_empty_one_opens_with_its_classes(root: Path) -> None:
    assert is_collection(root) and recognise(root) == ("collection", "It was made in the studio.")
    dataset = open_dataset(root)
    assert (len(dataset), dataset.outputs) == (0, {OUTPUT: ("fern", "moss")})
    assert dataset.class_counts().tolist() == [0, 0] and dataset.fingerprint()


def test_one_without_classes_opens_and_says_so(tmp_path: Path) -> None:
    create(tmp_path / "new")
    dataset = open_dataset(tmp_path / "new")
    assert dataset.outputs == {OUTPUT: ()} and len(dataset) == 0
    assert dataset.problems == []  # the window says what to do


def test_only_an_empty_folder_becomes_one(tmp_path: Path) -> None:
    pictures(tmp_path, 1)
    with pytest.raises(DatasetError, match="not empty"):
        create(tmp_path, ("a",))
    assert files(tmp_path) == ["0.png"]


def test_pictures_are_copied_and_the_originals_stay(root: Path, tmp_path: Path) -> None:
    mine = pictures(tmp_path / "mine", 3)
    before = [p.read_bytes() for p in mine]
    added = add_files(root, "fern", mine)
    assert added.paths == ("fern/0.png", "fern/1.png", "fern/2.png")
    assert [(root / p).read_bytes() for p in added.paths] == before
    assert [p.read_bytes() for p in mine] == before
    loose = add_files(root, "", pictures(tmp_path / "more", 1, 9))
    assert loose.paths == ("9.png",)
    dataset = open_dataset(root)
    assert dataset.labels[OUTPUT].tolist() == [0, 0, 0, -1]
    assert dataset.paths == ["fern/0.png", "fern/1.png", "fern/2.png", "9.png"]


def test_what_is_there_already_is_counted_not_copied(root: Path, tmp_path: Path) -> None:
    mine = pictures(tmp_path / "mine", 4)
    add_files(root, "fern", mine[:2])
    twin = tmp_path / "mine" / "twin.png"
    shutil.copy(mine[3], twin)
    added = add_files(root, "fern", [*mine, twin])
    assert (len(added.paths), added.already, added.refused) == (2, 3, ())
    assert len(files(root)) == 4


def test_nothing_is_ever_overwritten(root: Path, tmp_path: Path) -> None:
    first, second = pictures(tmp_path / "a", 1), pictures(tmp_path / "b", 1)
    write_noise(second[0], RED, 77, 16)
    write_noise(root / "fern" / "0.PNG", RED, 78, 16)  # the same name to Windows and macOS
    kept = (root / "fern" / "0.PNG").read_bytes()
    added = add_files(root, "fern", [*first, *second])
    assert added.paths == ("fern/0 (2).png", "fern/0 (3).png")
    assert (root / "fern" / "0.PNG").read_bytes() == kept


def test_folders_are_searched_and_what_is_no_picture_is_named(root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    pictures(mine / "deep" / "er", 2)
    (mine / "notes.txt").write_text("side file")
    (mine / "empty.jpg").touch()
    text = tmp_path / "letter.jpg"
    text.write_text("Dear reader")
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42")
    gone = tmp_path / "gone.png"
    os.mkfifo(tmp_path / "pipe.png")
    odd = "nul\0.png"
    added = add_files(root, "moss", [mine, text, film, gone, tmp_path / "pipe.png", odd])
    assert added.paths == ("moss/0.png", "moss/1.png")
    names = [name for name, _ in added.refused]
    assert names == ["empty.jpg", "letter.jpg", "film.mp4", "gone.png", "pipe.png", odd]
    assert all(reason for _, reason in added.refused)
    assert files(root) == ["moss/0.png", "moss/1.png"]


@pytest.mark.parametrize(
    "name",
    ["a/b", "..", ".", "../out", "nul\0byte", "CON", "com1.txt", ".hidden", "x" * 400, "a\nb",
     "  spaces. ", "\udcff", "😀" * 90, "fern\\moss", "__MACOSX", "a:b*c?"],
)  # fmt: skip
def test_any_class_name_becomes_a_folder_inside(root: Path, name: str) -> None:
    folder = add_class(root, name)
    place = root / folder
    assert place.is_dir() and place.parent == root
    assert not folder.startswith(".") and not is_device_name(folder) and len(folder.encode()) < 256
    assert folder in os.listdir(root)
    outputs = open_dataset(root).outputs[OUTPUT]
    assert len(outputs) == 3


def test_a_class_needs_a_name(root: Path) -> None:
    with pytest.raises(InputError, match="needs a name"):
        add_class(root, "  ")


def test_a_folder_that_is_there_is_used(root: Path) -> None:
    (root / "notes").write_text("a file of that name")
    assert class_folder(root, "Fern") == "fern"
    assert class_folder(root, "notes") == "notes (2)"
    (root / "train" / "rose").mkdir(parents=True)
    assert class_folder(root, "rose", "train") == "train/rose"


@pytest.mark.parametrize("folder", ["../out", "/etc", "fern/../../out", ".git", "a\0b"])
def test_nothing_is_written_elsewhere(root: Path, tmp_path: Path, folder: str) -> None:
    mine = pictures(tmp_path / "mine", 1)
    with pytest.raises(DatasetError, match="no folder of this data set"):
        add_files(root, folder, mine)


def test_links_are_not_followed_outwards(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "linked").symlink_to(outside)
    with pytest.raises(DatasetError, match="is a link"):
        add_files(root, "linked", pictures(tmp_path / "mine", 1))
    assert not any(outside.iterdir())


def test_a_stop_keeps_what_is_complete(root: Path, tmp_path: Path) -> None:
    original = pictures(tmp_path / "mine", 1)[0]
    for i in range(2000):  # different bytes, quickly: what follows a PNG's end is not read
        (tmp_path / "mine" / f"x{i}.png").write_bytes(original.read_bytes() + b"%d" % i)
    control, told = Control(), []

    def progress(done: int, total: int | None, words: str) -> None:
        told.append((done, total, words))
        if done == 40:
            control.cancel()

    added = add_files(root, "fern", [tmp_path / "mine"], progress, control)
    assert added.stopped and len(added.paths) == 40 and told[-1][1] == 2001
    assert len(files(root)) == 40 and len(open_dataset(root)) == 40


def test_a_full_disk_keeps_what_is_complete(root: Path, tmp_path: Path) -> None:
    mine = pictures(tmp_path / "mine", 2)
    big = tmp_path / "mine" / "big.png"
    big.write_bytes(mine[0].read_bytes() + bytes(200_000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        added = add_files(root, "fern", [mine[0], big, mine[1]])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert added.error is not None and added.error.hint
    assert added.paths == ("fern/0.png",) and files(root) == ["fern/0.png"]
    assert not any(name.startswith(".new") for name in os.listdir(root / "fern"))


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights work differently here")
def test_a_place_that_may_not_be_written_to() -> None:
    folder = Path(tempfile.mkdtemp(prefix="studio-rights-"))
    folder.chmod(0o755)
    is_root = os.geteuid() == 0
    root = folder / "plants"
    create(root, ("fern",))
    mine = pictures(folder / "mine", 1)
    for place in (root / "fern", root):
        place.chmod(0o555)
    try:
        if is_root:
            os.seteuid(65534)
        added = add_files(root, "fern", mine)
        assert added.error is not None and "cannot be written" in added.error.message
        with pytest.raises(StorageError):
            add_array(root, "fern", np.zeros((8, 8, 3), np.uint8))
        with pytest.raises(StorageError):
            add_class(root, "new class")
        with pytest.raises(StorageError):
            add_files(root, "new", mine)
    finally:
        if is_root:
            os.seteuid(0)
        for place in (root / "fern", root):
            place.chmod(0o755)
    assert files(root) == []
    shutil.rmtree(folder)


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_frames_are_named_by_the_time(root: Path, ending: str) -> None:
    pixels = np.full((20, 30, 3), (200, 30, 90), np.uint8)
    when = datetime(2026, 3, 1, 12, 30, 5, 120_000)
    names = [add_array(root, "fern", pixels, when, ending).paths[0] for _ in range(3)]
    stem = "fern/2026-03-01 12.30.05.120"
    assert names == [f"{stem}.{ending}", f"{stem} (2).{ending}", f"{stem} (3).{ending}"]
    back = load(root / names[0], InputSpec(width=30, height=20))
    assert np.abs(back[..., :3].astype(int) - pixels).max() <= (0 if ending == "png" else 4)


def test_taken_back_and_done_again(root: Path, tmp_path: Path) -> None:
    paths = add_files(root, "fern", pictures(tmp_path / "mine", 3)).paths
    content = (root / paths[1]).read_bytes()
    name = take_out(root, [*paths, "fern/never there.png"])
    assert files(root) == [] and len(open_dataset(root)) == 0
    (root / "fern").rmdir()  # a person tidies up in between
    put_back(root, name, paths)
    assert files(root) == sorted(paths) and (root / paths[1]).read_bytes() == content
    assert not any(p.is_file() for p in (root / OWN_FOLDER / "removed").rglob("*"))


def test_a_folder_of_loose_pictures_waits_for_labels(tmp_path: Path) -> None:
    pictures(tmp_path / "loose", 3)
    (tmp_path / "loose" / "readme.txt").write_text("hello")
    assert recognise(tmp_path / "loose")[0] == "unlabelled"
    dataset = open_dataset(tmp_path / "loose")
    assert dataset.labels[OUTPUT].tolist() == [-1, -1, -1] and dataset.outputs == {OUTPUT: ()}
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.png").touch()
    with pytest.raises(DatasetError, match="can be used"):
        open_dataset(broken)


def test_who_needs_more_pictures() -> None:
    assert more_needed(np.array([0, 0])) == [(0, AT_LEAST), (1, AT_LEAST)]
    assert more_needed(np.array([100, 90, 80, 60, 110])) == [(3, 30)]
    assert more_needed(np.array([100, 60, 100, 75, 5])) == [(4, 70)]
    assert more_needed(np.array([], np.int64)) == []
