"""The arithmetic behind the Train pane: series, findings, axes, words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.events import BatchEnded, EpochEnded, Preparing, TrainingStarted
from studio.core.history import History
from studio.core.input import InputSpec
from studio.core.runs import RunRecord
from studio.training.recipe import Recipe
from studio.ui.panes.train.charts import log_ticks, nice_step, plain
from studio.ui.panes.train.diagnosis import diagnose
from studio.ui.panes.train.series import Growing, RunSeries, smooth, to_csv, wilson
from studio.ui.panes.train.words import differences, fold_names, recipe_facts
from studio.ui.training_progress import TrainingProgress


def series(
    training: Sequence[float], validation: Sequence[float | None], per_epoch: int = 4
) -> RunSeries:
    history, best = History(), math.inf
    for number, (loss, value) in enumerate(zip(training, validation, strict=True), start=1):
        is_best = value is not None and value < best
        best = value if is_best and value is not None else best
        for batch in range(1, per_epoch + 1):
            step = (number - 1) * per_epoch + batch
            history.append(BatchEnded(step, number, batch, loss, 0.5, 0.001, 100.0))
        accuracy = None if value is None else 1 - value / 3
        history.append(EpochEnded(number, number * per_epoch, loss, 0.9, value, accuracy, 2.0,
                                  0.001, is_best))  # fmt: skip
    made = RunSeries(per_epoch)
    made.sync(history)
    return made


def test_series_grow_with_the_history_and_start_anew_with_a_shorter_one() -> None:
    history, growing = History(), Growing(["step", "loss"])
    for step in range(1, 301):
        history.append(BatchEnded(step, 1, step, 1 / step, 0.5, 0.001, 10.0))
        growing.sync(history.batches)
    assert growing.count == 300
    assert np.allclose(growing["loss"], 1 / np.arange(1, 301))
    history.truncate(10)
    growing.sync(history.batches)
    assert growing["step"].tolist() == list(range(1, 11))


def test_values_are_found_by_epoch() -> None:
    made = series([2, 1, 0.5], [2.0, 1.0, None])
    assert made.last_epoch == 3 and made.best_epoch == 2
    assert made.at_epoch("validation_loss", 2) == 1.0
    assert made.at_epoch("validation_loss", 3) is None
    assert made.at_epoch("loss", 9) is None
    assert made.batch_x[-1] == 3.0


def test_overfitting_is_told_with_the_epoch_since_when() -> None:
    falling = [2 * 0.8**n for n in range(9)]
    found = diagnose(series(falling, [2, 1, 0.6, 0.4, 0.41, 0.42, 0.44, 0.46, 0.5]), True)
    assert found is not None and found.since == 4
    assert found.finding == "Validation loss has risen since epoch 4: overfitting."
    ended = diagnose(series(falling, [2, 1, 0.6, 0.4, 0.41, 0.42, 0.44, 0.46, 0.5]), False)
    assert ended is not None and "weights of epoch 4 are kept" in ended.advice


@pytest.mark.parametrize(
    "validation",
    [
        [2, 1.6, 1.2, 1.0, 0.9, 0.85, 0.8],  # still falling
        [2, 1, 0.8, 0.7, 0.71, 0.7, 0.71],  # level
        [2, 1, 0.8, 0.7, 0.65, 0.6, 0.9],  # one bad epoch
    ],
)
def test_a_healthy_run_gets_no_banner(validation: list[float]) -> None:
    assert diagnose(series([2 * 0.8**n for n in range(7)], validation), True) is None


def test_a_loss_that_stays_and_missing_validation_are_told() -> None:
    stuck = diagnose(series([2.3, 2.3, 2.29, 2.3], [2.3, 2.3, 2.3, 2.3]), True)
    assert stuck is not None and "hardly falls" in stuck.finding
    blind = diagnose(series([2, 1, 0.5], [None, None, None]), False)
    assert blind is not None and blind.kind == "info"
    assert diagnose(RunSeries(), True) is None


def test_wilson_matches_the_textbook() -> None:
    low, high = wilson(0.946, 685)
    assert (round(low, 3), round(high, 3)) == (0.926, 0.961)
    assert wilson(1.0, 10)[1] == 1.0 and wilson(0.0, 10)[0] == 0.0
    assert wilson(0.5, 0) == (0.0, 1.0)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=200), st.floats(0, 1, allow_subnormal=False))
def test_smoothing_keeps_length_and_range(values: list[float], amount: float) -> None:
    column = np.asarray(values)
    smoothed = smooth(column, amount)
    assert smoothed.shape == column.shape
    assert smoothed.min() >= column.min() - 1e-6 and smoothed.max() <= column.max() + 1e-6


@given(st.floats(-6, 3), st.floats(0.05, 6), st.integers(2, 12))
def test_logarithmic_ticks_lie_inside_and_are_few(low: float, span: float, most: int) -> None:
    ticks = log_ticks(low, low + span, most)
    assert all(low - 1e-6 <= t <= low + span + 1e-6 for t in ticks)
    assert len(ticks) <= most + 1
    assert ticks == sorted(ticks)


@given(st.floats(1e-6, 1e6), st.integers(1, 12))
def test_steps_are_round(span: float, most: int) -> None:
    step = nice_step(span, most)
    assert span / step <= most * (1 + 1e-6)
    digit = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(digit - d) for d in (1, 2, 5, 10)) < 1e-6


def test_axis_labels() -> None:
    assert [plain(v) for v in (0.0, 0.05, 2.0, 0.001)] == ["0", "0.05", "2", "0.001"]
    assert plain(1e-6) == "1e−6"


def test_the_table_has_a_row_for_each_epoch_and_run() -> None:
    text = to_csv([("Run, 1", series([2, 1], [2, None])), ("Run 2", series([3], [2]))])
    lines = text.splitlines()
    assert len(lines) == 4
    assert lines[1].startswith('"Run, 1",1,4,2,') and ",," in lines[2]


def record(**values: object) -> RunRecord:
    base = {
        "id": "run-0001", "outputs": {"class": ("a", "b")}, "input": InputSpec().model_dump(),
        "model": {"kind": "small_cnn"}, "recipe": Recipe().model_dump(),
    }  # fmt: skip
    return RunRecord.model_validate({**base, **values})


def test_only_what_differs_is_listed() -> None:
    same = record()
    assert differences([same, same]) == []
    other = record(recipe=Recipe(epochs=20).model_dump(), model={"kind": "lenet"})
    rows = dict(differences([same, other]))
    assert rows["Epochs"] == ("10 epochs", "20 epochs")
    assert rows["Network"] == ("Small CNN", "LeNet-5")
    assert "Batch size" not in rows
    unknown = record(model={"kind": "from the future"}, recipe={"warp": 9})
    assert dict(differences([same, unknown]))["Network"][1] == "from the future"


def test_every_setting_of_the_recipe_has_a_place() -> None:
    from studio.core.spec import parameters
    from studio.ui.panes.train.words import SHOWN

    placed = [*SHOWN, *(n for names in fold_names().values() for n in names)]
    assert sorted(placed) == sorted(p.name for p in parameters(Recipe))
    assert dict(recipe_facts(Recipe()))["Optimiser"] == "AdamW"


def test_progress_knows_what_is_left() -> None:
    progress = TrainingProgress()
    progress.take(Preparing("Reading pictures", 50, 200), 0.0)
    state = progress.strip("Run 1", False, False)
    assert state.fraction == 0.25 and "25 %" in state.epoch and not state.can_pause
    progress.take(TrainingStarted("run-0001", 10, 20, 640, 160, 1000, 0, "CPU"), 1.0)
    for step in range(1, 41):
        progress.take(BatchEnded(step, 1 + (step - 1) // 20, 1 + (step - 1) % 20, 1.5, 0.5, 0.001,
                                 320.0), 1 + step * 0.1)  # fmt: skip
    assert progress.seconds_left() == pytest.approx(16.0, rel=0.01)
    state = progress.strip("Run 1", False, False)
    assert (state.epoch, state.batch) == ("Epoch 2 of 10", "batch 20 of 20")
    assert state.fraction == 0.2 and state.time_left == "15 s left" and state.loss == "1.500"
    progress.restart_clock()
    assert progress.seconds_left() is None
    assert not progress.strip("Run 1", False, True).can_stop
