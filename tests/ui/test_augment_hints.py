"""Hints in the Augment pane, with a real preview process that studies real files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.augment.groups import OneOf
from studio.augment.policy import Policy, parse_policy
from studio.core.input import InputSpec
from studio.core.strengths import Hint, Mild
from studio.data.index import open_dataset
from studio.ui.panes.augment import hints
from studio.ui.panes.augment.hint_match import (
    active_steps,
    is_about,
    is_harmful,
    link_of,
    mended,
    suggested,
)
from studio.ui.panes.augment.hint_store import HintStore, choose
from studio.ui.panes.augment.hints import Hints
from studio.ui.panes.augment.pane import AugmentPane
from studio.ui.session import Session
from tests.ui.augmenting import show_pane

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

LEFT = Qt.MouseButton.LeftButton
LIMITED = Hint(
    "quarter-confuses", ("rotate", "quarter_turn"), "warning", "Turned, 4 looks like 7.",
    "Leave it out", mild=(Mild("rotate", "angle", -45, 45),),
)  # fmt: skip
OFFER = Hint("left-right-alike", ("mirror",), "good", "Alike.", "Add Mirror", {"kind": "mirror"})
EDGES = Hint(
    "shown-twice", ("shift",), "info", "Twice.", "Fill with edge pixels",
    only={"edge": ("symmetric",)}, change={"edge": "edge"},
)  # fmt: skip
PAIR = Hint("half-confuses-together", ("flip",), "warning", "Half.", "Leave it out",
            along=("mirror",))  # fmt: skip


def only(*steps: dict[str, object]) -> list[tuple[tuple[int, ...], object]]:
    return list(active_steps(parse_policy(list(steps))))


# --- which steps a hint is about ----------------------------------------------------------------


def test_active_steps_are_found_in_groups() -> None:
    policy = parse_policy(
        [
            {"kind": "mirror", "enabled": False},
            {"kind": "one_of", "steps": [{"kind": "flip"}, {"kind": "hue", "probability": 0}]},
            {"kind": "sometimes", "enabled": False, "steps": [{"kind": "flip"}]},
        ]
    )
    assert [(place, step.kind) for place, step in active_steps(policy)] == [
        ((1,), "one_of"), ((1, 0), "flip"),
    ]  # fmt: skip


def test_small_settings_are_not_meant() -> None:
    (near, far, always) = parse_policy(
        [{"kind": "rotate", "angle": [-20, 20]}, {"kind": "rotate", "angle": [-80, 20]},
         {"kind": "quarter_turn"}]
    ).steps  # fmt: skip
    assert [is_about(LIMITED, step, set()) for step in (near, far, always)] == [False, True, True]
    assert link_of(LIMITED, far) == "Keep within −45° … 45°"
    better = mended(LIMITED, far)
    assert better is not None and better.model_dump()["angle"] == (-45, 20)
    assert not is_about(LIMITED, better, set())
    assert link_of(LIMITED, always) == "Leave it out" and mended(LIMITED, always) is None
    assert is_harmful(LIMITED, "quarter_turn") and not is_harmful(LIMITED, "rotate")


def test_hints_about_a_setting_or_a_pair_of_steps() -> None:
    filled, other = parse_policy([{"kind": "shift"}, {"kind": "shift", "edge": "edge"}]).steps
    assert is_about(EDGES, filled, set()) and not is_about(EDGES, other, set())
    assert mended(EDGES, filled) == other and link_of(EDGES, filled) == "Fill with edge pixels"
    (flip,) = parse_policy([{"kind": "flip"}]).steps
    assert is_about(PAIR, flip, {"flip", "mirror"}) and not is_about(PAIR, flip, {"flip"})
    assert not is_harmful(PAIR, "flip")
    assert suggested(OFFER) == parse_policy([{"kind": "mirror"}]).steps[0]
    assert suggested(LIMITED) is None
    assert suggested(Hint("x", (), "good", "", "Add", {"kind": "of tomorrow"})) is None


# --- what is kept -------------------------------------------------------------------------------


def test_hints_are_kept(tmp_path: Path) -> None:
    store = HintStore(tmp_path / "cache")
    assert store.load("k") == (None, frozenset())
    kept = (LIMITED, OFFER, EDGES, PAIR)
    store.save("k", kept, {"left-right-alike"})
    assert store.load("k") == (kept, {"left-right-alike"})
    assert store.load("another") == (None, {"left-right-alike"})


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"key": "k", "hints": [{"kind": "bad"}], "dismissed": []}',
     '{"key": "k", "hints": 7, "dismissed": []}', "[" * 100_000, "\0" * 2_000_000],
)  # fmt: skip
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, content: str) -> None:
    store = HintStore(tmp_path)
    store.file.write_text(content)
    assert store.load("k")[0] is None


def test_the_choice_changes_with_labels_files_and_input(tiny_dataset: Path) -> None:
    dataset = open_dataset(tiny_dataset)
    everything = np.zeros(len(dataset), np.int8)
    first = choose(dataset, everything, InputSpec())
    assert first == choose(dataset, everything, InputSpec())
    assert len(first.paths) == 24 and first.classes == ("blue", "green", "red")
    assert [first.labels.count(c) for c in range(3)] == [8, 8, 8]
    half = everything.copy()
    half[::2] = 1
    keys = {first.key, choose(dataset, half, InputSpec()).key}
    keys.add(choose(dataset, everything, InputSpec(channels=1)).key)
    Path(first.paths[0]).write_bytes(b"other pixels")
    keys.add(choose(dataset, everything, InputSpec()).key)
    assert len(keys) == 4
    assert choose(dataset, np.full(len(dataset), -1, np.int8), InputSpec()).paths == ()


# --- in the window ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same discs anywhere, red, green and blue, equally light: 32 × 32 px, 40 of each."""
    folder = tmp_path_factory.mktemp("lights")
    draw = np.random.default_rng(1)
    rows, columns = np.indices((32, 32))
    tints = {"red": (170, 80, 80), "green": (70, 130, 88), "blue": (85, 95, 230)}
    for name, colour in tints.items():
        (folder / name).mkdir()
        for number in range(40):
            y, x = draw.integers(8, 24, 2)
            ground = np.where(np.hypot(rows - y, columns - x)[..., None] < 6, colour, 110)
            pixels = np.clip(ground + draw.normal(0, 14, (32, 32, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def studied() -> dict[str, bytes]:
    """What was found of the lights, once a test had them studied."""
    return {}


@pytest.fixture
def pane(
    session: Session,
    lights: Path,
    studied: dict[str, bytes],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> AugmentPane:
    """Pictures are studied at once, not after a rest; the lights once, later tests find it kept."""
    monkeypatch.setattr(hints, "_WAIT", 1)
    session.new_project()
    assert session.project is not None
    file = session.project.cache_folder / "hints.json"
    for content in studied.values():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    session.set_dataset(open_dataset(lights))
    session.set_input(InputSpec(width=32, height=32))
    made = show_pane(session, qtbot)
    await_hints(qtbot, made.hints)
    studied.setdefault("lights", file.read_bytes())
    return made


def await_hints(qtbot: QtBot, hints: Hints) -> None:
    qtbot.waitUntil(lambda: bool(hints.hints), timeout=60_000)


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def advice_of(pane: AugmentPane, index: int) -> list[str]:
    return [a.key for a in pane.hints.advice(pane.session.policy).get((index,), ())]


def test_colour_steps_are_warned_of_and_mended(pane: AugmentPane, session: Session) -> None:
    session.set_policy(parse_policy([{"kind": "rotate"}, {"kind": "hue", "angle": [-170, 170]}]))
    assert "colour-matters" not in advice_of(pane, 0)
    assert advice_of(pane, 1) == ["colour-matters"]
    pane.panel.steps.set_open((1,))
    QApplication.processEvents()
    card = pane.panel.steps.card_at((1,))
    lines = [line for line in card.lines.lines if line.isVisible()]
    assert any("by colour alone" in line.advice.words for line in lines)
    line = next(line for line in lines if line.advice.key == "colour-matters")
    assert line.advice.action.startswith("Keep within")
    click(line.link)
    low, high = session.policy.steps[1].model_dump()["angle"]
    assert -170 < low < 0 < high < 170
    assert advice_of(pane, 1) == []
    session.undo_stack.undo()
    assert session.policy.steps[1].model_dump()["angle"] == (-170, 170)


def test_members_of_groups_are_meant_too(pane: AugmentPane, session: Session) -> None:
    group = OneOf(steps=parse_policy([{"kind": "mirror"}, {"kind": "invert"}]).steps)
    session.set_policy(Policy(steps=(group,)))
    assert set(pane.hints.advice(session.policy)) >= {(0, 1)}
    pane.hints._act((0, 1), "colour-matters")
    held = session.policy.steps[0]
    assert isinstance(held, OneOf) and [s.kind for s in held.steps] == ["mirror"]
    session.undo_stack.undo()
    assert session.policy == Policy(steps=(group,))


def test_the_catalogue_warns_before(pane: AugmentPane) -> None:
    tiles = pane.catalogue.tiles
    assert "by colour alone" in tiles["invert"].sentence()
    assert "by colour alone" in tiles["invert"].accessibleDescription()
    assert tiles["rotate"].warning == "" and tiles["hue"].warning == "", "a little hue is no harm"


def test_one_offer_in_a_banner(pane: AugmentPane, session: Session) -> None:
    banner = pane.hints.banner
    assert banner.isVisible() and banner.button.text().startswith("Add ")
    assert banner.height() < 70
    before = session.policy
    click(banner.button)
    added = session.policy.steps[-1].kind
    assert added in ("quarter_turn", "mirror")
    session.undo_stack.undo()
    assert session.policy == before and banner.isVisible()
    asked = []
    while banner.isVisible():
        asked.append(banner.label.text())
        click(banner.cross)
    assert 1 <= len(asked) <= 2 and len(set(asked)) == len(asked)


def test_what_was_found_and_waved_off_is_remembered(
    pane: AugmentPane, session: Session, qtbot: QtBot
) -> None:
    while pane.hints.banner.isVisible():
        click(pane.hints.banner.cross)
    found, project = pane.hints.hints, session.project
    assert project is not None
    kept = json.loads((project.cache_folder / "hints.json").read_text())
    assert len(kept["hints"]) == len(found) and kept["dismissed"]
    pane.close()
    again = show_pane(session, qtbot)
    await_hints(qtbot, again.hints)
    assert again.hints.hints == found and not again.hints.banner.isVisible()
    assert not again.hints.is_studying, "nothing was studied a second time"


def test_other_pictures_other_hints(
    pane: AugmentPane, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    old = tmp_path / "few"
    for name in ("a", "b"):
        (old / name).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(old / name / "1.png")
    session.set_dataset(open_dataset(old))
    assert pane.hints.hints == () and not pane.hints.banner.isVisible()
    assert pane.catalogue.tiles["invert"].warning == ""
    with qtbot.waitSignal(pane.hints.studied, timeout=30_000):
        pass
    assert pane.hints.hints == (), "two pictures say nothing"


def test_previews_go_first(pane: AugmentPane, session: Session, qtbot: QtBot) -> None:
    """While pictures are studied a new policy is drawn before the study is done."""
    order: list[str] = []
    pane.hints.studied.connect(lambda: order.append("studied"))
    pane.stage.drawn.connect(lambda: order.append("drawn"))
    session.set_input(InputSpec(width=48, height=48))
    qtbot.waitUntil(lambda: pane.hints.is_studying, timeout=30_000)
    order.clear()
    session.set_policy(parse_policy([{"kind": "brightness"}]))
    qtbot.waitUntil(lambda: "studied" in order, timeout=60_000)
    assert order[0] == "drawn"
