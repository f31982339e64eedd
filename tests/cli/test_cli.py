"""The command line: what it prints, where, and its exit codes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.cli import command_names, display_problem, run
from tests.conftest import write_noise

ROOT = Path(__file__).resolve().parents[2]


def output(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def started(arguments: Sequence[object], **more: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "studio", *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )  # fmt: skip


def fill(folder: Path, per_class: int = 10) -> Path:
    for number, (name, colour) in enumerate({"blue": (60, 80, 190), "red": (190, 70, 60)}.items()):
        for index in range(per_class):
            write_noise(folder / name / f"{index}.png", colour, 100 * number + index)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run trained by the command itself, with what it printed."""
    folder = tmp_path_factory.mktemp("trained")
    data = fill(folder / "pictures", 12)
    (data / "red" / "broken.png").write_bytes(b"no picture")
    done = subprocess.run(
        [sys.executable, "-m", "studio", "train", data, "--out", folder / "run", "--epochs", "2",
         "--batch-size", "4", "--set", "input.width=16", "--set", "input.height=16",
         "--set", "model.filters=4", "--set", "policy=light", "--seed", "3", "--json"],
        cwd=ROOT, capture_output=True, timeout=240,
        env={**os.environ, "CLASSIFIER_STUDIO_HOME": str(folder / "home")},
    )  # fmt: skip
    return {"data": data, "run": folder / "run", "code": done.returncode,
            "out": done.stdout.decode(), "err": done.stderr.decode()}  # fmt: skip


# --- data ---------------------------------------------------------------------------------------


def test_sample_writes_so_many_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = output(capsys, "sample", tmp_path / "s", "--count", 12, "--size", 24)
    assert (code, err) == (0, "")
    assert out.strip() == str(tmp_path / "s")
    assert len(list((tmp_path / "s").rglob("*.png"))) == 12


def test_inspect_tells_everything_as_one_object(
    tiny_dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny_dataset / "red" / "cut.png").write_bytes(b"\x89PNG")
    code, out, err = output(capsys, "inspect", tiny_dataset, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["format"] == "folder" and found["problem"] == "multi-class"
    assert found["outputs"] == {"class": ["blue", "green", "red"]}
    assert sum(found["counts"]["class"]["blue"].values()) == 8
    broken = [p for p in found["problems"] if p["path"] == "red/cut.png"]
    assert broken and broken[0]["message"] and set(broken[0]) == {"kind", "path", "message"}


def test_inspect_for_a_person(tiny_dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = output(capsys, "inspect", tiny_dataset)
    assert code == 0
    assert "24 pictures" in out and "green" in out


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_utf8_is_spelt_out(
    tiny_dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = os.fsencode(tiny_dataset) + b"/red/\xff\n.png"
    with open(strange, "wb") as file:
        file.write(b"x")
    code, out, _ = output(capsys, "inspect", tiny_dataset, "--json")
    assert code == 0
    paths = [p["path"] for p in json.loads(out)["problems"]]
    assert "red/\\xff\n.png" in paths
    assert output(capsys, "inspect", tiny_dataset)[0] == 0


@pytest.mark.parametrize("what", ["architectures", "augmenters", "formats", "visualizers"])
def test_lists_are_full(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = output(capsys, "list", what, "--json")
    entries = json.loads(out)
    assert (code, err) == (0, "")
    assert entries and all(e["kind"] and e["title"] and e["help"] for e in entries)


def test_there_are_no_exporters_yet(capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "list", "exporters", "--json")[:2] == (0, "[]\n")
    assert "no exporters yet" in output(capsys, "list", "exporters")[1]


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["inspect", "/nowhere/at all"], "at all"),
        (["list", "sorcerers"], "sorcerers"),
        (["predict", "/nowhere/run", "x.png"], "run"),
        (["evaluate", "/nowhere/run", "."], "run"),
        (["train", ".", "--out", "x", "--architecture", "nonet"], "nonet"),
        (["train", ".", "--out", "x", "--set", "recipe.epoch=3"], "epoch"),
        (["train", ".", "--out", "x", "--set", "recipe.epochs"], "no value"),
        (["train", ".", "--out", "x", "--set", "recipe.epochs=0"], "From 1"),
        (["train", ".", "--out", "x", "--set", "food.salt=1"], "food"),
        (["train", ".", "--out", "x", "--set", "policy=wild"], "wild"),
        (["train", ".", "--out", "x", "--weights", "imagenet"], "from scratch"),
        (["train", ".", "--out", "x", "--architecture", "vgg16", "--weights", "no.h5"], "no.h5"),
        (["no such thing"], "no such thing"),
    ],
)
def test_an_error_is_one_sentence_on_stderr(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, out, err = output(capsys, *arguments)
    assert code != 0 and out == ""
    assert len(err.strip().splitlines()) == 1, err
    assert word in err and "Traceback" not in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments", [["train"], ["inspect", "x", "--jsno"], ["sample", "x", "--count", "many"]]
)
def test_a_wrong_call_names_the_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = output(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "--help" in err and len(err.strip().splitlines()) == 1


def test_help_is_light_and_names_every_command() -> None:
    script = (
        "import sys\nfrom studio.cli import run\ncode = run(['--help'])\n"
        "heavy = {'keras', 'tensorflow', 'PySide6', 'numpy', 'cv2', 'imgaug'} & set(sys.modules)\n"
        "assert not heavy, heavy\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert all(name in done.stdout.decode() for name in command_names())


def test_without_a_display_the_window_says_so_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    if sys.platform != "linux":
        assert display_problem() is None
        return
    code, out, err = output(capsys)
    assert (code, out) == (1, "")
    assert "no display" in err and all(name in err for name in command_names())
    assert len(err.strip().splitlines()) == 1


def test_a_reader_that_leaves_ends_it_quietly(tmp_path: Path) -> None:
    process = started(["list", "architectures"])
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    code = process.wait(60)
    assert code == 141
    assert process.stderr.read() == b""


# --- with a trained run -------------------------------------------------------------------------


def test_train_prints_json_lines_and_ends_with_the_metrics(trained: dict[str, Any]) -> None:
    assert trained["code"] == 0, trained["err"]
    lines = [json.loads(line) for line in trained["out"].splitlines()]
    kinds = [line["event"] for line in lines]
    assert kinds[-1] == "finished" and kinds.count("epoch") == 2
    assert "started" in kinds and "batch" in kinds
    assert lines[-1]["run"] == str(trained["run"])
    assert 0 <= lines[-1]["metrics"]["validation_accuracy"] <= 1
    left_out = [line for line in lines if line["event"] == "problem"]
    assert any("broken.png" in line["path"] for line in left_out)
    assert "Traceback" not in trained["err"]


def test_train_refuses_a_folder_that_is_not_empty(
    trained: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = output(capsys, "train", trained["data"], "--out", trained["run"])
    assert (code, out) == (1, "")
    assert "not empty" in err


def test_predict_prints_probabilities_and_errors(
    trained: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    dashed = tmp_path / "-x.png"
    write_noise(dashed, (190, 70, 60), 5)
    missing = tmp_path / "missing.png"
    code, out, err = output(
        capsys, "predict", trained["run"], "--json", "--", trained["data"] / "blue", dashed, missing
    )
    answers = json.loads(out)
    assert code == 0, err
    assert len(answers) == 14
    assert answers[-2]["path"] == str(dashed)
    ranked = answers[0]["outputs"]["class"]
    assert [set(r) for r in ranked] == [{"class", "probability"}] * 2
    assert sum(r["probability"] for r in ranked) == pytest.approx(1, abs=1e-5)
    assert ranked[0]["probability"] >= ranked[1]["probability"]
    assert set(answers[-1]) == {"path", "error"} and answers[-1]["error"]
    assert "1 of 14" in err


def test_predict_fails_where_nothing_could_be_answered(
    trained: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = output(capsys, "predict", trained["run"], tmp_path / "no.png", "--json")
    assert code == 1
    assert json.loads(out)[0]["error"]


def test_predict_writes_a_table(
    trained: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / 'with, "quotes"'
    write_noise(folder / "a, b.png", (60, 80, 190), 1)
    table = tmp_path / "out.csv"
    code, out, _ = output(capsys, "predict", trained["run"], folder, "--csv", table)
    assert (code, out) == (0, "")
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    assert rows[0]["path"] == str(folder / "a, b.png")
    assert rows[0]["class"] in ("blue", "red")
    assert 0.5 <= float(rows[0]["class probability"]) <= 1


def test_predict_takes_tables_archives_and_arrays(
    trained: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = fill(tmp_path / "pictures", 3)
    files = sorted(pictures.rglob("*.png"))
    names = [p.name for p in files]
    rows = [f"{p.relative_to(tmp_path).as_posix()}|{p.parent.name} thing" for p in files]
    (tmp_path / "labels.csv").write_text("\n".join(["one|what", *rows]))
    shutil.make_archive(str(tmp_path / "packed"), "zip", pictures)
    np.savez(tmp_path / "arrays.npz", x=np.zeros((4, 9, 9, 3), np.uint8), y=np.arange(4) % 2)

    def answered(*words: object) -> list[str]:
        code, out, err = output(capsys, "predict", trained["run"], "--json", *words)
        assert code == 0, err
        return [Path(p["path"]).name for p in json.loads(out) if "error" not in p]

    assert answered(tmp_path / "labels.csv") == names
    named = ("--column", "file=one", "--column", "label=what", "--option", "separator=bar")
    assert answered(tmp_path / "labels.csv", *named) == names
    assert len(answered(tmp_path / "packed.zip")) == 6
    assert len(answered(tmp_path / "arrays.npz", pictures / "red")) == 7
    code, out, err = output(
        capsys, "predict", trained["run"], tmp_path / "labels.csv", "--column", "file=none"
    )
    assert code == 1 and not out and "no column “none”" in err


def test_evaluate_takes_the_test_pictures_where_there_are_some(
    trained: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = output(capsys, "evaluate", trained["run"], trained["data"], "--json")
    whole = json.loads(out)
    assert code == 0 and whole["split"] == "all"
    assert whole["n"] == 24 and len(whole["left_out"]) == 1
    fill(tmp_path / "split" / "train", 3)
    fill(tmp_path / "split" / "test", 2)
    code, out, _ = output(capsys, "evaluate", trained["run"], tmp_path / "split", "--json")
    tested = json.loads(out)
    assert code == 0 and tested["split"] == "test" and tested["n"] == 4
    assert 0 <= tested["outputs"]["class"]["accuracy"] <= 1


def test_evaluate_names_classes_that_the_run_does_not_know(
    trained: dict[str, Any], capsys: pytest.CaptureFixture[str], tiny_dataset: Path
) -> None:
    code, out, err = output(capsys, "evaluate", trained["run"], tiny_dataset)
    assert (code, out) == (1, "")
    assert "green" in err and "blue" in err


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a process")
def test_ctrl_c_keeps_a_checkpoint_and_resume_goes_on(tmp_path: Path) -> None:
    data, out = fill(tmp_path / "pictures", 40), tmp_path / "run"
    small = ["--set", "input.width=16", "--set", "input.height=16", "--set", "model.filters=4"]
    process = started(
        ["train", data, "--out", out, "--epochs", 400, "--batch-size", 2, *small, "--json"]
    )
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "epoch":
            break
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read().splitlines()
    assert process.wait(30) == 130
    assert time.monotonic() - begin < 20
    assert json.loads(rest[-1])["event"] == "stopped"
    record = json.loads((out / "run.json").read_text())
    assert record["state"] == "stopped" and record["epochs_done"] >= 1
    assert (out / "checkpoint").is_dir() and any((out / "checkpoint").iterdir())
