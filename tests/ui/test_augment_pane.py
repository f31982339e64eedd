"""The Augment pane by mouse and keyboard, with a real preview process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from studio.augment.policy import Policy, parse_policy, to_json, transform_for
from studio.augment.presets import preset
from studio.augment.registry import AUGMENTERS
from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.data import pixels
from studio.data.index import open_dataset
from studio.ui.panes.augment.choice import choose_rows, next_of_class, shown_of
from studio.ui.panes.augment.pane import AugmentPane
from studio.ui.panes.augment.preview_grid import PreviewGrid
from studio.ui.panes.augment.previewer import Wish
from studio.ui.panes.augment.step_card import StepCard
from studio.ui.session import Session
from studio.ui.widgets.sliders import RangeSlider
from tests.ui.augmenting import settle, show_pane

# Offscreen, Qt has no window manager to tell the least size of a window.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(opened: Session, qtbot: QtBot) -> AugmentPane:
    made = show_pane(opened, qtbot)
    made.activateWindow()
    settle(qtbot, made)
    return made


def click(widget: QWidget, point: QPoint | None = None) -> None:
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, point or widget.rect().center())


def head(card: StepCard) -> QPoint:
    return QPoint(card.title.geometry().right() + 4, 18)


def drag(widget: QWidget, start: QPoint, stops: list[QPoint]) -> None:
    """Press, move through points of the widget's parent coordinates, release."""
    base = widget.mapToGlobal(QPoint(0, 0))
    QTest.mousePress(widget, LEFT, Qt.KeyboardModifier.NoModifier, start)
    for stop in stops:
        now = widget.mapFromGlobal(base + stop)
        QTest.mouseMove(widget, now)
        QApplication.processEvents()
    last = widget.mapFromGlobal(base + stops[-1])
    QTest.mouseRelease(widget, LEFT, Qt.KeyboardModifier.NoModifier, last)
    QApplication.processEvents()


def kinds(session: Session) -> list[str]:
    return [step.kind for step in session.policy.steps]


def start(session: Session, pane: AugmentPane, *names: str) -> None:
    session.set_policy(parse_policy([{"kind": name} for name in names]))
    QApplication.processEvents()


def test_previews_are_what_training_sees(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    seen: list[tuple[Wish, np.ndarray]] = []
    pane.stage.previewer.drawn.connect(lambda wish, grid, images: seen.append((wish, grid)))
    with qtbot.waitSignal(pane.stage.drawn, timeout=20_000):
        opened.set_policy(preset("heavy"))
    wish, grid = seen[-1]
    dataset, seed = opened.dataset, opened.recipe.seed
    assert dataset is not None and wish.seed == seed
    samples = dataset.samples(opened.assignment)
    transform = transform_for(opened.policy, seed)
    for shown, row in zip(pane.stage.pictures(), grid, strict=True):
        assert samples.absolute(shown.index) == shown.path
        fitted = pixels.load(shown.path, opened.input)[None]
        for epoch in range(1, wish.epochs + 1):
            assert np.array_equal(transform(fitted, [shown.index], epoch)[0], row[epoch - 1])
    line = pane.stage.grid.lines()[0]
    assert line.original is not None and len(line.previews) == 4


def test_rows_show_different_classes(pane: AugmentPane) -> None:
    captions = [line.caption for line in pane.stage.grid.lines()]
    assert len(captions) == 4 and set(captions) == {"blue", "green", "red"}


def test_a_slider_drag_is_followed_and_undone_at_once(
    qtbot: QtBot, pane: AugmentPane, opened: Session
) -> None:
    start(opened, pane, "rotate")
    before = opened.policy
    card = pane.panel.steps.cards[0]
    click(card, head(card))
    assert card.is_open and card.form is not None
    slider = card.form.field("angle")
    assert isinstance(slider, RangeSlider)
    drawn: list[Policy] = []
    pane.stage.previewer.drawn.connect(lambda wish, grid, images: drawn.append(wish.policy))
    x = int(slider._x(slider.interval()[1]))
    steps = [QPoint(x + d, 9) for d in range(0, 45)]
    drag(slider, QPoint(x, 9), steps)
    changed = opened.policy
    low, high = changed.steps[0].model_dump()["angle"]
    assert low == -25 and high > 35
    qtbot.waitUntil(lambda: bool(drawn) and drawn[-1] == changed, timeout=10_000)
    assert len(drawn) < len(steps), "late frames are dropped"
    assert card.summary.whole() == changed.steps[0].summary()
    opened.undo_stack.undo()
    assert opened.policy == before
    assert slider.interval() == (-25, 25)
    opened.undo_stack.redo()
    assert opened.policy == changed


def test_beyond_the_safe_range_is_marked_and_mended(pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "rotate")
    card = pane.panel.steps.cards[0]
    assert card.warning.isHidden()
    opened.set_policy(parse_policy([{"kind": "rotate", "angle": [-80, 20]}]))
    assert not card.warning.isHidden()
    click(card, head(card))
    click(card.lines.lines[0].link)
    assert opened.policy.steps[0].model_dump()["angle"] == (-45, 20)
    assert card.lines.lines[0].link.isHidden()


def test_only_one_card_is_open(pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "mirror", "rotate", "zoom")
    cards = pane.panel.steps.cards
    click(cards[0], head(cards[0]))
    click(cards[2], head(cards[2]))
    assert [card.is_open for card in cards] == [False, False, True]
    click(cards[2], head(cards[2]))
    assert not any(card.is_open for card in cards)


def test_switch_duplicate_delete_undo(pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "mirror", "rotate")
    cards = pane.panel.steps.cards
    click(cards[1].toggle)
    assert [s.enabled for s in opened.policy.steps] == [True, False]
    assert cards[1].summary.whole() == "off"
    click(cards[1], head(cards[1]))
    click(cards[1].copy_button)
    assert kinds(opened) == ["mirror", "rotate", "rotate"]
    assert pane.panel.steps.open_place == (2,)
    click(pane.panel.steps.cards[2].delete_button)
    assert kinds(opened) == ["mirror", "rotate"]
    opened.undo_stack.undo()
    assert kinds(opened) == ["mirror", "rotate", "rotate"]
    assert len(pane.panel.steps.cards) == 3


def test_cards_by_keyboard(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "mirror", "rotate", "zoom")
    steps = pane.panel.steps
    alt, control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
    steps.cards[0].setFocus()
    QTest.keyClick(steps.cards[0], Qt.Key.Key_Return)
    assert steps.open_place == (0,)
    QTest.keyClick(steps.cards[0], Qt.Key.Key_Down, alt)
    assert kinds(opened) == ["rotate", "mirror", "zoom"]
    assert steps.cards[1].hasFocus() and steps.open_place == (1,)
    QTest.keyClick(steps.cards[1], Qt.Key.Key_Down, alt)
    QTest.keyClick(steps.cards[2], Qt.Key.Key_Down, alt)
    assert kinds(opened) == ["rotate", "zoom", "mirror"]
    QTest.keyClick(steps.cards[2], Qt.Key.Key_Up, alt)
    QTest.keyClick(steps.cards[1], Qt.Key.Key_D, control)
    assert kinds(opened) == ["rotate", "mirror", "mirror", "zoom"]
    QTest.keyClick(steps.cards[2], Qt.Key.Key_Delete)
    assert kinds(opened) == ["rotate", "mirror", "zoom"]
    assert steps.focused_place() == (2,)
    opened.undo_stack.setIndex(0)
    assert kinds(opened) == []


def test_reorder_by_drag(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "mirror", "rotate", "zoom", "shift")
    steps = pane.panel.steps
    card = steps.cards[0]
    click(steps.cards[2], head(steps.cards[2]))
    click(steps.cards[2], head(steps.cards[2]))
    down = [QPoint(8, 18 + y) for y in range(0, 110, 10)]
    drag(card, QPoint(8, 18), down)
    assert kinds(opened) == ["rotate", "zoom", "mirror", "shift"]
    assert [c.step.kind for c in steps.cards] == kinds(opened)
    tops = [c.y() for c in steps.cards]
    assert tops == sorted(tops)
    up = [QPoint(8, 18 - y) for y in range(0, 110, 10)]
    drag(steps.cards[3], QPoint(8, 18), up)
    assert kinds(opened) == ["rotate", "shift", "zoom", "mirror"]
    opened.undo_stack.undo()
    assert kinds(opened) == ["rotate", "zoom", "mirror", "shift"]
    assert [c.step.kind for c in steps.cards] == kinds(opened)


def test_a_drag_can_be_given_up(pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "mirror", "rotate", "zoom")
    card = pane.panel.steps.cards[0]
    QTest.mousePress(card, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(8, 18))
    for y in range(18, 130, 10):
        QTest.mouseMove(card, QPoint(8, 18) if card.y() > 60 else QPoint(8, y))
        QApplication.processEvents()
    QTest.keyClick(card, Qt.Key.Key_Escape)
    QTest.mouseRelease(card, LEFT)
    assert kinds(opened) == ["mirror", "rotate", "zoom"]
    assert [c.step.kind for c in pane.panel.steps.cards] == kinds(opened)
    assert not any(c.is_lifted for c in pane.panel.steps.cards)


def test_add_from_the_catalogue(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "mirror", "rotate")
    catalogue = pane.catalogue
    tiles = catalogue.tiles
    qtbot.waitUntil(lambda: all(tiles[k].has_picture() for k in AUGMENTERS.kinds()), timeout=30_000)
    catalogue.search.setFocus()
    QTest.keyClicks(catalogue.search, "noise gauss")
    visible = [kind for kind, tile in catalogue.tiles.items() if not tile.isHidden()]
    assert "gaussian_noise" in visible and len(visible) < 5
    click(catalogue.tiles["gaussian_noise"])
    assert kinds(opened) == ["mirror", "rotate", "gaussian_noise"]
    assert pane.panel.steps.open_place == (2,)
    pane.panel.steps.set_open((0,))
    click(catalogue.tiles["gaussian_noise"])
    assert kinds(opened) == ["mirror", "gaussian_noise", "rotate", "gaussian_noise"]
    QTest.keyClick(catalogue.search, Qt.Key.Key_Escape)
    assert not any(tile.isHidden() for tile in catalogue.tiles.values())
    QTest.keyClicks(catalogue.search, "puzzle")  # another name for it
    assert [k for k, tile in catalogue.tiles.items() if not tile.isHidden()] == ["jigsaw"]
    QTest.keyClick(catalogue.search, Qt.Key.Key_Escape)
    QTest.keyClicks(catalogue.search, "zzz")
    assert not catalogue.nothing.isHidden()


def test_the_catalogue_closes_and_comes_back(pane: AugmentPane) -> None:
    click(pane.catalogue.close_button)
    assert pane.catalogue.isHidden() and not pane.panel.add_button.isHidden()
    click(pane.panel.add_button)
    assert not pane.catalogue.isHidden() and pane.panel.add_button.isHidden()


def test_colour_steps_are_not_offered_for_grey_input(
    qtbot: QtBot, pane: AugmentPane, opened: Session
) -> None:
    opened.set_input(InputSpec(width=32, height=32, channels=1))
    settle(qtbot, pane)
    assert not pane.catalogue.tiles["hue"].isEnabled()
    assert pane.catalogue.tiles["rotate"].isEnabled()


def test_too_many_steps_are_refused_with_words(pane: AugmentPane, opened: Session) -> None:
    opened.set_policy(parse_policy([{"kind": "mirror"}] * 100))
    errors: list[StudioError] = []
    opened.failed.connect(errors.append)
    click(pane.catalogue.tiles["rotate"])
    assert "at most 100 steps" in errors[0].message
    assert len(opened.policy.steps) == 100


def test_compare_while_held(qtbot: QtBot, pane: AugmentPane) -> None:
    pane.stage.grid.setFocus()
    QTest.keyPress(pane.stage.grid, Qt.Key.Key_C)
    assert pane.stage.grid.is_comparing()
    QTest.keyRelease(pane.stage.grid, Qt.Key.Key_C)
    assert not pane.stage.grid.is_comparing()
    QTest.mousePress(pane.stage.tools.compare, LEFT)
    assert pane.stage.grid.is_comparing()
    QTest.mouseRelease(pane.stage.tools.compare, LEFT)
    assert not pane.stage.grid.is_comparing()


def test_seed_and_reroll(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "gaussian_noise")
    seeds: list[int] = []
    pane.stage.previewer.drawn.connect(lambda wish, grid, images: seeds.append(wish.seed))
    field = pane.stage.tools.seed
    old = field.value()
    with qtbot.waitSignal(pane.stage.drawn, timeout=10_000):
        QTest.keyClick(pane.stage.grid, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: bool(seeds) and seeds[-1] == field.value() != old, timeout=10_000)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "42")
    qtbot.waitUntil(lambda: seeds[-1] == 42, timeout=10_000)
    assert pane.stage.foot.name.text() == "Seed 42"
    opened.set_recipe(opened.recipe.changed(seed=9))
    assert field.value() == 42, "a seed that was chosen here stays"


def test_the_seed_follows_the_recipe(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    opened.set_recipe(opened.recipe.changed(seed=77))
    assert pane.stage.tools.seed.value() == 77


def test_another_number_of_previews(qtbot: QtBot, pane: AugmentPane) -> None:
    pane.stage.tools.count.setFocus()
    QTest.keyClick(pane.stage.tools.count, Qt.Key.Key_Down)
    settle(qtbot, pane)
    lines = pane.stage.grid.lines()
    assert [len(line.previews) for line in lines] == [6] * 4
    QTest.keyClick(pane.stage.tools.count, Qt.Key.Key_Home)
    settle(qtbot, pane)
    assert [len(line.previews) for line in pane.stage.grid.lines()] == [4] * 3


def test_another_picture_of_the_class(qtbot: QtBot, pane: AugmentPane) -> None:
    before = pane.stage.pictures()
    mark = pane.stage.grid.mark_rect(1).center().toPoint()
    click(pane.stage.grid.viewport(), mark)
    settle(qtbot, pane)
    after = pane.stage.pictures()
    assert after[1].caption == before[1].caption and after[1].row != before[1].row
    assert [p.row for p in after[2:]] == [p.row for p in before[2:]]
    pane.stage.grid.setFocus()
    QTest.keyClick(pane.stage.grid, Qt.Key.Key_Down)
    QTest.keyClick(pane.stage.grid, Qt.Key.Key_Return)
    assert pane.stage.pictures()[2].row != after[2].row
    settle(qtbot, pane)


def test_the_picture_in_view_comes_first(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    dataset = opened.dataset
    assert dataset is not None
    opened.set_picture_in_view(dataset.absolute(20))
    assert pane.stage.pictures()[0].row == 20
    settle(qtbot, pane)


def test_presets(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    combo = pane.panel.preset
    assert combo.currentText() == "None"
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert opened.policy == preset("light")
    click(pane.panel.steps.cards[0].toggle)
    assert combo.currentText() == "Light, changed"
    opened.undo_stack.undo()
    assert combo.currentText() == "Light"
    settle(qtbot, pane)


def test_groups_of_steps_are_cards(qtbot: QtBot, pane: AugmentPane, opened: Session) -> None:
    opened.set_policy(preset("rand_augment"))
    QApplication.processEvents()
    cards = pane.panel.steps.cards
    assert [card.step.kind for card in cards] == ["mirror", "one_of", "one_of"]
    assert cards[1].summary.whole() == "1 of 14 steps"
    assert pane.panel.preset.currentText() == "RandAugment"
    click(cards[1], head(cards[1]))
    click(cards[1].copy_button)
    assert "at most 100" not in cards[1].summary.whole() and len(opened.policy.steps) == 4
    click(pane.panel.steps.cards[2].toggle)
    assert [step.enabled for step in opened.policy.steps] == [True, True, False, True]
    settle(qtbot, pane)


def accept_dialog(qtbot: QtBot, pane: AugmentPane, path: Path) -> None:
    dialogs = [d for d in pane.findChildren(QFileDialog) if d.isVisible()]
    assert len(dialogs) == 1
    dialogs[0].setDirectory(str(path.parent))
    dialogs[0].selectFile(path.name)
    with qtbot.waitSignal(dialogs[0].finished, timeout=5000):
        dialogs[0].accept()  # type: ignore[attr-defined]


def test_save_and_load(qtbot: QtBot, pane: AugmentPane, opened: Session, tmp_path: Path) -> None:
    start(opened, pane, "rotate", "zoom")
    saved = opened.policy
    file = tmp_path / "mine.json"
    click(pane.panel.save_button)
    accept_dialog(qtbot, pane, file)
    assert json.loads(file.read_text("utf-8")) == to_json(saved)
    start(opened, pane, "flip")
    click(pane.panel.load_button)
    accept_dialog(qtbot, pane, file)
    assert opened.policy == saved
    errors: list[StudioError] = []
    opened.failed.connect(errors.append)
    file.write_text('[{"kind": "wobble"}]', "utf-8")
    pane.files.load(file)
    assert "wobble" in errors[0].message and opened.policy == saved
    settle(qtbot, pane)


def test_unreadable_pictures_are_replaced_by_others(
    qtbot: QtBot, session: Session, tiny_dataset: Path
) -> None:
    (tiny_dataset / "blue" / "blue 1.png").write_bytes(b"not a picture")
    (tiny_dataset / "green" / "green 1.png").write_bytes(b"")
    session.new_project()
    session.set_dataset(open_dataset(tiny_dataset))
    session.split = session.split.changed(validation=0.0, test=0.0)
    session._assign()
    pane = AugmentPane(session)
    qtbot.addWidget(pane)
    pane.resize(1280, 716)
    pane.show()
    settle(qtbot, pane)
    names = [p.path.name for p in pane.stage.pictures()]
    assert len(names) == 4
    assert not {"blue 1.png", "green 1.png"} & set(names)


def test_without_pictures_it_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    pane = AugmentPane(session)
    qtbot.addWidget(pane)
    pane.resize(1280, 716)
    pane.show()
    assert pane.stage.pages.currentWidget() is pane.stage.empty
    assert not pane.stage.tools.seed.isVisible()
    with qtbot.waitSignal(session.folder_dialog_requested):
        click(pane.stage.empty.action_button)
    with qtbot.waitSignal(session.sample_requested):
        click(pane.stage.empty.other_button)


def test_a_narrow_window_has_drawers(qtbot: QtBot, pane: AugmentPane) -> None:
    pane.resize(960, 600)
    QApplication.processEvents()
    assert pane.catalogue.isHidden()
    click(pane.frame.left_button)
    assert not pane.panel.isHidden()
    click(pane.panel.add_button)
    assert not pane.catalogue.isHidden()
    click(pane.catalogue.close_button)
    assert pane.catalogue.isHidden()


def test_a_low_window_scrolls_rather_than_standing_half_empty(qtbot: QtBot) -> None:
    grid = PreviewGrid()
    qtbot.addWidget(grid)
    grid.show()
    grid.set_lines([(name, f"{name}.png") for name in "abcd"], 4, 1.0)
    grid.resize(656, 636)
    assert grid.verticalScrollBar().maximum() == 0
    grid.resize(908, 436)
    assert grid.tile_rect(0, 3).right() > 0.75 * 908
    assert grid.verticalScrollBar().maximum() > 0
    assert grid.tile_rect(1, -1).bottom() < 436  # two rows are whole


def test_every_control_has_a_name(pane: AugmentPane, opened: Session) -> None:
    start(opened, pane, "rotate")
    click(pane.panel.steps.cards[0], head(pane.panel.steps.cards[0]))
    for widget in pane.findChildren(QWidget):
        reachable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
        if reachable and not widget.objectName().startswith("qt_"):
            assert widget.accessibleName(), widget


def test_choice_of_rows(tiny_dataset: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    everything = np.zeros(len(dataset), np.int8)
    rows = choose_rows(dataset, everything, 5)
    assert len(set(rows)) == 5
    first = choose_rows(dataset, everything, 3, first=9)
    assert first[0] == 9 and len({shown_of(dataset, everything, r).caption for r in first}) == 3
    assert choose_rows(dataset, np.full(len(dataset), -1, np.int8), 4) == []
    assert next_of_class(dataset, everything, 0, set(range(8))) is None
    assert next_of_class(dataset, everything, 7, {7}) == 0
    some = everything.copy()
    some[:3] = -1
    assert shown_of(dataset, some, 10).index == 7, "a run counts only what belongs to a split"
