"""Options of a data set's format, through every command that takes a data set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from studio.cli import run
from tests.data import table_writers as tables

PARTS = ("--option", "split_names_at=_", "--option", "outputs=colour,kind")
SMALL = ("--epochs", "1", "--set", "input.width=16", "--set", "input.height=16",
         "--set", "model.blocks=2", "--set", "model.filters=4")  # fmt: skip


def output(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    code = run([str(a) for a in arguments])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return captured.out


def inspected(capsys: pytest.CaptureFixture[str], root: Path, options: Sequence[str]) -> dict:
    return json.loads(output(capsys, "inspect", root, *options, "--json"))


def test_folder_names_that_answer_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tables.write_apparel(tmp_path / "apparel", 6)
    found = inspected(capsys, root, PARTS)
    assert found["problem"] == "multi-output"
    assert inspected(capsys, root, ())["problem"] == "multi-class"
    output(capsys, "train", root, "--out", tmp_path / "run", *SMALL, *PARTS)
    judged = json.loads(output(capsys, "evaluate", tmp_path / "run", root, *PARTS, "--json"))
    assert judged["split"] == "all" and set(judged["outputs"]) == {"colour", "kind"}
    answers = json.loads(output(capsys, "predict", tmp_path / "run", root, *PARTS, "--json"))
    assert len(answers) == 24
    assert all(set(a["outputs"]) == {"colour", "kind"} for a in answers)


def test_pages_and_columns_with_commas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tables.write_stacks(tmp_path / "stacks", 20)
    found = inspected(capsys, root, ("--option", "pages=first"))
    assert found["pictures"] == 12
    assert run(["inspect", str(root), "--option", "pages=some"]) != 0
    assert "pages" in capsys.readouterr().err.lower()
    table = tmp_path / "t"
    tables.save(table, [f"{i}.png" for i in range(6)], 2)
    rows = [f"{i}.png,{'cat' if i % 2 else 'dog'},{i % 3}" for i in range(6)]
    tables.lines(table / "labels.csv", 'file,"kind, of animal",other', *rows)
    found = inspected(capsys, table, ("--column", "label=kind, of animal"))
    assert found["outputs"] == {"kind, of animal": ["cat", "dog"]}
