"""The preview stage, with a real preview process: chosen, pinned and whole pictures, speed."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.augment.policy import Policy, parse_policy
from studio.augment.registry import AUGMENTERS
from studio.core.control import Control
from studio.core.input import Fit, InputSpec
from studio.core.project import Project
from studio.core.settings import SettingsStore
from studio.core.strengths import StepRan
from studio.data.index import open_dataset
from studio.engine.handlers import HANDLERS, Context
from studio.engine.protocol.augment_messages import PolicyPaced, TracePicture
from studio.ui.engines import Engines
from studio.ui.jobs import Jobs
from studio.ui.panes.augment.choice import next_class
from studio.ui.panes.augment.grid_model import NONE, ORIGINAL, GridGeometry
from studio.ui.panes.augment.pace import PolicyPace, compared, cores
from studio.ui.panes.augment.pane import AugmentPane
from studio.ui.panes.augment.preview_grid import PreviewGrid
from studio.ui.panes.data.pane import DataPane
from studio.ui.session import Session
from studio.ui.widgets.fields import SpinField
from studio.ui.widgets.menu import Menu
from tests.ui.augmenting import settle, show_pane

# Offscreen, Qt has no window manager to tell the least size of a window.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(opened: Session, qtbot: QtBot) -> AugmentPane:
    return shown(opened, qtbot)


def shown(session: Session, qtbot: QtBot) -> AugmentPane:
    made = show_pane(session, qtbot)
    made.activateWindow()
    settle(qtbot, made)
    return made


def click(pane: AugmentPane, where: QPointF) -> None:
    viewport = pane.stage.grid.viewport()
    QTest.mouseClick(viewport, LEFT, Qt.KeyboardModifier.NoModifier, where.toPoint())


def preview(pane: AugmentPane, row: int, column: int) -> QPointF:
    return pane.stage.grid.tile_rect(row, column).center()


def steps(session: Session, *some: dict[str, object]) -> None:
    session.set_policy(parse_policy(list(some)))


# --- which steps made a preview -------------------------------------------------------------------


def test_a_click_tells_which_steps_made_a_preview(
    qtbot: QtBot, pane: AugmentPane, opened: Session
) -> None:
    foot, grid = pane.stage.foot, pane.stage.grid
    chosen: list[tuple[int, int]] = []
    grid.chosen_changed.connect(lambda row, column: chosen.append((row, column)))
    steps(
        opened,
        {"kind": "rotate", "angle": [-14, -14]},
        {"kind": "zoom", "scale": [1.06, 1.06]},
        {"kind": "mirror", "probability": 0},
        {"kind": "brightness", "change": [-9, -9]},
        {"kind": "cut_out", "holes": [2, 2]},
    )
    settle(qtbot, pane)
    click(pane, preview(pane, 0, 1))
    assert grid.chosen() == (0, 1)
    words = "Rotate −14° · Zoom 1.06 × · Brightness −9 % · Cut-out 2 holes"
    qtbot.waitUntil(lambda: foot.words.whole() == words, timeout=10_000)
    assert foot.name.text() == "Preview 2" and foot.warning.isHidden()
    steps(opened, {"kind": "rotate", "angle": [20, 20]})  # it follows the slider
    qtbot.waitUntil(lambda: foot.words.whole() == "Rotate 20°", timeout=10_000)
    opened.set_policy(Policy())
    qtbot.waitUntil(lambda: foot.words.whole() == "no step ran on this one", timeout=10_000)
    click(pane, preview(pane, 0, 1))
    assert grid.chosen() == NONE and foot.name.text().startswith("Seed ")
    assert chosen == [(0, 1), NONE]


def test_previews_are_chosen_by_keys(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    grid, key = pane.stage.grid, Qt.Key
    steps(opened, {"kind": "rotate"})
    settle(qtbot, pane)
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    for each in (key.Key_Right, key.Key_Right, key.Key_Down, key.Key_Space):
        QTest.keyClick(grid, each)
    assert grid.chosen() == (1, 1)
    qtbot.waitUntil(lambda: pane.stage.foot.name.text() == "Preview 6", timeout=10_000)
    QTest.keyClick(grid, key.Key_Right)
    QTest.keyClick(grid, key.Key_Return)
    assert grid.chosen() == (1, 2)
    QTest.keyClick(grid, key.Key_Escape)
    assert grid.chosen() == NONE
    for _ in range(9):
        QTest.keyClick(grid, key.Key_Left)
        QTest.keyClick(grid, key.Key_Up)
    assert grid.state().current == (0, ORIGINAL)


def test_a_step_that_failed_is_named(qtbot: QtBot, pane: AugmentPane) -> None:
    foot = pane.stage.foot
    foot.show_steps(3, (StepRan("mirror", "Mirror", ""), StepRan("rain", "Rain", "", "too dry")))
    assert foot.words.whole() == ("“Rain” failed on this picture and was left out: too dry. Mirror")
    assert not foot.warning.isHidden()


def test_the_worker_names_steps_that_failed(
    tiny_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(step: object) -> None:
        raise RuntimeError("no such filter")

    monkeypatch.setattr(AUGMENTERS.get("sharpen"), "build", fail)
    policy = parse_policy([{"kind": "sharpen"}, {"kind": "rotate", "angle": [5, 5]}])
    request = TracePicture(
        1, str(tiny_dataset / "blue" / "blue 1.png"), policy.model_dump(mode="json"),
        InputSpec(width=32, height=32).model_dump(mode="json"), 3,
    )  # fmt: skip
    told: list[object] = []
    steps = HANDLERS[TracePicture](request, Context(1, told.append, Control()))
    assert steps == (
        StepRan("rotate", "Rotate", "5°"),
        StepRan("sharpen", "Sharpen", "", "RuntimeError: no such filter"),
    )


def test_fewer_previews_let_go_of_a_chosen_one(qtbot: QtBot, pane: AugmentPane) -> None:
    click(pane, preview(pane, 3, 3))
    assert pane.stage.grid.chosen() == (3, 3)
    pane.stage.tools.count.setFocus()
    QTest.keyClick(pane.stage.tools.count, Qt.Key.Key_Home)  # 12: three rows
    settle(qtbot, pane)
    assert pane.stage.grid.chosen() == NONE
    assert pane.stage.foot.name.text().startswith("Seed ")


# --- pins -----------------------------------------------------------------------------------------


def test_pinned_pictures_stay(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    stage, grid = pane.stage, pane.stage.grid
    click(pane, grid.mark_rect(1).center())  # another picture of the class …
    settle(qtbot, pane)
    mine = stage.pictures()[1]
    click(pane, grid.pin_rect(1).center())  # … which is to stay
    assert grid.lines()[1].pinned and opened.is_dirty
    assert not stage.shown.another(1), "a pinned picture is not exchanged"
    click(pane, grid.mark_rect(1).center())
    assert stage.pictures()[1] == mine
    opened.set_split(opened.split.changed(validation=0.4))
    assert stage.pictures()[1].path == mine.path
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(stage.tools.count, key)
        settle(qtbot, pane)
        assert stage.pictures()[1].path == mine.path
        names = [p.name for p in stage.pictures()]
        assert len(set(names)) == len(names)
        assert len({p.caption for p in stage.pictures()[:3]}) == 3, "all classes are there"
    dataset = opened.dataset
    assert dataset is not None
    opened.set_picture_in_view(dataset.absolute(20))
    assert stage.pictures()[0].row == 20 and stage.pictures()[1].path == mine.path
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_P)  # the cell that was clicked last is in row 1
    assert not grid.lines()[1].pinned
    settle(qtbot, pane)


def test_pins_are_remembered_in_the_project(
    qtbot: QtBot, opened: Session, tiny_dataset: Path, engines: Engines
) -> None:
    first = shown(opened, qtbot)
    kept = first.stage.pictures()[2]
    gone = first.stage.pictures()[0]
    first.stage.toggle_pin(2)
    first.stage.toggle_pin(0)
    opened.save()
    assert opened.project is not None
    gone.path.unlink()
    again = Session(SettingsStore(), engines, Jobs())
    again.open_project(Project.open(opened.project.path))
    again.set_dataset(open_dataset(tiny_dataset))
    second = shown(again, qtbot)
    names = [p.name for p in second.stage.pictures()]
    assert kept.name in names and gone.name not in names
    assert second.stage.shown.is_pinned(names.index(kept.name))
    assert not second.stage.lost.isHidden()
    assert gone.path.name in second.stage.lost.label.text()
    assert again.project is not None
    assert again.project.section("previews")["pins"] == [kept.name]
    second.close()
    again.jobs.shutdown()
    again.close()


@pytest.mark.parametrize("pins", [7, ["../../etc", 3, None, "x" * 4000], {"a": 1}, None])
def test_foreign_pins_do_no_harm(qtbot: QtBot, opened: Session, pins: object) -> None:
    assert opened.project is not None
    opened.project.set_section("previews", {"pins": pins, "place": "elsewhere"})
    pane = shown(opened, qtbot)
    assert len(pane.stage.pictures()) == 4 and pane.stage.lost.isHidden()


def test_a_pinned_file_that_goes_meanwhile_is_told(
    qtbot: QtBot, pane: AugmentPane, opened: Session
) -> None:
    lost = pane.stage.pictures()[1]
    pane.stage.toggle_pin(1)
    lost.path.write_bytes(b"no picture any more")
    steps(opened, {"kind": "mirror"})
    qtbot.waitUntil(lambda: not pane.stage.lost.isHidden(), timeout=10_000)
    settle(qtbot, pane)
    assert lost.name not in [p.name for p in pane.stage.pictures()]
    assert opened.project is not None and not opened.project.section("previews").get("pins")


def test_the_menu_of_a_picture(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    grid = pane.stage.grid
    before = pane.stage.pictures()

    def menu() -> Menu:
        point = grid.tile_rect(2, ORIGINAL).center().toPoint()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, point, grid.viewport().mapToGlobal(point)
        )
        QApplication.sendEvent(grid.viewport(), event)
        found = [m for m in grid.findChildren(Menu) if m.isVisible()]
        assert len(found) == 1
        return found[0]

    def choose(words: str) -> None:
        opened_menu = menu()
        action = next(a for a in opened_menu.actions() if a.text().startswith(words))
        opened_menu.setActiveAction(action)
        QTest.keyClick(opened_menu, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not [m for m in grid.findChildren(Menu) if m.isVisible()])

    choose("Another picture")
    assert pane.stage.pictures()[2].caption == before[2].caption
    assert pane.stage.pictures()[2].row != before[2].row
    choose("Another class")
    assert pane.stage.pictures()[2].caption != before[2].caption
    choose("Pin")
    assert grid.lines()[2].pinned
    last = menu()
    texts = {action.text().split("\t")[0]: action.isEnabled() for action in last.actions()}
    last.close()
    assert "Unpin" in texts and not texts["Another class"]
    with qtbot.waitSignal(opened.pane_requested):
        choose("Show in Data")
    assert opened.picture_in_view == pane.stage.pictures()[2].path
    settle(qtbot, pane)


def test_data_chooses_the_picture_that_is_to_be_shown_there(qtbot: QtBot, opened: Session) -> None:
    data = DataPane(opened)
    qtbot.addWidget(data)
    data.resize(1200, 700)
    data.show()
    dataset = opened.dataset
    assert dataset is not None
    qtbot.waitUntil(lambda: len(data.view.grid.chosen_rows()) == 1)
    data.view.search.setText("blue")
    data.listing.refresh()
    row = next(i for i, path in enumerate(dataset.paths) if path.startswith("red"))
    opened.set_picture_in_view(dataset.absolute(row))
    assert data.view.grid.chosen_rows().tolist() == [row]
    assert data.view.search.text() == ""
    opened.set_picture_in_view(Path("elsewhere.png"))
    assert data.view.grid.chosen_rows().tolist() == [row]


def test_next_class(tiny_dataset: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    everything = np.zeros(len(dataset), np.int8)
    rows = [next_class(dataset, everything, row, {0, row}) for row in (0, 8, 16)]
    assert None not in rows
    everyone = set(range(len(dataset)))
    assert next_class(dataset, everything, 0, everyone) is None


# --- what the network sees ------------------------------------------------------------------------


def grab(grid: PreviewGrid) -> QImage:
    return grid.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("fit", get_args(Fit))
def test_whole_pictures_with_what_the_network_gets(
    qtbot: QtBot, session: Session, tmp_path: Path, fit: Fit
) -> None:
    import cv2

    for name in ("a", "b"):
        (tmp_path / "wide" / name).mkdir(parents=True)
        for index in range(3):
            picture = np.full((40, 80, 3), (40, 200, 40), np.uint8)
            cv2.imwrite(str(tmp_path / "wide" / name / f"{index}.png"), picture)
    session.new_project()
    session.set_dataset(open_dataset(tmp_path / "wide"))
    session.set_input(InputSpec(width=48, height=48, fit=fit))
    pane = shown(session, qtbot)
    grid = pane.stage.grid
    plain = grab(grid)
    QTest.keyClick(grid, Qt.Key.Key_N)
    qtbot.waitUntil(pane.stage.tools.fit.isChecked)  # a key presses a button for a moment
    qtbot.waitUntil(lambda: all(line.whole for line in grid.lines()), timeout=10_000)
    tile = grid.tile_rect(0, ORIGINAL)
    image = grab(grid)
    assert image != plain
    left = image.pixelColor(QPoint(int(tile.left()) + 6, int(tile.center().y())))
    middle = image.pixelColor(tile.center().toPoint())
    bar = image.pixelColor(QPoint(int(tile.center().x()), int(tile.top()) + 10))
    assert middle.green() > 150
    # Cut away at the sides is dark; letterbox has bars above, stretch nothing of both.
    assert (left.green() < 120) == (fit == "crop")
    if fit == "letterbox":
        assert abs(bar.green() - bar.red()) < 4 and bar.green() < 140
    QTest.keyClick(grid, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: grab(grid) == plain)


# --- beliefs, keys, speed -------------------------------------------------------------------------


def test_beliefs_are_drawn_and_forgotten(qtbot: QtBot, pane: AugmentPane) -> None:
    grid = pane.stage.grid
    plain = grab(grid)
    grid.set_beliefs([[("red", True, 0.99), ("blue", False, 0.41), ("red", True, None)]])
    assert grab(grid) != plain
    grid.set_beliefs([])
    assert grab(grid) == plain
    box = QWidget()
    pane.stage.tools.add_belief(box)
    qtbot.waitUntil(box.isVisible)


def test_letters_in_a_number_field_are_keys_of_the_window(qtbot: QtBot, pane: AugmentPane) -> None:
    field: SpinField = pane.stage.tools.seed
    field.setFocus()
    QTest.keyPress(field, Qt.Key.Key_C)
    assert pane.stage.grid.is_comparing()
    QTest.keyRelease(field, Qt.Key.Key_C)
    assert not pane.stage.grid.is_comparing()
    old = field.value()
    QTest.keyClick(field, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: field.value() != old)
    search = pane.catalogue.search
    search.setFocus()
    QTest.keyClicks(search, "crn")
    assert search.text() == "crn" and not pane.stage.grid.is_comparing()
    assert not pane.stage.tools.fit.isChecked()
    settle(qtbot, pane)


def test_the_foot_tells_how_fast_the_policy_is(
    qtbot: QtBot, pane: AugmentPane, opened: Session
) -> None:
    steps(opened, {"kind": "rotate"})
    settle(qtbot, pane)
    qtbot.waitUntil(lambda: "pictures/s on" in pane.stage.foot.pace.text())
    pace = PolicyPace(opened, pane)
    assert pace.words() == "" and not pace.is_slow
    for paced in (PolicyPaced(1, 0, 1.0), PolicyPaced(1, 12, 0.0)):
        pace.take(opened.policy, paced)
        assert pace.a_core is None
    pace.take(opened.policy, PolicyPaced(1, 12, 0.012))
    assert pace.a_core == pytest.approx(1000)
    assert pace.words().startswith(f"{1000 * cores():,}"[:3])
    other = parse_policy([{"kind": "mirror"}])
    pace.take(other, PolicyPaced(1, 12, 0.0012))  # another policy: measured anew
    assert pace.a_core == pytest.approx(10_000)
    pace.take(other, PolicyPaced(1, 12, 0.0024))
    assert pace.a_core is not None and 5000 < pace.a_core < 10_000
    pace.take(Policy(), PolicyPaced(1, 12, 0.0012))
    assert pace.words() == ""
    assert [compared(x) for x in (0.5, 1, 1.5, 2, 3.2)] == [
        "less than training takes", "as many as training takes", "more than training takes",
        "twice what training takes", "3 times what training takes",
    ]  # fmt: skip


def test_another_picture_stands_in_until_it_is_there(qtbot: QtBot) -> None:
    grid = PreviewGrid()
    qtbot.addWidget(grid)
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    grid.set_lines([("a", "a.png"), ("b", "b.png")], 2, 1.0)
    grid.set_originals([image, image])
    grid.set_previews([[image, image]] * 2)
    grid.set_lines([("a", "a.png"), ("c", "c.png")], 2, 1.0)
    first, second = grid.lines()
    assert first.standing is None and second.shown_caption == "b" and second.previews
    grid.set_originals([image, image])
    assert second.shown_caption == "c"
    grid.forget()
    assert grid.lines() == []


@pytest.mark.parametrize("room", [(656, 636), (480, 300), (2000, 1400), (30, 10)])
@pytest.mark.parametrize(("rows", "columns"), [(3, 4), (6, 8), (0, 4)])
def test_every_cell_is_found_where_it_is_drawn(
    room: tuple[int, int], rows: int, columns: int
) -> None:
    geometry = GridGeometry(QSize(*room), rows, columns, 1.5)
    for row in range(rows):
        for column in range(ORIGINAL, columns):
            assert geometry.at(geometry.picture(row, column).center()) == (row, column)
        assert not geometry.pin(row).intersects(geometry.swap(row))
    assert geometry.at(QPointF(10, -5)) == NONE
    assert geometry.at(QPointF(10, 100_000)) == NONE
