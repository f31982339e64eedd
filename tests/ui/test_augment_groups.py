"""Groups of steps in the real pane: opened, filled, moved into and out of, by mouse and keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.augment.groups import Group, OneOf
from studio.augment.own_policies import own_folder, own_names
from studio.augment.policy import parse_policy, to_json
from studio.augment.policy_files import as_text
from studio.augment.presets import preset, rand_preset
from studio.augment.registry import AUGMENTERS
from studio.core.errors import StudioError
from studio.core.settings import SettingsStore
from studio.ui.engines import Engines
from studio.ui.jobs import Jobs
from studio.ui.panes.augment.advice import Advice
from studio.ui.panes.augment.card_menu import CardMenu
from studio.ui.panes.augment.pane import AugmentPane
from studio.ui.panes.augment.policy_panel import PolicyPanel
from studio.ui.panes.augment.step_card import StepCard
from studio.ui.panes.augment.step_list import STEP_MIME
from studio.ui.session import Session
from studio.ui.theme import Theme
from studio.ui.widgets.text import Text

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier

NESTED = [
    {"kind": "mirror"},
    {"kind": "one_of", "steps": [{"kind": "rotate"}, {"kind": "zoom"}]},
    {"kind": "brightness"},
]


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    Theme(qapp, "light")
    engines, jobs = Engines(), Jobs()
    session = Session(SettingsStore(), engines, jobs)
    yield session
    session.close()
    jobs.shutdown()
    engines.shutdown()


@pytest.fixture
def pane(qtbot: QtBot, session: Session) -> AugmentPane:
    pane = AugmentPane(session)
    qtbot.addWidget(pane)
    pane.resize(1196, 716)
    pane.show()
    pane.activateWindow()
    assert QTest.qWaitForWindowActive(pane)
    return pane


def start(session: Session, steps: list[dict]) -> None:
    session.set_policy(parse_policy(steps))
    QApplication.processEvents()


def tree(session: Session) -> list:
    def of(steps: tuple) -> list:
        return [[s.kind, of(s.steps)] if isinstance(s, Group) else s.kind for s in steps]

    return of(session.policy.steps)


def test_every_step_fits_into_a_group_of_a_group(qtbot: QtBot, qapp: QApplication) -> None:
    """Nothing lies beyond the edge of the panel, where no scroll bar leads."""
    Theme(qapp, "light")
    panel = PolicyPanel()
    qtbot.addWidget(panel)
    panel.resize(304, 716)
    panel.show()
    too_wide = []
    for kind in AUGMENTERS.kinds():
        inner = {"kind": "one_of", "steps": [{"kind": kind}]}
        panel.set_policy(parse_policy([{"kind": "one_of", "steps": [inner]}]))
        panel.steps.set_open((0, 0, 0))
        if panel.steps.root.minimumSizeHint().width() > panel.steps.viewport().width():
            too_wide.append(kind)
    assert not too_wide


def test_words_in_a_group_of_a_group_are_not_cut(qtbot: QtBot, qapp: QApplication) -> None:
    Theme(qapp, "light")
    panel = PolicyPanel()
    qtbot.addWidget(panel)
    panel.resize(304, 716)
    panel.show()
    inner = {"kind": "sometimes", "steps": [{"kind": "hue"}]}
    steps = [inner, {"kind": "brightness"}]
    panel.set_policy(parse_policy([{"kind": "one_of", "steps": steps}]))
    panel.steps.set_open((0, 0, 0))
    words = "Labels survive from −60° to 170°. Beyond the marks Run 2 takes hexagon for circle."
    panel.steps.set_advice("safety", (0, 0, 0), [Advice("a", "info", words, "Set it")])

    def lines() -> list[Text]:
        found = panel.findChildren(Text)
        return [text for text in found if text.isVisible() and text.wordWrap()]

    qtbot.waitUntil(lambda: words in [text.text() for text in lines()])
    qtbot.waitUntil(lambda: all(t.height() >= t.heightForWidth(t.width()) for t in lines()))
    closed = panel.steps.card_at((0, 1))
    assert closed is not None
    assert closed.summary.text() in ("−18…22 %", "−18…22")
    assert closed.summary.whole() == closed.step.summary()


def head(card: StepCard) -> QPoint:
    return QPoint(card.title.geometry().right() + 4, 18)


def press(card: StepCard, held: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(card, LEFT, held, head(card))
    QApplication.processEvents()


def card(pane: AugmentPane, *place: int) -> StepCard:
    found = pane.panel.steps.card_at(place)
    assert found is not None
    return found


def drag(card: StepCard, end: QPoint) -> None:
    """Drag the head of a card to a point of the screen."""
    QTest.mousePress(card, LEFT, NONE, QPoint(8, 18))
    first = card.mapToGlobal(QPoint(8, 18))
    for i in range(1, 9):
        now = first + (end - first) * (i / 8)
        QTest.mouseMove(card, card.mapFromGlobal(now))
        QApplication.processEvents()
    QTest.mouseRelease(card, LEFT, NONE, card.mapFromGlobal(end))
    QApplication.processEvents()


def test_members_are_edited_inside_their_group(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    press(card(pane, 1))
    assert pane.panel.steps.open_place == (1,)
    press(card(pane, 1, 1))
    assert pane.panel.steps.open_place == (1, 1)
    assert card(pane, 1).is_open and card(pane, 1, 1).is_open and not card(pane, 1, 0).is_open
    slider = card(pane, 1, 1).form.field("scale")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    changed = session.policy.steps[1].steps[1]
    assert changed != parse_policy(NESTED).steps[1].steps[1]
    QTest.mouseClick(card(pane, 1, 0).toggle, LEFT)
    assert not session.policy.steps[1].steps[0].enabled
    assert session.policy.steps[1].steps[1] == changed
    QTest.mouseClick(card(pane, 1, 1).copy_button, LEFT)
    assert tree(session) == ["mirror", ["one_of", ["rotate", "zoom", "zoom"]], "brightness"]
    assert pane.panel.steps.open_place == (1, 2)
    QTest.mouseClick(card(pane, 1, 2).delete_button, LEFT)
    assert pane.panel.steps.open_place == (1,)
    while session.undo_stack.index() > 1:
        session.undo_stack.undo()
    assert to_json(session.policy) == to_json(parse_policy(NESTED))
    assert card(pane, 1).is_open


def test_its_own_settings_leave_the_members_alone(pane: AugmentPane, session: Session) -> None:
    start(session, [{"kind": "some_of", "count": [1, 2], "steps": NESTED}])
    press(card(pane, 0))
    press(card(pane, 0, 0))
    QTest.mouseClick(card(pane, 0, 0).toggle, LEFT)
    form = card(pane, 0).form
    count = form.field("count")
    count.setFocus()
    QTest.keyClick(count, Qt.Key.Key_Right)
    group = session.policy.steps[0]
    assert group.count != (1.0, 2.0)
    assert len(group.steps) == 3 and not group.steps[0].enabled


def test_the_catalogue_adds_into_the_open_group(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    press(card(pane, 1))
    QTest.mouseClick(card(pane, 1).add_button, LEFT)
    tiles = pane.catalogue.tiles
    tiles["hue"].click()
    assert tree(session)[1] == ["one_of", ["rotate", "zoom", "hue"]]
    assert pane.panel.steps.open_place == (1, 2)
    tiles["noise" if "noise" in tiles else "invert"].click()
    assert len(tree(session)[1][1]) == 4
    pane.panel.steps.set_open(None)
    pane.add_step(OneOf)
    assert tree(session)[3] == ["one_of", []]
    tiles["hue"].click()
    assert tree(session)[3] == ["one_of", ["hue"]]


def test_keys_move_through_open_groups(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    steps = pane.panel.steps
    press(card(pane, 1))
    card(pane, 0).setFocus()
    QTest.keyClick(card(pane, 0), Qt.Key.Key_Down, ALT)
    assert tree(session) == [["one_of", ["mirror", "rotate", "zoom"]], "brightness"]
    assert steps.focused_place() == (0, 0) and card(pane, 0).is_open
    QTest.keyClick(card(pane, 0, 0), Qt.Key.Key_Down, ALT)
    assert tree(session) == [["one_of", ["rotate", "mirror", "zoom"]], "brightness"]
    assert steps.focused_place() == (0, 1)
    QTest.keyClick(card(pane, 0, 1), Qt.Key.Key_Left, ALT)
    assert tree(session) == [["one_of", ["rotate", "zoom"]], "mirror", "brightness"]
    assert steps.focused_place() == (1,)
    QTest.keyClick(card(pane, 1), Qt.Key.Key_Right, ALT)
    assert tree(session) == [["one_of", ["rotate", "zoom", "mirror"]], "brightness"]
    QTest.keyClick(card(pane, 0, 2), Qt.Key.Key_Down, ALT)
    assert tree(session) == [["one_of", ["rotate", "zoom"]], "mirror", "brightness"]
    QTest.keyClick(card(pane, 1), Qt.Key.Key_Up, ALT)
    assert tree(session) == [["one_of", ["rotate", "zoom", "mirror"]], "brightness"]
    session.undo_stack.setIndex(1)
    assert tree(session) == ["mirror", ["one_of", ["rotate", "zoom"]], "brightness"]


def test_several_are_chosen_and_grouped(pane: AugmentPane, session: Session) -> None:
    start(session, [{"kind": k} for k in ("mirror", "rotate", "zoom", "hue")])
    steps = pane.panel.steps
    press(card(pane, 1), CTRL)
    press(card(pane, 3), SHIFT)
    assert steps.marked() == [(1,), (2,), (3,)]
    press(card(pane, 2), CTRL)
    assert steps.marked() == [(1,), (3,)]
    card(pane, 3).setFocus()
    QTest.keyClick(card(pane, 3), Qt.Key.Key_G, CTRL)
    assert tree(session) == ["mirror", ["one_of", ["rotate", "hue"]], "zoom"]
    assert steps.open_place == (1,) and steps.focused_place() == (1,)
    QTest.keyClick(card(pane, 1), Qt.Key.Key_G, CTRL | SHIFT)
    assert tree(session) == ["mirror", "rotate", "hue", "zoom"]
    assert session.undo_stack.undoText() == "Ungroup “One of”"
    session.undo_stack.undo()
    session.undo_stack.undo()
    assert tree(session) == ["mirror", "rotate", "zoom", "hue"]


def test_the_menu_of_a_card(qtbot: QtBot, pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    press(card(pane, 2))
    QTest.mouseClick(card(pane, 2).more_button, LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, CardMenu)
    assert menu.ways["in"].isEnabled()
    assert not menu.ways["out"].isEnabled() and not menu.ways["ungroup"].isEnabled()
    sometimes = next(a for a in menu.kinds.actions() if a.text() == "Sometimes")
    sometimes.trigger()
    menu.close()
    assert tree(session)[2] == ["sometimes", ["brightness"]]


def test_dragging_into_an_open_group_and_out(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    press(card(pane, 1))
    inner = card(pane, 1, 1)
    drag(card(pane, 0), inner.mapToGlobal(QPoint(20, 6)))
    assert tree(session) == [["one_of", ["rotate", "mirror", "zoom"]], "brightness"]
    assert card(pane, 0).is_open
    last = card(pane, 1)
    drag(card(pane, 0, 0), last.mapToGlobal(QPoint(20, 36)))
    assert tree(session) == [["one_of", ["mirror", "zoom"]], "brightness", "rotate"]
    assert session.undo_stack.undoText() == "Move Rotate"


def test_dragging_onto_a_closed_group(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    drag(card(pane, 2), card(pane, 1).mapToGlobal(QPoint(20, 19)))
    assert tree(session) == ["mirror", ["one_of", ["rotate", "zoom", "brightness"]]]


def test_a_group_cannot_be_dragged_into_itself(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    press(card(pane, 1))
    drag(card(pane, 1), card(pane, 1).mapToGlobal(QPoint(60, 30)))
    assert tree(session) == ["mirror", ["one_of", ["rotate", "zoom"]], "brightness"]


def test_a_tile_is_dropped_between_cards(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    steps = pane.panel.steps
    for kind, expected in ((b"hue", 4), (b"no such kind", 4), (b"\xff\xfe", 4)):
        data = QMimeData()
        data.setData(STEP_MIME, kind)
        spot = steps.viewport().mapFromGlobal(card(pane, 1).mapToGlobal(QPoint(20, 3)))
        drop = QDropEvent(
            QPointF(spot), Qt.DropAction.CopyAction, data, LEFT, NONE, QDropEvent.Type.Drop
        )
        steps.dropEvent(drop)
        assert len(session.policy.steps) == expected
    assert tree(session)[1] == "hue"


def test_what_is_too_deep_or_too_much_is_refused(pane: AugmentPane, session: Session) -> None:
    told: list[StudioError] = []
    session.failed.connect(told.append)
    deep: dict = {"kind": "mirror"}
    for _ in range(8):
        deep = {"kind": "sometimes", "steps": [deep]}
    start(session, [deep, {"kind": "hue"}])
    before = session.policy
    card(pane, 0).setFocus()
    QTest.keyClick(card(pane, 0), Qt.Key.Key_G, CTRL)
    assert session.policy == before and "8 levels" in str(told[-1])
    start(session, [{"kind": "mirror"}] * 100)
    QTest.keyClick(card(pane, 0), Qt.Key.Key_D, CTRL)
    assert len(session.policy.steps) == 100 and "at most 100" in str(told[-1])


def test_advice_stands_on_its_card(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    steps = pane.panel.steps
    acted: list[tuple] = []
    steps.advice_acted.connect(lambda place, key: acted.append((place, key)))
    steps.set_advice("hints", (1, 0), [Advice("turn", "warning", "It turns 6 into 9.", "Mend it")])
    steps.set_advice("safety", (0,), [Advice("ok", "good", "Labels survive.")])
    assert card(pane, 0).warning.isHidden()
    press(card(pane, 1))
    member = card(pane, 1, 0)
    assert not member.warning.isHidden() and member.warning.toolTip() == "It turns 6 into 9."
    press(member)
    assert member.lines.lines[0].words.text() == "It turns 6 into 9."
    QTest.mouseClick(member.lines.lines[0].link, LEFT)
    assert acted == [((1, 0), "turn")]
    steps.set_marks((1, 0), {"angle": (-5.0, 5.0)})
    assert member.form.field("angle")._safe == (-5.0, 5.0)
    QTest.keyClick(card(pane, 0), Qt.Key.Key_Delete)  # places mean other steps now
    assert all(not c.advice()[0].key for c in pane.panel.steps.findChildren(StepCard))


def test_rand_augment_has_its_two_settings(pane: AugmentPane, session: Session) -> None:
    pane.panel.preset.chosen.emit("rand_augment")
    rand = pane.panel.rand
    assert not rand.isHidden() and rand.magnitude.value() == 9
    rand.magnitude.setFocus()
    QTest.keyClick(rand.magnitude, Qt.Key.Key_Down)
    QTest.keyClick(rand.operations, Qt.Key.Key_Up)
    assert session.policy == rand_preset(3, 8)
    assert pane.panel.preset.current() == "rand_augment"
    session.undo_stack.undo()
    assert rand.operations.value() == 2 and rand.magnitude.value() == 9
    session.set_policy(preset("medium"))
    assert rand.isHidden()


def test_copy_and_paste(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    told: list[StudioError] = []
    session.failed.connect(told.append)
    card(pane, 0).setFocus()
    QTest.keyClick(card(pane, 0), Qt.Key.Key_C, CTRL)
    clipboard = QGuiApplication.clipboard()
    assert parse_policy(json.loads(clipboard.text())) == session.policy
    session.set_policy(preset("light"))
    QTest.keyClick(card(pane, 0), Qt.Key.Key_V, CTRL)
    assert tree(session) == ["mirror", ["one_of", ["rotate", "zoom"]], "brightness"]
    before = session.policy
    hostile = (
        "", "hello", '{"steps": 3}', '[{"kind": "no such step"}]', "[" * 100_000,
        '[{"kind": "rotate", "angle": [-9999, 9999]}]', '[{"kind": "mirror"},' * 200_000,
        json.dumps([{"kind": "mirror"}] * 200_000), "\0" * 10, "[" + "1," * 3_000_000 + "1]",
        '{"kind": "one_of", "steps": ' * 5_000, "NaN",
    )  # fmt: skip
    for text in hostile:
        clipboard.setText(text)
        count = len(told)
        pane.panel.paste_requested.emit()
        assert len(told) == count + 1, text[:40]
        assert session.policy == before
    assert "clipboard" in str(told[0])


def test_a_pipeline_of_imgaug_is_taken_over(
    qtbot: QtBot, pane: AugmentPane, session: Session, tmp_path: Path
) -> None:
    start(session, NESTED)
    before, told = session.policy, []
    session.failed.connect(told.append)
    pipeline = [
        "Fliplr", {"OneOf": [{"iaa.Affine": {"rotate": [-25, 25]}}, {"Affine": {"scale": 1.2}}]},
        {"Sometimes": {"p": 0.3, "then_list": {"GaussianBlur": [0, 1.5]}}},
    ]  # fmt: skip
    file = tmp_path / "pipeline.json"
    file.write_text(json.dumps(pipeline), "utf-8")
    with qtbot.waitSignal(pane.files.told, timeout=5000):
        pane.overlay.dropped.emit([str(file)])
    assert tree(session) == ["mirror", ["one_of", ["rotate", "zoom"]], "gaussian_blur"]
    assert session.policy.steps[2].probability == 30.0
    assert pane.panel.said.whole() == "Imported 4 steps"
    session.undo_stack.undo()
    assert session.policy == before
    QGuiApplication.clipboard().setText('{"Fliplr": 0.5}')
    with qtbot.waitSignal(pane.files.told, timeout=5000):
        pane.panel.paste_requested.emit()
    assert tree(session) == ["mirror"]
    assert pane.panel.said.whole() == "Imported 1 step"
    session.undo_stack.undo()
    QGuiApplication.clipboard().setText('["Fliplr", {"Affine": {"rotate": [-400, 400]}}]')
    with qtbot.waitSignal(session.failed, timeout=5000):
        pane.panel.paste_requested.emit()
    assert "Step 2, Affine: “rotate” is −400 … 400" in str(told[-1]) and len(told) == 1
    assert session.policy == before


def test_export_as_python(pane: AugmentPane, session: Session, tmp_path: Path) -> None:
    start(session, NESTED)
    pane.files.export(tmp_path / "augmentation.py")
    text = (tmp_path / "augmentation.py").read_text("utf-8")
    assert "OneOf" in text
    compile(text, "augmentation.py", "exec")
    assert "augmentation.py" in pane.panel.said.whole()
    told: list[StudioError] = []
    session.failed.connect(told.append)
    pane.files.export(tmp_path / "no such folder" / "x.py")
    assert told
    pane.panel.clear_requested.emit()
    assert session.policy.steps == () and not pane.panel.export_action.isEnabled()
    assert as_text(session.policy) == "[]"


def test_kept_policies_stand_beside_the_presets(pane: AugmentPane, session: Session) -> None:
    start(session, NESTED)
    panel, kept = pane.panel, session.policy
    own_folder().mkdir(parents=True, exist_ok=True)
    pane.files.save(own_folder() / "My leaves.json")
    assert own_names() == ["My leaves"] and panel.preset.currentText() == "My leaves"
    panel.preset.chosen.emit("light")
    assert session.policy == preset("light") and panel.preset.currentText() == "Light"
    assert not panel.forget_action.isVisible()
    panel.preset.chosen.emit("kept:My leaves")
    assert session.policy == kept and panel.preset.currentText() == "My leaves"
    assert session.undo_stack.undoText() == "Choose “My leaves”"
    QTest.keyClick(card(pane, 0), Qt.Key.Key_Delete)
    assert panel.preset.currentText() == "My leaves, changed"
    session.undo_stack.undo()
    panel.forget_action.trigger()
    assert own_names() == [] and session.policy == kept
    assert panel.preset.findText("My leaves") == -1 and "Deleted" in panel.said.whole()


def test_a_broken_kept_policy_is_told(pane: AugmentPane, session: Session) -> None:
    own_folder().mkdir(parents=True, exist_ok=True)
    (own_folder() / "broken.json").write_text("[" * 10_000, "utf-8")
    told: list[StudioError] = []
    session.failed.connect(told.append)
    before = session.policy
    pane.kept.take("broken")
    assert len(told) == 1 and session.policy == before
    pane.kept.take("gone")
    assert len(told) == 2 and pane.panel.preset.currentText() != "broken"


def test_a_hundred_cards_are_built_as_they_are_seen(pane: AugmentPane, session: Session) -> None:
    start(session, [{"kind": "mirror"}, {"kind": "rotate"}] * 50)
    cards = pane.panel.steps.cards
    assert len(cards) == 100 and not cards[99].findChildren(QWidget)
    pane.panel.steps.set_open((98,))
    QApplication.processEvents()
    assert cards[98].is_open and cards[98].copy_button.isVisible()
    QTest.keyClick(cards[99], Qt.Key.Key_Up, ALT)
    assert tree(session)[98:] == ["rotate", "mirror"]


def test_a_drag_is_one_step_of_undo_however_long_it_takes(
    pane: AugmentPane, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(session, [{"kind": "rotate"}])
    press(card(pane, 0))
    monkeypatch.setattr("studio.ui.undo.MERGE_SECONDS", -1.0)  # so nothing else is merged
    slider = card(pane, 0).form.field("angle")
    before, count = session.policy, session.undo_stack.count()
    for _drag in range(2):
        at = QPoint(int(slider._x(slider.interval()[1])), slider.height() // 2)
        QTest.mousePress(slider, LEFT, NONE, at)
        for step in range(1, 6):
            QTest.mouseMove(slider, at + QPoint(4 * step, 0))
            QApplication.processEvents()
        QTest.mouseRelease(slider, LEFT, NONE, at + QPoint(20, 0))
    assert session.policy != before and session.undo_stack.count() == count + 2
    session.undo_stack.undo()
    session.undo_stack.undo()
    assert session.policy == before
