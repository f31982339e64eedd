"""Ready data sets in the window: nothing before a click, then resumable, cancellable, offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import World, build_world
from studio.data.ready.catalogue import CATALOGUE, ready_set
from studio.data.ready.entry import ReadySet
from studio.data.ready.keeping import Status, fetch, folder_of, status_of
from studio.ui.panes.data.pane import DataPane
from studio.ui.panes.ready.downloads import Downloads, downloads_of
from studio.ui.panes.ready.page import ReadyPage
from studio.ui.panes.ready.row import ReadyRow
from tests.conftest import write_noise
from tests.data.ready_layouts import published, write_layout
from tests.web import Page, Web

CLOTHES = ready_set("fashion-mnist").class_names


@dataclass
class Shop:
    """A window whose catalogue speaks of a server on this machine."""

    world: World
    web: Web
    entries: dict[str, ReadySet]
    published: Path

    @property
    def page(self) -> ReadyPage:
        found = self.world.window.show_pane("ready")
        assert isinstance(found, ReadyPage)
        return found

    @property
    def downloads(self) -> Downloads:
        return downloads_of(self.world.session)

    def row(self, key: str) -> ReadyRow:
        return self.page.rows[key]


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


@pytest.fixture
def shop(
    qapp: QApplication, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    entries = {}
    for key in ("mnist", "fashion-mnist", "eurosat"):
        folder = write_layout(ready_set(key), tmp_path / "published" / key)
        entry = entries[key] = published(
            ready_set(key), folder, lambda name, key=key: web.address(f"{key}/{name}")
        )
        for file in entry.files:
            web.pages[f"{key}/{file.name}"] = Page((folder / file.name).read_bytes())
    catalogue = tuple(entries.values())
    monkeypatch.setattr("studio.ui.panes.ready.downloads.CATALOGUE", catalogue)
    world = build_world()
    world.window.resize(1280, 800)
    world.window.show()
    yield Shop(world, web, entries, tmp_path / "published")
    world.close()


def click(widget: QWidget) -> None:
    assert widget.isVisible() and widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


def page_of(shop: Shop, key: str, number: int = 0) -> Page:
    return shop.web.pages[f"{key}/{shop.entries[key].files[number].name}"]


def test_a_click_fetches_and_opens_with_the_names_of_the_classes(shop: Shop, qtbot: QtBot) -> None:
    row = shop.row("fashion-mnist")
    assert row.download_button.text().startswith("Download ")
    assert row.licence_link.text() == "MIT"
    assert "licence MIT" in row.download_button.toolTip()
    with qtbot.waitSignal(shop.world.session.dataset_changed, timeout=10_000):
        click(row.download_button)
    dataset = shop.world.session.dataset
    assert dataset is not None and dataset.outputs["class"] == CLOTHES
    assert dataset.class_counts().tolist() == [3] * 10
    assert shop.world.window.frame.current_page() == "data"
    assert row.state.text() == "Open now"
    assert row.open_button.isVisibleTo(row) and not row.remove_button.isEnabled()


def test_nothing_is_fetched_before_a_click(shop: Shop, qtbot: QtBot) -> None:
    data = shop.world.window.show_pane("data")
    assert isinstance(data, DataPane)
    rows = {row.entry.key: row for row in data.start.ready.rows}
    assert rows["mnist"].note().startswith("digits, ")
    click(data.start.ready.all_link)
    assert shop.world.window.frame.current_page() == "ready"
    shop.world.window.show_pane("data")
    click(rows["fashion-mnist"])
    page = shop.page
    qtbot.waitUntil(lambda: page.rows["fashion-mnist"].download_button.hasFocus(), timeout=5_000)
    QTest.keyClick(page.rows["fashion-mnist"].download_button, Qt.Key.Key_Escape)
    assert shop.world.window.frame.current_page() == "data"
    assert shop.web.asked == []


def test_what_is_here_opens_from_the_first_page(shop: Shop, qtbot: QtBot) -> None:
    fetch(shop.entries["mnist"])
    data = shop.world.window.show_pane("data")
    assert isinstance(data, DataPane)
    row = data.start.ready.rows[0]
    shop.downloads.look()
    qtbot.waitUntil(lambda: row.note() == "on this computer", timeout=5_000)
    with qtbot.waitSignal(shop.world.session.dataset_changed, timeout=10_000):
        click(row)


def test_a_broken_download_is_continued(shop: Shop, qtbot: QtBot) -> None:
    row, source = shop.row("mnist"), page_of(shop, "mnist")
    source.most = len(source.content) // 2
    click(row.download_button)
    qtbot.waitUntil(lambda: row.problem.isVisible(), timeout=5_000)
    assert "The connection ended" in row.problem.text()
    assert "A file of mine" in row.problem.text()
    qtbot.waitUntil(lambda: row.download_button.text().startswith("Continue, "), timeout=5_000)
    assert "are here" in row.state.text()
    source.most = None
    with qtbot.waitSignal(shop.world.session.dataset_changed, timeout=10_000):
        click(row.download_button)
    assert f"bytes={len(source.content) // 2}-" in [range_ for _, range_, _ in shop.web.asked]
    assert not row.problem.text()


def test_cancel_keeps_what_has_come(shop: Shop, qtbot: QtBot) -> None:
    row, source = shop.row("mnist"), page_of(shop, "mnist")
    source.hold_after = 500
    click(row.download_button)
    qtbot.waitUntil(lambda: status_of(row.entry).done == 500, timeout=5_000)
    assert row.track.isVisible() and not row.download_button.isVisible()
    assert not row.file_button.isVisible()
    strip = shop.world.window.frame.strip
    qtbot.waitUntil(lambda: strip.face() == "running", timeout=5_000)
    click(row.cancel_button)
    qtbot.waitUntil(lambda: row.download_button.isVisible(), timeout=5_000)
    qtbot.waitUntil(lambda: row.download_button.text().startswith("Continue, "), timeout=5_000)
    assert status_of(shop.entries["mnist"]).done == 500
    assert not row.problem.isVisible() and shop.world.session.dataset is None


def test_two_at_a_time_and_nothing_opens_under_ones_hands(shop: Shop, qtbot: QtBot) -> None:
    held = page_of(shop, "mnist")
    held.hold_after = 500
    first, second = shop.row("mnist"), shop.row("eurosat")
    click(first.download_button)
    click(second.download_button)
    shop.world.window.show_pane("model")
    qtbot.waitUntil(lambda: shop.downloads.status(second.entry).state == "here", timeout=10_000)
    assert shop.world.session.dataset is None
    assert shop.downloads.job(first.entry) is not None
    shop.downloads.cancel(first.entry)
    qtbot.waitUntil(lambda: shop.downloads.job(first.entry) is None, timeout=5_000)


def test_without_a_network_it_says_so_and_takes_a_local_file(shop: Shop, qtbot: QtBot) -> None:
    shop.web.pages.clear()
    row = shop.row("fashion-mnist")
    click(row.download_button)
    qtbot.waitUntil(lambda: row.problem.isVisible(), timeout=5_000)
    assert row.file_button.isVisible()
    own = shop.published / "fashion-mnist" / shop.entries["fashion-mnist"].files[1].name
    with qtbot.waitSignal(shop.world.session.dataset_changed, timeout=10_000):
        shop.downloads.use(row.entry, own)
    dataset = shop.world.session.dataset
    assert dataset is not None and dataset.outputs["class"] == CLOTHES
    assert dataset.root == folder_of(row.entry)
    assert row.note.text() == "These are the published files."


def test_another_file_is_named_and_still_opens(shop: Shop, qtbot: QtBot, tmp_path: Path) -> None:
    row, page = shop.row("eurosat"), shop.page
    own = tmp_path / "mine"
    for name in ("left", "right"):
        for number in range(3):
            write_noise(own / name / f"{number}.png", (90, 90, 90), number)
    shop.downloads.use(row.entry, own)
    qtbot.waitUntil(lambda: page.question is not None, timeout=5_000)
    assert page.question is not None
    assert page.question.buttons["no"].isDefault()
    click(page.question.buttons["no"])
    assert page.question is None and shop.world.session.dataset is None
    assert "EuroSAT.zip” is not there" in row.note.text()
    shop.downloads.use(row.entry, own)
    qtbot.waitUntil(lambda: page.question is not None, timeout=5_000)
    assert page.question is not None
    with qtbot.waitSignal(shop.world.session.dataset_changed, timeout=10_000):
        click(page.question.buttons["open"])
    dataset = shop.world.session.dataset
    assert dataset is not None and dataset.outputs["class"] == ("left", "right")
    assert status_of(row.entry).state == "away"


def test_remove_asks_first(shop: Shop, qtbot: QtBot) -> None:
    fetch(shop.entries["mnist"])
    row, page = shop.row("mnist"), shop.page
    shop.downloads.look()
    qtbot.waitUntil(lambda: row.remove_button.isVisible(), timeout=5_000)
    assert row.state.text() == "On this computer"
    click(row.remove_button)
    assert page.question is not None and page.question.buttons["no"].isDefault()
    asking = page.question
    qtbot.waitUntil(asking.isActiveWindow, timeout=5_000)
    QTest.keyClick(asking, Qt.Key.Key_Escape)
    assert page.question is None and folder_of(row.entry).is_dir()
    click(row.remove_button)
    assert page.question is not None
    click(page.question.buttons["remove"])
    qtbot.waitUntil(lambda: row.download_button.isVisible(), timeout=5_000)
    assert not folder_of(row.entry).exists()


def test_filter_and_citation(shop: Shop) -> None:
    page = shop.page
    QTest.keyClicks(page.filter, "satellite")
    assert [key for key, row in page.rows.items() if row.isVisible()] == ["eurosat"]
    page.filter.clear()
    QTest.keyClicks(page.filter, "unicorns")
    assert page.nothing.isVisible() and "unicorns" in page.nothing.text()
    page.filter.clear()
    assert all(row.isVisible() for row in page.rows.values())
    row = page.rows["mnist"]
    click(row.cite_link)
    assert QGuiApplication.clipboard().text() == row.entry.citation
    assert row.cite_link.text() == "Copied"


def test_every_control_speaks_and_fits(shop: Shop, qtbot: QtBot) -> None:
    page = shop.page
    for size in (QSize(960, 600), QSize(1280, 800)):
        shop.world.window.resize(size)
        qtbot.wait(10)
        for row in page.rows.values():
            assert row.width() <= page.width()
            shown = [b for b in (row.download_button, row.file_button) if b.isVisible()]
            assert len(shown) == 2
            right = row.download_button.mapTo(page, row.download_button.rect().bottomRight())
            assert right.x() < page.width()
            assert row.download_button.sizeHint().width() <= row.download_button.width()
    for row in page.rows.values():
        for control in row.findChildren(QWidget):
            if control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                assert control.accessibleName() and control.toolTip()


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.key)
def test_every_row_fits_the_narrowest_window(qtbot: QtBot, entry: ReadySet) -> None:
    row = ReadyRow(entry)
    qtbot.addWidget(row)
    assert row.minimumSizeHint().width() <= 820
    half = Status("part", entry.size // 2)
    for status in (Status("away", 0), half, Status("here", entry.size)):
        row.show_state(status, None, "", "", False)
        is_here = status.state == "here"
        shown = (
            (row.open_button, row.remove_button)
            if is_here
            else (row.download_button, row.file_button)
        )
        assert all(button.sizeHint().width() <= button.width() for button in shown)


def test_the_menu_leads_there(shop: Shop) -> None:
    menu = shop.world.window.frame.top.project_menu
    menu.aboutToShow.emit()
    action = next(a for a in menu.actions() if "Ready data sets" in a.text())
    action.trigger()
    assert shop.world.window.frame.current_page() == "ready"
