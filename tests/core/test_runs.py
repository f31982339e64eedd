"""Run folders: round trip, history, damage."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.core.errors import RunError
from studio.core.events import BatchEnded, EpochEnded
from studio.core.history import History, to_line
from studio.core.input import InputSpec
from studio.core.runs import RunFolder, RunRecord, SampleList, list_runs, next_run_number


def make(path: Path) -> RunFolder:
    record = RunRecord(
        id=path.name, outputs={"class": ("a", "b")}, input=InputSpec(), model={"kind": "lenet"}
    )
    odd = os.fsdecode(b"a/\xff \n.png")
    samples = SampleList(path.parent, ["a/1.png", odd], {"class": [0, 1]}, [0, 1])
    return RunFolder.create(path, record, samples)


def test_round_trip(tmp_path: Path) -> None:
    run = make(tmp_path / "runs" / "run-0001")
    run.update(state="finished", best_epoch=3)
    again = RunFolder.open(run.path)
    assert again.record == run.record and again.record.created
    assert again.samples() == run.samples()
    assert again.samples().indices(1) == [1]


def test_runs_are_listed_and_damaged_ones_named(tmp_path: Path) -> None:
    make(tmp_path / "run-0001")
    make(tmp_path / "run-0007")
    (tmp_path / "run-0009").mkdir()
    (tmp_path / "run-0009" / "run.json").write_text('{"id": ')
    runs, errors = list_runs(tmp_path)
    assert [r.record.id for r in runs] == ["run-0001", "run-0007"]
    assert len(errors) == 1 and "run-0009" in str(errors[0])
    assert next_run_number(tmp_path) == 10
    assert next_run_number(tmp_path / "nowhere") == 1


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"schema_version": 99}', '{"id": 3}'])
def test_a_damaged_record_is_a_sentence(tmp_path: Path, content: str) -> None:
    run = make(tmp_path / "run-0001")
    (run.path / "run.json").write_text(content)
    with pytest.raises(RunError):
        RunFolder.open(run.path)


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"root": "x"}', '{"root":"x","paths":["a"],"labels":{"c":[1,2]},"split":[0]}'],
)
def test_damaged_samples_are_a_sentence(tmp_path: Path, content: str) -> None:
    run = make(tmp_path / "run-0001")
    (run.path / "samples.json").write_text(content)
    with pytest.raises(RunError):
        run.samples()


def test_a_run_is_never_written_over(tmp_path: Path) -> None:
    run = make(tmp_path / "run-0001")
    with pytest.raises(RunError, match="not empty"):
        RunFolder.create(run.path, run.record, run.samples())


def test_history_survives_a_cut_line(tmp_path: Path) -> None:
    history = History()
    for step in range(1, 5):
        history.append(BatchEnded(step, 1, step, 1.0 / step, 0.5, 0.01, 100.0))
    history.append(EpochEnded(1, 4, 0.5, 0.7, 0.4, 0.8, 1.5, 0.01, True, {"class": 0.8}))
    run = make(tmp_path / "run-0001")
    history.save(run.history_file)
    assert run.history().epochs == history.epochs and run.history().batches == history.batches
    with run.history_file.open("a") as file:
        file.write(to_line(BatchEnded(5, 2, 1, 0.1, 1.0, 0.01, 100.0))[:20])
        file.write('\n{"kind": "batch"}\n[]\n')
    again = run.history()
    assert again.batches["step"] == [1, 2, 3, 4] and again.best_epoch == 1
    again.truncate(2)
    assert again.batches["step"] == [1, 2] and again.epochs["epoch"] == []
