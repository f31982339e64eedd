"""Names with spaces, emoji, newlines and bytes that are no UTF-8, from the folder to the answer.

The data set also holds a class with one picture, a broken file and links in a loop: nothing of
it stops anything, and all of it is told.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.core.paths import clean_text
from studio.core.project import Project
from studio.core.runs import RunFolder, list_runs
from studio.ui.panes.classify.pane import ClassifyPane
from tests.promises.conftest import CLASSES, EACH, IS_LINUX, OddRun, write_odd_pictures
from tests.promises.helpers import call

pytestmark = pytest.mark.timeout(300)  # several starts of TensorFlow

PATIENCE = 60_000
READ = sorted([clean_text(name) for name in CLASSES] + ["only one"])
"""The classes as they are spelt in every document."""


def in_order(ranked: list[dict[str, object]]) -> list[tuple[str, object]]:
    return [(str(r["class"]), r["probability"]) for r in ranked]


def predicted(odd_run: OddRun, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    ended = call(capsys, "predict", odd_run.run, odd_run.data, "--json")
    assert ended.code == 0, ended.err
    found: list[dict[str, object]] = json.loads(ended.out)
    return found


def test_inspect_spells_them_out_and_lists_what_is_odd(
    odd_run: OddRun, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(call(capsys, "inspect", odd_run.data, "--json").out)
    assert sorted(found["outputs"]["class"]) == READ
    assert all(sum(n.values()) in (EACH, EACH + 1, 1) for n in found["counts"]["class"].values())
    kinds = {p["kind"]: p for p in found["problems"]}
    assert "only one picture" in kinds["too-few"]["message"]
    assert kinds["too-few"]["path"] == "only one"
    unreadable = [p["path"] for p in found["problems"] if p["kind"] == "unreadable"]
    assert any("broken" in path for path in unreadable)
    if IS_LINUX:
        loops = {p["path"]: p["message"] for p in found["problems"] if "leads" in p["message"]}
        assert set(loops) == {f"{CLASSES[1]}/back", "self"}
        assert "leads to itself" in loops["self"] and "was not followed" in loops["self"]
    text = call(capsys, "inspect", odd_run.data)
    assert text.code == 0 and text.err == ""
    assert "line break" in text.out or not IS_LINUX, "a name never breaks a row"


def test_training_tells_and_keeps_them(odd_run: OddRun) -> None:
    assert odd_run.ended.code == 0, odd_run.ended.err
    assert odd_run.ended.err == ""
    lines = odd_run.ended.lines
    assert lines[-1]["event"] == "finished" and lines[-1]["run"] == clean_text(str(odd_run.run))
    told = [line for line in lines if line["event"] == "problem"]
    assert len(told) == 1 and "broken" in told[0]["path"]
    run = RunFolder.open(odd_run.run)
    assert sorted(run.record.outputs["class"]) == READ
    kept = [json.loads(line) for line in run.problems_file.read_text("utf-8").splitlines()]
    assert [k["kind"] for k in kept] == ["unreadable"]
    samples = run.samples()
    assert len(samples.paths) == odd_run.readable + 1
    assert all(samples.absolute(i).is_file() for i in range(len(samples.paths)))
    assert len(run.history().epochs["epoch"]) == 3


def test_evaluate_counts_every_picture(odd_run: OddRun, capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "evaluate", odd_run.run, odd_run.data, "--json")
    found = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert found["n"] == odd_run.readable and len(found["left_out"]) == 1
    assert sorted(found["outputs"]["class"]["classes"]) == READ
    assert found["dataset"] == clean_text(str(odd_run.data))
    text = call(capsys, "evaluate", odd_run.run, odd_run.data)
    assert text.code == 0 and text.sentence.startswith("Left out ")


def test_predict_answers_for_every_picture(
    odd_run: OddRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answers = predicted(odd_run, capsys)
    assert len(answers) == odd_run.readable + 1
    failed = [a for a in answers if "error" in a]
    assert len(failed) == 1 and "broken" in str(failed[0]["path"])
    table = tmp_path / "täble\n.csv" if IS_LINUX else tmp_path / "täble.csv"
    ended = call(capsys, "predict", odd_run.run, odd_run.data, "--csv", table)
    assert (ended.code, ended.out) == (0, "")
    assert ended.sentence == f"Pictures that could not be classified: 1 of {len(answers)}."
    with table.open(encoding="utf-8", newline="") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    assert len(rows) == len(answers)
    for answer in answers:
        row = rows[str(answer["path"])]
        if "error" in answer:
            assert row["error"] == answer["error"] and row["class"] == ""
        else:
            best = in_order(answer["outputs"]["class"])[0]  # type: ignore[index]
            assert (row["class"], float(row["class probability"])) == (
                best[0], pytest.approx(best[1], abs=1e-6),
            )  # fmt: skip
    text = call(capsys, "predict", odd_run.run, odd_run.data)
    assert len(text.out.splitlines()) == odd_run.readable, "one line a picture"


def test_the_window_gives_the_same_probabilities_to_the_bit(
    odd_run: OddRun, capsys: pytest.CaptureFixture[str], qapp: QApplication, qtbot: QtBot,
    tmp_path: Path,
) -> None:  # fmt: skip
    """The run of the command, in a project: its own process answers as the command does."""
    wanted = {str(a["path"]): a for a in predicted(odd_run, capsys)}
    world = build_world()
    failures: list[object] = []
    world.session.failed.connect(failures.append)
    try:
        project = world.session.new_project(tmp_path / CLASSES[2] / CLASSES[1])
        shutil.copytree(odd_run.run, project.runs_folder / "run-0001")
        world.session.open_requested.emit(odd_run.data)
        qtbot.waitUntil(lambda: world.session.dataset is not None, timeout=PATIENCE)
        world.session.reload_runs()
        world.session.set_run_in_view(world.session.runs[0])
        pane = classify(world, qtbot, odd_run.data, len(wanted))
        seen = 0
        for item in pane.view.list.batch.items():
            answer = wanted[clean_text(str(item.path))]
            if "error" in answer:
                assert item.error == answer["error"]
                continue
            assert item.prediction is not None
            outputs: dict[str, list[dict[str, object]]] = answer["outputs"]  # type: ignore[assignment]
            for name, ranked in outputs.items():
                assert list(item.prediction.outputs[name]) == in_order(ranked)
            seen += 1
        assert seen == odd_run.readable
        world.session.save()
        again = Project.open(project.path)
        assert again.dataset_path() == odd_run.data
        runs, errors = list_runs(again.runs_folder)
        assert not errors and [r.record.outputs for r in runs] == [
            RunFolder.open(odd_run.run).record.outputs
        ]
        assert failures == []
    finally:
        world.close()
        QTest.qWait(100)


def classify(world: World, qtbot: QtBot, folder: Path, count: int) -> ClassifyPane:
    """Show the Classify pane, give it a folder and wait for every answer."""
    world.window.show()
    pane = world.window.show_pane("classify")
    assert isinstance(pane, ClassifyPane)
    pane.add_paths([str(folder)])

    def answered() -> bool:
        items = pane.view.list.batch.items()
        return len(items) == count and all(i.prediction is not None or i.error for i in items)

    qtbot.waitUntil(answered, timeout=PATIENCE)
    return pane


def test_the_pictures_are_as_they_were(odd_run: OddRun, tmp_path: Path) -> None:
    """Promise 5: after all of that, not one file of the person's is different."""
    fresh = write_odd_pictures(tmp_path / "fresh")

    def content(folder: Path) -> dict[str, bytes]:
        return {
            str(p.relative_to(folder)): p.read_bytes()
            for p in folder.rglob("*")
            if p.is_file() and not p.is_symlink()
        }

    assert content(odd_run.data) == content(fresh)
