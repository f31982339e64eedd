"""What a trained run says in the Augment pane: beliefs under previews, marks and advice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World
from studio.augment.policy import Policy, parse_policy
from studio.augment.step import Step
from studio.core.results import Prediction
from studio.core.runs import RunFolder
from studio.core.spec import parameters
from studio.core.strengths import Confusion, Strengths
from studio.insight import strengths as engine
from studio.ui.panes.augment import belief_words
from studio.ui.panes.augment import safety_words as say
from studio.ui.panes.augment.belief import BeliefFollower
from studio.ui.panes.augment.pane import AugmentPane
from studio.ui.panes.augment.step_card import StepCard
from studio.ui.panes.augment.survival_dialog import SurvivalDialog
from studio.ui.panes.augment.survival_plot import SurvivalPlot
from studio.ui.widgets.sliders import RangeSlider
from tests.ui.augmenting import advice_of, open_card
from tests.ui.trained import trained_world, write_stripes

PATIENCE = 60_000


@pytest.fixture(scope="module")
def world(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("safety")
    with trained_world(folder, write_stripes, 32, 5) as world:
        world.engines.previewer.warm_up()
        for _ in range(600):
            if world.engines.previewer.pid is not None:
                break
            QTest.qWait(50)
        yield world


@pytest.fixture
def pane(world: World, qtbot: QtBot) -> Iterator[AugmentPane]:
    found = world.window.show_pane("augment")
    assert isinstance(found, AugmentPane)
    yield found
    if not found.beliefs.box.isChecked():
        press(found.beliefs.box)
    world.session.set_policy(Policy())


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def step_of(kind: str, **settings: object) -> Step:
    return parse_policy([{"kind": kind, **settings}]).steps[0]


def believed(pane: AugmentPane) -> bool:
    """Whether beliefs of just these previews are shown."""
    wish = pane.stage.wish()
    lines = pane.stage.grid.lines()
    known = [b[2] is not None for line in lines for b in line.beliefs]
    return (
        wish is not None
        and len(known) == len(wish.pictures) * wish.epochs
        and all(known)
        and not pane.stage.previewer.is_waiting
        and not pane.beliefs.is_waiting
    )


# --- beliefs ------------------------------------------------------------------------------------


def test_beliefs_stand_below_the_previews_and_follow(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    session, grid = world.session, pane.stage.grid
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)
    assert pane.beliefs.box.text() == "Belief of Run 1"
    for line in grid.lines():
        assert all(name == line.caption and right for name, right, _ in line.beliefs)
        assert line.own is not None and line.own[:2] == (line.caption, True)
    session.set_policy(parse_policy([{"kind": "rotate", "angle": [45, 45]}]), "Turn")
    qtbot.waitUntil(lambda: believed(pane) and not grid.lines()[0].beliefs[0][1], timeout=PATIENCE)
    for line in grid.lines():
        for name, right, share in line.beliefs:
            assert name != line.caption and not right and share is not None
        # The picture itself was not turned.
        assert line.own is not None and line.own[:2] == (line.caption, True)
    grid.grab()


def test_beliefs_of_other_previews_never_stay(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)
    stale: list[object] = []

    def look(wish: object, _pixels: object, _images: object) -> None:
        lines = pane.stage.grid.lines()
        stale.extend(b for line in lines for b in line.beliefs if b[2] is not None)

    pane.stage.previewer.drawn.connect(look)
    for angle in range(0, 60, 6):  # as a slider that moves
        world.session.set_policy(parse_policy([{"kind": "rotate", "angle": [-angle, angle]}]))
        qtbot.wait(5)
    pane.stage.previewer.drawn.disconnect(look)
    assert not stale
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)
    assert world.engines.inspector.is_busy is False or not pane.beliefs.is_waiting


def test_the_box_switches_beliefs_off_and_is_remembered(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)
    pane.beliefs.box.setFocus()
    QTest.keyClick(pane.beliefs.box, Qt.Key.Key_Space)
    assert not any(line.beliefs or line.own for line in pane.stage.grid.lines())
    assert world.session.settings.current.window["beliefs"] is False
    other = BeliefFollower(world.session, pane.stage, pane)
    assert not other.box.isChecked()
    other.box.deleteLater()
    other.deleteLater()
    press(pane.beliefs.box)
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)


def test_a_run_without_an_epoch_and_a_broken_one_say_why(
    world: World, pane: AugmentPane, qtbot: QtBot, tmp_path: Path
) -> None:
    session = world.session
    run = session.run_in_view
    assert run is not None
    for name, weights in (("empty", None), ("broken", b"no weights")):
        shutil.copytree(run.path, tmp_path / name)
        (tmp_path / name / "best.weights.h5").unlink()
        if weights is not None:
            (tmp_path / name / "best.weights.h5").write_bytes(weights)
    box = pane.beliefs.box
    try:
        session.set_run_in_view(RunFolder.open(tmp_path / "empty"))
        assert not box.isEnabled() and "no finished epoch" in box.accessibleDescription()
        qtbot.waitUntil(lambda: not any(line.beliefs for line in pane.stage.grid.lines()))
        session.set_run_in_view(RunFolder.open(tmp_path / "broken"))
        qtbot.waitUntil(lambda: not box.isChecked(), timeout=PATIENCE)
        assert pane.stage.foot.name.text() == "No belief"
        assert pane.stage.foot.words.whole()
    finally:
        session.set_run_in_view(run)
    assert box.isChecked() and box.isEnabled()
    qtbot.waitUntil(lambda: believed(pane), timeout=PATIENCE)


def test_what_is_believed_in_words() -> None:
    def says(*ranked: tuple[str, float], several: bool = False) -> Prediction:
        return Prediction("x", {"class": ranked}, multi_label=("class",) if several else ())

    one = says(("cat", 0.7), ("dog", 0.3))
    assert belief_words.belief_of(one, "class", ("cat",)) == ("cat", True, 0.7)
    assert belief_words.belief_of(one, "class", ("dog",)) == ("cat", False, 0.7)
    assert belief_words.belief_of(one, "class", ()) == ("cat", True, 0.7)
    two = says(("sea", 0.9), ("sky", 0.6), ("sun", 0.1), several=True)
    assert belief_words.belief_of(two, "class", ("sky", "sea")) == ("sea, sky", True, 0.6)
    assert belief_words.belief_of(two, "class", ("sky",))[:2] == ("sea, sky", False)
    none = says(("sea", 0.2), ("sky", 0.1), several=True)
    assert belief_words.belief_of(none, "class", ("sea",)) == ("no class", False, 0.8)
    assert belief_words.belief_of(Prediction("x", error="no"), "class", ("a",))[2] is None
    words = belief_words.unknown_words("Run 1", ("cat",), [("cat",), ("owl",), ("owl", "elk")])
    assert words.startswith("Run 1 was not taught owl, elk")
    assert not belief_words.unknown_words("Run 1", ("cat",), [("cat",), ()])


# --- words of the meter -------------------------------------------------------------------------


def strengths(
    kind: str = "rotate",
    parameter: str = "angle",
    safe: tuple[float, float] = (-20.0, 20.0),
    limits: tuple[bool, bool] = (True, True),
    wrong: Confusion | None = None,
) -> Strengths:
    values = np.linspace(-90, 90, 19)
    inside = (values >= safe[0]) & (values <= safe[1])
    share = np.where(inside, 1.0, 0.5)
    return Strengths(kind, parameter, values, share * 0.9, share, share, 0.0, safe, limits, 0.9,
                     200, wrong, wrong)  # fmt: skip


WRONG = Confusion("Wheat", "Silky-bent", 9, 20)


def test_limits_in_words() -> None:
    step = step_of("rotate", angle=[-25, 25])
    words = say.limit_words(step, "angle", strengths(wrong=WRONG), "Run 11", False)
    assert words == (
        "Labels survive up to ±20°. Beyond the marks Run 11 takes Wheat for Silky-bent."
    )
    one = strengths(safe=(-90.0, 38.0), limits=(False, True), wrong=WRONG)
    words = say.limit_words(step, "angle", one, "Run 11", True)
    assert words.startswith("Angle: labels survive up to 38°. Beyond the mark Run 11 takes Wheat")
    free = strengths(safe=(-90.0, 90.0), limits=(False, False))
    assert "over the whole range" in say.limit_words(step, "angle", free, "Run 11", False)
    gone = strengths(safe=(0.0, 0.0), wrong=Confusion("6", "", 9, 20))
    assert say.limit_words(step, "angle", gone, "Run 11", False) == (
        "Labels survive at 0° only. Beyond that Run 11 no longer finds 6."
    )
    assert say.sides_words(strengths()).startswith("Inside 90.0 % right, beyond 45.0 %")
    assert say.sides_words(free) == "90.0 % right over the whole range"


def test_what_exceeds_the_marks_and_what_is_safest() -> None:
    found = strengths()
    over, under = step_of("rotate", angle=[-25, 10]), step_of("rotate", angle=[-5, 5])
    assert say.is_exceeded(over, "angle", found) and not say.is_exceeded(under, "angle", found)
    assert not say.is_exceeded(over.changed(enabled=False), "angle", found)
    assert not say.is_exceeded(over.changed(probability=0.0), "angle", found)
    for step in (over, under):
        assert say.made_safest(step, "angle", found) == step.changed(angle=(-20.0, 20.0))
    # What turns one way only goes on to do so, and an end without a limit stays.
    one_way = step_of("rotate", angle=[0, 10])
    assert say.made_safest(one_way, "angle", found) == one_way.changed(angle=(0.0, 20.0))
    half = strengths(safe=(-90.0, 20.0), limits=(False, True))
    assert say.made_safest(over, "angle", half) == over.changed(angle=(-25.0, 20.0))
    far = step_of("rotate", angle=[40, 60])
    assert say.made_safest(far, "angle", found) == far.changed(angle=(20.0, 20.0))


def test_the_meter_measures_what_the_engine_can() -> None:
    from studio.augment.registry import AUGMENTERS

    for _kind, kind in AUGMENTERS.items():
        assert say.strengths_of(kind()) == (engine.strengths_of(kind) or [say.WHOLE])
    assert say.strengths_of(step_of("one_of", steps=[{"kind": "mirror"}])) == []


def test_the_answer_depends_on_the_other_settings_alone() -> None:
    step = step_of("rotate")
    assert {p.name for p in parameters(type(step))} >= {"angle", "probability"}
    same = step.changed(angle=(-3.0, 3.0), probability=10.0, enabled=False)
    assert say.question_of(step, "angle") == say.question_of(same, "angle")
    (edge,) = (p for p in parameters(type(step)) if p.kind == "choice")
    last = list(edge.choices or {})[-1]
    other = step.changed(**{edge.name: last})
    assert say.question_of(step, "angle") != say.question_of(other, "angle")


def test_the_curves_are_drawn_and_saved(
    world: World, pane: AugmentPane, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = SurvivalDialog(world.session, pane)
    qtbot.addWidget(dialog)
    step = step_of("rotate")
    dialog.show_found(step, {"angle": strengths(wrong=WRONG)}, "Run 11")
    dialog.show()
    plot = dialog.card.drawing()
    assert isinstance(plot, SurvivalPlot) and "±20°" in dialog.card.sentence.text()
    for part in range(plot.parts()):
        x, y = plot.where(part, 480, 250).center().toTuple()
        assert plot.at(x, y, 480, 250) == part
    assert plot.words(9) == "0°: 100 % of the labels survive, 90 % right"
    dialog.grab()
    dialog.keeper.save(dialog.card, tmp_path / "curve.csv", "csv")
    qtbot.waitUntil(lambda: not world.session.jobs.running, timeout=PATIENCE)
    lines = (tmp_path / "curve.csv").read_text().splitlines()
    assert lines[0].startswith("Angle (°),survival") and len(lines) == 20
    dialog.show_found(step, {}, "Run 11")
    assert not dialog.isVisible()


# --- marks and advice ---------------------------------------------------------------------------


def follow_link(card: StepCard, start: str) -> None:
    line = next(line for line in card.lines.lines if line.advice.key.startswith(start))
    press(line.link)


def set_steps(world: World, *steps: dict[str, object]) -> None:
    world.session.set_policy(parse_policy(list(steps)))
    QApplication.processEvents()


def test_the_open_step_is_measured_and_set_to_the_safe_maximum(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    session, stack = world.session, world.session.undo_stack
    set_steps(world, {"kind": "rotate", "angle": [-60, 60]}, {"kind": "mirror"})
    card = open_card(pane, (0,))
    qtbot.waitUntil(lambda: bool(advice_of(card, "safest ")), timeout=PATIENCE)
    (advice,) = advice_of(card, "safest ")
    # Turned by 45°, stripes look like those of another class.
    assert advice.kind == "warning" and "Run 1 takes" in advice.words
    assert advice.action == "Set to safe maximum"
    assert card.form is not None
    slider = card.form.field("angle")
    assert isinstance(slider, RangeSlider)
    low, high = slider.safe()
    assert -40 < low < 0 < high < 40
    (curves,) = advice_of(card, "curves")
    assert curves.words.startswith("Inside ") and "beyond" in curves.words
    before = stack.count()
    follow_link(card, "safest ")
    assert session.policy.steps[0].model_dump()["angle"] == (low, high)
    assert stack.count() == before + 1 and "safe maximum" in stack.undoText()
    # Nothing of what is known depends on what is set: it is said at once.
    (advice,) = advice_of(card, "safest ")
    assert advice.kind == "info" and not advice.action
    stack.undo()
    (advice,) = advice_of(card, "safest ")
    assert advice.kind == "warning"


def test_a_closed_step_beyond_its_marks_is_marked(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    set_steps(world, {"kind": "rotate", "angle": [-60, 60]}, {"kind": "mirror"})
    card = open_card(pane, (0,))
    qtbot.waitUntil(lambda: bool(advice_of(card, "safest ")), timeout=PATIENCE)
    open_card(pane, (1,))
    assert not card.is_open
    assert not advice_of(card, "curves") and len(advice_of(card, "safest ")) == 1
    assert not card.warning.isHidden()
    set_steps(world, {"kind": "rotate", "angle": [-2, 2]}, {"kind": "mirror"})
    assert not advice_of(card, "safest ")


def test_closing_a_step_gives_its_measuring_up(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    queue = pane.safety.queue
    set_steps(world, {"kind": "affine"})
    card = open_card(pane, (0,))
    qtbot.waitUntil(lambda: queue.current is not None, timeout=PATIENCE)
    assert advice_of(card, "measuring")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert not card.is_open and queue.current is None
    # A change of another setting asks another question.
    open_card(pane, (0,))
    qtbot.waitUntil(lambda: queue.current is not None, timeout=PATIENCE)
    before = queue.current
    world.session.set_policy(
        Policy(steps=(changed_choice(world.session.policy.steps[0]),)), "Change"
    )
    assert queue.current != before
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)


def changed_choice(step: Step) -> Step:
    choice = next(p for p in parameters(type(step)) if p.kind == "choice")
    return step.changed(**{choice.name: list(choice.choices or {})[-1]})


def test_all_steps_are_measured_those_in_groups_with_them(
    world: World, pane: AugmentPane, qtbot: QtBot
) -> None:
    inner = [{"kind": "mirror"}, {"kind": "rotate", "angle": [-60, 60]}]
    set_steps(world, {"kind": "one_of", "steps": inner}, {"kind": "hue", "enabled": False})
    meter = pane.safety
    meter.measure_all()
    assert meter.is_measuring_all and world.session.jobs.running
    qtbot.waitUntil(lambda: not meter.is_measuring_all, timeout=PATIENCE)
    known = {place: all(meter.queue.is_known(t) for t in meter.targets(step).values())
             for place, step in meter.places()}  # fmt: skip
    assert known == {(0,): True, (0, 0): True, (0, 1): True, (1,): False}
    open_card(pane, (0,))
    mirror = pane.panel.steps.card_at((0, 0))
    assert mirror is not None
    # Mirrored, what rises falls.
    assert "Labels do not survive this step" in advice_of(mirror, "safest ")[0].words
    follow = open_card(pane, (0, 1))
    follow_link(follow, "curves")
    dialog = meter.dialog
    assert dialog is not None and dialog.isVisible()
    plot = dialog.card.drawing()
    assert isinstance(plot, SurvivalPlot) and plot.set_to == (-60.0, 60.0)
    follow_link(follow, "safest ")
    plot = dialog.card.drawing()
    assert isinstance(plot, SurvivalPlot) and plot.set_to != (-60.0, 60.0)
    dialog.close()


def test_measuring_all_can_be_stopped(world: World, pane: AugmentPane, qtbot: QtBot) -> None:
    kinds = ("shear", "zoom", "brightness", "contrast", "gaussian_noise", "gaussian_blur")
    set_steps(world, *({"kind": kind} for kind in kinds))
    pane.safety.measure_all()
    (job,) = world.session.jobs.running
    job.cancel()
    qtbot.waitUntil(lambda: not pane.safety.is_measuring_all, timeout=PATIENCE)
    assert pane.safety.queue.current is None


def test_without_a_run_nothing_is_said(world: World, pane: AugmentPane, qtbot: QtBot) -> None:
    run = world.session.run_in_view
    set_steps(world, {"kind": "rotate", "angle": [-60, 60]})
    card = open_card(pane, (0,))
    qtbot.waitUntil(lambda: bool(advice_of(card, "safest ")), timeout=PATIENCE)
    world.session.set_run_in_view(None)
    try:
        assert not advice_of(card, "safest ") and pane.beliefs.box.isHidden()
        assert card.form is not None
        slider = card.form.field("angle")
        (angle,) = (p for p in parameters(type(card.step)) if p.name == "angle")
        assert isinstance(slider, RangeSlider) and slider.safe() == angle.safe
    finally:
        world.session.set_run_in_view(run)
    assert advice_of(card, "safest ")
