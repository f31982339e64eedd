"""The check of all pictures: every kind of problem found, remembered, and none invented."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.control import Cancelled, Control
from studio.data import doctor
from studio.data.doctor import check_pictures, unusable
from studio.data.index import open_dataset


def jpeg(side: int = 64) -> bytes:
    noise = np.random.default_rng(side).integers(0, 255, (side, side, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def ill(tiny_dataset: Path) -> Path:
    """A data set with one of each problem."""
    folder = tiny_dataset / "red"
    (folder / "cut.jpg").write_bytes(jpeg()[:900])
    (folder / "text.png").write_text("no picture at all")
    (folder / "wrong.png").write_bytes(jpeg())
    (folder / "empty.png").write_bytes(b"")
    (folder / "gone.png").write_bytes(jpeg())
    (folder / "film.mp4").write_bytes(b"\0\1\2")
    (tiny_dataset / "lone").mkdir()
    (tiny_dataset / "lone" / "1.png").write_text("broken")
    (tiny_dataset / "lone" / "2.jpg").write_bytes(jpeg())
    return tiny_dataset


def test_finds_every_kind(ill: Path) -> None:
    dataset = open_dataset(ill)
    (ill / "red" / "gone.png").unlink()
    problems = check_pictures(dataset).problems
    assert {(p.kind, p.path) for p in problems} == {
        ("truncated", "red/cut.jpg"), ("unreadable", "red/text.png"),
        ("wrong-extension", "red/wrong.png"), ("empty", "red/empty.png"),
        ("missing-file", "red/gone.png"), ("unreadable", "red/film.mp4"),
        ("unreadable", "lone/1.png"), ("too-few", "lone"),
        ("label-conflict", "red/wrong.png"), ("label-conflict", "lone/2.jpg"),
    }  # fmt: skip
    assert all(p.message.endswith(".") for p in problems)
    bad = unusable(dataset, problems)
    out = {dataset.paths[i] for i in np.flatnonzero(bad)}
    assert out == {"red/cut.jpg", "red/text.png", "red/gone.png", "lone/1.png"}
    again = check_pictures(open_dataset(ill)).problems
    assert len(again) == len(problems) - 1  # the file that is gone is not in the folder any more


def test_checking_twice_lists_nothing_twice(ill: Path) -> None:
    dataset = open_dataset(ill)
    dataset.problems[:] = check_pictures(dataset).problems
    again = check_pictures(dataset).problems
    assert sorted(map(repr, again)) == sorted(map(repr, dataset.problems))


def test_a_sound_data_set_has_no_problems(tiny_dataset: Path) -> None:
    assert check_pictures(open_dataset(tiny_dataset)).problems == []


def test_a_second_check_decodes_only_what_is_new(
    ill: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[Path] = []
    real = doctor.decode
    monkeypatch.setattr(doctor, "decode", lambda path: decoded.append(path) or real(path))
    cache = tmp_path / "cache"
    dataset = open_dataset(ill)
    first = check_pictures(dataset, cache_folder=cache).problems
    assert len(decoded) == len(dataset)
    decoded.clear()
    assert check_pictures(dataset, cache_folder=cache).problems == first
    assert not decoded
    (ill / "red" / "text.png").write_bytes(jpeg())
    second = check_pictures(dataset, cache_folder=cache).problems
    assert decoded == [ill / "red" / "text.png"]
    assert ("wrong-extension", "red/text.png") in {(p.kind, p.path) for p in second}
    for file in cache.iterdir():
        file.write_text("{ cut in ha")
    assert check_pictures(dataset, cache_folder=cache).problems == second


def test_cancelling_keeps_what_was_checked(tiny_dataset: Path, tmp_path: Path) -> None:
    control = Control()
    dataset = open_dataset(tiny_dataset)
    control.cancel()
    with pytest.raises(Cancelled):
        check_pictures(dataset, control=control, cache_folder=tmp_path / "cache")


def test_progress_ends_at_the_total(tiny_dataset: Path) -> None:
    seen: list[tuple[int, int | None, str]] = []
    check_pictures(open_dataset(tiny_dataset), progress=lambda *report: seen.append(report))
    assert seen[0][:2] == (0, 24)
    assert seen[-1][:2] == (24, 24)


def test_wrong_endings_of_real_pictures(shared_data: Path) -> None:
    dataset = open_dataset(shared_data / "clothes_colour_kind")
    problems = check_pictures(dataset).problems
    wrong = [p for p in problems if p.kind == "wrong-extension"]
    assert len(wrong) >= 3
    assert any("PNG" in p.message for p in wrong)
    assert not unusable(dataset, wrong).any()
