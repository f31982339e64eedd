"""The command line with pictures that have several classes: figures and answers in full."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from studio.cli import run as call
from studio.core.runs import RunFolder
from studio.training.model_io import build_model, save_best_weights
from tests.training.test_multi_label import BOTH, OUTPUTS, PATCHES, SHOWN, make_run, write_patches


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``run`` (not trained, with weights), ``pictures`` and their table."""
    folder = tmp_path_factory.mktemp("several")
    samples = write_patches(folder / "pictures", 12)
    lines = ["file," + ",".join(PATCHES)]
    for path, row in zip(samples.paths, samples.labels[SHOWN], strict=True):
        lines.append(f"{path}," + ",".join(map(str, row)))
    (folder / "pictures" / "labels.csv").write_text("\n".join(lines) + "\n", "utf-8")
    for name, outputs in (("run", OUTPUTS), ("both", BOTH)):
        run = make_run(folder / name, samples, outputs)
        save_best_weights(RunFolder.open(run.path), build_model(run.record, load_weights=False))
    return folder


def test_evaluate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = str(folder / "pictures" / "labels.csv")
    assert call(["evaluate", str(folder / "run"), table, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["outputs"][SHOWN]
    assert (found["n"], found["labels"], found["multi_label"]) == (12, 36, True)
    assert 0 <= found["map"] <= 1 and len(found["average_precision"]) == len(PATCHES)
    assert call(["evaluate", str(folder / "run"), table]) == 0
    text = capsys.readouterr().out
    assert "mAP" in text and "macro F1" in text and "average precision" in text


def test_predict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = str(folder / "pictures" / "000.png")
    assert call(["predict", str(folder / "both"), picture, "--csv", "-"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    for name in PATCHES:
        assert 0 <= float(row[f"{SHOWN}: {name}"]) <= 1
    assert row["wide or high"] in ("wide", "high")
    assert call(["predict", str(folder / "both"), picture, "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    said = {a["class"]: a["probability"] for a in answer["outputs"][SHOWN]}
    assert call(["predict", str(folder / "run"), picture]) == 0
    assert set(said) == set(PATCHES)
    assert capsys.readouterr().out.startswith(picture + "\t")
