"""``classifier-studio augment``: what it writes, what it refuses, and that sources stay."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.augment.policy import parse_policy, to_json, transform_for
from studio.augment.presets import TITLES, preset
from studio.augment.registry import AUGMENTERS
from studio.augment.step import Step
from studio.cli import run
from studio.core.input import InputSpec
from studio.core.runs import RunFolder
from studio.data.index import open_dataset
from studio.data.pixels import load
from studio.engine import planning
from tests.conftest import write_noise


def output(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def content(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    file = tmp_path / "mine.json"
    steps = [{"kind": "mirror", "probability": 100}, {"kind": "brightness", "change": [20, 30]}]
    file.write_text(json.dumps(steps), "utf-8")
    return file


# --- apply ----------------------------------------------------------------------------------------


def test_variants_are_the_pictures_of_training(
    tiny_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, out = content(tiny_dataset), tmp_path / "out"
    code, told, err = output(
        capsys, "augment", "apply", tiny_dataset, "--policy", "heavy", "--out", out,
        "--count", 2, "--seed", 5, "--width", 24, "--height", 16,
    )  # fmt: skip
    assert (code, err) == (0, "") and told.startswith("48 pictures of 24")
    assert content(tiny_dataset) == before
    dataset = open_dataset(tiny_dataset)
    spec = InputSpec(width=24, height=16)
    transform = transform_for(preset("heavy"), 5)
    batch = np.stack([load(dataset.absolute(row), spec) for row in range(24)])
    for epoch in (1, 2):
        trained = transform(batch, range(24), epoch)
        for row, path in enumerate(dataset.paths):
            stem = out / path.replace(".png", f" {epoch}.png")
            assert np.array_equal(np.asarray(Image.open(stem)), trained[row]), path
    again = open_dataset(out)
    assert again.outputs == dataset.outputs and len(again) == 48


def test_pictures_keep_their_size_and_the_seed_decides(
    tmp_path: Path, policy_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_noise(tmp_path / "in" / "a.png", (90, 120, 60), 1, 40)
    Image.open(tmp_path / "in" / "a.png").save(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "cut.png").write_bytes(b"\x89PNG")
    files = sorted((tmp_path / "in").iterdir())
    found = []
    for seed, name in ((1, "x"), (1, "y"), (2, "z")):
        code, told, err = output(
            capsys, "augment", "apply", *files, "--policy", policy_file, "--out", tmp_path / name,
            "--seed", seed, "--json",
        )  # fmt: skip
        assert code == 0 and "cut.png" in err
        facts = json.loads(told)
        assert (facts["pictures"], facts["written"], facts["faults"]) == (2, 2, [])
        assert facts["left_out"][0]["kind"] in ("unreadable", "truncated")
        found.append({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()})
    assert set(found[0]) == {"a 1.png", "a (2) 1.png"}, "two files of one name, but for the ending"
    assert found[0] == found[1] and found[0] != found[2]
    assert Image.open(tmp_path / "x" / "a 1.png").size == (40, 40)


def test_validation_and_test_are_never_augmented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for i, place in enumerate(("train/a", "train/b", "test/a", "test/b", "val/a", "val/b")):
        for number in range(4):
            write_noise(tmp_path / "split" / place / f"{number}.png", (90, 20 * i, 60), number)
    code, _, err = output(
        capsys, "augment", "apply", tmp_path / "split", "--policy", "light", "--out",
        tmp_path / "out",
    )  # fmt: skip
    assert code == 0 and "16 pictures of validation and test" in err
    assert len(list((tmp_path / "out").rglob("*.png"))) == 8


def test_labels_that_folders_cannot_say_go_into_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["file,labels"]
    for i in range(6):
        write_noise(tmp_path / "several" / f"{i}.png", (90, 20 * i, 60), i)
        lines.append(f"{i}.png,{'red;round' if i % 2 else 'round;small'}")
    (tmp_path / "several" / "labels.csv").write_text("\n".join(lines), "utf-8")
    before = open_dataset(tmp_path / "several" / "labels.csv")
    code, _, err = output(
        capsys, "augment", "apply", tmp_path / "several" / "labels.csv", "--policy", "light",
        "--out", tmp_path / "out", "--count", 3,
    )  # fmt: skip
    assert (code, err) == (0, "")
    after = open_dataset(tmp_path / "out")
    assert len(after) == 18 and set(*after.outputs.values()) == set(*before.outputs.values())
    assert after.multi_label


def test_sources_and_full_folders_are_never_written_to(
    tiny_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("precious")
    before = content(tmp_path)
    refusals = {
        tiny_dataset: "there already", tiny_dataset / "new": "inside the data set",
        full: "there already", full / "mine.txt": "there already",
    }  # fmt: skip
    for out, words in refusals.items():
        code, told, err = output(
            capsys, "augment", "apply", tiny_dataset, "--policy", "light", "--out", out
        )
        assert (code, told) == (1, "") and words in err, out
    picture = next((tiny_dataset / "red").iterdir())
    for out in (full, full / "mine.txt"):
        code, _, err = output(
            capsys, "augment", "apply", picture, "--policy", "light", "--out", out
        )
        assert code == 1 and "nothing is overwritten" in err
    assert content(tmp_path) == before


def test_nothing_is_left_where_nothing_can_be_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    code, _, err = output(
        capsys, "augment", "apply", tmp_path / "a.png", "--policy", "light", "--out",
        tmp_path / "out",
    )  # fmt: skip
    assert code == 1 and "No picture could be augmented" in err
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--policy", "stronger"), "no augmentation called “stronger”"),
        (("--policy", "none"), "changes nothing"),
        (("--policy", "light", "--count", "0"), "0 variants"),
        (("--policy", "light", "--count", "100000"), "variants of a picture make no sense"),
        (("--policy", "light", "--width", "20"), "belong together"),
        (("--policy", "light", "--fit", "stretch"), "--fit needs"),
        (("--policy", "light", "--width", "20", "--height", "1"), "From 8"),
        (("--policy", "light", "--count", "many"), "--count"),
        ((), "--policy"),
    ],
)
def test_bad_options_are_refused(
    options: tuple[str, ...],
    words: str,
    tiny_dataset: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    code, told, err = output(capsys, "augment", "apply", tiny_dataset, "--out", out, *options)
    assert code in (1, 2) and told == "" and words in err and err.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[{", "not readable as JSON"),
        ('[{"kind": "fly"}]', "no augmenter called “fly”"),
        ('[{"kind": "rotate", "angle": [-400, 400]}]', "From -90 to 90"),
        (json.dumps([{"kind": "mirror"}] * 1000), "at most 100 steps"),
        ("[" * 100_000, "nested"),
        ("\x00\xff", "not readable as JSON"),
    ],
)
def test_bad_policy_files_are_refused(
    text: str, words: str, tmp_path: Path, tiny_dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text, "latin-1")
    for command in (
        ["augment", "apply", tiny_dataset, "--policy", file, "--out", tmp_path / "out"],
        ["augment", "script", "--policy", file, "--out", tmp_path / "out"],
        ["train", tiny_dataset, "--out", tmp_path / "out", "--set", f"policy={file}"],
    ):
        code, told, err = output(capsys, *command)
        assert (code, told) == (1, "") and words in err
    assert not (tmp_path / "out").exists()


def test_a_step_that_fails_is_counted_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tiny_dataset: Path
) -> None:
    file = tmp_path / "mine.json"
    steps = [{"kind": "hue", "probability": 100}, {"kind": "mirror", "probability": 100}]
    file.write_text(json.dumps(steps), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AUGMENTERS.get("hue"), "build", _broken)
        code, _, err = output(
            capsys, "augment", "apply", tiny_dataset, "--policy", file, "--out", tmp_path / "out"
        )
    assert code == 0 and "Hue was left out 24 times: RuntimeError: it broke" in err
    source = np.asarray(Image.open(tiny_dataset / "red" / "red 1.png"))
    written = np.asarray(Image.open(tmp_path / "out" / "red" / "red 1 1.png"))
    assert np.array_equal(written, source[:, ::-1]), "the other steps go on"


def _broken(_step: Step) -> Any:
    raise RuntimeError("it broke")


# --- script, list, train --------------------------------------------------------------------------


def test_scripts(tmp_path: Path, policy_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "pipeline.py"
    assert output(capsys, "augment", "script", "--policy", policy_file, "--out", out)[0] == 0
    made = runpy.run_path(str(out))
    picture = np.random.default_rng(1).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    varied = made["augment"](picture, made["seed_for"](3, 1, 0))
    transform = transform_for(parse_policy(json.loads(policy_file.read_text())), 3)
    assert np.array_equal(varied, transform(picture[None], [0], 1)[0])
    code, _, err = output(capsys, "augment", "script", "--policy", "light", "--out", tmp_path)
    assert code == 1 and "is a folder" in err
    gone = tmp_path / "gone" / "a.py"
    assert output(capsys, "augment", "script", "--policy", "?", "--out", gone)[0] == 1


def test_lists(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = output(capsys, "augment", "list", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert [p["name"] for p in found["presets"]] == list(TITLES)
    steps = {step["kind"]: step for step in found["steps"]}
    assert set(AUGMENTERS.kinds()) < set(steps) and "one_of" in steps
    angle = next(p for p in steps["rotate"]["settings"] if p["name"] == "angle")
    assert (angle["unit"], angle["minimum"], angle["maximum"]) == ("°", -90, 90)
    code, out, _ = output(capsys, "augment", "list")
    assert code == 0 and "microscopy" in out and "jigsaw" in out
    assert "augment" in output(capsys, "--help")[1]
    assert "apply" in output(capsys, "augment", "--help")[1]


def test_runs_take_a_policy_file(
    tmp_path: Path, tiny_dataset: Path, policy_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    planning.plan_run(
        tiny_dataset, tmp_path / "run", settings=[f"policy={policy_file.name}", "input.width=16"]
    )
    record = RunFolder.open(tmp_path / "run").record
    steps = to_json(parse_policy(record.policy))
    assert [step["kind"] for step in steps] == ["mirror", "brightness"]
