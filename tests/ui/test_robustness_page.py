"""The page “Robustness” of the Understand pane, with a trained run that is really measured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World
from studio.core.control import Cancelled, Control
from studio.core.robustness import last_robustness, robustness_file, save_robustness
from studio.core.runs import RunFolder
from studio.core.strengths import Robustness, RobustnessCurve
from studio.ui.panes.understand import robustness_words as say
from studio.ui.panes.understand.pane import UnderstandPane
from studio.ui.panes.understand.robustness import RobustnessPage
from studio.ui.panes.understand.robustness_chart import RobustnessPlot, shown_kinds
from studio.ui.relay import Relay
from tests.ui.trained import trained_world, write_stripes

PATIENCE = 60_000


@pytest.fixture(scope="module")
def world(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("robustness")
    with trained_world(folder, write_stripes, 32, 5) as world:
        yield world


@pytest.fixture
def page(world: World, qtbot: QtBot) -> RobustnessPage:
    pane = world.window.show_pane("understand")
    assert isinstance(pane, UnderstandPane)
    press(pane.view.switch.button("robustness"))
    page = pane.robustness
    assert page.isVisible()
    return page


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def curve(kind: str, *accuracy: float, title: str = "", levels: bool = False) -> RobustnessCurve:
    words = tuple(f"±{i}°" for i in range(len(accuracy))) if levels else ()
    steps = np.arange(1.0, len(accuracy) + 1)
    return RobustnessCurve(kind, title or kind.title(), steps, np.array(accuracy), words)


def many(count: int = 9, clean: float = 0.9) -> Robustness:
    """The later ones cost more."""
    falls = np.linspace(0, 0.15, count)
    curves = [curve(f"kind {i}", *(clean - fall * np.arange(5))) for i, fall in enumerate(falls)]
    return Robustness(tuple(curves), clean, 200)


def plot_of(page: RobustnessPage) -> RobustnessPlot:
    drawing = page.view.drawing()
    assert isinstance(drawing, RobustnessPlot)
    return drawing


def show(page: RobustnessPage, run: RunFolder, found: Robustness) -> None:
    """As if this had been measured of the run in view."""
    page.measurer.arrived.emit(run, found)


# --- measuring ----------------------------------------------------------------------------------


def test_what_is_measured_is_shown_kept_and_shown_again(
    world: World, page: RobustnessPage, qtbot: QtBot
) -> None:
    run = world.session.run_in_view
    assert run is not None
    view = page.view
    assert view.pages.currentWidget() is view.empty
    assert "How much does Run 1 bear?" in view.empty.heading.text()
    press(view.empty.action_button)
    assert "Measuring Run 1" in view.progress_words.whole()
    assert any("robustness" in job.words for job in world.session.jobs.running)
    qtbot.waitUntil(
        lambda: page.found is not None and len(page.found.curves) >= 4, timeout=PATIENCE
    )
    assert page.measurer.is_running and 0 < view.track.fraction() < 1
    press(view.stop_button)
    qtbot.waitUntil(lambda: not page.measurer.is_running, timeout=PATIENCE)
    assert view.progress.isHidden() and not world.session.jobs.running
    found = page.found
    assert found is not None
    # Turned by 30°, stripes look more like those of another class.
    turned = next(c for c in found.curves if c.kind == "rotate")
    assert found.clean > 0.8 and turned.accuracy[2] < found.clean - 0.3
    assert view.sentence.text() == say.sentence(found)
    assert f"{found.pictures} pictures asked" in view.details.text()
    assert len(view.rows.rows) == len(plot_of(page).found.curves)
    kept, _ = last_robustness(run)
    assert kept is not None and {c.kind for c in kept.curves} >= {c.kind for c in found.curves}
    again = RobustnessPage(world.session)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: again.found is not None, timeout=PATIENCE)
    assert again.view.sentence.text() == view.sentence.text()


def test_a_broken_file_is_said_and_measured_anew(
    world: World, page: RobustnessPage, qtbot: QtBot
) -> None:
    run = world.session.run_in_view
    assert run is not None
    robustness_file(run).write_text('{"curves": 7')
    other = RobustnessPage(world.session)
    qtbot.addWidget(other)
    other.show()
    qtbot.waitUntil(lambda: "broken" in other.view.empty.sentence.text(), timeout=PATIENCE)
    assert other.view.empty.action_button.isVisible()


def test_a_run_that_cannot_be_measured_says_why(
    world: World, page: RobustnessPage, qtbot: QtBot, tmp_path: Path
) -> None:
    run = world.session.run_in_view
    assert run is not None
    shutil.copytree(run.path, tmp_path / "run-0009")
    (tmp_path / "run-0009" / "robustness.json").unlink(missing_ok=True)
    (tmp_path / "run-0009" / "best.weights.h5").write_bytes(b"no weights")
    broken = RunFolder.open(tmp_path / "run-0009")
    broken.update(name="<b>Bad</b> run")
    world.session.set_run_in_view(broken)
    try:
        press(page.view.empty.action_button)
        with qtbot.waitSignal(page.measurer.ended, timeout=PATIENCE):
            pass
        assert page.view.empty.heading.text() == "<b>Bad</b> run could not be measured"
        assert page.view.empty.heading.textFormat() is Qt.TextFormat.PlainText
        assert page.view.empty.action_button.isVisible()
    finally:
        world.session.set_run_in_view(run)


# --- the chart ----------------------------------------------------------------------------------


def test_the_six_worst_have_colours_and_what_is_hidden_is_not_drawn(
    world: World, page: RobustnessPage
) -> None:
    run = world.session.run_in_view
    assert run is not None
    show(page, run, many())
    rows = page.view.rows
    assert [row.kind for row in rows.rows][:2] == ["kind 8", "kind 7"]
    assert [row.place for row in rows.rows] == [0, 1, 2, 3, 4, 5, -1, -1, -1]
    press(rows.rows[0])
    assert "kind 8" not in shown_kinds(plot_of(page))
    assert page.view.all_link.text() == "Show all"
    press(page.view.all_link)
    assert len(shown_kinds(plot_of(page))) == 9
    press(page.view.all_link)
    assert shown_kinds(plot_of(page)) == rows.worst() and len(rows.worst()) == 6
    press(page.view.all_link)
    QTest.keyClick(rows.rows[3], Qt.Key.Key_Space)
    assert "kind 5" not in shown_kinds(plot_of(page))
    press(page.view.all_link)


def test_pointer_and_keys_tell_values(world: World, page: RobustnessPage, qtbot: QtBot) -> None:
    run = world.session.run_in_view
    assert run is not None
    show(page, run, many())
    canvas, plot = page.view.canvas, plot_of(page)
    place = canvas.place_of(2).center().toPoint()
    QTest.mouseMove(canvas, place)
    assert plot.kind_of(canvas.part) == "kind 8"
    assert plot.words(canvas.part) == "Kind 8, severity 3: 60 % right"
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert "severity 4" in canvas.accessibleDescription()
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert plot.kind_of(canvas.part) == "kind 7"
    QTest.mouseMove(page.view.rows.rows[8])
    qtbot.waitUntil(lambda: plot_of(page).lit == "kind 0")
    canvas.grab()


def test_another_run_is_laid_over(
    world: World, page: RobustnessPage, qtbot: QtBot, tmp_path: Path
) -> None:
    session = world.session
    run = session.run_in_view
    assert run is not None
    copy = tmp_path / "run-0002"
    shutil.copytree(run.path, copy)
    (copy / "robustness.json").unlink(missing_ok=True)
    second = RunFolder.open(copy)
    second.update(id="run-0002", number=2, name="Run 2")
    session.runs.append(second)
    session.runs_changed.emit()
    try:
        show(page, run, many())
        view = page.view
        assert [view.compare.itemText(i) for i in range(view.compare.count())] == [
            "no other run", "Run 2",
        ]  # fmt: skip
        view.compare.setFocus()
        QTest.keyClick(view.compare, Qt.Key.Key_Down)
        assert view.compare.current() == str(copy)
        qtbot.waitUntil(lambda: "not measured yet" in view.banner.label.text())
        assert view.banner.button.text() == "Measure Run 2"
        save_robustness(second, many(9, 0.95))
        QTest.keyClick(view.compare, Qt.Key.Key_Up)
        QTest.keyClick(view.compare, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda: "Run 2 holds better" in view.banner.label.text())
        plot = plot_of(page)
        assert sum(line.is_other for line in plot.lines) == 9
        assert "(Run 2)" in plot.words(plot.parts() - 1)
    finally:
        session.runs.remove(second)
        session.runs_changed.emit()


def test_the_chart_is_saved(
    world: World, page: RobustnessPage, qtbot: QtBot, tmp_path: Path
) -> None:
    run = world.session.run_in_view
    assert run is not None
    show(page, run, many())
    for kind in ("png", "svg", "csv"):
        page.keeper.save(page.view, tmp_path / f"chart.{kind}", kind)
    qtbot.waitUntil(lambda: not world.session.jobs.running, timeout=PATIENCE)
    with Image.open(tmp_path / "chart.png") as image:
        assert image.width == 1680 and len(image.convert("RGB").getcolors(1 << 24) or []) > 20
    svg = (tmp_path / "chart.svg").read_text()
    assert "Kind 8" in svg and "Robustness of Run 1" in svg
    lines = (tmp_path / "chart.csv").read_text().splitlines()
    assert lines[0] == "run,corruption,kind,severity,level,accuracy"
    assert len(lines) == 2 + 9 * 5 and lines[1] == "Run 1,none,,0,,0.9"


# --- words --------------------------------------------------------------------------------------


def test_sentences() -> None:
    found = Robustness((curve("fog", 0.8, 0.6, 0.41, 0.3, 0.2), curve("rotate", 0.9, 0.9, 0.88,
                        0.8, 0.7, levels=True)), 0.94, 200)  # fmt: skip
    assert say.sentence(found) == "Fog costs most: 94 % → 41 % at severity 3"
    assert say.details(found).startswith("65 % right on average over 2 corruptions")
    assert say.point_words(found.curves[1], 2) == "Rotate, severity 3, ±2°: 88 % right"
    nothing = Robustness((curve("fog", 0.9, 0.9, 0.9),), 0.9, 50)
    assert say.sentence(nothing).startswith("No corruption costs anything")
    assert say.sentence(Robustness((), 0.9, 50)) == "Nothing was measured."
    strange = Robustness((curve("snow", 0.1, 0.1),), 0.9, 50)
    assert say.comparison(found, "A", strange, "B").startswith("No corruption was measured of both")
    assert "equally well" in say.comparison(found, "A", found, "B")


def test_a_curve_of_one_point_and_flat_ones_can_be_drawn(qapp: QApplication) -> None:
    for found in (
        Robustness((curve("fog", 0.0),), 0.0, 1),
        Robustness((curve("fog", 1.0, 1.0),), 1.0, 1),
    ):
        plot = RobustnessPlot(found, "Run 1")
        image = plot.for_saving()
        for part in range(plot.parts()):
            assert plot.at(*plot.where(part, 500, 300).center().toTuple(), 500, 300) == part
        assert image.height(500) > 200


def test_a_relay_tells_what_happens_elsewhere() -> None:
    relay, told = Relay(), []
    relay.report(1, 3, "first")
    relay.finish("done")
    assert relay.work(lambda *step: told.append(step), Control()) == "done"
    assert told == [(1, 3, "first")]
    relay.fail(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        relay.work(lambda *step: None, Control())
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        relay.work(lambda *step: None, control)
