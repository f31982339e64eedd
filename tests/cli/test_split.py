"""The split on the command line: counts and leaks in ``inspect``, keeping together in ``train``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.cli import run
from studio.core.runs import RunFolder
from studio.data.sample import render
from studio.engine.planning import plan_run


def output(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def inspected(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    code, out, err = output(capsys, "inspect", *arguments, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def draw(path: Path, number: int, size: int = 48) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(render(number, 48)[0]).resize((size, size)).save(path)


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    """Folders train and test; two pictures of the one have a smaller twin in the other."""
    for i in range(8):
        draw(tmp_path / "train" / "ab"[i % 2] / f"{i}.png", i)
        draw(tmp_path / "test" / "ab"[i % 2] / f"{i + 40}.png", i + 40)
    for i in (0, 1):
        draw(tmp_path / "test" / "ab"[i] / f"small {i}.png", i, 40)
    return tmp_path


@pytest.fixture
def wards(tmp_path: Path) -> Path:
    """A table whose column “ward” joins pictures, under a heading that nobody would guess."""
    with (tmp_path / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "ward"])
        for i in range(30):
            draw(tmp_path / f"{i}.png", i)
            writer.writerow([f"{i}.png", "ab"[i % 2], f"w{i // 3}"])
    return tmp_path


def test_inspect_tells_leaks_and_counts(leaking: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = inspected(capsys, leaking)
    assert found["counts"]["class"]["a"] == {"train": 4, "validation": 0, "test": 5}
    (leak,) = found["leaks"]
    assert leak["by"] == "twins" and (leak["groups"], leak["pictures"]) == (2, 4)
    assert leak["between"] == {"train-validation": 0, "train-test": 2, "validation-test": 0}
    assert [p["kind"] for p in found["problems"]].count("split-leak") == 4
    assert found["group_columns"] == []
    code, out, _ = output(capsys, "inspect", leaking)
    assert code == 0
    assert "class\ttrain\tvalidation\ttest" in out and "a\t4\t0\t5" in out
    assert "2 groups of near twins lie in more than one split (2 in train and test)" in out


def test_inspect_without_a_split(wards: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = inspected(capsys, wards, "--column", "group=ward")
    assert found["leaks"] == [] and found["group_columns"] == ["ward"]
    code, out, _ = output(capsys, "inspect", wards, "--column", "group=ward")
    assert code == 0 and "brings no split" in out and "by: ward" in out


def test_inspect_where_no_picture_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for i in range(4):
        draw(tmp_path / "ab"[i % 2] / f"{i}.png", i)
        (tmp_path / "ab"[i % 2] / f"{i}.png").write_bytes(b"no picture")
    found = inspected(capsys, tmp_path)
    assert found["pictures"] == 4
    assert [p["kind"] for p in found["problems"]].count("unreadable") == 4
    assert output(capsys, "inspect", tmp_path)[0] == 0


def groups_in(run_folder: RunFolder) -> dict[str, set[int]]:
    """Ward → the parts in which it lies."""
    samples = run_folder.samples()
    found: dict[str, set[int]] = {}
    for path, part in zip(samples.paths, samples.split, strict=True):
        found.setdefault(f"w{int(Path(path).stem) // 3}", set()).add(part)
    return found


def test_training_keeps_a_column_together(wards: Path, tmp_path: Path) -> None:
    how: dict[str, Any] = {"format": "table", "options": {"group_column": "ward"}}
    loose = plan_run(wards, tmp_path / "loose", **how)
    kept = plan_run(wards, tmp_path / "kept", settings=["split.together=column"], **how)
    assert any(len(parts) > 1 for parts in groups_in(loose).values())
    assert all(len(parts) == 1 for parts in groups_in(kept).values())
    assert set(kept.samples().split) == {0, 1, 2}
    assert kept.record.split["together"] == "column"


def test_training_keeps_twins_together(tmp_path: Path) -> None:
    for i in range(24):
        draw(tmp_path / "in" / "ab"[i % 2] / f"{i}.png", i)
        draw(tmp_path / "in" / "ab"[i % 2] / f"{i} small.png", i, 40)
    parts: dict[str, list[int]] = {}
    run_folder = plan_run(tmp_path / "in", tmp_path / "run", settings=["split.together=twins"])
    samples = run_folder.samples()
    for path, part in zip(samples.paths, samples.split, strict=True):
        parts.setdefault(Path(path).stem.split()[0], []).append(part)
    assert all(len(both) == 2 and len(set(both)) == 1 for both in parts.values())
    assert min(np.bincount(samples.split, minlength=3)) >= 6


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (["split.together=column", "split.column=bed"], "group=NAME"),
        (["split.together=triplets"], "together"),
    ],
)
def test_what_cannot_be_kept_together_is_an_error(
    wards: Path, tmp_path: Path, settings: list[str], word: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    words = [w for s in settings for w in ("--set", s)]
    code, out, err = output(capsys, "train", wards, "--out", tmp_path / "run", *words)
    assert code != 0 and out == "" and len(err.strip().splitlines()) == 1
    assert word.lower() in err.lower()
    assert not (tmp_path / "run").exists()
