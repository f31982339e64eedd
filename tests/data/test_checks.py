"""What the doctor finds in pictures and labels: planted faults found, clean pictures left alone."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from studio.core.control import Cancelled, Control
from studio.data import doctor
from studio.data.checks.candidates import EACH, candidate_pairs
from studio.data.checks.crowd import standing_out, worth_laying
from studio.data.checks.descriptors import SYMMETRIES, describe, multiplied, rearranged, turned
from studio.data.checks.exact import exact_groups
from studio.data.checks.groups import find_copies, united
from studio.data.checks.looks import look_problems
from studio.data.checks.measuring import MEASURES, measure, no_measures
from studio.data.checks.near import near_twins
from studio.data.checks.remembered import Remembered, Result
from studio.data.checks.sizes import size_problems
from studio.data.dataset import PROBLEM_TITLES, Dataset, Problem
from studio.data.doctor import check_pictures, duplicate_groups
from studio.data.index import open_dataset
from studio.data.sample import render
from tests.data.planted import KINDS, NEAR, Planted, near_copy, plant, spoilt

Pixels = NDArray[np.uint8]


def drawn(count: int, size: int = 96) -> list[Pixels]:
    return [render(i, size, 3)[0] for i in range(count)]


def table(pictures: list[Pixels]) -> NDArray[np.void]:
    rows = no_measures(len(pictures))
    for i, picture in enumerate(pictures):
        rows[i] = measure(picture)
    return rows


def named(count: int) -> list[str]:
    return [f"{i}.png" for i in range(count)]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("planted") / "set", clean=300, each=9, size=96)


@pytest.fixture(scope="module")
def told(planted: Planted) -> list[Problem]:
    return check_pictures(open_dataset(planted.root)).problems


def by_kind(problems: list[Problem]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for problem in problems:
        found[problem.kind].add(problem.path)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_planted_faults_are_found(planted: Planted, told: list[Problem], kind: str) -> None:
    found, faults = by_kind(told)[kind], set(planted.faults[kind])
    # Of two copies the larger one is kept, which may be the one that was planted.
    right = {p for p in faults if {p, planted.originals.get(p, p)} & found}
    assert len(right) >= 0.88 * len(faults)
    assert len(found - faults - planted.allowed[kind]) <= 2


def test_clean_pictures_are_left_alone(planted: Planted, told: list[Problem]) -> None:
    originals = set().union(*planted.allowed.values())
    wrong = [p for p in told if p.path in set(planted.clean) - originals]
    assert len(wrong) <= 2, wrong


def test_every_problem_is_a_sentence_with_its_number(told: list[Problem]) -> None:
    for problem in told:
        assert problem.kind in PROBLEM_TITLES
        assert problem.message.endswith(".")
        assert "nan" not in problem.message
        if problem.kind in {"blank", "dark", "bright", "blurred", "odd-size", "tiny"}:
            assert any(c.isdigit() for c in problem.message)
    messages = " ".join(p.message for p in told)
    assert "byte for byte" in messages or "pixels are the same" in messages
    assert "mirrored" in messages and "turned by" in messages


@pytest.mark.parametrize("how", NEAR)
def test_near_duplicates_of_each_sort(how: str) -> None:
    pictures = drawn(24)
    copies = [near_copy(pictures[i], how, i)[0] for i in range(8)]
    twins = near_twins(table(pictures + copies), np.arange(32))
    pairs = {
        (min(p), max(p)) for p in zip(twins.first.tolist(), twins.second.tolist(), strict=True)
    }
    assert len(pairs & {(i, 24 + i) for i in range(8)}) >= 7
    assert not {p for p in pairs if p[1] < 24}


def test_real_photographs_raise_few_false_alarms(shared_data: Path) -> None:
    folder = shared_data / "flowers5_128px"
    pictures = [
        np.asarray(Image.open(file).convert("RGB"))
        for kind in sorted(p for p in folder.iterdir() if p.is_dir())
        for file in sorted(kind.iterdir())[:60]
    ]
    rows = table(pictures)
    problems = look_problems(rows, named(len(rows))) + size_problems(rows, named(len(rows)))
    assert len(problems) <= 2, problems
    turns = [np.ascontiguousarray(np.rot90(p[3:, 3:])) for p in pictures[:20]]
    copies = find_copies(table(pictures + turns))
    assert sum(len(set(g.tolist()) & set(range(300, 320))) for g in copies.members()) >= 19
    assert sum((g < 300).all() for g in copies.members()) <= 3


def test_symmetries_only_rearrange_the_vectors() -> None:
    small = table(drawn(4))["small"].astype(np.float32)
    vectors = describe(small)
    for symmetry in range(SYMMETRIES):
        moved = describe(np.ascontiguousarray(turned(small, symmetry)))
        assert np.allclose(moved, rearranged(vectors, symmetry), atol=1e-3)


def test_the_grouped_search_finds_what_comparing_all_finds() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(3000, 55)).astype(np.float32)
    vectors[1500:] = vectors[:1500] + random.normal(0, 0.3, (1500, 55))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = candidate_pairs(vectors, lambda a, b, symmetry: np.ones(len(a), bool))
    met = {(a, b) for a, b in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)}
    assert sum((i, i + 1500) in met or (i + 1500, i) in met for i in range(1500)) >= 1470
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        candidate_pairs(vectors, lambda a, b, symmetry: np.ones(len(a), bool), control=control)


def test_a_crowd_takes_nobody_elses_places() -> None:
    random = np.random.default_rng(0)
    alike = np.ones(55) + random.normal(0, 0.1, (2200, 55))
    alone = random.normal(size=(40, 55))
    vectors = np.concatenate([alike, alone, alone + random.normal(0, 0.3, (40, 55))])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found = [
        candidate_pairs(vectors, lambda a, b, symmetry: np.ones(len(a), bool), workers=workers)
        for workers in (1, 3)
    ]
    assert all(
        np.array_equal(getattr(found[0], name), getattr(found[1], name))
        for name in ("first", "second", "symmetry", "cosine")
    )
    assert np.bincount(found[0].first).max() == EACH
    met = {(a, b) for a, b in zip(found[0].first.tolist(), found[0].second.tolist(), strict=True)}
    assert len(met) == len(found[0])
    assert sum((i, i + 40) in met or (i + 40, i) in met for i in range(2200, 2240)) >= 39


def test_products_in_pieces_are_the_products() -> None:
    random = np.random.default_rng(0)
    for rows, others in ((0, 5), (1, 1), (33, 300), (100, 256)):
        a = random.normal(size=(rows, 55)).astype(np.float32)
        b = random.normal(size=(others, 55)).astype(np.float32)
        assert multiplied(a, b).shape == (rows, others)
        assert np.allclose(multiplied(a, b), a @ b.T, atol=1e-4)


def stroke(index: int) -> Pixels:
    """A white stroke on black, 28 px, as handwritten ones are: a little different, and shaky."""
    random = np.random.default_rng([5, index])
    lean, bend, width = random.uniform(-5, 5), random.uniform(-1, 1), random.uniform(1, 2)
    y, x = np.mgrid[:28, :28]
    shaky = np.convolve(random.normal(0, 1.2, 30), np.ones(3) / 3, "valid")[:, None]
    centre = 14 + lean * (14 - y) / 10 + bend * ((14 - y) / 10) ** 2 + shaky
    inside = np.clip(width + 0.5 - np.abs(x - centre), 0, 1) * np.clip(10.5 - np.abs(14 - y), 0, 1)
    return np.repeat((inside * 255).astype(np.uint8)[..., None], 3, 2)


def test_strokes_that_are_all_alike_are_no_copies_of_each_other() -> None:
    strokes = [stroke(i) for i in range(300)]
    copies = [near_copy(strokes[i], NEAR[i % 2 + 1], i)[0] for i in range(12)]
    found = find_copies(table(strokes + copies))
    right = sum(found.groups[300 + i] == found.groups[i] for i in range(12))
    wrong = [g for g in found.members() if (g >= 12).sum() - (g >= 300).sum() > 1]
    assert right >= 10
    assert sum(map(len, wrong)) <= 5


def test_many_copies_of_one_picture_are_all_found() -> None:
    pictures = drawn(60)
    copies = [near_copy(pictures[i % 3], NEAR[i % 9], i)[0] for i in range(30)]
    found = find_copies(table(pictures + copies))
    joined = sum(found.groups[60 + i] == i % 3 for i in range(30))
    assert joined >= 25
    assert all((g < 3).any() or (g >= 60).all() for g in found.members())


def test_a_copy_of_few_pixels_is_found() -> None:
    pictures = drawn(12, size=28)
    copies = [np.asarray(Image.fromarray(p).resize((14, 14))) for p in pictures]
    found = find_copies(table(pictures + copies))
    assert sum(found.groups[12 + i] == i for i in range(12)) >= 11


def test_a_copy_must_outdo_the_crowd_on_both_sides() -> None:
    # 0 and 1 are copies and much alike; 2 to 6 are a crowd around 1.
    first = np.array([0, 1, 1, 1, 1, 1])
    second = np.array([1, 2, 3, 4, 5, 6])
    alike = np.array([0.98, 0.9, 0.9, 0.9, 0.89, 0.88], np.float32)
    closer = worth_laying(first, second, alike, 0.92, 24, 7)
    assert closer.wanted.all() and closer.hopeful.tolist() == [True] + [False] * 5
    assert standing_out(first, second, alike, closer)[0]
    alike[1:] = 0.97
    assert not standing_out(first, second, alike, closer)[0]
    nothing = np.zeros(0, np.int64)
    closer = worth_laying(nothing, nothing, alike[:0], 0.92, 24, 3)
    assert not len(standing_out(nothing, nothing, alike[:0], closer))


@pytest.mark.parametrize("stage", ["Looking for duplicates", "Comparing pictures"])
def test_the_search_stops_when_asked(stage: str) -> None:
    pictures = drawn(10)
    rows = table(pictures + [near_copy(p, "cropped", i)[0] for i, p in enumerate(pictures)])
    control = Control()

    def stop(done: int, total: int | None, words: str) -> None:
        if words == stage:
            control.cancel()

    with pytest.raises(Cancelled):
        find_copies(rows, stop, control)


def test_groups_are_joined_through_others() -> None:
    chain = np.arange(9)
    joined = united(chain, np.array([1, 2, 5, 8]), np.array([2, 3, 1, 7]))
    assert joined.tolist() == [0, 1, 1, 1, 4, 1, 6, 7, 7]
    assert united(chain, np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == chain.tolist()


def test_blank_pictures_are_no_near_duplicates_and_unknown_rows_are_nothing() -> None:
    pictures = [spoilt(p, "blank", i) for i, p in enumerate(drawn(6))]
    rows = table(pictures)
    rows = np.concatenate([rows, no_measures(3)])
    copies = find_copies(rows)
    assert copies.groups.tolist() == list(range(9))
    assert exact_groups(no_measures(2)).tolist() == [0, 1]
    assert find_copies(no_measures(0)).members() == []
    assert size_problems(no_measures(2), named(2)) == look_problems(no_measures(2), named(2)) == []


def test_what_most_pictures_have_in_common_is_no_fault() -> None:
    night = [spoilt(p, "dark", i) for i, p in enumerate(drawn(20))]
    small = [spoilt(p, "tiny", i) for i, p in enumerate(drawn(20))]
    assert not [p for p in look_problems(table(night), named(20)) if p.kind == "dark"]
    assert size_problems(table(small), named(20)) == []
    soft = [spoilt(p, "blurred", i) for i, p in enumerate(drawn(20))]
    assert not [p for p in look_problems(table(soft), named(20)) if p.kind == "blurred"]


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 400, 3), (700, 2, 3), (3, 3, 3), (33, 31, 3)])
def test_pictures_of_any_shape_are_measured(shape: tuple[int, int, int]) -> None:
    row = measure(np.full(shape, 130, np.uint8))
    assert row.dtype == MEASURES
    assert (row["height"], row["width"]) == shape[:2]
    assert np.isfinite(row["sharpness"]) and row["contrast"] == 0


def write(file: Path, pixels: Pixels) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file)


def test_conflicts_and_leaks_name_both_sides(tmp_path: Path) -> None:
    pictures = drawn(6)
    for i, picture in enumerate(pictures):
        write(tmp_path / "train" / "ab"[i % 2] / f"{i}.png", picture)
    write(tmp_path / "val" / "a" / "x.png", drawn(8)[7])
    write(tmp_path / "val" / "b" / "y.png", np.ascontiguousarray(pictures[1][:, ::-1]))
    write(tmp_path / "train" / "b" / "z.png", pictures[0])
    dataset = open_dataset(tmp_path)
    problems = {(p.kind, p.path): p.message for p in check_pictures(dataset).problems}
    assert "labelled “b”" in problems["label-conflict", "train/a/0.png"]
    assert "labelled “a”" in problems["label-conflict", "train/b/z.png"]
    leak = problems["split-leak", "train/b/1.png"]
    assert "val/b/y.png" in leak and "mirrored" in leak and "Validation" in leak
    assert ("split-leak", "val/b/y.png") in problems
    assert not {kind for kind, _ in problems} & {"exact-duplicate", "near-duplicate"}
    together = np.zeros(len(dataset), np.int8)
    kinds = by_kind(check_pictures(dataset, split=together).problems)
    assert not kinds["split-leak"] and kinds["near-duplicate"]


def test_unlabelled_copies_do_not_disagree(tmp_path: Path) -> None:
    for name in ("a/1", "a/2", "b/3"):
        write(tmp_path / f"{name}.png", drawn(1)[0])
    dataset = open_dataset(tmp_path)
    labels = next(iter(dataset.labels.values()))
    labels[2] = -1
    kinds = by_kind(check_pictures(dataset).problems)
    assert not kinds["label-conflict"] and len(kinds["exact-duplicate"]) == 2
    labels[2], labels[0] = 1, -1
    assert by_kind(check_pictures(dataset).problems)["label-conflict"] == {"a/2.png", "b/3.png"}


def test_multi_label_copies_disagree_only_in_what_is_known(tmp_path: Path) -> None:
    for i in range(2):
        write(tmp_path / f"{i}.png", drawn(1)[0])
    dataset = Dataset(
        tmp_path, "csv", ["0.png", "1.png"], {"parts": ("x", "y")},
        {"parts": np.array([[1, -1], [1, 0]], np.int8)},
        np.full(2, -1, np.int8), np.zeros(2, np.int64),
    )  # fmt: skip
    assert "label-conflict" not in by_kind(check_pictures(dataset).problems)
    dataset.labels["parts"][0, 1] = 1
    assert len(by_kind(check_pictures(dataset).problems)["label-conflict"]) == 2


def test_duplicate_groups_hold_twins_together(planted: Planted) -> None:
    dataset = open_dataset(planted.root)
    groups = duplicate_groups(dataset)
    assert groups.dtype == np.int64 and groups.shape == (len(dataset),)
    rows = {path: row for row, path in enumerate(dataset.paths)}
    sizes = np.bincount(groups[groups >= 0])
    copies = [rows[p] for p in planted.faults["exact-duplicate"]]
    assert (sizes[groups[copies]] >= 2).all()
    first = groups[groups >= 0]
    assert (groups[first] == first).all() and (groups <= np.arange(len(groups))).all()
    assert (sizes[first] >= 2).all()


def test_measures_are_remembered_and_damage_is_forgotten(
    planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = open_dataset(planted.root).subset(range(20))
    first = check_pictures(dataset, cache_folder=tmp_path).problems
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size < 2000 * len(dataset) + 4000
    monkeypatch.setattr(doctor, "decode", None)  # a second decoding would fail
    assert check_pictures(dataset, cache_folder=tmp_path).problems == first
    monkeypatch.undo()
    content = file.read_bytes()
    for damaged in (content[:700], b"", content[:-40], b"PK\3\4" + bytes(90), content[400:]):
        file.write_bytes(damaged)
        assert check_pictures(dataset, cache_folder=tmp_path).problems == first


def test_foreign_names_are_remembered(tmp_path: Path) -> None:
    nothing = no_measures(1)[0]
    result = Result(3, 4, "unreadable", "Two\nlines.", nothing)
    Remembered(tmp_path, Path("/x")).keep(["a\udcff.png", "ü.png"], [result, None])
    known = Remembered(tmp_path, Path("/x")).get("a\udcff.png")
    assert known is not None and (known.kind, known.message) == (result.kind, result.message)
    assert Remembered(tmp_path, Path("/y")).get("a\udcff.png") is None
