"""Where a run's pictures are kept, and how long it waits for them: words, line and banner."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.core.events import BatchEnded, EpochEnded, Preparing, TrainingStarted
from studio.core.history import History
from studio.core.keeping import GB, Kept
from studio.ui.panes.train.diagnosis import diagnose
from studio.ui.panes.train.feeding import FeedLine, kept_sentence, kept_words
from studio.ui.panes.train.series import RunSeries, to_csv
from studio.ui.training_progress import TrainingProgress

ALL = Kept(2400, 12_288, 2400, 29_491_200, 4 * GB, 2400, 29_491_200, 20 * GB, 0)
SOME = Kept(8000, 150_528, 3000, 451_584_000, 500_000_000, 1900, 286_003_200, 300_000_000, 3100)
NONE = Kept(100, 12_288, 0, 0, 0, 0, 0, 0, 100, "The disk has only 0.4 GB left.")


def series(*shares: float | None, seconds: float = 12.0, kept: Kept | None = None) -> RunSeries:
    history = History()
    for epoch, share in enumerate(shares, start=1):
        history.append(BatchEnded(epoch, epoch, 1, 1 / epoch, 0.5, 0.001, 100.0))
        history.append(EpochEnded(epoch, epoch, 1 / epoch, 0.9, 1 / epoch, 0.9, seconds, 0.001,
                                  True, {}, share))  # fmt: skip
    made = RunSeries(1, kept=kept)
    made.sync(history)
    return made


def test_the_words_say_where_the_pictures_are() -> None:
    assert kept_words(ALL) == "2,400 pictures in memory, 29.5 MB of 4.0 GB"
    assert kept_words(SOME) == (
        "3,100 pictures decoded each epoch · 3,000 in memory, 452 of 500 MB · "
        "1,900 on disk, 286 of 300 MB"
    )
    assert kept_words(NONE) == "100 pictures decoded each epoch"
    disk = Kept(10, 1000, 0, 0, 0, 10, 10_000, 20_000, 0)
    assert kept_words(disk) == "10 pictures on disk, 10 of 20 kB"
    assert "451,584,000 of 500,000,000 bytes" in kept_sentence(SOME)
    assert "only 0.4 GB left. How much" in kept_sentence(NONE)


def test_the_share_leaves_the_first_epoch_out() -> None:
    assert series(0.9).waited_share() == 0.9
    assert series(0.9, 0.1, 0.2, 0.3).waited_share() == (0.1 + 0.2 + 0.3) / 3
    assert series(None, None).waited_share() is None
    assert RunSeries().waited_share() is None


def test_the_line_shows_what_is_known(qtbot: QtBot) -> None:
    line = FeedLine()
    qtbot.addWidget(line)
    line.show_series(series(0.5, 0.04, kept=ALL))
    assert line.isVisible() and line.waited.text() == "Waited for data 4 %"
    assert line.kept.isVisibleTo(line)
    assert "Shared memory: 2,400" in line.kept.toolTip()
    line.show_series(series(0.5, 0.3))
    assert line.waited.text() == "Waited for data 30 %" and not line.kept.isVisibleTo(line)
    line.show_series(series(None, None))  # a run of an older version
    assert not line.isVisible()
    line.show_series(None)
    assert not line.isVisible()


def test_waiting_is_told_with_what_to_do() -> None:
    found = diagnose(series(0.1, 0.34, kept=SOME), True)
    assert found is not None and found.kind == "info"
    assert found.finding == "The network waits for pictures 34 % of the time."
    assert "3,100 pictures had no room" in found.advice and "Settings" in found.advice
    ended = diagnose(series(0.1, 0.34, kept=ALL), False)
    assert ended is not None and "waited" in ended.finding and "augmentation" in ended.advice
    for quiet in (series(0.9), series(0.9, 0.1), series(0.9, 0.9, seconds=0.5), series(None, None)):
        assert diagnose(quiet, True) is None


def test_preparing_says_what_is_left() -> None:
    progress = TrainingProgress()
    for second in range(5):
        progress.take(Preparing("Reading the pictures", 100 * second, 1000), float(second))
        state = progress.strip("Run 1", False, False)
        assert bool(state.time_left) == (second >= 2)
    assert progress.preparing_left() == 6.0
    progress.take(Preparing("Building the network", 0, None), 10.0)
    assert progress.preparing_left() is None
    progress.take(TrainingStarted("run-0001", 10, 20, 640, 160, 1000, 0, "CPU", ALL), 11.0)
    assert progress.preparing_left() is None


def test_the_table_has_the_share() -> None:
    assert to_csv([("Run 1", series(0.25, None))]).splitlines()[0].endswith(",waited_share")
