"""The Augment pane as tests show it, wait for it and read it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.ui.panes.augment.advice import Advice
from studio.ui.panes.augment.pane import AugmentPane
from studio.ui.panes.augment.step_card import StepCard
from studio.ui.session import Session


def show_pane(session: Session, qtbot: QtBot) -> AugmentPane:
    """The pane in a window of its own, as large as the program gives it at 1280 × 800."""
    made = AugmentPane(session)
    qtbot.addWidget(made)
    made.resize(1280, 716)
    made.show()
    qtbot.waitExposed(made)
    return made


def settle(qtbot: QtBot, pane: AugmentPane) -> None:
    """Wait until the newest settings are on the screen."""

    def is_up_to_date() -> bool:
        stage = pane.stage
        lines, columns = stage.grid.lines(), stage.tools.layout_of()[1]
        full = all(line.original and len(line.previews) == columns for line in lines)
        busy = stage.previewer.is_waiting or stage.originals.is_waiting
        fresh = all(line.standing is None for line in lines)
        return bool(lines) and full and fresh and not busy

    qtbot.waitUntil(is_up_to_date, timeout=30_000)


def open_card(pane: AugmentPane, place: tuple[int, ...]) -> StepCard:
    """Open a card as a person does."""
    card = pane.panel.steps.card_at(place)
    assert card is not None
    if not card.is_open:
        card.setFocus()
        QTest.keyClick(card, Qt.Key.Key_Return)
    return card


def advice_of(card: StepCard, start: str) -> list[Advice]:
    """The advice of a card whose keys begin so."""
    return [each for each in card.advice() if each.key.startswith(start)]
