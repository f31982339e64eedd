"""Opening folders of pictures, tidy and hostile ones."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.control import Cancelled, Control
from studio.core.errors import DatasetError, SpecError
from studio.data.dataset import OUTPUT, PROBLEM_TITLES, Dataset
from studio.data.formats.registry import FORMATS
from studio.data.index import find_pictures, open_dataset, recognise
from studio.data.split import SplitSpec, assign

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS"
    b"\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00"
    b"\x00\x00IEND\xaeB`\x82"
)


def put(root: Path, *names: str, content: bytes = PNG) -> Path:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


def kinds(dataset: Dataset) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in dataset.problems:
        assert problem.kind in PROBLEM_TITLES
        assert problem.message.endswith(".")
        found.setdefault(problem.kind, []).append(problem.path)
    return found


def test_classes_in_natural_order_with_nested_pictures(tmp_path: Path) -> None:
    put(tmp_path, "class 10/a.png", "class 2/b.JPG", "class 2/deep/er/c.jpeg", "Class 1/d.png")
    put(tmp_path, "class 10/z.png", "Class 1/e.png")
    dataset = open_dataset(tmp_path)
    assert dataset.format == "folder"
    assert dataset.outputs == {OUTPUT: ("Class 1", "class 2", "class 10")}
    assert dataset.paths == [
        "Class 1/d.png", "Class 1/e.png", "class 2/b.JPG", "class 2/deep/er/c.jpeg",
        "class 10/a.png", "class 10/z.png",
    ]  # fmt: skip
    assert dataset.labels[OUTPUT].tolist() == [0, 0, 1, 1, 2, 2]
    assert (dataset.sizes == len(PNG)).all()
    assert not dataset.problems
    assert dataset.problem == "multi-class"
    assert dataset.absolute(3) == tmp_path / "class 2" / "deep" / "er" / "c.jpeg"


@pytest.mark.parametrize("names", [("train", "val"), ("Train", "validation", "test")])
def test_split_folders(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        put(tmp_path / name, "ants/1.png", "bees/1.png", "bees/2.png")
    put(tmp_path / "train" if names[0] == "train" else tmp_path / "Train", "wasps/1.png")
    put(tmp_path, "extra/1.png", "loose.png", f"{names[1]}/loose.png", "README.md")
    dataset = open_dataset(tmp_path)
    assert dataset.format == "split-folders"
    assert names[1] in recognise(tmp_path)[1]
    counts = dataset.counts()[OUTPUT]
    assert counts["wasps"] == {"train": 1, "validation": 0, "test": 0}
    assert counts["bees"] == {"train": 2, "validation": 2, "test": 2 if len(names) > 2 else 0}
    found = kinds(dataset)
    assert found["ignored-folder"] == ["extra"]
    assert sorted(found["no-class"]) == sorted(["loose.png", f"{names[1]}/loose.png"])
    assert json.dumps(dataset.counts())


def test_a_class_called_train_is_a_class(tmp_path: Path) -> None:
    put(tmp_path, "train/1.png", "bus/1.png", "train/2.png", "bus/2.png")
    dataset = open_dataset(tmp_path)
    assert dataset.format == "folder"
    assert dataset.outputs[OUTPUT] == ("bus", "train")


def test_side_files_are_silent_and_others_listed(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    put(tmp_path, "notes.txt", "labels.csv", "LICENSE", "readme", ".DS_Store", content=b"x")
    put(tmp_path, "a/Thumbs.db", "a/meta.json", "b/.hidden.png", ".git/x.png", content=b"x")
    put(tmp_path, "__MACOSX/a/._1.png", content=b"x")
    put(tmp_path, "a/film.mp4", "b/sheet.pdf", "program", content=b"\0\1\2\3")
    put(tmp_path, "a/empty.png", content=b"")
    put(tmp_path, "b/without ending", "b/scan.dat")
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 6
    assert "b/without ending" in dataset.paths
    found = kinds(dataset)
    assert sorted(found["unreadable"]) == ["a/film.mp4", "b/sheet.pdf", "program"]
    assert "no picture" in dataset.problems[0].message
    assert found["empty"] == ["a/empty.png"]
    assert set(found) == {"unreadable", "empty"}


def test_names_that_hurt(tmp_path: Path) -> None:
    names = [
        b"with space", "émoji 🐜".encode(), b"new\nline", b"\xff\xfe raw", b"tab\t", b"'quote\"",
        b"back\\slash", "‮rtl".encode(), b"-rf", b"%41", b"a" * 200,
    ]  # fmt: skip
    for name in names:
        for number in range(3):
            folder = os.path.join(os.fsencode(tmp_path), name)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, name[:150] + b"%d.png" % number), "wb") as file:
                file.write(PNG)
    dataset = open_dataset(tmp_path)
    assert len(dataset.outputs[OUTPUT]) == len(names)
    assert len(dataset) == 3 * len(names)
    assert not dataset.problems
    assert all(dataset.absolute(i).is_file() for i in range(len(dataset)))
    for name in dataset.outputs[OUTPUT]:
        name.encode("utf-8")
    assert "\\xff\\xfe raw" in dataset.outputs[OUTPUT]
    assert len(dataset.fingerprint()) == 64
    split = assign(dataset, SplitSpec())
    assert json.loads(json.dumps(dataset.samples(split).paths)) == dataset.paths


def test_class_names_that_read_the_same_stay_apart(tmp_path: Path) -> None:
    for name in (b"\xff", rb"\xff"):
        os.mkdir(os.path.join(os.fsencode(tmp_path), name))
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)), "1.png").write_bytes(PNG)
    names = open_dataset(tmp_path).outputs[OUTPUT]
    assert len(set(names)) == 2
    assert set(names) == {"\\xff", "\\xff (2)"}


def test_links_in_a_loop_are_listed_and_never_followed(tmp_path: Path) -> None:
    root = put(tmp_path / "set", "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    outside = put(tmp_path / "outside", "3.png", "4.png")
    (root / "a" / "self").symlink_to(root / "a")
    (root / "a" / "up").symlink_to(tmp_path)
    (root / "b" / "other").symlink_to(root / "a")
    (root / "b" / "more").symlink_to(outside)
    (outside / "back").symlink_to(root)
    (root / "c").symlink_to(outside.parent / "third")
    put(tmp_path / "third", "5.png", "6.png")
    (root / "loop").symlink_to(root / "loop")
    (root / "a" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (root / "a" / "linked.png").symlink_to(outside / "3.png")
    dataset = open_dataset(root)
    assert dataset.counts()[OUTPUT] == {
        name: {"train": 0, "validation": 0, "test": 0, "none": n}
        for name, n in {"a": 3, "b": 4, "c": 2}.items()
    }
    found = kinds(dataset)
    assert sorted(found["link-loop"]) == ["a/self", "a/up", "b/more/back", "b/other", "loop"]
    assert "a/gone.png" in found["missing-file"]


def test_a_class_folder_that_links_to_its_parent(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    (tmp_path / "c").symlink_to(tmp_path)
    dataset = open_dataset(tmp_path)
    assert dataset.outputs[OUTPUT] == ("a", "b")
    assert kinds(dataset)["link-loop"] == ["c"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_listed_and_not_opened(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    os.mkfifo(tmp_path / "a" / "pipe.png")
    os.mkfifo(tmp_path / "a" / "pipe")
    dataset = open_dataset(tmp_path)
    assert sorted(kinds(dataset)["unreadable"]) == ["a/pipe", "a/pipe.png"]


@contextmanager
def as_other_user() -> Iterator[Path]:
    """A folder that anybody reads, and for root: the eyes of a user without its powers."""
    folder = Path(tempfile.mkdtemp(prefix="studio-rights-"))
    folder.chmod(0o755)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder, ignore_errors=True)


def become_other() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights work differently here")
def test_a_folder_without_rights_is_listed() -> None:
    with as_other_user() as root:
        put(root, "a/1.png", "a/2.png", "b/1.png", "b/2.png", "c/1.png", "b/locked/3.png")
        (root / "c").chmod(0)
        (root / "b" / "locked").chmod(0)
        list(FORMATS)  # the other user may not read Python's own files
        become_other()
        dataset = open_dataset(root)
        assert dataset.outputs[OUTPUT] == ("a", "b")
        assert sorted(kinds(dataset)["no-access"]) == ["b/locked", "c"]
        if os.geteuid() == 65534:
            os.seteuid(0)
        root.chmod(0)
        become_other()
        with pytest.raises(DatasetError, match="may not be read"):
            open_dataset(root)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: p.mkdir(), "holds no pictures"),
        (lambda p: None, "no folder"),
        (lambda p: p.write_bytes(b"text"), "is a file"),
        (lambda p: (p / "empty").mkdir(parents=True), "holds no pictures"),
        (lambda p: put(p, "a/x.mp4", content=b"\0"), "can be used"),
    ],
    ids=["empty", "missing", "file", "empty class", "only films"],
)
def test_what_is_no_data_set_says_why(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "thing"
    make(path)  # type: ignore[operator]
    for opening in (open_dataset, lambda p: open_dataset(p, "folder")):
        with pytest.raises(DatasetError, match=words) as caught:
            opening(path)
        assert caught.value.hint


def test_pictures_in_no_folder_have_no_class_yet(tmp_path: Path) -> None:
    put(tmp_path, "1.png", "2.png")
    assert open_dataset(tmp_path).format == "unlabelled"
    with pytest.raises(DatasetError, match="one sub-folder for each class"):
        open_dataset(tmp_path, "folder")


def test_one_picture_is_no_data_set(tmp_path: Path) -> None:
    put(tmp_path, "one.png")
    with pytest.raises(DatasetError, match="one picture"):
        open_dataset(tmp_path / "one.png")


def test_single_class_opens_and_is_listed(tmp_path: Path) -> None:
    put(tmp_path, "only/1.png", "only/2.png")
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 2
    assert [p.kind for p in dataset.problems] == ["too-few"]
    assert "only one class" in dataset.problems[0].message


def test_a_wrapped_folder_says_which_one_to_open(tmp_path: Path) -> None:
    put(tmp_path, "flowers/rose/1.png", "flowers/tulip/1.png")
    assert "open that folder" in open_dataset(tmp_path).problems[0].message


def test_a_class_with_one_picture_and_uneven_classes(tmp_path: Path) -> None:
    put(tmp_path, "few/1.png", *[f"many/{i}.png" for i in range(12)])
    found = kinds(open_dataset(tmp_path))
    assert found == {"too-few": ["few"], "imbalance": [""]}


def test_unknown_format_and_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/1.png", "b/1.png")
    with pytest.raises(SpecError, match="no data set format"):
        open_dataset(tmp_path, "nonsense")
    monkeypatch.chdir(tmp_path.parent)
    assert open_dataset(tmp_path.name).root == tmp_path


def test_every_format_is_described() -> None:
    assert {
        "folder", "split-folders", "channel-files", "table", "coco", "imagenet", "idx",
        "cifar", "npz", "hdf5", "mat", "json-bands", "collection", "unlabelled", "csv-pixels",
    } == set(FORMATS.kinds())  # fmt: skip
    for kind, choice in FORMATS.items():
        assert choice.kind == kind
        assert choice.title
        assert choice.help.endswith(".")


def test_ten_thousand_classes(tmp_path: Path) -> None:
    for i in range(10_000):
        folder = f"{tmp_path}/c{i}"
        os.mkdir(folder)
        for number in range(2):
            handle = os.open(f"{folder}/{number}.png", os.O_CREAT | os.O_WRONLY)
            os.write(handle, b"\x89PNG")
            os.close(handle)
    dataset = open_dataset(tmp_path)
    counts = dataset.counts()[OUTPUT]
    split = assign(dataset, SplitSpec())
    assert len(dataset.outputs[OUTPUT]) == len(counts) == 10_000
    assert dataset.outputs[OUTPUT][:3] == ("c0", "c1", "c2")
    assert (np.bincount(split) == [10_000, 10_000]).all()
    _cancels_quickly(tmp_path)


def _cancels_quickly(folder: Path) -> None:
    control = Control()
    cancelled_at: list[float] = []

    def stop() -> None:
        cancelled_at.append(time.perf_counter())
        control.cancel()

    timer = threading.Timer(0.05, stop)
    timer.start()
    with pytest.raises(Cancelled):
        open_dataset(folder, control=control)
    assert time.perf_counter() - cancelled_at[0] < 1  # 0.05 s on a machine of its own
    timer.join()


def test_progress_counts_up(tiny_dataset: Path) -> None:
    seen: list[tuple[int, int | None, str]] = []
    open_dataset(tiny_dataset, progress=lambda *report: seen.append(report))
    assert seen
    assert all(total is None and words for _, total, words in seen)


def test_find_pictures_for_classifying(tmp_path: Path) -> None:
    put(tmp_path, "x/2.png", "x/deep/1.jpg", "y/3.png")
    put(tmp_path, "x/notes.txt", "x/film.mp4", "single.txt", content=b"\0\1")
    found = find_pictures([tmp_path / "single.txt", tmp_path / "x", tmp_path / "gone.png"])
    assert found == [
        tmp_path / "single.txt", tmp_path / "x/2.png", tmp_path / "x/deep/1.jpg",
        tmp_path / "gone.png",
    ]  # fmt: skip


def test_opening_leaves_the_folder_as_it_was(tiny_dataset: Path) -> None:
    def state() -> list[tuple[str, int, int]]:
        found = [(str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in tiny_dataset.rglob("*")]
        return sorted(found)

    before = state()
    open_dataset(tiny_dataset)
    assert state() == before


def test_real_data_sets(shared_data: Path) -> None:
    flowers = open_dataset(shared_data / "flowers5_128px")
    assert len(flowers) == 4317
    assert flowers.problem == "multi-class"
    ants = open_dataset(shared_data / "hymenoptera")
    assert ants.format == "split-folders"
    assert ants.problem == "binary"
    assert ants.counts()[OUTPUT]["bees"] == {"train": 121, "validation": 83, "test": 0} or (
        sum(ants.counts()[OUTPUT]["bees"].values()) > 100
    )
    nasty = open_dataset(shared_data / "nasty_images")
    assert len(nasty) + len(kinds(nasty).get("unreadable", [])) >= 347


def test_a_gif_in_a_folder_is_a_picture(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.new("P", (4, 4)).save(tmp_path / "a" / "x.gif")
    put(tmp_path, "b/1.png")
    assert "a/x.gif" in open_dataset(tmp_path).paths
