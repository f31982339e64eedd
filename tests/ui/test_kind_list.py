"""The list of kinds of problems: what was not found is one line, which opens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.ui.panes.data.problems.kind_list import MOST_ABSENT, KindList
from studio.ui.panes.data.problems.kinds import KINDS


def texts(view: KindList) -> list[str]:
    return [view.kinds.index(i).data() for i in range(view.kinds.rowCount())]


def made(qtbot: QtBot, counts: dict[str, int]) -> KindList:
    view = KindList()
    qtbot.addWidget(view)
    view.resize(260, 500)
    view.show()
    view.show_counts(counts, {})
    return view


def test_many_that_were_not_found_are_one_line(qtbot: QtBot) -> None:
    view = made(qtbot, {"split-leak": 2, "blurred": 1})
    words = f"Nothing found in {len(KINDS) - 2} checks"
    assert len(texts(view)) == 5 and texts(view)[-1] == words
    assert view.chosen() == "split-leak"
    fold = view.kinds.index(view.kinds.place_of_fold())
    spot = view.visualRect(fold).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert len(texts(view)) == 5 + len(KINDS) - 2 and "Very dark" in texts(view)
    assert view.chosen() == "split-leak"
    view.show_counts({"split-leak": 2, "blurred": 1, "dark": 3}, {})
    assert f"Nothing found in {len(KINDS) - 3} checks" in texts(view), "it stays open"
    assert view.kinds.is_open and view.chosen() == "split-leak"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(
        view.kinds.index(view.kinds.place_of_fold())).center())  # fmt: skip
    assert not view.kinds.is_open and "Very bright" not in texts(view)


def test_the_keys_reach_and_open_it(qtbot: QtBot) -> None:
    view = made(qtbot, {"blurred": 1})
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().row() == view.kinds.place_of_fold() and view.chosen() == "blurred"
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.kinds.is_open
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert not view.kinds.is_open
    told: list[str] = []
    view.kind_chosen.connect(told.append)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.chosen() == "blurred" and not told


def test_few_are_listed_under_their_heading(qtbot: QtBot) -> None:
    view = made(qtbot, dict.fromkeys(list(KINDS)[MOST_ABSENT:], 1))
    assert "Nothing found" in texts(view) and view.kinds.place_of_fold() < 0
    assert texts(view)[-1] == KINDS[list(KINDS)[MOST_ABSENT - 1]].title
