"""Small answers from the thread pool: they reach who asked, and nobody who is gone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QThreadPool
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from studio.core.errors import StudioError
from studio.ui import bell as bells
from studio.ui.bell import bell
from studio.ui.latest import Latest
from studio.ui.thumbnails import ThumbnailLoader
from tests.conftest import write_noise


def test_only_the_newest_question_is_answered(qtbot: QtBot) -> None:
    latest = Latest()
    answers: list[object] = []
    latest.answered.connect(answers.append)
    for number in range(50):
        latest.ask(lambda number=number: number)  # type: ignore[misc]
    qtbot.waitUntil(lambda: answers[-1:] == [49])
    assert len(answers) <= 2, "one may have been answered before the next was asked"


def test_what_fails_is_told_as_a_sentence(qtbot: QtBot) -> None:
    latest = Latest()
    with qtbot.waitSignal(latest.failed) as caught:
        latest.ask(lambda: 1 // 0)
    assert isinstance(caught.args[0], StudioError)


def test_answers_come_in_the_windows_thread(qtbot: QtBot) -> None:
    class Hearer(QObject):
        heard: QThread | None = None

        def hear(self) -> None:
            self.heard = QThread.currentThread()

    hearer = Hearer()
    ring = bell(hearer.hear)
    QThreadPool.globalInstance().start(ring)
    qtbot.waitUntil(lambda: hearer.heard is not None)
    assert hearer.heard is QThread.currentThread()


def test_a_late_answer_at_the_end_of_the_program_is_dropped(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bells, "_bell", None)
    latest = Latest()
    gone = bells._bell
    assert gone is not None
    delete(gone)
    latest.ask(lambda: 1)  # an error in its thread would fail the test
    assert QThreadPool.globalInstance().waitForDone(5000)


def test_askers_may_be_deleted_while_they_are_answered(qtbot: QtBot, tmp_path: Path) -> None:
    """What a closing window does, very often: neither a crash nor a call into what is gone."""
    for number in range(20):
        write_noise(tmp_path / f"{number}.png", (90, 90, 90), number)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        askers = [Latest() for _ in range(4)]
        loader = ThumbnailLoader()
        for asker in askers:
            asker.ask(lambda: time.sleep(0.001))
        for number in range(20):
            loader.get(str(tmp_path / f"{number}.png"), 64)
        time.sleep(0.001)
        for thing in (*askers, loader):
            thing.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    assert QThreadPool.globalInstance().waitForDone(5000)
    QCoreApplication.processEvents()


def test_decoding_waits_for_a_frame_but_not_for_ever(qtbot: QtBot, tmp_path: Path) -> None:
    write_noise(tmp_path / "0.png", (90, 90, 90), 0)
    loader = ThumbnailLoader()
    path = str(tmp_path / "0.png")
    loader.hold()  # and nobody tells that the frame is over
    assert loader.known(path, 64) is None
    assert loader.waiting() == 0, "what is known asks for nothing"
    with qtbot.waitSignal(loader.arrived):
        assert loader.get(path, 64) is None
    assert loader.known(path, 64) is not None
